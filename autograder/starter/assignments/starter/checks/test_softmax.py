"""Hidden checks of softmax. Each function is one check; its docstring is the sentence that students read."""

from __future__ import annotations

import numpy as np

from autograder.checking import Secret, Student, check, fail


def expected(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def secret_scores(secret: Secret) -> np.ndarray:
    """Scores (N, C) with N and C different: equal sizes would hide exchanged axes."""
    rows, columns = secret.sizes(2, 3, 9)
    return secret.generator.normal(size=(rows, columns), scale=2.0)


def probabilities(student: Student, scores: np.ndarray) -> np.ndarray:
    got = student.call("softmax", scores)
    assert isinstance(got, np.ndarray), f"a numpy array was expected, a {type(got).__name__} came back"
    assert got.shape == scores.shape, f"scores of shape {scores.shape} gave an array of shape {got.shape}"
    return got


@check(task="softmax", points=2)
def test_rows_become_probabilities(student: Student, secret: Secret) -> None:
    """Each row becomes the probabilities that its scores stand for."""
    scores = secret_scores(secret)
    got = probabilities(student, scores)
    if np.allclose(got, expected(scores.T).T):
        fail("your columns sum to 1, not your rows: one row is one example, so sum over axis 1", mistake="S1")
    if np.allclose(got, np.exp(scores) / np.exp(scores).sum()):
        fail("all entries together sum to 1, but each row is to", mistake="S2")
    assert np.allclose(got.sum(axis=1), 1.0), "the rows do not sum to 1"
    assert np.allclose(got, expected(scores)), "the probabilities are not exp(score), divided by the row's sum"


@check(task="softmax", points=1)
def test_large_scores_do_no_harm(student: Student, secret: Secret) -> None:
    """Scores of some thousands, positive or negative, give finite probabilities."""
    for shift in (4000.0, -4000.0):
        scores = secret_scores(secret) + shift
        got = probabilities(student, scores)
        if not np.isfinite(got).all():
            fail("large scores give nan or infinity: subtract each row's largest score first", mistake="S3")
        assert np.allclose(got, expected(scores)), "adding the same number to all scores changed the probabilities"


@check(task="softmax", points=1)
def test_the_scores_are_left_unchanged(student: Student, secret: Secret) -> None:
    """The argument is left as it was."""
    scores = secret_scores(secret)
    after = student.probe("argument_after_call", "softmax", scores.copy())
    if not np.array_equal(after, scores):
        fail("softmax changed its argument: work on a new array instead of writing into the old one", mistake="S4")
