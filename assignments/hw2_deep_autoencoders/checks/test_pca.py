"""Hidden checks of PCAAutoencoder, which is followed layer by layer and given secret weights."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from autograder.checking import Remote, Secret, Student, check, fail
from autograder.checking.architecture import Network, expect_gradients, expect_own_weights
from autograder.checking.diagnosis import equals
from autograder.checking.tolerances import Tolerance
from autograder.checking.values import close, expect_tensor

TASK = "PCAAutoencoder"
LOOSE = Tolerance(1e-2, 1e-5)  # of an affine map whose weights may be large


def make(student: Student, secret: Secret, device: str) -> tuple[Remote, tuple[int, int, int]]:
    """A model of the student's, and its three sizes: all different, and none of the notebook's."""
    sizes = sorted(secret.sizes(3, 5, 45, avoid=(16,)))
    hidden, (into, out) = sizes[0], (sizes[1:] if secret.integer(0, 1) else sizes[:0:-1])
    return student.probe("make", device, TASK, into, hidden, out), (into, hidden, out)


def plan(*sizes: int) -> nn.Sequential:
    return nn.Sequential(*(nn.Linear(into, out) for into, out in pairwise(sizes)))


def outputs(student: Student, device: str, model: Remote, x: torch.Tensor, out: int, training: bool = False):
    """What the whole model returns, once it is one tensor of the right shape."""
    value = student.probe("run", device, model, x, training=training)
    if isinstance(value, (tuple, list)):
        fail("The model returns several things; only the reconstruction is asked for.", "E24")
    return expect_tensor(value, (len(x), out), "what the model returns")


@check(task=TASK, points=2.5)
def test_encoder_and_decoder_are_one_linear_layer_each(student: Student, secret: Secret, device: str):
    """The model is one linear layer down to the code and one up again, with the sizes that it is given and a bias."""
    model, sizes = make(student, secret, device)
    x = secret.normal(secret.integer(3, 7), sizes[0])
    Network(student, device, model, [plan(*sizes)], TASK).expect_layers(x)
    outputs(student, device, model, x, sizes[2])


@check(task=TASK, points=2)
def test_model_is_affine(student: Student, secret: Secret, device: str):
    """There is no nonlinearity anywhere: a mixture of inputs gives the same mixture of outputs."""
    model, (into, _, out) = make(student, secret, device)
    x, y = 6 * secret.normal(2, 8, into)
    weight = secret.number(1.4, 1.9)
    mixed, first, second = (outputs(student, device, model, z, out) for z in (weight * x + (1 - weight) * y, x, y))
    if equals(first, second):
        fail("The output does not depend on the input.")
    if equals(mixed, weight * first + (1 - weight) * second, LOOSE):
        return
    far = outputs(student, device, model, 1e4 * x, out)
    for end, low in (("Tanh", -1.0), ("Sigmoid", 0.0)):
        saturated = ((far - low).abs() < 1e-3) | ((far - 1).abs() < 1e-3)
        if saturated.float().mean().item() > 0.9:
            text = (
                f"there is a {end} at the end. With a nonlinearity the error can fall below what any linear map reaches"
            )
            fail(f"This is not PCA: {text}.", "P1")
    fail("This is not PCA: the model is not affine. Where is there a nonlinearity, perhaps on the code?", "P2")


@check(task=TASK, points=1)
def test_linear_encoder_gives_the_code(student: Student, secret: Secret, device: str):
    """model.encoder gives the code (B, num_hidden)."""
    model, (into, hidden, _) = make(student, secret, device)
    network = Network(student, device, model, [plan(into, hidden)], "model.encoder", part="encoder")
    network.expect_same_function(secret.normal(6, into), secret)


@check(task=TASK, points=1)
def test_decoder_makes_the_output_of_codes(student: Student, secret: Secret, device: str):
    """model.decoder makes the output (B, num_out) of codes (B, num_hidden)."""
    model, (_, hidden, out) = make(student, secret, device)
    network = Network(student, device, model, [plan(hidden, out)], "model.decoder", part="decoder")
    network.expect_same_function(secret.normal(6, hidden), secret)


@check(task=TASK, points=0.5)
def test_model_is_encoder_then_decoder(student: Student, secret: Secret, device: str):
    """model(x) is model.decoder(model.encoder(x)), in evaluation and training mode, and all its weights can learn."""
    model, (into, hidden, out) = make(student, secret, device)
    x = secret.normal(6, into)
    expect_gradients(student, device, model, x)
    expect_own_weights(student, model, student.probe("make", device, TASK, into, hidden, out), "PCAAutoencoders")
    codes = expect_tensor(student.probe("run", device, model, x, part="encoder"), (6, hidden), "model.encoder(x)")
    want = expect_tensor(student.probe("run", device, model, codes, part="decoder"), (6, out), "model.decoder(z)")
    for training in (False, True):
        got = outputs(student, device, model, x, out, training)
        name = f"model(x) in {'training' if training else 'evaluation'} mode"
        close(got, want, name, "It should be model.decoder(model.encoder(x)).", device=device)
