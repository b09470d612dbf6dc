"""Hidden checks of train_autoencoder: early stopping.

The validation losses are written down in advance: a model of ours counts the optimizer's steps and makes the error that
its script has for that epoch. So nothing has to be known about the student's training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from autograder.checking import Secret, Student, check, fail
from autograder.checking.evaluation import expect_curve
from autograder.checking.loops import check_given_optimizer
from autograder.checking.recorded_training import Training
from autograder.checking.stopping import best_epoch, check_epochs_run, draw_curve, epochs_run
from autograder.checking.values import expect_sequence

TASK = "train_autoencoder"
OPTIMIZER = "CountingOptimizer"
PATIENT = 99  # more than there are epochs
TINY = 5e-6  # an improvement: thousand times the rounding error of a loss near 0.04
SCALE = 0.45  # of drawn curves: squared errors of pictures are below 1, and a loop may start its best loss there


class Script:
    """One call of train_autoencoder on a model whose losses are known, and what it did."""

    def __init__(self, student: Student, secret: Secret, device: str, curve: Sequence[float], patience: int) -> None:
        batch, val_batch = secret.sizes(2, 3, 5)
        self.batches, self.val_batches = secret.integer(2, 3), 2
        self.curve, self.patience = curve, patience
        train, val = (
            secret.uniform(0, 1, count * size - 1, 1, 28, 28)
            for count, size in ((self.batches, batch), (self.val_batches, val_batch))
        )
        model = student.probe(
            "build_model", device, "ScriptedAutoencoder", {"losses": list(curve), "batches": self.batches}
        )
        loaders = [
            student.probe("build_loader", [pictures, _labels(pictures)], size)
            for pictures, size in ((train, batch), (val, val_batch))
        ]
        optimizer = student.probe("build_optimizer", model, OPTIMIZER, 1.0)
        scheduler = student.probe("build_scheduler", optimizer, 0.9)
        args = [model, *loaders, optimizer, scheduler, len(curve), patience, student.probe("build_device", device)]
        self.training = Training.read(student.probe("record_training", TASK, model, args, method="encode"))

    @property
    def steps(self) -> int:
        return self.training.step_count

    def check_stop(self) -> None:
        """Fails unless it ran as many whole epochs as it should."""
        self._check_optimizer()
        if self.steps % self.batches:
            text = "Training stops in the middle of an epoch"
            fail(f"{text}: count whole epochs, not batches, and look at the validation loss after the last one.", "T24")
        check_epochs_run(self.steps // self.batches, self.curve, self.patience)

    def _check_optimizer(self) -> None:
        if not self.steps:
            fail("The optimizer never takes a step: the model is not trained.", "T5")
        check_given_optimizer(self.training, OPTIMIZER)

    def check_lengths(self) -> None:
        """Fails unless both lists have one number for each epoch that was run."""
        parts = expect_sequence(self.training.result, 2, TASK, "two lists, (train_losses, val_losses)")
        for part, name in zip(parts, ("train_losses", "val_losses"), strict=True):
            expect_curve(part, self.steps // self.batches, name)

    def check_best(self) -> None:
        """Fails unless the model holds the weights of the best of the epochs that were run."""
        self._check_optimizer()
        run = self.steps // self.batches
        if not run or self.steps % self.batches:
            self.check_stop()
        best, held = best_epoch(self.curve[:run]), self.training.final[0].item() / self.batches
        if held == best + 1:
            return
        if held == run:
            text = "On return the model holds the weights of the last epoch, not of the best one. Load the best weights"
            fail(f"{text} at the end, and mind that state_dict() shares its memory with the model: deepcopy it.", "T23")
        if held == int(held) and held > 0:
            text = f"On return the model holds the weights of epoch {int(held)}, which is not the best of the {run}"
            fail(f"{text}: the best is that with the smallest validation loss of all.", "T24")
        fail("On return the model holds weights that it had after none of the epochs: compare whole epochs.", "T24")


def _labels(pictures: Tensor) -> Any:
    return (10 * pictures[:, 0, 0, 0]).long()


@check(task=TASK, points=3)
def test_stops_after_epochs_without_a_new_best(student: Student, secret: Secret, device: str):
    """Training stops as soon as `patience` epochs in a row brought no new smallest validation loss."""
    *streams, last = secret.streams(4)
    for patience, stream in zip((2, 3, 4), streams, strict=True):
        curve = _drawn(stream, stream.integer(3 * patience + 3, 3 * patience + 6), patience)
        script = Script(student, stream, device, curve, patience)
        script.check_stop()
        script.check_lengths()
    patience = last.integer(2, 4)
    script = Script(student, last, device, _best_at_once(last, 3 * patience + 2), patience)
    if script.steps == script.batches * len(script.curve):
        text = "With the smallest validation loss in the first epoch training never stops"
        fail(f"{text}: patience counts from the first epoch on.", "A17c")
    script.check_stop()


def _drawn(secret: Secret, epochs: int, patience: int) -> list[float]:
    return [SCALE * loss for loss in draw_curve(secret, epochs, patience)]


def _best_at_once(secret: Secret, epochs: int) -> list[float]:
    """Losses that go up and down above the first one."""
    return [0.1, *(0.2 + 0.6 * secret.number(0, 1) for _ in range(epochs - 1))]


@check(task=TASK, points=1.5)
def test_goes_on_while_there_is_progress(student: Student, secret: Secret, device: str):
    """While new smallest losses come, training goes on, up to n_epochs epochs and not one more."""
    patience, epochs = secret.integer(2, 3), secret.integer(8, 11)
    falling = _falling(secret, epochs)
    script = Script(student, secret, device, falling, patience)
    script.check_stop()
    script.check_lengths()
    impatient = Script(student, secret, device, _until_a_rise(secret, epochs), 1)
    impatient.check_stop()
    slow = Script(student, secret, device, _falling(secret, epochs, TINY, 0.04), patience)
    if slow.steps < epochs * slow.batches:
        fail("Every epoch brought a new smallest validation loss, if only by little, but training stopped.", "A20b")
    slow.check_stop()


def _falling(secret: Secret, epochs: int, step: float = 0.004, start: float = 0.9) -> list[float]:
    """A new smallest loss in each epoch, sometimes by very little."""
    return [start - step * (epoch + secret.number(0, 0.7)) for epoch in range(epochs)]


def _until_a_rise(secret: Secret, epochs: int) -> list[float]:
    """Losses that fall, rise once in the middle, and then fall far below."""
    curve, middle = _falling(secret, epochs, 0.04), epochs // 2
    curve[middle:] = [curve[middle - 1] + 0.1, *[0.4 - 0.02 * step for step in range(epochs - middle - 1)]]
    return curve


@check(task=TASK, points=1.5)
def test_the_best_epoch_survives_early_stopping(student: Student, secret: Secret, device: str):
    """The weights of the best epoch are there in the end, whether training stopped early or ran to the end."""
    few = secret.integer(2, 3)
    for stream, patience in zip(secret.streams(3), (few, few + 1, PATIENT), strict=True):
        curve = _with_a_dip(stream, min(patience, 4))
        Script(student, stream, device, curve, patience).check_best()


def _with_a_dip(secret: Secret, patience: int) -> list[float]:
    """A curve whose best epoch is neither the first nor the last one run, with falls after it above the best."""
    while True:
        curve = _drawn(secret, 3 * patience + 4, patience)
        for limit in (patience, len(curve)):
            run = curve[: epochs_run(curve, limit)]
            best = best_epoch(run)
            falls = any(later < earlier for earlier, later in zip(run[best + 1 :], run[best + 2 :], strict=False))
            if not (0 < best < len(run) - 1 and falls):
                break
        else:
            return curve
