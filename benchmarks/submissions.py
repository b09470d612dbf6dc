"""The submissions that every grader gets: the reference, unusual right solutions, mistakes spread over the tasks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import nbformat

from autograder.assignment import Assignment
from autograder.demo.made_up_class import spread
from autograder.validation.catalogue import make_submission, read_catalogue

ALTERNATIVES = 5


def repeat(folder: Path, target: Path, times: int) -> None:
    """The same submissions `times` times over, under other names."""
    for place in sorted(folder.iterdir()):
        for number in range(times):
            shutil.copytree(place, target / f"{place.name}-{number:03}")


def write_submissions(assignment: Assignment, folder: Path, count: int) -> dict[str, str]:
    """Writes `count` submissions in nbgrader's layout -> {student: kind}, the reference first."""
    kinds = {}
    for number, (kind, notebook) in enumerate(islice(_notebooks(assignment), count)):
        student = f"student{number:02d}"
        place = folder / student / assignment.name
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{assignment.name}.ipynb")
        kinds[student] = kind
    return kinds


def _notebooks(assignment: Assignment) -> Iterator[tuple[str, nbformat.NotebookNode]]:
    catalogue = read_catalogue(assignment)
    yield "reference", make_submission(assignment, kind="reference")
    for variant in spread(catalogue.alternatives, ALTERNATIVES):
        yield "unusual but right", make_submission(assignment, variant)
    mistakes = catalogue.visible_mistakes
    for variant in spread(mistakes, len(mistakes)):
        yield "mistakes", make_submission(assignment, variant)
