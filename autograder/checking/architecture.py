"""Is a student's network the planned one? By following both through a pass, and by giving both the same weights.

The plan is an `nn.Sequential` on this side. The student's network may be written in any way: what counts is which
layers with parameters it meets, in which order, what lies between them, and what it computes with secret weights.
Three laws, so that one slip need not cost everything: `expect_layers`, `expect_between`, `expect_same_function`.
"""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from autograder.checking.diagnosis import Diagnosis, equals
from autograder.checking.failure import fail
from autograder.checking.layers import (
    Layer,
    between_text,
    first_difference,
    first_difference_before_error,
    layers_of_answer,
    named_layer,
    planned_layers,
    tried_layer,
)
from autograder.checking.secret import Secret
from autograder.checking.student import Remote, Student
from autograder.checking.tolerances import Tolerance
from autograder.checking.values import expect_tensor
from autograder.sandbox.faults import StudentError

SCALES = (1.0, 4.0)  # of the inputs: a saturated end or a dead activation shows on one of them
_BOTH_SIDES = 0.1  # of an activation's inputs must be negative, and as many positive, else the mistake may not show
_MOST_DRAWS = 50


class Plan:
    """A network as an `nn.Sequential`: its layers with parameters, and what lies before, between and after them."""

    def __init__(self, modules: nn.Sequential) -> None:
        self.network = copy.deepcopy(modules).eval().requires_grad_(False)
        self.layers: list[nn.Module] = []
        self.between: list[nn.Sequential] = [nn.Sequential()]
        for module in self.network:
            if any(True for _ in module.parameters()):
                self.layers.append(module)
                self.between.append(nn.Sequential())
            else:
                self.between[-1].append(module)

    @property
    def parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.network.parameters())

    def follow(self, inputs: torch.Tensor) -> list[Layer]:
        return planned_layers(self.network, inputs)


@dataclass(frozen=True)
class Followed:
    """What a student's network did in one pass."""

    layers: list[Layer]
    result: Any
    parameters: int
    opaque: bool  # parameters are used otherwise than in layers that can be followed


