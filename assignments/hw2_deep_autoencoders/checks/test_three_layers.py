"""Hidden checks of ThreeLayerAutoencoder, which is followed layer by layer and given secret weights."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from autograder.checking import Remote, Secret, Student, check
from autograder.checking.architecture import Network, expect_gradients, expect_own_weights
from autograder.checking.values import close, expect_tensor

TASK = "ThreeLayerAutoencoder"
NOTEBOOKS = (16, 32, 64, 128)


def make(student: Student, secret: Secret, device: str) -> tuple[Remote, tuple[int, ...]]:
    """A model of the student's, and its five sizes: all different, none of the notebook's, falling to the code."""
    sizes = sorted(secret.sizes(4, 6, 45, avoid=NOTEBOOKS), reverse=True)
    (out,) = secret.sizes(1, 6, 45, avoid=(*sizes, *NOTEBOOKS))
    return student.probe("make", device, TASK, *sizes, out), (*sizes, out)


def down(into: int, first: int, second: int, code: int) -> list[nn.Module]:
    return [nn.Linear(into, first), nn.ReLU(), nn.Linear(first, second), nn.ReLU(), nn.Linear(second, code)]


def up(code: int, second: int, first: int, out: int) -> list[nn.Module]:
    return [*down(code, second, first, out), nn.Tanh()]


def whole(sizes: Sequence[int]) -> nn.Sequential:
    into, first, second, code, out = sizes
    return nn.Sequential(*down(into, first, second, code), *up(code, second, first, out))


@check(task=TASK, points=2.5)
def test_layers_are_those_of_the_plan(student: Student, secret: Secret, device: str):
    """Three linear layers lead down to the code and three up again, mirrored, with the sizes that are given."""
    model, sizes = make(student, secret, device)
    x = secret.normal(secret.integer(3, 7), sizes[0])
    Network(student, device, model, [whole(sizes)], TASK).expect_layers(x)


@check(task=TASK, points=2)
def test_activations_are_those_of_the_plan(student: Student, secret: Secret, device: str):
    """ReLU between the layers, none on the code, Tanh at the end."""
    model, sizes = make(student, secret, device)
    x = secret.normal(12, sizes[0])
    Network(student, device, model, [whole(sizes)], TASK).expect_between(x, secret)


@check(task=TASK, points=1)
def test_same_weights_give_the_same_pictures(student: Student, secret: Secret, device: str):
    """With secret weights the model computes what the plan computes, in evaluation and in training mode."""
    model, sizes = make(student, secret, device)
    x = secret.normal(9, sizes[0])
    network = Network(student, device, model, [whole(sizes)], TASK)
    network.expect_same_function(x, secret)
    network.expect_same_in_training(x)


@check(task=TASK, points=1)
def test_encoder_gives_the_code(student: Student, secret: Secret, device: str):
    """model.encoder gives the code (B, num_hidden_3), any real numbers."""
    model, (into, first, second, code, _) = make(student, secret, device)
    plan = nn.Sequential(*down(into, first, second, code))
    network = Network(student, device, model, [plan], "model.encoder", part="encoder")
    network.expect_same_function(secret.normal(9, into), secret)


@check(task=TASK, points=1)
def test_decoder_makes_pictures_of_codes(student: Student, secret: Secret, device: str):
    """model.decoder makes pictures (B, num_out) in (−1, 1) of codes (B, num_hidden_3)."""
    model, (_, first, second, code, out) = make(student, secret, device)
    plan = nn.Sequential(*up(code, second, first, out))
    network = Network(student, device, model, [plan], "model.decoder", part="decoder")
    network.expect_same_function(secret.normal(9, code), secret)


@check(task=TASK, points=0.5)
def test_three_layers_are_encoder_then_decoder(student: Student, secret: Secret, device: str):
    """model(x) is model.decoder(model.encoder(x)), and all its weights can learn."""
    model, sizes = make(student, secret, device)
    into, _, _, code, out = sizes
    x = secret.normal(9, into)
    expect_gradients(student, device, model, x)
    expect_own_weights(student, model, student.probe("make", device, TASK, *sizes), "ThreeLayerAutoencoders")
    codes = expect_tensor(student.probe("run", device, model, x, part="encoder"), (9, code), "model.encoder(x)")
    want = expect_tensor(student.probe("run", device, model, codes, part="decoder"), (9, out), "model.decoder(z)")
    got = expect_tensor(student.probe("run", device, model, x), (9, out), "model(x)")
    text = "It should be model.decoder(model.encoder(x)): are there other layers in forward?"
    close(got, want, "model(x)", text, device=device)
