"""The steps of nbgrader's `autograde` that are ours: running, and saving what came out.

An assignment with hidden checks is graded as `autograder grade` does it: from the submitted file, in a worker, with the
checks in another process than the student's code. Any other notebook is run in the sandbox, and nbgrader's own rules
give the points.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearOutput, Execute, NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Float, Integer, Unicode

from autograder.assignment import Assignment
from autograder.errors import AutograderError, SandboxError
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.options import Options, options_for
from autograder.grading.pool import Pool
from autograder.grading.report import Report
from autograder.grading.results import ResultsFolder
from autograder.grading.template import load_template
from autograder.grading.worker import Job
from autograder.nbgrader.handed_in import HandedIn
from autograder.nbgrader.notebook_run import Cell, NotebookRun, files_beside
from autograder.nbgrader.points_cells import fill_in
from autograder.nbgrader.warm import Warm
from autograder.reporting.feedback import feedback_page
from autograder.reporting.pages import write_page
from autograder.sandbox.client import WarmServer
from autograder.sandbox.limits import Limits

warm = Warm()
_REPORT = "autograder_report"  # where the steps of one submission find it
_SLACK = 60.0  # seconds beyond a submission's own limit before its worker is taken for lost
_NUMBER = re.compile(
    r"(?:np\.|tensor|array)\w*\(\s*([-+0-9.e]+|nan|inf|-inf)\s*(?:,[^()]*)?\)|(?P<plain>.*)", re.DOTALL
)


class KeepOutputs(ClearOutput):
    """Clears outputs, but those of assignments with checks: rebuilding has kept what people want to see."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        if HandedIn.of(resources, self.parent.parent.coursedir).checked is not None:
            return nb, resources
        return super().preprocess(nb, resources)


