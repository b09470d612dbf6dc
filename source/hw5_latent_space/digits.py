"""The machine and the data: MNIST or Fashion-MNIST where it is there, scikit-learn's digits in the same format where it
is not.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor


def choose_device() -> torch.device:
    """The graphics card if torch can use one, otherwise the CPU; prints versions and the choice in one line."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    print(f"Python {platform.python_version()}, torch {torch.__version__}, running on {device}")
    return device


CLOTHES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")


@dataclass(frozen=True)
class Digits:
    """Pictures of handwritten digits (or of clothes), float32 in [0, 1] of shape (N, 1, 28, 28), and their labels,
    int64 of shape (N,).
    """

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    is_mnist: bool = False
    is_fashion_mnist: bool = False

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the ten labels."""
        return CLOTHES if self.is_fashion_mnist else tuple("0123456789")

    def first_test_image(self, label: int) -> Tensor:
        """The first test picture of a digit, (1, 28, 28)."""
        return self.test_images[int(torch.nonzero(self.test_labels == label)[0])]


def load_mnist(download: bool | None = None, copies: int = 12) -> Digits:
    """MNIST from $DATA_ROOT or ./data, read by torchvision; without it scikit-learn's digits in the same format.

    download: fetch MNIST into ./data if it is not there; by default only if the environment has
    ASSIGNMENT_DOWNLOAD=1; copies: of each of the digits that stand in.
    """
    return _load("MNIST", "MNIST", download, copies)


def load_fashion_mnist(download: bool | None = None, copies: int = 12) -> Digits:
    """Fashion-MNIST, ten kinds of clothes in the format of MNIST; where from and what else: as for load_mnist."""
    return _load("FashionMNIST", "Fashion-MNIST", download, copies)


def _load(dataset: str, name: str, download: bool | None, copies: int) -> Digits:
    if os.environ.get("ASSIGNMENT_DATA") == "sample":
        return sample_digits()
    for root in (os.environ.get("DATA_ROOT"), "data"):
        if root and (digits := _read(dataset, Path(root))):
            print(
                f"{name} from {root}: {len(digits.train_images)} training and {len(digits.test_images)} test pictures."
            )
            return digits
    wanted = os.environ.get("ASSIGNMENT_DOWNLOAD") == "1" if download is None else download
    if wanted and (digits := _read(dataset, Path("data"), download=True)):
        print(f"{name} downloaded: {len(digits.train_images)} training and {len(digits.test_images)} test pictures.")
        return digits
    digits = embedded_digits(copies)
    print(
        f"{name} is neither in $DATA_ROOT nor in ./data: scikit-learn's digits stand in "
        f"({len(digits.train_images)} training and {len(digits.test_images)} test pictures)."
    )
    return digits


def _read(dataset: str, root: Path, download: bool = False) -> Digits | None:
    from torchvision import datasets

    try:
        parts = [getattr(datasets, dataset)(str(root), train=train, download=download) for train in (True, False)]
    except (RuntimeError, OSError):  # not there, or no network
        return None
    images = [(part.data.unsqueeze(1).float() / 255, part.targets.long()) for part in parts]
    return Digits(*images[0], *images[1], is_mnist=dataset == "MNIST", is_fashion_mnist=dataset == "FashionMNIST")


def embedded_digits(copies: int = 12, n_test: int = 500, seed: int = 0) -> Digits:
    """scikit-learn's 1797 digits of 8x8 pixels, enlarged to 20x20 inside 28x28 as in MNIST.

    Each training picture is there `copies` times, shifted, turned and scaled a little differently; test pictures
    are untouched.
    """
    from sklearn.datasets import load_digits

    small, labels = load_digits(return_X_y=True)
    images = torch.from_numpy(small).float().view(-1, 1, 8, 8) / 16
    images = torch.nn.functional.interpolate(images, size=(20, 20), mode="bicubic").clamp(0, 1)
    images = torch.nn.functional.pad(images, (4, 4, 4, 4))
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(images), generator=generator)
    images, targets = images[order], torch.from_numpy(labels).long()[order]
    train = torch.cat([images[n_test:], *(_jitter(images[n_test:], generator) for _ in range(copies - 1))])
    return Digits(train, targets[n_test:].repeat(copies), images[:n_test], targets[:n_test])


def _jitter(images: Tensor, generator: torch.Generator) -> Tensor:
    """The same pictures, each turned by up to 10 degrees, scaled by up to 10 % and shifted by up to 2 pixels."""
    angle, scale, shift_x, shift_y = (torch.rand(4, len(images), generator=generator) * 2 - 1) * torch.tensor(
        [[np.pi / 18], [0.1], [2 / 14], [2 / 14]]
    )
    cos, sin = (1 + scale) * angle.cos(), (1 + scale) * angle.sin()
    matrices = torch.stack([cos, -sin, shift_x, sin, cos, shift_y], dim=1).view(-1, 2, 3)
    grid = torch.nn.functional.affine_grid(matrices, list(images.shape), align_corners=False)
    return torch.nn.functional.grid_sample(images, grid, align_corners=False)


def sample_digits(n_train: int = 80, n_test: int = 40, seed: int = 0) -> Digits:
    """A tiny synthetic stand-in, made in milliseconds: a bright bar for each label at its own place, and a
    little noise.
    """
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n_train + n_test) % 10
    images = 0.1 * torch.rand(len(labels), 1, 28, 28, generator=generator)
    for image, label in zip(images, labels.tolist(), strict=True):
        image[0, 2 * label + 2 : 2 * label + 8, 6:22] += 0.8
    return Digits(images[:n_train], labels[:n_train], images[n_train:], labels[n_train:])
