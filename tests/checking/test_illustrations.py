"""Pictures beside failures: what they hold, and that no secret is among it."""

from __future__ import annotations

import math

import msgspec
import pytest
import torch

from autograder.checking.failure import CheckFailed, fail
from autograder.checking.illustrations import (
    BINS,
    Illustration,
    histogram,
    illustrated,
    layer_lists,
    loss_curve,
    steps_on_the_line,
)
from autograder.checking.interpolation import straight_line, wrong_lines
from autograder.checking.statistics import assert_standard_normal

START, END = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([4.0, -2.0, 5.0])


def steps(strip: torch.Tensor) -> list[float | None]:
    found = steps_on_the_line(strip, START, END, 11)
    assert found is not None
    return [place if place is None else round(place, 4) for place in found.yours]


def test_a_histogram_counts_every_value_once() -> None:
    values = torch.tensor([[0.0, 0.01, -4.4], [9.0, math.nan, -math.inf]])
    found = histogram(values)
    assert len(found.counts) == BINS
    assert (sum(found.counts), found.outside) == (3, 3)
    assert found.counts[BINS // 2] == 2


def test_right_steps_are_those_asked_for() -> None:
    found = steps_on_the_line(straight_line(START, END, 11), START, END, 11)
    assert found is not None
    assert found.yours == pytest.approx(found.asked, abs=1e-6)


@pytest.mark.parametrize(
    ("mistake", "first", "last"), [("I1:", 1.0, 0.0), ("I2:", 0.0, 0.9091), ("I22:", 0.0, 0.0), ("I17", 0.0, 1.0)]
)
def test_wrong_steps_lie_where_they_lie(mistake: str, first: float, last: float) -> None:
    [strip] = [line for key, line in wrong_lines(START, END, 11).items() if key.startswith(mistake)]
    found = steps(strip)
    assert (found[0], found[-1]) == (first, last)
    assert (None in found) == (mistake == "I17")  # an arc leaves the line between its ends


def test_what_has_no_steps_has_no_picture() -> None:
    assert steps_on_the_line(torch.zeros(11, 5), START, END, 11) is None
    assert steps_on_the_line(torch.zeros(100_000, 3), START, END, 11) is None
    assert steps(torch.full((2, 3), math.nan)) == [None, None]


def test_layers_are_compared_and_bounded() -> None:
    found = layer_lists(["Conv2d(1, 2)", "x\x1b[31m" + "y" * 500], ["Conv2d(1, 2)", "Linear(2, 3)", "Linear(3, 4)"])
    assert found is not None
    assert found.first == 1
    assert found.yours[1].startswith("x[31myyy")
    assert len(found.yours[1]) == 60
    assert len(layer_lists(["a"] * 1000, ["b"]).yours) == 40  # type: ignore[union-attr]
    assert layer_lists(["a", "b"], ["a", "b"]) is None
    assert layer_lists(["a"], ["a", "b"]).first == 1  # type: ignore[union-attr]


def test_a_curve_leaves_out_what_is_not_finite() -> None:
    found = loss_curve([3.0, 2.0, math.inf, math.nan], {"mean": 1.0, "none": math.nan}, "loss")
    assert found is not None
    assert (found.losses, found.baselines) == ((3.0, 2.0), {"mean": 1.0})
    assert loss_curve([math.nan, 1.0], {}, "loss") is None


def test_a_picture_is_made_only_for_a_failure_and_the_first_one_stays() -> None:
    with illustrated(lambda: pytest.fail("nothing failed")):
        pass
    inner, outer = layer_lists(["a"], ["b"]), layer_lists(["c"], ["d"])
    with pytest.raises(CheckFailed) as failure, illustrated(lambda: outer), illustrated(lambda: inner):
        fail("no")
    assert failure.value.illustration is inner


def test_a_failure_stays_a_failure_when_there_is_nothing_to_draw_yet() -> None:
    with pytest.raises(CheckFailed, match="no") as failure, illustrated(lambda: histogram(torch.cat([]))):
        fail("no")
    assert failure.value.illustration is None


def test_wrong_noise_comes_with_its_histogram() -> None:
    with pytest.raises(CheckFailed) as failure:
        assert_standard_normal(torch.rand(8, 30, 30))
    assert sum(failure.value.illustration.counts) == 8 * 30 * 30  # type: ignore[union-attr]


def test_every_kind_travels_as_json() -> None:
    for picture in (
        histogram(torch.randn(99)),
        layer_lists(["a"], ["b"]),
        steps_on_the_line(straight_line(START, END, 3), START, END, 3),
        loss_curve([2.0, 1.0], {"mean": 3.0}, "loss"),
    ):
        assert msgspec.json.decode(msgspec.json.encode(picture), type=Illustration) == picture
