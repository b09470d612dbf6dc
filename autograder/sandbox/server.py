"""The warm server: imports everything once, then forks one locked-down child per submission.

Theory of operation. Three kinds of process:

    grader (trusted)      holds checks, references and secrets; asks, judges, kills
    warm server (here)    inside the jail, trusted, one thread; imports torch and its friends, then only forks and waits
    child                 one submission; locked down before the student's first line runs (lockdown.py, child.py)

The server talks to the grader alone, over a packet socket: it is asked to spawn, and reports `spawned` (with a pidfd,
by which the grader kills) and `exited`. Each child gets its own socket from the grader, so the server never sees a
value of a student. It runs no code of a student, starts no thread and no torch operation, and never touches CUDA:
forks of a process that did are broken. While children live it looks at their memory ten times a second, since resource
limits hold per process only.

In namespaces mode the server first makes a process namespace of its own: bubblewrap nests two user namespaces, and from
one that it made itself the server may step back out after each unshare.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import os
import select
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.sandbox import child, limits, linux, seccomp
from autograder.sandbox.protocol import Event, ServerConfig, Spawn
from autograder.sandbox.shell import make_shell, warm_up

_THREAD_VARIABLES = "OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS NUMEXPR_NUM_THREADS".split()
_MESSAGE_BYTES = 1 << 16
_REAP_SECONDS = 3.0


@dataclass
class _Running:
    id: int
    pid: int
    limit: int  # bytes for the whole tree of processes
    uid: int
    home: str
    peak: int = 0
    killed_for: str = ""


def main() -> None:
    """Runs until the grader hangs up. Never returns: torch's own teardown takes half a second."""
    started = time.perf_counter()
    gc.disable()  # the imports make a million objects, and all of them stay
    config = msgspec.json.decode(sys.argv[-1].encode(), type=ServerConfig)
    control = socket.socket(fileno=config.control)
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"), PYTORCH_NVML_BASED_CUDA_CHECK="1", MPLBACKEND="agg")
    if not config.paths.gpu:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    if "namespaces" in config.layers:
        _own_process_namespace(control)
    server = _Server(config, control)
    control.send(msgspec.json.encode(Event("ready", seconds=time.perf_counter() - started)))
    server.serve()
    os._exit(0)


def _own_process_namespace(control: socket.socket) -> None:
    linux.unshare(linux.NEWPID | linux.NEWNS)
    pid = os.fork()
    if pid:
        control.close()
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
    linux.prctl(linux.PDEATHSIG, signal.SIGKILL)
    linux.mount(None, "/", None, linux.REC | linux.PRIVATE)
    linux.mount("proc", "/proc", "proc", linux.NOSUID | linux.NODEV | linux.NOEXEC)


