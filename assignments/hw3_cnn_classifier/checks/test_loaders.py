"""Hidden checks of make_loaders: three secret data sets whose pictures carry their number."""

from __future__ import annotations

from typing import Any

import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.values import describe, expect_sequence, expect_tensor

TASK = "make_loaders"
NAMES = ("train_loader", "val_loader", "test_loader")
Epoch = list[tuple[torch.Tensor, torch.Tensor]]


def numbered(count: int, offset: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures filled with their number, and labels that tell it too."""
    numbers = torch.arange(count) + offset
    return numbers.float().reshape(-1, 1, 1, 1).expand(count, 3, 2, 4).contiguous(), numbers


def run(student: Student, secret: Secret, default: bool = False) -> tuple[list[list[Epoch]], list[int], int]:
    """(epochs of each loader, number of pictures in each data set, batch size)."""
    low, high = (130, 200) if default else (23, 60)
    *counts, batch = secret.sizes(4, low, high)
    batch = 64 if default else secret.integer(5, 9)
    counts[0] += counts[0] % batch == 0  # so that the last batch is smaller
    sets = [numbered(count, 1000 * number) for number, count in enumerate(counts)]
    found = student.probe("epochs_of_loaders", sets, 3, None if default else batch)
    if not found["loaders"]:
        fail(f"make_loaders should return three loaders, (train, val, test); it returned {describe(found['value'])}.")
    epochs = [[_batches(epoch, name) for epoch in each] for each, name in zip(found["epochs"], NAMES, strict=True)]
    return epochs, counts, batch


def _batches(epoch: Any, name: str) -> Epoch:
    found = []
    for batch in epoch:
        images, labels = expect_sequence(batch, 2, f"A batch of {name}", "a pair (images, labels)")
        shape = (None, 3, 2, 4)
        found.append((expect_tensor(images, shape, f"images of {name}"), expect_tensor(labels, (None,), "labels")))
    return found


def _labels(epoch: Epoch) -> list[int]:
    return [int(label) for _, labels in epoch for label in labels]


@check(task=TASK, points=1.5)
def test_training_batches(student: Student, secret: Secret):
    """Training pictures come in batches of batch_size (64 by default), each picture once an epoch with its label."""
    for default in (False, True):
        epochs, counts, batch = run(student, secret, default)
        for epoch in epochs[0]:
            sizes = [len(labels) for _, labels in epoch]
            labels = _labels(epoch)
            if any(label >= 1000 for label in labels):
                fail("train_loader gives pictures of another data set than the first.", "X14")
            if sum(sizes) < counts[0] and len(set(sizes)) == 1:
                fail("The last, smaller batch of the training data is left out: every picture counts.", "X18")
            if sorted(labels) != list(range(counts[0])):
                fail("train_loader should give each picture of the training data once an epoch.", "X4")
            if sizes[:-1] != [batch] * (len(sizes) - 1) or not 0 < sizes[-1] <= batch:
                what = "64 pictures (the default)" if default else "batch_size pictures"
                fail(f"train_loader should give batches of {what}; yours gives {sizes[0]}.", "X21")
            _expect_pairs(epoch, "train_loader")


@check(task=TASK, points=1)
def test_training_data_are_shuffled_anew(student: Student, secret: Secret):
    """The training data come in another order in every epoch."""
    epochs, _, _ = run(student, secret)
    orders = [_labels(epoch) for epoch in epochs[0]]
    if any(order == sorted(order) for order in orders):
        fail("The training data come in the order of the data set: shuffle them.", "X13")
    if orders[0] == orders[1] or orders[1] == orders[2]:
        fail("The training data come in the same order in every epoch: shuffle them anew each time.", "X13b")


@check(task=TASK, points=1.5)
def test_validation_and_test_are_one_batch(student: Student, secret: Secret):
    """Validation and test data come as one batch each, in the order of the data, never shuffled."""
    epochs, counts, _ = run(student, secret)
    for number in (1, 2):
        name, want = NAMES[number], [1000 * number + index for index in range(counts[number])]
        for epoch in epochs[number]:
            labels = _labels(epoch)
            if labels and all(label // 1000 != number for label in labels):
                fail(f"{name} gives pictures of another data set than its own.", "X14")
            if sorted(labels) != want:
                fail(f"{name} should give each picture of its data set once.", "X18")
            if len(epoch) != 1:
                fail(f"{name} gives {len(epoch)} batches; it should give all pictures as one.", "X22")
            if labels != want:
                fail(f"{name} is shuffled: only the training data are.", "X13c")
            _expect_pairs(epoch, name)


def _expect_pairs(epoch: Epoch, name: str) -> None:
    if not all(torch.equal(images[:, 0, 0, 0], labels.to(images.dtype)) for images, labels in epoch):
        fail(f"Pictures and labels of {name} do not belong together.", "X19")
