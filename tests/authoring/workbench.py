"""A copy of the tiny course that a test may change."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import Assignment

TINY_COURSE = Path(__file__).parent.parent / "fixtures" / "tiny_course"
GENERATED = ("__pycache__", "source", "release")


@dataclass(frozen=True)
class Workbench:
    """The warm-up in a folder of its own."""

    assignment: Assignment

    @classmethod
    def at(cls, folder: Path) -> Workbench:
        """Copies the course without what is generated in it."""
        shutil.copytree(TINY_COURSE, folder / "course", ignore=shutil.ignore_patterns(*GENERATED))
        return cls(Assignment(folder / "course", "warmup"))

    def change(self, path: Path, old: str, new: str) -> None:
        """Replaces the only occurrence of `old` in a file."""
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {path.name}"
        path.write_text(text.replace(old, new))

    def contents(self) -> dict[str, bytes]:
        """Every generated file."""
        folders = (self.assignment.root / "source", self.assignment.root / "release")
        files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(self.assignment.root).as_posix(): path.read_bytes() for path in files}
