"""Right training loops pass, wrong ones are named: gradients, weights under Adam, histories, best weights."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.checking.evaluation import (
    check_best_weights,
    check_curve,
    check_evaluation_mode,
    check_number,
    check_unchanged,
    expect_curve,
    kept_gradients,
    mean_over_pictures,
    per_batch,
    running_scores,
    scores_after,
    wrong_means,
)
from autograder.checking.failure import CheckFailed
from autograder.checking.loops import (
    check_ends_with_last_step,
    check_gradients,
    check_nothing_moves_between,
    check_optimizer,
    check_pictures_of_epochs,
    check_rates,
    check_step_count,
    check_training_mode,
    check_weights,
    train_with_adam,
)
from autograder.checking.recorded_training import Replay, Training
from autograder.checking.secret import CourseSecret, Secret
from autograder.checking.stopping import best_epoch, check_epochs_run, draw_curve, epochs_run, tells_apart
from autograder.sandbox import loop_probes
from autograder.sandbox.loop_models import (
    CountingOptimizer,
    ScriptedAutoencoder,
    SmallAutoencoder,
    SmallClassifier,
    buffers_of,
    weights_of,
)

PIXELS, CLASSES, BATCH, EPOCHS, LR = 12, 4, 5, 3, 0.02
N, N_VAL = 17, 11  # uneven last batches, none of one picture
BATCHES = 4


def data(count: int, seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    pictures = torch.randn(count, 1, 3, 4, generator=generator)
    return pictures, pictures.flatten(1)[:, :CLASSES].argmax(dim=1)


def nll(outputs: Tensor, inputs: Tensor, targets: Tensor) -> Tensor:
    return F.nll_loss(outputs, targets)


def losses(outputs: Tensor, inputs: Tensor, targets: Tensor) -> Tensor:
    return F.nll_loss(outputs, targets, reduction="none")


class Case:
    """One run of a loop on a small classifier, recorded."""

    def __init__(self, loop: Callable[..., Any], lr: float = LR, epochs: int = EPOCHS, count: int = N) -> None:
        torch.manual_seed(0)
        self.model = SmallClassifier(PIXELS, 6, CLASSES)
        self.start = weights_of(self.model)
        self.train, self.val = data(count, 1), data(N_VAL, 2)
        self.replay = Replay(copy.deepcopy(self.model), nll, *self.train, {"T26: it trains on val": self.val[0]})
        loaders = [loop_probes.build_loader({}, list(pair), BATCH) for pair in (self.train, self.val)]
        args = [self.model, *loaders, lr, epochs, torch.device("cpu")]
        self.training = Training.read(loop_probes.record_training({"train": loop}, "train", self.model, args))


def evaluate(model: nn.Module, loader: Any, device: Any) -> float:
    model.eval()
    with torch.no_grad():
        return sum(F.nll_loss(model(x), y, reduction="sum").item() for x, y in loader) / len(loader.dataset)


def right(model, train_loader, val_loader, lr, n_epochs, device):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train, val, best, state = [], [], float("inf"), None
    for _ in range(n_epochs):
        model.train()
        total = 0.0
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = F.nll_loss(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        train.append(total / len(train_loader.dataset))
        val.append(evaluate(model, val_loader, device))
        if val[-1] < best:
            best, state = val[-1], copy.deepcopy(model.state_dict())
    model.load_state_dict(state)
    return train, val


def make(
    body: str = "", setup: str = "optimizer = torch.optim.Adam(model.parameters(), lr=lr)", epoch: str = "model.train()"
) -> Callable[..., Any]:
    """A loop with other lines in the place of the usual ones."""
    usual = "optimizer.zero_grad(); loss = F.nll_loss(model(x), y); loss.backward(); optimizer.step()"
    source = f"""
def loop(model, train_loader, val_loader, lr, n_epochs, device):
    {setup}
    for epoch in range(n_epochs):
        {epoch}
        for x, y in train_loader:
            {body or usual}
        model.eval()
        with torch.no_grad():
            for vx, vy in val_loader:
                model(vx)
