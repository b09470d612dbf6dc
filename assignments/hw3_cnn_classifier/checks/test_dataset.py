"""Hidden checks of ImageDataset: secret pictures that are not square, with N, H, W and 3 all different."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.values import describe, expect_sequence, expect_tensor

TASK = "ImageDataset"
CHANNELS = 3
SAME = 1e-5


def draw(secret: Secret, kind: type = np.float64, sizes: Sequence[int] = ()) -> tuple[np.ndarray, np.ndarray]:
    """X (N, H, W, 3) in [0, 1] and Y (N,)."""
    count, height, width = sizes or secret.sizes(3, 6, 15)
    images = secret.generator.uniform(0.05, 0.95, (count, height, width, CHANNELS)).astype(kind)
    return images, secret.generator.integers(2, 12, count)  # 0 need not be there


def answer(student: Student, arrays: tuple[np.ndarray, np.ndarray], indices: list[int]) -> dict[str, Any]:
    found: dict[str, Any] = student.probe("items_of", *arrays, indices)
    return found


def pictures(items: Any) -> list[torch.Tensor]:
    """The first part of each item."""
    pairs = [expect_sequence(item, 2, "dataset[index]", "a pair (image, label)") for item in items]
    return [expect_tensor(image, name="the image of dataset[index]", arrays=True) for image, _ in pairs]


@check(task=TASK, points=1)
def test_length_is_the_number_of_pictures(student: Student, secret: Secret):
    """len(dataset) is the number of pictures."""
    images, labels = draw(secret)
    got = answer(student, (images, labels), [0])["length"]
    count, height, width, _ = images.shape
    if got == count:
        return
    known = {height: "the height of a picture", width: "the width of a picture", CHANNELS: "the number of channels"}
    if got in known:
        fail(f"len(dataset) is {known[got]}; it should be the number of pictures.", "X1")
    if got in (count - 1, count + 1):
        fail("len(dataset) is off by one: it should be the number of pictures.", "X3")
    fail("len(dataset) is not the number of pictures: it counts single pictures, not batches or pixels.", "X2")


@check(task=TASK, points=2)
def test_pictures_are_kept_with_channels_first(student: Student, secret: Secret):
    """dataset[index] holds picture number index, channels first, rows and columns in their places, values unchanged."""
    sizes = secret.sizes(3, 6, 15)  # twice the same: nothing may be left of the first
    for kind in (np.float64, np.float32):
        images, labels = draw(secret, kind, sizes)
        indices = [int(index) for index in secret.permutation(len(images))]
        indices.append(indices[0])  # a second time: nothing may have changed
        got = pictures(answer(student, (images, labels), indices)["items"])
        for place, (image, index) in enumerate(zip(got, indices, strict=True)):
            want = torch.as_tensor(images[index], dtype=torch.float64).permute(2, 0, 1)
            if not _same(image, want):
                _name_wrong_picture(image, images, index, again=place == len(images))


def _same(got: torch.Tensor, want: torch.Tensor) -> bool:
    return got.shape == want.shape and bool(((got.double() - want).abs() <= SAME).all())


def _name_wrong_picture(got: torch.Tensor, images: np.ndarray, index: int, again: bool) -> None:
    raw = torch.as_tensor(images[index], dtype=torch.float64)
    want = raw.permute(2, 0, 1)
    known: list[tuple[str, str, Callable[[], torch.Tensor]]] = [
        ("X6", "The channels come last; PyTorch wants (3, H, W): permute the axes", lambda: raw),
        ("C16", "Rows and columns are exchanged: the picture is mirrored at its diagonal", lambda: want.mT),
        ("C16b", "The axes are renamed by reshape or view, which scrambles the pixels: permute them",
         lambda: raw.reshape(want.shape)),
        ("C17", "The values are divided by 255 here, but they are in [0, 1] already", lambda: want / 255),
        ("C17b", "The values are multiplied by 255", lambda: want * 255),
        ("C17c", "The values are shifted to [-1, 1], but they should stay as they are", lambda: 2 * want - 1),
        ("X9", "The values are rounded to whole numbers", lambda: want.trunc()),
    ]  # fmt: skip
    if again:
        fail("The same item, asked for twice, is another picture the second time.", "X11")
    for mistake, sentence, make in known:
        if _same(got, make()):
            fail(f"{sentence}.", mistake)
    others = [torch.as_tensor(image, dtype=torch.float64).permute(2, 0, 1) for image in images]
    if any(_same(got, other) for other in others):
        fail("dataset[index] holds another picture than number index.", "X4")
    if tuple(got.shape) != tuple(want.shape):
        fail(f"The image should have the shape (3, H, W) = {tuple(want.shape)}; it has {tuple(got.shape)}.", "X6")
    fail("The pixels of dataset[index] are not those of the picture.")


@check(task=TASK, points=1)
def test_types_are_float32_and_int64(student: Student, secret: Secret, note):
    """The image is a float32 tensor, the label an int64 tensor without dimensions."""
    image, label = expect_sequence(
        answer(student, draw(secret), [2])["items"][0], 2, "dataset[index]", "a pair (image, label)"
    )
    if isinstance(image, torch.Tensor) and image.dtype == torch.float64:
        fail("The image is float64, the weights of a network are float32: convert it.", "X8")
    if isinstance(image, torch.Tensor) and not image.is_floating_point():
        fail(f"The image is {str(image.dtype).removeprefix('torch.')}; make it float32.", "X9")
    expect_tensor(image, (CHANNELS, None, None), "the image", torch.float32)
    if isinstance(label, int) and not isinstance(label, bool):
        note("The label is a Python int; loaders make an int64 tensor of it. The text asks for the tensor.")
        return
    if not isinstance(label, torch.Tensor):
        fail(f"The label should be an int64 tensor; it is {describe(label)}.", "C8")
    if label.dim() > 0:
        fail(f"The label should have no dimensions; it has the shape {tuple(label.shape)}.", "C8b")
    if label.dtype != torch.int64:
        fail(f"The label should be int64; it is {str(label.dtype).removeprefix('torch.')}.", "C8")


@check(task=TASK, points=1)
def test_labels_belong_to_the_pictures(student: Student, secret: Secret):
    """Each label is that of its picture, batches can be made of the items, and the arrays stay as they were."""
    images, labels = draw(secret)
    indices = [int(index) for index in secret.permutation(len(images))]
    found = answer(student, (images, labels), indices)
    for item, index in zip(found["items"], indices, strict=True):
        pair = expect_sequence(item, 2, "dataset[index]", "a pair (image, label)")
        if not _is_number(pair[1], labels[index]):
            fail("The label of dataset[index] is not that of picture number index.", "X19")
    if not all(np.array_equal(got, want) for got, want in zip(found["arrays"], (images, labels), strict=True)):
        fail("The data set changes the arrays that it was given: copy before changing anything.", "X11")
    batches = student.probe("batches_of", images, labels, 4)
    together = torch.cat([expect_tensor(batch[1], (None,), "a batch of labels") for batch in batches])
    if together.tolist() != labels.tolist():
        fail("A DataLoader over the data set does not give each label once, in order.", "X3")


def _is_number(got: Any, want: int) -> bool:
    if isinstance(got, (torch.Tensor, np.ndarray)):
        return got.size == 1 and int(got) == want if isinstance(got, np.ndarray) else _tensor_is(got, want)
    return isinstance(got, (int, float)) and got == want


def _tensor_is(got: torch.Tensor, want: int) -> bool:
    return got.numel() == 1 and got.item() == want
