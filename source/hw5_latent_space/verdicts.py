"""How public checks are run and shown: green, red and grey lines, a picture, and the list of what is still open.

A public check is a generator in check.py: it yields lines (`holds`, `note`) and at most one matplotlib figure.
"""

from __future__ import annotations

import ast
import html
import json
import linecache
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import torch

OUR_FOLDER = Path(__file__).resolve().parent
PublicCheck = Callable[[Any], Iterator[Any]]
PUBLIC_CHECKS: dict[str, PublicCheck] = {}


class Verdict(Enum):
    """What a line says, with its sign in plain text, its sign and its colour in a notebook."""

    HOLDS = ("ok  ", "✔", "#1a7f37")
    FAILS = ("FAIL", "✘", "#cf222e")
    NOT_STARTED = ("open", "○", "#8c959f")
    NOTE = ("note", "ℹ", "#57606a")


@dataclass(frozen=True)
class Line:
    """One sentence of a check; `hint` is shown under the first line that fails."""

    verdict: Verdict
    text: str
    hint: str = ""


@dataclass
class Result:
    """The lines and the figure of one task's public check."""

    task: str
    lines: list[Line] = field(default_factory=list)
    figure: Any = None

    @property
    def verdict(self) -> Verdict:
        """The worst of the lines: open before failed, because an open task has nothing to be wrong yet."""
        seen = {line.verdict for line in self.lines}
        return next((kind for kind in (Verdict.NOT_STARTED, Verdict.FAILS) if kind in seen), Verdict.HOLDS)


def holds(text: str, condition: Any, hint: str = "") -> Line:
    """A law: green if the condition is true, otherwise red with the hint."""
    return Line(Verdict.HOLDS if bool(condition) else Verdict.FAILS, text, "" if bool(condition) else hint)


def note(text: str) -> Line:
    """Something worth knowing that is neither right nor wrong."""
    return Line(Verdict.NOTE, text)


def public_check(task: str) -> Callable[[PublicCheck], PublicCheck]:
    """Registers a generator function as the public check of a task."""

    def register(function: PublicCheck) -> PublicCheck:
        PUBLIC_CHECKS[task] = function
        return function

    return register


def run_check(task: str, thing: Any) -> Result:
    """Runs the public check of a task on a student's function or class; never raises, and leaves torch's
    generator as it was.
    """
    result = Result(task)
    with torch.random.fork_rng():
        torch.seed()
        try:
            for item in PUBLIC_CHECKS[task](thing):
                if isinstance(item, Line):
                    result.lines.append(item)
                else:
                    result.figure = item
        except NotImplementedError as error:
            result.lines.append(Line(Verdict.NOT_STARTED, _what_is_open(task, error)))
        except Exception as error:
            result.lines.append(Line(Verdict.FAILS, f"{type(error).__name__}: {error} — {_where(error)}"))
    return result


