"""From what happened in a check to its outcome and the sentence that the student reads."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from autograder.checking.failure import CheckFailed
from autograder.checking.outcomes import Outcome
from autograder.limits import MESSAGE_KEPT
from autograder.plain_text import plain
from autograder.sandbox.faults import Crashed, MissingName, OutOfMemory, ProtocolBroken, StudentError, TimedOut

# Exceptions whose own message does not tell a student what to look for: type, and what their message matches.
_HINTS = (
    (
        "NameError",
        re.compile(r"name '\w+' is not defined"),
        "Grading runs the cells that define things, not those that train, plot or try something out: "
        "what is made there does not exist. Use the function's arguments, or define it in the same cell.",
    ),
    (
        "RecursionError",
        re.compile(""),
        "A function calls itself without end: has a layer, or what is called here, the name of the function itself?",
    ),
)

OURS = "The grader itself failed in this check. It costs you nothing yet: your instructor is told and grades it again."


def outcome_of(error: BaseException) -> Outcome:
    """The outcome of a check that ended in this exception."""
    if isinstance(error, AssertionError):
        return Outcome.FAILED
    if not isinstance(error, StudentError):
        return Outcome.GRADER_ERROR
    if isinstance(error, MissingName) or error.not_implemented:
        return Outcome.NOT_ATTEMPTED
    kinds = {
        TimedOut: Outcome.TIMEOUT,
        OutOfMemory: Outcome.OUT_OF_MEMORY,
        Crashed: Outcome.CRASHED,
        ProtocolBroken: Outcome.PROTOCOL_ERROR,
    }
    return kinds.get(type(error), Outcome.ERROR)


def message_of(error: BaseException) -> str:
    """What the student reads about it."""
    if isinstance(error, AssertionError):
        return plain(_authors_words(str(error)), MESSAGE_KEPT) or "The result is not what the task asks for."
    if isinstance(error, StudentError):
        return plain(_student_message(error), MESSAGE_KEPT)
    return OURS


def mistake_of(error: BaseException) -> str | None:
    return error.mistake if isinstance(error, CheckFailed) else None


def detail_of(error: BaseException) -> str:
    """For the instructor: an error of ours and where in the checks it happened."""
    if isinstance(error, (AssertionError, StudentError)):
        return ""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.line}" for frame in frames]
    return plain("\n".join([f"{type(error).__name__}: {error}", *places]), MESSAGE_KEPT)


def _authors_words(text: str) -> str:
    """The message of an `assert` without what pytest may add to it: that shows the values compared."""
    return ("\n" + text).partition("\nassert ")[0].strip()


def _student_message(error: StudentError) -> str:
    what = f"`{error.called}`" if error.called and " " not in error.called else (error.called or "the notebook")
    if isinstance(error, MissingName):
        return f"`{error.message}` is not defined in your notebook yet."
    if error.not_implemented:
        where = f"`{error.function}`" if error.function else what
        return f"{where} is not written yet: it raises NotImplementedError."
    if isinstance(error, TimedOut):
        return f"Running {what} {error.message}, the limit here: look for an endless loop or too much work."
    if isinstance(error, OutOfMemory):
        return f"Running {what} {error.message}: look for arrays that grow with every step."
    if isinstance(error, Crashed):
        return f"Running {what} ended the whole process: {error.message}."
    if isinstance(error, ProtocolBroken):
        return f"Running {what} sent something that is no result ({error.message})."
    text = f"Running {what} raised {error.type}: {error.message}".rstrip(": ")
    hints = [hint for kind, pattern, hint in _HINTS if error.type == kind and pattern.search(error.message)]
    if error.hint:
        hints.append(error.hint)
    return "\n".join([text, *([f"({_where(error)})"] if error.place else []), *hints])


def _where(error: StudentError) -> str:
    return f"in {error.function}, {error.place}" if error.function else error.place
