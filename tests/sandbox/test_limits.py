"""Every limit of a submission: what comes of going beyond it, and the sentence that the student reads."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pytest

from autograder.checking.judgement import message_of, outcome_of
from autograder.checking.student import Student
from autograder.sandbox.client import WarmServer
from autograder.sandbox.faults import StudentError, TimedOut
from autograder.sandbox.isolation import Mode
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import Session

SMALL = Limits(
    cell_seconds=5.0,
    check_seconds=1.0,
    submission_seconds=60.0,
    memory_mb=256,
    disk_mb=32,
    file_mb=8,
    files=300,
    processes=12,
    open_files=64,
    output_kb=128,
)

BEYOND = {
    "a cell's time": ("while True: pass", "timeout", "took more than 5 s, the limit here: look for an endless loop"),
    "memory": ("x = bytearray(600 << 20)", "out_of_memory", "used more memory than allowed"),
    "open files": ("x = [open('/dev/zero') for _ in range(100)]", "error", "at most 64 files may be open"),
    "one file": ("open('a', 'wb').write(bytes(9 << 20))", "error", "one file may have at most 8 MB"),
    "disk": (
        "for n in range(9): open(str(n), 'wb').write(bytes(6 << 20))",
        "error",
        "at most 32 MB in 300 files may be written",
    ),
    "number of files": (
        "for n in range(999): open(str(n), 'w').close()",
        "error",
        "at most 32 MB in 300 files may be written",
    ),
    "processes": (
        "import os, time\nfor _ in range(40):\n    if os.fork() == 0: time.sleep(30); os._exit(0)",
        "error",
        "at most 12 processes and threads",
    ),
    "threads": (
        "import threading, time\nfor _ in range(40): threading.Thread(target=time.sleep, args=(30,)).start()",
        "error",
        "at most 12 processes and threads",
    ),
    "output": ("while True: print('x' * 1000)", "crashed", "it printed more than 128 KB"),
    "network": (
        "import urllib.request\nurllib.request.urlopen('http://example.org')",
        "error",
        "There is no network while grading",
    ),
}


@pytest.mark.parametrize("limit", BEYOND)
def test_going_beyond_it_is_said_so_that_a_student_understands(server: WarmServer, limit: str) -> None:
    if server.mode is not Mode.NAMESPACES and limit in ("disk", "number of files"):
        pytest.skip("only a private file system has these limits")
    source, outcome, sentence = BEYOND[limit]
    with server.open(SMALL) as session:
        with pytest.raises(StudentError) as caught:
            session.cell(source)
        assert outcome_of(caught.value).value == outcome
        assert sentence in message_of(caught.value)
    with server.open(SMALL) as session:  # the next submission feels nothing of it
        session.cell("x = 1")


@dataclass
class Place:
    """What a handle asks for."""

    session: Session

    def waited(self) -> float:
        return self.session.waited()


def test_all_calls_of_a_check_together_have_its_time(server: WarmServer) -> None:
    with server.open(SMALL) as session:
        session.cell("import time\ndef nap(seconds): time.sleep(seconds); return seconds")
        student = Student(Place(session), b"k", 1.0)  # type: ignore[arg-type]
        student.call("nap", 0.4)
        student.call("nap", 0.4)
        with pytest.raises(TimedOut, match="more than 1 s together with the calls before it"):
            student.call("nap", 0.4)
        with pytest.raises(TimedOut, match=r"more than 1 s$"):
            Student(Place(session), b"k", 1.0).call("nap", 5)  # type: ignore[arg-type]


def test_a_submission_has_its_time_too(server: WarmServer) -> None:
    with server.open(Limits(submission_seconds=2.0)) as session:
        session.cell("import time\ndef nap(seconds): time.sleep(seconds); return seconds")
        session.call("nap", (1.0,))
        with pytest.raises(TimedOut):
            session.call("nap", (5.0,))


def test_doctor_shows_every_limit() -> None:
    assert len(Limits().describe()) >= len(fields(Limits))
    shown = {name for name, _ in Limits().describe()}
    assert {"one notebook cell", "one check", "one submission", "memory", "processes", "number of files"} <= shown
