"""Zip archives of students and of classes: honest, damaged and hostile ones."""

from __future__ import annotations

import json
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import limits
from autograder.assignment import Assignment
from autograder.errors import AutograderError
from autograder.grading import archives
from autograder.grading.collection import find_submissions
from autograder.grading.submission import read_submission
from tests.fuzzing import looking
from tests.grading.notebooks import NAME, make_course, save, solved

SOLVED = json.dumps(solved())
OWN = f"{NAME}.ipynb"


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return make_course(tmp_path_factory.mktemp("course"))


def pack(path: Path, **files: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def problems(path: Path, assignment: Assignment) -> dict[str, str]:
    """Student -> why the submission cannot be graded; empty where it can."""
    found = find_submissions(path, assignment)
    return {student: read_submission(notebook, assignment, student).problem for student, notebook in found}


@pytest.mark.parametrize(
    "files",
    [
        {OWN: SOLVED},
        {f"my work/{OWN}": SOLVED, "my work/notes.ipynb": "{}"},
        {"other name.ipynb": SOLVED, "data.csv": "1,2"},
        {OWN: SOLVED, f"__MACOSX/._{OWN}": "x", ".ipynb_checkpoints/x.ipynb": "x"},
        {OWN.upper().replace("HW0_SMALL", "x"): SOLVED},
    ],
)
def test_a_students_archive_stands_for_its_notebook(
    assignment: Assignment, tmp_path: Path, files: dict[str, str]
) -> None:
    pack(tmp_path / "ann" / NAME / "hand-in.zip", **files)
    assert problems(tmp_path, assignment) == {"ann": ""}


@pytest.mark.parametrize(
    "files",
    [
        {f"../{OWN}": SOLVED},
        {f"/etc/{OWN}": SOLVED},
        {f"a/../../{OWN}": SOLVED},
        {f"..\\{OWN}": SOLVED},
        {f"C:\\{OWN}": SOLVED},
        {"a.ipynb": SOLVED, "b.ipynb": SOLVED},
        {"notes.txt": "no notebook"},
        {},
    ],
)
def test_an_archive_without_one_notebook_inside_is_a_problem(
    assignment: Assignment, tmp_path: Path, files: dict[str, str]
) -> None:
    pack(tmp_path / "in" / "ann" / NAME / "hand-in.zip", **files)
    assert "zip archive" in problems(tmp_path / "in", assignment)["ann"]
    assert not list(tmp_path.glob("*.ipynb"))
    assert not Path("/etc", OWN).exists()


def test_a_link_in_an_archive_is_left_out(assignment: Assignment, tmp_path: Path) -> None:
    link = zipfile.ZipInfo(OWN)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "ann.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    pack(tmp_path / "bob.zip", **{OWN: SOLVED})
    assert {student: bool(problem) for student, problem in problems(tmp_path, assignment).items()} == {
        "ann": True,
        "bob": False,
    }


def test_a_bomb_costs_no_more_than_a_notebook(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """30 MB of blanks in 30 KB, and an archive that announces one byte and holds them all."""
    monkeypatch.setattr(archives, "NOTEBOOK_BYTES", limits.MB)
    bomb = pack(tmp_path / "ann.zip", **{OWN: b" " * (30 << 20)})
    [(_, notebook)] = find_submissions(tmp_path, assignment)
    assert notebook.stat().st_size == limits.MB + 1
    data = bytearray(bomb.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 1)
    (tmp_path / "ann.zip").write_bytes(data)
    assert problems(tmp_path, assignment)["ann"]


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "password", "method", "directory", "64"])
def test_a_damaged_archive_is_a_problem_in_one_sentence(assignment: Assignment, tmp_path: Path, damage: str) -> None:
    path = pack(tmp_path / "ann.zip", **{OWN: SOLVED})
    data = bytearray(path.read_bytes())
    entry, end = data.rfind(b"PK\x01\x02"), data.rfind(b"PK\x05\x06")
    if damage == "password":
        data[entry + 8] |= 1
        data[6] |= 1
    elif damage == "method":
        struct.pack_into("<H", data, entry + 10, 77)
        struct.pack_into("<H", data, 8, 77)
    elif damage == "directory":
        struct.pack_into("<I", data, end + 12, 1 << 30)
    elif damage == "64":
        data[end:end] = b"PK\x06\x07" + bytes(16)
    elif damage == "noise":
        data[60:90] = b"\xff" * 30
    path.write_bytes({"cut": data[:-40], "empty": b""}.get(damage, bytes(data)))
    problem = problems(tmp_path, assignment)["ann"]
    assert problem
    assert "\n" not in problem


