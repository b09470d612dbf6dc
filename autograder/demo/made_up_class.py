"""A made-up class in nbgrader's layout: right, wrong, unusual, hostile and damaged submissions of one assignment."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import nbformat

from autograder.assignment import Assignment
from autograder.errors import AutograderError
from autograder.validation.catalogue import make_submission, read_catalogue
from autograder.validation.variants import Variant

MISTAKES, ALTERNATIVES = 10, 2
LAYOUT = "made up by autograder demo\n"  # in a file that marks a folder as ours to replace
MARK = ".made-up-class"

# Put in front of a student's own code in one cell; what follows is never reached.
ENDLESS_LOOP = "while True:\n    pass"
PROCESS_KILLER = "import os\n\nos._exit(1)"
MEMORY_BOMB = "hoard = []\nwhile True:\n    hoard.append(bytes(256 * 2**20))"

NAMES = (
    "amara_okafor", "ben_lindqvist", "chiara_romano", "daniel_kim", "elif_yilmaz", "farid_haddad", "grace_mwangi",
    "hannah_fischer", "ivan_petrov", "jun_tanaka", "klara_novak", "leila_rahimi", "mateo_garcia", "nora_hansen",
    "oscar_dubois", "priya_raman", "quentin_moreau", "rosa_silva", "samir_patel", "tove_berg",
)  # fmt: skip


WORDS = {  # kind: one of it, several
    "reference": ("reference solution", "reference solutions"),
    "blank": ("blank notebook", "blank notebooks"),
    "mistake": ("mistake", "mistakes"),
    "alternative": ("unusual right solution", "unusual right solutions"),
    "hostile": ("attack", "attacks"),
    "damaged": ("damaged file", "damaged files"),
}


@dataclass(frozen=True)
class Member:
    """One made-up student and what makes the submission worth grading."""

    student: str
    kind: str  # one of WORDS
    what: str  # in words
    notebook: bytes


def make_class(assignment: Assignment, folder: Path) -> list[Member]:
    """Writes `folder`/<student>/<assignment>/<assignment>.ipynb for every member, sorted by name.

    A class that an earlier demo made is replaced; any other folder that is not empty raises AutograderError.
    """
    _make_room(folder)
    members = list(_members(assignment))
    for member in members:
        place = folder / member.student / assignment.name
        place.mkdir(parents=True)
        (place / f"{assignment.name}.ipynb").write_bytes(member.notebook)
    return members


def spread(variants: Iterable[Variant], count: int) -> list[Variant]:
    """The first `count` variants, one of each task before a second of any."""
    by_task: dict[str, list[Variant]] = defaultdict(list)
    for variant in variants:
        by_task[variant.task].append(variant)
    rounds = chain.from_iterable(zip_longest(*by_task.values()))
    return [variant for variant in rounds if variant is not None][:count]


def _members(assignment: Assignment) -> Iterator[Member]:
    """The class, names dealt in an order that mixes the kinds."""
    entries = list(_entries(assignment))
    # 7 has no divisor in common with the 20 names, so every name is dealt once.
    names = [NAMES[7 * place % len(NAMES)] for place in range(len(entries))]
    for name, (kind, what, notebook) in sorted(zip(names, entries, strict=True)):
        yield Member(name, kind, what, notebook)


def _entries(assignment: Assignment) -> Iterator[tuple[str, str, bytes]]:
    """(kind, what it is in words, the notebook file) of every submission."""
    catalogue = read_catalogue(assignment)
    yield "reference", "the reference solution", _file(make_submission(assignment, kind="reference"))
    yield "blank", "handed in as it was released", _file(make_submission(assignment, kind="blank"))
    for variant in spread(catalogue.visible_mistakes, MISTAKES):
        yield "mistake", f"{variant.id}: {variant.title}", _file(make_submission(assignment, variant))
    for variant in spread(catalogue.alternatives, ALTERNATIVES):
        yield "alternative", f"unusual but right: {variant.title}", _file(make_submission(assignment, variant))
    yield "hostile", "an endless loop", _with_code_in_front(assignment, 1, ENDLESS_LOOP)
    yield "hostile", "ends the whole process", _with_code_in_front(assignment, 2, PROCESS_KILLER)
    yield "hostile", "takes all the memory", _with_code_in_front(assignment, 3, MEMORY_BOMB)
    whole = _file(make_submission(assignment, kind="reference"))
    yield "damaged", "a file cut off in the middle", whole[: len(whole) // 2]


def _with_code_in_front(assignment: Assignment, number: int, code: str) -> bytes:
    """The reference with `code` in front of the n-th task cell."""
    notebook = make_submission(assignment, kind="reference")
    cells = [cell for cell in notebook.cells if cell.metadata.get("autograder", {}).get("kind") == "task"]
    cell = cells[number % len(cells)]
    cell.source = f"{code}\n\n{cell.source}"
    return _file(notebook)


def _file(notebook: nbformat.NotebookNode) -> bytes:
    return (nbformat.writes(notebook) + "\n").encode()


def _make_room(folder: Path) -> None:
    try:
        if (folder / MARK).exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise AutograderError(f"{folder} holds something that no demo made: give another folder with --out")
        (folder / MARK).write_text(LAYOUT)
    except OSError as error:
        raise AutograderError(f"{folder} cannot be written: {error.strerror}") from None


def describe(members: Sequence[Member]) -> str:
    """How many of each kind, in words."""
    kinds = Counter(member.kind for member in members)
    return ", ".join(f"{kinds[kind]} {words[kinds[kind] != 1]}" for kind, words in WORDS.items())
