"""The autoencoder of hw5."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from solutions import hw5_latent_space as hw5
from trainings.notebook_data import helpers_of
from trainings.trainable import Figures, Trainable, copy_of


class Garments(Trainable):
    """hw5: the autoencoder of all clothes, at most 50 epochs, stopped early."""

    PATIENCE = 5

    def __init__(self, data: Path, device: torch.device):
        super().__init__(50, device)
        with helpers_of("hw5_latent_space", data) as helpers:
            clothes = helpers.load_data()
            train, val = helpers.hold_out(clothes)
            self.baselines = helpers.reconstruction_baselines(clothes)
        self.train_loader = hw5.make_loader(train[0], train[1], 1024, True)
        self.val_loader = hw5.make_loader(val[0], val[1], 1024, False)
        self.test_images = clothes.test_images
        self.model = hw5.Autoencoder().to(device)
        self.adam = torch.optim.Adam(self.model.parameters(), lr=1e-3, weight_decay=1e-4)
        self.scheduler = torch.optim.lr_scheduler.ExponentialLR(self.adam, gamma=0.999)
        self.parts = {"model": self.model, "adam": self.adam, "scheduler": self.scheduler}

    def one_epoch(self) -> None:
        train, val = hw5.train_autoencoder(
            self.model, self.train_loader, self.val_loader, self.adam, self.scheduler, 1, 1, self.device
        )
        self.record(train=train, val=val)
        if val[0] == min(self.curves["val"]):
            self.kept = {"state": copy_of(self.model)}

    @property
    def over(self) -> bool:
        val = self.curves.get("val", [])
        waited = len(val) - 1 - int(np.argmin(val)) if val else 0
        return super().over or waited >= self.PATIENCE

    def figures(self) -> Figures:
        model = hw5.Autoencoder().to(self.device).eval()
        model.load_state_dict(self.kept["state"])
        with torch.no_grad():
            parts = [model(images.to(self.device)).cpu() for images in self.test_images.split(1000)]
        train, val = self.curves["train"], self.curves["val"]
        return {
            "train_first": train[0],
            "val_first": val[0],
            "train_last": train[-1],
            "val_last": val[-1],
            "val_best": min(val),
            "best_epoch": int(np.argmin(val)) + 1,
            "test": float(((torch.cat(parts) - self.test_images) ** 2).mean()),
            "mean_image": self.baselines["mean image"],
        }
