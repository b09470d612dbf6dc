"""Hidden checks of initialize_Q_P."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.statistics import KS_BOUND, SIX_SIGMA, common_part_z, ks_uniform, largest_correlation
from autograder.checking.values import expect_sequence

TASK = "initialize_Q_P"
Factors = tuple[np.ndarray, np.ndarray]


def make_matrix(secret: Secret, low: int, high: int) -> np.ndarray:
    """Shifted ratings (N, D), N != D, 0 where there is none."""
    n_users, n_items = secret.sizes(2, low, high)
    rng = np.random.default_rng(secret.seed())
    return np.where(rng.random((n_users, n_items)) < 0.5, rng.normal(size=(n_users, n_items)), 0.0)


def initialize(student: Student, matrix: np.ndarray, calls: list[Any]) -> dict[str, Any]:
    """`calls` are pairs of arguments after the matrix, positional ones and keywords."""
    cells = np.argwhere(matrix)
    return student.probe("initialize", cells, matrix[matrix != 0], matrix.shape, calls)


def factors(bench: Any, result: Any, shape: tuple[int, ...], k: int) -> Factors:
    Q, P = expect_sequence(result, 2, TASK, "a pair (Q, P)")
    n_users, n_items = shape
    sizes = tuple(getattr(Q, "shape", ())), tuple(getattr(P, "shape", ()))
    if sizes[0] == (n_users,):
        fail(
            "Q has the shape (N,): `u @ s` multiplies and sums. Scale the columns of u instead, so that Q is (N, k).",
            "A1",
        )
    if sizes[1] == (n_items, k):
        fail("P has the shape (D, k): it should be (k, D), so that Q @ P is (N, D).", "A4")
    if sizes == ((k, n_items), (n_users, k)):
        fail("Q and P are exchanged: the pair is (Q, P).", "A4")
    return bench.array(Q, (n_users, k), "Q"), bench.array(P, (k, n_items), "P")


@check(task=TASK, points=1)
def test_shapes_for_both_kinds(student: Student, secret: Secret, bench):
    """Q is (N, k) and P is (k, D), for "random" and for "svd"."""
    for k in secret.sizes(2, 3, 8):
        matrix = make_matrix(secret, 13, 31)
        answer = initialize(student, matrix, [((k,), {}), ((k, "random"), {}), ((k,), {"init": "svd"})])
        for result in answer["results"]:
            factors(bench, result, matrix.shape, k)


@check(task=TASK, points=2)
def test_random_factors_are_uniform(student: Student, secret: Secret, bench):
    """Random factors are uniform on [0, 1), divided by the root of k, and independent of each other."""
    k = secret.integer(6, 13)
    matrix = make_matrix(secret, 60, 110)
    answer = initialize(student, matrix, [((k,), {"init": "random", "seed": secret.integer(1, 10**6)})])
    pair = factors(bench, answer["results"][0], matrix.shape, k)
    for name, values in zip(("Q", "P"), pair, strict=True):
        _judge_uniform(name, torch.as_tensor(values), k)
    if np.isin(pair[0], pair[1]).mean() > 0.2:
        fail("The same random numbers stand in Q and in P: draw both from one generator, which is seeded once.", "A5c")


def _judge_uniform(name: str, values: torch.Tensor, k: int) -> None:
    if not values.std().item() > 1e-9:
        fail(f"All entries of {name} are the same: no factor could ever differ from another one.", "A5")
    probabilities = (values * k**0.5).clamp(1e-9, 1 - 1e-9)
    normal = torch.special.ndtri(probabilities)
    uniform = ks_uniform(values, 0.0, k**-0.5) < KS_BOUND
    inside = values.min().item() >= 0 and values.max().item() <= k**-0.5 * (1 + 1e-9)
    if uniform and inside:
        for axis, what in enumerate(("rows", "columns")):
            if abs(largest_correlation(normal, axis)[1]) > SIX_SIGMA or abs(common_part_z(normal, axis)) > SIX_SIGMA:
                fail(f"Different {what} of {name} are not independent: draw a number for each entry.", "A5")
        return
    known = {
        "A30: they are uniform on [0, 1) but not divided by the root of k. A first prediction would be about k/4": (
            0.0,
            1.0,
        ),
        "A6: they are uniform, but on both sides of 0. The task asks for [0, 1) divided by the root of k": (
            -(k**-0.5),
            k**-0.5,
        ),
        "A6d: they are uniform, on both sides of 0, and not divided by the root of k": (-1.0, 1.0),
        "A6c: you divided by k, not by its root": (0.0, 1 / k),
    }
    for key, (low, high) in known.items():
        mistake, _, sentence = key.partition(": ")
        if ks_uniform(values, low, high) < KS_BOUND:
            fail(f"The entries of {name} have another scale: {sentence}.", mistake)
    if values.min().item() < 0:
        fail(
            f"{name} has negative entries (randn?). The task asks for uniform numbers on [0, 1), divided by the root "
            "of k.",
            "A6",
        )
    fail(f"The entries of {name} are not uniform on [0, 1) divided by the root of k.", "A6")


@check(task=TASK, points=1.5)
def test_seed_decides(student: Student, secret: Secret, bench, note):
    """The same seed gives the same factors in every call, another seed gives others."""
    k = secret.integer(3, 6)
    matrix = make_matrix(secret, 13, 31)
    one, two = secret.sizes(2, 1, 10**4)
    calls = [((k, "random", one), {}), ((k, "random"), {"seed": one}), ((k,), {"seed": two}), ((k,), {}), ((k,), {})]
    answer = initialize(student, matrix, calls)
    first, again, other, default, default_again = (
        factors(bench, result, matrix.shape, k) for result in answer["results"]
    )
    if not (_equal(first, again) and _equal(default, default_again)):
        fail("Two calls with the same seed gave different factors: use the argument seed, at the start.", "A7")
    if any(np.array_equal(x, y) for x, y in zip(first, other, strict=True)):
        fail("Two different seeds gave the same factors: the argument seed is not used.", "A7b")
    if answer["reseeds"]:
        note(
            "initialize_Q_P seeds numpy's global generator, and with it everything random that comes later in the "
            "notebook. np.random.default_rng(seed) is a generator of its own."
        )


def _equal(first: Factors, second: Factors) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(first, second, strict=True))


@check(task=TASK, points=3)
def test_svd_is_the_best_approximation(student: Student, secret: Secret, bench):
    """With init="svd", Q P is the best approximation of the matrix among all of rank k."""
    for k in secret.sizes(2, 2, 6):
        matrix = make_matrix(secret, 13, 31)
        answer = initialize(student, matrix, [((k, "svd"), {})])
        Q, P = factors(bench, answer["results"][0], matrix.shape, k)
        _judge_svd(bench, Q @ P, matrix, k)


def _judge_svd(bench: Any, product: np.ndarray, matrix: np.ndarray, k: int) -> None:
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    left, right = u[:, :k], vt[:k]
    if bench.same(product, (left * s[:k]) @ right, 1e-4):
        return
    if bench.same(product, left @ right, 1e-4):
        fail("You threw the singular values away: Q P must approximate the matrix.", "A2")
    if bench.same(product, (left * s[:k] ** 2) @ right, 1e-4):
        fail("The singular values are in Q P twice: put them into one factor, or the root of them into each.", "A3")
    if bench.same(product, (left * s[:k] ** 0.5) @ right, 1e-4):
        fail("Only the root of the singular values is in Q P: both factors need it, or one needs all of it.", "A3b")
    if bench.same(product, (left * s[:k][::-1]) @ right, 1e-4):
        fail("The singular values are in the wrong order: svds and numpy sort them differently.", "A3c")
    if abs(np.linalg.norm(product) - np.linalg.norm(s[-k:])) < 1e-6 * s[0]:
        fail("These are the smallest singular values: the best approximation keeps the largest.", "A3d")
    fail("Q P is not the best approximation of rank k.")


@check(task=TASK, points=0.5)
def test_matrix_is_left_unchanged(student: Student, secret: Secret, bench):
    """The matrix that came in is unchanged by both kinds."""
    k = secret.integer(2, 5)
    matrix = make_matrix(secret, 13, 31)
    answer = initialize(student, matrix, [((k,), {}), ((k, "svd"), {})])
    for result in answer["results"]:
        factors(bench, result, matrix.shape, k)
    if not bench.same(bench.array(answer["argument"], None, "the argument"), matrix, 0.0):
        fail("Your function changed the matrix that it was given.")
