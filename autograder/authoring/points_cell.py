"""The body of a points cell: it says what is checked, and earns nothing when it is run outside the engine.

nbgrader gives full marks to a grade cell without an output, with a negative number, or with one of numpy's; and none to
one that writes to stderr. So the body prints one line and ends in the plain number 0.0.
"""

from __future__ import annotations

import ast
import json

from autograder.authoring.checks_index import IndexedCheck
from autograder.authoring.regions import parse


def body(task: str, checks: tuple[IndexedCheck, ...]) -> str:
    """The source of the points cell of a task."""
    total = in_points(sum(check.points for check in checks))
    lines = [f"# {task}: {total}. Hidden checks look at this when the notebook is graded:"]
    lines += [f"#   {in_points(check.points)}: {check.title}" for check in checks]
    sentence = f"{task}: {total}, given by the hidden checks at grading, not by running this cell."
    lines += [f"print({json.dumps(sentence)})", "0.0"]
    return "\n".join(lines)


def in_points(points: float) -> str:
    """1 -> "1 point", 2.5 -> "2.5 points"."""
    return f"{points:g} point{'' if points == 1 else 's'}"


def earns_nothing(source: str) -> bool:
    """Whether running the cell can only print constant text and give the number 0.0, worth nothing to nbgrader."""
    statements = parse(source, "points cell").body
    if not statements:
        return False
    *before, last = statements
    if not (isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant)):
        return False
    is_zero = isinstance(last.value.value, float) and repr(last.value.value) == "0.0"
    return is_zero and len(before) > 0 and all(_only_prints(statement) for statement in before)


def _only_prints(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "print"
        and not call.keywords
        and all(isinstance(argument, ast.Constant) for argument in call.args)
    )
