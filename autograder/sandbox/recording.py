"""What a notebook cell shows, in the order of showing: for notebooks whose points come from their outputs.

Runs in the submission's process, so nothing that it records is trusted; the other end decodes it as foreign JSON.
"""

from __future__ import annotations

import io
import json
import sys
import traceback
from types import TracebackType
from typing import Any

import numpy as np
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher

from autograder.sandbox import limits
from autograder.sandbox.shell import Shell

_NOT_SHOWN = "\n... output truncated ...\n"


class Recorder:
    """Takes the place of the shell's output channels. Made once, in the submission's process; `run` for each cell."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._outputs: list[dict[str, Any]] = []
        self._left = 0
        sys.stdout, sys.stderr = _Stream(self, "stdout"), _Stream(self, "stderr")
        shell.display_pub = _Publisher(self, parent=shell)
        shell.displayhook = _Result(self, parent=shell, shell=shell)
        shell.display_trap.hook = shell.displayhook

    def run(self, source: str) -> np.ndarray:
        """Runs one cell; its outputs as nbformat has them, as JSON in an array of bytes."""
        self._outputs, self._left = [], limits.SHOWN_BYTES
        result = self._shell.run_cell(source, store_history=False)
        if error := result.error_before_exec or result.error_in_exec:
            self._outputs.append(self._described(error))
        self._shell.execution_count += 1  # tracebacks name the cell by it
        return np.frombuffer(json.dumps(self._outputs).encode("utf-8", "replace"), np.uint8)

    def show(self, text: str, name: str) -> None:
        """Text on one of the standard streams; neighbours of one stream are one output, as in Jupyter."""
        text = self._within_limit(text)
        if not text:
            return
        last = self._outputs[-1] if self._outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self._outputs.append({"output_type": "stream", "name": name, "text": text})

    def display(self, kind: str, data: dict[str, Any]) -> None:
        """A value or a picture in each of its forms; forms that are no text are left out."""
        size = sum(len(form) for form in data.values() if isinstance(form, str))
        if size > self._left:
            return self.show(_NOT_SHOWN, "stdout")
        self._left -= size
        forms = {name: form for name, form in data.items() if isinstance(form, str)}
        self._outputs.append({"output_type": kind, "data": forms})

    def clear(self) -> None:
        self._outputs.clear()

    def _within_limit(self, text: str) -> str:
        if len(text) <= self._left:
            self._left -= len(text)
            return text
        shown = text[: self._left] + _NOT_SHOWN if self._left else ""
        self._left = 0
        return shown

    def _described(self, error: BaseException) -> dict[str, Any]:
        name, text = type(error).__name__, _text_of(error)
        try:
            frames = _without_middle(error.__traceback__)
            lines = self._shell.InteractiveTB.structured_traceback(type(error), error, frames)
        except BaseException:  # formatting runs methods of the student's
            lines = traceback.format_exception_only(type(error), None)
        lines = [str(line)[: limits.SHOWN_LINE_CHARS] for line in lines]
        return {"output_type": "error", "ename": name, "evalue": text, "traceback": lines}


def _without_middle(frames: TracebackType | None) -> TracebackType | None:
    """The first and the last frames: an endless recursion has thousands, and formatting them takes minutes."""
    chain = []
    while frames is not None:
        chain.append(frames)
        frames = frames.tb_next
    if len(chain) > 2 * limits.SHOWN_FRAMES:
        chain[limits.SHOWN_FRAMES - 1].tb_next = chain[-limits.SHOWN_FRAMES]
    return chain[0] if chain else None


def _text_of(error: BaseException) -> str:
    try:
        return str(error)[: limits.MESSAGE_CHARS]
    except BaseException:
        return "(its message cannot be shown)"


class _Stream(io.TextIOBase):
    """sys.stdout or sys.stderr. One object for all cells: a log handler keeps the one it was made with."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, recorder: Recorder, name: str) -> None:
        self._recorder, self._name = recorder, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._recorder.show(str(text), self._name)
        return len(text)

    def fileno(self) -> int:
        """For processes that are started with it: they write straight to the output pipe."""
        return 1 if self._name == "stdout" else 2


class _Publisher(DisplayPublisher):
    def __init__(self, recorder: Recorder, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._recorder = recorder

    def publish(self, data: dict[str, Any], metadata: Any = None, *args: Any, **kwargs: Any) -> None:
        self._recorder.display("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        self._recorder.clear()


class _Result(DisplayHook):
    """The value of a cell's last expression."""

    def __init__(self, recorder: Recorder, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._recorder = recorder

    def write_output_prompt(self) -> None:
        """There is no prompt: the number stands in the notebook."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self._recorder.display("execute_result", format_dict)

    def finish_displayhook(self) -> None:
        self._is_active = False

    def log_output(self, format_dict: dict[str, Any]) -> None:
        """Nothing is kept."""

    def quiet(self) -> bool:
        """Without a history there is no last line to look at for a semicolon."""
        return False
