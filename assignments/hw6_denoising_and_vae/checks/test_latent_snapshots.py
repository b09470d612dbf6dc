"""Hidden checks of latent_snapshots.

The function trains a small VAE of ours on secret pictures. A hook in the optimizer records what it saw at each step;
codes and gradients are recomputed here from the recorded weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

from autograder.checking import Secret, Student, check, fail
from autograder.checking.diagnosis import cosine
from autograder.checking.values import describe, expect_sequence, expect_tensor

TASK = "latent_snapshots"
N_EPOCHS, RECORD_AT = 3, (0, 1, 3)
SAME_DIRECTION = 0.999


@dataclass(frozen=True)
class Run:
    """One call of latent_snapshots: what went in, what was recorded, what came out."""

    weights: dict[str, Any]
    train: tuple[torch.Tensor, torch.Tensor]
    test: tuple[torch.Tensor, torch.Tensor]
    lr: float
    batches: int  # per epoch
    record: dict[str, Any]

    @property
    def steps(self) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = self.record["steps"]
        return steps

    def weights_after(self, epoch: int) -> list[torch.Tensor]:
        """The weights when this many epochs were finished."""
        step = epoch * self.batches
        weights: list[torch.Tensor] = self.steps[step]["weights"] if step < len(self.steps) else self.record["final"]
        return weights

    def encode(self, pictures: torch.Tensor, encode: torch.Tensor, training: bool = False) -> list[torch.Tensor]:
        """mu, log_var and z of our small VAE."""
        mu, log_var = (pictures.flatten(1) @ encode).chunk(2, dim=1)
        mu = mu + self.weights["offset"] if training else mu
        return [mu, log_var, mu + log_var * self.weights["draw"]]

    def codes(self, epoch: int) -> torch.Tensor:
        """The means of the test pictures after this many epochs, (N, 2)."""
        return self.encode(self.test[0], self.weights_after(epoch)[0])[0]

    def parts(self, step: dict[str, Any], images: torch.Tensor) -> tuple[list[torch.Tensor], dict[str, torch.Tensor]]:
        """The weights of a step as leaves, and the losses that they give, by name."""
        encode, decode = (part.clone().requires_grad_() for part in step["weights"])
        mu, log_var, z = self.encode(images, encode, step["training"])
        output = torch.sigmoid(z @ decode).unflatten(-1, (1, 28, 28))
        kl = -0.5 * (1 + log_var - mu**2 - log_var.exp()).sum()
        ours = ((output - images) ** 2).sum(), 4 * (mu**2 + log_var**2).sum()
        return [encode, decode], {
            "ours": ours[0] + ours[1],
            "right": F.binary_cross_entropy(output, images, reduction="sum") + kl,
            "reconstruction alone": ours[0],
            "kl alone": ours[1],
            "difference": ours[0] - ours[1],
        }


def run(
    student: Student, secret: Secret, device: str, n_epochs: int = N_EPOCHS, record_at: Sequence[int] = RECORD_AT
) -> Run:
    """Calls latent_snapshots once, with a stand-in for vae_loss."""
    student.stub("vae_loss", "stand_in_loss")
    n_train, n_test, batch, test_batch = secret.sizes(4, 9, 23, avoid=(10, 20))
    n_train, n_test = 2 * n_train + 20, 2 * n_test + 1  # one even, one odd: never as many of the one as of the other
    data = [
        (secret.uniform(0, 1, count, 1, 28, 28), torch.as_tensor(secret.permutation(count) % 10))
        for count in (n_train, n_test)
    ]
    weights = {
        "encode": secret.normal(784, 4) / 40,
        "decode": secret.normal(2, 784) / 4,
        "draw": secret.normal(2),
        "offset": secret.number(0.5, 1.5),
    }
    lr = secret.number(2e-3, 8e-3)
    sizes = [batch, test_batch]
    record = student.probe("train_and_record", device, weights, *data, sizes, n_epochs, record_at, lr)
    return Run(weights, data[0], data[1], lr, -(-n_train // batch), record)


def snapshots(answer: Run) -> dict[int, tuple[torch.Tensor, torch.Tensor]]:
    """{epoch: (codes, labels)}, once keys, types and shapes are right."""
    result, count = answer.record["result"], len(answer.test[1])
    if not isinstance(result, dict):
        fail(f"latent_snapshots should return a dictionary {{epoch: (mu, labels)}}; it returned {describe(result)}.")
    if sorted(result) != sorted(RECORD_AT):
        fail(
            f"With n_epochs={N_EPOCHS} and record_at={RECORD_AT} the keys should be {list(RECORD_AT)}; "
            f"they are {sorted(result)}. 0 is before training, {N_EPOCHS} is after the last epoch."
        )
    found = {}
    for epoch, pair in result.items():
        mu, labels = expect_sequence(pair, 2, f"The snapshot of epoch {epoch}", "a pair (mu, labels)")
        mu = expect_tensor(mu, name=f"mu of epoch {epoch}", arrays=True)
        labels = expect_tensor(labels, name=f"the labels of epoch {epoch}", arrays=True)
        if len(mu) == len(answer.train[1]):
            fail("There is one code for each *training* picture; the snapshots show the test pictures.", "S9")
        if tuple(mu.shape) != (count, 2) or tuple(labels.shape) != (count,):
            fail(
                f"For N = {count} test pictures mu should be (N, 2) and labels (N,); they are {tuple(mu.shape)} and "
                f"{tuple(labels.shape)}. Every batch counts, the last, smaller one too.",
                "S10",
            )
        found[epoch] = (mu.float(), labels)
    return found


@check(task=TASK, points=1.5)
def test_every_epoch_asked_for_is_recorded(student: Student, secret: Secret, device: str, note):
    """The dictionary has one entry for each epoch in record_at: a code and a label for every test picture."""
    answer = run(student, secret, device)
    snapshots(answer)
    _check_another_call(student, secret, device)
    if answer.record["needs_gradient"]:
        fail(
            "The codes still carry gradients, and with them the whole graph: compute them under torch.no_grad().", "T16"
        )


def _check_another_call(student: Student, secret: Secret, device: str) -> None:
    """A second call, with fewer epochs to record: nothing of the first one may be left, nor the list be used up."""
    answer = run(student, secret, device, 2, [1])
    keys = sorted(answer.record["result"]) if isinstance(answer.record["result"], dict) else []
    if set(keys) > {1}:
        text = f"A second call, with n_epochs=2 and record_at=[1], returned the epochs {keys}"
        fail(f"{text}: make the dictionary anew, inside the function, at each call.", "N7")
    if keys != [1]:
        fail(f"With n_epochs=2 and record_at=[1] the only key should be 1; the keys are {keys}.")
    if answer.record["record_at"] != [1]:
        fail("latent_snapshots changed the list record_at that it was given: leave arguments unchanged.", "R20")


@check(task=TASK, points=2.5)
def test_codes_are_the_means_at_that_epoch(student: Student, secret: Secret, device: str):
    """The codes are the means of the test pictures, in evaluation mode, with the weights of that epoch."""
    answer = run(student, secret, device)
    for epoch, (mu, _) in sorted(snapshots(answer).items()):
        if _rows_match(mu, answer.codes(epoch)) is None:
            _name_wrong_codes(answer, epoch, mu)
            fail(f"The codes of epoch {epoch} are not the means of the test pictures at that time.")


def _name_wrong_codes(answer: Run, epoch: int, mu: torch.Tensor) -> None:
    weights = answer.weights_after(epoch)[0]
    log_var, z = answer.encode(answer.test[0], weights)[1:]
    if _rows_match(mu, z) is not None:
        fail(f"The codes of epoch {epoch} are samples z; the picture should show the means mu.", "S8")
    if _rows_match(mu, log_var) is not None:
        fail(f"The codes of epoch {epoch} are log_var, not mu.", "R21")
    training = answer.encode(answer.test[0], weights, training=True)
    if any(_rows_match(mu, codes) is not None for codes in training):
        fail(f"The codes of epoch {epoch} were computed in training mode: call vae.eval() first.", "V14")
    last = max(RECORD_AT)
    if epoch != last and all(_rows_match(mu, other) is not None for other, _ in snapshots(answer).values()):
        text = f"All epochs hold the same codes, those after epoch {last}"
        fail(f"{text}: one tensor that is filled again and again. Make a new one for each epoch.", "T23")
    for other in range(N_EPOCHS + 1):
        if other != epoch and _rows_match(mu, answer.codes(other)) is not None:
            when = "before training" if other == 0 else f"after epoch {other}"
            fail(f"The codes of epoch {epoch} are those {when}: 0 is before training, 1 is after one epoch.", "S15")


@check(task=TASK, points=1)
def test_labels_belong_to_the_codes(student: Student, secret: Secret, device: str):
    """Each label stands at the place of its own picture's code, also when the loader shuffles."""
    answer = run(student, secret, device)
    for epoch, (mu, labels) in sorted(snapshots(answer).items()):
        order = _rows_match(mu, answer.codes(epoch))
        if order is None:  # other codes than asked: of the sample, or of another epoch; labels are judged by themselves
            order = _best_order(answer, epoch, mu)
        if order is None:
            fail(f"The codes of epoch {epoch} are not those of the test pictures, so no label can belong to them.")
        if not torch.equal(labels.long(), answer.test[1][order]):
            fail(
                f"At epoch {epoch} codes and labels do not belong together: collect both in one loop over the loader, "
                "because a second pass comes in another order.",
                "V7",
            )


