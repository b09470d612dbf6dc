"""How a freshly forked child gives up everything it does not need, in the only order that works.

1. Die with the server; keep three descriptors: /dev/null, the output pipe, the socket to the grader.
2. Namespaces, then the private mounts, while the process still may.
3. Become another user; then a user namespace of its own, in which it is nobody else.
4. Clean environment, empty working folder, resource limits.
5. No capabilities, no new privileges.
6. Landlock (its rules name inodes: after the mounts), then seccomp (it forbids most of the above).

Any failure ends the process: nothing of a student ever runs half locked down.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile

from autograder.sandbox import landlock, linux, seccomp
from autograder.sandbox.limits import MB
from autograder.sandbox.protocol import ServerConfig, Spawn

SOCKET_FD = 100
_CUDA_BYTES, _CUDA_THREADS, _CUDA_FILES = 4096 * MB, 32, 512


def lock_down(config: ServerConfig, spawn: Spawn, home: str, socket_fd: int, output_fd: int, bpf: bytes) -> None:
    """Locks the calling process down as `config.layers` says; afterwards the socket is SOCKET_FD."""
    layers = set(config.layers)
    linux.prctl(linux.PDEATHSIG, signal.SIGKILL)
    linux.prctl(linux.SET_DUMPABLE, 1)  # the server may not be dumpable: without this /proc/self belongs to root
    os.setsid()
    _keep_descriptors(socket_fd, output_fd)
    if "namespaces" in layers:
        _private_namespaces(spawn)
    if "uid" in layers and config.first_uid:
        _become(config.first_uid + spawn.id % 1000)
    if "userns" in layers:
        uid, gid = os.getuid(), os.getgid()  # inside an unmapped namespace they would read 65534
        linux.unshare(linux.NEWUSER)
        linux.map_only_self(uid, gid)
    _enter_working_folder(home, spawn.environment, private_tmp="namespaces" in layers)
    if "rlimits" in layers:
        _limit_resources(spawn)
    if "capabilities" in layers:
        linux.drop_capabilities()
    linux.prctl(linux.NO_NEW_PRIVS, 1)
    if "landlock" in layers:
        paths = config.paths
        landlock.restrict(paths.read, [*paths.write, home], paths.devices, paths.gpu)
    if "seccomp" in layers:
        seccomp.load(bpf)


def _keep_descriptors(socket_fd: int, output_fd: int) -> None:
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output_fd, 1)
    os.dup2(output_fd, 2)
    os.dup2(socket_fd, SOCKET_FD, inheritable=False)
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in (0, 1, 2, SOCKET_FD):
            with contextlib.suppress(OSError):  # the descriptor of the listing itself
                os.close(int(name))


def _private_namespaces(spawn: Spawn) -> None:
    linux.unshare(linux.NEWNS | linux.NEWNET | linux.NEWIPC | linux.NEWUTS)
    linux.mount(None, "/", None, linux.REC | linux.PRIVATE)
    linux.mount("proc", "/proc", "proc", linux.NOSUID | linux.NODEV | linux.NOEXEC)
    options = f"size={spawn.limits.disk_mb * MB},nr_inodes={spawn.limits.files},mode=1777"
    for folder in ("/tmp", "/dev/shm"):
        linux.mount("tmpfs", folder, "tmpfs", linux.NOSUID | linux.NODEV, options)


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    linux.prctl(linux.SET_DUMPABLE, 1)  # changing user cleared it and the death signal
    linux.prctl(linux.PDEATHSIG, signal.SIGKILL)


def _enter_working_folder(home: str, environment: dict[str, str], *, private_tmp: bool) -> None:
    os.umask(0o077)
    os.makedirs(home, exist_ok=True)
    os.chdir(home)
    os.environ.clear()
    os.environ.update(
        {
            "HOME": home,
            "TMPDIR": "/tmp" if private_tmp else home,
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "MPLCONFIGDIR": home,
            "CUDA_VISIBLE_DEVICES": "",  # where there is a GPU to use, `environment` names it
            **environment,
        }
    )
    tempfile.tempdir = None


def _limit_resources(spawn: Spawn) -> None:
    """CUDA itself needs memory of the host, threads and many descriptors: those are not the submission's doing."""
    limits, cuda = spawn.limits, spawn.cuda
    linux.set_limits(
        cpu_s=limits.submission_seconds,
        memory=limits.memory_mb * MB + (_CUDA_BYTES if cuda else 0),
        file_bytes=limits.file_mb * MB,
        processes=limits.processes + (_CUDA_THREADS if cuda else 0),
        files=limits.open_files + (_CUDA_FILES if cuda else 0),
        bound_address=not cuda,
    )
