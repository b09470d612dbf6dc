"""Straight lines, and wrong ones that can be told from them and from each other."""

from __future__ import annotations

import itertools

import pytest
import torch

from autograder.checking.diagnosis import equals
from autograder.checking.interpolation import straight_line, wrong_lines


@pytest.mark.parametrize("shape", [(5,), (2, 3, 1)])
def test_the_line_has_both_ends_and_equal_steps(shape):
    first, last = torch.randn(shape), torch.randn(shape)
    line = straight_line(first, last, 7)
    assert line.shape == (7, *shape)
    torch.testing.assert_close(line[0], first)
    torch.testing.assert_close(line[-1], last)
    torch.testing.assert_close(line.diff(dim=0), ((last - first) / 6).expand(6, *shape))


def test_every_mistake_gives_something_else():
    torch.manual_seed(0)
    first, last = torch.randn(2, 6)
    lines = [straight_line(first, last, 7), *wrong_lines(first, last, 7).values()]
    assert all(line.shape == (7, 6) for line in lines)
    assert not any(equals(one, other) for one, other in itertools.combinations(lines, 2))
