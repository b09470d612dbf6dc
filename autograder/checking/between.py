"""What lies between the layers of a student's network, compared with the plan: activations, pooling, flattening.

Each part is judged on what the student's own layer before it gave, so that one wrong layer does not make all that
follows look wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import nn

from autograder.checking.diagnosis import Diagnosis, equals
from autograder.checking.layers import Layer, between_text, named_layer
from autograder.checking.plans import Followed, Plan, tolerance_of_networks

TWICE = "a Sigmoid applied twice"
_WRONG_ENDS = {"Tanh": "E15", TWICE: "E18"}


def between_difference(followed: Followed, plan: Plan, inputs: torch.Tensor) -> Diagnosis | None:
    """The first place where what lies between two layers is not the planned thing."""
    layers = followed.layers
    into = [*(layer.input for layer in layers), followed.result]
    out = [inputs, *(layer.output for layer in layers)]
    for place, (before, after, planned) in enumerate(zip(out, into, plan.between, strict=True)):
        if not isinstance(after, torch.Tensor):
            return Diagnosis("", "what comes back is no tensor")
        want = applied(planned, before)
        if want is None or after.numel() != want.numel():
            continue  # a matter of sizes, which the layers tell
        if not equals(after.reshape(want.shape), want, tolerance_of_networks()):
            return _name_between(layers, place, planned, before, after, want)
    return None


def applied(planned: nn.Sequential, before: torch.Tensor) -> torch.Tensor | None:
    try:
        with torch.no_grad():
            wanted: torch.Tensor = planned(before)
    except (RuntimeError, IndexError):
        return None
    return wanted


def _name_between(
    layers: Sequence[Layer],
    place: int,
    planned: nn.Sequential,
    before: torch.Tensor,
    after: torch.Tensor,
    want: torch.Tensor,
) -> Diagnosis:
    where = f"after {named_layer(layers, place - 1)}" if place else "at the beginning"
    asked, last = between_text(planned), place == len(layers)
    if after.numel() == before.numel():
        flat = after.reshape(before.shape)
        if equals(flat, before, tolerance_of_networks()) and asked:
            return Diagnosis("E13" if last else "C13", f"{asked} is missing {where}")
        made = _elementwise(before, flat)
        if made and asked and made != asked:
            mistake = _WRONG_ENDS.get(made, "E11") if last else "E11"
            return Diagnosis(mistake, f"there is {made} {where}, the plan says {asked}")
        if made and not asked:
            return Diagnosis("E12" if last else "E11", f"there is {made} {where}, where the plan has no activation")
    if _same_entries(after, want):
        return Diagnosis("E20", f"the numbers {where} are put into another order: flatten in the order (C, H, W)")
    if not asked:
        return Diagnosis("E12", f"something changes the numbers {where}, where the plan has no activation")
    return Diagnosis("E11", f"what comes {where} is not the planned {asked}")


def _elementwise(before: torch.Tensor, after: torch.Tensor) -> str:
    """The activation that makes `after` of `before`; empty when none of the usual ones does."""
    usual: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "ReLU": F.relu,
        "Tanh": torch.tanh,
        "Sigmoid": torch.sigmoid,
        "ELU": F.elu,
        "GELU": F.gelu,
        "SiLU": F.silu,
        "Softplus": F.softplus,
        "ReLU6": F.relu6,
        "SELU": F.selu,
        TWICE: lambda x: torch.sigmoid(torch.sigmoid(x)),
    }
    for name, function in usual.items():
        if equals(after, function(before), tolerance_of_networks()):
            return name
    negative = before < 0
    if not negative.any():
        return ""
    slope = (after[negative].sum() / before[negative].sum()).item()
    if math.isfinite(slope) and equals(after, F.leaky_relu(before, slope), tolerance_of_networks()):
        return f"LeakyReLU of slope {slope:.2g}"
    return ""


def _same_entries(after: torch.Tensor, want: torch.Tensor) -> bool:
    first, second = (tensor.flatten(1).sort(dim=1).values if tensor.dim() > 1 else tensor for tensor in (after, want))
    return equals(first, second, tolerance_of_networks())


def layer_difference(followed: Followed, plan: Plan) -> Diagnosis | None:
    """The first layer that has the planned size, but makes something else of what it gets."""
    for index, (layer, planned) in enumerate(zip(followed.layers, plan.layers, strict=True)):
        want = applied(nn.Sequential(planned), layer.input)
        if want is not None and not equals(layer.output.reshape(-1), want.reshape(-1), tolerance_of_networks()):
            what = "look at its stride, padding, dilation and eps"
            return Diagnosis(
                "E6", f"{named_layer(followed.layers, index)} has the planned size but computes else: {what}"
            )
    return None
