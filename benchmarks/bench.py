"""How fast, beside nbgrader and otter-grader: `make bench`, or `python -m benchmarks.bench --help`.

The same submissions go through each grader in turn, in one run on one machine. Every grader also grades a smaller
class, so that what a command costs once (its start) and what each submission costs can be told apart:
time(n) = start + n * overhead + what the cells and checks themselves take (the floor).
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.assignment import Assignment, Course
from autograder.authoring.checks_index import read_checks
from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError
from benchmarks import contenders, costs, scale
from benchmarks.contenders import ROOT, Contest, Grade, Graded
from benchmarks.floor import AskedFloor
from benchmarks.phases import InTurn, in_turn
from benchmarks.process_tree import Measured
from benchmarks.stock_nbgrader import environment
from benchmarks.submissions import repeat, write_submissions
from benchmarks.tables import Row, Run, agreement, floor_row, row, simple_table, table, times
from benchmarks.workers import gain

DEFAULTS = ["hw6_denoising_and_vae", "hw1_matrix_factorization"]
TABLE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- begin measured -->", "<!-- end measured -->"
AIM_SECONDS, AIM_RATIO, AIM_FLOOR = 0.15, 20, 1.3  # overhead; how many times less than nbgrader's; times the floor
AIM_TWO = 1.8  # times as much as one worker
ROUNDS = 3  # of what a class is graded in turn with the floor, and of the time to the first grade
WORKER_ROUNDS = 5  # of what two workers grade in turn with one
COPIES, SCALE = 10, 100  # of the class: for our own grader; for the small submissions of the last table
ONE, TWO = "autograder, 1 worker", "autograder, 2 workers"
OTTER = "otter run"  # one command for each submission
RIVALS: dict[str, Grade] = {"nbgrader autograde": contenders.nbgrader, OTTER: contenders.otter}


NOTHING = Run(Graded(Measured(0.0, 0.0, 0.0, ""), {}), 0, 0.0, 0.0)


@dataclass(frozen=True)
class Classes:
    """The same submissions as folders: the first one alone, all, all several times over."""

    one: Path
    all: Path
    copies: Path
    kinds: dict[str, str]  # student -> what was handed in

    @property
    def first(self) -> str:
        return next(iter(self.kinds))

    def run_one(self, graded: Graded, floor: Graded) -> Run:
        return Run(graded, 1, floor.seconds[self.first], floor.cpu[self.first])

    def run(self, graded: Graded, floor: Graded, times: int = 1) -> Run:
        return Run(
            graded, times * len(self.kinds), times * sum(floor.seconds.values()), times * sum(floor.cpu.values())
        )


def main() -> None:
    arguments = _arguments()
    try:
        assignments = [Course.find(arguments.course).assignment(name) for name in arguments.assignment or DEFAULTS]
        with tempfile.TemporaryDirectory(prefix="autograder-bench-") as scratch:
            text = run(assignments, arguments.submissions, Path(scratch), arguments.rivals)
    except AutograderError as error:
        sys.exit(f"bench: {error}")
    print(text)
    if arguments.write:
        write_between(TABLE, BEGIN, END, text)
        costs.write()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("--assignment", action="append", help=f"may be repeated (default: {' and '.join(DEFAULTS)})")
    parser.add_argument("--course", type=Path, default=ROOT, help="folder of the course (default: this one)")
    parser.add_argument(
        "--submissions", type=int, default=20, help=f"how many to grade (default 20; ours also {COPIES} times as many)"
    )
    parser.add_argument("--rivals", nargs="*", choices=RIVALS, default=list(RIVALS), help="default: all")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {TABLE.relative_to(ROOT)}")
    found = parser.parse_args()
    if found.submissions < 4:
        parser.error("--submissions must be 4 or more: fewer tell nothing of two workers")
    return found


def run(assignments: list[Assignment], count: int, scratch: Path, rivals: list[str]) -> str:
    """Everything that is measured -> the report as Markdown."""
    parts = [f"{machine()}."]
    for number, assignment in enumerate(assignments):
        parts += one_assignment(assignment, count, scratch / str(number), rivals)
    parts += large_class(count * SCALE, scratch / "scale")
    return "\n\n".join([*parts, f"Load at the end: {os.getloadavg()[0]:.1f}."])


def one_assignment(assignment: Assignment, count: int, place: Path, rivals: list[str]) -> list[str]:
    """All graders on one assignment, where our time goes, and how soon the first grade is there."""
    classes = make_classes(assignment, count, place / "submissions")
    points = {check.id: check.points for check in read_checks(assignment.checks).checks}
    contest = Contest(assignment, CourseSecret.of_course(assignment.root).key, points)
    floors: list[Graded] = []

    def floor_beside() -> Graded:
        """The floor of what was measured since the last one: the mean of that and of one more now."""
        name = f"floor {len(floors) + 1}"
        floors.append(grade(name, contenders.floor, contest, classes.all, place))
        return mean_floor(floors[-2:])

    found, rows = {"floor": floor_beside()}, []
    for name, workers in ((ONE, 1), (TWO, 2)):
        few = found[name] = grade(name, contenders.ours(workers), contest, classes.all, place)
        many = grade(f"{name}, larger class", contenders.ours(workers), contest, classes.copies, place)
        floor = floor_beside()
        rows.append(row(name, classes.run(few, floor), classes.run(many, floor, COPIES), workers))
    for name in rivals:
        found[name] = grade(name, RIVALS[name], contest, classes.all, place)
        alone = None if name == OTTER else grade(f"{name}, one", RIVALS[name], contest, classes.one, place)
        floor = floor_beside()
        once = NOTHING if alone is None else classes.run_one(alone, floor)
        rows.append(row(name, once, classes.run(found[name], floor)))
    turn = with_floor_in_turn(contest, classes.all, make_folder(place / "in-turn"))
    print(f"{assignment.name}: two workers in turn with one ...", file=sys.stderr, flush=True)
    two = gain(assignment, classes.all, make_folder(place / "workers"), WORKER_ROUNDS)
    started = statistics.median(
        scale.first_grade_seconds(assignment, classes.all, make_folder(place / "first" / str(number)))
        for number in range(ROUNDS)
    )
    mix = ", ".join(
        f"{list(classes.kinds.values()).count(kind)} {kind}" for kind in dict.fromkeys(classes.kinds.values())
    )
    return [
        f"### {assignment.name}",
        f"{len(classes.kinds)} submissions ({mix}); for our own grader also {COPIES} times as many.",
        table([floor_row(mean_floor(floors)), *rows]),
        *ratios(rows, turn, two),
        agreement(found),
        f"The first grade is there {started:.1f} s after the start of the command.",
        "Where the time of a submission goes (milliseconds, one worker, the first submission not counted):",
        phase_table(turn.phases),
    ]


def mean_floor(floors: list[Graded]) -> Graded:
    """The mean of several floors, measured before and after something: a machine gets slower and faster."""

    def mean(times: list[dict[str, float]]) -> dict[str, float]:
        return {student: sum(each[student] for each in times) / len(times) for student in times[0]}

    return replace(
        floors[0], seconds=mean([floor.seconds for floor in floors]), cpu=mean([floor.cpu for floor in floors])
    )


def with_floor_in_turn(contest: Contest, submitted: Path, place: Path) -> InTurn:
    assignment = contest.assignment
    print(f"{assignment.name}: in turn with the floor ...", file=sys.stderr, flush=True)
    with AskedFloor(assignment, submitted, contest.key, environment(assignment)) as floor:
        return in_turn(assignment, submitted, place, floor.seconds, ROUNDS)


def make_classes(assignment: Assignment, count: int, folder: Path) -> Classes:
    classes = Classes(
        folder / "one", folder / "all", folder / "copies", write_submissions(assignment, folder / "all", count)
    )
    shutil.copytree(classes.all / classes.first, classes.one / classes.first)
    repeat(classes.all, classes.copies, COPIES)
    return classes


def grade(name: str, grader: Grade, contest: Contest, submitted: Path, place: Path) -> Graded:
    print(f"{contest.assignment.name}: {name} ...", file=sys.stderr, flush=True)
    return grader(contest, submitted, make_folder(place / re.sub(r"\W+", "-", name)))


def make_folder(place: Path) -> Path:
    place.mkdir(parents=True)
    return place


def large_class(many: int, place: Path) -> list[str]:
    """Memory of small and large classes, and the time of `--help`."""
    found = scale.sizes(many, make_folder(place))
    rows = [
        [
            str(size.submissions),
            f"{size.measured.seconds:.1f}",
            f"{1000 * size.measured.cpu / size.submissions:.0f}",
            f"{size.measured.peak_mb:.0f}",
        ]
        for size in found
    ]
    heads = ["small submissions (tiny course), 2 workers", "whole command, s", "CPU each, ms", "peak memory, MB"]
    few, large = found[0], found[-1]
    growth = (large.measured.peak_mb - few.measured.peak_mb) / (large.submissions - few.submissions)
    return [
        "### A large class",
        simple_table(["submissions", *heads[1:]], rows).replace("| submissions", f"| {heads[0]}", 1),
        f"From {few.submissions} to {many} submissions memory changes by {1000 * growth:.1f} KB for each.",
        f"`autograder --help` takes {scale.help_seconds():.2f} s.",
    ]


def phase_table(seconds: dict[str, float]) -> str:
    whole = sum(seconds.values())
    rows = [[name, f"{1000 * value:.1f}", f"{100 * value / whole:.0f} %"] for name, value in seconds.items()]
    return simple_table(["phase", "ms", "share"], [*rows, ["together", f"{1000 * whole:.1f}", "100 %"]])


def ratios(rows: list[Row], turn: InTurn, gained: float) -> list[str]:
    """What was measured in words, beside what is aimed at. `gained`: by a second worker, as a factor."""
    by_name = {each.name: each for each in rows}
    ours, two = by_name[ONE], by_name[TWO]
    return [
        f"In turn with the floor, submission by submission, ours takes {turn.ours:.3f} s where the floor takes "
        f"{turn.floor:.3f} s: {turn.ours / turn.floor:.2f} times the floor, an overhead of {turn.overhead:.3f} s.",
        *(beside(by_name[name], ours, two, turn) for name in RIVALS if name in by_name),
        f"Aim: an overhead below {AIM_SECONDS} s, {AIM_RATIO} times less than nbgrader's, and {AIM_FLOOR} times the "
        "floor at most.",
        f"In turn with one worker, class by class, two workers grade {gained:.2f} times as many submissions in the "
        f"same time (aim: {AIM_TWO} or more).",
    ]


def beside(theirs: Row, ours: Row, two: Row, turn: InTurn) -> str:
    """A rival's numbers beside ours. Overheads as shares of the floor that was measured beside each."""
    our_share, their_share = turn.overhead / turn.floor, theirs.wall.overhead / theirs.floor
    return (
        f"Overhead of a submission beyond the floor: {100 * our_share:.0f} % of the floor's time against "
        f"{100 * their_share:.0f} % of {theirs.name}, {times(their_share, our_share)}. "
        f"End to end a submission takes {ours.wall.each:.2f} s against {theirs.wall.each:.2f} s, "
        f"{times(theirs.wall.each, ours.wall.each)} with one worker, {times(theirs.wall.each, two.wall.each)} with two."
    )


def machine() -> str:
    """What was measured on, in words."""
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"


def write_between(page: Path, begin: str, end: str, text: str) -> None:
    """Replaces what stands between the two marks of a page."""
    marked = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    new = marked.sub(lambda _: f"{begin}\n\n{text}\n\n{end}", page.read_text(encoding="utf-8"))
    page.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
