"""Baselines and figures of this notebook. Nothing here has to be changed; reading it is welcome."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from digits import choose_device
from figures import subplots
from hands import CLASSES, Signs, load_signs
from layer_table import layer_table
from torch import Tensor, nn

__all__ = ["choose_device", "layer_table", "load_signs", "subplots"]

# --- what a number is worth -------------------------------------------------------------------------------------------


def classification_baselines(signs: Signs) -> dict[str, float]:
    """Share of the test pictures that methods without a network get right."""
    train, test = (_flat(images) for images in (signs.train_images, signs.test_images))
    means = np.stack([train[signs.train_labels == label].mean(axis=0) for label in range(CLASSES)])
    return {
        "always the same answer": float((signs.test_labels == signs.train_labels[0]).mean()),
        "nearest mean picture": float((_nearest(test, means) == signs.test_labels).mean()),
        "nearest training picture": float((signs.train_labels[_nearest(test, train)] == signs.test_labels).mean()),
    }


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32) / 255


def _nearest(pictures: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each picture the number of the nearest of the others."""
    return ((others**2).sum(axis=1) - 2 * pictures @ others.T).argmin(axis=1)


def print_baselines(baselines: dict[str, float]) -> None:
    """One baseline a line; and what a model that knows nothing pays."""
    print("Test accuracy without a network:")
    for name, value in baselines.items():
        print(f"  {name:<26}{value:7.1%}")
    print(
        f"Loss of a model that gives each of the {CLASSES} classes the same probability: ln 6 = {math.log(CLASSES):.4f}"
    )


PRINTED = {  # with this exercise, for the photographs and a learning rate of 0.001
    1: (1.5400, 1.8987, 0.5781, 0.2333),
    50: (0.0017, 0.1830, 1.0000, 0.9333),
}


def compare_with_sheet(history: Sequence[np.ndarray], signs: Signs) -> None:
    """Our losses and accuracies beside those that were printed with this exercise."""
    print(f"{'epoch':>5}{'':>10}{'train loss':>12}{'val loss':>12}{'train acc':>12}{'val acc':>12}")
    n_epochs = len(history[0])
    for epoch in (1, n_epochs):
        rows = {"ours": tuple(part[epoch - 1] for part in history), "printed": PRINTED.get(epoch)}
        for name, row in rows.items():
            if row is not None:
                print(f"{epoch:>5}{name:>10}{row[0]:>12.4f}{row[1]:>12.4f}{row[2]:>12.2%}{row[3]:>12.2%}")
    best = int(np.argmax(history[3]))
    print(f"best validation accuracy: {history[3][best]:.2%} in epoch {best + 1} (printed: 94.17% in epoch 28)")
    print(
        "The printed train accuracy of epoch 1 is that of one batch, 37 of 64: a mean over the epoch is no such number."
    )
    if not signs.are_photographs:
        print("The printed figures are for the photographs: with other pictures the rows cannot be compared.")


@contextmanager
def gradients_are_never_cleared() -> Iterator[None]:
    """While it lasts, zero_grad() of every optimizer and every model does nothing."""
    places = [(torch.optim.Optimizer, torch.optim.Optimizer.zero_grad), (nn.Module, nn.Module.zero_grad)]
    for place, _ in places:
        place.zero_grad = lambda self, set_to_none=True: None
    try:
        yield
    finally:
        for place, original in places:
            place.zero_grad = original


# --- figures (each returns the matplotlib figure) ---------------------------------------------------------------------


