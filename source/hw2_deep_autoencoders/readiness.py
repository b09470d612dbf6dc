"""Is the notebook ready to be handed in? What is open, what is wrong, how long the answers are, and whether it was run
from top to bottom. `check` under each task, `ready` in the last cell, `python check.py` on the saved file.

How many hidden checks a task has is written into the notebook when it is built; the checks themselves are not here.
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import verdicts
from verdicts import PUBLIC_CHECKS, Line, Result, Verdict, counts, holds, note, run_check, show

Notebook = dict[str, Any]
RESTART = "choose “Restart kernel and run all cells”"
FIRST_LINE_CHARS = 40

_WORD = re.compile(r"\w+(?:[-'’.,]\w+)*")
_WORTH = re.compile(r"^\*[\d.]+ points?(?:, at most \d+ words)?\.\*$", re.MULTILINE)  # the last line of a prompt


def check(task: str, thing: Any) -> None:
    """Shows what holds and what does not for one task. To be called in the cell below it."""
    result = run_check(task, thing)
    show(result, counts(result, _hidden_in(Path.cwd()).get(task, 0)))


def ready() -> None:
    """To be called in the notebook's last cell: open tasks, answers, order of execution, what is run at grading."""
    shell = verdicts.shell()
    namespace = shell.user_ns if shell else vars(sys.modules["__main__"])
    path = find_notebook(Path.cwd(), namespace)
    notebook = _read(path) if path else {}
    with verdicts.silence():
        results = run_all(namespace)
    report = Result("Ready to hand in?", [*summary(results, notebook), *answers(notebook)])
    if shell and notebook:
        report.lines += run_from_the_top(shell.history_manager.input_hist_raw[1:], notebook)
    elif not notebook:
        report.lines.append(
            note("The notebook's file was not found from here, so the order of its cells was not looked at.")
        )
    show(report)


def main(arguments: list[str]) -> int:
    """`python check.py [notebook.ipynb]`: all public checks on the saved notebook; 0 if it is ready, 1 otherwise."""
    path = Path(arguments[0]) if arguments else find_notebook(verdicts.OUR_FOLDER)
    if path is None or not (notebook := _read(path)):
        sys.stdout.write("No notebook found: give its name, python check.py NAME.ipynb\n")
        return 1
    os.environ.update(ASSIGNMENT_DATA="sample", MPLBACKEND="Agg", TQDM_DISABLE="1")
    namespace, problems = run_definitions(notebook)
    results = run_all(namespace)
    hidden = hidden_checks(notebook)
    for result in results:
        show(result, counts(result, hidden.get(result.task, 0)))
    lines = [*problems, *summary(results, notebook), *answers(notebook), *saved_in_order(notebook)]
    report = Result(path.name, lines)
    show(report)
    return 0 if report.verdict is Verdict.HOLDS else 1


# --- the notebook's file ----------------------------------------------------------------------------------------------


