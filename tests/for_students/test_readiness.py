"""Whether a notebook is ready: from what the kernel ran, and from the saved file."""

from __future__ import annotations

import pytest

from autograder.grading.answers import _WORD


def notebook_of(*cells: tuple[str, str], numbers=None) -> dict:
    """A notebook of code cells (kind, source), with execution counts 1, 2, ... or the given ones."""
    return {
        "metadata": {"autograder": {}},
        "cells": [
            {
                "cell_type": "code",
                "source": source,
                "execution_count": number,
                "metadata": {"autograder": {"kind": kind}} if kind else {},
            }
            for number, (kind, source) in zip(numbers or range(1, len(cells) + 1), cells, strict=True)
        ],
    }


def said(lines) -> list[str]:
    """Each line with its sign."""
    return [f"{line.verdict.name}: {line.text}" for line in lines]


THREE = [("given", "a = 1\n"), ("task", "b = 2"), ("public_check", "ready()")]
FRESH = "HOLDS: the kernel was restarted and every cell was run once, from top to bottom"
AGAIN = "choose “Restart kernel and run all cells”"


@pytest.mark.parametrize(
    ("ran", "words"),
    [
        (["a = 1", "b = 2", "ready()"], FRESH),
        (["a = 1", "b = 2", "ready()", "ready()"], FRESH),
        (["b = 2", "a = 1", "ready()"], "not run once, from top to bottom: code cell 2 (`b = 2`) was run as number 1"),
        (["a = 1", "a = 1", "b = 2"], "not run once, from top to bottom: code cell 1 (`a = 1`) was run as number 2"),
        (["a = 1", "b = 3", "ready()"], "code cell 2 (`b = 2`) is not what was run: it was changed after that, or"),
        (["a = 1", "b = 2", "c", "ready()"], "code cell 3 (`ready()`) is not what was run"),
        (["a = 1", "b = 2", "ready()", "d = 4"], "a cell that is gone is not what was run"),
    ],
)
def test_the_order_that_the_kernel_remembers(modules, ran, words):
    first, *_ = said(modules.readiness.run_from_the_top(ran, notebook_of(*THREE)))
    assert words in first
    assert (AGAIN in first) == (words != FRESH)


def test_a_file_that_is_older_than_the_run_is_to_be_saved(modules):
    old = notebook_of(*THREE, numbers=[4, 5, None])
    ran = ["a = 1", "b = 2", "ready()"]
    assert said(modules.readiness.run_from_the_top(ran, old))[1:] == [
        "NOTE: save the notebook now: its file is what you hand in"
    ]
    assert said(modules.readiness.run_from_the_top(ran, notebook_of(*THREE))) == [FRESH]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([1, 2, 3], "HOLDS: saved after “restart and run all”"),
        ([1, 2, 5], "HOLDS: saved after “restart and run all”"),  # the last cell, which asks, was run again
        ([2, 1, 3], "FAILS: code cell 1 (`a = 1`) was run as number 2, not 1"),
        ([1, 4, 5], "FAILS: code cell 2 (`b = 2`) was run as number 4, not 2"),
        ([1, None, 2], "FAILS: code cell 2 (`b = 2`) was not run"),
        ([1, 2, None], "FAILS: code cell 3 (`ready()`) was not run"),
        ([None] * 3, "FAILS: the saved notebook was never run"),
    ],
)
def test_the_order_in_the_saved_file(modules, numbers, words):
    (line,) = said(modules.readiness.saved_in_order(notebook_of(*THREE, numbers=numbers)))
    assert line.startswith(words)
    assert (AGAIN in line) == words.startswith("FAILS")


def test_a_cell_that_ended_in_an_error_is_told(modules):
    notebook = notebook_of(*THREE)
    notebook["cells"][1]["outputs"] = [{"output_type": "error", "ename": "NameError"}]
    assert said(modules.readiness.saved_in_order(notebook))[1:] == ["FAILS: code cell 2 (`b = 2`) ended in NameError"]


def question(answer: str, words: int) -> dict:
    worth = f"*2 points, at most {words} words.*" if words else "*1 point.*"
    about = {"kind": "question", "id": "q-1", "points": 2.0, "words": words}
    source = f"Why is *this* so?\n\n{worth}\n\n{answer}"
    return {"cells": [{"cell_type": "markdown", "source": source, "metadata": {"autograder": about}}]}


@pytest.mark.parametrize(
    ("answer", "words", "line"),
    [
        ("because of it", 3, "HOLDS: q-1: about 3 words, the limit is 3"),
        ("because of the noise", 3, "FAILS: q-1: about 4 words, the limit is 3"),
        ("as long as I like", 0, "HOLDS: q-1: about 5 words"),
        ("YOUR ANSWER HERE", 3, "NOT_STARTED: q-1: no answer stands in its cell, the limit is 3 words"),
        ("  \n", 0, "NOT_STARTED: q-1: no answer stands in its cell"),
    ],
)
def test_the_words_of_an_answer_are_counted(modules, answer, words, line):
    assert said(modules.readiness.answers(question(answer, words))) == [line]


def test_a_word_is_what_the_grader_takes_for_one(modules):
    assert modules.readiness._WORD == _WORD


def test_hidden_checks_are_those_that_the_build_counted(modules):
    def points(task, checks):
        return {"metadata": {"autograder": {"kind": "points", "task": task, "points": 3.0, "checks": checks}}}

    notebook = {"cells": [points("f", 2), {"metadata": {}}, points("g", 3)]}
    assert modules.readiness.hidden_checks(notebook) == {"f": 2, "g": 3}
    modules.verdicts.public_check("f")(lambda f: iter([modules.verdicts.holds("is one", f() == 1)]))
    results = modules.readiness.run_all({"f": lambda: 1})
    assert said(modules.readiness.summary(results, notebook)) == [
        "HOLDS: f: 1 of 1 public check passes; 2 hidden checks at grading",
        "NOTE: g: no public check; hidden checks at grading: 3",
        "HOLDS: 1 of 1 tasks pass their public checks; 5 hidden checks are run at grading",
    ]


def test_definitions_are_run_and_experiments_are_not(modules):
    notebook = notebook_of(
        ("given", "import math"),
        ("task", "%time\ndef f(x):\n    return helper(x)"),
        ("", "raise ValueError\ndef helper(x):\n    return math.sqrt(x)"),
        ("experiment", "g = f(-1)"),
        ("task", "h = undefined"),
    )
    namespace, problems = modules.readiness.run_definitions(notebook)
    assert namespace["f"](4) == 2
    assert "g" not in namespace
    assert said(problems) == ["FAILS: code cell 5: NameError: name 'undefined' is not defined"]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"cells": []}'])
def test_a_file_that_is_no_notebook_of_ours_is_not_found(modules, tmp_path, content):
    (tmp_path / "other.ipynb").write_text(content)
    assert modules.readiness.find_notebook(tmp_path) is None
