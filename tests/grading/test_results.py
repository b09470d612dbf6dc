"""The folder of reports: whole or absent, current or old, one file per student."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checking.outcomes import Outcome
from autograder.errors import AutograderError
from autograder.grading.results import ResultsFolder, file_name
from tests.grading.reports import report


@pytest.fixture
def results(tmp_path: Path) -> ResultsFolder:
    return ResultsFolder(tmp_path / "out")


def test_a_report_comes_back_as_it_was(results: ResultsFolder) -> None:
    saved = report(outcomes={"first": Outcome.CRASHED}, repairs=("x",), cell_errors=("y",))
    path = results.save(saved)
    assert path == results.path / "reports" / "ann.json"
    assert results.load("ann") == saved


def test_all_are_sorted_by_student(results: ResultsFolder) -> None:
    for student in ("zoe", "ann", "Bob"):
        results.save(report(student))
    assert [found.student for found in results.all()] == ["Bob", "ann", "zoe"]


def test_nothing_but_reports_is_left(results: ResultsFolder) -> None:
    for points in range(3):
        results.save(report(score=points))
    assert [path.name for path in results.reports.iterdir()] == ["ann.json"]


def test_a_write_that_fails_keeps_the_old_report(results: ResultsFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    results.save(report(score=5))

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(AutograderError, match=r"cannot write .*ann\.json: No space left"):
        results.save(report(score=7))
    assert [path.name for path in results.reports.iterdir()] == ["ann.json"]
    found = results.load("ann")
    assert found is not None
    assert found.score == 5


@pytest.mark.parametrize("text", ["", "{", "[]", '{"student": 3}', "\udcff"])
def test_a_damaged_report_is_no_report(results: ResultsFolder, text: str) -> None:
    results.save(report("bob"))
    results.path_of("ann").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert results.load("ann") is None
    assert [found.student for found in results.all()] == ["bob"]
    assert results.damaged() == [results.path_of("ann")]


def test_a_report_holds_for_an_unchanged_submission() -> None:
    assert report().holds_for(report(score=0.0, checks=()))


@pytest.mark.parametrize("name", ["assignment", "submission_sha256", "checks_sha256", "secret_id", "device"])
def test_any_change_makes_it_old(name: str) -> None:
    assert not report().holds_for(report(**{name: "other"}))


def test_an_error_of_the_grader_never_holds() -> None:
    assert not report(outcomes={"last": Outcome.GRADER_ERROR}).holds_for(report())


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AutograderError, match=r"cannot write results to .*Not a directory"):
        ResultsFolder(tmp_path / "file" / "out")


@pytest.mark.parametrize(
    ("student", "name"),
    [
        ("ann", "ann"),
        ("Zoë O'Neil", "Zoë O'Neil"),
        ("a.b@c.edu", "a.b@c.edu"),
        ("..", "%..%"),
        (".hidden", "%.hidden%"),
        ("a/b", "a%2Fb"),
        ("a:b*?", "a%3Ab%2A%3F"),
        ("", "%"),
    ],
)
def test_names_of_files(student: str, name: str) -> None:
    assert file_name(student) == name


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_student_has_a_safe_file_of_his_own(one: str, other: str) -> None:
    name = file_name(one)
    assert "/" not in name
    assert name not in (".", "..")
    assert not name.startswith((".", " "))
    assert 0 < len(name.encode()) <= 200
    assert one == other or name != file_name(other)
