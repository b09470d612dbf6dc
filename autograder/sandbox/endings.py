"""What an error that a submission's process reports means, and how a process ended: faults, in words."""

from __future__ import annotations

import os
import signal

from autograder.sandbox import limits
from autograder.sandbox.faults import Crashed, MissingName, OutOfMemory, StudentError, TimedOut
from autograder.sandbox.protocol import Event


def as_fault(error: list[str], bounds: limits.Limits) -> StudentError:
    kind, message, place, function = [*error, "", "", "", ""][:4]
    if kind == "MissingName":
        return MissingName(message)
    if kind == "MemoryError" or "can't allocate memory" in message or "out of memory" in message.lower():
        return OutOfMemory(alive=True)
    return StudentError(kind or "Exception", message, place, function, hint=_limit_hit(kind, message, bounds))


def _limit_hit(kind: str, message: str, bounds: limits.Limits) -> str:
    """What the limit is, where an error that Python words for administrators comes from one of ours."""
    sentences = {
        "[Errno 28]": f"While grading, at most {bounds.disk_mb} MB in {bounds.files} files may be written.",
        "[Errno 27]": f"While grading, one file may have at most {bounds.file_mb} MB.",
        "[Errno 24]": f"While grading, at most {bounds.open_files} files may be open: write `with open(...)`.",
        "[Errno 11]": f"While grading, at most {bounds.processes} processes and threads may run at the same time.",
        "can't start new thread": f"While grading, at most {bounds.processes} processes and threads may run.",
        "[Errno 97]": "There is no network while grading: use the files that come with the assignment.",
        "[Errno -": "There is no network while grading: use the files that come with the assignment.",
    }
    text = f"{kind}: {message}"
    return next((sentence for sign, sentence in sentences.items() if sign in text), "")


def how_it_ended(exit: Event, limit: float) -> StudentError:
    """From the status of wait(2). `limit`: seconds of processor time that it had."""
    if os.WIFSIGNALED(exit.status):
        number = os.WTERMSIG(exit.status)
        if number == signal.SIGXCPU or (number == signal.SIGKILL and exit.cpu_seconds >= limit):
            return TimedOut(limit, alive=False)
        return Crashed(f"its process was ended by {signal.Signals(number).name}")
    return Crashed(f"its process ended itself (exit status {os.waitstatus_to_exitcode(exit.status)})")
