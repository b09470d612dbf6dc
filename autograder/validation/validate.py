"""`autograder validate`: the checks are tested like any other code, on submissions whose grade is known.

No grader in use does this. A check that lets a known mistake pass, names it wrongly, fails an unusual right solution,
or fails the reference by chance, is found here before a student meets it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.assignment import Assignment
from autograder.checking.outcomes import Outcome
from autograder.errors import SandboxError
from autograder.grading.options import Options
from autograder.grading.pool import Pool
from autograder.grading.worker import Job
from autograder.validation.catalogue import Catalogue, read_catalogue
from autograder.validation.trials import (
    ALTERNATIVE,
    MISTAKE,
    REFERENCE,
    Trial,
    Verdict,
    judge,
    make_trials,
)

JOB_SECONDS = 900.0
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Validation:
    """Everything that validating one assignment found out."""

    assignment: str
    verdicts: tuple[Verdict, ...]
    catalogue: Catalogue
    seconds: float

    @property
    def problems(self) -> list[tuple[Trial, str]]:
        return [(verdict.trial, problem) for verdict in self.verdicts for problem in verdict.problems]

    def count(self, kind: str) -> tuple[int, int]:
        """How many trials' names of a kind came out right, of how many."""
        names = {verdict.trial.name for verdict in self.verdicts if verdict.trial.kind == kind}
        bad = {verdict.trial.name for verdict in self.verdicts if verdict.trial.kind == kind and verdict.problems}
        return len(names) - len(bad), len(names)

    @property
    def named(self) -> int:
        """Mistakes for which a message says what it must."""
        return sum(1 for variant in self.catalogue.visible_mistakes if variant.says)

    @property
    def check_seconds(self) -> dict[str, float]:
        """Mean time of each check on the reference solution."""
        reports = [verdict.report for verdict in self.verdicts if verdict.trial.kind == REFERENCE]
        ids = [check.id for check in reports[0].checks]
        return {id: sum(c.seconds for r in reports for c in r.checks if c.id == id) / len(reports) for id in ids}

    @property
    def matrix(self) -> dict[str, frozenset[str]]:
        """For each mistake, the ids of the checks that see it."""
        seen: dict[str, frozenset[str]] = {}
        for verdict in self.verdicts:
            if verdict.trial.kind == MISTAKE:
                failed = {check.id for check in verdict.report.checks if check.outcome is not Outcome.PASSED}
                seen[verdict.trial.name] = seen.get(verdict.trial.name, frozenset()) | failed
        return seen

    @property
    def never_alone(self) -> list[str]:
        """Checks without which every mistake would still be caught."""
        alone = {next(iter(checks)) for checks in self.matrix.values() if len(checks) == 1}
        return [id for id in self.check_seconds if id not in alone]

    @property
    def right_runs(self) -> tuple[int, int]:
        """(checks that failed a right solution, checks run on right solutions)."""
        right = [v.report for v in self.verdicts if v.trial.kind in (REFERENCE, ALTERNATIVE)]
        checks = [check for report in right for check in report.checks]
        return sum(check.outcome is not Outcome.PASSED for check in checks), len(checks)


def validate(
    assignment: Assignment,
    options: Options,
    secrets: int,
    workers: int,
    console: Console | None = None,
    *,
    every: int = 1,
) -> Validation:
    """Grades all trials of one assignment, or with every so manyth variant, and judges the reports."""
    started = time.perf_counter()
    catalogue = read_catalogue(assignment).sample(every)
    with tempfile.TemporaryDirectory(prefix="autograder-validate-") as folder:
        trials = make_trials(assignment, catalogue, secrets, Path(folder))
        verdicts = _grade(assignment, options, trials, workers, console or Console(quiet=True))
    return Validation(assignment.name, tuple(verdicts), catalogue, time.perf_counter() - started)


def _grade(
    assignment: Assignment, options: Options, trials: Sequence[Trial], workers: int, console: Console
) -> list[Verdict]:
    keys = [options.secret.derive("validate", str(number)) for number in range(1 + max(t.secret for t in trials))]
    jobs = [Job(t.name, t.path, t.only, keys[t.secret], tag=str(number)) for number, t in enumerate(trials)]
    verdicts: dict[int, Verdict] = {}
    with progress_bar(console) as progress, Pool(assignment, options, min(workers, len(jobs)), JOB_SECONDS) as pool:
        bar = progress.add_task(assignment.name, total=len(jobs))
        for done in pool.grade(jobs):
            if done.report is None:
                raise SandboxError(f"{trials[int(done.job.tag)].name}: {done.problem}")
            number = int(done.job.tag)
            verdicts[number] = judge(trials[number], done.report)
            progress.advance(bar)
    return [verdicts[number] for number in range(len(trials))]


def progress_bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def upper_bound(failures: int, runs: int) -> float:
    """Clopper–Pearson upper bound at 95 % of a rate of which `failures` in `runs` were seen."""
    from scipy.stats import beta

    return 1.0 if failures >= runs else float(beta.ppf(_CONFIDENCE, failures + 1, runs - failures))
