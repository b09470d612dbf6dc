"""What several checks of this assignment share: secret rating problems, runs of the student's optimization, and the
right answers to compare with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from autograder.checking import CheckFailed, Secret, Student, StudentError, fail
from autograder.checking.values import describe, expect_scalar, expect_sequence, expect_tensor

PARTS = "(best_Q, best_P, validation_losses, train_losses, converged_after)"
NEVER = 1 << 30  # a log_every that prints at step 0 alone


@dataclass(frozen=True)
class Problem:
    """A secret matrix of shifted ratings, factors to start from, and cells for validation. All sizes differ."""

    shape: tuple[int, int]
    k: int
    cells: np.ndarray  # (nnz, 2), every known rating; some of them are exactly 0
    values: np.ndarray  # (nnz,)
    val_cells: np.ndarray
    val_values: np.ndarray
    Q: np.ndarray
    P: np.ndarray
    reg_lambda: float

    def loss(self, Q: np.ndarray, P: np.ndarray, reg_lambda: float | None = None) -> float:
        """The training loss."""
        return _loss(self.cells, self.values, Q, P, self.reg_lambda if reg_lambda is None else reg_lambda)

    def validation_loss(self, Q: np.ndarray, P: np.ndarray, reg_lambda: float | None = None) -> float:
        return _loss(self.val_cells, self.val_values, Q, P, self.reg_lambda if reg_lambda is None else reg_lambda)

    def predictions(self, Q: np.ndarray, P: np.ndarray) -> np.ndarray:
        """In the validation cells."""
        return np.einsum("nk,kn->n", Q[self.val_cells[:, 0]], P[:, self.val_cells[:, 1]])

    def sgd(self, Q: np.ndarray, P: np.ndarray, lr: float, passes: int) -> tuple[np.ndarray, np.ndarray]:
        """Factors after some passes in the order of the cells."""
        Q, P = Q.copy(), P.copy()
        for (u, i), value in [*zip(self.cells, self.values, strict=True)] * passes:
            q, p = Q[u].copy(), P[:, i].copy()
            error = value - q @ p
            Q[u] += 2 * lr * (error * p - self.reg_lambda * q)
            P[:, i] += 2 * lr * (error * q - self.reg_lambda * p)
        return Q, P


@dataclass(frozen=True)
class Run:
    """What came back from one call of the student's optimization, types and shapes checked."""

    Q: np.ndarray
    P: np.ndarray
    validation: list[float]
    train: list[float]
    converged_after: float
    record: Mapping[str, Any]

    @property
    def evaluations(self) -> int:
        return len(self.validation)

    def moved_from(self, problem: Problem) -> bool:
        """Whether anything was learned: the factors are not those of the start any more."""
        return not (same(self.Q, problem.Q, 1e-12) and same(self.P, problem.P, 1e-12))

    @property
    def follows_the_script(self) -> bool:
        """Whether the validation losses are those that the stand-in for `loss` gave."""
        values = {value for value, _, _ in self.record["scripted"]}
        return bool(self.validation) and all(value in values for value in self.validation)


