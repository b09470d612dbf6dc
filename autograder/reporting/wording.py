"""How outcomes are said, to people who see colours and to people who do not."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.checking.outcomes import Outcome


@dataclass(frozen=True)
class Wording:
    """One outcome for the eye: a symbol, a word, a tone that names a colour, and what to do next.

    `next_step` is empty where the message itself says it.
    """

    symbol: str
    word: str
    tone: str  # "good", "bad", "open" or "ours"
    next_step: str = ""


WORDINGS = {
    Outcome.PASSED: Wording("✓", "passed", "good"),
    Outcome.FAILED: Wording("✗", "failed", "bad"),
    Outcome.NOT_ATTEMPTED: Wording("○", "not attempted", "open", "Write your solution in the cell of this task."),
    Outcome.ERROR: Wording("✗", "error", "bad", "Call your code in a new cell until it runs through without an error."),
    Outcome.TIMEOUT: Wording("✗", "too slow", "bad"),
    Outcome.OUT_OF_MEMORY: Wording("✗", "out of memory", "bad"),
    Outcome.CRASHED: Wording("✗", "crashed", "bad", "Restart the kernel and run all cells from the top."),
    Outcome.PROTOCOL_ERROR: Wording(
        "✗", "no valid result", "bad", "Return plain tensors or numbers, and leave the process and its files alone."
    ),
    Outcome.GRADER_ERROR: Wording("!", "grader's error", "ours", "Nothing for you to do: your instructor was told."),
}


def points(value: float) -> str:
    """2.0 as 2, 2.5 as 2.5, at most two decimals."""
    return f"{round(value, 2):g}"
