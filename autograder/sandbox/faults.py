"""What can go wrong on the student's side, as exceptions on the trusted side. None is an error of the grader."""

from __future__ import annotations


class StudentError(Exception):
    """The student's code raised. `type` and `message` are his exception's, `place` the line of his that raised it,
    `function` the name of the function around that line. All four come from his process: text to show, no more."""

    called = ""  # what the check had called, once the handle has said so

    def __init__(self, type: str, message: str = "", place: str = "", function: str = "", *, hint: str = "") -> None:
        super().__init__(f"{type}: {message}")
        self.type, self.message, self.place, self.function = type, message, place, function
        self.hint = hint  # a sentence of ours, where a limit of the sandbox is behind the error

    @property
    def not_implemented(self) -> bool:
        return self.type == "NotImplementedError"


class MissingName(StudentError):
    """A name that the student was to define does not exist in his notebook. `message` is the name."""

    def __init__(self, name: str) -> None:
        super().__init__("MissingName", name)


class TimedOut(StudentError):
    """The code took too long. The process may have survived the interrupt (`alive`).

    `together`: several calls took so long together, none of them alone."""

    def __init__(self, seconds: float, *, alive: bool, together: bool = False) -> None:
        with_others = " together with the calls before it" if together else ""
        super().__init__("TimedOut", f"took more than {seconds:.3g} s{with_others}")
        self.seconds, self.alive = seconds, alive


class OutOfMemory(StudentError):
    """The code asked for more memory than it may have; the process may have been killed for it."""

    def __init__(self, *, alive: bool, of: str = "") -> None:
        super().__init__("OutOfMemory", f"used more memory{' of ' if of else ''}{of} than allowed")
        self.alive = alive


class Crashed(StudentError):
    """The process ended by itself or was killed for what it did: `message` says how, in words."""

    def __init__(self, message: str) -> None:
        super().__init__("Crashed", message)


class ProtocolBroken(StudentError):
    """The process sent something that is no answer."""

    def __init__(self, message: str) -> None:
        super().__init__("ProtocolBroken", message)
