"""What runs inside a Dask worker: a local pool of one grader per thread, kept between submissions.

The grading itself happens in the pool's own process, so that Dask's event loop stays free, a hanging check is killed
by the pool's deadline, and nothing of a submission is ever in the Dask worker but its bytes.
"""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import msgspec

from autograder import __version__
from autograder.assignment import Assignment, Course
from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError
from autograder.grading.content import Content
from autograder.grading.options import Options, require_device
from autograder.grading.pool import Pool
from autograder.grading.worker import Job
from autograder.sandbox.isolation import Mode, inspect_machine

COURSE_VARIABLE = "AUTOGRADER_COURSE"  # where the course lies on this machine, if not where it lies at the client


class Work(msgspec.Struct, frozen=True):
    """What is the same for all submissions of a run. `checks_sha256`: the worker's files must be the same."""

    root: str
    name: str
    checks_sha256: str
    secret: bytes
    mode: str
    device: str
    job_seconds: float

    @classmethod
    def of(cls, assignment: Assignment, options: Options, job_seconds: float) -> Work:
        where = (str(assignment.root), assignment.name, assignment.checks_sha256)
        return cls(*where, options.secret.key, options.mode.value, options.device, job_seconds)

    def assignment(self) -> Assignment:
        return verified(self.root, self.name, self.checks_sha256)

    def options(self) -> Options:
        return Options(CourseSecret(self.secret), Mode(self.mode), self.device)


class Order(msgspec.Struct, frozen=True):
    """One submission to grade: see Job."""

    work: Work
    student: str
    file: str
    data: bytes
    problem: str
    only: list[str] | None
    secret: bytes | None

    def job(self) -> Job:
        only = None if self.only is None else frozenset(self.only)
        secret = CourseSecret(self.secret) if self.secret else None
        return Job(self.student, Path(self.file), only, secret, content=Content(self.data, self.problem))


class Answer(msgspec.Struct, frozen=True):
    """The report as JSON, or why there is none."""

    report: bytes
    problem: str


class _Seat:
    """The pool of one thread."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.work: Work | None = None
        self.pool: Pool | None = None

    def take(self, work: Work) -> Pool:
        """The pool for this work; another one's is ended."""
        if self.pool is None or self.work != work:
            self.leave()
            self.pool, self.work = Pool(work.assignment(), work.options(), 1, work.job_seconds), work
        return self.pool

    def leave(self) -> None:
        if self.pool is not None:
            self.pool.close()
        self.pool = self.work = None


_seats: dict[int, _Seat] = {}  # by thread


def grade_order(order: bytes) -> bytes:
    """Grades one submission -> an encoded Answer. Raises AutograderError when this worker cannot grade at all."""
    asked = msgspec.msgpack.decode(order, type=Order)
    seat = _seats.setdefault(threading.get_ident(), _Seat())
    with seat.lock:
        try:
            (done,) = seat.take(asked.work).grade([asked.job()])
        except AutograderError as error:
            seat.leave()
            raise type(error)(f"{error} (on {socket.gethostname()})") from None
    return msgspec.msgpack.encode(Answer(done.report.to_json() if done.report else b"", done.problem))


def let_go(work: Work) -> None:
    """Ends the graders of a run that is over; a seat that is still at it is left to the next run."""
    for seat in list(_seats.values()):
        if seat.work == work and seat.lock.acquire(blocking=False):
            try:
                seat.leave()
            finally:
                seat.lock.release()


def missing_modes(root: str, name: str, checks_sha256: str, version: str, device: str) -> dict[str, str]:
    """Modes of isolation that this worker lacks, and why. Raises AutograderError when it could not grade the same."""
    if version != __version__:
        raise AutograderError(f"it has version {__version__} of this package, not {version}")
    verified(root, name, checks_sha256)
    require_device(device)
    return {mode.value: reason for mode, reason in inspect_machine().missing.items()}


def verified(root: str, name: str, checks_sha256: str) -> Assignment:
    """The assignment as it lies here; raises AutograderError unless it is the same as at the client."""
    here = Path(os.environ.get(COURSE_VARIABLE) or root)
    if not (here / "assignments" / name).is_dir():
        raise AutograderError(f"no assignment {name} in {here}: copy the course there or set {COURSE_VARIABLE}")
    assignment = Course(here).assignment(name)
    if assignment.checks_sha256 != checks_sha256:
        raise AutograderError(f"the checks or notebooks of {name} in {here} differ from yours: copy the course again")
    return assignment