class Network:
    """A student's network beside the plans that it may follow: several where the text leaves something open.

    name: what to call it in sentences; part: the method to call in its place; output: which one of several results
    """

    def __init__(
        self,
        student: Student,
        device: str,
        model: Remote,
        plans: Sequence[nn.Sequential],
        name: str = "the network",
        *,
        part: str | None = None,
        output: int | None = None,
    ) -> None:
        self.plans = [Plan(plan) for plan in plans]
        self.name, self._device = name, device
        self._remote: Remote = student.probe("follow_layers", device, model, part=part, output=output)

    # --- the three laws ---

    def expect_layers(self, inputs: torch.Tensor) -> Plan:
        """Fails with the first difference in the layers that have parameters; returns the plan that is followed.

        A network whose parameters are not used in layers (merged ones, einsum) passes by its number of parameters.
        """
        followed = self._follow(inputs)
        self._refuse_unknown(followed.layers)
        found = [first_difference(followed.layers, plan.follow(inputs)) for plan in self.plans]
        for plan, difference in zip(self.plans, found, strict=True):
            if difference is None or (followed.opaque and followed.parameters == plan.parameters):
                return plan
        nearest = self._nearest(followed)
        difference = found[self.plans.index(nearest)]
        assert difference is not None
        fail(f"In {self.name}, {difference.sentence}.", difference.mistake)

    def expect_between(self, inputs: torch.Tensor, secret: Secret) -> None:
        """Fails with the first activation, pooling or change of shape that is not the planned one."""
        followed = self._follow(inputs)
        plan = self._nearest(followed)
        if followed.opaque:
            return
        if len(followed.layers) != len(plan.layers):
            difference = first_difference(followed.layers, plan.follow(inputs))
            assert difference is not None
            fail(f"In {self.name}, {difference.sentence}.", difference.mistake)
        fills = _fills(plan, secret, inputs)
        if first_difference(followed.layers, plan.follow(inputs)) is None:
            self._remote.call("fill", fills(followed.layers))
            followed = self._follow(inputs)
        found = between_difference(followed, plan, inputs)
        if found is not None:
            fail(f"In {self.name}, {found.sentence}.", found.mistake)

    def expect_same_function(self, inputs: torch.Tensor, secret: Secret) -> None:
        """Fails unless the network computes what the plan computes, with the same secret weights."""
        plan = self.expect_layers(inputs)
        followed = self._follow(inputs)
        if first_difference(followed.layers, plan.follow(inputs)) is not None:
            self._expect_behaviour(plan, inputs)
            return
        self._remote.call("fill", _fills(plan, secret, inputs)(followed.layers))
        for scale in SCALES:
            with torch.no_grad():
                want = plan.network(scale * inputs)
            got = expect_tensor(
                self._remote.call("run", scale * inputs), tuple(want.shape), f"what {self.name} returns"
            )
            if not equals(got, want, _tolerance(self._device)):
                self._name_difference(plan, scale * inputs)

    # --- inside ---

    def _follow(self, inputs: torch.Tensor) -> Followed:
        try:
            answer = self._remote.call("follow", inputs)
        except StudentError as error:
            if type(error) is StudentError and not error.not_implemented:
                self._explain(inputs)
            raise
        return _followed(answer, self.name)

    def _explain(self, inputs: torch.Tensor) -> None:
        """When a pass ends in an error: the first difference before it is what the student needs to know."""
        answer = self._remote.call("seen")
        layers, tried = _followed(answer, self.name).layers, tried_layer(answer)
        found = [first_difference_before_error(layers, tried, plan.follow(inputs)) for plan in self.plans]
        if found[0] is not None and all(found):
            fail(f"{_capital(self.name)} does not run: {found[0].sentence}.", found[0].mistake)

    def _refuse_unknown(self, layers: Sequence[Layer]) -> None:
        unknown = next((layer for layer in layers if not layer.known), None)
        if unknown is not None:
            text = "PyTorch does not know its weights: layers belong into __init__, as attributes or in a ModuleList"
            fail(f"{_capital(self.name)} uses a {unknown.kind}, but {text}, not into a plain list or forward.", "E21")

    def _nearest(self, followed: Followed) -> Plan:
        """The plan with the longest common beginning, of those with as many layers if there are any."""
        kinds = [layer.kind for layer in followed.layers]

        def distance(plan: Plan) -> tuple[int, int]:
            pairs = zip(kinds, (_kind(layer) for layer in plan.layers), strict=False)
            common = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
            return abs(len(kinds) - len(plan.layers)), -common

        return min(self.plans, key=distance)

    def _name_difference(self, plan: Plan, inputs: torch.Tensor) -> None:
        followed = self._follow(inputs)
        found = between_difference(followed, plan, inputs) or _layer_difference(followed, plan)
        text = found.sentence if found else "with the same weights it computes something else than the plan"
        fail(
            f"In {self.name}, {text}." if found else f"{_capital(self.name)}: {text}.", found.mistake if found else None
        )

    def _expect_behaviour(self, plan: Plan, inputs: torch.Tensor) -> None:
        """For a network that cannot be followed: shape, repeatability, dependence on the input, range."""
        with torch.no_grad():
            want = plan.network(inputs)
        first, second, other = (
            expect_tensor(self._remote.call("run", x), tuple(want.shape), f"what {self.name} returns")
            for x in (inputs, inputs, 4 * inputs.flip(0))
        )
        if not equals(first, second):
            fail(f"In evaluation mode, {self.name} returns something else each time.", "E22")
        if equals(first, other):
            fail(f"What {self.name} returns does not depend on what goes in.")
        low, high = _range(plan)
        if not (first.min().item() >= low and first.max().item() <= high):
            fail(f"What {self.name} returns leaves [{low:g}, {high:g}].", "E13")


