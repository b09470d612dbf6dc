"""What the trainings came to, kept in one file that is written whenever a training ends."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import torch

from autograder.errors import AutograderError
from trainings.trainable import Curves, Figures, Trainable

POINTS = 60  # that a curve is thinned to
DIGITS = 6  # that matter of a figure


@dataclass(frozen=True)
class Curve:
    """A thinned curve: each value is the mean around its place, which counts epochs, steps or iterations from 1."""

    at: list[float]
    values: list[float]


@dataclass(frozen=True)
class Result:
    """One finished training."""

    figures: Figures
    curves: dict[str, Curve]
    seconds: float  # of CPU time, or with a graphics card of time
    machine: str
    day: str  # 2026-01-31


@dataclass
class Results:
    """All finished trainings, by name."""

    runs: dict[str, Result] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Results:
        """The results in a file; none if there is no such file."""
        if not path.exists():
            return cls()
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except msgspec.DecodeError as error:
            raise AutograderError(f"{path} is damaged ({error}): restore it or remove it") from None

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".writing")
        unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")
        os.replace(unfinished, path)


def result_of(training: Trainable) -> Result:
    """The result of a training that is over."""
    return Result(
        figures={name: _rounded(value) for name, value in training.figures().items()},
        curves=_thinned(training.curves),
        seconds=round(training.seconds, 1),
        machine=machine(training.device),
        day=date.today().isoformat(),
    )


def machine(device: torch.device) -> str:
    """What computed, in words."""
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)}, torch {torch.__version__}"
    threads = torch.get_num_threads()
    return f"{_processor()}, {threads} thread{'s' * (threads > 1)}, torch {torch.__version__}"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _thinned(curves: Curves) -> dict[str, Curve]:
    return {name: _thin(np.asarray(values)) for name, values in curves.items()}


def _thin(values: np.ndarray) -> Curve:
    pieces = np.array_split(np.arange(len(values)), min(len(values), POINTS))
    return Curve(
        at=[_rounded(float(piece.mean()) + 1) for piece in pieces],
        values=[_rounded(float(values[piece].mean())) for piece in pieces],
    )


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
