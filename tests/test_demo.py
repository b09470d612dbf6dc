"""The demonstration makes a class in which every kind of submission is there, and tells plainly what came out."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment, Course
from autograder.authoring.build import build
from autograder.checking.outcomes import CheckResult, Outcome
from autograder.demo.made_up_class import (
    ALTERNATIVES,
    ENDLESS_LOOP,
    MEMORY_BOMB,
    PROCESS_KILLER,
    Member,
    describe,
    make_class,
)
from autograder.demo.real_data import MNIST_FILES, demo_cells, require_mnist, train_on
from autograder.demo.run import SAID_CHARS, class_table, said
from autograder.errors import AutograderError
from autograder.grading.collection import find_submissions
from autograder.grading.report import Report
from autograder.grading.submission import read_submission

ROOT = Path(__file__).resolve().parents[1]
TINY_COURSE = ROOT / "tests" / "fixtures" / "tiny_course"


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    root = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(TINY_COURSE, root)
    found = Course(root).assignment("warmup")
    build(found)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "submitted"


@pytest.fixture(scope="module")
def members(assignment: Assignment, folder: Path) -> list[Member]:
    return make_class(assignment, folder)


class TestTheClass:
    def test_every_kind_of_submission_is_there(self, members):
        kinds = Counter(member.kind for member in members)
        assert kinds["mistake"] >= 8
        assert kinds["alternative"] == ALTERNATIVES
        assert (kinds["reference"], kinds["blank"], kinds["hostile"], kinds["damaged"]) == (1, 1, 3, 1)

    def test_the_class_is_described_in_words(self, members):
        assert describe(members) == (
            "1 reference solution, 1 blank notebook, 10 mistakes, 2 unusual right solutions, 3 attacks, 1 damaged file"
        )

    def test_students_have_believable_names_and_each_hands_in_once(self, members):
        names = [member.student for member in members]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z]+_[a-z]+", name) for name in names)

    def test_kinds_are_mixed(self, members):
        kinds = [member.kind for member in members]
        assert kinds != sorted(kinds)

    def test_every_task_has_a_mistake_before_any_has_two(self, members):
        tasks_with_mistakes = {"standardize", "moving_average", "NoisyChannel.transmit", "NoisyChannel.decode"}
        assert len({member.what for member in members if member.kind == "mistake"}) > len(tasks_with_mistakes)

    def test_grading_finds_every_submission(self, assignment, folder, members):
        assert [student for student, _ in find_submissions(folder, assignment)] == [m.student for m in members]

    @pytest.mark.parametrize("code", [ENDLESS_LOOP, PROCESS_KILLER, MEMORY_BOMB])
    def test_hostile_code_reaches_the_cells_that_are_run(self, assignment, folder, members, code):
        hostile = [self.read(assignment, folder, member) for member in members if member.kind == "hostile"]
        assert sum(any(code in cell.source for cell in submission.cells) for submission in hostile) == 1

    def test_the_damaged_file_is_no_json_and_says_so_when_it_is_read(self, assignment, folder, members):
        [damaged] = [member for member in members if member.kind == "damaged"]
        with pytest.raises(json.JSONDecodeError):
            json.loads(damaged.notebook)
        assert "damaged" in self.read(assignment, folder, damaged).problem

    def test_all_others_are_valid_notebooks(self, members):
        for member in members:
            if member.kind != "damaged":
                nbformat.validate(nbformat.reads(member.notebook.decode(), as_version=4))

    def test_a_second_demo_replaces_the_first_class(self, assignment, members, tmp_path):
        place = tmp_path / "again"
        assert make_class(assignment, place) == make_class(assignment, place) == members

    def test_a_folder_with_other_things_is_left_alone(self, assignment, tmp_path):
        (tmp_path / "thesis.txt").write_text("years of work")
        with pytest.raises(AutograderError, match="no demo made"):
            make_class(assignment, tmp_path)
        assert (tmp_path / "thesis.txt").read_text() == "years of work"

    def test_a_folder_that_cannot_be_made_is_one_clear_line(self, assignment, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(AutograderError, match="cannot be written"):
            make_class(assignment, tmp_path / "file" / "submitted")

    def read(self, assignment, folder, member):
        path = folder / member.student / assignment.name / f"{assignment.name}.ipynb"
        return read_submission(path, assignment, member.student)


def check_result(outcome: Outcome, points: float, message: str = "") -> CheckResult:
    return CheckResult("test_a.py::test_b", "standardize", "It works.", outcome, points, 2.0, message)


REPORT = Report("warmup", "ann", 2.0, 2.0, (), (check_result(Outcome.PASSED, 2.0),))


class TestTheTable:
    def test_full_marks(self):
        assert said(REPORT) == "every check passes"

    def test_blank(self):
        blank = replace(REPORT, score=0.0, checks=(check_result(Outcome.NOT_ATTEMPTED, 0.0, "not written yet"),))
        assert said(blank) == "nothing was attempted"

    def test_the_first_check_that_failed_speaks_before_what_was_not_attempted(self):
        checks = (check_result(Outcome.NOT_ATTEMPTED, 0.0, "open"), check_result(Outcome.FAILED, 0.0, "wrong [/] axis"))
        assert said(replace(REPORT, checks=checks)) == "standardize, failed: wrong [/] axis"

    def test_an_unreadable_notebook(self):
        assert said(replace(REPORT, problem="The file is damaged.", checks=())) == "The file is damaged."

    def test_a_long_message_is_cut(self):
        long = replace(REPORT, checks=(check_result(Outcome.ERROR, 0.0, "x" * 1000),))
        assert len(said(long)) == SAID_CHARS

    def test_text_of_students_is_no_markup(self, assignment):
        member = Member("ann", "mistake", "M1: [red] tape", b"")
        report = replace(REPORT, checks=(check_result(Outcome.FAILED, 0.0, "[/nonsense]"),))
        table = class_table(assignment, [member], [report])
        assert [str(cell) for cell in table.columns[3].cells] == ["standardize, failed: [/nonsense]"]


class TestRealData:
    def test_a_folder_without_mnist_is_one_clear_line(self, tmp_path):
        with pytest.raises(AutograderError, match=r"does not hold MNIST: .*train-images"):
            require_mnist(tmp_path)

    def test_a_folder_with_the_four_files_will_do(self, tmp_path):
        raw = tmp_path / "MNIST" / "raw"
        raw.mkdir(parents=True)
        for name in MNIST_FILES:
            (raw / name).write_bytes(b"")
        require_mnist(tmp_path)

    def test_only_given_data_task_and_tagged_experiment_cells_are_run(self):
        def cell(kind: str, *tags: str) -> nbformat.NotebookNode:
            return nbformat.v4.new_code_cell(metadata={"autograder": {"kind": kind}, "tags": list(tags)}, source=kind)

        cells = [
            cell("given"), cell("data"), cell("task"), cell("experiment"), cell("public_check"), cell("points"),
            cell("experiment", "demo"), nbformat.v4.new_markdown_cell("text"),
        ]  # fmt: skip
        kept = demo_cells(nbformat.v4.new_notebook(cells=cells))
        assert [each.source for each in kept] == ["given", "data", "task", "experiment"]

    @pytest.mark.slow
    def test_what_the_cells_print_is_told(self, assignment, tmp_path):
        notebook = nbformat.read(assignment.source, as_version=4)
        ours = {"kind": "experiment"}
        code = "import os\nprint('data in', os.environ['DATA_ROOT'])"
        notebook.cells.append(nbformat.v4.new_code_cell(code, metadata={"autograder": ours, "tags": ["demo"]}))
        nbformat.write(notebook, assignment.source)
        try:
            assert f"data in {tmp_path}" in list(train_on(assignment, tmp_path))
        finally:
            build(assignment)
