"""What a student's training loop did, as `autograder.sandbox.loop_probes` recorded it, and a replay on this side.

`loops.py` judges it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from autograder.checking.failure import fail
from autograder.sandbox.loop_models import load_buffers, load_weights

SAME_ROW = 1e-4  # largest difference between a picture and itself after a journey through float32

Loss = Callable[[Any, Tensor, Tensor], Tensor]  # of the model's outputs, its inputs and the targets: their mean


@dataclass(frozen=True)
class Forward:
    """One forward pass of the watched model."""

    inputs: Tensor | None
    training: bool
    with_gradients: bool
    steps: int  # optimizer steps before it
    buffers: Tensor  # running statistics before it


@dataclass(frozen=True)
class Step:
    """One step of an optimizer: what it found when it was called. Weights and gradients are flat vectors."""

    weights: Tensor
    buffers: Tensor
    gradients: Tensor
    without_gradient: int  # parameters that have none
    held: int  # parameters of the model that the optimizer holds
    foreign: int  # parameters that it holds and the model does not have
    parameters: int
    rates: tuple[float, ...]
    decay: float  # of the weights, by the optimizer itself
    moved: bool  # whether the weights are others than those that the step before had left
    optimizer: int
    forward: Forward | None  # the last pass with gradients since the step before


@dataclass(frozen=True)
class Training:
    """A whole run."""

    result: Any
    steps: tuple[Step, ...]
    forwards: tuple[Forward, ...]
    optimizers: tuple[str, ...]  # types
    last: Tensor | None  # weights after the last step
    final: Tensor  # weights when the function returned
    final_buffers: Tensor
    step_count: int
    needs_gradient: bool

    @classmethod
    def read(cls, record: Any) -> Training:
        """From what the probe `record_training` returned. A record that is none fails the check, not the grader."""
        try:
            forwards = tuple(Forward(**forward) for forward in record["forwards"])
            steps = tuple(_step(step, forwards) for step in record["steps"])
            return cls(
                result=record["result"],
                steps=steps,
                forwards=forwards,
                optimizers=tuple(map(str, record["optimizers"])),
                last=record["last"],
                final=_vector(record["final"]),
                final_buffers=_vector(record["final_buffers"]),
                step_count=int(record["step_count"]),
                needs_gradient=bool(record["needs_gradient"]),
            )
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            fail("What your training loop did to the model could not be recorded.")

    def weights_after(self, step: int) -> Tensor:
        """The weights after this many optimizer steps."""
        if step < len(self.steps):
            return self.steps[step].weights
        return self.final if self.last is None else self.last

    def buffers_after(self, step: int) -> Tensor:
        """The running statistics after this many steps, as an evaluation at that time found them.

        Without one, those at the step itself: they change in the forward pass before it.
        """
        evaluated = [forward.buffers for forward in self.forwards if forward.steps == step and not forward.training]
        if evaluated:
            return evaluated[0]
        return self.steps[step - 1].buffers if 0 < step <= len(self.steps) else self.final_buffers


@dataclass(frozen=True)
class Replay:
    """The same model on this side, the loss that the task specifies, and the data that the loop was given."""

    model: nn.Module
    loss: Loss
    inputs: Tensor
    targets: Tensor
    others: Mapping[str, Tensor] = field(default_factory=dict)  # {"T26: sentence": other inputs that went in}

    def outputs(self, weights: Tensor, inputs: Tensor, *, training: bool, buffers: Tensor | None = None) -> Any:
        """What the model gives with these weights; nothing that it does to itself remains."""
        model = copy.deepcopy(self.model)
        load_weights(model, weights)
        if buffers is not None:
            load_buffers(model, buffers)
        with torch.no_grad():
            return model.train(training)(inputs)

    def gradient(self, step: Step, targets: Tensor, loss: Loss | None = None, weights: Tensor | None = None) -> Tensor:
        """The fresh gradient at a step on the batch that the model had seen, as a flat vector."""
        assert step.forward is not None
        inputs = step.forward.inputs
        assert inputs is not None
        model = copy.deepcopy(self.model)
        load_weights(model, step.weights if weights is None else weights)
        load_buffers(model, step.buffers)
        value = (loss or self.loss)(model.train(step.forward.training)(inputs), inputs, targets)
        parameters = list(model.parameters())
        if not value.requires_grad:  # a wrong loss that does not depend on the model
            return torch.zeros_like(step.weights)
        found = torch.autograd.grad(value, parameters, allow_unused=True, materialize_grads=True)
        return torch.cat([part.flatten() for part in found])

    def rows(self, inputs: Tensor) -> Tensor | None:
        """Which of the data a batch holds, None when one of them is not among the data."""
        return rows_of(inputs, self.inputs)


def rows_of(batch: Tensor, data: Tensor) -> Tensor | None:
    """For each picture of a batch its number in the data, whatever the shapes; None when one is not there."""
    got, want = batch.flatten(1).float(), data.flatten(1).float()
    if got.shape[1] != want.shape[1] or not len(got):
        return None
    distance = torch.cdist(got, want, p=float("inf"))
    nearest = distance.min(dim=1)
    return nearest.indices if nearest.values.max().item() <= SAME_ROW else None


def _step(step: Mapping[str, Any], forwards: Sequence[Forward]) -> Step:
    number = int(step["forward"])
    forward = forwards[number] if number >= 0 else None
    return Step(
        weights=_vector(step["weights"]),
        buffers=_vector(step["buffers"]),
        gradients=_vector(step["gradients"]),
        without_gradient=int(step["without_gradient"]),
        held=int(step["held"]),
        foreign=int(step["foreign"]),
        parameters=int(step["parameters"]),
        rates=tuple(float(rate) for rate in step["rates"]),
        decay=float(step["decay"]),
        moved=bool(step["moved"]),
        optimizer=int(step["optimizer"]),
        forward=forward,
    )


def _vector(value: Any) -> Tensor:
    if not isinstance(value, Tensor) or value.dim() != 1:
        raise TypeError("not a vector")
    return value