class _Server:
    def __init__(self, config: ServerConfig, control: socket.socket) -> None:
        self.config, self.control = config, control
        self.private = "namespaces" in config.layers
        for name in config.preload:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        self.shell = make_shell()
        warm_up(self.shell)
        self.bpf = seccomp.compiled(cuda=bool(config.paths.gpu)) if "seccomp" in config.layers else b""
        linux.prctl(linux.CHILD_SUBREAPER, 1)  # orphans of a submission come to us
        linux.prctl(linux.SET_DUMPABLE, 1 if self.private else 0)  # children of our own user must not read our memory
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(1)
        self._insist_on_one_thread()
        self.own_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC) if self.private else -1
        gc.freeze()  # else the first collection in each child copies 100 MB of pages; next to none is garbage
        gc.enable()
        linux.join_pages()
        self.shared_bytes = _status_bytes("self", "RssAnon")
        self.running: dict[int, _Running] = {}  # by pidfd
        self.poll = select.poll()
        self.poll.register(control, select.POLLIN)

    def _insist_on_one_thread(self) -> None:
        threads = len(os.listdir("/proc/self/task"))
        if threads != 1:
            raise RuntimeError(f"{threads} threads in the warm server: a child could inherit a lock that nobody holds")

    def serve(self) -> None:
        while True:
            ready = self.poll.poll(limits.WATCH_MS if self.running else None)
            if self.running:
                self._watch_memory()
            for fd, _ in ready:
                if fd in self.running:
                    self._collect(fd)
                elif not self._command():
                    return

    # --- spawning ---

    def _command(self) -> bool:
        try:
            message, fds, _, _ = socket.recv_fds(self.control, _MESSAGE_BYTES, 2)
        except ConnectionResetError:
            return False
        if not message:
            return False
        self._spawn(msgspec.json.decode(message, type=Spawn), fds)
        return True

    def _spawn(self, spawn: Spawn, fds: list[int]) -> None:
        started = time.perf_counter()
        uid = self.config.first_uid + spawn.id % 1000 if self.config.first_uid and "uid" in self.config.layers else 0
        home = self._make_home(spawn.id, uid)
        if spawn.cores:
            with contextlib.suppress(OSError):
                os.sched_setaffinity(0, spawn.cores)  # the child inherits it
        if self.private:
            linux.unshare(linux.NEWPID)  # holds for the next fork only
        pid = os.fork()
        if pid == 0:
            try:
                self.control.close()
                child.run(self.shell, self.config, spawn, home, fds, self.bpf)
            finally:
                os._exit(1)
        if self.private:
            linux.setns(self.own_namespace, linux.NEWPID)
        for fd in fds:
            os.close(fd)
        pidfd = os.pidfd_open(pid)
        limit = int(spawn.limits.memory_mb * limits.MB * limits.TREE_FACTOR)
        self.running[pidfd] = _Running(spawn.id, pid, limit, uid, home)
        self.poll.register(pidfd, select.POLLIN)
        event = Event("spawned", id=spawn.id, seconds=time.perf_counter() - started)
        socket.send_fds(self.control, [msgspec.json.encode(event)], [pidfd])

    def _make_home(self, number: int, uid: int) -> str:
        if self.private:
            return "/tmp/work"  # on the child's own tmpfs, made by the child
        home = os.path.join(self.config.scratch, str(number))
        os.makedirs(home, mode=0o700)
        if uid:
            os.chown(home, uid, uid)
        return home

    # --- watching ---

    def _watch_memory(self) -> None:
        processes = self._others()
        used = sum(_extra_bytes(pid, self.shared_bytes) for pid in processes)
        for running in self.running.values():
            running.peak = max(running.peak, used)
        limit = min(running.limit for running in self.running.values())
        if used > limit and (_exact_bytes(processes) or used) > limit:
            for pidfd, running in self.running.items():
                running.killed_for = "memory"
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def _others(self) -> list[int]:
        """Every process of the submissions: all of our namespace's but us, or else all our descendants."""
        if self.private:
            return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
        found, todo = [], [os.getpid()]
        while todo:
            with contextlib.suppress(OSError):
                task = f"/proc/{todo.pop()}/task"
                for thread in os.listdir(task):
                    children = [int(pid) for pid in Path(task, thread, "children").read_text().split()]
                    found += children
                    todo += children
        return found

    # --- the end of a child ---

    def _collect(self, pidfd: int) -> None:
        running = self.running.pop(pidfd)
        self.poll.unregister(pidfd)
        os.close(pidfd)
        if not self.private:
            self._kill_leftovers(running.uid)
            shutil.rmtree(running.home, ignore_errors=True)
        _, status, usage = os.wait4(running.pid, 0)
        _reap_orphans()
        event = Event(
            "exited",
            id=running.id,
            status=status,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            peak_bytes=max(running.peak, 0),
            killed_for=running.killed_for,
        )
        self.control.send(msgspec.json.encode(event))

    def _kill_leftovers(self, uid: int) -> None:
        """Without a process namespace: kills what the submission left running, until nothing is left."""
        end = time.monotonic() + _REAP_SECONDS
        while time.monotonic() < end:
            if uid:
                _kill_all_of(uid)
            alive = [pid for pid in self._others() if _is_alive(pid)]
            if not alive:
                return
            for pid in alive:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)


def _kill_all_of(uid: int) -> None:
    """A short-lived process of that user kills all that the user has: no race with a fork bomb."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _reap_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _status_bytes(pid: int | str, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    return 0


def _extra_bytes(pid: int, shared: int) -> int:
    """Upper bound: anonymous memory beyond what the server shares with every child, plus shared memory."""
    try:
        return max(0, _status_bytes(pid, "RssAnon") - shared) + _status_bytes(pid, "RssShmem")
    except OSError:
        return 0


def _exact_bytes(processes: list[int]) -> int | None:
    """Slower and right: each page counted once. None when a process hides."""
    total = 0
    for pid in processes:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
            total += 1024 * (sizes["Private_Dirty"] + sizes["Pss_Shmem"])
        except PermissionError:
            return None
        except (OSError, KeyError, IndexError, ValueError):
            continue
    return total
