"""Hidden checks of shift_user_mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checking import Secret, Student, check, fail
from autograder.checking.values import describe, expect_sequence

TASK = "shift_user_mean"
TOLERANCE = 1e-5  # of the largest entry: float32 is right too


@dataclass(frozen=True)
class Table:
    """A secret matrix of ratings 1 to 5, N != D; row 0 and column 0 are full, row 1 holds one and the same rating."""

    dense: np.ndarray  # 0 where there is no rating

    @property
    def known(self) -> np.ndarray:
        return self.dense > 0

    @property
    def means(self) -> np.ndarray:
        return self.dense.sum(1) / np.maximum(self.known.sum(1), 1)

    def shift(self, student: Student, dtype: type) -> dict[str, Any]:
        cells = np.argwhere(self.known)
        return student.probe("shift", cells, self.dense[self.known].astype(dtype), self.dense.shape)


def make_table(secret: Secret, shape: tuple[int, ...] = ()) -> Table:
    n_users, n_items = shape or secret.sizes(2, 19, 43)
    rng = np.random.default_rng(secret.seed())
    # Generous and strict users, or the mean over everything would be close to that of each.
    chances = rng.dirichlet(np.ones(5), n_users).cumsum(1)
    ratings = 1 + (rng.random((n_users, n_items, 1)) > chances[:, None, :4]).sum(2)
    known = rng.random((n_users, n_items)) < rng.uniform(0.2, 0.6, (n_users, 1))
    known[0], known[:, 0], ratings[1] = True, True, 4
    return Table(np.where(known, ratings, 0).astype(float))


def shifted_and_means(bench: Any, answer: dict[str, Any], table: Table) -> tuple[np.ndarray, np.ndarray]:
    """The shifted matrix (N, D), dense, and the means (N,)."""
    n_users, n_items = table.dense.shape
    shifted, means = expect_sequence(answer["result"], 2, TASK, "a pair (shifted, user_means)")
    _refuse_other_shapes(means, n_users, n_items)
    means = bench.array(means, None, "user_means").ravel()
    return bench.array(shifted, (n_users, n_items), "the shifted matrix"), means


def _refuse_other_shapes(means: Any, n_users: int, n_items: int) -> None:
    shape = tuple(getattr(means, "shape", ()))
    if shape in ((n_users, 1), (n_users,)):
        return
    if n_items in shape and n_users not in shape:
        fail("user_means has one number for each restaurant: take the mean along the other axis.", "M5")
    told = f"its shape is {shape}" if shape else f"it is {describe(means)}"
    fail(f"user_means should hold one number for each user, shape (N, 1); {told}.", "M8")


@check(task=TASK, points=2.5)
def test_means_are_those_of_the_ratings(student: Student, secret: Secret, bench):
    """Each user's mean is the mean of his ratings, and of nothing else."""
    first = make_table(secret)
    _, means = shifted_and_means(bench, first.shift(student, np.int64), first)
    _judge_means(bench, means, first)
    second = make_table(secret, first.dense.shape)
    _, means = shifted_and_means(bench, second.shift(student, np.float64), second)
    if bench.same(means, first.means, TOLERANCE):
        fail("The means are those of the matrix of an earlier call: your function keeps what it computed.", "M16")
    _judge_means(bench, means, second)


def _judge_means(bench: Any, means: np.ndarray, table: Table) -> None:
    if bench.same(means, table.means, TOLERANCE):
        return
    n_items = table.dense.shape[1]
    if bench.same(means, table.dense.mean(1), TOLERANCE):
        fail("Your mean divides by the number of restaurants, not by the number of ratings of the user.", "M1")
    if bench.same(means, table.means / n_items, TOLERANCE):
        fail("Your mean divides twice: by the number of ratings and by the number of restaurants.", "M2")
    if bench.same(means, np.full_like(means, table.dense[table.known].mean()), TOLERANCE):
        fail("Your means are all the same: that is the mean over all users.", "M5b")
    if bench.same(means, np.floor(table.means), TOLERANCE):
        fail("Your means are rounded down to whole numbers: divide as real numbers.", "M6")
    zero_one = (table.dense - table.means[:, None])[table.known]
    if abs(means).max() < 1e-9 or bench.same(means, np.full_like(means, zero_one.mean()), TOLERANCE):
        fail("Your means are all 0: compute them before you subtract them.", "M7b")
    fail("user_means are not the means over the stored ratings of each user.")