def _best_order(answer: Run, epoch: int, mu: torch.Tensor) -> torch.Tensor | None:
    for other in range(N_EPOCHS + 1):
        for training in (False, True):
            for codes in answer.encode(answer.test[0], answer.weights_after(other)[0], training):
                order = _rows_match(mu, codes)
                if order is not None:
                    return order
    return None


@check(task=TASK, points=2.5)
def test_trains_on_reconstruction_plus_kl(student: Student, secret: Secret, device: str):
    """Every optimizer step follows the gradient of reconstruction + KL on the batch at hand, for n_epochs passes."""
    answer = run(student, secret, device)
    if not answer.steps:
        fail("The optimizer never took a step: the model is not trained.", "T5")
    _check_movement(answer)
    _check_gradients(answer)
    if len(answer.steps) != N_EPOCHS * answer.batches:
        fail(
            f"{N_EPOCHS} passes over {answer.batches} batches are {N_EPOCHS * answer.batches} steps; your optimizer "
            f"took {len(answer.steps)}.",
            "T36",
        )
    beyond = run(student, secret, device, 3, [0, 1])
    if len(beyond.steps) != 3 * beyond.batches:
        text = f"With n_epochs=3 and record_at=[0, 1] your optimizer took {len(beyond.steps)} steps"
        fail(f"{text}, not {3 * beyond.batches}: training goes on for n_epochs, whatever is recorded.", "T36")
    for epoch in range(N_EPOCHS):
        _check_pictures_of_epoch(answer, answer.steps[epoch * answer.batches : (epoch + 1) * answer.batches])


