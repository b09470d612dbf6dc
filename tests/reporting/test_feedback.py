"""What a student reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checking.outcomes import Outcome
from autograder.errors import AutograderError
from autograder.grading.report import ManualItem, Report
from autograder.grading.results import file_name
from autograder.plain_text import plain
from autograder.reporting.feedback import feedback_page
from autograder.reporting.pages import write_page
from autograder.reporting.wording import WORDINGS, points
from tests.grading.reports import CHECKS, report
from tests.reporting.pages import Page

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31mred\x1b[0m\u202egnp.\u202c`<b>`"


def page(report: Report) -> Page:
    return Page(feedback_page(report, "Boxes"))


def test_full_marks() -> None:
    text = page(report()).text
    assert "8 of 8 points checked automatically" in text
    assert "Up to 4 more points are given by hand" in text
    assert text.count("✓") == len(CHECKS) + 5
    assert "✗" not in text
    assert "→" not in text


def test_every_outcome_is_a_symbol_a_word_and_a_next_step() -> None:
    for outcome in Outcome:
        text = page(report(outcomes={"volume": outcome})).text
        how = WORDINGS[outcome]
        assert f"The volume is the third power. {how.word}" in text
        assert how.symbol in text
        assert how.next_step in text


def test_a_failed_check_says_what_happened_and_names_the_mistake() -> None:
    failed = replace(
        CHECKS[0], outcome=Outcome.FAILED, points=0.0, message="It gives `x + 2`.", mistake="M1", notes=("Slow.",)
    )
    text = page(report(checks=(failed, *CHECKS[1:]))).text
    assert "It gives x + 2 . (a known mistake: M1 )" in text.replace("M1)", "M1 )")
    assert "Note, without points: Slow." in text


def test_what_all_checks_of_a_task_say_alike_is_said_once() -> None:
    checks = [replace(check, outcome=Outcome.NOT_ATTEMPTED, message="`double` is missing.") for check in CHECKS[:2]]
    assert page(report(checks=tuple(checks))).text.count("double is missing.") == 1


def test_an_unreadable_notebook_shows_the_reason_and_no_tasks() -> None:
    text = page(report(outcomes={"volume": Outcome.NOT_ATTEMPTED}, problem="The file is empty.", score=0)).text
    assert "could not be graded" in text
    assert "The file is empty." in text
    assert "third power" not in text
    assert "q-why" in text


def test_an_error_of_the_grader_is_said_to_be_ours_and_its_detail_is_kept_back() -> None:
    broken = replace(CHECKS[0], outcome=Outcome.GRADER_ERROR, detail="Traceback: secret.normal")
    text = page(report(checks=(broken,))).text
    assert "not your fault" in text
    assert "Traceback" not in text


def test_repairs_and_cell_errors_are_told() -> None:
    text = page(report(repairs=("Cells had lost their ids.",), cell_errors=("Cell `x` raised.",))).text
    assert "Cells had lost their ids." in text
    assert "Cell x raised." in text


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (ManualItem("q", 4, 12, 50), "q 12 50 up to 4"),
        (ManualItem("q", 4, 51, 50), "q 51 ✗ too long 50 up to 4"),
        (ManualItem("q", 2.5, 0, 0), "q 0 (no answer found) none up to 2.5"),
    ],
)
def test_questions_with_their_words(item: ManualItem, words: str) -> None:
    assert words in page(report(manual=(item,))).text


def test_foreign_text_is_only_text() -> None:
    checks = tuple(
        replace(check, outcome=Outcome.FAILED, message=EVIL, notes=(EVIL,), mistake=EVIL) for check in CHECKS
    )
    html = feedback_page(report(EVIL, checks=checks, repairs=(EVIL,), cell_errors=(EVIL,)))
    assert "<script" not in html
    assert "<img" not in html
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert "script" not in Page(html).tags


def test_long_text_and_long_lists_are_cut() -> None:
    html = feedback_page(report("n" * 10**5, repairs=("r" * 10**6,) * 1000, cell_errors=tuple("ab" * 500)))
    assert len(html) < 400_000
    assert "… and 950 more." in Page(html).text


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=300).filter(lambda text: "http" not in text))
def test_any_text_gives_a_sound_page(text: str) -> None:
    checks = (replace(CHECKS[0], outcome=Outcome.ERROR, message=text, notes=(text,), title=text),)
    assert "script" not in page(report(text, checks=checks)).tags


def test_pages_are_written_for_any_name(tmp_path: Path) -> None:
    for student in ("ann", "../b/c", "\ud800"):
        path = tmp_path / "feedback" / f"{file_name(student)}.html"
        write_page(path, feedback_page(report(student)))
        assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert len(list((tmp_path / "feedback").iterdir())) == 3


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AutograderError, match="cannot write"):
        write_page(tmp_path / "file" / "x.html", feedback_page(report()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("a\u202eb\u200bc\x00d\x08", "abcd"),
        ("two\nlines\tand tabs", "two\nlines\tand tabs"),
        ("Zoë ✓ β² 名前 😀", "Zoë ✓ β² 名前 😀"),
        ("\ud800x", "x"),
    ],
)
def test_plain_text(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_long_text_keeps_both_ends() -> None:
    shown = plain("begin" + "x" * 200 + "end", 40)
    assert shown.startswith("begin")
    assert shown.endswith("end")
    assert len(shown) <= 40


@pytest.mark.parametrize(("value", "shown"), [(2.0, "2"), (2.5, "2.5"), (1 / 3, "0.33"), (100.0, "100"), (0.0, "0")])
def test_points(value: float, shown: str) -> None:
    assert points(value) == shown
