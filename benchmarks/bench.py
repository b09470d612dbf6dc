"""How fast, beside stock nbgrader: `make bench`, or `python -m benchmarks.bench --help`.

The same submissions go through each grader in turn, in one run on one machine. Every grader also grades a single
submission, so that what a command costs once (its start) and what each submission costs can be told apart:
time(n) = start + n * overhead + what the cells and checks themselves take (the floor).
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import Assignment, Course
from autograder.authoring.checks_index import read_checks
from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError
from benchmarks import contenders
from benchmarks.contenders import ROOT, Contest, Grade, Graded
from benchmarks.submissions import write_submissions

DEFAULT = "hw6_denoising_and_vae"
TABLE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- begin measured -->", "<!-- end measured -->"
AIM_SECONDS, AIM_RATIO = 0.15, 20  # overhead of a submission beyond the floor; how many times smaller than nbgrader's


@dataclass(frozen=True)
class Cost:
    """One grader's time, in seconds: of the wall, or of the CPU."""

    start: float  # what the command costs once
    each: float  # one submission, start excluded
    overhead: float  # of it, beyond the floor


@dataclass(frozen=True)
class Row:
    """One grader's numbers."""

    name: str
    whole: float  # wall time of the command with all submissions
    wall: Cost
    cpu: Cost
    peak_mb: float


