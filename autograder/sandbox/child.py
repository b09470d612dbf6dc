"""What runs in a submission's process once it is locked down: it runs cells and answers questions, and nothing here is
trusted any more. It holds no reference, no expected value, no tolerance.

A question is a dict with an `op`; the functions named `_op_...` below are all there are. An answer is a value or an
exception's type, text and place. Objects that cannot travel stay here under a number (a handle).
"""

from __future__ import annotations

import collections
import importlib
import io
import linecache
import marshal
import os
import random
import signal
import socket
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograder.sandbox import limits, lockdown, wire
from autograder.sandbox.protocol import ServerConfig, Spawn
from autograder.sandbox.shell import Shell

if TYPE_CHECKING:
    from autograder.sandbox.recording import Recorder

_LOCK_DOWN_FAILED = 98  # exit status
_NO_ATTRIBUTE = object()
_CALLS = ("call", "get", "probe")  # questions that may run functions of the student


class _MissingName(KeyError):
    """Sent instead of NameError: that one may come from inside the student's code."""


class _Namespace(collections.UserDict):
    """The notebook's globals as probes see them: a name that is not there is the student's to define."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.data = names

    def __missing__(self, name: str) -> Any:
        raise _MissingName(name)


def run(shell: Shell, config: ServerConfig, spawn: Spawn, home: str, fds: list[int], bpf: bytes) -> None:
    """Locks down and serves until the grader hangs up. Never returns."""
    try:
        lockdown.lock_down(config, spawn, home, fds[0], fds[1], bpf)
    except BaseException as error:
        os.write(2, f"lock-down failed: {type(error).__name__}: {error}".encode())
        os._exit(_LOCK_DOWN_FAILED)
    _prepare_interpreter(spawn.seed, cuda=spawn.cuda)
    if spawn.cuda:
        _make_cuda_repeatable()
    server = _Child(shell, wire.Channel(socket.socket(fileno=lockdown.SOCKET_FD)), cuda=spawn.cuda)
    try:
        server.serve()
    except wire.WireError:
        os._exit(0)


def _prepare_interpreter(value: int, *, cuda: bool) -> None:
    for name, fd in (("stdout", 1), ("stderr", 2)):
        raw = open(fd, "wb", closefd=False)  # noqa: SIM115 - open as long as the process lives
        setattr(sys, name, io.TextIOWrapper(raw, encoding="utf-8", errors="replace", line_buffering=True))
    sys.argv[:] = [""]
    sys.path.insert(0, "")
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(1)
        vars(torch)["set_num_threads"] = lambda number: None  # two threads on a busy core make training 20 times slower
    seed(value, cuda=cuda)


def _make_cuda_repeatable() -> None:
    """The same numbers at every run as far as CUDA can, and float32 as on the CPU. Initialises nothing."""
    import torch

    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.set_float32_matmul_precision("highest")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


def seed(value: int, *, cuda: bool) -> None:
    """Seeds every global generator a submission may use.

    Without CUDA only torch's own for the CPU: `torch.manual_seed` also keeps a note, with a stack trace, of what to do
    should CUDA ever start, which takes a hundred times as long."""
    random.seed(value)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(value % 2**32)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(value) if cuda else torch.default_generator.manual_seed(value)


class _Child:
    """The serving loop and its state: kept objects, probes, and what to put back after a check."""

    def __init__(self, shell: Shell, channel: wire.Channel, *, cuda: bool) -> None:
        self.shell = shell
        self.channel = channel
        self.cuda = cuda
        self.objects: list[Any] = []
        self.probes = types.ModuleType("probes")
        self.undo: list[Callable[[], None]] = []
        self.busy = False
        self.recorder: Recorder | None = None
        self.pid = os.getpid()
        signal.signal(signal.SIGINT, self._interrupted)

    # --- the loop ---

    def serve(self) -> None:
        self.channel.send(wire.encode({"id": "ready", "ok": True}))
        while True:
            question = self.channel.receive()
            try:
                parts = self._answer(question)
            except BaseException as error:  # the interrupt, come in the moment between answer and loop
                parts = wire.encode({"id": question["id"], "ok": False, "error": _describe(error)})
            if os.getpid() != self.pid:  # a copy that the student's code forked: it must not answer too
                os._exit(0)
            self.channel.send(parts)

    def _answer(self, question: dict[str, Any]) -> list[bytes | memoryview]:
        switches = _switches() if question["op"] in _CALLS else None
        try:
            self.busy = True
            if question.get("seed") is not None:
                seed(question["seed"], cuda=self.cuda)
            value = getattr(self, "_op_" + question["op"])(question)
            parts = wire.encode({"id": question["id"], "ok": True, "value": value}, self._keep)
        except BaseException as error:
            self.busy = False
            parts = wire.encode({"id": question["id"], "ok": False, "error": _describe(error)})
        finally:
            self.busy = False
            _put_back(switches)
            _flush()
        return parts

    def _interrupted(self, signum: int, frame: Any) -> None:
        if self.busy:
            raise KeyboardInterrupt

    def _keep(self, value: Any) -> wire.Handle:
        self.objects.append(value)
        return wire.Handle(len(self.objects) - 1, str(type(value).__name__)[:80])

    # --- what can be asked ---

    def _op_cell(self, question: dict[str, Any]) -> None:
        result = self.shell.run_cell(question["text"], store_history=False)
        if error := result.error_before_exec or result.error_in_exec:
            raise error

    def _op_run(self, question: dict[str, Any]) -> Any:
        """As `cell`, but the answer is what the cell shows, its error included."""
        if self.recorder is None:
            from autograder.sandbox.recording import Recorder

            self.recorder = Recorder(self.shell)
        return self.recorder.run(question["text"])

    def _op_write(self, question: dict[str, Any]) -> None:
        with open(os.path.basename(question["name"]), "w", encoding="utf-8") as file:
            file.write(question["text"])
        _look_again(".")

    def _op_put(self, question: dict[str, Any]) -> None:
        """A file of any kind, its name relative to the working folder."""
        folder = os.path.dirname(question["name"]) or "."
        os.makedirs(folder, exist_ok=True)
        with open(question["name"], "wb") as file:
            file.write(question["data"].tobytes())
        _look_again(folder)

    def _op_probes(self, question: dict[str, Any]) -> None:
        """Defines the probes: the common ones, then the assignment's own, in one module."""
        common = importlib.import_module("autograder.sandbox.common_probes")
        self.probes.__dict__.update({name: value for name, value in vars(common).items() if not name.startswith("__")})
        sys.modules["probes"] = self.probes
        exec(marshal.loads(question["code"].tobytes()), self.probes.__dict__)  # the grader's code, not a student's

    def _op_has(self, question: dict[str, Any]) -> bool:
        return question["name"] in self.shell.user_ns

    def _op_call(self, question: dict[str, Any]) -> Any:
        function = self._find(question["target"])
        if question.get("method"):
            function = getattr(function, question["method"])
        return function(*self._received(question["args"]), **self._received(question["kwargs"]))

    def _op_get(self, question: dict[str, Any]) -> Any:
        return getattr(self._find(question["target"]), question["name"])

    def _op_probe(self, question: dict[str, Any]) -> Any:
        function = getattr(self.probes, question["name"])
        args, kwargs = self._received(question["args"]), self._received(question["kwargs"])
        return function(_Namespace(self.shell.user_ns), *args, **kwargs)

    def _op_stub(self, question: dict[str, Any]) -> None:
        stub = getattr(self.probes, question["name"])
        if question["args"]:
            stub = stub(_Namespace(self.shell.user_ns), *self._received(question["args"]))
        self._put(question["target"], stub)

    def _op_replace(self, question: dict[str, Any]) -> None:
        self._put(question["target"], self._received(question["value"]))

    def _op_tidy(self, question: dict[str, Any]) -> None:
        """After a check: neighbours back in their places, objects forgotten."""
        for action in reversed(self.undo):
            action()
        self.undo.clear()
        self.objects.clear()

    # --- names and values ---

    def _find(self, target: Any) -> Any:
        if isinstance(target, wire.Handle):
            return self.objects[target.number]
        first, *rest = target.split(".")
        if first not in self.shell.user_ns:
            raise _MissingName(first)
        found = self.shell.user_ns[first]
        for position, name in enumerate(rest, 1):
            if not hasattr(found, name):
                raise _MissingName(".".join([first, *rest[:position]]))
            found = getattr(found, name)
        return found

    def _put(self, target: str, value: Any) -> None:
        owner, _, name = target.rpartition(".")
        if not owner:
            self._remember(self.shell.user_ns.get(name, _NO_ATTRIBUTE), self._set_global, name)
            self.shell.user_ns[name] = value
            return
        thing = self._find(owner)
        old = vars(thing).get(name, _NO_ATTRIBUTE)
        self._remember(old, lambda key, before: _set_attribute(thing, key, before), name)
        setattr(thing, name, value)

    def _remember(self, old: Any, restore: Callable[[str, Any], None], name: str) -> None:
        self.undo.append(lambda: restore(name, old))

    def _set_global(self, name: str, value: Any) -> None:
        if value is _NO_ATTRIBUTE:
            self.shell.user_ns.pop(name, None)
        else:
            self.shell.user_ns[name] = value

    def _received(self, value: Any) -> Any:
        """A value from the wire with handles turned back into objects."""
        if isinstance(value, wire.Handle):
            return self.objects[value.number]
        if isinstance(value, list):
            return [self._received(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self._received(item) for item in value)
        if isinstance(value, dict):
            return {key: self._received(item) for key, item in value.items()}
        return value


def _look_again(folder: str) -> None:
    """Makes imports see a file that is new in a folder. `importlib.invalidate_caches` writes to a thousand pages that
    are shared with the warm server till then: 3 ms."""
    sys.path_importer_cache.pop(os.path.abspath(folder), None)


def _set_attribute(thing: Any, name: str, value: Any) -> None:
    if value is _NO_ATTRIBUTE:
        delattr(thing, name)
    else:
        setattr(thing, name, value)


def _switches() -> tuple[bool, Any] | None:
    """What a function may turn off for the whole process: gradients, and the type of new tensors."""
    torch = sys.modules.get("torch")
    return (torch.is_grad_enabled(), torch.get_default_dtype()) if torch else None


def _put_back(switches: tuple[bool, Any] | None) -> None:
    """Undoes what one call turned off, so that it does not cost points in other tasks."""
    if switches is None:
        return
    torch = sys.modules["torch"]
    try:
        torch.set_grad_enabled(switches[0])
        torch.set_default_dtype(switches[1])
    except BaseException:  # the student may have put anything there
        return


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # the student may have put anything there
            continue


def _describe(error: BaseException) -> list[str]:
    """Type, text, place and function of an exception, as strings of bounded length."""
    try:
        kind, text = type(error).__name__, str(error)
    except BaseException:
        kind, text = "Exception", "(its message cannot be shown)"
    if isinstance(error, _MissingName):
        kind, text = "MissingName", str(error.args[0])
    place, function = _place(error)
    if isinstance(error, SyntaxError):
        text, place = str(error.msg), f"line {error.lineno}: {(error.text or '').strip()[: limits.PLACE_CHARS]}"
    return [part[: limits.MESSAGE_CHARS] for part in (str(kind), text, place, function)]


def _place(error: BaseException) -> tuple[str, str]:
    """The innermost line of the notebook on the way to the error, and the function it is in."""
    found = ("", "")
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if "ipython-input" in code.co_filename:
            line = linecache.getline(code.co_filename, traceback.tb_lineno).strip()[: limits.PLACE_CHARS]
            name = getattr(code, "co_qualname", code.co_name)
            found = (f"line {traceback.tb_lineno}: {line}", "" if name == "<module>" else name)
        traceback = traceback.tb_next
    return found
