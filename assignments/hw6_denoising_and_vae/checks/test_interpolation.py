"""Hidden checks of linear_interpolation and latent_linear_interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.diagnosis import equals
from autograder.checking.illustrations import Steps, illustrated, steps_on_the_line
from autograder.checking.interpolation import straight_line, wrong_lines
from autograder.checking.learnable import expect_left_trainable
from autograder.checking.values import close, expect_tensor

LINEAR = "linear_interpolation"
LATENT = "latent_linear_interpolation"
COUNT = 11


def strip_of(value: Any, shape: tuple[int, ...], function: str) -> torch.Tensor:
    """The result of a function as one tensor, once its shape is right."""
    if isinstance(value, (list, tuple)):
        fail(f"{function} returned a {type(value).__name__}: stack the {len(value)} steps into one tensor.", "I10")
    if isinstance(value, torch.Tensor) and value.shape[:1] != (COUNT,) and value.shape[1:] == torch.Size(shape):
        text = f"{function} returned {len(value)} steps; 11 are asked for, from 0 to 1 with both ends"
        fail(f"{text} (arange leaves the end out, linspace(0, 1, 11) does not).", "I3" if len(value) == 10 else "I4")
    if isinstance(value, torch.Tensor) and len(shape) == 3 and tuple(value.shape) == (COUNT, *shape[1:]):
        fail(f"{function} has lost the channel: keep the shape (11, 1, 28, 28).", "I11")
    return expect_tensor(value, (COUNT, *shape), f"{function}(...)")


def check_line(student: Student, device: str, x0: Any, x1: Any) -> None:
    """One call of linear_interpolation, compared with the straight line."""
    answer = student.probe("call", device, LINEAR, x0, x1)
    first, second = (torch.as_tensor(x).float() for x in (x0, x1))
    with illustrated(lambda: _places(answer["value"], first, second)):
        strip = strip_of(answer["value"], tuple(first.shape), LINEAR)
        close(
            strip,
            straight_line(first, second, COUNT),
            f"The strip of {LINEAR}",
            known=wrong_lines(first, second, COUNT),
            device=device,
        )
    for before, after in zip((x0, x1), answer["args"], strict=True):
        if not np.array_equal(np.asarray(before), np.asarray(after)):
            fail(f"{LINEAR} changed one of its arguments: make new tensors.", "R20")


def _places(strip: Any, first: torch.Tensor, second: torch.Tensor) -> Steps | None:
    """Where the steps that came back lie on the line: no picture is shown, they are secret."""
    return steps_on_the_line(strip, first, second, COUNT) if isinstance(strip, torch.Tensor) else None


@check(task=LINEAR, points=2.5)
def test_pictures_change_along_a_straight_line(student: Student, secret: Secret, device: str):
    """Eleven pictures, alpha x1 + (1 − alpha) x0 for alpha = 0, 0.1, …, 1: the first is x0, the last is x1."""
    for stream in secret.streams(2):
        check_line(student, device, stream.uniform(0, 1, 1, 28, 28), stream.uniform(0, 1, 1, 28, 28))


@check(task=LINEAR, points=1.5)
def test_codes_change_along_a_straight_line(student: Student, secret: Secret, device: str):
    """Codes (d,) of any length work too, the result is (11, d)."""
    for latent in (*secret.sizes(2, 2, 25, avoid=(COUNT,)), COUNT):
        check_line(student, device, secret.normal(latent), secret.normal(latent))


@check(task=LINEAR, points=1)
def test_numpy_arrays_work_too(student: Student, secret: Secret, device: str):
    """Numpy arrays are taken as well, and the result is a tensor."""
    check_line(student, device, secret.normal(7).numpy(), secret.normal(7).numpy())
    check_line(student, device, secret.uniform(0, 1, 1, 28, 28).numpy(), secret.uniform(0, 1, 1, 28, 28).numpy())


# --- through the latent space ----------------------------------------------------------------------------------------


def decode(z: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """What the decoder of our VAE makes of codes, in evaluation mode."""
    return torch.sigmoid(z @ weights).unflatten(-1, (1, 28, 28))


def run_latent(student: Student, secret: Secret, device: str, kind: Any = torch.as_tensor) -> dict[str, Any]:
    """One call of latent_linear_interpolation with codes of this kind; what went in and what came out.

    `linear_interpolation` is replaced by another path, so that its mistakes do not count here: the right codes are
    those of that path, if it was used, and those of the straight line otherwise.
    """
    latent = secret.integer(3, 10)
    first, second = (secret.uniform(-1.5, 1.5, COUNT) for _ in range(2))
    student.stub(LINEAR, "make_path", first, second)
    z0, z1, weights = secret.normal(latent), secret.normal(latent), secret.normal(latent, 784)
    answer = student.probe("interpolate_codes", device, kind(z0), kind(z1), weights)
    codes = straight_line(z0, z1, COUNT)
    if answer["path_calls"]:
        _check_path_arguments(answer["path_calls"][0], z0, z1)
        codes = first[:, None] * z0 + second[:, None] * z1
    return {**answer, "z0": z0, "z1": z1, "weights": weights, "codes": codes, "kind": kind}


def _check_path_arguments(arguments: list[torch.Tensor], z0: torch.Tensor, z1: torch.Tensor) -> None:
    got = [argument.float().flatten() for argument in arguments]
    if got[0].numel() == 784:
        fail("Two decoded pictures are mixed: mix the codes first, decode last.", "I6")
    if equals(got[0], z1) and equals(got[1], z0):
        fail("The strip runs backwards: it should go from z0 to z1.", "I1")


def check_strip(answer: dict[str, Any], device: str) -> torch.Tensor:
    """The strip, compared with what the decoder makes of the right codes."""
    strip = strip_of(answer["strip"], (1, 28, 28), LATENT)
    z0, z1, weights = answer["z0"], answer["z1"], answer["weights"]
    ghosts = straight_line(decode(z0, weights), decode(z1, weights), COUNT)
    known = {"I6: two decoded pictures are mixed, mix the codes first and decode last": ghosts}
    known |= {key: decode(codes, weights) for key, codes in wrong_lines(z0, z1, COUNT).items()}
    known["I13: the decoder ran in training mode, leave the VAE in evaluation mode"] = decode(
        answer["codes"] / 2, weights
    )
    close(strip, decode(answer["codes"], weights), f"The strip of {LATENT}", known=known, device=device)
    return strip


@check(task=LATENT, points=3)
def test_codes_are_mixed_then_decoded(student: Student, secret: Secret, device: str):
    """The codes on the straight line from z0 to z1 are decoded: eleven pictures, mixed before decoding, not after."""
    for stream in secret.streams(2):
        check_strip(run_latent(student, stream, device), device)


@check(task=LATENT, points=2)
def test_numpy_codes_work_too(student: Student, secret: Secret, device: str):
    """Codes may be numpy arrays of any float type."""
    for kind in (_float32, _float64):
        check_strip(run_latent(student, secret, device, kind), device)


@check(task=LATENT, points=1)
def test_strip_is_ready_to_be_shown(student: Student, secret: Secret, device: str):
    """The pictures come without gradients; the VAE stays in evaluation mode and as it was, and so do the codes."""
    answer = run_latent(student, secret, device)
    strip_of(answer["strip"], (1, 28, 28), LATENT)
    if answer["needs_gradient"]:
        fail("The pictures still carry gradients: decode under torch.no_grad().", "T16")
    if answer["training"]:
        fail("The VAE came in evaluation mode and is in training mode now: leave it.", "I13")
    if answer["retyped"]:
        text = f"{LATENT} has changed the type of the VAE's weights for good, so that it refuses float32 from now on"
        fail(f"{text}: convert the codes, not the network.", "I24")
    expect_left_trainable(answer, LATENT)
    for before, after in zip((answer["z0"], answer["z1"]), answer["codes_after"], strict=True):
        if not torch.equal(before, torch.as_tensor(after)):
            fail(f"{LATENT} changed one of its codes: make new tensors.", "R20")


def _float32(codes: torch.Tensor) -> np.ndarray:
    return codes.numpy()


def _float64(codes: torch.Tensor) -> np.ndarray:
    return codes.double().numpy()
