"""`autograder doctor`: what this machine offers for grading, and the command that gets what is missing."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.assignment import Assignment, Course
from autograder.checking.secret import CourseSecret
from autograder.cores import usable_cores
from autograder.errors import AutograderError
from autograder.sandbox.isolation import Mode, inspect_machine
from autograder.sandbox.limits import Limits

GOOD, MISSING, NOTE = "ok", "missing", "note"
_PACKAGES = ("torch", "torchvision", "numpy", "scipy", "sklearn", "matplotlib", "nbgrader", "jupytext", "pytest")
_DATA = {"MNIST": "MNIST/raw", "Fashion-MNIST": "FashionMNIST/raw"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its state, what was found, and what to do where it is missing."""

    area: str
    name: str
    state: str
    found: str


def examine(folder: Path | None, console: Console | None = None) -> bool:
    """Prints everything; whether other people's work can be graded here."""
    findings = [*_machine(), *_isolation(), *_devices(), *_packages(), *_course(folder), *_data()]
    table = Table(title="What this machine offers", title_justify="left", header_style="bold")
    for column in ("", "", "state", "found"):
        table.add_column(column)
    area = ""
    for finding in findings:
        table.add_row(finding.area if finding.area != area else "", finding.name, _mark(finding.state), finding.found)
        area = finding.area
    console = console or Console()
    console.print(table)
    console.print(_limits())
    can_grade = inspect_machine().modes[0] is not Mode.NONE
    console.print(
        f"Submissions are graded with isolation '{inspect_machine().modes[0].value}'."
        if can_grade
        else "No isolation: grading other people's work is refused here (own work: --unsafe)."
    )
    return can_grade and not any(finding.state == MISSING and finding.area == "packages" for finding in findings)


def _mark(state: str) -> str:
    return {GOOD: "[green]✓ ok[/]", MISSING: "[red]✗ missing[/]", NOTE: "[yellow]– none[/]"}[state]


def _machine() -> list[Finding]:
    return [
        Finding("machine", "system", GOOD, f"{platform.system()} {platform.release()}, {usable_cores()} cores"),
        Finding("machine", "Python", GOOD, f"{platform.python_version()} ({sys.executable})"),
    ]


def _isolation() -> list[Finding]:
    machine = inspect_machine()
    return [
        Finding("isolation", mode.value, GOOD, ", ".join(mode.layers))
        if mode in machine.modes
        else Finding("isolation", mode.value, NOTE, machine.missing[mode])
        for mode in Mode
        if mode is not Mode.NONE
    ]


def _devices() -> list[Finding]:
    try:
        import torch
    except ImportError:
        return [Finding("devices", "cpu", MISSING, "torch is not installed: pip install torch torchvision")]
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    names = ", ".join(torch.cuda.get_device_name(number) for number in range(count))
    gpu = Finding("devices", "cuda", GOOD if count else NOTE, names or "no GPU: grading on the CPU")
    return [Finding("devices", "cpu", GOOD, f"torch {torch.__version__}"), gpu]


def _packages() -> list[Finding]:
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        return [Finding("packages", ", ".join(missing), MISSING, "pip install -e . in the project's folder")]
    alembic = shutil.which("alembic", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    gradebook = GOOD if alembic else MISSING
    return [
        Finding("packages", "all", GOOD, ", ".join(_PACKAGES)),
        Finding("packages", "alembic", gradebook, alembic or "pip install alembic (nbgrader's database needs it)"),
    ]


def _course(folder: Path | None) -> list[Finding]:
    try:
        course = Course.find(folder)
        secret = CourseSecret.of_course(course.root)
    except AutograderError as error:
        return [Finding("course", "folder", NOTE, str(error))]
    findings = [
        Finding("course", "folder", GOOD, str(course.root)),
        Finding("course", "secret", GOOD, f"id {secret.id} (in .autograder/secret)"),
    ]
    for name in course.names:
        findings.append(_assignment(course.assignment(name)))
    return findings


def _assignment(assignment: Assignment) -> Finding:
    """Whether it is built, and which limits of its own it has."""
    if not assignment.release.exists():
        return Finding("course", assignment.name, NOTE, f"not built: autograder build {assignment.name}")
    from autograder.grading.template import load_template

    usual = Limits()
    own = asdict(load_template(assignment).limits)
    other = ", ".join(f"{name} {value:g}" for name, value in own.items() if value != getattr(usual, name))
    return Finding("course", assignment.name, GOOD, f"built; its own limits: {other}" if other else "built")


def _data() -> list[Finding]:
    """Real data are optional: every notebook has an embedded default."""
    root = Path(os.environ.get("DATA_ROOT") or "data")
    findings = []
    for name, folder in _DATA.items():
        there = (root / folder).is_dir()
        found = str(root / folder) if there else f"not in {root}: the embedded default is used (set DATA_ROOT)"
        findings.append(Finding("data sets", name, GOOD if there else NOTE, found))
    return findings


def _limits() -> Table:
    table = Table(title="Limits of a submission (assignments may set theirs)", title_justify="left", show_header=False)
    for name, value in Limits().describe():
        table.add_row(name, value)
    return table
