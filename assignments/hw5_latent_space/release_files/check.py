"""Public checks of this notebook: `check("Autoencoder", Autoencoder)` under a task, or `python check.py` for all.

They look at the same laws as the hidden checks, which draw other sizes and other numbers.
"""

from __future__ import annotations

import copy
import math
import sys
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from helpers import plot_losses, show_interpolation
from laws import Counting, Scripted, TinyAutoencoder, Waves, alike, bars, gradient_of, idle_parameters, loader, steps_of
from layer_table import layer_table
from readiness import check, main, ready
from torch import Tensor, nn
from torch.optim.lr_scheduler import ExponentialLR
from verdicts import Line, holds, note, public_check

__all__ = ["check", "ready"]

CPU = torch.device("cpu")


@public_check("Autoencoder")
def _(Autoencoder):
    model = Autoencoder()
    registered = isinstance(model, nn.Module) and any(True for _ in model.parameters())
    yield holds("is an nn.Module that knows its layers", registered, "Layers in a plain list are invisible to PyTorch.")
    if not registered:
        return
    model.eval()
    for size in (1, 3, 7):
        codes = model.encode(torch.rand(size, 1, 28, 28))
        shape = tuple(codes.shape) if isinstance(codes, Tensor) else ()
        yield holds(f"{size} pictures, {size} codes", shape[:1] == (size,), f"encode made the shape {shape}.")
        if shape[:1] != (size,):
            return
        shape = tuple(model.decode(codes).shape)
        yield holds("and as many pictures again", shape == (size, 1, 28, 28), f"decode made the shape {shape}.")
        if shape != (size, 1, 28, 28):
            return
    numbers = codes.numel() // len(codes)
    yield holds(f"a code has {numbers} numbers", numbers <= 288, "At most 288 are allowed: go down to a smaller grid.")
    yield note(layer_table(model, torch.rand(2, 1, 28, 28)))
    images = bars(6)
    with torch.no_grad():
        same = torch.allclose(model(images), model.decode(model.encode(images)), atol=1e-5)
        alone = torch.cat([model(image[None]) for image in images])
        apart = torch.allclose(model(images), alone, atol=1e-4)
    yield holds("forward is decode(encode(x))", same, "A picture must go through its code, and through nothing else.")
    yield holds("in evaluation mode a picture does not depend on its neighbours", apart, "What mixes the batch?")
    idle = idle_parameters(model, images)
    yield holds(
        "gradients reach every layer", not idle, f"Not {', '.join(idle[:3])}: are these used, and not detached?"
    )
    yield _range_is_right(Autoencoder)


def _range_is_right(Autoencoder) -> Line:
    """Large random weights bring out what an output can be."""
    model = Autoencoder().eval()
    low, high = math.inf, -math.inf
    with torch.no_grad():
        for _ in range(4):
            for parameter in model.parameters():
                if parameter.dim() > 1:
                    parameter.normal_(0, 5 / parameter[0].numel() ** 0.5)
            made = model(torch.rand(4, 1, 28, 28))
            low, high = min(low, float(made.min())), max(high, float(made.max()))
    hint = f"With large weights it runs from {low:.3g} to {high:.3g}. Which activation ends in [0, 1]?"
    return holds("the output stays in [0, 1], whatever the weights", low >= 0 and high <= 1, hint)


