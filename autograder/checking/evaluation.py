"""What an evaluation returns, and what it leaves behind: accuracies and losses over uneven batches, histories of a
training run, and the best weights put back.

Everything is predicted from recorded weights, so that neither the student's loop nor its random numbers matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.checking import diagnosis
from autograder.checking.failure import fail
from autograder.checking.recorded_training import Replay, Training, rows_of
from autograder.checking.tolerances import Tolerance
from autograder.checking.values import describe

REPORTED = Tolerance(relative=1e-3, absolute=1e-5)  # reported losses: sums in another order, float32 or float64
RESTORED = 1e-5  # weights put back are copies

Score = Callable[[Any, Tensor, Tensor], Tensor]  # of outputs, inputs, targets: one number for each picture


# --- numbers over batches ---------------------------------------------------------------------------------------------


def per_batch(scores: Tensor, batch_size: int) -> list[Tensor]:
    """The scores of each batch when a loader goes over the data in their order."""
    return list(scores.split(batch_size))


def mean_over_pictures(scores: Sequence[Tensor]) -> float:
    """The right one: each picture counts the same."""
    return torch.cat(list(scores)).double().mean().item()


def wrong_means(scores: Sequence[Tensor], batch_size: int) -> dict[str, float]:
    """What the known wrong ways of averaging over uneven batches give; {"T17: sentence": number}."""
    means = [batch.double().mean().item() for batch in scores]
    total = torch.cat(list(scores)).double().sum().item()
    full = sum(len(batch) == batch_size for batch in scores)
    return {
        "T17: it is that of the last batch only": means[-1],
        "T17b: it is that of the first batch only": means[0],
        "C19: each batch counts the same, but the last is smaller: weight it by its number of pictures": (
            sum(means) / len(means)
        ),
        "T19: the number of batches is rounded down, one batch less than there is": sum(means) / max(full, 1),
        "T20: every batch counts as a full one, but the last is smaller": total / (len(scores) * batch_size),
        "T20b: it is the sum over all pictures, not their mean": total,
        "T20c: it is divided by the number of batches, not of pictures": total / len(scores),
        "T20d: it is a sum of means over batches: divide": sum(means),
        "T20e: means of batches are added up and divided by the number of pictures": (
            sum(means) / sum(len(batch) for batch in scores)
        ),
    }


def as_percent(numbers: Mapping[str, float], right: float) -> dict[str, float]:
    """The same wrong numbers, with percent where a fraction is asked."""
    return {"T21: it is in percent, a fraction between 0 and 1 is asked": 100 * right, **numbers}


def check_number(got: float, want: float, name: str, wrong: Mapping[str, float]) -> None:
    """Fails unless a reported number is right; `wrong` names it if it is a known wrong one."""
    if not math.isfinite(got):
        fail(f"{name} is not a finite number.", "T34")
    if abs(got - want) <= REPORTED.absolute + REPORTED.relative * abs(want):
        return
    found = diagnosis.by_value(got, wrong, want, REPORTED)
    if found is not None:
        fail(f"{name} is wrong: {found.sentence}.", found.mistake)
    fail(f"{name} is {got:.4g}, which is not the right number.")


# --- histories --------------------------------------------------------------------------------------------------------


def expect_curve(value: Any, length: int, name: str, unit: str = "epoch") -> Tensor:
    """A history as float64 (length,): an array, a tensor, or a list of numbers or of tensors without dimensions.

    unit: what each number is for, an epoch or an iteration
    """
    try:
        numbers = [float(item) for item in (value.flatten() if isinstance(value, Tensor | np.ndarray) else value)]
    except (TypeError, ValueError, RuntimeError):
        fail(f"{name} should hold one number for each {unit}; it is {describe(value)}.")
    if len(numbers) != length:
        text = f"{name} should hold one number for each of the {length} {unit}s; it holds {len(numbers)}"
        hint = ": are there those of single batches, or of an earlier call?" if len(numbers) > length else "."
        fail(f"{text}{hint}", "T38")
    curve = torch.tensor(numbers, dtype=torch.float64)
    if not bool(torch.isfinite(curve).all()):
        fail(f"{name} holds numbers that are not finite.", "T34")
    return curve


def check_curve(
    got: Tensor, want: Sequence[float], name: str, wrong: Mapping[str, Sequence[float]], unit: str = "epoch"
) -> None:
    """Fails unless a history is right at every epoch (or iteration)."""
    wanted = torch.tensor(list(want), dtype=torch.float64)
    if diagnosis.equals(got, wanted, REPORTED):
        return
    known = {key: torch.tensor(list(curve), dtype=torch.float64) for key, curve in wrong.items()}
    found = diagnosis.by_value(got, known, wanted, REPORTED)
    if found is not None:
        fail(f"{name} is wrong: {found.sentence}.", found.mistake)
    bad = (got - wanted).abs() > REPORTED.of(wanted)
    fail(f"{name} is wrong: {int(bad.sum())} of {len(wanted)} {unit}s differ, the first is {unit} {_first(bad) + 1}.")


def running_scores(
    training: Training, replay: Replay, score: Score, epochs: int, batches: int, *, late: bool = False
) -> list[list[Tensor]]:
    """For each epoch the scores of each batch, as they were when the model was trained on it.

    late: those of a second look at the batch, after the step
    """
    found: list[list[Tensor]] = []
    for epoch in range(epochs):
        scores = []
        for number in range(epoch * batches, min((epoch + 1) * batches, len(training.steps))):
            step = training.steps[number]
            if step.forward is None or step.forward.inputs is None:
                fail("An optimizer step has no batch of its own.", "T4")
            rows = replay.rows(step.forward.inputs)
            if rows is None:
                fail("The model was trained on pictures that are not in the training loader.", "T26")
            inputs, targets = step.forward.inputs, replay.targets[rows]
            weights = training.weights_after(number + 1) if late else step.weights
            outputs = replay.outputs(weights, inputs, training=step.forward.training, buffers=step.buffers)
            scores.append(score(outputs, inputs, targets))
        found.append(scores)
    return found


def scores_after(
    training: Training, replay: Replay, score: Score, step: int, data: tuple[Tensor, Tensor], batch_size: int
) -> list[Tensor]:
    """The scores of each batch of these data with the weights after so many steps, in evaluation mode."""
    weights, buffers = training.weights_after(step), training.buffers_after(step)
    batches = zip(data[0].split(batch_size), data[1].split(batch_size), strict=True)
    return [score(replay.outputs(weights, x, training=False, buffers=buffers), x, y) for x, y in batches]


# --- modes and state --------------------------------------------------------------------------------------------------


def check_evaluation_mode(training: Training, data: Tensor, what: str = "validation") -> None:
    """Fails when one of these pictures went through the model in training mode."""
    for forward in training.forwards:
        if forward.training and forward.inputs is not None and rows_of(forward.inputs, data) is not None:
            text = f"The model is in training mode while it is evaluated on the {what} data: BatchNorm then uses and"
            fail(f"{text} changes its statistics, and Dropout is on. Call model.eval() first.", "T15")


def kept_gradients(training: Training, data: Tensor) -> bool:
    """Whether these pictures went through the model with gradients on: wasteful, but not wrong."""
    return any(
        forward.with_gradients and forward.inputs is not None and rows_of(forward.inputs, data) is not None
        for forward in training.forwards
    )


def check_unchanged(training: Training, before: Sequence[Tensor]) -> None:
    """Fails when an evaluation changed the weights or running statistics of the model; `before` holds both."""
    if not torch.equal(training.final, before[0]) or training.step_count:
        fail("Evaluating changed the weights of the model.", "T15b")
    if not torch.equal(training.final_buffers, before[1]):
        text = "Evaluating changed BatchNorm's running statistics"
        fail(f"{text}: the model was in training mode. Call model.eval() first.", "T15")


def check_best_weights(training: Training, best: Sequence[int], epochs: int, batches: int, start: Tensor) -> None:
    """Fails unless the model holds, on return, the weights of one of the epochs in `best` (counted from 0).

    The running statistics belong to the weights.
    """
    for epoch in best:
        step = (epoch + 1) * batches
        if _same(training.final, training.weights_after(step)):
            if not _same(training.final_buffers, training.buffers_after(step)):
                text = "The weights are those of the best epoch, but BatchNorm's running statistics are not"
                fail(f"{text}: keep the whole state_dict().", "T23b")
            return
    held = next((e for e in range(epochs) if _same(training.final, training.weights_after((e + 1) * batches))), None)
    if held == epochs - 1:
        text = "On return the model holds the weights of the last epoch, not of the best one. Load the best weights"
        fail(f"{text} at the end, and mind that state_dict() shares its memory with the model: deepcopy it.", "T23")
    if held is not None:
        fail(f"On return the model holds the weights of epoch {held + 1}, which is not the best one.", "T24")
    if _same(training.final, start):
        fail("On return the model holds its weights from before training.", "T27")
    fail(
        "On return the model holds weights that it had after none of the epochs: "
        "compare whole epochs, after the last batch of each.",
        "T24",
    )


def _same(first: Tensor, second: Tensor) -> bool:
    return first.shape == second.shape and (not len(first) or (first - second).abs().max().item() <= RESTORED)


def _first(mask: Tensor) -> int:
    return int(mask.nonzero()[0])
