"""Grades a class: every submission gets a report, whatever it does, and a stopped run goes on where it stopped.

Workers grade; this process alone writes. For each report, in this order: the JSON file (atomic, it is the truth), the
scores in the gradebook (one transaction), whatever the observers write. A run that is killed in between is made good by
the next: reports that are current are not graded again, but their scores are written again, which changes nothing where
they stand already.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from autograder.assignment import Assignment
from autograder.authoring.checks_index import read_checks
from autograder.checking.judgement import OURS
from autograder.checking.outcomes import CheckResult, Outcome
from autograder.errors import AutograderError
from autograder.grading.collection import find_submissions
from autograder.grading.gpu_watch import WAIT_SECONDS
from autograder.grading.gradebook_url import database_url, refuse_unusable
from autograder.grading.notebook_file import sha256_of
from autograder.grading.options import Options
from autograder.grading.pool import Crew, Done, Grading, ThisMachine
from autograder.grading.regrade import Regrade, tasks_sha256
from autograder.grading.report import Report
from autograder.grading.results import ResultsFolder
from autograder.grading.template import load_template
from autograder.grading.versions import versions
from autograder.grading.worker import Job

if TYPE_CHECKING:
    from autograder.grading.gradebook import GradebookWriter

_SLACK = 60.0  # seconds beyond a submission's own limit before its worker is taken for lost


class Observer(Protocol):
    """Whoever wants to know how a class is coming on: the progress bar, the writer of pages."""

    def begin(self, total: int, unchanged: int, workers: int) -> None: ...

    def unchanged(self, report: Report) -> None:
        """A report of an earlier run that still holds."""

    def graded(self, report: Report) -> None:
        """A new report, already stored."""

    def end(self, reports: Sequence[Report]) -> None:
        """All reports of the class, old and new."""


@dataclass(frozen=True)
class ClassResult:
    """What a run left: all reports of the class, which of them are new, and where everything lies."""

    assignment: Assignment
    reports: tuple[Report, ...]
    graded: int
    skipped: int  # unchanged since the last run
    in_full: int  # where one task was asked for, but the rest of the old report no longer held
    results: ResultsFolder
    gradebook: str | None  # its URL

    @property
    def complete(self) -> bool:
        """Whether no report is owed to an error of the grader."""
        return not any(report.has_grader_error for report in self.reports)


def grade_class(
    assignment: Assignment,
    path: Path,
    out: Path,
    options: Options,
    *,
    crew: Crew | None = None,
    gradebook: str = "gradebook.db",
    force: bool = False,
    only: Collection[str] = (),
    observers: Sequence[Observer] = (),
) -> ClassResult:
    """Grades all submissions under `path`; stores reports below `out` and scores in the gradebook.

    `crew`: who grades, one process here without it. `only`: names of tasks to grade again; the rest of each report
    stays where it still holds, and where it does not the submission is graded in full.

    Raises AutograderError before anything is graded when the input, the output folder or the gradebook's file cannot
    be used, and with the first report when another database cannot: reports stay, the next run writes their scores."""
    crew = crew or ThisMachine()
    results, url = ResultsFolder(out), database_url(gradebook)
    if url is not None:
        refuse_unusable(url)
    plan = _Plan(assignment, options, results, force, Regrade.of(assignment, only))
    submissions = find_submissions(path, assignment)
    jobs, current = plan.sort_out(submissions)
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(_pool(plan, len(jobs), crew)) if jobs else None
        book = stack.enter_context(contextlib.closing(_Gradebook(url, assignment)))
        for observer in observers:
            observer.begin(len(jobs), len(current), max(1, min(crew.size, len(jobs))))
        for report in _loaded(results, current):
            book.write(report)
            for observer in observers:
                observer.unchanged(report)
        for done in pool.grade(jobs) if pool else ():
            report = plan.report_of(done)
            results.save(report)
            book.write(report)
            for observer in observers:
                observer.graded(report)
    reports = tuple(_loaded(results, [student for student, _ in submissions]))
    for observer in observers:
        observer.end(reports)
    in_full = sum(job.only is None for job in jobs) if plan.regrade else 0
    return ClassResult(assignment, reports, len(jobs), len(current), in_full, results, url)


def _pool(plan: _Plan, jobs: int, crew: Crew) -> contextlib.AbstractContextManager[Grading]:
    seconds = load_template(plan.assignment).limits.submission_seconds + _SLACK
    if plan.options.cuda:
        seconds += WAIT_SECONDS  # somebody else may have the GPU
    return crew.pool(plan.assignment, plan.options, jobs, seconds)


def _loaded(results: ResultsFolder, students: Iterable[str]) -> Iterator[Report]:
    """Their reports, one after the other; one that went away meanwhile is left to the next run."""
    return (report for student in students if (report := results.load(student)) is not None)


@dataclass(frozen=True)
class _Plan:
    """What of a class has to be graded, and how it fits to what there is."""

    assignment: Assignment
    options: Options
    results: ResultsFolder
    force: bool
    regrade: Regrade | None

    def sort_out(self, submissions: Sequence[tuple[str, Path]]) -> tuple[list[Job], list[str]]:
        """Jobs for what needs grading, and the students whose reports still hold. Holds one report at a time."""
        jobs: list[Job] = []
        current: list[str] = []
        for student, path in submissions:
            old = self.results.load(student)
            if self.regrade is not None:
                keeps = old is not None and self.regrade.keeps(old, self.described(student, path))
                jobs.append(Job(student, path, self.regrade.ids if keeps else None))
            elif old is not None and not self.force and old.holds_for(self.described(student, path)):
                current.append(student)
            else:
                jobs.append(Job(student, path))
        return jobs, current

    def described(self, student: str, path: Path) -> Report:
        """A report without results: what grading this submission now would be about."""
        return Report(
            assignment=self.assignment.name,
            student=student,
            score=0.0,
            max_score=0.0,
            manual=(),
            checks=(),
            isolation=self.options.mode.value,
            device=self.options.device,
            secret_id=self.options.secret.id,
            versions=versions(),
            submission_sha256=sha256_of(path),
            checks_sha256=self.assignment.checks_sha256,
            tasks_sha256=tasks_sha256(self.assignment),
        )

    def report_of(self, done: Done) -> Report:
        """What is stored about a job."""
        report = done.report or self._lost(done)
        if done.job.only is None or self.regrade is None:
            return report
        old = self.results.load(report.student)
        if old is None:
            raise AutograderError(
                f"the report on {report.student} went away while one task of it was graded: run the same again"
            )
        return self.regrade.merged(report, old)

    def _lost(self, done: Done) -> Report:
        """The report on a submission at which our own workers died: never a zero, always reported."""
        checks = tuple(
            CheckResult(c.id, c.task, c.title, Outcome.GRADER_ERROR, 0.0, c.points, OURS, detail=done.problem)
            for c in read_checks(self.assignment.checks).checks
            if done.job.only is None or c.id in done.job.only
        )
        report = self.described(done.job.student, done.job.path)
        return replace(report, checks=checks, max_score=sum(check.max_points for check in checks))


@dataclass(frozen=True)
class _Gradebook:
    """Where scores go: nowhere without a `url`.

    It is opened for the first report. That takes nbgrader seconds, which the starting workers would be later for; now
    they are at their second submissions meanwhile."""

    url: str | None
    assignment: Assignment

    @cached_property
    def _writer(self) -> GradebookWriter:
        from autograder.grading.gradebook import GradebookWriter

        return GradebookWriter(self.url or "", self.assignment)

    def write(self, report: Report) -> None:
        if self.url is not None:
            self._writer.write(report)

    def close(self) -> None:
        if "_writer" in self.__dict__:
            self._writer.close()