class RunInSandbox(NbGraderPreprocessor):
    """In the place of nbgrader's `Execute`; for an ordinary notebook `Execute`'s timeouts hold here too."""

    device = Unicode("cpu", help="Device of assignments with checks: cpu or cuda.").tag(config=True)
    isolation = Unicode("", help="namespaces, users or landlock; the strongest there is if empty.").tag(config=True)
    unsafe = Bool(False, help="Grade without isolation where there is none. For your own work only.").tag(config=True)
    submission_seconds = Float(300.0, help="All cells of an ordinary notebook together.").tag(config=True)
    memory_mb = Integer(2048, help="Memory of an ordinary notebook.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        handed_in = HandedIn.of(resources, self.parent.parent.coursedir)
        try:
            if handed_in.checked is not None:
                self._grade(nb, resources, handed_in, handed_in.checked)
            else:
                self._run(nb, handed_in)
        except AutograderError as error:
            self.log.error("autograder: %s", error)
            if handed_in.checked is not None:
                with GradebookWriter(handed_in.db_url, handed_in.checked, handed_in.course_id) as book:
                    book.withdraw(handed_in.student)
            raise
        return nb, resources

    # --- assignments with checks ---

    def _grade(self, nb: NotebookNode, resources: Any, handed_in: HandedIn, assignment: Assignment) -> None:
        if not self._execute.enabled:
            self.log.warning("autograder: --no-execute has no meaning for %s, its checks ran", assignment.name)
        report = _graded(assignment, self._options(handed_in), Job(handed_in.student, handed_in.path))
        self.log.info(
            "autograder: %g of %g points by the checks (%s)", report.score, report.max_score, report.isolation
        )
        if report.problem:
            self.log.warning("autograder: %s", report.problem)
        if report.has_grader_error:
            self.log.error("autograder: the grader itself failed in some checks; these cells wait for a human")
        fill_in(nb, report)
        resources[_REPORT] = report

    def _options(self, handed_in: HandedIn) -> Options:
        return options_for(handed_in.root, device=self.device, isolation=self.isolation or None, unsafe=self.unsafe)

    # --- ordinary notebooks ---

    def _run(self, nb: NotebookNode, handed_in: HandedIn) -> None:
        execute = self._execute
        if not execute.enabled:
            self.log.warning("autograder: --no-execute, so the submitted outputs count")
            return
        cells = [cell for cell in nb.cells if cell.cell_type == "code"]
        runs = [Cell(cell.source, float(_timeout(execute, cell))) for cell in cells]
        limits = Limits(submission_seconds=self.submission_seconds, memory_mb=self.memory_mb)
        files = files_beside(handed_in.submitted, handed_in.source, handed_in.autograded, self._left_out)
        for number, (cell, outputs) in enumerate(
            zip(cells, self._outputs(handed_in, runs, files, limits), strict=True), 1
        ):
            cell.outputs, cell.execution_count = outputs, number
            if is_grade(cell) and not is_solution(cell):
                _make_points_readable(cell)

    def _outputs(
        self, handed_in: HandedIn, cells: list[Cell], files: dict[str, bytes], limits: Limits
    ) -> list[list[NotebookNode]]:
        mode = self._options(handed_in).mode
        for last in (False, True):
            try:
                with warm.use("ordinary notebooks", mode, lambda: WarmServer(mode)) as server:
                    return NotebookRun(server, cells, files, limits).outputs()
            except SandboxError:
                if last:
                    raise
        raise AssertionError("unreachable")

    def _left_out(self, sentence: str) -> None:
        self.log.warning("autograder: %s", sentence)

    @property
    def _execute(self) -> Execute:
        """nbgrader's own step with its settings; it starts no kernel."""
        return Execute(parent=self)


class SaveScores(SaveAutoGrades):
    """In the place of `SaveAutoGrades`: scores of checks come from the report, others from the outputs as ever."""

    results = Unicode(
        "results", help="Folder for reports and feedback pages, in the course; nothing is written if empty."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        report = resources.get(_REPORT)
        if report is None:
            return super().preprocess(nb, resources)
        handed_in = HandedIn.of(resources, self.parent.parent.coursedir)
        assignment = handed_in.checked
        assert assignment is not None
        with GradebookWriter(handed_in.db_url, assignment, handed_in.course_id) as book:
            book.write(report)
        if self.results:
            _publish(report, ResultsFolder(handed_in.root / self.results / assignment.name), assignment)
        return nb, resources


def _graded(assignment: Assignment, options: Options, job: Job) -> Report:
    """By a worker that is kept for the next submission."""
    key = (assignment.root, assignment.name)
    stamp = (assignment.checks_sha256, options.secret.id, options.mode, options.device)
    seconds = load_template(assignment).limits.submission_seconds + _SLACK
    with warm.use(key, stamp, lambda: Pool(assignment, options, 1, seconds)) as pool:
        (done,) = pool.grade([job])
    if done.report is None:
        raise SandboxError(f"{job.student} could not be graded: {done.problem}")
    return done.report


def _publish(report: Report, results: ResultsFolder, assignment: Assignment) -> None:
    results.save(report)
    page: Path = results.feedback_path_of(report.student)
    write_page(page, feedback_page(report, load_template(assignment).title))


def _timeout(execute: Execute, cell: NotebookNode) -> float:
    """As nbclient has it: a function of the cell, or one number for all; None means no limit."""
    seconds = execute.timeout_func(cell) if execute.timeout_func is not None else execute.timeout
    return 1e9 if seconds is None or seconds < 0 else seconds


def _make_points_readable(cell: NotebookNode) -> None:
    """nbgrader gives full marks to a number it cannot read, and gives up on one that is too large.

    numpy's and torch's numbers become plain ones, no number is above the cell's points, and what is none counts 0."""
    most = float(cell.metadata.nbgrader.get("points", 0))
    for output in cell.outputs:
        if output.output_type == "execute_result" and "text/plain" in output.data:
            found = _NUMBER.fullmatch(output.data["text/plain"].strip())
            text = found[1] or found["plain"] if found else ""
            try:
                value = float(text)
            except ValueError:
                continue
            output.data["text/plain"] = repr(min(max(value, 0.0), most) if math.isfinite(value) else 0.0)
