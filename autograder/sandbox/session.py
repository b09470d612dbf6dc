"""The trusted end of one submission's process: ask, wait, interrupt, kill.

Every wait watches three things at once: the socket with the answer, the pipe with its output, and the process itself,
so that neither silence, nor a flood, nor a grandchild that keeps the descriptors can hold the grader.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import secrets
import select
import signal
import socket
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from autograder.errors import SandboxError
from autograder.sandbox import limits, wire
from autograder.sandbox.endings import as_fault, how_it_ended
from autograder.sandbox.fair_time import Deadline, WaitingForACore, now, waiting
from autograder.sandbox.faults import Crashed, OutOfMemory, ProtocolBroken, StudentError, TimedOut
from autograder.sandbox.isolation import Mode
from autograder.sandbox.protocol import Event, Reply, Shown

if TYPE_CHECKING:
    from autograder.sandbox.client import WarmServer


class _Flood(Exception):
    pass


@lru_cache(maxsize=8)
def _compiled(probes: str) -> bytes:
    """The code of an assignment's probes, once for all its submissions: they run on the same Python."""
    return marshal.dumps(compile(probes, "<probes>", "exec"))


class Session:
    """One submission's process. Made by `WarmServer.open`; closed by `close` or as a context manager."""

    def __init__(
        self,
        server: WarmServer,
        number: int,
        sock: socket.socket,
        output: int,
        pidfd: int,
        bounds: limits.Limits,
    ) -> None:
        self._server, self._number, self._output, self._pidfd = server, number, output, pidfd
        self._channel = wire.Channel(sock, self._wait)
        self._waiting = WaitingForACore(pidfd)
        self._whole = Deadline(self._waiting, bounds.submission_seconds)
        os.set_blocking(output, False)
        self.bounds = bounds
        self.output = b""
        self.output_bytes = 0
        self.fault: StudentError | None = None  # why the process is gone, once it is
        self.exit: Event | None = None
        self._ordered: StudentError | None = None  # see `end_for`
        self._await_ready()

    # --- questions ---

    def cell(self, source: str, seconds: float | None = None) -> None:
        """Runs one notebook cell; raises StudentError when it fails."""
        self._ask("cell", seconds or self.bounds.cell_seconds, text=source)

    def run(self, source: str, seconds: float | None = None) -> list[Shown]:
        """Runs one notebook cell; what it shows, its error included. Raises StudentError when it is interrupted or
        ends its process. What it writes past Python, to the descriptor itself, comes first."""
        begin = len(self.output)
        answer = self._ask("run", seconds or self.bounds.cell_seconds, text=source)
        try:
            shown = msgspec.json.decode(memoryview(answer), type=list[Shown])
            while self._output >= 0 and self._drain():
                pass
        except (TypeError, ValueError, RecursionError, msgspec.DecodeError):
            self._over(ProtocolBroken("a cell's outputs that are none"))
        except _Flood:
            self._over(self._flooded())
        direct = self.output[begin:].decode(errors="replace")
        return [Shown("stream", text=direct), *shown] if direct else shown

    def write(self, name: str, text: str) -> None:
        """Puts a text file into the working folder."""
        self._ask("write", self.bounds.cell_seconds, name=name, text=text)

    def put(self, name: str, data: bytes) -> None:
        """Puts any file of up to FRAME_BYTES into the working folder; folders in its name are made."""
        self._ask("put", self.bounds.cell_seconds, name=name, data=np.frombuffer(data, np.uint8))

    def load_probes(self, text: str) -> None:
        """Defines the probes of this text, which is the grader's own."""
        try:
            code = _compiled(text)
        except SyntaxError as error:
            raise StudentError("SyntaxError", f"{error.msg} (<probes>, line {error.lineno})") from None
        self._ask("probes", self.bounds.cell_seconds, code=np.frombuffer(code, np.uint8))

    def has(self, name: str) -> bool:
        return bool(self._ask("has", self.bounds.check_seconds, name=name))

    def call(
        self,
        target: str | wire.Handle,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        *,
        method: str | None = None,
        seed: int | None = None,
        seconds: float | None = None,
    ) -> Any:
        """Calls a function or class of the notebook by name, or an object that stayed there by its handle."""
        asked = {"target": target, "method": method, "args": args, "kwargs": kwargs or {}, "seed": seed}
        return self._ask("call", seconds or self.bounds.check_seconds, **asked)

    def get(self, target: str | wire.Handle, name: str) -> Any:
        return self._ask("get", self.bounds.check_seconds, target=target, name=name)

    def probe(
        self,
        name: str,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        *,
        seed: int | None = None,
        seconds: float | None = None,
    ) -> Any:
        asked = {"name": name, "args": args, "kwargs": kwargs or {}, "seed": seed}
        return self._ask("probe", seconds or self.bounds.check_seconds, **asked)

    def stub(self, target: str, name: str, args: tuple[Any, ...] = ()) -> None:
        self._ask("stub", self.bounds.check_seconds, target=target, name=name, args=args)

    def replace(self, target: str, value: Any) -> None:
        self._ask("replace", self.bounds.check_seconds, target=target, value=value)

    def tidy(self) -> None:
        """Puts replaced neighbours back and forgets kept objects."""
        self._ask("tidy", self.bounds.check_seconds)

    def waited(self) -> float:
        """Seconds for which the machine had no core free for the process: they count against no limit."""
        return self._waiting.seconds()

    # --- one question and its answer ---

    def _ask(self, op: str, seconds: float, **question: Any) -> Any:
        if self.fault is not None:
            raise self.fault
        number = secrets.token_hex(8)  # an answer sent ahead of its question cannot know it
        try:
            return self._exchange(number, seconds, {"id": number, "op": op, **question})
        except wire.DeadlinePassed:
            self._over(TimedOut(seconds, alive=False))
        except wire.Hostile as error:
            self._over(ProtocolBroken(str(error)))
        except _Flood:
            self._over(self._flooded())
        except wire.Closed:
            self._over(None)

    def _exchange(self, number: str, seconds: float, question: dict[str, Any]) -> Any:
        if self._channel.pending():
            raise wire.Hostile("an answer without a question") if self._alive() else wire.Closed
        allowed = Deadline(self._waiting, seconds, self._whole)
        grace: Deadline | None = None

        def interrupt() -> float | None:
            nonlocal grace
            if grace is None:
                if (later := allowed.later()) is not None:
                    return later
                grace = Deadline(self._waiting, limits.GRACE_SECONDS)
                self._signal(signal.SIGINT)  # a polite process survives a slow call, as in Jupyter
            return grace.later()

        end = allowed.at()
        self._channel.send(wire.encode(question), end, allowed.later)
        reply = self._channel.receive(end, Reply, interrupt)
        if reply.id != number:
            raise wire.Hostile("an answer to another question")
        if grace is not None:
            raise TimedOut(seconds, alive=True)
        if reply.ok:
            return reply.value
        raise as_fault(reply.error, self.bounds)

    def _await_ready(self) -> None:
        try:
            self._channel.receive(now() + limits.LOCK_DOWN_SECONDS, Reply)
        except (wire.WireError, _Flood):
            self.close()
            said = self.output.decode(errors="replace")[:500]
            raise SandboxError(f"the sandbox could not lock a process down: {said or 'no reason given'}") from None

    # --- waiting ---

    def _wait(self, sock: socket.socket, event: int, seconds: float) -> None:
        poll = select.poll()
        poll.register(sock, event)
        poll.register(self._pidfd, select.POLLIN)
        if self._output >= 0:
            poll.register(self._output, select.POLLIN)
        with waiting(seconds):
            ready = dict(poll.poll(seconds * 1000))
        if not ready:
            raise wire.DeadlinePassed
        if self._output in ready:
            self._drain()
        if set(ready) == {self._pidfd}:  # dead, and nothing left to read
            raise wire.Closed

    def _drain(self) -> bool:
        """Takes what the output pipe holds; whether there was anything."""
        try:
            data = os.read(self._output, 1 << 16)
        except BlockingIOError:
            return False
        if not data:
            os.close(self._output)
            self._output = -1
            return False
        self.output_bytes += len(data)
        self.output += data[: max(0, limits.OUTPUT_KEPT - len(self.output))]
        if self.output_bytes > self.bounds.output_kb << 10:
            raise _Flood
        return True

    # --- the end ---

    def _alive(self, patience: float = 0.0) -> bool:
        """Whether the process still lives after so many seconds."""
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return not poll.poll(patience * 1000)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, number)

    def _flooded(self) -> Crashed:
        kb = self.bounds.output_kb
        return Crashed(f"it printed more than {kb} KB" if kb % 1024 else f"it printed more than {kb >> 10} MB")

    def end_for(self, fault: StudentError) -> None:
        """Ends the process from another thread: whoever waits for its answer gets the fault."""
        self._ordered = fault
        self._signal(signal.SIGKILL)

    def _over(self, fault: StudentError | None) -> None:
        """Kills what is left, finds out why it ended, and raises that."""
        ended_itself = fault is None and not self._alive(limits.GRACE_SECONDS)
        self.close()
        exit = self.exit or Event("exited")
        if exit.killed_for == "memory":
            fault = OutOfMemory(alive=False)
        fault = self._ordered or fault
        if fault is None and not ended_itself:
            fault = Crashed("it closed its connection to the grader")
        if fault is None and self._killed_from_outside(exit):
            self.fault = Crashed("its process was killed from outside")
            raise SandboxError("something outside the sandbox killed a submission's process (short of memory?)")
        self.fault = fault or how_it_ended(exit, self.bounds.submission_seconds)
        raise self.fault from None

    def _killed_from_outside(self, exit: Event) -> bool:
        """The first process of a process namespace cannot be killed from within it: then it was no student's doing.
        The kernel itself kills one that is far beyond its limit of processor time."""
        killed = os.WIFSIGNALED(exit.status) and os.WTERMSIG(exit.status) == signal.SIGKILL
        return killed and self._server.mode is Mode.NAMESPACES and exit.cpu_seconds < self.bounds.submission_seconds

    def close(self) -> None:
        """SIGKILL: the first process of a process namespace takes every other one with it."""
        if self._pidfd < 0:
            return
        self._signal(signal.SIGKILL)
        try:
            self.exit = self._server.wait_for_exit(self._number)
        finally:  # also when the server does not answer: whoever asks later must be told
            self._release()
            if self.fault is None:
                self.fault = Crashed("the session is closed")

    def _release(self) -> None:
        with contextlib.suppress(_Flood):
            while self._output >= 0 and self._drain():
                pass
        if self._output >= 0:
            os.close(self._output)
            self._output = -1
        self._waiting.close()
        os.close(self._pidfd)
        self._pidfd = -1
        self._channel.socket.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
