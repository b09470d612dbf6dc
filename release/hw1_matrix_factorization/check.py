"""Public checks of this notebook: `check("shift_user_mean", shift_user_mean)`, or `python check.py` for all tasks.

They look at the same laws as the hidden checks, which draw other sizes and other numbers.
"""

from __future__ import annotations

import sys

import numpy as np
import scipy.sparse as sp
from laws import REG_LAMBDA, K, make_toy, show_curves, show_histogram, show_matrices
from readiness import check, main, ready
from verdicts import holds, note, public_check

__all__ = ["check", "ready"]

TOYS = 5  # that are tried for one on which the validation loss has a lowest point


@public_check("shift_user_mean")
def _(shift_user_mean):
    table = np.array([[5, 0, 4, 3, 0], [0, 0, 2, 2, 2], [1, 5, 0, 0, 0], [4, 5, 3, 0, 1]])
    known, expected = table > 0, np.array([4, 2, 3, 3.25])
    matrix = sp.csr_matrix(table)
    pair = shift_user_mean(matrix)
    is_pair = isinstance(pair, tuple | list) and len(pair) == 2
    yield holds("returns a pair (shifted, user_means)", is_pair)
    if not is_pair:
        return
    shifted = pair[0].toarray() if sp.issparse(pair[0]) else np.asarray(pair[0])
    means = np.asarray(pair[1], dtype=float)
    yield show_matrices(table, shifted, known)
    yield holds(
        "user_means has the shape (4, 1) for four users", means.shape in ((4, 1), (4,)), f"It is {means.shape}."
    )
    hint = f"The first user gave 5, 4 and 3: that is 4 on average; yours is {means.ravel()[0]:.3g}."
    if np.allclose(means.ravel()[:4], table.mean(1)):
        hint += " You divide by the number of restaurants."
    yield holds("each mean is that of the user's ratings", np.allclose(means.ravel(), expected), hint)
    hint = "Cells that nobody rated have changed."
    yield holds("unknown cells are still 0", not np.any(shifted[~known]), hint)
    hint = (
        "The second user gave 2, 2 and 2: his shifted ratings are 0. The last one gave 4 with mean 3.25: that is 0.75."
    )
    right = np.allclose(shifted[known], (table - expected[:, None])[known])
    yield holds("each rating has lost its user's mean, fractions included", right, hint)
    yield holds("the matrix that came in is unchanged", np.array_equal(matrix.toarray(), table), "Work on a copy.")
    with np.errstate(all="ignore"):
        shifted, means = shift_user_mean(sp.csr_matrix([[0.0, 0.0], [2.0, 4.0]]))
    means = np.asarray(means, dtype=float).ravel()
    hint = f"His mean is 0, not {means[0]}: what is 0 divided by 0?"
    yield holds("a user without ratings has mean 0", np.allclose(means, [0, 3]), hint)


@public_check("initialize_Q_P")
def _(initialize_Q_P):
    rng = np.random.default_rng()
    table = np.where(rng.random((60, 45)) < 0.5, rng.normal(size=(60, 45)), 0.0)
    matrix, k = sp.csr_matrix(table), 7
    for init in ("random", "svd"):
        Q, P = initialize_Q_P(matrix, k, init=init)
        hint = f"They are {np.shape(Q)} and {np.shape(P)}."
        shapes = np.shape(Q) == (60, k) and np.shape(P) == (k, 45)
        yield holds(f'"{init}": Q is (60, {k}) and P is ({k}, 45)', shapes, hint)
        if not shapes:
            return
    s = np.linalg.svd(table, compute_uv=False)
    best = np.linalg.norm(s[k:])
    distance = np.linalg.norm(table - Q @ P)
    hint = f"The best Q P misses the matrix by {best:.2f} (root of the sum of squares), yours by {distance:.2f}."
    yield holds('"svd": Q P is the best approximation of rank k', distance < best * (1 + 1e-6), hint)
    Q, P = initialize_Q_P(matrix, k, "random", seed=3)
    entries, end = np.concatenate([np.ravel(Q), np.ravel(P)]), k**-0.5
    yield show_histogram(entries, end)
    distance = np.abs(np.sort(entries) / end - (np.arange(len(entries)) + 0.5) / len(entries)).max()
    hint = f"They go from {entries.min():.2f} to {entries.max():.2f}; 1/sqrt({k}) is {end:.2f}."
    yield holds('"random": uniform on [0, 1), divided by sqrt(k)', distance * len(entries) ** 0.5 < 3, hint)
    again, other = initialize_Q_P(matrix, k, "random", seed=3)[0], initialize_Q_P(matrix, k, "random", seed=4)[0]
    yield holds("the same seed gives the same factors", np.array_equal(Q, again), "Use the argument seed at the start.")
    yield holds("another seed gives others", not np.array_equal(Q, other), "Is the argument seed used?")
    yield holds("the matrix is unchanged", np.array_equal(matrix.toarray(), table))


def factors_of(result, toy):
    """The lines about types and shapes, then Q and P, or None."""
    five = isinstance(result, tuple | list) and len(result) == 5
    line = holds("returns (best_Q, best_P, validation_losses, train_losses, converged_after)", five)
    if not five:
        return line, None
    shapes = (np.shape(result[0]), np.shape(result[1]))
    right = shapes == ((toy.table.shape[0], K), (K, toy.table.shape[1]))
    finite = right and bool(np.isfinite(result[0]).all() and np.isfinite(result[1]).all())
    text = "returns five things, Q of shape (N, k) and P of shape (k, D), finite numbers"
    return holds(text, finite, f"The shapes are {shapes}."), (
        np.asarray(result[0]),
        np.asarray(result[1]),
    ) if finite else None


