"""Stand-ins, laws and a short training that public checks of this notebook share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import torch
import torch.nn.functional as F
from figures import subplots
from torch import Tensor, nn
from verdicts import Line, holds


def learns(losses: Sequence[float], model: nn.Module, start: nn.Module) -> Iterator[Line]:
    """After a training: the loss fell, the model that was passed has changed, and it was in training mode."""
    pairs = zip(model.parameters(), start.parameters(), strict=True)
    moved = all(not torch.equal(now, before) for now, before in pairs)
    yield holds("every parameter of the model that is passed has moved", moved, "Does the optimizer hold them all?")
    first, last = (sum(part) / len(part) for part in (losses[:3], losses[-3:]))
    hint = f"Its mean over three batches went from {first:.4f} to {last:.4f}. Are old gradients cleared?"
    yield holds("the loss falls", last < 0.8 * first, hint)
    yield holds("the model is in training mode", model.training, "model.train() before the loop.")


def resolutions(model: nn.Module, inputs: Tensor, kind: type[nn.Module]) -> list[tuple[int, ...]]:
    """The shape per picture that each layer of a kind gives, in the order of a forward pass."""
    found: list[tuple[int, ...]] = []
    parts = [part for part in model.modules() if isinstance(part, kind)]
    hooks = [part.register_forward_hook(lambda _, __, output: found.append(tuple(output.shape[1:]))) for part in parts]
    with torch.no_grad():
        model(inputs)
    for hook in hooks:
        hook.remove()
    return found


def kl_curve(kl: Callable[[Tensor, Tensor], Tensor]):
    """KL of one latent number as the student computes it, over the mean and over log sigma: both touch 0 at 0."""
    figure, axes = subplots(1, 2, figsize=(7, 2.4), sharey=True)
    zero = torch.zeros(1, 1)
    curves = {
        "mean": (torch.linspace(-3, 3, 41), lambda x: kl(x, zero)),
        "log sigma": (torch.linspace(-2, 1.5, 41), lambda x: kl(zero, x)),
    }
    for axis, (name, (grid, of)) in zip(axes, curves.items(), strict=True):
        axis.plot(grid.numpy(), [float(of(x.view(1, 1))) for x in grid])
        axis.axhline(0, color="grey", linewidth=1, linestyle="--")
        axis.set(xlabel=name, ylim=(-1.5, 9))
    axes[0].set_ylabel("your KL of one number")
    return figure


# --- stand-ins


class MarkedModel(nn.Module):
    """A model whose decoder remembers the codes that it is given, and its mode."""

    def __init__(self):
        super().__init__()
        self.decoder = _Remembering()


class _Remembering(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.codes: list[Tensor] = []
        self.modes: list[bool] = []

    def forward(self, codes):
        self.codes.append(codes.detach())
        self.modes.append(self.training)
        return torch.sigmoid(self.scale * codes.mean(dim=1)).view(-1, 1, 1, 1).expand(-1, 1, 28, 28)


def cross_batches(*sizes: int) -> list[tuple[Tensor, Tensor]]:
    """Batches of slightly noisy pictures of one cross, which a model learns within a few steps, with labels."""
    cross = torch.full((1, 28, 28), 0.1)
    cross[0, 12:16, 4:24], cross[0, 4:24, 12:16] = 0.9, 0.9
    return [((cross + 0.05 * torch.randn(size, 1, 28, 28)).clamp(0, 1), torch.zeros(size)) for size in sizes]


class TinyAutoencoder(nn.Module):
    """From pictures to pictures through three numbers; BatchNorm tells training from evaluation."""

    def __init__(self):
        super().__init__()
        self.encoder = _encoder(3)
        self.decoder = nn.Sequential(nn.Linear(3, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))

    def forward(self, images):
        return self.decoder(self.encoder(images))


def _encoder(size: int) -> nn.Sequential:
    """To small codes, so that the picture is learned by the decoder's bias, within a few steps and on any seed."""
    norm = nn.BatchNorm1d(size)
    nn.init.constant_(norm.weight, 0.1)
    return nn.Sequential(nn.Flatten(), nn.Linear(784, size), norm)


class TinyVAE(TinyAutoencoder):
    """The same with the interface of the VAE and two latent numbers; its noise is 0, so that runs can be compared."""

    def __init__(self, beta: float):
        super().__init__()
        self.encoder = _encoder(4)
        self.decoder = nn.Sequential(nn.Linear(2, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))
        self.beta = beta

    def forward(self, images):
        q = self.encoder(images)
        return {"q": q, "rec": self.decoder(q[:, :2])}

    def loss(self, images, outputs):
        squares = outputs["q"].pow(2).sum(dim=1).mean()  # not a KL: what counts is that it is used
        error = F.mse_loss(outputs["rec"], images)
        return error + self.beta * squares, {"rec_loss": error, "kl_loss": squares}


# --- what a beta does


def short_training(beta: float, steps: int = 150) -> tuple[float, float, float]:
    """Trains a tiny VAE for a moment on soft patterns; (reconstruction loss, KL, loss of the mean picture)."""
    generator = torch.Generator().manual_seed(7)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    patterns = torch.linalg.qr(F.interpolate(normal(5, 1, 5, 5), size=(14, 14), mode="bicubic").flatten(1).T).Q.T
    pictures = torch.sigmoid(31 * normal(steps, 48, 5) @ patterns)
    shapes = ((196, 40), (40, 20), (10, 40), (40, 196))
    weights = [(0.7 / math.sqrt(shape[0]) * normal(*shape)).requires_grad_() for shape in shapes]
    optimizer = torch.optim.Adam(weights, lr=5e-3)
    log = []
    for x in pictures:
        mean, log_sigma = (torch.relu((x - 0.5) @ weights[0]) @ weights[1]).chunk(2, dim=1)
        z = mean + log_sigma.exp() * normal(*mean.shape)
        error = F.mse_loss(torch.sigmoid(torch.relu(z @ weights[2]) @ weights[3]), x)
        kl = (((2 * log_sigma).exp() + mean**2 - 1) / 2 - log_sigma).sum(dim=1).mean()
        for weight, gradient in zip(weights, torch.autograd.grad(error + beta * kl, weights), strict=True):
            weight.grad = gradient
        optimizer.step()
        log.append((error.item(), kl.item()))
    rec, kl = torch.tensor(log[-20:]).mean(dim=0).tolist()
    return rec, kl, float(pictures.flatten(0, 1).var(dim=0).mean())
