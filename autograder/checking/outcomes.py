"""The closed set of outcomes that a check can have, and the record of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from autograder.checking.illustrations import Illustration


class Outcome(str, Enum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = (
        "not_attempted"  # the region equals the stub, the name is undefined, or the object raises NotImplementedError
    )
    ERROR = "error"  # the student's code raised
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    PROTOCOL_ERROR = "protocol_error"  # the student's side broke the wire format
    GRADER_ERROR = "grader_error"  # our fault: never counted against the student, always reported

    @property
    def in_words(self) -> str:
        return self.value.replace("_", " ")

    @property
    def is_ours(self) -> bool:
        """Whether it says nothing about the student's work, since the grader failed."""
        return self is Outcome.GRADER_ERROR


@dataclass(frozen=True)
class CheckResult:
    """What one check found out about one submission."""

    id: str  # "test_reparameterize.py::test_noise_is_standard_normal"
    task: str  # "VAE.reparameterize"
    title: str  # the check's docstring: the sentence the student sees
    outcome: Outcome
    points: float
    max_points: float
    message: str = ""  # to the student: what was called, what came back, what was expected; empty when passed
    mistake: str | None = None  # name of the known mistake that the result equals, such as "R1"
    notes: tuple[str, ...] = field(default=())  # worth telling, not worth points
    seconds: float = 0.0
    illustration: Illustration | None = None  # what the student's code did, for the feedback page
    detail: str = ""  # for the instructor: where the grader itself failed; never shown to students
