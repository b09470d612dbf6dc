"""How often a right solution loses points by chance: the reference, graded with many secrets. Kept, and continued."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from rich.console import Console

from autograder.assignment import Assignment
from autograder.authoring.checks_index import read_checks
from autograder.checking.outcomes import Outcome
from autograder.checking.secret import CourseSecret
from autograder.grading.options import Options
from autograder.grading.pool import Done, Pool
from autograder.grading.results import write_atomically
from autograder.grading.versions import versions
from autograder.grading.worker import Job
from autograder.validation.catalogue import make_submission
from autograder.validation.trials import REFERENCE, write_notebook
from autograder.validation.validate import JOB_SECONDS, progress_bar, upper_bound

_BATCH = 50  # gradings between two savings
_GRADER = "the grader"  # in the place of a check, when there is no report
_NUMBERED = CourseSecret(b"secrets 0, 1, 2, ... are the same on every machine")


@dataclass(frozen=True)
class Failure:
    """A check that the reference did not pass, and the number of the secret, to look at it again."""

    secret: int
    check: str
    message: str


@dataclass(frozen=True)
class Count:
    """What came out for secrets 0 to `gradings` - 1 of the checks in one file, as its fingerprint names them."""

    fingerprint: str
    gradings: int = 0
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class FalseAlarms:
    """The counts of all files of checks: who changes one of them regrades that one alone."""

    files: dict[str, Count]
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def gradings(self) -> int:
        """Secrets with which all checks were run."""
        return min((count.gradings for count in self.files.values()), default=0)

    @property
    def failures(self) -> list[Failure]:
        found = [failure for count in self.files.values() for failure in count.failures]
        return sorted(found, key=lambda failure: (failure.secret, failure.check))

    @property
    def lost(self) -> int:
        """Of the gradings, those in which the reference lost points."""
        return len({failure.secret for failure in self.failures if failure.secret < self.gradings})

    @property
    def bound(self) -> float:
        """Upper confidence bound (95 %) of the probability that a right solution loses points in one grading."""
        return upper_bound(self.lost, self.gradings)


def load_false_alarms(assignment: Assignment) -> FalseAlarms:
    """The kept figures; those of other checks or of another solution count for nothing."""
    kept = FalseAlarms({})
    with suppress(OSError, msgspec.DecodeError):
        kept = msgspec.json.decode(assignment.false_alarms.read_bytes(), type=FalseAlarms)
    files = {}
    for path in sorted(assignment.checks.glob("test_*.py")):
        fresh = Count(_fingerprint(assignment, path))
        old = kept.files.get(path.name, fresh)
        files[path.name] = old if old.fingerprint == fresh.fingerprint else fresh
    return FalseAlarms(files, kept.versions)


def save_false_alarms(assignment: Assignment, alarms: FalseAlarms) -> None:
    write_atomically(assignment.false_alarms, msgspec.json.format(msgspec.json.encode(alarms), indent=2) + b"\n")


def count_false_alarms(
    assignment: Assignment, options: Options, count: int, workers: int, console: Console
) -> FalseAlarms:
    """Grades the reference until `count` secrets are done, those of earlier runs included; saves as it goes."""
    alarms = load_false_alarms(assignment)
    if alarms.gradings >= count:
        return alarms
    ids = [check.id for check in read_checks(assignment.checks).checks]
    with tempfile.TemporaryDirectory(prefix="autograder-flake-") as folder, progress_bar(console) as progress:
        path = write_notebook(Path(folder) / "reference.ipynb", make_submission(assignment, kind=REFERENCE))
        bar = progress.add_task(f"{assignment.name}: {count} secrets", total=count, completed=alarms.gradings)
        with Pool(assignment, options, workers, JOB_SECONDS) as pool:
            while alarms.gradings < count:
                names, numbers = _next_batch(alarms, count)
                only = frozenset(id for id in ids if id.partition("::")[0] in names)
                failures = _grade(pool, path, only, numbers)
                alarms = _with_batch(alarms, names, numbers, failures)
                save_false_alarms(assignment, alarms)
                progress.update(bar, completed=alarms.gradings)
    return alarms


def _next_batch(alarms: FalseAlarms, count: int) -> tuple[set[str], range]:
    """The files that are furthest behind, and the secrets until they meet the next ones."""
    start = alarms.gradings
    names = {name for name, each in alarms.files.items() if each.gradings == start}
    others = [each.gradings for name, each in alarms.files.items() if name not in names]
    return names, range(start, min([start + _BATCH, count, *others]))


def _with_batch(alarms: FalseAlarms, names: set[str], numbers: range, failures: Sequence[Failure]) -> FalseAlarms:
    files = dict(alarms.files)
    for name in names:
        ours = [failure for failure in failures if failure.check.partition("::")[0] in (name, _GRADER)]
        files[name] = Count(files[name].fingerprint, numbers.stop, (*files[name].failures, *ours))
    return FalseAlarms(files, versions())


def _grade(pool: Pool, path: Path, only: frozenset[str], numbers: Sequence[int]) -> list[Failure]:
    jobs = [Job(REFERENCE, path, only, _NUMBERED.derive(str(number)), tag=str(number)) for number in numbers]
    return [failure for done in pool.grade(jobs) for failure in _failures(done)]


def _failures(done: Done) -> list[Failure]:
    number = int(done.job.tag)
    if done.report is None:
        return [Failure(number, _GRADER, done.problem)]
    lost = [check for check in done.report.checks if check.outcome is not Outcome.PASSED]
    return [Failure(number, check.id, check.message) for check in lost]


def _fingerprint(assignment: Assignment, check_file: Path) -> str:
    """Of what the figures of a file depend on: checks, probes, bounds and reference, not the words of the notebook."""
    helpers = [path for path in sorted(assignment.checks.glob("*.py")) if not path.name.startswith("test_")]
    digest = hashlib.sha256()
    for path in (check_file, *helpers, assignment.probes, assignment.calibration, assignment.solution):
        if path.exists():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
