"""`autograder demo`: builds an assignment, grades a made-up class with it, and says what came out and where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.assignment import Assignment
from autograder.authoring.build import build
from autograder.checking.outcomes import Outcome
from autograder.class_run import print_places, run_class
from autograder.demo.made_up_class import Member, describe, make_class
from autograder.demo.real_data import require_mnist, train_on
from autograder.grading.classroom import ClassResult
from autograder.grading.options import Options
from autograder.grading.pool import ThisMachine
from autograder.grading.report import Report

SAID_CHARS = 110  # about three lines of the table's last column


def run_demo(
    assignment: Assignment,
    out: Path,
    options: Options,
    workers: int,
    data: Path | None = None,
    console: Console | None = None,
) -> ClassResult:
    """Makes, grades and tells. Everything lands below `out`; with `data` the reference is trained on the MNIST there.

    Raises AutograderError when `out` cannot be used or `data` does not hold MNIST, before anything else is done.
    """
    console = console or Console()
    if data is not None:
        require_mnist(data)
    members = make_class_of(assignment, out / "submitted", console)
    result = run_class(
        assignment,
        out / "submitted",
        out,
        options,
        crew=ThisMachine(workers),
        gradebook=str(out / "gradebook.db"),
        force=True,
        console=console,
    )
    console.print(class_table(assignment, members, result.reports))
    print_places(result, console)
    console.print(f"isolation: {options.mode.value}; device: {options.device}; workers: {workers}")
    tell_data(console, assignment, data)
    return result


def make_class_of(assignment: Assignment, folder: Path, console: Console) -> list[Member]:
    """Builds the notebooks and makes the class, and says so."""
    built = build(assignment)
    console.print(f"{assignment.name}: {built.points:g} automatic points in {len(built.tasks)} tasks, notebooks built")
    members = make_class(assignment, folder)
    console.print(f"a made-up class of {len(members)} in {folder}: {describe(members)}")
    return members


def class_table(assignment: Assignment, members: Sequence[Member], reports: Sequence[Report]) -> Table:
    """One line a student: what was handed in, the points, and the first thing that the grader had to say."""
    table = Table(title=assignment.name, title_justify="left", box=None, pad_edge=False, header_style="dim")
    table.add_column("student", no_wrap=True)
    table.add_column("handed in", ratio=2)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("the first that the grader says", ratio=3)
    found = {report.student: report for report in reports}
    for member in members:
        report = found[member.student]
        table.add_row(member.student, Text(member.what), f"{report.score:g}/{report.max_score:g}", Text(said(report)))
    return table


def said(report: Report) -> str:
    """The report in one sentence."""
    if report.problem:
        return _short(report.problem)
    lost = [check for check in report.checks if check.outcome is not Outcome.PASSED]
    if not lost:
        return "every check passes"
    if all(check.outcome is Outcome.NOT_ATTEMPTED for check in lost) and report.score == 0:
        return "nothing was attempted"
    first = next((check for check in lost if check.outcome is not Outcome.NOT_ATTEMPTED), lost[0])
    message = " ".join(first.message.split())
    return _short(f"{first.task}, {first.outcome.in_words}: {message}")


def _short(text: str) -> str:
    return text if len(text) <= SAID_CHARS else text[: SAID_CHARS - 1] + "…"


def tell_data(console: Console, assignment: Assignment, data: Path | None) -> None:
    """Which data were used; with real data the reference is trained on them, here and now."""
    if data is None:
        console.print("data: the tiny sample that grading always uses (make demo DATA=/path trains on real MNIST too)")
        return
    console.print(
        f"data: MNIST from {data}; the reference is trained on it, which takes a minute or two:", soft_wrap=True
    )
    with console.status("training ..."):
        for line in train_on(assignment, data):
            console.print(f"  {line}", highlight=False, soft_wrap=True, markup=False)
