"""How outcomes are said, to people who see colours and to people who do not; and how foreign text is made harmless."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from autograder.checking.outcomes import Outcome
from autograder.limits import MESSAGE_SHOWN

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)", re.DOTALL)


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


def plain(text: str, most: int = MESSAGE_SHOWN) -> str:
    """Foreign text without terminal codes and invisible or direction-changing characters, at most `most` characters.

    The beginning and the end are kept: the end of an exception's text says most.
    """
    if len(text) > 4 * most:
        text = text[: 2 * most] + text[-2 * most :]
    text = _ANSI.sub("", text)
    text = "".join(character for character in text if character in "\n\t" or not _is_hidden(character)).strip()
    if len(text) <= most:
        return text
    tail = most // 4
    return f"{text[: most - tail - 5]} […] {text[-tail:]}"


def _is_hidden(character: str) -> bool:
    """Control, format (direction marks, zero width), surrogate, private and unassigned characters."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")


def points(value: float) -> str:
    """2.0 as 2, 2.5 as 2.5, at most two decimals."""
    return f"{round(value, 2):g}"
