"""How a check fails: with a sentence to the student and, where it is known, the name of the mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from autograder.checking.illustrations import Illustration


class CheckFailed(AssertionError):
    """A check's verdict. `message` is what the student reads; `mistake` the catalogue's id of a known mistake."""

    def __init__(self, message: str, mistake: str | None = None) -> None:
        super().__init__(message)
        self.message, self.mistake = message, mistake
        self.illustration: Illustration | None = None  # see `illustrated`


def fail(message: str, mistake: str | None = None) -> NoReturn:
    """Fails the running check."""
    raise CheckFailed(message, mistake)
