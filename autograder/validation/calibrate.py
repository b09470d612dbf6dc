"""`autograder calibrate`: measures the bounds of checks on training, on right and wrong solutions over many seeds."""

from __future__ import annotations

import math
import statistics
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from autograder.assignment import Assignment
from autograder.checking.calibration import Calibration, LogLosses, load, save, threshold
from autograder.checking.session import CheckSession
from autograder.checking.workspace import Workspace
from autograder.errors import AuthoringError
from autograder.grading.grader import Grader
from autograder.grading.options import Options
from autograder.grading.submission import read_submission
from autograder.validation.catalogue import Catalogue, Variant, make_submission, read_catalogue
from autograder.validation.trials import write_notebook

REFERENCE = "reference"
NEAREST_SHOWN = 4  # of each side


def calibrate(
    assignment: Assignment, options: Options, seeds: int, console: Console, only: Collection[str] = ()
) -> None:
    """Measures the bounds of an assignment, all or those named, and writes calibration.json.

    AuthoringError when the right and the wrong side of a bound do not part.
    """
    catalogue = read_catalogue(assignment)
    grader = Grader(assignment, options)
    try:
        measured = grader.checks.measured
        if not measured:
            console.print(f"{assignment.name}: no check has a bound to measure")
            return
        unknown = set(only) - {check.name for check in measured.values()}
        if unknown:
            names = ", ".join(sorted(check.name for check in measured.values()))
            raise AuthoringError(
                f"no bound named {', '.join(sorted(unknown))} in {assignment.name}; there are: {names}"
            )
        found = dict(load(assignment.calibration)) if assignment.calibration.exists() else {}
        for id, check in measured.items():
            if only and check.name not in only:
                continue
            found[check.name] = _calibrate_one(assignment, grader, catalogue, id, seeds, console)
            _print(check.name, found[check.name], console)
            save(assignment.calibration, found)
    finally:
        grader.close()


def _calibrate_one(
    assignment: Assignment, grader: Grader, catalogue: Catalogue, id: str, seeds: int, console: Console
) -> Calibration:
    name = id.partition("::")[2]
    right: list[Variant | None] = [None, *(v for v in catalogue.alternatives if _concerns(v, grader.checks, id))]
    wrong = [variant for variant in catalogue.visible_mistakes if name in variant.caught_by]
    if not wrong:
        raise AuthoringError(f"{id}: no mistake names it in caught_by, so there is nothing to calibrate against")
    with tempfile.TemporaryDirectory(prefix="autograder-calibrate-") as folder, Progress(console=console) as progress:
        bar = progress.add_task(f"{assignment.name}: {name}", total=(len(right) + len(wrong)) * seeds)
        runs: dict[str, list[float]] = {}
        for variant in [*right, *wrong]:
            label = variant.id if variant else REFERENCE
            runs[label] = []
            for log_loss in _runs(assignment, grader, id, variant, seeds, Path(folder)):
                runs[label].append(log_loss)
                progress.advance(bar)
    wrong_names = {variant.id for variant in wrong}
    right_runs = {label: values for label, values in runs.items() if label not in wrong_names}
    wrong_runs = {label: values for label, values in runs.items() if label in wrong_names}
    _print_nearest(name, right_runs, wrong_runs, console)
    return threshold(right_runs, wrong_runs)


def _concerns(variant: Variant, checks: CheckSession, id: str) -> bool:
    """Whether an alternative changes what the check trains."""
    return variant.task.partition(".")[0] == checks.declarations[id].task.partition(".")[0]


def _runs(
    assignment: Assignment, grader: Grader, id: str, variant: Variant | None, seeds: int, folder: Path
) -> Iterator[float]:
    label = variant.id if variant else REFERENCE
    path = write_notebook(folder / f"{label}.ipynb", make_submission(assignment, variant))
    submission = read_submission(path, assignment, label)
    for seed in range(seeds):
        secret = grader.options.secret.derive("calibrate", str(seed))
        with Workspace(grader.server, grader.materials, submission.cells, seed) as workspace:
            yield grader.checks.measure(id, workspace, secret)


def _print_nearest(name: str, right: LogLosses, wrong: LogLosses, console: Console) -> None:
    """The variants that lie nearest to the other side: what to look at when the two do not part."""
    table = Table("", "log-losses", "mean", "sd", "lowest", "highest", title=f"{name}: nearest variants", box=None)
    for side, sign, runs in (("right", -1, right), ("wrong", 1, wrong)):
        for label in sorted(runs, key=lambda label: sign * statistics.fmean(runs[label]))[:NEAREST_SHOWN]:
            values = runs[label]
            sd = statistics.stdev(values) if all(map(math.isfinite, values)) else math.nan
            figures = (statistics.fmean(values), sd, min(values), max(values))
            table.add_row(side, label, *(f"{figure:.3f}" for figure in figures))
    console.print(table)


def _print(name: str, calibration: Calibration, console: Console) -> None:
    right, wrong = calibration.right, calibration.wrong
    console.print(f"[bold]{name}[/]: bound {calibration.bound:.4g}")
    for side, runs, word in ((right, calibration.total_runs[0], "right"), (wrong, calibration.total_runs[1], "wrong")):
        console.print(
            f"  {word}: {runs} runs; nearest is {side.variant}, log-loss {side.mean:.3f} ± {side.sd:.3f}, "
            f"{side.margin_sd:.1f} standard deviations away"
        )
