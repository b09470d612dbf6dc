"""Hidden checks of TUNED_BETA: judged by what it does to a small VAE of ours, trained here for a moment."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from autograder.checking import CheckFailed, Secret, Student, check, fail
from autograder.checking.calibration import bound_of, calibrated
from autograder.checking.values import describe, expect_scalar

TASK = "TUNED_BETA"
SIDE, FACTORS = 14, 5  # pictures of 14 x 14 pixels (a mean over pixels needs no more), made from five numbers each
NZ, HIDDEN, BATCH, STEPS, LAST, RATE = 12, 32, 32, 120, 20, 7e-3


def tuned_beta(student: Student) -> float:
    value = student.get(TASK)
    if isinstance(value, (str, list, tuple, dict)):
        fail(f"TUNED_BETA should be a number, such as 0.01; it is {describe(value)}.")
    beta = expect_scalar(value, "TUNED_BETA")
    if beta < 0:
        fail("TUNED_BETA is negative: the KL would be pushed up without end.", "K30")
    return beta


def trained(beta: float, secret: Secret) -> tuple[float, float]:
    """Reconstruction loss, as a share of that of the mean picture, and KL in nats, at the end of a short training."""
    patterns = _patterns(secret)
    parameters = [weights.requires_grad_() for weights in _weights(secret)]
    optimizer = torch.optim.Adam(parameters, lr=RATE)
    codes, noise = secret.normal(STEPS, BATCH, FACTORS), secret.normal(STEPS, BATCH, NZ)
    pictures = torch.sigmoid(5 / math.sqrt(FACTORS) * codes @ patterns)
    idle = pictures.flatten(0, 1).var(dim=0).mean().item()
    recs, kls = [], []
    for x, eps in zip(pictures, noise, strict=True):
        rec, kl = _losses(x, eps, *parameters)
        optimizer.zero_grad()
        (rec + beta * kl).backward()
        optimizer.step()
        recs.append(rec.item() / idle)
        kls.append(kl.item())
    return sum(recs[-LAST:]) / LAST, sum(kls[-LAST:]) / LAST


def _patterns(secret: Secret) -> torch.Tensor:
    """Smooth pictures (FACTORS, pixels), orthogonal, with a mean square of 1 over the pixels."""
    coarse = secret.normal(FACTORS, 1, 5, 5)
    smooth = F.interpolate(coarse, size=(SIDE, SIDE), mode="bicubic").flatten(1)
    return torch.linalg.qr((smooth - smooth.mean(dim=1, keepdim=True)).T).Q.T * SIDE


def _weights(secret: Secret) -> list[torch.Tensor]:
    pixels = SIDE * SIDE
    shapes = ((pixels, HIDDEN), (HIDDEN, 2 * NZ), (NZ, HIDDEN), (HIDDEN, pixels))
    return [secret.normal(*shape, std=0.7 / math.sqrt(shape[0])) for shape in shapes]


def _losses(
    x: torch.Tensor, eps: torch.Tensor, first: torch.Tensor, code: torch.Tensor, back: torch.Tensor, last: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The losses of this assignment: squared error as a mean, KL as a sum over dimensions."""
    mean, log_sigma = (torch.relu((x - 0.5) @ first) @ code).chunk(2, dim=1)
    rec = torch.sigmoid(torch.relu((mean + log_sigma.exp() * eps) @ back) @ last)
    kl = ((2 * log_sigma).exp() + mean**2 - 1) / 2 - log_sigma
    return F.mse_loss(rec, x), kl.sum(dim=1).mean()


def log_reconstruction(student: Student, secret: Secret, device: str) -> float:
    """What is left of the reconstruction loss of the mean picture, as a logarithm; infinite for what is no beta."""
    return _log_of(0, student, secret)


def log_kl(student: Student, secret: Secret, device: str) -> float:
    """The KL in nats, as a logarithm; infinite for what is no beta."""
    return _log_of(1, student, secret)


def _log_of(which: int, student: Student, secret: Secret) -> float:
    try:
        beta = tuned_beta(student)
    except CheckFailed:
        return math.inf
    return math.log(max(trained(beta, secret)[which], 1e-9))


@check(task=TASK, points=1)
def test_tuned_beta_is_a_positive_number(student: Student, secret: Secret, device: str):
    """TUNED_BETA is a number above 0."""
    if not tuned_beta(student) > 0:
        fail("TUNED_BETA is 0: without the KL it is a plain autoencoder with noise.", "K32")


@check(task=TASK, points=2)
@calibrated("tuned_beta_reconstruction", log_reconstruction)
def test_reconstructions_stay_good(student: Student, secret: Secret, device: str):
    """TUNED_BETA is small enough: after a short training, reconstructions are far better than the mean picture."""
    tuned_beta(student)
    bound = bound_of(__file__, "tuned_beta_reconstruction")
    if not log_reconstruction(student, secret, device) < math.log(bound):
        text = (
            "With this beta a small VAE reconstructs hardly better than the mean picture: the KL wins, the code is lost"
        )
        fail(
            f"{text}. Your squared error is a mean over 784 pixels: look further down, a factor of 10 at a time.", "K35"
        )


@check(task=TASK, points=2)
@calibrated("tuned_beta_kl", log_kl)
def test_codes_stay_near_the_prior(student: Student, secret: Secret, device: str):
    """TUNED_BETA is large enough: after a short training, codes are still near the prior."""
    tuned_beta(student)
    bound = bound_of(__file__, "tuned_beta_kl")
    if not log_kl(student, secret, device) < math.log(bound):
        text = "With this beta the codes of a small VAE hardly feel the prior (their KL is huge), so that samples"
        fail(f"{text} from N(0, I) fall between them: look further up, a factor of 10 at a time.", "K35c")
