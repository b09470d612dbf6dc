"""Hidden checks of encode_samples, on a small autoencoder of ours whose codes are known, and a loader that shuffles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.checking import Secret, Student, check, fail
from autograder.checking.values import describe, expect_tensor
from autograder.sandbox.loop_models import SmallAutoencoder, buffers_of, load_buffers, load_weights, weights_of

TASK = "encode_samples"
HEIGHT, WIDTH = 9, 7
CLASSES = 8
SAME = 1e-3  # largest difference of two codes of the same picture, in units of the largest code


@dataclass(frozen=True)
class Run:
    """One call of encode_samples: what went in, what came back."""

    model: SmallAutoencoder
    images: Tensor
    labels: Tensor
    batch_size: int
    n_samples: int
    answer: dict[str, Any]
    before: Tensor
    latent_dim: int

    @property
    def right(self) -> Tensor:
        """The codes of all pictures, in the order of the data: (N, latent_dim)."""
        with torch.no_grad():
            return self.model.eval().encode(self.images)

    def result(self) -> tuple[Tensor, Tensor]:
        """(codes, labels), once they are tensors or arrays of the right shapes."""
        codes, labels = self.pair()
        n, k = self.n_samples, self.latent_dim
        for part, name in ((codes, "codes"), (labels, "labels")):
            if len(part.shape) and len(part) != n:
                text = f"With n_samples = {n} there are {len(part)} {name}: there should be exactly n_samples"
                fail(f"{text}, also when that is not a whole number of batches.", "V10")
        if tuple(codes.shape[:1]) == (n,) and codes[0].numel() == HEIGHT * WIDTH:
            fail("What comes back is the reconstructions, not the codes: the code is the second thing.", "E25")
        if tuple(labels.shape) == (n, 1):
            fail("The labels should have the shape (n_samples,); they are (n_samples, 1).", "C8")
        return expect_tensor(codes, (n, k), "codes"), expect_tensor(labels, (n,), "labels")

    def pair(self) -> tuple[Tensor, Tensor]:
        value = self.answer["value"]
        if not self.answer["sequence"] or len(value) != 2:
            what = f"{len(value)} things" if self.answer["sequence"] else describe(value)
            fail(f"encode_samples should return two things, (codes, labels); it returned {what}.")
        codes, labels = (
            expect_tensor(part, name=name, arrays=True) for part, name in zip(value, ("codes", "labels"), strict=True)
        )
        return codes, labels


def run(student: Student, secret: Secret, device: str, *, ordered: bool = False, second: bool = False) -> Run:
    """Calls encode_samples once, with a model in training mode and a loader that shuffles.

    ordered: the data are sorted by class, 10 pictures of each; second: after a call with another model
    """
    batch_size, hidden, latent_dim = secret.sizes(3, 5, 11)
    count = 10 * CLASSES if ordered else 6 * batch_size + secret.integer(2, batch_size - 1)
    n_samples = 30 if ordered else 3 * batch_size + secret.integer(1, batch_size - 1)
    images = secret.uniform(-1, 1, count, 1, HEIGHT, WIDTH)
    labels = torch.arange(count) // 10 if ordered else torch.as_tensor(secret.permutation(count))
    sizes = {"pixels": HEIGHT * WIDTH, "hidden": hidden, "latent": latent_dim, "with_code": True}
    ours = SmallAutoencoder(**sizes)
    load_weights(ours, secret.normal(len(weights_of(ours))))
    load_buffers(ours, secret.uniform(0.5, 2, len(buffers_of(ours))))
    model = student.probe("build_model", device, "SmallAutoencoder", sizes, weights_of(ours), buffers_of(ours))
    loader = student.probe("build_loader", [images, labels], batch_size, True)
    if second:
        other = student.probe("build_model", device, "SmallAutoencoder", sizes, 0.5 * weights_of(ours).flip(0))
        student.probe("encode", other, loader, n_samples, student.probe("build_device", device))
    answer = student.probe("encode", model, loader, n_samples, student.probe("build_device", device))
    before = torch.cat([tensor.flatten().float() for tensor in ours.state_dict().values()])
    return Run(ours, images, labels, batch_size, n_samples, answer, before, latent_dim)


@check(task=TASK, points=2)
def test_there_are_n_samples_codes_and_labels(student: Student, secret: Secret, device: str):
    """It returns n_samples codes and as many labels, on the CPU and without gradients."""
    answer = run(student, secret, device)
    answer.result()
    if answer.answer["needs_gradient"]:
        fail("The codes still carry gradients, and with them the whole graph: encode under torch.no_grad().", "T16")
    if set(answer.answer["devices"]) - {"cpu"}:
        fail("Codes and labels should come back on the CPU: add .cpu().", "I18")


@check(task=TASK, points=2)
def test_codes_are_those_of_the_model(student: Student, secret: Secret, device: str):
    """Each code is what this model gives for a picture of the loader, in evaluation mode; no picture comes twice."""
    answer = run(student, secret, device, second=True)
    codes, _ = answer.result()
    rows = matching_rows(codes, answer.right)
    if rows is None:
        _name_wrong_codes(answer, codes)
    if len(set(rows.tolist())) != len(rows):
        fail("Some pictures are encoded more than once: each picture of the loader counts once.", "V10")
    if not torch.equal(answer.answer["weights"], answer.before):
        text = "Encoding changed the model: in training mode BatchNorm changes its statistics"
        fail(f"{text}. Call model.eval() first.", "V14")


def _name_wrong_codes(answer: Run, codes: Tensor) -> None:
    if answer.answer["weights"].shape != answer.before.shape or not torch.equal(
        answer.answer["weights"], answer.before
    ):
        text = "The codes were computed in training mode, so that they depend on the other pictures of their batch"
        fail(f"{text}: call model.eval() first.", "V14")
    if matching_rows(codes.sort(dim=1).values, answer.right.sort(dim=1).values) is not None:
        fail("The numbers of each code are in another order.")
    fail("The codes are not those that model(images) returns as its second part, in evaluation mode.", "S14")


@check(task=TASK, points=3)
def test_labels_belong_to_the_codes(student: Student, secret: Secret, device: str):
    """Each label stands at the place of its own picture's code, also when the loader shuffles."""
    answer = run(student, secret, device)
    codes, labels = answer.result()
    rows = matching_rows(codes, answer.right)
    if rows is None and _right_in_training_mode(answer, codes, labels):
        return
    if rows is None:
        fail("The codes are not those of the model, so that no label can belong to one.", "S14")
    if not torch.equal(labels.long(), answer.labels[rows]):
        _name_wrong_labels(answer, labels)


