"""A student's training loop, judged step by step from its record (`recorded_training.py`).

The gradient probe: at each optimizer step the gradients are compared with fresh ones, of the specified loss, on the
batch that the model had just seen, with the weights it had. That needs neither the student's random numbers nor his
optimizer, accepts any scale of the loss, and its pattern over the steps names the fault. The verdict on the optimizer
is the weights after training, compared with a run of our own.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from autograder.checking.diagnosis import cosine, named
from autograder.checking.failure import fail
from autograder.checking.recorded_training import Forward, Loss, Replay, Step, Training, rows_of
from autograder.sandbox.loop_models import load_weights, weights_of

SAME_DIRECTION = 0.999  # cosine; the known wrong loops stay below 0.99, rounding above 0.999999
SAME_WEIGHTS = 1e-3  # largest difference after a few dozen steps of Adam at a rate of about 0.01

# --- the gradient probe -----------------------------------------------------------------------------------------------


def check_gradients(training: Training, replay: Replay, known: Mapping[str, Loss] | None = None) -> None:
    """Fails unless every step follows the gradient of the specified loss on the batch at hand.

    known: {"T12: sentence": the loss of that mistake}. Deterministic: right loops agree to rounding.
    """
    _check_that_it_steps(training)
    earlier: list[Tensor] = []
    for number, step in enumerate(training.steps):
        _check_that_gradients_are_there(number, training)
        targets = _targets(number, step, replay)
        fresh = replay.gradient(step, targets)
        if not cosine([step.gradients], [fresh]) >= SAME_DIRECTION:
            _name_wrong_gradient(number, step, replay, targets, earlier, known or {})
            _name_several_batches(number, training)
            text = f"At step {number + 1} the gradients are not those of the loss that the task asks for"
            fail(f"{text}, on the batch at hand.")
        earlier.append(fresh)


def _check_that_it_steps(training: Training) -> None:
    if not training.steps:
        if any(forward.with_gradients for forward in training.forwards):
            fail("The model sees batches, but no optimizer ever takes a step: optimizer.step() is missing.", "T5")
        fail("The model is never trained: it saw no batch with gradients, and no optimizer took a step.", "T5")
    first = training.steps[0]
    if first.held == 0:
        fail("Your optimizer holds no parameter of the model that it should train: give it model.parameters().", "T7")
    if first.held < first.parameters:
        text = f"Your optimizer holds {first.held} of the model's {first.parameters} parameters"
        fail(f"{text}: give it all of model.parameters().", "T7b")


def _targets(number: int, step: Step, replay: Replay) -> Tensor:
    """The targets of the batch that the model saw before this step."""
    if step.forward is None or step.forward.inputs is None:
        text = f"Before step {number + 1} the model saw no batch"
        fail(f"{text}: each step needs a forward pass with gradients and a backward() of its own.", "T4")
    rows = replay.rows(step.forward.inputs)
    if rows is None:
        for key, other in replay.others.items():
            if rows_of(step.forward.inputs, other) is not None:
                found = named(key)
                fail(f"{found.sentence}.", found.mistake)
        text = f"At step {number + 1} the model was trained on pictures that are not in the training loader"
        fail(f"{text}. Are they changed on the way into the model?", "T26")
    return replay.targets[rows]


def _check_that_gradients_are_there(number: int, training: Training) -> None:
    step = training.steps[number]
    if not bool(torch.isfinite(step.gradients).all()):
        fail(f"At step {number + 1} gradients are not finite: the loss became NaN or infinite.", "T34")
    if step.without_gradient < step.parameters and step.gradients.any():
        return
    later = training.steps[number + 1 :]
    if number == 0 and any(other.gradients.any() for other in later):
        fail("At the first step there are no gradients yet: call loss.backward() before optimizer.step().", "T4")
    if step.without_gradient == step.parameters:
        text = f"When the optimizer steps (step {number + 1}) there are no gradients: either zero_grad() erased them"
        fail(f"{text} after backward(), or loss.backward() is missing or comes too late.", "T2")
    fail("When the optimizer steps, all gradients are 0: zero_grad() erased what backward() had found.", "T2")


def _name_wrong_gradient(
    number: int, step: Step, replay: Replay, targets: Tensor, earlier: Sequence[Tensor], known: Mapping[str, Loss]
) -> None:
    if earlier:
        _name_leftover(number, step, replay.gradient(step, targets), earlier)
    others = {key: cosine([step.gradients], [replay.gradient(step, targets, loss)]) for key, loss in known.items()}
    nearest = max(others, key=lambda key: others[key], default=None)  # two wrong losses may be nearly parallel
    if nearest is not None and others[nearest] >= SAME_DIRECTION:
        found = named(nearest)
        fail(f"Your loop follows the gradient of another loss: {found.sentence}.", found.mistake)


def _name_several_batches(number: int, training: Training) -> None:
    """Steps that come only after several batches."""
    seen = sum(forward.with_gradients and forward.steps == number for forward in training.forwards)
    if seen > 1:
        text = f"Before step {number + 1} the model saw {seen} batches, and the gradients are not those of the last one"
        fail(f"{text} alone: each batch needs a zero_grad(), a backward() and a step() of its own.", "T36e")


def _name_leftover(number: int, step: Step, fresh: Tensor, earlier: Sequence[Tensor]) -> None:
    """Gradients that are still those of earlier batches, or have those added."""
    if cosine([step.gradients], [earlier[-1]]) >= SAME_DIRECTION:
        text = f"At step {number + 1} the optimizer uses the gradients of the batch before"
        fail(f"{text}: call loss.backward() before optimizer.step().", "T4")
    total = fresh.clone()
    for count, old in enumerate(reversed(earlier), 1):
        total = total + old
        if cosine([step.gradients], [total]) >= SAME_DIRECTION:
            what = "the batch before is" if count == 1 else f"the {count} batches before are"
            text = f"At step {number + 1} the gradient of {what} still there, added to that of this batch"
            fail(f"{text}: call optimizer.zero_grad() for every batch, not once in a while.", "T1")


def check_step_count(training: Training, epochs: int, batches: int) -> None:
    """Fails unless there was one step for each batch of each epoch."""
    count = training.step_count
    if count == epochs * batches:
        return
    text = f"{epochs} epochs over {batches} batches are {epochs * batches} optimizer steps; yours took {count}"
    if count and count % batches == 0 and count % epochs:
        fail(f"{text}, those of {count // batches} epochs: all {epochs} are asked for.", "T36c")
    fail(f"{text}: one for each batch, the last, smaller one too.", "T36")


def check_pictures_of_epochs(training: Training, replay: Replay, batches: int) -> None:
    """Fails unless each epoch of so many steps goes over all pictures, each once."""
    for first in range(0, len(training.steps) - batches + 1, batches):
        seen = [replay.rows(_inputs(step)) for step in training.steps[first : first + batches]]
        numbers = sorted(int(number) for rows in seen if rows is not None for number in rows)
        if numbers != list(range(len(replay.inputs))):
            text = f"In epoch {first // batches + 1} some pictures were trained on twice, and others never"
            fail(f"{text}: go through all batches of the loader once, as in `for images, _ in loader`.", "T36d")


def steps_with_batches(training: Training) -> list[tuple[int, Forward]]:
    """Number and forward pass of each step before which the model saw a batch."""
    pairs = [(number, step.forward) for number, step in enumerate(training.steps)]
    return [(number, forward) for number, forward in pairs if forward is not None and forward.inputs is not None]


def _inputs(step: Step) -> Tensor:
    if step.forward is None or step.forward.inputs is None:
        fail("An optimizer step has no batch of its own.", "T4")
    return step.forward.inputs


def check_ends_with_last_step(training: Training) -> None:
    """Fails when the model does not hold, on return, the weights that the last step left."""
    if training.last is not None and not (training.final - training.last).abs().max().item() <= SAME_WEIGHTS:
        text = "On return the model does not hold the weights that the last step left"
        fail(f"{text}: other weights were loaded, which the task does not ask for.", "T27d")


def check_nothing_moves_between(training: Training) -> None:
    """Fails when something other than optimizer steps changed the weights on the way."""
    for number, step in enumerate(training.steps):
        if step.moved:
            text = f"Before step {number + 1} the weights were replaced by others, and training goes on from those"
            fail(f"{text}. Best weights are kept on the way, and loaded once, at the end.", "T47")


def check_training_mode(training: Training) -> None:
    """Fails when a batch was trained on in evaluation mode."""
    for number, step in enumerate(training.steps):
        if step.forward is not None and not step.forward.training:
            when = "from the start" if number == 0 else f"from step {number + 1} on"
            text = f"The model is trained in evaluation mode {when}"
            fail(
                f"{text}: call model.train() at the start of every epoch, because evaluating left it in eval().", "T14"
            )


# --- the optimizer ----------------------------------------------------------------------------------------------------


def check_optimizer(training: Training, lr: float, kinds: Sequence[str] = ("Adam", "AdamW")) -> None:
    """Fails unless one optimizer of this kind, with this learning rate, took all steps."""
    _check_that_it_steps(training)
    if len(training.optimizers) > 1:
        text = f"{len(training.optimizers)} optimizers took steps: a new one forgets the averages that Adam keeps"
        fail(f"{text}. Make one, before the loop.", "T6")
    if training.optimizers[0] not in kinds:
        fail(f"The task asks for {kinds[0]}; this optimizer is {training.optimizers[0]}.", "T29")
    first = training.steps[0].rates
    if any(abs(rate - lr) > 1e-6 * lr for rate in first):
        fail(f"The optimizer's learning rate is {first[0]:g}; it should be the argument lr.", "T37")
    for number, step in enumerate(training.steps):
        if any(abs(rate - lr) > 1e-6 * lr for rate in step.rates):
            text = f"At step {number + 1} the learning rate is {step.rates[0]:g}"
            fail(f"{text}: it should be the argument lr in every step, without a schedule.", "T37b")
    if training.steps[0].decay:
        text = f"The optimizer shrinks the weights in every step (weight_decay = {training.steps[0].decay:g})"
        fail(f"{text}: the task asks for plain Adam. AdamW does that unless it is told otherwise.", "T29d")


def check_given_optimizer(training: Training, kind: str) -> None:
    """Fails unless the optimizer of this kind, which was passed, took all steps."""
    if training.optimizers != (kind,):
        fail("Take the steps with the optimizer that is passed, not with one of your own.", "T6")


def check_rates(training: Training, wanted: Sequence[float]) -> None:
    """Fails unless the learning rate at each step is that of the schedule; `wanted` has one per step."""
    got = [step.rates[0] for step in training.steps]
    if all(abs(rate - want) <= 1e-6 * want for rate, want in zip(got, wanted, strict=False)):
        return
    if len(set(got)) == 1:
        fail("The learning rate never changes: scheduler.step() is missing.", "T28")
    change = next(number for number, (rate, want) in enumerate(zip(got, wanted, strict=False)) if rate != want)
    text = f"The scheduler is not stepped once an epoch: at step {change + 1} the learning rate is not the planned one"
    fail(f"{text}. Call scheduler.step(), without arguments, once after the batches of each epoch.", "T28b")


def train_with_adam(replay: Replay, weights: Tensor, batch_size: int, epochs: int, lr: float) -> list[Tensor]:
    """The weights before training and after each epoch of our own run with Adam over the data in their order.

    With batches of one size a summed loss gives the same weights; with uneven ones it does not.
    """
    return [weights_of(model) for model in models_of_adam(replay, weights, batch_size, epochs, lr)]


def models_of_adam(replay: Replay, weights: Tensor, batch_size: int, epochs: int, lr: float) -> Iterator[nn.Module]:
    """Our model, in training mode, before that run and after each epoch: always the same object."""
    model = copy.deepcopy(replay.model).train()
    load_weights(model, weights)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    yield model
    for _ in range(epochs):
        pairs = zip(replay.inputs.split(batch_size), replay.targets.split(batch_size), strict=True)
        for inputs, targets in pairs:
            optimizer.zero_grad()
            replay.loss(model(inputs), inputs, targets).backward()
            optimizer.step()
        yield model


def check_weights(got: Tensor, want: Tensor, tolerance: float = SAME_WEIGHTS) -> None:
    """Fails unless the weights after training are those of our run. NaN is not."""
    if not bool(torch.isfinite(got).all()):
        fail("After training, weights are no longer finite numbers.", "T34")
    if got.shape != want.shape or not (got - want).abs().max().item() <= tolerance:
        text = "After training, the weights are not those that Adam, stepped once for each batch, arrives at"
        fail(f"{text} with this learning rate and its other settings at their defaults.")
