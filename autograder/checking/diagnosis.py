"""Naming a mistake: by comparing a wrong result with the results of known mistakes, or by its ratio to the right one.

Every function returns a Diagnosis (mistake id, sentence to the student), or None when nothing fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import torch

from autograder.checking import tolerances
from autograder.checking.tolerances import Tolerance

Number: TypeAlias = "torch.Tensor | float"


class Diagnosis(NamedTuple):
    """A named mistake. `mistake` is the catalogue's id, `sentence` what the student reads."""

    mistake: str
    sentence: str


def named(key: str) -> Diagnosis:
    """From the notation "K1: the sign of the KL is wrong" that checks write."""
    mistake, _, sentence = key.partition(": ")
    return Diagnosis(mistake, sentence)


def equals(got: Number, want: Number, tolerance: Tolerance | None = None) -> bool:
    """Whether shapes agree and every entry is within the tolerance. NaN equals nothing."""
    first, second = _tensor(got), _tensor(want)
    if first.shape != second.shape:
        return False
    if not first.numel():
        return True
    tolerance = tolerance or tolerances.for_values()
    return (first - second).abs().max().item() <= tolerance.of(second)


def by_value(
    got: Number, known: Mapping[str, Number], want: Number | None = None, tolerance: Tolerance | None = None
) -> Diagnosis | None:
    """The known mistake whose result `got` is.

    `known` maps "K1: sentence" to the result of that mistake on the secret input. A mistake that happens to give the
    right result `want` on this input says nothing and is passed over.
    """
    for key, wrong in known.items():
        tells = want is None or not equals(wrong, want, tolerance)
        if tells and equals(got, wrong, tolerance):
            return named(key)
    return None


def ratio(got: Number, want: Number, tolerance: Tolerance | None = None) -> float | None:
    """The factor c with got = c * want in every entry, or None when there is none."""
    first, second = _tensor(got), _tensor(want)
    if first.shape != second.shape or not torch.isfinite(first).all():
        return None
    norm = (second * second).sum().item()
    if not norm > 0:
        return None
    factor = (first * second).sum().item() / norm
    return factor if equals(first, factor * second, tolerance) else None


def by_ratio(
    got: Number, want: Number, factors: Mapping[str, float], tolerance: Tolerance | None = None
) -> Diagnosis | None:
    """The known mistake that multiplies the result by its factor; `factors` maps "K1: sentence" to that factor."""
    factor = ratio(got, want, tolerance)
    if factor is None:
        return None
    relative = (tolerance or tolerances.for_values()).relative
    for key, known in factors.items():
        if abs(known - 1) > 2 * relative and abs(factor - known) <= 2 * relative * abs(known):
            return named(key)
    return None


def reductions(batch: int, per_item: int, mean_id: str, batch_id: str, item_id: str, item: str) -> dict[str, float]:
    """The factors of the usual wrong reductions, where the sum over everything is right.

    batch: pictures in the batch; per_item: terms summed within one; `item` names these terms ("pixels").
    """
    return {
        f"{mean_id}: it is the mean over everything, where the sum is asked": 1 / (batch * per_item),
        f"{batch_id}: it is averaged over the batch, where the sum is asked": 1 / batch,
        f"{item_id}: it is averaged over the {item}, where the sum is asked": 1 / per_item,
    }


def cosine(first: Sequence[torch.Tensor], second: Sequence[torch.Tensor]) -> float:
    """Cosine of the angle between two lists of gradients; 0 when one of them vanishes, NaN when one is not finite."""
    one, two = (torch.cat([_tensor(part).flatten() for part in parts]) for parts in (first, second))
    length = (one.norm() * two.norm()).item()
    return 0.0 if length == 0 else (one @ two).item() / length


def _tensor(value: Number) -> torch.Tensor:
    return torch.as_tensor(value).detach().to("cpu", torch.float64)
