"""GPUs: found without CUDA, one submission at a time on each; and, where there is one, CUDA inside the jail."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import AutograderError, SandboxError
from autograder.grading.gpu_watch import environment_of, token
from autograder.grading.options import require_device
from autograder.sandbox import seccomp
from autograder.sandbox.client import WarmServer
from autograder.sandbox.faults import OutOfMemory
from autograder.sandbox.gpus import Gpu, gpus, nodes
from autograder.sandbox.isolation import choose
from autograder.sandbox.limits import Limits

HERE = gpus()
needs_gpu = pytest.mark.skipif(not HERE, reason="this machine has no NVIDIA GPU")

INFORMATION = """\
Model: \t\t NVIDIA H100 PCIe
IRQ:   \t\t 124
GPU UUID: \t GPU-{uuid}
Video BIOS: \t 96.00.30.00.01
Bus Type: \t PCIe
Device Minor: \t {minor}
GPU Excluded:\t No
"""


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, Path]:
    """What the driver shows of three GPUs; this machine was given the nodes of two."""
    for place, (minor, uuid) in enumerate([(2, "cccc"), (0, "aaaa"), (1, "bbbb")]):
        folder = tmp_path / "proc" / f"0000:0{place}:00.0"
        folder.mkdir(parents=True)
        (folder / "information").write_text(INFORMATION.format(minor=minor, uuid=uuid))
    (tmp_path / "dev").mkdir()
    for name in ("nvidia0", "nvidia2", "nvidiactl", "nvidia-uvm", "nvme0"):
        (tmp_path / "dev" / name).touch()
    return {"information": tmp_path / "proc", "dev": tmp_path / "dev"}


class TestFinding:
    def test_those_with_a_node_in_their_order(self, machine: dict[str, Path]) -> None:
        found = gpus(**machine, visible="0,1")
        assert found == (Gpu(0, "GPU-aaaa", "NVIDIA H100 PCIe"), Gpu(2, "GPU-cccc", "NVIDIA H100 PCIe"))

    @pytest.mark.parametrize(("visible", "minors"), [("", []), ("1", [2]), ("GPU-aa", [0]), ("7", []), ("-1", [])])
    def test_only_visible_ones(self, machine: dict[str, Path], visible: str, minors: list[int]) -> None:
        assert [gpu.minor for gpu in gpus(**machine, visible=visible)] == minors

    def test_none_without_a_driver(self, tmp_path: Path) -> None:
        assert gpus(tmp_path / "nowhere", tmp_path) == ()
        assert nodes(tmp_path) == []

    def test_the_nodes_that_cuda_opens(self, machine: dict[str, Path]) -> None:
        names = {Path(node).name for node in nodes(machine["dev"])}
        assert names == {"nvidiactl", "nvidia-uvm", "nvidia0", "nvidia2"}

    @pytest.mark.skipif(bool(HERE), reason="this machine has a GPU")
    def test_without_one_it_is_said_in_a_line(self) -> None:
        with pytest.raises(AutograderError, match=r"no NVIDIA GPU.*--device cpu"):
            require_device("cuda")


class TestToken:
    ONE, TWO = Gpu(0, "GPU-a", "a"), Gpu(1, "GPU-b", "b")

    def test_each_gpu_is_lent_once(self, tmp_path: Path) -> None:
        both = (self.ONE, self.TWO)
        with token(both, 5, tmp_path) as first, token(both, 5, tmp_path) as second:
            assert {first, second} == {self.ONE, self.TWO}
            with pytest.raises(SandboxError, match="no GPU got free"), token(both, 0.2, tmp_path):
                pass
        with token((self.ONE,), 5, tmp_path) as again:
            assert again is self.ONE

    def test_it_comes_back_from_a_process_that_was_killed(self, tmp_path: Path) -> None:
        hold = (
            "import sys, time; from pathlib import Path; from autograder.grading.gpu_watch import token;"
            "from autograder.sandbox.gpus import Gpu\n"
            "with token([Gpu(0, 'GPU-a', 'a')], 5, Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
        )
        holder = subprocess.Popen([sys.executable, "-c", hold, str(tmp_path)], stdout=subprocess.PIPE)
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(SandboxError), token((self.ONE,), 0.2, tmp_path):
            pass
        holder.kill()
        holder.wait()
        with token((self.ONE,), 5, tmp_path) as gpu:
            assert gpu is self.ONE
        holder.stdout.close()


def test_what_ends_a_submission_from_another_thread_is_its_outcome(server: WarmServer) -> None:
    """As the watch over a GPU's memory does."""
    with server.open(Limits(cell_seconds=60)) as session:
        fault = OutOfMemory(alive=False, of="the GPU")
        timer = threading.Timer(0.3, session.end_for, [fault])
        timer.start()
        with pytest.raises(OutOfMemory, match="memory of the GPU"):
            session.cell("while True: pass")
        timer.join()
    with server.open() as session:
        session.cell("x = 1")


def test_the_filter_with_cuda_only_lacks_what_its_driver_wants() -> None:
    assert len(seccomp.compiled(cuda=True)) < len(seccomp.compiled())


@pytest.fixture(scope="module")
def cuda_server() -> Iterator[WarmServer]:
    with WarmServer(choose(), cuda=True) as running:
        yield running


@pytest.mark.gpu
@needs_gpu
class TestCuda:
    """Not run where there is no GPU: see docs/performance.md for what has been tried."""

    ENVIRONMENT = environment_of(HERE[0]) if HERE else {}

    def test_it_computes_in_the_jail_and_only_there(self, cuda_server: WarmServer) -> None:
        for _ in range(2):  # the second one is broken if the server itself has touched CUDA
            with cuda_server.open(Limits(cell_seconds=60, check_seconds=60), 0, self.ENVIRONMENT) as session:
                session.cell("import torch\ndef f(): x = torch.ones(8, 8, device='cuda'); return (x @ x).cpu()")
                assert session.call("f").sum() == 512

    def test_whole_float32_and_the_same_numbers_twice(self, cuda_server: WarmServer) -> None:
        code = """
        import torch
        def f():
            x = torch.randn(512, 512, device='cuda')
            exact = x.double() @ x.double()
            error = ((x @ x) - exact).abs().max() / exact.abs().max()
            return error.item(), torch.are_deterministic_algorithms_enabled(), torch.cuda.device_count()
        """
        found = []
        for _ in range(2):
            with cuda_server.open(Limits(cell_seconds=60, check_seconds=60), 0, self.ENVIRONMENT) as session:
                session.cell("\n".join(line[8:] for line in code.splitlines()))
                found.append(session.call("f", seed=3))
        assert found[0] == found[1]
        assert found[0][0] < 1e-6
        assert found[0][1:] == (True, 1)
