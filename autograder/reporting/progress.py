"""What the terminal shows while a class is graded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder.grading.report import Report


class ProgressBar:
    """A bar with the last student, the count and the time left. Nothing of it stays on the screen."""

    def __init__(self, console: Console, workers: Callable[[], int] | None = None) -> None:
        """`workers`: how many are at work now; on a cluster they come and go."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[by]}"))
        self._workers = workers
        self._progress = Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True)
        self._console = console

    def begin(self, total: int, unchanged: int, workers: int) -> None:
        if unchanged:
            self._console.print(f"{unchanged} unchanged since the last run, not graded again (--force grades them)")
        if total:
            self._progress.start()
            self._bar = self._progress.add_task(f"starting {_counted(workers)}", total=total, by="")

    def unchanged(self, report: Report) -> None:
        """Not counted: it was not graded now."""

    def graded(self, report: Report) -> None:
        self._progress.update(self._bar, advance=1, description=report.student[:30], by=self._by())

    def _by(self) -> str:
        count = self._workers() if self._workers else 0
        return _counted(count) if count else ""

    def end(self, reports: Sequence[Report]) -> None:
        self._progress.stop()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *exception: object) -> None:
        self._progress.stop()


def _counted(workers: int) -> str:
    return f"{workers} worker{'s' * (workers != 1)}"
