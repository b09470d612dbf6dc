"""What the documents tell readers to do can be done: commands, files and names exist, and the walk-through works."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from autograder.assignment import Assignment, Course
from autograder.authoring.build import build
from autograder.authoring.starter import new_assignment, new_course
from autograder.checking.secret import CourseSecret
from autograder.cli import app
from autograder.grading.options import Options
from autograder.sandbox.isolation import choose
from autograder.validation.catalogue import read_catalogue
from autograder.validation.false_alarms import load_false_alarms
from autograder.validation.validate import validate

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
TUTORIAL = ROOT / "docs" / "authoring.md"
CHECKS = ROOT / "docs" / "writing-checks.md"
COMMANDS = {name or "": command for name, command in typer.main.get_command(app).commands.items()}  # type: ignore[attr-defined]

_CODE = re.compile(r"^```[a-z]*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
_STEP = re.compile(
    r"[Ii]n `(?P<path>[^`]+)`(?:, (?:at the end|in front of the line `(?P<before>[^`]+)`))?:\n\n"
    r"(?P<fence>`{3,})\w+\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.name)
def document(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def commands(text: str, program: str) -> Iterator[list[str]]:
    """The words behind each `program ...` in code, up to what a shell or a reader would take for something else."""
    for block, inline in _CODE.findall(text):
        for line in (block or inline).splitlines():
            for part in re.split(r"&&|;|\|", line.partition("#")[0]):
                words = part.split()
                if words and words[0].rpartition("/")[2] == program and len(words) > 1:
                    yield words[1:]


def test_every_make_target_exists(document: Path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for words in commands(document.read_text(), "make") for word in words[:1] if re.match(r"[a-z]", word)}
    assert named <= targets


def test_every_command_and_option_exists(document: Path):
    for command, *words in commands(document.read_text(), "autograder"):
        if command == "--help":
            continue
        assert command in COMMANDS, f"autograder {command}"
        known = {option for parameter in COMMANDS[command].params for option in (*parameter.opts, "--help")}
        unknown = {word for word in words if re.match(r"--[a-z]", word)} - known
        assert not unknown, f"autograder {command} {unknown}"


def test_every_file_that_is_linked_exists(document: Path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text())
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert missing == []


def test_the_readme_names_every_command():
    named = {words[0] for words in commands((ROOT / "README.md").read_text(), "autograder")}
    assert set(COMMANDS) - named == set()


def test_every_assignment_is_in_the_readme():
    names = {path.parent.name for path in ROOT.glob("assignments/*/assignment.md")}
    assert [name for name in names if f"`{name}`" not in (ROOT / "README.md").read_text()] == []


@pytest.mark.parametrize("name", Course(ROOT).names)
def test_the_readme_tells_how_the_checks_are_proven(name: str):
    """Catalogue and counted false alarms, as they lie there now."""
    assignment = Course(ROOT).assignment(name)
    catalogue, alarms = read_catalogue(assignment), load_false_alarms(assignment)
    counts = (len(catalogue.visible_mistakes), len(catalogue.alternatives), alarms.gradings, alarms.lost)
    row = f"| `{name}` | {' | '.join(map(str, counts))} |"
    assert row in (ROOT / "README.md").read_text(), f"README.md should have {row}"


@pytest.fixture
def followed(tmp_path: Path) -> Assignment:
    """The assignment that a reader of the walk-through has in the end."""
    made = new_assignment(new_course(tmp_path / "course"), "hw8_softmax")
    steps = list(_STEP.finditer(TUTORIAL.read_text()))
    assert len(steps) == 6
    for step in steps:
        path = made.root / step["path"]
        old = path.read_text() if path.exists() else ""
        before = f"\n{step['before']}\n" if step["before"] else ""
        assert not before or old.count(before) == 1, step["before"]
        place = old.index(before) + 1 if before else len(old)
        path.write_text(old[:place] + step["text"] + old[place:])
    return made


def test_the_walk_through_works(followed: Assignment):
    result = build(followed)
    assert [task.name for task in result.tasks][-1] == "top_k_accuracy"
    assert result.points == 11
    assert result.warnings == ()
    options = Options(CourseSecret(b"the same at every run: what fails here can be looked at"), choose())
    validation = validate(followed, options, 1, 1)
    assert validation.problems == []
    assert validation.count("mistake") == (11, 11)


class TestExamplesOfChecks:
    """Each example names the file that it is from; what it defines is there, and what it imports exists."""

    @pytest.fixture(params=_PYTHON.findall(CHECKS.read_text()), ids=lambda text: text.splitlines()[0][2:])
    def example(self, request: pytest.FixtureRequest) -> str:
        text: str = request.param
        return text

    def test_it_stands_in_the_file_that_it_names(self, example: str):
        first, _, code = example.partition("\n")
        text = (ROOT / first.removeprefix("# ")).read_text()
        missing = [line for line in code.splitlines() if line.strip() not in ("", "...") and line not in text]
        assert missing == []


def test_every_function_that_is_named_exists():
    named = re.findall(r"`(statistics|values|diagnosis|calibration|training|student|secret)\.(\w+)", CHECKS.read_text())
    assert len(named) > 20
    for module, name in named:
        found = importlib.import_module(f"autograder.checking.{'student' if module == 'student' else module}")
        owner = {"student": "Student", "secret": "Secret"}.get(module)
        assert hasattr(getattr(found, owner) if owner else found, name), f"{module}.{name}"
