"""A submission made ready for its checks: a process in the sandbox with the notebook's cells run.

When the process ends (a check that crashed it, a cell that killed it) the next check gets a new one: the cells are run
again, without those that did the harm. The number of new processes and the time are limited for the whole submission.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from autograder.errors import SandboxError
from autograder.sandbox.client import WarmServer
from autograder.sandbox.fair_time import counted, now
from autograder.sandbox.faults import StudentError, TimedOut
from autograder.sandbox.limits import MB, Limits
from autograder.sandbox.session import Session

_MOST_PROCESSES = 12  # for one submission: each costs 20 ms and the cells


class Cell(Protocol):
    """A code cell of the submission, in the order of running."""

    @property
    def id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def attempted(self) -> bool: ...


@dataclass(frozen=True)
class Materials:
    """What an assignment puts beside the student's cells: files in the working folder, probes, limits, environment."""

    files: dict[str, str]
    probes: str
    limits: Limits
    environment: dict[str, str]


class Workspace:
    """The cells of one submission and the process that ran them last."""

    def __init__(self, server: WarmServer, materials: Materials, cells: Sequence[Cell], seed: int) -> None:
        self._server, self._materials, self._cells, self._seed = server, materials, cells, seed
        self._session: Session | None = None
        self._opened = 0
        self._began = now()
        self._waited = 0.0  # by the processes that have ended
        self.cell_faults: dict[str, StudentError] = {}  # by cell id
        self.peak_bytes = 0

    @property
    def session(self) -> Session:
        """A living process with the cells run. Raises StudentError when the submission has used up what it may."""
        if self._session is not None and self._session.fault is not None:
            self.discard()
        while self._session is None:
            self._session = self._open()
        return self._session

    @property
    def check_seconds(self) -> float:
        return self._materials.limits.check_seconds

    def end_for(self, fault: StudentError) -> None:
        """Ends the process that runs now, from another thread; whoever waits for it gets the fault."""
        if self._session is not None:
            self._session.end_for(fault)

    def waited(self) -> float:
        """Seconds for which the machine had no core free for the submission: they count against no limit."""
        return self._waited + (self._session.waited() if self._session is not None else 0.0)

    def cell_of(self, name: str) -> Cell | None:
        """The task cell that is to define `name`."""
        return next((cell for cell in self._cells if name in cell.names), None)

    def fault_of(self, name: str) -> StudentError | None:
        """How the task cell that is to define `name` failed, when it last ran."""
        cell = self.cell_of(name)
        return self.cell_faults.get(cell.id) if cell is not None else None

    def discard(self) -> None:
        """Ends the process; the next use starts another."""
        if self._session is not None:
            self._close(self._session)
            self._session = None

    @property
    def peak_mb(self) -> float:
        return self.peak_bytes / MB

    def _open(self) -> Session | None:
        limit = self._materials.limits.submission_seconds
        left = limit - counted(now() - self._began, self.waited())
        if left <= 0 or self._opened >= _MOST_PROCESSES:
            raise TimedOut(limit, alive=False)
        self._opened += 1
        limits = replace(self._materials.limits, submission_seconds=left)
        session = self._server.open(limits, self._seed, self._materials.environment)
        try:
            for name, text in self._materials.files.items():
                session.write(name, text)
            session.load_probes(self._materials.probes)
        except TimedOut:
            raise
        except StudentError as fault:  # nothing of the student's has run in it yet
            session.close()
            raise SandboxError(f"a submission's process cannot be made ready: {fault.type}: {fault.message}") from None
        return session if self._run_cells(session) else None

    def _run_cells(self, session: Session) -> bool:
        """Runs the cells; False when one of them ended the process, which is then left out the next time."""
        for cell in self._cells:
            if cell.id in self.cell_faults and _did_harm(self.cell_faults[cell.id]):
                continue
            try:
                session.cell(cell.source)
                self.cell_faults.pop(cell.id, None)
            except StudentError as fault:
                self.cell_faults[cell.id] = fault
                if session.fault is not None:
                    self._close(session)
                    return False
        return True

    def _close(self, session: Session) -> None:
        session.close()
        self._waited += session.waited()
        if session.exit is not None:
            self.peak_bytes = max(self.peak_bytes, session.exit.peak_bytes)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *exception: object) -> None:
        self.discard()


def _did_harm(fault: StudentError) -> bool:
    """Whether the cell took its time or its process with it: an ordinary exception does not."""
    return type(fault) is not StudentError
