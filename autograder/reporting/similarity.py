"""Whose code is most alike: a ranking to look at, never a verdict.

Only what students wrote into task cells is compared. Names, comments and strings are made equal first and the rest is
cut into overlapping pieces ("winnowing", Schleimer, Wilkerson and Aiken 2003; copydetect's tokens and hashes). Pieces
of the released stub count for nobody, and neither do pieces that many have: short tasks have few right solutions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from autograder.assignment import Assignment
from autograder.grading.collection import find_submissions
from autograder.grading.submission import read_submission
from autograder.grading.template import load_template

SHOWN = 20  # pairs
LARGEST_CLASS = 5_000  # beyond it nobody is compared: all pairs of 100,000 students would take half a day
PIECE = 20  # characters of code with names replaced: about one short line
WINDOW = 5  # of so many neighbouring pieces one is kept
COMMON_STUDENTS, COMMON_SHARE = 4, 0.25  # a piece that more students than both have says nothing about two of them
LEAST_PIECES = 12  # that two must have in common: some 60 characters
LEAST_SHARE = 0.5

Code = Mapping[str, str]  # task cell -> source
Pieces = dict[str, set[int]]


@dataclass(frozen=True)
class Alike:
    """Two students, how much of the smaller one's own code the other has too (0 to 1), and in which task cells."""

    students: tuple[str, str]
    share: float
    pieces: int  # in common
    cells: tuple[str, ...]


def most_alike(assignment: Assignment, path: Path) -> tuple[Alike, ...]:
    """The pairs of a class to look at, the most alike first; none in a class beyond LARGEST_CLASS."""
    submissions = find_submissions(path, assignment)
    if len(submissions) > LARGEST_CLASS:
        return ()
    stubs = {cell.id: cell.stub for cell in load_template(assignment).of_kind("task")}
    found = {student: code_of(notebook, assignment, student) for student, notebook in submissions}
    return rank(found, stubs)


def code_of(notebook: Path, assignment: Assignment, student: str) -> Code:
    """What a student wrote, by task cell; nothing for a notebook that cannot be read."""
    code: dict[str, str] = {}
    for cell in read_submission(notebook, assignment, student).cells:
        if cell.kind == "task" and cell.attempted:
            code[cell.id] = cell.source
    return code


def rank(code: Mapping[str, Code], stubs: Code) -> tuple[Alike, ...]:
    """The pairs whose own code is most alike, at most SHOWN."""
    stub = {name: set(_pieces(source, winnowed=False)) for name, source in stubs.items()}
    pieces = {
        student: {name: set(_pieces(source)) - stub.get(name, set()) for name, source in cells.items()}
        for student, cells in code.items()
    }
    own = _without_common(pieces)
    pairs = (_compared(first, second, own) for first, second in combinations(sorted(own), 2))
    found = [pair for pair in pairs if pair.pieces >= LEAST_PIECES and pair.share >= LEAST_SHARE]
    return tuple(sorted(found, key=lambda pair: (-pair.share, -pair.pieces, pair.students))[:SHOWN])


def _pieces(source: str, winnowed: bool = True) -> Iterable[int]:
    from copydetect.utils import filter_code, hashed_kgrams, winnow  # takes a second: only who needs it pays

    plain, _ = filter_code(source, "", "python")
    hashes = hashed_kgrams(plain, PIECE)
    return (winnow(hashes, WINDOW)[0] if winnowed and len(hashes) >= WINDOW else hashes).tolist()


def _without_common(pieces: Mapping[str, Pieces]) -> dict[str, Pieces]:
    """The pieces without those of each cell that many students have."""
    limit = max(COMMON_STUDENTS, COMMON_SHARE * len(pieces))
    count = Counter((name, piece) for cells in pieces.values() for name, found in cells.items() for piece in found)
    return {
        student: {name: {piece for piece in found if count[name, piece] <= limit} for name, found in cells.items()}
        for student, cells in pieces.items()
    }


def _compared(first: str, second: str, own: Mapping[str, Pieces]) -> Alike:
    left, right = own[first], own[second]
    common = {name: len(left[name] & right[name]) for name in left.keys() & right.keys()}
    smaller = min(sum(map(len, left.values())), sum(map(len, right.values())))
    amount = sum(common.values())
    cells = sorted((name for name in common if common[name]), key=lambda name: (-common[name], name))
    return Alike((first, second), amount / smaller if smaller else 0.0, amount, tuple(cells))
