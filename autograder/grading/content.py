"""A handed-in file as it is read: its bytes, or why there are none. This much of a submission travels."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from autograder.grading.notebook_file import Unreadable, read_bytes


@dataclass(frozen=True)
class Content:
    data: bytes = field(default=b"", repr=False)
    problem: str = ""  # one sentence to the student


def read_content(path: Path) -> Content:
    """Never raises on what a student handed in."""
    try:
        return Content(read_bytes(path))
    except Unreadable as problem:
        return Content(problem=str(problem))
