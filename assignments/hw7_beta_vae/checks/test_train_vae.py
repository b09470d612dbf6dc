"""Hidden checks of train_vae: what it does to a small VAE of ours, whose noise is a fixed table, step by step."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from autograder.checking import Secret, Student, check, fail
from autograder.checking.evaluation import check_curve, expect_curve
from autograder.checking.loops import (
    check_ends_with_last_step,
    check_gradients,
    check_optimizer,
    check_pictures_of_epochs,
    check_step_count,
    check_training_mode,
    check_weights,
    steps_with_batches,
    train_with_adam,
)
from autograder.checking.recorded_training import Loss, Replay, Training
from autograder.checking.values import describe, expect_sequence
from autograder.sandbox.loop_models import load_weights, weights_of

TASK = "train_vae"
HIDDEN, NZ = 6, 3
CODE_SCALE = 0.02  # means and log sigmas near 0, so that the gradients of both losses count


def _small_vae() -> Any:
    """The model of ours that the student's side trains, from probes.py."""
    path = Path(__file__).parent.parent / "probes.py"
    spec = importlib.util.spec_from_file_location("hw7_probes", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SmallVAE


SmallVAE = _small_vae()


@dataclass(frozen=True)
class Run:
    """One run of the student's function, and the same model and data on this side."""

    training: Training
    replay: Replay
    start: torch.Tensor
    beta: float
    batch_size: int
    epochs: int
    lr: float

    @property
    def batches(self) -> int:
        return -(-len(self.replay.inputs) // self.batch_size)


def run(student: Student, secret: Secret, device: str, *, even: bool = False) -> Run:
    """Trains on secret pictures in a fixed order; the last batch is smaller unless it is to be `even`."""
    batch_size, epochs, lr = secret.integer(5, 7), 3, 0.01
    count = 3 * batch_size + (0 if even else secret.integer(2, 3))
    beta = secret.choice((0.2, 0.3))
    images, labels = secret.uniform(0, 1, count, 1, 28, 28), torch.as_tensor(secret.permutation(count))
    noise = secret.normal(batch_size, NZ)
    model = SmallVAE(HIDDEN, NZ, beta, noise)
    load_weights(model, secret.normal(len(weights_of(model)), std=0.7))
    with torch.no_grad():
        model.encoder[-1].weight.mul_(CODE_SCALE)
        model.encoder[-1].bias.mul_(CODE_SCALE)
    start = weights_of(model)
    remote = student.probe("build_small_vae", device, HIDDEN, NZ, beta, noise, start)
    loader = student.probe("build_loader", [images, labels], batch_size)
    target = student.probe("build_device", device)
    record = student.probe("record_training", TASK, remote, [remote, loader, epochs, lr, target])
    replay = Replay(model, _mixture(model, 1, beta), images, images)
    return Run(Training.read(record), replay, start, beta, batch_size, epochs, lr)


def _mixture(model: Any, of_rec: float, of_kl: float) -> Loss:
    def loss(outputs: Any, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        rec_loss, kl_loss = model.parts(targets, outputs)
        return of_rec * rec_loss + of_kl * kl_loss

    return loss


@check(task=TASK, points=1.25)
def test_steps_follow_the_gradient_of_the_total(student: Student, secret: Secret, device: str):
    """Every optimizer step follows the gradient of the total that model.loss returns: one step a batch."""
    answer = run(student, secret, device)
    model, beta = answer.replay.model, answer.beta
    known = {
        "T35: it is the reconstruction alone": _mixture(model, 1, 0),
        "T35b: it is the KL alone": _mixture(model, 0, 1),
        "K32: beta is left out": _mixture(model, 1, 1),
        "K30: the KL is subtracted": _mixture(model, 1, -beta),
        "K35b: beta is in there twice": _mixture(model, 1, beta**2),
    }
    check_gradients(answer.training, answer.replay, known)
    check_step_count(answer.training, answer.epochs, answer.batches)
    check_pictures_of_epochs(answer.training, answer.replay, answer.batches)


@check(task=TASK, points=1)
def test_vae_has_one_adam_with_the_given_rate(student: Student, secret: Secret, device: str):
    """The optimizer is Adam, made once, for the model that is passed, with the learning rate lr."""
    answer = run(student, secret, device, even=True)
    check_optimizer(answer.training, answer.lr)
    check_ends_with_last_step(answer.training)
    replay, batch = answer.replay, answer.batch_size
    check_weights(answer.training.final, train_with_adam(replay, answer.start, batch, answer.epochs, answer.lr)[-1])


@check(task=TASK, points=1.25)
def test_both_losses_of_every_iteration_are_reported(student: Student, secret: Secret, device: str, note):
    """It returns two lists, (rec_losses, kl_losses), with the parts of every iteration; the KL is the raw one."""
    answer = run(student, secret, device)
    result = answer.training.result
    if result is None:
        fail("train_vae returns None: return the two lists, (rec_losses, kl_losses).", "T39")
    if isinstance(result, dict):
        fail(f"train_vae should return two lists, (rec_losses, kl_losses); it returned {describe(result)}.")
    rec_losses, kl_losses = expect_sequence(result, 2, "train_vae", "two lists, (rec_losses, kl_losses)")
    recs, kls = _parts(answer)
    late_recs, late_kls = _parts(answer, late=True)
    count = answer.epochs * answer.batches
    rec_curve = expect_curve(rec_losses, count, "rec_losses", "iteration")
    kl_curve = expect_curve(kl_losses, count, "kl_losses", "iteration")
    if len(recs) != count:
        fail(f"{count} losses come back, but the optimizer took {len(recs)} steps on batches of the loader.", "T36")
    totals = [rec + answer.beta * kl for rec, kl in zip(recs, kls, strict=True)]
    after = "T39c: each is measured after the step, with the new weights, in a second pass"
    wrong_recs = {
        "E25: the lists are exchanged, rec_losses come first": kls,
        "K34c: it holds the totals": totals,
        after: late_recs,
    }
    wrong_kls = {
        "E25: the lists are exchanged, rec_losses come first": recs,
        "K34: each KL is multiplied by beta, log the raw KL": [answer.beta * kl for kl in kls],
        "K34c: it holds the totals": totals,
        after: late_kls,
    }
    check_curve(rec_curve, recs, "rec_losses", wrong_recs, "iteration")
    check_curve(kl_curve, kls, "kl_losses", wrong_kls, "iteration")
    if answer.training.needs_gradient:
        note("The losses still hold the graphs of their batches: store .item(), not the tensors.")


def _parts(answer: Run, *, late: bool = False) -> tuple[list[float], list[float]]:
    """The right reconstruction loss and KL of the batch of each step; late: with the weights after the step."""
    recs, kls = [], []
    for number, forward in steps_with_batches(answer.training):
        weights = answer.training.weights_after(number + late)
        outputs = answer.replay.outputs(weights, forward.inputs, training=forward.training, buffers=forward.buffers)
        rec, kl = answer.replay.model.parts(forward.inputs, outputs)  # type: ignore[operator]
        recs.append(rec.item())
        kls.append(kl.item())
    return recs, kls


@check(task=TASK, points=0.5)
def test_vae_is_in_training_mode(student: Student, secret: Secret, device: str):
    """The model is in training mode while it is trained, also when it came in evaluation mode."""
    answer = run(student, secret, device)
    if not answer.training.steps:
        fail("The optimizer never took a step: the model is not trained.", "T5")
    check_training_mode(answer.training)
