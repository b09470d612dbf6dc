"""Data, baselines and figures of this notebook. Nothing here has to be changed; reading it is welcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import digits as shared_digits
import numpy as np
import torch
from baselines import PCA
from digits import Digits, choose_device
from figures import show_rows, subplots
from torch import Tensor

__all__ = ["choose_device", "show_rows"]

COPIES = 2  # of each of the digits that stand in for MNIST: forty epochs in two minutes
SMOOTH = 50  # iterations in a running mean
USED = 0.05  # nats: what a latent dimension that says something about the picture costs at least


def load_mnist(download: bool | None = None) -> Digits:
    """MNIST from $DATA_ROOT or ./data; without it scikit-learn's digits in the same format. `download` fetches it."""
    return shared_digits.load_mnist(download, copies=COPIES)


# --- what a number is worth


def reconstruction_baselines(digits: Digits, nz: int) -> dict[str, float]:
    """Mean squared error per pixel on the test pictures, of guesses that learn nothing, or only linearly."""
    test, train = digits.test_images, digits.train_images

    def error(guess: Tensor) -> float:
        return float(((guess - test) ** 2).mean())

    pca = PCA(train)
    return {
        "best constant": error(train.mean()),
        "mean image": error(train.mean(0)),
        **{f"PCA, {k} components": error(pca.project(test, k)) for k in sorted({16, nz})},
    }


def print_baselines(baselines: Mapping[str, float]) -> None:
    """One baseline a line, the worst first."""
    print("What it costs without a network (mean squared error):")
    for name, value in baselines.items():
        print(f"  {name:<22}{value:8.4f}")


def last_mean(losses: Sequence[float], count: int = SMOOTH) -> float:
    """The mean of the last few iterations (at most a fifth of all): a single batch says little."""
    return float(np.mean(losses[-_few(losses, count) :]))


