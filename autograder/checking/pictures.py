"""Secret pictures that a small network learns within a few steps: two-toned blobs, a handful of kinds.

The mean of all kinds is a bad guess for each of them, so a model that learns nothing about its input is far off.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from autograder.checking.secret import Secret

LIGHT, DARK = 0.99, 0.01


def blobs(secret: Secret, kinds: int = 4, size: int = 28) -> torch.Tensor:
    """Smooth random shapes, half light and half dark: float32 (kinds, 1, size, size) in [0.01, 0.99]."""
    coarse = secret.normal(kinds, 1, 6, 6)
    fields = F.interpolate(coarse, size=(size, size), mode="bilinear")
    middle = fields.flatten(1).median(dim=1).values.reshape(-1, 1, 1, 1)
    return torch.where(fields > middle, LIGHT, DARK)


def with_one_changed(secret: Secret, count: int, place: int, size: int = 28) -> tuple[torch.Tensor, torch.Tensor]:
    """Grey pictures, and the same ones but for one, which is now far from grey: (count, 1, size, size) each.

    So different that it would stand out in any mean, norm or extreme taken over the batch.
    """
    pictures = secret.uniform(0.3, 0.7, count, 1, size, size)
    changed = pictures.clone()
    changed[place] = blobs(secret, 1, size)[0]
    return pictures, changed


def draw(secret: Secret, kinds: torch.Tensor, count: int) -> torch.Tensor:
    """`count` pictures of these kinds, each kind about as often."""
    chosen = [int(index) % len(kinds) for index in secret.permutation(max(count, len(kinds)))[:count]]
    return kinds[chosen]
