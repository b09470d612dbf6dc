"""Public checks of this notebook: `check("interpolation", interpolation)` under a task, or `python check.py` for all.

They look at the same laws as the hidden checks, which draw other sizes and other numbers.
"""

from __future__ import annotations

import sys

import torch
from helpers import show_lambdas
from laws import (
    Waves,
    after_a_moment,
    bars,
    bends,
    gradients_reach_everything,
    is_module,
    lines_of_numbers,
    mixtures,
    parameters_are,
    scatter,
    shapes_are_right,
    sizes_are_sensible,
    whole_numbers,
)
from layer_table import layer_table
from readiness import check, main, ready
from torch import Tensor
from verdicts import Verdict, holds, note, public_check

__all__ = ["check", "ready"]


@public_check("PCAAutoencoder")
def _(PCAAutoencoder):
    model = PCAAutoencoder(11, 4, 9)
    yield (line := is_module(model))
    if line.verdict is not Verdict.HOLDS:
        return
    yield from shapes_are_right(model, 11, 4, 9)
    hint = "One linear layer each has 784 · 16 + 16 and 16 · 784 + 784 of them, biases included."
    yield parameters_are(PCAAutoencoder(784, 16, 784), 25_888, "784, 16, 784", hint)
    model = PCAAutoencoder(784, 61, 784).eval()  # many codes: one that bends will bend between these two pictures
    scatter(model, 2.0)
    shares, inputs = mixtures(784)
    with torch.no_grad():
        outputs, codes = model(inputs), model.encoder(inputs)
        at_zero = model(torch.zeros(1, 784))
    hint = "There is a nonlinearity: PCA has none, neither on the code nor at the end."
    yield holds("mixtures of two pictures have mixtures of their codes", not bends(codes), hint)
    yield holds("mixtures of two pictures have mixtures of their outputs", not bends(outputs), hint)
    yield holds("black is not always black: there is a bias", at_zero.abs().max() > 1e-3, "Leave bias=False away.")
    yield lines_of_numbers(shares, outputs[:, 300:600:60])
    yield gradients_reach_everything(model, 784)


@public_check("MY_TWO_LAYER_SIZES")
def _(sizes):
    lines = list(whole_numbers(sizes, 2))
    yield from lines
    if all(line.verdict is Verdict.HOLDS for line in lines):
        yield from sizes_are_sensible(sizes, (32, 16))


@public_check("MY_THREE_LAYER_SIZES")
def _(sizes):
    lines = list(whole_numbers(sizes, 3))
    yield from lines
    if all(line.verdict is Verdict.HOLDS for line in lines):
        yield from sizes_are_sensible(sizes, (64, 32, 16))


@public_check("ThreeLayerAutoencoder")
def _(ThreeLayerAutoencoder):
    model = ThreeLayerAutoencoder(13, 9, 7, 4, 11)
    yield (line := is_module(model))
    if line.verdict is not Verdict.HOLDS:
        return
    yield from shapes_are_right(model, 13, 4, 11)
    yield note(layer_table(ThreeLayerAutoencoder(784, 64, 32, 16, 784), torch.rand(2, 784)))
    hint = "Six linear layers with bias: 784 ⇒ 64 ⇒ 32 ⇒ 16 ⇒ 32 ⇒ 64 ⇒ 784."
    yield parameters_are(ThreeLayerAutoencoder(784, 64, 32, 16, 784), 106_464, "784, 64, 32, 16, 784", hint)
    model = ThreeLayerAutoencoder(13, 29, 23, 5, 11).eval()
    scatter(model, 4.0)
    with torch.no_grad():
        codes = model.encoder(3 * torch.randn(300, 13))
        outputs = model.decoder(5 * torch.randn(300, 5))
    hint = f"With large weights its numbers go from {codes.min():.2g} to {codes.max():.2g}: is there an activation?"
    free = bool((codes < -1).any() and (codes > 1).any())
    yield holds("the code may be any number", free, hint)
    low, high = outputs.min().item(), outputs.max().item()
    hint = f"With large weights they go from {low:.2g} to {high:.2g}. The data are in [−1, 1]: which activation is?"
    yield holds("outputs are in (−1, 1), and come near both ends", -1 <= low < -0.9 and 0.9 < high <= 1, hint)
    _, inputs = mixtures(13, steps=60)
    with torch.no_grad():
        codes = model.encoder(inputs)
    yield holds("the encoder is not linear", bends(codes), "Without ReLU between them, linear layers are one.")
    yield gradients_reach_everything(model, 13)
    yield after_a_moment(ThreeLayerAutoencoder(784, 64, 32, 16, 784))


