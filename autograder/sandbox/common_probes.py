"""Probes that any assignment may use. A probe runs on the student's side and only records values; what is right is
decided elsewhere. Its first argument is the notebook's namespace."""

from __future__ import annotations

from typing import Any


def call_with_gradients(
    namespace: dict[str, Any], name: str, args: list[Any], weights: Any = None, output: int | None = None
) -> dict[str, Any]:
    """Calls `name(*args)` with every floating-point tensor argument requiring a gradient.

    Returns {"value": the result, "gradients": one per argument, None where there is none}: the gradients of
    sum(weights * result), or of sum(result) without weights. `output` picks one of several results.
    """
    import torch

    inputs = [arg.clone().requires_grad_() if _is_real(arg) else arg for arg in args]
    function = namespace[name]
    value = function(*inputs)
    chosen = value if output is None else value[output]
    total = chosen.sum() if weights is None else (chosen * weights).sum()
    leaves = [arg for arg in inputs if _is_real(arg)]
    found = iter(torch.autograd.grad(total, leaves, allow_unused=True) if total.requires_grad else [None] * len(leaves))
    return {"value": value, "gradients": [next(found) if _is_real(arg) else None for arg in inputs]}


def get_global(namespace: dict[str, Any], name: str) -> Any:
    """The value of a global of the notebook."""
    return namespace[name]


def count_parameters(namespace: dict[str, Any], model: Any) -> int:
    """Number of trainable numbers in a model."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def follow_layers(
    namespace: dict[str, Any], device: str, model: Any, part: str | None = None, output: int | None = None
) -> Any:
    """A follower of a network, see architecture_probes.py: ask its `follow`, `seen`, `fill` and `run`."""
    from autograder.sandbox.architecture_probes import Follower

    return Follower(model, device, part, output)


def shared_parameters(namespace: dict[str, Any], first: Any, second: Any) -> int:
    """How many parameters of one object are those of another one, too; none where they are no modules."""
    from torch import nn
    from torch.nn.parameter import is_lazy

    def places(thing: Any) -> set[int]:
        listed = thing.parameters() if isinstance(thing, nn.Module) else ()
        return {int(parameter.data_ptr()) for parameter in listed if not bool(is_lazy(parameter))}

    return len(places(first) & places(second))


def parameters_cut_off(
    namespace: dict[str, Any], device: str, model: Any, inputs: Any, output: int | None = None
) -> list[str]:
    """Names of parameters on which the output in training mode depends, but to which no gradient of it leads."""
    import torch

    def pass_through() -> Any:
        value = model(inputs.to(device))
        return value if output is None else value[output]

    model.train()
    value = pass_through()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    found: Any = []
    if value.requires_grad and trained:
        found = torch.autograd.grad(value.square().sum(), trained, allow_unused=True)
    reached = {id(parameter) for parameter, gradient in zip(trained, found) if gradient is not None}  # noqa: B905
    model.eval()
    with torch.no_grad():
        before = pass_through()
        cut = []
        for name, parameter in model.named_parameters():
            if id(parameter) not in reached and _matters(parameter, before, pass_through):
                cut.append(name)
    return cut


def _matters(parameter: Any, before: Any, pass_through: Any) -> bool:
    """Whether the output changes with a parameter, which is put back."""
    import torch

    kept = parameter.clone()
    parameter += 0.5 * (parameter.abs().mean() + 0.1) * torch.randn_like(parameter)
    after = pass_through()
    parameter.copy_(kept)
    return not torch.allclose(before, after, rtol=1e-4, atol=1e-6)


def _is_real(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor) and value.is_floating_point()
