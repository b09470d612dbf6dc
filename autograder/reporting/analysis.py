"""What the reports of a class say together: per check, per mistake, per group of students, and who needs a human."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.checking.outcomes import CheckResult, Outcome
from autograder.grading.report import Report

_BINS = 10


@dataclass(frozen=True)
class Bin:
    """One bar of the histogram: students with a score in [low, high), the last one closed."""

    low: float
    high: float
    students: int


@dataclass(frozen=True)
class CheckStatistics:
    """One check over the whole class."""

    id: str
    task: str
    title: str
    max_points: float
    outcomes: dict[Outcome, int]
    seconds: float  # mean over the students where it ran
    discrimination: float | None  # correlation of passing it with the other points, -1 to 1; None where undefined

    @property
    def students(self) -> int:
        return sum(self.outcomes.values())

    @property
    def pass_rate(self) -> float:
        """Among the students whom the grader could judge, 0 to 1."""
        judged = self.students - self.outcomes.get(Outcome.GRADER_ERROR, 0)
        return self.outcomes.get(Outcome.PASSED, 0) / judged if judged else 0.0


@dataclass(frozen=True)
class CommonMistake:
    """A known mistake and who made it."""

    id: str
    title: str
    message: str  # as one of the students reads it
    students: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Students who failed exactly the same checks in the same way."""

    students: tuple[str, ...]
    score: float
    failed: tuple[str, ...]  # one line per failed check


@dataclass(frozen=True)
class HumanCase:
    """A submission that somebody should look at, and why."""

    student: str
    reasons: tuple[str, ...]
    details: tuple[str, ...]  # of errors of the grader's own


@dataclass(frozen=True)
class ClassAnalysis:
    """Everything that the class report shows."""

    reports: tuple[Report, ...]  # by student
    max_score: float
    bins: tuple[Bin, ...]
    checks: tuple[CheckStatistics, ...]
    mistakes: tuple[CommonMistake, ...]  # the most common first
    groups: tuple[Group, ...]  # the largest first, of at least two
    cases: tuple[HumanCase, ...]

    @property
    def scores(self) -> list[float]:
        return [report.score for report in self.reports]

    @property
    def mean(self) -> float:
        return statistics.fmean(self.scores) if self.reports else 0.0

    @property
    def median(self) -> float:
        return statistics.median(self.scores) if self.reports else 0.0

    @property
    def full_marks(self) -> int:
        return sum(1 for score in self.scores if score >= self.max_score)

    @property
    def blanks(self) -> int:
        """Students who attempted nothing or whose notebook could not be read."""
        return sum(1 for report in self.reports if all(c.outcome is Outcome.NOT_ATTEMPTED for c in report.checks))


def analyse(reports: Iterable[Report], mistake_titles: dict[str, str] | None = None) -> ClassAnalysis:
    """`mistake_titles`: names of the known mistakes by id, where the assignment's catalogue has them."""
    found = tuple(sorted(reports, key=lambda report: report.student))
    max_score = max((report.max_score for report in found), default=0.0)
    return ClassAnalysis(
        reports=found,
        max_score=max_score,
        bins=_histogram([report.score for report in found], max_score),
        checks=tuple(_check_statistics(found)),
        mistakes=_common_mistakes(found, mistake_titles or {}),
        groups=_groups(found),
        cases=tuple(case for case in map(_human_case, found) if case is not None),
    )


def _histogram(scores: Sequence[float], max_score: float) -> tuple[Bin, ...]:
    """Ten bars, or one per point where there are fewer points."""
    count = max(1, min(_BINS, math.ceil(max_score)))
    width = max_score / count if max_score else 1.0
    filled = Counter(min(max(int(score / width), 0), count - 1) for score in scores)
    return tuple(Bin(place * width, (place + 1) * width, filled[place]) for place in range(count))


def _check_statistics(reports: Sequence[Report]) -> Iterable[CheckStatistics]:
    results: dict[str, list[tuple[Report, CheckResult]]] = defaultdict(list)
    for report in reports:
        for check in report.checks:
            results[check.id].append((report, check))
    for id, pairs in results.items():
        check = pairs[0][1]
        ran = [result.seconds for _, result in pairs if result.seconds > 0]
        yield CheckStatistics(
            id=id,
            task=check.task,
            title=check.title,
            max_points=check.max_points,
            outcomes=_counts(result.outcome for _, result in pairs),
            seconds=statistics.fmean(ran) if ran else 0.0,
            discrimination=_discrimination(pairs),
        )


def _counts(outcomes: Iterable[Outcome]) -> dict[Outcome, int]:
    found = Counter(outcomes)
    return {outcome: found[outcome] for outcome in Outcome if found[outcome]}


def _discrimination(pairs: Sequence[tuple[Report, CheckResult]]) -> float | None:
    """Point-biserial correlation of passing with the score in all other checks."""
    judged = [(report, check) for report, check in pairs if check.outcome is not Outcome.GRADER_ERROR]
    passed = [float(check.outcome is Outcome.PASSED) for _, check in judged]
    rest = [report.score - check.points for report, check in judged]
    if len(judged) < 3 or len(set(passed)) < 2 or len(set(rest)) < 2:
        return None
    return statistics.correlation(passed, rest)


def _common_mistakes(reports: Sequence[Report], titles: dict[str, str]) -> tuple[CommonMistake, ...]:
    students: dict[str, dict[str, None]] = defaultdict(dict)
    messages: dict[str, str] = {}
    for report in reports:
        for check in report.checks:
            if check.mistake:
                students[check.mistake][report.student] = None
                messages.setdefault(check.mistake, check.message)
    found = [CommonMistake(id, titles.get(id, ""), messages[id], tuple(who)) for id, who in students.items()]
    return tuple(sorted(found, key=lambda mistake: (-len(mistake.students), mistake.id)))


def _groups(reports: Sequence[Report]) -> tuple[Group, ...]:
    alike: dict[tuple[tuple[str, Outcome, str | None], ...], list[Report]] = defaultdict(list)
    for report in reports:
        failed = [check for check in report.checks if check.outcome is not Outcome.PASSED]
        if failed and not report.problem:
            alike[tuple((check.id, check.outcome, check.mistake) for check in failed)].append(report)
    groups = [
        Group(tuple(report.student for report in members), members[0].score, tuple(_line(*failure) for failure in key))
        for key, members in alike.items()
        if len(members) > 1
    ]
    return tuple(sorted(groups, key=lambda group: -len(group.students)))


def _line(id: str, outcome: Outcome, mistake: str | None) -> str:
    return f"{id.rpartition('::')[2]}: {outcome.in_words}{f' ({mistake})' if mistake else ''}"


_TELLING = (Outcome.GRADER_ERROR, Outcome.PROTOCOL_ERROR, Outcome.CRASHED, Outcome.OUT_OF_MEMORY, Outcome.TIMEOUT)


def _human_case(report: Report) -> HumanCase | None:
    reasons = [f"not graded: {report.problem}"] if report.problem else []
    for outcome in _TELLING:
        count = sum(1 for check in report.checks if check.outcome is outcome)
        if count:
            reasons.append(f"{outcome.in_words} in {count} {'check' if count == 1 else 'checks'}")
    reasons += [f"repaired: {repair}" for repair in report.repairs]
    details = dict.fromkeys(check.detail for check in report.checks if check.detail)
    return HumanCase(report.student, tuple(reasons), tuple(details)) if reasons else None
