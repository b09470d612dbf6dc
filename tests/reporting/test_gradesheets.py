"""Grades as CSV, and how submissions find their students."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.checking.outcomes import Outcome
from autograder.errors import AutograderError
from autograder.exports.gradesheet import FORMATS, Grades, Sheet, canvas_sheet, guarded, moodle_sheet, plain_sheet
from autograder.exports.roster import Roster, read_roster
from tests.grading.reports import report

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Homework 5 (770),Homework 6 (771)
    Points Possible,,,,,10,8
"Åberg, Zoë",501,s501,zoe@uni.example,"Group 1, late",9,
"O'Neil, Bob",502,s502,bob,Group 2,,
"=cmd|' /C calc'!A0",503,s503,eve,Group 2,,
"""
WORKSHEET = """Identifier,Full name,ID number,Email address,Status,Grade,Maximum grade,Feedback comments
Participant 9001,"Åberg, Zoë",s501,zoe@uni.example,Submitted,,10.00,"Good, but
late"
Participant 9002,Bob O'Neil,s502,bob@uni.example,No submission,,10.00,
"""


def roster(tmp_path: Path, text: str, match: str = "", encoding: str = "utf-8") -> Roster:
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return read_roster(path, match)


def rows(sheet: Sheet) -> list[list[str]]:
    return list(csv.reader(io.StringIO(sheet.text)))


def grades(*students: str, column: str = "Homework 6") -> Grades:
    return Grades([report(student, {"volume": Outcome.FAILED}) for student in students], column)


def test_canvas_gets_its_own_ids_column_and_points_possible(tmp_path: Path) -> None:
    sheet = canvas_sheet(grades("zoe", "502"), roster(tmp_path, CANVAS))
    assert rows(sheet) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework 6 (771)"],
        ["    Points Possible", "", "", "", "", "8"],
        ["Åberg, Zoë", "501", "s501", "zoe@uni.example", "Group 1, late", "5"],
        ["O'Neil, Bob", "502", "s502", "bob", "Group 2", "5"],
        ["'=cmd|' /C calc'!A0", "503", "s503", "eve", "Group 2", ""],
    ]
    assert sheet.left_out == ()


def test_moodle_s_worksheet_is_filled_in_and_the_rest_of_it_kept(tmp_path: Path) -> None:
    sheet = moodle_sheet(grades("Zoë Åberg_9001_assignsubmission_file_"), roster(tmp_path, WORKSHEET))
    header, zoe, bob = rows(sheet)
    assert header == next(csv.reader(io.StringIO(WORKSHEET)))
    assert zoe[:7] == ["Participant 9001", "Åberg, Zoë", "s501", "zoe@uni.example", "Submitted", "5", "8"]
    assert bob[5:7] == ["", "10.00"]


def test_moodle_without_a_roster_has_the_submissions_names() -> None:
    assert rows(moodle_sheet(grades("ann", "bob"), None)) == [["Username", "Homework 6"], ["ann", "5"], ["bob", "5"]]


def test_the_plain_sheet_has_a_column_per_task_and_the_roster_s_columns(tmp_path: Path) -> None:
    sheet = plain_sheet(grades("bob", "nobody"), roster(tmp_path, "Login;Name\nbob;Bob O'Neil, Jr.\n"))
    assert rows(sheet) == [
        ["student", "Login", "Name", "score", "max_score", "double", "Box.volume", "first", "last", "CHOICE", "remark"],
        ["bob", "bob", "Bob O'Neil, Jr.", "5", "8", "2", "0", "1", "1", "1", ""],
        ["nobody", "", "", "5", "8", "2", "0", "1", "1", "1", ""],
    ]
    assert sheet.left_out == ("nobody: not in the roster, or more than one student there fits",)


@pytest.mark.parametrize(
    ("submission", "student"),
    [
        ("zoe", "501"),
        ("ZOE@uni.example", "501"),
        ("s502", "502"),
        ("åberg,  zoë", "501"),
        ("onilbob_LATE_503_88123_hw6", "503"),
        ("onilbob_502_88123_hw6-1", "502"),
        ("bo", None),
        ("", None),
    ],
)
def test_submissions_find_their_student(submission: str, student: str | None, tmp_path: Path) -> None:
    row = roster(tmp_path, CANVAS).row_of(submission)
    assert (row["ID"] if row else None) == student


