"""The check of fixed architectures: a plan, right ways to write it, and wrong ones that are named."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder.checking.architecture import Network, expect_gradients, expect_own_weights
from autograder.checking.failure import CheckFailed
from autograder.checking.secret import CourseSecret, Secret
from autograder.sandbox import common_probes
from autograder.sandbox.architecture_probes import Follower
from autograder.sandbox.faults import StudentError

CODE = 5


class Here:
    """A student whose objects live in this process."""

    def __init__(self, thing: Any = None) -> None:
        self.thing = thing

    def probe(self, function: str, *args: Any, **kwargs: Any) -> Any:
        found = getattr(common_probes, function)({}, *args, **kwargs)
        return Here(found) if isinstance(found, Follower) else found

    def call(self, method: str, *args: Any) -> Any:
        try:
            return getattr(self.thing, method)(*args)
        except RuntimeError as error:
            raise StudentError("RuntimeError", str(error)) from None


def plan(code: int = CODE) -> nn.Sequential:
    """1 x 14 x 14 => 7 x 7 => 3 x 3 => 1 x 1 => code."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 4, stride=2, padding=1),
        nn.LeakyReLU(),
        nn.Conv2d(4, 6, 3, stride=2),
        nn.BatchNorm2d(6),
        nn.LeakyReLU(),
        nn.Conv2d(6, 8, 3, stride=2),
        nn.LeakyReLU(),
        nn.Flatten(),
        nn.Linear(8, code),
    )


def changed(place: int, *modules: nn.Module) -> nn.Sequential:
    """The plan with other modules in one place."""
    parts = list(plan())
    return nn.Sequential(*parts[:place], *modules, *parts[place + 1 :])


def network(model: nn.Module, *plans: nn.Sequential, output: int | None = None) -> Network:
    return Network(Here(), "cpu", model, plans or [plan()], "your encoder", output=output)  # type: ignore[arg-type]


def examine(
    model: nn.Module, *plans: nn.Sequential, output: int | None = None, shape: tuple[int, ...] = (1, 14, 14)
) -> None:
    """All three laws."""
    secret = Secret(CourseSecret(bytes(range(16))))
    inputs = secret.uniform(0, 1, 4, *shape)
    followed = network(model, *plans, output=output)
    followed.expect_layers(inputs)
    followed.expect_between(inputs, secret)
    followed.expect_same_function(inputs, secret)


class OtherNames(nn.Module):
    """Other names, defined in another order, activations as functions and in place."""

    def __init__(self) -> None:
        super().__init__()
        self.to_code = nn.Linear(8, CODE)
        self.small, self.norm = nn.Conv2d(6, 8, 3), nn.BatchNorm2d(6)
        self.middle, self.large = nn.Conv2d(4, 6, 3, 2), nn.Conv2d(1, 4, 4, 2, 1)
        self.activation = nn.LeakyReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.activation(self.large(x))
        x = self.activation(self.norm(self.middle(x)))
        return self.to_code(F.leaky_relu(self.small(x)).view(len(x), -1))


class BareParameters(nn.Module):
    """No layer at all: parameters and functions, the last map as a product and a sum."""

    def __init__(self) -> None:
        super().__init__()
        shapes = {"a": (4, 1, 4, 4), "b": (6, 4, 3, 3), "c": (8, 6, 3, 3), "d": (8, CODE)}
        for name, shape in shapes.items():
            setattr(self, name, nn.Parameter(0.1 * torch.randn(shape)))
            setattr(self, name + "0", nn.Parameter(torch.zeros(shape[1 if name == "d" else 0])))
        self.gain, self.shift = nn.Parameter(torch.ones(6)), nn.Parameter(torch.zeros(6))
        self.register_buffer("mean", torch.zeros(6))
        self.register_buffer("var", torch.ones(6))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.leaky_relu(F.conv2d(x, self.a, self.a0, stride=2, padding=1))
        x = F.conv2d(x, self.b, stride=2) + self.b0.view(1, -1, 1, 1)
        x = F.batch_norm(x, self.mean, self.var, self.gain, self.shift, self.training)
        x = F.leaky_relu(F.conv2d(F.leaky_relu(x), self.c, self.c0))
        return x.flatten(1) @ self.d + self.d0


