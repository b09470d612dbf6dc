"""A student's submission as grading sees it: code to run, answers to the questions, what had to be repaired.

The official source of given and data cells is run, never the submitted one; experiments and public checks are not run.
The student's own code keeps the student's order. Given cells keep theirs and run no later than the first cell that
needs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import Assignment
from autograder.grading.answers import read_answers
from autograder.grading.content import Content, read_content
from autograder.grading.matching import Match, given_repairs, lines_of, match_cells
from autograder.grading.notebook_file import NotebookFile, Unreadable, parse, sha256
from autograder.grading.report import ManualItem
from autograder.grading.solutions import Part, Solutions, find_solutions
from autograder.grading.template import RUN, Template, load_template


@dataclass(frozen=True)
class SubmittedCell:
    """A code cell to run."""

    id: str
    kind: str  # "given", "data", "task" or "extra" (the student's own additional code)
    source: str
    names: tuple[str, ...] = ()  # the task's names for which this cell counts
    attempted: bool = True  # False: these names are still as released


@dataclass(frozen=True)
class Submission:
    """What one student handed in. `cells` are in the order of running; none when there is a `problem`."""

    student: str
    path: Path
    sha256: str
    cells: tuple[SubmittedCell, ...]
    manual: tuple[ManualItem, ...]
    repairs: tuple[str, ...]
    problem: str = ""  # why nothing can be graded: one sentence to the student


def read_submission(path: Path, assignment: Assignment, student: str) -> Submission:
    """Never raises on what a student handed in: `problem` says why it cannot be graded.

    Raises AuthoringError when the assignment's own notebooks have not been built.
    """
    return submission_of(read_content(path), path, assignment, student)


def submission_of(content: Content, path: Path, assignment: Assignment, student: str) -> Submission:
    """As `read_submission`, of what was read at `path`, maybe on another machine."""
    template = load_template(assignment)
    data = content.data
    try:
        if content.problem:
            raise Unreadable(content.problem)
        notebook = parse(data)
        matches = match_cells(notebook.cells, template)
        _refuse_another_assignment(notebook, matches, template)
    except Unreadable as problem:
        manual, _ = read_answers([], template)
        return Submission(student, path, sha256(data), (), manual, (), str(problem))
    solutions = find_solutions(matches, template)
    manual, moved_answers = read_answers(matches, template)
    repairs = (
        *notebook.repairs,
        *_lost_ids(matches),
        *given_repairs(matches, template),
        *solutions.repairs,
        *_moved(matches),
        *moved_answers,
    )
    cells = tuple(_in_order(solutions, matches, template))
    return Submission(student, path, sha256(data), cells, manual, tuple(_encodable(text) for text in repairs))


def _refuse_another_assignment(notebook: NotebookFile, matches: list[Match], template: Template) -> None:
    """Raises Unreadable for a notebook that has nothing to do with this assignment."""
    defined = any(template.tasks.keys() & match.definitions.code for match in matches)
    known = any(match.place is not None and lines_of(match.cell.source) for match in matches)
    if notebook.assignment not in ("", template.assignment) and not defined:
        raise Unreadable(
            f"This notebook belongs to {_encodable(notebook.assignment)[:80]}, not to {template.assignment}."
        )
    if not defined and not known:
        raise Unreadable(f"No cell of this notebook belongs to {template.assignment}: is it the right file?")


def _in_order(solutions: Solutions, matches: list[Match], template: Template) -> Iterator[SubmittedCell]:
    """The cells to run: each of the student's after the given cells that precede it in the template or as submitted."""
    fixed = _fixed_cells(solutions, template)
    names = _part_ids(solutions, matches, template)
    done = 0
    seen = _places_before(matches)
    for part in solutions.parts:
        own = [template.tasks[name] for name in part.names]
        needed = max(own, default=seen[part.at] + 1)
        while done < len(fixed) and fixed[done][0] < needed:
            yield fixed[done][1]
            done += 1
        kind = "task" if part.names else "extra"
        yield SubmittedCell(names[part], kind, _encodable(part.source), part.names, part.attempted)
    yield from (cell for _, cell in fixed[done:])


def _fixed_cells(solutions: Solutions, template: Template) -> list[tuple[int, SubmittedCell]]:
    """Cells that run as the template has them: given and data cells, and stubs of tasks that are gone altogether."""
    cells = []
    for place, cell in enumerate(template.cells):
        gone = tuple(name for name in cell.names if name in solutions.missing)
        if cell.kind in RUN:
            cells.append((place, SubmittedCell(cell.id, cell.kind, cell.source)))
        elif gone:
            id = cell.id if len(gone) == len(cell.names) else f"{cell.id}-rest"
            cells.append(
                (place, SubmittedCell(id, "task", _stub_of(cell.stub, gone, cell.names), gone, attempted=False))
            )
    return cells


def _stub_of(stub: str, gone: tuple[str, ...], names: tuple[str, ...]) -> str:
    """The released stub; nothing when it would undo names that another cell defines."""
    return stub if len(gone) == len(names) else ""


def _places_before(matches: list[Match]) -> list[int]:
    """For each submitted cell the template's place of the last known cell up to it; -1 before the first."""
    places, last = [], -1
    for match in matches:
        last = last if match.place is None else match.place
        places.append(last)
    return places


def _part_ids(solutions: Solutions, matches: list[Match], template: Template) -> dict[Part, str]:
    """A unique id for each piece of student code: its task's where it counts for one, else a number."""
    ids: dict[Part, str] = {}
    used: set[str] = set()
    extras = 0
    for part in solutions.parts:
        id = template.cells[template.tasks[part.names[0]]].id if part.names else ""
        if not id or id in used:
            extras += 1
            id = f"extra-{extras}"
        ids[part] = id
        used.add(id)
    return ids


def _lost_ids(matches: list[Match]) -> list[str]:
    lost = sum(1 for match in matches if match.place is not None and not match.by_id)
    if not lost:
        return []
    if lost == 1:
        return ["1 cell had lost its id (some editors drop it) and was recognised by its content."]
    return [f"{lost} cells had lost their ids (some editors drop them) and were recognised by their content."]


def _moved(matches: list[Match]) -> list[str]:
    places = list(
        dict.fromkeys(match.place for match in matches if match.place is not None and match.kind in (*RUN, "task"))
    )
    if places == sorted(places):
        return []
    return ["Cells stand in another order than released: given cells were run in their own order, the others in yours."]


def _encodable(text: str) -> str:
    """The text without half surrogate pairs, which no file can hold."""
    return text.encode("utf-8", "replace").decode()
