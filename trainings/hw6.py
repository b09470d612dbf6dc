"""The denoiser and the variational autoencoder of hw6."""

from __future__ import annotations

from pathlib import Path

import torch

from solutions import hw6_denoising_and_vae as hw6
from trainings.notebook_data import helpers_of
from trainings.trainable import CarriedOptimizer, Figures, Trainable


class Denoiser(Trainable):
    """hw6, exercise 1: five epochs of pairs of noisy and clean digits."""

    def __init__(self, data: Path, device: torch.device):
        super().__init__(5, device)
        with helpers_of("hw6_denoising_and_vae", data) as helpers:
            digits = helpers.load_mnist()
        noise = hw6.AddGaussianNoise(0.0, 0.3)
        train, test = (
            hw6.ConcatDataset(hw6.DigitImages(images, labels, transform=noise), hw6.DigitImages(images, labels))
            for images, labels in (
                (digits.train_images, digits.train_labels),
                (digits.test_images, digits.test_labels),
            )
        )
        self.train_loader = hw6.make_loader(train, batch_size=64, shuffle=True)
        self.test_loader = hw6.make_loader(test, batch_size=1000, shuffle=False)
        self.model = hw6.DenoisingAutoencoder().to(device)
        self.adam = hw6.make_dae_optimizer(self.model)
        self.parts = {"model": self.model, "adam": self.adam}

    def one_epoch(self) -> None:
        if self.done == 0:
            noisy, clean = (images.to(self.device) for images in next(iter(self.train_loader)))
            self.record(first_batch=hw6.dae_loss(self.model(noisy), clean).item() / len(clean))
        train, test = hw6.train_dae(self.model, self.adam, self.train_loader, self.test_loader, 1, self.device)
        self.record(train=train, test=test[1:])

    def figures(self) -> Figures:
        epochs = {f"test_{number}": loss for number, loss in enumerate(self.curves["test"], start=1)}
        return {"first_batch": self.curves["first_batch"][0]} | epochs


class Variational(Trainable):
    """hw6, exercise 2: three epochs of the variational autoencoder with 16 latent dimensions."""

    def __init__(self, data: Path, device: torch.device):
        super().__init__(3, device)
        with helpers_of("hw6_denoising_and_vae", data) as helpers:
            digits = helpers.load_mnist()
        train = hw6.DigitImages(digits.train_images, digits.train_labels)
        test = hw6.DigitImages(digits.test_images, digits.test_labels)
        self.train_loader = hw6.make_loader(train, batch_size=64, shuffle=True)
        self.test_loader = hw6.make_loader(test, batch_size=1000, shuffle=False)
        self.model, self.adam = hw6.VAE(latent_feature=16).to(device), CarriedOptimizer()
        self.parts = {"model": self.model, "adam": self.adam}

    def one_epoch(self) -> None:
        with self.adam.carried():
            log, test = hw6.train_vae(self.model, self.train_loader, self.test_loader, 1, self.device, lr=1e-4)
        self.record(train=log[:, 1].tolist(), reconstruction=log[:, 2].tolist(), kl=log[:, 3].tolist(), test=test[1:])

    def figures(self) -> Figures:
        epochs = {f"test_{number}": loss for number, loss in enumerate(self.curves["test"], start=1)}
        return {"first_batch": self.curves["train"][0]} | epochs
