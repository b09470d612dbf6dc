"""Hidden checks of vae_loss: deterministic, on secret values that are generic (no zeros, no ones, no equal sizes)."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.diagnosis import reductions
from autograder.checking.values import close, describe, expect_scalar, expect_sequence

TASK = "vae_loss"
PIXELS = 784
CLAMP = -100.0  # as F.binary_cross_entropy clamps logarithms


@dataclass(frozen=True)
class Case:
    """Secret arguments of vae_loss, in float64 where formulas are evaluated."""

    output: torch.Tensor
    mu: torch.Tensor
    log_var: torch.Tensor
    images: torch.Tensor

    @property
    def batch(self) -> int:
        return len(self.mu)

    @property
    def latent(self) -> int:
        return self.mu.shape[1]

    @property
    def arguments(self) -> list[torch.Tensor]:
        return [self.output, self.mu, self.log_var, self.images]

    @property
    def terms(self) -> torch.Tensor:
        """KL of each latent dimension of each picture."""
        m, v = self.mu.double(), self.log_var.double()
        return -0.5 * (1 + v - m**2 - v.exp())

    @property
    def kl(self) -> torch.Tensor:
        return self.terms.sum()

    @property
    def reconstruction(self) -> torch.Tensor:
        return cross_entropy(self.output, self.images)


def make_case(secret: Secret) -> Case:
    batch, latent = secret.sizes(2, 3, 11)
    output = secret.uniform(0.02, 0.98, batch, 1, 28, 28)
    sign = torch.where(secret.uniform(-1, 1, batch, latent) > 0, 1.0, -1.0)
    mu = sign * secret.uniform(0.3, 2, batch, latent)
    log_var = secret.uniform(-3, 1, batch, latent)
    return Case(output, mu, log_var, secret.uniform(0, 1, batch, 1, 28, 28))


@check(task=TASK, points=2)
def test_two_numbers_come_back(student: Student, secret: Secret, device: str):
    """vae_loss returns two numbers, reconstruction and KL, as tensors without dimensions."""
    case = make_case(secret)
    answer = student.probe("call", device, TASK, *case.arguments)
    value = answer["value"]
    if isinstance(value, torch.Tensor):
        fail(f"vae_loss should return two tensors, (reconstruction, kl); it returned {describe(value)}.", "K27")
    for part, name in zip(_parts(value), ("reconstruction", "KL"), strict=True):
        if isinstance(part, torch.Tensor) and part.numel() > 1:
            fail(f"The {name} should be one number; it is {describe(part)}: sum it up.", "K15")
        expect_scalar(part, f"the {name}")
    for before, after in zip(case.arguments, answer["args"], strict=True):
        if not torch.equal(before, after):
            fail("vae_loss changed one of its arguments: make new tensors.", "R20")
    if _equal_numbers(value, (case.kl, case.reconstruction)):
        fail("The two parts come back in the wrong order: first the reconstruction, then the KL.", "E25")


@check(task=TASK, points=4)
def test_kl_has_the_right_value(student: Student, secret: Secret, device: str):
    """The KL is that of N(mu, sigma²) from N(0, I) with sigma² = exp(log_var), summed over dimensions and pictures."""
    for stream in secret.streams(3):
        case = make_case(stream)
        kl = _parts(student.probe("call", device, TASK, *case.arguments)["value"])[1]
        close(kl, case.kl, "The KL", known=_wrong_kls(case), factors=_kl_factors(case), device=device)


@check(task=TASK, points=1)
def test_prior_costs_nothing(student: Student, secret: Secret, device: str):
    """A cloud that is the prior itself (mean 0, variance 1) has the KL 0."""
    case = make_case(secret)
    prior = [case.output, torch.zeros_like(case.mu), torch.zeros_like(case.mu), case.images]
    kl = expect_scalar(_parts(student.probe("call", device, TASK, *prior)["value"])[1], "the KL")
    if not abs(kl) <= 1e-4:
        fail(f"For mu = 0 and log_var = 0 the KL must be 0; yours is {kl:.4g}.", "K5")


@check(task=TASK, points=4)
def test_reconstruction_has_the_right_value(student: Student, secret: Secret, device: str):
    """The reconstruction is the binary cross-entropy of grey pictures, summed over pixels and pictures."""
    for stream in secret.streams(3):
        case = make_case(stream)
        part = _parts(student.probe("call", device, TASK, *case.arguments)["value"])[0]
        factors = {
            **reductions(case.batch, PIXELS, "K19", "K13", "K19b", "pixels"),
            "K1b: its sign is wrong": -1.0,
        }
        close(part, case.reconstruction, "The reconstruction", known=_wrong_bces(case), factors=factors, device=device)


@check(task=TASK, points=3)
def test_kl_has_the_right_gradients(student: Student, secret: Secret, device: str):
    """The gradients of the KL by mu and by log_var are exact, for every dimension of every picture."""
    case = make_case(secret)
    answer = student.probe("gradients", device, TASK, case.arguments, 1)
    expect_scalar(answer["value"], "the KL")
    _, by_mu, by_log_var, _ = answer["gradients"]
    if not answer["connected"]:
        fail("The KL has no gradient: return the tensor itself, not .item() or .detach().", "K29")
    wanted = {"mu": (by_mu, case.mu), "log_var": (by_log_var, (case.log_var.exp() - 1) / 2)}
    for name, (got, want) in wanted.items():
        if got is None:
            fail(f"The KL does not depend on {name}.", "K3" if name == "mu" else None)
        close(got, want, f"The gradient of the KL by {name}", factors=_kl_factors(case), gradient=True, device=device)


@check(task=TASK, points=2)
def test_reconstruction_has_the_right_gradient(student: Student, secret: Secret, device: str):
    """The gradient of the reconstruction by the decoder's output is exact."""
    case = make_case(secret)
    answer = student.probe("gradients", device, TASK, case.arguments, 0)
    expect_scalar(answer["value"], "the reconstruction")
    if not answer["connected"] or answer["gradients"][0] is None:
        fail("The reconstruction has no gradient: return the tensor itself, not .item() or .detach().", "K29")
    o, x = case.output.double(), case.images.double()
    factors = reductions(case.batch, PIXELS, "K19", "K13", "K19b", "pixels")
    name = "The gradient of the reconstruction by the output"
    close(answer["gradients"][0], (o - x) / (o * (1 - o)), name, factors=factors, gradient=True, device=device)


