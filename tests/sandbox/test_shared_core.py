"""A grader and its submissions share a core while that is theirs; nothing is kept from the machine's other work."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from autograder.errors import SandboxError
from autograder.sandbox.client import ServerDied, WarmServer
from autograder.sandbox.isolation import choose
from autograder.sandbox.protocol import Event
from autograder.sandbox.shared_core import SharedCore

ALL = os.sched_getaffinity(0)
CORES = "import os\ndef cores():\n    return sorted(os.sched_getaffinity(0))"
ALL_THE_TIME = 1e6  # CPU seconds: the submission computed as long as it lived

pytestmark = pytest.mark.skipif(len(ALL) < 2, reason="one core: nothing to choose")


@pytest.fixture(autouse=True)
def all_cores_again() -> Iterator[None]:
    os.sched_setaffinity(0, ALL)
    yield
    os.sched_setaffinity(0, ALL)


def submission(core: SharedCore, computed: float) -> list[int]:
    """The cores that a submission got which computed for so long."""
    cores = core.begin()
    time.sleep(0.01)
    core.end(computed)
    return cores


def test_the_system_chooses_first_and_then_we_stay_there() -> None:
    core = SharedCore(wanted=True)
    assert set(submission(core, ALL_THE_TIME)) == ALL
    (chosen,) = core.begin()
    assert os.sched_getaffinity(0) == {chosen}
    core.end(ALL_THE_TIME)
    assert submission(core, ALL_THE_TIME) == [chosen]


def test_a_core_that_others_want_too_is_given_up_after_one_submission() -> None:
    core = SharedCore(wanted=True)
    submission(core, ALL_THE_TIME)
    assert len(submission(core, computed=0.0)) == 1, "somebody else had the core"
    assert set(submission(core, computed=0.0)) == ALL
    assert set(submission(core, ALL_THE_TIME)) == ALL, "others wanted that one too"
    assert len(submission(core, ALL_THE_TIME)) == 1


def test_the_graders_own_computing_counts_too() -> None:
    core = SharedCore(wanted=True)
    core.begin()
    end = time.thread_time() + 0.05
    while time.thread_time() < end:
        pass
    assert core._since is not None
    core._since = time.monotonic() - 0.055, core._since[1]  # however busy the machine is, it took no longer
    core.end(0.0)
    assert len(core.begin()) == 1


def test_between_two_submissions_every_core_may_be_used() -> None:
    core = SharedCore(wanted=True)
    submission(core, ALL_THE_TIME)
    submission(core, ALL_THE_TIME)
    assert os.sched_getaffinity(0) == ALL
    core.end(ALL_THE_TIME)  # a second end is none
    assert os.sched_getaffinity(0) == ALL


def test_where_there_is_one_core_there_is_no_choice() -> None:
    os.sched_setaffinity(0, {min(ALL)})
    core = SharedCore(wanted=True)
    assert submission(core, ALL_THE_TIME) == submission(core, ALL_THE_TIME) == []


def test_a_submission_runs_on_its_graders_core() -> None:
    with WarmServer(choose(), preload=[]) as server:
        for number in range(3):
            server._core._core = None if number == 0 else max(ALL)
            with server.open() as session:
                session.cell(CORES)
                assert set(session.call("cores")) == os.sched_getaffinity(0) == (ALL if number == 0 else {max(ALL)})
            assert os.sched_getaffinity(0) == ALL, "between two submissions"


def test_a_server_that_does_not_answer_keeps_no_core(monkeypatch: pytest.MonkeyPatch) -> None:
    with WarmServer(choose(), preload=[]) as server:
        server._core._core = max(ALL)
        session = server.open()
        with monkeypatch.context() as patch:
            patch.setattr(server, "_event", lambda seconds: _silence())
            with pytest.raises(SandboxError):
                session.close()
        assert os.sched_getaffinity(0) == ALL


def test_a_server_that_cannot_fork_keeps_no_core(monkeypatch: pytest.MonkeyPatch) -> None:
    with WarmServer(choose(), preload=[]) as server:
        server._core._core = max(ALL)
        with monkeypatch.context() as patch:
            patch.setattr(server, "_spawned", lambda number: _silence())
            with pytest.raises(SandboxError):
                server.open()
        assert os.sched_getaffinity(0) == ALL


def test_nothing_is_chosen_where_it_is_not_wanted() -> None:
    assert SharedCore(wanted=False).begin() == []


def _silence() -> Event:
    raise ServerDied("nothing came")
