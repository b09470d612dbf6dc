"""Foreign text (a student's exception, a name, a file's content) made harmless to store and to show."""

from __future__ import annotations

import re
import unicodedata

from autograder.limits import MESSAGE_SHOWN

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)", re.DOTALL)


def plain(text: str, most: int = MESSAGE_SHOWN) -> str:
    """Text without terminal codes and invisible or direction-changing characters, at most `most` characters.

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
