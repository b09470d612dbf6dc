"""Data, baselines, tables and figures for this notebook. Nothing here has to be changed; reading it is welcome."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from figures import dashed, subplots

# --- data -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ratings:
    """Triplets (user, restaurant, rating), whole numbers, shape (n, 3), and what this notebook does with so many."""

    triplets: np.ndarray
    min_entries: int = 20  # users and restaurants need more ratings than this
    n_hidden: int = 200  # for validation, and as many for testing
    noise: float | None = None  # variance of a rating about what its maker meant, where we made it


def load_ratings() -> Ratings:
    """ratings/ratings.npy from $DATA_ROOT or ./data; without it ratings that a generator makes."""
    if os.environ.get("ASSIGNMENT_DATA") == "sample":
        return Ratings(generate_ratings(60, 40, typical=18), min_entries=5, n_hidden=20)
    for root in (os.environ.get("DATA_ROOT"), "data"):
        for path in (Path(root or "") / "ratings" / "ratings.npy", Path(root or "") / "ratings.npy"):
            if root and path.is_file():
                triplets = np.load(path).astype(np.int64)
                print(f"{len(triplets)} ratings from {path}.")
                return Ratings(triplets)
    triplets = generate_ratings()
    print(f"There is no ratings.npy in $DATA_ROOT or ./data: a generator made {len(triplets)} ratings.")
    return Ratings(triplets, noise=NOISE**2 + 1 / 12)  # 1/12 is the variance of rounding


RANK, NOISE = 3, 0.4


def generate_ratings(n_users: int = 1800, n_items: int = 500, typical: float = 22, seed: int = 0) -> np.ndarray:
    """Ratings with a known structure: each user's own level, three tastes that users and restaurants share, and noise.

    Most users rate little and most restaurants are rated rarely; one pair in a hundred is rated twice.
    returns: triplets (n, 3) in the order of time
    """
    rng = np.random.default_rng(seed)
    level = rng.normal(3.6, 0.5, n_users)
    tastes, offers = rng.normal(0, 0.65, (n_users, RANK)), rng.normal(0, 0.65, (n_items, RANK))
    popularity = 1 / (np.arange(n_items) + 12)
    counts = np.clip(rng.lognormal(np.log(typical), 0.8, n_users), 1, n_items // 3).astype(int)
    order = rng.permutation(n_items)  # the popular ones anywhere
    # The largest of these numbers are a sample without replacement, with these chances (Efraimidis and Spirakis).
    keys = np.log(rng.random((n_users, n_items))) / popularity[order]
    ranks = np.argsort(np.argsort(-keys, axis=1), axis=1)
    users, items = np.nonzero(ranks < counts[:, None])
    twice = rng.choice(len(users), len(users) // 100, replace=False)
    users, items = np.append(users, users[twice]), np.append(items, items[twice])
    meant = level[users] + (tastes[users] * offers[items]).sum(1)
    given = np.clip(np.rint(meant + rng.normal(0, NOISE, len(users))), 1, 5).astype(np.int64)
    shuffled = rng.permutation(len(users))
    return np.column_stack([users, items, given])[shuffled]


# --- baselines: what a number is worth --------------------------------------------------------------------------------


def baselines(matrix, idx, values, noise: float | None = None) -> dict[str, float]:
    """Squared error, summed over the cells `idx` with these ratings, of predictions without any factorization.

    matrix: sparse [N, D], the known ratings; idx: a pair (users, restaurants); values: ratings from 1 to 5
    """
    known = matrix.tocoo()
    everything = known.data.mean()
    users = _means(known.row, known.data, matrix.shape[0], everything)
    items = _means(known.col, known.data - users[known.row], matrix.shape[1], 0.0)
    guesses = {
        "mean of everything": np.full(len(values), everything),
        "user mean": users[idx[0]],
        "user mean + restaurant": users[idx[0]] + items[idx[1]],
    }
    costs = {name: float(((values - guess) ** 2).sum()) for name, guess in guesses.items()}
    return costs if noise is None else costs | {"noise of the ratings": noise * len(values)}


def _means(rows: np.ndarray, values: np.ndarray, n: int, empty: float) -> np.ndarray:
    counts = np.bincount(rows, minlength=n)
    sums = np.bincount(rows, values, minlength=n)
    return np.divide(sums, counts, out=np.full(n, empty), where=counts > 0)


def print_baselines(costs: Mapping[str, float], what: str) -> None:
    """One baseline a line, the worst first."""
    print(f"What it costs without a factorization ({what}):")
    for name, value in costs.items():
        print(f"  {name:<24}{value:10.2f}")


# --- tables -----------------------------------------------------------------------------------------------------------


def print_losses(validation: Sequence[float], train: Sequence[float], user_mean: tuple[float, float]) -> None:
    """The two histories of a run, every few evaluations, beside what the user mean alone costs.

    user_mean: (training, validation), sums of squares without any factors
    """
    best = int(np.argmin(validation))
    shown = sorted(
        {0, 1, 2, 3, best, len(validation) - 1, *range(0, len(validation), 10)} & set(range(len(validation)))
    )
    print(f"{'evaluation':>10}{'training loss':>17}{'validation loss':>17}")
    print(f"{'user mean':>10}{user_mean[0]:17.1f}{user_mean[1]:17.1f}")
    for number in shown:
        star = "  <- best" if number == best else ""
        print(f"{number:>10}{train[number]:17.1f}{validation[number]:17.1f}{star}")


def compare_with_sheet(
    validation: Sequence[float], train: Sequence[float], printed: Mapping[int, tuple[float, float]]
) -> None:
    """Our losses beside those that were printed with this exercise, {iteration: (training, validation)}; they are for
    other data (Yelp, 3529 users and 2072 restaurants), so that only their course can be compared.
    """
    print(f"{'iteration':>10}{'ours: train':>16}{'val':>11}{'printed: train':>18}{'val':>11}")
    for step, (their_train, their_validation) in printed.items():
        ours = f"{train[step]:16.1f}{validation[step]:11.1f}" if step < len(train) else f"{'–':>16}{'–':>11}"
        print(f"{step:>10}{ours}{their_train:18.1f}{their_validation:11.1f}")


# --- figures (each returns the matplotlib figure) ---------------------------------------------------------------------


def plot_counts(matrix):
    """How many ratings each user gave and each restaurant got, and how often each rating was given."""
    figure, axes = subplots(1, 3, figsize=(10.5, 2.8))
    for axis, counts, name in ((axes[0], matrix.getnnz(1), "user"), (axes[1], matrix.getnnz(0), "restaurant")):
        axis.loglog(np.arange(1, len(counts) + 1), np.sort(counts)[::-1])
        axis.set(xlabel=f"{name}, the busiest first", ylabel="ratings", title=f"ratings per {name}")
    values, often = np.unique(matrix.data, return_counts=True)
    axes[2].bar(values, often)
    axes[2].set(xlabel="rating", title="how often each rating is given")
    return figure


def plot_losses(runs: Mapping[str, tuple], title: str, user_mean: tuple[float, float] | None = None, skip: int = 1):
    """Training loss and validation loss over evaluations, side by side.

    runs: {name: (train_losses, validation_losses)}; the first `skip` evaluations are left out, they are off the scale
    user_mean: (training, validation), drawn as dashed lines
    """
    figure, axes = subplots(1, 2, figsize=(11, 3.6))
    for part, (axis, name) in enumerate(zip(axes, ("training", "validation"), strict=True)):
        for run, losses in runs.items():
            axis.plot(range(skip, len(losses[part])), losses[part][skip:], marker=".", label=run)
        if user_mean is not None:
            dashed(axis, {"user mean alone": user_mean[part]})
        axis.set(xlabel="evaluation", ylabel=f"{name} loss", title=f"{name} loss", yscale="log")
        axis.legend()
    figure.suptitle(title)
    return figure


def plot_predictions(predictions: np.ndarray, truth: np.ndarray):
    """Predicted ratings for each true rating, as boxes, and the line where they would be right."""
    figure, axis = subplots(figsize=(5, 3.4))
    marks = np.unique(truth)
    axis.boxplot([predictions[truth == mark] for mark in marks], positions=marks, widths=0.6)
    axis.plot([1, 5], [1, 5], color="grey", linestyle="--", linewidth=1)
    axis.set(xlabel="true rating", ylabel="predicted", xlim=(0.5, 5.5))
    return figure
