"""Grades as CSV: for Canvas's and Moodle's gradebooks, and plain with a column per task."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.errors import AutograderError
from autograder.exports.roster import Roster
from autograder.grading.report import Report
from autograder.plain_text import plain
from autograder.reporting.wording import points

CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE_GRADE, MOODLE_MAXIMUM, MOODLE_FEEDBACK = "Grade", "Maximum grade", "Feedback comments"

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Grades:
    """The reports of a class and how they are called elsewhere.

    `column`: of the assignment there. `by_hand`: student -> points given by a human, where they are to be added;
    `by_hand_max`: how many there are.
    """

    reports: Sequence[Report]
    column: str
    by_hand: Mapping[str, float] = field(default_factory=dict)
    by_hand_max: float = 0.0

    @property
    def max_score(self) -> float:
        return max((report.max_score for report in self.reports), default=0.0) + self.by_hand_max

    def of(self, report: Report) -> str:
        """The points, or nothing when the grader itself failed: that must not become somebody's zero."""
        if report.has_grader_error:
            return ""
        return points(report.score + self.by_hand.get(report.student, 0.0))


@dataclass(frozen=True)
class Sheet:
    """The file's text, and the submissions without a grade (or a known student) in it, each with the reason."""

    text: str
    left_out: tuple[str, ...]


def plain_sheet(grades: Grades, roster: Roster | None) -> Sheet:
    """A line per submission: student, score, a column per task, and whether somebody should look at it."""
    tasks = list(dict.fromkeys(check.task for report in grades.reports for check in report.checks))
    extra = list(roster.columns) if roster else []
    rows = []
    for report in grades.reports:
        known = (roster.row_of(report.student) if roster else None) or {}
        earned = {task: sum(check.points for check in report.checks if check.task == task) for task in tasks}
        remark = plain(report.problem) or ("the grader itself failed: grade again" if report.has_grader_error else "")
        identity = [known.get(name, "") for name in extra]
        scores = [grades.of(report), points(grades.max_score), *(points(earned[task]) for task in tasks)]
        rows.append([report.student, *identity, *scores, remark])
    header = ["student", *extra, "score", "max_score", *tasks, "remark"]
    missing = _strangers(grades, roster) if roster else []
    return Sheet(_csv([header, *rows]), (*_unfinished(grades), *missing))


def canvas_sheet(grades: Grades, roster: Roster | None) -> Sheet:
    """What Canvas imports. The roster is Canvas's own export: it holds the ids, and the name of the column.

    Raises AutograderError without such a roster.
    """
    if roster is None or "ID" not in roster.columns:
        raise AutograderError(
            "Canvas finds students by its own ids: give the gradebook that Canvas exports as --roster"
        )
    identity = [name for name in CANVAS_COLUMNS if name in roster.columns]
    column = _canvas_column(grades.column, roster)
    found = _by_row(grades, roster)
    maximum = ["    Points Possible", *[""] * (len(identity) - 1), points(grades.max_score)]
    rows = [[*(row[name] for name in identity), found.get(place, "")] for place, row in enumerate(roster.rows)]
    return Sheet(_csv([[*identity, column], maximum, *rows]), (*_unfinished(grades), *_strangers(grades, roster)))


def moodle_sheet(grades: Grades, roster: Roster | None) -> Sheet:
    """What Moodle imports: its grading worksheet filled in, or the columns of any roster, and a grade.

    Without a roster the submissions' names stand under "Username".
    """
    roster = roster or Roster(("Username",), tuple({"Username": report.student} for report in grades.reports))
    is_worksheet = "Identifier" in roster.columns and MOODLE_GRADE in roster.columns
    column = MOODLE_GRADE if is_worksheet else grades.column
    header = [*roster.columns, *([] if column in roster.columns else [column])]
    found = _by_row(grades, roster)
    rows = []
    for place, row in enumerate(roster.rows):
        filled = dict(row)
        if found.get(place):
            filled[column] = found[place]
            if is_worksheet and MOODLE_MAXIMUM in row:
                filled[MOODLE_MAXIMUM] = points(grades.max_score)
        rows.append([filled.get(name, "") for name in header])
    return Sheet(_csv([header, *rows]), (*_unfinished(grades), *_strangers(grades, roster)))


FORMATS: dict[str, Callable[[Grades, Roster | None], Sheet]] = {
    "csv": plain_sheet,
    "canvas": canvas_sheet,
    "moodle": moodle_sheet,
}


def guarded(cell: str) -> str:
    """Text that no spreadsheet takes for a formula; numbers stay numbers."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([guarded(_one_line(cell)) for cell in row] for row in rows)
    return text.getvalue()


def _one_line(cell: str) -> str:
    """Without line breaks and codes; Canvas's indented "Points Possible" keeps its spaces."""
    indent = cell[: len(cell) - len(cell.lstrip(" "))]
    return indent + " ".join(plain(cell).splitlines())


def _canvas_column(wanted: str, roster: Roster) -> str:
    """The roster's own name of the column, with its id, where there is one: "Homework 6 (12345)"."""
    named = [c for c in roster.columns if re.sub(r"\s*\(\d+\)\Z", "", c).casefold() == wanted.casefold()]
    return named[0] if named else wanted


def _by_row(grades: Grades, roster: Roster) -> dict[int, str]:
    """Place of the roster's row -> points. Raises AutograderError when two submissions are one student's."""
    places = {id(row): place for place, row in enumerate(roster.rows)}
    found: dict[int, str] = {}
    owners: dict[int, str] = {}
    for report in grades.reports:
        row = roster.row_of(report.student)
        if row is None:
            continue
        place = places[id(row)]
        if place in owners:
            raise AutograderError(f"the submissions {owners[place]!r} and {report.student!r} are of one student")
        owners[place] = report.student
        found[place] = grades.of(report)
    return found


def _strangers(grades: Grades, roster: Roster) -> list[str]:
    return [
        f"{report.student}: not in the roster, or more than one student there fits"
        for report in grades.reports
        if roster.row_of(report.student) is None
    ]


def _unfinished(grades: Grades) -> list[str]:
    return [
        f"{report.student}: the grader itself failed in a check; grade again"
        for report in grades.reports
        if report.has_grader_error
    ]
