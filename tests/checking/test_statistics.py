"""The bounds keep their word: right noise passes on every seed, and each kind of wrong noise is named."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from autograder.checking import statistics
from autograder.checking.failure import CheckFailed
from autograder.checking.statistics import Fault, assert_standard_normal, find_fault

AXES = ("call", "image", "latent dimension")
SHAPE = (12, 16, 14)


def randn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape or SHAPE, generator=torch.Generator().manual_seed(seed))


def rand(seed: int, *shape: int) -> torch.Tensor:
    return torch.rand(shape or SHAPE, generator=torch.Generator().manual_seed(seed))


RIGHT = {
    "randn": randn,
    "minus randn": lambda seed: -randn(seed),
    "numpy": lambda seed: torch.as_tensor(np.random.default_rng(seed).standard_normal(SHAPE)),
    "float32 rounding": lambda seed: ((3 + 0.01 * randn(seed)) - 3) / 0.01,
    "Box and Muller": lambda seed: (-2 * (1 - rand(seed)).log()).sqrt() * (2 * math.pi * rand(seed + 10_000)).cos(),
}

WRONG = {
    "uniform on [0, 1)": (rand, Fault.UNIFORM, ""),
    "uniform of variance 1": (lambda seed: (rand(seed) - 0.5) * math.sqrt(12), Fault.UNIFORM_UNIT_VARIANCE, ""),
    "uniform on [-1, 1)": (lambda seed: 2 * rand(seed) - 1, Fault.UNIFORM, ""),
    "no noise": (lambda seed: torch.zeros(SHAPE), Fault.CONSTANT, ""),
    "nan": (lambda seed: randn(seed).masked_fill(rand(seed) < 1e-2, math.nan), Fault.NOT_FINITE, ""),
    "absolute value": (lambda seed: randn(seed).abs(), Fault.ONE_SIDED, ""),
    "clipped at 2": (lambda seed: randn(seed).clamp(-2, 2), Fault.CLIPPED, ""),
    "clipped at 2.5": (lambda seed: randn(seed).clamp(-2.5, 2.5), Fault.CLIPPED, ""),
    "cut off at 2.5": (lambda seed: torch.fmod(randn(seed), 2.5), Fault.CLIPPED, ""),
    "two noises": (lambda seed: randn(seed) + randn(seed + 10_000), Fault.TWO_NOISES, ""),
    "half the spread": (lambda seed: 0.5 * randn(seed), Fault.SCALED, ""),
    "shifted": (lambda seed: randn(seed) + 0.3, Fault.SHIFTED, ""),
    "spread differs": (lambda seed: randn(seed) * (0.6 * randn(seed + 7)).exp(), Fault.HEAVY_TAILS, ""),
    "one noise for all calls": (lambda seed: randn(seed, 1, 16, 14).expand(SHAPE), Fault.REPEATED, "call"),
    "one noise for all images": (lambda seed: randn(seed, 12, 1, 14).expand(SHAPE), Fault.REPEATED, "image"),
    "one for all dimensions": (lambda seed: randn(seed, 12, 16, 1).expand(SHAPE), Fault.REPEATED, "latent dimension"),
    "half of the batch repeated": (lambda seed: randn(seed, 12, 8, 14).repeat(1, 2, 1), Fault.REPEATED, "image"),
    "mirrored images": (
        lambda seed: torch.cat([randn(seed, 12, 8, 14), -randn(seed, 12, 8, 14)], 1),
        Fault.REPEATED,
        "image",
    ),
    "a part shared by the batch": (
        lambda seed: 0.9 * randn(seed) + math.sqrt(0.19) * randn(seed + 10_000, 12, 1, 14),
        Fault.REPEATED,
        "image",
    ),
}


@pytest.mark.parametrize("noise", RIGHT.values(), ids=RIGHT)
def test_right_noise_passes_on_every_seed(noise):
    assert [seed for seed in range(150) if find_fault(noise(seed), AXES)] == []


@pytest.mark.parametrize(("noise", "fault", "axis"), WRONG.values(), ids=WRONG)
def test_wrong_noise_is_named_on_every_seed(noise, fault, axis):
    findings = [find_fault(noise(seed), AXES) for seed in range(20)]
    assert {(finding.fault, finding.axis) for finding in findings} == {(fault, axis)}


def test_a_scalar_draw_is_reported_as_shared_noise():
    finding = find_fault(randn(0, 12, 1, 1).expand(SHAPE), AXES)
    assert finding.fault is Fault.REPEATED
    assert finding.axis in ("image", "latent dimension")


def test_weak_sharing_is_seen_by_no_pair_but_by_the_mean():
    values = math.sqrt(0.96) * randn(1, 60, 50, 7) + math.sqrt(0.04) * randn(2, 60, 1, 7)
    assert abs(statistics.largest_correlation(values, 1)[1]) < statistics.SIX_SIGMA
    assert statistics.common_part_z(values, 1) > statistics.SIX_SIGMA


@pytest.mark.parametrize(
    "z",
    [
        statistics.mean_z,
        statistics.variance_z,
        lambda values: statistics.common_part_z(values, 0),
        lambda values: statistics.common_part_z(values, 1),
    ],
    ids=["mean", "variance", "common part along the rows", "common part along the columns"],
)
def test_scores_are_standard_errors(z):
    """Over right noise, the score of each test is itself standard normal: six of them are what they claim to be."""
    scores = torch.tensor([z(randn(seed, 12, 30)) for seed in range(1500)])
    assert abs(statistics.mean_z(scores)) < statistics.SIX_SIGMA
    assert abs(statistics.variance_z(scores)) < statistics.SIX_SIGMA


def test_stated_rates_are_those_of_the_bounds():
    tail = 2 * torch.special.ndtr(torch.tensor(-statistics.SIX_SIGMA, dtype=torch.float64)).item()
    assert tail <= statistics.P_SIX_SIGMA
    assert 2 * math.exp(-2 * statistics.KS_BOUND**2) <= statistics.P_KS
    assert statistics.P_KS + (4 + 2 * 4) * statistics.P_SIX_SIGMA <= statistics.P_STANDARD_NORMAL


def test_largest_correlation_is_rarely_beyond_two_standard_errors():
    """The bound over all pairs is an upper one: fewer than the 4.6 % of a single exact test lie beyond 2."""
    beyond = sum(abs(statistics.largest_correlation(randn(seed, 20, 40), 0)[1]) > 2 for seed in range(1000))
    assert beyond < 46


def test_extremes_hold_for_a_million_draws():
    low, high = statistics._extremes(1_000_000)
    assert low < randn(3, 1_000_000).abs().max().item() < high
    assert statistics._extremes(5)[0] == 0


def test_kolmogorov_smirnov_by_hand():
    """Two points at the quartiles of [0, 1]: the empirical distribution is off by 1/4 everywhere that counts."""
    assert statistics.ks_uniform(torch.tensor([0.25, 0.75]), 0, 1) == pytest.approx(0.25 * math.sqrt(2))


def test_two_samples_of_one_distribution_agree():
    scores = [statistics.ks_of_two(randn(seed, 100), randn(seed + 10_000, 80)) for seed in range(300)]
    assert max(scores) < statistics.KS_BOUND
    assert statistics.ks_of_two(torch.zeros(60), torch.zeros(70)) < 1e-9


def test_two_samples_of_different_distributions_do_not():
    assert statistics.ks_of_two(randn(0, 200), randn(1, 200) + 1) > statistics.KS_BOUND
    assert statistics.ks_of_two(torch.zeros(50), randn(1, 50)) > statistics.KS_BOUND / 2
    assert statistics.ks_of_two(torch.zeros(2), torch.ones(2)) == 1


def test_message_names_the_mistake():
    with pytest.raises(CheckFailed, match="randn") as caught:
        assert_standard_normal(rand(0), AXES)
    assert caught.value.mistake == "R1"


def test_message_names_the_axis():
    with pytest.raises(CheckFailed, match="the same for different images") as caught:
        assert_standard_normal(randn(0, 12, 1, 14).expand(SHAPE), AXES)
    assert caught.value.mistake == "R8"


def test_known_mistake_goes_before_the_general_sentence():
    with pytest.raises(CheckFailed, match="you used its square") as caught:
        assert_standard_normal(
            0.03 * randn(0), AXES, known={"D2: std is the standard deviation; you used its square": (0, 0.03)}
        )
    assert caught.value.mistake == "D2"


def test_right_noise_raises_nothing():
    assert_standard_normal(randn(0), AXES)


def test_wrong_number_of_names_is_an_error_of_the_author():
    with pytest.raises(ValueError, match="dimensions"):
        find_fault(randn(0), ("call", "image"))
