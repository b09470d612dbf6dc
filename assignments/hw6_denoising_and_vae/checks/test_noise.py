"""Hidden checks of AddGaussianNoise."""

from __future__ import annotations

import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.diagnosis import equals
from autograder.checking.statistics import SIX_SIGMA, Fault, assert_standard_normal, mean_z
from autograder.checking.values import expect_tensor

TASK = "AddGaussianNoise"
GREY = 0.5
CALLS = 24
IDS = {
    Fault.CONSTANT: "D12",
    "repeated:call": "D12",
    "repeated:picture": "D14",
    "repeated:row": "D14",
    "repeated:column": "D14",
    Fault.UNIFORM: "D1",
    Fault.UNIFORM_UNIT_VARIANCE: "D1",
    Fault.ONE_SIDED: "D1",
}


@check(task=TASK, points=3)
def test_noise_is_gaussian(student: Student, secret: Secret, device: str):
    """On grey pictures the noise is Gaussian with the given mean and standard deviation, and independent everywhere."""
    std = secret.number(0.02, 0.05)
    mean = secret.choice((-1, 1)) * secret.number(0.01, 0.02)
    batch, height, width = secret.sizes(3, 7, 19)
    grey = torch.full((batch, 1, height, width), GREY)
    noisy = _draw(student, device, mean, std, grey, CALLS)
    outside = ((noisy <= 0) | (noisy >= 1)).double().mean().item()
    if outside > 0.3:
        fail("The noise is far too strong: the argument std is not used.", "D5")
    assert_standard_normal(
        ((noisy.double() - GREY - mean) / std).squeeze(2),
        axes=("call", "picture", "row", "column"),
        ids=IDS,
        known={
            "D2: std is the standard deviation, you used its square (the variance)": (0.0, std),
            "D3: std is the standard deviation, you took its square root": (0.0, std**-0.5),
            "D4: the argument mean is not used": (-mean / std, 1.0),
            "D4b: the mean is subtracted, not added": (-2 * mean / std, 1.0),
            "D17: noise is added, not multiplied with the picture": (-mean / (2 * std), 0.5),
        },
    )


@check(task=TASK, points=2)
def test_sum_is_clipped(student: Student, secret: Secret, device: str):
    """The noisy picture is clipped to [0, 1]: black and white pictures keep exactly half of their pixels."""
    batch, height, width = secret.sizes(3, 9, 23)
    for white in (False, True):
        pictures = torch.full((batch, 1, height, width), float(white))
        noisy = _draw(student, device, 0.0, secret.number(0.2, 0.4), pictures, 3)
        if not (noisy.min().item() >= 0 and noisy.max().item() <= 1):
            both = noisy.min().item() < 0 and noisy.max().item() > 1
            side = "on both sides" if both else ("above 1" if noisy.max().item() > 1 else "below 0")
            fail(f"The noisy pictures leave [0, 1] {side}: clip after adding the noise.", "D8" if not both else "D6")
        at_bound = (noisy == float(white)).double()
        if not abs(mean_z(at_bound, mean=0.5, std=0.5)) <= SIX_SIGMA:
            where = "white" if white else "black"
            fail(
                f"On {where} pictures half of the pixels should stay exactly {where}; "
                f"{at_bound.mean().item():.0%} do. Clip to [0, 1], do not rescale or reflect.",
                "D11" if at_bound.mean().item() < 0.01 else None,
            )


@check(task=TASK, points=1)
def test_nothing_but_noise_changes(student: Student, secret: Secret, device: str):
    """With hardly any noise the picture comes back as it was, for any shape: nothing is rescaled."""
    shapes = [secret.sizes(2, 5, 30), (1, *secret.sizes(2, 5, 30)), (*secret.sizes(2, 2, 9), *secret.sizes(2, 10, 30))]
    for shape in shapes:
        pictures = secret.uniform(0.1, 0.9, *shape)
        noisy = _draw(student, device, 0.0, 1e-4, pictures, 1)[0]
        if not equals(noisy, pictures) and not (noisy - pictures).abs().max().item() <= 1e-2:
            fail(
                "Noise of standard deviation 0.0001 changes a picture visibly: only add noise, do not rescale it.",
                "D10",
            )
    picture = secret.uniform(0.1, 0.9, *secret.sizes(2, 5, 30))
    noisy = student.probe("draw_noise", device, 0.0, 1e-4, picture, 1, (0.3, 0.5))["noisy"][0]
    if not (expect_tensor(noisy, tuple(picture.shape), "the noisy picture") - picture).abs().max().item() <= 1e-2:
        text = "A second transform, with another mean and std, has changed the first one"
        fail(f"{text}: keep mean and std in self, not in the class or in a global variable.", "N7")


@check(task=TASK, points=1)
def test_picture_that_came_in_is_left_alone(student: Student, secret: Secret, device: str):
    """The picture that came in is unchanged, and the noisy one has its type."""
    pictures = secret.uniform(0.2, 0.8, *secret.sizes(3, 3, 9))
    answer = student.probe("draw_noise", device, 0.0, 0.1, pictures, 2)
    if not torch.equal(answer["pictures"], pictures):
        fail(
            "Your transform changed the picture that came in: the clean target is noisy now. Make a new tensor.", "D18"
        )
    noisy = expect_tensor(answer["noisy"][0], tuple(pictures.shape), "the noisy picture")
    if noisy.dtype != torch.float32:
        fail(f"The noisy picture should be float32, like the picture; it is {noisy.dtype}.", "D22")


def _draw(student: Student, device: str, mean: float, std: float, pictures: torch.Tensor, calls: int) -> torch.Tensor:
    """The noisy pictures of several calls, stacked: (calls, *shape of pictures)."""
    noisy = student.probe("draw_noise", device, mean, std, pictures, calls)["noisy"]
    return torch.stack([expect_tensor(one, tuple(pictures.shape), "the noisy picture") for one in noisy])
