"""What every test shares: one thread per process, so that timings and results do not depend on the machine's cores."""

import os

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--isolation", help="run the tests of the sandbox in this mode, not in the strongest there is")
    parser.addoption("--all-attacks", action="store_true", help="all attacks in all modes of isolation (minutes)")