def _student_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames of a traceback that lie in the notebook: neither in these files nor in an installed package."""
    frames = traceback.extract_tb(error.__traceback__)
    return [
        frame
        for frame in frames
        if Path(frame.filename).parent != OUR_FOLDER
        and not re.search(r"(site|dist)-packages|lib/python", frame.filename)
    ]


def _what_is_open(task: str, error: BaseException) -> str:
    frames = _student_frames(error)
    name = frames[-1].name if frames else ""
    if name in ("", "__init__", "__call__") or name in task.split("."):
        return "not started yet" + (f" ({name})" if name.startswith("__") else "")
    return f"waits for `{name}`, which is not started yet"


def _where(error: BaseException) -> str:
    frames = _student_frames(error)
    if not frames:
        return "the check could not use what came back: compare its type and shape with the text above"
    frame = frames[-1]
    code = (frame.line or linecache.getline(frame.filename, frame.lineno or 0)).strip()
    return f"in {frame.name}, line {frame.lineno} of the cell: {code}"


# --- showing ----------------------------------------------------------------------------------------------------------


def as_text(result: Result) -> str:
    """The result for a terminal."""
    lines = [f"{result.task}"]
    for line, hint in _lines_and_hints(result):
        lines += [f"  {line.verdict.value[0]}  {line.text}"] + [f"        {part}" for part in hint.splitlines()]
    return "\n".join(lines)


def as_html(result: Result) -> str:
    """The result for a notebook."""
    rows = []
    for line, hint in _lines_and_hints(result):
        _, sign, colour = line.verdict.value
        first, _, rest = html.escape(line.text).partition("\n")
        if rest:
            first = f"<details style='display: inline-block'><summary>{first}</summary><pre>{rest}</pre></details>"
        rows.append(f'<div style="color: {colour}">{sign} {first}</div>')
        if hint:
            rows.append(f'<div style="margin-left: 1.5em">{html.escape(hint)}</div>')
    return f'<div style="border-left: 3px solid #d0d7de; padding-left: .8em"><b>{result.task}</b>{"".join(rows)}</div>'


def _lines_and_hints(result: Result) -> Iterator[tuple[Line, str]]:
    """Each line with the hint to show: only the first red line has one, the others may follow from it."""
    told = False
    for line in result.lines:
        yield line, "" if told else line.hint
        told = told or line.verdict is Verdict.FAILS


def show(result: Result) -> None:
    """In a notebook: coloured lines and the figure. Elsewhere: plain lines."""
    shell = _shell()
    if shell is None:
        sys.stdout.write(as_text(result) + "\n")
        return
    from IPython.display import display

    display({"text/plain": as_text(result), "text/html": as_html(result)}, raw=True)
    if result.figure is not None:
        display(result.figure)


def _shell() -> Any:
    """IPython's shell, or None in plain Python."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


# --- is the notebook ready? -------------------------------------------------------------------------------------------


