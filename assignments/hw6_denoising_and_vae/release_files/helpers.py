"""Data, baselines and figures for this notebook. Nothing here has to be changed; reading it is welcome."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

# --- the machine
# -----------------------------------------------------------------------------------------------------


def choose_device() -> torch.device:
    """The graphics card if torch can use one, otherwise the CPU; prints versions and the choice in one line."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    print(f"Python {platform.python_version()}, torch {torch.__version__}, running on {device}")
    return device


# --- data
# ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Digits:
    """Pictures of handwritten digits, float32 in [0, 1] of shape (N, 1, 28, 28), and their labels, int64 of
    shape (N,).
    """

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    is_mnist: bool = False

    def first_test_image(self, label: int) -> Tensor:
        """The first test picture of a digit, (1, 28, 28)."""
        return self.test_images[int(torch.nonzero(self.test_labels == label)[0])]


def load_mnist(download: bool | None = None) -> Digits:
    """MNIST from $DATA_ROOT or ./data, read by torchvision; without it scikit-learn's digits in the same format.

    download: fetch MNIST into ./data if it is not there; by default only if the environment has
    ASSIGNMENT_DOWNLOAD=1.
    """
    if os.environ.get("ASSIGNMENT_DATA") == "sample":
        return sample_digits()
    for root in (os.environ.get("DATA_ROOT"), "data"):
        if root and (digits := _read_mnist(Path(root))):
            print(
                f"MNIST from {root}: {len(digits.train_images)} training and {len(digits.test_images)} test pictures."
            )
            return digits
    wanted = os.environ.get("ASSIGNMENT_DOWNLOAD") == "1" if download is None else download
    if wanted and (digits := _read_mnist(Path("data"), download=True)):
        print(f"MNIST downloaded: {len(digits.train_images)} training and {len(digits.test_images)} test pictures.")
        return digits
    digits = embedded_digits()
    print(
        f"MNIST is neither in $DATA_ROOT nor in ./data: scikit-learn's digits stand in "
        f"({len(digits.train_images)} training and {len(digits.test_images)} test pictures)."
    )
    return digits


def _read_mnist(root: Path, download: bool = False) -> Digits | None:
    from torchvision.datasets import MNIST

    try:
        train, test = (MNIST(str(root), train=part, download=download) for part in (True, False))
    except (RuntimeError, OSError):  # not there, or no network
        return None
    images = [(part.data.unsqueeze(1).float() / 255, part.targets.long()) for part in (train, test)]
    return Digits(*images[0], *images[1], is_mnist=True)


def embedded_digits(copies: int = 12, n_test: int = 500, seed: int = 0) -> Digits:
    """scikit-learn's 1797 digits of 8x8 pixels, enlarged to 20x20 inside 28x28 as in MNIST.

    Each training picture is there `copies` times, shifted, turned and scaled a little differently; test pictures
    are untouched.
    """
    from sklearn.datasets import load_digits

    small, labels = load_digits(return_X_y=True)
    images = torch.from_numpy(small).float().view(-1, 1, 8, 8) / 16
    images = torch.nn.functional.interpolate(images, size=(20, 20), mode="bicubic").clamp(0, 1)
    images = torch.nn.functional.pad(images, (4, 4, 4, 4))
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(images), generator=generator)
    images, targets = images[order], torch.from_numpy(labels).long()[order]
    train = torch.cat([images[n_test:], *(_jitter(images[n_test:], generator) for _ in range(copies - 1))])
    return Digits(train, targets[n_test:].repeat(copies), images[:n_test], targets[:n_test])


