"""A validation as the command line offers it: trials, what came out, the matrix as a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from autograder.assignment import Assignment
from autograder.grading.options import Options
from autograder.reporting.validation_page import write_validation_page
from autograder.validation.false_alarms import FalseAlarms, count_false_alarms, load_false_alarms
from autograder.validation.trials import ALTERNATIVE, MISTAKE
from autograder.validation.validate import Validation, upper_bound, validate

_FAILURES_SHOWN = 20


def validate_all(
    assignments: Sequence[Assignment],
    options: Options,
    *,
    secrets: int,
    flake: int,
    workers: int,
    page: Path | None,
    console: Console,
) -> bool:
    """Validates and prints each assignment; whether everything came out as it must."""
    fine, results = [], []
    for assignment in assignments:
        results.append(validate(assignment, options, secrets, workers, console))
        _print(results[-1], console)
        fine.append(not results[-1].problems)
        alarms = count_false_alarms(assignment, options, flake, workers, console) if flake else None
        _print_alarms(alarms or load_false_alarms(assignment), console)
        fine.append(not (alarms and alarms.failures))
    if page:
        console.print(f"matrix: {write_validation_page(page, results)}", soft_wrap=True)
    return all(fine)


def _print(result: Validation, console: Console) -> None:
    caught, mistakes = result.count(MISTAKE)
    kept, alternatives = result.count(ALTERNATIVE)
    failed, run = result.right_runs
    invisible = len(result.catalogue.mistakes) - len(result.catalogue.visible_mistakes)
    lines = {
        "mistakes caught": f"{caught} of {mistakes}, {result.named} of them named ({invisible} invisible)",
        "alternatives passed": f"{kept} of {alternatives}",
        "right solutions": f"{failed} of {run} checks failed (rate below {upper_bound(failed, run):.1e} at 95 %)",
        "all checks, on reference": f"{sum(result.check_seconds.values()):.2f} s",
        "never fail alone": ", ".join(id.partition("::")[2] for id in result.never_alone) or "none",
    }
    console.print(f"[bold]{result.assignment}[/]  ({result.seconds:.0f} s)")
    for name, text in lines.items():
        console.print(f"  {name:<26}{text}", highlight=False)
    for trial, problem in result.problems:
        console.print(f"  ✗ {trial.kind} {trial.name} (secret {trial.secret}): {problem}", markup=False, style="red")


def _print_alarms(alarms: FalseAlarms, console: Console) -> None:
    if alarms.gradings:
        found = f"{alarms.lost} of {alarms.gradings} gradings lost points (rate below {alarms.bound:.1e} at 95 %)"
    else:
        found = "not graded yet with these checks: --flake 1000"
    console.print(f"  {'reference, many secrets':<26}{found}", highlight=False)
    for failure in alarms.failures[:_FAILURES_SHOWN]:
        sentence = f"{failure.check} (secret {failure.secret}): {failure.message}"
        console.print(f"  ✗ {sentence}", markup=False, style="red")
