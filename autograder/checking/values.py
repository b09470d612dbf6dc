"""Expectations about what a student's function returned, as sentences: what came back, and what was expected in words.

No message shows a secret value: shapes, types, counts and places are told, numbers are not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from autograder.checking import diagnosis, tolerances
from autograder.checking.diagnosis import Number
from autograder.checking.failure import fail

Shape = Sequence["int | None"]


def expect_tensor(
    value: Any,
    shape: Shape | None = None,
    name: str = "the result",
    dtype: torch.dtype | None = None,
    *,
    arrays: bool = False,
) -> torch.Tensor:
    """`value` as a tensor, once its type, shape and finiteness are right.

    shape: sizes, None where any size will do; dtype: the exact type asked for, or None for any real one;
    arrays: numpy arrays are right too.
    """
    if arrays and isinstance(value, np.ndarray):
        value = torch.as_tensor(value)
    if not isinstance(value, torch.Tensor):
        fail(f"{name} should be a {'tensor or array' if arrays else 'tensor'}; it is {describe(value)}.")
    if shape is not None:
        _expect_shape(tuple(value.shape), shape, name)
    if dtype is not None and value.dtype != dtype:
        fail(f"{name} should have the type {_type(dtype)}; it has {_type(value.dtype)}.")
    if value.dtype.is_complex:
        fail(f"{name} should hold real numbers; it holds complex ones.")
    expect_finite(value, name)
    return value


def expect_array(value: Any, shape: Shape | None = None, name: str = "the result") -> np.ndarray:
    """`value` as a numpy array; tensors are right too."""
    if not isinstance(value, (np.ndarray, torch.Tensor)):
        fail(f"{name} should be an array; it is {describe(value)}.")
    array: np.ndarray = expect_tensor(value, shape, name, arrays=True).numpy()
    return array


def expect_scalar(value: Any, name: str = "the result") -> float:
    """`value` as a float: a Python number, or a tensor or array of one entry."""
    if isinstance(value, bool) or not isinstance(value, (int, float, torch.Tensor, np.ndarray, np.number)):
        fail(f"{name} should be one number; it is {describe(value)}.")
    shape = tuple(getattr(value, "shape", ()))
    if math.prod(shape) != 1:
        fail(f"{name} should be one number; it is {describe(value)}: reduce it.")
    number = float(value)
    if not math.isfinite(number):
        fail(f"{name} is {number}, not a finite number.")
    return number


def expect_sequence(value: Any, length: int, name: str, parts: str) -> tuple[Any, ...]:
    """`value` as a tuple of this length (a list will do); `parts` says in words what belongs in it."""
    if not isinstance(value, (tuple, list)):
        fail(f"{name} should return {parts}; it returned {describe(value)}.")
    if len(value) != length:
        fail(f"{name} should return {parts}; it returned {len(value)} things.")
    return tuple(value)


def expect_finite(value: torch.Tensor, name: str = "the result") -> None:
    """Fails on NaN and infinities. They come first: a comparison with NaN is neither true nor false."""
    if not (value.is_floating_point() or value.is_complex()):
        return
    bad = int((~torch.isfinite(value)).sum())
    if bad:
        kind = "NaN" if torch.isnan(value).any() else "infinite"
        fail(f"{name} holds numbers that are not finite: {bad} of {value.numel()} are {kind}.")


def close(
    got: Any,
    want: Number,
    name: str = "the result",
    hint: str = "",
    known: Mapping[str, Number] | None = None,
    *,
    factors: Mapping[str, float] | None = None,
    gradient: bool = False,
    device: str = "cpu",
) -> None:
    """Fails unless `got` equals `want` within the tolerance of its type.

    known: {"K1: sentence": the result of that mistake}; factors: {"K2: sentence": ratio to the right result};
    the first that fits names the mistake. `hint` ends the message otherwise.
    """
    wanted = torch.as_tensor(want).detach()
    if wanted.dim() == 0:
        result = torch.as_tensor(expect_scalar(got, name), dtype=torch.float64)
        dtype = got.dtype if isinstance(got, torch.Tensor) else torch.float32
    else:
        result = expect_tensor(got, tuple(wanted.shape), name, arrays=True)
        dtype = result.dtype
    if not dtype.is_floating_point:
        dtype = torch.float32
    pick = tolerances.for_gradients if gradient else tolerances.for_values
    tolerance = pick(tolerances.coarser(dtype, torch.float32), device)
    if diagnosis.equals(result, wanted, tolerance):
        return
    found = diagnosis.by_value(result, known or {}, wanted, tolerance)
    found = found or diagnosis.by_ratio(result, wanted, factors or {}, tolerance)
    if found is not None:
        fail(f"{name} is wrong: {found.sentence}.", found.mistake)
    fail(" ".join(part for part in (_difference(result, wanted, tolerance, name), hint) if part))


def describe(value: Any) -> str:
    """A value in words: "a tensor of shape (3, 2)", "None", "a tuple of 2"."""
    if value is None:
        return "None (is there a return?)"
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"a numpy array of shape {value.shape}"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    name = getattr(value, "type", None) if hasattr(value, "call") else None  # a Remote: the student's own object
    name = name if isinstance(name, str) else type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _expect_shape(got: tuple[int, ...], want: Shape, name: str) -> None:
    fits = len(got) == len(want) and all(size in (None, have) for have, size in zip(got, want, strict=True))
    if not fits:
        sizes = ", ".join("any" if size is None else str(size) for size in want)
        fail(f"{name} should have the shape ({sizes}{',' if len(want) == 1 else ''}); it has {got}.")


def _difference(got: torch.Tensor, want: torch.Tensor, tolerance: tolerances.Tolerance, name: str) -> str:
    if want.dim() == 0:
        return f"{name} is not the right number."
    wrong = ~((got.to(torch.float64) - want.to(torch.float64)).abs() <= tolerance.of(want.to(torch.float64)))
    first = tuple(int(index) for index in wrong.nonzero()[0])
    place = first[0] if len(first) == 1 else first
    count = "all" if wrong.all() else f"{int(wrong.sum())} of {wrong.numel()}"
    return f"{name} is wrong: {count} entries differ, the first at index {place}."


def _type(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
