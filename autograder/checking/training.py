"""Training a student's model from here: the model is there, the data and the loss stay with the check.

Per step one question crosses: the gradients of the last loss by the model's outputs go over, the model takes a step
with them and answers with its outputs for the next batch. So neither the loss nor the targets ever enter the student's
process.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch

from autograder.checking.failure import fail
from autograder.checking.student import Remote
from autograder.checking.values import expect_tensor

WINDOW = 5  # steps whose mean loss counts


@dataclass
class Record:
    """What a training left, for a drawing: the loss per picture at each step, and targets to compare with."""

    losses: list[float] = field(default_factory=list)
    targets: list[torch.Tensor] = field(default_factory=list)


Loss = Callable[[Sequence[torch.Tensor], torch.Tensor], torch.Tensor]
Batches = Iterator[tuple[torch.Tensor, torch.Tensor]]


def descend(
    trainer: Remote,
    batches: Batches,
    loss: Loss,
    steps: int,
    stop_below: float = 0.0,
    explodes_above: float = math.inf,
    record: Record | None = None,
) -> float:
    """Trains for at most `steps` steps and returns the mean loss per picture of the last few: lower is better.

    trainer: an object with `step(gradients or None, inputs) -> list of outputs`, see the assignment's probes
    batches: (inputs, targets), a fresh one for each step, so that the loss before a step is that on unseen data
    loss: of the outputs and the targets, summed over the batch
    stop_below: it is decided, and training ends, once the mean loss is below this
    explodes_above: a loss per picture that right training never meets; CheckFailed when it does, or is not finite
    record: where losses and targets are kept for a picture
    """
    record = record or Record()
    gradients, losses = None, record.losses
    for _, (inputs, targets) in zip(range(steps), batches, strict=False):
        outputs = _leaves(trainer.call("step", gradients, inputs))
        value = loss(outputs, targets)
        losses.append(value.item() / len(inputs))
        record.targets.append(targets)
        if not losses[-1] < explodes_above:
            fail("After a few training steps the loss explodes.")
        gradients = list(torch.autograd.grad(value, outputs, allow_unused=True, materialize_grads=True))
        if len(losses) >= WINDOW and _mean(losses) < stop_below:
            break
    return _mean(losses)


def _leaves(outputs: Sequence[object]) -> list[torch.Tensor]:
    """The model's outputs as tensors that gradients are taken by."""
    return [expect_tensor(output, name="what the model returns").requires_grad_() for output in outputs]


def _mean(losses: Sequence[float]) -> float:
    recent = losses[-WINDOW:]
    return sum(recent) / len(recent)
