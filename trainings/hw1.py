"""The factorizations of hw1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from solutions import hw1_matrix_factorization as hw1
from trainings.notebook_data import helpers_of
from trainings.trainable import Figures, Trainable


class Factorization(Trainable):
    """hw1: one run of SGD or ALS, whole: it takes a minute or two."""

    def __init__(self, data: Path, device: torch.device, *, optimizer: str, k: int, reg_lambda: float):
        super().__init__(1, device)
        self.options: dict[str, Any] = {"optimizer": optimizer, "k": k, "reg_lambda": reg_lambda}
        with helpers_of("hw1_matrix_factorization", data) as helpers:
            ratings = helpers.load_ratings()
        matrix = hw1.cold_start_preprocessing(hw1.rating_matrix(ratings.triplets), ratings.min_entries)
        known, self.val_idx, self.test_idx, val, test = hw1.split_data(matrix, ratings.n_hidden, ratings.n_hidden)
        self.known = np.column_stack(known.nonzero())
        self.shifted, means = hw1.shift_user_mean(known)
        self.val, self.test = (v - means.ravel()[i[0]] for v, i in ((val, self.val_idx), (test, self.test_idx)))

    def one_epoch(self) -> None:
        Q, P, val, train, _ = hw1.latent_factor_alternating_optimization(
            self.shifted,
            self.known,
            val_idx=self.val_idx,
            val_values=self.val,
            max_steps=100,
            patience=10,
            log_every=1000,
            **self.options,
        )
        self.record(val=val, train=train)
        self.kept = {
            "val": hw1.loss(self.val, self.val_idx, Q, P, 0),
            "test": hw1.loss(self.test, self.test_idx, Q, P, 0),
        }

    def figures(self) -> Figures:
        val, train = self.curves["val"], self.curves["train"]
        best = int(np.argmin(val))
        return {
            "train_first": train[0],
            "val_first": val[0],
            "train_best": train[best],
            "val_best": val[best],
            "best_step": best,
            "train_last": train[-1],
            "val_last": val[-1],
            "val_error": self.kept["val"],
            "test_error": self.kept["test"],
            "user_mean_train": float((self.shifted.data**2).sum()),
            "user_mean_val": float((self.val**2).sum()),
            "user_mean_test": float((self.test**2).sum()),
        }
