"""Layers with parameters, as a pass through a network meets them, and the first difference of two lists in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from autograder.checking.diagnosis import Diagnosis

Shape = tuple[int, ...]
NORMS = ("BatchNorm", "InstanceNorm", "LayerNorm", "GroupNorm")
MATRICES = ("Linear", "Conv1d", "Conv2d", "ConvTranspose2d")  # one may do another's work on a map of 1 x 1


@dataclass(frozen=True)
class Layer:
    """One use of a layer. Shapes are PyTorch's: Conv2d (out, in, k, k), ConvTranspose2d (in, out, k, k)."""

    kind: str
    weight: Shape | None
    bias: int | None  # how many numbers
    statistics: bool  # whether it normalizes with stored means and variances
    known: bool  # whether the network lists its parameters
    again: bool  # whether it was used before in the same pass
    input: torch.Tensor
    output: torch.Tensor

    @property
    def resolution(self) -> Shape:
        """The shape that it gives per picture, without ones at the end: (256, 1, 1) and (256,) are the same numbers."""
        shape = tuple(self.output.shape[1:])
        while len(shape) > 1 and shape[-1] == 1:
            shape = shape[:-1]
        return shape


def planned_layers(network: nn.Sequential, inputs: torch.Tensor) -> list[Layer]:
    """The layers of a plan, with what goes in and comes out."""
    found, x = [], inputs
    with torch.no_grad():
        for module in network:
            y = module(x)
            if any(True for _ in module.parameters()):
                found.append(_planned(module, x, y))
            x = y
    return found


def _planned(module: nn.Module, x: torch.Tensor, y: torch.Tensor) -> Layer:
    weight, bias = getattr(module, "weight", None), getattr(module, "bias", None)
    name = type(module).__name__
    return Layer(
        kind=next((norm for norm in NORMS if name.startswith(norm)), name),
        weight=None if weight is None else tuple(weight.shape),
        bias=None if bias is None else bias.numel(),
        statistics=getattr(module, "running_mean", None) is not None,
        known=True,
        again=False,
        input=x,
        output=y,
    )