def _check_pictures_of_epoch(answer: Run, steps: list[dict[str, Any]]) -> None:
    seen = torch.cat([step["batch"] for step in steps])
    distance = _distances(seen.flatten(1)[:, :64], answer.train[0].flatten(1)[:, :64])
    if not distance.min(dim=1).values.max().item() <= 1e-3:
        fail("The model is trained on pictures that are not in train_loader.", "T26")
    if sorted(distance.argmin(dim=1).tolist()) != list(range(len(answer.train[0]))):
        fail("In one epoch some training pictures were never seen, or seen twice: go through all batches once.", "T36")


def _check_movement(answer: Run) -> None:
    moved = [not torch.equal(*pair) for pair in zip(answer.record["final"], answer.record["start"], strict=True)]
    if not any(moved):
        fail("The model that was given never changes: train vae itself, not another model or a copy.", "T7")
    if not all(moved):
        fail("Some parameters never move: the optimizer should hold all of vae.parameters().", "T7")


def _check_gradients(answer: Run) -> None:
    previous: list[torch.Tensor] | None = None
    for number, step in enumerate(answer.steps):
        if step["batch"] is None or any(gradient is None for gradient in step["gradients"]):
            text = "When the optimizer steps, there are no gradients for all parameters: backward() comes first"
            fail(f"{text}, on reconstruction + kl.", "T4")
        fresh = _fresh_gradients(answer, step)
        if not cosine(step["gradients"], fresh[_wanted(step)]) >= SAME_DIRECTION:
            _name_wrong_gradient(step, fresh, previous, number)
            fail(f"The gradients of step {number + 1} are not those of reconstruction + kl on its batch.")
        previous = step["gradients"]


