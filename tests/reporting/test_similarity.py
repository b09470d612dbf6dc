"""Whose code is alike: copies are found, the few right ways to solve a task are not taken for copies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.reporting.class_report import class_page
from autograder.reporting.similarity import Alike, code_of, most_alike, rank
from tests.grading.notebooks import SOLVED, cell_of, make_course, released, save, solved
from tests.grading.reports import report
from tests.reporting.pages import Page

STUB = {"task-a": "def spread(values):\n    # YOUR CODE HERE\n    raise NotImplementedError()"}
USUAL = "def spread(values):\n    mean = sum(values) / len(values)\n    return sum((v - mean) ** 2 for v in values)"
UNUSUAL = """def spread(values):
    import itertools
    best, rest = None, list(values)
    for left, right in itertools.combinations(rest, 2):
        gap = abs(left - right) * 3 + 7
        if best is None or gap > best:
            best, rest[0] = gap, rest[0] ^ 5
    return [best, *reversed(rest), len(rest) % 4] if best else {"none": rest}
"""
RENAMED = re.sub(r"\bbest\b", "top", re.sub(r"\brest\b", "others", UNUSUAL)).replace(
    "    return", "    # done\n    return"
)


def everyone(**others: str) -> dict[str, dict[str, str]]:
    """A class of twelve with the usual solution, and others."""
    return {
        **{f"s{n}": {"task-a": USUAL} for n in range(12)},
        **{name: {"task-a": code} for name, code in others.items()},
    }


def test_a_copy_with_other_names_and_comments_is_found() -> None:
    [pair] = rank(everyone(cleo=UNUSUAL, dan=RENAMED), STUB)
    assert pair.students == ("cleo", "dan")
    assert pair.share > 0.9
    assert pair.cells == ("task-a",)


def test_the_usual_solution_is_nobody_s_copy() -> None:
    assert rank(everyone(), STUB) == ()


def test_what_was_released_counts_for_nobody() -> None:
    given = {"task-a": UNUSUAL}
    assert rank({"ann": given, "bob": given}, given) == ()
    assert rank({"ann": given, "bob": given}, {"task-a": ""}) != ()


def test_different_code_is_not_alike() -> None:
    other = "def spread(values):\n    ordered = sorted(values, key=abs)\n    return ordered[-1] - ordered[0]\n"
    assert rank({"ann": {"task-a": UNUSUAL}, "bob": {"task-a": other * 3}}, STUB) == ()


def test_the_same_code_in_another_task_is_not_compared() -> None:
    assert rank({"ann": {"task-a": UNUSUAL}, "bob": {"task-b": UNUSUAL}}, STUB) == ()


def test_empty_and_broken_code_is_compared_with_nothing() -> None:
    assert (
        rank({"ann": {}, "bob": {"task-a": ""}, "cem": {"task-a": "def ("}, "dan": {"task-a": "\x00\ud800"}}, STUB)
        == ()
    )


def test_a_class_is_read_from_its_notebooks(tmp_path: Path) -> None:
    assignment = make_course(tmp_path / "course")
    unusual = UNUSUAL.replace("spread(values)", "double(x)").replace("values", "x")
    notebooks = {"ann": solved(), "bob": solved(), "cem": solved(), "dan": released()}
    for student in ("ann", "bob"):
        cell_of(notebooks[student], "task-double")["source"] = unusual
    for student, notebook in notebooks.items():
        save(tmp_path / "in" / f"{student}.ipynb", notebook)
    (tmp_path / "in" / "eve.ipynb").write_text("{")
    assert code_of(tmp_path / "in" / "dan.ipynb", assignment, "dan") == {}
    assert set(code_of(tmp_path / "in" / "ann.ipynb", assignment, "ann")) == set(SOLVED)
    pair = most_alike(assignment, tmp_path / "in")[0]
    assert (pair.students, pair.share, pair.cells[0]) == (("ann", "bob"), 1.0, "task-double")


def test_a_class_too_large_to_compare_all_pairs_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.reporting.similarity.LARGEST_CLASS", 1)
    assignment = make_course(tmp_path / "course")
    for student in ("ann", "bob"):
        save(tmp_path / "in" / f"{student}.ipynb", solved())
    assert most_alike(assignment, tmp_path / "in") == ()


def test_the_page_ranks_and_does_not_judge() -> None:
    pairs = (Alike(("ann", "<b>bob</b>"), 0.876, 31, ("task-a", "task-b")),)
    page = Page(class_page([report("ann"), report("<b>bob</b>")], alike=pairs))
    assert "88% 31 task-a task-b" in page.text
    assert "no verdict" in page.text
    assert "No two students share unusual code." in Page(class_page([report("ann")])).text
