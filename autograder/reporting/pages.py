"""Self-contained HTML pages from the templates: everything escaped by default, no network, no other file."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.checking.outcomes import Outcome
from autograder.errors import AutograderError
from autograder.grading.results import write_atomically
from autograder.limits import LIST_SHOWN, NAME_SHOWN
from autograder.plain_text import plain
from autograder.reporting.drawings import drawn
from autograder.reporting.wording import WORDINGS, Wording, points

_CODE = re.compile(r"`([^`\n]+)`")


def render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)


def write_page(path: Path, page: str) -> Path:
    """Raises AutograderError when the page cannot be written."""
    return write_file(path, page.encode("utf-8", "replace"))


def write_file(path: Path, data: bytes) -> Path:
    """Writes the file whole, making its folder; raises AutograderError when that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data)
    except OSError as error:
        raise AutograderError(f"cannot write {path}: {error.strerror}") from None
    return path


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"plain": plain, "prose": _prose, "points": points}
    environment.filters |= {"drawn": drawn, "name": _name, "wording": _wording, "some": _some}
    return environment


def _prose(text: str) -> Markup:
    """A sentence with `names` set as code: escaped first, marked up after."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(plain(text)))))


def _name(student: str) -> str:
    return plain(student, NAME_SHOWN) or "(no name)"


def _wording(outcome: Outcome) -> Wording:
    return WORDINGS[outcome]


def _some(items: tuple[str, ...]) -> tuple[str, ...]:
    """The first of many, and how many more there are."""
    more = len(items) - LIST_SHOWN
    return items if more <= 0 else (*items[:LIST_SHOWN], f"… and {more} more.")
