"""A report as Gradescope's `results.json`: one test per check, hidden or shown as its author declared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.checking.outcomes import CheckResult, Outcome
from autograder.errors import AutograderError
from autograder.grading.report import Report
from autograder.plain_text import plain
from autograder.reporting.wording import WORDINGS, points


def results_json(report: Report, visibilities: Mapping[str, str], visibility: str) -> bytes:
    """The whole file.

    `visibilities`: by id of the checks that declare one; `visibility`: of everything else. Raises AutograderError when
    no check could be judged: a file without any score would read as a zero.
    """
    if report.checks and all(check.outcome is Outcome.GRADER_ERROR for check in report.checks):
        raise AutograderError("the grader failed in every check: nothing is handed to Gradescope, run it again")
    found = {
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "output": "\n".join(_remarks(report)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "execution_time": round(report.seconds),
        "tests": [
            _test(check, number, visibilities.get(check.id) or visibility) for number, check in _numbered(report)
        ],
        "extra_data": _origin(report),
    }
    return json.dumps(found, indent=1, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _numbered(report: Report) -> Iterator[tuple[str, CheckResult]]:
    """Checks with "task.check" numbers, both counted from 1."""
    tasks: dict[str, list[CheckResult]] = {}
    for check in report.checks:
        tasks.setdefault(check.task, []).append(check)
    for first, checks in enumerate(tasks.values(), start=1):
        for second, check in enumerate(checks, start=1):
            yield f"{first}.{second}", check


def _test(check: CheckResult, number: str, visibility: str) -> dict[str, Any]:
    """One entry. A check in which the grader itself failed has no score: it is shown, and counts for nobody."""
    entry: dict[str, Any] = {
        "name": plain(f"{check.task}: {check.title}"),
        "number": number,
        "output": "\n".join(_said(check)),
        "tags": [check.task],
        "visibility": visibility,
        "extra_data": {"id": check.id, "outcome": check.outcome.value, "mistake": check.mistake},
    }
    if check.outcome is not Outcome.GRADER_ERROR:
        entry |= {"score": check.points, "max_score": check.max_points}
        entry["status"] = "passed" if check.outcome is Outcome.PASSED else "failed"
    return entry


def _said(check: CheckResult) -> Iterator[str]:
    how = WORDINGS[check.outcome]
    if check.outcome is not Outcome.PASSED:
        yield f"{how.symbol} {how.word}"
    yield from (plain(text) for text in (check.message, *(f"Note: {note}" for note in check.notes)) if text)
    if how.next_step:
        yield how.next_step


def _remarks(report: Report) -> Iterator[str]:
    """What belongs to no single check."""
    if report.problem:
        yield f"Your notebook could not be graded: {plain(report.problem)}"
    if report.has_grader_error:
        yield "The grader itself failed in some checks. They cost you nothing; your instructor has to run it again."
    yield from (f"Put right before grading: {plain(repair)}" for repair in report.repairs)
    yield from (f"A cell did not run through: {plain(error)}" for error in report.cell_errors)
    for item in report.manual:
        limit = f" of at most {item.limit}" if item.limit else ""
        yield f"{item.id}: {item.words} words{limit}, up to {points(item.max_points)} points by hand"


def _origin(report: Report) -> dict[str, Any]:
    return {
        "assignment": report.assignment,
        "isolation": report.isolation,
        "device": report.device,
        "secret_id": report.secret_id,
        "submission_sha256": report.submission_sha256,
        "checks_sha256": report.checks_sha256,
        "versions": report.versions,
    }
