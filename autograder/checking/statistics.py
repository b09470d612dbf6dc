"""Is this noise standard normal and independent? With stated rates of failing noise that is.

Bounds are those at which a right answer fails about once in half a billion times (six standard errors), or once in
thirty million (Kolmogorov-Smirnov), whatever the seed. A fixed tolerance fails right code on a bad day.

Independence is tested before moments: noise shared along an axis has, in one draw, a wrong mean and variance too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

import torch

from autograder.checking.diagnosis import Diagnosis, named
from autograder.checking.failure import fail
from autograder.checking.illustrations import histogram, illustrated

SIX_SIGMA = 6.0  # standard errors
P_SIX_SIGMA = 2e-9  # two-sided normal tail beyond them
KS_BOUND = 3.0  # of sqrt(n) D
P_KS = 3.1e-8  # Massart's bound 2 exp(-2 KS_BOUND^2), for any n
P_STANDARD_NORMAL = 6e-8  # at most, for everything that `find_fault` tests on up to four axes


class Fault(str, Enum):
    """What can be wrong with noise that should be standard normal and independent."""

    NOT_FINITE = "not finite"
    CONSTANT = "constant"
    REPEATED = "repeated"  # shared along an axis, wholly or in part
    UNIFORM = "uniform"
    UNIFORM_UNIT_VARIANCE = "uniform of variance 1"
    ONE_SIDED = "one-sided"
    TWO_NOISES = "two noises"
    SHIFTED = "shifted"
    SCALED = "scaled"
    CLIPPED = "clipped"
    HEAVY_TAILS = "heavy tails"
    OTHER_SHAPE = "other shape"


@dataclass(frozen=True)
class Finding:
    """A fault and the sentence about it, with the axis it is on where it is on one."""

    fault: Fault
    sentence: str
    axis: str = ""


def mean_z(values: torch.Tensor, mean: float = 0.0, std: float = 1.0) -> float:
    """Standard errors between the sample mean and `mean`, for independent values of this standard deviation.

    |z| > 6 happens to right values with probability 2e-9.
    """
    return (values.mean(dtype=torch.float64).item() - mean) * math.sqrt(values.numel()) / std


def variance_z(values: torch.Tensor, variance: float = 1.0) -> float:
    """Standard errors between the sample variance of Gaussian values and `variance`.

    By the cube root of Wilson and Hilferty (1931), which makes the chi-squared law normal far into its tails:
    |z| > 6 happens to right values with probability 2e-9.
    """
    freedom = values.numel() - 1
    return _chi_squared_z(values.to(torch.float64).var().item() / variance, freedom)


def ks(values: torch.Tensor) -> float:
    """sqrt(n) D of Kolmogorov and Smirnov against N(0, 1).

    Above 3 happens to right values with probability at most 2 exp(-18) = 3e-8 (Massart 1990), for any n.
    """
    return _ks(torch.special.ndtr(values.flatten().to(torch.float64)))


def ks_uniform(values: torch.Tensor, low: float, high: float) -> float:
    """The same against the uniform distribution on [low, high]."""
    return _ks(((values.flatten().to(torch.float64) - low) / (high - low)).clamp(0, 1))


def ks_of_two(first: torch.Tensor, second: torch.Tensor) -> float:
    """sqrt(n m / (n + m)) D of Kolmogorov and Smirnov between two samples of n and m values.

    Above 3 happens to samples of one distribution with probability at most about 3e-8, from some fifty values each on.
    """
    values = torch.cat([first.flatten(), second.flatten()]).to(torch.float64)
    n, m = first.numel(), second.numel()
    steps = torch.cat([torch.ones(n, dtype=torch.float64) / n, -torch.ones(m, dtype=torch.float64) / m])
    ordered, order = values.sort()
    heights = steps[order].cumsum(0)
    last_of_its_value = torch.cat([ordered[1:] != ordered[:-1], torch.tensor([True])])
    return heights[last_of_its_value].abs().max().item() * math.sqrt(n * m / (n + m))


def largest_correlation(values: torch.Tensor, axis: int) -> tuple[float, float]:
    """(r, z): the largest correlation between two slices along an axis, and in standard errors of r for pure chance.

    z counts all pairs of slices (Bonferroni): |z| > 6 happens to independent Gaussian values with probability 2e-9.
    """
    rows = values.to(torch.float64).movedim(axis, 0).flatten(1)
    count, length = rows.shape
    if count < 2 or length < 8:
        return 0.0, 0.0
    rows = rows - rows.mean(dim=1, keepdim=True)  # else two rows of one number each would seem to agree
    norms = rows.norm(dim=1)
    norms = norms.masked_fill(norms <= 1e-6 * norms.max(), math.inf)
    products = (rows @ rows.T) / (norms[:, None] * norms[None, :])
    products.fill_diagonal_(0)
    place = int(products.abs().argmax())
    r = products.flatten()[place].item()
    pairs = count * (count - 1) / 2
    # P(|r| > c) <= exp(-c^2 (length - 5) / 2); pairs times that is again the normal tail, beyond a smaller z.
    surplus = r * r * (length - 5) - 2 * math.log(pairs)
    return r, math.copysign(math.sqrt(max(0.0, surplus)), r)


def common_part_z(values: torch.Tensor, axis: int) -> float:
    """How much the mean along an axis varies, in standard errors: more than chance means a part shared along it.

    |z| > 6 happens to independent Gaussian values with probability 2e-9. Sees shares too small for any single pair.
    """
    centred = values.to(torch.float64) - values.mean(dtype=torch.float64)
    along = centred.mean(dim=axis)
    scale = values.to(torch.float64).var().item()
    if not scale > 0 or along.numel() < 2:
        return 0.0
    return _chi_squared_z(along.var().item() * values.shape[axis] / scale, along.numel() - 1)


def find_fault(values: torch.Tensor, axes: Sequence[str]) -> Finding | None:
    """What keeps `values` from being independent standard normal numbers; None when nothing does.

    values: one dimension per name in `axes`, such as ("call", "image"); a few hundred values at least
    Right noise fails with probability below 6e-8: 3e-8 from the KS test, 2e-9 each from mean, variance, the two ends,
    and two tests on each axis.
    """
    if values.dim() != len(axes):
        raise ValueError(f"{values.dim()} dimensions, {len(axes)} names")
    if not bool(torch.isfinite(values).all()):
        return Finding(Fault.NOT_FINITE, "it holds numbers that are not finite")
    values = values.to(torch.float64)
    if values.std().item() <= 1e-3:
        return Finding(Fault.CONSTANT, "it has no randomness at all: every draw is the same number")
    return _dependence(values, axes) or _marginal_fault(values.flatten())


def assert_standard_normal(
    values: torch.Tensor,
    axes: Sequence[str] = ("call", "image", "latent dimension"),
    name: str = "the noise",
    ids: Mapping[Fault | str, str] | None = None,
    known: Mapping[str, tuple[float, float]] | None = None,
    hint: str = "",
) -> None:
    """Fails, with a sentence that names what is wrong, unless `values` are independent and standard normal.

    axes: the name of each dimension; ids: the catalogue's id of a fault, or of ("repeated", axis) as "repeated:image";
    known: {"D2: sentence": (mean, std)}: what a known mistake would make of standard normal noise.
    Right noise fails with probability below 6e-8 (`P_STANDARD_NORMAL`).
    """
    finding = find_fault(values, axes)
    if finding is None:
        return
    with illustrated(lambda: histogram(values)):
        _fail(finding, values, name, ids, known, hint)


def _fail(
    finding: Finding,
    values: torch.Tensor,
    name: str,
    ids: Mapping[Fault | str, str] | None,
    known: Mapping[str, tuple[float, float]] | None,
    hint: str,
) -> NoReturn:
    found = _known_normal(values, known or {}) if finding.fault in _OF_MOMENTS else None
    if found is not None:
        fail(f"{_capital(name)} is wrong: {found.sentence}.", found.mistake)
    ids = REPARAMETERIZE if ids is None else ids
    mistake = ids.get(f"{finding.fault.value}:{finding.axis}", ids.get(finding.fault))
    fail(" ".join(part for part in (f"{_capital(name)} is wrong: {finding.sentence}.", hint) if part), mistake)


REPARAMETERIZE: Mapping[Fault | str, str] = {
    Fault.NOT_FINITE: "R5",
    Fault.CONSTANT: "R16",
    "repeated:call": "R11",
    "repeated:image": "R8",
    "repeated:latent dimension": "R10",
    Fault.UNIFORM: "R1",
    Fault.UNIFORM_UNIT_VARIANCE: "R2",
    Fault.ONE_SIDED: "R18",
    Fault.CLIPPED: "R18",
    Fault.TWO_NOISES: "R19",
}


# --- inside ---

_OF_MOMENTS = (Fault.SHIFTED, Fault.SCALED, Fault.TWO_NOISES, Fault.CLIPPED, Fault.HEAVY_TAILS, Fault.OTHER_SHAPE)


def _dependence(values: torch.Tensor, axes: Sequence[str]) -> Finding | None:
    """The axis with the strongest dependence, if there is one."""
    worst: tuple[float, str] | None = None
    for dimension, axis in enumerate(axes):
        if values.shape[dimension] < 2:
            continue
        r, z = largest_correlation(values, dimension)
        if abs(z) > SIX_SIGMA or abs(common_part_z(values, dimension)) > SIX_SIGMA:
            worst = max(worst or (0.0, axis), (abs(r), axis))
    if worst is None:
        return None
    r, axis = worst
    how = "the same" if r > 0.98 else f"not independent (correlation {r:.2f})"
    return Finding(Fault.REPEATED, f"it is {how} for different {_plural(axis)}: each needs its own draw", axis)


def _marginal_fault(values: torch.Tensor) -> Finding | None:
    """What is wrong with the distribution of one value."""
    low, high = _extremes(values.numel())
    largest = values.abs().max().item()
    right_moments = abs(mean_z(values)) <= SIX_SIGMA and abs(variance_z(values)) <= SIX_SIGMA
    if right_moments and ks(values) < KS_BOUND and low <= largest <= high:
        return None
    return _named_shape(values) or _wrong_moments(values, low) or _wrong_tails(values, low)


def _named_shape(values: torch.Tensor) -> Finding | None:
    low, high = values.min().item(), values.max().item()
    if ks_uniform(values, low, high) < KS_BOUND:
        return _uniform(values, low, high)
    if low >= -1e-3:
        return Finding(Fault.ONE_SIDED, "it is never negative: Gaussian noise goes both ways")
    if ks(values / math.sqrt(2)) < KS_BOUND:
        return Finding(Fault.TWO_NOISES, "its variance is 2, as if noise were added twice")
    return None


def _uniform(values: torch.Tensor, low: float, high: float) -> Finding:
    if abs(low) < 0.02 and abs(high - 1) < 0.02:
        return Finding(Fault.UNIFORM, "it is uniform on [0, 1): use randn (Gaussian, mean 0), not rand")
    edge = math.sqrt(3)
    if abs(low + edge) < 0.05 and abs(high - edge) < 0.05:
        text = "its mean and variance are right, but it is uniform, not Gaussian"
        return Finding(Fault.UNIFORM_UNIT_VARIANCE, text)
    return Finding(Fault.UNIFORM, f"it is uniform between {low:.2g} and {high:.2g}, not Gaussian: use randn")


def _wrong_moments(values: torch.Tensor, low: float) -> Finding | None:
    mean, std = values.mean().item(), values.std().item()
    standardized = (values - mean) / std
    if ks(standardized) >= KS_BOUND or standardized.abs().max().item() < low:
        return None
    if abs(mean_z(values, std=std)) > SIX_SIGMA:
        return Finding(Fault.SHIFTED, f"it is Gaussian, but its mean is {mean:.2g} where 0 is right")
    if abs(variance_z(values)) > SIX_SIGMA:
        return Finding(Fault.SCALED, f"it is Gaussian, but its standard deviation is {std:.3g} times what it should be")
    return None


def _wrong_tails(values: torch.Tensor, low: float) -> Finding:
    largest = values.abs().max().item()
    if largest < low:
        ties = int((values.abs() >= largest - 1e-3).sum())
        how = "clipped" if ties > 3 else "cut off"
        return Finding(Fault.CLIPPED, f"it never goes beyond {largest:.2g} standard deviations: its tails are {how}")
    if (values - values.mean()).pow(4).mean().item() > 3.5 * values.var().item() ** 2:
        return Finding(Fault.HEAVY_TAILS, "it is not Gaussian: its spread differs from value to value")
    return Finding(Fault.OTHER_SHAPE, "it is not Gaussian: its histogram is no bell curve of mean 0 and variance 1")


def _known_normal(values: torch.Tensor, known: Mapping[str, tuple[float, float]]) -> Diagnosis | None:
    for key, (mean, std) in known.items():
        if std > 0 and ks((values - mean) / std) < KS_BOUND:
            return named(key)
    return None


def _extremes(count: int) -> tuple[float, float]:
    """Between which the largest |value| of this many standard normal ones lies, but for a probability of 2e-9 each."""
    tails = torch.tensor([-math.log(P_SIX_SIGMA) / count, P_SIX_SIGMA / count], dtype=torch.float64)  # (1-t)^count = p
    low, high = (-torch.special.ndtri(tails.clamp(max=1) / 2)).tolist()
    return low, high


def _chi_squared_z(ratio: float, freedom: int) -> float:
    spread = 2 / (9 * freedom)
    return (ratio ** (1 / 3) - (1 - spread)) / math.sqrt(spread)


def _ks(probabilities: torch.Tensor) -> float:
    ordered = probabilities.sort().values
    count = len(ordered)
    steps = torch.arange(count + 1, dtype=torch.float64) / count
    distance = torch.maximum((steps[1:] - ordered).max(), (ordered - steps[:-1]).max()).item()
    return distance * math.sqrt(count)


def _plural(noun: str) -> str:
    return noun if noun.endswith("s") else f"{noun}s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
