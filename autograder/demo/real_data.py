"""Trains the reference on real data: the notebook's own cells, in a Jupyter kernel, with the data folder given.

An author marks the experiment cells that this needs with the tag `demo`; given, data and task cells run anyway.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder.assignment import Assignment
from autograder.errors import AutograderError

TAG = "demo"
ALWAYS = ("given", "data", "task")
MNIST_FILES = tuple(
    f"{part}-{what}-ubyte" for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1")
)  # as torchvision unpacks them
CELL_SECONDS = 1800
KERNEL = {
    "OMP_NUM_THREADS": "1",  # two threads on a busy core make training 20 times slower
    "TQDM_DISABLE": "1",  # nobody sees the bars
    "PYTHONDONTWRITEBYTECODE": "1",  # leaves nothing beside the notebook
}


def require_mnist(folder: Path) -> None:
    """Raises AutograderError when `folder` does not hold MNIST as torchvision lays it out."""
    missing = [name for name in MNIST_FILES if not (folder / "MNIST" / "raw" / name).is_file()]
    if missing:
        raise AutograderError(
            f"{folder} does not hold MNIST: {folder / 'MNIST' / 'raw' / missing[0]} is missing "
            "(give the folder that torchvision.datasets.MNIST takes as root)"
        )


def demo_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The code cells that training needs, in their order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and _wanted(cell)]


def _wanted(cell: nbformat.NotebookNode) -> bool:
    return cell.metadata.get("autograder", {}).get("kind") in ALWAYS or TAG in cell.metadata.get("tags", ())


def train_on(assignment: Assignment, data: Path) -> Iterator[str]:
    """Runs the cells with `data` as DATA_ROOT; yields what they print, line by line, as each cell ends."""
    notebook = nbformat.read(assignment.source, as_version=4)
    notebook.cells = demo_cells(notebook)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=40"],  # errors only: its warnings are not about the training
        resources={"metadata": {"path": str(assignment.source.parent)}},
    )
    environment = {**os.environ, "DATA_ROOT": str(data.resolve()), "ASSIGNMENT_DATA": "", **KERNEL}
    with client.setup_kernel(env=environment):
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                raise AutograderError(f"the reference failed on {data}: {error.ename}: {error.evalue}") from None
            yield from _printed(cell)


def _printed(cell: Any) -> Iterator[str]:
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            yield from output.text.splitlines()
