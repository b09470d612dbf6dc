"""Stand-ins, measurements and pictures that several public checks share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from digits import sample_digits
from helpers import show_rows, subplots
from torch import Tensor, nn
from verdicts import Line, holds, note


def is_module(model: object) -> Line:
    """Whether a model is one that PyTorch can train."""
    registered = isinstance(model, nn.Module) and any(True for _ in model.parameters())
    hint = "Make the layers in __init__, as attributes: PyTorch does not look into a plain list."
    return holds("is an nn.Module that knows its layers", registered, hint)


def shapes_are_right(model: nn.Module, into: int, code: int, out: int) -> Iterator[Line]:
    """Shapes of code and output, for several batch sizes."""
    for size in (1, 2, 7):
        with torch.no_grad():
            codes = model.encoder(torch.rand(size, into))
            shapes = [tuple(codes.shape), tuple(model.decoder(codes).shape), tuple(model(torch.rand(size, into)).shape)]
        hint = f"model.encoder(x), model.decoder(code) and model(x) have the shapes {shapes}."
        right = shapes == [(size, code), (size, out), (size, out)]
        yield holds(f"batch of {size}: code ({size}, {code}), output ({size}, {out})", right, hint)


def parameters_are(model: nn.Module, expected: int, what: str, hint: str) -> Line:
    """Whether a model has so many trainable numbers."""
    count = sum(parameter.numel() for parameter in model.parameters())
    return holds(f"{expected:,} parameters with {what}", count == expected, f"Yours has {count:,}. {hint}")


def scatter(model: nn.Module, gain: float) -> None:
    """Puts random numbers into all weights and biases, so large that every activation shows."""
    with torch.no_grad():
        for parameter in model.parameters():
            size = parameter[0].numel() if parameter.dim() > 1 else 1
            parameter.normal_(0, gain / size**0.5)


def bends(values: Tensor) -> bool:
    """Whether rows (steps, n) leave the straight line between the first and the last."""
    share = torch.linspace(0, 1, len(values))[:, None]
    straight = values[:1] + share * (values[-1:] - values[:1])
    return bool((values - straight).abs().max() > 1e-2 * values.abs().max())


def mixtures(n: int, steps: int = 25) -> tuple[Tensor, Tensor]:
    """Shares from -1 to 2, and inputs (steps, n) that are such mixtures of two."""
    shares = torch.linspace(-1, 2, steps)
    first, second = torch.rand(2, n) * 2 - 1
    return shares, torch.outer(shares, first) + torch.outer(1 - shares, second)


def lines_of_numbers(shares: Tensor, numbers: Tensor):
    """Some numbers (steps, n) of the outputs for mixtures of two pictures: straight lines, if linear."""
    figure, axis = subplots(figsize=(6, 2.6))
    axis.plot(shares.numpy(), numbers.numpy(), marker=".")
    axis.set(xlabel="share of the first picture", ylabel="a pixel of the output")
    return figure


def gradients_reach_everything(model: nn.Module, into: int) -> Line:
    """Whether a step on the reconstruction would move every parameter."""
    model.zero_grad()
    (model.train()(torch.rand(9, into)) ** 2).mean().backward()
    idle = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    return holds("every layer takes part", not idle, f"The gradient does not reach {', '.join(idle[:3])}.")


def after_a_moment(model: nn.Module, steps: int = 40, rate: float = 2e-3):
    """What a model makes of five synthetic pictures after a few steps on them: a figure."""
    images = sample_digits(n_train=5, n_test=10).train_images.clamp(0, 1)
    flat = 2 * images.flatten(1) - 1
    parameters = list(model.train().parameters())
    for _ in range(steps):
        error = ((model(flat) - flat) ** 2).mean()
        for parameter, slope in zip(parameters, torch.autograd.grad(error, parameters), strict=True):
            parameter.data -= rate * slope.sign()  # a step of one size for all: the simplest thing that works here
    made = model.eval()(flat).view(-1, 1, 28, 28) / 2 + 0.5
    figure = show_rows({"five pictures": images, f"yours after\n{steps} steps": made})
    figure.suptitle(f"mean squared error {error.item():.3f} (mean image: {flat.var(0, False).mean():.3f})", fontsize=10)
    return figure


def whole_numbers(sizes: object, count: int) -> Iterator[Line]:
    """Whether sizes are so many whole numbers from 1 up."""
    right = isinstance(sizes, tuple | list) and len(sizes) == count
    yield holds(f"is a tuple of {count} numbers, one a hidden layer", right, f"It is {sizes!r}: leave the pixels out.")
    if right:
        whole = all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in sizes)
        yield holds("whole numbers, 1 or more", whole, f"It is {sizes!r}.")


def sizes_are_sensible(sizes: Sequence[int], given: tuple[int, ...]) -> Iterator[Line]:
    """Other sizes than those of the run above, with a code that is one."""
    yield holds(
        f"other sizes than {given}", tuple(sizes) != given, "Change at least one, to have something to compare."
    )
    yield holds("the code, the last one, is smaller than a picture", sizes[-1] < 784, "Nothing is compressed here.")
    if min(sizes) < 4:
        yield note("very narrow: what is lost in such a layer is lost for good")
    if list(sizes) != sorted(sizes, reverse=True):
        yield note("the layers do not get narrower towards the code: is the order meant?")
    widths = [784, *sizes]
    ways = [*pairwise(widths)]
    count = sum(a * b + b for a, b in ways) + sum(a * b + a for a, b in ways)
    yield note(f"{count:,} parameters")


class Waves(nn.Module):
    """A stand-in whose two numbers of code are where a picture is bright; its decoder paints waves."""

    def __init__(self):
        super().__init__()
        across, down = torch.meshgrid(torch.linspace(-1, 1, 28), torch.linspace(-1, 1, 28), indexing="xy")
        places = torch.stack([across.flatten(), down.flatten()], dim=1)
        self.where, self.places = nn.Parameter(places / 40), nn.Parameter(places)

    def encoder(self, x):
        return 2 * torch.tanh(x @ self.where)

    def decoder(self, z):
        return torch.sin(6 * z @ self.places.T + 2 * z[..., :1])


def bars() -> tuple[Tensor, Tensor]:
    """Two pictures (1, 28, 28) in [-1, 1]: a bar at the upper left, and a bar at the lower right."""
    first, second = -torch.ones(1, 28, 28), -torch.ones(1, 28, 28)
    first[0, 2:10, 2:20], second[0, 14:26, 18:26] = 1.0, 1.0
    return first, second
