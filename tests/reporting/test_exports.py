"""Reports for machines and for the terminal."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from rich.console import Console, RenderableType

from autograder.checking.outcomes import Outcome
from autograder.reporting.junit import junit_xml
from autograder.reporting.table import check_table, class_table
from tests.grading.reports import CHECKS, report

EVIL = "]]>&<x>\x00\x1b[31m\ud800\ufffe"


def shown(renderable: RenderableType) -> str:
    console = Console(width=90, record=True, file=open("/dev/null", "w"), color_system=None)  # noqa: SIM115
    console.print(renderable)
    return console.export_text()


@pytest.mark.parametrize(
    ("outcome", "element"),
    [
        (Outcome.PASSED, None),
        (Outcome.FAILED, "failure"),
        (Outcome.NOT_ATTEMPTED, "failure"),
        (Outcome.ERROR, "error"),
        (Outcome.TIMEOUT, "error"),
        (Outcome.OUT_OF_MEMORY, "error"),
        (Outcome.CRASHED, "error"),
        (Outcome.PROTOCOL_ERROR, "error"),
        (Outcome.GRADER_ERROR, "skipped"),
    ],
)
def test_each_outcome_in_junit(outcome: Outcome, element: str | None) -> None:
    root = ET.fromstring(junit_xml([report(outcomes={"volume": outcome})]))
    [case] = root.findall(".//testcase[@name='test_volume']")
    assert case.get("classname") == "hw0_small.test_box"
    assert [child.tag for child in case] == ([element] if element else [])
    if element:
        assert case[0].get("message") == f"{outcome.in_words}: The volume is the third power: not so here."
    counts = {"failure": "failures", "error": "errors", "skipped": "skipped"}
    for tag, count in counts.items():
        assert root.get(count) == root[0].get(count) == str(int(tag == element))
    assert root.get("tests") == "6"


def test_junit_has_a_suite_per_student() -> None:
    root = ET.fromstring(junit_xml([report("ann"), report("bob")]))
    assert [suite.get("name") for suite in root] == ["hw0_small: ann", "hw0_small: bob"]
    assert root.get("tests") == "12"
    assert root.find(".//property[@name='score']").get("value") == "8"  # type: ignore[union-attr]


def test_an_unreadable_notebook_is_an_error_in_junit() -> None:
    root = ET.fromstring(junit_xml([report(checks=(), problem="The file is empty.")]))
    assert root.get("errors") == "1"
    assert root.find(".//error").get("message") == "The file is empty."  # type: ignore[union-attr]


def test_junit_survives_any_text() -> None:
    checks = tuple(replace(check, outcome=Outcome.ERROR, message=EVIL, notes=(EVIL,)) for check in CHECKS)
    root = ET.fromstring(junit_xml([report(EVIL, checks=checks, problem=EVIL)]))
    assert root.get("errors") == "7"


def test_the_class_in_the_terminal() -> None:
    text = shown(class_table([report("bob", {"volume": Outcome.TIMEOUT}, repairs=("x",)), report("ann")]))
    lines = text.splitlines()
    assert lines[1].split() == ["ann", "8", "/", "8", "6", "/", "6", "0.4"]
    assert lines[2].split() == ["bob", "5", "/", "8", "5", "/", "6", "0.4", "too", "slow,", "repaired"]


def test_one_notebook_in_the_terminal() -> None:
    text = shown(check_table(report(outcomes={"negative": Outcome.FAILED}, repairs=("Ids were lost.",))))
    assert "✗  Negative numbers too. failed" in text
    assert "Negative numbers too: not so here." in text
    assert "repaired: Ids were lost." in text
    assert "7 of 8 points, and up to 4 by hand" in text


def test_foreign_text_is_no_markup_in_the_terminal() -> None:
    text = shown(class_table([report("[bold]x[/bold]\x1b[31m\nline")]))
    assert "[bold]x[/bold] line" in text
    checks = (replace(CHECKS[0], outcome=Outcome.ERROR, message="[red]x[/nope]\x1b]0;t\x07"),)
    assert "[red]x[/nope]" in shown(check_table(report(checks=checks)))