def cross_entropy(output: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    o, x = output.double(), images.double()
    return -(x * o.log().clamp(min=CLAMP) + (1 - x) * (1 - o).log().clamp(min=CLAMP)).sum()


def _parts(value) -> tuple:
    return expect_sequence(value, 2, "vae_loss", "two tensors, (reconstruction, kl)")


def _equal_numbers(value, wanted) -> bool:
    return all(
        abs(float(got) - want.item()) <= 1e-3 * abs(want.item()) for got, want in zip(value, wanted, strict=True)
    )


def _kl_factors(case: Case) -> dict[str, float]:
    return {
        "K1: its sign is wrong, a KL is never negative": -1.0,
        "K2: it is twice the right one, check the ½": 2.0,
        "K2b: it is half the right one, the ½ is in there twice": 0.5,
        "K16: it is scaled by pixels over batch size, as a hidden beta": PIXELS / case.batch,
        **reductions(case.batch, case.latent, "K12", "K13", "K12b", "latent dimensions"),
    }


def _wrong_kls(case: Case) -> dict[str, torch.Tensor]:
    """What the known wrong formulas give."""
    m, v = case.mu.double(), case.log_var.double()
    prior_first = 0.5 * (v + (1 + m**2) * (-v).exp() - 1)
    return {
        "K3: mu² is missing, so nothing pulls the codes to 0": -0.5 * (1 + v - v.exp()).sum(),
        "K4: mu is not squared": -0.5 * (1 + v - m - v.exp()).sum(),
        "K5: the 1 in the bracket is missing": -0.5 * (v - m**2 - v.exp()).sum(),
        "K6: log_var is not exponentiated, the variance is exp(log_var)": -0.5 * (1 + v - m**2 - v).sum(),
        "K6b: exp is on the wrong term": -0.5 * (1 + v.exp() - m**2 - v).sum(),
        "K6c: log_var² stands where exp(log_var) belongs": -0.5 * (1 + v - m**2 - v**2).sum(),
        "K7: log_var is a logarithm already, you take another one": -0.5 * (1 + v.abs().log() - m**2 - v.exp()).sum(),
        "K8: log_var is taken for log sigma": -0.5 * (1 + 2 * v - m**2 - (2 * v).exp()).sum(),
        "K8b: sigma stands where sigma² belongs": -0.5 * (1 + v - m**2 - (v / 2).exp()).sum(),
        "K9: it is the KL of the prior from the cloud, the arguments are exchanged": prior_first.sum(),
        "K17: negative terms are cut off": case.terms.clamp(min=0.5).sum(),
        "K10: the prior has variance e², the logarithm of 1 is 0": _kl_to_wide_prior(m, v, 2.0),
        "K10b: the prior has variance e, the logarithm of 1 is 0": _kl_to_wide_prior(m, v, 1.0),
    }


def _kl_to_wide_prior(m: torch.Tensor, v: torch.Tensor, log_prior: float) -> torch.Tensor:
    return 0.5 * (log_prior - v + (v.exp() + m**2) / torch.tensor(log_prior).exp() - 1).sum()


def _wrong_bces(case: Case) -> dict[str, torch.Tensor]:
    o, x = case.output.double(), case.images.double()
    logits = torch.nn.functional.binary_cross_entropy_with_logits(o, x, reduction="sum")
    text = "it is the squared error, this task uses the binary cross-entropy"
    return {
        "K27b: it is the sum of both parts, each is to be returned by itself": case.reconstruction + case.kl,
        "K20: the arguments are exchanged, the output comes first and the picture second": cross_entropy(x, o),
        "K21: the output is a probability already, the version with logits is for other outputs": logits,
        "K24: the pictures are rounded to black and white, use their grey values": cross_entropy(o, x.round()),
        "K25: the term of the dark pixels is missing": -(x * o.log()).sum(),
        "K25b: the term of the light pixels is missing": -((1 - x) * (1 - o).log()).sum(),
        f"K26: {text}": ((o - x) ** 2).sum(),
        f"K26b: {text}": ((o - x) ** 2).mean(),
        f"K26c: {text}": ((o - x) ** 2).sum() / case.batch,
        "K26d: it is the absolute error, this task uses the binary cross-entropy": (o - x).abs().sum(),
    }