def main() -> None:
    arguments = _arguments()
    try:
        assignment = Course.find(arguments.course).assignment(arguments.assignment)
        with tempfile.TemporaryDirectory(prefix="autograder-bench-") as scratch:
            text = run(assignment, arguments.submissions, Path(scratch))
    except AutograderError as error:
        sys.exit(f"bench: {error}")
    print(text)
    if arguments.write:
        write_table(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("--assignment", default=DEFAULT)
    parser.add_argument("--course", type=Path, default=ROOT, help="folder of the course (default: this one)")
    parser.add_argument("--submissions", type=int, default=20, help="how many to grade (default 20)")
    parser.add_argument("--write", action="store_true", help=f"put the table into {TABLE.relative_to(ROOT)}")
    return parser.parse_args()


def run(assignment: Assignment, count: int, scratch: Path) -> str:
    """Grades `count` submissions and one alone by every grader -> the report as Markdown."""
    many, one = scratch / "many", scratch / "one"
    kinds = write_submissions(assignment, many, count)
    first = next(iter(kinds))
    shutil.copytree(many / first, one / first)
    points = {check.id: check.points for check in read_checks(assignment.checks).checks}
    contest = Contest(assignment, CourseSecret.of_course(assignment.root).key, points)
    graders: dict[str, Grade] = {
        "floor": contenders.floor,
        "autograder, 1 worker": contenders.ours(1),
        "autograder, 2 workers": contenders.ours(2),
        "nbgrader autograde": contenders.nbgrader,
    }
    runs: dict[str, tuple[Graded, Graded]] = {}
    for number, (name, grade) in enumerate(graders.items()):
        places = [scratch / f"{number}-{which}" for which in ("one", "many")]
        for place in places:
            place.mkdir()
        print(f"{name} ...", file=sys.stderr, flush=True)
        runs[name] = (grade(contest, one, places[0]), grade(contest, many, places[1]))
    return report(runs, first, kinds)


def report(runs: dict[str, tuple[Graded, Graded]], first: str, kinds: dict[str, str]) -> str:
    """The table, the ratios, and whether all graders gave the same points."""
    floor = runs["floor"][1]
    rows = [floor_row(floor)]
    rows += [row(name, *pair, floor, first) for name, pair in runs.items() if name != "floor"]
    mix = ", ".join(f"{list(kinds.values()).count(kind)} {kind}" for kind in dict.fromkeys(kinds.values()))
    return "\n\n".join([f"{len(kinds)} submissions ({mix}); {machine()}.", table(rows), *ratios(rows), agreement(runs)])


def floor_row(floor: Graded) -> Row:
    whole = sum(floor.seconds.values())
    wall, cpu = (Cost(0.0, sum(times.values()) / len(times), 0.0) for times in (floor.seconds, floor.cpu))
    return Row("floor: one warm process, no isolation", whole, wall, cpu, floor.measured.peak_mb)


def row(name: str, one: Graded, many: Graded, floor: Graded, first: str) -> Row:
    workers = 2 if name.endswith("2 workers") else 1
    wall = cost(one.measured.seconds, many.measured.seconds, floor.seconds, first, workers)
    cpu = cost(one.measured.cpu, many.measured.cpu, floor.cpu, first, 1)
    return Row(name, many.measured.seconds, wall, cpu, many.measured.peak_mb)


def cost(one: float, many: float, floor: dict[str, float], first: str, workers: int) -> Cost:
    """Separates what a command costs once from what each submission costs.

    one, many: the command's time with the submission `first` alone and with all; floor: of each submission.
    """
    turns = len(floor) / workers  # submissions that one worker gets
    beyond_one = one - floor[first]
    beyond_many = many - sum(floor.values()) / workers
    overhead = (beyond_many - beyond_one) / (turns - 1)
    start = beyond_one - overhead
    return Cost(start, (many - start) / len(floor), overhead)


COLUMNS = (
    "whole command, s",
    "start, s",
    "each submission, s",
    "beyond the floor, s",
    "CPU each, s",
    "CPU beyond the floor, s",
    "peak memory, MB",
)


def table(rows: list[Row]) -> str:
    lines = [f"| | {' | '.join(COLUMNS)} |", f"| --- |{' ---: |' * len(COLUMNS)}"]
    for each in rows:
        wall = f"{each.whole:.1f} | {each.wall.start:.1f} | {each.wall.each:.2f} | {each.wall.overhead:.3f}"
        cpu = f"{each.cpu.each:.2f} | {each.cpu.overhead:.3f}"
        lines.append(f"| {each.name} | {wall} | {cpu} | {each.peak_mb:.0f} |")
    return "\n".join(lines)


def ratios(rows: list[Row]) -> list[str]:
    """What the table says in words, beside what is aimed at."""
    by_name = {each.name: each for each in rows}
    ours, two = by_name["autograder, 1 worker"], by_name["autograder, 2 workers"]
    stock = by_name["nbgrader autograde"]
    return [
        f"Overhead of a submission beyond the floor: {ours.wall.overhead:.3f} s against nbgrader's "
        f"{stock.wall.overhead:.2f} s, {times(stock.wall.overhead, ours.wall.overhead)} (in CPU time "
        f"{ours.cpu.overhead:.3f} s against {stock.cpu.overhead:.2f} s, "
        f"{times(stock.cpu.overhead, ours.cpu.overhead)}). Aim: below {AIM_SECONDS} s and at least {AIM_RATIO} times.",
        f"End to end: a submission takes {ours.wall.each:.2f} s against {stock.wall.each:.2f} s, "
        f"{times(stock.wall.each, ours.wall.each)} with one worker, {times(stock.wall.each, two.wall.each)} with two; "
        f"the whole command, its start included, {times(stock.whole, ours.whole)} and {times(stock.whole, two.whole)}.",
    ]


def times(theirs: float, ours: float) -> str:
    return f"{theirs / ours:.1f} times less" if ours > 0 else "ours lost in the noise"


def agreement(runs: dict[str, tuple[Graded, Graded]]) -> str:
    """Whether all graders gave every student the same points."""
    scores = {name: many.scores for name, (_, many) in runs.items()}
    differing = [
        f"{student} ({', '.join(f'{name}: {points.get(student)}' for name, points in scores.items())})"
        for student in sorted(scores["floor"])
        if len({points.get(student) for points in scores.values()}) > 1
    ]
    if not differing:
        return "All graders gave every submission the same points."
    return f"Points differ for {len(differing)} submissions: {'; '.join(differing)}."


def machine() -> str:
    """What was measured on, in words."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, load {load:.1f} at the end"
    )


def write_table(text: str) -> None:
    """Replaces what stands between the two marks in docs/performance.md."""
    page = TABLE.read_text(encoding="utf-8")
    marked = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    TABLE.write_text(marked.sub(lambda _: f"{BEGIN}\n\n{text}\n\n{END}", page), encoding="utf-8")


if __name__ == "__main__":
    main()
