"""The format in which values cross between a check (trusted) and a submission's process (not trusted).

A frame is a 4-byte little-endian header length, the header, then raw array blocks back to back:

    header = msgpack {"sizes": [bytes of each block], "body": message}

Inside the message only these values exist: None, bool, int (64 bit), float, str, list, tuple, dict with str or int
keys, arrays, tensors, and handles (numbers for objects that stay in the submission's process). An array is its
dtype's name, its shape and the number of its block; nothing in the format names a class, a module or a function, so
decoding runs no code that the sender chose. No pickle, no eval, no object arrays.

The receiver checks every length before it takes memory, memory grows only as bytes arrive, one deadline covers a whole
frame, and whatever is wrong ends in `Hostile`. Limits are in limits.py.
"""

from __future__ import annotations

import math
import select
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from autograder.sandbox import limits
from autograder.sandbox.fair_time import LOOK_SECONDS, now

_ARRAY, _TENSOR, _HANDLE, _TUPLE = 1, 2, 3, 4  # msgpack extension codes
_LENGTH = struct.Struct("<I")
_CHUNK = limits.MB  # a lying length costs us this much memory at most

NUMPY_DTYPES = frozenset(
    "bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 float16 float32 float64 complex64 complex128".split()
)
TENSOR_DTYPES = NUMPY_DTYPES | {"bfloat16"}


class WireError(Exception):
    """Communication with a submission's process ended."""


class Hostile(WireError):
    """The other side broke the format."""


class DeadlinePassed(WireError):
    """No whole frame arrived in time."""


class Closed(WireError):
    """The other side is gone."""


class Unsendable(WireError):
    """A value of ours (or of the student's, on his side) does not fit into the format."""


@dataclass(frozen=True)
class Handle:
    """An object that stays in the submission's process: its number there and the name of its type."""

    number: int
    type: str


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    sizes: list[int]
    body: msgspec.Raw


