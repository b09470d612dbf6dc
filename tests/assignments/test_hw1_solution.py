"""The reference solution of hw1, and the code that its notebook gives to students."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from solutions import hw1_matrix_factorization as hw1

N, D, K = 23, 17, 3


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def ratings(rng) -> np.ndarray:
    """Triplets without duplicates; every user and every restaurant has some."""
    users, items = np.nonzero(rng.random((N, D)) < 0.5)
    return np.column_stack([users, items, rng.integers(1, 6, len(users))])


@pytest.fixture
def problem(ratings):
    """(R, non_zero_idx, val_idx, val_values) as the notebook makes them."""
    train, val_idx, _, val_values, _ = hw1.split_data(hw1.rating_matrix(ratings), 19, 11)
    shifted, means = hw1.shift_user_mean(train)
    return shifted, np.column_stack(train.nonzero()), val_idx, val_values - means[val_idx[0]].ravel()


def fit(problem, **options):
    R, non_zero_idx, val_idx, val_values = problem
    options = {"reg_lambda": 0.3, "k": K, **options}
    return hw1.latent_factor_alternating_optimization(
        R, non_zero_idx, val_idx=val_idx, val_values=val_values, **options
    )


# --- data


def test_the_later_of_two_ratings_counts():
    matrix = hw1.rating_matrix(np.array([[2, 1, 4], [0, 3, 2], [2, 1, 5]]))
    assert matrix.shape == (3, 4)
    assert matrix[2, 1] == 5
    assert matrix.nnz == 2


def test_the_matrix_holds_all_ratings(ratings):
    matrix = hw1.rating_matrix(ratings)
    assert matrix.nnz == len(ratings)
    np.testing.assert_array_equal(np.asarray(matrix[ratings[:, 0], ratings[:, 1]]).ravel(), ratings[:, 2])


def test_cold_start_removes_until_none_is_left(ratings, capsys):
    matrix = hw1.cold_start_preprocessing(hw1.rating_matrix(ratings), 5)
    assert matrix.shape[0] < N
    assert matrix.getnnz(axis=1).min() > 5
    assert matrix.getnnz(axis=0).min() > 5
    assert capsys.readouterr().out == f"Shape before: {(N, D)}\nShape after: {matrix.shape}\n"


def test_the_split_hides_what_it_returns(ratings):
    matrix = hw1.rating_matrix(ratings)
    train, val_idx, test_idx, val_values, test_values = hw1.split_data(matrix, 19, 11)
    assert (len(val_values), len(test_values)) == (19, 11)
    assert train.nnz == matrix.nnz - 30
    for idx, values in ((val_idx, val_values), (test_idx, test_values)):
        np.testing.assert_array_equal(np.asarray(matrix[idx]).ravel(), values)
        assert not np.asarray(train[idx]).any()
    assert not {*zip(*val_idx, strict=True)} & {*zip(*test_idx, strict=True)}


@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_user_means_are_over_stored_ratings(ratings, dtype):
    matrix = hw1.rating_matrix(ratings).astype(dtype)
    before = matrix.copy()
    shifted, means = hw1.shift_user_mean(matrix)
    dense = matrix.toarray()
    expected = np.array([row[row > 0].mean() for row in dense])[:, None]
    np.testing.assert_allclose(means, expected)
    np.testing.assert_allclose(shifted.toarray(), np.where(dense > 0, dense - expected, 0))
    assert (matrix != before).nnz == 0


def test_a_user_without_ratings_has_mean_zero():
    shifted, means = hw1.shift_user_mean(sp.csr_matrix(np.array([[0, 0, 0], [0, 2, 4]])))
    np.testing.assert_array_equal(means, [[0], [3]])
    np.testing.assert_array_equal(shifted.toarray(), [[0, 0, 0], [0, -1, 1]])


def test_loss_takes_both_forms_of_indices(rng):
    Q, P = rng.normal(size=(N, K)), rng.normal(size=(K, D))
    users, items, values = rng.integers(0, N, 9), rng.integers(0, D, 9), rng.normal(size=9)
    expected = ((values - (Q @ P)[users, items]) ** 2).sum() + 0.7 * ((Q**2).sum() + (P**2).sum())
    assert hw1.loss(values, (users, items), Q, P, 0.7) == pytest.approx(expected)
    assert hw1.loss(values[None], np.column_stack([users, items]), Q, P, 0.7) == pytest.approx(expected)


# --- factors


def test_random_factors_follow_the_seed(problem):
    R = problem[0]
    Q, P = hw1.initialize_Q_P(R, K, seed=1)
    assert (Q.shape, P.shape) == ((N, K), (K, D))
    assert min(Q.min(), P.min()) >= 0
    assert max(Q.max(), P.max()) < 1 / np.sqrt(K)
    np.testing.assert_array_equal(Q, hw1.initialize_Q_P(R, K, seed=1)[0])
    assert not np.array_equal(Q, hw1.initialize_Q_P(R, K, seed=2)[0])


def test_svd_factors_are_the_best_approximation(problem):
    Q, P = hw1.initialize_Q_P(problem[0], K, init="svd")
    u, s, vt = np.linalg.svd(problem[0].toarray(), full_matrices=False)
    np.testing.assert_allclose(Q @ P, (u[:, :K] * s[:K]) @ vt[:K], atol=1e-10)


def observed_gradients(problem, Q, P, reg_lambda):
    R, non_zero_idx, *_ = problem
    known = np.zeros(R.shape)
    known[tuple(non_zero_idx.T)] = 1
    errors = known * (R.toarray() - Q @ P)
    return 2 * (reg_lambda * Q - errors @ P.T), 2 * (reg_lambda * P - Q.T @ errors)


def test_als_solves_one_factor_after_the_other(problem):
    Q, P, *_ = fit(problem, optimizer="als", max_steps=1)
    _, start = hw1.initialize_Q_P(problem[0], K)
    np.testing.assert_allclose(observed_gradients(problem, Q, start, 0.3)[0], 0, atol=1e-9)
    np.testing.assert_allclose(observed_gradients(problem, Q, P, 0.3)[1], 0, atol=1e-9)


def test_als_never_raises_the_training_loss(problem):
    *_, train_losses, _ = fit(problem, optimizer="als", max_steps=20, patience=30)
    assert (np.diff(train_losses) <= 1e-9).all()


def test_sgd_follows_the_gradient_with_lambda_once_per_rating(problem):
    Q0, P0 = hw1.initialize_Q_P(problem[0], K)
    Q, P, *_ = fit(problem, optimizer="sgd", max_steps=1, lr=1e-6)
    counts = [np.bincount(problem[1][:, axis], minlength=size) for axis, size in ((0, N), (1, D))]
    dQ, dP = observed_gradients(problem, Q0, P0, 0)
    np.testing.assert_allclose((Q - Q0) / 1e-6, -dQ - 2 * 0.3 * counts[0][:, None] * Q0, rtol=1e-2, atol=1e-3)
    np.testing.assert_allclose((P - P0) / 1e-6, -dP - 2 * 0.3 * counts[1] * P0, rtol=1e-2, atol=1e-3)


# --- stopping


@pytest.mark.parametrize("optimizer", ["sgd", "als"])
@pytest.mark.parametrize("eval_every", [1, 3])
def test_the_best_factors_come_back(problem, optimizer, eval_every, capsys):
    options = {"optimizer": optimizer, "lr": 0.05, "reg_lambda": 0.01, "k": 6, "max_steps": 400}
    Q, P, val, train, converged = fit(problem, patience=4, eval_every=eval_every, **options)
    best = int(np.argmin(val))
    assert len(val) == len(train) == best + 5
    assert converged == best * eval_every
    assert hw1.loss(problem[3], problem[2], Q, P, 0.01) == pytest.approx(min(val))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Iteration 0, training loss {train[0]}, validation loss: {val[0]}"
    assert len(lines) == len(val)


def test_a_run_that_reaches_the_last_step_says_so(problem):
    *_, val, _, converged = fit(problem, max_steps=10, eval_every=3, patience=50)
    assert len(val) == 4
    assert converged == -1


def test_patience_in_the_very_last_step_counts_as_reaching_it(problem):
    options = {"optimizer": "als", "reg_lambda": 0.01, "k": 6, "patience": 2}
    *_, val, _, converged = fit(problem, max_steps=100, **options)
    assert converged == len(val) - 3
    assert fit(problem, max_steps=len(val), **options)[-1] == -1


def test_arguments_are_left_alone(problem):
    copies = [problem[0].copy(), problem[1].copy(), [part.copy() for part in problem[2]], problem[3].copy()]
    for optimizer in ("sgd", "als"):
        fit(problem, optimizer=optimizer, max_steps=2)
    assert (problem[0] != copies[0]).nnz == 0
    for now, before in zip((problem[1], *problem[2], problem[3]), (copies[1], *copies[2], copies[3]), strict=True):
        np.testing.assert_array_equal(now, before)
