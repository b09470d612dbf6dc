"""`--cluster`: a scheduler and two workers in processes of their own grade as this machine does, and may die."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.grading.results import ResultsFolder
from autograder.validation.catalogue import make_submission, read_catalogue
from tests.end_to_end.test_grade import autograder, scores

pytest.importorskip("distributed", reason="needs the extra: pip install '.[cluster]'")

ROOT = Path(__file__).parents[2]
DASK = "from distributed.cli import dask_{0}; dask_{0}.main()"
SAME = ("student", "score", "max_score", "secret_id", "checks_sha256", "submission_sha256", "isolation", "repairs")


@dataclass
class Cluster:
    """A scheduler on the loopback address and its workers, each a process of its own."""

    folder: Path
    address: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, kind: str, *words: object, **environment: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", DASK.format(kind), *map(str, words)]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **environment}
        log = (self.folder / f"{kind}{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(command, cwd=self.folder, env=env, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def scheduler(self) -> subprocess.Popen[bytes]:
        port = free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        process = self.start("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", "--no-show")
        wait_for(port)
        return process

    def worker(self, **environment: str) -> subprocess.Popen[bytes]:
        return self.start("worker", self.address, "--nthreads", 1, "--no-dashboard", **environment)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path)
    yield found
    for process in reversed(found.processes):
        process.terminate()
    for process in found.processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("the scheduler does not listen")


@pytest.fixture
def folder(warmup: Assignment, tmp_path: Path) -> Path:
    """Fourteen submissions of all kinds."""
    notebooks = tmp_path / "class"
    notebooks.mkdir()
    catalogue = read_catalogue(warmup)
    variants = [None, *catalogue.visible_mistakes, *catalogue.alternatives]
    for number in range(12):
        nbformat.write(make_submission(warmup, variants[number % len(variants)]), notebooks / f"s{number:02}.ipynb")
    nbformat.write(make_submission(warmup, kind="blank"), notebooks / "blank.ipynb")
    (notebooks / "damaged.ipynb").write_text('{"cells": [')
    return notebooks


@pytest.mark.slow
def test_grades_are_those_of_this_machine_also_when_a_worker_dies(
    warmup: Assignment, folder: Path, tmp_path: Path, cluster: Cluster
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    words = ("grade", "warmup", folder, "--gradebook")
    local = autograder(*words, tmp_path / "here.db", "--out", here, cwd=warmup.root)
    assert local.returncode == 0, local.stderr

    cluster.scheduler()
    first, _ = cluster.worker(), cluster.worker()
    run = start_grading(warmup, folder, there, cluster)
    assert 2 <= reports_after(2, there, run) < 14
    os.kill(first.pid, signal.SIGKILL)
    _, complaint = run.communicate(timeout=240)
    assert run.returncode == 0, complaint

    expected, found = ResultsFolder(here).all(), ResultsFolder(there).all()
    assert len(found) == 14
    for one, other in zip(expected, found, strict=True):
        assert [getattr(one, name) for name in SAME] == [getattr(other, name) for name in SAME]
        assert [(c.id, c.outcome, c.points, c.message) for c in one.checks] == [
            (c.id, c.outcome, c.points, c.message) for c in other.checks
        ]
    assert scores(tmp_path / "here.db") == scores(tmp_path / "there.db")


@pytest.mark.slow
def test_a_scheduler_that_goes_away_is_one_line(
    warmup: Assignment, folder: Path, tmp_path: Path, cluster: Cluster
) -> None:
    there = tmp_path / "there"
    scheduler = cluster.scheduler()
    cluster.worker()
    run = start_grading(warmup, folder, there, cluster)
    assert 1 <= reports_after(1, there, run) < 14
    scheduler.kill()
    _, complaint = run.communicate(timeout=240)
    assert run.returncode == 2, complaint
    assert len(complaint.strip().splitlines()) == 1, complaint
    assert "the same command goes on where it stopped" in complaint
    assert not ResultsFolder(there).damaged()


def start_grading(warmup: Assignment, folder: Path, out: Path, cluster: Cluster) -> subprocess.Popen[str]:
    words = ("grade", "warmup", folder, "--gradebook", f"{out}.db", "--out", out, "--cluster", cluster.address)
    command = [sys.executable, "-c", "from autograder.cli import main; main()", *map(str, words)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=warmup.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def reports_after(count: int, out: Path, run: subprocess.Popen[str]) -> int:
    """The number of reports once there are so many, or the run has ended."""
    end = time.monotonic() + 200
    while (found := len(list(out.glob("reports/*.json")))) < count and run.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    return found


def test_what_is_missing_is_one_line(warmup: Assignment, folder: Path, tmp_path: Path, cluster: Cluster) -> None:
    words = ("grade", "warmup", folder, "--out", tmp_path / "out", "--gradebook", "none", "--cluster")

    def said(address: str) -> str:
        done = autograder(*words, address, cwd=warmup.root)
        assert done.returncode == 2, (done.stdout, done.stderr)
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        return done.stderr

    assert "no Dask scheduler answers" in said(f"tcp://127.0.0.1:{free_port()}")
    assert "write it like tcp://host:8786" in said("somewhere:8786")
    cluster.scheduler()
    assert "has no worker" in said(cluster.address)
    cluster.worker(AUTOGRADER_COURSE=str(tmp_path))
    assert "no assignment warmup" in said(cluster.address)


def test_without_dask_the_line_says_what_to_install(warmup: Assignment, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "distributed.py").write_text("raise ImportError('not here')")
    words = ("grade", "warmup", folder, "--out", tmp_path / "out", "--cluster", "tcp://127.0.0.1:1")
    done = autograder(*words, cwd=warmup.root, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert done.returncode == 2
    assert "pip install 'autograder[cluster]'" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