@public_check("interpolation")
def _(interpolation):
    model, (image1, image2) = Waves().eval(), bars()
    with torch.no_grad():
        picture = interpolation(0.25, model, image1, image2)
        one, two = (model.encoder(image.view(1, 784)) for image in (image1, image2))
        ends = model.decoder(one), model.decoder(two)
        wanted = model.decoder(torch.lerp(two, one, 0.25))
    right = isinstance(picture, Tensor) and tuple(picture.shape) == (1, 784)
    shape = tuple(picture.shape) if isinstance(picture, Tensor) else type(picture).__name__
    yield holds("returns one flat picture (1, 784)", right, f"It is {shape}.")
    if not right:
        return
    known = {
        "You mixed the pictures themselves.": 0.25 * image1.view(1, 784) + 0.75 * image2.view(1, 784),
        "You mixed two decoded pictures.": 0.25 * ends[0] + 0.75 * ends[1],
        "The weights are exchanged: lambda1 = 1 is the first image.": model.decoder(torch.lerp(one, two, 0.25)),
    }
    said = [words for words, wrong in known.items() if torch.allclose(picture, wrong, atol=1e-4)]
    hint = " ".join([*said, "Encode both, mix the codes, decode the mixture; the weights add up to 1."])
    for value, name, end in ((1.0, "first", ends[0]), (0.0, "second", ends[1])):
        same = torch.allclose(interpolation(value, model, image1, image2), end, atol=1e-4)
        yield holds(f"lambda1 = {value:.0f} is the {name} image, as the model decodes it", same, hint)
    yield holds("a quarter is decoded from the mixed code", torch.allclose(picture, wanted, atol=1e-4), hint)
    flat = interpolation(0.25, model, image1.view(1, 784), image2.view(1, 784))
    yield holds("flat images (1, 784) give the same", torch.allclose(flat, picture, atol=1e-4))
    unchanged = all(torch.equal(*pair) for pair in zip(bars(), (image1, image2), strict=True))
    yield holds("the images are unchanged", unchanged, "Make new tensors.")
    steps = [interpolation(value / 9, model, image1, image2) for value in range(10)]
    yield show_lambdas(torch.cat(steps).view(-1, 1, 28, 28) / 2 + 0.5, "your way, with a decoder that paints waves")


@public_check("interpolation_strip")
def _(interpolation_strip):
    model, (image1, image2) = Waves().eval(), bars()
    with torch.no_grad():
        strip = interpolation_strip(model, image1, image2)
        one, two = (model.encoder(image.view(1, 784)) for image in (image1, image2))
    tensor = isinstance(strip, Tensor)
    yield holds("returns one tensor", tensor, f"It is a {type(strip).__name__}: put the pictures into one tensor.")
    if not tensor:
        return
    shape = tuple(strip.shape)
    yield holds("of shape (10, 784) if n is not given", shape == (10, 784), f"It has the shape {shape}.")
    for n in (2, 7):
        shape = tuple(interpolation_strip(model, image1, image2, n).shape)
        yield holds(f"of shape ({n}, 784) for n = {n}", shape == (n, 784), f"It has the shape {shape}.")
    if strip.numel() == 10 * 784:
        yield show_lambdas(strip.detach().view(-1, 1, 28, 28) / 2 + 0.5, "your strip")
    first, last = strip.reshape(-1, 784)[[0, -1]]
    ends = model.decoder(two)[0], model.decoder(one)[0]
    hint = "Your strip runs backwards." if torch.allclose(first, ends[1], atol=1e-4) else "Are both ends there?"
    yield holds("the first is image2, lambda = 0", torch.allclose(first, ends[0], atol=1e-4), hint)
    yield holds("the last is image1, lambda = 1", torch.allclose(last, ends[1], atol=1e-4), hint)
    third = model.decoder(torch.lerp(two, one, 1 / 3))[0]
    right = strip.shape[0] == 10 and torch.allclose(strip.reshape(-1, 784)[3], third, atol=1e-4)
    yield holds("the fourth of ten is lambda = 3/9", right, "Equal steps, both ends included: torch.linspace.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
