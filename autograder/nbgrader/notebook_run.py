"""An ordinary nbgrader notebook run in the sandbox: tests and student's code in one process, outputs as in Jupyter.

A cell that takes its process with it costs that cell: a new process runs what stood before, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.limits import FILES_TAKEN, FILES_TAKEN_BYTES
from autograder.nbgrader.outputs import shown_outputs
from autograder.sandbox.client import WarmServer
from autograder.sandbox.fair_time import now
from autograder.sandbox.faults import StudentError, TimedOut
from autograder.sandbox.limits import FRAME_BYTES, Limits
from autograder.sandbox.session import Session

_MOST_PROCESSES = 12  # for one notebook: each runs the cells before it again
_ENVIRONMENT = {"NBGRADER_EXECUTION": "autograde"}
_NEVER_RUN = "The notebook had used up what it may: this cell was not run."


@dataclass(frozen=True)
class Cell:
    """A code cell to run, and its own limit of seconds."""

    source: str
    seconds: float


class NotebookRun:
    """Runs the cells of one notebook. `files`: what lies beside it, by relative name."""

    def __init__(self, server: WarmServer, cells: Sequence[Cell], files: dict[str, bytes], limits: Limits) -> None:
        self._server, self._cells, self._files, self._limits = server, cells, files, limits
        self._session: Session | None = None
        self._opened = 0
        self._harmful: set[int] = set()
        self._end = now() + limits.submission_seconds

    def outputs(self) -> list[list[NotebookNode]]:
        """The outputs of each cell. Raises SandboxError when the sandbox itself fails."""
        try:
            return [self._outputs_of(at) for at in range(len(self._cells))]
        finally:
            self._close()

    def _outputs_of(self, at: int) -> list[NotebookNode]:
        cell = self._cells[at]
        try:
            return shown_outputs(self._open(at).run(cell.source, cell.seconds), at + 1)
        except _UsedUpError:
            return [_error("NotRunError", _NEVER_RUN)]
        except StudentError as fault:
            self._close_when_over(at)
            return [_as_output(fault)]

    def _open(self, upto: int) -> Session:
        """A process in which the cells before `upto` have run."""
        while self._session is None:
            left = self._end - now()
            if left <= 0 or self._opened >= _MOST_PROCESSES:
                raise _UsedUpError
            self._opened += 1
            self._session = self._server.open(replace(self._limits, submission_seconds=left), 0, _ENVIRONMENT)
            for name, data in self._files.items():
                self._session.put(name, data)
            self._run_again(self._session, upto)
        return self._session

    def _run_again(self, session: Session, upto: int) -> None:
        for at in range(upto):
            if at in self._harmful:
                continue
            try:
                session.run(self._cells[at].source, self._cells[at].seconds)
            except StudentError:
                self._close_when_over(at)
                if self._session is None:
                    return

    def _close_when_over(self, at: int) -> None:
        """Remembers the cell when its process is gone."""
        if self._session is not None and self._session.fault is not None:
            self._harmful.add(at)
            self._close()

    def _close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


class _UsedUpError(Exception):
    """No further process or second for this notebook."""


def _as_output(fault: StudentError) -> NotebookNode:
    if isinstance(fault, TimedOut):
        return _error("CellTimeoutError", f"the cell {fault.message}")
    return _error("DeadKernelError" if fault.type == "Crashed" else fault.type, fault.message)


def _error(name: str, text: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=text, traceback=[f"\x1b[0;31m{name}\x1b[0m: {text}"])


def files_beside(submitted: Path, source: Path, merged: Path, warn: Callable[[str], None]) -> dict[str, bytes]:
    """The files that the notebook finds beside it: those in `merged`, where nbgrader put the student's and, over them,
    the instructor's. Links of the student's are left out: they would bring in what the student may not read."""
    files: dict[str, bytes] = {}
    size = 0
    for path in sorted(merged.rglob("*")):
        name = path.relative_to(merged)
        if path.is_dir() or path.is_symlink() or path.suffix == ".ipynb":
            continue
        if not (source / name).exists() and _through_a_link(submitted, name):
            warn(f"{name} is a link and was left out")
            continue
        size += path.stat().st_size
        if path.stat().st_size > FRAME_BYTES or size > FILES_TAKEN_BYTES or len(files) >= FILES_TAKEN:
            warn(f"{name} and further files were left out: too large or too many")
            break
        files[name.as_posix()] = path.read_bytes()
    return files


def _through_a_link(folder: Path, name: Path) -> bool:
    return any((folder / part).is_symlink() for part in (name, *name.parents) if part != Path())
