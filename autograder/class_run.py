"""A class run as the command line offers it: grading, pages and progress put together."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from rich.console import Console

from autograder.assignment import Assignment
from autograder.errors import AuthoringError
from autograder.grading.classroom import ClassResult, grade_class
from autograder.grading.options import Options
from autograder.grading.pool import Crew
from autograder.grading.results import ResultsFolder
from autograder.grading.template import load_template
from autograder.reporting.progress import ProgressBar
from autograder.reporting.publisher import Publisher
from autograder.reporting.similarity import most_alike
from autograder.reporting.table import class_table


def run_class(
    assignment: Assignment,
    path: Path,
    out: Path,
    options: Options,
    *,
    crew: Crew,
    gradebook: str,
    force: bool,
    console: Console,
    only: Collection[str] = (),
) -> ClassResult:
    """Grades a class with everything around it; see `grade_class`."""
    title = load_template(assignment).title
    publisher = Publisher(
        ResultsFolder(out), title, lambda: mistake_titles(assignment), lambda: most_alike(assignment, path)
    )
    with ProgressBar(console, lambda: crew.size) as bar:
        return grade_class(
            assignment,
            path,
            out,
            options,
            crew=crew,
            gradebook=gradebook,
            force=force,
            only=only,
            observers=(bar, publisher),
        )


def mistake_titles(assignment: Assignment) -> dict[str, str]:
    """The catalogue's name of each known mistake, for the class report; none when there is no catalogue."""
    from autograder.validation.variants import read_variants  # with a library for notebooks, which grading does without

    try:
        return {variant.id: variant.title for variant in read_variants(assignment.mistakes, "mistake")}
    except AuthoringError:
        return {}


def print_class(result: ClassResult, console: Console) -> None:
    """Students and scores, and where everything lies."""
    console.print(class_table(result.reports))
    if result.in_full:
        console.print(
            f"{result.in_full} graded in full: the notebook, the other checks or the versions had changed, "
            "or there was no whole report of it"
        )
    print_places(result, console)


def print_places(result: ClassResult, console: Console) -> None:
    """Where the results of a run lie."""
    places = {
        "class report": result.results.class_report,
        "feedback": result.results.path / "feedback",
        "reports": result.results.reports,
        "gradebook": result.gradebook or "not written",
    }
    for name, place in places.items():
        console.print(f"{name:<14}{place}", soft_wrap=True, highlight=False, markup=False)
