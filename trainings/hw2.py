"""The flat autoencoders of hw2."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from solutions import hw2_deep_autoencoders as hw2
from trainings.notebook_data import helpers_of
from trainings.trainable import Figures, Trainable


class Flat(Trainable):
    """hw2: one autoencoder of flat digits, whole: its learning rate follows a plan for all epochs together."""

    def __init__(self, data: Path, device: torch.device, *, model: Callable[[], nn.Module], passes: int):
        super().__init__(1, device)
        self.passes = passes
        with helpers_of("hw2_deep_autoencoders", data) as helpers:
            digits = helpers.load_mnist()
            train, test = hw2.to_flat(digits.train_images), hw2.to_flat(digits.test_images)
            self.bounds = helpers.pca_bound(train, 16), helpers.pca_bound(test, 16)
        self.loaders = hw2.make_loader(train, 128, shuffle=True), hw2.make_loader(test, 1000)
        self.model = model()

    def one_epoch(self) -> None:
        train, test = hw2.train(self.model, *self.loaders, self.passes, 5e-3, self.device)
        self.record(train=train, test=test[1:])

    def figures(self) -> Figures:
        train = self.curves["train"]
        shown = {f"train_{epoch}": train[epoch] for epoch in (0, 1, 9, 49) if epoch < len(train)}
        ends = {"train": train[-1], "test": self.curves["test"][-1]}
        return shown | ends | {"pca_train": self.bounds[0], "pca_test": self.bounds[1]}
