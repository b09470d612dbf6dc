"""Hidden checks of tune_learning_rate: CNNClassifier, train_cnn and evaluate_model are stand-ins of ours.

The stand-in for train_cnn marks the model that it gets and returns a secret curve of validation accuracies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograder.checking import Secret, Student, check, fail
from autograder.checking.values import describe

TASK = "tune_learning_rate"
N_CURVE = 5


@dataclass(frozen=True)
class Case:
    """Learning rates, and the validation accuracies that training with each of them gives."""

    rates: list[float]
    curves: list[list[float]]
    n_epochs: int


def draw(secret: Secret) -> Case:
    """The best run is neither the first nor the last; it does not end at its best, and others end higher."""
    count, steps = 4, 23
    levels = [float(level) / steps for level in secret.permutation(steps)[: count * N_CURVE]]
    curves = [levels[number * N_CURVE : (number + 1) * N_CURVE] for number in range(count)]
    winner = secret.integer(1, 2)
    curves[winner][secret.integer(1, 3)], curves[winner][-1] = 1 - 1 / 64, 0.1
    curves[0][-1] = 1 - 2 / 64
    rates = [size / 10_000 for size in secret.sizes(count, 1, 99, avoid=(1, 10))]
    return Case(rates, curves, secret.integer(3, 9))


def run(student: Student, secret: Secret, device: str) -> tuple[Case, dict[str, Any]]:
    case = draw(secret)
    student.stub("CNNClassifier", "make_model_stub", None)
    student.stub("train_cnn", "make_training_stub", case.curves)
    student.stub("evaluate_model", "make_evaluation_stub", 0.5 / 23)
    answer = student.probe("tune", student.probe("build_device", device), case.rates, case.n_epochs)
    if not answer["calls"]:
        fail("tune_learning_rate never calls train_cnn: train each model with it.", "T30")
    if not answer["pair"]:
        text = "(best_model, {learning rate: accuracy})"
        fail(f"tune_learning_rate should return two things, {text}; it returned {describe(answer['value'])}.")
    return case, answer


@check(task=TASK, points=1)
def test_a_fresh_model_for_each_rate(student: Student, secret: Secret, device: str):
    """A fresh model is trained once with each of the learning rates, on the data and for the epochs asked for."""
    case, answer = run(student, secret, device)
    calls = answer["calls"]
    tried = [call["lr"] for call in calls]
    if len(set(tried)) < len(case.rates):
        fail(f"{len(set(tried))} of the {len(case.rates)} learning rates were tried: train with each of them.", "T30")
    if sorted(tried) != sorted(case.rates):
        fail("train_cnn should be called once for each of the learning rates, and with these rates.", "T30b")
    if any(call["marked"] != 0 for call in calls):
        fail(
            "A model that was trained already is trained again: each learning rate starts with a new CNNClassifier().",
            "T40",
        )
    if any(call["loaders"] != ["train", "val"] for call in calls):
        fail("train_cnn should get train_loader and val_loader, in this order.", "T26")
    if any(call["n_epochs"] != case.n_epochs for call in calls):
        fail("Each model should be trained for n_epochs epochs, the argument.", "T41")
    if any(call["device"].partition(":")[0] != device.partition(":")[0] for call in calls):
        fail("train_cnn should get the device that was passed.", "T32")
    if answer["rates"] != case.rates:
        fail("The list learning_rates is another one afterwards: work on a copy.", "M7")


@check(task=TASK, points=1)
def test_best_accuracy_of_each_rate(student: Student, secret: Secret, device: str):
    """The dictionary holds, for each learning rate, its best validation accuracy."""
    case, answer = run(student, secret, device)
    if answer["found"] is None:
        fail("The second thing that comes back should be a dictionary {learning rate: accuracy}.")
    found = dict(answer["found"])
    if None in found:
        fail("The keys of the dictionary should be the learning rates themselves, numbers.", "T30c")
    if sorted(key for key in found if key is not None) != sorted(case.rates):
        fail("The keys of the dictionary should be the learning rates, all of them.", "T30")
    run_of = {call["lr"]: number for number, call in enumerate(answer["calls"])}
    for rate, got in found.items():
        curve = case.curves[run_of.get(rate, 0) % len(case.curves)]
        if got is not None and abs(got - max(curve)) <= 1e-5:
            continue
        if got is not None and abs(got - curve[-1]) <= 1e-5:
            fail("The accuracies are those of the last epoch; the best epoch of each run counts.", "T27")
        if got is not None and abs(got - 100 * max(curve)) <= 1e-3:
            fail("The accuracies are in percent; fractions in [0, 1] are asked.", "T21")
        fail("A value of the dictionary is not the best validation accuracy of its learning rate.")


@check(task=TASK, points=1)
def test_the_best_model_comes_back(student: Student, secret: Secret, device: str):
    """The model that comes back is the one whose best validation accuracy is the highest."""
    case, answer = run(student, secret, device)
    mark = answer["mark"]
    if mark is None:
        fail(f"The first thing that comes back should be the trained model; it is {describe(answer['model'])}.")
    trained = [number % len(case.curves) for number in range(len(answer["calls"]))]  # the curve that each call got
    best = [max(case.curves[number]) for number in trained]
    winner = best.index(max(best)) + 1
    if mark == winner:
        return
    if mark == 0:
        fail("The model that comes back was never trained.", "T27")
    last = [case.curves[number][-1] for number in trained]
    if mark == last.index(max(last)) + 1:
        fail("The model that comes back is the best at its last epoch; the best epoch of each run counts.", "T27")
    if mark == len(answer["calls"]):
        fail("The model that comes back is the one that was trained last, not the best one.", "T27")
    fail("The model that comes back is not the one with the highest validation accuracy.", "T27")