def make_problem(secret: Secret, low: int = 17, high: int = 29, share: float = 0.4) -> Problem:
    """N users and D restaurants with a low-rank structure and noise. Every user has at least two ratings, the first one
    fewer than k, and so has the first restaurant; seven ratings are exactly 0."""
    n_users, n_items = secret.sizes(2, low, high)
    k = secret.integer(4, 6)
    rng = np.random.default_rng(secret.seed())
    known = rng.random((n_users, n_items)) < share
    for u in range(n_users):  # two ratings at least, in columns of its own
        known[u, [u % n_items, (u + 3) % n_items]] = True
    for i in range(n_items):
        known[[i % n_users, (i + 5) % n_users], i] = True
    known[0] = known[:, 0] = False
    known[0, 1:4] = known[1:3, 0] = True
    cells = np.argwhere(known)
    truth = rng.normal(size=(n_users, 2)) @ rng.normal(size=(2, n_items)) + 0.3 * rng.normal(size=known.shape)
    values = truth[known]
    values[rng.choice(len(values), 7, replace=False)] = 0.0
    unknown = np.argwhere(~known)
    n_validation = secret.integer(11, 16)
    signs = np.where(rng.permutation(k) % 2, 1.0, -1.0)  # factors of both signs, but the same predictions
    val_cells = unknown[rng.choice(len(unknown), n_validation, replace=False)]
    return Problem(
        shape=(n_users, n_items),
        k=k,
        cells=cells,
        values=values,
        val_cells=val_cells,
        val_values=truth[tuple(val_cells.T)],
        Q=signs * rng.uniform(0.1, 1.2, (n_users, k)) / np.sqrt(k),
        P=signs[:, None] * rng.uniform(0.1, 1.2, (k, n_items)) / np.sqrt(k),
        reg_lambda=secret.number(0.5, 1.5),
    )


def run(student: Student, problem: Problem, **options: Any) -> Run:
    """One call of the student's optimization from the problem's own start; `options` are its keywords."""
    other = {"random": (problem.Q, problem.P), "svd": (problem.Q[::-1], problem.P[:, ::-1])}
    student.stub("initialize_Q_P", "make_start", other)
    return _ask(student, problem, options)


def run_either(student: Student, problem: Problem, **options: Any) -> Run:
    """The same with whichever optimizer works, SGD first: what has to do with neither is judged with one."""
    try:
        return run(student, problem, optimizer="sgd", **options)
    except StudentError as error:
        if type(error) is not StudentError:  # the process or the time is used up
            raise
        try:
            return run(student, problem, optimizer="als", **options)
        except StudentError:
            raise error from None


def run_scripted(student: Student, secret: Secret, script: Sequence[float], **options: Any) -> Run:
    """One run on a small problem with validation losses that follow a script; one evaluation takes one of its values.

    Who computes losses without `loss` is not reached by that: his own curve falls at first and then rises.
    """
    problem, lr = _script(student, secret, script)
    return run_either(student, problem, lr=lr, **options)


def run_scripted_als(student: Student, secret: Secret, script: Sequence[float], **options: Any) -> Run | None:
    """The same with ALS; None where ALS does not run or the script is not followed: that is judged elsewhere."""
    problem, _ = _script(student, secret, script)
    try:
        got = run(student, problem, optimizer="als", **options)
    except CheckFailed:
        return None
    except StudentError as error:
        if type(error) is not StudentError:  # the process or the time is used up
            raise
        return None
    return got if got.validation == list(script[: got.evaluations]) else None


def _script(student: Student, secret: Secret, script: Sequence[float]) -> tuple[Problem, float]:
    lr = 0.03
    problem = with_turn(make_problem(secret, 7, 13, 0.5), lr, passes=4)
    student.stub("loss", "make_scripted_loss", len(problem.val_values), list(script))
    return problem, lr


def start_of(student: Student, problem: Problem, got: Run) -> tuple[np.ndarray, np.ndarray]:
    """The factors that a run started from: ours, or, where `initialize_Q_P` is not called, those that SGD with learning
    rate 0 leaves as they are."""
    if got.record["starts"]:
        return problem.Q, problem.P
    still = run(student, problem, optimizer="sgd", lr=0.0, max_steps=1)
    return still.Q, still.P


def ridge(problem: Problem, axis: int, fixed: np.ndarray, weight: Callable[[int], float] | None = None) -> np.ndarray:
    """The best factors of the users (axis 0) or restaurants (axis 1) for `fixed`, those of the others, (size, k).

    weight: lambda as a function of the number of ratings, in the place of the right one
    """
    own, others = problem.cells[:, axis], problem.cells[:, 1 - axis]
    factors = np.zeros((problem.shape[axis], problem.k))
    for row in range(problem.shape[axis]):
        mine = own == row
        X, y = fixed[others[mine]], problem.values[mine]
        strength = problem.reg_lambda if weight is None else weight(len(y))
        factors[row] = np.linalg.lstsq(X.T @ X + strength * np.eye(problem.k), X.T @ y, rcond=None)[0]
    return factors


