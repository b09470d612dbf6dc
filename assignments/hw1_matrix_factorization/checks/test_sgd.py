"""Hidden checks of latent_factor_alternating_optimization with optimizer="sgd".

With a tiny learning rate one pass moves the factors along the sum of the gradients, whatever the order of the ratings;
with a large one, pairs of ratings that share nothing with the others show that each rating moves the factors at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import torch

from autograder.checking import Secret, Student, check, fail

TASK = "latent_factor_alternating_optimization.sgd"
TINY = 1e-5  # learning rate; what the order of the ratings changes is about a thousandth of the step
TOLERANCE = 0.02  # of the largest entry of the step
OTHERS = {"users": "restaurants", "restaurants": "users"}


@check(task=TASK, points=2)
def test_sgd_moves_users_down_the_gradient(student: Student, secret: Secret, bench):
    """With a tiny lr, one pass moves the users' factors by lr times the negative gradients of the ratings' losses."""
    _check_step(student, secret, bench, axis=0, name="users")


@check(task=TASK, points=2)
def test_sgd_moves_restaurants_down_the_gradient(student: Student, secret: Secret, bench):
    """The same for the factors of the restaurants."""
    _check_step(student, secret, bench, axis=1, name="restaurants")


def _check_step(student: Student, secret: Secret, bench: Any, axis: int, name: str) -> None:
    problem = bench.make_problem(secret)
    got = bench.run(student, problem, optimizer="sgd", max_steps=1, lr=TINY)
    Q0, P0 = bench.start_of(student, problem, got)
    step = (got.Q - Q0 if axis == 0 else (got.P - P0).T) / TINY
    pull, shrink = _directions(problem, Q0, P0, axis)
    counts = np.bincount(problem.cells[:, axis], minlength=problem.shape[axis])[:, None]
    once, per_rating = 2 * problem.reg_lambda * shrink, 2 * problem.reg_lambda * counts * shrink
    if _agrees(bench, step, 2 * pull - per_rating):
        return
    other = got.P - P0 if axis == 0 else got.Q - Q0
    if np.abs(step).max() * TINY < 1e-12:
        still = "Nothing moves" if np.abs(other).max() < 1e-12 else f"The factors of the {name} never move"
        fail(f"{still}: every rating moves both its user and its restaurant.", "A26")
    known = {
        "A25: The step is half of what it should be: the square in the loss gives a factor 2.": pull - per_rating / 2,
        "A25e: The part of lambda is half of what it should be: its square gives a factor 2.": 2 * pull
        - per_rating / 2,
        "A25d: The part of the error is half of what it should be: its square gives a factor 2.": pull - per_rating,
        "A25b: The error pulls in the wrong direction: it is rating minus prediction.": -2 * pull - per_rating,
        "A25c: lambda pushes the factors away from 0: look at its sign.": 2 * pull + per_rating,
        "A25f: You climb the gradient: the step goes against it.": -2 * pull + per_rating,
        "A25g: The step is twice what it should be.": 4 * pull - 2 * per_rating,
        "A28: lambda acts once per pass; here it belongs to each rating's loss, so that it acts once per rating.": (
            2 * pull - once
        ),
        "A12: reg_lambda is missing in the update.": 2 * pull,
        "A33: You divided by the number of ratings: each rating makes its own step of size lr.": (
            (2 * pull - per_rating) / len(problem.values)
        ),
        "A8: The pass goes over the unknown cells too, as if they were zeros. Use non_zero_idx.": (
            _dense_step(problem, Q0, P0, axis)
        ),
        "M10: Known ratings that are 0 after the shift take no part: use non_zero_idx.": (
            _step_without_zeros(problem, Q0, P0, axis)
        ),
    }
    for key, wrong in known.items():
        if _agrees(bench, step, wrong):
            mistake, _, sentence = key.partition(": ")
            fail(f"Factors of the {name}: {sentence}", mistake)
    if got.Q.min() >= 0 > Q0.min() or got.P.min() >= 0 > P0.min():
        fail("Factors that were negative are 0 now or more: nothing cuts them off in this notebook.", "A64")
    again = bench.run(student, problem, optimizer="sgd", max_steps=1, lr=TINY / 10)
    if np.abs(again.Q - Q0).max() > 0.5 * np.abs(got.Q - Q0).max():
        fail("A smaller lr moves the factors as far as before: the argument lr is not used.", "A62")
    fail(
        f"The factors of the {name} do not move by lr times the negative gradient of "
        "(r − q·p)² + λ(‖q‖² + ‖p‖²), summed over the ratings."
    )


def _agrees(bench: Any, step: np.ndarray, want: np.ndarray) -> bool:
    return bool(bench.same(step, want, TOLERANCE))


def _directions(problem: Any, Q: np.ndarray, P: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Errors times the other factor, summed over the ratings of each row, and the factor itself."""
    users, items = problem.cells.T
    errors = problem.values - np.einsum("nk,kn->n", Q[users], P[:, items])
    own, others = (Q, P[:, items].T) if axis == 0 else (P.T, Q[users])
    pull = np.zeros_like(own)
    np.add.at(pull, problem.cells[:, axis], errors[:, None] * others)
    return pull, own


