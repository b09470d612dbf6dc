"""The examples for continuous integration: read as YAML, and every command in them run that can run here."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml

from autograder.assignment import Assignment
from autograder.validation.catalogue import make_submission, read_catalogue
from tests.end_to_end.conftest import write

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
INSTALLING = re.compile(r"^(sudo )?(apt-get|sysctl|make setup)")


def steps_of(job: dict[str, Any]) -> list[str]:
    """The shell scripts of a job, of either system, without those that install something."""
    scripts = job.get("script") or [step["run"] for step in job["steps"] if "run" in step]
    return [script for script in scripts if not INSTALLING.match(script)]


def github() -> dict[str, Any]:
    return yaml.safe_load((EXAMPLES / "github-actions.yml").read_text())


def gitlab() -> dict[str, Any]:
    return yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text())


@pytest.fixture
def checkout(course: Path, tmp_path: Path) -> Path:
    """The tiny course as a repository that was just checked out and set up."""
    root = tmp_path / "checkout"
    shutil.copytree(course, root, ignore=shutil.ignore_patterns("__pycache__", ".autograder"))
    program = root / ".venv" / "bin" / "autograder"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from autograder.cli import main; main()" "$@"\n')
    program.chmod(0o755)
    (root / ".gitignore").write_text(".venv/\n.autograder/\n")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


def run(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """As both systems run a step: bash that stops at the first error."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("job", [github()["jobs"]["reference"], gitlab()["reference"]], ids=["github", "gitlab"])
def test_a_push_proves_the_checks(job: dict[str, Any], checkout: Path) -> None:
    for script in steps_of(job):
        done = run(script, checkout)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    assert "Everything came out as it must" in (checkout / "matrix.html").read_text()


@pytest.mark.parametrize("job", [github()["jobs"]["grade"], gitlab()["grade"]], ids=["github", "gitlab"])
def test_a_notebook_is_graded(job: dict[str, Any], checkout: Path) -> None:
    warmup = Assignment(checkout, "warmup")
    write(checkout / "submission" / "warmup.ipynb", make_submission(warmup, read_catalogue(warmup).variant("W1")))
    variables = {"ASSIGNMENT": "warmup", "NOTEBOOK": "submission/warmup.ipynb", "COURSE_SECRET": secrets.token_hex(32)}
    assert set(job.get("env") or job["variables"]) <= {*variables, "MIN_SCORE"}
    *before, grade = steps_of(job)
    for script in before:
        assert run(script, checkout, **variables).returncode == 0
    assert (checkout / ".autograder" / "secret").stat().st_mode & 0o077 == 0
    passed = run(grade, checkout, MIN_SCORE="10", **variables)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert len(ET.parse(checkout / "results.xml").findall(".//failure")) == 2
    assert "axis 0" in (checkout / "feedback.html").read_text()
    assert run(grade, checkout, MIN_SCORE="11", **variables).returncode == 1


def test_what_is_kept_is_what_the_commands_write() -> None:
    [kept] = [step["with"]["path"].split() for step in github()["jobs"]["grade"]["steps"] if "upload" in str(step)]
    assert kept == ["results.xml", "feedback.html"]
    assert gitlab()["grade"]["artifacts"]["reports"]["junit"] == "results.xml"
    assert gitlab()["grade"]["artifacts"]["paths"] == ["feedback.html"]


def test_no_input_of_github_stands_in_a_script() -> None:
    """`${{ }}` in a script is replaced before the shell reads it: a name could then hold a command."""
    scripts = [step["run"] for job in github()["jobs"].values() for step in job["steps"] if "run" in step]
    assert not [script for script in scripts if "${{" in script]
