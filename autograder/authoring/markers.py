"""nbgrader's markers, also misspelt ones: what stands behind a marker that it does not know, nbgrader releases."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

VERBS = ("BEGIN", "END")
NOUNS = ("SOLUTION", "HIDDEN", "MARK")
LIKENESS = 0.75  # share of equal letters: two exchanged or one missing letter in SOLUTION; "MASK" is not yet MARK's

_WORDS = r"([A-Za-z]+)[\s_-]*([A-Za-z]*)"
_COMMENT = re.compile(rf"#+\s*{_WORDS}")
_CAPITALS = re.compile(r"\b([A-Z]{3,})[\s_-]+([A-Z]{3,})\b")
_JOINED = re.compile(r"(BEGIN|END)[\s_-]*(SOL|HIDDEN|MARK)|\b(HIDDEN TEST|MARK SCHEME)")


def looks_like_marker(line: str) -> bool:
    """Whether a line is a marker or a misspelling of one: in comments in any case of letters, elsewhere in capitals."""
    if _JOINED.search(line):
        return True
    pairs = [found.groups() for found in _CAPITALS.finditer(line)]
    comment = _COMMENT.search(line)
    if comment:
        pairs.append((comment[1].upper(), comment[2].upper()))
    return any(_is_pair(verb, noun) or _is_pair(noun, verb) for verb, noun in pairs)


def _is_pair(verb: str, noun: str) -> bool:
    return _is_like(verb, VERBS) and _is_like(noun, NOUNS)


def _is_like(word: str, known: tuple[str, ...]) -> bool:
    return any(word.startswith(name) or SequenceMatcher(None, word, name).ratio() > LIKENESS for name in known)
