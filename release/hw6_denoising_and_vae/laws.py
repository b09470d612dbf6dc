"""Laws, measurements and pictures that several public checks share."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from helpers import subplots
from torch import Tensor, nn
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


def reduction(ratio: float, batch: int, per_picture: int) -> str:
    """What a factor between a loss and the right one usually means."""
    known = {1 / batch: "You averaged over the batch.", 1 / per_picture: "You averaged over the pixels or dimensions."}
    known |= {1 / (batch * per_picture): "You averaged over everything.", -1.0: "The sign is wrong."}
    known |= {0.5: "A factor 2 is missing.", 2.0: "There is a factor 2 too many."}
    return next((words for factor, words in known.items() if math.isclose(ratio, factor, rel_tol=1e-3)), "")


def kl_curve(kl):
    """KL of one latent number as the student computes it, over mu and over log_var: both curves touch 0 at 0."""
    figure, axes = subplots(1, 2, figsize=(7, 2.4), sharey=True)
    grid, zero = torch.linspace(-3, 3, 61), torch.zeros(1, 1)
    over_mu = [float(kl(x.view(1, 1), zero)) for x in grid]
    over_log_var = [float(kl(zero, x.view(1, 1))) for x in grid]
    for axis, values, name in zip(axes, (over_mu, over_log_var), ("mu", "log_var"), strict=True):
        axis.plot(grid.numpy(), values)
        axis.axhline(0, color="grey", linewidth=1, linestyle="--")
        axis.set(xlabel=name, ylim=(-1.5, 9))
    axes[0].set_ylabel("your KL of one number")
    return figure


def layers(model: nn.Module, images: Tensor) -> str:
    """The layers in the order in which a forward pass meets them: kind, output shape, number of parameters."""
    rows: list[str] = []

    def record(module, _, output):
        shape = tuple(output.shape[1:]) if isinstance(output, Tensor) else ""
        rows.append(f"{type(module).__name__:<18}{shape!s:<16}{sum(p.numel() for p in module.parameters()):>9,}")

    handles = [part.register_forward_hook(record) for part in model.modules() if not list(part.children())]
    with torch.no_grad():
        model(images)
    for handle in handles:
        handle.remove()
    total = sum(parameter.numel() for parameter in model.parameters())
    return "\n".join(["layer, output per picture, parameters", *rows, f"{'in all':<34}{total:>9,}"])


def without_gradient(model: nn.Module) -> list[str]:
    """Names of the parameters that a backward pass did not reach."""
    return [name for name, parameter in model.named_parameters() if parameter.grad is None]


def make_vae(VAE, latent_feature: int):
    """A VAE of the student's in evaluation mode; while `__init__` is open, one without layers."""
    try:
        return VAE(latent_feature=latent_feature).eval()
    except NotImplementedError:
        vae = VAE.__new__(VAE)
        nn.Module.__init__(vae)
        return vae


def with_sampling(vae):
    """The same model; while `reparameterize` is open, one whose samples are the means."""
    try:
        vae.reparameterize(torch.zeros(1, 1), torch.zeros(1, 1))
    except NotImplementedError:
        vae.reparameterize = lambda mu, log_var: mu
    return vae


def on_the_line(steps: Tensor, first: Tensor, last: Tensor, what: str) -> Iterator[Line]:
    """First, last and middle of eleven steps."""
    reversed_hint = (
        "Your strip runs backwards: alpha = 1 is the second one." if torch.allclose(steps[0], last, atol=1e-4) else ""
    )
    hint = reversed_hint or f"The first {what} must be the first argument: alpha = 0."
    yield holds(f"starts at the first {what}", torch.allclose(steps[0], first, atol=1e-4), hint)
    hint = reversed_hint or f"The last {what} must be the second argument: alpha = 1."
    yield holds(f"ends at the second {what}", torch.allclose(steps[-1], last, atol=1e-4), hint)


class TinyVAE(nn.Module):
    """A stand-in with the interface of the VAE: two latent numbers, dropout, and codes without any noise."""

    def __init__(self):
        super().__init__()
        self.means, self.spreads, self.pictures = nn.Linear(784, 2), nn.Linear(784, 2), nn.Linear(2, 784)
        self.dropout = nn.Dropout(0.5)

    def encoder(self, images):
        flat = self.dropout(images.flatten(1))
        return self.means(flat), self.spreads(flat), self.means(flat)

    def decoder(self, codes):
        return torch.sigmoid(self.pictures(torch.sin(2 * codes))).view(*codes.shape[:-1], 1, 28, 28)

    def forward(self, images):
        means, spreads, codes = self.encoder(images)
        return self.decoder(codes), means, spreads
