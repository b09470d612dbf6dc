"""Outputs and texts of students made harmless for the pages that nbgrader makes of them.

nbgrader shows notebooks as they are, in the page that is logged in to the instructor's server: a script in an output
or in a text would run there. Pictures, tables and plain text stay; scripts, handlers and styles do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.limits import CELL_OUTPUT_BYTES
from autograder.sandbox.protocol import Shown

_TAGS = (
    "a abbr b blockquote br caption code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q "
    "s small span strong sub summary sup table tbody td tfoot th thead tr tt u ul var"
).split()
_ATTRIBUTES = {"*": ["title", "align", "class"], "a": ["href"], "img": ["src", "alt", "width", "height"]}
_ATTRIBUTES |= {name: ["colspan", "rowspan"] for name in ("td", "th")}
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_FORMS = (*_PICTURES, "text/plain", "text/html", "text/markdown")


class _Output(msgspec.Struct):
    """An output of a submitted notebook: whatever else it holds is not looked at."""

    output_type: str
    name: str = "stdout"
    text: str | list[str] = ""
    data: dict[str, Any] = {}
    ename: str = ""
    evalue: str = ""
    traceback: list[str] = []


def shown_outputs(outputs: Iterable[Shown], number: int) -> list[NotebookNode]:
    """What a cell showed in the sandbox. `number`: of the cell, for its `Out[...]`."""
    return [_node(output, number) for output in outputs]


def submitted_outputs(raw: msgspec.Raw | None) -> list[NotebookNode]:
    """The outputs that stand in a submitted notebook; none when they are too large or damaged."""
    if raw is None or not 0 < len(memoryview(raw)) <= CELL_OUTPUT_BYTES:
        return []
    try:
        found = msgspec.json.decode(raw, type=list[_Output])
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return []
    kinds = ("stream", "display_data", "execute_result", "error")
    return [_node(output, None) for output in found if output.output_type in kinds]


def submitted_attachments(raw: msgspec.Raw | None) -> dict[str, dict[str, str]]:
    """Pictures that were pasted into a text cell; none when they are too large or damaged."""
    if raw is None or not 0 < len(memoryview(raw)) <= CELL_OUTPUT_BYTES:
        return {}
    try:
        found = msgspec.json.decode(raw, type=dict[str, dict[str, Any]])
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return {}
    pictures = {name: _harmless_forms(forms, _PICTURES) for name, forms in found.items()}
    return {name: forms for name, forms in pictures.items() if forms}


def harmless_text(source: str) -> str:
    """Markdown without scripts. Text that holds nothing like a tag stays as it is."""
    return _cleaner().sanitize_html_tags(source) if _MARKUP.search(source) else source


def _node(output: Shown | _Output, number: int | None) -> NotebookNode:
    if output.output_type == "stream":
        name = "stderr" if output.name == "stderr" else "stdout"
        return new_output("stream", name=name, text=_joined(output.text))
    if output.output_type == "error":
        return new_output("error", ename=output.ename, evalue=output.evalue, traceback=output.traceback)
    node = new_output(output.output_type, data=_harmless_forms(output.data, _FORMS))
    if output.output_type == "execute_result":
        node["execution_count"] = number
    return node


def _harmless_forms(data: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, str]:
    forms = {}
    for name, form in data.items():
        text = _joined(form)
        if name not in allowed or text is None:
            continue
        if name in _PICTURES and not _BASE64.fullmatch(text):
            continue
        forms[name] = harmless_text(text) if name in ("text/html", "text/markdown") else text
    return forms


def _joined(text: Any) -> Any:
    """nbformat's text: a string or a list of lines; None for anything else."""
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        return "".join(text)
    return text if isinstance(text, str) else None


def _cleaner() -> SanitizeHTML:
    return SanitizeHTML(tags=_TAGS, attributes=_ATTRIBUTES, styles=[], strip=True)
