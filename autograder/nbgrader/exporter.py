"""What nbgrader reads submissions with: any file, whatever is wrong with it.

nbgrader opens a submitted notebook before any of its steps can look at it, so a damaged file would end there.
"""

from __future__ import annotations

import fnmatch
import glob
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader.api import Gradebook

from autograder.nbgrader.frame import Frame, frame_of_assignment, frame_of_gradebook
from autograder.nbgrader.handed_in import HandedIn, checked_assignment
from autograder.nbgrader.rebuilding import rebuilt


class SubmissionExporter(NotebookExporter):
    """`c.Autograde.exporter_class`: submissions come out rebuilt, everything else as ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._find_submissions()

    @property
    def _converter(self) -> Any:
        """nbgrader's, which has made this exporter."""
        return self.parent

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> Any:
        """A submitted notebook, put back into its frame; a notebook in another folder as it stands there."""
        handed_in = HandedIn.of(resources, self._converter.coursedir)
        if Path(filename).absolute().parent != handed_in.submitted:
            return super().from_filename(filename, resources=resources, **kwargs)
        resources["metadata"] = ResourcesDict(name=handed_in.notebook, path=str(handed_in.submitted))
        notebook = rebuilt(handed_in.path, frame_of(handed_in))
        return self.from_notebook_node(notebook, resources=resources, **kwargs)

    def _find_submissions(self) -> None:
        """nbgrader has looked for files called like the notebook. Where an assignment has checks, a submission under
        another name is graded too, and a folder without any notebook, so that nobody keeps an old score."""
        coursedir = self._converter.coursedir
        name = coursedir.assignment_id
        checked = checked_assignment(Path(coursedir.root), name)
        if checked is None or not fnmatch.fnmatch(name, coursedir.notebook_id):
            return
        for folder in glob.glob(coursedir.format_path(coursedir.submitted_directory, coursedir.student_id, name)):
            self._converter.assignments[folder] = [str(Path(folder, f"{name}.ipynb"))]


def frame_of(handed_in: HandedIn) -> Frame:
    """The frame of the submission's assignment."""
    if handed_in.checked is not None:
        return frame_of_assignment(handed_in.checked)
    release = handed_in.release / f"{handed_in.notebook}.ipynb"
    with Gradebook(handed_in.db_url, handed_in.course_id) as gradebook:
        return frame_of_gradebook(gradebook, handed_in.assignment, handed_in.notebook, release)
