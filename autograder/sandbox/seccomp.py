"""Seccomp: a list of system calls that a submission has no use for, compiled once by libseccomp, loaded in each child.

A list of what is denied, since the calls that torch and its threads need differ from release to release. It holds what
namespaces and Landlock do not cover: new namespaces, tracing, keyrings, bpf, io_uring, sockets other than unix ones,
and memory that no resource limit counts (memfd, System V).
"""

from __future__ import annotations

import ctypes
import errno
import tempfile

from autograder.sandbox import linux

_DENIED = """
keyctl add_key request_key bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
mount umount2 pivot_root chroot fsopen fsconfig fsmount fspick open_tree move_mount mount_setattr unshare setns
ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd
kexec_load kexec_file_load init_module finit_module delete_module acct quotactl swapon swapoff reboot
settimeofday clock_settime clock_adjtime adjtimex name_to_handle_at open_by_handle_at personality modify_ldt syslog
lookup_dcookie iopl ioperm memfd_secret fanotify_init nfsservctl vhangup uselib ustat
mbind set_mempolicy migrate_pages move_pages
memfd_create shmget msgget semget mq_open
""".split()
_WANTED_BY_CUDA = {"memfd_create", "mbind", "set_mempolicy"}  # for the driver's own memory, which the watch counts
_TERMINAL_INJECTION = (0x5412, 0x541C)  # ioctl requests TIOCSTI, TIOCLINUX
_FILTER = 2  # SECCOMP_MODE_FILTER
_AF_UNIX = 1


def compiled(*, cuda: bool = False) -> bytes:
    """The filter as BPF. A call through another architecture's table (int 0x80) is killed by libseccomp's default."""
    import pyseccomp

    bpf = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    for name in _DENIED:
        if cuda and name in _WANTED_BY_CUDA:
            continue
        try:
            bpf.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
        except (ValueError, OSError):
            continue  # a call that this libseccomp or architecture does not know
    bpf.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags are in memory, unseen: glibc falls back to clone
    for flag in (linux.NEWNS, linux.NEWUTS, linux.NEWIPC, linux.NEWUSER, linux.NEWPID, linux.NEWNET, linux.NEWCGROUP):
        arg = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag)
        bpf.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", arg)
    bpf.add_rule(pyseccomp.ERRNO(errno.EAFNOSUPPORT), "socket", pyseccomp.Arg(0, pyseccomp.NE, _AF_UNIX))
    for request in _TERMINAL_INJECTION:
        arg = pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, request)
        bpf.add_rule(pyseccomp.ERRNO(errno.EPERM), "ioctl", arg)
    with tempfile.TemporaryFile() as file:
        bpf.export_bpf(file)
        file.seek(0)
        return file.read()


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def load(bpf: bytes) -> None:
    """Puts the compiled filter into force for this process and all that it starts. Needs no_new_privs."""
    buffer = ctypes.create_string_buffer(bpf, len(bpf))
    program = _Program(len(bpf) // 8, ctypes.addressof(buffer))
    linux.check("seccomp", linux.libc.prctl(linux.SET_SECCOMP, ctypes.c_ulong(_FILTER), ctypes.byref(program), 0, 0))