def _wanted(step: dict[str, Any]) -> str:
    """Whose loss the gradients should be of: that of our stand-in, unless the loss is written out again in the loop.

    The right loss is not taken beside the stand-in's: its gradient may be that of the stand-in's first part."""
    return "ours" if step["asked"] else "right"


def _fresh_gradients(answer: Run, step: dict[str, Any]) -> dict[str, list[torch.Tensor]]:
    leaves, losses = answer.parts(step, step["batch"])
    return {name: _gradients(loss, leaves) for name, loss in losses.items()}


def _gradients(loss: torch.Tensor, leaves: list[torch.Tensor]) -> list[torch.Tensor]:
    found = torch.autograd.grad(loss, leaves, retain_graph=True, allow_unused=True)
    return [torch.zeros_like(leaf) if part is None else part for leaf, part in zip(leaves, found, strict=True)]


def _name_wrong_gradient(
    step: dict[str, Any], fresh: dict[str, list[torch.Tensor]], previous: list[torch.Tensor] | None, number: int
) -> None:
    got = step["gradients"]
    if not any(gradient.any() for gradient in got):
        fail("When the optimizer steps, all gradients are 0: zero_grad() erased what backward() had found.", "T2")
    if previous is not None:
        added = [now - before for now, before in zip(got, previous, strict=True)]
        if cosine(added, fresh[_wanted(step)]) >= SAME_DIRECTION:
            text = f"At step {number + 1} the gradients of earlier batches are still there"
            fail(f"{text}: call optimizer.zero_grad() before each backward().", "T1")
    for name, mistake in (("reconstruction alone", "T35"), ("kl alone", "T35"), ("difference", "K30")):
        if cosine(got, fresh[name]) >= SAME_DIRECTION:
            what = {"difference": "reconstruction − kl"}.get(name, f"the {name}")
            fail(f"The gradients are those of {what}: minimize reconstruction + kl.", mistake)


@check(task=TASK, points=1.5)
def test_one_adam_with_the_given_rate(student: Student, secret: Secret, device: str):
    """The optimizer is Adam, made once, with the learning rate lr; the model trains in training mode."""
    answer = run(student, secret, device)
    if not answer.steps:
        fail("The optimizer never took a step: the model is not trained.", "T5")
    if len(answer.record["optimizers"]) > 1:
        fail("A new optimizer is made again and again, and Adam forgets its averages: make one before the loop.", "T6")
    if answer.record["optimizers"][0] not in ("Adam", "AdamW", "Adamax", "NAdam", "RAdam"):
        fail(f"The text asks for Adam; this optimizer is {answer.record['optimizers'][0]}.", "T29")
    if any(step["decay"] for step in answer.steps):
        text = "The optimizer shrinks the weights in every step (weight_decay)"
        fail(f"{text}: the text asks for plain Adam. AdamW does that unless it is told otherwise.", "T29d")
    if any(abs(rate - answer.lr) > 1e-9 for step in answer.steps for rate in step["lr"]):
        fail("The learning rate is not the argument lr, or does not stay so.", "T37")
    if any(step["training"] is False for step in answer.steps):
        fail("After a snapshot the model stays in evaluation mode: call vae.train() before each epoch.", "T14")


def _rows_match(got: torch.Tensor, want: torch.Tensor) -> torch.Tensor | None:
    """For each row of `got` the row of `want` that it equals, when this is one to one; else None."""
    if got.shape != want.shape:
        return None
    distance = _distances(got.double(), want.double())
    nearest = distance.argmin(dim=1)
    tolerance = 1e-3 * max(1.0, want.abs().max().item()) / 10
    close = distance.min(dim=1).values.max().item() <= tolerance
    return nearest if close and len(set(nearest.tolist())) == len(nearest) else None


def _distances(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Exact ones: the default takes differences of large squares."""
    return torch.cdist(first, second, compute_mode="donot_use_mm_for_euclid_dist")
