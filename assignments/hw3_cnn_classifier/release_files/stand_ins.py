"""Small stand-ins that the public checks use in the place of the network and of the photographs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.utils.data import DataLoader, TensorDataset


class TinyClassifier(nn.Sequential):
    """Log-probabilities of four classes for pictures 3x4x4, with BatchNorm and Dropout."""

    def __init__(self, dropout: float = 0.0):
        layers = [nn.Flatten(1), nn.Linear(48, 8, bias=False), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(dropout)]
        super().__init__(*layers, nn.Linear(8, 4), nn.LogSoftmax(dim=1))


class MarkedModel(nn.Module):
    """In the place of CNNClassifier: all that it holds is the learning rate that it was trained with."""

    def __init__(self):
        super().__init__()
        self.rate = nn.Parameter(torch.zeros(()))
        self.was_fresh = True

    def forward(self, x):
        return self.rate + torch.zeros(len(x), 6)


@contextmanager
def stand_ins_for_training(function, curves: dict[float, list[float]], calls: list) -> Iterator[None]:
    """While it lasts, `function` finds stand-ins for CNNClassifier, train_cnn and evaluate_model in its notebook.

    curves: the validation accuracies of training with each learning rate; calls: (model, rate) of each training
    """

    def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
        model.was_fresh = not bool(model.rate)
        with torch.no_grad():
            model.rate.fill_(lr)
        calls.append((model, lr))
        accuracies = np.array(curves[lr])
        return 1 - accuracies, 1 - accuracies, accuracies, accuracies

    def evaluate_model(model, loader, device):
        return max(next(curve for lr, curve in curves.items() if abs(lr - float(model.rate)) < 1e-6))

    names = getattr(function, "__globals__", {})
    new = {"CNNClassifier": MarkedModel, "train_cnn": train_cnn, "evaluate_model": evaluate_model}
    old = {name: names[name] for name in new if name in names}
    names.update(new)
    try:
        yield
    finally:
        names.update(old)


def labelled_noise(count: int, size: int = 4) -> tuple[Tensor, Tensor]:
    """Noise pictures (count, 3, size, size) and labels 0 to 3 that have little to do with them."""
    return torch.rand(count, 3, size, size), torch.randperm(count) % 4


def picture_loader(count: int, batch_size: int, size: int = 4) -> DataLoader:
    """Batches of them, in order; the last one may be smaller."""
    return DataLoader(TensorDataset(*labelled_noise(count, size)), batch_size=batch_size)


def mark_corners(count: int) -> np.ndarray:
    """Pictures (count, 6, 9, 3): upper left red, upper right green, lower left blue, brighter from one to the next."""
    pictures = np.zeros((count, 6, 9, 3))
    for number, picture in enumerate(pictures):
        light = 0.5 + 0.1 * number
        picture[:2, :3, 0] = picture[:2, -3:, 1] = picture[-2:, :3, 2] = light
    return pictures


def gradients_of_steps(train, model: nn.Module, *args) -> tuple[list[Tensor], object]:
    """(the gradients of the model that each optimizer step finds, as vectors; what `train(model, *args)` returns)."""
    steps = []

    def before_step(optimizer, *_):
        parts = [p.grad if p.grad is not None else torch.zeros_like(p) for p in model.parameters()]
        steps.append(torch.cat([part.flatten().clone() for part in parts]))

    hook = register_optimizer_step_pre_hook(before_step)
    try:
        return steps, train(model, *args)
    finally:
        hook.remove()
