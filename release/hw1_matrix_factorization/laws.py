"""A small rating problem, and laws and pictures that several public checks share."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from figures import subplots

REG_LAMBDA, K = 0.8, 4


@dataclass(frozen=True)
class Toy:
    """Shifted ratings of 19 users for 13 restaurants; three of the known ones are exactly 0."""

    table: np.ndarray
    known: np.ndarray
    val_cells: np.ndarray

    @property
    def cells(self) -> np.ndarray:
        return np.argwhere(self.known)

    @property
    def ratings(self) -> np.ndarray:
        return self.table[self.known]

    @property
    def matrix(self) -> sp.csr_matrix:
        """Known ratings that are 0 leave no trace in it."""
        return sp.csr_matrix(np.where(self.known, self.table, 0.0))

    def run(self, optimize, **options):
        """What the student's optimization returns, without what it prints."""
        options = {"k": K, "reg_lambda": REG_LAMBDA, **options}
        val_idx = tuple(self.val_cells.T)
        with contextlib.redirect_stdout(io.StringIO()):
            return optimize(self.matrix, self.cells, val_idx=val_idx, val_values=self.table[val_idx], **options)

    def training_loss(self, Q, P) -> float:
        return self._sum_of_squares(self.cells, Q, P) + REG_LAMBDA * float((Q**2).sum() + (P**2).sum())

    def validation_loss(self, Q, P, reg_lambda: float = REG_LAMBDA) -> float:
        return self._sum_of_squares(self.val_cells, Q, P) + reg_lambda * float((Q**2).sum() + (P**2).sum())

    def slopes(self, Q, P, reg_lambda: float = REG_LAMBDA) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives of the training loss by Q and by P."""
        missed = np.where(self.known, Q @ P - self.table, 0.0)
        return 2 * (missed @ P.T + reg_lambda * Q), 2 * (Q.T @ missed + reg_lambda * P)

    def _sum_of_squares(self, cells, Q, P) -> float:
        return float(((Q @ P - self.table)[tuple(cells.T)] ** 2).sum())


def make_toy() -> Toy:
    """Drawn anew for each check, from a generator of its own."""
    rng = np.random.default_rng()
    table = rng.normal(size=(19, 2)) @ rng.normal(size=(2, 13)) + 0.3 * rng.normal(size=(19, 13))
    known = rng.random(table.shape) < 0.5
    np.fill_diagonal(known, True)
    known[13:, 0] = True
    cells = np.argwhere(known)
    table[tuple(cells[rng.choice(len(cells), 3, replace=False)].T)] = 0.0
    unknown = np.argwhere(~known)
    return Toy(table, known, unknown[rng.choice(len(unknown), 9, replace=False)])


def show_matrices(before: np.ndarray, after: np.ndarray, known: np.ndarray):
    """Ratings before and after the shift, unknown cells grey, unless something is in them."""
    figure, axes = subplots(1, 2, figsize=(7.5, 2.8))
    for axis, values, title in ((axes[0], before, "ratings"), (axes[1], after, "your shifted ratings")):
        shown = np.ma.masked_where(~known & (values == 0), values)
        axis.set_facecolor("lightgrey")
        figure.colorbar(axis.imshow(shown, cmap="RdBu", vmin=-5, vmax=5, aspect="auto"), ax=axis)
        axis.set(title=title, xlabel="restaurant", ylabel="user")
    return figure


def show_histogram(values: np.ndarray, right_end: float):
    """Entries of Q and P over the density that was asked for."""
    figure, axis = subplots(figsize=(6, 2.2))
    axis.hist(values, bins=30, density=True, alpha=0.6, label="your entries")
    axis.plot([0, 0, right_end, right_end], [0, 1 / right_end, 1 / right_end, 0], color="black", label="as asked for")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def show_curves(train, validation, best: int | None = None):
    """The two histories of a run, with its best evaluation."""
    figure, axes = subplots(1, 2, figsize=(7.5, 2.3))
    for axis, losses, name in ((axes[0], train, "train_losses"), (axes[1], validation, "validation_losses")):
        axis.plot(losses, marker=".")
        axis.set(xlabel="evaluation", title=f"your {name}")
    if best is not None:
        axes[1].axvline(best, color="grey", linestyle="--", linewidth=1)
    return figure
