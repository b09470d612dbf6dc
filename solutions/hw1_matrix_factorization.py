"""Reference solution of hw1: recommendations by matrix factorization, with alternating least squares and SGD.

Conventions of this assignment: users are rows and restaurants are columns; a cell without a rating is *unknown*, not 0;
Q (N, k) holds a row for each user, P (k, D) a column for each restaurant; the loss is a sum over ratings plus
lambda times the sum of all squared factors.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import svds


def rating_matrix(ratings: np.ndarray) -> sp.csr_matrix:
    """The sparse matrix [users, restaurants] of triplets (user, restaurant, rating).

    ratings: (n, 3) whole numbers
    When a user rated a restaurant twice the later rating counts: scipy's own conversion would add the two up.
    """
    n_users, n_items = (int(ratings[:, axis].max()) + 1 for axis in (0, 1))
    latest_first = ratings[::-1].astype(np.int64)
    _, keep = np.unique(latest_first[:, 0] * n_items + latest_first[:, 1], return_index=True)
    users, items, values = latest_first[keep].T
    return sp.csr_matrix((values, (users, items)), shape=(n_users, n_items))


def cold_start_preprocessing(matrix: sp.csr_matrix, min_entries: int) -> sp.csr_matrix:
    """Removes users and restaurants with `min_entries` or fewer ratings, again and again until none is left."""
    print(f"Shape before: {matrix.shape}")
    shape = None
    while shape != matrix.shape:
        shape = matrix.shape
        matrix = matrix[matrix.getnnz(axis=1) > min_entries]
        matrix = matrix[:, matrix.getnnz(axis=0) > min_entries]
    print(f"Shape after: {matrix.shape}")
    assert (matrix.getnnz(axis=1) > min_entries).all()
    assert (matrix.getnnz(axis=0) > min_entries).all()
    return matrix


def shift_user_mean(matrix):
    """Subtracts from each rating the mean rating of its user.

    matrix: scipy.sparse.csr_matrix [N, D] of whole or real numbers; it is left unchanged
    returns: (shifted, user_means)
        shifted: sparse [N, D] of floats; cells without a rating stay without one
        user_means: (N, 1), the mean over the *stored* ratings of each user, 0 for a user without ratings
    """
    ### BEGIN SOLUTION
    counts = np.diff(matrix.indptr)
    sums = np.asarray(matrix.sum(axis=1), dtype=float).ravel()
    user_means = sums / np.maximum(counts, 1)
    shifted = matrix.astype(float)
    shifted.data -= np.repeat(user_means, counts)
    return shifted, user_means.reshape(-1, 1)
    ### END SOLUTION


def split_data(matrix: sp.csr_matrix, n_validation: int, n_test: int, seed: int = 0):
    """Hides some ratings, chosen at random, for validation and for testing.

    returns: (matrix_split, val_idx, test_idx, val_values, test_values)
        matrix_split: a copy of the matrix without the hidden ratings
        val_idx, test_idx: pairs (users, restaurants) of index arrays; val_values, test_values: the ratings there
    """
    users, items = matrix.nonzero()
    chosen = np.random.default_rng(seed).permutation(len(users))[: n_validation + n_test]
    val_idx, test_idx = ((users[part], items[part]) for part in np.split(chosen, [n_validation]))
    val_values, test_values = (np.asarray(matrix[idx]).ravel() for idx in (val_idx, test_idx))
    matrix_split = matrix.copy()
    for idx in (val_idx, test_idx):
        matrix_split[idx] = 0
    matrix_split.eliminate_zeros()
    return matrix_split, val_idx, test_idx, val_values, test_values


def loss(values, ixs, Q, P, reg_lambda: float) -> float:
    """Squared error over some cells plus lambda times the sum of all squared factors.

    values: the true values in these cells, n numbers
    ixs: the cells, as a pair (users, restaurants) of index arrays or as an array (n, 2)
    Q: (N, k), P: (k, D)
    """
    users, items = np.asarray(ixs).T if isinstance(ixs, np.ndarray) else ixs
    errors = np.asarray(values).ravel() - np.einsum("nk,kn->n", Q[users], P[:, items])
    return float(errors @ errors + reg_lambda * (np.sum(P**2) + np.sum(Q**2)))


def initialize_Q_P(matrix, k: int, init: str = "random", seed: int = 0):
    """Factors to start from.

    matrix: sparse [N, D] of floats; k: number of latent factors, smaller than N and D
    init: "random": uniform numbers on [0, 1) divided by sqrt(k); "svd": Q P is the best approximation of rank k
    seed: the same seed gives the same factors, another one gives others
    returns: (Q, P) of shapes (N, k) and (k, D)
    """
    ### BEGIN SOLUTION
    if init == "svd":
        u, s, vt = svds(matrix, k)
        return u * np.sqrt(s), np.sqrt(s)[:, None] * vt
    rng = np.random.default_rng(seed)
    n_users, n_items = matrix.shape
    return rng.random((n_users, k)) / np.sqrt(k), rng.random((k, n_items)) / np.sqrt(k)
    ### END SOLUTION


def latent_factor_alternating_optimization(
    R,
    non_zero_idx,
    k,
    val_idx,
    val_values,
    reg_lambda,
    max_steps=100,
    init="random",
    log_every=1,
    patience=5,
    eval_every=1,
    optimizer="sgd",
    lr=1e-2,
):
    """Factorizes a sparse matrix of ratings, R ~ Q P, on its known cells alone, and stops early.

    R: sparse [N, D], shifted ratings; some known ones may be exactly 0
    non_zero_idx: array (nnz, 2), user and restaurant of every *known* rating
    k: number of latent factors
    val_idx, val_values: the validation cells, a pair (users, restaurants) of index arrays, and the values there
    reg_lambda: strength of the regularization, > 0
    max_steps: most steps; the first is step 0
    init: passed on to initialize_Q_P
    log_every: a line is printed at evaluations whose step is a multiple of it
    patience: training stops when so many evaluations in a row brought no new best validation loss
    eval_every: both losses are evaluated after each step with step % eval_every == 0
    optimizer: "sgd" for stochastic gradient descent, "als" for alternating least squares
    lr: learning rate of SGD

    returns: (best_Q, best_P, validation_losses, train_losses, converged_after)
        best_Q, best_P: (N, k) and (k, D), the factors with the lowest validation loss
        validation_losses, train_losses: one number per evaluation each, as `loss` defines it
        converged_after: step of the lowest validation loss; -1 if all max_steps steps were made
    """
    ### BEGIN SOLUTION
    users, items = np.asarray(non_zero_idx).T
    ratings = np.asarray(R[users, items], dtype=float).ravel()
    Q, P = initialize_Q_P(R, k, init)
    rng = np.random.default_rng(0)

    def ridge_regressions(rows, columns, fixed, n_rows):
        """For each row the factor that fits its own ratings best, given those of the columns: (n_rows, k)."""
        order = np.argsort(rows, kind="stable")
        ends = np.cumsum(np.bincount(rows, minlength=n_rows))[:-1]
        factors = np.empty((n_rows, k))
        for row, mine in enumerate(np.split(order, ends)):
            X, y = fixed[columns[mine]], ratings[mine]
            factors[row] = np.linalg.solve(X.T @ X + reg_lambda * np.eye(k), X.T @ y)
        return factors

    def one_step(Q, P):
        if optimizer == "als":
            Q = ridge_regressions(users, items, P.T, R.shape[0])
            return Q, ridge_regressions(items, users, Q, R.shape[1]).T
        Q, P = Q.copy(), P.copy()
        for n in rng.permutation(len(ratings)):
            q, p = Q[users[n]], P[:, items[n]]
            error = ratings[n] - q @ p
            # The right-hand side is finished before q and p, views of Q and P, change.
            q[:], p[:] = q + 2 * lr * (error * p - reg_lambda * q), p + 2 * lr * (error * q - reg_lambda * p)
        return Q, P

    train_losses, validation_losses = [], []
    best_loss, best_Q, best_P, best_step, waited = np.inf, Q, P, 0, 0
    for step in range(max_steps):
        Q, P = one_step(Q, P)
        if step % eval_every != 0:
            continue
        train_losses.append(loss(ratings, (users, items), Q, P, reg_lambda))
        validation_losses.append(loss(val_values, val_idx, Q, P, reg_lambda))
        if step % log_every == 0:
            print(f"Iteration {step}, training loss {train_losses[-1]}, validation loss: {validation_losses[-1]}")
        if validation_losses[-1] < best_loss:
            best_loss, best_Q, best_P, best_step, waited = validation_losses[-1], Q, P, step, 0
        else:
            waited += 1
        if waited == patience:
            break
    converged_after = best_step if step < max_steps - 1 else -1
    return best_Q, best_P, validation_losses, train_losses, converged_after
    ### END SOLUTION
