"""The NVIDIA GPUs of this machine, found without touching CUDA: by what the driver says in /proc.

CUDA is initialised in a submission's process and nowhere else: a fork of a process that did is broken.
"""

from __future__ import annotations

import importlib.util
import os
import re
from dataclasses import dataclass
from pathlib import Path

_INFORMATION = Path("/proc/driver/nvidia/gpus")
_DEV = Path("/dev")
_CONTROL = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset")
_FIELD = re.compile(r"^([^:\n]+):\s*(.+?)\s*$", re.MULTILINE)

# What CUDA reads besides /usr: the driver's own files, and where the GPUs sit.
READ = ("/proc/driver/nvidia", "/proc/devices", "/proc/modules", "/sys/devices", "/sys/bus/pci", "/sys/module")


@dataclass(frozen=True)
class Gpu:
    """One GPU. `uuid` is what CUDA and NVML call it."""

    minor: int  # /dev/nvidia<minor>
    uuid: str
    name: str


def gpus(information: Path = _INFORMATION, dev: Path = _DEV, visible: str | None = None) -> tuple[Gpu, ...]:
    """The GPUs that have a device node here, in the order of their nodes.

    `visible`: as CUDA_VISIBLE_DEVICES, which counts where it is not given."""
    files = information.glob("*/information") if information.is_dir() else ()
    found = sorted((_gpu(path) for path in files), key=lambda gpu: gpu.minor)
    found = [gpu for gpu in found if (dev / f"nvidia{gpu.minor}").exists()]
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES") if visible is None else visible
    if chosen is None:
        return tuple(found)
    wanted = [name.strip() for name in chosen.split(",") if name.strip()]
    return tuple(gpu for place, gpu in enumerate(found) if any(_is(gpu, place, name) for name in wanted))


def nodes(dev: Path = _DEV) -> list[str]:
    """The device nodes that CUDA opens."""
    numbered = sorted(dev.glob("nvidia[0-9]*"))
    return [str(path) for path in [*(dev / name for name in _CONTROL), *numbered] if path.exists()]


def torch_knows_cuda() -> bool:
    """Whether torch was built with CUDA; it is not imported for that."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    version = Path(spec.origin).with_name("version.py")
    return bool(re.search(r"^cuda\b[^=\n]*=\s*['\"]", version.read_text(encoding="utf-8"), re.MULTILINE))


def _gpu(path: Path) -> Gpu:
    said = dict(_FIELD.findall(path.read_text(encoding="utf-8")))
    return Gpu(int(said.get("Device Minor", "0")), said.get("GPU UUID", ""), said.get("Model", "NVIDIA GPU"))


def _is(gpu: Gpu, place: int, name: str) -> bool:
    return name == str(place) or (name.startswith("GPU-") and gpu.uuid.startswith(name))
