"""The course's nbgrader configuration: `nbgrader` and formgrader read it when they are started in this folder."""

from pathlib import Path

import autograder.nbgrader

c = get_config()  # noqa: F821 (nbgrader puts it into the namespace)

root = Path(__file__).resolve().parent
c.CourseDirectory.course_id = root.name
c.CourseDirectory.root = str(root)
c.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"

autograder.nbgrader.configure(c)
