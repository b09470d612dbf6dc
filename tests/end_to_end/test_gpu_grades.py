"""Grading with --device cuda, where there is a GPU; and one clear line where there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.checking.secret import CourseSecret
from autograder.grading.grader import Grader
from autograder.grading.options import Options
from autograder.grading.report import Report
from autograder.grading.submission import read_submission
from autograder.sandbox.gpus import gpus
from autograder.sandbox.isolation import choose
from autograder.validation.catalogue import make_submission
from tests.end_to_end.conftest import with_code
from tests.end_to_end.test_grade import autograder

HERE = gpus()
needs_gpu = pytest.mark.skipif(not HERE, reason="this machine has no NVIDIA GPU")


def grade(warmup: Assignment, notebook: nbformat.NotebookNode, place: Path, device: str, **limits: float) -> Report:
    nbformat.write(notebook, place / "anna.ipynb")
    grader = Grader(warmup, Options(CourseSecret(b"a secret for the GPU"), choose(), device))
    bounds = replace(grader.materials.limits, cell_seconds=60, check_seconds=60, **limits)
    grader.materials = replace(grader.materials, limits=bounds)
    try:
        return grader.grade(read_submission(place / "anna.ipynb", warmup, "anna"))
    finally:
        grader.close()


@pytest.mark.skipif(bool(HERE), reason="this machine has a GPU")
def test_without_a_gpu_it_is_one_line(warmup: Assignment, tmp_path: Path) -> None:
    done = autograder("grade", "warmup", warmup.release, "--out", tmp_path / "o", "--device", "cuda", cwd=warmup.root)
    assert done.returncode == 2
    assert "no NVIDIA GPU" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.gpu
@needs_gpu
def test_grades_are_those_of_the_cpu(warmup: Assignment, tmp_path: Path) -> None:
    reports = [grade(warmup, make_submission(warmup), tmp_path, device) for device in ("cpu", "cuda")]
    assert [report.score for report in reports] == [13.0, 13.0]
    assert [report.device for report in reports] == ["cpu", "cuda"]


@pytest.mark.gpu
@needs_gpu
def test_more_memory_of_the_gpu_than_allowed(warmup: Assignment, tmp_path: Path) -> None:
    code = "import torch, time\ndef standardize(values):\n    x = torch.ones(1 << 30, device='cuda'); time.sleep(20)"
    notebook = with_code(make_submission(warmup), code)
    report = grade(warmup, notebook, tmp_path, "cuda", gpu_memory_mb=2048)
    assert {c.outcome.value for c in report.checks if c.task == "standardize"} == {"out_of_memory"}
    assert report.gpu_memory_mb > 2048
