"""Hidden checks of VAE.forward and VAE.reconstruct. Encoder and Decoder are replaced by stand-ins: the codes come from
a secret table, and what is decoded is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from autograder.checking import Remote, Secret, Student, check, fail
from autograder.checking.diagnosis import equals
from autograder.checking.statistics import REPARAMETERIZE, Fault, assert_standard_normal, find_fault
from autograder.checking.values import close, describe, expect_finite, expect_tensor

FORWARD = "VAE.forward"
RECONSTRUCT = "VAE.reconstruct"
CALLS = 40  # so many numbers that clipping at three standard deviations cannot be missed
AXES = ("call", "picture", "latent dimension")


@dataclass(frozen=True)
class Case:
    """A VAE of stand-ins: the table (B, 2 nz) that its encoder returns, and the weights (2 nz, 784) of its decoder."""

    vae: Remote
    table: torch.Tensor
    weights: torch.Tensor
    pictures: torch.Tensor
    nz: int

    @property
    def mean(self) -> torch.Tensor:
        return self.table[:, : self.nz]

    @property
    def log_sigma(self) -> torch.Tensor:
        return self.table[:, self.nz :]

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(z @ self.weights[: self.nz].to(z.dtype)).view(-1, 1, 28, 28)


def make_case(student: Student, secret: Secret, device: str, batch: int, nz: int) -> Case:
    """Means and log sigmas on both sides of 0, all away from it."""
    signs = torch.where(secret.uniform(-1, 1, 2, batch, nz) > 0, 1.0, -1.0)
    mean, log_sigma = signs[0] * secret.uniform(0.3, 2, batch, nz), signs[1] * secret.uniform(0.4, 1.1, batch, nz)
    table, weights = torch.cat([mean, log_sigma], dim=1), secret.normal(2 * nz, 784, std=0.2)
    student.stub("Encoder", "make_encoder_class", torch.cat([table, table], dim=1))
    student.stub("Decoder", "make_decoder_class", weights)
    vae = student.probe("make", device, "VAE", nz, 0.3)
    return Case(vae, table, weights, secret.uniform(0, 1, batch, 1, 28, 28), nz)


def run(student: Student, device: str, case: Case, calls: int, training: bool) -> tuple[list[Any], torch.Tensor]:
    """The results of several calls, and the codes (calls, B, nz) that were decoded."""
    answer = student.probe("forward_passes", device, case.vae, case.pictures, calls, training)
    for result in answer["results"]:
        expect_outputs(result, case)
    return answer["results"], torch.stack([_decoded(codes, case) for codes in answer["codes"]])


def expect_outputs(value: Any, case: Case) -> None:
    batch = len(case.table)
    if not isinstance(value, dict):
        fail(f'vae(x) should return a dictionary with the keys "q" and "rec"; it returned {describe(value)}.')
    for key in ("q", "rec"):
        if key not in value:
            fail(f'The dictionary that vae(x) returns has no "{key}"; its keys are {", ".join(map(str, value))}.')
    q = value["q"]
    if isinstance(q, torch.Tensor) and tuple(q.shape) == (batch, case.nz):
        fail("q should have 2 nz columns, means and log sigmas: the encoder needs 2 * nz outputs.", "R27")
    expect_tensor(q, (batch, 2 * case.nz), 'outputs["q"]')
    expect_tensor(value["rec"], (batch, 1, 28, 28), 'outputs["rec"]')


def _decoded(codes: list[Any], case: Case) -> torch.Tensor:
    """What was decoded in one call, once it has the right shape."""
    if not codes:
        fail("The decoder is never called: self.decoder makes the pictures.")
    z = codes[-1]
    if isinstance(z, torch.Tensor) and tuple(z.shape) == (len(case.table) - 1, case.nz):
        text = f"For a batch of {len(case.table)} pictures {len(z)} codes are decoded, those of the batch before"
        fail(f"{text}: encode the pictures that come in, do not remember others.", "E23")
    if isinstance(z, torch.Tensor) and tuple(z.shape) == (len(case.table), 2 * case.nz):
        fail("The decoder gets all 2 nz columns of q: it decodes codes of nz numbers.", "S7")
    z = expect_tensor(z, tuple(case.mean.shape), "what is decoded")
    return z.double()


# --- forward ----------------------------------------------------------------------------------------------------------


@check(task=FORWARD, points=0.5)
def test_outputs_have_the_right_shape(student: Student, secret: Secret, device: str):
    """forward(x) returns {"q": (B, 2 nz), "rec": (B, 1, 28, 28)}: what the encoder gave, and what the decoder made."""
    for stream in secret.streams(2):
        nz, batch = stream.sizes(2, 3, 17)
        case = make_case(student, stream, device, batch, nz)
        results, codes = run(student, device, case, 1, training=True)
        q = results[0]["q"]
        if not equals(q, case.table):
            swapped = torch.cat([case.log_sigma, case.mean], dim=1)
            hint = "The halves of q are exchanged: means come first." if equals(q, swapped) else ""
            close(q, case.table, 'outputs["q"], compared with what the encoder returns,', hint, device=device)
        name = 'outputs["rec"], compared with what the decoder makes,'
        close(results[0]["rec"], case.decode(codes[0]).float(), name, device=device)


@check(task=FORWARD, points=1)
def test_gradients_through_the_sample_are_exact(student: Student, secret: Secret, device: str):
    """Gradients reach the encoder through the sample: dz/dmean = 1 and dz/dlog_sigma = z − mean, exactly."""
    for stream in secret.streams(2):
        nz, batch = stream.sizes(2, 5, 13)
        case = make_case(student, stream, device, batch, nz)
        run(student, device, case, 1, training=True)
        mixture = stream.normal(batch, 1, 28, 28)
        answer = student.probe("forward_gradient", device, case.vae, case.pictures, mixture)
        z = _decoded(answer["codes"], case)
        if answer["gradient"] is None:
            text = "No gradient of the reconstruction reaches the encoder: sample(), detach() or no_grad cut the path"
            fail(f"{text}. Use mean + sigma * randn.", "R13")
        if not answer["q_connected"]:
            fail('outputs["q"] has no gradient: the KL would not train the encoder. Do not detach it.', "R15")
        _check_gradient(answer["gradient"], z, case, mixture, device)


def _check_gradient(gradient: Any, z: torch.Tensor, case: Case, mixture: torch.Tensor, device: str) -> None:
    gradient = expect_tensor(gradient, None, "the gradient").double()[:, : 2 * case.nz]
    leaf = z.clone().requires_grad_()
    (by_z,) = torch.autograd.grad((mixture.double() * case.decode(leaf)).sum(), leaf)
    by_mean, by_log = gradient[:, : case.nz], gradient[:, case.nz :]
    if not gradient.any():
        text = (
            "Both gradients are exactly 0: torch.normal(mean, std) draws after mean and std came in, and cuts the path."
        )
        fail(f"{text} Use mean + sigma * torch.randn_like(sigma).", "R12")
    if not by_mean.any():
        fail("No gradient leads from the sample to the means: are they detached, or not in the sample?", "R15")
    if not by_log.any():
        fail("No gradient leads from the sample to log sigma: is sigma detached, or is there no noise?", "R15")
    if equals(by_mean, by_z * (z - case.log_sigma)) or equals(by_log, by_z):
        fail("Means and log sigmas are exchanged: the first nz columns of q are the means.", "R21")
    hint = "z = mean + sigma * eps."
    close(by_mean, by_z, "The gradient by the means", hint, gradient=True, device=device)
    shift, log = by_z * (z - case.mean), case.log_sigma.double()
    known = {
        "R4: log sigma itself is the spread, it has to be exponentiated": shift / log,
        "R5: sigma is the root of log sigma, it has to be exponentiated: sigma = exp(log_sigma)": shift / (2 * log),
        "R26: log sigma is a logarithm already, no other logarithm is needed": shift / (log * log.abs().log()),
    }
    factors = {
        "R6: sigma is exp(log_sigma / 2), but this model outputs log sigma, not the log-variance: exp(log_sigma)": 0.5,
        "R7: sigma is exp(2 log_sigma), its square: sigma = exp(log_sigma)": 2.0,
        "R7b: the sign in the exponent is wrong: sigma = exp(+log_sigma)": -1.0,
    }
    name = "The gradient by log sigma"
    close(by_log, shift, name, hint, known=known, factors=factors, gradient=True, device=device)


@check(task=FORWARD, points=1)
def test_noise_is_standard_normal(student: Student, secret: Secret, device: str):
    """The noise (z − mean)/sigma of what is decoded is Gaussian with mean 0 and standard deviation 1."""
    nz, batch = secret.sizes(2, 16, 24)
    case = make_case(student, secret, device, batch, nz)
    _, codes = run(student, device, case, CALLS, training=True)
    eps = _noise(codes, case)
    _name_wrong_spread(codes, case, eps)
    assert_standard_normal(eps, AXES, ids=_IDS, hint="z = mean + exp(log_sigma) * eps with eps from N(0, 1).")


def _noise(codes: torch.Tensor, case: Case) -> torch.Tensor:
    expect_finite(codes, "what is decoded")
    return (codes - case.mean.double()) / case.log_sigma.double().exp()


def _name_wrong_spread(codes: torch.Tensor, case: Case, eps: torch.Tensor) -> None:
    """Sigma under the usual wrong formulas: with which of them is the noise standard normal?"""
    if find_fault(eps, AXES) is None:
        return
    log, mean = case.log_sigma.double(), case.mean.double()
    wrong = {
        ("R6", "sigma is exp(log_sigma / 2); this model outputs log sigma, so sigma = exp(log_sigma)"): (log / 2).exp(),
        ("R7", "sigma is exp(2 log_sigma), its square"): (2 * log).exp(),
        ("R7b", "sigma is exp(−log_sigma): the sign is wrong"): (-log).exp(),
        ("R4", "log sigma itself is used as the spread: exponentiate it"): log,
    }
    for (mistake, sentence), sigma in wrong.items():
        if find_fault((codes - mean) / sigma, AXES) is None:
            fail(f"The noise has the wrong spread: {sentence}.", mistake)
    if find_fault((codes - log) / mean.exp(), AXES) is None:
        fail("Means and log sigmas are exchanged: the first nz columns of q are the means.", "R21")
    even, odd = case.table[:, 0::2].double(), case.table[:, 1::2].double()
    if find_fault((codes - even) / odd.exp(), AXES) is None:
        fail("q is split into even and odd columns: the first nz columns are the means, the others log sigma.", "R22")


_IDS = {**REPARAMETERIZE, "repeated:picture": "R8"}


@check(task=FORWARD, points=0.5)
def test_every_number_has_its_own_noise(student: Student, secret: Secret, device: str):
    """Every call, picture and latent dimension gets its own noise, in training and in evaluation mode alike."""
    nz, batch = secret.sizes(2, 12, 19)
    case = make_case(student, secret, device, batch, nz)
    for training in (True, False):
        _, codes = run(student, device, case, 6, training=training)
        eps = _noise(codes, case)
        if equals(codes[0], codes[1]):
            mode = "training" if training else "evaluation"
            fail(f"In {mode} mode, two calls decode the same codes: draw a sample in both modes, at every call.", "R16")
        finding = find_fault(eps, AXES)
        if finding is not None and finding.fault is Fault.REPEATED:
            fail(f"The noise is wrong: {finding.sentence}.", _IDS.get(f"repeated:{finding.axis}"))


# --- reconstruct ------------------------------------------------------------------------------------------------------


@check(task=RECONSTRUCT, points=1)
def test_reconstruct_decodes_the_mean(student: Student, secret: Secret, device: str):
    """reconstruct(x) decodes the means, in training and in evaluation mode: two calls give the same pictures."""
    nz, batch = secret.sizes(2, 5, 13)
    case = make_case(student, secret, device, batch, nz)
    for training in (True, False):
        answer = student.probe("reconstructions", device, case.vae, case.pictures, training)
        first, second = (_decoded(codes, case).float() for codes in answer["codes"])
        if not equals(first, second):
            fail("Two calls of reconstruct decode different codes: decode the mean, not a sample.", "R25")
        if equals(first, case.log_sigma):
            fail("reconstruct decodes log sigma: the first nz columns of q are the means.", "R21")
        hint = "Decode the mean, not a sample."
        close(first, case.mean, "What reconstruct decodes, compared with the means,", hint, device=device)
        pictures = expect_tensor(answer["results"][0], (batch, 1, 28, 28), "what reconstruct returns")
        close(pictures, case.decode(case.mean), "What reconstruct returns", device=device)
