"""The autoencoders of hw4."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from solutions import hw4_conv_autoencoders as hw4
from trainings.notebook_data import helpers_of
from trainings.trainable import CarriedOptimizer, Figures, Trainable


class Clothes(Trainable):
    """hw4: one autoencoder of clothes, 60 epochs."""

    def __init__(self, data: Path, device: torch.device, *, model: Callable[[], nn.Module], k: int):
        super().__init__(60, device)
        with helpers_of("hw4_conv_autoencoders", data) as helpers:
            pictures = helpers.load_pictures()
            self.optimum = helpers.pca_optimum(pictures.train_images, k)
        self.images = pictures.train_images
        self.train_loader = DataLoader(TensorDataset(self.images, pictures.train_labels), batch_size=64, shuffle=True)
        self.test_loader = DataLoader(TensorDataset(pictures.test_images, pictures.test_labels), batch_size=100)
        self.model, self.adam = model().to(device), CarriedOptimizer()
        self.parts = {"model": self.model, "adam": self.adam}

    def one_epoch(self) -> None:
        with self.adam.carried():
            train, test = hw4.train_autoencoder(self.model, self.train_loader, self.test_loader, 1e-3, 1, self.device)
        self.record(train=train, test=test)

    def figures(self) -> Figures:
        train, test = self.curves["train"], self.curves["test"]
        ends = {"train_first": train[0], "test_first": test[0], "train": train[-1], "test": test[-1]}
        return ends | {"pca_optimum": self.optimum}


class StrideOne(hw4.ConvAutoencoder):
    """The network of the sheet's slip, whose poolings move by one pixel: the encoder ends with 40,000 numbers."""

    def __init__(self, latent_dim: int):
        super().__init__(latent_dim)
        for place, layer in enumerate(self.encoder):
            if isinstance(layer, nn.MaxPool2d):
                self.encoder[place] = nn.MaxPool2d(2, stride=1)
        self.encoder[-1] = nn.Linear(64 * 25 * 25, latent_dim)
