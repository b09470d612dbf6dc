"""Hidden checks of train_autoencoder: steps, modes, schedule and losses.

The function trains a small autoencoder of ours, with BatchNorm, on secret pictures and with an optimizer of ours. A
probe records what each optimizer step finds; gradients and losses are recomputed here from the recorded weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checking import Secret, Student, check, fail
from autograder.checking.diagnosis import equals
from autograder.checking.evaluation import (
    REPORTED,
    check_best_weights,
    check_curve,
    check_evaluation_mode,
    expect_curve,
    kept_gradients,
    mean_over_pictures,
    running_scores,
    scores_after,
    wrong_means,
)
from autograder.checking.loops import (
    check_given_optimizer,
    check_gradients,
    check_rates,
    check_step_count,
    check_training_mode,
)
from autograder.checking.recorded_training import Loss, Replay, Training
from autograder.checking.values import expect_sequence
from autograder.sandbox.loop_models import SmallAutoencoder, buffers_of, load_weights, weights_of

TASK = "train_autoencoder"
PIXELS, HIDDEN, LATENT, KINDS = 784, 6, 3, 4
OPTIMIZER = "RMSprop"  # not the one of the notebook
PATIENT = 99  # more than there are epochs
PARTS = "two lists, (train_losses, val_losses)"
Scores = list[list[Tensor]]  # for each epoch, for each batch, a number for each picture


def mean_squared(outputs: Any, inputs: Tensor, targets: Tensor) -> Tensor:
    return F.mse_loss(outputs, targets)


def squared_errors(outputs: Any, inputs: Tensor, targets: Tensor) -> Tensor:
    return ((outputs - targets) ** 2).flatten(1).mean(dim=1)


OTHER_LOSSES: dict[str, Loss] = {
    "T12: the mean absolute error, where the squared one is asked": lambda o, x, y: F.l1_loss(o, y),
    "T12b: binary cross-entropy, where the mean squared error is asked": lambda o, x, y: F.binary_cross_entropy(
        o.clamp(0, 1), y
    ),
    "T12c: a smoothed absolute error, where the squared one is asked": lambda o, x, y: F.smooth_l1_loss(o, y),
    "T12d: the root of the mean squared error of each picture": lambda o, x, y: squared_errors(o, x, y).sqrt().mean(),
    "T12e: the reconstruction should look like the next picture of the batch": lambda o, x, y: F.mse_loss(
        o, y.roll(-1, 0)
    ),
    "T10b: its sign is wrong, so that training makes it worse": lambda o, x, y: -F.mse_loss(o, y),
    "T12f: only the first picture of each batch counts": lambda o, x, y: F.mse_loss(o[:1], y[:1]),
}


@dataclass(frozen=True)
class Case:
    """Secret pictures, weights and settings for one call of train_autoencoder."""

    train: Tensor
    val: Tensor
    weights: Tensor
    batch: int
    val_batch: int
    lr: float
    gamma: float
    epochs: int

    @property
    def batches(self) -> int:
        return -(-len(self.train) // self.batch)

    @property
    def replay(self) -> Replay:
        mixed = {"T26: the model is trained on the validation pictures, which only serve to measure": self.val}
        return Replay(SmallAutoencoder(PIXELS, HIDDEN, LATENT), mean_squared, self.train, self.train, mixed)

    def run(self, student: Student, device: str, shuffle: bool = False) -> Training:
        sizes = {"pixels": PIXELS, "hidden": HIDDEN, "latent": LATENT, "shape": [1, 28, 28]}
        model = student.probe("build_model", device, "SmallAutoencoder", sizes, self.weights)
        loaders = [
            student.probe("build_loader", [pictures, torch.arange(len(pictures)) % 10], batch, mixed)
            for pictures, batch, mixed in ((self.train, self.batch, shuffle), (self.val, self.val_batch, False))
        ]
        optimizer = student.probe("build_optimizer", model, OPTIMIZER, self.lr)
        scheduler = student.probe("build_scheduler", optimizer, self.gamma)
        args = [model, *loaders, optimizer, scheduler, self.epochs, PATIENT, student.probe("build_device", device)]
        return Training.read(student.probe("record_training", TASK, model, args, method="encode"))


def make_case(secret: Secret, lr: float = 0.0, epochs: int = 3, gamma: float = 0.0) -> Case:
    """Noisy pictures of a few kinds; the last batches are smaller."""
    batch, val_batch = secret.sizes(2, 5, 8)
    count = secret.integer(2, 3) * batch + secret.integer(2, batch - 2)
    val_count = 2 * val_batch + secret.integer(2, val_batch - 2)
    kinds = secret.uniform(0, 1, KINDS, 1, 28, 28)

    def pictures(size: int) -> Tensor:
        chosen = torch.as_tensor(secret.permutation(size) % KINDS)
        return (kinds[chosen] + secret.normal(size, 1, 28, 28, std=0.2)).clamp(0, 1)

    model = SmallAutoencoder(PIXELS, HIDDEN, LATENT)
    weights = secret.normal(weights_of(model).numel(), std=0.15)
    load_weights(model, weights)
    model.encoder[2].weight.data.copy_(secret.uniform(0.6, 1.4, HIDDEN))  # the scale of BatchNorm
    return Case(
        train=pictures(count),
        val=pictures(val_count),
        weights=weights_of(model),
        batch=batch,
        val_batch=val_batch,
        lr=lr or secret.number(3e-3, 8e-3),
        gamma=gamma or secret.number(0.4, 0.8),
        epochs=epochs,
    )


def curves(training: Training, epochs: int) -> tuple[Tensor, Tensor]:
    """(train_losses, val_losses), once there are two lists of one number an epoch."""
    value = training.result
    if isinstance(value, (Tensor, np.ndarray)) and value.ndim == 2:
        value = list(value)
    train, val = expect_sequence(value, 2, TASK, PARTS)
    return expect_curve(train, epochs, "train_losses"), expect_curve(val, epochs, "val_losses")


# --- checks -----------------------------------------------------------------------------------------------------------


@check(task=TASK, points=4)
def test_every_step_follows_the_gradient(student: Student, secret: Secret, device: str):
    """Each step of the given optimizer follows the gradient of the mean squared error on the batch at hand."""
    for stream, shuffle in zip(secret.streams(2), (False, True), strict=True):
        case = make_case(stream)
        training = case.run(student, device, shuffle)
        check_gradients(training, case.replay, OTHER_LOSSES)
        check_given_optimizer(training, OPTIMIZER)
        check_step_count(training, case.epochs, case.batches)


@check(task=TASK, points=1.5)
def test_training_and_evaluation_mode(student: Student, secret: Secret, device: str, note):
    """The model is in training mode while it trains, in every epoch, and in evaluation mode on the validation data."""
    case = make_case(secret)
    training = case.run(student, device)
    if not training.steps:
        fail("No optimizer ever takes a step: the model is not trained.", "T5")
    check_evaluation_mode(training, case.val)
    check_training_mode(training)
    if kept_gradients(training, case.val):
        note("The validation runs with gradients on; torch.no_grad() saves time and memory.")
    if training.needs_gradient:
        note("The lists still hold the graphs of their batches: collect loss.item(), not the tensor.")


@check(task=TASK, points=2)
def test_scheduler_steps_once_an_epoch(student: Student, secret: Secret, device: str):
    """The scheduler is stepped once after each epoch, so that each epoch has its own learning rate."""
    case = make_case(secret, epochs=4)
    training = case.run(student, device)
    if not training.steps:
        fail("No optimizer ever takes a step, so that there is no learning rate to look at.", "T5")
    check_given_optimizer(training, OPTIMIZER)
    rates = [case.lr]
    for _ in range(case.epochs - 1):
        rates.append(rates[-1] * case.gamma)
    check_rates(training, [rate for rate in rates for _ in range(case.batches)])


@check(task=TASK, points=1.5)
def test_training_losses(student: Student, secret: Secret, device: str, note):
    """train_losses holds, for each epoch, the mean squared error over all training pictures."""
    case = make_case(secret)
    training = case.run(student, device)
    got, _ = curves(training, case.epochs)
    check_step_count(training, case.epochs, case.batches)
    running = running_scores(training, case.replay, squared_errors, case.epochs, case.batches)
    after = _after_each_epoch(training, case, case.train, case.batch)
    if equals(got, torch.tensor(_means(after), dtype=torch.float64), REPORTED):
        note("train_losses are measured after each epoch: right, but it costs another pass over the data.")
        return
    if not _is_mean_of_batches(got, running):
        check_curve(got, _means(running), "train_losses", _wrong_curves(running, case.batch))
    elif not equals(got, torch.tensor(_means(running), dtype=torch.float64), REPORTED):
        note(UNEVEN)


@check(task=TASK, points=1.5)
def test_validation_losses(student: Student, secret: Secret, device: str, note):
    """val_losses holds the mean squared error over all validation pictures after each epoch, in evaluation mode."""
    case = make_case(secret)
    training = case.run(student, device)
    _, got = curves(training, case.epochs)
    check_step_count(training, case.epochs, case.batches)
    scores = _after_each_epoch(training, case, case.val, case.val_batch)
    wanted = torch.tensor(_means(scores), dtype=torch.float64)
    if _is_mean_of_batches(got, scores) and not equals(got, wanted, REPORTED):
        note(UNEVEN)
        return
    start = _scores(training, case, 0, case.val, case.val_batch)
    wrong = {
        "T39: it is measured before the epoch, not after it": _means([start, *scores[:-1]]),
        "T26: it is the loss on the training pictures": _means(
            _after_each_epoch(training, case, case.train, case.batch)
        ),
        "T15: the model was in training mode, call model.eval() first": _means(_in_training_mode(training, case)),
        **_wrong_curves(scores, case.val_batch),
    }
    check_curve(got, _means(scores), "val_losses", wrong)


@check(task=TASK, points=1.5)
def test_best_weights_are_restored(student: Student, secret: Secret, device: str):
    """On return the model holds the weights and running statistics of the epoch with the smallest validation loss."""
    case = secret.memo("case", lambda: _with_the_best_epoch_inside(secret.streams(1)[0]))
    training = case.run(student, device)
    check_step_count(training, case.epochs, case.batches)
    losses = _means(_after_each_epoch(training, case, case.val, case.val_batch))
    of_batches = [_mean_of_batches(epoch) for epoch in _after_each_epoch(training, case, case.val, case.val_batch)]
    best = [
        epoch
        for epoch in range(case.epochs)
        if losses[epoch] <= min(losses) * (1 + 1e-4) or of_batches[epoch] <= min(of_batches) * (1 + 1e-4)
    ]
    check_best_weights(training, best, case.epochs, case.batches, case.weights)


# --- recomputed -------------------------------------------------------------------------------------------------------

UNEVEN = "Each batch counts the same in your mean, although the last one is smaller: weight it by its pictures."


def _scores(training: Training, case: Case, step: int, pictures: Tensor, batch: int) -> list[Tensor]:
    return scores_after(training, case.replay, squared_errors, step, (pictures, pictures), batch)


def _after_each_epoch(training: Training, case: Case, pictures: Tensor, batch: int) -> Scores:
    steps = [(epoch + 1) * case.batches for epoch in range(case.epochs)]
    return [_scores(training, case, step, pictures, batch) for step in steps]


def _in_training_mode(training: Training, case: Case) -> Scores:
    """What validation gives when BatchNorm normalizes with the batch at hand."""
    found = []
    for epoch in range(case.epochs):
        weights = training.weights_after((epoch + 1) * case.batches)
        batches = case.val.split(case.val_batch)
        found.append([squared_errors(case.replay.outputs(weights, x, training=True), x, x) for x in batches])
    return found


def _means(scores: Scores) -> list[float]:
    return [mean_over_pictures(epoch) for epoch in scores]


def _mean_of_batches(scores: list[Tensor]) -> float:
    return sum(batch.double().mean().item() for batch in scores) / len(scores)


def _is_mean_of_batches(got: Tensor, scores: Scores) -> bool:
    """Whether each batch counts the same: the text does not say that the smaller one must count less."""
    wanted = torch.tensor([_mean_of_batches(epoch) for epoch in scores], dtype=torch.float64)
    return equals(got, wanted, REPORTED)


def _wrong_curves(scores: Scores, batch: int) -> dict[str, list[float]]:
    """The known wrong numbers of each epoch, as curves."""
    tables = [wrong_means(epoch, batch) for epoch in scores]
    found = {key: [table[key] for table in tables] for key in tables[0]}
    right = _means(scores)
    counts = [sum(len(part) for part in epoch) for epoch in scores]
    found["T13: it is summed over the pixels, the mean over them is asked"] = [PIXELS * value for value in right]
    found["T13b: it is summed over all pixels of all pictures, the mean over them is asked"] = [
        PIXELS * count * value for count, value in zip(counts, right, strict=True)
    ]
    found["T12g: it is the root of the mean squared error"] = [value**0.5 for value in right]
    return found


# --- a best epoch that is neither the first nor the last --------------------------------------------------------------


def _with_the_best_epoch_inside(secret: Secret) -> Case:
    """A learning rate that grows until training falls apart, drawn until our own run is clearly at its best before."""
    while True:
        case = make_case(secret, lr=0.005, epochs=5, gamma=3.0)
        losses = _our_validation_losses(case)
        best = min(range(case.epochs), key=lambda epoch: losses[epoch])
        others = [loss for epoch, loss in enumerate(losses) if epoch != best]
        if 0 < best < case.epochs - 1 and min(others) > losses[best] * 1.01:
            return case


def _our_validation_losses(case: Case) -> list[float]:
    """Of a run with RMSprop, written out: the first optimizer of torch that a process makes costs seconds."""
    replay, lr = case.replay, case.lr
    model = replay.model.train()
    load_weights(model, case.weights)
    parameters = list(model.parameters())
    averages = [torch.zeros_like(parameter) for parameter in parameters]
    losses = []
    for _ in range(case.epochs):
        for pictures in case.train.split(case.batch):
            gradients = torch.autograd.grad(mean_squared(model(pictures), pictures, pictures), parameters)
            with torch.no_grad():
                for parameter, gradient, average in zip(parameters, gradients, averages, strict=True):
                    average.mul_(0.99).addcmul_(gradient, gradient, value=0.01)
                    parameter -= lr * gradient / (average.sqrt() + 1e-8)
        lr *= case.gamma
        made = replay.outputs(weights_of(model), case.val, training=False, buffers=buffers_of(model))
        losses.append(mean_squared(made, case.val, case.val).item())
    return losses
