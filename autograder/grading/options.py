"""How to grade: the same for every submission of a run. Light to import, for the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError
from autograder.sandbox.isolation import Mode, choose

DEVICES = ("cpu", "cuda")


@dataclass(frozen=True)
class Options:
    """The course's secret, the isolation, the device."""

    secret: CourseSecret = field(repr=False)
    mode: Mode
    device: str = "cpu"


def options_for(root: Path, *, device: str = "cpu", isolation: str | None = None, unsafe: bool = False) -> Options:
    """Options for a course on this machine. AutograderError says what is missing."""
    if device not in DEVICES:
        raise AutograderError(f"no device {device!r}: give --device cpu or --device cuda")
    modes = [mode.value for mode in Mode]
    if isolation is not None and isolation not in modes:
        raise AutograderError(f"no isolation {isolation!r}: there are {', '.join(modes)}")
    mode = choose(Mode(isolation) if isolation else None, unsafe=unsafe)
    return Options(CourseSecret.of_course(root), mode, device)
