"""Public checks of this notebook: `check("train_cnn", train_cnn)` under a task, or `python check.py` for all of them.

They look at the same laws as the hidden checks, which draw other sizes and other numbers.
"""

from __future__ import annotations

import copy
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F
from helpers import layer_table, show_pictures
from readiness import check, main, ready
from stand_ins import (
    TinyClassifier,
    gradients_of_steps,
    labelled_noise,
    mark_corners,
    picture_loader,
    stand_ins_for_training,
)
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset
from verdicts import Line, holds, note, public_check

__all__ = ["check", "ready"]

CPU = torch.device("cpu")


# --- exercise 1 -------------------------------------------------------------------------------------------------------


@public_check("sum_of_gaussians")
def _(sum_of_gaussians):
    answer = sum_of_gaussians(1.0, 3.0, -4.0, 4.0)
    pair = isinstance(answer, tuple | list) and len(answer) == 2
    yield holds("returns two numbers, (mean, standard deviation)", pair, f"It returned {answer!r}.")
    if not pair:
        return
    yield holds("N(1, 3²) + N(−4, 4²) has the mean −3", math.isclose(answer[0], -3), f"Yours is {answer[0]:.4g}.")
    hints = {7.0: "Standard deviations do not add, variances do.", 25.0: "That is the variance."}
    hint = f"Yours is {answer[1]:.4g}. {hints.get(round(float(answer[1]), 6), '')}"
    yield holds("and the standard deviation 5", math.isclose(answer[1], 5), hint)
    x, y = np.random.default_rng().normal((0.7, -1.1), (0.4, 1.7), (100_000, 2)).T
    mean, std = sum_of_gaussians(0.7, 0.4, -1.1, 1.7)
    close = abs((x + y).std() / std - 1) < 6 / math.sqrt(2 * len(x)) and abs((x + y).mean() - mean) < 6 * std / 316
    yield holds("100,000 samples of X + Y agree", close, f"They have the standard deviation {(x + y).std():.3f}.")


@public_check("conv_output_size")
def _(conv_output_size):
    cases = [(64, 64, 3, 3, 1, 1), (28, 20, 5, 3, 2, 0), (9, 14, 2, 4, 3, 2)]
    for height, width, *kernel, stride, padding in cases:
        made = F.conv2d(torch.zeros(1, 1, height, width), torch.zeros(1, 1, *kernel), stride=stride, padding=padding)
        want, got = tuple(made.shape[2:]), tuple(conv_output_size(height, width, *kernel, stride, padding))
        words = f"{height}×{width}, kernel {kernel[0]}×{kernel[1]}, stride {stride}, padding {padding}: {want}"
        yield holds(words, got == want, f"Yours says {got}. What does not fit any more is left out.")
    whole = all(isinstance(part, int) for part in conv_output_size(28, 20, 5, 3, 2, 0))
    yield holds("height and width are whole numbers (int)", whole)


# --- exercise 2 -------------------------------------------------------------------------------------------------------


@public_check("CNNClassifier")
def _(CNNClassifier):
    model = CNNClassifier()
    yield holds("is an nn.Module with parameters", isinstance(model, nn.Module) and list(model.parameters()))
    images = torch.rand(5, 3, 64, 64)
    yield note(layer_table(model, images))
    for size in (5, 1):
        shape = tuple(model.eval()(images[:size]).shape)
        yield holds(f"{size} pictures become ({size}, 6)", shape == (size, 6), f"The output has shape {shape}.")
    output = model(images).detach()
    sums = output.exp().sum(dim=1)
    hint = "They sum to 1 over the batch." if torch.allclose(output.exp().sum(dim=0), torch.ones(6), atol=1e-3) else ""
    hint = hint or ("These are probabilities, not their logarithms." if output.min() >= 0 else "What is at the end?")
    yield holds("exp(output) sums to 1 over the classes", torch.allclose(sums, torch.ones(5), atol=1e-3), hint)
    count = sum(parameter.numel() for parameter in model.parameters())
    yield holds("it has 131,958 parameters", count == 131_958, f"Yours has {count:,}: compare with the table.")
    alone = torch.cat([model(image[None]) for image in images]).detach()
    same = torch.allclose(output, alone, atol=1e-4)
    yield holds("in evaluation mode a picture does not depend on its neighbours", same, "What mixes the batch?")
    F.nll_loss(model.train()(images), torch.arange(5)).backward()
    idle = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    yield holds("every layer takes part", not idle, f"The gradient does not reach {', '.join(idle[:3])}.")


