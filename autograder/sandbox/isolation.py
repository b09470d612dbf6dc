"""Which walls this machine can put around a submission, strongest first, and what each needs.

namespaces  bubblewrap; a private file system, process table, network and user per submission, plus all layers below.
users       root without namespaces (a container): one user id per submission, Landlock, seccomp, resource limits.
landlock    an ordinary user without namespaces: Landlock (kernel 6.12 or newer), seccomp, resource limits.
none        only resource limits: for one's own work. Refused for grading others unless asked for (`--unsafe`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from autograder.errors import SandboxError


class Mode(str, Enum):
    NAMESPACES = "namespaces"
    USERS = "users"
    LANDLOCK = "landlock"
    NONE = "none"

    @property
    def layers(self) -> tuple[str, ...]:
        """What is put around each submission, outermost first."""
        return {
            Mode.NAMESPACES: ("namespaces", "uid", "userns", "rlimits", "capabilities", "landlock", "seccomp"),
            Mode.USERS: ("uid", "rlimits", "capabilities", "landlock", "seccomp"),
            Mode.LANDLOCK: ("rlimits", "capabilities", "landlock", "seccomp"),
            Mode.NONE: ("rlimits",),
        }[self]


@dataclass(frozen=True)
class Machine:
    """What the machine offers, and for each mode that it cannot offer the reason and the remedy."""

    modes: tuple[Mode, ...]
    missing: dict[Mode, str] = field(default_factory=dict)


NOBODY = 60_001  # first user id given to submissions in root's modes; ids of real users and services lie below
BWRAP_TRIAL = (
    "--unshare-user-try --unshare-pid --unshare-net --unshare-ipc --ro-bind / / --proc /proc --dev /dev "
    "--tmpfs /tmp --die-with-parent --cap-add CAP_SYS_ADMIN true"
).split()


@lru_cache(maxsize=1)
def inspect_machine() -> Machine:
    """Tries each layer in a short-lived process. Takes some 30 ms, changes nothing."""
    if not sys.platform.startswith("linux"):
        reason = "the sandbox needs Linux: grade in a Linux container or virtual machine"
        return Machine((Mode.NONE,), dict.fromkeys((Mode.NAMESPACES, Mode.USERS, Mode.LANDLOCK), reason))
    missing = {mode: problem for mode, find in _REQUIREMENTS.items() if (problem := find())}
    return Machine(tuple(mode for mode in Mode if mode not in missing), missing)


def choose(wanted: Mode | None = None, *, unsafe: bool = False, machine: Machine | None = None) -> Mode:
    """The strongest mode there is, or the wanted one. SandboxError when there is none but `none` and not `unsafe`.

    `machine`: another one than this, as a cluster's."""
    machine = machine or inspect_machine()
    if wanted is not None and wanted not in machine.modes:
        raise SandboxError(f"isolation {wanted.value!r} is not available here: {machine.missing[wanted]}")
    mode = wanted or machine.modes[0]
    if mode is Mode.NONE and not unsafe:
        raise SandboxError(
            "no isolation on this machine, so other people's code would run unprotected: "
            f"{machine.missing.get(Mode.NAMESPACES, 'run `autograder doctor`')}; or grade your own work with --unsafe"
        )
    return mode


def _namespaces() -> str:
    return _no_seccomp() or _no_bwrap()


def _users() -> str:
    if os.getuid() != 0:
        return "only root can give each submission its own user"
    return _no_seccomp() or _no_landlock(1) or _python_hidden_from_others()


def _landlock() -> str:
    from autograder.sandbox import landlock

    if os.getuid() == 0:
        return "the number of root's processes cannot be limited: install bubblewrap"
    return _no_seccomp() or _no_landlock(landlock.SCOPES_SINCE)


def _no_bwrap() -> str:
    bwrap = shutil.which("bwrap")
    if not bwrap:
        return "install bubblewrap (apt-get install bubblewrap)"
    trial = subprocess.run([bwrap, *BWRAP_TRIAL], capture_output=True, text=True, timeout=20, check=False)
    return f"bubblewrap cannot start here: {trial.stderr.strip()[:200]}" if trial.returncode else ""


def _no_seccomp() -> str:
    def load() -> None:
        from autograder.sandbox import linux, seccomp

        filter = seccomp.compiled()
        linux.prctl(linux.NO_NEW_PRIVS, 1)
        seccomp.load(filter)

    problem = _in_a_fork(load)
    return f"seccomp does not work here ({problem}): install libseccomp2" if problem else ""


def _no_landlock(version: int) -> str:
    from autograder.sandbox import landlock

    found = landlock.abi()
    return "" if found >= version else f"the kernel offers Landlock {found or 'not at all'}, {version} is needed"


def _python_hidden_from_others() -> str:
    def read() -> None:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        for path in (os.path.realpath(sys.executable), json.__file__):
            if not os.access(path, os.R_OK):
                raise PermissionError(path)

    return "Python lies in a folder that other users cannot read: install bubblewrap" if _in_a_fork(read) else ""


_REQUIREMENTS: dict[Mode, Callable[[], str]] = {
    Mode.NAMESPACES: _namespaces,
    Mode.USERS: _users,
    Mode.LANDLOCK: _landlock,
}


def _in_a_fork(action: Callable[[], None]) -> str:
    """Runs `action` in a forked process; returns what it raised, in words, or nothing."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except BaseException as error:
            os.write(writer, (f"{type(error).__name__}: {error}"[:300] or "failed").encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return text.decode(errors="replace")
