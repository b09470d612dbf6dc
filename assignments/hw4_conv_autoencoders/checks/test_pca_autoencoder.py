"""Hidden checks of PCAAutoencoder. What it can learn at best is PCA: it is affine, of the right rank, with biases."""

from __future__ import annotations

from typing import Any

import torch

from autograder.checking import Remote, Secret, Student, check, fail
from autograder.checking.architecture import expect_own_weights
from autograder.checking.values import describe, expect_tensor

TASK = "PCAAutoencoder"
PIXELS = 784
SPREAD = 0.5  # of the numbers that are put into all parameters
RELATIVE = 1e-2  # largest departure from an affine map, in units of the output; float32 rounding is below 1e-5
NOTHING = 1e-4  # of the size of the rest: what is below is rounding


def draw(student: Student, secret: Secret, device: str) -> tuple[Remote, int]:
    """A new model with generic parameters, and the size of its code."""
    latent_dim = secret.integer(4, 9)
    model = student.probe("make", device, TASK, PIXELS, latent_dim)
    if student.probe("trainability", device, model, torch.zeros(2, 1, 28, 28))["count"]:
        student.probe("scatter_parameters", model, SPREAD)
    return model, latent_dim


def run(
    student: Student, device: str, model: Remote, images: torch.Tensor, latent_dim: int, training: bool = False
) -> list[torch.Tensor]:
    """(reconstruction (B, 784), code (B, latent_dim)) in float64, once the shapes are right."""
    value = _two_parts(student.probe("parts", device, model, images, training=training))
    want = (len(images), 1, 28, 28), (len(images), latent_dim)
    shapes = tuple(tuple(part.shape) if isinstance(part, torch.Tensor) else None for part in value)
    if shapes == want[::-1]:
        fail("forward returns (code, reconstruction): first the reconstruction, then the code.", "E25")
    if shapes[0] == (len(images), PIXELS):
        text = "The reconstruction comes back flat, (B, 784): unflatten it inside the model"
        fail(f"{text}, to (B, 1, 28, 28), so that one training function serves all models.", "E27")
    if shapes[0] == (len(images), 28, 28):
        fail("The reconstruction lost its channel: it should be (B, 1, 28, 28).", "E26")
    names = "the reconstruction", "the code"
    parts = [expect_tensor(part, shape, name) for part, shape, name in zip(value, want, names, strict=True)]
    return [part.flatten(1).double() for part in parts]


def _two_parts(answer: dict[str, Any]) -> list[Any]:
    value = answer["value"]
    if not answer["sequence"] or len(value) != 2:
        what = f"{len(value)} things" if answer["sequence"] else describe(value)
        text = f"forward should return two things, (reconstruction, code); it returned {what}"
        fail(f"{text}. The training function unpacks them.", "E24")
    return value


@check(task=TASK, points=1.5)
def test_pictures_go_in_and_pictures_come_out(student: Student, secret: Secret, device: str):
    """Pictures (B, 1, 28, 28) go in, (reconstruction, code) of the right shapes come out, for any batch size and in
    both modes."""
    model, latent_dim = draw(student, secret, device)
    for batch in (secret.integer(3, 8), 1, 2):
        images = secret.uniform(-1, 1, batch, 1, 28, 28)
        first, second = (run(student, device, model, images, latent_dim) for _ in range(2))
        if any((x - y).abs().max().item() > NOTHING * x.abs().max().item() for x, y in zip(first, second, strict=True)):
            fail("In evaluation mode, the same pictures give something else each time.", "E22")
    busy = run(student, device, model, images, latent_dim, training=True)
    if any((x - y).abs().max().item() > NOTHING * x.abs().max().item() for x, y in zip(first, busy, strict=True)):
        text = "In training mode the same pictures give something else than in evaluation mode"
        fail(f"{text}: there should be no dropout, noise or normalization.", "E9")
    expect_own_weights(student, model, student.probe("make", device, TASK, PIXELS, latent_dim), "PCAAutoencoders")


@check(task=TASK, points=1.5)
def test_model_is_affine(student: Student, secret: Secret, device: str):
    """There is no activation anywhere: a mixture of pictures gives the mixture of their codes and reconstructions."""
    model, latent_dim = draw(student, secret, device)
    batch = secret.integer(5, 8)
    x, y = secret.uniform(-1, 1, 2, batch, 1, 28, 28)
    share = secret.uniform(-1, 2, batch, 1)
    share = torch.where((share * (1 - share)).abs() < 0.1, 1.7, share)  # at 0 and 1 everything is affine
    mixture = share[:, :, None, None] * x + (1 - share[:, :, None, None]) * y
    found = [run(student, device, model, images, latent_dim) for images in (x, y, mixture)]
    if not _mixes(found, share):
        _name_activation(found)


def _mixes(found: list[list[torch.Tensor]], share: torch.Tensor) -> bool:
    """Whether the third of three runs is the mixture of the first two, in codes and reconstructions."""
    pairs = [(share.double() * x + (1 - share.double()) * y, mixed) for x, y, mixed in zip(*found, strict=True)]
    return all((want - mixed).abs().max().item() <= RELATIVE * want.abs().max().item() for want, mixed in pairs)


