"""Grades a class: every submission gets a report, whatever it does, and a stopped run goes on where it stopped.

Workers grade; this process alone writes. For each report, in this order: the JSON file (atomic, it is the truth), the
scores in the gradebook (one transaction), whatever the observers write. A run that is killed in between is made good by
the next: reports that are current are not graded again, but their scores are written again, which changes nothing where
they stand already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autograder.assignment import Assignment
from autograder.authoring.checks_index import read_checks
from autograder.checking.judgement import OURS
from autograder.checking.outcomes import CheckResult, Outcome
from autograder.grading.collection import find_submissions
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.grader import versions
from autograder.grading.notebook_file import sha256_of
from autograder.grading.options import Options
from autograder.grading.pool import Done, Pool
from autograder.grading.report import Report
from autograder.grading.results import ResultsFolder
from autograder.grading.template import load_template
from autograder.grading.worker import Job

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
    workers: int = 1,
    gradebook: str = "gradebook.db",
    force: bool = False,
    observers: Sequence[Observer] = (),
) -> ClassResult:
    """Grades all submissions under `path`; stores reports below `out` and scores in the gradebook.

    Raises AutograderError before anything is graded when the input or the output folder cannot be used."""
    submissions = find_submissions(path, assignment)
    results = ResultsFolder(out)
    url = database_url(gradebook)
    with GradebookWriter(url, assignment) if url else _NoGradebook() as book:
        jobs, current = _sort_out(submissions, results, assignment, options, force)
        workers = max(1, min(workers, len(jobs)))
        for observer in observers:
            observer.begin(len(jobs), len(current), workers)
        for report in current:
            book.write(report)
            for observer in observers:
                observer.unchanged(report)
        for report in _graded(assignment, options, jobs, workers):
            results.save(report)
            book.write(report)
            for observer in observers:
                observer.graded(report)
    loaded = (results.load(student) for student, _ in submissions)
    reports = tuple(report for report in loaded if report is not None)
    for observer in observers:
        observer.end(reports)
    return ClassResult(assignment, reports, len(jobs), len(current), results, url)


def database_url(gradebook: str) -> str | None:
    """A file's name as SQLite's URL; any other URL as it is; None for "none"."""
    if gradebook == "none":
        return None
    return gradebook if "://" in gradebook else f"sqlite:///{Path(gradebook).resolve()}"


def _sort_out(
    submissions: Sequence[tuple[str, Path]],
    results: ResultsFolder,
    assignment: Assignment,
    options: Options,
    force: bool,
) -> tuple[list[Job], list[Report]]:
    """Which submissions need grading, and the reports of those that do not."""
    jobs: list[Job] = []
    current: list[Report] = []
    for student, path in submissions:
        now = (sha256_of(path), assignment.checks_sha256, options.secret.id, options.device)
        report = results.load(student) if not force and results.is_current(student, *now) else None
        if report is not None:
            current.append(report)
        else:
            jobs.append(Job(student, path))
    return jobs, current


def _graded(assignment: Assignment, options: Options, jobs: list[Job], workers: int) -> Iterator[Report]:
    if not jobs:
        return
    seconds = load_template(assignment).limits.submission_seconds + _SLACK
    with Pool(assignment, options, workers, seconds) as pool:
        for done in pool.grade(jobs):
            yield done.report or _lost(done, assignment, options)


def _lost(done: Done, assignment: Assignment, options: Options) -> Report:
    """The report on a submission at which our own workers died: never a zero, always reported."""
    checks = tuple(
        CheckResult(c.id, c.task, c.title, Outcome.GRADER_ERROR, 0.0, c.points, OURS, detail=done.problem)
        for c in read_checks(assignment.checks).checks
    )
    return Report(
        assignment=assignment.name,
        student=done.job.student,
        score=0.0,
        max_score=sum(check.max_points for check in checks),
        manual=(),
        checks=checks,
        isolation=options.mode.value,
        device=options.device,
        secret_id=options.secret.id,
        versions=versions(),
        submission_sha256=sha256_of(done.job.path),
        checks_sha256=assignment.checks_sha256,
    )


class _NoGradebook:
    """Stands in where no gradebook is wanted."""

    def write(self, report: Report) -> None: ...

    def __enter__(self) -> _NoGradebook:
        return self

    def __exit__(self, *exception: object) -> None: ...