@public_check("ImageDataset")
def _(ImageDataset):
    X, Y = mark_corners(5), np.arange(5)
    before = X.copy()
    dataset = ImageDataset(X, Y)
    yield holds("its length is the number of pictures", len(dataset) == 5, f"len(dataset) is {len(dataset)}, not 5.")
    image, label = dataset[1]
    tensors = isinstance(image, Tensor) and isinstance(label, Tensor)
    yield holds(
        "an item is a pair of tensors (image, label)", tensors, f"{type(image).__name__}, {type(label).__name__}"
    )
    if not tensors:
        return
    shape = tuple(image.shape)
    hint = f"It has shape {shape}. " + ("Rows and columns are exchanged." if shape == (3, 9, 6) else "")
    yield holds("the image has the shape (3, H, W) = (3, 6, 9)", shape == (3, 6, 9), hint)
    types = image.dtype == torch.float32 and label.dtype == torch.int64 and label.dim() == 0
    hint = f"{image.dtype} and {label.dtype} {tuple(label.shape)}."
    yield holds("the image is float32, the label int64 without dimensions", types, hint)
    if image.dim() == 3 and shape[0] == 3:
        yield show_pictures(
            torch.stack([dataset[i][0] for i in range(5)]).clamp(0, 1), [f"picture {i}" for i in range(5)]
        )
    kept = all(np.allclose(np.asarray(dataset[i][0]).transpose(1, 2, 0), before[i], atol=1e-6) for i in (0, 3, 1))
    hint = "In these pictures the upper left corner is red, the upper right one green and the lower left one blue."
    yield holds("pixels are where they were, with the values that they had", shape == (3, 6, 9) and kept, hint)
    yield holds("labels belong to the pictures", [int(dataset[i][1]) for i in range(5)] == [0, 1, 2, 3, 4])
    yield holds("the arrays that came in are unchanged", np.array_equal(X, before), "Do not work in place.")


@public_check("make_loaders")
def _(make_loaders):
    sets = [TensorDataset(torch.rand(n, 3, 2, 2), torch.arange(n)) for n in (22, 7, 9)]
    loaders = make_loaders(*sets, batch_size=8)
    three = isinstance(loaders, tuple | list) and len(loaders) == 3
    yield holds("returns three loaders", three)
    if not three:
        return
    train, val, test = loaders
    sizes = [len(labels) for _, labels in train]
    yield holds("22 training pictures come as 8 + 8 + 6", sizes == [8, 8, 6], f"Yours come as {sizes}.")
    first, second = (torch.cat([labels for _, labels in train]).tolist() for _ in range(2))
    yield holds("every picture comes once an epoch", sorted(first) == list(range(22)))
    yield holds("in another order each time", first != second and first != sorted(first), "Shuffle them.")
    for name, loader, count in (("validation", val, 7), ("test", test, 9)):
        batches = [labels.tolist() for _, labels in loader]
        right = batches == [list(range(count))]
        yield holds(f"{name} data are one batch, in order", right, f"The labels come as {batches}.")
    default = [
        len(labels) for _, labels in make_loaders(TensorDataset(torch.rand(70, 1), torch.arange(70)), *sets[1:])[0]
    ]
    yield holds("batch_size is 64 unless told otherwise", default == [64, 6], f"Yours come as {default}.")


@public_check("train_cnn")
def _(train_cnn):
    model, train, val = TinyClassifier(), picture_loader(22, 8), picture_loader(13, 5)
    start = copy.deepcopy(model)
    steps, history = gradients_of_steps(train_cnn, model, train, val, 1e-9, 2, CPU)
    four = isinstance(history, tuple | list) and len(history) == 4 and all(len(part) == 2 for part in history)
    yield holds("returns four histories of n_epochs numbers", four, "(train_loss, val_loss, train_acc, val_acc)")
    if not four:
        return
    yield holds("one optimizer step for each batch", len(steps) == 6, f"2 epochs of 3 batches, {len(steps)} steps.")
    # With a learning rate of nearly 0 the weights stay, so that every number is known.
    yield means_over_pictures("train", [history[0][0], history[2][0]], start_scores(start, train, True))
    same = TensorDataset(*(part.repeat(3, *[1] * (part.dim() - 1)) for part in labelled_noise(8)))
    same, model = DataLoader(same, batch_size=8), TinyClassifier()
    steps, history = gradients_of_steps(train_cnn, model, same, val, 1e-9, 1, CPU)
    yield means_over_pictures("val", [history[1][0], history[3][0]], start_scores(model, val, False))
    sizes = [float(step.norm() / steps[0].norm()) for step in steps]
    hint = (
        f"The same batch three times gives gradients of relative sizes {np.round(sizes, 2)}: are old ones still there?"
    )
    yield holds("the gradients are those of the batch at hand", np.allclose(sizes, 1, atol=1e-2), hint)
    model = TinyClassifier()
    _, val_loss, _, val_acc = train_cnn(model, train, val, 0.1, 8, CPU)
    loss, accuracy = start_scores(model, val, False)
    best = math.isclose(accuracy, max(val_acc), abs_tol=1e-4) or math.isclose(loss, min(val_loss), rel_tol=1e-3)
    hint = f"Its validation accuracy is {accuracy:.3f}, the best epoch had {max(val_acc):.3f}. state_dict() is no copy."
    yield holds("on return the model has its best weights", best, hint)


