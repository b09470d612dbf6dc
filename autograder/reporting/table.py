"""Reports in the terminal: a class in one table, one notebook in another."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.checking.outcomes import CheckResult, Outcome
from autograder.grading.report import Report
from autograder.limits import NAME_SHOWN
from autograder.plain_text import plain
from autograder.reporting.feedback import tasks_of
from autograder.reporting.wording import WORDINGS, points

_STYLES = {"good": "green", "bad": "red", "open": "dim", "ours": "yellow"}


def class_table(reports: Iterable[Report]) -> Table:
    """Students and scores, and in one word whom somebody should look at."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("student", overflow="fold")
    for title in ("score", "passed", "seconds"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("look at", overflow="fold")
    for report in sorted(reports, key=lambda report: report.student):
        passed = sum(1 for check in report.checks if check.outcome is Outcome.PASSED)
        table.add_row(
            Text(plain(report.student, NAME_SHOWN).replace("\n", " ")),
            f"{points(report.score)} / {points(report.max_score)}",
            f"{passed} / {len(report.checks)}",
            f"{report.seconds:.1f}",
            _look_at(report),
        )
    return table


def check_table(report: Report) -> Group:
    """Every check of one notebook with its outcome and message, for `autograder check`."""
    table = Table(box=None, pad_edge=False, show_header=False, expand=True)
    table.add_column(width=1)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for task in tasks_of(report):
        table.add_row("", Text(task.name, "bold"), Text(f"{points(task.points)} / {points(task.max_points)}", "bold"))
        for check in task.checks:
            table.add_row(*_check_row(check, "" if task.message or report.problem else check.message))
        if task.message and not report.problem:
            table.add_row("", Text(plain(task.message), "dim"), "")
    notes = [Text(f"{word}: {plain(text)}", "yellow") for word, text in _remarks(report)]
    total = Text(f"{points(report.score)} of {points(report.max_score)} points", "bold")
    by_hand = sum(item.max_points for item in report.manual)
    if by_hand:
        total.append(f", and up to {points(by_hand)} by hand", "dim")
    return Group(*notes, table, total)


def _check_row(check: CheckResult, message: str) -> tuple[Text, Text, str]:
    how = WORDINGS[check.outcome]
    style = _STYLES[how.tone]
    said = Text(plain(check.title))
    said.append(f" {how.word}", style)
    for line in filter(None, (message, *(f"note: {note}" for note in check.notes))):
        said.append(f"\n{plain(line)}", "dim")
    return Text(how.symbol, style), said, f"{points(check.points)} / {points(check.max_points)}"


def _remarks(report: Report) -> Iterable[tuple[str, str]]:
    if report.problem:
        yield "not graded", report.problem
    yield from (("repaired", repair) for repair in report.repairs)
    yield from (("cell", error) for error in report.cell_errors)


def _look_at(report: Report) -> Text:
    if report.problem:
        return Text(plain(report.problem), "red")
    words = []
    for outcome in (
        Outcome.GRADER_ERROR,
        Outcome.PROTOCOL_ERROR,
        Outcome.CRASHED,
        Outcome.OUT_OF_MEMORY,
        Outcome.TIMEOUT,
    ):
        if any(check.outcome is outcome for check in report.checks):
            words.append(WORDINGS[outcome].word)
    if report.repairs:
        words.append("repaired")
    return Text(", ".join(words), "yellow")
