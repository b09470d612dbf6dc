"""What is said about a gradebook before anything is graded."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from autograder.errors import AutograderError
from autograder.grading.gradebook_url import database_url, refuse_unusable


def test_a_file_becomes_a_url(tmp_path: Path) -> None:
    assert database_url("none") is None
    assert database_url(str(tmp_path / "a.db")) == f"sqlite:///{tmp_path}/a.db"
    assert database_url("postgresql://host/grades") == "postgresql://host/grades"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/a.db", "there is no folder .*missing"),
        ("folder", "it is a folder"),
        ("text.db", "not a database"),
        ("text.db?timeout=3", "not a database"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.db").write_text("no database at all, but long enough to be read as the header of one")
    with pytest.raises(AutograderError, match=reason):
        refuse_unusable(f"sqlite:///{tmp_path}/{name}")
    assert {path.name for path in tmp_path.iterdir()} == {"folder", "text.db"}


def test_what_can_be_used_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with sqlite3.connect(tmp_path / "odd name?.db") as database:
        database.execute("CREATE TABLE grades (points REAL)")
    for name in ("new.db", "empty.db", "odd name?.db"):
        refuse_unusable(database_url(str(tmp_path / name)) or "")
    for url in ("sqlite://", "sqlite:///:memory:", "sqlite:///file:/no/such/folder/a.db?uri=true"):
        refuse_unusable(url)
    refuse_unusable("postgresql://host/grades")
    assert {path.name for path in tmp_path.iterdir()} == {"empty.db", "odd name?.db"}


def test_one_that_somebody_writes_to_is_asked_later(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "busy.db", isolation_level=None) as database:
        database.execute("BEGIN EXCLUSIVE")
        refuse_unusable(f"sqlite:///{tmp_path}/busy.db")
