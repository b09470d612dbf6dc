"""A GPU for one submission at a time: the token, and a watch over its memory and time.

Submissions on one GPU share its memory and its time without any wall between them, so each has a GPU to itself while it
runs. The token is a lock on a file, which all graders of a machine see and which ends with the process that holds it.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from autograder.errors import SandboxError
from autograder.sandbox.faults import OutOfMemory, StudentError
from autograder.sandbox.gpus import Gpu
from autograder.sandbox.limits import MB

WAIT_SECONDS = 900.0  # for a GPU that others use
_LOOK_SECONDS = 0.1


@contextlib.contextmanager
def token(gpus: Sequence[Gpu], seconds: float = WAIT_SECONDS, folder: Path | None = None) -> Iterator[Gpu]:
    """One of the GPUs for oneself. Raises SandboxError when none gets free in time."""
    folder = folder or Path(tempfile.gettempdir()) / f"autograder-gpus-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for gpu in gpus:
            with open(folder / f"nvidia{gpu.minor}", "w") as file, contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield gpu
                return
        time.sleep(_LOOK_SECONDS / 2)
    raise SandboxError(f"no GPU got free within {seconds:g} s")


def environment_of(gpu: Gpu) -> dict[str, str]:
    """What a submission's process is told: its GPU, and to compute the same numbers each time, in whole float32."""
    return {
        "CUDA_VISIBLE_DEVICES": gpu.uuid or str(gpu.minor),
        "CUDA_MODULE_LOADING": "LAZY",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        "NVIDIA_TF32_OVERRIDE": "0",
    }


class GpuWatch:
    """Looks ten times a second at what the GPU's memory and cores do, as its driver says, not as the submission says.

    When more than `limit_mb` are used beyond what was in use at the start, the submission is ended through `end_for`.
    """

    def __init__(self, gpu: Gpu, limit_mb: int, end_for: Callable[[StudentError], None]) -> None:
        self._driver, self._limit, self._end_for = _Driver(gpu), limit_mb, end_for
        self._before = self._driver.memory_mb()
        self.peak_mb, self.seconds = 0.0, 0.0  # the most memory, and how long the GPU was busy
        self._problem: SandboxError | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> GpuWatch:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Raises SandboxError when the driver failed meanwhile: the submission was not watched."""
        self._ended.set()
        self._thread.join()
        self._driver.close()
        if self._problem is not None:
            raise self._problem

    def _run(self) -> None:
        try:
            while not self._ended.wait(_LOOK_SECONDS):
                self._look()
        except SandboxError as error:
            self._problem = error

    def _look(self) -> None:
        used = max(0.0, self._driver.memory_mb() - self._before)
        self.peak_mb = max(self.peak_mb, used)
        self.seconds += _LOOK_SECONDS * self._driver.busy()
        if used > self._limit:
            self._end_for(OutOfMemory(alive=False, of="the GPU"))


class _Memory(ctypes.Structure):
    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


class _Utilization(ctypes.Structure):
    _fields_ = [("gpu", ctypes.c_uint), ("memory", ctypes.c_uint)]


class _Driver:
    """What NVML says about one GPU. NVML is not CUDA: it may be used beside forks."""

    def __init__(self, gpu: Gpu) -> None:
        try:
            self._nvml = ctypes.CDLL("libnvidia-ml.so.1")
        except OSError as error:
            raise SandboxError(f"the driver's library cannot be loaded: {error}") from None
        self._device = ctypes.c_void_p()
        self._check("nvmlInit_v2")
        self._check("nvmlDeviceGetHandleByUUID", gpu.uuid.encode(), ctypes.byref(self._device))

    def memory_mb(self) -> float:
        memory = _Memory()
        self._check("nvmlDeviceGetMemoryInfo", self._device, ctypes.byref(memory))
        return float(memory.used) / MB

    def busy(self) -> float:
        """The share of the last moments in which something ran, 0 to 1."""
        used = _Utilization()
        self._check("nvmlDeviceGetUtilizationRates", self._device, ctypes.byref(used))
        return float(used.gpu) / 100

    def close(self) -> None:
        self._nvml.nvmlShutdown()

    def _check(self, function: str, *arguments: object) -> None:
        result = getattr(self._nvml, function)(*arguments)
        if result:
            raise SandboxError(f"{function} says {result}: run nvidia-smi to see what is wrong with the GPU")
