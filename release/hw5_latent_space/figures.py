"""Figures: each function returns the matplotlib figure; pictures are (N, 1, 28, 28) in [0, 1]."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor


def subplots(rows: int = 1, columns: int = 1, **options):
    """(figure, axes) as from pyplot, but closed, so that a notebook shows the figure once: where it is returned
    or displayed.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(rows, columns, layout="constrained", **options)
    plt.close(figure)
    return figure, axes


def show_rows(rows: dict[str, Tensor], above: Sequence[object] = ()):
    """Rows of pictures with a name each; `above` are the titles of the columns."""
    columns = max(len(images) for images in rows.values())
    size = (min(1.1 * columns + 1, 13), 1.15 * len(rows) + 0.3)
    figure, axes = subplots(len(rows), columns, figsize=size, squeeze=False)
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        for axis, image in zip(line, images.detach().cpu(), strict=False):
            axis.imshow(image.squeeze().numpy(), cmap="gray", vmin=0, vmax=1)
        for axis in line:
            axis.set(xticks=[], yticks=[])
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for axis, title in zip(axes[0], above, strict=False):
        axis.set_title(str(title), fontsize=9)
    return figure


def show_strip(images: Tensor, title: str):
    """An interpolation: eleven pictures in a row with their alpha above."""
    figure = show_rows({"": images}, above=[f"{alpha:.1f}" for alpha in np.linspace(0, 1, len(images))])
    figure.suptitle(title, fontsize=10)
    return figure


def plot_epochs(train: Sequence[float], test: Sequence[float], baselines: dict[str, float], unit: str):
    """Loss over epochs: test losses start at epoch 0 (untrained), training losses at epoch 1; baselines are
    dashed.
    """
    figure, axis = subplots(figsize=(7, 3.6))
    if len(train):
        axis.plot(range(1, len(train) + 1), train, marker="o", label="train")
    axis.plot(range(len(test)), test, marker="o", label="test")
    dashed(axis, baselines)
    axis.set(xlabel="epoch", ylabel=unit, yscale="log")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def dashed(axis, baselines: dict[str, float], decimals: int = 1) -> None:
    """A dashed line with its value for each baseline."""
    for index, (name, value) in enumerate(baselines.items()):
        axis.axhline(value, linestyle="--", linewidth=1, color=f"C{index + 4}", label=f"{name} ({value:.{decimals}f})")
