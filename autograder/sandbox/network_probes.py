"""Probes for networks of free architecture: how a student's model behaves, whatever it is made of.

They run on the student's side and judge nothing. An assignment's probes.py imports those that it needs. `part` is a
method or submodule to call in the place of the model itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from autograder.sandbox.common_probes import parameters_cut_off

PICTURE = (1, 28, 28)  # what the networks of all assignments here take


def make_network(namespace: Any, device: str, name: str, args: list[Any], training: bool = False) -> nn.Module:
    """A new model of the notebook, in evaluation mode unless told otherwise."""
    model: nn.Module = namespace[name](*args).to(device)
    if any(is_lazy(parameter) for parameter in model.parameters()):  # the first pass gives lazy layers their sizes
        run_network(namespace, device, model.eval(), torch.rand(2, *PICTURE))
    return model.train(training)


def run_network(namespace: Any, device: str, model: nn.Module, inputs: Tensor, part: str = "") -> Any:
    """What a model, or a part of it, returns in its present mode, without gradients."""
    with torch.no_grad():
        return _part(model, part)(inputs.to(device))


def switched_off(parameters: Iterable[Tensor]) -> dict[str, bool]:
    """Whether a call has left gradients switched off: for one of these parameters, or everywhere. Part of a record."""
    return {"frozen": not all(part.requires_grad for part in parameters), "gradients_off": not torch.is_grad_enabled()}


def scatter_weights(namespace: Any, model: nn.Module, gain: float) -> None:
    """Replaces every weight matrix and kernel by large random numbers: what an output can be, it will be."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, gain / parameter[0].numel() ** 0.5)


def reached_by_gradients(namespace: Any, device: str, model: nn.Module, inputs: Tensor, weights: Tensor) -> Any:
    """Where the gradient of a mixture of the output arrives in training mode: at the inputs, and at which parameters.

    weights: as many as the output has numbers; None comes back where the output has no graph at all. "idle" are the
    parameters that get no gradient; "cut" those of them that the output depends on all the same
    """
    model.train()
    inputs = inputs.to(device).requires_grad_()
    output = model(inputs)
    if not isinstance(output, Tensor) or not output.requires_grad or output.numel() != weights.numel():
        return None
    trained = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    total = (output.flatten() * weights.to(device).flatten()).sum()
    found: tuple[Tensor | None, ...] = torch.autograd.grad(total, [inputs, *trained.values()], allow_unused=True)
    arrives = [gradient is not None and bool((gradient != 0).any()) for gradient in found]
    return {
        "inputs": arrives[0],
        "parameters": len(trained),
        "idle": [name for name, there in zip(trained, arrives[1:], strict=True) if not there],
        "cut": [name for name in parameters_cut_off(namespace, device, model, inputs.detach()) if name in trained],
    }


class Trainer:
    """A model and an optimizer; the gradients by its outputs come from outside, see `autograder.checking.training`."""

    def __init__(self, model: nn.Module, optimizer: torch.optim.Optimizer, device: str) -> None:
        self.model, self.optimizer, self.device = model, optimizer, device
        self.outputs: tuple[Tensor, ...] = ()

    def step(self, gradients: list[Tensor] | None, inputs: Tensor) -> list[Tensor]:
        """Takes a step along these gradients of the last outputs, then returns the outputs for the next inputs."""
        if gradients is not None:
            self._follow(gradients)
        outputs = self.model(inputs.to(self.device))
        self.outputs = (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
        return list(self.outputs)

    def _follow(self, gradients: list[Tensor]) -> None:
        pairs = [(output, grad.to(self.device)) for output, grad in zip(self.outputs, gradients, strict=True)]
        pairs = [(output, grad) for output, grad in pairs if output.requires_grad]
        if pairs:
            self.optimizer.zero_grad()
            outputs, found = zip(*pairs, strict=True)
            torch.autograd.backward(outputs, found)
            self.optimizer.step()


def make_trainer(namespace: Any, device: str, name: str, args: list[Any], lr: float) -> Trainer:
    """A new model of the notebook in training mode, with Adam."""
    model = make_network(namespace, device, name, args, training=True)
    return Trainer(model, torch.optim.Adam([*model.parameters()] or [torch.zeros(1)], lr=lr), device)


def _part(model: nn.Module, part: str) -> Any:
    return getattr(model, part) if part else model