@check(task=TASK, points=2)
def test_unknown_cells_stay_unknown(student: Student, secret: Secret, bench):
    """Cells that nobody rated are still 0 in the shifted matrix."""
    table = make_table(secret)
    shifted, means = shifted_and_means(bench, table.shift(student, np.int64), table)
    unknown = shifted[~table.known]
    if not np.abs(shifted[table.known]).max() > 1e-6:
        fail("The shifted matrix holds nothing but zeros.")
    if np.abs(unknown).max() > 1e-9:
        expected = np.broadcast_to(-means[:, None], shifted.shape)[~table.known]
        how = "each holds minus the user's mean" if bench.same(unknown, expected, TOLERANCE) else "some are not 0"
        fail(f"You shifted cells that nobody rated ({how}). Only stored ratings may change.", "M3")


@check(task=TASK, points=1.5)
def test_ratings_lose_their_users_mean(student: Student, secret: Secret, bench):
    """Every rating becomes the rating minus its user's mean, also when the ratings are whole numbers."""
    table = make_table(secret)
    for dtype in (np.float64, np.int64):
        shifted, means = shifted_and_means(bench, table.shift(student, dtype), table)
        # Means that are wrong cost their own points; here the shift must agree with them.
        own = means if means.std() > 1e-3 else table.means
        wanted = (table.dense - own[:, None])[table.known]
        got = shifted[table.known]
        if bench.same(got, wanted, TOLERANCE) or bench.same(
            got, (table.dense - table.means[:, None])[table.known], TOLERANCE
        ):
            continue
        if bench.same(got, table.dense[table.known], TOLERANCE):
            fail("The ratings are the same as before: the mean is not subtracted.")
        if dtype is np.int64 and bench.same(got, np.round(got), 1e-12):
            fail("The shifted ratings are whole numbers: your matrix is integer. Cast it to float first.", "M6")
        if bench.same(got, (table.dense + own[:, None])[table.known], TOLERANCE):
            fail("You added the mean where it is to be subtracted.")
        fail("The ratings are not shifted by the mean of their own user.")


@check(task=TASK, points=1)
def test_argument_is_left_unchanged(student: Student, secret: Secret, bench):
    """The matrix that came in still holds the ratings afterwards."""
    table = make_table(secret)
    for dtype in (np.float64, np.int64):
        answer = table.shift(student, dtype)
        shifted_and_means(bench, answer, table)
        if not bench.same(bench.array(answer["argument"], None, "the argument"), table.dense, 0.0):
            fail("Your function changed the matrix that it was given: work on a copy.", "M7")


@check(task=TASK, points=1)
def test_user_without_ratings_has_mean_zero(student: Student, secret: Secret, bench):
    """A user without ratings has mean 0, and all other users are as usual."""
    table = make_table(secret)
    empty = 2 + secret.integer(0, 5)
    dense = table.dense.copy()
    dense[empty] = 0
    dense[-1] = 0
    table = Table(dense)
    answer = table.shift(student, np.float64)
    parts = expect_sequence(answer["result"], 2, TASK, "a pair (shifted, user_means)")
    for part in parts:
        if isinstance(part, np.ndarray) and part.dtype.kind == "f" and np.isnan(part).any():
            fail("A user without ratings makes NaN: his mean is 0 divided by 0. Guard the division.", "M11")
    shifted, means = shifted_and_means(bench, answer, table)
    if abs(means[empty]) > 1e-9 or abs(means[-1]) > 1e-9:
        fail("The mean of a user without ratings should be 0.", "M11")
    others = means[table.known.any(1)]
    if not others.std() > 1e-3:
        fail("With a user without ratings the other means are lost.")
    if np.abs(shifted[empty]).max() > 1e-9:
        fail("The row of a user without ratings should stay empty.", "M3")
