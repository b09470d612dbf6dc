"""The index of hidden checks, read from their syntax."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.checks_index import ChecksIndex, read_checks
from autograder.errors import AuthoringError

GOOD = '@check(task="f", points=1)\ndef test_f(student):\n    """Works."""\n'


def index(folder: Path, text: str, name: str = "test_f.py") -> ChecksIndex:
    (folder / name).write_text(text)
    return read_checks(folder)


def test_a_check_is_read_without_importing(tmp_path: Path):
    text = '''
import a_package_that_does_not_exist

@pytest.fixture
def helper(): ...

@checking.check(points=2.5, task="VAE.encoder", seconds=LIMIT)
def test_second(student):
    """Every picture
    has a code.
    """
    '''
    found = index(tmp_path, GOOD.replace("test_f", "test_first") + text).checks
    assert [check.id for check in found] == ["test_f.py::test_first", "test_f.py::test_second"]
    assert (found[1].name, found[1].task, found[1].points) == ("test_second", "VAE.encoder", 2.5)
    assert found[1].title == "Every picture has a code."


def test_constants_and_decorators_of_ones_own_are_understood(tmp_path: Path):
    text = 'TASK = "VAE.encoder"\nONE: int\nTWO = 1 + 1\nHALF = 0.5\n\n\n@calibrated("f", log_loss)\n'
    found = index(tmp_path, text + GOOD.replace('"f"', "TASK").replace("points=1", "points=HALF")).checks
    assert [(check.task, check.points) for check in found] == [("VAE.encoder", 0.5)]


def test_points_add_up_over_files(tmp_path: Path):
    index(tmp_path, GOOD)
    found = index(tmp_path, GOOD.replace("test_f", "test_g").replace("points=1", "points=0.5"), "test_g.py")
    assert found.points_of("f") == found.points == 1.5
    assert found.tasks == ("f",)
    assert found.names == {"test_f", "test_g"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no checks"),
        (GOOD.replace('"""Works."""', "pass"), "line 2: test_f: no docstring"),
        (GOOD.replace('"""Works."""', '"""  """'), "no docstring"),
        (GOOD.replace(", points=1", ""), "no points"),
        (GOOD.replace("points=1", "points=-1"), "no points"),
        (GOOD.replace("points=1", "points=True"), "no points"),
        (GOOD.replace("points=1", "points=P"), "no points"),
        (GOOD.replace('"f"', "TASK"), "no task"),
        (GOOD.replace("points=1", "points=1e999"), "no points"),
        (GOOD.replace('task="f", ', ""), "no task"),
        (GOOD.replace('"f"', '"f g"'), "no task"),
        (GOOD.replace("points=1", "points=1, point=2"), "does not know point"),
        (GOOD.replace("points=1", "**options"), r"does not know \*\*"),
        (GOOD.replace('task="f", points=1', '"f", 1'), "write the decorator as @check"),
        (GOOD.replace('(task="f", points=1)', ""), "write the decorator as @check"),
        ("def test_f(student): ...", "a check is declared once"),
        ("@pytest.mark.parametrize('x', [1, 2])\n" + GOOD, "none of pytest's marks"),
        ('@check(task="f", points=1)\n' + GOOD, "a check is declared once"),
        (GOOD.replace("@check", "@points"), "a check is declared once"),
        (GOOD.replace("def test_f", "def f"), "the name of a check starts with test_"),
        (GOOD.replace("def", "async def"), "a plain function"),
        ("class TestF: ...", "a check is a function"),
        (GOOD + GOOD, "has the same name"),
        ("def :", "test_f.py: line 1"),
    ],
)
def test_faults_of_a_check_are_named(tmp_path: Path, text: str, sentence: str):
    with pytest.raises(AuthoringError, match=sentence):
        index(tmp_path, text)


def test_the_same_name_in_two_files_is_refused(tmp_path: Path):
    index(tmp_path, GOOD)
    with pytest.raises(AuthoringError, match=r"test_g\.py::test_f: test_f\.py::test_f has the same name"):
        index(tmp_path, GOOD, "test_g.py")
