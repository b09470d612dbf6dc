"""The autoencoder and the beta-VAE of hw7."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import TensorDataset

from solutions import hw7_beta_vae as hw7
from trainings.notebook_data import helpers_of
from trainings.trainable import CarriedOptimizer, Figures, Trainable

NZ = 64  # latent dimensions
SMOOTH = 50  # iterations that the last loss is a mean of


class UniformNoise(hw7.VAE):
    """With `torch.rand_like` in the place of `torch.randn_like`, the slip that the printed figures look like."""

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        q = self.encoder(x)
        mean, log_sigma = q.chunk(2, dim=1)
        return {"q": q, "rec": self.decoder(mean + log_sigma.exp() * torch.rand_like(mean))}


class Digits(Trainable):
    """hw7: the autoencoder (beta is None) or the variational one."""

    def __init__(
        self,
        data: Path,
        device: torch.device,
        *,
        beta: float | None,
        epochs: int,
        variational: type[hw7.VAE] = hw7.VAE,
    ):
        super().__init__(epochs, device)
        with helpers_of("hw7_beta_vae", data) as helpers:
            digits = helpers.load_mnist()
        self.mean_image = float(((digits.train_images.mean(0) - digits.test_images) ** 2).mean())
        self.loader = hw7.make_loader(TensorDataset(digits.train_images, digits.train_labels), batch_size=64)
        model = hw7.AutoEncoder(NZ) if beta is None else variational(NZ, beta)
        self.model, self.beta, self.adam = model.to(device), beta, CarriedOptimizer()
        self.parts = {"model": self.model, "adam": self.adam}

    def one_epoch(self) -> None:
        with self.adam.carried():
            if self.beta is None:
                self.record(rec=hw7.train_autoencoder(self.model, self.loader, 1, 1e-3, self.device))
            else:
                rec, kl = hw7.train_vae(self.model, self.loader, 1, 1e-3, self.device)
                self.record(rec=rec, kl=kl, total=[r + self.beta * k for r, k in zip(rec, kl, strict=True)])

    def figures(self) -> Figures:
        return dict(self._figures()) | {"mean_image": self.mean_image}

    def _figures(self) -> Iterator[tuple[str, float]]:
        for name, losses in self.curves.items():
            yield from ((f"{name}_{step}", losses[step]) for step in (0, 100, 1000) if step < len(losses))
            yield name, float(np.mean(losses[-SMOOTH:]))