def layers_of_answer(answer: Any) -> list[Layer] | None:
    """The layers that a student's process tells of, or None when what it tells makes no sense."""
    try:
        if not all(isinstance(answer[key], int) for key in ("strange", "parameters")):
            return None
        return [_told(raw) for raw in answer["layers"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def tried_layer(answer: Any) -> Layer | None:
    """The layer in which a pass ended with an error, if it ended in one."""
    nothing = torch.empty(0)
    try:
        raw = {"known": True, "again": False, **answer["tried"], "input": nothing, "output": nothing}
        return _told(raw)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _told(raw: Any) -> Layer:
    if not all(isinstance(raw[key], torch.Tensor) for key in ("input", "output")):
        raise TypeError
    return Layer(
        kind=str(raw["kind"]),
        weight=None if raw["weight"] is None else tuple(int(size) for size in raw["weight"]),
        bias=None if raw["bias"] is None else int(raw["bias"]),
        statistics=bool(raw["statistics"]),
        known=bool(raw["known"]),
        again=bool(raw["again"]),
        input=raw["input"],
        output=raw["output"],
    )


def first_difference(got: Sequence[Layer], want: Sequence[Layer]) -> Diagnosis | None:
    """The first layer that is not the planned one, in words; None when all are."""
    for index, (mine, planned) in enumerate(zip(got, want, strict=False)):
        if not _same_kind(mine, planned):
            return _other_kind(got, want, index)
        found = _other_size(got, want, index) or _other_details(got, planned, index)
        if found is not None:
            return found
    if len(got) < len(want):
        return Diagnosis("E2", f"{_described(want[len(got)])} is missing at the end")
    if len(got) > len(want):
        return Diagnosis(
            "E2",
            f"the plan ends after {len(want)} layers with parameters, yours goes on with {_described(got[len(want)])}",
        )
    return None


def first_difference_before_error(got: Sequence[Layer], tried: Layer | None, want: Sequence[Layer]) -> Diagnosis | None:
    """The same for a pass that ended in an error, in a layer `tried` that has no output then."""
    found = first_difference(got, want[: len(got)])  # it need not end where the error ended it
    if found is not None or tried is None or len(got) >= len(want):
        return found
    planned = want[len(got)]
    if tried.kind == planned.kind:
        return _other_size([*got, tried], want[: len(got) + 1], len(got))
    return None


def named_layer(layers: Sequence[Layer], index: int) -> str:
    """How students count: "Conv2d number 3"."""
    kind = layers[index].kind
    number = sum(layer.kind == kind for layer in layers[: index + 1])
    alone = sum(layer.kind == kind for layer in layers) == 1
    return f"the {kind}" if alone else f"{kind} number {number}"


def between_text(modules: nn.Sequential) -> str:
    """The activations and poolings in a part of a plan, in words; changes of shape are no more than that."""
    return ", ".join(_module_text(module) for module in modules if not isinstance(module, (nn.Flatten, nn.Unflatten)))


def _module_text(module: nn.Module) -> str:
    if isinstance(module, nn.LeakyReLU):
        return f"LeakyReLU of slope {module.negative_slope:.2g}"
    return type(module).__name__


def _same_kind(mine: Layer, planned: Layer) -> bool:
    """Whether it is the same layer, or one that does the same on these sizes (a 1x1 convolution for a Linear)."""
    if mine.kind == planned.kind:
        return True
    if mine.kind not in MATRICES or planned.kind not in MATRICES:
        return False
    if mine.weight is None or planned.weight is None or mine.resolution != planned.resolution:
        return False
    if mine.kind == "ConvTranspose2d":
        return planned.kind == "Linear" and mine.weight == (*planned.weight[::-1], 1, 1)
    if planned.kind == "ConvTranspose2d":
        return False
    return mine.weight[0] == planned.weight[0] and math.prod(mine.weight) == math.prod(planned.weight)


def _other_kind(got: Sequence[Layer], want: Sequence[Layer], index: int) -> Diagnosis:
    mine, planned = got[index], want[index]
    where = f"after {named_layer(got, index - 1)}" if index else "at the beginning"
    fits = index + 1 < len(want) and _same_kind(mine, want[index + 1])
    if fits and len(got) <= len(want):
        return Diagnosis("E8" if planned.kind in NORMS else "E2", f"{_described(planned)} is missing {where}")
    if index + 1 < len(got) and _same_kind(got[index + 1], planned):
        return Diagnosis("E2", f"there is {_described(mine)} {where} that the plan does not have")
    return Diagnosis("E2", f"the plan has {_described(planned)} {where}, yours has {_described(mine)}")


def _other_size(got: Sequence[Layer], want: Sequence[Layer], index: int) -> Diagnosis | None:
    mine, planned = got[index], want[index]
    if mine.again and mine.weight is not None:
        return Diagnosis("E2", f"{named_layer(got, index)} is a layer that was used before: each needs its own weights")
    if mine.kind != planned.kind or mine.weight == planned.weight:
        return None
    fewer = len(got) < len(want) and mine.kind not in NORMS
    more = len(want) - len(got)
    hint = f"; the plan has {'one layer' if more == 1 else f'{more} layers'} with parameters more" if fewer else ""
    text = f"{named_layer(got, index)} is {_sizes(mine)}, the plan says {_sizes(planned)}{hint}"
    return Diagnosis("E2" if fewer else "E16", text)


def _other_details(got: Sequence[Layer], planned: Layer, index: int) -> Diagnosis | None:
    mine, name = got[index], named_layer(got, index)
    if mine.bias is None and planned.bias is not None:
        return Diagnosis("E10", f"{name} has no bias, the plan asks for one")
    if mine.bias is not None and planned.bias is None:
        return Diagnosis("E10", f"{name} has a bias, the plan has none")
    if planned.statistics and not mine.statistics:
        return Diagnosis("E8", f"{name} keeps no running statistics, so that pictures depend on their batch")
    if mine.resolution != planned.resolution:
        want = planned.resolution
        if _grid(mine.input) != _grid(planned.input):  # the layer before is right: the fault lies between the two
            came, asked = _times(tuple(mine.input.shape[1:])), _times(tuple(planned.input.shape[1:]))
            text = f"{name} gets {came}, the plan says {asked}"
            return Diagnosis("E7", f"{text}: look at what lies before it, such as the stride of a pooling")
        return Diagnosis(
            "E1", f"{name} gives {_times(mine.resolution)}, the plan says {_times(want)}{_try(mine, planned)}"
        )
    return None


def _grid(tensor: torch.Tensor) -> Shape:
    """Height and width of feature maps; empty for anything else."""
    return tuple(tensor.shape[2:]) if tensor.dim() == 4 else ()


def _try(mine: Layer, planned: Layer) -> str:
    """The formula that tells stride and padding."""
    if mine.input.dim() != 4 or planned.output.dim() != 4 or planned.weight is None or len(planned.weight) != 4:
        return ""
    kernel, came, goes = planned.weight[-1], mine.input.shape[-1], planned.output.shape[-1]
    if mine.kind == "Conv2d":
        return f": try floor(({came} + 2p − {kernel})/s) + 1 = {goes}"
    return f": try ({came} − 1)s − 2p + {kernel} + output_padding = {goes}"


def _sizes(layer: Layer) -> str:
    if layer.weight is None:
        return f"{layer.kind} without weights"
    if layer.kind in NORMS or len(layer.weight) == 1:
        return f"{layer.kind}({layer.weight[0]})"
    first, second = layer.weight[0], layer.weight[1]
    into, out = (first, second) if "Transpose" in layer.kind else (second, first)
    kernel = f", kernel {'×'.join(str(size) for size in layer.weight[2:])}" if len(layer.weight) > 2 else ""
    return f"{layer.kind}({into}, {out}{kernel})"


def size_words(layer: Layer) -> str:
    """A layer with its sizes, as a list of layers names it."""
    return _sizes(layer)


def _described(layer: Layer) -> str:
    sizes = _sizes(layer)
    return f"{'an' if sizes[0] in 'AEIOU' else 'a'} {sizes}"


def _times(shape: Shape) -> str:
    return " × ".join(str(size) for size in shape)