def _name_activation(found: list[list[torch.Tensor]]) -> None:
    pictures, codes = (torch.cat([run[part] for run in found]) for part in (0, 1))
    text = "PCA is linear, this is not"
    if codes.min().item() >= 0:
        fail(f"{text}: codes are never negative. There is an activation on the code (ReLU, Sigmoid).", "P2")
    if codes.abs().max().item() <= 1:
        fail(f"{text}: codes never leave [-1, 1]. There is an activation on the code (Tanh).", "P2")
    if pictures.min().item() >= 0 or pictures.abs().max().item() <= 1:
        fail(f"{text}: there is an activation at the end of the decoder (Tanh, Sigmoid, ReLU).", "P1")
    fail(f"{text}: a mixture of two pictures does not give the mixture of their reconstructions.", "P1")


@check(task=TASK, points=1)
def test_both_layers_have_a_bias(student: Student, secret: Secret, device: str):
    """Encoder and decoder have a bias: without one the mean picture cannot be subtracted and added back."""
    model, latent_dim = draw(student, secret, device)
    at_zero, code_at_zero = run(student, device, model, torch.zeros(1, 1, 28, 28), latent_dim)
    pictures, codes = run(student, device, model, secret.uniform(-1, 1, 2 * latent_dim + 3, 1, 28, 28), latent_dim)
    if not code_at_zero.abs().max().item() > NOTHING * codes.abs().max().item():
        fail("The code of a picture of zeros is 0, whatever the weights are: the encoder has no bias.", "P4")
    axes = torch.linalg.svd(pictures - at_zero, full_matrices=False).Vh[:latent_dim]
    beside = at_zero - at_zero @ axes.T @ axes
    if not beside.norm().item() > NOTHING * pictures.norm(dim=1).mean().item():
        fail("A code of 0 is decoded to a picture of zeros, whatever the weights are: the decoder has no bias.", "P4")


@check(task=TASK, points=1)
def test_picture_is_made_from_the_code_alone(student: Student, secret: Secret, device: str):
    """Codes use all of their latent_dim numbers, and the reconstruction is made from the code alone."""
    model, latent_dim = draw(student, secret, device)
    count = 3 * latent_dim + 5
    for brightness in (0.0, 8.0):  # of pictures with means of their own, so that one that goes around the code shows
        images = brightness * secret.uniform(-1, 1, count, 1, 1, 1) + secret.uniform(-1, 1, count, 1, 28, 28)
        _expect_code_alone(student, secret, device, model, images, latent_dim)


def _expect_code_alone(
    student: Student, secret: Secret, device: str, model: Remote, images: torch.Tensor, latent_dim: int
) -> None:
    pictures, codes = run(student, device, model, images, latent_dim)
    spread = torch.linalg.svdvals(codes - codes.mean(0))
    used = int((spread > NOTHING * spread[0]).sum())
    if used != latent_dim:
        fail(f"With latent_dim = {latent_dim} the codes vary in {used} directions only.", "P7")
    known = torch.cat([codes, torch.ones(len(codes), 1)], dim=1)
    rest = pictures - known @ torch.linalg.lstsq(known, pictures).solution
    unexplained = rest.norm().item() / pictures.norm().item()
    if unexplained > RELATIVE and _is_affine(student, secret, device, model, latent_dim):
        fail("The reconstruction is not made from the code that forward returns.", "P7")


def _is_affine(student: Student, secret: Secret, device: str, model: Remote, latent_dim: int) -> bool:
    """An activation makes reconstructions no linear function of the codes either; another check fails for it."""
    share = secret.uniform(1.3, 1.9, 4, 1)
    x, y = secret.uniform(-1, 1, 2, 4, 1, 28, 28)
    mixture = share[:, :, None, None] * x + (1 - share[:, :, None, None]) * y
    return _mixes([run(student, device, model, images, latent_dim) for images in (x, y, mixture)], share)


@check(task=TASK, points=1)
def test_two_linear_layers_learn(student: Student, secret: Secret, device: str):
    """It is a module with no more parameters than two linear layers have, and gradients reach all of them."""
    latent_dim = secret.integer(4, 9)
    model = student.probe("make", device, TASK, PIXELS, latent_dim)
    images = secret.uniform(-1, 1, 3, 1, 28, 28)
    found = student.probe("trainability", device, model, images)
    if not found["module"]:
        fail(
            "PCAAutoencoder should be an nn.Module with two linear layers, so that train_autoencoder can train it.",
            "P10",
        )
    if not found["count"]:
        text = "The model has no parameters, so nothing can be learned"
        fail(f"{text}: layers in a plain list, or made in forward, are invisible to PyTorch.", "E21")
    if found["idle"]:
        fail(f"No gradient reaches {found['idle'][0]}: is it frozen, detached, or not used?", "T11")
    if found["count"] > 2 * PIXELS * latent_dim + latent_dim + PIXELS:
        fail("Two linear layers are enough: a product of matrices is one matrix. This model has more parameters.", "P6")
