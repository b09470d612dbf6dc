"""Hidden checks of latent_factor_alternating_optimization with optimizer="als".

The start is ours (a stand-in for initialize_Q_P), so one step has two right results: users first, or restaurants first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.checking import Secret, Student, check, fail

TASK = "latent_factor_alternating_optimization.als"
# Of the largest entry. Exact solvers agree to ten digits, conjugate gradients to four; mistakes are off by percents.
TOLERANCE = 2e-3
NAMES = ("users", "restaurants")
Regression = Callable[[Any, int, np.ndarray], np.ndarray]


@check(task=TASK, points=3)
def test_als_solves_ridge_regressions(student: Student, secret: Secret, bench):
    """After a step the factor updated last fits the known ratings best, given the other one: a ridge regression for
    each user or each restaurant."""
    problem = bench.make_problem(secret)
    got = bench.run(student, problem, optimizer="als", max_steps=1)
    if any(_fits(bench, problem, axis, got, bench.ridge) for axis in (0, 1)):
        return
    _name_wrong_regression(bench, problem, got)
    fail("Neither factor is the best one for the known ratings, given the other factor.")


def _fits(bench: Any, problem: Any, axis: int, got: Any, regression: Regression) -> bool:
    """Whether one of the returned factors is what `regression` makes of the other one."""
    own, other = (got.Q, got.P.T) if axis == 0 else (got.P.T, got.Q)
    return bench.same(own, regression(problem, axis, other), TOLERANCE)


def _name_wrong_regression(bench: Any, problem: Any, got: Any) -> None:
    if bench.same(got.Q, problem.Q, 1e-9) and bench.same(got.P, problem.P, 1e-9):
        fail('With optimizer="als" neither factor changes.', "A13")
    for key, regression in _wrong_regressions(bench, problem):
        if any(_fits(bench, problem, axis, got, regression) for axis in (0, 1)):
            mistake, _, sentence = key.partition(": ")
            fail(sentence, mistake)
    Q, P = bench.ridge(problem, 0, problem.P.T), bench.ridge(problem, 1, problem.Q).T
    if bench.same(got.Q, Q, TOLERANCE) and bench.same(got.P, P, TOLERANCE):
        fail(
            "Both factors were fitted to the old values of the other one. The second must be fitted to the new first.",
            "A14",
        )


def _wrong_regressions(bench: Any, problem: Any) -> Iterator[tuple[str, Regression]]:
    strength = problem.reg_lambda

    def weighted(weight: Callable[[int], float]) -> Regression:
        return lambda problem, axis, fixed: bench.ridge(problem, axis, fixed, weight)

    yield (
        "A8: You asked the regression to reproduce the unknown cells as well, as if they were zeros. Fit each user "
        "only on what he rated, and each restaurant only on its ratings.",
        _dense,
    )
    yield (
        "M10: Some known ratings are 0 after the shift, and your regression leaves them out. Use non_zero_idx, "
        "which was made before the shift.",
        _without_zeros,
    )
    yield (
        "A9: The regression has learned an intercept that your factors then lack: fit_intercept=False.",
        _with_intercept,
    )
    yield "A12: reg_lambda is missing in the regression.", weighted(lambda n: 0.0)
    yield "A10: Your regression has 2 lambda where the loss has lambda.", weighted(lambda n: 2 * strength)
    yield "A10: Your regression has lambda / 2 where the loss has lambda.", weighted(lambda n: strength / 2)
    yield (
        "A11: You weight lambda by the number of ratings; the loss of this notebook does not.",
        weighted(lambda n: strength * n),
    )
    yield "A10b: Your regression has the square of lambda.", weighted(lambda n: strength**2)
    yield "A10c: Your regression has the root of lambda.", weighted(lambda n: strength**0.5)


def _dense(problem: Any, axis: int, fixed: np.ndarray) -> np.ndarray:
    table = np.zeros(problem.shape)
    table[tuple(problem.cells.T)] = problem.values
    table = table if axis == 0 else table.T
    gram = fixed.T @ fixed + problem.reg_lambda * np.eye(problem.k)
    return np.linalg.solve(gram, fixed.T @ table.T).T


def _without_zeros(problem: Any, axis: int, fixed: np.ndarray) -> np.ndarray:
    return _row_by_row(problem, axis, fixed, lambda X, y: _solve(X[y != 0], y[y != 0], problem.reg_lambda))


def _with_intercept(problem: Any, axis: int, fixed: np.ndarray) -> np.ndarray:
    return _row_by_row(
        problem, axis, fixed, lambda X, y: _solve(X - X.mean(0), y - y.mean(), problem.reg_lambda) if len(y) else 0.0
    )


def _row_by_row(problem: Any, axis: int, fixed: np.ndarray, solve: Callable[..., Any]) -> np.ndarray:
    own, others = problem.cells[:, axis], problem.cells[:, 1 - axis]
    rows = [solve(fixed[others[own == row]], problem.values[own == row]) for row in range(problem.shape[axis])]
    return np.stack([np.broadcast_to(row, problem.k) for row in rows])


def _solve(X: np.ndarray, y: np.ndarray, strength: float) -> np.ndarray:
    return np.linalg.solve(X.T @ X + strength * np.eye(X.shape[1]), X.T @ y)


@check(task=TASK, points=2)
def test_als_step_updates_both_factors(student: Student, secret: Secret, bench):
    """In each step both factors are updated, one after the other: the second is fitted to the new first."""
    problem = bench.make_problem(secret)
    got = bench.run(student, problem, optimizer="als", max_steps=1)
    Q0, P0 = bench.start_of(student, problem, got)
    for number, (own, start) in enumerate(((got.Q, Q0), (got.P, P0))):
        if bench.same(own, start, 1e-9):
            fail(f"The factors of the {NAMES[number]} never change: each step updates both.", "A13")
    Q_first = bench.ridge(problem, 0, P0.T)
    P_second = bench.ridge(problem, 1, Q_first).T
    P_first = bench.ridge(problem, 1, Q0).T
    Q_second = bench.ridge(problem, 0, P_first.T)
    for Q, P in ((Q_first, P_second), (Q_second, P_first)):
        if bench.same(got.Q, Q, TOLERANCE) and bench.same(got.P, P, TOLERANCE):
            return
    if bench.same(got.Q, Q_first, TOLERANCE) and bench.same(got.P, P_first, TOLERANCE):
        fail(
            "Both factors were fitted to the old values of the other one. The second must be fitted to the new first.",
            "A14",
        )
    fail("One step does not give the two regressions, one after the other, from the factors of initialize_Q_P.")


@check(task=TASK, points=1.5)
def test_als_never_raises_the_training_loss(student: Student, secret: Secret, bench):
    """From step to step of ALS the training loss never rises, and after a few steps it is far below the start."""
    problem = bench.make_problem(secret)
    losses = []
    for steps in (1, 3, 7):
        got = bench.run(student, problem, optimizer="als", max_steps=steps, patience=100)
        losses += [got.train] if steps == 7 else []
        if got.evaluations != steps:
            fail(
                f"With max_steps={steps} and much patience there should be {steps} evaluations; "
                f"there are {got.evaluations}."
            )
    train = np.array(losses[0])
    if (np.diff(train) > 1e-6 * train[:-1]).any():
        fail(
            "The training loss rises at some step: each update should be the best one for the loss of this notebook.",
            "A9",
        )
    if not problem.loss(got.Q, got.P) < 0.7 * problem.loss(problem.Q, problem.P):
        fail("After seven steps the training loss is still about that of the start.", "A13")


@check(task=TASK, points=1.5)
def test_start_is_asked_for_and_used(student: Student, secret: Secret, bench):
    """The factors start from initialize_Q_P, with the init and the k of the caller."""
    problem = bench.make_problem(secret)
    for init in ("random", "svd"):
        got = bench.run(student, problem, optimizer="als", max_steps=1, init=init)
        asked = got.record["starts"]
        if not asked:
            fail("latent_factor_alternating_optimization does not call initialize_Q_P.", "A31b")
        kinds = {kind for kind, _, _ in asked}
        if kinds != {init}:
            fail(f'With init="{init}" you asked initialize_Q_P for {", ".join(sorted(kinds))}: pass init on.', "A24")
        if any(k != problem.k or tuple(shape) != problem.shape for _, k, shape in asked):
            fail("initialize_Q_P is called with another k or another matrix than came in.", "A31")
        if init == "random" and not got.moved_from(problem):
            fail("After a step the factors are still those of initialize_Q_P.", "A13")