def _right_in_training_mode(answer: Run, codes: Tensor, labels: Tensor) -> bool:
    """Whether the labels belong to codes that were computed in training mode: another check fails for the mode."""
    size = answer.batch_size
    if not bool(torch.isin(labels.long(), answer.labels).all()):
        return False
    rows = answer.labels.argsort()[labels.long()]  # the labels are the numbers 0, 1, ..., each once
    whole = zip(rows.split(size), codes.split(size), strict=True)
    with torch.no_grad():
        batches = [(answer.model.train().encode(answer.images[r]), c) for r, c in whole if len(r) == size]
    return all((want - got).abs().max().item() <= SAME * want.abs().max().item() for want, got in batches)


def _name_wrong_labels(answer: Run, labels: Tensor) -> None:
    if torch.equal(labels.long(), answer.labels[: answer.n_samples]):
        text = "The labels are in the order of the data set, the codes in that of the loader, which shuffles"
        fail(f"{text}: collect both in one loop.", "V7")
    fail("Codes and labels do not belong together: collect both in one loop, for every pass shuffles anew.", "V8")


@check(task=TASK, points=1)
def test_samples_come_from_the_shuffled_pass(student: Student, secret: Secret, device: str):
    """When the data are sorted by class and the loader shuffles, the samples are of many classes."""
    answer = run(student, secret, device, ordered=True)
    _, labels = answer.result()
    kinds = len(set(labels.tolist()))
    if kinds <= 4:  # of 30 out of 80: a random draw has that few with a probability below 1e-15
        fail(
            f"The samples are of {kinds} of {CLASSES} classes only: the data set is sorted by class, so take the "
            "pictures from the loader, which shuffles.",
            "V9",
        )


def matching_rows(got: Tensor, want: Tensor) -> Tensor | None:
    """For each code the picture whose code it is; None when one is not the code of any picture."""
    distance = torch.cdist(got.double(), want.double(), p=float("inf"))
    nearest = distance.min(dim=1)
    return nearest.indices if nearest.values.max().item() <= SAME * want.abs().max().item() else None
