"""Hidden checks. Each function is one check; its docstring is the sentence that students read."""

from __future__ import annotations

import numpy as np

from autograder.checking import Secret, Student, check, fail


def as_array(value: object, shape: tuple[int, ...], name: str) -> np.ndarray:
    """`value` as an array of numbers of this shape; lists and whole numbers are right too."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        fail(f"{name} should be an array of numbers")
    assert array.shape == shape, f"{name} should have the shape {shape}; it has {array.shape}"
    return array


# --- softmax ----------------------------------------------------------------------------------------------------------


def expected(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def secret_scores(secret: Secret) -> np.ndarray:
    """Scores (N, C) with N and C different: equal sizes would hide exchanged axes."""
    rows, columns = secret.sizes(2, 3, 9)
    return secret.generator.normal(size=(rows, columns), scale=2.0)


@check(task="softmax", points=2)
def test_rows_become_probabilities(student: Student, secret: Secret) -> None:
    """Each row becomes the probabilities that its scores stand for."""
    scores = secret_scores(secret)
    got = as_array(student.call("softmax", scores), scores.shape, "what softmax returns")
    if np.allclose(got, expected(scores)):
        return  # right is right: only then look for the mistake
    if np.allclose(got, expected(scores.T).T):
        fail("your columns sum to 1, not your rows: one row is one example, so sum over axis 1", mistake="S1")
    if np.allclose(got, np.exp(scores) / np.exp(scores).sum()):
        fail("all entries together sum to 1, but each row is to", mistake="S2")
    assert np.allclose(got.sum(axis=1), 1.0), "the rows do not sum to 1"
    fail("the probabilities are not exp(score), divided by the row's sum")


@check(task="softmax", points=1)
def test_large_scores_do_no_harm(student: Student, secret: Secret) -> None:
    """Scores of some thousands, positive or negative, give finite probabilities."""
    for shift in (4000.0, -4000.0):
        scores = secret_scores(secret) + shift
        got = as_array(student.call("softmax", scores), scores.shape, "what softmax returns")
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


# --- NearestMean: `predict` is given means of ours, so that a wrong `fit` costs its points once -----------------------


@check(task="NearestMean.fit", points=2)
def test_means_are_those_of_the_classes(student: Student, secret: Secret) -> None:
    """`means` holds the mean of each class, in the order of the labels."""
    classes, dimensions = secret.sizes(2, 3, 7)
    labels = secret.permutation(12 * classes) % classes
    points = secret.generator.normal(size=(len(labels), dimensions)) + 3.0 * labels[:, None]
    model = student.new("NearestMean")
    model.call("fit", points, labels)
    means = as_array(model.get("means"), (classes, dimensions), "`means`")
    if np.allclose(means, points.mean(axis=0)):
        fail("`means` is the mean of all points: take the points of one class at a time", mistake="N1")
    want = np.stack([points[labels == label].mean(axis=0) for label in range(classes)])
    assert np.allclose(means, want), "`means` does not hold the means of the classes in the order of their labels"


@check(task="NearestMean.predict", points=3)
def test_the_nearest_mean_gives_the_label(student: Student, secret: Secret) -> None:
    """Every point gets the label of the mean with the smallest Euclidean distance."""
    for stream in secret.streams(3):  # a mistake that one draw hides shows in another
        classes, dimensions = stream.sizes(2, 3, 7)
        means = 2.0 * stream.generator.normal(size=(classes, dimensions))
        points = 2.0 * stream.generator.normal(size=(stream.integer(200, 300), dimensions))
        labels = as_array(student.probe("predict_with", means, points), (len(points),), "what predict returns")
        judge(labels, points[:, None] - means[None])


def judge(labels: np.ndarray, differences: np.ndarray) -> None:
    """differences: from each point to each mean, (N, C, D)."""
    distances = np.linalg.norm(differences, axis=2)
    if np.array_equal(labels, distances.argmin(axis=1)):
        return
    if np.array_equal(labels, distances.argmax(axis=1)):
        fail("points get the label of the mean that is farthest away: look for the smallest distance", mistake="N2")
    if np.array_equal(labels, np.abs(differences).sum(axis=2).argmin(axis=1)):
        fail("you sum absolute differences: Euclidean distance sums their squares", mistake="N3")
    fail("some points do not get the label of the nearest mean")
