"""The classifier of hw3."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from solutions import hw3_cnn_classifier as hw3
from trainings.notebook_data import helpers_of
from trainings.trainable import CarriedOptimizer, Figures, Trainable, copy_of


class Classifier(Trainable):
    """hw3: the network trained with each learning rate in turn; the best by validation accuracy meets the test data."""

    RATES, EACH = (1e-3, 3e-4, 3e-3), 50

    def __init__(self, data: Path, device: torch.device):
        super().__init__(len(self.RATES) * self.EACH, device)
        with helpers_of("hw3_cnn_classifier", data) as helpers:
            signs = helpers.load_signs()
        train, val, test = (
            hw3.ImageDataset(images.astype(np.float32) / 255, labels)
            for images, labels in (
                (signs.train_images, signs.train_labels),
                (signs.val_images, signs.val_labels),
                (signs.test_images, signs.test_labels),
            )
        )
        self.train_loader, self.val_loader, self.test_loader = hw3.make_loaders(train, val, test)
        self.model, self.adam = hw3.CNNClassifier().to(device), CarriedOptimizer()
        self.parts = {"model": self.model, "adam": self.adam}
        self.kept = {"best": -1.0, "state": {}}

    def one_epoch(self) -> None:
        rate = self.RATES[self.done // self.EACH]
        if self.done % self.EACH == 0 and self.done > 0:  # a fresh model for each rate
            self.model.load_state_dict(hw3.CNNClassifier().state_dict())
            self.adam.forget()
        with self.adam.carried():
            found = hw3.train_cnn(self.model, self.train_loader, self.val_loader, rate, 1, self.device)
        names = ("train_loss", "val_loss", "train_acc", "val_acc")
        self.record(**{f"{name} {rate:g}": float(value[0]) for name, value in zip(names, found, strict=True)})
        if found[3][0] > self.kept["best"]:
            self.kept = {"best": float(found[3][0]), "state": copy_of(self.model), "rate": rate}

    def figures(self) -> Figures:
        model = hw3.CNNClassifier()
        model.load_state_dict(self.kept["state"])
        val = self.curves["val_acc 0.001"]
        ends = {
            f"{name}_{place}": self.curves[f"{name} 0.001"][index]
            for name in ("train_loss", "val_loss", "train_acc", "val_acc")
            for place, index in (("first", 0), ("last", -1))
        }
        return ends | {
            "val_acc_best": max(val),
            "best_epoch": int(np.argmax(val)) + 1,
            "rate": self.kept["rate"],
            "val_acc_of_all": self.kept["best"],
            "test_acc": hw3.evaluate_model(model, self.test_loader, self.device),
        }