def _dense_step(problem: Any, Q: np.ndarray, P: np.ndarray, axis: int) -> np.ndarray:
    table = np.zeros(problem.shape)
    table[tuple(problem.cells.T)] = problem.values
    errors = table - Q @ P
    pull, own = (errors @ P.T, Q) if axis == 0 else (errors.T @ Q, P.T)
    return 2 * pull - 2 * problem.reg_lambda * problem.shape[1 - axis] * own


def _step_without_zeros(problem: Any, Q: np.ndarray, P: np.ndarray, axis: int) -> np.ndarray:
    known = problem.values != 0
    smaller = replace(problem, cells=problem.cells[known], values=problem.values[known])
    pull, own = _directions(smaller, Q, P, axis)
    counts = np.bincount(smaller.cells[:, axis], minlength=problem.shape[axis])[:, None]
    return 2 * pull - 2 * problem.reg_lambda * counts * own


@check(task=TASK, points=2)
def test_each_rating_moves_the_factors_at_once(student: Student, secret: Secret, bench):
    """A step is one pass: each rating is used once, and moves the factors before the next one comes, in any order.
    All steps have the same lr."""
    pairs = secret.integer(7, 11)
    problem = _pairs_of_ratings(bench, secret, pairs)
    lr = secret.number(0.08, 0.12)
    got = bench.run(student, problem, optimizer="sgd", max_steps=1, lr=lr)
    Q0, P0 = bench.start_of(student, problem, got)
    # A factor 2 or its half costs points elsewhere: here only the course of the pass counts.
    worst = None
    for rate in (2 * lr, lr, 4 * lr):
        wrong = [
            cells for cells in problem.cells.reshape(-1, 2, 2) if not _is_sequential(got, problem, Q0, P0, cells, rate)
        ]
        if not wrong:
            _judge_later_steps(student, secret, bench)
            return
        worst = min(worst or len(wrong), len(wrong))
    rate = 2 * lr
    if all(_is_batch(got, problem, Q0, P0, cells, rate) for cells in problem.cells.reshape(-1, 2, 2)):
        fail(
            "You collect the gradients of all ratings and move once (gradient descent on the whole batch). "
            "Stochastic: move the factors after every single rating.",
            "A32",
        )
    if np.array_equal(got.Q, Q0) and np.array_equal(got.P, P0):
        fail("Nothing moves: every rating moves both its user and its restaurant.", "A26")
    fail(
        "The factors after one step are not those of one pass in which each rating is used exactly once and moves the "
        "factors before the next one comes.",
        "A34",
    )


def _judge_later_steps(student: Student, secret: Secret, bench: Any) -> None:
    """Steps so tiny that the gradient stays what it was must all lower the training loss by the same amount."""
    steps = 8
    got = bench.run(student, bench.make_problem(secret), optimizer="sgd", max_steps=steps, lr=TINY, patience=100)
    if len(got.train) != steps:
        return  # histories are judged elsewhere
    falls = -np.diff(got.train)
    if not np.abs(falls[-1] - falls[0]) <= 0.05 * np.abs(falls[0]):
        how = "less" if falls[-1] < falls[0] else "more"
        fail(f"Later steps move {how} than the first one does: lr is the same in all steps, with nothing added.", "A63")


