"""Hidden checks of VAE.forward: the three parts together, and that the whole can be trained."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from autograder.checking import CheckFailed, Remote, Secret, Student, StudentError, check, fail
from autograder.checking.calibration import bound_of, calibrated
from autograder.checking.diagnosis import equals
from autograder.checking.illustrations import Curve, illustrated, loss_curve
from autograder.checking.pictures import blobs, draw
from autograder.checking.statistics import KS_BOUND, Fault, find_fault, ks_of_two
from autograder.checking.training import Record, descend
from autograder.checking.values import close, expect_sequence, expect_tensor

TASK = "VAE.forward"
PARTS = "three tensors, (reconstruction, mu, log_var)"
STEPS, BATCH, LATENT, RATE = 160, 16, 4, 2e-3
DRAWS = 16  # of the stand-in sampler that are compared: forward and what is called before it draw two or three
COPIES, PROJECTIONS = 256, 3


@check(task=TASK, points=2)
def test_three_results_in_order(student: Student, secret: Secret, device: str):
    """forward(x) returns the reconstruction, mu and log_var, in this order and with the right shapes."""
    latent = secret.integer(3, 11)
    vae, _ = _model(student, secret, device, latent)
    for batch in (1, secret.sizes(1, 3, 13, avoid=(latent,))[0]):
        pictures = secret.uniform(0, 1, batch, 1, 28, 28)
        value = student.probe("call", device, vae, pictures)["value"]
        _, mu, log_var = _results(value, batch, latent)
        encoded = student.probe("call", device, vae, pictures, attribute="encoder")["value"]
        if equals(mu, encoded[1]) and equals(log_var, encoded[0]) and not equals(mu, log_var):
            fail("mu and log_var come back in the wrong order: first mu, then log_var.", "E25")
        if equals(mu, encoded[2]) and not equals(mu, encoded[0]):
            fail("The second result is the sample z; the loss needs mu.", "E25")
        close(mu, encoded[0], "mu of forward(x), compared with that of encoder(x),", device=device)
        close(log_var, encoded[1], "log_var of forward(x), compared with that of encoder(x),", device=device)


@check(task=TASK, points=4)
def test_decodes_the_sample(student: Student, secret: Secret, device: str):
    """What forward decodes is the sample z of the same mu and log_var that it returns."""
    batch, latent = secret.sizes(2, 5, 11)
    vae, sampler = _model(student, secret, device, latent)
    student.probe("scatter_weights", vae, 1.5)
    pictures = secret.uniform(0, 1, batch, 1, 28, 28)
    answer = student.probe("forward_with_decoder_inputs", device, vae, pictures, 24)
    reconstruction, mu, log_var = _results(answer["results"][0], batch, latent)
    draws = sampler.draws(mu, log_var)
    decoded = student.probe("call", device, vae, draws.flatten(0, 1), attribute="decoder")["value"]
    wanted = expect_tensor(decoded, (DRAWS * batch, 1, 28, 28), "decoder(z)").unflatten(0, (DRAWS, batch))
    if any(equals(reconstruction, pictures) for pictures in wanted):
        return
    if not any(answer["decoder_inputs"]):
        _check_own_decoding(student, secret, device, vae, latent)
        return
    decoded = answer["decoder_inputs"][0][-1]
    if not isinstance(decoded, torch.Tensor) or tuple(decoded.shape) != tuple(mu.shape):
        fail("forward decodes something that does not have the shape of z.")
    for z, pictures in zip(draws, wanted, strict=True):
        if equals(decoded, z):
            hint = "Return what decoder(z) makes of one sample."
            close(reconstruction, pictures, "The reconstruction, compared with decoder(z),", hint, device=device)
    _name_wrong_code(decoded, mu, log_var, sampler)
    _check_own_sampling(answer, batch, latent)


def _name_wrong_code(decoded: torch.Tensor, mu: torch.Tensor, log_var: torch.Tensor, sampler: Sampler) -> None:
    if equals(decoded, mu):
        fail("forward decodes the mean mu: in a VAE it decodes the sample z, in training and in evaluation.", "R16")
    if equals(decoded, log_var):
        fail("forward decodes log_var: it should decode the sample z.", "R21")
    if sampler.mixes(decoded, mu, log_var):
        fail("forward decodes a mixture of several samples, whose spread is too small: decode one sample.", "R19")
    if any(equals(decoded, draw) for draw in sampler.draws(log_var, mu)):
        fail("mu and log_var are exchanged, in what is returned or in the call of reparameterize.", "R21")


def _check_own_sampling(answer: dict[str, Any], batch: int, latent: int) -> None:
    """A forward that draws its own sample is right too."""
    noises = []
    for result, inputs in zip(answer["results"], answer["decoder_inputs"], strict=True):
        _, mu, log_var = _results(result, batch, latent)
        noises.append((inputs[-1].double() - mu) / (0.5 * log_var.double()).exp())
    finding = find_fault(torch.stack(noises), ("call", "picture", "latent dimension"))
    if finding is not None:
        why = "" if finding.fault is Fault.REPEATED else f": with (z − mu)/sigma as the noise, {finding.sentence}"
        fail(f"What forward decodes is no sample of N(mu, sigma²), for the mu and log_var that it returns{why}.")


def _check_own_decoding(student: Student, secret: Secret, device: str, vae: Remote, latent: int) -> None:
    """A forward that calls neither reparameterize nor decoder is right too, if its pictures come from such samples."""
    picture = secret.uniform(0, 1, 1, 1, 28, 28).expand(COPIES, 1, 28, 28)
    reconstruction, mu, log_var = _results(student.probe("call", device, vae, picture)["value"], COPIES, latent)
    codes = mu + (0.5 * log_var).exp() * secret.normal(COPIES, latent)
    wanted = student.probe("call", device, vae, codes, attribute="decoder")["value"]
    for _ in range(PROJECTIONS):
        weights = secret.normal(784)
        got, want = (expect_tensor(pictures).flatten(1) @ weights for pictures in (reconstruction, wanted))
        if not ks_of_two(got, want) < KS_BOUND:
            text = "The reconstructions do not look like pictures decoded from samples of N(mu, sigma²), for the mu and"
            fail(f"{text} log_var that forward returns.")


@check(task=TASK, points=2)
def test_gradient_reaches_the_encoder(student: Student, secret: Secret, device: str):
    """Gradients reach the encoder: that of the reconstruction through the sample, those of mu and log_var directly."""
    latent = secret.integer(3, 11)
    vae, _ = _model(student, secret, device, latent)
    student.probe("scatter_weights", vae, 1.5)
    pictures = secret.uniform(0, 1, 3, 1, 28, 28)
    _results(student.probe("call", device, vae, pictures)["value"], 3, latent)
    weights = [secret.normal(3, 1, 28, 28), secret.normal(3, latent), secret.normal(3, latent)]
    gradients = student.probe("picture_gradients", device, vae, pictures, weights)
    cut = [gradient is None or not gradient.any() for gradient in gradients]
    if cut[0]:
        text = "No gradient of the reconstruction reaches the encoder: something on the way is detached."
        fail(f"{text} The encoder would only learn to please the KL.", "R15")
    if any(cut):
        text = f"No gradient leads from the {'mu' if cut[1] else 'log_var'} that forward returns to the encoder"
        fail(f"{text}: return it as it is, not detached. The encoder could not learn from the KL.", "R15")


def log_loss(
    student: Student, secret: Secret, device: str, stop_below: float = 0.0, record: Record | None = None
) -> float:
    """Trains a new VAE for a moment; the log of the −ELBO per picture that it is left with."""
    trainer = student.probe("make_trainer", device, "VAE", [LATENT], RATE)
    try:
        return math.log(descend(trainer, _batches(secret), negative_elbo, STEPS, stop_below, record=record))
    except CheckFailed:
        if stop_below:
            raise
        return math.inf


@check(task=TASK, points=4, seconds=10)
@calibrated("vae", log_loss)
def test_whole_model_learns(student: Student, secret: Secret, device: str):
    """A short training of the whole model on a few patterns brings −ELBO well below that of the mean picture."""
    bound = bound_of(__file__, "vae")
    record = Record()
    with illustrated(lambda: _curve(record)):
        if not log_loss(student, secret, device, bound, record) < math.log(bound):
            fail(
                f"After {STEPS} training steps on four kinds of simple pictures the whole model still does hardly "
                "better than one that always answers with the mean picture. Do pictures depend on the code, and codes "
                "on the picture?"
            )


def _curve(record: Record) -> Curve | None:
    """−ELBO at each step beside that of a model that always answers with the mean picture and has no KL."""
    images = torch.cat(record.targets)
    mean = images.mean(dim=0).clamp(1e-4, 1 - 1e-4).expand_as(images)
    nats = torch.nn.functional.binary_cross_entropy(mean, images, reduction="sum").item() / len(images)
    return loss_curve(record.losses, {"the mean picture": nats}, "−ELBO per picture while training")


def negative_elbo(outputs, images: torch.Tensor) -> torch.Tensor:
    """−ELBO in nats, summed over the batch."""
    output, mu, log_var = expect_sequence(outputs, 3, "In training, vae(x)", PARTS)
    if not (output.min().item() >= 0 and output.max().item() <= 1):
        fail("In training the reconstructions leave [0, 1]: the cross-entropy is not defined there.", "E13")
    if output.shape != images.shape:
        fail(
            f"In training the reconstructions have the shape {tuple(output.shape)}, the pictures {tuple(images.shape)}."
        )
    reconstruction = torch.nn.functional.binary_cross_entropy(output, images, reduction="sum")
    return reconstruction - 0.5 * (1 + log_var - mu**2 - log_var.exp()).sum()


def _batches(secret: Secret) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    kinds = blobs(secret)
    while True:
        images = draw(secret, kinds, BATCH)
        yield images, images


@dataclass(frozen=True)
class Sampler:
    """The stand-in for `reparameterize`: its draw number k is a mu + b log_var + shift + k step."""

    a: float
    b: float
    shift: torch.Tensor
    step: torch.Tensor

    def draws(self, mu: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
        """The first draws, (DRAWS, batch, latent)."""
        numbers = torch.arange(DRAWS).reshape(-1, 1, 1)
        return self.a * mu + self.b * log_var + self.shift + numbers * self.step

    def mixes(self, codes: torch.Tensor, mu: torch.Tensor, log_var: torch.Tensor) -> bool:
        """Whether codes lie between two draws."""
        first = self.draws(mu, log_var)[0]
        number = ((codes - first) @ self.step).mean() / self.step.square().sum()
        return equals(codes, first + number * self.step)


def _model(student: Student, secret: Secret, device: str, latent: int) -> tuple[Remote, Sampler]:
    """A VAE with a stand-in sampler, and with stand-ins for an encoder or decoder that does not work."""
    a, b = secret.number(0.4, 0.8), secret.number(1.2, 1.6)
    sampler = Sampler(a, b, secret.normal(latent), secret.normal(latent, std=0.5))
    student.stub("VAE.reparameterize", "make_sampler", a, b, sampler.shift, sampler.step)
    vae = student.probe("make", device, "VAE", latent)
    _replace_broken(
        student, device, vae, "encoder", secret.uniform(0, 1, 2, 1, 28, 28), secret.normal(784, 2 * latent) / 9
    )
    _replace_broken(student, device, vae, "decoder", secret.normal(2, latent), secret.normal(latent, 784))
    return vae, sampler


def _replace_broken(
    student: Student, device: str, vae: Remote, part: str, argument: torch.Tensor, weights: torch.Tensor
) -> None:
    try:
        student.probe("call", device, vae, argument, attribute=part)
    except StudentError as error:
        if type(error) is not StudentError and error.type != "MissingName":
            raise  # a timeout or crash took the process along
        student.stub(f"VAE.{part}", f"make_{part}", weights)


def _results(value: Any, batch: int, latent: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    reconstruction, mu, log_var = expect_sequence(value, 3, "vae(x)", PARTS)
    if isinstance(reconstruction, torch.Tensor) and reconstruction.dim() == 2:
        fail("The first result should be the reconstruction: the order is (reconstruction, mu, log_var).", "E25")
    shapes = ((batch, 1, 28, 28), (batch, latent), (batch, latent))
    names = ("the reconstruction", "mu", "log_var")
    values = (reconstruction, mu, log_var)
    first, second, third = (
        expect_tensor(value, shape, name) for value, shape, name in zip(values, shapes, names, strict=True)
    )
    return first, second, third