def _jitter(images: Tensor, generator: torch.Generator) -> Tensor:
    """The same pictures, each turned by up to 10 degrees, scaled by up to 10 % and shifted by up to 2 pixels."""
    angle, scale, shift_x, shift_y = (torch.rand(4, len(images), generator=generator) * 2 - 1) * torch.tensor(
        [[np.pi / 18], [0.1], [2 / 14], [2 / 14]]
    )
    cos, sin = (1 + scale) * angle.cos(), (1 + scale) * angle.sin()
    matrices = torch.stack([cos, -sin, shift_x, sin, cos, shift_y], dim=1).view(-1, 2, 3)
    grid = torch.nn.functional.affine_grid(matrices, list(images.shape), align_corners=False)
    return torch.nn.functional.grid_sample(images, grid, align_corners=False)


def sample_digits(n_train: int = 80, n_test: int = 40, seed: int = 0) -> Digits:
    """A tiny synthetic stand-in, made in milliseconds: a bright bar for each label at its own place, and a
    little noise.
    """
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n_train + n_test) % 10
    images = 0.1 * torch.rand(len(labels), 1, 28, 28, generator=generator)
    for image, label in zip(images, labels.tolist(), strict=True):
        image[0, 2 * label + 2 : 2 * label + 8, 6:22] += 0.8
    return Digits(images[:n_train], labels[:n_train], images[n_train:], labels[n_train:])


# --- baselines: what a number is worth
# -------------------------------------------------------------------------------


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


def print_baselines(baselines: dict[str, float], unit: str) -> None:
    """One baseline a line, the worst first."""
    print(f"What it costs without a network ({unit}):")
    for name, value in baselines.items():
        print(f"  {name:<22}{value:8.2f}")


def compare_with_sheet(ours: Sequence[float], printed: Sequence[float], digits: Digits) -> None:
    """Our test loss after each epoch beside the figures that were printed with this exercise, which are for the
    full MNIST.
    """
    print("epoch      ours   printed")
    for epoch, (our, their) in enumerate(zip_longest(ours, printed, fillvalue=float("nan")), start=1):
        print(f"{epoch:>5}{our:>10.2f}{their:>10.2f}".replace("nan", "  –"))
    if not digits.is_mnist:
        print("The printed figures are for MNIST's 60 000 pictures: with other data the columns cannot be compared.")


# --- figures (each returns the matplotlib figure; pictures are (N, 1, 28, 28) in [0, 1]) ------------------------------


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


def show_one_of_each(digits: Digits, per_class: int = 3):
    """A few training pictures of every digit, one column a digit."""
    columns = [digits.train_images[digits.train_labels == label][:per_class] for label in range(10)]
    rows = torch.stack(columns, dim=1)
    return show_rows({f"{i + 1}": row for i, row in enumerate(rows)}, above=range(10))


def plot_epochs(train: Sequence[float], test: Sequence[float], baselines: dict[str, float], unit: str):
    """Loss over epochs: test losses start at epoch 0 (untrained), training losses at epoch 1; baselines are
    dashed.
    """
    figure, axis = subplots(figsize=(7, 3.6))
    if len(train):
        axis.plot(range(1, len(train) + 1), train, marker="o", label="train")
    axis.plot(range(len(test)), test, marker="o", label="test")
    _dashed(axis, baselines)
    axis.set(xlabel="epoch", ylabel=unit, yscale="log")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def plot_elbo(log: np.ndarray, baselines: dict[str, float]):
    """Three curves over batches: -ELBO, reconstruction, KL, from the array (n, 4) that training returns."""
    figure, axis = subplots(figsize=(7.5, 3.8))
    for column, name in enumerate(("−ELBO", "reconstruction", "KL"), start=1):
        axis.plot(log[:, 0], log[:, column], label=name)
    _dashed(axis, baselines)
    axis.set(xlabel="batch", ylabel="nats per image", ylim=(0, 1.15 * max(baselines.values())))
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def _dashed(axis, baselines: dict[str, float]) -> None:
    for index, (name, value) in enumerate(baselines.items()):
        axis.axhline(value, linestyle="--", linewidth=1, color=f"C{index + 4}", label=f"{name} ({value:.1f})")


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
