"""Grades one submission inside Gradescope's container: what `run_autograder` of the zip starts.

    ROOT/source      the zip, unpacked          ROOT/submission  what the student handed in
    ROOT/results     where results.json goes

When the grader itself fails, no results.json is left and the exit code is not 0: Gradescope then reports a failed
autograder to the instructors. A zero would be the student's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from autograder.assignment import Assignment
from autograder.checking.outcomes import CheckResult
from autograder.errors import AutograderError
from autograder.exports.gradescope_results import results_json
from autograder.exports.gradescope_settings import COURSE, Settings
from autograder.grading.archives import NOTEBOOK
from autograder.grading.grader import Grader
from autograder.grading.options import options_for
from autograder.grading.report import Report
from autograder.grading.results import write_atomically
from autograder.grading.submission import read_submission
from autograder.sandbox.isolation import Mode, inspect_machine

_MOST_FILES = 20_000  # looked at in a submission; an unpacked environment has more and is no hand-in


def main(words: list[str]) -> int:
    """`ROOT` grades; `ROOT --inspect` says which isolation there is. Returns the exit code."""
    root = Path(words[0])
    try:
        if "--inspect" in words:
            print("\n".join(_isolation()))
        else:
            print("\n".join(grade(root)))
    except AutograderError as error:
        print(f"autograder: {error}")
        return 1
    return 0


def grade(root: Path) -> list[str]:
    """Writes `root`/results/results.json; returns what the instructor reads in Gradescope's log."""
    settings = Settings.load(root / "source")
    target = root / "results" / "results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    assignment = Assignment(root / "source" / COURSE, settings.assignment)
    options = options_for(assignment.root, isolation=settings.isolation, unsafe=settings.unsafe)
    grader = Grader(assignment, options)
    try:
        notebook = notebook_in(root / "submission", settings.assignment)
        report = grader.grade(read_submission(notebook, assignment, "submission"))
        visibilities = {id: declared.visibility for id, declared in grader.checks.declarations.items()}
    finally:
        grader.close()
    write_atomically(target, results_json(report, visibilities, settings.visibility))
    return [*_isolation(options.mode), *_log(report)]


def notebook_in(folder: Path, name: str) -> Path:
    """The notebook called like the assignment, else the only one; else a path that does not exist.

    Hidden files and folders (checkpoints, shadow files of macOS) are passed over, links to folders not followed.
    """
    notebooks = sorted(islice(_notebooks(folder), 100), key=lambda path: (len(path.parts), path))
    named = [path for path in notebooks if path.stem == name]
    if named:
        return named[0]
    return notebooks[0] if len(notebooks) == 1 else folder / f"{name}{NOTEBOOK}"


def _notebooks(folder: Path) -> Iterator[Path]:
    seen = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        seen += len(files)
        if seen > _MOST_FILES:
            return
        for name in sorted(files):
            if name.lower().endswith(NOTEBOOK) and not name.startswith("."):
                yield Path(place, name)


def _isolation(used: Mode | None = None) -> Iterator[str]:
    machine = inspect_machine()
    yield f"isolation: {(used or machine.modes[0]).value}"
    yield from (f"  {mode.value} is not available here: {reason}" for mode, reason in machine.missing.items())


def _log(report: Report) -> Iterator[str]:
    yield f"{report.score:g} of {report.max_score:g} points in {report.seconds:.1f} s, {report.peak_memory_mb:.0f} MB"
    yield from (_line(check) for check in report.checks)


def _line(check: CheckResult) -> str:
    return "\n".join(filter(None, [f"{check.outcome.in_words:<15}{check.seconds:7.2f} s  {check.id}", check.detail]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