def between_difference(followed: Followed, plan: Plan, inputs: torch.Tensor) -> Diagnosis | None:
    """The first place where what lies between two layers is not the planned thing."""
    layers = followed.layers
    into = [*(layer.input for layer in layers), followed.result]
    out = [inputs, *(layer.output for layer in layers)]
    for place, (before, after, planned) in enumerate(zip(out, into, plan.between, strict=True)):
        if not isinstance(after, torch.Tensor):
            return Diagnosis("", "what comes back is no tensor")
        want = _applied(planned, before)
        if want is None or after.numel() != want.numel():
            continue  # a matter of sizes, which the layers tell
        if not equals(after.reshape(want.shape), want, _tolerance("cpu")):
            return _name_between(layers, place, planned, before, after, want)
    return None


def _applied(planned: nn.Sequential, before: torch.Tensor) -> torch.Tensor | None:
    try:
        with torch.no_grad():
            wanted: torch.Tensor = planned(before)
    except (RuntimeError, IndexError):
        return None
    return wanted


def _name_between(
    layers: Sequence[Layer],
    place: int,
    planned: nn.Sequential,
    before: torch.Tensor,
    after: torch.Tensor,
    want: torch.Tensor,
) -> Diagnosis:
    where = f"after {named_layer(layers, place - 1)}" if place else "at the beginning"
    asked, last = between_text(planned), place == len(layers)
    if after.numel() == before.numel():
        flat = after.reshape(before.shape)
        if equals(flat, before, _tolerance("cpu")) and asked:
            return Diagnosis("E13" if last else "C13", f"{asked} is missing {where}")
        made = _elementwise(before, flat)
        if made and asked and made != asked:
            return Diagnosis("E11", f"there is {made} {where}, the plan says {asked}")
        if made and not asked:
            return Diagnosis("E12" if last else "E11", f"there is {made} {where}, where the plan has no activation")
    if _same_entries(after, want):
        return Diagnosis("E20", f"the numbers {where} are put into another order: flatten in the order (C, H, W)")
    if not asked:
        return Diagnosis("E12", f"something changes the numbers {where}, where the plan has no activation")
    return Diagnosis("E11", f"what comes {where} is not the planned {asked}")


def _elementwise(before: torch.Tensor, after: torch.Tensor) -> str:
    """The activation that makes `after` of `before`; empty when none of the usual ones does."""
    usual: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "ReLU": F.relu,
        "Tanh": torch.tanh,
        "Sigmoid": torch.sigmoid,
        "ELU": F.elu,
        "GELU": F.gelu,
        "SiLU": F.silu,
        "Softplus": F.softplus,
        "ReLU6": F.relu6,
        "SELU": F.selu,
        "a sigmoid applied twice": lambda x: torch.sigmoid(torch.sigmoid(x)),
    }
    for name, function in usual.items():
        if equals(after, function(before), _tolerance("cpu")):
            return name
    negative = before < 0
    if not negative.any():
        return ""
    slope = (after[negative].sum() / before[negative].sum()).item()
    if math.isfinite(slope) and equals(after, F.leaky_relu(before, slope), _tolerance("cpu")):
        return f"LeakyReLU of slope {slope:.2g}"
    return ""


def _same_entries(after: torch.Tensor, want: torch.Tensor) -> bool:
    first, second = (tensor.flatten(1).sort(dim=1).values if tensor.dim() > 1 else tensor for tensor in (after, want))
    return equals(first, second, _tolerance("cpu"))


def _layer_difference(followed: Followed, plan: Plan) -> Diagnosis | None:
    """The first layer that has the planned size, but makes something else of what it gets."""
    for index, (layer, planned) in enumerate(zip(followed.layers, plan.layers, strict=True)):
        want = _applied(nn.Sequential(planned), layer.input)
        if want is not None and not equals(layer.output.reshape(-1), want.reshape(-1), _tolerance("cpu")):
            what = "look at its stride, padding, dilation and eps"
            return Diagnosis(
                "E6", f"{named_layer(followed.layers, index)} has the planned size but computes else: {what}"
            )
    return None


