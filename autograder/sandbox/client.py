"""The trusted handle of a warm server: start it once per worker, open a session per submission."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import msgspec

from autograder.errors import SandboxError
from autograder.sandbox import launch, limits
from autograder.sandbox.isolation import Mode
from autograder.sandbox.protocol import Event, Spawn
from autograder.sandbox.session import Session
from autograder.sandbox.shared_core import SharedCore

_EXIT_SECONDS = 10.0
_MESSAGE_BYTES = 1 << 16


class ServerDied(SandboxError):
    """The warm server is gone: start a new one and try once more. Never a student's fault to be graded."""


class WarmServer:
    """A warm server in its jail. Starting takes some 4 s (the imports), opening a session some 20 ms."""

    def __init__(self, mode: Mode, preload: list[str] | None = None, *, cuda: bool = False) -> None:
        self.mode, self.cuda = mode, cuda
        self._opened = 0
        self._exits: dict[int, Event] = {}
        self._core = SharedCore(wanted=not cuda)  # drivers of GPUs have threads of their own
        self._scratch = tempfile.mkdtemp(prefix="autograder-")
        os.chmod(self._scratch, 0o711)
        if mode is not Mode.NAMESPACES:
            launch.copy_code(self._scratch)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        config = launch.server_config(mode, theirs.fileno(), self._scratch, preload, cuda=cuda)
        self._process = subprocess.Popen(
            launch.command(mode, config, cuda=cuda),
            env=launch.environment(mode, self._scratch),
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self.start_seconds = 0.0
        self._ready = False

    def wait_until_ready(self) -> None:
        """Raises ServerDied when it does not start."""
        if self._ready:
            return
        event = self._event(limits.START_SECONDS)
        if event.kind != "ready":
            raise ServerDied(f"the warm server said {event.kind!r} instead of 'ready'")
        self.start_seconds, self._ready = event.seconds, True

    @property
    def pid(self) -> int:
        return self._process.pid

    def open(
        self, bounds: limits.Limits | None = None, seed: int = 0, environment: dict[str, str] | None = None
    ) -> Session:
        """A new, locked-down process for one submission."""
        self.wait_until_ready()
        self._opened += 1
        bounds = bounds or limits.Limits()
        spawn = Spawn(self._opened, bounds, seed, environment or {}, self.cuda, self._core.begin())
        ours, theirs = socket.socketpair()
        reader, writer = os.pipe()
        try:
            socket.send_fds(self._control, [msgspec.json.encode(spawn)], [theirs.fileno(), writer])
            pidfd = self._spawned(spawn.id)
        except (OSError, ServerDied) as error:
            self._core.end(0.0)
            ours.close()
            os.close(reader)
            raise ServerDied("the warm server is gone") from error
        finally:
            theirs.close()
            os.close(writer)
        return Session(self, spawn.id, ours, reader, pidfd, bounds)

    def wait_for_exit(self, number: int) -> Event:
        """How the process ended."""
        end, computed = time.monotonic() + _EXIT_SECONDS, 0.0
        try:
            while number not in self._exits:
                event = self._event(end - time.monotonic())
                self._exits[event.id] = event
            computed = self._exits[number].cpu_seconds
            return self._exits.pop(number)
        finally:
            self._core.end(computed)

    def close(self) -> None:
        self._control.close()  # it ends by itself when we hang up
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> WarmServer:
        self.wait_until_ready()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _spawned(self, number: int) -> int:
        while True:
            event, fds = self._receive(limits.LOCK_DOWN_SECONDS)
            if event.kind == "spawned" and event.id == number:
                return fds[0]
            self._exits[event.id] = event

    def _event(self, seconds: float) -> Event:
        return self._receive(seconds)[0]

    def _receive(self, seconds: float) -> tuple[Event, list[int]]:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        if seconds <= 0 or not poll.poll(seconds * 1000):
            raise ServerDied("the warm server does not answer")
        with contextlib.suppress(OSError):
            message, fds, _, _ = socket.recv_fds(self._control, _MESSAGE_BYTES, 1)
            if message:
                return msgspec.json.decode(message, type=Event), fds
        raise ServerDied("the warm server is gone" + self._exit_note())

    def _exit_note(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return f" (exit status {self._process.wait(1)})"
        return ""
