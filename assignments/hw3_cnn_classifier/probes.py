"""What the checks of this assignment run on the student's side. Probes record values; they judge nothing.

Every probe takes the notebook's namespace first; `device` is where tensors and models are moved to.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from autograder.sandbox.loop_probes import (  # noqa: F401 - asked for by the checks
    build_device,
    build_loader,
    build_model,
    record_calls,
    record_training,
)

# --- the network ------------------------------------------------------------------------------------------------------


def make_classifier(namespace, device):
    """A new CNNClassifier."""
    return namespace["CNNClassifier"]().to(device)


def outputs_of(namespace, device, model, inputs, training):
    """What a model returns for each of several batches, in one mode."""
    model.train(training)
    with torch.no_grad():
        return [model(batch.to(device)) for batch in inputs]


# --- the data set -----------------------------------------------------------------------------------------------------


def items_of(namespace, images, labels, indices):
    """What an ImageDataset of these arrays says about its length and some items, and the arrays afterwards."""
    images, labels = images.copy(), labels.copy()
    dataset = namespace["ImageDataset"](images, labels)
    return {
        "length": len(dataset),
        "items": [_plain(dataset[index]) for index in indices],
        "arrays": [images, labels],
    }


def batches_of(namespace, images, labels, batch_size):
    """The batches of a DataLoader over an ImageDataset."""
    loader = DataLoader(namespace["ImageDataset"](images, labels), batch_size=batch_size)
    return [list(batch) for batch in loader]


def _plain(item):
    return list(item) if isinstance(item, (tuple, list)) else item


# --- the loaders ------------------------------------------------------------------------------------------------------


def epochs_of_loaders(namespace, sets, epochs, batch_size):
    """For each of the loaders that make_loaders returns: its batches in several epochs.

    sets: three pairs (images, labels); batch_size: None for the default
    """
    datasets = [TensorDataset(*pair) for pair in sets]
    options = {} if batch_size is None else {"batch_size": batch_size}
    loaders = namespace["make_loaders"](*datasets, **options)
    if not isinstance(loaders, (tuple, list)) or len(loaders) != 3:
        return {"loaders": False, "value": loaders}
    return {
        "loaders": True,
        "epochs": [[[list(batch) for batch in loader] for _ in range(epochs)] for loader in loaders],
    }


# --- tuning -----------------------------------------------------------------------------------------------------------


class MarkedModel(nn.Module):
    """In the place of CNNClassifier: its only number is the run of train_cnn that it was trained in, 0 before."""

    def __init__(self):
        super().__init__()
        self.mark = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return self.mark + torch.zeros(len(x), 6)


class History(np.ndarray):
    """An array that is also asked like a list."""

    def index(self, value):
        return self.tolist().index(value)


def make_model_stub(namespace, nothing):
    return MarkedModel


def make_training_stub(namespace, curves):
    """In the place of train_cnn: marks the model, and returns the next of these curves of validation accuracies."""

    def train_cnn(model, train_loader, val_loader, lr, n_epochs, device):
        number = len(tuning_calls) + 1
        tuning_calls.append(
            {
                "marked": float(model.mark.detach()) if isinstance(model, MarkedModel) else -1.0,
                "loaders": [_name_of(train_loader), _name_of(val_loader)],
                "lr": float(lr),
                "n_epochs": int(n_epochs),
                "device": str(device),
            }
        )
        curve = np.array(curves[(number - 1) % len(curves)]).view(History)
        with torch.no_grad():
            model.mark.fill_(number)
        model.best_accuracy = float(curve.max())
        loss = np.linspace(1, 0.5, len(curve)).view(History)  # of no use: validation accuracy decides
        return loss, loss, 0.5 + 0 * curve, curve

    return train_cnn


def make_evaluation_stub(namespace, other):
    """In the place of evaluate_model: the best accuracy of a marked model on the validation data, else another."""

    def evaluate_model(model, loader, device):
        return model.best_accuracy if _name_of(loader) == "val" else other

    return evaluate_model


tuning_calls = []


class NamedLoader(list):
    """A loader without batches that can be told from others."""

    name = ""


def _name_of(loader):
    return getattr(loader, "name", "another")


def tune(namespace, device, rates, n_epochs):
    """Runs tune_learning_rate on stand-ins. Returns what it returned, and the calls of train_cnn on the way."""
    tuning_calls.clear()
    loaders = [NamedLoader(), NamedLoader()]
    loaders[0].name, loaders[1].name = "train", "val"
    result = namespace["tune_learning_rate"](*loaders, rates, n_epochs, device)
    pair = isinstance(result, (tuple, list)) and len(result) == 2
    model, found = result if pair else (None, None)
    return {
        "pair": pair,
        "value": result,
        "mark": float(model.mark.detach()) if isinstance(model, MarkedModel) else None,
        "model": model,
        "found": [[_number(lr), _number(value)] for lr, value in found.items()] if isinstance(found, dict) else None,
        "calls": tuning_calls,
        "rates": list(rates),
    }


def _number(value):
    if isinstance(value, str):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
