"""The page about a whole class: one self-contained HTML file for the instructor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from autograder.grading.report import Report
from autograder.grading.results import file_name
from autograder.reporting.analysis import Bin, analyse
from autograder.reporting.pages import render, write_page
from autograder.reporting.similarity import Alike
from autograder.reporting.wording import points

_WIDTH, _HEIGHT, _GAP = 1000.0, 150.0, 4.0


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, in the units of its SVG."""

    x: float
    y: float
    width: float
    height: float
    students: int
    label: str


def class_page(
    reports: Iterable[Report],
    title: str = "",
    mistake_titles: dict[str, str] | None = None,
    feedback: str = "feedback",
    alike: Sequence[Alike] = (),
) -> str:
    """HTML about all reports.

    `feedback`: folder of the students' pages as seen from this page, no links if empty; `alike`: pairs of students
    whose code is most alike.
    """
    found = analyse(reports, mistake_titles)
    return render(
        "class_report.html.j2",
        title=title or (found.reports[0].assignment if found.reports else "No submissions"),
        found=found,
        bars=_bars(found.bins),
        links={report.student: _link(feedback, report.student) for report in found.reports},
        manual=_manual(found.reports),
        alike=alike,
    )


def write_class_report(
    path: Path,
    reports: Iterable[Report],
    title: str = "",
    mistake_titles: dict[str, str] | None = None,
    feedback: str = "feedback",
    alike: Sequence[Alike] = (),
) -> Path:
    return write_page(path, class_page(reports, title, mistake_titles, feedback, alike))


def _link(feedback: str, student: str) -> str:
    return f"{quote(feedback)}/{quote(file_name(student))}.html" if feedback else ""


def _bars(bins: tuple[Bin, ...]) -> list[Bar]:
    """The bars, 1000 wide and 150 high together; the fullest one takes the whole height."""
    most = max((bin.students for bin in bins), default=0) or 1
    step = _WIDTH / len(bins)
    last = bins[-1]
    return [
        Bar(
            x=place * step + _GAP / 2,
            y=_HEIGHT * (1 - bin.students / most),
            width=step - _GAP,
            height=_HEIGHT * bin.students / most,
            students=bin.students,
            label=f"{_edge(bin.low)} to {'' if bin is last else 'below '}{_edge(bin.high)} points",
        )
        for place, bin in enumerate(bins)
    ]


def _edge(value: float) -> str:
    return points(math.floor(value * 10 + 0.5) / 10)


@dataclass(frozen=True)
class Question:
    """How a class answered a question that is graded by hand."""

    id: str
    max_points: float
    answered: int
    students: int
    words: float  # mean over those who answered
    limit: int
    too_long: int


def _manual(reports: tuple[Report, ...]) -> list[Question]:
    items = [item for report in reports for item in report.manual]
    questions = []
    for id in dict.fromkeys(item.id for item in items):
        same = [item for item in items if item.id == id]
        words = [item.words for item in same if item.words]
        questions.append(
            Question(
                id=id,
                max_points=same[0].max_points,
                answered=len(words),
                students=len(same),
                words=sum(words) / len(words) if words else 0.0,
                limit=same[0].limit,
                too_long=sum(1 for item in same if item.limit and item.words > item.limit),
            )
        )
    return questions
