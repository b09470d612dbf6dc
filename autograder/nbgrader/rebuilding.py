"""A submitted file put back into the frame of its assignment, so that every step of nbgrader can work on it.

Whatever was handed in gives a whole notebook: cells are recognised as grading recognises them, locked ones and all
flags are the official ones, missing ones are there again, of copies the last counts, and a file that is no notebook
gives the released one with a sentence on top. Texts and outputs are made harmless on the way.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution

from autograder.grading.matching import Match, match_cells
from autograder.grading.notebook_file import FileCell, NotebookFile, Unreadable, parse, read_bytes
from autograder.nbgrader.frame import Frame, belongs_to_nbgrader
from autograder.nbgrader.outputs import harmless_text, submitted_attachments, submitted_outputs

_OUTPUTS_KEPT = ("experiment", "extra", "task")  # the student's own, for whoever grades by hand


def rebuilt(path: Path, frame: Frame) -> NotebookNode:
    """The notebook to grade and to show. Never raises on what a student handed in."""
    try:
        submitted = parse(read_bytes(path))
    except Unreadable as problem:
        return frame.notebook([note(str(problem)), *(_official(place, frame) for place in range(len(frame.cells)))])
    cells = _placed(submitted, frame)
    return frame.notebook(_with_missing(cells, frame))


def note(sentence: str) -> NotebookNode:
    """A text cell of ours on top of a notebook."""
    text = f'<div class="alert alert-warning">{escape(" ".join(sentence.split()))}</div>'
    return nbformat.v4.new_markdown_cell(text, id="autograder-note")


def _placed(submitted: NotebookFile, frame: Frame) -> list[tuple[int | None, NotebookNode]]:
    """The submitted cells in their order, each with its place in the frame."""
    matches = _last_copies(_in_gaps(match_cells(submitted.cells, frame.template), frame))
    return [(match.place, _node(match, number, frame)) for number, match in enumerate(matches)]


def _last_copies(matches: Sequence[Match]) -> list[Match]:
    """Of several cells for one place the last has it."""
    last = {match.place: number for number, match in enumerate(matches)}
    return [
        match if match.place is None or last[match.place] == number else replace(match, place=None, kind="extra")
        for number, match in enumerate(matches)
    ]


def _in_gaps(matches: Sequence[Match], frame: Frame) -> list[Match]:
    """Answers that lost their name and look like nothing that was released stand where their cell is missing.

    Between two known cells there are as many unknown cells of a type as cells of that type are missing: they are those.
    """
    found, before = list(matches), -1
    known = [(number, match.place) for number, match in enumerate(matches) if match.place is not None]
    taken = {place for _, place in known}
    start = 0
    for end, place in [*known, (len(matches), len(frame.cells))]:
        missing = [p for p in range(before + 1, place) if p not in taken and is_solution(frame.cells[p])]
        for kind in ("code", "markdown"):
            places = [p for p in missing if frame.cells[p].cell_type == kind]
            unknown = [n for n in range(start, end) if matches[n].place is None and matches[n].cell.type == kind]
            if len(places) == len(unknown):
                for p, n in zip(places, unknown, strict=True):
                    found[n] = replace(found[n], place=p, kind=frame.template.cells[p].kind)
        start, before = end + 1, place
    return found


def _node(match: Match, number: int, frame: Frame) -> NotebookNode:
    if match.place is None:
        return _own_cell(match.cell, f"own-{number + 1}")
    official = frame.cells[match.place]
    if is_locked(official):
        return _official(match.place, frame)
    node = copy.deepcopy(official)
    if not belongs_to_nbgrader(official):
        node = _own_cell(match.cell, official["id"])
        node.metadata = copy.deepcopy(official.metadata)
    elif match.cell.source != official.source:
        node.source = match.cell.source if node.cell_type == "code" else harmless_text(match.cell.source)
    if node.cell_type == "markdown" and (pictures := submitted_attachments(match.cell.attachments)):
        node["attachments"] = pictures
    if node.cell_type == "code" and frame.template.cells[match.place].kind in _OUTPUTS_KEPT:
        node.outputs = submitted_outputs(match.cell.outputs)
    return node


def _own_cell(cell: FileCell, id: str) -> NotebookNode:
    """A cell without anything that nbgrader or a tool could act upon."""
    if cell.type == "code":
        return nbformat.v4.new_code_cell(cell.source, id=id, outputs=submitted_outputs(cell.outputs))
    if cell.type == "raw":
        return nbformat.v4.new_raw_cell(cell.source, id=id)
    node = nbformat.v4.new_markdown_cell(harmless_text(cell.source), id=id)
    if pictures := submitted_attachments(cell.attachments):
        node["attachments"] = pictures
    return node


def _official(place: int, frame: Frame) -> NotebookNode:
    node = copy.deepcopy(frame.cells[place])
    if node.cell_type == "code":
        node.outputs, node.execution_count = [], None
    return node


def _with_missing(cells: list[tuple[int | None, NotebookNode]], frame: Frame) -> list[NotebookNode]:
    """All cells, with those of nbgrader's that are gone put behind the cell that they followed."""
    present = {place for place, _ in cells if place is not None}
    behind: dict[int, list[NotebookNode]] = defaultdict(list)
    last = -1
    for place, cell in enumerate(frame.cells):
        if place in present:
            last = place
        elif belongs_to_nbgrader(cell):
            behind[last].append(_missing(place, frame))
    notebook = behind[-1]
    for at, node in cells:
        notebook += [node, *(behind[at] if at is not None else [])]
    return notebook


def _missing(place: int, frame: Frame) -> NotebookNode:
    """A cell that was deleted. The stub of a solution is not brought back: it would undo one that stands elsewhere."""
    node = _official(place, frame)
    if is_solution(node) and not is_grade(node) and node.cell_type == "code":
        node.source = "# This cell was missing from the submission."
    return node
