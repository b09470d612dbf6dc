"""The command line that starts a warm server inside the jail, for each isolation mode."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import msgspec

from autograder.sandbox import gpus
from autograder.sandbox.isolation import NOBODY, Mode
from autograder.sandbox.protocol import Paths, ServerConfig

PRELOAD = (
    "numpy scipy.stats scipy.sparse.linalg scipy.optimize torch torch.nn.functional torch.utils.data torchvision "
    "torchvision.transforms sklearn.linear_model sklearn.decomposition sklearn.manifold matplotlib.pyplot tqdm.auto "
    "IPython.core.interactiveshell torch._dynamo "  # without the last each child pays 0.9 s at its first optimizer
    "autograder.sandbox.common_probes autograder.sandbox.loop_probes autograder.sandbox.network_probes "
    "autograder.sandbox.architecture_probes"
).split()

_BOX = "/opt/box"  # where our own code lies in the jail
_VENV = "/opt/venv"  # and the virtual environment: its real place may be below /tmp, which is private in the jail
_BOOT = "import sys; sys.path[:] = [p for p in sys.path if p]; sys.path.insert(0, {box!r}); "
_BOOT += "from autograder.sandbox.server import main; main()"
_DEVICES = ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/full", "/dev/tty"]
_SYSTEM = ["/usr", "/etc", "/lib", "/lib64", "/bin", "/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage"]
_PROC = [f"/proc/{name}" for name in "self cpuinfo meminfo stat version uptime loadavg filesystems sys".split()]
_ETC = "ld.so.cache fonts localtime passwd group mime.types nsswitch.conf".split()
_CAPABILITIES = ["CAP_SYS_ADMIN", "CAP_SETPCAP"]
_ROOT_CAPABILITIES = ["CAP_SETUID", "CAP_SETGID", "CAP_KILL"]


def package_folder() -> Path:
    return Path(__file__).resolve().parents[1]


def python_folders() -> list[str]:
    """The folders that Python itself and its packages lie in."""
    folders = [sys.prefix, sys.exec_prefix, sys.base_prefix, str(Path(sys.executable).resolve().parents[1])]
    return list(dict.fromkeys(folder for folder in folders if not Path(folder).is_relative_to("/usr")))


def _in_venv() -> bool:
    return sys.prefix != sys.base_prefix


def server_config(
    mode: Mode, control: int, scratch: str, preload: list[str] | None, *, cuda: bool = False
) -> ServerConfig:
    jailed = mode is Mode.NAMESPACES
    outside = [*_SYSTEM, *_PROC, *python_folders(), scratch + "/code", *(gpus.READ if cuda else ())]
    paths = Paths(
        read=["/"] if jailed else outside,
        write=["/tmp", "/dev/shm", "/proc/self"] if jailed else [],
        devices=_DEVICES,
        gpu=gpus.nodes() if cuda else [],
    )
    return ServerConfig(
        control=control,
        layers=list(mode.layers),
        paths=paths,
        preload=PRELOAD if preload is None else preload,
        scratch=scratch,
        first_uid=NOBODY if os.getuid() == 0 and mode is not Mode.LANDLOCK else 0,
    )


def command(mode: Mode, config: ServerConfig, *, cuda: bool = False) -> list[str]:
    """The command to run. Without namespaces our code is read from a copy below the scratch folder."""
    box = _BOX if mode is Mode.NAMESPACES else f"{config.scratch}/code"
    executable = sys.executable
    if mode is Mode.NAMESPACES and _in_venv():
        executable = executable.replace(sys.prefix, _VENV, 1)
    python = [executable, "-s", "-c", _BOOT.format(box=box), msgspec.json.encode(config).decode()]
    return [*_bubblewrap(cuda=cuda), *python] if mode is Mode.NAMESPACES else python


def copy_code(scratch: str) -> None:
    """Puts the student's side of the package below `scratch`: nothing else of it is readable there."""
    package = package_folder()
    target = Path(scratch, "code", "autograder")
    target.mkdir(parents=True)
    shutil.copy(package / "__init__.py", target)
    shutil.copytree(package / "sandbox", target / "sandbox", ignore=shutil.ignore_patterns("__pycache__"))
    for path in [Path(scratch, "code"), *Path(scratch, "code").rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def environment(mode: Mode, scratch: str) -> dict[str, str]:
    home = "/tmp" if mode is Mode.NAMESPACES else scratch
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": home,
        "TMPDIR": home,
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "2",
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # huge pages make the fork a third cheaper
        **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    }


def _bubblewrap(*, cuda: bool) -> list[str]:
    """Read-only views of /usr, Python and our code; everything else in the jail is empty or new."""
    words = "bwrap --die-with-parent --new-session --unshare-pid --unshare-net --unshare-ipc --unshare-uts "
    words += "--unshare-cgroup-try --hostname box --cap-drop ALL"
    line = words.split()
    root = os.getuid() == 0
    for capability in _CAPABILITIES + (_ROOT_CAPABILITIES if root else []):
        line += ["--cap-add", capability]
    if not root:
        line.append("--unshare-user")
    binds = {"/usr": "/usr", **{folder: folder for folder in python_folders()}}
    if _in_venv():
        binds[sys.prefix] = _VENV
    package = package_folder()
    binds[str(package / "__init__.py")] = f"{_BOX}/autograder/__init__.py"
    binds[str(package / "sandbox")] = f"{_BOX}/autograder/sandbox"
    for parent in _parents(binds.values()):  # those that bubblewrap makes itself follow the umask
        line += ["--perms", "0755", "--dir", parent]
    for source, target in binds.items():
        line += ["--ro-bind", source, target]
    for name in ("lib", "lib32", "lib64", "bin", "sbin"):
        if os.path.islink(f"/{name}"):
            line += ["--symlink", f"usr/{name}", f"/{name}"]
        else:
            line += ["--ro-bind-try", f"/{name}", f"/{name}"]
    line += ["--perms", "0755", "--dir", "/etc"]
    for name in _ETC:
        line += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for path in ("/sys/kernel/mm/transparent_hugepage", "/sys/devices/system/cpu"):
        line += ["--ro-bind-try", path, path]
    line += ["--proc", "/proc", "--dev", "/dev"]
    if cuda:
        for device in gpus.nodes():
            line += ["--dev-bind", device, device]
        for path in gpus.READ:
            if path.startswith("/sys/"):  # what lies in /proc is there already
                line += ["--ro-bind-try", path, path]
    for folder in ("/tmp", "/dev/shm"):
        line += ["--perms", "1777", "--tmpfs", folder]
    return [*line, "--remount-ro", "/", "--chdir", "/"]


def _parents(paths: object) -> list[str]:
    found: dict[str, None] = {}
    for path in paths:  # type: ignore[attr-defined]
        for parent in reversed(Path(path).parents):
            if str(parent) != "/":
                found[str(parent)] = None
    return [parent for parent in found if parent != "/usr" and not parent.startswith("/usr/")]
