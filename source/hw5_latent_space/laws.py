"""Models and measurements that the public checks share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.utils.data import DataLoader, TensorDataset


class TinyAutoencoder(nn.Module):
    """A small autoencoder with BatchNorm that keeps a diary of what it was shown: (pictures, mode, gradients on)."""

    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Flatten(), nn.Linear(784, 12), nn.BatchNorm1d(12), nn.Tanh(), nn.Linear(12, 4))
        self.up = nn.Linear(4, 784)
        self.passes: list[tuple[int, bool, bool]] = []

    def encode(self, x: Tensor) -> Tensor:
        self.passes.append((len(x), self.training, torch.is_grad_enabled()))
        return self.down(x)

    def decode(self, z: Tensor) -> Tensor:
        return torch.sigmoid(self.up(z)).unflatten(-1, (1, 28, 28))

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


class Scripted(nn.Module):
    """A model whose validation losses are written down in advance; its only number counts the steps of `Counting`."""

    def __init__(self, losses: list[float], batches: int):
        super().__init__()
        self.clock = nn.Parameter(torch.zeros(()))
        self.losses, self.batches = losses, batches

    def encode(self, x: Tensor) -> Tensor:
        return x

    def decode(self, z: Tensor) -> Tensor:
        finished = round(self.clock.item()) // self.batches
        place = min(max(finished - 1, 0), len(self.losses) - 1)
        return z + self.losses[place] ** 0.5 + 0 * self.clock

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


class Counting(torch.optim.Optimizer):
    """An optimizer that adds one to every parameter at each step."""

    def __init__(self, parameters):
        super().__init__(parameters, {"lr": 1.0})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter += 1


class Waves(nn.Module):
    """An autoencoder of two numbers: where the brightest row and column are; it decodes to waves."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        across, down = torch.meshgrid(torch.linspace(0, 7, 28), torch.linspace(0, 7, 28), indexing="xy")
        self.register_buffer("paint", 4 * torch.stack([across.sin().flatten(), down.cos().flatten()]))
        self.register_buffer("rule", torch.stack([across.flatten(), down.flatten()], dim=1) / 784)

    def encode(self, x: Tensor) -> Tensor:
        codes = torch.tanh(self.scale * x.flatten(-3) @ self.rule)
        return (codes if not self.training else -codes).unflatten(-1, (2, 1, 1))

    def decode(self, z: Tensor) -> Tensor:
        return torch.sigmoid(torch.sin(4 * z.flatten(-3)) @ self.paint).unflatten(-1, (1, 28, 28))

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


def bars(count: int, seed: int = 0) -> Tensor:
    """Pictures (count, 1, 28, 28) of a bright bar at one of four places, and a little noise."""
    generator = torch.Generator().manual_seed(seed)
    images = 0.2 * torch.rand(count, 1, 28, 28, generator=generator)
    for number, image in enumerate(images):
        image[0, 6 * (number % 4) + 2 : 6 * (number % 4) + 6, 4:24] += 0.7
    return images


def loader(images: Tensor, batch_size: int) -> DataLoader:
    """Batches of (images, labels) in their order."""
    return DataLoader(TensorDataset(images, torch.arange(len(images)) % 4), batch_size=batch_size)


@contextmanager
def steps_of(model: nn.Module) -> Iterator[list[dict]]:
    """A list that gets an entry for each optimizer step: learning rate, mode, and the length of the gradient."""
    steps: list[dict] = []

    def record(optimizer, *_):
        gradients = [p.grad.flatten() for p in model.parameters() if p.grad is not None]
        steps.append(
            {
                "lr": optimizer.param_groups[0]["lr"],
                "training": model.training,
                "gradient": torch.cat(gradients).clone() if gradients else torch.zeros(0),
                "weights": [p.detach().clone() for p in model.parameters()],
            }
        )

    hook = register_optimizer_step_pre_hook(record)
    try:
        yield steps
    finally:
        hook.remove()


def gradient_of(model: nn.Module, weights: list[Tensor], images: Tensor) -> Tensor:
    """The gradient of the mean squared error on a batch, at these weights, as one vector."""
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), weights, strict=True):
            parameter.copy_(value)
    error = ((model.train()(images) - images) ** 2).mean()
    return torch.cat([g.flatten() for g in torch.autograd.grad(error, list(model.parameters()))])


def alike(first: Tensor, second: Tensor) -> bool:
    """Whether two gradients point the same way."""
    return len(first) == len(second) and bool(torch.cosine_similarity(first, second, dim=0) > 0.999)


def idle_parameters(model: nn.Module, images: Tensor) -> list[str]:
    """Names of the parameters that a backward pass from the reconstruction does not reach."""
    names, parameters = zip(*model.named_parameters(), strict=True)
    found = torch.autograd.grad(model.train()(images).sum(), parameters, allow_unused=True)
    return [name for name, gradient in zip(names, found, strict=True) if gradient is None]
