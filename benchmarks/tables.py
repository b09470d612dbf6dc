"""From what was measured to the numbers in the tables."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.contenders import Graded

COLUMNS = (
    "submissions",
    "whole command, s",
    "start, s",
    "each submission, s",
    "beyond the floor, s",
    "CPU each, s",
    "CPU beyond the floor, s",
    "peak memory, MB",
)


@dataclass(frozen=True)
class Run:
    """One command over some submissions. `floor`, `floor_cpu`: seconds of their cells and checks by themselves."""

    graded: Graded
    submissions: int
    floor: float
    floor_cpu: float


@dataclass(frozen=True)
class Cost:
    """A grader's time, in seconds: of the wall, or of the CPU."""

    start: float  # what the command costs once
    each: float  # one submission, start excluded
    overhead: float  # of it, beyond the floor


@dataclass(frozen=True)
class Row:
    """One grader's numbers."""

    name: str
    submissions: int
    whole: float  # wall time of the command with all submissions
    wall: Cost
    cpu: Cost
    peak_mb: float

    @property
    def floor(self) -> float:
        """Wall time of a submission's cells and checks by themselves, measured beside it; with one worker."""
        return self.wall.each - self.wall.overhead


def row(name: str, few: Run, many: Run, workers: int = 1) -> Row:
    """From the same command over few and over many submissions."""
    counts = (few.submissions, many.submissions)
    one, all_ = few.graded.measured, many.graded.measured
    wall = cost((one.seconds, all_.seconds), (few.floor, many.floor), counts, workers)
    cpu = cost((one.cpu, all_.cpu), (few.floor_cpu, many.floor_cpu), counts)
    return Row(name, many.submissions, all_.seconds, wall, cpu, all_.peak_mb)


def floor_row(floor: Graded) -> Row:
    """The floor's own line: seconds of the submissions alone."""
    wall, cpu = (Cost(0.0, sum(times.values()) / len(times), 0.0) for times in (floor.seconds, floor.cpu))
    count = len(floor.seconds)
    return Row("floor: one warm process, no isolation", count, wall.each * count, wall, cpu, floor.measured.peak_mb)


def cost(times: tuple[float, float], floors: tuple[float, float], counts: tuple[int, int], workers: int = 1) -> Cost:
    """Separates what a command costs once from what each submission costs: time(n) = start + n * overhead + floor(n).

    Each pair: for few and for many submissions. With several workers, each has its share of them."""
    beyond = [time - floor / workers for time, floor in zip(times, floors, strict=True)]
    overhead = (beyond[1] - beyond[0]) * workers / (counts[1] - counts[0])
    start = beyond[0] - overhead * counts[0] / workers
    return Cost(start, (times[1] - start) / counts[1], overhead)


def table(rows: list[Row]) -> str:
    lines = [f"| | {' | '.join(COLUMNS)} |", f"| --- |{' ---: |' * len(COLUMNS)}"]
    for each in rows:
        wall = f"{each.whole:.1f} | {each.wall.start:.1f} | {each.wall.each:.2f} | {each.wall.overhead:.3f}"
        cpu = f"{each.cpu.each:.2f} | {each.cpu.overhead:.3f}"
        lines.append(f"| {each.name} | {each.submissions} | {wall} | {cpu} | {each.peak_mb:.0f} |")
    return "\n".join(lines)


def simple_table(heads: list[str], rows: list[list[str]]) -> str:
    """A first column of names, the others numbers."""
    lines = [f"| {' | '.join(heads)} |", f"| --- |{' ---: |' * (len(heads) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(cells)} |" for cells in rows)])


def times(theirs: float, ours: float) -> str:
    return f"{theirs / ours:.1f} times less" if ours > 0 else "ours lost in the noise"


def agreement(runs: dict[str, Graded]) -> str:
    """Whether all graders gave every student the same points."""
    scores = {name: graded.scores for name, graded in runs.items()}
    differing = [
        f"{student} ({', '.join(f'{name}: {points.get(student)}' for name, points in scores.items())})"
        for student in sorted(next(iter(scores.values())))
        if len({_rounded(points.get(student)) for points in scores.values()}) > 1
    ]
    if not differing:
        return "All graders gave every submission the same points."
    return f"Points differ for {len(differing)} submissions: {'; '.join(differing)}."


def _rounded(points: float | None) -> float | None:
    return None if points is None else round(points, 4)