"""
    namespace: dict[str, Any] = {"torch": torch, "F": F, "nn": nn, "copy": copy}
    exec(source, namespace)
    return namespace["loop"]


RIGHT = {
    "usual": make(),
    "whole": right,
    "zero_grad at the end": make(
        "loss = F.nll_loss(model(x), y); loss.backward(); optimizer.step(); optimizer.zero_grad()"
    ),
    "model.zero_grad, not to None": make(
        "loss = F.nll_loss(model(x), y); optimizer.zero_grad(set_to_none=False); loss.backward(); optimizer.step()"
    ),
    "summed loss": make("optimizer.zero_grad(); F.nll_loss(model(x), y, reduction='sum').backward(); optimizer.step()"),
    "cross entropy on log-probabilities": make(
        "optimizer.zero_grad(); nn.CrossEntropyLoss()(model(x), y).backward(); optimizer.step()"
    ),
    "by hand": make("model.zero_grad(); (-model(x)[range(len(x)), y]).mean().backward(); optimizer.step()"),
    "with a closure": make(
        "def closure():\n"
        "                optimizer.zero_grad(); loss = F.nll_loss(model(x), y); loss.backward(); return loss\n"
        "            optimizer.step(closure)"
    ),
    "accuracy in between": make(
        "optimizer.zero_grad(); F.nll_loss(model(x), y).backward(); optimizer.step()\n"
        "            with torch.no_grad(): (model(x).argmax(1) == y).float().mean()",
    ),
}

WRONG = {
    "T1": make("loss = F.nll_loss(model(x), y); loss.backward(); optimizer.step()"),
    "T1 ": make(  # cleared once an epoch
        "loss = F.nll_loss(model(x), y); loss.backward(); optimizer.step()",
        epoch="model.train(); optimizer.zero_grad()",
    ),
    "T2": make("loss = F.nll_loss(model(x), y); loss.backward(); optimizer.zero_grad(); optimizer.step()"),
    "T2 ": make(
        "loss = F.nll_loss(model(x), y); loss.backward(); optimizer.zero_grad(set_to_none=False); optimizer.step()"
    ),
    "T4": make("optimizer.step(); optimizer.zero_grad(); F.nll_loss(model(x), y).backward()"),
    "T5": make("optimizer.zero_grad(); loss = F.nll_loss(model(x), y); loss.backward()"),
    "T2  ": make("optimizer.zero_grad(); loss = F.nll_loss(model(x), y); optimizer.step()"),
    "T7": make(setup="optimizer = torch.optim.Adam(copy.deepcopy(model).parameters(), lr=lr)"),
    "T7b": make(setup="optimizer = torch.optim.Adam(model.layers[5].parameters(), lr=lr)"),
    "T12": make("optimizer.zero_grad(); F.mse_loss(model(x), F.one_hot(y, 4).float()).backward(); optimizer.step()"),
    "T34": make("optimizer.zero_grad(); (F.nll_loss(model(x), y) * float('nan')).backward(); optimizer.step()"),
    "T26": make(
        "optimizer.zero_grad(); x, y = next(iter(val_loader)); F.nll_loss(model(x), y).backward(); optimizer.step()"
    ),
}


@pytest.mark.parametrize("loop", RIGHT.values(), ids=list(RIGHT))
def test_right_loops_pass(loop):
    case = Case(loop)
    check_gradients(case.training, case.replay)
    check_step_count(case.training, EPOCHS, BATCHES)
    check_training_mode(case.training)
    check_optimizer(case.training, LR)
    check_evaluation_mode(case.training, case.val[0])
    assert not kept_gradients(case.training, case.val[0])


@pytest.mark.parametrize("loop", RIGHT.values(), ids=list(RIGHT))
def test_weights_of_right_loops_are_ours(loop):
    case = Case(loop, count=3 * BATCH)  # even batches: with uneven ones a summed loss weights them otherwise under Adam
    want = train_with_adam(case.replay, case.start, BATCH, EPOCHS, LR)[-1]
    check_weights(case.training.weights_after(EPOCHS * 3), want)


def mistake_of(function: Callable[..., Any], *args: Any) -> str | None:
    with pytest.raises(CheckFailed) as caught:
        function(*args)
    return caught.value.mistake


@pytest.mark.parametrize("name", WRONG)
def test_wrong_gradients_are_named(name):
    case = Case(WRONG[name])
    squared = {"T12: it is the squared error": lambda o, x, y: F.mse_loss(o, F.one_hot(y, 4).float())}
    assert mistake_of(check_gradients, case.training, case.replay, squared) == name.strip()


def test_wrong_optimizers_are_named():
    adam = "optimizer = torch.optim.Adam(model.parameters(), lr=lr)"
    rebuilt = Case(make(epoch=f"model.train(); {adam}"))
    assert mistake_of(check_optimizer, rebuilt.training, LR) == "T6"
    want = train_with_adam(rebuilt.replay, rebuilt.start, BATCH, EPOCHS, LR)[-1]
    with pytest.raises(CheckFailed):
        check_weights(rebuilt.training.final, want)
    sgd = Case(make(setup="optimizer = torch.optim.SGD(model.parameters(), lr=lr)"))
    assert mistake_of(check_optimizer, sgd.training, LR) == "T29"
    fixed = Case(make(setup="optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)"))
    assert mistake_of(check_optimizer, fixed.training, LR) == "T37"
    adam_and_schedule = f"{adam}; scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)"
    falling = Case(make(setup=adam_and_schedule, epoch="model.train(); scheduler.step() if epoch else None"))
    assert mistake_of(check_optimizer, falling.training, LR) == "T37b"
    decaying = Case(make(setup="optimizer = torch.optim.AdamW(model.parameters(), lr=lr)"))
    assert mistake_of(check_optimizer, decaying.training, LR) == "T29d"
    check_optimizer(
        Case(make(setup="optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0)")).training, LR
    )


def test_batches_that_are_skipped_and_taken_twice_are_seen():
    case = Case(make())
    check_pictures_of_epochs(case.training, case.replay, BATCHES)
    loop = (
        "x, y = next(iter(train_loader)); optimizer.zero_grad(); F.nll_loss(model(x), y).backward(); optimizer.step()"
    )
    assert mistake_of(check_pictures_of_epochs, Case(make(loop)).training, case.replay, BATCHES) == "T36d"


def test_steps_after_several_batches_and_weights_put_back_are_named():
    every_other = "loss = F.nll_loss(model(x), y); loss.backward(); number += 1; number % 2 or optimizer.step()"
    every_other += " or optimizer.zero_grad()"
    setup = "optimizer = torch.optim.Adam(model.parameters(), lr=lr); number = 0"
    case = Case(make(every_other, setup))
    assert mistake_of(check_gradients, case.training, case.replay) == "T36e"
    check_ends_with_last_step(Case(make()).training)
    assert mistake_of(check_ends_with_last_step, Case(right, lr=1.0).training) == "T27d"


def test_wrong_modes_and_counts_are_named():
    frozen = Case(make(epoch="pass"))
    assert mistake_of(check_training_mode, frozen.training) == "T14"
    short = Case(make("optimizer.zero_grad(); F.nll_loss(model(x), y).backward(); optimizer.step(); break"))
    assert mistake_of(check_step_count, short.training, EPOCHS, BATCHES) == "T36"
    early = Case(make(epoch="model.train()\n        if epoch == 2: break"))
    assert mistake_of(check_step_count, early.training, EPOCHS, BATCHES) == "T36c"


def test_weights_put_back_on_the_way_are_seen():
    keep = "start = copy.deepcopy(model.state_dict()); optimizer = torch.optim.Adam(model.parameters(), lr=lr)"
    check_nothing_moves_between(Case(right).training)
    back = Case(make(setup=keep, epoch="model.train(); model.load_state_dict(start)"))
    assert mistake_of(check_nothing_moves_between, back.training) == "T47"


def test_nan_weights_fail():
    start = torch.zeros(3)
    assert mistake_of(check_weights, start * float("nan"), start) == "T34"


def test_scheduler():
    plain = Case(RIGHT["usual"])
    with_scheduler = "optimizer = torch.optim.Adam(model.parameters(), lr=lr)"
    with_scheduler += "; scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)"
    stepped = Case(make(setup=with_scheduler, epoch="scheduler.step() if epoch else None; model.train()"))
    often = make(
        "optimizer.zero_grad(); F.nll_loss(model(x), y).backward(); optimizer.step(); scheduler.step()",
        setup=with_scheduler,
    )
    wanted = [LR * 0.5 ** (step // BATCHES) for step in range(EPOCHS * BATCHES)]
    check_rates(stepped.training, wanted)
    assert mistake_of(check_rates, plain.training, wanted) == "T28"
    assert mistake_of(check_rates, Case(often).training, wanted) == "T28b"


# --- histories and best weights ---------------------------------------------------------------------------------------


def test_histories_are_predicted():
    case = Case(right)
    train, val = case.training.result
    batches = running_scores(case.training, case.replay, losses, EPOCHS, BATCHES)
    wanted = [mean_over_pictures(scores) for scores in batches]
    check_curve(expect_curve(train, EPOCHS, "train_loss"), wanted, "train_loss", {})
    evaluated = [
        scores_after(case.training, case.replay, losses, (e + 1) * BATCHES, case.val, BATCH) for e in range(EPOCHS)
    ]
    check_curve(expect_curve(val, EPOCHS, "val_loss"), [mean_over_pictures(s) for s in evaluated], "val_loss", {})
    last = {
        "T17: it is that of the last batch": [wrong_means(s, BATCH)[next(iter(wrong_means(s, BATCH)))] for s in batches]
    }
    got = torch.tensor([scores[-1].mean().item() for scores in batches])
    assert mistake_of(check_curve, got, wanted, "train_loss", last) == "T17"


@pytest.mark.parametrize(
    "value", [None, 3.0, [1, 2], [[1, 2]] * 3, ["a", "b", "c"], [1, 2, float("nan")], torch.ones(2)]
)
def test_histories_that_are_none(value):
    with pytest.raises(CheckFailed):
        expect_curve(value, 3, "val_loss")


def with_best(keep: str, restore: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {"torch": torch, "F": F, "copy": copy, "evaluate": evaluate}
    exec(
        f"""
