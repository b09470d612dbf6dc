"""Data and a picture."""

from __future__ import annotations

import os

import numpy as np


def load_points():
    """Three clouds in the plane: points (N, 2) and labels (N,), always the same. A few of each while grading."""
    each = 5 if os.environ.get("ASSIGNMENT_DATA") == "sample" else 100
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), each)
    middles = np.array([[0.0, 0.0], [3.0, 1.0], [1.0, 3.0]])
    return middles[labels] + generator.normal(size=(len(labels), 2)), labels


def show_classes(points, labels, means):
    """Draws the points in the colours of their labels, and the means as crosses."""
    import matplotlib.pyplot as plt

    axes = plt.figure(figsize=(5, 4)).gca()
    axes.scatter(*points.T, c=labels, s=12)
    axes.scatter(*means.T, c="black", marker="x", s=80)
    axes.set_aspect("equal")
    plt.show()
