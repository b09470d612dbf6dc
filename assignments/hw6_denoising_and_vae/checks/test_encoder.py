"""Hidden checks of VAE.encoder. A stand-in takes the place of `reparameterize`, whose mistakes do not count here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from autograder.checking import Remote, Secret, Student, check, fail
from autograder.checking.diagnosis import equals
from autograder.checking.pictures import with_one_changed
from autograder.checking.statistics import Fault, Finding, find_fault
from autograder.checking.values import close, describe, expect_sequence, expect_tensor

TASK = "VAE.encoder"
PARTS = "three tensors, (mu, log_var, z)"


@dataclass(frozen=True)
class Sampler:
    """The stand-in for `reparameterize`: a mu + b log_var + shift."""

    a: float
    b: float
    shift: torch.Tensor

    def __call__(self, mu: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
        return self.a * mu + self.b * log_var + self.shift


def put_sampler(student: Student, secret: Secret, latent: int) -> Sampler:
    sampler = Sampler(secret.number(0.4, 0.8), secret.number(1.2, 1.6), secret.normal(latent))
    student.stub("VAE.reparameterize", "make_sampler", sampler.a, sampler.b, sampler.shift)
    return sampler


def encode(student: Student, device: str, vae: Remote, pictures: torch.Tensor, latent: int) -> list[torch.Tensor]:
    """mu, log_var and z, once they have the right shape."""
    value = student.probe("call", device, vae, pictures, attribute="encoder")["value"]
    parts = expect_sequence(value, 3, "vae.encoder(x)", PARTS)
    names = ("mu", "log_var", "z")
    return [expect_tensor(part, (len(pictures), latent), name) for part, name in zip(parts, names, strict=True)]


@check(task=TASK, points=3)
def test_codes_have_the_right_shape(student: Student, secret: Secret, device: str):
    """encoder(x) returns mu, log_var and z, each (B, latent_feature), for any batch size and latent_feature."""
    for latent in secret.sizes(2, 2, 11):
        put_sampler(student, secret, latent)
        vae = student.probe("make", device, "VAE", latent)
        for batch in (1, secret.sizes(1, 3, 13, avoid=(latent,))[0]):
            encode(student, device, vae, secret.uniform(0, 1, batch, 1, 28, 28), latent)


@check(task=TASK, points=3)
def test_z_is_drawn_around_mu(student: Student, secret: Secret, device: str):
    """z is what reparameterize makes of mu and log_var, and encoder returns all three in this order."""
    batch, latent = secret.sizes(2, 6, 12)
    vae = student.probe("make", device, "VAE", latent)
    student.probe("scatter_weights", vae, 1.5)
    pictures = secret.uniform(0, 1, batch, 1, 28, 28)
    sampler = put_sampler(student, secret, latent)
    mu, log_var, z = encode(student, device, vae, pictures, latent)
    if equals(mu, log_var):
        fail("mu and log_var are the same: they need two outputs of the network, split in two halves.", "R21")
    if equals(z, sampler(mu, log_var)):
        return
    _name_wrong_z(z, mu, log_var, sampler)
    _check_own_sampling(student, device, vae, pictures, latent)


def _name_wrong_z(z: torch.Tensor, mu: torch.Tensor, log_var: torch.Tensor, sampler: Sampler) -> None:
    if equals(z, mu):
        fail("z is mu itself: draw it with self.reparameterize(mu, log_var).", "R16")
    if equals(z, log_var):
        fail("The third result is log_var: the order is (mu, log_var, z).", "E25")
    if equals(z, sampler(log_var, mu)):
        fail("mu and log_var are exchanged, in what is returned or in the call of reparameterize.", "R21")
    if equals(mu, sampler(log_var, z)) or equals(mu, sampler(z, log_var)):
        fail("The order of the three results is (mu, log_var, z), not z first.", "E25")


def _check_own_sampling(student: Student, device: str, vae: Remote, pictures: torch.Tensor, latent: int) -> None:
    """An encoder that draws z without calling reparameterize is right too, if z is a sample."""
    draws = [encode(student, device, vae, pictures, latent) for _ in range(24)]
    eps = torch.stack([(z.double() - mu) / (0.5 * log_var.double()).exp() for mu, log_var, z in draws])
    finding = find_fault(eps, ("call", "picture", "latent dimension"))
    if finding is not None:
        fail(f"z is not what reparameterize(mu, log_var) returns, and no sample of its own either{_why(finding)}.")


def _why(finding: Finding) -> str:
    """A wrong spread leaves a pattern that repeats at every call: then there is more to say than that it repeats."""
    return "" if finding.fault is Fault.REPEATED else f": with (z − mu)/sigma as the noise, {finding.sentence}"


@check(task=TASK, points=2)
def test_mu_and_log_var_may_be_any_number(student: Student, secret: Secret, device: str):
    """Neither mu nor log_var goes through an activation: both can be negative, positive, and larger than 1."""
    latent = secret.integer(12, 15)
    put_sampler(student, secret, latent)
    lows, highs = torch.zeros(2), torch.zeros(2)
    for stream in secret.streams(3):
        vae = student.probe("make", device, "VAE", latent)
        student.probe("scatter_weights", vae, 5.0)
        value = student.probe("call", device, vae, stream.uniform(0, 1, 6, 1, 28, 28), attribute="encoder")["value"]
        mu, log_var, _ = (_without_infinities(part) for part in expect_sequence(value, 3, "vae.encoder(x)", PARTS))
        lows = torch.minimum(lows, torch.stack([mu.min(), log_var.min()]))
        highs = torch.maximum(highs, torch.stack([mu.max(), log_var.max()]))
    for name, low, high in zip(("mu", "log_var"), lows.tolist(), highs.tolist(), strict=True):
        if not low < 0:
            fail(
                f"{name} is never negative, whatever the weights: no activation (ReLU, Softplus, exp) on {name}.", "E12"
            )
        if not high > 0:
            fail(f"{name} is never positive, whatever the weights: no activation on {name}.", "E12")
        if not (low < -1 and high > 1):
            fail(f"{name} never leaves [−1, 1], whatever the weights: no Tanh or Sigmoid on {name}.", "E12")


def _without_infinities(part: Any) -> torch.Tensor:
    """Weights this large may overflow in what comes after mu and log_var."""
    if not isinstance(part, torch.Tensor) or not part.is_floating_point():
        fail(f"vae.encoder(x) should return {PARTS}; one of them is {describe(part)}.")
    return part.nan_to_num()


@check(task=TASK, points=2)
def test_each_picture_has_its_own_code(student: Student, secret: Secret, device: str):
    """In evaluation mode, the code of a picture depends on this picture and on no other one in the batch."""
    latent = secret.integer(5, 11)
    put_sampler(student, secret, latent)
    vae = student.probe("make", device, "VAE", latent)
    student.probe("scatter_weights", vae, 2.0)
    rest = torch.tensor([0, 2, 3])
    for stream in secret.streams(2):
        before, after = (encode(student, device, vae, x, latent)[:2] for x in with_one_changed(stream, 4, 1))
        for name, first, second in zip(("mu", "log_var"), before, after, strict=True):
            close(second[rest], first[rest], f"{name} of the pictures that did not change", device=device)
            if equals(second[1], first[1]):
                fail(f"{name} does not depend on the picture.")