class _ArrayHeader(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    dtype: str
    shape: list[int]
    block: int


_header_decoder = msgspec.msgpack.Decoder(_Header)
_array_decoder = msgspec.msgpack.Decoder(_ArrayHeader)
_handle_decoder = msgspec.msgpack.Decoder(tuple[int, str])


# --- encoding ------------------------------------------------------------------------------------------------------


class _Encoder:
    """Turns a tree of values into msgpack with array blocks beside it."""

    def __init__(self, keep: Callable[[Any], Handle] | None) -> None:
        self.blocks: list[memoryview | bytes] = []
        self.keep = keep  # what to do with an object that cannot travel; None: refuse
        self.items = 0

    def tree(self, value: Any, depth: int = 0) -> Any:
        self.items += 1
        if depth > limits.DEPTH:
            raise Unsendable("nested too deeply")
        if self.items > limits.ITEMS:
            raise Unsendable(f"more than {limits.ITEMS} values")
        if value is None or isinstance(value, (bool, str)):
            return value if value is None or isinstance(value, bool) else str(value)
        if isinstance(value, np.generic) and value.dtype.kind in "biuf":
            value = value.item()
        if isinstance(value, int):
            if not -(1 << 63) <= value < 1 << 63:
                raise Unsendable("an integer beyond 64 bits")
            return int(value)
        if isinstance(value, float):
            return float(value)
        if isinstance(value, dict) and all(isinstance(key, (str, int)) for key in value):
            return {key: self.tree(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [self.tree(item, depth + 1) for item in value]
        if isinstance(value, tuple):
            items = [self.tree(item, depth + 1) for item in value]
            return msgspec.msgpack.Ext(_TUPLE, msgspec.msgpack.encode(items))
        return self._object(value)

    def _object(self, value: Any) -> msgspec.msgpack.Ext:
        if isinstance(value, Handle):
            return msgspec.msgpack.Ext(_HANDLE, msgspec.msgpack.encode((value.number, value.type)))
        if isinstance(value, np.ndarray) and value.dtype.name in NUMPY_DTYPES:
            return self._array(_ARRAY, value.dtype.name, np.asarray(value))
        if _is_dense_tensor(value):
            return self._array(_TENSOR, *_tensor_to_array(value))
        if self.keep is None:
            raise Unsendable(f"a {type(value).__name__} cannot travel")
        return self._object(self.keep(value))

    def _array(self, code: int, dtype: str, array: np.ndarray) -> msgspec.msgpack.Ext:
        shape = list(array.shape)
        array = np.ascontiguousarray(array)
        self.blocks.append(array.reshape(-1).view(np.uint8).data if array.size else b"")
        header = msgspec.msgpack.encode([dtype, shape, len(self.blocks) - 1])
        return msgspec.msgpack.Ext(code, header)


def _is_dense_tensor(value: Any) -> bool:
    """Whether it is a torch tensor with plain storage, without importing torch here."""
    kind = type(value)
    if not any(base.__name__ == "Tensor" and base.__module__ == "torch" for base in kind.__mro__):
        return False
    return str(value.layout) == "torch.strided" and not value.is_quantized and _dtype_name(value) in TENSOR_DTYPES


def _dtype_name(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _tensor_to_array(tensor: Any) -> tuple[str, np.ndarray]:
    tensor = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    name = _dtype_name(tensor)
    if name == "bfloat16":  # numpy has none: its bits travel
        import torch

        tensor = tensor.view(torch.uint16)
    return name, tensor.numpy()


def encode(message: Any, keep: Callable[[Any], Handle] | None = None) -> list[bytes | memoryview]:
    """The parts of one frame. `keep` stores an object that cannot travel and returns its handle; without it such an
    object raises Unsendable."""
    encoder = _Encoder(keep)
    body = msgspec.msgpack.encode(encoder.tree(message))
    sizes = [len(block) for block in encoder.blocks]
    if len(sizes) > limits.BLOCKS or sum(sizes) > limits.FRAME_BYTES:
        raise Unsendable(f"more than {limits.FRAME_BYTES // limits.MB} MB of arrays")
    header = msgspec.msgpack.encode(_Header(sizes, msgspec.Raw(body)))
    if len(header) > limits.HEADER_BYTES:
        raise Unsendable(f"more than {limits.HEADER_BYTES >> 10} KB of values outside arrays")
    return [_LENGTH.pack(len(header)) + header, *encoder.blocks]


# --- decoding ------------------------------------------------------------------------------------------------------


class _Decoder:
    """Turns a message back into values; every array block may be used once."""

    def __init__(self, blocks: list[bytearray]) -> None:
        self.blocks = blocks
        self.used: set[int] = set()
        self.depth = 0
        self.extensions = 0

    def extension(self, code: int, data: memoryview) -> Any:
        self.extensions += 1
        if self.extensions > limits.ITEMS:
            raise Hostile("too many values")
        if code == _TUPLE:
            return self._tuple(data)
        if code == _HANDLE:
            return Handle(*_handle_decoder.decode(data))
        if code == _ARRAY:
            return self._array(_array_decoder.decode(data), NUMPY_DTYPES)
        if code == _TENSOR:
            return self._tensor(_array_decoder.decode(data))
        raise Hostile(f"unknown extension {code}")

    def _tuple(self, data: memoryview) -> tuple:
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise Hostile("nested too deeply")
        items = msgspec.msgpack.decode(data, ext_hook=self.extension, type=list)
        self.depth -= 1
        return tuple(items)

    def _array(self, header: _ArrayHeader, dtypes: frozenset[str]) -> np.ndarray:
        if header.dtype not in dtypes:
            raise Hostile("unknown dtype")
        if len(header.shape) > limits.DIMENSIONS or any(not 0 <= n <= limits.FRAME_BYTES for n in header.shape):
            raise Hostile("impossible shape")
        if not 0 <= header.block < len(self.blocks) or header.block in self.used:
            raise Hostile("block missing or used twice")
        self.used.add(header.block)
        block = self.blocks[header.block]
        dtype = np.dtype("uint16" if header.dtype == "bfloat16" else header.dtype)
        if math.prod(header.shape) * dtype.itemsize != len(block):
            raise Hostile("array size and block size differ")
        array = np.frombuffer(block, dtype).reshape(header.shape)
        if dtype.kind == "b" and array.size and np.frombuffer(block, np.uint8).max() > 1:
            raise Hostile("a bool that is neither 0 nor 1")
        return array

    def _tensor(self, header: _ArrayHeader) -> Any:
        array = self._array(header, TENSOR_DTYPES)
        import torch

        tensor = torch.from_numpy(array) if array.size else torch.empty(array.shape, dtype=_torch_dtype(header.dtype))
        return tensor.view(torch.bfloat16) if header.dtype == "bfloat16" and array.size else tensor


def _torch_dtype(name: str) -> Any:
    import torch

    return getattr(torch, name)


def decode(body: msgspec.Raw, blocks: list[bytearray], type: Any = dict) -> Any:
    """The message of a frame, checked against `type` (a msgspec Struct on the trusted side)."""
    decoder = _Decoder(blocks)
    try:
        return msgspec.msgpack.decode(body, type=type, ext_hook=decoder.extension, strict=True)
    except Hostile:
        raise
    except Exception as error:  # truncated, too deep (RecursionError), bad UTF-8, wrong type: never one exception class
        raise Hostile(f"undecodable message: {error.__class__.__name__}") from None


# --- frames over a socket ------------------------------------------------------------------------------------------

Wait = Callable[[socket.socket, int, float], None]  # (socket, poll event, seconds left); raises when there is no point


def _poll(sock: socket.socket, event: int, seconds: float) -> None:
    poll = select.poll()
    poll.register(sock, event)
    if not poll.poll(seconds * 1000):
        raise DeadlinePassed


class Channel:
    """Frames over a stream socket. `wait` lets the trusted side watch the process and its output while it waits."""

    def __init__(self, sock: socket.socket, wait: Wait = _poll) -> None:
        self.socket = sock
        self.wait = wait
        self._deadline = math.inf
        self._overtime: Callable[[], float | None] | None = None
        sock.setblocking(False)

    def send(
        self,
        parts: list[bytes | memoryview],
        deadline: float = math.inf,
        overtime: Callable[[], float | None] | None = None,
    ) -> None:
        """`overtime`: as for `receive`."""
        self._deadline, self._overtime = deadline, overtime
        for part in parts:
            view = memoryview(part)
            while view:
                try:
                    view = view[self.socket.send(view) :]
                except BlockingIOError:
                    self._until(select.POLLOUT)
                except OSError:
                    raise Closed from None

    def receive(
        self,
        deadline: float = math.inf,
        type: Any = dict,
        overtime: Callable[[], float | None] | None = None,
    ) -> Any:
        """The next message. `overtime` is called when the deadline has passed, and returns a later one or None: what
        has come of a frame until then is kept, so that a reply which a deadline cuts in two is still read as one."""
        self._deadline, self._overtime = deadline, overtime
        (length,) = _LENGTH.unpack(self._exactly(4))
        if length > limits.HEADER_BYTES:
            raise Hostile(f"a header of {length} bytes")
        try:
            header = _header_decoder.decode(self._exactly(length))
        except (msgspec.MsgspecError, RecursionError, ValueError):
            raise Hostile("undecodable header") from None
        if len(header.sizes) > limits.BLOCKS or any(size < 0 for size in header.sizes):
            raise Hostile("impossible block sizes")
        if sum(header.sizes) > limits.FRAME_BYTES:
            raise Hostile(f"a reply of more than {limits.FRAME_BYTES // limits.MB} MB")
        return decode(header.body, [self._exactly(size) for size in header.sizes], type)

    def pending(self) -> bool:
        """Whether bytes wait to be read: before a question is asked, there should be none."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(0))

    def _until(self, event: int) -> None:
        left = self._left()
        try:
            self.wait(self.socket, event, min(left, LOOK_SECONDS))
        except DeadlinePassed:
            self._left()  # raises too, unless there is overtime

    def _left(self) -> float:
        left = self._deadline - now()
        while left <= 0:
            later = self._overtime() if self._overtime is not None else None
            if later is None:
                raise DeadlinePassed
            self._deadline = later
            left = later - now()
        return left

    def _exactly(self, count: int) -> bytearray:
        buffer, filled = bytearray(min(count, _CHUNK)), 0
        while filled < count:
            if filled == len(buffer):
                buffer.extend(bytes(min(count - filled, len(buffer))))
            try:
                with memoryview(buffer) as view:
                    received = self.socket.recv_into(view[filled:])
            except BlockingIOError:
                self._until(select.POLLIN)
                continue
            except OSError:
                raise Closed from None
            if not received:
                raise Closed
            filled += received
            if filled < count:
                self._left()  # one deadline, however slowly the bytes drip
        return buffer
