"""Runs a command as an ordinary user, or as root, with a Python that every user can read.

Root's Python often lies in a folder of root's. In a mount namespace of its own such a folder is covered by an empty one
in which only what the command needs appears again; the machine itself stays as it is.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT, SOMEBODY = 0, 23_456
REPOSITORY = Path(__file__).resolve().parents[2]


def command_as(user: int, command: Sequence[str]) -> list[str]:
    """The command line that runs `command` as `user`, to be started by root."""
    lines = ["mount --make-rprivate /"]
    for number, (closed, needed) in enumerate(_closed_folders().items()):
        stages = [f"/tmp/.view-{os.getpid()}-{number}-{n}" for n in range(len(needed))]
        for path, stage in zip(needed, stages, strict=True):
            lines += [f"mkdir -p {stage}", f"mount --bind {shlex.quote(str(path))} {stage}"]
        lines.append(f"mount -t tmpfs -o mode=755 tmpfs {shlex.quote(str(closed))}")
        for path, stage in zip(needed, stages, strict=True):
            place = shlex.quote(str(path))
            lines += [f"mkdir -p {place}", f"mount --bind {stage} {place}", f"umount {stage}", f"rmdir {stage}"]
    switch = [] if user == ROOT else ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups"]
    lines.append(f"exec {shlex.join([*switch, *command])}")
    return ["unshare", "--mount", "sh", "-ec", "\n".join(lines)]


def can_switch() -> str:
    """Why this process cannot run commands as other users; empty when it can."""
    if os.getuid() != ROOT:
        return "only root can run tests as other users"
    tried = subprocess.run(
        command_as(SOMEBODY, [sys.executable, "-c", ""]), capture_output=True, text=True, check=False
    )
    return f"commands cannot be run as other users here: {tried.stderr.strip()[-200:]}" if tried.returncode else ""


def _closed_folders() -> dict[Path, list[Path]]:
    """Folders that others may not enter, each with what lies in it of Python, its packages and this repository."""
    python = Path(sys.executable).resolve().parents[1]
    needed = dict.fromkeys((python, Path(sys.base_prefix), Path(sys.prefix).absolute(), REPOSITORY))
    found: dict[Path, list[Path]] = {}
    for path in needed:
        closed = [parent for parent in reversed(path.parents) if not parent.stat().st_mode & 0o001]
        if closed:
            found.setdefault(closed[0], []).append(path)
    return found
