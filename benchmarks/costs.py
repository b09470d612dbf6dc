"""What a very large class costs, computed from what docs/performance.md says was measured, for docs/scaling.md."""

from __future__ import annotations

import re
from dataclasses import dataclass

from benchmarks.contenders import ROOT
from benchmarks.tables import COLUMNS, simple_table

MEASURED = ROOT / "docs" / "performance.md"
PAGE = ROOT / "docs" / "scaling.md"
BEGIN, END = "<!-- begin computed -->", "<!-- end computed -->"
ROW = "autograder, 1 worker"
CLASSES = (1_000, 10_000, 100_000)
CORES = (2, 64, 1_000)
NOT_YET = "Not computed yet: `make bench ARGS=--write` measures and computes."


@dataclass(frozen=True)
class Figures:
    """What was measured of one assignment with one worker, seconds and MB."""

    assignment: str
    start: float  # of a command or a worker, once
    each: float  # one submission on one core
    memory: float  # of a worker with its warm server


def write() -> None:
    """Brings docs/scaling.md in step with docs/performance.md."""
    found = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    text = f"{BEGIN}\n\n{computed(MEASURED.read_text(encoding='utf-8'))}\n\n{END}"
    PAGE.write_text(found.sub(lambda _: text, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def computed(measured: str) -> str:
    """The text of the page between its marks, from the text of docs/performance.md."""
    found = figures(measured)
    return "\n\n".join(part for each in found for part in _one(each)) if found else NOT_YET


def figures(measured: str) -> list[Figures]:
    """One for each assignment that was measured."""
    sections = re.split(r"^### ", measured, flags=re.MULTILINE)[1:]
    return [each for section in sections if (each := _figures(section)) is not None]


def core_hours(each: Figures, submissions: int) -> float:
    return submissions * each.each / 3600


def hours(each: Figures, submissions: int, cores: int) -> float:
    """From the start of the command to the last grade: every core gets its share."""
    return (each.start + submissions * each.each / cores) / 3600


def _figures(section: str) -> Figures | None:
    line = re.search(rf"^\| {re.escape(ROW)} \|(.*)\|$", section, re.MULTILINE)
    if line is None:
        return None
    cells = dict(zip(COLUMNS, (float(cell) for cell in line.group(1).split("|")), strict=True))
    name = section.splitlines()[0].strip()
    return Figures(name, cells["start, s"], cells["each submission, s"], cells["peak memory, MB"])


def _one(each: Figures) -> list[str]:
    rows = [
        [f"{count:,}", f"{core_hours(each, count):.1f}", *(_duration(hours(each, count, cores)) for cores in CORES)]
        for count in CLASSES
    ]
    heads = ["submissions", "core-hours", *(f"on {cores:,} cores" for cores in CORES)]
    return [
        f"**{each.assignment}**, from {each.each:.2f} s for a submission on one core, {each.start:.1f} s for the start "
        f"of a worker and {each.memory:.0f} MB for a worker with its warm server:",
        simple_table(heads, rows),
    ]


def _duration(hours: float) -> str:
    return f"{hours:.1f} h" if hours >= 1 else f"{60 * hours:.1f} min"
