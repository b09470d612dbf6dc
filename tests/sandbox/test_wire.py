"""The wire format: every value comes back as it was, and every broken frame is refused."""

from __future__ import annotations

import contextlib
import math
import socket
import struct
import threading
import time
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from autograder.sandbox import limits, wire
from autograder.sandbox.wire import Channel, Handle, Hostile, Unsendable
from tests.fuzzing import looking

SOON = 5.0


def round_trip(message: Any, keep: Any = None) -> Any:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        parts = wire.encode({"value": message}, keep)
        sender = threading.Thread(target=Channel(theirs).send, args=(parts,))
        sender.start()
        received = Channel(ours).receive(time.monotonic() + SOON)
        sender.join()
        return received["value"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -(1 << 63),
        1.5,
        "ü\n",
        [],
        (),
        {},
        [1, (2, [3, ("a",)])],
        {"a": {1: (None,)}},
        Handle(3, "VAE"),
    ],
)
def test_plain_values_come_back_equal_and_of_the_same_type(value: Any) -> None:
    back = round_trip(value)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_special_floats_come_back(value: float) -> None:
    assert repr(round_trip(value)) == repr(value)


@pytest.mark.parametrize("dtype", sorted(wire.NUMPY_DTYPES))
def test_arrays_come_back_with_dtype_and_shape(dtype: str) -> None:
    array = (np.arange(6).reshape(2, 3) % 2).astype(dtype)
    back = round_trip(array)
    assert isinstance(back, np.ndarray)
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.bool])
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_tensors_come_back_with_dtype_and_shape(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = torch.ones(shape).to(dtype)
    back = round_trip(tensor)
    assert isinstance(back, torch.Tensor)
    assert (back.dtype, back.shape) == (dtype, tensor.shape)
    assert torch.equal(back, tensor)


def test_a_tensor_that_is_a_view_with_gradient_comes_back_detached() -> None:
    tensor = torch.arange(12.0, requires_grad=True).reshape(3, 4).T[1:]
    back = round_trip(tensor)
    assert not back.requires_grad
    assert torch.equal(back, tensor.detach())


def test_an_array_that_came_over_the_wire_may_be_written_to() -> None:
    back = round_trip(np.zeros(3))
    back += 1
    assert back.sum() == 3


@pytest.mark.parametrize("value", [object(), {1.5: 2}, {3, 4}, np.array([object()]), 1 << 64, torch.eye(2).to_sparse()])
def test_what_cannot_travel_is_refused_or_kept(value: Any) -> None:
    with pytest.raises(Unsendable):
        wire.encode(value)
    if not isinstance(value, int):
        assert round_trip(value, keep=lambda thing: Handle(7, type(thing).__name__)) == Handle(7, type(value).__name__)


def test_nesting_and_size_are_bounded_when_sending() -> None:
    deep: list[Any] = []
    for _ in range(limits.DEPTH + 2):
        deep = [deep]
    for value in (
        deep,
        [0] * (limits.ITEMS + 1),
        np.zeros(limits.FRAME_BYTES + 1, np.uint8),
        "x" * limits.HEADER_BYTES,
    ):
        with pytest.raises(Unsendable):
            wire.encode(value)


# --- frames that nobody honest sends -------------------------------------------------------------------------------


def receive(data: bytes, seconds: float = SOON) -> Any:
    ours, theirs = socket.socketpair()
    with ours:
        sender = threading.Thread(target=_send_and_close, args=(theirs, data))
        sender.start()
        try:
            return Channel(ours).receive(time.monotonic() + seconds)
        finally:
            ours.close()
            sender.join()


def _send_and_close(sock: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        sock.sendall(data)
    sock.close()


def frame(body: bytes, sizes: list[int] | None = None, blocks: bytes = b"") -> bytes:
    header = msgspec.msgpack.encode({"sizes": sizes or [], "body": msgspec.Raw(body)})
    return struct.pack("<I", len(header)) + header + blocks


def array(dtype: Any, shape: Any, block: Any, code: int = 1) -> bytes:
    inner = msgspec.msgpack.encode([dtype, shape, block])
    return msgspec.msgpack.encode({"value": msgspec.msgpack.Ext(code, inner)})


_EXT = msgspec.msgpack.Ext
HOSTILE = {
    "header longer than allowed": struct.pack("<I", limits.HEADER_BYTES + 1),
    "header of zero bytes": struct.pack("<I", 0),
    "header that is no msgpack": struct.pack("<I", 3) + b"\xc1\xc1\xc1",
    "header nested 100 000 deep": struct.pack("<I", 100_000) + b"\x91" * 100_000,
    "block of 2**62 bytes": frame(b"\x80", [1 << 62]),
    "block of negative size": frame(b"\x80", [-1]),
    "more blocks than allowed": frame(b"\x80", [0] * (limits.BLOCKS + 1)),
    "body that is a list": frame(b"\x90"),
    "body cut short": frame(b"\x82\xa1a"),
    "body nested 50 000 deep": frame(b"\x81\xa1a" + b"\x91" * 50_000 + b"\x90"),
    "bad UTF-8": frame(b"\x81\xa1a\xa2\xff\xff"),
    "claim of 4e9 elements": frame(b"\x81\xa1a\xdd\xff\xff\xff\xff"),
    "unknown extension": frame(msgspec.msgpack.encode({"value": _EXT(99, b"")})),
    "pickle in an extension": frame(msgspec.msgpack.encode({"value": _EXT(5, b"cos\nsystem\n(S'true'\ntR.")})),
    "object dtype": frame(array("object", [1], 0), [8], bytes(8)),
    "structured dtype": frame(array("i4,i4", [1], 0), [8], bytes(8)),
    "shape that overflows": frame(array("float64", [1 << 32, 1 << 32], 0), [8], bytes(8)),
    "negative shape": frame(array("uint8", [-1], 0), [1], bytes(1)),
    "too many dimensions": frame(array("uint8", [1] * 40, 0), [1], bytes(1)),
    "more elements than bytes": frame(array("float64", [2], 0), [8], bytes(8)),
    "fewer elements than bytes": frame(array("float64", [1], 0), [16], bytes(16)),
    "block that does not exist": frame(array("uint8", [1], 1), [1], bytes(1)),
    "bool that is 7": frame(array("bool", [1], 0), [1], b"\x07"),
    "tensor of unknown dtype": frame(array("quint8", [1], 0, code=2), [1], bytes(1)),
    "dtype that is a number": frame(array(1, [1], 0), [1], bytes(1)),
    "tuples nested too deeply": frame(b"\x81\xa1a" + b"".join([b"\xc7\x03\x04\x91", b"\xc7\x00\x04"])),
    "handle that is text": frame(msgspec.msgpack.encode({"value": _EXT(3, msgspec.msgpack.encode("x"))})),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_frame_is_refused(data: bytes) -> None:
    with pytest.raises((Hostile, wire.Closed)):
        receive(data)


def test_one_block_cannot_stand_for_two_arrays() -> None:
    inner = msgspec.msgpack.encode(["uint8", [1], 0])
    with pytest.raises(Hostile):
        receive(frame(msgspec.msgpack.encode({"a": _EXT(1, inner), "b": _EXT(1, inner)}), [1], b"\x00"))


def test_tuples_nested_beyond_the_limit_are_refused() -> None:
    body = msgspec.msgpack.encode([])
    for _ in range(limits.DEPTH + 2):
        body = msgspec.msgpack.encode([_EXT(4, body)])
    with pytest.raises(Hostile):
        receive(frame(msgspec.msgpack.encode({"value": _EXT(4, body)})))


def test_a_frame_in_drips_ends_at_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.01):
            try:
                theirs.send(b"\x01")
            except OSError:
                return

    with ours, theirs:
        sender = threading.Thread(target=drip)
        sender.start()
        theirs.send(struct.pack("<I", 200_000))
        with pytest.raises(wire.DeadlinePassed):
            Channel(ours).receive(time.monotonic() + 0.2)
        stop.set()
        sender.join()


def test_a_reply_that_the_deadline_cuts_in_two_is_read_as_one() -> None:
    """Else the second half would be taken for a frame, and a slow machine for a hostile submission."""
    ours, theirs = socket.socketpair()
    said = b"".join(wire.encode({"value": "slow"}))
    extensions = []

    def overtime() -> float:
        extensions.append(1)
        theirs.send(said[3:])
        return time.monotonic() + 20

    with ours, theirs:
        theirs.send(said[:3])
        assert Channel(ours).receive(time.monotonic() + 0.05, overtime=overtime) == {"value": "slow"}
    assert extensions == [1]


def test_a_lying_length_costs_no_memory() -> None:
    """A frame that announces 60 MB and sends nothing takes one chunk."""
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(wire.Closed):
        receive(frame(b"\x80", [60 << 20]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


# --- anything at all -----------------------------------------------------------------------------------------------

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.fuzz
@looking(150)
@given(values)
def test_any_value_comes_back(value: Any) -> None:
    assert round_trip(value) == value


@pytest.mark.fuzz
@looking(60)
@given(st_numpy.arrays(st.sampled_from(["float32", "int16", "bool"]), st_numpy.array_shapes(max_dims=4, min_side=0)))
def test_any_array_comes_back(value: np.ndarray) -> None:
    assert np.array_equal(round_trip(value), value, equal_nan=value.dtype.kind == "f")


@pytest.mark.fuzz
@looking(400)
@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_wire_error_or_a_value(data: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        receive(data, seconds=0.5)


@pytest.mark.fuzz
@looking(400)
@given(st.binary(max_size=60), st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_frame_ends_in_a_wire_error_or_a_value(tail: bytes, position: int, byte: int) -> None:
    parts = wire.encode({"value": [np.arange(4.0), (1, "a", {"b": None})]})
    data = bytearray(b"".join(bytes(part) for part in parts))
    data[position % len(data)] = byte
    with contextlib.suppress(wire.WireError):
        receive(bytes(data) + tail, seconds=0.5)
