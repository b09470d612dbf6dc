"""The list of a course's students, as Canvas, Moodle or a registrar export it, and who in it a submission is of."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.errors import AutograderError

# Columns that say who somebody is, as Canvas and Moodle call them, and the usual ones beside them; the safest first.
IDENTIFYING = (
    "identifier", "id", "sis user id", "sis login id", "id number", "username", "email address", "email", "student_id",
    "student", "login", "student id", "matriculation number", "full name", "name",
)  # fmt: skip
_BULK_DOWNLOADS = (  # how the two name what an instructor downloads all at once
    re.compile(r"_(?P<number>\d+)_assignsubmission_"),  # Moodle: <name>_<identifier>_assignsubmission_file
    re.compile(r"\A[^\W_]+(?:_LATE)?_(?P<number>\d+)_\d+_"),  # Canvas: <name>_<id>_<number of the submission>_<file>
)
_LONGEST = 4 << 20  # bytes; ten thousand students take one megabyte


@dataclass(frozen=True)
class Roster:
    """The rows of the file, each with a text for each of the `columns`."""

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    matching: str = ""  # the column that names submissions; empty: any that identifies

    def row_of(self, student: str) -> dict[str, str] | None:
        """The row of the student whom a submission is named after; None when there is none, or more than one fits."""
        for key in _keys_of(student):
            found = self._places.get(key, set())
            if found:
                return self.rows[next(iter(found))] if len(found) == 1 else None
        return None

    @cached_property
    def _places(self) -> dict[str, set[int]]:
        """Key -> places of the rows that it could mean."""
        places: dict[str, set[int]] = {}
        for place, row in enumerate(self.rows):
            for column in self._identifying:
                for key in _keys_in(row[column]):
                    places.setdefault(key, set()).add(place)
        return places

    @property
    def _identifying(self) -> list[str]:
        return [c for c in self.columns if (c == self.matching if self.matching else c.strip().lower() in IDENTIFYING)]


def read_roster(path: Path, matching: str = "") -> Roster:
    """A CSV file with a line of column names, separated by commas, semicolons or tabs.

    `matching`: the column by which students are found. Raises AutograderError on a file that cannot be used.
    """
    lines = _text(path).splitlines()
    separator = max(",;\t", key=(lines[0] if lines else "").count)
    try:
        cells = [row for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=separator) if any(row)]
    except csv.Error as error:
        raise AutograderError(f"{path} cannot be read as CSV: {error}") from None
    if len(cells) < 2:
        raise AutograderError(f"{path} holds no students: a line of column names and one per student are needed")
    columns = tuple(name.strip() for name in cells[0])
    rows = tuple(dict(zip(columns, [*row, *[""] * len(columns)], strict=False)) for row in cells[1:])
    if matching and matching not in columns:
        raise AutograderError(f"{path} has no column {matching!r} (there are: {', '.join(columns)})")
    roster = Roster(columns, tuple(row for row in rows if not _says_maximum(row, columns)), matching)
    if not roster._identifying:
        raise AutograderError(
            f"{path}: no column says who is who: name one with --match (there are: {', '.join(columns)})"
        )
    return roster


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LONGEST:
            raise AutograderError(f"{path} is too large for a list of students")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise AutograderError(f"{path} is not in UTF-8: save it as 'CSV UTF-8'") from None
    except OSError as error:
        raise AutograderError(f"{path} cannot be read: {error.strerror}") from None


def _says_maximum(row: dict[str, str], columns: Iterable[str]) -> bool:
    """Whether this is Canvas's row with the points that each assignment has."""
    return any(row[column].strip().lower() == "points possible" for column in columns)


def _keys_of(student: str) -> Iterator[str]:
    """What a submission's name may mean, the surest first: an id of a bulk download, the name itself."""
    for pattern in _BULK_DOWNLOADS:
        found = pattern.search(student)
        if found:
            yield f"participant {found['number']}"
            yield found["number"]
    yield _plain(student)


def _keys_in(cell: str) -> Iterator[str]:
    """The keys by which a cell is found: itself, and the part of an e-mail address before the @."""
    key = _plain(cell)
    if key:
        yield key
    local, at, _ = key.partition("@")
    if at and local:
        yield local


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
