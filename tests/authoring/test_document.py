"""Reading assignment.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.document import Document, read_document
from autograder.errors import AuthoringError

FRONT = '---\nautograder:\n  title: "T"\n---\n'


def read(folder: Path, text: str, front: str = FRONT) -> Document:
    path = folder / "assignment.md"
    path.write_text(front + text)
    return read_document(path)


def code(metadata: str = "", body: str = "") -> str:
    head = f"---\n{metadata}\n---\n" if metadata else ""
    return f"\n```{{code-cell}}\n{head}{body}\n```\n"


def question(metadata: str, body: str = "Why?") -> str:
    return f"\n+++ {metadata}\n\n{body}\n"


def test_every_kind_is_read(tmp_path: Path):
    text = "# Title\n" + code(body="x = 1") + code("kind: task\nobjects: [f, g]") + code("kind: points\ntask: f")
    text += question('{"kind": "question", "id": "q", "points": 2, "words": 50}') + "\n+++\n\nThe end.\n"
    blocks = read(tmp_path, text).blocks
    assert [block.kind for block in blocks] == ["text", "given", "task", "points", "question", "text"]
    assert blocks[2].objects == ("f", "g")
    assert blocks[3].task == "f"
    assert (blocks[4].id, blocks[4].points, blocks[4].words, blocks[4].body) == ("q", 2.0, 50, "Why?")


def test_lines_are_those_of_the_file(tmp_path: Path):
    text = "# Title\n" + code(body="x = 1") + "\ntext\n" + code(body="y = 1")
    document = read(tmp_path, text)
    lines = (FRONT + text).split("\n")
    begins = [lines[block.line - 1] for block in document.blocks]
    assert begins == ["# Title", "```{code-cell}", "", "```{code-cell}"]


def test_limits_and_kernel_come_from_the_front_matter(tmp_path: Path):
    front = FRONT.replace("---\n", "---\nkernelspec: {name: k, display_name: K}\n", 1)
    document = read(tmp_path, "", front.replace('"T"', '"T"\n  limits: {cell_seconds: 2.5, memory_mb: 1}'))
    assert document.limits == {"cell_seconds": 2.5, "memory_mb": 1}
    assert document.kernel == {"name": "k", "display_name": "K"}
    assert read(tmp_path, "").kernel["name"] == "python3"


def test_magics_are_no_syntax_errors(tmp_path: Path):
    read(tmp_path, code(body="%matplotlib inline\nif x:\n    !ls"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (code("kind: tsk"), "line 6: a code cell cannot be of kind 'tsk'"),
        (code("kind: question"), "a code cell cannot be of kind 'question'"),
        (question('{"kind": "task", "object": "f"}'), "a markdown cell cannot be of kind 'task'"),
        (code("kind: task"), "a task needs object: NAME"),
        (code("kind: task\nobject: f\nobjects: [g]"), "write either object: NAME or objects"),
        (code("kind: task\nobjects: f"), "write either object: NAME or objects"),
        (code("kind: task\nobject: f", "x = 1"), "this cell must be empty"),
        (code("kind: points\ntask: f", "x = 1"), "this cell must be empty"),
        (code("kind: points"), "a points cell needs task: NAME"),
        (code("kind: data\nobject: f"), "a cell of kind data does not know object"),
        (code(body="x = = 1"), "line 1 of the cell: invalid syntax"),
        (code(body="\nkind: task\nobject: f"), "begins with metadata that are not between two lines of ---"),
        ("\n```{code-cell\nx\n```\n", "a cell inside this text was not recognised"),
        ("text\n+++ {'kind': 'question'}\n", "could not be read"),
        (code("kind: [task"), "could not be read: Invalid YAML"),
        ("\n```{raw-cell}\nx\n```\n", "a raw cell cannot be of kind"),
        (question('{"kind": "question", "points": 2}'), "a question needs an id, points and a text"),
        (question('{"kind": "question", "id": "q"}'), "a question needs an id, points and a text"),
        (question('{"kind": "question", "id": "q", "points": "two"}'), "points must be a number"),
        (question('{"kind": "question", "id": "q", "points": 1, "word": 3}'), "does not know word"),
    ],
)
def test_faults_are_named_with_their_line(tmp_path: Path, text: str, sentence: str):
    with pytest.raises(AuthoringError, match=sentence):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("front", "sentence"),
    [
        ("", "the front matter has no title"),
        ("---\nautograder: {title: 3}\n---\n", "the front matter has no title"),
        ("---\nautograder: {title: T, limit: {}}\n---\n", "does not know limit"),
        ("---\nautograder: {title: T, limits: {seconds: 1}}\n---\n", "no limit is called 'seconds'"),
        ("---\nautograder: {title: T, limits: {memory_mb: 0}}\n---\n", "memory_mb must be a positive number"),
        ("---\nautograder: {title: T, limits: {memory_mb: 1.5}}\n---\n", "memory_mb must be a whole number"),
        ("---\nkernelspec: {name: k}\n---\n", "front matter: 'display_name' is a required property"),
        ("---\nautograder: {title: T\n---\n", r"assignment\.md: "),
    ],
)
def test_faults_of_the_front_matter_are_named(tmp_path: Path, front: str, sentence: str):
    with pytest.raises(AuthoringError, match=sentence):
        read(tmp_path, "# Title\n", front)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(AuthoringError, match=r"assignment\.md is missing"):
        read_document(tmp_path / "assignment.md")