class Double(nn.Module):
    """Computes in float64."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = plan().double()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x.double()).float()


class Pair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = plan()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x, self.first(x)


RIGHT = {
    "the plan itself": plan(),
    "other names": OtherNames(),
    "bare parameters": BareParameters(),
    "nested": nn.Sequential(plan()[:4], nn.Sequential(plan()[4:7], plan()[7:])),
    "stride 1 for the last map": changed(5, nn.Conv2d(6, 8, 3)),
    "other eps and momentum": changed(3, nn.BatchNorm2d(6, eps=1e-3, momentum=0.5)),
    "1x1 convolution for the last map": nn.Sequential(*list(plan())[:7], nn.Conv2d(8, CODE, 1), nn.Flatten()),
    "1x1 convolution of a row for the last map": nn.Sequential(
        *list(plan())[:8], nn.Unflatten(1, (8, 1)), nn.Conv1d(8, CODE, 1), nn.Flatten()
    ),
    "linear for the last convolution": changed(5, nn.Flatten(), nn.Linear(54, 8)),
    "float64 inside": Double(),
    "lazy layers": nn.Sequential(*list(plan())[:8], nn.LazyLinear(CODE)),
    "dropout, idle in evaluation mode": changed(6, nn.LeakyReLU(), nn.Dropout()),
    "flatten early": changed(6, nn.Flatten(), nn.LeakyReLU()),
}


@pytest.mark.parametrize("model", RIGHT.values(), ids=RIGHT)
def test_passes(model: nn.Module) -> None:
    examine(model)


def test_passes_one_of_several_results() -> None:
    examine(Pair(), output=1)


def test_passes_the_second_plan() -> None:
    longer = changed(1, nn.BatchNorm2d(4), nn.LeakyReLU())
    examine(longer, plan(), longer)


def test_passes_merged_layers_by_their_behaviour() -> None:
    class Merged(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.randn(3, 4))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.einsum("oi,bi->bo", self.weight, x)

    examine(Merged(), nn.Sequential(nn.Linear(4, 3, bias=False)), shape=(4,))
    with pytest.raises(CheckFailed):
        examine(Merged(), nn.Sequential(nn.Linear(4, 3)), shape=(4,))


class Halves(nn.Module):
    """Two maps of which the first one cannot be followed."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(4, 3)), nn.Parameter(torch.zeros(3))
        self.decoder = nn.Linear(3, 5)

    def encoder(self, x: torch.Tensor) -> torch.Tensor:
        return torch.einsum("bi,io->bo", x, self.weight) + self.bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.encoder(x))


def test_a_part_passes_by_the_parameters_that_it_uses() -> None:
    secret = Secret(CourseSecret(bytes(16)))
    for wanted, passes in ((nn.Linear(4, 3), True), (nn.Linear(4, 3, bias=False), False)):
        part = Network(Here(), "cpu", Halves(), [nn.Sequential(wanted)], "the encoder", part="encoder")  # type: ignore[arg-type]
        if passes:
            part.expect_same_function(secret.normal(6, 4), secret)
        else:
            with pytest.raises(CheckFailed):
                part.expect_layers(secret.normal(6, 4))


def test_noise_in_training_mode_is_seen() -> None:
    calm, noisy = nn.Sequential(nn.Linear(4, 3)), nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))
    inputs = torch.rand(8, 4)
    network(calm, calm).expect_same_in_training(inputs)
    with pytest.raises(CheckFailed, match="In training mode"):
        network(noisy, calm).expect_same_in_training(inputs)


