"""Secret generic weights for a plan and a student's network alike, so that both must compute the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import nn

from autograder.checking.layers import Layer
from autograder.checking.plans import Plan, kind_of
from autograder.checking.secret import Secret

_BOTH_SIDES = 0.1  # of an activation's inputs must be negative, and as many positive, else the mistake may not show
_MOST_DRAWS = 50


def fills(
    plan: Plan, secret: Secret, inputs: torch.Tensor
) -> Callable[[Sequence[Layer]], list[dict[str, torch.Tensor]]]:
    """Secret generic values for the plan's layers, drawn until every activation gets numbers of both signs.

    Returns the function that puts them into the shapes that the student's layers have.
    """
    for _ in range(_MOST_DRAWS):
        for layer in plan.layers:
            _draw(layer, secret)
        if _both_signs(plan, inputs):
            break

    def converted(layers: Sequence[Layer]) -> list[dict[str, torch.Tensor]]:
        return [_converted(planned, mine) for planned, mine in zip(plan.layers, layers, strict=True)]

    return converted


def _draw(layer: nn.Module, secret: Secret) -> None:
    with torch.no_grad():
        for name, tensor in (*layer.named_parameters(), *layer.named_buffers()):
            if name == "running_var":
                tensor.copy_(secret.uniform(1, 3, *tensor.shape))
            elif tensor.dim() > 1:
                gain = 2.0 / math.sqrt(_inputs_of(layer, tensor))
                tensor.copy_(secret.normal(*tensor.shape, std=gain))
            elif name == "weight":  # of a normalization
                sign = torch.where(secret.uniform(-1, 1, *tensor.shape) > 0, 1.0, -1.0)
                tensor.copy_(sign * secret.uniform(0.5, 1.5, *tensor.shape))
            elif tensor.is_floating_point():
                tensor.copy_(secret.normal(*tensor.shape, std=0.3))


def _inputs_of(layer: nn.Module, weight: torch.Tensor) -> float:
    """How many numbers are summed up for one output, about."""
    if "Transpose" in type(layer).__name__:
        overlap = math.prod(getattr(layer, "stride", (1,)))
        return max(1.0, weight[:, 0].numel() / overlap)
    return weight[0].numel()


def _both_signs(plan: Plan, inputs: torch.Tensor) -> bool:
    x = inputs
    with torch.no_grad():
        for module in plan.network:
            parameters = any(True for _ in module.parameters())
            x = module(x)
            if parameters:
                negative = (x < 0).float().mean().item()
                if not _BOTH_SIDES <= negative <= 1 - _BOTH_SIDES:
                    return False
    return True


def _converted(planned: nn.Module, mine: Layer) -> dict[str, torch.Tensor]:
    """The planned layer's values for a student's layer of the same function, such as a 1x1 convolution for a Linear."""
    values = {name: tensor.detach() for name, tensor in (*planned.named_parameters(), *planned.named_buffers())}
    weight = values.get("weight")
    transposed = "Transpose" in mine.kind and "Transpose" not in kind_of(planned)
    if weight is not None and weight.dim() > 1 and transposed:
        values["weight"] = weight.flatten(1).t()
    values.pop("num_batches_tracked", None)
    return {name: tensor.contiguous() for name, tensor in values.items()}
