"""`autograder export` as a user calls it, and nbgrader's own exporter on the gradebook that we write."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from typer.testing import CliRunner, Result

from autograder.cli import app
from autograder.errors import AutograderError
from autograder.exports.hand_scores import hand_scores
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.results import ResultsFolder
from tests.grading.notebooks import NAME, make_course
from tests.grading.reports import report

STUDENTS = ("ann", "bob", "dörte")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with results and a gradebook, in which a human gave ann 2.5 points for her answer."""
    folder = tmp_path_factory.mktemp("graded")
    results = ResultsFolder(folder)
    url = f"sqlite:///{folder}/gradebook.db"
    with GradebookWriter(url, make_course(folder / "course")) as book:
        for student in STUDENTS:
            results.save(report(student))
            book.write(report(student))
    with Gradebook(url) as gradebook:
        gradebook.find_grade("q-why", NAME, NAME, "ann").manual_score = 2.5
        gradebook.db.commit()
    return folder


def export(*words: object) -> Result:
    return CliRunner().invoke(app, ["export", *map(str, words)])


def rows(path: Path, encoding: str = "utf-8") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def test_a_class_for_moodle(graded: Path, tmp_path: Path) -> None:
    done = export(graded, "--format", "moodle", "--out", tmp_path / "m.csv", "--column", "Homework 0")
    assert (done.exit_code, done.output) == (0, f"{tmp_path / 'm.csv'}: 3 submissions\n")
    assert rows(tmp_path / "m.csv") == [["Username", "Homework 0"], *([student, "8"] for student in STUDENTS)]


def test_the_plain_sheet_opens_in_excel_and_has_points_by_hand(graded: Path) -> None:
    done = export(graded, "--gradebook", graded / "gradebook.db")
    assert done.exit_code == 0, done.output
    assert (graded / "csv.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    header, *lines = rows(graded / "csv.csv", "utf-8-sig")
    assert header[:3] == ["student", "score", "max_score"]
    assert [line[:3] for line in lines] == [["ann", "10.5", "12"], ["bob", "8", "12"], ["dörte", "8", "12"]]


def test_who_is_not_in_the_roster_is_named(graded: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Student,ID,SIS Login ID,hw0_small (9)\nAnn,1,ann,\nBob,2,bob,\n")
    done = export(graded, "--format", "canvas", "--roster", roster, "--out", tmp_path / "c.csv")
    assert done.exit_code == 1
    assert "no grade: dörte: not in the roster" in done.output
    assert rows(tmp_path / "c.csv")[2:] == [["Ann", "1", "ann", "8"], ["Bob", "2", "bob", "8"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "holds no reports"),
        (["{graded}", "--format", "excel"], "there are csv, canvas, moodle"),
        (["{graded}", "--format", "canvas"], "--roster"),
        (["{graded}", "--roster", "nowhere.csv"], "cannot be read"),
        (["{graded}", "--gradebook", "nowhere.db"], "no gradebook"),
    ],
)
def test_what_cannot_be_exported_is_one_line(words: list[str], said: str, graded: Path) -> None:
    done = export(*(word.format(graded=graded) for word in words))
    assert isinstance(done.exception, AutograderError)
    assert said in str(done.exception)
    assert "\n" not in str(done.exception)


def test_a_database_of_something_else_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "other.db").write_text("no database")
    with pytest.raises(AutograderError, match="cannot be read: "):
        hand_scores(str(tmp_path / "other.db"), NAME)


def test_nbgrader_s_own_exporter_reads_our_gradebook(graded: Path, tmp_path: Path) -> None:
    exporter = CsvExportPlugin(to=str(tmp_path / "grades.csv"))
    with Gradebook(f"sqlite:///{graded}/gradebook.db") as gradebook:
        exporter.export(gradebook)
    header, *lines = rows(tmp_path / "grades.csv")
    found = [dict(zip(header, line, strict=True)) for line in lines]
    assert [(row["assignment"], row["student_id"], row["score"], row["max_score"]) for row in found] == [
        (NAME, "ann", "10.5", "12.0"),
        (NAME, "bob", "8.0", "12.0"),
        (NAME, "dörte", "8.0", "12.0"),
    ]
