"""A Dask cluster as the crew that grades.

Dask only carries: a submission's bytes out, a report's JSON back. Each thread of a Dask worker holds one ordinary local
pool (cluster_worker.py), so retries, deadlines and warm servers are those of a single machine; a Dask worker that dies
costs its submissions another try elsewhere. Workers may come and go. This process alone writes results.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import msgspec

from autograder import __version__
from autograder.assignment import Assignment
from autograder.errors import AutograderError, SandboxError
from autograder.grading import cluster_worker
from autograder.grading.cluster_worker import Answer, Order, Work
from autograder.grading.content import read_content
from autograder.grading.options import Options
from autograder.grading.pool import Done
from autograder.grading.report import Report
from autograder.grading.worker import Job
from autograder.sandbox.isolation import Machine, Mode

if TYPE_CHECKING:
    from distributed import Client, Future

_CONNECT_SECONDS = 10.0
_LOOK_SECONDS = 1.0  # how often to look whether workers came or went
_PATIENCE_SECONDS = 180.0  # without any worker
_AHEAD = 2  # submissions per thread on their way: the next one lies there when a thread gets free
_SCHEMES = ("tcp://", "tls://")
_AGAIN = "the same command goes on where it stopped"
_WITHOUT_ANSWER = ("cancelled", "lost")  # states of a future


class Cluster:
    """A connection to a scheduler. Use as a context manager.

    Raises AutograderError when Dask is not installed or nobody answers at the address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._client = _connect(address)
        self._threads, self._looked = 0, 0.0

    @property
    def size(self) -> int:
        """Threads of all workers; asked for again once a second at most."""
        if time.monotonic() - self._looked > _LOOK_SECONDS:
            self._threads, self._looked = self._count(), time.monotonic()
        return self._threads

    @property
    def is_there(self) -> bool:
        """Whether the connection stands."""
        return bool(self._client.status == "running")

    def inspect(self, assignment: Assignment, device: str = "cpu") -> Machine:
        """The modes of isolation that every worker offers.

        Raises AutograderError when there is no worker, or one that could not grade as this machine would."""
        self._wait_for_a_worker()
        asked = (str(assignment.root), assignment.name, assignment.checks_sha256, __version__, device)
        found: dict[str, dict[str, str]] = self._client.run(cluster_worker.missing_modes, *asked, on_error="return")
        missing: dict[Mode, str] = {}
        for address, said in sorted(found.items()):
            if not isinstance(said, dict):
                raise AutograderError(_of_worker(address, said))
            missing |= {Mode(mode): f"worker {address}: {reason}" for mode, reason in said.items()}
        return Machine(tuple(mode for mode in Mode if mode not in missing), missing)

    def pool(self, assignment: Assignment, options: Options, jobs: int, job_seconds: float) -> ClusterPool:
        return ClusterPool(self, self._client, Work.of(assignment, options, job_seconds))

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *exception: object) -> None:
        self._client.close(timeout=_CONNECT_SECONDS)

    def _count(self) -> int:
        """0 as well when the scheduler does not answer: it may come back."""
        if not self.is_there:
            return 0
        try:
            return sum(self._client.nthreads().values())
        except Exception:  # Dask raises what its transport raised
            return 0

    def _wait_for_a_worker(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except (TimeoutError, asyncio.TimeoutError):  # two classes before Python 3.11
            raise AutograderError(
                f"the cluster at {self.address} has no worker: start some with `dask worker {self.address}`"
            ) from None


class ClusterPool:
    """Grades jobs on the workers; the same for its users as a local Pool."""

    def __init__(self, cluster: Cluster, client: Client, work: Work) -> None:
        self._cluster, self._client, self._work = cluster, client, work
        self._said: SimpleQueue[Future] = SimpleQueue()
        self._last_worker = time.monotonic()

    def grade(self, jobs: Iterable[Job]) -> Iterator[Done]:
        """Yields each job as it is done, in no particular order. Only a few submissions are in memory at a time."""
        todo = deque(jobs)
        running: dict[object, tuple[Future, Job]] = {}  # by the future's key
        try:
            while todo or running:
                while todo and len(running) < max(1, _AHEAD * self._cluster.size):
                    job = todo.popleft()
                    future = self._send(job)
                    running[future.key] = (future, job)
                ended = self._next()
                if ended is None or ended.key not in running:
                    continue
                job = running.pop(ended.key)[1]
                if ended.status not in _WITHOUT_ANSWER:
                    yield self._done(job, ended)
                elif not self._cluster.is_there:
                    raise AutograderError(f"the scheduler at {self._cluster.address} is gone: start it; {_AGAIN}")
                else:  # a worker went away with an answer that had not been fetched yet
                    todo.appendleft(job)
        finally:
            if self._cluster.is_there:
                self._client.cancel([future for future, _ in running.values()])

    def _send(self, job: Job) -> Future:
        content = read_content(job.path)
        secret = job.secret.key if job.secret else None
        only = None if job.only is None else sorted(job.only)
        order = Order(self._work, job.student, job.path.name, content.data, content.problem, only, secret)
        future = self._client.submit(cluster_worker.grade_order, msgspec.msgpack.encode(order), pure=False)
        future.add_done_callback(self._said.put)
        return future

    def _next(self) -> Future | None:
        """The next job that ended, or nothing for now. Raises when no worker has been there for long."""
        try:
            return self._said.get(timeout=_LOOK_SECONDS)
        except Empty:
            if self._cluster.size:
                self._last_worker = time.monotonic()
            elif time.monotonic() - self._last_worker > _PATIENCE_SECONDS:
                raise AutograderError(
                    f"no worker of {self._cluster.address} has answered for {_PATIENCE_SECONDS:g} s; {_AGAIN}"
                ) from None
            return None

    def _done(self, job: Job, future: Future) -> Done:
        from distributed import KilledWorker

        error = future.exception() if future.status == "error" else None
        if isinstance(error, KilledWorker):
            return Done(job, None, "the cluster's workers ended again and again at this submission")
        if isinstance(error, (AutograderError, SandboxError)):
            raise error
        if error is not None:
            return Done(job, None, f"on the cluster: {type(error).__name__}: {error}")
        answer = msgspec.msgpack.decode(future.result(), type=Answer)
        return Done(job, Report.from_json(answer.report) if answer.report else None, answer.problem)

    def __enter__(self) -> ClusterPool:
        return self

    def __exit__(self, *exception: object) -> None:
        """Lets the workers end their graders: they hold about 1.5 GB each."""
        if self._cluster.is_there:
            self._client.run(partial(cluster_worker.let_go, self._work), on_error="ignore")


def _connect(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise AutograderError("--cluster needs Dask: pip install 'autograder[cluster]'") from None
    _silence()
    if not address.startswith(_SCHEMES):
        raise AutograderError(f"{address!r} is no address of a scheduler: write it like tcp://host:8786")
    try:
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise AutograderError(f"no Dask scheduler answers at {address!r} ({reason}): run `dask scheduler`") from None


def _silence() -> None:
    """Dask's troubles are ours to tell, in one line."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _of_worker(address: str, said: Any) -> str:
    if isinstance(said, AutograderError):
        return f"worker {address}: {said}"
    return f"worker {address} cannot grade ({type(said).__name__}: {said}): is this package installed there?"
