"""Hidden checks of train_autoencoder, on a small autoencoder of ours: with BatchNorm, so that the mode matters, in
batches of which the last one is smaller. The pictures have the 784 pixels that stand in the notebook's formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checking import Remote, Secret, Student, check, fail
from autograder.checking.evaluation import (
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
    models_of_adam,
    train_with_adam,
)
from autograder.checking.recorded_training import Replay, Training
from autograder.checking.values import expect_sequence
from autograder.sandbox.loop_models import SmallAutoencoder, load_weights, weights_of

TASK = "train_autoencoder"
HEIGHT, WIDTH = 28, 28
CODE_WEIGHT = 2.0  # of the code in the wrong loss that a model with two outputs suggests


def mse(outputs: Any, inputs: Tensor, targets: Tensor) -> Tensor:
    return F.mse_loss(outputs[0], inputs)


def picture_errors(outputs: Any, inputs: Tensor, targets: Tensor) -> Tensor:
    """Of each picture the mean squared error over its pixels."""
    return ((outputs[0] - inputs) ** 2).flatten(1).mean(1)


WRONG_LOSSES = {
    "T12: it is the mean absolute error, the task asks for the mean squared one": lambda outputs, inputs, targets: (
        F.l1_loss(outputs[0], inputs)
    ),
    "T12b: it is smooth L1 (Huber), the task asks for the mean squared error": lambda outputs, inputs, targets: (
        F.smooth_l1_loss(outputs[0], inputs)
    ),
    "T12c: it is the square root of the mean squared error": lambda outputs, inputs, targets: F.mse_loss(
        outputs[0], inputs
    ).sqrt(),
    "T12d: the pictures are compared in [0, 1]; compare them as they are": lambda outputs, inputs, targets: F.mse_loss(
        outputs[0], (inputs + 1) / 2
    ),
    "T35: the size of the codes counts too": lambda outputs, inputs, targets: (
        F.mse_loss(outputs[0], inputs) + outputs[1].pow(2).mean()
    ),
}


@dataclass(frozen=True)
class Run:
    """One call of train_autoencoder: what went in, what was recorded."""

    training: Training
    replay: Replay
    start: Tensor
    train: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]
    batch_sizes: tuple[int, int]
    lr: float
    epochs: int
    device: str

    @property
    def batches(self) -> int:
        return -(-len(self.train[0]) // self.batch_sizes[0])

    def curve(self, which: int) -> Tensor:
        """The losses that came back: 0 for those of training, 1 for those of the test data."""
        both = expect_sequence(self.training.result, 2, TASK, "(train_loss, test_loss)")
        return expect_curve(both[which], self.epochs, ("train_loss", "test_loss")[which])

    def right_curve(self, which: int) -> tuple[list[float], dict[str, list[float]]]:
        """What the losses should be, and what known wrong ways of averaging give."""
        if which == 0:
            scores = running_scores(self.training, self.replay, picture_errors, self.epochs, self.batches)
        else:
            steps = [(epoch + 1) * self.batches for epoch in range(self.epochs)]
            size = self.batch_sizes[1]
            scores = [scores_after(self.training, self.replay, picture_errors, step, self.test, size) for step in steps]
        wrong = [wrong_means(batches, self.batch_sizes[which]) for batches in scores]
        right = [mean_over_pictures(batches) for batches in scores]
        curves = {key: [means[key] for means in wrong] for key in wrong[0]}
        return right, {
            **curves,
            "T13: it is summed over the pixels, their mean is asked": [HEIGHT * WIDTH * loss for loss in right],
            "T12c: it is the square root of the mean squared error": [mean_root(batches) for batches in scores],
        }


def mean_root(batches: list[Tensor]) -> float:
    """The root of the error of each batch, averaged over the pictures."""
    return mean_over_pictures([batch.double().mean().sqrt().expand(len(batch)) for batch in batches])


@dataclass(frozen=True)
class Setting:
    """What train_autoencoder is called with."""

    sizes: dict[str, Any]  # of the model
    start: Tensor
    train: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]
    batch_sizes: tuple[int, int]
    lr: float
    epochs: int

    @classmethod
    def draw(cls, secret: Secret, even: bool = False, apart: float = 0.0) -> Setting:
        size, test_size, hidden, latent = secret.sizes(4, 4, 11)
        count = 3 * size + (0 if even else secret.integer(2, size - 2))
        n_test = 2 * test_size + secret.integer(2, test_size - 1)
        train, test = _pictures(secret, count, apart), _pictures(secret, n_test, -apart)
        sizes = {"pixels": HEIGHT * WIDTH, "hidden": hidden, "latent": latent, "with_code": True}
        start = 0.4 * secret.normal(len(weights_of(SmallAutoencoder(**sizes))))
        lr, epochs = secret.number(5e-3, 2e-2), secret.integer(3, 4)
        return cls(sizes, start, train, test, (size, test_size), lr, epochs)

    @property
    def model(self) -> SmallAutoencoder:
        ours = SmallAutoencoder(**self.sizes)
        load_weights(ours, self.start)
        return ours

    @property
    def test_loss_rises(self) -> bool:
        """Whether in our own run the loss of the test pictures is the lowest after the first epoch."""
        replay, found = Replay(self.model, mse, self.train[0], self.train[0]), []
        for model in models_of_adam(replay, self.start, self.batch_sizes[0], self.epochs, self.lr):
            with torch.no_grad():
                found.append(mse(model.eval()(self.test[0]), self.test[0], self.test[0]).item())
            model.train()
        _, *found = found
        return found == sorted(found)


def against_the_test_pictures(secret: Secret) -> Setting:
    """Bright training pictures and dark test pictures: what is learned on the former makes the error of the latter
    grow."""
    while True:
        setting = Setting.draw(secret, apart=0.6)
        if setting.test_loss_rises:
            return setting


def run(
    student: Student,
    secret: Secret,
    device: str,
    *,
    even: bool = False,
    shuffle: bool = False,
    setting: Setting | None = None,
) -> Run:
    """Calls train_autoencoder once, on secret pictures unless a setting is given.

    even: all batches of one size, so that a summed loss leads Adam to the same weights; in their order
    """
    setting = setting or Setting.draw(secret, even)
    train, test, (size, test_size) = setting.train, setting.test, setting.batch_sizes
    model: Remote = student.probe("build_model", device, "SmallAutoencoder", setting.sizes, setting.start)
    loaders = [
        student.probe("build_loader", list(data), batch_size, mixed)
        for data, batch_size, mixed in ((train, size, shuffle), (test, test_size, False))
    ]
    args = [model, *loaders, setting.lr, setting.epochs, student.probe("build_device", device)]
    training = Training.read(student.probe("record_training", TASK, model, args))
    others = {
        "T26: The model is trained on the pictures of test_loader": test[0],
        "T42: The pictures are rescaled to [0, 1] before they go into the model; take them as they come": (train[0] + 1)
        / 2,
    }
    replay = Replay(setting.model, mse, train[0], train[0], others)
    return Run(training, replay, setting.start, train, test, setting.batch_sizes, setting.lr, setting.epochs, device)


def _pictures(secret: Secret, count: int, brightness: float) -> tuple[Tensor, Tensor]:
    """Pictures in [-1, 1] that get harder towards the end, so that the last batch is not like the others."""
    contrast = torch.linspace(0.3, 1, count)[:, None, None, None]
    images = brightness + (1 - abs(brightness)) * contrast * secret.uniform(-1, 1, count, 1, HEIGHT, WIDTH)
    return images, torch.as_tensor(secret.permutation(count) % 10)


@check(task=TASK, points=3)
def test_every_step_follows_the_gradient_of_the_squared_error(student: Student, secret: Secret, device: str):
    """At every step the optimizer follows the gradient of the mean squared error on the batch at hand, and no other."""
    answer = run(student, secret, device, shuffle=True)
    for forward in answer.training.forwards:
        if forward.inputs is not None and forward.inputs.shape[1:] != (1, HEIGHT, WIDTH):
            text = "Pictures should go into the model as they come from the loader, (B, 1, H, W)"
            fail(f"{text}: a convolution cannot do with {tuple(forward.inputs.shape[1:])} for each.", "E27")
    check_gradients(answer.training, answer.replay, WRONG_LOSSES)


@check(task=TASK, points=2)
def test_one_step_a_batch_in_training_mode(student: Student, secret: Secret, device: str):
    """There is one optimizer step for every batch of every epoch, and the model is in training mode at each of them."""
    answer = run(student, secret, device, shuffle=True)
    check_step_count(answer.training, answer.epochs, answer.batches)
    check_training_mode(answer.training)


@check(task=TASK, points=2)
def test_one_adam_with_the_given_rate(student: Student, secret: Secret, device: str):
    """One Adam with the learning rate lr does all steps, and arrives at the weights where Adam must arrive."""
    answer = run(student, secret, device, even=True)
    check_optimizer(answer.training, answer.lr)
    snapshots = train_with_adam(answer.replay, answer.start, answer.batch_sizes[0], answer.epochs, answer.lr)
    last = answer.training.last
    check_weights(answer.training.final if last is None else last, snapshots[-1], 1e-3 if device == "cpu" else 1e-2)


@check(task=TASK, points=2)
def test_training_loss_is_the_mean_over_all_pictures(student: Student, secret: Secret, device: str):
    """train_loss holds for each epoch the mean over all of its pictures, also when the last batch is smaller."""
    answer = run(student, secret, device)
    got = answer.curve(0)
    check_step_count(answer.training, answer.epochs, answer.batches)
    right, wrong = answer.right_curve(0)
    again = running_scores(answer.training, answer.replay, picture_errors, answer.epochs, answer.batches, late=True)
    second = "T18b: each batch is looked at again after its step; it counts as it was when it was trained on"
    check_curve(got, right, "train_loss", {second: [mean_over_pictures(epoch) for epoch in again], **wrong})


@check(task=TASK, points=2)
def test_test_loss_is_the_mean_over_all_pictures(student: Student, secret: Secret, device: str):
    """test_loss holds for each epoch the mean over all test pictures, with the weights after that epoch."""
    answer = run(student, secret, device)
    got = answer.curve(1)
    check_step_count(answer.training, answer.epochs, answer.batches)
    right, wrong = answer.right_curve(1)
    before = [_loss(answer, epoch * answer.batches, answer.test) for epoch in range(answer.epochs)]
    of_training = [_loss(answer, (epoch + 1) * answer.batches, answer.train) for epoch in range(answer.epochs)]
    known = {
        "T26c: it is the loss of the training data": of_training,
        "T38e: it is train_loss": answer.right_curve(0)[0],
        "T38b: each epoch is evaluated before it is trained, evaluate after it": before,
    }
    check_curve(got, right, "test_loss", {**wrong, **known})


def _loss(answer: Run, step: int, data: tuple[Tensor, Tensor]) -> float:
    """The mean over these pictures with the weights after so many steps, in evaluation mode."""
    return mean_over_pictures(scores_after(answer.training, answer.replay, picture_errors, step, data, len(data[0])))


@check(task=TASK, points=1)
def test_test_pictures_are_only_looked_at(student: Student, secret: Secret, device: str, note):
    """The test data go through the model in evaluation mode, nothing is selected with them, and on return the model
    holds the weights of its last step."""
    answer = run(student, secret, device, setting=against_the_test_pictures(secret))
    check_evaluation_mode(answer.training, answer.test[0], "test")
    total = answer.epochs * answer.batches
    if 0 < answer.training.step_count < total and answer.training.step_count % answer.batches == 0:
        text = "Training stopped early when the loss of the test pictures rose"
        fail(f"{text}: they are only looked at, and all n_epochs epochs are made.", "T26e")
    check_nothing_moves_between(answer.training)
    earlier = [answer.training.weights_after((epoch + 1) * answer.batches) for epoch in range(answer.epochs - 1)]
    if any(torch.equal(answer.training.final, weights) for weights in earlier):
        text = "On return, the model holds the weights of an earlier epoch. Nothing is selected with the test pictures"
        fail(f"{text}: the model keeps the weights of the last step.", "T26f")
    if answer.training.steps and not torch.equal(answer.training.final, answer.training.weights_after(total)):
        fail("On return, the model does not hold the weights that it was trained to.", "T27")
    looks = [forward for forward in answer.training.forwards if not forward.training]
    if not looks:
        fail(
            "The model is never evaluated: after each epoch the test pictures go through it in evaluation mode.", "T15"
        )
    if kept_gradients(answer.training, answer.test[0]):
        note("The test pictures go through the model with gradients on: wrap the evaluation in torch.no_grad().")
    if answer.training.needs_gradient:
        note("The losses that come back keep the graphs of their batches alive: store loss.item(), not the tensor.")
