"""nbgrader's own gradebook, written from reports.

The reports are the truth; this database follows them. A submission is one transaction, writing a report twice changes
nothing, scores given by a human are never touched, and what a report does not settle is marked for manual grading.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import api
from sqlalchemy import Column, MetaData, String, Table, event
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import selectinload

from autograder.assignment import Assignment
from autograder.errors import AutograderError
from autograder.grading.cell_scores import CellScores, ReleasedCell, released_cells
from autograder.grading.report import Report

COURSE = "default_course"
_LOCK_SECONDS = 30  # how long to wait while somebody else, such as formgrader, writes

# Beside nbgrader's tables: from which submission the row was written, so that a new one asks for new manual grades.
_written = Table(
    "autograder_submission",
    MetaData(),
    Column("id", String(32), primary_key=True),  # of nbgrader's submitted_notebook
    Column("submission_sha256", String(64), nullable=False),
)


class GradebookWriter:
    """The gradebook of one assignment, opened once. Use as a context manager.

    Raises AutograderError when the database cannot be opened or written.
    """

    def __init__(self, url: str, assignment: Assignment, course: str = COURSE) -> None:
        """`url`: any that SQLAlchemy takes, such as `sqlite:///gradebook.db`. Missing tables and rows are created."""
        self._name = assignment.name
        self._cells = released_cells(assignment)
        self._url = url
        with self._explained("opened"):
            self._gradebook = _open(url, course)
            self._notebook_id = self._ensure_assignment(assignment, course)

    def write(self, report: Report, timestamp: datetime | None = None) -> None:
        """Stores a report in one transaction.

        `timestamp`: when it was handed in (UTC if it names no zone); None leaves what is there.
        """
        with self._transaction():
            self._write(report, timestamp)

    def withdraw(self, student: str) -> None:
        """Leaves what checks would score to a human: the grader failed, and what stands there may be of older work."""
        with self._transaction():
            submitted = self._query(student).one_or_none()
            tasks = {cell.name for cell in self._cells if cell.task}
            for grade in submitted.grades if submitted else ():
                if grade.cell.name in tasks:
                    grade.auto_score, grade.needs_manual_grade = None, grade.manual_score is None

    def close(self) -> None:
        self._gradebook.close()

    def __enter__(self) -> GradebookWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def _db(self) -> Any:
        return self._gradebook.db

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained("written"):
            try:
                yield
                self._db.commit()
            except BaseException:
                self._db.rollback()
                raise
            finally:
                self._db.expunge_all()

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, ImportError, OSError) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise AutograderError(f"the gradebook {self._url} cannot be {done}: {reason}") from error

    # --- the assignment ---

    def _ensure_assignment(self, assignment: Assignment, course: str) -> str:
        """Brings assignment, notebook and cells up to the released notebook; returns the notebook's row id."""
        found = self._db.query(api.Assignment).filter_by(name=self._name).one_or_none()
        if found is None:
            found = api.Assignment(name=self._name, course_id=course)
            self._db.add(found)
        notebook = next((notebook for notebook in found.notebooks if notebook.name == self._name), None)
        if notebook is None:
            notebook = api.Notebook(name=self._name, assignment=found, kernelspec=_kernelspec(assignment))
            self._db.add(notebook)
        self._db.flush()
        for cell in self._cells:
            self._ensure_cell(cell, notebook)
        self._db.flush()
        for submitted in notebook.submissions:
            self._ensure_rows(submitted, notebook)
        self._db.commit()
        id: str = notebook.id
        self._db.expunge_all()
        return id

    def _ensure_cell(self, cell: ReleasedCell, notebook: Any) -> None:
        source = self._find(api.SourceCell, cell.name, notebook)
        source.cell_type, source.source, source.checksum = cell.type, cell.source, cell.checksum
        source.locked = cell.locked
        if cell.points is not None:
            graded = self._find(api.GradeCell, cell.name, notebook)
            graded.max_score, graded.cell_type = cell.points, cell.type
        if cell.solution:
            self._find(api.SolutionCell, cell.name, notebook)

    def _find(self, kind: Any, name: str, notebook: Any) -> Any:
        with self._db.no_autoflush:
            row = self._db.query(kind).filter_by(name=name, notebook_id=notebook.id).one_or_none()
            if row is None:
                row = kind(name=name, notebook=notebook)
                self._db.add(row)
        return row

    # --- submissions ---

    def _write(self, report: Report, timestamp: datetime | None) -> None:
        submitted = self._submission(report.student, timestamp)
        is_new = self._is_new_work(submitted.id, report.submission_sha256)
        scores = CellScores(report, self._cells)
        for grade in submitted.grades:
            auto_score = scores.of(grade.cell.name, grade.cell.max_score)
            if grade.auto_score != auto_score:
                grade.auto_score = auto_score
            needs_human = auto_score is None if grade.manual_score is None else is_new or grade.needs_manual_grade
            if grade.needs_manual_grade != needs_human:
                grade.needs_manual_grade = needs_human
        for comment in submitted.comments:
            text = scores.comment(comment.cell.name)
            if comment.auto_comment != text:
                comment.auto_comment = text

    def _submission(self, student: str, timestamp: datetime | None) -> Any:
        """The submitted notebook with its rows, created where it does not exist yet."""
        submitted = self._query(student).one_or_none()
        if submitted is None:
            self._create(student)
            submitted = self._query(student).one()
        if timestamp is not None:
            submitted.assignment.timestamp = _naive_utc(timestamp)
        return submitted

    def _query(self, student: str) -> Any:
        return (
            self._db.query(api.SubmittedNotebook)
            .join(api.SubmittedAssignment)
            .filter(api.SubmittedNotebook.notebook_id == self._notebook_id)
            .filter(api.SubmittedAssignment.student_id == student)
            .options(
                selectinload(api.SubmittedNotebook.grades).joinedload(api.Grade.cell),
                selectinload(api.SubmittedNotebook.comments).joinedload(api.Comment.cell),
            )
        )

    def _create(self, student: str) -> None:
        notebook = self._db.get(api.Notebook, self._notebook_id)
        assignment = notebook.assignment
        if self._db.get(api.Student, student) is None:
            self._db.add(api.Student(id=student))
        handed_in = (
            self._db.query(api.SubmittedAssignment)
            .filter_by(assignment_id=assignment.id, student_id=student)
            .one_or_none()
        )
        if handed_in is None:
            handed_in = api.SubmittedAssignment(assignment_id=assignment.id, student_id=student)
            self._db.add(handed_in)
        submitted = api.SubmittedNotebook(notebook_id=notebook.id, assignment=handed_in)
        self._db.add(submitted)
        self._db.flush()
        self._ensure_rows(submitted, notebook)
        self._db.flush()
        self._db.expire_all()

    def _ensure_rows(self, submitted: Any, notebook: Any) -> None:
        """A grade for every graded cell, a comment for every solution cell, also for cells that were added later."""
        graded = {grade.cell_id for grade in submitted.grades}
        commented = {comment.cell_id for comment in submitted.comments}
        for cell in (*notebook.grade_cells, *notebook.task_cells):
            if cell.id not in graded:
                self._db.add(api.Grade(cell_id=cell.id, notebook_id=submitted.id))
        for cell in (*notebook.solution_cells, *notebook.task_cells):
            if cell.id not in commented:
                self._db.add(api.Comment(cell_id=cell.id, notebook_id=submitted.id))

    def _is_new_work(self, id: str, sha256: str) -> bool:
        """Whether the row was last written from other bytes; remembers these."""
        found = self._db.execute(_written.select().where(_written.c.id == id)).first()
        if found is None:
            self._db.execute(_written.insert().values(id=id, submission_sha256=sha256))
            return True
        if found.submission_sha256 == sha256:
            return False
        self._db.execute(_written.update().where(_written.c.id == id).values(submission_sha256=sha256))
        return True


def _open(url: str, course: str) -> api.Gradebook:
    # nbgrader runs `alembic` from PATH when it creates a database, also where nobody has activated the environment.
    path = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{path}"
    try:
        gradebook = api.Gradebook(url, course)
    except ArgumentError:
        raise AutograderError(f"{url!r} is no database URL: write it like sqlite:///gradebook.db") from None
    finally:
        os.environ["PATH"] = path
    if gradebook.engine.dialect.name == "sqlite":
        event.listen(gradebook.engine, "connect", _wait_for_locks)
        gradebook.db.remove()
        gradebook.engine.dispose()
    _written.create(gradebook.engine, checkfirst=True)
    return gradebook


def _wait_for_locks(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_LOCK_SECONDS * 1000}")


def _kernelspec(assignment: Assignment) -> str:
    return json.dumps(nbformat.read(assignment.release, as_version=4).metadata.get("kernelspec", {}))


def _naive_utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment
