"""Where a submission lies in nbgrader's folders, and whether its assignment has hidden checks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory

from autograder.assignment import Assignment, Course
from autograder.grading.collection import notebook_in


@dataclass(frozen=True)
class HandedIn:
    """One notebook of one student. Paths are absolute."""

    student: str
    assignment: str
    notebook: str  # its name without ending
    root: Path  # of the course
    submitted: Path  # folder
    autograded: Path
    source: Path
    release: Path
    db_url: str
    course_id: str

    @classmethod
    def of(cls, resources: dict[str, Any], coursedir: CourseDirectory) -> HandedIn:
        """From what nbgrader's converters tell their preprocessors."""
        known = resources["nbgrader"]
        student, assignment = known["student"], known["assignment"]

        def folder(step: str, of: str = student) -> Path:
            return Path(coursedir.format_path(step, of, assignment)).absolute()

        return cls(
            student=student,
            assignment=assignment,
            notebook=known["notebook"],
            root=Path(coursedir.root).absolute(),
            submitted=folder(coursedir.submitted_directory),
            autograded=folder(coursedir.autograded_directory),
            source=folder(coursedir.source_directory, "."),
            release=folder(coursedir.release_directory, "."),
            db_url=coursedir.db_url,
            course_id=coursedir.course_id,
        )

    @property
    def checked(self) -> Assignment | None:
        """The assignment when it has hidden checks of ours; None for an ordinary one."""
        if self.notebook != self.assignment:
            return None
        return checked_assignment(self.root, self.assignment)

    @property
    def path(self) -> Path:
        """The notebook to grade: for an assignment with checks also one under another name."""
        path = self.submitted / f"{self.notebook}.ipynb"
        return notebook_in(self.submitted, self.submitted.parent, self.notebook) if self.checked else path


def checked_assignment(root: Path, name: str) -> Assignment | None:
    """The assignment of that name with hidden checks; None where there is none."""
    course = Course(root)
    return course.assignment(name) if name in course.names else None