def find_notebook(folder: Path, namespace: dict[str, Any] | None = None) -> Path | None:
    """The notebook that is being worked on: as Jupyter or VS Code names it, otherwise the only one of ours in
    the folder.
    """
    named = [(namespace or {}).get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")]
    for name in filter(None, named):
        if str(name).endswith(".ipynb") and (folder / Path(name).name).exists():
            return folder / Path(name).name
    ours = _ours(folder)
    return ours[0] if len(ours) == 1 else None


def _ours(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.ipynb")) if "autograder" in _read(path).get("metadata", {})]


def _read(path: Path) -> Notebook:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _about(cell: dict[str, Any]) -> dict[str, Any]:
    """What the build wrote about a cell."""
    found: dict[str, Any] = cell.get("metadata", {}).get("autograder", {})
    return found


def _code_cells(notebook: Notebook) -> list[dict[str, Any]]:
    """The code cells that get an execution count: those that are not blank."""
    return [cell for cell in notebook.get("cells", []) if cell["cell_type"] == "code" and _source(cell).strip()]


def _label(number: int, cell: dict[str, Any]) -> str:
    first = _source(cell).strip().partition("\n")[0]
    return f"code cell {number} (`{first[:FIRST_LINE_CHARS]}`)"


# --- tasks ------------------------------------------------------------------------------------------------------------


def hidden_checks(notebook: Notebook) -> dict[str, int]:
    """Task -> how many checks are run at grading, as the build counted them."""
    about = [_about(cell) for cell in notebook.get("cells", [])]
    return {cell["task"]: int(cell.get("checks", 0)) for cell in about if cell.get("kind") == "points"}


@cache
def _hidden_in(folder: Path) -> dict[str, int]:
    """The same from any notebook of ours in the folder: they are all of one assignment."""
    return next((found for path in _ours(folder) if (found := hidden_checks(_read(path)))), {})


def run_all(namespace: dict[str, Any]) -> list[Result]:
    """The public checks of all tasks, on whatever a notebook has defined."""
    results = []
    for task in PUBLIC_CHECKS:
        thing = namespace.get(task.split(".")[0])
        missing = Result(task, [Line(Verdict.NOT_STARTED, f"`{task.split('.')[0]}` is not defined")])
        results.append(missing if thing is None else run_check(task, thing))
    return results


def summary(results: list[Result], notebook: Notebook) -> Iterator[Line]:
    """A line for each task, and what all of them come to."""
    hidden = hidden_checks(notebook)
    for result in results:
        yield Line(result.verdict, f"{result.task}: {counts(result, hidden.get(result.task, 0))}")
    for task in hidden.keys() - {result.task for result in results}:
        yield note(f"{task}: no public check; hidden checks at grading: {hidden[task]}")
    passed = sum(result.verdict is Verdict.HOLDS for result in results)
    text = f"{passed} of {len(results)} tasks pass their public checks"
    if hidden:
        text += f"; {sum(hidden.values())} hidden checks are run at grading"
    yield holds(text, passed == len(results))


def run_definitions(notebook: Notebook) -> tuple[dict[str, Any], list[Line]]:
    """Runs the given and the task cells, and imports and definitions of the student's own cells, in one new
    namespace.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    problems = []
    for number, cell in enumerate(_code_cells(notebook), start=1):
        kind = _about(cell).get("kind")
        if kind not in ("given", "data", "task", None):
            continue
        name, source = f"<cell {number}>", re.sub(r"^\s*[%!].*$", "", _source(cell), flags=re.MULTILINE)
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        try:
            tree = ast.parse(source)
            if kind is None:
                definitions = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
                tree.body = [node for node in tree.body if isinstance(node, definitions)]
            exec(compile(tree, name, "exec"), namespace)
        except Exception as error:
            problems.append(Line(Verdict.FAILS, f"code cell {number}: {type(error).__name__}: {error}"))
    return namespace, problems


# --- written answers --------------------------------------------------------------------------------------------------


def answers(notebook: Notebook) -> Iterator[Line]:
    """A line for each question: how many words stand under it, and how many may."""
    for cell in notebook.get("cells", []):
        about = _about(cell)
        if about.get("kind") != "question":
            continue
        name, limit = about.get("id", "question"), int(about.get("words", 0))
        words = len(_WORD.findall(_WORTH.split(_source(cell))[-1].replace("YOUR ANSWER HERE", "")))
        most = f", the limit is {limit}" if limit else ""
        if not words:
            yield Line(Verdict.NOT_STARTED, f"{name}: no answer stands in its cell{most and most + ' words'}")
        else:
            yield holds(f"{name}: about {words} words{most}", not limit or words <= limit)


# --- the order of execution -------------------------------------------------------------------------------------------


def run_from_the_top(executed: list[str], notebook: Notebook) -> Iterator[Line]:
    """Whether what this kernel has run is the notebook's cells, each once and in order, up to the one that asks.

    That cell itself may be run again. A cell that was edited after it was run is seen here, and only here: a saved
    file does not tell.
    """
    ran = [source.strip() for source in executed]
    while len(ran) > 1 and ran[-1] == ran[-2]:
        ran.pop()
    cells = _code_cells(notebook)
    saved = [_source(cell).strip() for cell in cells]
    place = next((at for at, source in enumerate(ran) if at >= len(saved) or source != saved[at]), None)
    if place is not None:
        yield holds(f"{_out_of_order(place, ran[place], saved, cells)}: save, and {RESTART}", False)
        return
    yield holds("the kernel was restarted and every cell was run once, from top to bottom", True)
    if [cell.get("execution_count") for cell in cells][: len(ran)] != list(range(1, len(ran) + 1)):
        yield note("save the notebook now: its file is what you hand in")


def _out_of_order(place: int, source: str, saved: list[str], cells: list[dict[str, Any]]) -> str:
    if source in saved:
        other = saved.index(source)
        return f"not run once, from top to bottom: {_label(other + 1, cells[other])} was run as number {place + 1}"
    where = _label(place + 1, cells[place]) if place < len(cells) else "a cell that is gone"
    return f"{where} is not what was run: it was changed after that, or the notebook is not saved"


def saved_in_order(notebook: Notebook) -> Iterator[Line]:
    """The same from the execution counts of a saved notebook, and which cells ended in an error."""
    cells = _code_cells(notebook)
    numbers = [cell.get("execution_count") for cell in cells]
    problem = _order_of(numbers, cells)
    yield holds(f"{problem}: {RESTART}, and save" if problem else "saved after “restart and run all”", not problem)
    for number, cell in enumerate(cells, start=1):
        for output in cell.get("outputs", []):
            if output.get("output_type") == "error":
                yield Line(Verdict.FAILS, f"{_label(number, cell)} ended in {output.get('ename', 'an error')}")


def _order_of(numbers: list[int | None], cells: list[dict[str, Any]]) -> str:
    """What is wrong with the order; nothing when it is right."""
    if not any(numbers):
        return "the saved notebook was never run"
    for place, number in enumerate(numbers):
        again = place == len(numbers) - 1 and number is not None and number > place  # `ready()` may be run again
        if number != place + 1 and not again:
            how = "was not run" if number is None else f"was run as number {number}, not {place + 1}"
            return f"{_label(place + 1, cells[place])} {how}"
    return ""
