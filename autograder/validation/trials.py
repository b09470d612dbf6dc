"""What `validate` grades, and what it expects of each: the reference, the blank, alternatives, mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.assignment import Assignment
from autograder.authoring.checks_index import IndexedCheck, read_checks
from autograder.checking.outcomes import CheckResult, Outcome
from autograder.grading.report import Report
from autograder.validation.catalogue import Catalogue, Variant, make_submission

REFERENCE, BLANK, STARTED, ALTERNATIVE, MISTAKE = "reference", "blank", "started", "alternative", "mistake"
_SAMPLE = 5  # every fifth mistake meets all secrets, and all checks once; the others their own checks, once


@dataclass(frozen=True)
class Trial:
    """One submission made from the assignment's own files, and the secret it is graded with."""

    kind: str
    name: str
    secret: int
    path: Path
    variant: Variant | None = None
    first_task: str = ""  # of a started submission: the only object that is written
    only: frozenset[str] | None = None  # ids of checks; None: all


@dataclass(frozen=True)
class Verdict:
    """What came out of a trial; `problems` is empty when it is as it must be."""

    trial: Trial
    report: Report
    problems: tuple[str, ...]


def make_trials(assignment: Assignment, catalogue: Catalogue, secrets: int, folder: Path) -> list[Trial]:
    """All trials of an assignment, their notebooks written below `folder`."""
    return list(_trials(assignment, catalogue, secrets, folder))


def _trials(assignment: Assignment, catalogue: Catalogue, secrets: int, folder: Path) -> Iterator[Trial]:
    index = read_checks(assignment.checks)
    first = _object(index.tasks[0])
    plain = [(REFERENCE, ""), (BLANK, ""), (STARTED, first)]
    for kind, task in plain:
        path = write_notebook(folder / f"{kind}.ipynb", _notebook(assignment, kind, task))
        for secret in range(secrets):
            yield Trial(kind, kind, secret, path, first_task=task)
    for variant in catalogue.alternatives:
        path = write_notebook(folder / f"alternative-{variant.id}.ipynb", make_submission(assignment, variant))
        for secret in range(secrets):
            yield Trial(ALTERNATIVE, variant.id, secret, path, variant)
    for number, variant in enumerate(catalogue.visible_mistakes):
        path = write_notebook(folder / f"mistake-{variant.id}.ipynb", make_submission(assignment, variant))
        sampled = number % _SAMPLE == 0
        own = frozenset(check.id for check in index.checks if _concerns(check, variant))
        for secret in range(secrets if sampled else 1):
            everything = sampled and secret == 0  # once, to see that no check of another task fails
            yield Trial(MISTAKE, variant.id, secret, path, variant, only=None if everything else own)


def _concerns(check: IndexedCheck, variant: Variant) -> bool:
    return variant.is_about(check.task) or check.name in variant.caught_by


def _notebook(assignment: Assignment, kind: str, task: str) -> nbformat.NotebookNode:
    if kind == STARTED:
        return make_submission(assignment, kind="partial", tasks=(task,))
    return make_submission(assignment, kind=kind)


def write_notebook(path: Path, notebook: nbformat.NotebookNode) -> Path:
    """Writes a notebook, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


# --- what must come out --------------------------------------------------------------------------------------------


def judge(trial: Trial, report: Report) -> Verdict:
    """Compares a report with what the trial must give."""
    ours = [f"{check.id}: the grader failed: {check.detail}" for check in _with(report, Outcome.GRADER_ERROR)]
    expectations = {
        REFERENCE: _full_marks,
        ALTERNATIVE: _full_marks,
        BLANK: _nothing,
        STARTED: _only_the_first,
        MISTAKE: _caught,
    }
    return Verdict(trial, report, (*ours, *expectations[trial.kind](trial, report)))


def _full_marks(trial: Trial, report: Report) -> list[str]:
    lost = [check for check in report.checks if check.outcome is not Outcome.PASSED]
    return [f"{check.id}: {check.outcome.in_words}: {check.message}" for check in lost]


def _nothing(trial: Trial, report: Report) -> list[str]:
    return [f"{check.id}: {check.outcome.in_words}" for check in report.checks if not _untouched(check)]


def _only_the_first(trial: Trial, report: Report) -> list[str]:
    first = [check for check in report.checks if _object(check.task) == trial.first_task]
    others = [check for check in report.checks if _object(check.task) != trial.first_task]
    wrong = [check for check in first if check.outcome is not Outcome.PASSED]
    wrong += [check for check in others if not _untouched(check)]
    return [f"{check.id}: {check.outcome.in_words}: {check.message}" for check in wrong]


def _caught(trial: Trial, report: Report) -> list[str]:
    variant = trial.variant
    assert variant is not None
    failed = [check for check in report.checks if check.outcome not in (Outcome.PASSED, Outcome.GRADER_ERROR)]
    names = {_function(check) for check in failed}
    problems = [f"{name} does not see it" for name in variant.caught_by if name not in names]
    for check in failed:
        if _object(check.task) != _object(variant.task) and _function(check) not in variant.caught_by:
            problems.append(f"{check.id} of another task fails too: {check.message}")
    if not problems and variant.says and not any(variant.says in check.message for check in failed):
        said = "; ".join(check.message for check in failed)
        problems.append(f"no message says {variant.says!r}, but: {said}")
    return problems


def _untouched(check: CheckResult) -> bool:
    return check.outcome is Outcome.NOT_ATTEMPTED


def _with(report: Report, outcome: Outcome) -> list[CheckResult]:
    return [check for check in report.checks if check.outcome is outcome]


def _object(task: str) -> str:
    return task.partition(".")[0]


def _function(check: CheckResult) -> str:
    return check.id.partition("::")[2]
