"""Hidden checks of the two formulas: deterministic, on secret numbers of no special kind."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F

from autograder.checking import Secret, Student, check, fail
from autograder.checking.values import close, describe, expect_scalar, expect_sequence

SUM = "sum_of_gaussians"
SIZE = "conv_output_size"
DRAWS = 40  # of sizes: a formula that is wrong for a tenth of them slips through with probability 1.5 %


# --- the sum of two Gaussians -----------------------------------------------------------------------------------------


def gaussians(secret: Secret) -> list[float]:
    """Means of both signs, and two standard deviations away from 0, 1, and each other."""
    mean_x, mean_y = secret.number(0.5, 3), -secret.number(3.5, 6)
    return [mean_x, secret.number(0.3, 0.8), mean_y, secret.number(1.3, 2.5)]


def answer(student: Student, arguments: list[float]) -> tuple[Any, ...]:
    value = student.call(SUM, *arguments)
    if isinstance(value, torch.Tensor) and value.numel() == 2:
        value = value.tolist()
    return expect_sequence(value, 2, SUM, "two numbers, (mean, standard deviation)")


@check(task=SUM, points=1)
def test_mean_of_the_sum(student: Student, secret: Secret):
    """The mean of X + Y is right, for any means and standard deviations."""
    for stream in secret.streams(3):
        arguments = gaussians(stream)
        mean_x, std_x, mean_y, std_y = arguments
        known = {
            "H4: it is the average of the two, but means add": (mean_x + mean_y) / 2,
            "H4b: the means are weighted by the standard deviations, but X + Y is a sum, not a product of densities": (
                (mean_x * std_y**2 + mean_y * std_x**2) / (std_x**2 + std_y**2)
            ),
            "H4c: it is the difference": mean_x - mean_y,
            "H2b: that is the standard deviation, the mean comes first": math.hypot(std_x, std_y),
        }
        close(answer(student, arguments)[0], mean_x + mean_y, "The mean", known=known)


@check(task=SUM, points=2)
def test_standard_deviation_of_the_sum(student: Student, secret: Secret):
    """The standard deviation of X + Y is right, for any means and standard deviations."""
    for stream in secret.streams(3):
        arguments = gaussians(stream)
        mean_x, std_x, mean_y, std_y = arguments
        variance = std_x**2 + std_y**2
        known = {
            "H1: the standard deviations are added, but only variances add": std_x + std_y,
            "H2: it is the variance, the standard deviation is its root": variance,
            "H2c: the arguments are taken for variances, but they are standard deviations": math.sqrt(std_x + std_y),
            "H3: the average of the variances is taken, but they add": math.sqrt(variance / 2),
            "H3b: the variances are subtracted, but they add": math.sqrt(abs(std_x**2 - std_y**2)),
            "H3c: that is the standard deviation of the product of the densities": std_x * std_y / math.sqrt(variance),
            "H2b: that is the mean, the standard deviation comes second": mean_x + mean_y,
        }
        close(answer(student, arguments)[1], math.sqrt(variance), "The standard deviation", known=known)


# --- the size of what a convolution returns ---------------------------------------------------------------------------


def draw_sizes(secret: Secret) -> list[int]:
    """Height, width, kernel height, kernel width, stride, padding; all that belong to a direction are different."""
    height, width = secret.sizes(2, 9, 40)
    kernel = secret.sizes(2, 2, 7)
    return [height, width, *kernel, secret.integer(1, 4), secret.integer(0, 3)]


def by_torch(sizes: list[int]) -> tuple[int, int]:
    """What torch makes of a picture of zeros."""
    height, width, kernel_height, kernel_width, stride, padding = sizes
    picture, kernel = torch.zeros(1, 1, height, width), torch.zeros(1, 1, kernel_height, kernel_width)
    made = F.conv2d(picture, kernel, stride=stride, padding=padding)
    return made.shape[2], made.shape[3]


def wrong_sizes(sizes: list[int]) -> dict[str, tuple[float, float]]:
    """{"H9: sentence": (height, width)} of the known wrong formulas."""
    height, width, *kernel, s, p = sizes
    free = [(size + 2 * p - k) / s for size, k in zip((height, width), kernel, strict=True)]
    once = [(size + p - k) / s for size, k in zip((height, width), kernel, strict=True)]
    none = [(size - k) / s for size, k in zip((height, width), kernel, strict=True)]
    swapped = [(size + 2 * p - k) / s for size, k in zip((height, width), reversed(kernel), strict=True)]
    rows = [(size + 2 * p - kernel[0]) / s for size in (height, width)]
    inside = [(size + 2 * p - k + 1) / s for size, k in zip((height, width), kernel, strict=True)]
    table: dict[str, list[float]] = {
        "H8: the division is not rounded down, but there is no half a row": [part + 1 for part in free],
        "H9: the division is rounded up, but what does not fit is left out": [math.ceil(part) + 1 for part in free],
        "H9b: the division is rounded to the nearest number, but what does not fit is left out": [
            round(part) + 1 for part in free
        ],
        "H10: the 1 is missing": [math.floor(part) for part in free],
        "H10b: the 1 is divided by the stride too, but it is added after the division": [
            math.floor(part) for part in inside
        ],
        "H11: the padding counts once, but it is on both sides": [math.floor(part) + 1 for part in once],
        "H12: the padding is ignored": [math.floor(part) + 1 for part in none],
        "H14: kernel height and kernel width are exchanged": [math.floor(part) + 1 for part in swapped],
        "H14b: the kernel's height is used in both directions": [math.floor(part) + 1 for part in rows],
    }
    right = [math.floor(part) + 1 for part in free]
    table["H14c: height and width are exchanged"] = right[::-1]
    return {key: (value[0], value[1]) for key, value in table.items()}


@check(task=SIZE, points=2)
def test_size_is_that_of_a_convolution(student: Student, secret: Secret):
    """Height and width are those that torch's convolution gives, for any picture, kernel, stride and padding."""
    draws = [draw_sizes(secret) for _ in range(DRAWS)]
    draws += [[*draws[0][:2], *draw_sizes(secret)[2:]] for _ in range(4)]  # the same picture with other kernels
    answers = [_pair(student, sizes) for sizes in draws]
    wanted = [by_torch(sizes) for sizes in draws]
    if answers == wanted:
        return
    for key in wrong_sizes(draws[0]):
        if all(_near(got, wrong_sizes(sizes)[key]) for got, sizes in zip(answers, draws, strict=True)):
            mistake, _, sentence = key.partition(": ")
            fail(f"The size is wrong: {sentence}.", mistake)
    bad = [number for number, pair in enumerate(zip(answers, wanted, strict=True)) if pair[0] != pair[1]]
    fail(f"For {len(bad)} of {len(draws)} random sizes the result is not that of torch's convolution.")


@check(task=SIZE, points=1)
def test_size_is_two_whole_numbers(student: Student, secret: Secret):
    """Two whole numbers (int) come back, also when the stride does not divide the rest."""
    for _ in range(8):
        sizes = draw_sizes(secret)
        sizes[4] = secret.integer(2, 4)
        value = student.call(SIZE, *sizes)
        for part in expect_sequence(value, 2, SIZE, "two numbers, (height, width)"):
            whole = part.numel() == 1 and not part.is_floating_point() if isinstance(part, torch.Tensor) else None
            if whole is False or (whole is None and (isinstance(part, bool) or not isinstance(part, int))):
                fail(f"Height and width should be whole numbers (int); here is {describe(part)}.", "H8")


def _pair(student: Student, sizes: list[int]) -> tuple[float, float]:
    parts = expect_sequence(student.call(SIZE, *sizes), 2, SIZE, "two numbers, (height, width)")
    height, width = (expect_scalar(part, "the size") for part in parts)
    return height, width


def _near(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return all(abs(one - other) <= 1e-6 for one, other in zip(first, second, strict=True))
