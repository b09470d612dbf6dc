"""The benchmark compares like with like: the same checks, the same points, and honest arithmetic."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment, Course
from autograder.authoring.build import build
from autograder.authoring.checks_index import read_checks
from autograder.errors import AutograderError
from benchmarks import bench, stock_nbgrader
from benchmarks.contenders import Graded
from benchmarks.inprocess_student import InProcessChecks, InProcessSession
from benchmarks.process_tree import Measured, measure
from benchmarks.submissions import write_submissions

KEY = b"k" * 32
TINY_COURSE = Path(__file__).resolve().parent / "fixtures" / "tiny_course"


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    root = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(TINY_COURSE, root)
    found = Course(root).assignment("warmup")
    build(found)
    return found


@pytest.fixture(scope="module")
def checks(assignment: Assignment) -> InProcessChecks:
    return InProcessChecks(assignment.checks, assignment.probes.read_text(), assignment.name, KEY)


class TestChecksInOneProcess:
    def test_they_are_the_hidden_checks(self, assignment, checks):
        assert sorted(checks.checks) == sorted(check.id for check in read_checks(assignment.checks).checks)

    def test_the_reference_passes_all(self, assignment, checks):
        namespace: dict[str, object] = {}
        exec(assignment.solution.read_text(), namespace)
        assert [id for id in checks.checks if not checks.passes(id, namespace)] == []

    def test_an_empty_notebook_passes_none(self, checks):
        assert [id for id in checks.checks if checks.passes(id, {})] == []

    def test_objects_stay_behind_handles_and_come_back_as_arguments(self):
        session = InProcessSession({"make": object, "same": lambda a: a is session.objects[0]})
        handle = session.call("make")
        assert session.call("same", (handle,)) is True

    def test_a_neighbour_is_replaced_until_the_check_ends(self):
        session = InProcessSession({"neighbour": "old"})
        session.replace("neighbour", "new")
        session.replace("other", 1)
        assert session.namespace == {"neighbour": "new", "other": 1}
        session.tidy()
        assert session.namespace == {"neighbour": "old"}


class TestSubmissions:
    def test_the_reference_comes_first_and_all_kinds_are_there(self, assignment, tmp_path):
        kinds = list(write_submissions(assignment, tmp_path, 12).values())
        assert kinds[0] == "reference"
        assert {"unusual but right", "mistakes"} == set(kinds[1:])
        assert len(kinds) == len(list(tmp_path.iterdir())) == 12


class TestStockCourse:
    def test_grade_cells_assert_every_check_and_experiments_are_left_out(self, assignment, tmp_path):
        submitted = tmp_path / "submitted"
        write_submissions(assignment, submitted, 1)
        stock_nbgrader.make_course(tmp_path / "course", assignment, submitted, KEY)
        source = tmp_path / "course" / "source" / "warmup" / "warmup.ipynb"
        text = "".join(cell.source for cell in nbformat.read(source, as_version=4).cells)
        assert all(text.count(f'"{check.id}"') == 1 for check in read_checks(assignment.checks).checks)
        assert "This takes a while" in text
        assert "for n_copies in" not in text


def graded(seconds: float, scores: dict[str, float], each: dict[str, float] | None = None) -> Graded:
    return Graded(Measured(seconds, 0.5 * seconds, 100.0, ""), scores, each or {}, {})


FLOOR = graded(9.0, {"a": 1.0, "b": 2.0, "c": 3.0}, {"a": 1.0, "b": 2.0, "c": 3.0})


class TestArithmetic:
    @pytest.mark.parametrize(("workers", "many"), [(1, 5.0 + 4 * 0.1 + 8.0), (2, 5.0 + 2 * 0.1 + 4.0)])
    def test_start_and_overhead_are_told_apart(self, workers, many):
        floor = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 2.0}
        cost = bench.cost(5.0 + 0.1 + floor["a"], many, floor, "a", workers)
        assert cost.start == pytest.approx(5.0)
        assert cost.overhead == pytest.approx(0.1)
        assert cost.each == pytest.approx((0.1 + 2.0) / workers)

    def test_the_report_says_ratios_and_agreement(self):
        floor = Graded(FLOOR.measured, FLOOR.scores, FLOOR.seconds, FLOOR.seconds)
        ours, stock = graded(12.3, FLOOR.scores), graded(40.0, FLOOR.scores)
        one = {"autograder, 1 worker": graded(6.1, {}), "nbgrader autograde": graded(12.0, {})}
        runs = {
            "floor": (floor, floor),
            "autograder, 1 worker": (one["autograder, 1 worker"], ours),
            "autograder, 2 workers": (one["autograder, 1 worker"], ours),
            "nbgrader autograde": (one["nbgrader autograde"], stock),
        }
        text = bench.report(runs, "a", {"a": "reference", "b": "mistakes", "c": "mistakes"})
        assert "3 submissions (1 reference, 2 mistakes)" in text
        assert "0.600 s against nbgrader's 11.50 s, 19.2 times less" in text
        assert "All graders gave every submission the same points." in text

    def test_equal_points_are_said(self):
        runs = {"floor": (FLOOR, FLOOR), "nbgrader autograde": (FLOOR, FLOOR)}
        assert bench.agreement(runs) == "All graders gave every submission the same points."

    def test_different_points_are_named(self):
        other = graded(1.0, {"a": 1.0, "b": 0.0, "c": 3.0})
        assert "b (floor: 2.0, nbgrader autograde: 0.0)" in bench.agreement(
            {"floor": (FLOOR, FLOOR), "nbgrader autograde": (other, other)}
        )

    def test_the_table_is_written_between_the_marks(self, tmp_path, monkeypatch):
        page = tmp_path / "performance.md"
        page.write_text(f"before\n{bench.BEGIN}\nold\n{bench.END}\nafter\n")
        monkeypatch.setattr(bench, "TABLE", page)
        bench.write_table("new \\1")
        assert page.read_text() == f"before\n{bench.BEGIN}\n\nnew \\1\n\n{bench.END}\nafter\n"


class TestMeasuring:
    def test_memory_of_children_counts(self, tmp_path):
        child = "import time; block = b'x' * (80 << 20); time.sleep(1)"
        command = [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"]
        started = time.perf_counter()
        measured = measure(command, tmp_path, {})
        assert measured.peak_mb > 80
        assert 0.0 < measured.cpu < measured.seconds
        assert 1.0 <= measured.seconds <= time.perf_counter() - started

    def test_a_failed_command_is_an_error_with_its_last_words(self, tmp_path):
        with pytest.raises(AutograderError, match="last words"):
            measure([sys.executable, "-c", "import sys; sys.exit('last words')"], tmp_path, {})
