"""Landlock: an unprivileged process gives up the file system, TCP, and signals to the outside, for good.

Rules name inodes, so they are made after the private mounts. See landlock(7).
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

from autograder.sandbox.linux import check, libc

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every architecture
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_FOR_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_NO_TCP = 3  # bind and connect
_SCOPED = 3  # abstract unix sockets, signals
SCOPES_SINCE = 6  # the ABI from which signals and abstract sockets stay inside


def abi() -> int:
    """Version of Landlock that the kernel offers; 0: none."""
    return max(0, libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1))


def restrict(read: Iterable[str], write: Iterable[str], devices: Iterable[str], gpu: Iterable[str] = ()) -> int:
    """Allows reading and executing below `read`, everything below `write`, reading and writing `devices`; nothing else.
    A GPU is driven by ioctl alone: its nodes are the only ones on which that is allowed.

    Paths that do not exist are passed over. Returns the ABI; 0 means that nothing was restricted."""
    version = abi()
    if not version:
        return 0
    handled = (1 << 13) - 1
    handled |= (
        (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0) | (_IOCTL_DEV if version >= 5 else 0)
    )
    attributes = struct.pack("<QQQ", handled, _NO_TCP if version >= 4 else 0, _SCOPED if version >= SCOPES_SINCE else 0)
    attributes = attributes[: 24 if version >= SCOPES_SINCE else 16 if version >= 4 else 8]
    ruleset = check("landlock_create_ruleset", libc.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0))
    plain = _READ_FILE | _WRITE_FILE
    rules = ((read, _READ), (write, handled & ~_IOCTL_DEV), (devices, plain), (gpu, plain | _IOCTL_DEV))
    for paths, access in rules:
        for path in paths:
            _allow(ruleset, path, access & handled)
    check("landlock_restrict_self", libc.syscall(_RESTRICT, ruleset, 0))
    os.close(ruleset)
    return version


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        access &= _FOR_FILES
    check(f"landlock_add_rule {path}", libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("<Qi", access, fd), 0))
    os.close(fd)
