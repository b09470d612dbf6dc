"""Reports to store and to show, for the assignment of notebooks.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograder.checking.outcomes import CheckResult, Outcome
from autograder.grading.report import ManualItem, Report
from tests.grading.notebooks import NAME

CHECKS = (
    CheckResult("test_double.py::test_doubles", "double", "Numbers are doubled.", Outcome.PASSED, 1, 1, seconds=0.01),
    CheckResult("test_double.py::test_negative", "double", "Negative numbers too.", Outcome.PASSED, 1, 1, seconds=0.01),
    CheckResult("test_box.py::test_volume", "Box.volume", "The volume is the third power.", Outcome.PASSED, 3, 3),
    CheckResult("test_pair.py::test_first", "first", "The first item comes back.", Outcome.PASSED, 1, 1),
    CheckResult("test_pair.py::test_last", "last", "The last item comes back.", Outcome.PASSED, 1, 1),
    CheckResult("test_choice.py::test_choice", "CHOICE", "The choice is sensible.", Outcome.PASSED, 1, 1),
)


def report(student: str = "ann", outcomes: dict[str, Outcome] | None = None, **changes: Any) -> Report:
    """A report with full marks, but for the checks (by the end of their id) in `outcomes`."""
    checks = []
    for check in CHECKS:
        outcome = (outcomes or {}).get(check.id.rpartition("test_")[2], Outcome.PASSED)
        if outcome is not Outcome.PASSED:
            check = replace(check, outcome=outcome, points=0.0, message=f"{check.title[:-1]}: not so here.")
        checks.append(check)
    whole = Report(
        assignment=NAME,
        student=student,
        score=sum(check.points for check in checks),
        max_score=8,
        manual=(ManualItem("q-why", 4, 12, 50),),
        checks=tuple(checks),
        device="cpu",
        secret_id="5ec2e7",
        versions={"python": "3.11.7", "torch": "2.9.0"},
        submission_sha256="a" * 64,
        checks_sha256="c" * 64,
        seconds=0.4,
    )
    return replace(whole, **changes)
