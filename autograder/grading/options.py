"""How to grade: the same for every submission of a run. Light to import, for the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from autograder.checking.secret import CourseSecret
from autograder.errors import AutograderError
from autograder.sandbox.gpus import gpus, torch_knows_cuda
from autograder.sandbox.isolation import Machine, Mode, choose

DEVICES = ("cpu", "cuda")


@dataclass(frozen=True)
class Options:
    """The course's secret, the isolation, the device."""

    secret: CourseSecret = field(repr=False)
    mode: Mode
    device: str = "cpu"

    @property
    def cuda(self) -> bool:
        return self.device == "cuda"


def options_for(
    root: Path,
    *,
    device: str = "cpu",
    isolation: str | None = None,
    unsafe: bool = False,
    machine: Machine | None = None,
) -> Options:
    """Options for a course. AutograderError says what is missing.

    `machine`: what the machines that grade offer, when it is not this one."""
    if machine is None or device not in DEVICES:
        require_device(device)
    modes = [mode.value for mode in Mode]
    if isolation is not None and isolation not in modes:
        raise AutograderError(f"no isolation {isolation!r}: there are {', '.join(modes)}")
    mode = choose(Mode(isolation) if isolation else None, unsafe=unsafe, machine=machine)
    return Options(CourseSecret.of_course(root), mode, device)


def require_device(device: str) -> None:
    """Raises AutograderError unless this machine can grade on the device."""
    if device not in DEVICES:
        raise AutograderError(f"no device {device!r}: give --device cpu or --device cuda")
    if device == "cuda" and not gpus():
        raise AutograderError("this machine has no NVIDIA GPU with a loaded driver: grade with --device cpu")
    if device == "cuda" and not torch_knows_cuda():
        raise AutograderError("this torch was built without CUDA: install one with, or grade with --device cpu")
