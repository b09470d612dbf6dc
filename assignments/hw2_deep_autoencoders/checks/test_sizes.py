"""Hidden checks of the two tuples of sizes. The networks are built and trained on this side: only numbers are asked."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from autograder.checking import Secret, Student, check, fail
from autograder.checking.calibration import bound_of, calibrated
from autograder.checking.pictures import blobs, draw
from autograder.checking.values import describe

TWO = "MY_TWO_LAYER_SIZES"
THREE = "MY_THREE_LAYER_SIZES"
COUNT = {TWO: 2, THREE: 3}
GIVEN = {TWO: (32, 16), THREE: (64, 32, 16)}
PIXELS = 784
KINDS, STEPS, BATCH, RATE = 12, 120, 36, 4e-3
MOST_WEIGHTS = 10**9  # 4 GB, and three times as much while it trains: no laptop holds that
WIDEST = 128  # what is wider learns these few pictures no better, it only takes longer
FLOOR = 0.2  # added before the logarithm: below it, all that counts is learned


def expect_sizes(student: Student, name: str) -> tuple[int, ...]:
    """The sizes as whole numbers, once there are as many as there should be, all of them positive."""
    value, count = student.get(name), COUNT[name]
    what = f"{name} should be a tuple of {count} whole numbers"
    if isinstance(value, (np.ndarray, torch.Tensor)) and value.ndim == 1:
        value = value.tolist()
    if not isinstance(value, (tuple, list)):
        fail(f"{what}; it is {describe(value)}.")
    if len(value) != count:
        end = f"; it holds {len(value)}: only the hidden layers, without the {PIXELS} pixels."
        fail(what + end)
    sizes = [_whole(size) for size in value]
    if None in sizes:
        fail(f"{what}; it holds {describe(value[sizes.index(None)])}.")
    if min(sizes) < 1:
        fail(f"{what} from 1 up; one entry of it is smaller.")
    return tuple(sizes)


def _whole(value: Any) -> int | None:
    """A whole number of any type as an int, None for anything else."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except (TypeError, ValueError, RuntimeError):
        return None


def check_choice(student: Student, name: str) -> None:
    """Sizes of one's own, with a code that is one."""
    sizes = expect_sizes(student, name)
    if sizes == GIVEN[name]:
        fail(f"These are the sizes of the run that yours is to be compared with: choose others for {name}.", "T30")
    if sizes[-1] >= PIXELS:
        fail(f"The code, the last number, is not smaller than a picture of {PIXELS} pixels: nothing is compressed.")
    if sum(2 * into * out for into, out in pairwise((PIXELS, *sizes))) > MOST_WEIGHTS:
        fail(f"A network of the sizes in {name} has more than a billion weights: it does not fit into memory.")


@check(task=TWO, points=1)
def test_two_sizes_of_my_own(student: Student):
    """MY_TWO_LAYER_SIZES holds two whole numbers, not those of the run above, and a code smaller than a picture."""
    check_choice(student, TWO)


@check(task=THREE, points=1)
def test_three_sizes_of_my_own(student: Student):
    """MY_THREE_LAYER_SIZES holds three whole numbers, not those of the run above, and a code smaller than a picture."""
    check_choice(student, THREE)


# --- a short training -------------------------------------------------------------------------------------------------


def log_error(student: Student, secret: Secret, name: str, stop_below: float = 0.0) -> float:
    """Log of FLOOR + the error left after a short training of these sizes, in units of that of the mean picture."""
    sizes = expect_sizes(student, name)
    return secret.memo((name, sizes, stop_below), lambda: _train(sizes, secret.streams(1)[0], stop_below))


def log_error_of_two(student: Student, secret: Secret, device: str) -> float:
    return log_error(student, secret, TWO)


def log_error_of_three(student: Student, secret: Secret, device: str) -> float:
    return log_error(student, secret, THREE)


@check(task=TWO, points=1.5)
@calibrated("two sizes", log_error_of_two)
def test_two_layers_of_these_sizes_learn(student: Student, secret: Secret):
    """A short training of two layers of these sizes, on simple pictures, gets well below the mean picture's error."""
    check_that_it_learns(student, secret, TWO, bound_of(__file__, "two sizes"))


@check(task=THREE, points=1.5)
@calibrated("three sizes", log_error_of_three)
def test_three_layers_of_these_sizes_learn(student: Student, secret: Secret):
    """A short training of three layers of these sizes, on simple pictures, gets well below the mean picture's error."""
    check_that_it_learns(student, secret, THREE, bound_of(__file__, "three sizes"))


def check_that_it_learns(student: Student, secret: Secret, name: str, bound: float) -> None:
    if not log_error(student, secret, name, bound) < math.log(bound):
        text = f"A network of these sizes learns hardly more than the mean picture in {STEPS} steps"
        fail(f"{text}. Is one of its layers too narrow for {KINDS} kinds of pictures? What is lost there is lost.")


def _train(sizes: Sequence[int], secret: Secret, stop_below: float) -> float:
    """Deterministic for a secret; the generator of this process is left as it was."""
    kinds = 2 * blobs(secret, KINDS) - 1
    unit = (kinds - kinds.mean(0)).square().mean().item()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(secret.seed())
        network = _network([PIXELS, *(min(size, WIDEST) for size in sizes)])
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
    recent: list[float] = []
    for _ in range(STEPS):
        x = draw(secret, kinds, BATCH).flatten(1)
        loss = F.mse_loss(network(x), x)
        recent = [*recent[-4:], loss.item() / unit]
        if len(recent) == 5 and FLOOR + sum(recent) / 5 < stop_below:
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return math.log(FLOOR + sum(recent) / len(recent))


def _network(widths: Sequence[int]) -> nn.Sequential:
    """Linear layers down and up again, with ReLU between, none on the code, and Tanh at the end."""
    layers: list[nn.Module] = []
    for way in (widths, widths[::-1]):
        for into, out in pairwise(way):
            layers += [nn.Linear(into, out), nn.ReLU()]
        layers.pop()
    return nn.Sequential(*layers, nn.Tanh())
