"""Stand-ins, measurements and pictures that several public checks share."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from digits import sample_digits
from helpers import show_pictures, subplots
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset
from verdicts import Line, holds


def sample_pictures(n: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Synthetic pictures in [-1, 1] (n, 1, 28, 28), a bright bar for each label, and their labels."""
    digits = sample_digits(n_train=n, n_test=10, seed=seed)
    return 2 * digits.train_images.clamp(0, 1) - 1, digits.train_labels


def loader(images: Tensor, labels: Tensor, batch_size: int, shuffle: bool = False) -> DataLoader:
    return DataLoader(TensorDataset(images, labels), batch_size=batch_size, shuffle=shuffle)


class TinyAutoencoder(nn.Module):
    """A stand-in with the interface of both autoencoders; BatchNorm makes the mode matter.

    It counts what it sees: (pictures, training mode, gradients on) for each pass.
    """

    def __init__(self, latent_dim: int = 3):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(784, 8, bias=False), nn.BatchNorm1d(8))
        self.to_code = nn.Linear(8, latent_dim)
        self.to_picture = nn.Linear(latent_dim, 784)
        self.passes: list[tuple[int, bool, bool]] = []

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        self.passes.append((len(images), self.training, torch.is_grad_enabled()))
        code = self.to_code(self.hidden(images.flatten(1)))
        return self.to_picture(code).view(-1, 1, 28, 28), code


class LabelledCodes(nn.Module):
    """A model whose codes tell which picture they are of: the brightness of the first pixel, three times.

    In training mode they depend on the batch.
    """

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        first = self.scale * images[:, :, 0, 0]
        first = first - first.mean() if self.training else first
        return images, torch.cat([first, first**2, first.sin()], dim=1)


def two_parts(result: object) -> Iterator[Line]:
    """Whether a model returned (reconstruction, code)."""
    two = isinstance(result, tuple | list) and len(result) == 2
    what = f"a tensor {tuple(result.shape)}" if isinstance(result, Tensor) else f"a {type(result).__name__}"
    hint = (
        f"It returned {what}. Beware: `a, b = model(x)` takes a single tensor apart along the batch, "
        "and with two pictures that goes unnoticed."
    )
    yield holds("forward returns two things: (reconstruction, code)", two, hint)


def shapes_are_right(model: nn.Module, sizes: tuple[int, ...], latent_dim: int) -> Iterator[Line]:
    """Shapes of both parts, for several batch sizes."""
    for size in sizes:
        with torch.no_grad():
            shapes = tuple(tuple(part.shape) for part in model(torch.rand(size, 1, 28, 28)))
        right = shapes == ((size, 1, 28, 28), (size, latent_dim))
        plural = "picture" if size == 1 else "pictures"
        yield holds(f"{size} {plural}: ({size}, 1, 28, 28) and ({size}, {latent_dim})", right, f"Yours are {shapes}.")


def gradients_reach_everything(model: nn.Module) -> Iterator[Line]:
    """Whether a step on the reconstruction would move every parameter."""
    images, _ = sample_pictures(10)
    ((model.train()(images)[0] - images) ** 2).mean().backward()
    idle = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    hint = f"The gradient does not reach {', '.join(idle[:3])}: is forward using it?"
    yield holds("every layer takes part in the reconstruction", not idle, hint)


def after_a_moment(model: nn.Module, steps: int = 40, rate: float = 3e-3):
    """What a model makes of five pictures after a few steps on them: a figure."""
    images, _ = sample_pictures(5)
    parameters = list(model.train().parameters())
    for _ in range(steps):
        loss = ((model(images)[0] - images) ** 2).mean()
        for parameter, slope in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.data -= rate * slope.sign()  # a step of one size for all: the simplest thing that works here
    figure = show_pictures({"five pictures": images, f"yours after\n{steps} steps": model.eval()(images)[0]})
    figure.suptitle(
        f"mean squared error {loss.item():.3f} (mean image: {images.var(0, False).mean():.3f})", fontsize=10
    )
    return figure


def lines_of_pixels(shares: Tensor, pixels: Tensor):
    """Some pixels (steps, n) of the reconstructions of mixtures of two pictures: straight lines, if linear."""
    figure, axis = subplots(figsize=(6, 2.6))
    axis.plot(shares.numpy(), pixels.numpy(), marker=".")
    axis.set(xlabel="share of the first picture", ylabel="a pixel of the reconstruction")
    return figure
