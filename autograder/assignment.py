"""Where an assignment's files lie. A course is a folder that holds `assignments/`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.errors import AutograderError


@dataclass(frozen=True)
class Assignment:
    """One assignment of a course: the names of its files, nothing read yet."""

    root: Path
    name: str

    @property
    def folder(self) -> Path:
        return self.root / "assignments" / self.name

    @property
    def text(self) -> Path:
        """The notebook as its author writes it (MyST Markdown)."""
        return self.folder / "assignment.md"

    @property
    def solution(self) -> Path:
        return self.root / "solutions" / f"{self.name}.py"

    @property
    def checks(self) -> Path:
        return self.folder / "checks"

    @property
    def probes(self) -> Path:
        """Functions that run on the student's side and return values; may be absent."""
        return self.folder / "probes.py"

    @property
    def mistakes(self) -> Path:
        return self.folder / "mistakes.py"

    @property
    def alternatives(self) -> Path:
        return self.folder / "alternatives.py"

    @property
    def calibration(self) -> Path:
        return self.folder / "calibration.json"

    @property
    def false_alarms(self) -> Path:
        """How often the reference lost points by chance (written by `autograder validate --flake`)."""
        return self.folder / "false_alarms.json"

    @property
    def release_files(self) -> Path:
        return self.folder / "release_files"

    @property
    def shared(self) -> Path:
        """Modules that several assignments release; each names those it wants in its front matter."""
        return self.root / "assignments" / "shared"

    @property
    def source(self) -> Path:
        """The instructor's notebook, solutions included (generated)."""
        return self.root / "source" / self.name / f"{self.name}.ipynb"

    @property
    def release(self) -> Path:
        """The students' notebook (generated)."""
        return self.root / "release" / self.name / f"{self.name}.ipynb"

    @cached_property
    def checks_sha256(self) -> str:
        """Hash of what a grade depends on besides the submission: checks, probes, calibration, notebook, helpers."""
        return self.sha256_of(self.grading_files)

    @property
    def grading_files(self) -> list[Path]:
        """What a grade depends on besides the submission."""
        found = [*self.checks.glob("*.py"), *self.source.parent.glob("*.py")]
        return found + [path for path in (self.probes, self.calibration, self.source) if path.exists()]

    def sha256_of(self, paths: Iterable[Path]) -> str:
        """Hash of the names and the contents of files of this course, in any order."""
        digest = hashlib.sha256()
        for path in sorted(paths):
            digest.update(path.relative_to(self.root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()


@dataclass(frozen=True)
class Course:
    """A folder laid out like this repository."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """The course that `start` (default: the current folder) lies in."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / "assignments").is_dir():
                return cls(folder)
        raise AutograderError(f"no folder 'assignments' in {here} or above: run this in a course, or give --course")

    @property
    def names(self) -> list[str]:
        return sorted(path.parent.name for path in (self.root / "assignments").glob("*/assignment.md"))

    def assignment(self, name: str) -> Assignment:
        if name not in self.names:
            known = ", ".join(self.names) or "none yet"
            raise AutograderError(f"no assignment {name!r} in {self.root / 'assignments'} (there are: {known})")
        return Assignment(self.root, name)
