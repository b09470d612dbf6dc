"""Is a student's network the planned one? By following both through a pass, and by giving both the same weights.

The plan is an `nn.Sequential` on this side. The student's network may be written in any way: what counts is which
layers with parameters it meets, in which order, what lies between them, and what it computes with secret weights.
Three laws, so that one slip need not cost everything: `expect_layers`, `expect_between`, `expect_same_function`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NoReturn

import torch
from torch import nn

from autograder.checking.between import between_difference, layer_difference
from autograder.checking.diagnosis import Diagnosis, equals
from autograder.checking.failure import fail
from autograder.checking.illustrations import Layers, illustrated, layer_lists
from autograder.checking.layers import (
    MATRICES,
    Layer,
    first_difference,
    first_difference_before_error,
    layers_of_answer,
    size_words,
    tried_layer,
)
from autograder.checking.plans import Followed, Plan, tolerance_of_networks
from autograder.checking.secret import Secret
from autograder.checking.student import Remote, Student
from autograder.checking.transplant import fills
from autograder.checking.values import expect_tensor
from autograder.sandbox.faults import StudentError

SCALES = (1.0, 4.0, 16.0)  # of the inputs: a saturated end, a dead or a cut activation shows on one of them


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
        with illustrated(lambda: _both_lists(followed.layers, nearest.follow(inputs))):
            self._fail(found[self.plans.index(nearest)])

    def expect_between(self, inputs: torch.Tensor, secret: Secret) -> None:
        """Fails with the first activation, pooling or change of shape that is not the planned one."""
        followed = self._follow(inputs)
        if followed.opaque:
            return
        plan = self._alike(followed)
        if plan is None:
            nearest = self._nearest(followed)
            self._fail(first_difference(followed.layers, nearest.follow(inputs)))
        if first_difference(followed.layers, plan.follow(inputs)) is None:
            self._remote.call("fill", fills(plan, secret, inputs)(followed.layers))
            followed = self._follow(inputs)
        found = between_difference(followed, plan, inputs)
        if found is not None:
            self._fail(found)

    def expect_same_function(self, inputs: torch.Tensor, secret: Secret) -> None:
        """Fails unless the network computes what the plan computes, with the same secret weights."""
        plan = self.expect_layers(inputs)
        followed = self._follow(inputs)
        fitting = [plan for plan in self.plans if first_difference(followed.layers, plan.follow(inputs)) is None]
        if not fitting:
            self._expect_behaviour(plan, inputs)
            return
        if any(self._differing(plan, followed, inputs, secret) is None for plan in fitting):
            return
        differing = self._differing(fitting[0], followed, inputs, secret)
        if differing is not None:
            self._name_difference(fitting[0], differing)

    def expect_same_in_training(self, inputs: torch.Tensor) -> None:
        """Fails when the network computes something else in training mode: for plans without normalization."""
        calm, busy = (
            expect_tensor(self._remote.call("run", inputs, training), name=f"what {self.name} returns")
            for training in (False, True)
        )
        if not equals(busy, calm, tolerance_of_networks(self._device)):
            text = "computes something else than in evaluation mode: the plan has no dropout, noise or normalization"
            fail(f"In training mode {self.name} {text}.", "E9")

    # --- inside ---

    def _differing(self, plan: Plan, followed: Followed, inputs: torch.Tensor, secret: Secret) -> torch.Tensor | None:
        """Inputs of which the network makes something else than the plan with the same weights; None if it does not."""
        self._remote.call("fill", fills(plan, secret, inputs)(followed.layers))
        for scaled in (scale * inputs for scale in SCALES):
            with torch.no_grad():
                want = plan.network(scaled)
            got = expect_tensor(self._remote.call("run", scaled), tuple(want.shape), f"what {self.name} returns")
            if not equals(got, want, tolerance_of_networks(self._device)):
                return scaled
        return None

    def _follow(self, inputs: torch.Tensor) -> Followed:
        try:
            answer = self._remote.call("follow", inputs)
        except StudentError as error:
            if type(error) is StudentError and not error.not_implemented:
                self._explain(inputs)
            error.called = self.name
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

    def _alike(self, followed: Followed) -> Plan | None:
        """A plan with the same kinds of layers one by one, where need be without normalizations that are missing."""
        kinds = [layer.kind for layer in followed.layers]
        for plan in self.plans:
            if _same_kinds(followed, plan):
                return plan
        shorter = (plan.without_norms_that_lack(kinds) for plan in self.plans)
        return next((plan for plan in shorter if plan is not None), None)

    def _nearest(self, followed: Followed) -> Plan:
        """The plan with the longest common beginning, of those with as many layers if there are any."""
        kinds = [layer.kind for layer in followed.layers]

        def distance(plan: Plan) -> tuple[int, int]:
            pairs = zip(kinds, plan.kinds, strict=False)
            common = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
            return abs(len(kinds) - len(plan.layers)), -common

        return min(self.plans, key=distance)

    def _fail(self, difference: Diagnosis | None) -> NoReturn:
        assert difference is not None
        fail(f"In {self.name}, {difference.sentence}.", difference.mistake or None)

    def _name_difference(self, plan: Plan, inputs: torch.Tensor) -> None:
        followed = self._follow(inputs)
        found = between_difference(followed, plan, inputs) or layer_difference(followed, plan)
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
        low, high = plan.range
        if not (first.min().item() >= low and first.max().item() <= high):
            fail(f"What {self.name} returns leaves [{low:g}, {high:g}].", "E13")


def expect_own_weights(student: Student, first: Remote, second: Remote, name: str) -> None:
    """Fails when two objects of one class have parameters in common."""
    if student.probe("shared_parameters", first, second):
        text = f"Two {name} share weights: what one learns changes the other"
        fail(f"{text}. Make the layers in __init__, anew for each object.", "E32")


def expect_gradients(
    student: Student, device: str, model: Remote, inputs: torch.Tensor, output: int | None = None
) -> None:
    """Fails when the output depends on a parameter that gets no gradient: it would never learn."""
    cut = student.probe("parameters_cut_off", device, model, inputs, output=output)
    if cut:
        text = f"No gradient of the output reaches {cut[0]}, so it never learns"
        fail(f"{text}: is something detached, frozen (requires_grad) or under no_grad?", "T11")


def _followed(answer: Any, name: str) -> Followed:
    layers = layers_of_answer(answer)
    if layers is None:
        fail(f"{_capital(name)} could not be followed through a forward pass: which layers does it use?")
    return Followed(layers, answer.get("result"), int(answer["parameters"]), bool(answer["strange"]))


def _same_kinds(followed: Followed, plan: Plan) -> bool:
    pairs = itertools.zip_longest((layer.kind for layer in followed.layers), plan.kinds)
    return all(mine == planned or (mine in MATRICES and planned in MATRICES) for mine, planned in pairs)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _both_lists(yours: Sequence[Layer], plan: Sequence[Layer]) -> Layers | None:
    return layer_lists([size_words(layer) for layer in yours], [size_words(layer) for layer in plan])
