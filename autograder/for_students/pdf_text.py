"""What is kept of a notebook's text: pandoc reads it, and of its reading a closed set of elements remains.

Nothing in a notebook is trusted. Raw text of any language goes, and so do all attributes: typst would run some of them.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SECONDS = 120  # for pandoc and for typst each; a long notebook takes two
LINES_FIRST, LINES_LAST = 60, 20  # of one printed output; what lies between is left out

Node = dict[str, Any]
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\].*?(?:\x07|\x1b\\)|.)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\begin\{(align|equation|gather|eqnarray)\*?\}(.*?)\\end\{\1\*?\}", re.DOTALL)
_SIZES = re.compile(r"\\(?:big|Big|bigg|Bigg)[lrm]?(?![A-Za-z])")  # of brackets, which typst finds itself
PLAIN = ["", [], []]  # an element without id, classes and attributes: some attributes would be run by typst
_KEPT = set(
    "Plain Para LineBlock CodeBlock BlockQuote OrderedList BulletList DefinitionList Header HorizontalRule Table Str "
    "Emph Underline Strong Strikeout Superscript Subscript SmallCaps Quoted Code Space SoftBreak LineBreak".split()
)
_CONSTANTS = set(
    "DefaultStyle Decimal LowerAlpha UpperAlpha LowerRoman UpperRoman Example DefaultDelim Period OneParen TwoParens "
    "AlignLeft AlignRight AlignCenter AlignDefault ColWidth ColWidthDefault SingleQuote DoubleQuote DisplayMath "
    "InlineMath".split()
)  # what the elements above say about themselves


class NoPdf(Exception):
    """Why no PDF can be made: one line."""


def read(sources: Sequence[str]) -> list[list[Node]]:
    """The elements of each text, as pandoc's JSON; of a picture only its name."""
    cells = [
        {"cell_type": "markdown", "id": f"c{n}", "metadata": {}, "source": _with_dollars(source)}
        for n, source in enumerate(sources)
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    read = json.loads(pandoc(json.dumps(notebook), "-f", "ipynb", "-t", "json"))["blocks"]
    found = {block["c"][0][0]: block["c"][1] for block in read if block["t"] == "Div"}
    return [_clean(found.get(f"c{n}", [])) for n in range(len(sources))]


def read_without_math(sources: Sequence[str]) -> list[list[Node]]:
    return [_math_as_code(blocks) for blocks in read(sources)]


def _with_dollars(source: str) -> str:
    """Jupyter also sets an environment that stands without dollar signs."""

    def dollars(found: re.Match[str]) -> str:
        inside = source[: found.start()].count("$$") % 2
        return found[0] if inside else f"$$\\begin{{aligned}}{found[2].strip()}\\end{{aligned}}$$"

    return _ENVIRONMENT.sub(dollars, source)


def _clean(node: Any) -> Any:
    """Only known elements, without attributes; of links the address, of pictures the name; of others what they hold."""
    if isinstance(node, list):
        if _is_attributes(node):
            return PLAIN
        cleaned = [_clean(item) for item in node]
        return [part for item in cleaned for part in (item.parts if isinstance(item, _Parts) else [item])]
    if not isinstance(node, dict):
        return node
    kind: str = node.get("t", "")
    content: Any = node.get("c")
    if kind == "Math":
        return {"t": "Math", "c": [content[0], _SIZES.sub("", content[1])]}
    if kind in _KEPT or kind in _CONSTANTS:
        return {"t": kind, "c": _clean(content)} if content is not None else {"t": kind}
    if kind in ("Div", "Span"):
        return _Parts(_clean(content[1]))
    if kind == "Figure":
        return _Parts(_clean(content[2]))
    if kind == "Link":
        _, words, [address, _] = content
        is_web = re.match(r"https?://[^\s<>\"\\]+\Z", address)
        return {"t": "Link", "c": [PLAIN, _clean(words), [address, ""]]} if is_web else _Parts(_clean(words))
    return {"t": "Image", "c": content[2][0]} if kind == "Image" else _Parts([])


class _Parts:
    """What takes the place of an element that is not kept."""

    def __init__(self, parts: list[Any]) -> None:
        self.parts = parts


def _is_attributes(node: list[Any]) -> bool:
    return len(node) == 3 and isinstance(node[0], str) and isinstance(node[1], list) and isinstance(node[2], list)


def _math_as_code(node: Any) -> Any:
    if isinstance(node, list):
        return [_math_as_code(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("t") == "Math":
        return {"t": "Code", "c": [PLAIN, node["c"][1]]}
    return {key: _math_as_code(value) for key, value in node.items()}


def string(text: str) -> Node:
    return {"t": "Str", "c": text}


# --- what was printed -------------------------------------------------------------------------------------------------


def joined(text: Any) -> str:
    """A notebook's text: a string or a list of lines."""
    if isinstance(text, list):
        return "".join(line for line in text if isinstance(line, str))
    return text if isinstance(text, str) else ""


def printed(text: str) -> str:
    """As it stood on the screen at the end: without colours, progress bars in their last state."""
    lines = _ANSI.sub("", text).replace("\r\n", "\n").split("\n")
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in lines]
    return "\n".join("".join(c for c in line if c.isprintable() or c == "\t") for line in lines)


def shortened(text: str) -> str:
    lines = text.rstrip().splitlines()
    more = len(lines) - LINES_FIRST - LINES_LAST
    if more <= 0:
        return "\n".join(lines)
    return "\n".join([*lines[:LINES_FIRST], f"[… {more} more lines …]", *lines[-LINES_LAST:]])


# --- programs ---------------------------------------------------------------------------------------------------------


def pandoc(text: str, *words: str) -> str:
    """What pandoc makes of a text; it can read no file. Raises NoPdf when it is missing or does not end."""
    try:
        import pypandoc
    except ImportError:
        raise NoPdf("pandoc is missing: pip install pypandoc_binary typst pillow") from None
    return run([pypandoc.get_pandoc_path(), "--sandbox", *words], text)


def run(words: list[str], text: str) -> str:
    """What a program writes; its time is limited."""
    name = Path(words[0]).name if "pandoc" in words[0] else "typst"
    try:
        done = subprocess.run(
            words, input=text.encode("utf-8", "replace"), capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoPdf(f"{name} did not end within {SECONDS} s") from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        missing = "No module named 'typst'" in lines[-1]
        raise NoPdf("typst is missing: pip install pypandoc_binary typst pillow" if missing else f"{name}: {lines[-1]}")
    return done.stdout.decode("utf-8", "replace")
