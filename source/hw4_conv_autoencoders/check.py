"""Public checks of this notebook: `check("encode_samples", encode_samples)` under a task, or `python check.py` for all.

They look at the same laws as the hidden checks, which draw other sizes and other numbers.
"""

from __future__ import annotations

import copy
import math
import sys

import torch
import torch.nn.functional as F
from helpers import plot_losses, scatter_codes
from laws import (
    LabelledCodes,
    TinyAutoencoder,
    after_a_moment,
    gradients_reach_everything,
    lines_of_pixels,
    loader,
    sample_pictures,
    shapes_are_right,
    two_parts,
)
from layer_table import layer_table
from readiness import check, main, ready
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_post_hook
from verdicts import holds, note, public_check

__all__ = ["check", "ready"]

CPU = torch.device("cpu")


@public_check("ConvAutoencoder")
def _(ConvAutoencoder):
    model = ConvAutoencoder(5)
    registered = isinstance(model, nn.Module) and any(True for _ in model.parameters())
    yield holds("is an nn.Module that knows its layers", registered, "Layers in a plain list are invisible to PyTorch.")
    if not registered:
        return
    yield from two_parts(result := model(torch.rand(2, 1, 28, 28)))
    if isinstance(result, Tensor) or len(result) != 2:
        return
    yield note(layer_table(model, torch.rand(2, 1, 28, 28)))
    yield from shapes_are_right(model, (1, 2, 7), 5)
    count = sum(parameter.numel() for parameter in ConvAutoencoder(2).parameters())
    hint = f"Yours has {count:,}. " + {128_259: "Your pooling has stride 1: MaxPool2d(2) moves by 2."}.get(
        count, "Compare the layer table with the plan."
    )
    yield holds("49,411 parameters with latent_dim = 2", count == 49_411, hint)
    images = torch.rand(4, 1, 28, 28)
    alone = torch.cat([model.eval()(image[None])[0] for image in images])
    same = torch.allclose(model(images)[0], alone, atol=1e-4)
    yield holds("a picture does not depend on its neighbours in the batch", same, "What mixes the batch?")
    yield from gradients_reach_everything(model)
    yield after_a_moment(model)


@public_check("PCAAutoencoder")
def _(PCAAutoencoder):
    model = PCAAutoencoder(784, 5)
    registered = isinstance(model, nn.Module) and any(True for _ in model.parameters())
    yield holds("is an nn.Module that knows its layers", registered, "Two linear layers, made in __init__.")
    if not registered:
        return
    yield from two_parts(result := model(torch.rand(2, 1, 28, 28)))
    if isinstance(result, Tensor) or len(result) != 2:
        return
    yield from shapes_are_right(model, (1, 2, 7), 5)
    count, expected = sum(parameter.numel() for parameter in model.parameters()), 2 * 784 * 5 + 5 + 784
    hint = f"784 · 5 + 5 and 5 · 784 + 784 are {expected:,}; yours has {count:,}. A product of matrices is one matrix."
    yield holds("no more parameters than two linear layers with bias have", count <= expected, hint)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.5)
        first, second = torch.rand(2, 1, 1, 28, 28)
        shares = torch.linspace(-1, 2, 25)
        mixed = shares.view(-1, 1, 1, 1) * first + (1 - shares.view(-1, 1, 1, 1)) * second
        outputs, codes = (part.flatten(1) for part in model(mixed))
        at_zero, code_at_zero = (part.flatten(1) for part in model(torch.zeros(1, 1, 28, 28)))
        axes = torch.linalg.svd(model(torch.rand(9, 1, 28, 28))[0].flatten(1) - at_zero, full_matrices=False).Vh[:5]
        beside = at_zero - at_zero @ axes.T @ axes
    yield holds(
        "the encoder has a bias", code_at_zero.any(), "A picture of zeros has the code 0, whatever the weights."
    )
    hint = "A code of 0 gives a picture of zeros, whatever the weights."
    yield holds("the decoder has a bias", beside.norm() > 1e-3 * at_zero.norm(), hint)
    for values, what in ((codes, "codes"), (outputs, "reconstructions")):
        straight = torch.lerp(values[0], values[-1], torch.linspace(0, 1, 25)[:, None])
        right = torch.allclose(values, straight, atol=1e-2 * float(values.abs().max()))
        yield holds(f"mixtures of two pictures have mixtures of their {what}", right, "There is a nonlinearity.")
    yield lines_of_pixels(shares, outputs[:, 300:600:60])
    yield from gradients_reach_everything(model)


