"""The straight line between two codes or pictures in so many steps, and what the known mistakes make of it."""

from __future__ import annotations

import torch
from torch import Tensor


def straight_line(first: Tensor, last: Tensor, count: int) -> Tensor:
    """`count` equidistant points, both ends included, shape (count, *first.shape)."""
    alpha = torch.linspace(0, 1, count).reshape(-1, *[1] * first.dim())
    return (1 - alpha) * first + alpha * last


def wrong_lines(first: Tensor, last: Tensor, count: int) -> dict[str, Tensor]:
    """{"I1: sentence": the points of that mistake}, each of shape (count, *first.shape)."""
    ones = [1] * first.dim()
    alpha = torch.linspace(0, 1, count).reshape(-1, *ones)
    no_end, no_start = ((torch.arange(count) + shift).reshape(-1, *ones) / count for shift in (0, 1))
    inside = (torch.arange(1, count + 1) / (count + 1)).reshape(-1, *ones)
    angle = torch.acos(torch.cosine_similarity(first.flatten(), last.flatten(), dim=0))
    arc = (torch.sin((1 - alpha) * angle) * first + torch.sin(alpha * angle) * last) / torch.sin(angle)
    between = lambda a: (1 - a) * first + a * last  # noqa: E731
    return {
        "I1: it runs backwards, it should start at the first and end at the second": between(1 - alpha),
        "I2: it never reaches the second, the last step stops before it": between(no_end),
        "I2b: it does not start at the first": between(no_start),
        "I2c: it has only the points in between, both ends belong to it": between(inside),
        "I8: the weights do not add up to 1": alpha * first + alpha * last,
        "I8b: the second is added to the first, the weights of both must add up to 1": first + alpha * last,
        "I8c: the difference has the wrong sign": first + alpha * (first - last),
        "I9: the weight is a whole number, it must run from 0 to 1": between((count - 1) * alpha),
        "I9b: the steps are not of equal size": between(alpha**2),
        "I17: it is an arc, the task asks for a straight line": arc,
        "I22: it stands still at the first": between(0 * alpha),
        "I22b: it jumps from the first to the second": between((alpha >= 0.5).float()),
    }
