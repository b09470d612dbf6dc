"""Public checks: `check("softmax", softmax)` in the notebook, `python check.py` for all of them in a terminal.

Each yields lines that hold or do not; the hidden checks ask more, with numbers that nobody sees.
"""

from __future__ import annotations

import sys

import numpy as np
from readiness import check, main, ready
from verdicts import holds, public_check

__all__ = ["check", "ready"]


@public_check("softmax")
def _(softmax):
    scores = np.array([[0.0, 0.0, 0.0, 0.0], [1.0, 2.0, 3.0, 4.0]])
    got = np.asarray(softmax(scores))
    yield holds("the shape stays (2, 4)", got.shape == (2, 4), f"It is {got.shape}.")
    yield holds("equal scores give equal probabilities", np.allclose(got[0], 0.25), f"They give {got[0]}.")
    yield holds("the rows sum to 1", np.allclose(got.sum(axis=1), 1), "Divide by the sum of the row.")


@public_check("NearestMean.fit")
def _(NearestMean):
    points, labels = np.array([[0.0, 0.0], [5.0, 5.0], [2.0, 4.0], [5.0, 7.0]]), np.array([0, 1, 0, 1])
    model = NearestMean()
    model.fit(points, labels)
    right = np.allclose(model.means, [[1, 2], [5, 6]])
    yield holds("the means of two classes of two points each", right, f"They are {model.means}.")


@public_check("NearestMean.predict")
def _(NearestMean):
    model = NearestMean()
    model.means = np.array([[1.0, 2.0], [5.0, 6.0]])
    got = list(model.predict(np.array([[0.0, 0.0], [9.0, 9.0], [2.0, 2.0]])))
    yield holds("three points get the labels 0, 1, 0", got == [0, 1, 0], f"They get {got}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
