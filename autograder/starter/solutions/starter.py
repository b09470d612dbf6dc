"""Reference solution: softmax and a classifier that looks for the nearest mean."""

from __future__ import annotations

import numpy as np


def softmax(scores):
    """Each row of `scores` as probabilities: shape (N, C) -> (N, C); rows sum to 1, and large scores do no harm."""
    ### BEGIN SOLUTION
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)
    ### END SOLUTION


class NearestMean:
    """Remembers the mean of each class, and gives a point the class whose mean is nearest."""

    def fit(self, points, labels):
        """Stores `means`, shape (C, D), of points (N, D) with labels 0 ... C-1, shape (N,)."""
        ### BEGIN SOLUTION
        self.means = np.stack([points[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
        ### END SOLUTION

    def predict(self, points):
        """The labels of points (N, D), shape (N,), by Euclidean distance to `means`."""
        ### BEGIN SOLUTION
        distances = np.linalg.norm(points[:, None] - self.means[None], axis=2)  # (N, C)
        return distances.argmin(axis=1)
        ### END SOLUTION