def test_a_name_that_fits_two_students_fits_none(tmp_path: Path) -> None:
    two = roster(tmp_path, "Email,Name\nann@a.example,Ann A\nann@b.example,Ann B\n")
    assert two.row_of("ann") is None
    assert two.row_of("ann@b.example") == {"Email": "ann@b.example", "Name": "Ann B"}


def test_the_matching_column_can_be_named(tmp_path: Path) -> None:
    text = "Email,Team\nann@a.example,7\nbob@a.example,8\n"
    assert roster(tmp_path, text, "Team").row_of("8") == {"Email": "bob@a.example", "Team": "8"}
    assert roster(tmp_path, text, "Team").row_of("ann") is None
    with pytest.raises(AutograderError, match="no column 'Group'"):
        roster(tmp_path, text, "Group")


@pytest.mark.parametrize(("encoding", "separator"), [("utf-8-sig", ","), ("utf-8", ";"), ("utf-8", "\t")])
def test_rosters_as_programs_save_them(encoding: str, separator: str, tmp_path: Path) -> None:
    text = separator.join(["Username", "Name"]) + "\r\n" + separator.join(["ann", "Ännchen"]) + "\r\n"
    assert roster(tmp_path, text, encoding=encoding).rows == ({"Username": "ann", "Name": "Ännchen"},)


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("Username\nJosé\n", "latin-1", "CSV UTF-8"),
        ("Username\n", "utf-8", "holds no students"),
        ("", "utf-8", "holds no students"),
        ("Colour,Size\nred,5\n", "utf-8", "--match"),
    ],
)
def test_a_roster_of_no_use_is_one_line(text: str, encoding: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(AutograderError, match=said) as error:
        roster(tmp_path, text, encoding=encoding)
    assert "\n" not in str(error.value)


def test_two_submissions_of_one_student_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AutograderError, match="of one student"):
        canvas_sheet(grades("zoe", "501"), roster(tmp_path, CANVAS))


def test_canvas_needs_its_ids(tmp_path: Path) -> None:
    with pytest.raises(AutograderError, match="--roster"):
        canvas_sheet(grades("zoe"), None)
    with pytest.raises(AutograderError, match="--roster"):
        canvas_sheet(grades("zoe"), roster(tmp_path, "Username\nzoe\n"))


@pytest.mark.parametrize("form", ["csv", "canvas", "moodle"])
def test_an_error_of_the_grader_is_never_a_zero(form: str, tmp_path: Path) -> None:
    broken = replace(report("bob", {"volume": Outcome.GRADER_ERROR}), score=0.0)
    sheet = FORMATS[form](Grades([broken], "Homework 6"), roster(tmp_path, CANVAS))
    [bob] = [row for row in rows(sheet) if "502" in row]
    place = rows(sheet)[0].index("score") if form == "csv" else -1
    assert bob[place] == ""
    assert sheet.left_out == ("bob: the grader itself failed in a check; grade again",)


def test_points_by_hand_are_added(tmp_path: Path) -> None:
    both = replace(grades("bob"), by_hand={"bob": 3.5}, by_hand_max=4.0)
    table = rows(canvas_sheet(both, roster(tmp_path, CANVAS)))
    assert (table[1][-1], table[3][-1]) == ("12", "8.5")


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+49 30 1", "'+49 30 1"), ("-2+3", "'-2+3"), ("\tx", "'\tx"),
        ("-2", "-2"), ("+1.5", "+1.5"), ("a=b", "a=b"), ("", ""),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(cell: str, safe: str) -> None:
    assert guarded(cell) == safe


def test_foreign_text_stays_in_its_cell() -> None:
    evil = '=HYPERLINK("x")\x1b[31m,\n"quoted"\u202e'
    sheet = plain_sheet(Grades([report(evil, problem="@x\ny")], "hw"), None)
    [_, row] = rows(sheet)
    assert row[0] == '\'=HYPERLINK("x"), "quoted"'
    assert row[-1] == "'@x y"
