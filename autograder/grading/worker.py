"""A worker process: one grader, fed with jobs over a pipe. Both ends of the pipe are ours."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from autograder.assignment import Assignment
from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError, SandboxError
from autograder.grading.options import Options
from autograder.grading.report import Report


@dataclass(frozen=True)
class Job:
    """One notebook to grade. `only`: ids of checks, all without it. `secret`: instead of the course's."""

    student: str
    path: Path
    only: frozenset[str] | None = None
    secret: CourseSecret | None = field(default=None, repr=False)
    tag: str = ""  # the caller's own mark


@dataclass(frozen=True)
class Ready:
    """Said once by a worker, or why it could not start."""

    problem: str = ""
    worth_a_retry: bool = False  # a sandbox that did not start, not a mistake of the author


def work(pipe: Connection, assignment: Assignment, options: Options) -> None:
    """Runs until the other end hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us in order
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    from autograder.grading.grader import Grader
    from autograder.grading.submission import read_submission

    try:
        grader = Grader(assignment, options)
    except AutograderError as error:
        pipe.send(Ready(str(error), isinstance(error, SandboxError)))
        return
    pipe.send(Ready())
    _single_thread()
    try:
        while True:
            job: Job = pipe.recv()
            submission = read_submission(job.path, assignment, job.student)
            report: Report = grader.grade(submission, job.only, job.secret)
            pipe.send(report)
    except (EOFError, BrokenPipeError):
        return
    finally:
        grader.close()


def _single_thread() -> None:
    import sys

    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
