"""The page that a student gets: what was checked, what came out of it, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.checking.outcomes import CheckResult, Outcome
from autograder.grading.report import Report
from autograder.reporting.pages import render


@dataclass(frozen=True)
class TaskFeedback:
    """The checks of one task. `message` is what all its checks say alike; they do not repeat it."""

    name: str
    checks: tuple[CheckResult, ...]
    message: str

    @property
    def points(self) -> float:
        return sum(check.points for check in self.checks)

    @property
    def max_points(self) -> float:
        return sum(check.max_points for check in self.checks)

    @property
    def is_done(self) -> bool:
        return all(check.outcome is Outcome.PASSED for check in self.checks)


def feedback_page(report: Report, title: str = "") -> str:
    """HTML for one student. `title`: of the assignment, its name if empty."""
    return render(
        "feedback.html.j2",
        report=report,
        title=title or report.assignment,
        tasks=tasks_of(report),
        by_hand=sum(item.max_points for item in report.manual),
        ours=any(check.outcome is Outcome.GRADER_ERROR for check in report.checks),
    )


def tasks_of(report: Report) -> list[TaskFeedback]:
    """The checks by task, in the order of their first check."""
    checks: dict[str, list[CheckResult]] = {}
    for check in report.checks:
        checks.setdefault(check.task, []).append(check)
    return [TaskFeedback(name, tuple(found), _common_message(found)) for name, found in checks.items()]


def _common_message(checks: list[CheckResult]) -> str:
    messages = {(check.message, check.outcome) for check in checks}
    return checks[0].message if len(checks) > 1 and len(messages) == 1 else ""
