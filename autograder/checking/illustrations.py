"""Pictures beside a failed check, as numbers: the page draws them.

They show what the student's own code did, and what the text of the assignment says anyway: never a secret input, an
expected output or a bound. Numbers and names from the student's side are bounded here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import msgspec

from autograder.checking.failure import CheckFailed

if TYPE_CHECKING:
    import torch

BINS, REACH = 36, 4.5  # of a histogram, in standard deviations to both sides
MOST_NUMBERS = 400  # of a curve
MOST_NAMES, NAME_CHARS = 40, 60  # of a list of layers
OFF_THE_LINE = 1e-2  # relative to its length: farther away a point has no place on it


class Histogram(msgspec.Struct, frozen=True, tag="histogram"):
    """Values that should be standard normal: how many lie in each of BINS bins from -REACH to REACH."""

    caption: str
    counts: tuple[int, ...]
    outside: int  # beyond REACH, or not finite


class Layers(msgspec.Struct, frozen=True, tag="layers"):
    """Two lists of layers, and the place of the first that differs."""

    caption: str
    yours: tuple[str, ...]
    plan: tuple[str, ...]
    first: int


class Steps(msgspec.Struct, frozen=True, tag="steps"):
    """Where the steps of an interpolation lie between its ends (0 and 1), None for one that is off the line."""

    caption: str
    yours: tuple[float | None, ...]
    asked: tuple[float, ...]


class Curve(msgspec.Struct, frozen=True, tag="curve"):
    """A loss at each step, and the losses of guesses that need no network."""

    caption: str
    losses: tuple[float, ...]
    baselines: dict[str, float]


Illustration = Histogram | Layers | Steps | Curve


@contextmanager
def illustrated(draw: Callable[[], Illustration | None]) -> Iterator[None]:
    """Puts a picture beside the failure of what is checked inside; it is made only then.

    The check may have failed before there was anything to draw: a picture that cannot be made is left out, since an
    error in it must not take the place of the verdict.

    >>> with illustrated(lambda: histogram(eps)):
    ...     assert_standard_normal(eps)
    """
    try:
        yield
    except CheckFailed as failure:
        if failure.illustration is None:
            with suppress(Exception):
                failure.illustration = draw()
        raise


def histogram(values: torch.Tensor, caption: str = "Your noise, and N(0, 1) as a line") -> Histogram:
    """Of any shape."""
    flat = values.detach().flatten().double()
    inside = flat[flat.abs() < REACH]
    counts = inside.histc(BINS, -REACH, REACH)
    return Histogram(caption, tuple(int(count) for count in counts), len(flat) - len(inside))


def layer_lists(yours: Sequence[str], plan: Sequence[str], caption: str = "Layers with parameters") -> Layers | None:
    """None when both lists are alike: then the difference is not one of layers."""
    mine, planned = ([_name(name) for name in names[:MOST_NAMES]] for names in (yours, plan))
    longest = max(len(mine), len(planned))
    first = next((n for n in range(longest) if mine[n : n + 1] != planned[n : n + 1]), None)
    return None if first is None else Layers(caption, tuple(mine), tuple(planned), first)


def steps_on_the_line(
    strip: torch.Tensor,
    start: torch.Tensor,
    end: torch.Tensor,
    count: int,
) -> Steps | None:
    """strip: what came back, one step per row. None when its rows are none of the line's points, or too many."""
    if strip.shape[1:] != start.shape or not 0 < len(strip) <= MOST_NUMBERS:
        return None
    way = (end - start).flatten().double()
    moved = strip.detach().flatten(1).double() - start.flatten().double()
    places = moved @ way / way.dot(way)
    off = (moved - places[:, None] * way).norm(dim=1) / way.norm()
    yours = [
        place if math.isfinite(place) and far < OFF_THE_LINE else None
        for place, far in zip(places.tolist(), off.tolist(), strict=True)
    ]
    return Steps("Your steps, and those asked for", tuple(yours), tuple(n / (count - 1) for n in range(count)))


def loss_curve(losses: Sequence[float], baselines: Mapping[str, float], caption: str) -> Curve | None:
    """None where there is no finite loss to draw, or no finite baseline to measure by."""
    finite = [loss for loss in losses[:MOST_NUMBERS] if math.isfinite(loss)]
    known = {name: value for name, value in baselines.items() if math.isfinite(value)}
    return Curve(caption, tuple(finite), known) if len(finite) > 1 else None


def _name(name: str) -> str:
    text = "".join(character for character in name if character.isprintable())
    return text if len(text) <= NAME_CHARS else text[: NAME_CHARS - 1] + "…"
