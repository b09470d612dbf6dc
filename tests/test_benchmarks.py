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
from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError
from benchmarks import bench, costs, inprocess_student, stock_nbgrader, stock_otter, tables
from benchmarks.contenders import Graded
from benchmarks.floor import AskedFloor
from benchmarks.inprocess_student import InProcessChecks, InProcessSession, UnknownFixture
from benchmarks.phases import PHASES, InTurn, Stopwatch, in_turn
from benchmarks.process_tree import Measured, measure
from benchmarks.stock_nbgrader import environment
from benchmarks.submissions import repeat, write_submissions
from benchmarks.tables import Cost, Run
from benchmarks.workers import Span, gain, work_done

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

    def test_fixtures_of_the_folder_are_made_and_an_unknown_one_is_no_failed_check(self, tmp_path):
        check = "from autograder.checking import check\n@check(task='t', points=1)\n"
        (tmp_path / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef seven(): return 7\n")
        (tmp_path / "test_one.py").write_text(f"{check}def test_seven(seven):\n    'Seven.'\n    assert seven == 7\n")
        (tmp_path / "test_two.py").write_text(f"{check}def test_other(other):\n    'Other.'\n")
        checks = InProcessChecks(tmp_path, "", "example", KEY)
        assert checks.passes("test_one.py::test_seven", {})
        with pytest.raises(UnknownFixture, match="other"):
            checks.passes("test_two.py::test_other", {})

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

    def test_a_class_is_repeated_under_other_names(self, assignment, tmp_path):
        write_submissions(assignment, tmp_path / "few", 2)
        repeat(tmp_path / "few", tmp_path / "many", 3)
        found = sorted((tmp_path / "many").glob("*/warmup/warmup.ipynb"))
        assert len(found) == 6
        assert len({path.read_bytes() for path in found}) == 2


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


class TestOtter:
    def test_every_check_is_a_test_case_with_its_points(self, assignment):
        for check in read_checks(assignment.checks).checks:
            (suite,) = stock_otter.test_of(check, "c")["suites"]
            (case,) = suite["cases"]
            assert case["points"] == check.points
            assert f"passes('{check.id}', globals())" in case["code"]

    def test_the_case_runs_the_very_check(self, assignment, tmp_path, monkeypatch):
        stock_otter.write_support(tmp_path, assignment, KEY)
        monkeypatch.chdir(tmp_path)
        namespace: dict[str, object] = {}
        exec(assignment.solution.read_text(), namespace)
        inprocess_student.checks_beside.cache_clear()
        ids = [check.id for check in read_checks(assignment.checks).checks]
        assert all(inprocess_student.passes(id, namespace) for id in ids)
        assert not any(inprocess_student.passes(id, {}) for id in ids)


def graded(seconds: float, scores: dict[str, float], each: dict[str, float] | None = None) -> Graded:
    return Graded(Measured(seconds, 0.5 * seconds, 100.0, ""), scores, each or {}, each or {})


SCORES = {"a": 1.0, "b": 2.0, "c": 3.0}
FLOOR = graded(9.0, SCORES, {"a": 1.0, "b": 2.0, "c": 3.0})


class TestArithmetic:
    @pytest.mark.parametrize("workers", [1, 2])
    def test_start_and_overhead_are_told_apart(self, workers):
        few, many = (5.0 + (count * 0.1 + floor) / workers for count, floor in ((20, 30.0), (200, 300.0)))
        cost = tables.cost((few, many), (30.0, 300.0), (20, 200), workers)
        assert cost.start == pytest.approx(5.0)
        assert cost.overhead == pytest.approx(0.1)
        assert cost.each == pytest.approx((0.1 + 1.5) / workers)

    def test_the_words_follow_from_the_rows(self):
        few, many = Run(graded(5.3, {}), 3, 0.0, 0.0), Run(graded(8.0, {}), 30, 0.0, 0.0)
        rows = [
            tables.row(bench.ONE, few, many),
            tables.row(bench.TWO, few, Run(graded(6.65, {}), 30, 0.0, 0.0), 2),
            tables.row("otter run", Run(graded(3.0, {}), 1, 1.0, 1.0), Run(graded(9.0, {}), 3, 3.0, 3.0)),
        ]
        text = "\n".join(bench.ratios(rows, InTurn({}, ours=1.1, floor=1.0), 1.9))
        assert "1.10 times the floor, an overhead of 0.100 s" in text
        assert "10 % of the floor's time against 200 % of otter run, 20.0 times less" in text
        assert "two workers grade 1.90 times as many submissions" in text
        assert "nbgrader autograde" not in text
        table = tables.table(rows)
        assert "| autograder, 1 worker | 30 | 8.0 | 5.0 | 0.10 | 0.100 |" in table
        assert len({line.count("|") for line in table.splitlines()}) == 1

    def test_equal_points_are_said(self):
        runs = {"floor": FLOOR, "otter run": FLOOR}
        assert tables.agreement(runs) == "All graders gave every submission the same points."

    def test_different_points_are_named(self):
        other = graded(1.0, {"a": 1.0, "b": 0.0, "c": 3.0})
        said = tables.agreement({"floor": FLOOR, "nbgrader autograde": other})
        assert "b (floor: 2.0, nbgrader autograde: 0.0)" in said

    def test_the_table_is_written_between_the_marks(self, tmp_path):
        page = tmp_path / "performance.md"
        page.write_text(f"before\n{bench.BEGIN}\nold\n{bench.END}\nafter\n")
        bench.write_between(page, bench.BEGIN, bench.END, "new \\1")
        assert page.read_text() == f"before\n{bench.BEGIN}\n\nnew \\1\n\n{bench.END}\nafter\n"


class TestCosts:
    ROWS = tables.table([tables.Row(costs.ROW, 200, 400.0, Cost(10.0, 1.8, 0.1), Cost(9.0, 1.9, 0.1), 1500.0)])
    PAGE = f"# Speed\n\n### hw6\n\n{ROWS}\n\n### A large class\n\n| x | 1 |\n"

    def test_they_follow_from_the_table(self):
        (found,) = costs.figures(self.PAGE)
        assert (found.assignment, found.start, found.each, found.memory) == ("hw6", 10.0, 1.8, 1500.0)
        assert costs.core_hours(found, 100_000) == pytest.approx(50.0)
        assert costs.hours(found, 100_000, 64) == pytest.approx((10 + 100_000 * 1.8 / 64) / 3600)
        assert "| 100,000 | 50.0 | 25.0 h |" in costs.computed(self.PAGE)

    def test_what_is_not_measured_is_not_computed(self):
        assert costs.computed("# Speed\n\n### hw6\n\nnothing yet") == costs.NOT_YET

    def test_the_page_is_in_step_with_what_was_measured(self):
        assert costs.computed(costs.MEASURED.read_text()) in costs.PAGE.read_text()


class TestPhases:
    def test_an_inner_phase_stops_the_outer_clock(self):
        watch = Stopwatch()
        with watch.phase("outer"):
            time.sleep(0.02)
            with watch.phase("inner"):
                time.sleep(0.05)
        assert 0.02 <= watch.seconds["outer"] < watch.seconds["inner"]

    def test_all_of_a_submission_is_seen(self, assignment, tmp_path):
        write_submissions(assignment, tmp_path / "class", 2)
        (tmp_path / "place").mkdir()
        key = CourseSecret.of_course(assignment.root).key
        with AskedFloor(assignment, tmp_path / "class", key, environment(assignment)) as floor:
            found = in_turn(assignment, tmp_path / "class", tmp_path / "place", floor.seconds, 2)
        assert [name for name in PHASES if not found.phases[name] > 0] == []
        assert 0 < found.floor < found.ours
        assert 0 < sum(found.phases.values()) < 2 * found.ours


class TestWorkers:
    @pytest.mark.parametrize(("slower", "expected"), [(1.0, 2.0), (1.25, 1.6)])
    def test_work_at_the_edges_counts_in_part(self, slower, expected):
        long, free, alone, spans = [3.0, 1.0, 2.0, 5.0, 1.0, 4.0, 2.0], [0.0, 0.0], [], []
        for number, seconds in enumerate(long):
            alone.append(Span(str(number), sum(long[:number]), sum(long[: number + 1])))
            start = min(free)  # the next submission goes to the worker that is free first
            free[free.index(start)] = start + slower * seconds
            spans.append(Span(str(number), start, start + slower * seconds))
        assert work_done(spans, [alone, alone]) == pytest.approx(expected)

    def test_two_are_compared_with_one(self, assignment, tmp_path):
        write_submissions(assignment, tmp_path / "class", 4)
        assert 0 < gain(assignment, tmp_path / "class", tmp_path / "place", 1) < 20
        classes = [list((place / "out" / "reports").glob("*.json")) for place in (tmp_path / "place").iterdir()]
        assert [len(reports) for reports in classes] == [4] * 5  # each worker warmed up, then one, two, one


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

    def test_a_copy_of_the_namespace_leads_to_the_one_that_functions_look_in(self):
        namespace: dict[str, object] = {}
        exec("def other():\n    return 1\n\ndef task():\n    return other()", namespace)
        found = inprocess_student._where_functions_look({"path": shutil.which, **namespace})
        assert found is namespace
        found["other"] = lambda: 2
        assert namespace["task"]() == 2  # type: ignore[operator]

    def test_a_namespace_without_functions_is_taken_as_it_is(self):
        empty: dict[str, object] = {"number": 1}
        assert inprocess_student._where_functions_look(empty) is empty
