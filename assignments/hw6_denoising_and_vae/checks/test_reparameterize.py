"""Hidden checks of VAE.reparameterize. Gradients come first: they are exact, and the samples alone do not show them."""

from __future__ import annotations

import torch

from autograder.checking import Remote, Secret, Student, check, fail
from autograder.checking.diagnosis import equals
from autograder.checking.statistics import REPARAMETERIZE, Fault, assert_standard_normal, find_fault
from autograder.checking.values import close, expect_finite, expect_tensor

TASK = "VAE.reparameterize"
CALLS = 16
AXES = ("call", "image", "latent dimension")


@check(task=TASK, points=1)
def test_sample_has_the_shape_of_mu(student: Student, secret: Secret, device: str):
    """z has the shape of mu, for any batch size and number of dimensions, and mu and log_var are left unchanged."""
    for stream, batch in zip(secret.streams(3), (1, 2, secret.integer(3, 9)), strict=True):
        vae, mu, log_var = _case(student, stream, batch, stream.integer(3, 9))
        answer = student.probe("call", device, vae, mu, log_var, attribute="reparameterize")
        expect_tensor(answer["value"], tuple(mu.shape), "z")
        if not (torch.equal(answer["args"][0], mu) and torch.equal(answer["args"][1], log_var)):
            fail("reparameterize overwrote mu or log_var: they go into the loss later. Make a new tensor.", "R20")


@check(task=TASK, points=4)
def test_gradients_are_exact(student: Student, secret: Secret, device: str):
    """z can be differentiated: dz/dmu = 1 and dz/dlog_var = (z − mu)/2, exactly."""
    for stream in secret.streams(3):
        vae, mu, log_var = _case(student, stream, *stream.sizes(2, 5, 13))
        answer = student.probe("gradients", device, (vae, "reparameterize"), [mu, log_var], None)
        z = expect_tensor(answer["value"], tuple(mu.shape), "z")
        if not answer["connected"]:
            fail(
                "z has no gradient at all: sample() or no_grad cut the path. Use mu + sigma * randn, or rsample().",
                "R13",
            )
        _check_path_to_mu(*answer["gradients"])
        if answer["gradients"][0] is None:
            fail("No gradient leads from z to mu: is mu detached, or not in z at all?", "R15")
        close(
            answer["gradients"][0], torch.ones_like(mu), "dz/dmu", "z = mu + sigma * eps.", gradient=True, device=device
        )
        _check_path_to_log_var(answer["gradients"][1], z, mu, log_var, device)


def _check_path_to_mu(by_mu: torch.Tensor | None, by_log_var: torch.Tensor | None) -> None:
    zero = [gradient is not None and not gradient.any() for gradient in (by_mu, by_log_var)]
    if all(zero):
        text = "Both gradients are exactly 0: torch.normal(mu, std) draws after mu and std came in, and cuts the path."
        fail(f"{text} Use mu + std * torch.randn_like(std).", "R12")


def _check_path_to_log_var(
    by_log_var: torch.Tensor | None, z: torch.Tensor, mu: torch.Tensor, log_var: torch.Tensor, device: str
) -> None:
    if by_log_var is None:
        fail("No gradient leads from z to log_var: is sigma detached, or is there no noise in z?", "R15")
    shift = (z - mu).double()
    known = {
        "R4: log_var itself is the spread, it has to be exponentiated: sigma = exp(log_var / 2)": shift / log_var,
        "R5: log_var is exponentiated before the root: sigma = sqrt(exp(log_var))": shift / (2 * log_var),
        "R5b: log_var is the logarithm already, no other logarithm is needed": shift
        / (2 * log_var * log_var.abs().log()),
        "R15: no gradient leads to log_var": torch.zeros_like(shift),
    }
    factors = {
        "R3: sigma is exp(log_var), but log_var is the logarithm of sigma²: sigma = exp(log_var / 2)": 2.0,
        "R7: the sign in the exponent is wrong: sigma = exp(+log_var / 2)": -1.0,
        "R7b: the sign in the exponent is wrong, and the ½ is missing: sigma = exp(log_var / 2)": -2.0,
        "R7c: the exponent is four times too large: sigma = exp(log_var / 2)": 4.0,
        "R7d: the exponent is half of what it should be: sigma = exp(log_var / 2)": 0.5,
    }
    close(by_log_var, shift / 2, "dz/dlog_var", known=known, factors=factors, gradient=True, device=device)


@check(task=TASK, points=4)
def test_noise_is_standard_normal(student: Student, secret: Secret, device: str):
    """The noise (z − mu)/sigma is Gaussian with mean 0 and standard deviation 1."""
    batch, latent = secret.sizes(2, 28, 48)
    vae, mu, log_var = _case(student, secret, batch, latent)
    eps = _noise(student, device, vae, mu, log_var, CALLS)
    assert_standard_normal(eps, AXES, hint="z = mu + exp(log_var / 2) * eps with eps from N(0, 1).")


@check(task=TASK, points=3)
def test_every_number_has_its_own_noise(student: Student, secret: Secret, device: str):
    """Every call, every picture and every latent dimension gets its own noise."""
    batch, latent = secret.sizes(2, 14, 24)
    vae, mu, log_var = _case(student, secret, batch, latent)
    eps = _noise(student, device, vae, mu, log_var, CALLS)
    if eps.std().item() <= 1e-3:
        fail("There is no noise in z: draw one number for every entry of z, at every call.", "R16")
    finding = find_fault(eps, AXES)
    if finding is not None and finding.fault is Fault.REPEATED:
        fail(f"The noise is wrong: {finding.sentence}.", REPARAMETERIZE[f"repeated:{finding.axis}"])


@check(task=TASK, points=2)
def test_samples_in_training_and_in_evaluation_mode(student: Student, secret: Secret, device: str):
    """z is a sample in training and in evaluation mode alike, never the mean."""
    vae, mu, log_var = _case(student, secret, *secret.sizes(2, 5, 13))
    for mode in ("train", "eval"):
        vae.call(mode)
        first, second = (_sample(student, device, vae, mu, log_var) for _ in range(2))
        if equals(first, mu) or equals(first, second):
            word = "training" if mode == "train" else "evaluation"
            fail(f"In {word} mode z is not random: draw a sample in both modes.", "R16")


def _case(student: Student, secret: Secret, batch: int, latent: int) -> tuple[Remote, torch.Tensor, torch.Tensor]:
    """A VAE, means away from 0, and log-variances away from 0 on both sides."""
    vae = student.probe("make_sampler_only", latent)
    sign = torch.where(secret.uniform(-1, 1, batch, latent) > 0, 1.0, -1.0)
    mu = sign * secret.uniform(0.3, 2, batch, latent)
    log_var = torch.where(secret.uniform(-1, 1, batch, latent) > 0.3, 1.0, -1.0) * secret.uniform(
        0.3, 1.2, batch, latent
    )
    return vae, mu, log_var


def _sample(student: Student, device: str, vae: Remote, mu: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
    z = student.probe("call", device, vae, mu, log_var, attribute="reparameterize")["value"]
    return expect_tensor(z, tuple(mu.shape), "z")


def _noise(
    student: Student, device: str, vae: Remote, mu: torch.Tensor, log_var: torch.Tensor, calls: int
) -> torch.Tensor:
    """(z − mu)/sigma of several calls: (calls, batch, latent)."""
    drawn = student.probe("draw_codes", device, vae, mu, log_var, calls)
    z = torch.stack([expect_tensor(one, tuple(mu.shape), "z") for one in drawn]).double()
    expect_finite(z, "z")
    return (z - mu) / (0.5 * log_var.double()).exp()
