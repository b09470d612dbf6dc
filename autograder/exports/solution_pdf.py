"""A handed-in notebook as a PDF for whoever reads the answers: the parts that the assignment names, or all cells.

The parts are made from the notebook's own outputs, so the PDF and the notebook cannot disagree. Which cells they are
is read from the assignment, not from what was handed in; the work itself is done by the program that students have.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import nbformat

from autograder.assignment import Assignment, Course
from autograder.authoring.release_files import FOR_STUDENTS
from autograder.errors import AutograderError
from autograder.grading.collection import find_submissions
from autograder.grading.matching import Match, match_cells
from autograder.grading.notebook_file import Unreadable, parse, read_bytes, sha256
from autograder.grading.single import assignment_name_of
from autograder.grading.template import Template, load_template
from autograder.limits import MB

_OUTPUT_BYTES = 32 * MB  # of one cell; a page with more shows nothing
_SECONDS = 600  # the program itself limits each of its two steps


def assignment_told_by(path: Path, name: str | None, folder: Path | None) -> Assignment | None:
    """The assignment called `name`, or the one that the notebook says it is of; None outside a course or for another.

    Raises AutograderError where a name or a course was given and is none.
    """
    try:
        course = Course.find(folder)
    except AutograderError:
        if name or folder:
            raise
        return None
    if name:
        return course.assignment(name)
    try:
        return course.assignment(assignment_name_of(path, course))
    except AutograderError:
        return None


def solution_pdf(path: Path, assignment: Assignment | None, *, whole: bool = False) -> bytes:
    """The PDF. Without an assignment all cells are shown. Raises AutograderError when there is nothing to show."""
    student = find_submissions(path, assignment)[0][0] if assignment and path.is_file() else path.stem
    try:
        data = read_bytes(path)
        notebook = as_released(data, assignment, path.stem)
    except Unreadable as problem:
        raise AutograderError(f"{path}: {problem}") from None
    return _made(notebook, ["--subtitle", f"{student} · notebook {sha256(data)[:12]}", *(["--whole"] if whole else [])])


def as_released(data: bytes, assignment: Assignment | None, title: str = "") -> dict[str, Any]:
    """The handed-in notebook with our own ids, kinds and list of parts. Raises Unreadable when it is none."""
    parsed = parse(data)
    template = load_template(assignment) if assignment else Template("", ())
    about: dict[str, Any] = {"title": template.title or title, "pdf": _parts(assignment) if assignment else []}
    cells = list(_cells(match_cells(parsed.cells, template), template))
    return {"cells": cells, "metadata": {"autograder": about}}


def _parts(assignment: Assignment) -> Any:
    return nbformat.read(assignment.source, as_version=4).metadata.get("autograder", {}).get("pdf", [])


def _cells(matches: Sequence[Match], template: Template) -> Iterator[dict[str, Any]]:
    """The submitted cells, each under the id and kind that it was released with."""
    used: set[int | None] = {None}
    for match in matches:
        place = _place(match, template)
        known = template.cells[place] if place is not None and place not in used else None
        used.add(place)
        yield {
            "cell_type": match.cell.type,
            "id": known.id if known else "",
            "metadata": {"autograder": {"kind": known.kind}} if known else {},
            "source": match.cell.source,
            "outputs": _value(match.cell.outputs, list),
            "attachments": _value(match.cell.attachments, dict),
        }


def _place(match: Match, template: Template) -> int | None:
    """A task's cell that lost its id and was filled in is known by what it defines."""
    if match.place is not None or match.cell.type != "code":
        return match.place
    return next((place for name, place in template.tasks.items() if name in match.definitions.code), None)


def _value(raw: msgspec.Raw | None, kind: type) -> Any:
    """What a part of the file holds; empty where it is broken or larger than any page."""
    try:
        found = msgspec.json.decode(raw) if raw is not None and len(memoryview(raw)) <= _OUTPUT_BYTES else None
    except (msgspec.DecodeError, RecursionError):
        found = None
    return found if isinstance(found, kind) else kind()


def _made(notebook: dict[str, Any], words: list[str]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="autograder-pdf-") as folder:
        source, target = Path(folder, "notebook.ipynb"), Path(folder, "notebook.pdf")
        source.write_text(json.dumps(notebook), encoding="utf-8")
        command = [sys.executable, str(FOR_STUDENTS / "notebook_pdf.py"), str(source), "--out", str(target), *words]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise AutograderError(f"no PDF: it was not done after {_SECONDS} s") from None
        if done.returncode:
            raise AutograderError((done.stderr.strip().splitlines() or ["no PDF: no reason given"])[-1])
        return target.read_bytes()