@public_check("train_autoencoder")
def _(train_autoencoder):
    torch.manual_seed(0)  # the same curve each time
    model, images, val = TinyAutoencoder(), bars(22), bars(13, seed=1)
    start, twin = copy.deepcopy(model), copy.deepcopy(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    data = loader(images, 8), loader(val, 5)
    with steps_of(model) as steps:
        result = train_autoencoder(model, *data, optimizer, ExponentialLR(optimizer, 0.9), 5, 9, CPU)
    two = isinstance(result, tuple | list) and len(result) == 2
    yield holds("returns (train_losses, val_losses)", two, f"It returned a {type(result).__name__}.")
    if not two:
        return
    curves = [[float(loss) for loss in curve] for curve in result]
    right = [len(curve) for curve in curves] == [5, 5]
    yield holds("one number an epoch each", right, f"After 5 epochs there are {len(curves[0])} and {len(curves[1])}.")
    finite = all(map(math.isfinite, curves[0] + curves[1]))
    yield holds("no loss is nan", finite, "Your loss became NaN.")
    if right and finite:
        yield plot_losses({"yours": tuple(curves)}, {"mean image": float(images.var(0, False).mean())})
    hint = f"22 pictures in batches of 8 are 3 batches, 15 in 5 epochs; the optimizer took {len(steps)} steps."
    yield holds("one step for each batch", len(steps) == 15, hint)
    yield from _modes_are_right(model)
    if len(steps) == 15:
        yield from _steps_are_right(steps, twin, images)
    with torch.no_grad():
        now = F.mse_loss(model.eval()(val), val).item()
    if right and finite:
        hint = f"A fresh evaluation gives {now:.4f}; the smallest of your losses is {min(curves[1]):.4f}."
        best = math.isclose(now, min(curves[1]), rel_tol=0.02)
        yield holds("val_losses are means over pixels, and the model holds the weights of the best", best, hint)
    moved = any(not torch.equal(a, b) for a, b in zip(start.parameters(), model.parameters(), strict=True))
    yield holds("the model that was passed is trained", moved, "Train the model itself, not a copy of it.")
    yield from _stops_early(train_autoencoder)


def _steps_are_right(steps: list[dict], twin: nn.Module, images: Tensor) -> Iterator[Line]:
    batches = images.split(8)
    fresh = [gradient_of(twin, step["weights"], batches[number % 3]) for number, step in enumerate(steps[:6])]
    right = all(alike(step["gradient"], want) for step, want in zip(steps, fresh, strict=False))
    pairs = zip(steps[1:], fresh[1:], fresh, strict=False)
    left = any(alike(step["gradient"], now + before) for step, now, before in pairs)
    hint = "The gradient of the batch before is still in there." if left else "Clear, backward, step: in this order."
    yield holds("each step follows the gradient of its own batch", right, hint)
    rates = [step["lr"] for step in steps]
    wanted = [0.02 * 0.9 ** (number // 3) for number in range(15)]
    planned = all(math.isclose(a, b, rel_tol=1e-6) for a, b in zip(rates, wanted, strict=True))
    hint = "The learning rate never changes." if len(set(rates)) == 1 else "It changes at another time."
    yield holds("the scheduler is stepped once an epoch", planned, f"{hint} Call scheduler.step() after each epoch.")


def _modes_are_right(model: TinyAutoencoder) -> Iterator[Line]:
    trained = [training for size, training, _ in model.passes if size in (8, 6)]
    hint = "Call model.train() at the start of every epoch: evaluating leaves the model in eval()."
    yield holds("trains in training mode", trained and trained.count(True) >= 15, hint)
    tested = [(training, gradients) for size, training, gradients in model.passes if size in (5, 3)]
    hint = "Call model.eval() before the validation pictures, else BatchNorm learns from them."
    yield holds("evaluates in evaluation mode", tested and not any(training for training, _ in tested), hint)
    if any(gradients for _, gradients in tested):
        yield note("the validation pictures go through with gradients on: torch.no_grad() saves time and memory")


def _stops_early(train_autoencoder) -> Iterator[Line]:
    script, patience = [0.9, 0.5, 0.6, 0.4, 0.8, 0.7, 0.3, 0.9, 0.8, 0.7, 0.1], 3
    model = Scripted(script, batches=2)
    optimizer = Counting(model.parameters())
    with steps_of(model) as steps:
        data = loader(bars(7), 4), loader(bars(5), 3)
        train_autoencoder(model, *data, optimizer, ExponentialLR(optimizer, 0.9), len(script), patience, CPU)
    known = {
        22: "It never stops: compare with the smallest loss so far, and count the epochs that do not beat it.",
        12: "The third worse epoch is not the third in a row: a new smallest loss sets the count back to 0.",
    }
    hint = f"The losses are {', '.join(map(str, script))}. "
    hint += known.get(len(steps), f"Yours ran {len(steps) / 2:g} epochs.")
    yield holds("with patience 3 it stops after 3 epochs in a row without a new best", len(steps) == 20, hint)
    held = model.clock.item() / 2
    hint = f"The smallest was that of epoch 7; the model holds the weights after epoch {held:g}. "
    hint += "state_dict() shares its memory with the model: deepcopy it." if held * 2 == len(steps) else ""
    yield holds("and brings the best weights back", held == 7, hint)


@public_check("interpolate_between")
def _(interpolate_between):
    model = Waves().eval()
    image_i, image_j = torch.zeros(1, 28, 28), torch.zeros(1, 28, 28)
    image_i[0, 2:10, 2:10], image_j[0, 14:27, 14:27] = 1.0, 1.0
    strip = interpolate_between(model, image_i, image_j)
    tensor = isinstance(strip, Tensor)
    yield holds("returns one tensor", tensor, f"It is a {type(strip).__name__}: put the pictures into one tensor.")
    if not tensor:
        return
    shape = tuple(strip.shape)
    yield holds("of shape (12, 1, 28, 28) if n is not given", shape == (12, 1, 28, 28), f"Its shape is {shape}.")
    if shape != (12, 1, 28, 28):
        return
    yield show_interpolation(strip)
    if strip.requires_grad:
        yield note("the pictures carry gradients: torch.no_grad() saves time and memory")
    strip = strip.detach()
    with torch.no_grad():
        codes = model.encode(torch.stack([image_i, image_j]))
        ends, middle = model.decode(codes), model.decode(codes.mean(0, keepdim=True))[0]
        three = interpolate_between(model, image_i, image_j, 3)
    backwards = torch.allclose(strip[0], ends[1], atol=1e-4)
    hint = "It runs backwards." if backwards else "The first picture is decode(encode(image_i)): mind the end points."
    yield holds("starts at the first picture", torch.allclose(strip[0], ends[0], atol=1e-4), hint)
    hint = "It runs backwards." if backwards else "The last picture is decode(encode(image_j)): divide by n − 1."
    yield holds("ends at the second picture", torch.allclose(strip[-1], ends[1], atol=1e-4), hint)
    shape = tuple(three.shape)
    yield holds("works for n = 3", shape == (3, 1, 28, 28), f"Its shape is {shape}.")
    if shape != (3, 1, 28, 28):
        return
    ghosts = torch.allclose(three[1], ends.mean(0), atol=1e-3)
    hint = "You mixed the pictures. Mix the codes, then decode." if ghosts else "Its code is half of each."
    yield holds("the one in the middle is decoded from the middle", torch.allclose(three[1], middle, atol=1e-4), hint)
    yield holds("leaves the model in evaluation mode", not model.training, "It came in evaluation mode: leave it.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
