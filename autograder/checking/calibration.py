"""Thresholds on training, from measured runs: right models stay on one side of them, broken ones on the other.

A check that trains compares one number, the log of the loss that is left, with a bound. The bound lies in the middle
between the right variant that comes nearest to it, with a margin of so many standard deviations of its own log-losses,
and the nearest wrong one, with the same margin. Both margins are then known, and written down beside the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from autograder.errors import AuthoringError

_ATTRIBUTE = "autograder_calibrated"
Function = TypeVar("Function", bound=Callable[..., Any])
LogLosses = Mapping[str, Sequence[float]]
_Runs = tuple[str, Sequence[float]]
MARGINS_SD = (8.0, 7.0, 6.0, 5.0, 4.5)  # 4.5: were log-losses normal, three right runs in a million would fail


@dataclass(frozen=True)
class Side:
    """The variant that comes nearest to the bound, of all right ones or of all wrong ones. Numbers are log-losses."""

    variant: str
    runs: int
    mean: float
    sd: float
    nearest: float  # the single run that came nearest to the bound, of any variant
    margin_sd: float  # from the variant's mean to the bound, in its standard deviations


@dataclass(frozen=True)
class Calibration:
    """A bound on a loss and the runs that it rests on."""

    bound: float
    right: Side
    wrong: Side
    total_runs: tuple[int, int]  # right, wrong, over all variants
    extrapolation: str


@dataclass(frozen=True)
class Measured:
    """What the decorator said: the entry of calibration.json, and how to measure one run for it."""

    name: str
    measure: Callable[..., float]


def calibrated(name: str, measure: Callable[..., float]) -> Callable[[Function], Function]:
    """Marks a check whose bound is `bound_of(__file__, name)`.

    `measure(student, secret, device)` returns the log-loss that a whole run is left with. The command that calibrates
    calls it for the reference and all alternatives on one side, and on the other for each mistake that names this
    check in its `caught_by`.
    """

    def mark(function: Function) -> Function:
        setattr(function, _ATTRIBUTE, Measured(name, measure))
        return function

    return mark


def measured_by(function: Callable[..., Any]) -> Measured | None:
    """What `calibrated` said about a check."""
    return getattr(function, _ATTRIBUTE, None)


def threshold(
    log_losses_right: LogLosses, log_losses_wrong: LogLosses, margins_sd: Sequence[float] = MARGINS_SD
) -> Calibration:
    """The bound between the log-losses of right and wrong variants, each a name and its runs over many seeds.

    The widest of the margins that fits on both sides is taken. Diverged runs (NaN, infinity) are left out of the wrong
    side: they fail any bound. Raises AuthoringError when a right run diverged, or when not even the narrowest margin
    fits.
    """
    diverged = [name for name, runs in log_losses_right.items() if not all(map(math.isfinite, runs))]
    if diverged:
        raise AuthoringError(f"right, but diverged: {', '.join(diverged)}; mend the check before calibrating it")
    finite = {name: [run for run in runs if math.isfinite(run)] for name, runs in log_losses_wrong.items()}
    finite = {name: runs for name, runs in finite.items() if len(runs) > 1}
    if not finite:
        raise AuthoringError("no wrong variant ends with a finite loss: there is nothing to calibrate against")
    for margin in margins_sd:
        right, wrong, low, high = _nearest(log_losses_right, finite, margin)
        if low < high:
            break
    else:
        raise AuthoringError(
            f"{right[0]} (right) and {wrong[0]} (wrong) are closer than {margin:g} standard deviations each: "
            "train longer, or choose data on which the mistake matters more"
        )
    bound = (low + high) / 2
    return Calibration(
        bound=math.exp(bound),
        right=_side(right, max(run for runs in log_losses_right.values() for run in runs), bound),
        wrong=_side(wrong, min(run for runs in finite.values() for run in runs), bound),
        total_runs=(_count(log_losses_right), _count(log_losses_wrong)),
        extrapolation=(
            "Seeds are sampled, the tail is extrapolated: were log-losses normal, a right run would cross the bound "
            f"with probability {_normal_tail((bound - _mean(right[1])) / _sd(right[1])):.1g}. Models unlike those "
            "measured are not covered by it."
        ),
    )


def _nearest(right: LogLosses, wrong: LogLosses, margin: float) -> tuple[_Runs, _Runs, float, float]:
    """The right variant that reaches highest with such a margin, the wrong one that reaches lowest, and how far."""
    highest = max(right.items(), key=lambda pair: _reach(pair[1], margin))
    lowest = min(wrong.items(), key=lambda pair: _reach(pair[1], -margin))
    return highest, lowest, _reach(highest[1], margin), _reach(lowest[1], -margin)


def save(path: Path, calibrations: Mapping[str, Calibration]) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(dict(calibrations)), indent=2) + b"\n")


def load(path: Path) -> dict[str, Calibration]:
    """All calibrations of an assignment, by name; AuthoringError when the file is missing or damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Calibration])
    except (OSError, msgspec.DecodeError) as error:
        raise AuthoringError(f"cannot read {path}: {error}; write it with `autograder calibrate`") from None


def bound_of(check_file: str, name: str) -> float:
    """The bound of a check, from the calibration.json of its assignment. `check_file` is the check's `__file__`."""
    found = load(Path(check_file).parent.parent / "calibration.json")
    if name not in found:
        raise AuthoringError(f"no {name!r} in calibration.json: run `autograder calibrate`")
    return found[name].bound


def _side(pair: tuple[str, Sequence[float]], nearest: float, bound: float) -> Side:
    name, runs = pair
    mean, sd = _mean(runs), _sd(runs)
    return Side(name, len(runs), round(mean, 4), round(sd, 4), round(nearest, 4), round(abs(bound - mean) / sd, 1))


def _reach(runs: Sequence[float], margin: float) -> float:
    return _mean(runs) + margin * _sd(runs)


def _mean(runs: Sequence[float]) -> float:
    return sum(runs) / len(runs)


def _sd(runs: Sequence[float]) -> float:
    """At least a thousandth: the runs of a mistake that learns nothing may agree to the last digit."""
    if len(runs) < 2:
        raise AuthoringError("a calibration needs at least two runs of each variant")
    mean = _mean(runs)
    return max(1e-3, math.sqrt(sum((run - mean) ** 2 for run in runs) / (len(runs) - 1)))


def _normal_tail(z: float) -> float:
    return 0.5 * math.erfc(z / math.sqrt(2))


def _count(variants: LogLosses) -> int:
    return sum(len(runs) for runs in variants.values())
