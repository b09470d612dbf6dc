"""The messages: to and from the warm server (JSON over a packet socket), and a process's reply (frames, wire.py)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from autograder.sandbox.limits import Limits


class Paths(msgspec.Struct):
    """What a process in the jail may touch."""

    read: list[str]
    write: list[str]
    devices: list[str]
    gpu: list[str] = []  # device nodes of GPUs


class ServerConfig(msgspec.Struct):
    """How the warm server starts; its only command line argument."""

    control: int  # file descriptor of the packet socket to the grader
    layers: list[str]
    paths: Paths
    preload: list[str]
    scratch: str  # parent of the submissions' working folders
    first_uid: int  # users mode: each submission gets its own user id from here on; 0: stay who you are


class Spawn(msgspec.Struct):
    """Fork a child. Two file descriptors travel with it: its socket to the grader, the write end of its output pipe."""

    id: int
    limits: Limits
    seed: int
    environment: dict[str, str]
    cuda: bool = False
    cores: list[int] = []  # that it may use; none named: as before


class Event(msgspec.Struct):
    """From the warm server: `ready` once, `spawned` (with the pidfd) and `exited` for each child."""

    kind: str
    id: int = 0
    status: int = 0  # of wait(2)
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    killed_for: str = ""  # "memory" when the watch over the process tree ended it
    detail: str = ""
    seconds: float = 0.0


class Reply(msgspec.Struct, forbid_unknown_fields=True):
    """The only shape that an answer of a submission's process may have; anything else breaks the protocol."""

    id: str
    ok: bool
    value: Any = None
    error: list[str] = []  # type, message, place, function


class Shown(msgspec.Struct, forbid_unknown_fields=True):
    """One output of a notebook cell, with the fields that nbformat gives it."""

    output_type: Literal["stream", "execute_result", "display_data", "error"]
    name: Literal["stdout", "stderr"] = "stdout"
    text: str = ""
    data: dict[str, str] = {}
    ename: str = ""
    evalue: str = ""
    traceback: list[str] = []
