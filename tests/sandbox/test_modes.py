"""The attacks in every mode of isolation and for every kind of user, not only in the strongest that this machine has.

Each row runs `test_attacks.py` in a process of its own, by default with some of the attacks; `make attacks` runs all.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.isolation import Mode, inspect_machine
from tests.sandbox.other_users import ROOT, SOMEBODY, can_switch, command_as

ATTACKS = Path(__file__).parent / "test_attacks.py"
SAMPLE = "bomb or disk or datagram or abstract or mount or leftover or deleting"
ROWS = [(ROOT, Mode.USERS), (SOMEBODY, Mode.LANDLOCK), (SOMEBODY, Mode.NAMESPACES)]
PROBE = "from autograder.sandbox.isolation import inspect_machine as m; print(*m().missing.items(), sep='; ')"


@pytest.mark.parametrize(("user", "mode"), ROWS, ids=["root, users", "somebody, landlock", "somebody, namespaces"])
def test_attacks_fail_in_this_mode_too(user: int, mode: Mode, request: pytest.FixtureRequest) -> None:
    if problem := can_switch():
        pytest.skip(problem)
    missing = _run_as(user, "-c", PROBE).stdout
    if str(mode) in missing:
        pytest.skip(f"this mode does not exist here: {missing}")
    some = [] if request.config.getoption("--all-attacks") else ["-k", SAMPLE]
    run = _run_as(user, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(ATTACKS), "--isolation", mode.value, *some)
    assert run.returncode == 0, run.stdout[-4000:]
    assert " passed" in run.stdout


@pytest.mark.skipif(os.getuid() == ROOT, reason="root's modes are those of the rows above")
@pytest.mark.parametrize("mode", [mode for mode in inspect_machine().modes[1:] if mode is not Mode.NONE])
def test_attacks_fail_in_the_weaker_modes_of_this_user(mode: Mode) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(ATTACKS), "--isolation", mode.value, "-k", SAMPLE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:]


def _run_as(user: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    command = command_as(user, [sys.executable, *arguments])
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
