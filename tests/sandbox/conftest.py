"""One warm server for all tests of the sandbox, and the mode of isolation it runs in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox.client import WarmServer
from autograder.sandbox.isolation import Mode, choose


@pytest.fixture(scope="session")
def mode(request: pytest.FixtureRequest) -> Mode:
    """The mode that `--isolation` names, without it the strongest that the machine offers."""
    wanted = request.config.getoption("--isolation")
    return choose(Mode(wanted) if wanted else None)


@pytest.fixture(scope="session")
def server(mode: Mode) -> Iterator[WarmServer]:
    """A server with numpy and torch."""
    with WarmServer(mode, preload=["numpy", "torch"]) as running:
        yield running
