"""A variant put into the reference solution, as text: what a student would hand in who wrote everything else right."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from autograder.authoring.regions import defined_names, extent, parse
from autograder.errors import AuthoringError
from autograder.validation.variants import Variant

BOUND_METHODS = ("self", "cls")
METHOD_DECORATORS = ("staticmethod", "classmethod", "property")


@dataclass(frozen=True)
class Piece:
    """One top-level statement of a variant, with the comments above it."""

    node: ast.stmt
    text: str

    @property
    def names(self) -> list[str]:
        """The names it binds."""
        if isinstance(self.node, (ast.Import, ast.ImportFrom)):
            return [alias.asname or alias.name.partition(".")[0] for alias in self.node.names]
        return defined_names(self.node)


def apply(cells: Mapping[str, str], variant: Variant) -> dict[str, str]:
    """The cells that the variant changes: id -> new source. `cells`: id -> source of every task cell, without markers.

    Raises AuthoringError if the variant defines nothing that a task cell defines, or its class stands in none.
    """
    defined = {id: _top_level(source) for id, source in cells.items()}
    wanted = {variant.into} if variant.into else {name for piece in _pieces(variant) for name in piece.names}
    changed = [id for id in cells if wanted & defined[id].keys()]
    if not changed:
        raise AuthoringError(
            f"{_where(variant)}: no task cell defines {' or '.join(sorted(wanted)) or 'what it changes'}"
        )
    result: dict[str, str] = {}
    for id in changed:
        elsewhere = frozenset(name for other in changed if other != id for name in defined[other])
        result[id] = splice(cells[id], variant, elsewhere, with_helpers=not result)
    return result


def splice(reference: str, variant: Variant, elsewhere: frozenset[str] = frozenset(), with_helpers: bool = True) -> str:
    """The cell's source with the variant's definitions in the place of those of the same name.

    With `into`, its functions replace methods of that class or are added to it. What replaces nothing (helpers,
    imports) is put in front, unless `elsewhere`, the names that other cells define, has it or `with_helpers` is off.
    """
    container = _class(reference, variant) if variant.into else None
    places = _members(container) if container else _top_level(reference)
    replaced: dict[str, list[str]] = {}
    front: list[str] = []
    for piece in _pieces(variant):
        name = next((name for name in piece.names if name in places or _is_method(piece, container)), None)
        if name is not None:
            replaced.setdefault(name, []).append(piece.text)
        elif with_helpers and not elsewhere & set(piece.names):
            front.append(piece.text)
    if not replaced:
        raise AuthoringError(f"{_where(variant)}: it replaces nothing in the cell")
    body = _rewritten(reference, places, replaced, container)
    result = "\n\n\n".join([*_joined(front), body])
    parse(result, f"{_where(variant)}, put into the reference")
    return result


def _rewritten(
    reference: str, places: dict[str, ast.stmt], replaced: dict[str, list[str]], container: ast.ClassDef | None
) -> str:
    """The reference's lines with each definition replaced, from the last to the first so that line numbers hold."""
    lines = reference.split("\n")
    indent = " " * (container.body[0].col_offset if container else 0)
    gap = "\n\n" if container else "\n\n\n"
    texts = {name: textwrap.indent(gap.join(parts), indent) for name, parts in replaced.items()}
    if container:
        new = [text for name, text in texts.items() if name not in places]
        end = container.end_lineno or len(lines)
        lines[end:end] = [line for text in new for line in ["", *text.split("\n")]]
    spans = {name: extent(places[name], reference.split("\n")) for name in texts if name in places}
    for name, (first, behind) in sorted(spans.items(), key=lambda item: item[1], reverse=True):
        lines[first:behind] = texts[name].split("\n")
    return "\n".join(lines)


def _joined(front: list[str]) -> list[str]:
    """Imports and other one-line statements in one block, definitions in blocks of their own."""
    groups = [(is_long, list(texts)) for is_long, texts in groupby(front, key=lambda text: "\n" in text)]
    return [block for is_long, texts in groups for block in (texts if is_long else ["\n".join(texts)])]


def _pieces(variant: Variant) -> Iterator[Piece]:
    lines = variant.source.split("\n")
    for node in parse(variant.source, _where(variant)).body:
        first, behind = extent(node, lines)
        yield Piece(node, "\n".join(lines[first:behind]))


def _top_level(source: str) -> dict[str, ast.stmt]:
    return _by_name(parse(source, "task cell").body)


def _members(container: ast.ClassDef) -> dict[str, ast.stmt]:
    return _by_name(container.body)


def _by_name(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    return {name: node for node in body for name in defined_names(node)}


def _class(reference: str, variant: Variant) -> ast.ClassDef:
    found = _top_level(reference).get(variant.into)
    if not isinstance(found, ast.ClassDef):
        raise AuthoringError(f"{_where(variant)}: into={variant.into!r}: the cell has no such class")
    if found.body[0].lineno == found.lineno:
        raise AuthoringError(f"{_where(variant)}: the class {variant.into} must not be written on one line")
    return found


def _is_method(piece: Piece, container: ast.ClassDef | None) -> bool:
    """Whether a function that replaces nothing is a new method of the class, and not a helper beside it."""
    node = piece.node
    if container is None or not isinstance(node, ast.FunctionDef):
        return False
    arguments = [*node.args.posonlyargs, *node.args.args]
    decorators = {decorator.id for decorator in node.decorator_list if isinstance(decorator, ast.Name)}
    return bool(arguments and arguments[0].arg in BOUND_METHODS) or bool(decorators & set(METHOD_DECORATORS))


def _where(variant: Variant) -> str:
    return f"{variant.kind}s.py: cell {variant.id} ({variant.title})"
