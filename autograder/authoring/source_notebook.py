"""The instructor's notebook: the document's blocks as cells, with the solution inserted and the points computed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.authoring import points_cell
from autograder.authoring.checks_index import ChecksIndex
from autograder.authoring.document import EXPERIMENT, GIVEN, POINTS, QUESTION, TASK, TEXT, Block, Document
from autograder.authoring.regions import BEGIN, END, SolutionModule
from autograder.errors import AuthoringError

SCHEMA_VERSION = 3  # of nbgrader's cell metadata
MODEL_ANSWER = "(Graded by hand.)"  # stands in the source where an author wrote no model answer

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what nbformat 4.5 takes


@dataclass(frozen=True)
class Recipe:
    """Everything that the source notebook is made of."""

    name: str  # of the assignment
    document: Document
    solution: SolutionModule
    checks: ChecksIndex


def source_notebook(recipe: Recipe) -> Any:
    """The notebook node; raises AuthoringError if document, solution and checks do not fit together."""
    _refuse_tasks_that_do_not_fit(recipe)
    blocks = list(_with_ids(recipe.document.blocks))
    _refuse_parts_without_cells(recipe.document, {block.id for block in blocks})
    notebook = new_notebook(cells=[_cell(block, recipe) for block in blocks])
    notebook.nbformat_minor = 5
    ours: dict[str, Any] = {
        "assignment": recipe.name,
        "title": recipe.document.title,
        "limits": dict(recipe.document.limits),
    }
    if recipe.document.pdf:
        ours["pdf"] = [{"title": part.title, "cells": list(part.cells)} for part in recipe.document.pdf]
    notebook.metadata = nbformat.from_dict(
        {"autograder": ours, "kernelspec": dict(recipe.document.kernel), "language_info": {"name": "python"}}
    )
    return notebook


def _refuse_tasks_that_do_not_fit(recipe: Recipe) -> None:
    """Every task with checks has one points cell, the other way round, and its object stands in one task cell."""
    document, where = recipe.document, "assignment.md"
    cells = Counter(block.task for block in document.of_kind(POINTS))
    objects = Counter(name for block in document.of_kind(TASK, GIVEN) for name in block.objects)
    written = {name for block in document.of_kind(TASK) for name in block.objects}
    for task in recipe.checks.tasks:
        if task not in cells:
            raise AuthoringError(f"{where}: no points cell for the task {task!r}, which has checks")
        if task.partition(".")[0] not in written:
            raise AuthoringError(
                f"{where}: no task cell with the object {task.partition('.')[0]!r} of the task {task!r}"
            )
    for task, count in cells.items():
        if task not in recipe.checks.tasks:
            raise AuthoringError(f"{where}: the points cell of {task!r} has no checks")
        if count > 1:
            raise AuthoringError(f"{where}: {count} points cells for the task {task!r}")
    for name, count in objects.items():
        if count > 1:
            raise AuthoringError(f"{where}: {name} is inserted {count} times")


def _refuse_parts_without_cells(document: Document, ids: set[str]) -> None:
    for part in document.pdf:
        for id in part.cells:
            if id not in ids:
                raise AuthoringError(
                    f"assignment.md: front matter: pdf: {part.title!r} names {id}, which is no cell's id"
                )


def _with_ids(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks with an id each, made from what they hold or else from their place among their kind."""
    places: Counter[str] = Counter()
    seen: dict[str, int] = {}
    for block in blocks:
        places[block.kind] += 1
        about = block.task or (block.objects[0] if block.objects else str(places[block.kind]))
        id = block.id or f"{block.kind}-{about}".replace(".", "-")
        if not _ID.fullmatch(id):
            raise AuthoringError(
                f"assignment.md: line {block.line}: {id!r} is no id: use up to 64 letters, digits, - and _"
            )
        if id in seen:
            raise AuthoringError(f"assignment.md: line {block.line}: the id {id!r} is that of line {seen[id]}, too")
        seen[id] = block.line
        yield replace(block, id=id)


def _cell(block: Block, recipe: Recipe) -> Any:
    source = _source(block, recipe)
    new_cell = new_markdown_cell if block.kind in (TEXT, QUESTION) else new_code_cell
    cell = new_cell(source, id=block.id)
    cell.metadata = nbformat.from_dict(_metadata(block, recipe.checks))
    return cell


def _source(block: Block, recipe: Recipe) -> str:
    if block.kind == POINTS:
        return points_cell.body(block.task, recipe.checks.of(block.task))
    if block.kind == QUESTION:
        return _question(block)
    if block.kind == TASK:
        return "\n\n\n".join(recipe.solution.task(name).source for name in block.objects)
    if block.objects:
        return "\n\n\n".join(_given(name, recipe.solution) for name in block.objects)
    return block.body


def _given(name: str, solution: SolutionModule) -> str:
    found = solution.object(name)
    if not found.is_given:
        raise AuthoringError(f"assignment.md: {name} is given, but holds a solution region: make it a task")
    return found.source


def _question(block: Block) -> str:
    """The prompt, what it is worth, and the region that becomes the place for the answer."""
    limit = f", at most {block.words} words" if block.words else ""
    worth = f"*{points_cell.in_points(block.points)}{limit}.*"
    prompt, marker, answer = block.body.partition(f"### {BEGIN}\n")
    region = marker + answer if marker else f"### {BEGIN}\n{MODEL_ANSWER}\n### {END}"
    return f"{prompt.rstrip()}\n\n{worth}\n\n{region}"


def _metadata(block: Block, checks: ChecksIndex) -> dict[str, Any]:
    """nbgrader's metadata, which decide what is locked, cleared and graded, and ours beside them."""
    metadata: dict[str, Any] = {"tags": list(block.tags)} if block.tags else {}
    if block.kind == TEXT:
        return metadata
    metadata["autograder"] = _ours(block, checks)
    if block.kind != EXPERIMENT:
        metadata["nbgrader"] = _nbgraders(block, checks)
    return metadata


def _ours(block: Block, checks: ChecksIndex) -> dict[str, Any]:
    if block.kind == TASK:
        return {"kind": TASK, "names": list(block.objects)}
    if block.kind == POINTS:
        found = checks.of(block.task)
        return {"kind": POINTS, "task": block.task, "points": checks.points_of(block.task), "checks": len(found)}
    if block.kind == QUESTION:
        return {"kind": QUESTION, "id": block.id, "points": block.points, "words": block.words}
    return {"kind": block.kind}


def _nbgraders(block: Block, checks: ChecksIndex) -> dict[str, Any]:
    is_written = block.kind in (TASK, QUESTION)
    metadata = {
        "grade": block.kind in (POINTS, QUESTION),
        "grade_id": block.id,
        "locked": not is_written,
        "schema_version": SCHEMA_VERSION,
        "solution": is_written,
        "task": False,
    }
    if block.kind == POINTS:
        metadata["points"] = checks.points_of(block.task)
    if block.kind == QUESTION:
        metadata["points"] = block.points
    return metadata
