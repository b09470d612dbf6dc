"""Hidden checks of Encoder: the plan is fixed, how it is written is free."""

from __future__ import annotations

import torch
from torch import nn

from autograder.checking import Secret, Student, check
from autograder.checking.architecture import Network, expect_gradients
from autograder.checking.values import expect_tensor

TASK = "Encoder"


def plan(nz: int, stride: int = 2) -> nn.Sequential:
    """28 => 14 => 7 => 3 => 1, then the code. From 7 to 3 with a kernel of 3 lead stride 2 and, padded, stride 3."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(),
        nn.Conv2d(64, 128, 3, stride=stride, padding=stride - 2),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(),
        nn.Conv2d(128, 256, 3),
        nn.BatchNorm2d(256),
        nn.LeakyReLU(),
        nn.Flatten(),
        nn.Linear(256, nz),
    )


@check(task=TASK, points=0.5)
def test_codes_have_the_right_shape(student: Student, secret: Secret, device: str):
    """Pictures (B, 1, 28, 28) become codes (B, nz), for any nz and any batch size."""
    for nz in secret.sizes(2, 3, 40):
        model = student.probe("make", device, TASK, nz)
        for batch in (1, secret.sizes(1, 3, 9, avoid=(nz,))[0]):
            codes = student.probe("call", device, model, secret.uniform(0, 1, batch, 1, 28, 28))
            expect_tensor(codes, (batch, nz), f"What Encoder({nz}) returns for a batch of {batch}")


@check(task=TASK, points=1.5)
def test_encoder_layers_follow_the_plan(student: Student, secret: Secret, device: str):
    """Convolutions, BatchNorms and the Linear are those of the plan: channels, kernels, resolutions, biases."""
    network, inputs = _network(student, secret, device)
    network.expect_layers(inputs)


@check(task=TASK, points=0.5)
def test_encoder_activations_follow_the_plan(student: Student, secret: Secret, device: str):
    """Between the layers stands what the plan has there: LeakyReLU where it is asked for, nothing where it is not."""
    network, inputs = _network(student, secret, device)
    network.expect_between(inputs, secret)


@check(task=TASK, points=0.5)
def test_encoder_computes_what_the_plan_computes(student: Student, secret: Secret, device: str):
    """With the same weights as our encoder it gives the same codes, and gradients lead to all of its weights."""
    network, inputs = _network(student, secret, device)
    network.expect_same_function(inputs, secret)
    expect_gradients(student, device, student.probe("make", device, TASK, 5), inputs)


def _network(student: Student, secret: Secret, device: str) -> tuple[Network, torch.Tensor]:
    nz, batch = secret.integer(11, 15), secret.integer(4, 7)
    model = student.probe("make", device, TASK, nz)
    return Network(student, device, model, [plan(nz), plan(nz, stride=3)], "your encoder"), secret.uniform(
        0, 1, batch, 1, 28, 28
    )
