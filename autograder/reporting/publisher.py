"""Writes the pages of a class while it is graded: a feedback page per student, the class report at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from autograder.grading.report import Report
from autograder.grading.results import ResultsFolder
from autograder.reporting.class_report import write_class_report
from autograder.reporting.feedback import feedback_page
from autograder.reporting.pages import write_page
from autograder.reporting.similarity import Alike


class Publisher:
    """An observer of a class run.

    Asked at the end: `mistakes` for the titles of the known mistakes by their ids, `alike` for the students whose code
    is most alike.
    """

    def __init__(
        self,
        results: ResultsFolder,
        title: str,
        mistakes: Callable[[], Mapping[str, str]] = dict,
        alike: Callable[[], Sequence[Alike]] = tuple,
    ) -> None:
        self._results, self._title, self._mistakes, self._alike = results, title, mistakes, alike

    def begin(self, total: int, unchanged: int, workers: int) -> None:
        """Nothing to prepare: folders are made with the first page."""

    def unchanged(self, report: Report) -> None:
        if not self._results.feedback_path_of(report.student).exists():
            self.graded(report)

    def graded(self, report: Report) -> None:
        write_page(self._results.feedback_path_of(report.student), feedback_page(report, self._title))

    def end(self, reports: Sequence[Report]) -> None:
        titles = dict(self._mistakes())
        write_class_report(self._results.class_report, reports, self._title, titles, alike=self._alike())
