"""`--only TASK`: one task is graded again, the rest of each report stays where it holds."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.authoring.build import build
from autograder.checking.outcomes import CheckResult, Outcome
from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError
from autograder.grading.classroom import ClassResult, grade_class
from autograder.grading.options import Options
from autograder.grading.regrade import Regrade, tasks_sha256
from autograder.grading.report import Report
from autograder.sandbox.isolation import choose
from autograder.validation.catalogue import make_submission, read_catalogue
from tests.grading.reports import report

OPTIONS = Options(CourseSecret(b"a secret of regrading"), choose(unsafe=True))
CHECK = "test_functions.py"
TASK = "standardize"  # its checks lie in the file above, with those of moving_average


@pytest.fixture(scope="module")
def again(warmup: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """A copy of the assignment whose checks a test may change."""
    root = tmp_path_factory.mktemp("again") / "course"
    shutil.copytree(warmup.root, root, ignore=shutil.ignore_patterns("__pycache__"))
    return Assignment(root, "warmup")


@pytest.fixture
def folder(again: Assignment, tmp_path: Path) -> Path:
    catalogue = read_catalogue(again)
    nbformat.write(make_submission(again), tmp_path / "anna.ipynb")
    nbformat.write(make_submission(again, catalogue.variant("W1")), tmp_path / "cleo.ipynb")
    return tmp_path


def grade(assignment: Assignment, folder: Path, *only: str) -> tuple[ClassResult, dict[str, Report]]:
    result = grade_class(assignment, folder, folder / "out", OPTIONS, gradebook="none", only=only)
    return result, {found.student: found for found in result.reports}


def marked(found: Report) -> Report:
    """The report with a mark on every result, by which it can be told from a new one."""
    return replace(found, checks=tuple(replace(check, notes=("old",)) for check in found.checks))


def old_ones(found: Report) -> set[str]:
    return {check.task for check in found.checks if check.notes == ("old",)}


def test_only_the_task_is_graded_again_and_what_changed_since_in_full(again: Assignment, folder: Path) -> None:
    first, reports = grade(again, folder)
    tasks = {check.task for check in reports["anna"].checks}
    for found in reports.values():
        first.results.save(marked(found))

    result, merged = grade(again, folder, TASK)
    assert (result.graded, result.in_full) == (2, 0)
    for student, found in merged.items():
        assert old_ones(found) == tasks - {TASK}
        assert [check.id for check in found.checks] == [check.id for check in reports[student].checks]
        assert (found.score, found.max_score) == (reports[student].score, reports[student].max_score)

    (folder / "cleo.ipynb").write_bytes((folder / "anna.ipynb").read_bytes())
    result, merged = grade(again, folder, TASK)
    assert result.in_full == 1
    assert old_ones(merged["cleo"]) == set()
    assert merged["cleo"].score == merged["anna"].score == 13.0
    assert old_ones(merged["anna"]) == tasks - {TASK}

    assert grade(again, folder)[0].graded == 0  # the merged reports are as good as whole ones


def test_a_check_put_right_concerns_the_tasks_of_its_file_alone(warmup: Assignment, tmp_path: Path) -> None:
    root = tmp_path / "course"
    shutil.copytree(warmup.root, root)
    before = tasks_sha256(Assignment(root, "warmup"))
    path = Assignment(root, "warmup").checks / CHECK
    path.write_text(path.read_text() + "\n# put right\n")
    after = tasks_sha256(Assignment(root, "warmup"))
    changed = {task for task in before if before[task] != after[task]}
    assert TASK in changed
    assert changed < set(before)
    build(Assignment(root, "warmup"))
    (Assignment(root, "warmup").source.parent / "helpers.py").write_text("x = 1")
    assert all(tasks_sha256(Assignment(root, "warmup"))[task] != after[task] for task in after)


def test_a_name_stands_for_what_lies_within(warmup: Assignment) -> None:
    chosen = Regrade.of(warmup, ["NoisyChannel"])
    assert chosen is not None
    assert chosen.tasks
    assert all(task.startswith("NoisyChannel.") for task in chosen.tasks)
    with pytest.raises(AutograderError, match=r"no task 'Noisy'.*moving_average"):
        Regrade.of(warmup, ["Noisy"])
    assert Regrade.of(warmup, []) is None


@pytest.mark.parametrize("name", ["submission_sha256", "secret_id", "device", "versions", "tasks_sha256"])
def test_the_rest_is_kept_only_where_nothing_else_changed(warmup: Assignment, name: str) -> None:
    regrade = Regrade(warmup, frozenset({"double"}))
    now = report(tasks_sha256={"double": "new", "first": "same"}, versions={"torch": "2"})
    old = report(tasks_sha256={"double": "old", "first": "same"}, versions={"torch": "2"})
    assert regrade.keeps(old, now)
    other = {"versions": {"torch": "1"}, "tasks_sha256": {"double": "old", "first": "other"}}
    assert not regrade.keeps(replace(old, **{name: other.get(name, "other")}), now)


def test_the_rest_with_an_error_of_ours_is_not_kept(warmup: Assignment) -> None:
    regrade = Regrade(warmup, frozenset({"double"}))
    now = report(tasks_sha256={"double": "new", "first": "same"})
    assert not regrade.keeps(with_outcome(now, "first", Outcome.GRADER_ERROR), now)
    assert regrade.keeps(with_outcome(now, "double", Outcome.GRADER_ERROR), now)


def with_outcome(found: Report, task: str, outcome: Outcome) -> Report:
    def changed(check: CheckResult) -> CheckResult:
        return replace(check, outcome=outcome) if check.task == task else check

    return replace(found, checks=tuple(map(changed, found.checks)))
