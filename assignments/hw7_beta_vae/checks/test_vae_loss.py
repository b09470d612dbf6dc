"""Hidden checks of VAE.loss: deterministic, on secret values that are generic (no zeros, no ones, no equal sizes)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.diagnosis import equals
from autograder.checking.values import close, describe, expect_scalar, expect_sequence

TASK = "VAE.loss"
PIXELS = 784
PARTS = 'two things, (total, {"rec_loss": ..., "kl_loss": ...})'


@dataclass(frozen=True)
class Case:
    """Secret arguments of the loss; formulas are evaluated in float64."""

    x: torch.Tensor
    rec: torch.Tensor
    q: torch.Tensor
    beta: float

    @property
    def nz(self) -> int:
        return self.q.shape[1] // 2

    @property
    def mean(self) -> torch.Tensor:
        return self.q[:, : self.nz].double()

    @property
    def log_sigma(self) -> torch.Tensor:
        return self.q[:, self.nz :].double()

    @property
    def rec_loss(self) -> torch.Tensor:
        return ((self.rec - self.x).double() ** 2).mean()

    @property
    def kl(self) -> torch.Tensor:
        return kl(self.mean, self.log_sigma)


def kl(
    mean: torch.Tensor, log_sigma: torch.Tensor, prior_mean: float = 0.0, prior_log_sigma: float = 0.0
) -> torch.Tensor:
    """KL(q || prior), summed over dimensions, averaged over the batch."""
    ratio, distance = (log_sigma - prior_log_sigma).exp(), (mean - prior_mean) / math.exp(prior_log_sigma)
    return ((ratio**2 + distance**2 - 1) / 2 - log_sigma + prior_log_sigma).sum(1).mean()


def make_case(secret: Secret, beta: float | None = None, widest: float = 0.9) -> Case:
    """widest: the largest log sigma, of both signs"""
    batch, nz = secret.sizes(2, 3, 11)
    signs = torch.where(secret.uniform(-1, 1, 2, batch, nz) > 0, 1.0, -1.0)
    mean, log_sigma = signs[0] * secret.uniform(0.3, 1.5, batch, nz), signs[1] * secret.uniform(0.2, widest, batch, nz)
    x, rec = secret.uniform(0, 1, 2, batch, 1, 28, 28)
    return Case(x, rec, torch.cat([mean, log_sigma], dim=1), secret.choice((0.3, 2.5, 7.0)) if beta is None else beta)


def ask(
    student: Student,
    secret: Secret,
    device: str,
    case: Case,
    default_beta: bool = False,
    later_beta: float | None = None,
) -> dict[str, Any]:
    """The answer of `loss`, and gradients; Encoder and Decoder are stand-ins, which the loss does not need.

    later_beta: of another VAE that is made before the first one is asked
    """
    student.stub("Encoder", "make_encoder_class", case.q)
    student.stub("Decoder", "make_decoder_class", secret.normal(2 * case.nz, PIXELS))
    vae = student.probe("make", device, "VAE", case.nz, *([] if default_beta else [case.beta]))
    if later_beta is not None:
        student.probe("make", device, "VAE", case.nz, later_beta)
    return student.probe("loss_and_gradients", device, vae, case.x, case.q, case.rec)


def parts_of(answer: dict[str, Any]) -> tuple[Any, Any, Any]:
    """(total, rec_loss, kl_loss) as they came."""
    value = answer["answer"]
    if isinstance(value, torch.Tensor):
        fail(f"loss should return {PARTS}; it returned {describe(value)}.", "K27")
    total, parts = expect_sequence(value, 2, "loss", PARTS)
    if not isinstance(parts, dict):
        fail(f"The second result of loss should be a dictionary; it is {describe(parts)}.", "K27")
    for key in ("rec_loss", "kl_loss"):
        if key not in parts:
            fail(f'The dictionary that loss returns has no "{key}"; its keys are {", ".join(map(str, parts))}.', "K27")
        value = parts[key]
        if isinstance(value, torch.Tensor) and value.numel() != 1:
            fail(f"{key} should be one number; it is {describe(value)}: reduce it.", "K15")
        expect_scalar(value, key)
    if isinstance(total, torch.Tensor) and total.numel() != 1:
        fail(f"The total should be one number; it is {describe(total)}: reduce it.", "K15")
    expect_scalar(total, "the total")
    return total, parts["rec_loss"], parts["kl_loss"]


@check(task=TASK, points=0.5)
def test_reconstruction_loss_is_the_mean_squared_error(student: Student, secret: Secret, device: str):
    """rec_loss is the squared error, averaged over all pixels and pictures."""
    for stream in secret.streams(2):
        case = make_case(stream)
        _, rec_loss, _ = parts_of(ask(student, stream, device, case))
        difference = (case.rec - case.x).double()
        bce = -(case.x * case.rec.log() + (1 - case.x) * (1 - case.rec).log()).double()
        known = {
            "K26: it is the absolute error, the task asks for the squared one": difference.abs().mean(),
            "K26b: it is the binary cross-entropy, this task uses the squared error": bce.mean(),
            "K26c: it is the binary cross-entropy, this task uses the squared error": bce.sum() / len(case.x),
            "K34b: it is multiplied by beta, which belongs to the KL": case.beta * case.rec_loss,
        }
        close(rec_loss, case.rec_loss, "rec_loss", known=known, factors=_rec_factors(case), device=device)


def _rec_factors(case: Case) -> dict[str, float]:
    return {
        "K13: it is summed over everything, the task asks for the mean over pixels and pictures": PIXELS * len(case.x),
        "K19: it is summed over the pixels, the task asks for their mean": PIXELS,
        "K2: it is half of the squared error": 0.5,
    }


@check(task=TASK, points=1.25)
def test_kl_loss_has_the_right_value(student: Student, secret: Secret, device: str, note):
    """kl_loss is KL(q || N(0, I)) without beta, summed over the latent dimensions and averaged over the batch."""
    *streams, wide, narrow = secret.streams(4)
    for stream, widest in zip((*streams, wide), (0.9, 0.9, 2.2), strict=True):
        case = make_case(stream, widest=widest)
        _, rec_loss, kl_loss = parts_of(ask(student, stream, device, case))
        close(kl_loss, case.kl, "kl_loss", known=_wrong_kls(case), factors=_kl_factors(case), device=device)
    if not (isinstance(rec_loss, torch.Tensor) and isinstance(kl_loss, torch.Tensor)):
        note("rec_loss and kl_loss should be tensors without dimensions; loops call .item() on them.")
    case = make_case(narrow)
    prior = replace(case, q=torch.zeros_like(case.q))
    _, _, nothing = parts_of(ask(student, narrow, device, prior))
    if not abs(float(nothing)) <= 1e-4:
        text = f"For mean 0 and log sigma 0, the prior itself, kl_loss should be 0; yours is {float(nothing):.4g}"
        fail(f"{text}: nothing is cut off or added.", "K5")


def _kl_factors(case: Case) -> dict[str, float]:
    batch = len(case.x)
    return {
        "K1: its sign is wrong, a KL is never negative": -1.0,
        "K2: it is twice the right one": 2.0,
        "K2b: it is half the right one": 0.5,
        "K13: it is summed over the batch, the task asks for the mean over the batch": float(batch),
        "K12: it is the mean over everything, the task asks for the sum over the latent dimensions": 1 / case.nz,
        "K12b: it is averaged over the latent dimensions and summed over the batch": batch / case.nz,
        "K34: it is multiplied by beta already, log the raw KL": case.beta,
    }


def _wrong_kls(case: Case) -> dict[str, torch.Tensor]:
    m, s = case.mean, case.log_sigma
    text = "log_sigma is taken for the log-variance"
    return {
        "K9: it is KL(prior || q), the arguments are exchanged: q comes first": _prior_first(m, s),
        "K10: the prior has log_sigma = 1, but log 1 = 0": kl(m, s, prior_log_sigma=1.0),
        "K10b: the prior has mean 1": kl(m, s, prior_mean=1.0),
        "K10c: the prior has mean 1 and log_sigma 1": kl(m, s, 1.0, 1.0),
        f"K8: {text}": kl(m, s / 2),
        "K8b: the exponential of log_sigma is taken for the variance": ((s.exp() + m**2 - 1) / 2 - s).sum(1).mean(),
        "K6: log_sigma is exponentiated before it goes in, but it is a logarithm already": kl(m, s.exp()),
        "R21: means and log sigmas are exchanged, the first nz columns of q are the means": kl(s, m),
        "R22: q is split into even and odd columns, the first nz columns are the means": kl(
            case.q[:, 0::2].double(), case.q[:, 1::2].double()
        ),
        "K3: the means are missing": kl(torch.zeros_like(m), s),
        "K17: negative terms are cut off": ((((2 * s).exp() + m**2 - 1) / 2 - s).clamp(min=0.5)).sum(1).mean(),
        "R26: log_sigma is a logarithm already, you take another one": kl(m, s.abs().log()),
        "K11: log_sigma is a logarithm already; nan_to_num hides the NaN of taking another one": _hidden_nan(m, s),
    }


def _hidden_nan(m: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
    terms = (s**2 + m**2 - 1) / 2 - s.log()
    return torch.nan_to_num(terms).sum(1).mean()


def _prior_first(m: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
    return (((-2 * s).exp() * (1 + m**2) - 1) / 2 + s).sum(1).mean()


@check(task=TASK, points=0.75)
def test_total_is_reconstruction_plus_beta_kl(student: Student, secret: Secret, device: str):
    """The total is rec_loss + beta * kl_loss, for any beta, and for beta = 1 if none is given."""
    for stream, beta, default in zip(secret.streams(4), (0.3, 2.5, 0.0, 1.0), (False, False, False, True), strict=True):
        case = make_case(stream, beta)
        later = beta + 1.5
        total, rec_loss, kl_loss = parts_of(ask(student, stream, device, case, default, later))
        rec, divergence = float(rec_loss), float(kl_loss)
        if equals(float(total), rec + beta * divergence):
            continue  # whatever is wrong with the parts costs elsewhere
        if equals(float(total), rec + later * divergence):
            text = "The total uses the beta of another VAE that was made later"
            fail(f"{text}: keep beta in self, not in the class or in a global variable.", "N7")
        if default:
            fail("Without the argument beta, it should be 1.", "K32")
        known = {
            "K30: it is rec_loss − beta * kl_loss, but the KL is to become small": rec - beta * divergence,
            "K31: beta is on the reconstruction, it belongs to the KL": beta * rec + divergence,
            "K32: beta has no effect": rec + divergence,
            "K33: the reconstruction is multiplied by 1 − beta, only the KL is weighted": (1 - beta) * rec
            + beta * divergence,
            "K33b: both parts are multiplied by beta, it belongs to the KL": beta * (rec + divergence),
            "K35: beta is squared, or in there twice": rec + beta**2 * divergence,
            "K32b: the KL is missing": rec,
        }
        right = case.rec_loss + beta * case.kl
        close(total, right, "The total", known={k: torch.tensor(v) for k, v in known.items()}, device=device)


@check(task=TASK, points=0.5)
def test_total_has_the_right_gradients(student: Student, secret: Secret, device: str):
    """The gradients of the total by the reconstruction and by q are exact, and outputs is left as it came."""
    case = make_case(secret)
    answer = ask(student, secret, device, case)
    parts_of(answer)
    if not answer["kept"]:
        fail("loss changed the outputs that it was given, the dictionary or q: leave arguments unchanged.", "R20")
    by_q, by_rec = answer["gradients"]
    if not answer["connected"]:
        fail("The total has no gradient: keep tensors, .item() and .detach() are for the log only.", "K29")
    for gradient, what in ((by_rec, "the reconstruction"), (by_q, "q")):
        if gradient is None:
            fail(f"No gradient leads from the total to {what}: is one of its parts detached, or a plain number?", "K29")
    batch = len(case.x)
    wanted_rec = 2 * (case.rec - case.x).double() / (batch * PIXELS)
    wanted_q = case.beta * torch.cat([case.mean, (2 * case.log_sigma).exp() - 1], dim=1) / batch
    name = "The gradient of the total by the reconstruction"
    close(by_rec, wanted_rec, name, factors=_rec_factors(case), gradient=True, device=device)
    factors = {**_kl_factors(case), "K32: beta has no effect": 1 / case.beta}
    close(by_q, wanted_q, "The gradient of the total by q", factors=factors, gradient=True, device=device)