@pytest.mark.parametrize(
    "files",
    [
        {f"ann/{NAME}/{OWN}": SOLVED, f"bob/{NAME}/{OWN}": "{"},
        {f"submitted/ann/{NAME}/{OWN}": SOLVED, f"submitted/bob/{NAME}/{OWN}": "{"},
        {"ann.ipynb": SOLVED, "bob.ipynb": "{", "../cem.ipynb": SOLVED},
        {f"ann/{OWN}": SOLVED, "bob/x.ipynb": "{", "bob/report.pdf": "x"},
    ],
)
def test_a_class_in_one_archive(assignment: Assignment, tmp_path: Path, files: dict[str, str]) -> None:
    found = problems(pack(tmp_path / "class.zip", **files), assignment)
    assert set(found) == {"ann", "bob"}
    assert found["ann"] == ""
    assert found["bob"]


def test_archives_of_students_in_the_archive_of_a_class(assignment: Assignment, tmp_path: Path) -> None:
    ann = pack(tmp_path / "ann.zip", **{OWN: SOLVED}).read_bytes()
    found = problems(pack(tmp_path / "class.zip", **{"ann.zip": ann, "bob.ipynb": SOLVED}), assignment)
    assert found == {"ann": "", "bob": ""}


def test_a_class_archive_that_cannot_be_used_is_one_line(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "class.zip").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(AutograderError, match="cannot be unpacked"):
        find_submissions(tmp_path / "class.zip", assignment)
    pack(tmp_path / "empty.zip", **{"notes.txt": "x"})
    with pytest.raises(AutograderError, match="holds no submission"):
        find_submissions(tmp_path / "empty.zip", assignment)
    monkeypatch.setattr(archives, "CLASS_BYTES", 1000)
    pack(tmp_path / "large.zip", **{"ann.ipynb": SOLVED, "bob.ipynb": SOLVED})
    with pytest.raises(AutograderError, match="more than a class"):
        find_submissions(tmp_path / "large.zip", assignment)


def test_a_notebook_beside_an_archive_counts(assignment: Assignment, tmp_path: Path) -> None:
    save(tmp_path / "ann" / NAME / "mine.ipynb", solved())
    pack(tmp_path / "ann" / NAME / "data.zip", **{"x.csv": "1"})
    assert problems(tmp_path, assignment) == {"ann": ""}


@pytest.mark.fuzz
@looking(60)
@given(st.dictionaries(st.integers(0, 10_000), st.integers(0, 255), min_size=1, max_size=6), st.integers(0, 400))
def test_any_damage_ends_in_a_notebook_or_a_sentence(
    assignment: Assignment, tmp_path_factory: pytest.TempPathFactory, bytes_at: dict[int, int], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    path = pack(folder / "ann.zip", **{OWN: SOLVED, f"../{OWN}": "x", "b/c.ipynb": "{}"})
    data = bytearray(path.read_bytes())
    for at, byte in bytes_at.items():
        data[-1 - at % min(len(data), 400)] = byte  # the list of contents stands at the end
    path.write_bytes(data[: len(data) - cut % 3])
    assert set(problems(folder, assignment)) == {"ann"}
