"""How much a student wrote on each question that a human grades."""

from __future__ import annotations

import re

from autograder.grading.matching import Match, lines_of
from autograder.grading.report import ManualItem
from autograder.grading.template import Template, TemplateCell
from autograder.limits import ANSWER_CHARS

_WORD = re.compile(r"\w+(?:[-'’.,]\w+)*")
_PLACEHOLDER = re.compile(r"YOUR ANSWER HERE", re.IGNORECASE)


def read_answers(matches: list[Match], template: Template) -> tuple[tuple[ManualItem, ...], list[str]]:
    """One item per question of the template, and a sentence for each answer that stood elsewhere or is gone."""
    items, repairs = [], []
    for place, cell in enumerate(template.cells):
        if cell.kind == "question":
            words, repair = _words(matches, place, cell)
            items.append(ManualItem(cell.id, cell.points, words, cell.words))
            repairs += repair
    return tuple(items), repairs


def _words(matches: list[Match], place: int, cell: TemplateCell) -> tuple[int, list[str]]:
    own = [at for at, match in enumerate(matches) if match.place == place]
    if not own:
        return 0, [f"The cell of the question {cell.id} is missing."]
    words = sum(_count(matches[at].cell.source, cell.stub) for at in own)
    if words:
        return words, []
    below = _count("\n".join(_text_below(matches, own[-1])), "")
    return below, [f"The answer to {cell.id} stands in the cell below the question."] if below else []


def _text_below(matches: list[Match], at: int) -> list[str]:
    """The student's own text cells that follow the question directly."""
    texts = []
    for match in matches[at + 1 :]:
        if match.place is not None or match.cell.type != "markdown":
            break
        texts.append(match.cell.source)
    return texts


def _count(answer: str, prompt: str) -> int:
    """Words of `answer` on lines that are not lines of `prompt`."""
    own = lines_of(answer[:ANSWER_CHARS]) - lines_of(prompt)
    return sum(len(_WORD.findall(_PLACEHOLDER.sub("", line))) * times for line, times in own.items())
