"""A wrong result is named when it equals that of a known mistake, and only then."""

from __future__ import annotations

import math

import pytest
import torch

from autograder.checking import diagnosis, tolerances

WANT = torch.tensor([1.0, -2.0, 3.0])
KNOWN = {"A1: reversed": WANT.flip(0), "A2: squared": WANT**2}


def test_by_value_names_the_mistake_that_fits():
    assert diagnosis.by_value(WANT**2, KNOWN, WANT) == ("A2", "squared")


@pytest.mark.parametrize("got", [WANT + 1, WANT[:2], torch.full((3,), math.nan)])
def test_by_value_names_nothing_when_nothing_fits(got):
    assert diagnosis.by_value(got, KNOWN, WANT) is None


def test_a_mistake_that_gives_the_right_result_says_nothing():
    assert diagnosis.by_value(WANT, {"A3: harmless here": WANT.clone()}, WANT) is None


@pytest.mark.parametrize("factor", [-1.0, 0.5, 2.0, 1 / 784, 0.0])
def test_ratio_finds_the_factor(factor):
    assert diagnosis.ratio(WANT * factor, WANT) == pytest.approx(factor)


@pytest.mark.parametrize("got", [WANT + 1, WANT / 0, WANT[:1], WANT * 0 + math.nan])
def test_ratio_of_something_else(got):
    assert diagnosis.ratio(got, WANT) is None


def test_ratio_to_zero_is_none():
    assert diagnosis.ratio(WANT, torch.zeros(3)) is None


def test_reductions_are_told_apart():
    factors = diagnosis.reductions(5, 784, "K12", "K13", "K19", "pixels")
    names = [diagnosis.by_ratio(WANT * factor, WANT, factors).mistake for factor in factors.values()]
    assert names == ["K12", "K13", "K19"]
    assert diagnosis.by_ratio(WANT, WANT, factors) is None


def test_cosine():
    assert diagnosis.cosine([WANT, WANT], [2 * WANT, 2 * WANT]) == pytest.approx(1)
    assert diagnosis.cosine([WANT], [WANT * 0]) == 0
    assert math.isnan(diagnosis.cosine([WANT / 0], [WANT]))


def test_tolerances_grow_with_coarser_types_and_on_a_gpu():
    order = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
    values = [tolerances.for_values(dtype).relative for dtype in order]
    assert values == sorted(values)
    assert all(tolerances.for_gradients(dtype).relative > tolerances.for_values(dtype).relative for dtype in order)
    assert tolerances.for_values(torch.float32, "cuda").relative > tolerances.for_values(torch.float32).relative


def test_whole_numbers_are_exact():
    assert tolerances.for_values(torch.int64).of(torch.tensor([1000.0])) == 0


def test_tolerance_scales_with_the_largest_entry():
    tolerance = tolerances.for_values()
    assert tolerance.of(100 * WANT) > 50 * tolerance.of(WANT)
    assert tolerance.of(torch.zeros(0)) == tolerance.absolute


def test_the_coarser_type():
    assert tolerances.coarser(torch.float64, torch.float32) == torch.float32
    assert tolerances.coarser(torch.bfloat16, torch.float32) == torch.bfloat16
