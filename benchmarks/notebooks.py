"""Runs every notebook as a student would: `make notebooks`, or `python -m benchmarks.notebooks --help`.

Each instructor's notebook is executed from top to bottom in a Jupyter kernel, in a folder that holds what students get
and nothing else. The kernel cannot import this package, and there are no data but those that the notebook brings along.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell
from rich.console import Console
from rich.table import Table

from autograder.assignment import Assignment, Course
from autograder.errors import AutograderError

ROOT = Path(__file__).resolve().parents[1]
CELL_SECONDS = 900
AIM_SECONDS = 300  # of CPU time for a whole notebook
OURS = ("autograder", "benchmarks", "solutions", "trainings")
WITHOUT_OURS = f'''\
"""Read by every Python that starts with this folder in PYTHONPATH: what is ours is not there."""
import sys


class NotThere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {OURS!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}} (kept away from notebooks)", name=name)


sys.meta_path.insert(0, NotThere())
'''


@dataclass(frozen=True)
class Run:
    """One notebook, executed."""

    name: str
    wall: float  # seconds
    cpu: float
    figures: int
    slowest: str  # id of the cell that took longest, and its seconds
    error: str = ""  # cell, kind and message of the first exception


def main() -> None:
    parser = argparse.ArgumentParser(prog="make notebooks", description="Runs every notebook as a student would.")
    parser.add_argument("names", nargs="*", help="assignments (default: all)")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "notebooks", help="folder of the pages")
    arguments = parser.parse_args()
    course = Course(ROOT)
    try:
        assignments = [course.assignment(name) for name in arguments.names or course.names]
    except AutograderError as error:
        print(f"notebooks: {error}", file=sys.stderr)
        sys.exit(2)
    runs = []
    for assignment in assignments:
        print(f"{assignment.name} ...", flush=True)
        runs.append(run(assignment, arguments.out))
    Console().print(table(runs))
    print(f"pages: {arguments.out}")
    sys.exit(any(each.error for each in runs))


def run(assignment: Assignment, out: Path) -> Run:
    """Executes one notebook and writes out/<name>.html."""
    folder = out / assignment.name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(assignment.release.parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(assignment.source, folder)
    notebook = nbformat.read(assignment.source, as_version=4)
    started = time.perf_counter()
    cpu, error = execute(notebook, folder, out / "without_ours")
    wall = time.perf_counter() - started
    nbformat.write(notebook, folder / assignment.source.name)
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(notebook)
    (out / f"{assignment.name}.html").write_text(page, encoding="utf-8")
    return Run(assignment.name, wall, cpu, figures(notebook), slowest(notebook), error)


def execute(notebook: Any, folder: Path, blocker: Path) -> tuple[float, str]:
    """Runs all cells, up to the first error: (CPU seconds of the kernel, what went wrong)."""
    blocker.mkdir(parents=True, exist_ok=True)
    (blocker / "sitecustomize.py").write_text(WITHOUT_OURS)
    hidden = ("DATA_ROOT", "ASSIGNMENT_DATA", "ASSIGNMENT_DOWNLOAD")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"PYTHONPATH": str(blocker), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=40"],  # errors only: its warnings are not about the notebook
        resources={"metadata": {"path": str(folder)}},
    )
    with client.setup_kernel(env=environment):
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                return _cpu_of(client), f"{cell.id}: {error.ename}: {error.evalue}"
        client.set_widgets_metadata()
        return _cpu_of(client), ""


def _cpu_of(client: NotebookClient) -> float:
    """CPU seconds of the kernel so far."""
    cells = client.nb.cells
    cells.append(new_code_cell("__import__('time').process_time()"))
    client.execute_cell(cells[-1], len(cells) - 1, store_history=False)
    return float(cells.pop().outputs[0]["data"]["text/plain"])


def figures(notebook: Any) -> int:
    """How many pictures the outputs hold."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return sum("image/png" in output.get("data", {}) for output in outputs)


def slowest(notebook: Any) -> str:
    """The cell that took longest."""
    seconds = {cell.id: _seconds(cell.metadata["execution"]) for cell in notebook.cells if "execution" in cell.metadata}
    id = max(seconds, key=lambda id: seconds[id], default="")
    return f"{id} {seconds[id]:.0f} s" if id else ""


def _seconds(times: dict[str, str]) -> float:
    """From the moment the kernel was busy with a cell to its reply."""
    first, last = (times.get(key) for key in ("iopub.status.busy", "shell.execute_reply"))
    if not (first and last):
        return 0.0
    return (datetime.fromisoformat(last[:-1]) - datetime.fromisoformat(first[:-1])).total_seconds()


def table(runs: Iterable[Run]) -> Table:
    """One line a notebook."""
    found = Table("notebook", "wall, s", "CPU, s", "figures", "slowest cell", "")
    for each in runs:
        verdict = each.error or ("ok" if each.cpu <= AIM_SECONDS else f"longer than {AIM_SECONDS} s")
        found.add_row(each.name, f"{each.wall:.0f}", f"{each.cpu:.0f}", str(each.figures), each.slowest, verdict)
    return found


if __name__ == "__main__":
    main()
