"""A solution module: its objects as text, and the regions in them that students are to write.

A region goes from a BEGIN SOLUTION line to an END SOLUTION line. The rules are those of nbgrader's ClearSolutions, that
makes the released notebook; this is a second, independent reading of them, so that the two can be compared.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.errors import AuthoringError

BEGIN = "BEGIN SOLUTION"
END = "END SOLUTION"
CODE_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")  # what ClearSolutions puts in a region's place
TEXT_STUB = ("YOUR ANSWER HERE",)

Span = tuple[int, int]  # first line and line behind the last, counted from 0


@dataclass(frozen=True)
class Region:
    """One solution region: the numbers of its two marker lines, counted from 0."""

    begin: int
    end: int


def find_regions(lines: list[str], where: str) -> list[Region]:
    """The regions of a text; raises AuthoringError on nested, unopened or unclosed ones, which `where` places."""
    regions: list[Region] = []
    begin: int | None = None
    for number, line in enumerate(lines):
        if BEGIN in line:
            if begin is not None:
                raise AuthoringError(f"{where}: line {number + 1}: {BEGIN} inside a region that line {begin + 1} began")
            begin = number
        elif END in line:
            if begin is None:
                raise AuthoringError(f"{where}: line {number + 1}: {END} without a {BEGIN} above it")
            regions.append(Region(begin, number))
            begin = None
    if begin is not None:
        raise AuthoringError(f"{where}: line {begin + 1}: {BEGIN} without {END}")
    return regions


def stub(source: str, where: str = "cell", text: tuple[str, ...] = CODE_STUB) -> str:
    """The source as students get it: each region replaced by `text`, indented like its first marker."""
    lines = source.split("\n")
    kept: list[str] = []
    start = 0
    for region in find_regions(lines, where):
        marker = lines[region.begin]
        indent = marker[: len(marker) - len(marker.lstrip())]
        kept += lines[start : region.begin] + [indent + line for line in text]
        start = region.end + 1
    return "\n".join(kept + lines[start:])


def region_lines(source: str, where: str = "cell") -> list[str]:
    """The lines inside the regions, stripped, without blank ones."""
    lines = source.split("\n")
    inside = (line for region in find_regions(lines, where) for line in lines[region.begin + 1 : region.end])
    return [line.strip() for line in inside if line.strip()]


def outside_lines(source: str, where: str = "cell") -> list[str]:
    """The lines outside the regions, stripped, without markers and blank ones."""
    lines = source.split("\n")
    inside = {number for region in find_regions(lines, where) for number in range(region.begin, region.end + 1)}
    return [line.strip() for number, line in enumerate(lines) if number not in inside and line.strip()]


def without_markers(source: str) -> str:
    """The source as a student would hand it in: solved, without the marker lines."""
    return "\n".join(line for line in source.split("\n") if BEGIN not in line and END not in line)


@dataclass(frozen=True)
class SolutionObject:
    """A function, class or variable of the solution module, with what belongs to it, as text."""

    name: str
    source: str
    line: int  # of its first line in the module, counted from 1

    @property
    def is_given(self) -> bool:
        """Whether there is nothing in it for students to write."""
        return BEGIN not in self.source


@dataclass(frozen=True)
class SolutionModule:
    """The reference solution of one assignment, read as text: never imported here."""

    path: Path
    text: str

    def __post_init__(self) -> None:
        find_regions(self.lines, self.path.name)

    @classmethod
    def read(cls, path: Path) -> SolutionModule:
        """Raises AuthoringError if the file is missing or its regions do not pair up."""
        if not path.is_file():
            raise AuthoringError(f"{path} is missing: the reference solution stands there")
        return cls(path, path.read_text(encoding="utf-8"))

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def region_lines(self) -> list[str]:
        return region_lines(self.text, self.path.name)

    @cached_property
    def outside_lines(self) -> list[str]:
        return outside_lines(self.text, self.path.name)

    @cached_property
    def nodes(self) -> dict[str, ast.stmt]:
        """Name -> the one statement that defines it at the top level."""
        nodes: dict[str, ast.stmt] = {}
        for node in parse(self.text, self.path.name).body:
            for name in defined_names(node):
                if name in nodes:
                    raise AuthoringError(f"{self.path}: line {node.lineno}: {name} is defined a second time")
                nodes[name] = node
        return nodes

    def object(self, name: str) -> SolutionObject:
        """The object of that name; raises AuthoringError if there is none."""
        if name not in self.nodes:
            known = ", ".join(self.nodes)
            raise AuthoringError(f"{self.path}: no object {name!r} (there are: {known})")
        first, behind = extent(self.nodes[name], self.lines)
        source = "\n".join(self.lines[first:behind])
        find_regions(source.split("\n"), f"{self.path.name}, {name}")
        return SolutionObject(name, source, first + 1)

    def task(self, name: str) -> SolutionObject:
        """The object for a task cell: one with something to write. A variable without region is a region as a whole."""
        found = self.object(name)
        if not found.is_given:
            return found
        if isinstance(self.nodes[name], (ast.Assign, ast.AnnAssign)):
            return SolutionObject(name, f"### {BEGIN}\n{found.source}\n### {END}", found.line)
        where = f"{self.path.name}: line {found.line}"
        raise AuthoringError(f"{where}: {name} has no region: mark what students write with ### {BEGIN} and ### {END}")


def parse(text: str, where: str) -> ast.Module:
    """The syntax tree; raises AuthoringError with the line of a syntax error."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise AuthoringError(f"{where}: line {error.lineno}: {error.msg}") from None


def defined_names(node: ast.stmt) -> list[str]:
    """The names that a definition or an assignment of plain names binds; nothing for other statements."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def code_span(node: ast.stmt) -> Span:
    """The lines of a statement, decorators included."""
    decorators = [decorator.lineno for decorator in getattr(node, "decorator_list", [])]
    return min([node.lineno, *decorators]) - 1, node.end_lineno or node.lineno


def extent(node: ast.stmt, lines: list[str]) -> Span:
    """The lines that belong to a statement: its decorators, the comments directly above it, its regions' markers."""
    first, behind = code_span(node)
    while first > 0 and _belongs_above(lines[first - 1], node.col_offset):
        first -= 1
    return first, _behind_markers(node, lines, first, behind)


def _belongs_above(line: str, indent: int) -> bool:
    """Whether a line directly above an object is one of its comments: not a ruler, not the end of another region."""
    text = line.strip()
    is_comment = text.startswith("#") and len(line) - len(line.lstrip()) == indent
    return is_comment and not text.startswith("# %%") and END not in text


def _behind_markers(node: ast.stmt, lines: list[str], first: int, behind: int) -> int:
    """The line behind the comments that end the object: deeper ones, and the marker that closes its last region.

    Python's syntax tree ends a function with its last statement, so a marker behind that would be lost.
    """
    is_open = sum((BEGIN in line) - (END in line) for line in lines[first:behind]) > 0
    for number in range(behind, len(lines)):
        text = lines[number].strip()
        deeper = len(lines[number]) - len(lines[number].lstrip()) > node.col_offset
        if not text:
            continue
        if not text.startswith("#") or not (deeper or is_open):
            break
        behind = number + 1
        is_open = (is_open or BEGIN in text) and END not in text
    return behind
