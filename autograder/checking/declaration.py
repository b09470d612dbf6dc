"""How a check says what it checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

_ATTRIBUTE = "autograder_check"
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Declaration:
    """What the decorator said: the task the check belongs to, its points, the time limit of the student's code in it,
    and when Gradescope shows it to students (empty: as all others)."""

    task: str
    points: float
    seconds: float | None = None
    visibility: str = ""


def check(
    *, task: str, points: float, seconds: float | None = None, visibility: str = ""
) -> Callable[[Function], Function]:
    """Marks a pytest function as a hidden check of a task.

    Its docstring is the sentence that the student sees. `task` is an object of the notebook, or a method of one
    ("VAE.reparameterize"); `points` is what passing earns; `seconds` limits the student's code in it;
    `visibility` says when Gradescope shows the result: visible, after_due_date, after_published or hidden.

    >>> @check(task="double", points=2)
    ... def test_doubles(student, secret):
    ...     '''Every number is doubled.'''
    """

    def declare(function: Function) -> Function:
        setattr(function, _ATTRIBUTE, Declaration(task, float(points), seconds, visibility))
        return function

    return declare


def declaration_of(function: Callable[..., Any]) -> Declaration | None:
    return getattr(function, _ATTRIBUTE, None)
