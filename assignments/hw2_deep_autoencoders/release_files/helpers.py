"""Baselines and figures of this notebook. Nothing here has to be changed; reading it is welcome.

Flat pictures are (N, 784) in [-1, 1], pictures to be shown are (N, 1, 28, 28) in [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from baselines import PCA, print_baselines
from digits import Digits, choose_device, load_mnist
from figures import dashed, show_rows, subplots
from torch import Tensor

__all__ = ["choose_device", "load_mnist", "print_baselines", "show_rows"]

# --- what a number is worth


def mean_squared_error(guess: Tensor, flat: Tensor) -> float:
    """Averaged over pixels and pictures."""
    return float(((guess - flat) ** 2).mean())


def reconstruction_baselines(train: Tensor, test: Tensor, sizes: Sequence[int] = (10, 16, 32)) -> dict[str, float]:
    """Mean squared error on flat test pictures of guesses without a network; PCA is fitted to the training pictures."""
    pca = PCA(train)
    return {
        "all black": mean_squared_error(-torch.ones(()), test),
        "best constant": mean_squared_error(train.mean(), test),
        "mean image": mean_squared_error(train.mean(0), test),
        **{f"PCA, {k} components": mean_squared_error(pca.project(test, k), test) for k in sizes},
    }


def pca_bound(flat: Tensor, k: int) -> float:
    """The error of PCA on the very pictures it was fitted to: no linear model with k numbers gets below it."""
    return mean_squared_error(PCA(flat).project(flat, k), flat)


def compare_with_sheet(
    train_losses: Sequence[float],
    test_loss: float,
    printed: Mapping[int, float],
    printed_test: float,
    digits: Digits,
) -> None:
    """Our training losses beside those that the sheet printed after an epoch (counted from 0), and the test loss."""
    print(f"{'epoch':>8}{'ours':>10}{'printed':>10}")
    last = len(train_losses) - 1
    for epoch in sorted({*(epoch for epoch in printed if epoch < last), last}):
        theirs = f"{printed[epoch]:.4f}" if epoch in printed else "–"
        print(f"{epoch:>8}{train_losses[epoch]:>10.4f}{theirs:>10}")
    print(f"{'test':>8}{test_loss:>10.4f}{printed_test:>10.4f}")
    if not digits.is_mnist:
        print("The printed figures are for MNIST's 60 000 pictures: with other data the columns cannot be compared.")


def compare_models(losses: Mapping[str, tuple[int, float, float]], bound: float) -> None:
    """One line a model: {name: (parameters, training loss, test loss)}; `bound` is that of every linear model."""
    print(f"{'':<26}{'parameters':>12}{'train':>10}{'test':>10}")
    for name, (parameters, train, test) in losses.items():
        print(f"{name:<26}{parameters:>12,}{train:>10.4f}{test:>10.4f}")
    print(f"{'(PCA, 16 components)':<26}{'':>12}{bound:>10.4f}")


# --- figures


def show_grid(pictures: Tensor, title: str, columns: int = 10):
    """Pictures (N, 1, 28, 28) side by side, so many a row."""
    pictures = pictures.detach().cpu()
    rows = -(-len(pictures) // columns)
    canvas = torch.ones(rows * 30, columns * 30)
    for number, picture in enumerate(pictures):
        top, left = 30 * (number // columns) + 1, 30 * (number % columns) + 1
        canvas[top : top + 28, left : left + 28] = picture.squeeze()
    figure, axis = subplots(figsize=(0.7 * columns, 0.7 * rows + 0.3))
    axis.imshow(canvas.numpy(), cmap="gray", vmin=0, vmax=1)
    axis.set(title=title, xticks=[], yticks=[])
    return figure


def show_lambdas(pictures: Tensor, title: str, columns: int = 5):
    """An interpolation (n, 1, 28, 28), lambda from 0 to 1 above the pictures, so many a row."""
    rows = -(-len(pictures) // columns)
    figure, axes = subplots(rows, columns, figsize=(1.5 * columns, 1.75 * rows + 0.3), squeeze=False)
    values = torch.linspace(0, 1, len(pictures)).tolist()
    for axis in axes.flat:
        axis.axis("off")
    for axis, picture, value in zip(axes.flat, pictures.detach().cpu(), values, strict=False):
        axis.imshow(picture.squeeze().numpy(), cmap="gray", vmin=0, vmax=1)
        axis.set_title(f"lambda_val={value:.2f}", fontsize=9)
    figure.suptitle(title, fontsize=10)
    return figure


def plot_training(curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], baselines: Mapping[str, float]):
    """{name: (training losses, test losses)} over epochs, training dotted; test losses start untrained, at epoch 0.

    Baselines are dashed.
    """
    figure, axis = subplots(figsize=(8, 3.8))
    for index, (name, (train, test)) in enumerate(curves.items()):
        axis.plot(range(1, len(train) + 1), train, ":", color=f"C{index}", label=f"{name}, train")
        axis.plot(range(1, len(test)), test[1:], color=f"C{index}", label=f"{name}, test")
    dashed(axis, dict(baselines), decimals=4)
    axis.set(xlabel="epoch", ylabel="mean squared error per pixel", yscale="log")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
