"""Everything that grading found out about one submission: a frozen record, stored as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autograder.checking.outcomes import CheckResult


@dataclass(frozen=True)
class ManualItem:
    """A question graded by hand: how many words were written, of how many allowed (0: no limit)."""

    id: str
    max_points: float
    words: int
    limit: int


@dataclass(frozen=True)
class Report:
    """The result of grading one submission. `score` and `max_score` are automatic points; `manual` is beside them."""

    assignment: str
    student: str
    score: float
    max_score: float
    manual: tuple[ManualItem, ...]
    checks: tuple[CheckResult, ...]
    problem: str = ""  # why nothing could be graded (an unreadable notebook), to the student; empty otherwise
    repairs: tuple[str, ...] = ()  # what was put right in a damaged notebook before grading
    cell_errors: tuple[str, ...] = ()  # errors that the notebook's own cells raised, one sentence each
    isolation: str = ""
    device: str = "cpu"
    secret_id: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    submission_sha256: str = ""
    checks_sha256: str = ""
    tasks_sha256: dict[str, str] = field(default_factory=dict)  # what the results of each task depend on, see regrade
    seconds: float = 0.0
    peak_memory_mb: float = 0.0
    gpu_seconds: float = 0.0  # in which the GPU was busy
    gpu_memory_mb: float = 0.0  # of the GPU, at the most

    @property
    def has_grader_error(self) -> bool:
        return any(check.outcome.is_ours for check in self.checks)

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Of whose work, with which secret inputs and where: the results differ where any of it differs."""
        return (self.assignment, self.submission_sha256, self.secret_id, self.device)

    def holds_for(self, now: Report) -> bool:
        """Whether grading what `now` describes would give this report again. One with an error of ours never does."""
        return self.identity == now.identity and self.checks_sha256 == now.checks_sha256 and not self.has_grader_error

    def to_json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"

    @classmethod
    def from_json(cls, text: bytes) -> Report:
        """Raises msgspec.ValidationError (or DecodeError) on anything that is not a report."""
        return msgspec.json.decode(text, type=cls)

    @classmethod
    def load(cls, path: Path) -> Report:
        return cls.from_json(path.read_bytes())