def loop(model, train_loader, val_loader, lr, n_epochs, device):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    best = float("inf")
    for epoch in range(n_epochs):
        model.train()
        for x, y in train_loader:
            optimizer.zero_grad(); F.nll_loss(model(x), y).backward(); optimizer.step()
        loss = evaluate(model, val_loader, device)
        if loss < best:
            best = loss
            {keep}
    {restore}
""",
        namespace,
    )
    return namespace["loop"]


def check_best(loop: Callable[..., Any]) -> None:
    case = Case(loop, lr=0.1, epochs=6)  # so fast that the best epoch lies in the middle
    batches = [scores_after(case.training, case.replay, losses, (e + 1) * BATCHES, case.val, BATCH) for e in range(6)]
    best = best_epoch([mean_over_pictures(scores) for scores in batches])
    assert 0 < best < 5
    check_best_weights(case.training, [best], 6, BATCHES, case.start)


@pytest.mark.parametrize(
    ("keep", "restore"),
    [
        ("state = copy.deepcopy(model.state_dict())", "model.load_state_dict(state)"),
        ("state = {k: v.clone() for k, v in model.state_dict().items()}", "model.load_state_dict(state)"),
        ("other = copy.deepcopy(model)", "model.load_state_dict(other.state_dict())"),
    ],
)
def test_best_weights_restored(keep, restore):
    check_best(with_best(keep, restore))


@pytest.mark.parametrize(
    ("keep", "restore", "mistake"),
    [
        ("state = model.state_dict()", "model.load_state_dict(state)", "T23"),
        ("state = model.state_dict().copy()", "model.load_state_dict(state)", "T23"),
        ("pass", "pass", "T23"),
        (
            "state = [p.detach().clone() for p in model.parameters()]",
            "[p.data.copy_(q) for p, q in zip(model.parameters(), state)]",
            "T23b",
        ),
        ("state = copy.deepcopy(model.state_dict()) if epoch == 0 else state", "model.load_state_dict(state)", "T24"),
    ],
)
def test_best_weights_not_restored(keep, restore, mistake):
    assert mistake_of(check_best, with_best(keep, restore)) == mistake


# --- evaluating -------------------------------------------------------------------------------------------------------


def record_evaluation(function: Callable[..., Any]) -> tuple[Training, list[Tensor], Tensor]:
    torch.manual_seed(0)
    model = loop_probes.build_model(
        {}, "cpu", "SmallClassifier", {"pixels": 12, "hidden": 6, "classes": 4, "dropout": 0.5}
    )
    inputs, labels = data(N, 3)
    loader = loop_probes.build_loader({}, [inputs, labels], BATCH)
    record = loop_probes.record_calls({}, function, model, [model, loader, torch.device("cpu")])
    return Training.read(record), record["before"], inputs


def test_right_evaluation_changes_nothing():
    training, before, inputs = record_evaluation(evaluate)
    check_unchanged(training, before)
    check_evaluation_mode(training, inputs)
    assert not kept_gradients(training, inputs)


def test_wrong_evaluations():
    training, before, inputs = record_evaluation(lambda model, loader, device: [model(x) for x, _ in loader])
    assert mistake_of(check_unchanged, training, before) == "T15"
    assert mistake_of(check_evaluation_mode, training, inputs) == "T15"
    assert kept_gradients(training, inputs)
    assert training.needs_gradient


def test_wrong_means_are_named():
    scores = per_batch((torch.arange(17) < 11).float(), 5)
    right_one = mean_over_pictures(scores)
    for key, number in wrong_means(scores, 5).items():
        assert mistake_of(check_number, number, right_one, "The accuracy", wrong_means(scores, 5)) is not None, key
    assert mistake_of(check_number, float("nan"), right_one, "The accuracy", {}) == "T34"
    check_number(right_one, right_one, "The accuracy", {})


# --- early stopping ---------------------------------------------------------------------------------------------------


def train_with_patience(model, optimizer, train_loader, val_loader, n_epochs, patience):
    best, waited, curve, state = float("inf"), 0, [], None
    for _ in range(n_epochs):
        model.train()
        for x, _labels in train_loader:
            optimizer.zero_grad()
            F.mse_loss(model(x), x).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            losses = [F.mse_loss(model(x), x).item() * len(x) for x, _labels in val_loader]
        curve.append(sum(losses) / len(val_loader.dataset))
        if curve[-1] < best:
            best, waited, state = curve[-1], 0, copy.deepcopy(model.state_dict())
        else:
            waited += 1
        if waited >= patience:
            break
    model.load_state_dict(state)
    return curve


def test_scripted_curve_is_followed_and_its_best_epoch_restored():
    script = draw_curve(Secret(CourseSecret(b"s" * 32)), 14, 3)
    assert tells_apart(script, 3)
    model = ScriptedAutoencoder(script, BATCHES)
    loaders = [loop_probes.build_loader({}, list(data(count, 4)), BATCH) for count in (N, N_VAL)]
    args = [model, CountingOptimizer(model.parameters()), *loaders, 14, 3]
    training = Training.read(loop_probes.record_training({}, train_with_patience, model, args))
    count = epochs_run(script, 3)
    assert training.result == pytest.approx(script[:count], rel=1e-4)
    check_epochs_run(len(training.result), script, 3)
    check_best_weights(training, [best_epoch(script[:count])], count, BATCHES, torch.zeros(1))


def test_wrong_stops_are_named():
    curve = [1.0, 0.8, 0.9, 0.95, 0.7, 0.9, 0.85, 0.86, 0.84, 0.9, 0.91, 0.92, 0.93]
    assert epochs_run(curve, 3) == 8
    check_epochs_run(8, curve, 3)
    for got, mistake in ((13, "T25"), (6, "A18"), (12, "A19"), (9, "A17"), (4, "A17b"), (2, "A17")):
        assert mistake_of(check_epochs_run, got, curve, 3) == mistake


# --- models and records -----------------------------------------------------------------------------------------------


def test_models_of_ours():
    x = torch.rand(5, 1, 3, 4)
    assert SmallClassifier(12, 6, 4)(x).exp().sum(1).tolist() == pytest.approx([1.0] * 5)
    reconstruction, code = SmallAutoencoder(12, 6, 2, with_code=True)(x)
    assert (reconstruction.shape, code.shape) == (x.shape, (5, 2))
    assert SmallAutoencoder(12, 6, 2)(x).shape == x.shape
    model = SmallClassifier(12, 6, 4)
    buffers = torch.rand_like(buffers_of(model))
    copied = loop_probes.build_model(
        {}, "cpu", "SmallClassifier", {"pixels": 12, "hidden": 6, "classes": 4}, weights_of(model), buffers, False
    )
    assert torch.equal(weights_of(copied), weights_of(model))
    assert torch.equal(buffers_of(copied), buffers)
    assert not copied.training


def test_training_leaves_the_start_as_it_was():
    case = Case(right)
    start = case.start.clone()
    train_with_adam(case.replay, case.start, BATCH, 1, LR)
    assert torch.equal(case.start, start)


@pytest.mark.parametrize("record", [None, {}, {"forwards": [{}]}, {"forwards": [], "steps": [{"forward": 3}]}])
def test_a_record_that_is_none_fails_the_check(record):
    with pytest.raises(CheckFailed):
        Training.read(record)


def in_parts(model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)
    for x, _ in loader:
        optimizer.zero_grad()
        F.mse_loss(model.decode(model.encode(x)).reshape(x.shape), x).backward()
        optimizer.step()


def test_a_model_that_is_used_in_parts_is_watched_by_its_first_part():
    model, (pictures, labels) = SmallAutoencoder(PIXELS, 6, 2), data(N, 1)
    replay = Replay(copy.deepcopy(model), lambda outputs, x, y: F.mse_loss(outputs, x), pictures, pictures)
    args = [model, loop_probes.build_loader({}, [pictures, labels], BATCH)]
    check_gradients(Training.read(loop_probes.record_training({}, in_parts, model, args, method="encode")), replay)
    assert mistake_of(check_gradients, Training.read(loop_probes.record_training({}, in_parts, model, args)), replay)
