"""Hidden checks of Autoencoder. The architecture is free: what counts is how it behaves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.checking import CheckFailed, Remote, Secret, Student, check, fail
from autograder.checking.calibration import bound_of, calibrated
from autograder.checking.diagnosis import equals
from autograder.checking.learnable import expect_layers_reached
from autograder.checking.pictures import blobs, draw
from autograder.checking.tolerances import Tolerance
from autograder.checking.training import descend
from autograder.checking.values import close, describe, expect_tensor

TASK = "Autoencoder"
MOST = 288  # numbers in a code
SLACK = 1e-6
DRAWS = 30  # of random weights, until pixels were seen near 0 and near 1: one in two suffices for most networks
GAINS = (0.0, 1.0, 1.5, 2.0, 3.0)  # of random weights; 0: those it was made with
REPEATED = Tolerance(1e-6, 1e-6)  # the same computation twice; on a graphics card sums have no fixed order
STEPS, BATCH, RATE = 300, 8, 5e-3
FLOOR = 5.0  # squared error per picture added before the logarithm: below it, all is learned


# --- calling ----------------------------------------------------------------------------------------------------------


def make(student: Student, device: str) -> Remote:
    """A new Autoencoder in evaluation mode; CheckFailed unless it is a module with both parts."""
    made = student.new(TASK)
    found = student.probe("describe_layers", made)
    if not found["module"]:
        fail(f"{TASK} should be a subclass of nn.Module; it is {describe(made)}.")
    for part in ("encode", "decode"):
        if part not in found["parts"]:
            fail(f"{TASK} has no {part}: it should have encode, decode and forward.", "N4")
    remote: Remote = student.probe("make_network", device, TASK, [])
    return remote


def codes_of(student: Student, device: str, model: Remote, pictures: Tensor) -> Tensor:
    """What `encode` returns, once it is one code for each picture."""
    codes = student.probe("run_network", device, model, pictures, "encode")
    if isinstance(codes, (tuple, list)):
        fail("encode should return the codes alone; it returned several things.", "E24")
    codes = expect_tensor(codes, name=f"What encode returns for {_count(pictures)}")
    if not codes.is_floating_point():
        fail(f"Codes should be real numbers; they have the type {str(codes.dtype).removeprefix('torch.')}.")
    if codes.dim() == 0 or len(codes) != len(pictures):
        text = f"encode made a tensor of shape {tuple(codes.shape)} of {_count(pictures)}"
        fail(f"{text}: the first number must be that of the pictures, (B, ...), for any B.", "E19")
    return codes


def _count(pictures: Tensor) -> str:
    return "one picture" if len(pictures) == 1 else f"{len(pictures)} pictures"


def pictures_of(value: Any, batch: int, name: str) -> Tensor:
    """A value as pictures (batch, 1, 28, 28)."""
    if isinstance(value, (tuple, list)):
        fail(f"{name} should be the pictures alone; it is {describe(value)}.", "E24")
    if isinstance(value, Tensor) and tuple(value.shape) == (batch, 28, 28):
        fail(f"{name} has lost its channel: keep the shape (B, 1, 28, 28).", "E26")
    return expect_tensor(value, (batch, 1, 28, 28), name, torch.float32)


# --- checks -----------------------------------------------------------------------------------------------------------


@check(task=TASK, points=2.5)
def test_codes_are_small(student: Student, secret: Secret, device: str):
    """encode(x) returns one code for each picture, of at most 288 numbers, for any number of pictures."""
    model = make(student, device)
    shapes = set()
    for batch in (1, 2, *secret.sizes(2, 3, 11)):
        codes = codes_of(student, device, model, secret.uniform(0, 1, batch, 1, 28, 28))
        shapes.add(tuple(codes.shape[1:]))
        if codes.numel() > MOST * batch:
            text = f"A code has {codes.numel() // batch} numbers; at most {MOST} are allowed"
            fail(f"{text}: go down to a smaller grid, or take fewer channels.", "E7")
    if len(shapes) > 1:
        fail("The shape of a code depends on how many pictures are encoded.", "E19")


@check(task=TASK, points=2)
def test_reconstructions_have_the_shape_of_the_pictures(student: Student, secret: Secret, device: str):
    """decode makes pictures (B, 1, 28, 28) of codes, and forward(x) is decode(encode(x)), for any B."""
    model = make(student, device)
    for batch in (1, 2, *secret.sizes(2, 3, 11)):
        pictures = secret.uniform(0, 1, batch, 1, 28, 28)
        codes = codes_of(student, device, model, pictures)
        decoded = pictures_of(
            student.probe("run_network", device, model, codes, "decode"), batch, f"what decode makes of {batch} codes"
        )
        forward = pictures_of(
            student.probe("run_network", device, model, pictures), batch, f"what comes out for {batch} pictures"
        )
        close(forward, decoded, "What forward returns", "It should be decode(encode(x)).", device=device)


@check(task=TASK, points=2)
def test_pictures_stay_in_range(student: Student, secret: Secret, device: str):
    """Whatever the weights, reconstructions stay in [0, 1], and they use the range."""
    model = make(student, device)
    low, high = math.inf, -math.inf
    for number in range(DRAWS):
        student.probe("scatter_weights", model, 5.0 if number % 2 == 0 else 2.0)
        pictures = secret.uniform(0, 1, 6, 1, 28, 28)
        made = pictures_of(student.probe("run_network", device, model, pictures), 6, "what comes out")
        low, high = min(low, made.min().item()), max(high, made.max().item())
        if not (low >= -SLACK and high <= 1 + SLACK):
            _name_range(low, high)
        if low < 0.2 and high > 0.8:
            return
    text = f"Whatever the weights, the pictures stay between {low:.2f} and {high:.2f}, but pixels are 0 to 1."
    fail(f"{text} Is the last activation applied twice?", "E18")


def _name_range(low: float, high: float) -> None:
    if low >= -1 - SLACK and high <= 1 + SLACK:
        fail("The pictures go below 0: Tanh ends in [−1, 1], this task wants [0, 1] (Sigmoid).", "E15")
    fail("The pictures leave [0, 1]: the last layer needs an activation that keeps them in, such as Sigmoid.", "E13")


@check(task=TASK, points=1.5)
def test_gradients_reach_every_part(student: Student, secret: Secret, device: str, note):
    """The layers are made once, in __init__, the model knows their parameters, and gradients go through all of it."""
    model = make(student, device)
    if student.probe("describe_layers", model)["parameters"] == 0:
        text = "The model has no parameters: layers in a plain list or dict are invisible to PyTorch."
        fail(f"{text} Use nn.Sequential or nn.ModuleList.", "E21")
    pictures, weights = secret.uniform(0, 1, 5, 1, 28, 28), secret.normal(5, 784)
    first, second = (
        pictures_of(student.probe("run_network", device, model, pictures), 5, "what comes out") for _ in range(2)
    )
    if not torch.allclose(first, second, atol=1e-5):
        text = "In evaluation mode two calls on the same pictures differ"
        fail(f"{text}: are layers made anew at each call, or does F.dropout run without training=self.training?", "E22")
    found = student.probe("reached_by_gradients", device, model, pictures, weights)
    if found is None or len(found["idle"]) == found["parameters"]:
        text = "No gradient leads back from the reconstruction, so that nothing can be learned"
        fail(f"{text}: look for detach(), .data, no_grad(), round() or a comparison.", "T11")
    if not found["inputs"]:
        text = "The gradient of the reconstruction does not go back through the code"
        fail(f"{text}: detach(), .data or no_grad() in encode or forward keeps the encoder from learning.", "T11")
    expect_layers_reached(found, "Pictures depend on", note)


@check(task=TASK, points=1.5)
def test_everything_goes_through_the_code(student: Student, secret: Secret, device: str):
    """What decode makes depends on the code that it is given and on nothing else: another code, another picture."""
    model = make(student, device)
    pictures, others = blobs(secret, 5), blobs(secret, 5)
    code_differs = picture_differs = False
    for gain in GAINS:  # an untrained network may do next to nothing, one with large weights may be saturated
        if gain:
            student.probe("scatter_weights", model, gain)
        codes = codes_of(student, device, model, pictures)
        found = student.probe("decode_after_other_pictures", device, model, pictures, others)
        at_once, later = (pictures_of(found[when], 5, "what decode makes") for when in ("at once", "later"))
        if not equals(later, at_once, REPEATED):
            text = "Once other pictures were encoded, decode makes something else of the same codes"
            fail(f"{text}: the decoder must see the code alone, no other memory of a picture.", "E23")
        code_differs, picture_differs = code_differs or _differ(codes), picture_differs or _differ(at_once)
    if not code_differs:
        fail("All pictures have the same code: the code does not depend on the picture.", "E23")
    if not picture_differs:
        fail("All codes become the same picture: what decode makes does not depend on the code.", "E23")


def _differ(values: Tensor) -> bool:
    """Whether the values of the pictures are not all the same."""
    flat = values.flatten(1).double()
    return (flat - flat[:1]).abs().max().item() > 1e-5 * max(flat.abs().max().item(), 1e-3)


@check(task=TASK, points=1)
def test_each_picture_goes_its_own_way(student: Student, secret: Secret, device: str):
    """In evaluation mode, code and reconstruction of a picture depend on no other picture in the batch."""
    model = make(student, device)
    student.probe("scatter_weights", model, 1.5)
    brightness = torch.linspace(0.1, 1, 5).reshape(-1, 1, 1, 1)
    pictures = brightness * secret.uniform(0, 1, 5, 1, 28, 28)
    for name, part in (("The codes", "encode"), ("The reconstructions", "")):
        together = expect_tensor(student.probe("run_network", device, model, pictures, part), name=name)
        alone = [student.probe("run_network", device, model, picture[None], part) for picture in pictures]
        shape = (1, *together.shape[1:])
        wanted = torch.cat([expect_tensor(one, shape, f"{name} of a picture alone") for one in alone])
        what = f"{name} of pictures in a batch, compared with those of each picture alone,"
        close(together, wanted, what, "What mixes the batch?", device=device)


def log_loss(student: Student, secret: Secret, device: str, stop_below: float = 0.0) -> float:
    """Trains a new autoencoder for a moment; the log of FLOOR + the squared error per picture that it is left with."""
    trainer = student.probe("make_trainer", device, TASK, [], RATE)
    try:
        return math.log(FLOOR + descend(trainer, _batches(secret), _squared_error, STEPS, stop_below - FLOOR))
    except CheckFailed:
        if stop_below:
            raise
        return math.inf


@check(task=TASK, points=1.5, seconds=8)
@calibrated("autoencoder", log_loss)
def test_network_learns_to_tell_pictures_apart(student: Student, secret: Secret, device: str):
    """A short training on a few simple pictures brings the error well below that of answering with their mean."""
    bound = bound_of(__file__, "autoencoder")
    if not log_loss(student, secret, device, bound) < math.log(bound):
        fail(
            f"After {STEPS} training steps on four kinds of simple pictures the network still does hardly better than "
            "one that always answers with the mean picture. Does the code say enough about the picture, and can the "
            "output be both 0 and 1?"
        )


def _batches(secret: Secret) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches of (pictures, the same pictures)."""
    kinds = blobs(secret)
    while True:
        pictures = draw(secret, kinds, BATCH)
        yield pictures, pictures


def _squared_error(outputs: Sequence[Tensor], pictures: Tensor) -> Tensor:
    output = expect_tensor(outputs[0], tuple(pictures.shape), "what comes out in training")
    return ((output - pictures) ** 2).sum()
