"""The count of false alarms: kept, continued, and forgotten when the checks change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rich.console import Console

from autograder.assignment import Assignment
from autograder.checking.secret import CourseSecret
from autograder.grading.options import Options
from autograder.sandbox.isolation import choose
from autograder.validation.false_alarms import count_false_alarms, load_false_alarms
from tests.authoring.workbench import TINY_COURSE

QUIET = Console(quiet=True)
OFTEN_WRONG = '''
@check(task="standardize", points=1)
def test_that_one_secret_in_two_fails(student: Student, secret: Secret):
    """A check as it must not be."""
    assert secret.number(0, 1) < 0.5, "bad luck"
'''


@pytest.fixture
def warmup(tmp_path: Path) -> Assignment:
    shutil.copytree(TINY_COURSE, tmp_path / "course")
    return Assignment(tmp_path / "course", "warmup")


def options() -> Options:
    return Options(CourseSecret(b"sixteen bytes or more"), choose())


def test_a_second_run_goes_on_where_the_first_ended(warmup: Assignment) -> None:
    first = count_false_alarms(warmup, options(), 3, 1, QUIET)
    assert (first.gradings, first.failures) == (3, [])
    assert load_false_alarms(warmup) == first
    more = count_false_alarms(warmup, options(), 5, 1, QUIET)
    assert (more.gradings, more.lost) == (5, 0)
    assert 0.4 < more.bound < 0.5  # 1 - 0.05 ** (1 / 5)
    assert count_false_alarms(warmup, options(), 4, 1, QUIET) == more


def test_a_check_that_fails_by_chance_is_found_and_its_secrets_are_told(warmup: Assignment) -> None:
    checks = warmup.checks / "test_functions.py"
    checks.write_text(checks.read_text() + OFTEN_WRONG)
    found = count_false_alarms(warmup, options(), 30, 1, QUIET)
    assert 3 <= found.lost <= 27  # fewer or more: 1 in 100,000 for such secrets, which are always the same
    assert {failure.message for failure in found.failures} == {"bad luck"}
    again = count_false_alarms(Assignment(warmup.root, "warmup"), options(), 30, 1, QUIET)
    assert again == found


def test_only_the_file_that_changed_is_graded_again(warmup: Assignment) -> None:
    count_false_alarms(warmup, options(), 3, 1, QUIET)
    checks = warmup.checks / "test_functions.py"
    checks.write_text(checks.read_text() + "\n")
    changed = load_false_alarms(Assignment(warmup.root, "warmup"))
    assert {name: count.gradings for name, count in changed.files.items()} == {
        "test_channel.py": 3,
        "test_functions.py": 0,
    }
    assert changed.gradings == 0
    again = count_false_alarms(Assignment(warmup.root, "warmup"), options(), 4, 1, QUIET)
    assert {count.gradings for count in again.files.values()} == {4}


def test_a_damaged_record_counts_for_nothing(warmup: Assignment) -> None:
    warmup.false_alarms.write_text("{")
    assert load_false_alarms(warmup).gradings == 0
