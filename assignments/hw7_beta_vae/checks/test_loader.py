"""Hidden checks of make_loader."""

from __future__ import annotations

from typing import Any

import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.values import describe, expect_tensor

TASK = "make_loader"


@check(task=TASK, points=0.5)
def test_every_picture_comes_once_with_its_label(student: Student, secret: Secret, device: str):
    """One pass gives every picture once, with its own label, in batches of batch_size (the last may be smaller)."""
    images, labels, batch_size, passes = _passes(student, secret)
    batches = passes[0]
    if not batches:
        fail("A pass through the loader gives no batch.")
    sizes = [len(batch_labels) for _, batch_labels in batches]
    if sum(sizes) == len(images) // batch_size * batch_size:
        fail("The last, smaller batch is dropped: leave drop_last at its default.", "X18")
    odd = [size for size in sizes[:-1] if size != batch_size] + [size for size in sizes[-1:] if size > batch_size]
    if odd:
        fail(f"A batch has {odd[0]} pictures, but batch_size is {batch_size}: only the last one may be smaller.")
    order = _order(batches, labels)
    if sorted(order.tolist()) != list(range(len(labels))):
        fail("In one pass, not every picture comes exactly once.")
    if not torch.equal(torch.cat([pictures for pictures, _ in batches]), images[order]):
        fail("Pictures and labels do not belong together.")


@check(task=TASK, points=0.5)
def test_order_is_random_and_new_at_every_pass(student: Student, secret: Secret, device: str):
    """The order is random, and another one at every pass."""
    _, labels, _, passes = _passes(student, secret)
    if not passes[0]:
        fail("A pass through the loader gives no batch.")
    first, second = (_order(batches, labels) for batches in passes)
    if torch.equal(first, torch.arange(len(first))):
        fail("The pictures come in the order of the data set: shuffle the training data.", "X13")
    if torch.equal(first, second):
        fail("Two passes give the same order: the loader should shuffle anew at every pass.", "X13b")


def _passes(student: Student, secret: Secret) -> tuple[torch.Tensor, torch.Tensor, int, list[Any]]:
    """Pictures, labels that number them in secret, the batch size, and two passes of checked batches."""
    batch_size = secret.integer(6, 9)
    count = 4 * batch_size + secret.integer(2, 4)
    images, labels = secret.uniform(0, 1, count, 1, 9, 7), torch.as_tensor(secret.permutation(1000)[:count])
    passes = student.probe("passes_of_loader", images, labels, batch_size, 2)
    if passes[0] and not passes[1]:
        text = "The second pass through the loader gives no batch: a generator or an iterator is empty after one pass"
        fail(f"{text}. Return a DataLoader.", "X19")
    for batches in passes:
        for batch in batches:
            if len(batch) != 2:
                fail(f"A batch should be a pair (images, labels); it is {describe(batch)}.")
            pictures = expect_tensor(batch[0], (None, 1, 9, 7), "the pictures of a batch")
            expect_tensor(batch[1], (len(pictures),), "the labels of a batch")
    return images, labels, batch_size, passes


def _order(batches: list[Any], labels: torch.Tensor) -> torch.Tensor:
    """For each picture of a pass its number in the data set."""
    numbers = {int(label): number for number, label in enumerate(labels)}
    came = torch.cat([batch_labels for _, batch_labels in batches]).tolist()
    return torch.tensor([numbers.get(int(label), -1) for label in came])