@public_check("train_autoencoder")
def _(train_autoencoder):
    torch.manual_seed(0)  # the same curve each time
    model = TinyAutoencoder()
    images, labels = sample_pictures(42)
    test_images, test_labels = sample_pictures(25, seed=1)
    steps: list[int] = []
    hook = register_optimizer_step_post_hook(lambda *_: steps.append(len(model.passes)))
    start = copy.deepcopy(model)
    data = loader(images, labels, 8, shuffle=True), loader(test_images, test_labels, 10)
    try:
        result = train_autoencoder(model, *data, 0.01, 4, CPU)
    finally:
        hook.remove()
    two = isinstance(result, tuple | list) and len(result) == 2
    yield holds("returns (train_loss, test_loss)", two, f"It returned a {type(result).__name__}.")
    if not two:
        return
    train, test = ([float(loss) for loss in curve] for curve in result)
    right = len(train) == len(test) == 4
    yield holds("one number an epoch each", right, f"After 4 epochs there are {len(train)} and {len(test)}.")
    yield holds("no loss is nan", all(map(math.isfinite, train + test)), "Your loss became NaN.")
    yield plot_losses({"yours": (train, test)}, {"mean image": float(images.var(0, False).mean())})
    hint = f"42 pictures in batches of 8 are 6 batches, 24 in 4 epochs; the optimizer took {len(steps)} steps."
    yield holds("one step for each batch", len(steps) == 24, hint)
    trained = [training for _, training, gradients in model.passes if gradients and training]
    hint = "Call model.train() at the start of every epoch: evaluating leaves the model in eval()."
    yield holds("trains in training mode", len(trained) >= 24, hint)
    hint = "Call model.eval() before the test pictures, else BatchNorm learns from them."
    tests = [training for size, training, _ in model.passes if size in (10, 5)]
    yield holds("evaluates in evaluation mode", tests and not any(tests), hint)
    if any(gradients for size, _, gradients in model.passes if size in (10, 5)):
        yield note("the test pictures go through the model with gradients on: torch.no_grad() saves time and memory")
    moved = any(not torch.equal(a, b) for a, b in zip(start.parameters(), model.parameters(), strict=True))
    better = moved and train[-1] < 0.6 * train[0]
    yield holds("the loss falls", better, "Clear gradients, backward, step: for each batch, in this order.")
    with torch.no_grad():
        expected = F.mse_loss(model.eval()(test_images)[0], test_images).item()
    hint = f"A fresh evaluation gives {expected:.4f}, your last number is {test[-1]:.4f}. "
    hint += _reduction(test[-1], expected, test_images)
    right = math.isclose(test[-1], expected, rel_tol=1e-3)
    yield holds("test_loss is the mean over all test pictures, after the epoch", right, hint)


def _reduction(got: float, want: float, images: Tensor) -> str:
    """What a factor between a loss and the right one usually means."""
    known = {
        784.0: "You summed over the pixels.",
        3 / len(images): "You added up means of batches and divided by the number of pictures.",
        3.0: "You added up means of batches: divide.",
        float(len(images)): "You summed over the pictures.",
    }
    words = (text for factor, text in known.items() if math.isclose(got / want, factor, rel_tol=0.15))
    return next(words, "The last batch is smaller: weight each batch by its pictures.")


@public_check("encode_samples")
def _(encode_samples):
    n, k = 33, 17
    images, labels = torch.zeros(n, 1, 28, 28), torch.arange(n) // 4
    images[:, 0, 0, 0] = torch.linspace(-1, 1, n)
    model = LabelledCodes().train()
    result = encode_samples(model, loader(images, labels, 5, shuffle=True), k, CPU)
    two = isinstance(result, tuple | list) and len(result) == 2
    yield holds("returns (codes, labels)", two, f"It returned a {type(result).__name__}.")
    if not two:
        return
    free = not any(isinstance(part, Tensor) and part.requires_grad for part in result)
    yield holds("without gradients", free, "Encode under torch.no_grad().")
    codes, found = (part.detach() if isinstance(part, Tensor) else torch.as_tensor(part) for part in result)
    shapes = tuple(codes.shape), tuple(found.shape)
    hint = f"With n_samples = {k} and codes of 3 numbers the shapes are {shapes}. Cut the last batch."
    right = shapes == ((k, 3), (k,))
    yield holds("exactly n_samples codes and labels", right, hint)
    if not right:
        return
    yield scatter_codes(codes, found, [str(label) for label in range(10)], "codes on a line, colours in order")
    rows = (codes[:, 0, None] - images[:, 0, 0, 0]).abs().min(dim=1)
    hint = "In training mode codes depend on their batch: call model.eval() first."
    yield holds("codes are those of the model, in evaluation mode", rows.values.max() < 1e-4, hint)
    yield holds("no picture comes twice", len(rows.indices.unique()) == k, "Go over the loader once.")
    hint = "Each pass over a shuffling loader has another order: collect codes and labels in one loop."
    yield holds("labels belong to their codes", torch.equal(labels[rows.indices], found.long()), hint)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
