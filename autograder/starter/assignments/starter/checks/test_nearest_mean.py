"""Hidden checks of NearestMean. `predict` is given means of ours, so that a wrong `fit` costs its points once."""

from __future__ import annotations

import numpy as np

from autograder.checking import Secret, Student, check, fail


@check(task="NearestMean.fit", points=2)
def test_means_are_those_of_the_classes(student: Student, secret: Secret) -> None:
    """`means` holds the mean of each class, in the order of the labels."""
    classes, dimensions = secret.sizes(2, 3, 7)
    labels = secret.permutation(12 * classes) % classes
    points = secret.generator.normal(size=(len(labels), dimensions)) + 3.0 * labels[:, None]
    means = student.new("NearestMean").call("fit", points, labels).get("means")
    want = np.stack([points[labels == label].mean(axis=0) for label in range(classes)])
    assert isinstance(means, np.ndarray), "`means` is no numpy array"
    if np.allclose(means, points.mean(axis=0)):
        fail("`means` is the mean of all points: take the points of one class at a time", mistake="N1")
    assert means.shape == want.shape, f"{classes} classes in {dimensions} dimensions gave means of shape {means.shape}"
    assert np.allclose(means, want), "`means` does not hold the means of the classes in the order of their labels"


@check(task="NearestMean.predict", points=3)
def test_the_nearest_mean_gives_the_label(student: Student, secret: Secret) -> None:
    """Every point gets the label of the mean with the smallest Euclidean distance."""
    for stream in secret.streams(3):  # a mistake that one draw hides shows in another
        classes, dimensions, count = stream.sizes(3, 4, 40)
        means = 2.0 * stream.generator.normal(size=(classes, dimensions))
        points = stream.generator.normal(size=(count + 200, dimensions))
        got = np.asarray(student.probe("predict_with", means, points))
        judge(got, points, means)


def judge(got: np.ndarray, points: np.ndarray, means: np.ndarray) -> None:
    differences = points[:, None] - means[None]
    distances = np.linalg.norm(differences, axis=2)
    assert got.shape == (len(points),), f"{len(points)} points gave labels of shape {got.shape}"
    if np.array_equal(got, distances.argmax(axis=1)):
        fail("points get the label of the mean that is farthest away: look for the smallest distance", mistake="N2")
    if np.array_equal(got, np.abs(differences).sum(axis=2).argmin(axis=1)):
        fail("you sum absolute differences: Euclidean distance sums their squares", mistake="N3")
    assert np.array_equal(got, distances.argmin(axis=1)), "some points do not get the label of the nearest mean"
