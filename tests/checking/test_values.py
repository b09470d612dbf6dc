"""Expectations fail with a sentence that tells what came back, and never with a secret number."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from autograder.checking.failure import CheckFailed
from autograder.checking.values import close, expect_array, expect_scalar, expect_sequence, expect_tensor

Z = torch.arange(6.0).reshape(3, 2)


@pytest.mark.parametrize(
    ("value", "options", "sentence"),
    [
        (None, {}, "z should be a tensor; it is None (is there a return?)."),
        (Z.numpy(), {}, "z should be a tensor; it is a numpy array of shape (3, 2)."),
        ([Z, Z], {"arrays": True}, "z should be a tensor or array; it is a list of 2."),
        (Z, {"shape": (2, None)}, "z should have the shape (2, any); it has (3, 2)."),
        (Z, {"shape": (3,)}, "z should have the shape (3,); it has (3, 2)."),
        (Z, {"dtype": torch.float64}, "z should have the type float64; it has float32."),
        (Z.to(torch.complex64), {}, "z should hold real numbers; it holds complex ones."),
        (Z / 0, {}, "z holds numbers that are not finite: 6 of 6 are NaN."),
        ((Z + 1) / 0, {}, "z holds numbers that are not finite: 6 of 6 are infinite."),
    ],
)
def test_wrong_tensor(value, options, sentence):
    with pytest.raises(CheckFailed) as caught:
        expect_tensor(value, name="z", **options)
    assert caught.value.message == sentence


def test_right_tensors_come_back():
    assert expect_tensor(Z, (3, None), "z", torch.float32) is Z
    assert torch.equal(expect_tensor(Z.numpy(), (3, 2), arrays=True), Z)
    assert expect_array(Z, (3, 2)).shape == (3, 2)
    assert expect_tensor(Z.long(), (3, 2)).dtype == torch.int64


@pytest.mark.parametrize("value", [3, 3.0, torch.tensor(3.0), torch.tensor([3.0]), np.float32(3), np.array(3.0)])
def test_right_scalars(value):
    assert expect_scalar(value) == 3.0


@pytest.mark.parametrize("value", [None, "3", True, torch.ones(2), torch.tensor(math.nan), math.inf, np.ones((1, 2))])
def test_wrong_scalars(value):
    with pytest.raises(CheckFailed):
        expect_scalar(value)


def test_sequences():
    assert expect_sequence([1, 2], 2, "vae_loss", "two numbers") == (1, 2)
    with pytest.raises(CheckFailed, match="vae_loss should return two numbers; it returned a tensor of shape"):
        expect_sequence(Z, 2, "vae_loss", "two numbers")
    with pytest.raises(CheckFailed, match="it returned 3 things"):
        expect_sequence((1, 2, 3), 2, "vae_loss", "two numbers")


def test_close_accepts_rounding_and_other_types():
    close(Z + 1e-5, Z)
    close(Z.double(), Z)
    close(Z.numpy(), Z)
    close(torch.tensor(3.0001), 3.0)
    close(3, 3.0)
    close(Z.bfloat16() * 1.01, Z)


@pytest.mark.parametrize("got", [Z + 1e-2, Z / 0, Z[:2], None, torch.tensor(math.nan)])
def test_close_rejects(got):
    with pytest.raises(CheckFailed):
        close(got, Z)


def test_a_number_that_is_nan_is_rejected():
    with pytest.raises(CheckFailed, match="nan"):
        close(math.nan, 1.0, "the loss")


def test_close_names_a_known_result():
    with pytest.raises(CheckFailed, match="the KL is wrong: its sign is wrong") as caught:
        close(torch.tensor(-2.0), 2.0, "the KL", known={"K1: its sign is wrong": -2.0})
    assert caught.value.mistake == "K1"


def test_close_names_a_ratio():
    with pytest.raises(CheckFailed, match="averaged over the batch") as caught:
        close(Z / 5, Z, "the gradient", factors={"K13: it is averaged over the batch": 0.2})
    assert caught.value.mistake == "K13"


def test_close_tells_the_first_difference_but_no_number():
    got = Z.clone()
    got[1, 1] = 77.25
    with pytest.raises(CheckFailed) as caught:
        close(got, Z, "z", "Look at column two.")
    assert caught.value.message == "z is wrong: 1 of 6 entries differ, the first at index (1, 1). Look at column two."
