"""One warm server for all tests of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox.client import WarmServer
from autograder.sandbox.isolation import inspect_machine


@pytest.fixture(scope="session")
def server() -> Iterator[WarmServer]:
    """A server with numpy and torch, in the strongest isolation there is."""
    with WarmServer(inspect_machine().modes[0], preload=["numpy", "torch"]) as running:
        yield running
