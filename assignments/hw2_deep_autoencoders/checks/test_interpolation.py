"""Hidden checks of interpolation and interpolation_strip, with an autoencoder of ours whose parts are nonlinear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.diagnosis import equals
from autograder.checking.values import close, expect_tensor

ONE = "interpolation"
STRIP = "interpolation_strip"
PIXELS, DEFAULT = 784, 10

Rows = Callable[[torch.Tensor], torch.Tensor]  # of lambdas (n,): pictures (n, 784)


@dataclass(frozen=True)
class Scene:
    """Two flat pictures (1, 784), and the weights of the autoencoder that they go through."""

    first: torch.Tensor
    second: torch.Tensor
    encoding: torch.Tensor
    decoding: torch.Tensor

    @classmethod
    def draw(cls, secret: Secret) -> Scene:
        latent = secret.integer(4, 9)
        pictures = [secret.uniform(-1, 1, 1, PIXELS) for _ in range(2)]
        return cls(*pictures, 0.06 * secret.normal(PIXELS, latent), 0.8 * secret.normal(latent, PIXELS))

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(x @ self.encoding)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return torch.tanh(z @ self.decoding)

    @property
    def codes(self) -> tuple[torch.Tensor, torch.Tensor]:
        return self.encode(self.first), self.encode(self.second)

    def mixed(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """Decoded from a * (first code) + b * (second code); a and b are (n,)."""
        one, two = self.codes
        return self.decode(a[:, None] * one + b[:, None] * two)

    def right(self, values: torch.Tensor) -> torch.Tensor:
        return self.mixed(values, 1 - values)

    def wrong(self, values: torch.Tensor) -> dict[str, torch.Tensor]:
        """What the known mistakes give for these lambdas."""
        one, two = self.codes
        a, b = values[:, None], 1 - values[:, None]
        angle = torch.acos(torch.cosine_similarity(one, two))[:, None]
        arc = (torch.sin(a * angle) * one + torch.sin(b * angle) * two) / torch.sin(angle)
        pixels = a * self.first + b * self.second
        return {
            "I1: lambda and 1 − lambda are exchanged, lambda = 1 is the first image": self.mixed(1 - values, values),
            "I6: two pictures are mixed, mix their codes": pixels,
            "I6b: two decoded pictures are mixed, mix the codes first and decode last": (
                a * self.decode(one) + b * self.decode(two)
            ),
            "I7: the pictures are mixed and then encoded, encode first and mix the codes": (
                self.decode(self.encode(pixels))
            ),
            "I8: the weights of the two codes must add up to 1": self.mixed(values, values),
            "I8b: the weights of the two codes must add up to 1, one of them is 1": self.mixed(values, 0 * values + 1),
            "I8c: the weights of the two codes must add up to 1, one of them is 1, too": (
                self.mixed(0 * values + 1, values)
            ),
            "I8d: the weight of the second code is 1 − lambda, not 1 + lambda": self.mixed(values, 1 + values),
            "I8e: the weight of the second code is 1 − lambda, not lambda − 1": self.mixed(values, values - 1),
            "I9: it is the second image alone (lambda as a whole number, or the second image taken twice)": (
                self.right(0 * values)
            ),
            "I9d: it is the first image alone (lambda as a whole number, or the first image taken twice)": (
                self.right(0 * values + 1)
            ),
            "I9c: lambda is not used, it is always one half": self.right(0 * values + 0.5),
            "I17: the codes are mixed along an arc, the task asks for a straight line": self.decode(arc),
            "I13: the model came in evaluation mode and was used in training mode": (
                self.decode(0.5 * (a * one + b * two))
            ),
        }


def call(
    student: Student,
    device: str,
    name: str,
    scene: Scene,
    shape: Sequence[int],
    before: Any = (),
    after: Any = (),
    earlier: Sequence[torch.Tensor] = (),
) -> dict[str, Any]:
    """One call with pictures of this shape; before it, if there are `earlier` pictures, one with those."""
    images = [scene.first.reshape(*shape), scene.second.reshape(*shape)]
    weights = [scene.encoding, scene.decoding]
    return student.probe("interpolate", device, name, weights, images, before=before, after=after, earlier=earlier)


def check_arguments(scene: Scene, answer: dict[str, Any], name: str) -> None:
    """Fails when the images or the model came back changed."""
    for before, after in zip((scene.first, scene.second), answer["images"], strict=True):
        if not torch.equal(before.flatten(), after.flatten()):
            fail(f"{name} changed one of its images: make new tensors.", "R20")
    for before, after in zip((scene.encoding, scene.decoding), answer["weights"], strict=True):
        if not torch.equal(before, after):
            fail(f"{name} changed the weights of the model.", "R20")
    if answer["training"]:
        fail(f"{name} put the model into training mode: leave it as it is.", "I13")


# --- one picture ------------------------------------------------------------------------------------------------------


def picture_of(value: Any, scene: Scene) -> torch.Tensor:
    """The result as a flat picture (1, 784), once its shape is right."""
    if isinstance(value, torch.Tensor):
        shape = tuple(value.shape)
        if shape == (1, scene.encoding.shape[1]):
            fail(f"{ONE} returned a code of {shape[1]} numbers: decode it.", "I22")
        if shape != (1, PIXELS) and value.numel() == PIXELS:
            fail(f"{ONE} should return one flat picture (1, 784); its result has the shape {shape}.", "I11")
    return expect_tensor(value, (1, PIXELS), f"{ONE}(...)")


def check_picture(student: Student, device: str, scene: Scene, value: float, shape: Sequence[int] = (1, 28, 28)):
    answer = call(student, device, ONE, scene, shape, before=(value,))
    values = torch.tensor([float(value)])
    got = picture_of(answer["value"], scene)
    close(got, scene.right(values), f"{ONE}(...)", known=scene.wrong(values), device=device)
    return answer


@check(task=ONE, points=3)
def test_codes_are_mixed_and_then_decoded(student: Student, secret: Secret, device: str):
    """The picture is decoded from lambda1 times the first code plus 1 − lambda1 times the second."""
    for stream in secret.streams(3):
        # Away from 0, 1/2 and 1, where wrong weights agree with the right ones.
        value = stream.choice((stream.number(0.1, 0.4), stream.number(0.6, 0.9)))
        check_picture(student, device, Scene.draw(stream), value)
    scene, value = Scene.draw(secret), secret.number(0.1, 0.4)
    earlier = [secret.uniform(-1, 1, 1, 28, 28) for _ in range(2)]
    answer = call(student, device, ONE, scene, (1, 28, 28), before=(value,), earlier=earlier)
    text = "It was asked for other images of the same model before: does it keep their codes?"
    close(picture_of(answer["value"], scene), scene.right(torch.tensor([value])), f"{ONE}(...)", text, device=device)


@check(task=ONE, points=1.5)
def test_lambda_one_is_the_first_image(student: Student, secret: Secret, device: str):
    """lambda1 = 1 gives the first image as the model decodes it, lambda1 = 0 the second."""
    scenes = [Scene.draw(secret) for _ in range(2)]
    answers = [
        call(student, device, ONE, scene, (1, 28, 28), before=(value,))
        for scene, value in zip(scenes, (1.0, 0.0), strict=True)
    ]
    pictures = [picture_of(answer["value"], scene) for answer, scene in zip(answers, scenes, strict=True)]
    ends = torch.tensor([1.0]), torch.tensor([0.0])
    for number, which in ((0, "first"), (1, "second")):
        if all(equals(got, scene.right(ends[number])) for got, scene in zip(pictures, scenes, strict=True)):
            fail(f"For lambda = 1 and for lambda = 0 alike it is the {which} image: is it taken twice?", "I20")
    for got, scene, end in zip(pictures, scenes, ends, strict=True):
        if equals(got, scene.first if end else scene.second):
            fail("At the ends it is the image itself, not what the model makes of it: decode its code.", "I24")
        close(got, scene.right(end), f"{ONE}(...)", known=scene.wrong(end), device=device)


@check(task=ONE, points=1.5)
def test_flat_images_work_and_arguments_stay(student: Student, secret: Secret, device: str):
    """Images (1, 28, 28) and (1, 784) give the same flat picture (1, 784); images and model are left as they were."""
    scene, value = Scene.draw(secret), secret.number(0.2, 0.8)
    answers = [call(student, device, ONE, scene, shape, before=(value,)) for shape in ((1, 28, 28), (1, PIXELS))]
    of_pictures, of_flat = (picture_of(answer["value"], scene) for answer in answers)
    close(of_flat, of_pictures, f"{ONE}(...) of flat images", "It is not that of images (1, 28, 28).", device=device)
    for answer in answers:
        check_arguments(scene, answer, ONE)


# --- a strip ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Path:
    """Stands in for `interpolation`, whose mistakes do not count here: another way from the second to the first."""

    parts: list[torch.Tensor]

    @classmethod
    def put(cls, student: Student, secret: Secret) -> Path:
        path = cls([secret.normal(1, PIXELS) for _ in range(4)])
        student.stub(ONE, "make_interpolation", path.parts)
        return path

    def rows(self, values: torch.Tensor, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        one, two, linear, quadratic = self.parts
        column = values[:, None]
        return first * one + second * two + column * linear + column**2 * quadratic


@dataclass(frozen=True)
class Strip:
    """One call of interpolation_strip: what came back, and the pictures that belong to any lambdas."""

    scene: Scene
    answer: dict[str, Any]
    right: Rows
    exchanged: Rows  # with the images in the other order

    @classmethod
    def ask(cls, student: Student, secret: Secret, device: str, n: int | None = None) -> Strip:
        """n: how many pictures are asked for, None to leave it to the default."""
        scene, path = Scene.draw(secret), Path.put(student, secret)
        answer = call(student, device, STRIP, scene, (1, 28, 28), after=() if n is None else (n,))
        if not answer["calls"]:
            return cls(scene, answer, scene.right, lambda values: scene.right(1 - values))
        return cls(
            scene,
            answer,
            lambda values: path.rows(values, scene.first, scene.second),
            lambda values: path.rows(values, scene.second, scene.first),
        )

    def pictures(self, n: int) -> torch.Tensor:
        """The result as (n, 784), once its shape is right."""
        value = self.answer["value"]
        if isinstance(value, (list, tuple)):
            fail(f"{STRIP} returned a {type(value).__name__}: put the {len(value)} pictures into one tensor.", "I10")
        if isinstance(value, torch.Tensor) and value.dim() > 0:
            shape = tuple(value.shape)
            if shape[-1:] == (self.scene.encoding.shape[1],):
                fail(f"{STRIP} returned codes: decode them.", "I22")
            if value.numel() == len(value) * PIXELS and len(value) != n:
                fail(f"{STRIP} returned {len(value)} pictures where n = {n} are asked for.", "I4")
            if value.numel() == n * PIXELS and shape != (n, PIXELS):
                fail(f"{STRIP} should return flat pictures (n, 784); the shape is {shape} for n = {n}.", "I11")
        return expect_tensor(value, (n, PIXELS), f"{STRIP}(...) for n = {n}")

    def wrong(self, n: int) -> dict[str, torch.Tensor]:
        """What the known mistakes give."""
        values, count = torch.linspace(0, 1, n), torch.arange(n)
        return {
            "I1: it runs backwards, lambda goes from 0 to 1 and lambda = 1 is image1": self.right(values.flip(0)),
            "I1b: image1 and image2 are exchanged": self.exchanged(values),
            "I2: lambda stops before 1 (linspace(0, 1, n) holds both ends)": self.right(count / n),
            "I2b: lambda starts after 0 (linspace(0, 1, n) holds both ends)": self.right((count + 1) / n),
            "I9: lambda is a whole number, it must run from 0 to 1": self.right(count.float()),
            "I20: lambda does not depend on n": self.right(count / (DEFAULT - 1)),
            "I24: the ends are the images themselves, not what the model makes of them": torch.cat(
                [self.scene.second, self.right(values)[1:-1], self.scene.first]
            ),
            "I6b: only the ends are decoded, and what lies between is mixed of these two pictures": torch.lerp(
                self.right(torch.zeros(1)), self.right(torch.ones(1)), values[:, None]
            ),
            "I21: all pictures are the same": self.right(0 * values + 1),
            "I21b: all pictures are the same, that of lambda = 0": self.right(0 * values),
            **self.scene.wrong(values),
        }


@check(task=STRIP, points=2)
def test_strip_goes_over_equal_steps(student: Student, secret: Secret, device: str):
    """Without n the strip has ten pictures, for lambda = 0, 1/9, …, 1."""
    strip = Strip.ask(student, secret, device)
    want = strip.right(torch.linspace(0, 1, DEFAULT))
    close(strip.pictures(DEFAULT), want, "The strip", known=strip.wrong(DEFAULT), device=device)


@check(task=STRIP, points=1)
def test_strip_has_n_pictures(student: Student, secret: Secret, device: str):
    """Any number n of pictures, odd or even, comes as one tensor (n, 784); images and model are left as they were."""
    odd, even = 2 * secret.integer(2, 6) + 1, secret.choice((2, 4, 6, 8, 12))
    for n in (odd, even):
        strip = Strip.ask(student, secret, device, n)
        strip.pictures(n)
        check_arguments(strip.scene, strip.answer, STRIP)


@check(task=STRIP, points=1)
def test_strip_holds_both_ends(student: Student, secret: Secret, device: str):
    """Whatever n is, the first picture is that of image2 (lambda = 0) and the last that of image1 (lambda = 1)."""
    n = 2 * secret.integer(2, 6) + 1
    strip = Strip.ask(student, secret, device, n)
    got, ends = strip.pictures(n), torch.tensor([0, n - 1])
    want = strip.right(torch.tensor([0.0, 1.0]))
    if equals(got[ends], want.flip(0)):
        fail("The strip runs backwards: lambda = 0 comes first, and lambda = 1 is image1.", "I1")
    known = {key: rows[ends] for key, rows in strip.wrong(n).items()}
    close(got[ends], want, f"The first and the last of {n} pictures", known=known, device=device)
