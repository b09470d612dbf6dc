"""Hidden checks of CNNClassifier: it returns log-probabilities, and is the network of the plan, however written."""

from __future__ import annotations

import torch
from torch import nn

from autograder.checking import Remote, Secret, Student, check, fail
from autograder.checking.architecture import Network, expect_gradients, expect_own_weights
from autograder.checking.diagnosis import equals
from autograder.checking.tolerances import Tolerance
from autograder.checking.values import describe, expect_tensor

TASK = "CNNClassifier"
CLASSES, PARAMETERS = 6, 131_958
SUMS_TO_ONE = 1e-3


def plan() -> nn.Sequential:
    """The network that the text asks for."""
    return nn.Sequential(
        *(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(4, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(2048, 64), nn.ReLU(), nn.Linear(64, CLASSES), nn.LogSoftmax(dim=1)),
    )


def pictures(secret: Secret, count: int) -> torch.Tensor:
    """Noise pictures, brighter in some places than in others."""
    return secret.uniform(0, 1, count, 3, 64, 64) * secret.uniform(0.2, 1, 1, 3, 64, 1)


def followed(student: Student, device: str) -> tuple[Network, Remote]:
    model = student.probe("make_classifier", device)
    if not isinstance(model, Remote):
        fail(f"CNNClassifier() should be a model; it is {describe(model)}.")
    return Network(student, device, model, [plan()], "your CNNClassifier"), model


def outputs(
    student: Student, device: str, model: Remote, batches: list[torch.Tensor], training: bool = False
) -> list[torch.Tensor]:
    """What the model returns for each batch, once shapes are right."""
    found = student.probe("outputs_of", device, model, batches, training)
    return [
        expect_tensor(got, (len(batch), CLASSES), f"For {len(batch)} pictures, what CNNClassifier returns")
        for got, batch in zip(found, batches, strict=True)
    ]


@check(task=TASK, points=2)
def test_returns_log_probabilities(student: Student, secret: Secret, device: str):
    """For any number of pictures, one picture included, each row holds the logarithms of six probabilities."""
    x = 4 * pictures(secret, secret.choice([5, 7, 9]))
    model = student.probe("make_classifier", device)
    many = x.repeat(70 // len(x) + 1, 1, 1, 1)  # more than a training batch: validation data are one batch
    batches = [x, x[:1], x[:2], x[1:4], many]
    all_at_once, alone, *others, _ = outputs(student, device, model, batches)
    _expect_logarithms(all_at_once)
    if not equals(alone, all_at_once[:1], Tolerance(1e-3, 1e-4)):
        fail(
            "In evaluation mode the result for a picture depends on the other pictures of its batch: "
            "each row should be computed from its own picture.",
            "C14",
        )
    for got, batch in zip(others, (slice(2), slice(1, 4)), strict=True):
        if not equals(got, all_at_once[batch], Tolerance(1e-3, 1e-4)):
            fail("The result for a picture depends on the size of its batch.", "E19")


def _expect_logarithms(output: torch.Tensor) -> None:
    def is_one(sums: torch.Tensor) -> bool:
        return bool(((sums - 1).abs() <= SUMS_TO_ONE).all())

    if is_one(output.exp().sum(dim=1)):
        return
    if is_one(output.exp().sum(dim=0)):
        fail("The probabilities sum to 1 over the batch, not over the classes: LogSoftmax(dim=1).", "C5")
    if is_one(output.sum(dim=1)) and bool((output >= 0).all()):
        fail("These are probabilities; NLLLoss wants their logarithms: LogSoftmax in the place of Softmax.", "C1")
    if bool((output >= 0).all()):
        fail("Nothing here is negative, but logarithms of probabilities are: is there a ReLU at the end?", "C13")
    fail("exp(output) does not sum to 1 over the classes: LogSoftmax(dim=1) is missing at the end.", "C2")


@check(task=TASK, points=3)
def test_layers_are_those_of_the_plan(student: Student, secret: Secret, device: str):
    """The layers with parameters are those of the plan, in this order and of these sizes: 131,958 parameters."""
    network, model = followed(student, device)
    network.expect_layers(pictures(secret, 3))
    count = student.probe("count_parameters", model)
    if count != PARAMETERS:
        more = "more" if count > PARAMETERS else "fewer"
        fail(f"The model has {count:,} trainable parameters, {more} than the {PARAMETERS:,} of the plan.", "C18")


@check(task=TASK, points=1)
def test_activations_and_pooling(student: Student, secret: Secret, device: str):
    """Between the layers lie the activations and poolings of the plan, and nothing else."""
    network, _ = followed(student, device)
    network.expect_between(pictures(secret, 4), secret)


@check(task=TASK, points=2)
def test_computes_what_the_plan_computes(student: Student, secret: Secret, device: str):
    """With the same secret weights it returns what the plan returns, in evaluation and in training mode, and all of
    its own weights can learn."""
    network, model = followed(student, device)
    x = pictures(secret, 5)
    network.expect_same_function(x, secret)
    expect_gradients(student, device, followed(student, device)[1], x)
    expect_own_weights(student, model, followed(student, device)[1], "CNNClassifiers")
    planned = network.plans[0].network
    with torch.no_grad():
        want_eval, want_train = planned.eval()(x), planned.train()(x)
    planned.eval()
    # Evaluation comes first: a pass in training mode changes the running statistics. A network that cannot be given
    # weights (merged layers, einsum) has others than the plan, and is not compared.
    (got_eval,) = outputs(student, device, model, [x])
    if not equals(got_eval, want_eval, Tolerance(5e-3, 1e-3)):
        return
    (got_train,) = outputs(student, device, model, [x], training=True)
    if not equals(got_train, want_train, Tolerance(5e-3, 1e-3)):
        fail(
            "In training mode it computes something else than the plan: BatchNorm should use the batch's own mean and "
            "variance then, and there is no Dropout.",
            "E9",
        )
