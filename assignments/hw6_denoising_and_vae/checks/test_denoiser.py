"""Hidden checks of DenoisingAutoencoder. The architecture is free: what counts is how it behaves."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from autograder.checking import CheckFailed, Secret, Student, check, fail
from autograder.checking.calibration import bound_of, calibrated
from autograder.checking.illustrations import Curve, illustrated, loss_curve
from autograder.checking.learnable import expect_layers_reached
from autograder.checking.pictures import blobs, draw, with_one_changed
from autograder.checking.training import Record, descend
from autograder.checking.values import close, expect_tensor

TASK = "DenoisingAutoencoder"
OUTPUT = "what comes out"
STEPS, BATCH, RATE = 360, 16, 1.5e-3
NOISE = 0.6  # so strong that handing the noisy picture on is no better than the mean picture
FLOOR = 10.0  # squared error per picture added before the logarithm: below it, all is learned


@check(task=TASK, points=1.5)
def test_denoised_pictures_have_the_shape_of_the_noisy_ones(student: Student, secret: Secret, device: str):
    """Pictures (B, 1, 28, 28) go in and stay as they were, pictures of the same shape come out, for any batch size."""
    model = student.probe("make", device, TASK)
    for batch in (1, 2, secret.integer(3, 9)):
        pictures = secret.uniform(0, 1, batch, 1, 28, 28)
        answer = student.probe("call", device, model, pictures)
        output = answer["value"]
        if isinstance(output, (tuple, list)):
            fail("DenoisingAutoencoder should return the pictures alone; it returned several things.", "E24")
        if isinstance(output, torch.Tensor) and tuple(output.shape) == (batch, 28, 28):
            fail("The denoised pictures have lost their channel: keep the shape (B, 1, 28, 28).", "E26")
        expect_tensor(output, (batch, 1, 28, 28), f"What comes out for a batch of {batch}", torch.float32)
        if not torch.equal(answer["args"][0], pictures):
            fail("The model changed the pictures that came in, in place: make new tensors.", "R20")


@check(task=TASK, points=1)
def test_layers_belong_to_the_model(student: Student, secret: Secret, device: str, note):
    """The layers are made once, in __init__, the model knows their parameters, and gradients lead to them."""
    model = student.probe("make", device, TASK)
    if student.probe("count_parameters_of", model) == 0:
        text = "The model has no parameters: layers in a plain list or dict are invisible to PyTorch."
        fail(f"{text} Use nn.Sequential or nn.ModuleList.", "E21")
    pictures = secret.uniform(0, 1, 3, 1, 28, 28)
    first, second = (student.probe("call", device, model, pictures)["value"] for _ in range(2))
    if not torch.allclose(expect_tensor(first, name=OUTPUT), expect_tensor(second, name=OUTPUT), atol=1e-5):
        text = "In evaluation mode two calls on the same pictures differ"
        fail(f"{text}: are layers made anew in forward, or does F.dropout run without training=self.training?", "E22")
    found = student.probe("reached_by_gradients", device, model, pictures, secret.normal(*first.shape))
    if found is None or len(found["idle"]) == found["parameters"]:
        text = "No gradient leads from what comes out to any layer, so that nothing can be learned"
        fail(f"{text}: look for detach(), .data, no_grad() or requires_grad.", "T11")
    expect_layers_reached(found, "What comes out depends on", note)


@check(task=TASK, points=1)
def test_each_picture_is_denoised_by_itself(student: Student, secret: Secret, device: str):
    """In evaluation mode, what comes out for a picture depends on this picture, and on no other one in the batch."""
    model = student.probe("make", device, TASK)
    student.probe("scatter_weights", model, 2.0)
    rest = torch.tensor([0, 1, 2, 4])
    for stream in secret.streams(2):
        before, after = (
            expect_tensor(student.probe("call", device, model, pictures)["value"], (5, 1, 28, 28), OUTPUT)
            for pictures in with_one_changed(stream, 5, 3)
        )
        close(after[rest], before[rest], "What comes out for the pictures that did not change", device=device)
        if torch.allclose(before[3], after[3], rtol=1e-3, atol=1e-4 * before.abs().max().item()):
            fail("Another picture goes in, and the same picture comes out: the output does not depend on the input.")


def log_loss(
    student: Student, secret: Secret, device: str, stop_below: float = 0.0, record: Record | None = None
) -> float:
    """Trains a new denoiser for a moment; the log of FLOOR + the squared error per picture that it is left with."""
    trainer = student.probe("make_trainer", device, TASK, [], RATE)
    try:
        return math.log(
            FLOOR + descend(trainer, _pairs(secret), _squared_error, STEPS, stop_below - FLOOR, record=record)
        )
    except CheckFailed:
        if stop_below:
            raise
        return math.inf


@check(task=TASK, points=2.5, seconds=10)
@calibrated("denoiser", log_loss)
def test_network_learns_to_denoise(student: Student, secret: Secret, device: str):
    """A short training on a few noisy patterns brings the squared error well below that of the mean picture."""
    bound = bound_of(__file__, "denoiser")
    record = Record()
    with illustrated(lambda: _curve(record)):
        if not log_loss(student, secret, device, bound, record) < math.log(bound):
            fail(
                f"After {STEPS} training steps on four kinds of simple pictures the network still does hardly better "
                "than one that always answers with the mean picture. Does the gradient reach every layer, and can the "
                "output be both 0 and 1?"
            )


def _curve(record: Record) -> Curve | None:
    """The loss at each step beside that of the mean picture."""
    targets = torch.cat(record.targets)
    mean = ((targets - targets.mean(dim=0)) ** 2).sum().item() / len(targets)
    return loss_curve(record.losses, {"the mean picture": mean}, "Squared error per picture while training")


def _pairs(secret: Secret) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless batches of (noisy, clean)."""
    kinds = blobs(secret)
    while True:
        clean = draw(secret, kinds, BATCH)
        yield (clean + NOISE * secret.normal(*clean.shape)).clamp(0, 1), clean


def _squared_error(outputs, clean):
    output = expect_tensor(outputs[0], tuple(clean.shape), OUTPUT)
    return ((output - clean) ** 2).sum()
