"""Hidden checks of train_cnn.

The function trains a small classifier of ours, with BatchNorm, on secret data. A probe records what each optimizer step
finds; gradients, losses, accuracies and the best epoch are recomputed here from the recorded weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checking import Secret, Student, check, fail
from autograder.checking.evaluation import (
    as_percent,
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
    check_gradients,
    check_nothing_moves_between,
    check_optimizer,
    check_step_count,
    check_training_mode,
    check_weights,
    train_with_adam,
)
from autograder.checking.recorded_training import Loss, Replay, Training
from autograder.checking.values import expect_sequence
from autograder.sandbox.loop_models import SmallClassifier, buffers_of, load_weights, weights_of

TASK = "train_cnn"
CLASSES, SHAPE, HIDDEN = 5, (3, 3, 4), 7
PIXELS = 36
PARTS = ("train_loss", "val_loss", "train_acc", "val_acc")


def nll(outputs: Any, inputs: Tensor, targets: Tensor) -> Tensor:
    return F.nll_loss(outputs, targets)


def losses(outputs: Any, inputs: Tensor, targets: Tensor) -> Tensor:
    return F.nll_loss(outputs, targets, reduction="none")


def hits(outputs: Any, inputs: Tensor, targets: Tensor) -> Tensor:
    return (outputs.argmax(dim=1) == targets).double()


OTHER_LOSSES: dict[str, Loss] = {
    "T12: the squared error of the log-probabilities": lambda o, x, y: F.mse_loss(o, _one_hot(y)),
    "T12b: the squared error of the probabilities": lambda o, x, y: F.mse_loss(o.exp(), _one_hot(y)),
    "C3: NLLLoss on probabilities, but the model's outputs are logarithms already": lambda o, x, y: F.nll_loss(
        o.exp(), y
    ),
    "C3b: cross entropy of probabilities, but it takes log-probabilities as they are": lambda o, x, y: F.cross_entropy(
        o.exp(), y
    ),
    "T10: the model's own predictions are the target, not the labels": lambda o, x, y: F.nll_loss(o, o.argmax(1)),
    "T10b: its sign is wrong, so that training makes it worse": lambda o, x, y: -F.nll_loss(o, y),
}


def _one_hot(labels: Tensor) -> Tensor:
    return F.one_hot(labels, CLASSES).float()


@dataclass(frozen=True)
class Case:
    """Secret data, weights and settings for one call of train_cnn."""

    train: tuple[Tensor, Tensor]
    val: tuple[Tensor, Tensor]
    weights: Tensor
    batch: int
    val_batch: int
    lr: float
    epochs: int

    @property
    def batches(self) -> int:
        return -(-len(self.train[1]) // self.batch)

    @property
    def replay(self) -> Replay:
        mixed = {"T26: the model is trained on the validation data, which only serve to measure": self.val[0]}
        return Replay(SmallClassifier(PIXELS, HIDDEN, CLASSES), nll, *self.train, mixed)

    def run(self, student: Student, device: str, shuffle: bool = False) -> Training:
        sizes = {"pixels": PIXELS, "hidden": HIDDEN, "classes": CLASSES}
        model = student.probe("build_model", device, "SmallClassifier", sizes, self.weights)
        train = student.probe("build_loader", list(self.train), self.batch, shuffle)
        val = student.probe("build_loader", list(self.val), self.val_batch)
        args = [model, train, val, self.lr, self.epochs, student.probe("build_device", device)]
        return Training.read(student.probe("record_training", TASK, model, args))


def draw(secret: Secret, even: bool = False, noise: float = 0.6, lr: float = 0.0, epochs: int = 3) -> Case:
    """Pictures that show their class, more or less; batches are uneven unless told otherwise."""
    batch, val_batch = secret.sizes(2, 6, 9)
    batches, val_batches = secret.integer(3, 4), secret.integer(2, 3)
    count = batches * batch + (0 if even else secret.integer(3, batch - 2))
    val_count = val_batches * val_batch + secret.integer(3, val_batch - 2)
    kinds = secret.normal(CLASSES, *SHAPE)

    def data(size: int) -> tuple[Tensor, Tensor]:
        labels = torch.as_tensor(secret.permutation(size) % CLASSES)
        return kinds[labels] + noise * secret.normal(size, *SHAPE), labels

    model = SmallClassifier(PIXELS, HIDDEN, CLASSES)
    size = weights_of(model).numel()
    weights = secret.normal(size, std=0.25)
    load_weights(model, weights)
    model.layers[2].weight.data.copy_(secret.uniform(0.6, 1.4, HIDDEN))  # the scale of BatchNorm
    return Case(
        data(count), data(val_count), weights_of(model), batch, val_batch, lr or secret.number(5e-3, 2e-2), epochs
    )


def histories(training: Training, case: Case) -> dict[str, Tensor]:
    """The four curves, once there are four of one number an epoch."""
    value = training.result
    if isinstance(value, (Tensor, np.ndarray)) and value.ndim == 2:
        value = list(value)  # four rows are unpacked as well as four arrays
    parts = expect_sequence(value, 4, TASK, "four arrays, (train_loss, val_loss, train_acc, val_acc)")
    return {name: expect_curve(part, case.epochs, name) for name, part in zip(PARTS, parts, strict=True)}


# --- checks -----------------------------------------------------------------------------------------------------------


@check(task=TASK, points=2.5)
def test_every_step_follows_the_gradient(student: Student, secret: Secret, device: str):
    """Each optimizer step follows the gradient of the negative log-likelihood on the batch at hand, and no other."""
    for shuffle in (False, True):
        case = draw(secret)
        training = case.run(student, device, shuffle)
        check_gradients(training, case.replay, OTHER_LOSSES)
        check_step_count(training, case.epochs, case.batches)


@check(task=TASK, points=2)
def test_one_adam_with_the_given_rate(student: Student, secret: Secret, device: str):
    """One Adam optimizer with the learning rate lr trains all parameters, from the first step to the last."""
    case = draw(secret, even=True)
    training = case.run(student, device)
    check_optimizer(training, case.lr)
    want = train_with_adam(case.replay, case.weights, case.batch, case.epochs, case.lr)[-1]
    check_weights(training.weights_after(case.epochs * case.batches), want)


@check(task=TASK, points=1)
def test_training_and_evaluation_mode(student: Student, secret: Secret, device: str, note):
    """The model is in training mode while it trains, in every epoch, and in evaluation mode on the validation data."""
    case = draw(secret)
    training = case.run(student, device)
    if not training.steps:
        fail("No optimizer ever takes a step: the model is not trained.", "T5")
    check_evaluation_mode(training, case.val[0])
    check_training_mode(training)
    if kept_gradients(training, case.val[0]):
        note("The validation runs with gradients on; torch.no_grad() saves time and memory.")
    if training.needs_gradient:
        note("The histories still hold the graphs of their batches: collect loss.item(), not the tensor.")


@check(task=TASK, points=1.5)
def test_training_history(student: Student, secret: Secret, device: str):
    """train_loss and train_acc hold, for each epoch, the running means over all its pictures."""
    case = draw(secret)
    training = case.run(student, device)
    got = histories(training, case)
    check_step_count(training, case.epochs, case.batches)
    for name, score in (("train_loss", losses), ("train_acc", hits)):
        scores = running_scores(training, case.replay, score, case.epochs, case.batches)
        after = [
            torch.cat(scores_after(training, case.replay, score, (e + 1) * case.batches, case.train, case.batch))
            for e in range(case.epochs)
        ]
        late = "T18: it is taken after the epoch; a running mean counts each batch as it was when it was trained on"
        want = [mean_over_pictures(epoch) for epoch in scores]
        again = running_scores(training, case.replay, score, case.epochs, case.batches, late=True)
        second = "T18b: each batch is looked at again after its step; it counts as it was when it was trained on"
        wrong = {
            second: [mean_over_pictures(epoch) for epoch in again],
            late: [mean_over_pictures([epoch]) for epoch in after],
            **_columns(scores, case.batch, want, name),
        }
        check_curve(got[name], want, name, wrong)


@check(task=TASK, points=1.5)
def test_validation_history(student: Student, secret: Secret, device: str):
    """val_loss and val_acc hold the means over all validation pictures after each epoch, in evaluation mode."""
    case = draw(secret)
    training = case.run(student, device)
    got = histories(training, case)
    check_step_count(training, case.epochs, case.batches)
    check_evaluation_mode(training, case.val[0])
    for name, score in (("val_loss", losses), ("val_acc", hits)):
        scores = _after_each_epoch(training, case, score)
        want = [mean_over_pictures(epoch) for epoch in scores]
        wrong = {
            "T39: it is measured before the epoch, not after it": [
                mean_over_pictures(
                    scores_after(training, case.replay, score, e * case.batches, case.val, case.val_batch)
                )
                for e in range(case.epochs)
            ],
            **_columns(scores, case.val_batch, want, name),
        }
        check_curve(got[name], want, name, wrong)


def _after_each_epoch(training: Training, case: Case, score: Any) -> list[list[Tensor]]:
    return [
        scores_after(training, case.replay, score, (epoch + 1) * case.batches, case.val, case.val_batch)
        for epoch in range(case.epochs)
    ]


def _columns(scores: list[list[Tensor]], batch: int, want: list[float], name: str) -> dict[str, list[float]]:
    """The known wrong means of each epoch, as curves."""
    tables = [wrong_means(epoch, batch) for epoch in scores]
    if name.endswith("acc"):
        tables = [as_percent(table, right) for table, right in zip(tables, want, strict=True)]
    return {key: [table[key] for table in tables] for key in tables[0]}


@check(task=TASK, points=1.5)
def test_best_weights_are_restored(student: Student, secret: Secret, device: str):
    """On return the model holds the weights and running statistics of its best epoch on the validation data."""
    case = secret.memo("case", lambda: _with_the_best_epoch_inside(secret.streams(1)[0]))
    training = case.run(student, device)
    check_step_count(training, case.epochs, case.batches)
    accuracy = [mean_over_pictures(epoch) for epoch in _after_each_epoch(training, case, hits)]
    loss = [mean_over_pictures(epoch) for epoch in _after_each_epoch(training, case, losses)]
    check_nothing_moves_between(training)
    check_best_weights(training, _best(accuracy, loss), case.epochs, case.batches, case.weights)


def _best(accuracy: list[float], loss: list[float]) -> list[int]:
    """The epochs that may be called the best: of the highest accuracy, or of the smallest loss."""
    highest, smallest = max(accuracy), min(loss)
    pairs = enumerate(zip(accuracy, loss, strict=True))
    return [epoch for epoch, (a, b) in pairs if a >= highest - 1e-9 or b <= smallest + 1e-6]


def _with_the_best_epoch_inside(secret: Secret) -> Case:
    """Noisy data and a large learning rate, drawn until our own run is at its best neither first nor last."""
    while True:
        case = draw(secret, noise=2.0, lr=0.15, epochs=6)
        replay, snapshots = case.replay, []
        for weights, buffers in _our_run(case):
            outputs = replay.outputs(weights, case.val[0], training=False, buffers=buffers)
            labels = case.val[1]
            snapshots.append((hits(outputs, case.val[0], labels).mean().item(), nll(outputs, labels, labels).item()))
        accuracy, loss = (list(column) for column in zip(*snapshots, strict=True))
        best = _best(accuracy, loss)
        others = {0, case.epochs - 1, accuracy.index(min(accuracy)), loss.index(max(loss))}
        if not others & set(best) and len(best) <= 3:
            return case


def _our_run(case: Case) -> list[tuple[Tensor, Tensor]]:
    """(weights, running statistics) after each epoch of our own run."""
    model = case.replay.model.train()
    load_weights(model, case.weights)
    optimizer = torch.optim.Adam(model.parameters(), lr=case.lr)
    snapshots = []
    for _ in range(case.epochs):
        for inputs, targets in zip(case.train[0].split(case.batch), case.train[1].split(case.batch), strict=True):
            optimizer.zero_grad()
            nll(model(inputs), inputs, targets).backward()
            optimizer.step()
        snapshots.append((weights_of(model), buffers_of(model)))
    return snapshots