@public_check("latent_factor_alternating_optimization.als")
def _(optimize):
    toy = make_toy()
    line, factors = factors_of(toy.run(optimize, optimizer="als", max_steps=1), toy)
    yield line
    if factors is None:
        return
    Q, P = factors
    flat = [
        np.abs(slope).max() < 1e-3 * np.abs(part).max() for slope, part in zip(toy.slopes(Q, P), factors, strict=True)
    ]
    hint = "The derivative of the training loss by Q or by P should be 0 after a step, over the *known* ratings alone."
    known_zero = toy.known & (toy.table == 0)
    dense = np.abs(2 * ((Q @ P - np.where(toy.known, toy.table, 0)) @ P.T + REG_LAMBDA * Q)).max()
    dense_P = np.abs(2 * (Q.T @ (Q @ P - np.where(toy.known, toy.table, 0)) + REG_LAMBDA * P)).max()
    if min(dense, dense_P) < 1e-6:
        hint += " Yours is 0 if unknown cells count as zeros."
    yield holds("the factor updated last fits the known ratings best, given the other one", any(flat), hint)
    hint = f"{known_zero.sum()} known ratings are 0 after the shift: non_zero_idx has them, the matrix does not."
    if not any(flat):
        yield note(hint)
    *_, validation, train, _ = toy.run(optimize, optimizer="als", max_steps=8, patience=50)
    yield show_curves(train, validation)
    falls = bool(np.all(np.diff(train) <= 1e-6 * np.abs(train[:-1]))) and len(train) > 1
    hint = "Each update should be the best one for the loss of this notebook: same lambda, no intercept."
    yield holds("the training loss never rises", falls, hint)
    yield holds("both factors are updated", train[-1] < 0.9 * train[0], "Does one of them never change?")


@public_check("latent_factor_alternating_optimization.sgd")
def _(optimize):
    toy, lr = make_toy(), 1e-6
    line, factors = factors_of(toy.run(optimize, optimizer="sgd", max_steps=1, lr=lr), toy)
    yield line
    if factors is None:
        return
    start = toy.run(optimize, optimizer="sgd", max_steps=1, lr=0.0)[:2]
    slopes = toy.slopes(*start, reg_lambda=0.0)
    counts = toy.known.sum(1)[:, None], toy.known.sum(0)
    for name, new, old, slope, count in zip(("q", "p"), factors, start, slopes, counts, strict=True):
        step, want = (new - old) / lr, -slope - 2 * REG_LAMBDA * count * old
        hint = "Compare with the formula above, term by term."
        for words, wrong in {
            "It is half of what it should be.": want / 2,
            "It goes in the opposite direction.": -want,
            "lambda acts once per pass instead of once per rating.": -slope - 2 * REG_LAMBDA * old,
            "lambda is missing.": -slope,
            "It does not move.": 0 * want,
        }.items():
            if np.abs(step - wrong).max() < 0.02 * np.abs(want).max():
                hint = words
        right = np.abs(step - want).max() < 0.02 * np.abs(want).max()
        yield holds(f"with a tiny learning rate every {name} moves down the gradient of its ratings", right, hint)
    *_, validation, train, _ = toy.run(optimize, optimizer="sgd", max_steps=25, lr=0.01, patience=50)
    yield show_curves(train, validation)
    yield holds("the training loss falls in the first passes", train[min(4, len(train) - 1)] < train[0])


@public_check("latent_factor_alternating_optimization.stopping")
def _(optimize):
    toy = make_toy()
    options = {"optimizer": "sgd", "lr": 0.02}
    result = toy.run(optimize, max_steps=1, **options)
    line, factors = factors_of(result, toy)
    yield line
    if factors is None:
        return
    validation, train = result[2:4]
    losses = toy.training_loss(*factors), toy.validation_loss(*factors)
    right = np.isclose(train[0], losses[0]) and np.isclose(validation[0], losses[1])
    hint = "Use `loss`, after the step, with lambda, for the training cells and for the validation cells."
    yield holds("both histories begin with the losses after step 0", right, hint)
    *_, validation, train, converged = toy.run(optimize, max_steps=8, eval_every=3, patience=50, **options)
    hint = f"validation_losses has {len(validation)} entries, train_losses {len(train)}."
    yield holds("8 steps with eval_every=3 make three entries in each", len(validation) == len(train) == 3, hint)
    yield holds("converged_after is -1 when all steps are made", converged == -1, f"It is {converged}.")
    run = {"max_steps": 400, "patience": 3, "eval_every": 2, "reg_lambda": 0.01, "lr": 0.02}
    for toy in [make_toy() for _ in range(TOYS)]:
        Q, P, validation, train, converged = toy.run(optimize, optimizer="sgd", **run)
        best = int(np.argmin(validation))
        if best + 4 < 200:  # else the loss fell to the end, as it does on one toy of fifty
            break
    yield show_curves(train, validation, best)
    if best + 4 >= 200:
        yield note(f"the validation loss of {TOYS} toys fell for 400 steps, so nothing can be said about stopping")
        return
    hint = f"The best evaluation is number {best}, the last one number {len(validation) - 1}."
    yield holds("with patience=3 it stops three evaluations after the best one", len(validation) == best + 4, hint)
    hint = f"The best step is {2 * best}; it is {converged}. One evaluation is eval_every steps."
    yield holds("converged_after is the step of the lowest validation loss", converged == 2 * best, hint)
    hint = "best_Q and best_P must be copies of the factors at that step. An array that goes on changing is no copy."
    right = np.isclose(toy.validation_loss(np.asarray(Q), np.asarray(P), 0.01), min(validation))
    yield holds("the factors that come back are the best ones", right, hint)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
