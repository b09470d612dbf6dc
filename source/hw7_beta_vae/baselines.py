"""What a number is worth: losses of guesses that learn nothing, or only linearly."""

from __future__ import annotations

import torch
from torch import Tensor


def squared_error(guess: Tensor, images: Tensor) -> float:
    """Squared error per image: summed over the pixels, averaged over the pictures."""
    return float(((guess - images) ** 2).flatten(1).sum(1).mean())


def cross_entropy(guess: Tensor, images: Tensor) -> float:
    """Binary cross-entropy per image in nats; guesses are kept 0.01 away from 0 and 1, where one wrong pixel
    costs infinity.
    """
    guess = guess.expand_as(images).clamp(0.01, 0.99)
    return float(torch.nn.functional.binary_cross_entropy(guess, images, reduction="sum")) / len(images)


class PCA:
    """Principal components of the training pictures; `project` keeps the first k of them."""

    def __init__(self, images: Tensor):
        flat = images.flatten(1)
        self.mean = flat.mean(0)
        centred = flat - self.mean
        variances, axes = torch.linalg.eigh(centred.T @ centred / len(flat))
        self.variances, self.axes = variances.flip(0).clamp(min=0), axes.flip(1)

    def project(self, images: Tensor, k: int) -> Tensor:
        axes = self.axes[:, :k]
        return (self.mean + (images.flatten(1) - self.mean) @ axes @ axes.T).view_as(images)


def print_baselines(baselines: dict[str, float], unit: str, decimals: int = 2) -> None:
    """One baseline a line, the worst first."""
    print(f"What it costs without a network ({unit}):")
    for name, value in baselines.items():
        print(f"  {name:<22}{value:8.{decimals}f}")
