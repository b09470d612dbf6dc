"""A grader and its submissions share a core while that is theirs; nothing is kept from the machine's other work."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from autograder.sandbox import shared_core
from autograder.sandbox.client import WarmServer
from autograder.sandbox.isolation import choose
from autograder.sandbox.shared_core import SharedCore

ALL = os.sched_getaffinity(0)
CORES = "import os\ndef cores():\n    return sorted(os.sched_getaffinity(0))"

pytestmark = pytest.mark.skipif(len(ALL) < 2, reason="one core: nothing to choose")


@pytest.fixture(autouse=True)
def all_cores_again() -> Iterator[None]:
    os.sched_setaffinity(0, ALL)
    yield
    os.sched_setaffinity(0, ALL)


@pytest.fixture
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else the machine does now, this thread never waited for a core."""
    monkeypatch.setattr(shared_core, "waited_for_a_core", lambda process: 0.0)


def test_the_system_chooses_first_and_then_we_stay_there(nobody_waits: None) -> None:
    core = SharedCore()
    assert set(core.choose(0.0)) == ALL
    (chosen,) = core.choose(0.0)
    assert os.sched_getaffinity(0) == {chosen}
    assert core.choose(0.0) == [chosen]


def test_a_core_that_others_want_too_is_given_up_after_one_submission(nobody_waits: None) -> None:
    core = SharedCore()
    core.choose(0.0)
    assert len(core.choose(0.0)) == 1
    time.sleep(0.02)
    assert set(core.choose(waited=0.02)) == ALL, "all of the time it waited"
    assert os.sched_getaffinity(0) == ALL
    assert len(core.choose(0.0)) == 1, "and one is looked for again"


def test_the_graders_own_waiting_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = iter([0.0, 0.0, 1000.0, 1000.0])
    monkeypatch.setattr(shared_core, "waited_for_a_core", lambda process: next(waited))
    core = SharedCore()
    assert [len(core.choose(0.0)) > 1 for _ in range(4)] == [True, False, True, False]


def test_the_cores_are_given_back(nobody_waits: None) -> None:
    core = SharedCore()
    core.choose(0.0)
    core.choose(0.0)
    core.release()
    assert os.sched_getaffinity(0) == ALL


def test_where_there_is_one_core_there_is_no_choice() -> None:
    os.sched_setaffinity(0, {min(ALL)})
    core = SharedCore()
    assert core.choose(0.0) == core.choose(0.0) == []


def test_a_submission_runs_on_its_graders_core(nobody_waits: None) -> None:
    with WarmServer(choose(), preload=[]) as server:
        found = []
        for _ in range(3):
            with server.open() as session:
                session.cell(CORES)
                found.append((set(session.call("cores")), os.sched_getaffinity(0)))
            server._waited = 0.0  # on a busy machine it may have
    assert found[0] == (ALL, ALL)
    for submission, grader in found[1:]:
        assert len(grader) == 1
        assert submission == grader
        assert os.sched_getaffinity(0) == ALL, "between two submissions"