def _fills(
    plan: Plan, secret: Secret, inputs: torch.Tensor
) -> Callable[[Sequence[Layer]], list[dict[str, torch.Tensor]]]:
    """Secret generic values for the plan's layers, drawn until every activation gets numbers of both signs.

    Returns the function that puts them into the shapes that the student's layers have.
    """
    for _ in range(_MOST_DRAWS):
        for layer in plan.layers:
            _draw(layer, secret)
        if _both_signs(plan, inputs):
            break

    def fills(layers: Sequence[Layer]) -> list[dict[str, torch.Tensor]]:
        return [_converted(planned, mine) for planned, mine in zip(plan.layers, layers, strict=True)]

    return fills


def _draw(layer: nn.Module, secret: Secret) -> None:
    with torch.no_grad():
        for name, tensor in (*layer.named_parameters(), *layer.named_buffers()):
            if name == "running_var":
                tensor.copy_(secret.uniform(1, 3, *tensor.shape))
            elif tensor.dim() > 1:
                gain = 2.0 / math.sqrt(_inputs_of(layer, tensor))
                tensor.copy_(secret.normal(*tensor.shape, std=gain))
            elif name == "weight":  # of a normalization
                sign = torch.where(secret.uniform(-1, 1, *tensor.shape) > 0, 1.0, -1.0)
                tensor.copy_(sign * secret.uniform(0.5, 1.5, *tensor.shape))
            elif tensor.is_floating_point():
                tensor.copy_(secret.normal(*tensor.shape, std=0.3))


def _inputs_of(layer: nn.Module, weight: torch.Tensor) -> float:
    """How many numbers are summed up for one output, about."""
    if "Transpose" in type(layer).__name__:
        overlap = math.prod(getattr(layer, "stride", (1,)))
        return max(1.0, weight[:, 0].numel() / overlap)
    return weight[0].numel()


def _both_signs(plan: Plan, inputs: torch.Tensor) -> bool:
    x = inputs
    with torch.no_grad():
        for module in plan.network:
            parameters = any(True for _ in module.parameters())
            x = module(x)
            if parameters:
                negative = (x < 0).float().mean().item()
                if not _BOTH_SIDES <= negative <= 1 - _BOTH_SIDES:
                    return False
    return True


def _converted(planned: nn.Module, mine: Layer) -> dict[str, torch.Tensor]:
    """The planned layer's values for a student's layer of the same function, such as a 1x1 convolution for a Linear."""
    values = {name: tensor.detach() for name, tensor in (*planned.named_parameters(), *planned.named_buffers())}
    weight = values.get("weight")
    transposed = "Transpose" in mine.kind and "Transpose" not in _kind(planned)
    if weight is not None and weight.dim() > 1 and transposed:
        values["weight"] = weight.flatten(1).t()
    values.pop("num_batches_tracked", None)
    return {name: tensor.contiguous() for name, tensor in values.items()}


def _followed(answer: Any, name: str) -> Followed:
    layers = layers_of_answer(answer)
    if layers is None:
        fail(f"{_capital(name)} could not be followed through a forward pass: which layers does it use?")
    return Followed(layers, answer.get("result"), int(answer["parameters"]), bool(answer["strange"]))


def _range(plan: Plan) -> tuple[float, float]:
    ends = {nn.Sigmoid: (0.0, 1.0), nn.Tanh: (-1.0, 1.0), nn.ReLU: (0.0, math.inf), nn.LogSoftmax: (-math.inf, 0.0)}
    last = plan.network[-1]
    return ends.get(type(last), (-math.inf, math.inf))


def _kind(module: nn.Module) -> str:
    name = type(module).__name__
    return "BatchNorm" if name.startswith("BatchNorm") else name


def _tolerance(device: str) -> Tolerance:
    """Wider than for one function: many layers, and a normalization may have another eps."""
    relative = 1e-3 if device == "cpu" else 5e-3
    return Tolerance(relative, relative / 100)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
