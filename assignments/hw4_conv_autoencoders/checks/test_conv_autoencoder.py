"""Hidden checks of ConvAutoencoder: the planned layers, what lies between them, the same function with equal weights.

Only what the network does counts, not how it is written: any names, Sequential or functions, any order of definition.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from autograder.checking import Remote, Secret, Student, check, fail
from autograder.checking.architecture import Network, expect_own_weights
from autograder.checking.diagnosis import equals
from autograder.checking.values import describe, expect_tensor

TASK = "ConvAutoencoder"
NAME = "your network"
NOTEBOOKS = (2, 3, 10, 16, 32, 64)  # sizes that the text names: other ones show a size that is written in


def plan(latent_dim: int) -> nn.Sequential:
    """28 x 28 => 14 => 7 => 3 => code => 3 => 7 => 14 => 28."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(576, latent_dim),
        nn.Linear(latent_dim, 576),
        nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 32, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
    )


def draw(student: Student, secret: Secret, device: str) -> tuple[Remote, torch.Tensor, int]:
    """A new network, pictures for it, and the size of its code."""
    latent_dim, batch = secret.sizes(2, 4, 13, avoid=NOTEBOOKS)
    model = student.probe("make", device, TASK, latent_dim)
    return model, secret.uniform(-1, 1, batch, 1, 28, 28), latent_dim


def network(student: Student, device: str, model: Remote, latent_dim: int) -> Network:
    return Network(student, device, model, [plan(latent_dim)], NAME, output=0)


@check(task=TASK, points=2)
def test_forward_returns_reconstruction_and_code(student: Student, secret: Secret, device: str):
    """forward returns (reconstruction, code), in this order and of the right shapes, for any batch size."""
    model, images, latent_dim = draw(student, secret, device)
    for batch in (len(images), 1, 3):
        reconstruction, code = _two_parts(student.probe("parts", device, model, images[:batch]))
        _expect_shapes(reconstruction, code, batch, latent_dim)
    smallest = student.probe("make", device, TASK, 1)
    _expect_shapes(*_two_parts(student.probe("parts", device, smallest, images[:2])), 2, 1)


def _two_parts(answer: dict[str, Any]) -> list[Any]:
    value = answer["value"]
    if not answer["sequence"]:
        fail(
            f"forward should return two things, (reconstruction, code); it returned {describe(value)}: from one tensor "
            "`reconstruction, code = model(x)` takes a batch of two pictures apart, and nobody complains.",
            "E24",
        )
    if len(value) != 2:
        fail(f"forward should return (reconstruction, code); it returned {len(value)} things.", "E24")
    return value


def _expect_shapes(reconstruction: Any, code: Any, batch: int, latent_dim: int) -> None:
    want = (batch, 1, 28, 28), (batch, latent_dim)
    shapes = tuple(tuple(part.shape) if isinstance(part, torch.Tensor) else None for part in (reconstruction, code))
    if shapes == want[::-1]:
        fail("forward returns (code, reconstruction): first the reconstruction, then the code.", "E25")
    if shapes[0] == (batch, 28, 28):
        text = "The reconstruction lost its channel: it should be (B, 1, 28, 28)"
        fail(f"{text}, else mse_loss compares every picture with every other one.", "E26")
    for part, shape, name in zip((reconstruction, code), want, ("the reconstruction", "the code"), strict=True):
        expect_tensor(part, shape, name)


@check(task=TASK, points=3)
def test_layers_are_the_planned_ones(student: Student, secret: Secret, device: str):
    """The layers with parameters are those of the plan: kinds, sizes, biases, resolutions, in this order."""
    model, images, latent_dim = draw(student, secret, device)
    network(student, device, model, latent_dim).expect_layers(images)


@check(task=TASK, points=2)
def test_activations_and_poolings_are_the_planned_ones(student: Student, secret: Secret, device: str):
    """Between the layers lie the planned activations and poolings, and none where the plan has none."""
    model, images, latent_dim = draw(student, secret, device)
    network(student, device, model, latent_dim).expect_between(images, secret)


@check(task=TASK, points=2)
def test_network_computes_what_the_plan_computes(student: Student, secret: Secret, device: str):
    """With the same weights, the network gives the same reconstructions as the plan, in both modes."""
    model, images, latent_dim = draw(student, secret, device)
    planned = network(student, device, model, latent_dim)
    planned.expect_same_function(images, secret)
    planned.expect_same_in_training(images)
    other = student.probe("make", device, TASK, latent_dim)
    expect_own_weights(student, model, other, "ConvAutoencoders")


@check(task=TASK, points=1)
def test_code_is_what_the_decoder_gets(student: Student, secret: Secret, device: str):
    """The second thing that forward returns is the code that the decoder starts from, and gradients pass through it."""
    model, images, latent_dim = draw(student, secret, device)
    idle = student.probe("trainability", device, model, images)["idle"]
    if idle:
        text = f"No gradient of the reconstruction reaches {idle[0]}"
        fail(f"{text}, so it never learns: is something detached, frozen or under no_grad?", "T11")
    follower = student.probe("follow_layers", device, model, output=1)
    answer = follower.call("follow", images)
    code = expect_tensor(answer["result"], (len(images), latent_dim), "the code")
    inner = [
        tensor for layer in answer["layers"] for tensor in (layer["output"], layer["input"]) if _fits(tensor, code)
    ]
    if inner and not any(equals(tensor.reshape(code.shape), code) for tensor in inner):
        fail("What forward returns as the code is not what the encoder's last layer gives and the decoder gets.", "E12")
    if not inner:
        _expect_dependence(student, device, model, images, code)


def _fits(tensor: Any, code: torch.Tensor) -> bool:
    return isinstance(tensor, torch.Tensor) and tensor.numel() == code.numel() and len(tensor) == len(code)


def _expect_dependence(student: Student, device: str, model: Remote, images: torch.Tensor, code: torch.Tensor) -> None:
    """For a network whose layers cannot be followed: other pictures have other codes."""
    other = _two_parts(student.probe("parts", device, model, images.flip(0)))[1]
    if equals(expect_tensor(other, tuple(code.shape), "the code"), code):
        fail("What forward returns as the code does not depend on the pictures.", "E12")
