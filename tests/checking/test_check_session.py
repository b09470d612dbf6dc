"""Checks against submissions: every outcome of the closed set, and what the student reads about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from autograder.checking.outcomes import CheckResult, Outcome
from autograder.checking.secret import CourseSecret
from autograder.checking.session import CheckSession
from autograder.checking.workspace import Materials, Workspace
from autograder.errors import AuthoringError, SandboxError
from autograder.sandbox.client import WarmServer
from autograder.sandbox.isolation import inspect_machine
from autograder.sandbox.limits import Limits

SECRET = CourseSecret(b"a secret for these tests")
CHECKS = dedent(
    '''
    from autograder.checking import StudentError, check, fail

    @check(task="double", points=2)
    def test_doubles(student, secret):
        """Every number
        is doubled."""
        number = secret.integer(3, 1000)
        got = student.call("double", number)
        if got == number + 2:
            fail("You add 2 instead of multiplying by 2.", mistake="D1")
        assert got == 2 * number, "The result is not twice the argument."

    @check(task="double", points=1)
    def test_says_nothing_on_a_bare_assert(student, secret):
        """A bare assert shows no values."""
        number = secret.integer(3, 1000)
        assert student.call("double", number) == 2 * number

    @check(task="Box.get", points=1)
    def test_box(student, note):
        """A box gives back what was put in."""
        box = student.new("Box", 5)
        note("a remark")
        assert box.call("get") == 5 and box.get("content") == 5, "It gives something else."

    @check(task="Box.twice", points=1)
    def test_neighbour_is_stubbed(student):
        """twice uses get."""
        student.stub("Box.get", "make_get", 21)
        assert student.new("Box", 1).call("twice") == 42, "twice does not use get."
    '''
)
PROBES = "def make_get(namespace, value):\n    return lambda self: value\n"
RIGHT = dedent(
    """
    def double(x):
        return 2 * x
    class Box:
        def __init__(self, content): self.content = content
        def get(self): return self.content
        def twice(self): return 2 * self.get()
    """
)
NAMES = ("double", "Box")


@dataclass(frozen=True)
class Cell:
    id: str
    source: str
    names: tuple[str, ...] = ()
    attempted: bool = True


Grade = Callable[..., dict[str, CheckResult]]


@pytest.fixture(scope="module")
def server() -> Iterator[WarmServer]:
    with WarmServer(inspect_machine().modes[0], preload=["numpy"]) as running:
        yield running


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> CheckSession:
    return session_with(tmp_path_factory.mktemp("checks"), CHECKS)


def session_with(folder: Path, text: str) -> CheckSession:
    (folder / "test_tasks.py").write_text(text)
    return CheckSession(folder, "example")


@pytest.fixture
def grade(server: WarmServer, checks: CheckSession) -> Grade:
    def run(
        source: str, *extra: str, attempted: bool = True, session: CheckSession | None = None
    ) -> dict[str, CheckResult]:
        cells = [Cell("task", source, NAMES, attempted), *(Cell(f"extra-{n}", text) for n, text in enumerate(extra))]
        materials = Materials({}, PROBES, Limits(cell_seconds=4, check_seconds=4, memory_mb=256), {})
        with Workspace(server, materials, cells, 1) as workspace:
            results = (session or checks).run(workspace, SECRET)
        return {result.id.partition("::")[2]: result for result in results}

    return run


def test_a_right_solution_passes_everything(grade: Grade) -> None:
    results = grade(RIGHT)
    assert [result.outcome for result in results.values()] == [Outcome.PASSED] * 4
    assert results["test_doubles"].title == "Every number is doubled."
    assert results["test_doubles"].points == 2.0
    assert results["test_box"].notes == ("a remark",)


def test_a_known_mistake_is_named(grade: Grade) -> None:
    result = grade(RIGHT + "\ndef double(x): return x + 2")["test_doubles"]
    assert (result.outcome, result.mistake, result.points) == (Outcome.FAILED, "D1", 0.0)
    assert result.message == "You add 2 instead of multiplying by 2."


def test_a_bare_assert_shows_no_values(grade: Grade) -> None:
    result = grade(RIGHT + "\ndef double(x): return 0")["test_says_nothing_on_a_bare_assert"]
    assert result.message == "The result is not what the task asks for."


@pytest.mark.parametrize(
    ("source", "outcome", "said"),
    [
        ("def double(x): raise NotImplementedError()", Outcome.NOT_ATTEMPTED, "not written yet"),
        ("del double", Outcome.NOT_ATTEMPTED, "`double` is not defined"),
        ("def double(x): return {}['key']", Outcome.ERROR, "KeyError"),
        ("def double(x, y): return x", Outcome.ERROR, "TypeError"),
        ("def double(x): return x * factor", Outcome.ERROR, "Grading runs the cells that define things"),
        ("def double(x): return double(x)", Outcome.ERROR, "calls itself without end"),
        ("def double(x):\n    while True: pass", Outcome.TIMEOUT, "more than 4 s"),
        ("def double(x): return [bytearray(1 << 26) for _ in range(100)]", Outcome.OUT_OF_MEMORY, "more memory"),
        ("def double(x):\n    import os; os._exit(3)", Outcome.CRASHED, "exit status 3"),
        ("def double(x):\n    import os; os.write(100, bytes(8))", Outcome.PROTOCOL_ERROR, "no result"),
    ],
)
def test_every_outcome_has_a_sentence(grade: Grade, source: str, outcome: Outcome, said: str) -> None:
    results = grade(RIGHT + "\n" + source)
    result = results["test_doubles"]
    assert (result.outcome, result.points) == (outcome, 0.0)
    assert said in result.message
    assert results["test_box"].outcome is Outcome.PASSED
    assert results["test_neighbour_is_stubbed"].outcome is Outcome.PASSED


def test_an_untouched_cell_is_not_run_against(grade: Grade) -> None:
    results = grade("def double(x): raise NotImplementedError()", attempted=False)
    assert {result.outcome for result in results.values()} == {Outcome.NOT_ATTEMPTED}


def test_a_cell_that_does_not_parse_is_told_with_its_line(grade: Grade) -> None:
    result = grade("x = 1\ndef double(x:")["test_doubles"]
    assert result.outcome is Outcome.ERROR
    assert "SyntaxError" in result.message
    assert "line 2" in result.message


def test_a_cell_that_ends_the_process_costs_what_it_defines(grade: Grade) -> None:
    results = grade("import os; os._exit(0)")
    assert {result.outcome for result in results.values()} == {Outcome.CRASHED}


def test_an_error_of_the_check_is_ours_and_tried_twice(grade: Grade, tmp_path: Path) -> None:
    text = f"""
    from autograder.checking import check
    from pathlib import Path
    tries = Path({str(tmp_path / "tries")!r})

    @check(task="double", points=1)
    def test_broken(student):
        '''This check is broken.'''
        tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
        raise KeyError("ours")

    @check(task="double", points=1)
    def test_sends_rubbish(student):
        '''This check sends an object.'''
        student.call("double", object())
    """
    folder = tmp_path / "checks"
    folder.mkdir()
    results = grade(RIGHT, session=session_with(folder, dedent(text)))
    assert {result.outcome for result in results.values()} == {Outcome.GRADER_ERROR}
    assert (tmp_path / "tries").read_text() == "xx"
    assert "KeyError" in results["test_broken"].detail
    assert "KeyError" not in results["test_broken"].message
    assert "object" in results["test_sends_rubbish"].detail


def test_probes_that_cannot_be_loaded_are_the_graders_error(server: WarmServer, checks: CheckSession) -> None:
    materials = Materials({}, "import nothing_of_this_name", Limits(), {})
    told = pytest.raises(SandboxError, match="nothing_of_this_name")  # tried again, then reported as ours
    with Workspace(server, materials, [Cell("task", RIGHT, NAMES)], 1) as workspace, told:
        checks.run(workspace, SECRET)


def test_a_regrade_gives_the_same_and_another_secret_other_inputs(server: WarmServer, tmp_path: Path) -> None:
    text = """
    from autograder.checking import check, fail

    @check(task="echo", points=1)
    def test_echo(student, secret):
        '''Says what it was given.'''
        fail(str(student.call("echo", secret.seed())))
    """
    session = session_with(tmp_path, dedent(text))
    cells = [Cell("task", "import random\ndef echo(x): return [x, random.random()]", ("echo",))]
    said = []
    for key in (b"first secret of all", b"first secret of all", b"another secret!!!!!"):
        with Workspace(server, Materials({}, "", Limits(), {}), cells, 1) as workspace:
            (result,) = session.run(workspace, CourseSecret(key))
        said.append(result.message)
    assert said[0] == said[1] != said[2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def test_undeclared(student): pass", "@check"),
        ("import nothing_of_this_name", "cannot be collected"),
        ("x = 1", "cannot be collected"),
    ],
)
def test_broken_check_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(AuthoringError, match=said):
        session_with(tmp_path, text)