def _few(losses: Sequence[float], count: int = SMOOTH) -> int:
    return max(1, min(count, len(losses) // 5))


def compare_with_sheet(
    ours: Mapping[str, Sequence[float]], printed: Mapping[str, Mapping[int, float]], digits: Digits
) -> None:
    """Our losses beside the figures that were printed with this exercise, which are for the full MNIST."""
    for name, losses in ours.items():
        figures = printed.get(name, {})
        print(f"{name}: iteration, ours, printed")
        for iteration in sorted({0, 100, 1000, *figures}):
            their = f"{figures[iteration]:10.5f}" if iteration in figures else ""
            if iteration < len(losses):
                print(f"{iteration:>8}{losses[iteration]:>11.5f}{their}")
            elif their:
                print(f"{iteration:>8}          –{their}")
        print(f"    last{last_mean(losses):>11.5f}  (mean of {_few(losses)} iterations)")
    if printed and not digits.is_mnist:
        print("The printed figures are for MNIST's 60 000 pictures: with other data they cannot be compared.")


# --- figures (each returns the matplotlib figure; pictures are (N, 1, 28, 28) in [0, 1])


def _smoothed(losses: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Iterations and running means over them."""
    width = _few(losses)
    means = np.convolve(losses, np.ones(width) / width, mode="valid")
    return np.arange(len(means)) + width - 1, means


def _curve(axis, losses: Sequence[float], title: str, baselines: Mapping[str, float]) -> None:
    axis.plot(losses, color="C0", alpha=0.25, linewidth=0.7)
    axis.plot(*_smoothed(losses), color="C0")
    for index, (name, value) in enumerate(baselines.items()):
        axis.axhline(value, linestyle="--", linewidth=1, color=f"C{index + 1}", label=f"{name} ({value:.4f})")
    axis.set(title=title, xlabel="iteration")
    if baselines:
        axis.set_yscale("log")
        axis.legend(fontsize=8)


def plot_losses(losses: Sequence[float], baselines: Mapping[str, float], title: str):
    """A loss over iterations, with its running mean, baselines dashed."""
    figure, axis = subplots(figsize=(7, 3.4))
    _curve(axis, losses, title, baselines)
    return figure


def plot_vae_losses(rec_losses: Sequence[float], kl_losses: Sequence[float], baselines: Mapping[str, float]):
    """Both losses of a VAE over iterations."""
    figure, axes = subplots(1, 2, figsize=(11, 3.4))
    _curve(axes[0], rec_losses, "Reconstruction Loss", baselines)
    _curve(axes[1], kl_losses, "KL Loss (nats)", {})
    return figure


def plot_trade_off(found: Mapping[float, tuple[float, float]], baselines: Mapping[str, float]):
    """Reconstruction loss and KL for each beta that was tried, on logarithmic axes."""
    figure, axis = subplots(figsize=(6.5, 3.8))
    betas = sorted(found)
    recs, kls = zip(*(found[beta] for beta in betas), strict=True)
    axis.plot(np.maximum(kls, 1e-3), recs, marker="o")
    for beta, rec, kl in zip(betas, recs, kls, strict=True):
        axis.annotate(f"β = {beta:g}", (max(kl, 1e-3), rec), textcoords="offset points", xytext=(6, 5), fontsize=9)
    axis.axhline(baselines["mean image"], linestyle="--", linewidth=1, color="grey", label="mean image")
    axis.set(xscale="log", yscale="log", xlabel="KL (nats)", ylabel="reconstruction loss")
    axis.legend()
    return figure


def show_grid(images: Tensor, title: str, per_row: int = 4):
    """Pictures in a square, `per_row` in each row."""
    from torchvision.utils import make_grid

    figure, axis = subplots(figsize=(3.4, 3.6))
    grid = make_grid(images.detach().cpu().clamp(0, 1), nrow=per_row, padding=1, pad_value=0.5)
    axis.imshow(grid[0].numpy(), cmap="gray", vmin=0, vmax=1)
    axis.set(xticks=[], yticks=[], title=title)
    return figure


@torch.no_grad()
def show_reconstructions(model, images: Tensor):
    """Pictures above their reconstructions, in evaluation mode."""
    device = next(model.parameters()).device
    return show_rows({"picture": images, "reconstruction": model.eval().reconstruct(images.to(device))})


def show_vae(vae, rec_losses, kl_losses, samples: Tensor, digits: Digits, baselines: Mapping[str, float]) -> None:
    """The three figures of a VAE: curves, reconstructions of test pictures, samples."""
    from IPython.display import display

    title = f"samples, beta = {vae.beta:g}" if hasattr(vae, "beta") else "samples"
    display(plot_vae_losses(rec_losses, kl_losses, baselines))
    display(show_reconstructions(vae, digits.test_images[:5]))
    display(show_grid(samples, title))


@torch.no_grad()
def plot_kl_per_dimension(vae, images: Tensor, nz: int):
    """KL of each latent dimension in nats, the largest first: unused dimensions cost nothing."""
    device = next(vae.parameters()).device
    mean, log_sigma = vae.eval().encoder(images.to(device)).cpu().split(nz, dim=1)
    kl = (((2 * log_sigma).exp() + mean**2 - 1) / 2 - log_sigma).mean(0).sort(descending=True).values
    figure, axis = subplots(figsize=(8, 2.6))
    axis.bar(range(nz), kl.numpy())
    used = int((kl > USED).sum())
    axis.set(
        xlabel="latent dimension, by KL", ylabel="nats", title=f"{used} of {nz} dimensions hold more than {USED} nats"
    )
    return figure


def show_strips(strips: Mapping[str, Tensor], start: Tensor, end: Tensor, title: str):
    """Strips of decoded pictures, the two originals at their ends."""
    ends = start.unsqueeze(0), end.unsqueeze(0)
    rows = {name: torch.cat([ends[0], strip.detach().cpu(), ends[1]]) for name, strip in strips.items()}
    steps = len(next(iter(strips.values())))
    above = ["original", *(f"{alpha:.2f}" for alpha in np.linspace(0, 1, steps)), "original"]
    figure = show_rows(rows, above=above)
    figure.suptitle(title, fontsize=10)
    return figure