def show_pictures(pictures: np.ndarray | Tensor, titles: Sequence[object], columns: int = 6):
    """Pictures in rows, each with a title: arrays (N, H, W, 3), or tensors (N, 3, H, W) in [0, 1]."""
    if isinstance(pictures, Tensor):
        pictures = pictures.detach().cpu().permute(0, 2, 3, 1).numpy()  # not .T, which mirrors a picture
    rows = max(1, math.ceil(len(pictures) / columns))
    figure, axes = subplots(rows, columns, figsize=(1.6 * columns, 1.8 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, picture, title in zip(axes.flat, pictures, titles, strict=False):
        axis.imshow(picture)
        axis.set_title(str(title), fontsize=9)
    return figure


def show_one_of_each(signs: Signs):
    """One training picture of each class."""
    first = [int(np.flatnonzero(signs.train_labels == label)[0]) for label in range(CLASSES)]
    return show_pictures(signs.train_images[first], [f"{label} fingers up" for label in range(CLASSES)])


def plot_history(history: Sequence[np.ndarray], baselines: dict[str, float]):
    """Loss and accuracy over epochs, training and validation; baselines are dashed, the best epoch is marked."""
    train_loss, val_loss, train_acc, val_acc = history
    epochs = np.arange(1, len(train_loss) + 1)
    best = int(np.argmax(val_acc))
    figure, (left, right) = subplots(1, 2, figsize=(11, 3.6))
    for axis, train, val in ((left, train_loss, val_loss), (right, train_acc, val_acc)):
        axis.plot(epochs, train, label="train")
        axis.plot(epochs, val, label="validation")
        axis.axvline(epochs[best], color="grey", linewidth=1)
        axis.set(xlabel="epoch")
    left.axhline(math.log(CLASSES), linestyle="--", linewidth=1, color="C4", label="ln 6, knows nothing")
    left.set(ylabel="negative log-likelihood", yscale="log")
    for index, (name, value) in enumerate(baselines.items()):
        right.axhline(value, linestyle="--", linewidth=1, color=f"C{index + 4}", label=name)
    right.plot(epochs[best], val_acc[best], "o", color="C1", label=f"best: {val_acc[best]:.1%}")
    right.set(ylabel="accuracy", ylim=(0, 1.02))
    for axis in (left, right):
        axis.legend(fontsize=8)
    return figure


def plot_rates(accuracies: dict[float, float]):
    """Best validation accuracy over learning rates."""
    rates = sorted(accuracies)
    figure, axis = subplots(figsize=(5, 3))
    axis.plot(rates, [accuracies[rate] for rate in rates], "o-")
    axis.axhline(1 / CLASSES, linestyle="--", linewidth=1, color="grey", label="chance")
    axis.set(xscale="log", xlabel="learning rate", ylabel="best validation accuracy", ylim=(0, 1.02))
    axis.set_xticks(rates, [f"{rate:g}" for rate in rates])
    axis.minorticks_off()
    axis.legend()
    return figure


@torch.no_grad()
def predictions_of(model: nn.Module, loader, device) -> tuple[Tensor, Tensor, Tensor]:
    """(images, labels, predictions) of a whole loader, on the CPU."""
    model.eval()
    parts = [(images, labels, model(images.to(device)).argmax(dim=1).cpu()) for images, labels in loader]
    return tuple(torch.cat(part) for part in zip(*parts, strict=True))


def plot_confusion(labels: Tensor, predictions: Tensor):
    """How often each class is taken for each other one."""
    counts = torch.zeros(CLASSES, CLASSES, dtype=torch.long)
    for label, prediction in zip(labels, predictions, strict=True):
        counts[label, prediction] += 1
    figure, axis = subplots(figsize=(3.8, 3.4))
    axis.imshow(counts.numpy(), cmap="Blues")
    for label in range(CLASSES):
        for prediction in range(CLASSES):
            count = int(counts[label, prediction])
            colour = "white" if 2 * count > counts.max() else "black"
            axis.text(prediction, label, count, ha="center", va="center", color=colour)
    axis.set(xlabel="the network says", ylabel="it is", xticks=range(CLASSES), yticks=range(CLASSES))
    return figure


def show_errors(images: Tensor, labels: Tensor, predictions: Tensor, most: int = 6):
    """Pictures that the network gets wrong."""
    wrong = torch.nonzero(labels != predictions).flatten()[:most]
    titles = [f"{int(labels[i])}, taken for {int(predictions[i])}" for i in wrong]
    return show_pictures(images[wrong], titles)
