"""What an instructor reads about a class."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.checking.outcomes import Outcome
from autograder.grading.report import ManualItem, Report
from autograder.reporting.analysis import analyse
from autograder.reporting.class_report import class_page, write_class_report
from tests.grading.reports import report
from tests.reporting.pages import Page

FAILED, BLANK = (
    Outcome.FAILED,
    dict.fromkeys(("doubles", "negative", "volume", "first", "last", "choice"), Outcome.NOT_ATTEMPTED),
)


def with_mistake(report: Report, mistake: str) -> Report:
    """The report with this mistake named at every failed check."""
    checks = [replace(check, mistake=mistake if check.outcome is FAILED else None) for check in report.checks]
    return replace(report, checks=tuple(checks))


CLASS = (
    report("ann"),
    with_mistake(report("bob", {"volume": FAILED}), "R1"),
    with_mistake(report("cem", {"volume": FAILED}), "R1"),
    with_mistake(report("dan", {"volume": FAILED, "first": FAILED}), "K2"),
    report("eve", BLANK),
    report("fay", BLANK, problem="The file is empty."),
    report("gus", {"last": Outcome.GRADER_ERROR}),
    report("hal", {"last": Outcome.TIMEOUT}, repairs=("Cells had lost their ids.",)),
)


def test_the_histogram_counts_everybody_once() -> None:
    bins = analyse(CLASS).bins
    assert [bin.students for bin in bins] == [2, 0, 0, 0, 1, 2, 0, 3]
    assert (bins[0].low, bins[-1].high) == (0, 8)


@pytest.mark.parametrize("max_score", [0, 0.5, 3, 10, 45, 100])
def test_the_histogram_has_at_most_ten_bars(max_score: float) -> None:
    scores = [max_score * share for share in (0, 0.5, 1)]
    bins = analyse([report(str(score), score=score, max_score=max_score) for score in scores]).bins
    assert 1 <= len(bins) <= 10
    assert sum(bin.students for bin in bins) == 3


def test_check_statistics() -> None:
    volume = next(check for check in analyse(CLASS).checks if check.task == "Box.volume")
    assert volume.pass_rate == pytest.approx(3 / 8)
    assert volume.outcomes == {Outcome.PASSED: 3, FAILED: 3, Outcome.NOT_ATTEMPTED: 2}
    assert volume.discrimination is not None
    assert volume.discrimination > 0


def test_errors_of_the_grader_count_for_nobody() -> None:
    last = next(check for check in analyse(CLASS).checks if check.task == "last")
    assert last.pass_rate == pytest.approx(4 / 7)


def test_discrimination_is_the_correlation_with_the_other_points() -> None:
    right = [report(str(n)) for n in range(2)]
    wrong = [report(str(n), {"doubles": FAILED, "volume": FAILED}) for n in range(2, 4)]
    found = {check.id.rpartition("_")[2]: check.discrimination for check in analyse([*right, *wrong]).checks}
    assert found["doubles"] == pytest.approx(1)
    assert found["volume"] == pytest.approx(1)
    assert found["choice"] is None


def test_mistakes_are_counted_by_student_and_named() -> None:
    mistakes = analyse(CLASS, {"R1": "uniform noise"}).mistakes
    assert [(mistake.id, mistake.title, mistake.students) for mistake in mistakes] == [
        ("R1", "uniform noise", ("bob", "cem")),
        ("K2", "", ("dan",)),
    ]


def test_students_with_the_same_failures_are_grouped() -> None:
    [group] = analyse(CLASS).groups
    assert group.students == ("bob", "cem")
    assert group.failed == ("test_volume: failed (R1)",)


def test_who_needs_a_human_and_why() -> None:
    cases = {case.student: case.reasons for case in analyse(CLASS).cases}
    assert cases == {
        "fay": ("not graded: The file is empty.",),
        "gus": ("grader error in 1 check",),
        "hal": ("timeout in 1 check", "repaired: Cells had lost their ids."),
    }


def test_the_page_shows_it_all() -> None:
    page = Page(class_page(CLASS, "Boxes", {"R1": "uniform noise"}))
    for words in ("8 submissions", "1 with full marks", "2 without any attempt", "3 need a human", "uniform noise R1"):
        assert words in page.text
    assert "test_volume: failed (R1)" in page.text
    assert "feedback/ann.html" in page.links
    assert page.tags.count("rect") == 8


def test_the_grader_s_own_error_is_shown_to_the_instructor() -> None:
    broken = report(outcomes={"last": Outcome.GRADER_ERROR})
    checks = tuple(
        replace(c, detail="ValueError: ours" if c.outcome is Outcome.GRADER_ERROR else "") for c in broken.checks
    )
    assert "ValueError: ours" in Page(class_page([replace(broken, checks=checks)])).text


def test_questions_are_summed_up() -> None:
    items = [ManualItem("q", 4, words, 50) for words in (0, 40, 60)]
    page = Page(class_page([report(str(n), manual=(item,)) for n, item in enumerate(items)]))
    assert "q 4 2 of 3 50 50 1" in page.text


def test_different_checks_are_pointed_out() -> None:
    assert "grade again" in Page(class_page([report("a"), report("b", checks_sha256="d" * 64)])).text


@pytest.mark.parametrize("reports", [(), CLASS[:1], (report(checks=(), max_score=0, score=0),)])
def test_small_classes_have_a_page_too(reports: tuple[Report, ...]) -> None:
    assert "submissions" in Page(class_page(reports)).text


def test_foreign_text_is_only_text() -> None:
    evil = "<script>alert(1)</script>\x1b[31m\u202e"
    checks = [replace(check, message=evil, mistake=evil, outcome=FAILED) for check in CLASS[0].checks]
    reports = [report(f"{evil}{n}", checks=tuple(checks), repairs=(evil,), problem="") for n in range(2)]
    html = class_page(reports, evil)
    assert html.count("<script") == 1
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert Page(html).links[0].startswith("feedback/%25")


def test_a_large_class_is_fast_enough(tmp_path: Path) -> None:
    reports = [replace(CLASS[n % len(CLASS)], student=f"s{n}") for n in range(400)]
    path = write_class_report(tmp_path / "class.html", reports)
    assert path.stat().st_size < 2_000_000
