"""Linux system calls that Python has no function for, through ctypes: a forked child can use them without exec."""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)

# unshare(2), clone(2)
NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
# mount(2)
NOSUID, NODEV, NOEXEC, REC, PRIVATE = 2, 4, 8, 0x4000, 0x40000
# prctl(2)
PDEATHSIG, SET_DUMPABLE, SET_SECCOMP, CAPBSET_DROP = 1, 4, 22, 24
CHILD_SUBREAPER, NO_NEW_PRIVS, CAP_AMBIENT = 36, 38, 47
_CAP_AMBIENT_CLEAR_ALL = 4
_CAPABILITY_VERSION_3 = 0x20080522
# madvise(2)
_COLLAPSE, _HUGE_PAGE = 25, 2 << 20


def check(what: str, result: int) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def unshare(flags: int) -> None:
    check("unshare", libc.unshare(flags))


def setns(fd: int, kind: int) -> None:
    check("setns", libc.setns(fd, kind))


def prctl(option: int, argument: int = 0) -> None:
    zero = ctypes.c_ulong(0)
    check(f"prctl {option}", libc.prctl(option, ctypes.c_ulong(argument), zero, zero, zero))


def mount(source: str | None, target: str, filesystem: str | None, flags: int, data: str | None = None) -> None:
    def text(value: str | None) -> bytes | None:
        return value.encode() if value else None

    result = libc.mount(text(source), text(target), text(filesystem), ctypes.c_ulong(flags), text(data))
    check(f"mount {target}", result)


def join_pages() -> None:
    """Moves this process's private memory into huge pages, where the kernel can (Linux 6.1): a fork then copies one
    entry of the page table where it copied 512, and the child's end takes down one."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, access, _, device, *_ = line.split()
        start, end = (int(address, 16) for address in addresses.split("-"))
        start, end = -(-start // _HUGE_PAGE) * _HUGE_PAGE, end // _HUGE_PAGE * _HUGE_PAGE  # the whole ones within
        if access == "rw-p" and device == "00:00" and start < end:
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _COLLAPSE)  # what cannot be stays small


def drop_capabilities() -> None:
    """Empties the bounding, ambient, permitted, effective and inheritable sets."""
    for capability in range(64):
        if libc.prctl(CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) < 0:
            break  # beyond the last one, or not allowed: the sets below count
    libc.prctl(CAP_AMBIENT, ctypes.c_ulong(_CAP_AMBIENT_CLEAR_ALL), 0, 0, 0)
    check("capset", libc.capset(struct.pack("<II", _CAPABILITY_VERSION_3, 0), bytes(24)))


def map_only_self(uid: int, gid: int) -> None:
    """Writes the id maps of a new user namespace in which only `uid` and `gid` exist."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        Path(f"/proc/self/{name}").write_text(text)


def set_limits(*, cpu_s: float, memory: int, file_bytes: int, processes: int, files: int, bound_address: bool) -> None:
    """Resource limits. Memory is relative to what is mapped already: torch alone reserves 3 GB of addresses.

    `bound_address` also limits the address space; CUDA reserves far too much of it for that."""

    def limit(which: int, value: int, hard: int | None = None) -> None:
        resource.setrlimit(which, (value, value if hard is None else hard))

    pages = [int(number) * resource.getpagesize() for number in Path("/proc/self/statm").read_text().split()]
    limit(resource.RLIMIT_DATA, pages[5] + memory)
    if bound_address:
        limit(resource.RLIMIT_AS, pages[0] + memory)
    limit(resource.RLIMIT_CPU, int(cpu_s) + 1, int(cpu_s) + 2)
    limit(resource.RLIMIT_FSIZE, file_bytes)
    limit(resource.RLIMIT_NPROC, processes)
    limit(resource.RLIMIT_NOFILE, files)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_MSGQUEUE, 0)
    limit(resource.RLIMIT_MEMLOCK, 1 << 16)
    Path("/proc/self/oom_score_adj").write_text("1000")
    os.nice(5)
