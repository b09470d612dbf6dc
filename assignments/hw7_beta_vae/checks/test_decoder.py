"""Hidden checks of Decoder: the plan is fixed but for one BatchNorm, how it is written is free."""

from __future__ import annotations

import torch
from torch import nn

from autograder.checking import Secret, Student, check, fail
from autograder.checking.architecture import Network, expect_gradients
from autograder.checking.values import expect_tensor

TASK = "Decoder"


def plan(nz: int, last_norm: bool, stride: int) -> nn.Sequential:
    """The code, then 1 => 3 => 7 => 14 => 28. The plan leaves the BatchNorm before the last layer open; from 3 to 7
    with a kernel of 3 lead stride 2 and, padded, stride 3."""
    norm = [nn.BatchNorm2d(32)] if last_norm else []
    return nn.Sequential(
        nn.Linear(nz, 256),
        nn.Unflatten(1, (256, 1, 1)),
        nn.BatchNorm2d(256),
        nn.LeakyReLU(),
        nn.ConvTranspose2d(256, 128, 3),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(),
        nn.ConvTranspose2d(128, 64, 3, stride=stride, padding=stride - 2),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(),
        nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
        *norm,
        nn.LeakyReLU(),
        nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
        nn.Sigmoid(),
    )


@check(task=TASK, points=0.5)
def test_pictures_have_the_right_shape(student: Student, secret: Secret, device: str):
    """Codes (B, nz) become pictures (B, 1, 28, 28), for any nz and any batch size."""
    for nz in secret.sizes(2, 3, 40):
        model = student.probe("make", device, TASK, nz)
        for batch in (1, secret.sizes(1, 3, 9, avoid=(nz,))[0]):
            pictures = student.probe("call", device, model, secret.normal(batch, nz))
            if isinstance(pictures, torch.Tensor) and tuple(pictures.shape) == (batch, 28, 28):
                fail("The pictures have lost their channel: keep the shape (B, 1, 28, 28).", "E26")
            expect_tensor(pictures, (batch, 1, 28, 28), f"What Decoder({nz}) returns for a batch of {batch}")


@check(task=TASK, points=1.5)
def test_decoder_layers_follow_the_plan(student: Student, secret: Secret, device: str):
    """The Linear, transposed convolutions and BatchNorms are those of the plan: channels, kernels, resolutions."""
    network, inputs = _network(student, secret, device)
    network.expect_layers(inputs)


@check(task=TASK, points=0.5)
def test_decoder_activations_follow_the_plan(student: Student, secret: Secret, device: str):
    """Between and after the layers stands what the plan has there: LeakyReLU, and one Sigmoid at the end."""
    network, inputs = _network(student, secret, device)
    network.expect_between(inputs, secret)


@check(task=TASK, points=0.5)
def test_decoder_computes_what_the_plan_computes(student: Student, secret: Secret, device: str):
    """With the same weights as our decoder it gives the same pictures, and gradients lead to all of its weights."""
    network, inputs = _network(student, secret, device)
    network.expect_same_function(inputs, secret)
    expect_gradients(student, device, student.probe("make", device, TASK, 5), secret.normal(6, 5))


def _network(student: Student, secret: Secret, device: str) -> tuple[Network, torch.Tensor]:
    nz, batch = secret.integer(11, 15), secret.integer(4, 7)
    model = student.probe("make", device, TASK, nz)
    plans = [plan(nz, last_norm, stride) for stride in (2, 3) for last_norm in (True, False)]
    return Network(student, device, model, plans, "your decoder"), secret.normal(batch, nz)
