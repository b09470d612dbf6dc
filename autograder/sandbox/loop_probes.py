"""Probes for training and evaluation loops: what a student's loop does to a model of ours, step by step, as values.

They run on the student's side and judge nothing; `autograder.checking.recorded_training` reads what they recorded. An
assignment's probes.py imports those that it needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from torch.utils.data import DataLoader, TensorDataset

from autograder.sandbox import loop_models
from autograder.sandbox.loop_models import buffers_of, load_buffers, load_weights, weights_of

MOST_STEPS = 600  # recorded, then only counted: a reply holds at most 4096 arrays

# --- what loops are tried on ------------------------------------------------------------------------------------------


def build_model(
    namespace: Any,
    device: str,
    name: str,
    sizes: dict[str, Any],
    weights: Tensor | None = None,
    buffers: Tensor | None = None,
    training: bool = True,
) -> nn.Module:
    """A model of loop_models with these weights, in training mode unless told otherwise."""
    model: nn.Module = getattr(loop_models, name)(**sizes)
    if weights is not None:
        load_weights(model, weights)
    if buffers is not None:
        load_buffers(model, buffers)
    return model.to(device).train(training)


def build_loader(namespace: Any, tensors: list[Tensor], batch_size: int, shuffle: bool = False) -> DataLoader[Any]:
    """A DataLoader of batches of these tensors side by side, without workers."""
    return DataLoader(TensorDataset(*tensors), batch_size=batch_size, shuffle=shuffle)


def build_device(namespace: Any, device: str) -> torch.device:
    """The device as notebooks pass it."""
    return torch.device(device)


# --- training ---------------------------------------------------------------------------------------------------------


def record_training(
    namespace: Any, function: Any, model: nn.Module, args: list[Any], method: str = "forward"
) -> dict[str, Any]:
    """Calls `function(*args)`, a name of the notebook or an object, and records how `model` is trained meanwhile.

    For every step of any optimizer of torch: the weights before it, the gradients, the running statistics, the learning
    rates, and the number of the forward pass before it. For every forward pass: input, mode, running statistics, and
    whether it kept gradients. `method` is what counts as a forward pass: "encode" sees models that are used in parts.
    """
    recorder = _Recorder(model, method)
    with recorder.watching():
        result = (namespace[function] if isinstance(function, str) else function)(*args)
    return {"result": result, "needs_gradient": needs_gradient(result), **recorder.record()}


def record_calls(namespace: Any, function: Any, model: nn.Module, args: list[Any]) -> dict[str, Any]:
    """The same for a function that evaluates: with the state of the model before and after it."""
    before = [weights_of(model), buffers_of(model)]
    record = record_training(namespace, function, model, args)
    return {**record, "before": before, "training_after": model.training}


def needs_gradient(value: Any) -> bool:
    """Whether a result still carries the graph of a computation."""
    if isinstance(value, dict):
        return any(needs_gradient(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(needs_gradient(item) for item in value)
    return isinstance(value, Tensor) and value.requires_grad


class _Recorder:
    """What happens to one model while it is watched."""

    def __init__(self, model: nn.Module, method: str) -> None:
        self.model, self.method = model, method
        self.steps: list[dict[str, Any]] = []
        self.forwards: list[dict[str, Any]] = []
        self.optimizers: list[torch.optim.Optimizer] = []  # kept alive, so that no two have the same id
        self.more_steps = 0
        self.pending = -1  # the last forward pass with gradients since the last step
        self.last: Tensor | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        kind: Any = type(self.model)
        original = getattr(kind, self.method)
        hooks = [
            register_optimizer_step_pre_hook(self._before_step),
            register_optimizer_step_post_hook(self._after_step),
        ]
        # On the class and not on the object: a deep copy of the model must compute with its own weights.
        setattr(kind, self.method, self._recording(original))
        try:
            yield
        finally:
            setattr(kind, self.method, original)
            for hook in hooks:
                hook.remove()

    def record(self) -> dict[str, Any]:
        return {
            "steps": self.steps,
            "step_count": len(self.steps) + self.more_steps,
            "forwards": self.forwards,
            "optimizers": [type(optimizer).__name__ for optimizer in self.optimizers],
            "last": self.last,
            "final": weights_of(self.model),
            "final_buffers": buffers_of(self.model),
            "final_device": next(self.model.parameters()).device.type,
        }

    def _recording(self, original: Any) -> Any:
        recorder = self

        def forward(self: nn.Module, x: Any, *args: Any, **kwargs: Any) -> Any:
            if self is recorder.model:
                recorder._before_forward(x)
            return original(self, x, *args, **kwargs)

        return forward

    def _before_forward(self, x: Any) -> None:
        if len(self.forwards) >= 2 * MOST_STEPS:
            return
        with_gradients = torch.is_grad_enabled()
        self.forwards.append(
            {
                "inputs": x.detach().clone() if isinstance(x, Tensor) else None,
                "training": self.model.training,
                "with_gradients": with_gradients,
                "steps": len(self.steps),
                "buffers": buffers_of(self.model),
            }
        )
        if with_gradients:
            self.pending = len(self.forwards) - 1

    def _before_step(self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> Any:
        replaced = with_closure_run(args, kwargs)
        self._record_step(optimizer)
        return replaced

    def _record_step(self, optimizer: torch.optim.Optimizer) -> None:
        if all(optimizer is not known for known in self.optimizers):
            self.optimizers.append(optimizer)
        if len(self.steps) >= MOST_STEPS:
            self.more_steps += 1
            return
        parameters, weights = list(self.model.parameters()), weights_of(self.model)
        own = {id(parameter) for parameter in parameters}
        held = [id(parameter) for group in optimizer.param_groups for parameter in group["params"]]
        self.steps.append(
            {
                "weights": weights,
                "buffers": buffers_of(self.model),
                "gradients": torch.cat(
                    [torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten().clone() for p in parameters]
                ).detach(),
                "without_gradient": sum(parameter.grad is None for parameter in parameters),
                "held": len(own & set(held)),
                "foreign": len(set(held) - own),
                "parameters": len(own),
                "rates": [float(group["lr"]) for group in optimizer.param_groups],
                "decay": max(float(group.get("weight_decay", 0)) for group in optimizer.param_groups),
                "moved": self.last is not None and not torch.equal(self.last.nan_to_num(), weights.nan_to_num()),
                "optimizer": next(i for i, known in enumerate(self.optimizers) if known is optimizer),
                "forward": self.pending,
            }
        )
        self.pending = -1

    def _after_step(self, optimizer: torch.optim.Optimizer, *args: Any) -> None:
        self.last = weights_of(self.model)


def with_closure_run(args: Any, kwargs: Any) -> Any:
    """The arguments of a step, after its closure has made the gradients; None for a step without one."""
    closure = kwargs.get("closure", args[1] if len(args) > 1 else None)
    if closure is None:
        return None
    with torch.enable_grad():
        loss = closure()
    return (args[0],), {"closure": lambda: loss}
