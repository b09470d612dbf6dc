"""Laws of noise that should be standard normal, for public checks, and its histogram."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from figures import subplots
from torch import Tensor
from verdicts import Line, holds

# A right solution is further off than this once in a billion trials.
SIGMAS = 6.0


def independent(eps: Tensor) -> Iterator[Line]:
    """eps: (calls, B, d), noise that should be N(0, 1) and independent along every axis."""
    for axis, what in enumerate(("call", "picture", "number")):
        rows = eps.movedim(axis, 0)[:2].flatten(1)
        correlation = float(torch.corrcoef(rows)[0, 1].nan_to_num(1.0))
        hint = f"The first two have correlation {correlation:.2f}. Draw new noise each time, in the shape of the input."
        yield holds(f"every {what} has its own noise", abs(correlation) < SIGMAS / math.sqrt(rows.shape[1]), hint)


def gaussian(eps: Tensor, known: dict[str, tuple[float, float]]) -> Iterator[Line]:
    """Mean 0, standard deviation 1, the shape of a Gaussian; `known`: hint to (mean, std) of a well-known mistake."""
    eps = eps.flatten()
    n, mean, std = len(eps), float(eps.mean()), float(eps.std())
    hint = f"mean {mean:.2f}, standard deviation {std:.2f}, in units of the standard deviation that was asked for."
    for words, (wrong_mean, wrong_std) in known.items():
        if abs(mean - wrong_mean) < 0.05 and abs(std / wrong_std - 1) < 0.05:
            hint = f"{hint} {words}"
    right = abs(mean) < SIGMAS / math.sqrt(n) and abs(std - 1) < SIGMAS / math.sqrt(2 * n)
    yield holds("the noise has the mean and the standard deviation asked for", right, hint)
    steps = torch.arange(1, n + 1) / n
    distance = float((torch.special.ndtr(((eps - mean) / std).double().sort().values) - steps).abs().max())
    yield holds(
        "and the shape of a Gaussian",
        math.sqrt(n) * distance < 3,
        "Look at the histogram: rand is flat, randn is a bell.",
    )


def histogram(eps: Tensor, label: str):
    """Histogram of noise over the density of N(0, 1)."""
    figure, axis = subplots(figsize=(7.5, 2.6))
    axis.hist(eps.flatten().clamp(-5, 5).numpy(), bins=60, range=(-5, 5), density=True, alpha=0.6, label=label)
    grid = np.linspace(-5, 5, 200)
    axis.plot(grid, np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi), color="black", label="N(0, 1)")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
