"""What nbgrader's own gradebook holds after reports were written into it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveCells

from autograder.assignment import Assignment
from autograder.checking.outcomes import Outcome
from autograder.errors import AuthoringError, AutograderError
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.report import Report
from tests.grading.notebooks import NAME, make_course
from tests.grading.reports import report


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assignment, bytes]:
    """A course and the bytes of its new gradebook: making one takes nbgrader a second."""
    root = tmp_path_factory.mktemp("course")
    assignment = make_course(root)
    GradebookWriter(f"sqlite:///{root}/gradebook.db", assignment).close()
    return assignment, (root / "gradebook.db").read_bytes()


@pytest.fixture
def assignment(empty: tuple[Assignment, bytes]) -> Assignment:
    return empty[0]


@pytest.fixture
def file(empty: tuple[Assignment, bytes], tmp_path: Path) -> Path:
    path = tmp_path / "gradebook.db"
    path.write_bytes(empty[1])
    return path


@pytest.fixture
def writer(file: Path, assignment: Assignment) -> Iterator[GradebookWriter]:
    with GradebookWriter(f"sqlite:///{file}", assignment) as writer:
        yield writer


@pytest.fixture
def gradebook(file: Path) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{file}") as gradebook:
        yield gradebook


def rows(file: Path) -> list[str]:
    """Everything that the database holds."""
    with sqlite3.connect(file) as connection:
        return list(connection.iterdump())


def scores(gradebook: Gradebook, student: str = "ann") -> dict[str, float | None]:
    gradebook.db.expire_all()
    notebook = gradebook.find_submission_notebook(NAME, NAME, student)
    return {grade.name: grade.auto_score for grade in notebook.grades}


def waiting(gradebook: Gradebook, student: str = "ann") -> set[str]:
    """The cells that need a human."""
    gradebook.db.expire_all()
    notebook = gradebook.find_submission_notebook(NAME, NAME, student)
    return {grade.name for grade in notebook.grades if grade.needs_manual_grade}


def give_by_hand(gradebook: Gradebook, cell: str, points: float) -> None:
    """What formgrader does when a grader types a score."""
    grade = gradebook.find_grade(cell, NAME, NAME, "ann")
    grade.manual_score, grade.needs_manual_grade = points, False
    gradebook.db.commit()


FULL = {
    "points-double": 2,
    "points-Box-volume": 3,
    "points-first": 1,
    "points-last": 1,
    "points-CHOICE": 1,
    "q-why": None,
}


def cells_of(gradebook: Gradebook, assignment: str) -> dict[str, list[dict[str, object]]]:
    """What the gradebook says about a notebook's cells, without row ids and the assignment's name."""
    notebook = gradebook.find_notebook(NAME, assignment)
    found = {}
    for kind in ("grade_cells", "solution_cells", "task_cells", "source_cells"):
        rows = sorted((cell.to_dict() for cell in getattr(notebook, kind)), key=lambda row: row["name"])
        found[kind] = [{key: row[key] for key in row.keys() - {"id", "assignment"}} for row in rows]
    return found | {"kernelspec": notebook.kernelspec}


def test_the_cells_are_those_that_nbgrader_records(assignment: Assignment, file: Path, gradebook: Gradebook) -> None:
    notebook = nbformat.read(assignment.release, as_version=4)
    place = {"notebook": NAME, "assignment": "theirs", "db_url": f"sqlite:///{file}"}
    gradebook.add_assignment("theirs")
    SaveCells().preprocess(notebook, {"nbgrader": place})
    gradebook.db.expire_all()
    ours = cells_of(gradebook, NAME)
    assert ours == cells_of(gradebook, "theirs")
    assert {row["name"]: row["max_score"] for row in ours["grade_cells"]} == {k: v or 4 for k, v in FULL.items()}


def test_a_report_becomes_scores_and_a_question_for_a_human(writer: GradebookWriter, gradebook: Gradebook) -> None:
    writer.write(report())
    assert scores(gradebook) == FULL
    assert waiting(gradebook) == {"q-why"}
    assert gradebook.find_submission(NAME, "ann").score == 8


def test_a_failed_check_costs_its_points_and_says_why(writer: GradebookWriter, gradebook: Gradebook) -> None:
    writer.write(report(outcomes={"negative": Outcome.FAILED}))
    assert scores(gradebook) == FULL | {"points-double": 1}
    comment = gradebook.find_comment("task-double", NAME, NAME, "ann").auto_comment
    assert "✓ Numbers are doubled. (passed, 1 of 1)" in comment
    assert "✗ Negative numbers too. (failed, 0 of 1)\nNegative numbers too: not so here." in comment
    assert gradebook.find_comment("q-why", NAME, NAME, "ann").auto_comment == "12 words (limit: 50)."


def test_a_class_comment_holds_the_checks_of_its_methods(writer: GradebookWriter, gradebook: Gradebook) -> None:
    writer.write(report())
    assert "third power" in gradebook.find_comment("task-Box", NAME, NAME, "ann").auto_comment


def test_the_same_report_twice_changes_nothing(writer: GradebookWriter, gradebook: Gradebook, file: Path) -> None:
    writer.write(report(outcomes={"negative": Outcome.FAILED}))
    give_by_hand(gradebook, "q-why", 3)
    before = rows(file)
    writer.write(report(outcomes={"negative": Outcome.FAILED}))
    assert rows(file) == before


def test_opening_again_changes_nothing(writer: GradebookWriter, assignment: Assignment, file: Path) -> None:
    writer.write(report())
    before = rows(file)
    GradebookWriter(f"sqlite:///{file}", assignment).close()
    assert rows(file) == before


def test_an_error_of_the_grader_is_never_a_zero(writer: GradebookWriter, gradebook: Gradebook) -> None:
    writer.write(report())
    writer.write(report(outcomes={"negative": Outcome.GRADER_ERROR}))
    assert scores(gradebook) == FULL | {"points-double": None}
    assert waiting(gradebook) == {"q-why", "points-double"}


def test_no_stale_score_survives_a_worse_regrade(writer: GradebookWriter, gradebook: Gradebook) -> None:
    writer.write(report())
    writer.write(report(checks=(), submission_sha256="b" * 64))
    assert set(scores(gradebook).values()) == {None}
    assert waiting(gradebook) == set(FULL)


def test_an_unreadable_notebook_is_a_zero_with_a_reason(writer: GradebookWriter, gradebook: Gradebook) -> None:
    writer.write(report(checks=(), problem="The file is empty."))
    assert scores(gradebook) == dict.fromkeys(FULL, 0.0) | {"q-why": None}
    assert gradebook.find_comment("task-Box", NAME, NAME, "ann").auto_comment == "The file is empty."


def test_manual_scores_stay_and_are_asked_for_again_when_the_work_is_new(
    writer: GradebookWriter, gradebook: Gradebook
) -> None:
    writer.write(report())
    give_by_hand(gradebook, "q-why", 3)
    give_by_hand(gradebook, "points-double", 1.5)
    writer.write(report(outcomes={"doubles": Outcome.TIMEOUT}, checks_sha256="d" * 64))
    assert waiting(gradebook) == set()
    writer.write(report(submission_sha256="b" * 64))
    assert waiting(gradebook) == {"q-why", "points-double"}
    assert gradebook.find_grade("q-why", NAME, NAME, "ann").manual_score == 3
    assert gradebook.find_submission(NAME, "ann").score == 3 + 1.5 + 6


def test_points_stay_within_the_cell(writer: GradebookWriter, gradebook: Gradebook) -> None:
    checks = report().checks
    writer.write(report(checks=(*checks, checks[0])))
    assert scores(gradebook)["points-double"] == 2


def test_a_time_zone_becomes_nbgraders_utc(writer: GradebookWriter, gradebook: Gradebook) -> None:
    writer.write(report(), datetime(2026, 1, 31, 14, tzinfo=timezone(timedelta(hours=2))))
    writer.write(report())
    assert gradebook.find_submission(NAME, "ann").timestamp == datetime(2026, 1, 31, 12)


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own code
def test_students_and_submissions_that_exist_are_kept(writer: GradebookWriter, gradebook: Gradebook) -> None:
    gradebook.add_student("ann", first_name="Ann", last_name="Doe, Jr")
    gradebook.add_submission(NAME, "ann", timestamp="2026-01-31 12:00:00 UTC")
    writer.write(report())
    assert scores(gradebook) == FULL
    assert gradebook.find_student("ann").last_name == "Doe, Jr"
    assert len(gradebook.assignment_submissions(NAME)) == 1


def test_cells_added_after_a_submission_get_their_rows(
    file: Path, assignment: Assignment, gradebook: Gradebook
) -> None:
    with GradebookWriter(f"sqlite:///{file}", assignment) as writer:
        writer.write(report())
    notebook = gradebook.find_submission_notebook(NAME, NAME, "ann")
    for row in (*notebook.grades[:2], *notebook.comments[:1]):
        gradebook.db.delete(row)
    gradebook.db.commit()
    with GradebookWriter(f"sqlite:///{file}", assignment) as writer:
        writer.write(report())
    assert scores(gradebook) == FULL


def test_a_write_that_fails_leaves_the_old_row(
    writer: GradebookWriter, gradebook: Gradebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.write(report())
    monkeypatch.setattr("autograder.grading.cell_scores.CellScores.comment", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        writer.write(report(outcomes={"doubles": Outcome.FAILED}))
    monkeypatch.undo()
    assert scores(gradebook) == FULL
    writer.write(report("bob"))
    assert scores(gradebook, "bob") == FULL


def test_odd_students_are_written(writer: GradebookWriter, gradebook: Gradebook) -> None:
    for student in ("..", "Zoë O'Neil", "a%b", "名前"):
        writer.write(report(student))
        assert scores(gradebook, student) == FULL


def test_a_new_gradebook_is_made_without_an_activated_environment(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    GradebookWriter(f"sqlite:///{tmp_path}/new.db", assignment).close()
    assert os.environ["PATH"] == "/usr/bin:/bin"
    assert any("alembic_version" in row for row in rows(tmp_path / "new.db"))


@pytest.mark.parametrize(
    ("url", "words"),
    [("gradebook.db", "no database URL"), ("sqlite:////no/such/folder/x.db", "cannot be opened: unable to open")],
)
def test_a_database_that_cannot_be_opened_is_one_line(assignment: Assignment, url: str, words: str) -> None:
    with pytest.raises(AutograderError, match=words) as failure:
        GradebookWriter(url, assignment)
    assert "\n" not in str(failure.value)


def test_an_assignment_that_was_not_built_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(AuthoringError, match="autograder build hw0"):
        GradebookWriter(f"sqlite:///{tmp_path}/x.db", Assignment(tmp_path, "hw0"))


def test_a_class_is_written_fast(writer: GradebookWriter) -> None:
    reports: list[Report] = [report(f"student-{number}") for number in range(40)]
    started = time.perf_counter()
    for item in reports:
        writer.write(item)
    assert (time.perf_counter() - started) / len(reports) < 0.25


def test_withdrawn_scores_wait_for_a_human(writer: GradebookWriter, gradebook: Gradebook) -> None:
    writer.write(report())
    assert None not in [scores(gradebook)[name] for name in scores(gradebook) if name.startswith("points")]
    writer.withdraw("ann")
    writer.withdraw("nobody")
    withdrawn = scores(gradebook)
    assert {withdrawn[name] for name in withdrawn if name.startswith("points")} == {None}
    notebook = gradebook.find_submission_notebook(NAME, NAME, "ann")
    assert all(grade.needs_manual_grade for grade in notebook.grades)
    writer.write(report())
    assert None not in [scores(gradebook)[name] for name in scores(gradebook) if name.startswith("points")]
