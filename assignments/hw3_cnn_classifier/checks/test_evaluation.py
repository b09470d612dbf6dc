"""Hidden checks of evaluate_model: a small classifier of ours with BatchNorm and Dropout, easy pictures first."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.checking import Secret, Student, check, fail
from autograder.checking.evaluation import (
    as_percent,
    check_evaluation_mode,
    check_number,
    check_unchanged,
    kept_gradients,
    mean_over_pictures,
    per_batch,
    wrong_means,
)
from autograder.checking.recorded_training import Training
from autograder.checking.values import expect_scalar
from autograder.sandbox.loop_models import SmallClassifier, buffers_of, load_buffers, load_weights, weights_of

TASK = "evaluate_model"
CLASSES, SHAPE, HIDDEN = 4, (3, 3, 4), 8
PIXELS = 36


@dataclass(frozen=True)
class Case:
    """A classifier and pictures with labels of which it gets the first ones right and the last ones mostly wrong."""

    weights: Tensor
    buffers: Tensor
    images: Tensor
    labels: Tensor
    right: Tensor  # for each picture 1 or 0
    predictions: Tensor
    batch: int

    def run(self, student: Student, device: str, shuffle: bool = False) -> tuple[Training, list[Tensor]]:
        """(what was recorded, weights and running statistics before)."""
        sizes = {"pixels": PIXELS, "hidden": HIDDEN, "classes": CLASSES, "dropout": 0.5}
        model = student.probe("build_model", device, "SmallClassifier", sizes, self.weights, self.buffers)
        loader = student.probe("build_loader", [self.images, self.labels], self.batch, shuffle)
        args = [model, loader, student.probe("build_device", device)]
        record = student.probe("record_calls", TASK, model, args)
        return Training.read(record), record["before"]

    @property
    def accuracy(self) -> float:
        return mean_over_pictures([self.right])

    @property
    def wrong(self) -> dict[str, float]:
        """What known mistakes give that are none of averaging."""
        pairs = zip(self.predictions.split(self.batch), self.labels.split(self.batch), strict=True)
        crossed = sum((got[:, None] == want).sum().item() for got, want in pairs)
        text = "each answer is compared with all labels of its batch: make both of the shape (B,)"
        return {
            f"C8: {text}": crossed / len(self.labels),
            "T21c: it is rounded, return it as it is": round(self.accuracy, 2),
        }


def draw(secret: Secret, batches: int = 3) -> Case:
    """An uneven last batch, and a share of right answers that no wrong mean shares."""
    batch = secret.integer(7, 11)
    count = (batches - 1) * batch + secret.integer(3, batch - 3) if batches > 1 else batch
    easy = count - secret.integer(3, 4) - (batch // 2 if batches > 1 else 0)
    model = SmallClassifier(PIXELS, HIDDEN, CLASSES)
    load_weights(model, secret.normal(weights_of(model).numel(), std=0.5))
    means, variances = secret.normal(HIDDEN), secret.uniform(2, 6, HIDDEN)
    load_buffers(model, torch.cat([means, variances]))
    images = _decided(model, secret, count)
    with torch.no_grad():
        predictions = model.eval()(images).argmax(dim=1)
    right = (torch.arange(count) < easy).double()
    right[-1] = 1  # else a batch of which nothing is right weighs nothing, whatever its size
    shift = torch.as_tensor(secret.generator.integers(1, CLASSES, count))
    labels = torch.where(right > 0, predictions, (predictions + shift) % CLASSES)
    return Case(weights_of(model), buffers_of(model), images, labels, right, predictions, batch)


def _decided(model: SmallClassifier, secret: Secret, count: int) -> Tensor:
    """Pictures about which the model is in no doubt, so that rounding cannot change its mind."""
    images = secret.normal(8 * count, *SHAPE, std=1.5)
    with torch.no_grad():
        top = model.eval()(images).topk(2, dim=1).values
    return images[(top[:, 0] - top[:, 1]).argsort(descending=True)[: 4 * count]][::4].contiguous()


@check(task=TASK, points=1)
def test_share_of_right_answers(student: Student, secret: Secret, device: str):
    """It returns the share of pictures that the model gets right, one number in [0, 1]."""
    for stream in secret.streams(3):
        case = draw(stream, batches=1)
        training, _ = case.run(student, device)
        got = expect_scalar(training.result, "The accuracy")
        known = {
            **case.wrong,
            "C21: it is the share of wrong answers": 1 - case.accuracy,
            "T20b: it is the number of right answers, not their share": case.right.sum().item(),
        }
        check_number(got, case.accuracy, "The accuracy", as_percent(known, case.accuracy))


@check(task=TASK, points=2)
def test_every_picture_counts_the_same(student: Student, secret: Secret, device: str):
    """Over several batches, of which the last is smaller, every picture counts the same."""
    for stream in secret.streams(3):
        case = draw(stream, batches=stream.integer(3, 4))
        training, _ = case.run(student, device)
        got = expect_scalar(training.result, "The accuracy")
        wrong = as_percent(wrong_means(per_batch(case.right, case.batch), case.batch), case.accuracy)
        check_number(got, case.accuracy, "The accuracy over uneven batches", {**case.wrong, **wrong})


@check(task=TASK, points=1)
def test_evaluates_and_changes_nothing(student: Student, secret: Secret, device: str, note):
    """The model is in evaluation mode meanwhile, and its weights and running statistics stay as they were."""
    case = draw(secret)
    training, before = case.run(student, device)
    if not training.forwards:
        fail("The model that is passed is never called: use the argument, no other model.", "T7")
    check_evaluation_mode(training, case.images, "loader's")
    check_unchanged(training, before)
    if kept_gradients(training, case.images):
        note("Evaluating with gradients on costs time and memory: wrap it in torch.no_grad().")
