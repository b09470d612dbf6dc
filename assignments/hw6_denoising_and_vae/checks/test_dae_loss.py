"""Hidden checks of dae_loss and make_dae_optimizer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch

from autograder.checking import CheckFailed, Secret, Student, check, fail
from autograder.checking.calibration import bound_of, calibrated
from autograder.checking.diagnosis import reductions
from autograder.checking.pictures import blobs, draw
from autograder.checking.training import descend
from autograder.checking.values import close, describe, expect_scalar

PIXELS = 784
STEPS, BATCH = 120, 64
FLOOR = 0.2  # share of the first loss added before the logarithm: below it, all is learned


@check(task="dae_loss", points=2)
def test_loss_is_the_summed_squared_error(student: Student, secret: Secret, device: str):
    """The loss is the squared error, summed over all pixels and all pictures of the batch."""
    for stream in secret.streams(3):
        batch, output, images = _outputs(stream)
        answer = student.probe("call", device, "dae_loss", output, images)
        got = answer["value"]
        if isinstance(got, torch.Tensor) and got.numel() > 1:
            fail(f"dae_loss should return one number; it returned {describe(got)}: sum it up.", "K15")
        difference = (output - images).double()
        close(
            got,
            (difference**2).sum(),
            "dae_loss(output, images)",
            known={
                "T12: it is the sum of absolute errors, the task asks for squared ones": difference.abs().sum(),
                "T12b: it is the root of the sum, the task asks for the sum itself": (difference**2).sum().sqrt(),
            },
            factors=_factors(batch),
            device=device,
        )
        if not all(torch.equal(*pair) for pair in zip(answer["args"], (output, images), strict=True)):
            fail("dae_loss changed one of its arguments, in place: make new tensors.", "R20")


@check(task="dae_loss", points=2)
def test_loss_has_the_right_gradient(student: Student, secret: Secret, device: str):
    """The gradient of the loss by the output is right, so that a network can be trained with it."""
    batch, output, images = _outputs(secret)
    answer = student.probe("gradients", device, "dae_loss", [output, images], None)
    expect_scalar(answer["value"], "dae_loss(output, images)")
    if not answer["connected"] or answer["gradients"][0] is None:
        text = "The loss has no gradient: return the tensor itself, not .item(), .detach() or a numpy number."
        fail(text, "K29")
    name = "The gradient of dae_loss by the output"
    close(answer["gradients"][0], 2 * (output - images), name, factors=_factors(batch), gradient=True, device=device)


def _outputs(secret: Secret) -> tuple[int, torch.Tensor, torch.Tensor]:
    """A batch size, outputs that leave [0, 1] (nothing keeps them in) and grey pictures."""
    batch = secret.integer(3, 11)
    return batch, secret.normal(batch, 1, 28, 28, mean=0.4, std=0.7), secret.uniform(0, 1, batch, 1, 28, 28)


def _factors(batch: int) -> dict[str, float]:
    return {
        **reductions(batch, PIXELS, "T13", "T13b", "T13c", "pixels"),
        "T13d: it is half of the sum": 0.5,
        "K1: its sign is wrong": -1.0,
    }


@check(task="make_dae_optimizer", points=1.5)
def test_optimizer_holds_every_parameter_of_the_model(student: Student, secret: Secret, device: str):
    """The optimizer holds every parameter of the model that it is given, and no others."""
    answer = _optimizer(student, secret, device)
    if answer["missing"]:
        text = (
            "Your optimizer holds only some of the model's parameters: pass model.parameters(), whatever the model is."
        )
        fail(text, "T7b")
    if answer["strangers"]:
        fail("Your optimizer also holds parameters that are not the model's.", "T7")


def _optimizer(student: Student, secret: Secret, device: str) -> dict[str, Any]:
    """What the optimizer holds, once it is one and holds something of the model."""
    answer: dict[str, Any] = student.probe("optimizer_of_small_model", device, secret.integer(5, 9))
    if not answer["optimizer"]:
        fail(f"make_dae_optimizer should return an optimizer of torch.optim; it returned {describe(answer['value'])}.")
    if answer["missing"] == answer["parameters"]:
        fail("Your optimizer holds none of the parameters of the model that was given: use the argument.", "T7")
    return answer


def log_loss(student: Student, secret: Secret, device: str, stop_below: float = 0.0) -> float:
    """Trains a small model of ours with the student's optimizer; the log of FLOOR + last loss / first loss."""
    trainer = student.probe("make_trainer_of_small_model", device, 64)
    pairs = _pairs(secret)
    first = descend(trainer, pairs, _squared_error, 1)
    try:
        return math.log(
            FLOOR + descend(trainer, pairs, _squared_error, STEPS, (stop_below - FLOOR) * first, 5 * first) / first
        )
    except CheckFailed:
        if stop_below:
            fail("Training with your optimizer explodes: the loss is a sum, so its gradients are large. Smaller steps!")
        return math.inf


@check(task="make_dae_optimizer", points=1.5)
@calibrated("optimizer", log_loss)
def test_training_with_it_lowers_the_loss(student: Student, secret: Secret, device: str):
    """A few dozen steps of the optimizer on summed squared errors of 64 pictures lower the loss."""
    _optimizer(student, secret, device)
    bound = bound_of(__file__, "optimizer")
    if not log_loss(student, secret, device, bound) < math.log(bound):
        fail(
            f"{STEPS} steps with your optimizer do not bring the loss of a small network down. The learning rate is "
            "far too small, or so large that the steps jump over the minimum (gradients of a sum are large)."
        )


def _pairs(secret: Secret) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless batches of (noisy, clean)."""
    kinds = blobs(secret)
    while True:
        clean = draw(secret, kinds, BATCH)
        yield (clean + 0.3 * secret.normal(*clean.shape)).clamp(0, 1), clean


def _squared_error(outputs, clean):
    return ((outputs[0] - clean) ** 2).sum()