def with_turn(problem: Problem, lr: float, passes: int) -> Problem:
    """The same problem with validation values that SGD meets after so many passes: its validation loss falls until then
    and rises again. lambda is too small to matter there."""
    problem = replace(problem, reg_lambda=1e-3)
    return replace(problem, val_values=problem.predictions(*problem.sgd(problem.Q, problem.P, lr, passes)))


def array(value: Any, shape: Sequence[int | None], name: str) -> np.ndarray:
    """A student's array as float64, once type, shape and finiteness are right."""
    return expect_tensor(value, shape, name, arrays=True).to(torch.float64).numpy()


def same(got: np.ndarray, want: np.ndarray, tolerance: float) -> bool:
    """Whether all entries agree, relative to the largest expected one. NaN agrees with nothing."""
    return got.shape == want.shape and bool(np.abs(got - want).max() <= tolerance * (np.abs(want).max() + 1e-12))


@pytest.fixture
def bench() -> SimpleNamespace:
    """The functions above, for checks: files of checks cannot import each other."""
    return SimpleNamespace(
        make_problem=make_problem,
        run=run,
        run_either=run_either,
        run_scripted=run_scripted,
        run_scripted_als=run_scripted_als,
        with_turn=with_turn,
        start_of=start_of,
        ridge=ridge,
        array=array,
        same=same,
    )


# --- inside ---


def _loss(cells: np.ndarray, values: np.ndarray, Q: np.ndarray, P: np.ndarray, reg_lambda: float) -> float:
    errors = values - np.einsum("nk,kn->n", Q[cells[:, 0]], P[:, cells[:, 1]])
    return float(errors @ errors + reg_lambda * ((Q**2).sum() + (P**2).sum()))


def _ask(student: Student, problem: Problem, options: Mapping[str, Any]) -> Run:
    told = {
        "shape": problem.shape,
        "cells": problem.cells,
        "values": problem.values,
        "val_cells": problem.val_cells,
        "val_values": problem.val_values,
        "prune": True,
    }
    options = {"k": problem.k, "reg_lambda": problem.reg_lambda, "log_every": NEVER, **options}
    record = student.probe("factorize", told, options)
    parts = expect_sequence(record["result"], 5, "latent_factor_alternating_optimization", PARTS)
    n_users, n_items = problem.shape
    Q, P = array(parts[0], (n_users, problem.k), "best_Q"), array(parts[1], (problem.k, n_items), "best_P")
    if not min(np.abs(Q).max(), np.abs(P).max()) > 1e-9:  # from there no step leads anywhere: all steps would be right
        fail("best_Q or best_P holds nothing but zeros.", "A13")
    return Run(
        Q=Q,
        P=P,
        validation=_history(parts[2], "validation_losses"),
        train=_history(parts[3], "train_losses"),
        converged_after=expect_scalar(parts[4], "converged_after"),
        record=record,
    )


def _history(value: Any, name: str) -> list[float]:
    if isinstance(value, (np.ndarray, torch.Tensor)) and value.ndim == 1:
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        fail(f"{name} should be a list with a number for each evaluation; it is {describe(value)}.")
    if not value:
        fail(f"{name} is empty: both losses are evaluated after step 0 already.")
    numbers = []
    for number, item in enumerate(value):
        if isinstance(item, float) and not np.isfinite(item):
            fail(
                f"{name} is not finite any more at evaluation {number}: the factors blow up. Is the sign of the update "
                "right, and is the start small enough?",
                "A30",
            )
        numbers.append(expect_scalar(item, f"entry {number} of {name}"))
    return numbers