def means_over_pictures(name: str, got: list, want: tuple[float, float]) -> Line:
    """Whether a loss and an accuracy are the right means over uneven batches."""
    got = [float(number) for number in got]
    words = (
        f"{name}_loss and {name}_acc are means over pictures, in {'training' if name == 'train' else 'evaluation'} mode"
    )
    hint = f"They should be {want[0]:.4f} and {want[1]:.4f}; yours are {got[0]:.4f} and {got[1]:.4f}."
    return holds(words, np.allclose(got, want, atol=1e-3), f"{hint} Does every picture count the same?")


def start_scores(model: nn.Module, loader: DataLoader, training: bool) -> tuple[float, float]:
    """(loss, accuracy) of a classifier over all pictures of a loader; the model itself stays as it is."""
    model = copy.deepcopy(model).train(training)
    with torch.no_grad():
        pairs = [(model(images), labels) for images, labels in loader]
    outputs, labels = (torch.cat(part) for part in zip(*pairs, strict=True))
    return float(F.nll_loss(outputs, labels)), float((outputs.argmax(1) == labels).float().mean())


@public_check("evaluate_model")
def _(evaluate_model):
    model, (images, labels) = TinyClassifier(dropout=0.5), labelled_noise(23)
    with torch.no_grad():
        predictions = copy.deepcopy(model).eval()(images).argmax(1)
    labels = torch.where(torch.arange(23) < 17, predictions, (predictions + 1) % 4)  # the last six are wrong
    state = copy.deepcopy(model.state_dict())
    for batch_size in (23, 10):
        got = evaluate_model(model.train(), DataLoader(TensorDataset(images, labels), batch_size=batch_size), CPU)
        hint = f"Yours is {float(got):.4f}. Does every picture count the same? Is the model in evaluation mode?"
        words = f"17 of 23 right is 0.7391, in batches of {batch_size}"
        yield holds(words, math.isclose(float(got), 17 / 23, abs_tol=1e-4), hint)
    unchanged = all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    yield holds(
        "nothing in the model has changed", unchanged, "BatchNorm's statistics moved: model.eval() comes first."
    )


@public_check("tune_learning_rate")
def _(tune_learning_rate):
    curves = {1e-4: [0.2, 0.3], 1e-3: [0.9, 0.6], 1e-2: [0.5, 0.7]}
    loader, calls = picture_loader(12, 6), []
    with stand_ins_for_training(tune_learning_rate, curves, calls):
        answer = tune_learning_rate(loader, loader, list(curves), 2, CPU)
    yield holds("train_cnn is called once for each learning rate", sorted(lr for _, lr in calls) == sorted(curves))
    fresh = len({id(model) for model, _ in calls}) == 3 and all(model.was_fresh for model, _ in calls)
    yield holds("with a fresh CNNClassifier each time", fresh, "A model that was trained already is trained again.")
    pair = isinstance(answer, tuple | list) and len(answer) == 2
    yield holds("returns (best_model, {learning rate: accuracy})", pair)
    if not pair:
        return
    found = {rate: float(accuracy) for rate, accuracy in answer[1].items()}
    hint = f"The runs had the accuracies {list(curves.values())}; yours are {list(found.values())}."
    yield holds(
        "the dictionary has the best accuracy of each run", found == {r: max(c) for r, c in curves.items()}, hint
    )
    rate = float(getattr(answer[0], "rate", torch.tensor(math.nan)).detach())
    hint = f"Yours is the one of learning rate {rate:g}." if rate > 0 else "Yours is none of those that were trained."
    yield holds("the model that comes back is the one that reached 0.9", math.isclose(rate, 1e-3, rel_tol=1e-4), hint)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
