"""Run beside the student's code and record values; what is right is decided in the checks."""

from __future__ import annotations


def argument_after_call(namespace, name, argument):
    """The argument as it is after the student's function `name` was called with it."""
    namespace[name](argument)
    return argument


def predict_with(namespace, means, points):
    """The labels that a NearestMean with these means gives to the points; `fit` is not called."""
    model = namespace["NearestMean"]()
    model.means = means
    return model.predict(points)
