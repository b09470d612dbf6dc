"""Hidden checks of interpolate_between, on an autoencoder of ours with secret weights.

Both of its parts are nonlinear, so that a path through the pixels is not one through the codes.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from autograder.checking import Secret, Student, check, fail
from autograder.checking.interpolation import straight_line, wrong_lines
from autograder.checking.learnable import expect_left_trainable
from autograder.checking.values import close, expect_tensor

TASK = "interpolate_between"
DEFAULT = 12


class Case:
    """Two secret pictures and the autoencoder that they go through."""

    def __init__(self, secret: Secret, code_shape: tuple[int, ...]) -> None:
        size = math.prod(code_shape)
        self.shape = code_shape
        self.images = [secret.uniform(0, 1, 1, 28, 28) for _ in range(2)]
        self.encoder = secret.normal(784, size, std=0.08)
        self.decoder = secret.normal(size, 784, std=1.5)

    def encode(self, image: Tensor) -> Tensor:
        return 1.5 * torch.sin(image.flatten() @ self.encoder)

    def decode(self, codes: Tensor) -> Tensor:
        return torch.sigmoid(torch.sin(2 * codes) @ self.decoder).unflatten(-1, (1, 28, 28))

    def run(self, student: Student, device: str, count: int | None) -> dict[str, Any]:
        weights = [self.encoder, self.decoder]
        answer: dict[str, Any] = student.probe("interpolate", device, weights, list(self.shape), self.images, count)
        return answer

    def check(self, student: Student, device: str, count: int | None) -> None:
        """One call, compared with what the decoder makes of the codes on the straight line."""
        answer, steps = self.run(student, device, count), count or DEFAULT
        strip = _strip(answer["strip"], steps)
        codes = [self.encode(image) for image in self.images]
        want = self.decode(straight_line(*codes, steps))
        close(strip, want, "The strip", known=self._wrong(codes, steps), device=device)

    def _wrong(self, codes: list[Tensor], steps: int) -> dict[str, Tensor]:
        pictures = straight_line(*self.images, steps)
        ends = self.decode(torch.stack(codes))
        encoded = torch.stack([self.encode(picture) for picture in pictures])
        # Both functions of a model in training mode: see the probe.
        halves = {
            "encoder and decoder": straight_line(codes[0] - 1, codes[1] - 1, steps) / 2,
            "decoder": straight_line(*codes, steps) / 2,
            "encoder": straight_line(codes[0] - 1, codes[1] - 1, steps),
        }
        first_and_last = self.decode(straight_line(*codes, steps))
        first_and_last[[0, -1]] = torch.stack(self.images)
        return {
            "I23: at both ends stand the pictures themselves, decode their codes there as well": first_and_last,
            "I6: the pictures themselves are mixed, mix their codes": pictures,
            "I6b: two reconstructions are mixed, mix the codes first and decode last": straight_line(*ends, steps),
            "I7: the pictures are mixed and then encoded, encode first and mix the codes": self.decode(encoded),
            "I19: it starts and ends at other pictures than the two that are given": self.decode(
                straight_line(codes[0], codes[0], steps)
            ),
            **{
                f"I13: the {which} ran in training mode, leave the model in evaluation mode": self.decode(wrong)
                for which, wrong in halves.items()
            },
            **{key: self.decode(wrong) for key, wrong in wrong_lines(*codes, steps).items()},
        }


@check(task=TASK, points=4)
def test_codes_on_the_straight_line_are_decoded(student: Student, secret: Secret, device: str):
    """The codes from that of the first picture to that of the second, in equal steps, are decoded: both ends belong."""
    for stream in secret.streams(2):
        Case(stream, (stream.integer(4, 9),)).check(student, device, 8)


@check(task=TASK, points=2.5)
def test_any_number_of_pictures(student: Student, secret: Secret, device: str):
    """There are n pictures for any n from 2 on, odd or even, and 12 if it is not said how many."""
    size = secret.integer(4, 9)
    odd, even = (2 * secret.integer(6, 9) + shift for shift in (1, 2))
    for count in (2, 3, odd, even, None):
        Case(secret, (size,)).check(student, device, count)


@check(task=TASK, points=2)
def test_codes_of_any_shape(student: Student, secret: Secret, device: str):
    """Codes may have any shape, such as (channels, height, width)."""
    channels, height, width = secret.sizes(3, 2, 5)
    for shape in ((channels, height, width), (height, width), (channels, 1, 1)):
        Case(secret, shape).check(student, device, 7)


@check(task=TASK, points=1.5)
def test_model_and_pictures_stay_as_they_came(student: Student, secret: Secret, device: str, note):
    """The two pictures are left unchanged, and the model stays as it came: in evaluation mode, free to be trained."""
    case = Case(secret, (5,))
    answer = case.run(student, device, 6)
    _strip(answer["strip"], 6)
    if answer["training"]:
        fail("The model came in evaluation mode and is in training mode now: leave it.", "I13")
    expect_left_trainable(answer, TASK)
    for before, after in zip(case.images, answer["images"], strict=True):
        if not torch.equal(before, torch.as_tensor(after)):
            fail(f"{TASK} changed one of its pictures: make new tensors.", "R20")
    if answer["needs_gradient"]:
        note("The pictures still carry gradients; torch.no_grad() saves time and memory.")


def _strip(value: Any, steps: int) -> Tensor:
    """The result as one tensor, once its shape is right."""
    if isinstance(value, (list, tuple)):
        fail(f"{TASK} returned a {type(value).__name__}: put the {len(value)} pictures into one tensor.", "I10")
    if isinstance(value, Tensor) and value.dim() == 4 and tuple(value.shape[1:]) == (1, 28, 28) and len(value) != steps:
        text = f"For n = {steps} {TASK} returned {len(value)} pictures; n are asked for, both ends included"
        fail(f"{text} (arange leaves its end out, linspace does not).", "I3" if len(value) == steps - 1 else "I4")
    if isinstance(value, Tensor) and tuple(value.shape) == (steps, 28, 28):
        fail("The pictures have lost their channel: keep the shape (n, 1, 28, 28).", "I11")
    return expect_tensor(value, (steps, 1, 28, 28), f"what {TASK} returns for n = {steps}")
