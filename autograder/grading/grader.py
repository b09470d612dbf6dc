"""Grades one submission: everything a worker keeps between submissions, and what it does with each."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from autograder.assignment import Assignment
from autograder.checking.judgement import OURS, message_of
from autograder.checking.outcomes import CheckResult, Outcome
from autograder.checking.secret import CourseSecret
from autograder.checking.session import CheckSession
from autograder.checking.workspace import Materials, Workspace
from autograder.errors import SandboxError
from autograder.grading.gpu_watch import GpuWatch, environment_of, token
from autograder.grading.options import Options
from autograder.grading.regrade import in_notebook_order, tasks_sha256
from autograder.grading.report import Report
from autograder.grading.submission import Submission, read_submission
from autograder.grading.template import load_template
from autograder.grading.versions import versions
from autograder.sandbox.client import WarmServer
from autograder.sandbox.faults import StudentError
from autograder.sandbox.gpus import gpus

_SAMPLE_DATA = {"ASSIGNMENT_DATA": "sample"}  # data cells load a tiny sample while grading


@dataclass(frozen=True)
class _Run:
    """One submission being graded."""

    submission: Submission
    only: Collection[str] | None
    secret: CourseSecret
    started: float

    @property
    def seed(self) -> int:
        """For the generators while the cells run."""
        return int.from_bytes(self.secret.derive("cells").key[:7], "little")


class Grader:
    """The checks of one assignment, collected, beside a warm server. One per worker; start once, grade many."""

    def __init__(self, assignment: Assignment, options: Options, server: WarmServer | None = None) -> None:
        """`server`: one that has just been started for these options; it becomes the grader's own."""
        self.assignment, self.options = assignment, options
        self._server = server or self._start_server()  # it imports torch in its process while we import it in ours
        self.checks = CheckSession(assignment.checks, assignment.name, options.device)
        _compute_on_one_core()
        self._server.wait_until_ready()  # so that no check is charged for it

    def grade(
        self, submission: Submission, only: Collection[str] | None = None, secret: CourseSecret | None = None
    ) -> Report:
        """The report on one submission. `only`: ids of checks, all without it; `secret`: instead of the course's."""
        run = _Run(submission, only, secret or self.options.secret, time.perf_counter())
        if submission.problem:
            return self._report(run, self._without_running(Outcome.NOT_ATTEMPTED, submission.problem, "", only))
        try:
            return self._grade(run)
        except SandboxError:
            self.restart()
        try:
            return self._grade(run)
        except SandboxError as error:
            self.restart()
            return self._report(run, self._without_running(Outcome.GRADER_ERROR, OURS, str(error), only))

    def _grade(self, run: _Run) -> Report:
        with self._workspace(run) as (workspace, watch):
            results = self.checks.run(workspace, run.secret, run.only)
            workspace.discard()
            written = {cell.id for cell in run.submission.cells if cell.attempted}
            faults = [_cell_sentence(id, fault) for id, fault in workspace.cell_faults.items() if id in written]
            report = self._report(run, results, tuple(faults), workspace.peak_mb)
        return replace(report, gpu_seconds=watch.seconds, gpu_memory_mb=watch.peak_mb) if watch else report

    @contextlib.contextmanager
    def _workspace(self, run: _Run) -> Iterator[tuple[Workspace, GpuWatch | None]]:
        """The submission's workspace. With CUDA it has a GPU to itself, and a watch over that."""
        materials = self.materials
        with contextlib.ExitStack() as stack:
            gpu = stack.enter_context(token(gpus())) if self.options.cuda else None
            if gpu is not None:
                materials = replace(materials, environment={**materials.environment, **environment_of(gpu)})
            workspace = Workspace(self._server, materials, run.submission.cells, run.seed)
            stack.enter_context(workspace)
            watch = GpuWatch(gpu, materials.limits.gpu_memory_mb, workspace.end_for) if gpu is not None else None
            if watch is not None:
                stack.enter_context(watch)
            yield workspace, watch

    def restart(self) -> None:
        self._server.close()
        self._server = self._start_server()

    def close(self) -> None:
        self._server.close()

    @property
    def server(self) -> WarmServer:
        return self._server

    def _start_server(self) -> WarmServer:
        return WarmServer(self.options.mode, cuda=self.options.cuda)

    @cached_property
    def materials(self) -> Materials:
        return materials_of(self.assignment)

    # --- reports ---

    def _report(
        self, run: _Run, results: list[CheckResult], cell_errors: tuple[str, ...] = (), peak_mb: float = 0.0
    ) -> Report:
        submission = run.submission
        return Report(
            assignment=self.assignment.name,
            student=submission.student,
            score=sum(result.points for result in results),
            max_score=sum(result.max_points for result in results),
            manual=submission.manual,
            checks=in_notebook_order(results, self.assignment),
            problem=submission.problem,
            repairs=submission.repairs,
            cell_errors=cell_errors,
            isolation=self.options.mode.value,
            device=self.options.device,
            secret_id=run.secret.id,
            versions=versions(),
            submission_sha256=submission.sha256,
            checks_sha256=self.assignment.checks_sha256,
            tasks_sha256=tasks_sha256(self.assignment),
            seconds=round(time.perf_counter() - run.started, 4),
            peak_memory_mb=round(peak_mb, 1),
        )

    def _without_running(
        self, outcome: Outcome, message: str, detail: str, only: Collection[str] | None
    ) -> list[CheckResult]:
        return [
            CheckResult(
                id, declared.task, self.checks.titles[id], outcome, 0.0, declared.points, message, detail=detail
            )
            for id, declared in self.checks.declarations.items()
            if only is None or id in only
        ]


def materials_of(assignment: Assignment) -> Materials:
    """What the assignment puts beside the student's cells."""
    folder = assignment.source.parent  # where the build put the helper modules beside the notebook
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))}
    probes = assignment.probes.read_text(encoding="utf-8") if assignment.probes.exists() else ""
    return Materials(files, probes, load_template(assignment).limits, dict(_SAMPLE_DATA))


def _compute_on_one_core() -> None:
    """A check and the submission take turns: threads that wait for each other on busy cores only make both slower."""
    if torch := sys.modules.get("torch"):  # a course may do without
        torch.set_num_threads(1)


def _cell_sentence(id: str, fault: StudentError) -> str:
    fault.called = f"the cell {id!r}"
    return message_of(fault)


def grade_submission(path: Path, student: str, assignment: Assignment, options: Options) -> Report:
    """Grades one notebook by itself: starts a grader, grades, ends it."""
    grader = Grader(assignment, options)
    try:
        return grader.grade(read_submission(path, assignment, student))
    finally:
        grader.close()
