"""A planned network as an `nn.Sequential`, and what a student's network did in one pass."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from autograder.checking.layers import NORMS, Layer, planned_layers
from autograder.checking.tolerances import Tolerance


class Plan:
    """A network as an `nn.Sequential`: its layers with parameters, and what lies before, between and after them."""

    def __init__(self, modules: nn.Sequential) -> None:
        self.network = copy.deepcopy(modules).eval().requires_grad_(False)
        self.layers: list[nn.Module] = []
        self.between: list[nn.Sequential] = [nn.Sequential()]
        for module in self.network:
            if any(True for _ in module.parameters()):
                self.layers.append(module)
                self.between.append(nn.Sequential())
            else:
                self.between[-1].append(module)

    @property
    def parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.network.parameters())

    def follow(self, inputs: torch.Tensor) -> list[Layer]:
        return planned_layers(self.network, inputs)

    @property
    def kinds(self) -> list[str]:
        return [kind_of(layer) for layer in self.layers]

    @property
    def range(self) -> tuple[float, float]:
        """Between which the outputs lie, by the last module."""
        ends = {nn.Sigmoid: (0.0, 1.0), nn.Tanh: (-1.0, 1.0), nn.ReLU: (0.0, math.inf), nn.LogSoftmax: (-math.inf, 0.0)}
        return ends.get(type(self.network[-1]), (-math.inf, math.inf))

    def without_norms_that_lack(self, kinds: list[str]) -> Plan | None:
        """The plan without those normalizations that a network of these kinds of layers has forgotten.

        None when the network differs in something else.
        """
        kept, rest = [], list(kinds)
        for module in self.network:
            counts = any(True for _ in module.parameters())
            if counts and rest and rest[0] == kind_of(module):
                rest.pop(0)
            elif counts and kind_of(module) in NORMS:
                continue
            elif counts:
                return None
            kept.append(module)
        return None if rest else Plan(nn.Sequential(*kept))


@dataclass(frozen=True)
class Followed:
    """What a student's network did in one pass."""

    layers: list[Layer]
    result: Any
    parameters: int
    opaque: bool  # parameters are used otherwise than in layers that can be followed


def kind_of(module: nn.Module) -> str:
    """What a layer is called, whatever the number of its dimensions: BatchNorm, not BatchNorm2d."""
    name = type(module).__name__
    return next((norm for norm in NORMS if name.startswith(norm)), name)


def tolerance_of_networks(device: str = "cpu") -> Tolerance:
    """Wider than for one function: many layers, and a normalization may have another eps."""
    relative = 1e-3 if device == "cpu" else 5e-3
    return Tolerance(relative, relative / 100)
