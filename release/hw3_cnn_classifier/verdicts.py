"""Public checks: how they are written, run and shown. Green, red and grey lines, a picture, and honest counts.

A public check is a generator in check.py: it yields lines (`holds`, `note`) and at most one matplotlib figure.
"""

from __future__ import annotations

import html
import linecache
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

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

    def count(self, verdict: Verdict) -> int:
        return sum(line.verdict is verdict for line in self.lines)


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
    with _own_randomness():
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


def counts(result: Result, hidden: int = 0) -> str:
    """How many public checks pass and how many hidden ones (0: not known) follow, in words.

    A check may end early, so that only those that were run can be counted: there is no "2 of 5" unless all pass.
    """
    right, wrong = result.count(Verdict.HOLDS), result.count(Verdict.FAILS)
    later = f"{_number(hidden, 'hidden check')} at grading" if hidden else "hidden checks are run at grading"
    if result.verdict is Verdict.NOT_STARTED:
        return f"still open; {later}"
    if not wrong:
        return f"{right} of {_number(right, 'public check')} {'passes' if right == 1 else 'pass'}; {later}"
    return f"{_number(wrong, 'public check')} {'fails' if wrong == 1 else 'fail'}, {right} pass; {later}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


@contextmanager
def _own_randomness() -> Iterator[None]:
    """Other random numbers at each run, where torch is used at all; its generator is left as it was."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    with torch.random.fork_rng():
        torch.seed()
        yield


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


def as_text(result: Result, footer: str = "") -> str:
    """The result for a terminal."""
    lines = [f"{result.task}"]
    for line, hint in _lines_and_hints(result):
        lines += [f"  {line.verdict.value[0]}  {line.text}"] + [f"        {part}" for part in hint.splitlines()]
    return "\n".join(lines + [f"  {footer}"] * bool(footer))


def as_html(result: Result, footer: str = "") -> str:
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
    if footer:
        rows.append(f'<div style="color: {Verdict.NOTE.value[2]}; font-size: 90%">{html.escape(footer)}</div>')
    return f'<div style="border-left: 3px solid #d0d7de; padding-left: .8em"><b>{result.task}</b>{"".join(rows)}</div>'


def _lines_and_hints(result: Result) -> Iterator[tuple[Line, str]]:
    """Each line with the hint to show: only the first red line has one, the others may follow from it."""
    told = False
    for line in result.lines:
        yield line, "" if told else line.hint
        told = told or line.verdict is Verdict.FAILS


def show(result: Result, footer: str = "") -> None:
    """In a notebook: coloured lines and the figure. Elsewhere: plain lines."""
    if shell() is None:
        sys.stdout.write(as_text(result, footer) + "\n")
        return
    from IPython.display import display

    display({"text/plain": as_text(result, footer), "text/html": as_html(result, footer)}, raw=True)
    if result.figure is not None:
        display(result.figure)


def shell() -> Any:
    """IPython's shell, or None in plain Python."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def silence() -> AbstractContextManager[Any]:
    """Keeps what students print, and their progress bars, out of the output of a notebook's cell."""
    if shell() is None:
        return nullcontext()
    from IPython.utils.capture import capture_output

    return capture_output()
