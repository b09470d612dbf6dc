"""Who grades, as the command line says it: the processes of this machine, or a cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from autograder.assignment import Assignment
from autograder.grading.options import Options, options_for
from autograder.grading.pool import Crew, ThisMachine


@contextlib.contextmanager
def crew_of(
    assignment: Assignment, cluster: str | None, workers: int, device: str, isolation: str | None, unsafe: bool
) -> Iterator[tuple[Crew, Options]]:
    """The crew, and options that all of it can follow. AutograderError says what is missing, and where.

    `cluster`: the address of a scheduler; then `workers` does not count, the cluster has its own."""
    root = assignment.root
    if cluster is None:
        yield ThisMachine(workers), options_for(root, device=device, isolation=isolation, unsafe=unsafe)
        return
    from autograder.grading.cluster import Cluster

    with Cluster(cluster) as crew:
        machine = crew.inspect(assignment, device)
        yield crew, options_for(root, device=device, isolation=isolation, unsafe=unsafe, machine=machine)
