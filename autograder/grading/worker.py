"""A worker process: one grader, fed with jobs over a pipe. Both ends of the pipe are ours."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from autograder.assignment import Assignment
from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError, SandboxError
from autograder.grading.content import Content, read_content
from autograder.grading.options import Options
from autograder.grading.report import Report
from autograder.quick_start import skip_slow_imports
from autograder.sandbox.client import WarmServer

_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from autograder.grading.worker import main; main()"


@dataclass(frozen=True)
class Job:
    """One notebook to grade. `only`: ids of checks, all without it. `secret`: instead of the course's."""

    student: str
    path: Path
    only: frozenset[str] | None = None
    secret: CourseSecret | None = field(default=None, repr=False)
    tag: str = ""  # the caller's own mark
    content: Content | None = field(default=None, repr=False)  # what lies at `path`, where that is another machine's


@dataclass(frozen=True)
class Ready:
    """Said once by a worker, or why it could not start."""

    problem: str = ""
    worth_a_retry: bool = False  # a sandbox that did not start, not a mistake of the author


def command(pipe: int) -> list[str]:
    """The command line of a worker: modules are found where this process finds them, never in the current folder."""
    return [sys.executable, "-c", _BOOT, json.dumps(sys.path), str(pipe)]


def main() -> None:
    skip_slow_imports()
    pipe = Connection(int(sys.argv[2]))
    try:
        assignment, options = pipe.recv()
    except EOFError:
        return
    work(pipe, assignment, options)


def work(pipe: Connection, assignment: Assignment, options: Options) -> None:
    """Runs until the other end hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us in order
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    gc.disable()  # the imports make a million objects, and all of them stay
    try:
        server = WarmServer(options.mode, cuda=options.cuda)  # it imports in its own process while we import in ours
        from autograder.grading.grader import Grader
        from autograder.grading.submission import submission_of

        grader = Grader(assignment, options, server)
    except AutograderError as error:
        pipe.send(Ready(str(error), isinstance(error, SandboxError)))
        return
    gc.freeze()
    gc.enable()
    pipe.send(Ready())
    try:
        while True:
            job: Job = pipe.recv()
            submission = submission_of(job.content or read_content(job.path), job.path, assignment, job.student)
            report: Report = grader.grade(submission, job.only, job.secret)
            pipe.send(report)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    finally:
        grader.close()
