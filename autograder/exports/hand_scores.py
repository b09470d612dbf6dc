"""The points that humans gave in nbgrader's gradebook."""

from __future__ import annotations

from pathlib import Path

from autograder.errors import AutograderError
from autograder.grading.gradebook_url import database_url


def hand_scores(gradebook: str, assignment: str) -> dict[str, float]:
    """Student -> points given by hand, of the questions that no check grades.

    `gradebook`: a file or a database URL. Raises AutograderError when it cannot be read.
    """
    from nbgrader import api
    from sqlalchemy.exc import SQLAlchemyError

    url = database_url(gradebook) or ""
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise AutograderError(f"no gradebook {gradebook}: give the one that 'autograder grade' wrote")
    try:
        with api.Gradebook(url) as book:
            grades = (
                book.db.query(api.SubmittedAssignment.student_id, api.Grade.manual_score)
                .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
                .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
                .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
                .filter(api.Assignment.name == assignment, api.Grade.manual_score.isnot(None))
                .all()
            )
    except (SQLAlchemyError, OSError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise AutograderError(f"the gradebook {gradebook} cannot be read: {reason}") from None
    found: dict[str, float] = {}
    for student, score in grades:
        found[student] = found.get(student, 0.0) + score
    return found
