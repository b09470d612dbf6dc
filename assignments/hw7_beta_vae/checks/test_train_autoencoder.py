"""Hidden checks of train_autoencoder: what it does to a small autoencoder of ours, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from autograder.checking import Secret, Student, check, fail
from autograder.checking.evaluation import check_curve, expect_curve
from autograder.checking.loops import (
    check_ends_with_last_step,
    check_gradients,
    check_optimizer,
    check_pictures_of_epochs,
    check_step_count,
    check_training_mode,
    check_weights,
    steps_with_batches,
    train_with_adam,
)
from autograder.checking.recorded_training import Replay, Training
from autograder.sandbox.loop_models import SmallAutoencoder, load_weights, weights_of

TASK = "train_autoencoder"
SIZES = {"pixels": 784, "hidden": 6, "latent": 3}


@dataclass(frozen=True)
class Run:
    """One run of the student's function, and the same model and data on this side."""

    training: Training
    replay: Replay
    start: torch.Tensor
    batch_size: int
    epochs: int
    lr: float

    @property
    def batches(self) -> int:
        return -(-len(self.replay.inputs) // self.batch_size)


def run(student: Student, secret: Secret, device: str, *, even: bool = False) -> Run:
    """Trains on secret pictures in a fixed order; the last batch is smaller unless it is to be `even`."""
    batch_size, epochs, lr = secret.integer(5, 7), 3, 0.01
    count = 3 * batch_size + (0 if even else secret.integer(2, 3))
    images, labels = secret.uniform(0, 1, count, 1, 28, 28), torch.as_tensor(secret.permutation(count))
    model = SmallAutoencoder(**SIZES)
    start = secret.normal(len(weights_of(model)), std=0.7)  # outputs near 0.5 would hide a wrong loss
    load_weights(model, start)
    remote = student.probe("build_model", device, "SmallAutoencoder", SIZES, start)
    loader = student.probe("build_loader", [images, labels], batch_size)
    target = student.probe("build_device", device)
    record = student.probe("record_training", TASK, remote, [remote, loader, epochs, lr, target])
    replay = Replay(model, _mse, images, images)
    return Run(Training.read(record), replay, start, batch_size, epochs, lr)


def _mse(outputs: torch.Tensor, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return F.mse_loss(outputs, targets)


@check(task=TASK, points=2.5)
def test_steps_follow_the_gradient_of_the_squared_error(student: Student, secret: Secret, device: str):
    """Every optimizer step follows the gradient of the mean squared error on the batch at hand: one step a batch."""
    answer = run(student, secret, device)
    known = {
        "T12: it is the absolute error, the task asks for the squared one": lambda out, x, y: F.l1_loss(out, y),
        "T12b: it is the binary cross-entropy, the task asks for the squared error": lambda out, x, y: (
            F.binary_cross_entropy(out, y)
        ),
        "T12c: it is the root of the squared error": lambda out, x, y: F.mse_loss(out, y).sqrt(),
        "T10: the picture is not compared with its reconstruction": lambda out, x, y: (out**2).mean(),
    }
    check_gradients(answer.training, answer.replay, known)
    check_step_count(answer.training, answer.epochs, answer.batches)
    check_pictures_of_epochs(answer.training, answer.replay, answer.batches)


@check(task=TASK, points=1.5)
def test_one_adam_with_the_given_rate(student: Student, secret: Secret, device: str):
    """The optimizer is Adam, made once, for the model that is passed, with the learning rate lr."""
    answer = run(student, secret, device, even=True)
    check_optimizer(answer.training, answer.lr)
    check_ends_with_last_step(answer.training)
    replay, batch = answer.replay, answer.batch_size
    check_weights(answer.training.final, train_with_adam(replay, answer.start, batch, answer.epochs, answer.lr)[-1])


@check(task=TASK, points=1.5)
def test_every_iteration_is_reported(student: Student, secret: Secret, device: str, note):
    """It returns the loss of every iteration, the mean squared error of its batch, as a list of floats."""
    answer = run(student, secret, device)
    losses, wrong = batch_losses(answer)
    if answer.training.result is None:
        fail("train_autoencoder returns None: return the list of losses.", "T39")
    count = answer.epochs * answer.batches
    curve = expect_curve(answer.training.result, count, "The list of losses", "iteration")
    if len(losses) != count:
        fail(f"{count} losses come back, but the optimizer took {len(losses)} steps on batches of the loader.", "T36")
    check_curve(curve, losses, "The list of losses", wrong, "iteration")
    if answer.training.needs_gradient:
        note("The losses still hold the graphs of their batches: store loss.item(), not the tensor.")


@check(task=TASK, points=0.5)
def test_model_is_in_training_mode(student: Student, secret: Secret, device: str):
    """The model is in training mode while it is trained, also when it came in evaluation mode."""
    answer = run(student, secret, device)
    if not answer.training.steps:
        fail("The optimizer never took a step: the model is not trained.", "T5")
    check_training_mode(answer.training)


def batch_losses(answer: Run) -> tuple[list[float], dict[str, list[float]]]:
    """The right loss of the batch of each step, and what the known wrong ways give."""
    right, late, sums, sizes = [], [], [], []
    for number, forward in steps_with_batches(answer.training):
        for losses, step in ((right, number), (late, number + 1)):
            weights = answer.training.weights_after(step)
            outputs = answer.replay.outputs(weights, forward.inputs, training=forward.training, buffers=forward.buffers)
            losses.append(F.mse_loss(outputs, forward.inputs).item())
        sums.append(right[-1] * forward.inputs.numel())
        sizes.append(len(forward.inputs))
    means = [sum(right[: count + 1]) / (count + 1) for count in range(len(right))]
    wrong = {
        "T13: each loss is a sum over all pixels and pictures, the task asks for the mean": sums,
        "T13b: each loss is a sum over pixels, the task asks for the mean": [784 * loss for loss in right],
        "T39c: each loss is measured after the step, with the new weights": late,
        "T17c: each number is the mean of all losses so far, not the loss of its own batch": means,
        "T13c: each loss is multiplied by the size of its batch": [a * b for a, b in zip(right, sizes, strict=True)],
    }
    return right, wrong
