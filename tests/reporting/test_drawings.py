"""Illustrations on the feedback page: complete, escaped, and told apart without colour."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.checking.illustrations import BINS, Curve, Histogram, Illustration, Layers, Steps
from autograder.checking.outcomes import Outcome
from autograder.grading.report import Report
from autograder.reporting.drawings import drawn
from autograder.reporting.feedback import feedback_page
from tests.grading.reports import report
from tests.reporting.pages import Page

EVIL = "</figcaption><script>alert(1)</script>"
PICTURES: dict[str, Illustration] = {
    "histogram": Histogram("Your noise", tuple(range(BINS)), 7),
    "layers": Layers("Layers", ("Conv2d(1, 2)", "ReLU", "<b>"), ("Conv2d(1, 2)", "Linear(2, 3)"), 1),
    "steps": Steps("Your steps", (0.0, 0.5, None, 1.4), (0.0, 0.5, 1.0)),
    "curve": Curve("Loss", (9.0, 3.0, 2.5), {"the mean picture": 2.0}),
}


def with_picture(picture: Illustration) -> Report:
    whole = report(outcomes={"volume": Outcome.FAILED})
    checks = [replace(c, illustration=picture) if c.task == "Box.volume" else c for c in whole.checks]
    return replace(whole, checks=tuple(checks))


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_stands_in_the_page_and_survives_the_report_s_file(kind: str) -> None:
    stored = Report.from_json(with_picture(PICTURES[kind]).to_json())
    page = Page(feedback_page(stored))
    assert page.tags.count("figure") == 1
    assert PICTURES[kind].caption in page.text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("histogram", ["bars: yours", "line: N(0, 1)", "7 farther out"]),
        ("layers", ["yours", "the plan", "≠ ReLU Linear(2, 3)", "<b> (none)"]),
        ("steps", ["asked for: 3", "yours: 4", "1 off the line", "step 1", "step 4"]),
        ("curve", ["the mean picture", "step 3"]),
    ],
)
def test_words_tell_what_is_what(kind: str, words: list[str]) -> None:
    text = Page(str(drawn(PICTURES[kind]))).text
    for word in words:
        assert word in text


@pytest.mark.parametrize(
    "picture",
    [
        Histogram(EVIL, (0,) * BINS, 0),
        Layers(EVIL, (EVIL,), (), 0),
        Steps(EVIL, (None, None), (0.0, 1.0)),
        Steps(EVIL, (-1e300, 1e300), (0.0, 1.0)),
        Curve(EVIL, (0.0, 0.0), {EVIL: 0.0}),
        Curve(EVIL, (-5.0, 1e300), {}),
    ],
)
def test_odd_numbers_and_foreign_words_are_drawn_all_the_same(picture: Illustration) -> None:
    html = str(drawn(picture))
    assert "<script" not in html
    assert "nan" not in html
    Page(html)


def test_a_page_without_pictures_has_none() -> None:
    assert "figure" not in Page(feedback_page(report(outcomes={"volume": Outcome.FAILED}))).tags