def test_shared_weights_are_seen() -> None:
    layer = nn.Linear(3, 3)
    first, second = nn.Sequential(layer, nn.Linear(3, 2)), nn.Sequential(layer, nn.Linear(3, 2))
    expect_own_weights(Here(), first, copy.deepcopy(first), "networks")  # type: ignore[arg-type]
    with pytest.raises(CheckFailed, match="Two networks share weights"):
        expect_own_weights(Here(), first, second, "networks")  # type: ignore[arg-type]


class Cut(nn.Module):
    """Its first layer is frozen, detached or neither; another layer is never used."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how
        self.first, self.second, self.idle = nn.Linear(4, 3), nn.Linear(3, 2), nn.Linear(7, 7)
        self.first.requires_grad_(how != "frozen")

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        code = self.first(x)
        return self.second(code.detach() if self.how == "detached" else code), code


@pytest.mark.parametrize("how", ["neither", "frozen", "detached"])
def test_parameters_that_cannot_learn_are_named(how: str) -> None:
    model = Cut(how)
    before = copy.deepcopy(model.state_dict())
    if how == "neither":
        expect_gradients(Here(), "cpu", model, torch.rand(5, 4), output=0)  # type: ignore[arg-type]
    else:
        with pytest.raises(CheckFailed, match=r"No gradient of the output reaches first\.weight"):
            expect_gradients(Here(), "cpu", model, torch.rand(5, 4), output=0)  # type: ignore[arg-type]
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


class PlainList(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.parts = list(plan())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for part in self.parts:
            x = part.eval()(x)
        return x


class Transposed(nn.Module):
    """Flattens in the order (H, W, C)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.line = nn.Conv2d(1, 3, 3), nn.Linear(3 * 4 * 4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.line(self.conv(x).relu().permute(0, 2, 3, 1).flatten(1))


def test_several_plans_of_the_same_sizes_are_all_right() -> None:
    padded = changed(2, nn.Conv2d(4, 6, 3, stride=3, padding=1))
    examine(padded, plan(), copy.deepcopy(padded))
    with pytest.raises(CheckFailed, match="Conv2d number 2 has the planned size but computes else"):
        examine(padded, plan())


STRIDE_5 = changed(2, nn.Conv2d(4, 6, 3, stride=5, padding=1))
STRIDE_5[5] = nn.Conv2d(6, 8, 3, stride=5, padding=1)

WRONG = {
    "stride 5": (STRIDE_5, "E1", "Conv2d number 2 gives 6 × 2 × 2, the plan says 6 × 3 × 3: try floor("),
    "formula": (STRIDE_5, "E1", "try floor((7 + 2p − 3)/s) + 1 = 3"),
    "padding, does not run": (changed(2, nn.Conv2d(4, 6, 3, padding=1)), "E1", "does not run: Conv2d number 2 gives"),
    "hard-coded code size": (plan(64), "E16", "Linear(8, 64), the plan says Linear(8, 5)"),
    "no norm": (changed(3), "E8", "a BatchNorm(6) is missing after Conv2d number 2"),
    "one norm too many": (changed(1, nn.BatchNorm2d(4), nn.LeakyReLU()), "E2", "that the plan does not have"),
    "no bias": (changed(2, nn.Conv2d(4, 6, 3, stride=2, bias=False)), "E10", "Conv2d number 2 has no bias"),
    "relu": (changed(1, nn.ReLU()), "E11", "there is ReLU after Conv2d number 1"),
    "other slope": (changed(1, nn.LeakyReLU(0.2)), "E11", "LeakyReLU of slope 0.2"),
    "no activation": (changed(1), "C13", "LeakyReLU of slope 0.01 is missing after Conv2d number 1"),
    "activation on the code": (nn.Sequential(*plan(), nn.ReLU()), "E12", "the plan has no activation"),
    "clamped code": (nn.Sequential(*plan(), nn.Hardtanh()), "E12", "changes the numbers after the Linear"),
    "norm after activation": (
        nn.Sequential(*list(plan())[:3], nn.LeakyReLU(), nn.BatchNorm2d(6), *list(plan())[5:]),
        "E11",
        "LeakyReLU of slope 0.01 after Conv2d number 2, where the plan has no activation",
    ),
    "plain list": (PlainList(), "E21", "plain list"),
    "no layer at the end": (plan()[:-1], "E2", "a Linear(8, 5) is missing at the end"),
    "fewer layers": (
        nn.Sequential(
            nn.Conv2d(1, 4, 4, 2, 1),
            nn.LeakyReLU(),
            nn.Conv2d(4, 8, 7),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(8, CODE),
        ),
        "E2",
        "with parameters more",
    ),
}


@pytest.mark.parametrize(("model", "mistake", "says"), WRONG.values(), ids=WRONG)
def test_names(model: nn.Module, mistake: str, says: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        examine(model)
    assert says in caught.value.message
    assert caught.value.mistake == mistake


def test_names_a_wrong_order_of_flattening() -> None:
    wanted = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2))
    with pytest.raises(CheckFailed, match="order") as caught:
        examine(Transposed(), wanted, shape=(1, 6, 6))
    assert caught.value.mistake == "E20"


