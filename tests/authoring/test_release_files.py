"""Files beside the notebook: an assignment's own, and those that it takes from the course's shared ones."""

from __future__ import annotations

import pytest

from autograder.authoring.build import build
from autograder.errors import AuthoringError
from tests.authoring.workbench import Workbench

TITLE = 'title: "Warm-up: signals and noise"'


@pytest.fixture
def sharing(workbench: Workbench) -> Workbench:
    """The warm-up, naming one of two shared modules."""
    shared = workbench.assignment.shared
    shared.mkdir()
    (shared / "wanted.py").write_text("VALUE = 1\n")
    (shared / "other.py").write_text("VALUE = 2\n")
    workbench.change(workbench.assignment.text, TITLE, f"{TITLE}\n  shared: [wanted.py]")
    return workbench


def test_a_shared_module_that_is_named_is_released(sharing: Workbench) -> None:
    result = build(sharing.assignment)
    assert (sharing.assignment.release.parent / "wanted.py").read_text() == "VALUE = 1\n"
    assert "wanted.py" in result.files
    assert "other.py" not in result.files


def test_a_shared_module_that_does_not_exist_is_refused(sharing: Workbench) -> None:
    (sharing.assignment.shared / "wanted.py").unlink()
    with pytest.raises(AuthoringError, match=r"wanted\.py is not in .*there are: .*other\.py"):
        build(sharing.assignment)


def test_a_name_in_both_places_is_refused(sharing: Workbench) -> None:
    (sharing.assignment.release_files / "wanted.py").write_text("VALUE = 3\n")
    with pytest.raises(AuthoringError, match="rename or remove"):
        build(sharing.assignment)


def test_a_changed_shared_module_changes_what_grades_depend_on(sharing: Workbench) -> None:
    build(sharing.assignment)
    before = sharing.assignment.checks_sha256
    (sharing.assignment.shared / "wanted.py").write_text("VALUE = 4\n")
    build(sharing.assignment)
    again = type(sharing.assignment)(sharing.assignment.root, sharing.assignment.name)
    assert again.checks_sha256 != before
