"""Workers on this machine: jobs out, reports back, one lost worker costs one retry and nothing else.

Whoever grades is a `Crew`: the processes of this machine here, a cluster in cluster.py. Its pools all work alike.
"""

from __future__ import annotations

import socket
import subprocess
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from autograder.assignment import Assignment
from autograder.cores import usable_cores
from autograder.errors import AutograderError, SandboxError
from autograder.grading.options import Options
from autograder.grading.report import Report
from autograder.grading.worker import Job, Ready, command
from autograder.sandbox.fair_time import LOOK_SECONDS, now, waiting
from autograder.sandbox.gpus import gpus

_START_SECONDS = 180.0
_END_SECONDS = 5.0
_MOST_FALSE_STARTS = 3  # of workers, in a whole run
_MOST_TRIES = 2  # a job whose worker died twice is an error of the grader, reported as such


@dataclass(frozen=True)
class Done:
    """A job and its report, or why there is none (never the student's fault)."""

    job: Job
    report: Report | None
    problem: str = ""


class Grading(Protocol):
    """A pool at work."""

    def grade(self, jobs: Iterable[Job]) -> Iterator[Done]:
        """Yields each job as it is done, in no particular order."""


class Crew(Protocol):
    """Whoever grades."""

    @property
    def size(self) -> int:
        """How many submissions it grades at the same time, as far as it is known now."""

    def pool(
        self, assignment: Assignment, options: Options, jobs: int, job_seconds: float
    ) -> AbstractContextManager[Grading]:
        """A pool for so many jobs. `job_seconds`: see Pool."""


@dataclass(frozen=True)
class ThisMachine:
    """Processes of this machine, one warm server each."""

    size: int = 1

    def pool(self, assignment: Assignment, options: Options, jobs: int, job_seconds: float) -> Pool:
        most = len(gpus()) if options.cuda else self.size  # each submission has a GPU to itself
        return Pool(assignment, options, max(1, min(self.size, most, jobs)), job_seconds)


class _Worker:
    """A process, its pipe, and the job it is at.

    A plain child process: it may be started from anywhere, also below a process that may have no daemons."""

    def __init__(self, assignment: Assignment, options: Options) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                command(theirs.fileno()), stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
            )
        self.pipe = Connection(ours.detach())
        with suppress(OSError):  # it has died already: seen at the next look
            self.pipe.send((assignment, options))
        self.ready = False
        self.job: tuple[Job, int] | None = None
        self.deadline = now() + _START_SECONDS

    def give(self, job: Job, tries: int, seconds: float) -> None:
        with suppress(OSError):  # as above
            self.pipe.send(job)
        self.job = (job, tries)
        self.deadline = now() + seconds

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def end(self) -> None:
        """Hangs up, and waits until the process has ended its warm server and itself."""
        self.pipe.close()
        try:
            self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Pool:
    """A fixed number of workers. Use as a context manager; `grade` may be called more than once."""

    def __init__(self, assignment: Assignment, options: Options, workers: int, job_seconds: float) -> None:
        """`job_seconds`: after so long a worker that says nothing is taken for lost (the sandbox's own limits, by
        which a submission ends, lie far below)."""
        self._new = lambda: _Worker(assignment, options)
        self._job_seconds = job_seconds
        self._false_starts = 0
        self._wanted = workers
        # A worker and its server import for some seconds, on a core each. More at once would only make the first later.
        self._workers = [self._new() for _ in range(min(workers, max(1, usable_cores() // 2)))]

    def grade(self, jobs: Iterable[Job]) -> Iterator[Done]:
        """Yields each job as it is done, in no particular order."""
        todo = deque((job, 1) for job in jobs)
        left = len(todo)
        while left:
            self._hand_out(todo)
            for worker in self._finished():
                done = self._result(worker, todo)
                if done is not None:
                    left -= 1
                    self._hand_out(todo)  # the worker goes on while the caller looks at this report
                    yield done

    def _hand_out(self, todo: deque[tuple[Job, int]]) -> None:
        for worker in self._workers:
            if todo and worker.ready and worker.job is None:
                worker.give(*todo.popleft(), self._job_seconds)

    def _finished(self) -> list[_Worker]:
        """Workers that said something, died or are overdue; waits a moment for the first of them."""
        busy = [worker for worker in self._workers if worker.job is not None or not worker.ready]
        left = min(worker.deadline for worker in busy) - now()
        patience = min(max(0.0, left), LOOK_SECONDS)
        with waiting(patience):
            ready = wait([worker.pipe for worker in busy], timeout=patience)
        return [worker for worker in busy if worker.pipe in ready or worker.deadline <= now()]

    def _result(self, worker: _Worker, todo: deque[tuple[Job, int]]) -> Done | None:
        message = _receive(worker.pipe)
        if isinstance(message, Ready) and not message.problem:
            worker.ready = True
            self._workers += [self._new() for _ in range(self._wanted - len(self._workers))]
            return None
        job, worker.job = worker.job, None
        if isinstance(message, Report) and job is not None:
            return Done(job[0], message)
        self._replace(worker)
        if job is None:
            self._count_false_start(message)
            return None
        if job[1] < _MOST_TRIES:
            todo.append((job[0], job[1] + 1))
            return None
        return Done(job[0], None, "the grading worker ended twice at this submission")

    def _count_false_start(self, message: Any) -> None:
        """A worker that does not get ready is replaced, but not for ever, and not where that cannot help."""
        self._false_starts += 1
        if isinstance(message, Ready) and not message.worth_a_retry:
            raise AutograderError(message.problem)
        if self._false_starts > _MOST_FALSE_STARTS:
            reason = message.problem if isinstance(message, Ready) else "it ended before it was ready"
            raise SandboxError(f"no grading worker could be started: {reason}; run `autograder doctor`")

    def _replace(self, worker: _Worker) -> None:
        worker.kill()
        self._workers[self._workers.index(worker)] = self._new()

    def close(self) -> None:
        for worker in self._workers:
            worker.pipe.close()  # all of them first: they end at the same time
            if not worker.ready:  # it would read that only after its imports
                worker.process.kill()
        for worker in self._workers:
            worker.end()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _receive(pipe: Connection) -> Any:
    """The next message, or None when the worker is gone or overdue."""
    try:
        return pipe.recv() if pipe.poll() else None
    except (EOFError, OSError):
        return None
