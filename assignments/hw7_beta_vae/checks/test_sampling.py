"""Hidden checks of sample_images, on a model of ours whose decoder remembers what it was given."""

from __future__ import annotations

from typing import Any

import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.diagnosis import equals
from autograder.checking.learnable import expect_left_trainable
from autograder.checking.statistics import Fault, assert_standard_normal
from autograder.checking.values import close, expect_tensor

TASK = "sample_images"
CALLS = 12
OFFSET = 0.5  # added by the decoder in training mode


@check(task=TASK, points=1)
def test_samples_are_decoded_by_the_model_that_is_passed(student: Student, secret: Secret, device: str):
    """The decoder of the model that is passed makes n pictures of n codes, in evaluation mode and without gradients."""
    n, nz = secret.sizes(2, 17, 30)
    weights, answer = _sample(student, secret, device, n, nz, 1)
    pictures = answer["pictures"][0]
    codes = _expect_codes(answer, n, nz)[0]
    pictures = expect_tensor(pictures, (n, 1, 28, 28), "what sample_images returns")
    if any(answer["modes"]):
        fail("The model decodes in training mode, so that pictures depend on their neighbours: model.eval().", "S6")
    close(pictures, torch.sigmoid(codes @ weights).view(n, 1, 28, 28), "What sample_images returns", device=device)
    if answer["needs_gradient"]:
        fail("The pictures carry a graph for gradients: decode under torch.no_grad().", "T16")
    expect_left_trainable(answer, TASK)


@check(task=TASK, points=1)
def test_codes_are_drawn_from_the_prior(student: Student, secret: Secret, device: str):
    """The codes are standard normal, (n, nz) of them, independent and new at every call."""
    n, nz = secret.sizes(2, 17, 30)
    _, answer = _sample(student, secret, device, n, nz, CALLS)
    codes = torch.stack(_expect_codes(answer, n, nz))
    if equals(codes[0], codes[1]):
        fail("Two calls decode the same codes: draw new ones at every call.", "R11")
    ids = {Fault.UNIFORM: "S2", Fault.SHIFTED: "S4", Fault.SCALED: "S4", Fault.CONSTANT: "R16"}
    axes = ("call", "sample", "latent dimension")
    assert_standard_normal(codes, axes, "the noise that is decoded", ids=ids, hint="The prior is N(0, I): randn.")
    # Squared lengths of standard normal codes have the variance 2 nz. With 250 of them a share below 0.3 is as unlikely
    # as e^-60.
    if not codes.double().square().sum(dim=2).var().item() > 0.3 * 2 * nz:
        fail("All codes have nearly the same length: those of N(0, I) lie on no sphere. Do not normalize them.", "S16")


def _sample(
    student: Student, secret: Secret, device: str, n: int, nz: int, calls: int
) -> tuple[torch.Tensor, dict[str, Any]]:
    weights = secret.normal(nz, 784, std=0.3)
    return weights, student.probe("sample", device, weights, OFFSET, n, nz, calls)


def _expect_codes(answer: dict[str, Any], n: int, nz: int) -> list[torch.Tensor]:
    """The codes (n, nz) of each call; decoded at once or in parts."""
    found = []
    for parts in answer["codes"]:
        if not parts:
            fail("The decoder of the model that was passed is never called: use model.decoder of the argument.", "S1")
        shapes = [tuple(part.shape) for part in parts]
        if shapes == [(nz, n)]:
            fail("The codes have the shape (nz, n): it should be (n, nz), one row for each sample.", "S3")
        if any(len(shape) != 2 or shape[1] != nz for shape in shapes) or sum(shape[0] for shape in shapes) != n:
            text = f"The decoder gets codes of shape {shapes[0]}"
            fail(f"{text}; with n = {n} and nz = {nz} it should be {(n, nz)}.", "S3")
        found.append(expect_tensor(torch.cat(parts), (n, nz), "the codes"))
    return found
