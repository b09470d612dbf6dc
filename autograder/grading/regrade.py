"""Grading some tasks again and keeping the rest of a report, where that is safe.

Every report says what the results of each task depend on (`tasks_sha256`): the files that hold the task's checks, and
all that any check may use. So the checks of one task can be put right and graded again, and the other results still
hold. Where anything else has changed, the submission is graded in full.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from autograder.assignment import Assignment
from autograder.authoring.checks_index import read_checks
from autograder.checking.outcomes import CheckResult
from autograder.errors import AutograderError
from autograder.grading.report import Report
from autograder.grading.template import load_template


def tasks_sha256(assignment: Assignment) -> dict[str, str]:
    """Task -> hash of what its results depend on, besides submission, secret, device and versions."""
    return _tasks_sha256(assignment, assignment.checks_sha256)


@lru_cache(maxsize=8)
def _tasks_sha256(assignment: Assignment, checks_sha256: str) -> dict[str, str]:
    """`checks_sha256` is there to tell apart what the same files held at different times."""
    index = read_checks(assignment.checks)
    files_of = {task: sorted({check.id.partition("::")[0] for check in index.of(task)}) for task in index.tasks}
    with_checks = {assignment.checks / name for names in files_of.values() for name in names}
    common = assignment.sha256_of(path for path in assignment.grading_files if path not in with_checks)
    return {
        task: hashlib.sha256(
            f"{common} {assignment.sha256_of(assignment.checks / n for n in names)}".encode()
        ).hexdigest()
        for task, names in files_of.items()
    }


@dataclass(frozen=True)
class Regrade:
    """Which tasks are graded again."""

    assignment: Assignment
    tasks: frozenset[str]

    @classmethod
    def of(cls, assignment: Assignment, names: Collection[str]) -> Regrade | None:
        """The tasks with these names and those within them (`VAE` means `VAE.encoder` too); None without names.

        Raises AutograderError for a name that no task has."""
        tasks = read_checks(assignment.checks).tasks
        chosen: set[str] = set()
        for name in names:
            found = {task for task in tasks if task == name or task.startswith(f"{name}.")}
            if not found:
                raise AutograderError(f"{assignment.name} has no task {name!r} (there are: {', '.join(tasks)})")
            chosen |= found
        return cls(assignment, frozenset(chosen)) if names else None

    @property
    def ids(self) -> frozenset[str]:
        """The checks of these tasks."""
        return frozenset(check.id for check in read_checks(self.assignment.checks).checks if check.task in self.tasks)

    def keeps(self, old: Report, now: Report) -> bool:
        """Whether the rest of the `old` report holds for what `now` describes."""
        rest = set(now.tasks_sha256) - self.tasks
        return (
            old.identity == now.identity
            and old.versions == now.versions
            and all(old.tasks_sha256.get(task) == now.tasks_sha256[task] for task in rest)
            and not any(check.outcome.is_ours for check in old.checks if check.task in rest)
        )

    def merged(self, new: Report, old: Report) -> Report:
        """The new results of these tasks beside the old results of the rest."""
        checks = [*new.checks, *(check for check in old.checks if check.task not in self.tasks)]
        return replace(
            new,
            score=sum(check.points for check in checks),
            max_score=sum(check.max_points for check in checks),
            checks=in_notebook_order(checks, self.assignment),
            peak_memory_mb=max(new.peak_memory_mb, old.peak_memory_mb),
        )


def in_notebook_order(results: Iterable[CheckResult], assignment: Assignment) -> tuple[CheckResult, ...]:
    """Sorted by the places of their tasks in the notebook; checks of one task keep their order."""
    tasks = [cell.task for cell in load_template(assignment).of_kind("points")]
    return tuple(sorted(results, key=lambda result: tasks.index(result.task) if result.task in tasks else len(tasks)))
