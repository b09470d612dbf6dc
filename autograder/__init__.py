"""Autograded deep-learning assignments: author, release, grade in a sandbox, report."""

__version__ = "0.1.0"