def find_notebook(folder: Path, namespace: dict[str, Any] | None = None) -> Path | None:
    """The notebook that is being worked on: as Jupyter or VS Code names it, otherwise the only one of ours in
    the folder.
    """
    named = [(namespace or {}).get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")]
    for name in filter(None, named):
        if str(name).endswith(".ipynb") and (folder / Path(name).name).exists():
            return folder / Path(name).name
    ours = [path for path in sorted(folder.glob("*.ipynb")) if "autograder" in _read(path).get("metadata", {})]
    return ours[0] if len(ours) == 1 else None


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _kind(cell: dict[str, Any]) -> str | None:
    return cell.get("metadata", {}).get("autograder", {}).get("kind")


def _code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The code cells that get an execution count: those that are not blank."""
    return [cell for cell in notebook.get("cells", []) if cell["cell_type"] == "code" and _source(cell).strip()]


def count_hidden_checks(notebook: dict[str, Any]) -> int:
    """How many checks are run at grading: the lines `#   2 points: ...` of the cells that hold the points."""
    points = [_source(cell) for cell in notebook.get("cells", []) if _kind(cell) == "points"]
    return sum(len(re.findall(r"^#\s+[\d.]+ points?: ", source, flags=re.MULTILINE)) for source in points)


def word_counts(notebook: dict[str, Any]) -> Iterator[Line]:
    """A line for each written answer that is over its limit."""
    for cell in notebook.get("cells", []):
        limit = cell.get("metadata", {}).get("autograder", {}).get("words")
        if _kind(cell) == "question" and limit:
            # The answer stands under the line that says what it is worth and how long it may be.
            answer = re.split(r"^\*[\d.]+ points?, at most \d+ words\.\*$", _source(cell), flags=re.MULTILINE)[-1]
            words = len(answer.replace("YOUR ANSWER HERE", "").split())
            yield holds(f"{cell.get('id', 'question')}: about {words} words, the limit is {limit}", words <= int(limit))


def ran_from_the_top(executed: list[str], notebook: dict[str, Any]) -> Line:
    """Whether the cells that this kernel has run are those of the notebook, each once and in order, up to the
    last one run.
    """
    cells = [_source(cell).strip() for cell in _code_cells(notebook)]
    text = "the kernel was restarted and every cell was run once, from top to bottom"
    if [source.strip() for source in executed] == cells[: len(executed)]:
        return holds(text, True)
    return holds(
        text, False, "Save the notebook, choose “Restart kernel and run all cells”, and look at this cell again."
    )


def saved_in_order(notebook: dict[str, Any]) -> Line:
    """The same from the execution counts of a saved notebook."""
    counts = [cell.get("execution_count") for cell in _code_cells(notebook)]
    in_order = counts == list(range(1, len(counts) + 1))
    return holds(
        "saved after “restart and run all”", in_order, "The cells were run in another order, or not all of them."
    )


def summary(results: list[Result], notebook: dict[str, Any]) -> Iterator[Line]:
    """What is open, what is wrong, and what the student cannot see from here."""
    passed = [result for result in results if result.verdict is Verdict.HOLDS]
    for verdict, what in ((Verdict.NOT_STARTED, "still open"), (Verdict.FAILS, "not right yet")):
        tasks = [result.task for result in results if result.verdict is verdict]
        if tasks:
            yield Line(verdict, f"{what}: {', '.join(tasks)}")
    text = f"{len(passed)} of {len(results)} tasks pass their public checks"
    hidden = count_hidden_checks(notebook)
    yield holds(text + (f"; {hidden} hidden checks are run at grading" if hidden else ""), len(passed) == len(results))


def run_all(namespace: dict[str, Any]) -> list[Result]:
    """The public checks of all tasks, on whatever a notebook has defined."""
    results = []
    for task in PUBLIC_CHECKS:
        thing = namespace.get(task.split(".")[0])
        missing = Result(task, [Line(Verdict.NOT_STARTED, f"`{task.split('.')[0]}` is not defined")])
        results.append(missing if thing is None else run_check(task, thing))
    return results


def ready() -> None:
    """To be called in the notebook's last cell: open tasks, order of execution, and what is run at grading."""
    shell = _shell()
    namespace = shell.user_ns if shell else vars(sys.modules["__main__"])
    path = find_notebook(Path.cwd(), namespace)
    notebook = _read(path) if path else {}
    with _silence(shell):
        results = run_all(namespace)
    report = Result("Ready to hand in?", [*summary(results, notebook), *word_counts(notebook)])
    if shell and notebook:
        report.lines.append(ran_from_the_top(shell.history_manager.input_hist_raw[1:], notebook))
    elif not notebook:
        report.lines.append(
            note("The notebook's file was not found from here, so the order of its cells was not looked at.")
        )
    show(report)


def _silence(shell: Any) -> AbstractContextManager[Any]:
    """Keeps what students print, and their progress bars, out of the output of a notebook's cell."""
    if shell is None:
        return nullcontext()
    from IPython.utils.capture import capture_output

    return capture_output()


def run_definitions(notebook: dict[str, Any]) -> tuple[dict[str, Any], list[Line]]:
    """Runs the given and the task cells, and imports and definitions of the student's own cells, in one new
    namespace.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    problems = []
    for number, cell in enumerate(_code_cells(notebook), start=1):
        kind = _kind(cell)
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


def main(arguments: list[str]) -> int:
    """`python check.py [notebook.ipynb]`: all public checks on the saved notebook; 0 if all pass, 1 otherwise."""
    path = Path(arguments[0]) if arguments else find_notebook(OUR_FOLDER)
    if path is None or not (notebook := _read(path)):
        sys.stdout.write("No notebook found: give its name, python check.py NAME.ipynb\n")
        return 1
    os.environ.update(ASSIGNMENT_DATA="sample", MPLBACKEND="Agg", TQDM_DISABLE="1")
    namespace, problems = run_definitions(notebook)
    results = run_all(namespace)
    for result in results:
        show(result)
    report = Result(path.name, [*problems, *summary(results, notebook), *word_counts(notebook)])
    show(report)
    show(Result("Order of execution", [saved_in_order(notebook)]))
    return 0 if report.verdict is Verdict.HOLDS else 1