def _pairs_of_ratings(bench: Any, secret: Secret, pairs: int) -> Any:
    """Pairs of ratings that share a user or a restaurant with each other, and with nothing else."""
    cells, u, i = [], 0, 0
    for pair in range(pairs):
        second = (u, i + 1) if pair % 3 else (u + 1, i)
        cells += [(u, i), second]
        u, i = second[0] + 1, second[1] + 1
    like = bench.make_problem(secret)
    k = like.k
    signs = torch.as_tensor(np.where(secret.permutation(k) % 2, 1.0, -1.0))  # factors of both signs
    return replace(
        like,
        shape=(u, i),
        cells=np.array(cells),
        values=secret.uniform(1.0, 2.0, len(cells)).double().numpy(),
        val_cells=np.array([(0, i - 1), (1, i - 1), (0, i - 2)]),
        val_values=np.array([0.5, 0.3, 0.2]),
        Q=(signs * secret.uniform(0.2, 0.9, u, k).double()).numpy(),
        P=(signs[:, None] * secret.uniform(0.2, 0.9, k, i).double()).numpy(),
        reg_lambda=1e-7,
    )


def _is_sequential(got: Any, problem: Any, Q0: np.ndarray, P0: np.ndarray, cells: np.ndarray, rate: float) -> bool:
    return any(_matches(got, cells, *after) for after in _courses(problem, Q0, P0, cells, rate))


def _courses(
    problem: Any, Q0: np.ndarray, P0: np.ndarray, cells: np.ndarray, rate: float
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Factors after two ratings: in both orders; q and p at once, or one first and then the other, with the error of
    before or one that is computed anew."""
    for order, users_first, anew in product((1, -1), (None, True, False), (False, True)):
        Q, P = Q0.copy(), P0.copy()
        for u, i in cells[::order]:
            q, p, value = Q[u].copy(), P[:, i].copy(), _value(problem, u, i)
            error = value - q @ p
            if users_first is False:
                P[:, i] += rate * error * q
                p = P[:, i]
            Q[u] += rate * (value - q @ p if anew else error) * p
            if users_first is not False:
                q = Q[u] if users_first else q
                P[:, i] += rate * (value - q @ p if anew else error) * q
        yield Q, P


def _is_batch(got: Any, problem: Any, Q0: np.ndarray, P0: np.ndarray, cells: np.ndarray, rate: float) -> bool:
    Q, P = Q0.copy(), P0.copy()
    for u, i in cells:
        error = _value(problem, u, i) - Q0[u] @ P0[:, i]
        Q[u] += rate * error * P0[:, i]
        P[:, i] += rate * error * Q0[u]
    return _matches(got, cells, Q, P)


def _value(problem: Any, u: int, i: int) -> float:
    return float(problem.values[(problem.cells == (u, i)).all(1)][0])


def _matches(got: Any, cells: np.ndarray, Q: np.ndarray, P: np.ndarray) -> bool:
    users, items = np.unique(cells[:, 0]), np.unique(cells[:, 1])
    distance = max(np.abs(got.Q[users] - Q[users]).max(), np.abs(got.P[:, items] - P[:, items]).max())
    return bool(distance <= 1e-4)


@check(task=TASK, points=1)
def test_arguments_are_left_unchanged(student: Student, secret: Secret, bench):
    """The matrix, the lists of cells and the validation values are unchanged afterwards."""
    problem = bench.make_problem(secret)
    got = bench.run(student, problem, optimizer="sgd", max_steps=2, lr=1e-3)
    if not got.moved_from(problem):
        fail("After two steps the factors are still those of initialize_Q_P.", "A13")
    table = np.zeros(problem.shape)
    table[tuple(problem.cells.T)] = problem.values
    before = {
        "R": table,
        "non_zero_idx": problem.cells,
        "val_idx": problem.val_cells,
        "val_values": problem.val_values,
    }
    for name, value in before.items():
        if not bench.same(bench.array(got.record["arguments"][name], None, name), value.astype(float), 0.0):
            fail(f"Your function changed its argument {name}: work on a copy.", "M7")
