"""Baselines and figures of this notebook. Nothing here has to be changed; reading it is welcome."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
import torch
from baselines import PCA, cross_entropy, print_baselines, squared_error
from digits import Digits, choose_device, load_mnist
from figures import dashed, plot_epochs, show_rows, show_strip, subplots
from torch import Tensor

__all__ = ["choose_device", "load_mnist", "plot_epochs", "print_baselines", "show_rows", "show_strip"]

# --- what a number is worth


def denoising_baselines(digits: Digits, noisy_test: Tensor, std: float = 0.3) -> dict[str, float]:
    """Squared error per test image of denoisers that learn nothing, or only linearly."""
    clean, pca = digits.test_images, PCA(digits.train_images)
    # Each component is worth keeping while it carries more variance than the noise.
    k = max(int((pca.variances > std**2).sum()), 1)
    return {
        "leave the noise in": squared_error(noisy_test, clean),
        "all black": squared_error(torch.zeros(()), clean),
        "best constant": squared_error(digits.train_images.mean(), clean),
        "mean image": squared_error(digits.train_images.mean(0), clean),
        f"PCA, {k} components": squared_error(pca.project(noisy_test, k).clamp(0, 1), clean),
    }


def reconstruction_baselines(digits: Digits, k: int = 16) -> dict[str, float]:
    """Binary cross-entropy per test image, in nats, of guesses without a network; no model gets below the last
    line.
    """
    test = digits.test_images
    return {
        "best constant": cross_entropy(digits.train_images.mean(), test),
        "mean image": cross_entropy(digits.train_images.mean(0), test),
        f"PCA, {k} components": cross_entropy(PCA(digits.train_images).project(test, k), test),
        "the picture itself": cross_entropy(test, test),
    }


def compare_with_sheet(ours: Sequence[float], printed: Sequence[float], digits: Digits) -> None:
    """Our test loss after each epoch beside the figures that were printed with this exercise, which are for the
    full MNIST.
    """
    print("epoch      ours   printed")
    for epoch, (our, their) in enumerate(zip_longest(ours, printed, fillvalue=float("nan")), start=1):
        print(f"{epoch:>5}{our:>10.2f}{their:>10.2f}".replace("nan", "  –"))
    if not digits.is_mnist:
        print("The printed figures are for MNIST's 60 000 pictures: with other data the columns cannot be compared.")


# --- figures


def show_one_of_each(digits: Digits, per_class: int = 3):
    """A few training pictures of every digit, one column a digit."""
    columns = [digits.train_images[digits.train_labels == label][:per_class] for label in range(10)]
    rows = torch.stack(columns, dim=1)
    return show_rows({f"{i + 1}": row for i, row in enumerate(rows)}, above=range(10))


def plot_elbo(log: np.ndarray, baselines: dict[str, float]):
    """Three curves over batches: -ELBO, reconstruction, KL, from the array (n, 4) that training returns."""
    figure, axis = subplots(figsize=(7.5, 3.8))
    for column, name in enumerate(("−ELBO", "reconstruction", "KL"), start=1):
        axis.plot(log[:, 0], log[:, column], label=name)
    dashed(axis, baselines)
    axis.set(xlabel="batch", ylabel="nats per image", ylim=(0, 1.15 * max(baselines.values())))
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def plot_latent(mu: Tensor, labels: Tensor, title: str):
    """Scatter of two-dimensional codes, coloured by digit; the circle holds 86 % of the prior N(0, I)."""
    from matplotlib.patches import Circle

    figure, axis = subplots(figsize=(5.4, 4.6))
    points = axis.scatter(*np.asarray(mu).T, c=np.asarray(labels), s=8, cmap="tab10", vmin=-0.5, vmax=9.5)
    axis.add_patch(Circle((0, 0), 2, fill=False, linestyle="--", color="grey"))
    figure.colorbar(points, ticks=range(10))
    axis.set(title=title, xlabel="mean of $z_1$", ylabel="mean of $z_2$")
    axis.set_aspect("equal", adjustable="datalim")
    return figure


def plot_kl_per_dimension(mu: Tensor, std: Tensor):
    """Where the code keeps its information: spread of the means over the pictures, and the mean sigma, per dimension.

    mu, std: (N, latent_feature). A dimension that is not used has means near 0 and sigma near 1.
    """
    figure, axis = subplots(figsize=(9, 2.6))
    place = np.arange(mu.shape[1])
    axis.bar(place - 0.2, mu.std(0).cpu().numpy(), width=0.4, label="spread of the means")
    axis.bar(place + 0.2, std.mean(0).cpu().numpy(), width=0.4, label="mean sigma")
    axis.set(xlabel="latent dimension", xticks=place)
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


@torch.no_grad()
def plot_manifold(vae, steps: int = 15):
    """The pictures of a two-dimensional latent space, at codes that cut the prior N(0, 1) of each axis into
    equal parts.
    """
    device = next(vae.parameters()).device
    quantiles = torch.special.ndtri((torch.arange(steps) + 0.5) / steps)
    codes = torch.cartesian_prod(quantiles.flip(0), quantiles).flip(1).to(device)
    pictures = vae.eval().decoder(codes).cpu().view(steps, steps, 28, 28)
    figure, axis = subplots(figsize=(6, 6))
    axis.imshow(pictures.permute(0, 2, 1, 3).reshape(28 * steps, 28 * steps).numpy(), cmap="gray", vmin=0, vmax=1)
    axis.set(xticks=[], yticks=[], xlabel="$z_1$ from low to high", ylabel="$z_2$ from low to high")
    return figure