def test_names_a_pooling_of_the_wrong_stride() -> None:
    def pooled(stride: int) -> nn.Sequential:
        return nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2, stride=stride), nn.Conv2d(2, 3, 3))

    with pytest.raises(CheckFailed, match="Conv2d number 2 gets 2 × 9 × 9, the plan says 2 × 5 × 5") as caught:
        examine(pooled(1), pooled(2), shape=(1, 12, 12))
    assert caught.value.mistake == "E7"


def test_names_a_missing_end() -> None:
    wanted = nn.Sequential(nn.Linear(6, 4), nn.Sigmoid())
    with pytest.raises(CheckFailed, match="Sigmoid is missing") as caught:
        examine(nn.Linear(6, 4), wanted, shape=(6,))
    assert caught.value.mistake == "E13"


def test_one_slip_costs_one_law() -> None:
    """A wrong stride or a forgotten norm leaves what lies between the layers right; a wrong activation the layers."""
    secret = Secret(CourseSecret(bytes(16)))
    inputs = secret.uniform(0, 1, 4, 1, 14, 14)
    network(STRIDE_5).expect_between(inputs, secret)
    network(changed(3)).expect_between(inputs, secret)
    network(changed(3), plan(), changed(1, nn.BatchNorm2d(4), nn.LeakyReLU())).expect_between(inputs, secret)
    network(changed(1, nn.Tanh())).expect_layers(inputs)


def test_a_wrong_activation_is_seen_beside_a_forgotten_norm() -> None:
    secret = Secret(CourseSecret(bytes(16)))
    inputs = secret.normal(6, 1, 14, 14)
    broken = changed(3)
    broken[1] = nn.Tanh()
    with pytest.raises(CheckFailed, match="there is Tanh after Conv2d number 1"):
        network(broken).expect_between(inputs, secret)


def test_a_layer_that_ends_the_pass_is_named_without_counting_what_never_ran() -> None:
    secret = Secret(CourseSecret(bytes(16)))
    broken = nn.Sequential(nn.Linear(7, 4), nn.ReLU(), nn.Linear(4, 3))
    wanted = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))
    with pytest.raises(CheckFailed, match=r"does not run: .*Linear\(7, 4\), the plan says Linear\(6, 4\)\.$"):
        network(broken, wanted).expect_layers(secret.normal(5, 6))


def test_a_slip_inside_a_layer_is_seen_with_the_same_weights() -> None:
    wanted = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU())
    other = nn.Sequential(nn.Conv2d(1, 2, 3, padding=2, dilation=2), nn.ReLU())
    with pytest.raises(CheckFailed, match="computes else"):
        examine(other, wanted, shape=(1, 6, 5))


def test_nonsense_from_the_students_side_is_a_failed_check() -> None:
    followed = network(plan())
    followed._remote = type("Liar", (), {"call": lambda self, *args: {"layers": [1], "strange": "no"}})()  # type: ignore[assignment]
    with pytest.raises(CheckFailed, match="could not be followed"):
        followed.expect_layers(torch.zeros(2, 1, 14, 14))
