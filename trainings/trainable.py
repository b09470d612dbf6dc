"""A training that can stop after any epoch and go on later, in another process, as if nothing had happened.

The training functions of the notebooks make an optimizer of their own and forget it when they return. They are called
for one epoch at a time here, and what the optimizer remembers (Adam's moments) is carried from call to call: the same
steps, the same random numbers, the same figures as in one call for all epochs.
"""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook

Curves = dict[str, list[float]]
Figures = dict[str, float]


class Stateful(Protocol):
    """A model, an optimizer, a scheduler: what remembers its state."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any], /) -> Any: ...


class CarriedOptimizer:
    """What the optimizer inside of a training function remembers, from one call of the function to the next."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """The next call begins with a fresh optimizer."""
        self._state: dict[str, Any] = {}

    def state_dict(self) -> dict[str, Any]:
        return self._state

    def load_state_dict(self, state: dict[str, Any], /) -> None:
        self._state = state

    @contextmanager
    def carried(self) -> Iterator[None]:
        """Around one call: the first optimizer that steps goes on where the one of the last call was."""
        seen: list[Optimizer] = []

        def before_a_step(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
            if not seen:
                seen.append(optimizer)
                if self._state:
                    optimizer.load_state_dict(self._state)

        hook = register_optimizer_step_pre_hook(before_a_step)
        try:
            yield
        finally:
            hook.remove()
        self._state = seen[0].state_dict() if seen else {}


class Trainable(ABC):
    """One training of a sheet. Its constructor prepares data and models; then come epochs, at most `epochs` of them."""

    def __init__(self, epochs: int, device: torch.device):
        torch.manual_seed(42)
        self.epochs, self.device = epochs, device
        self.done, self.seconds = 0, 0.0  # finished epochs, and the time that they took
        self.curves: Curves = {}
        self.parts: dict[str, Stateful] = {}
        self.kept: dict[str, Any] = {}  # tensors, numbers, and dictionaries of them

    @abstractmethod
    def one_epoch(self) -> None:
        """Trains for one epoch and appends to `curves`."""

    @abstractmethod
    def figures(self) -> Figures:
        """What the whole training came to."""

    @property
    def over(self) -> bool:
        return self.done >= self.epochs

    def record(self, **values: float | list[float]) -> None:
        """Appends one number, or a list of numbers, to each of the named curves."""
        for name, value in values.items():
            self.curves.setdefault(name, []).extend(value if isinstance(value, list) else [value])


def train(training: Trainable, checkpoint: Path, after_an_epoch: Callable[[Trainable], None]) -> None:
    """Runs what is left of a training; the file `checkpoint` always holds its last finished epoch."""
    if checkpoint.exists():
        _restore(training, checkpoint)
    after_an_epoch(training)
    while not training.over:
        started = _clock(training.device)
        training.one_epoch()
        training.done += 1
        training.seconds += _clock(training.device) - started
        _save(training, checkpoint)
        after_an_epoch(training)


def _clock(device: torch.device) -> float:
    """CPU time, which other programs on the machine do not change; on a graphics card, which has none, the time."""
    return time.process_time() if device.type == "cpu" else time.perf_counter()


def _save(training: Trainable, checkpoint: Path) -> None:
    state = {
        "done": training.done,
        "seconds": training.seconds,
        "curves": training.curves,
        "kept": training.kept,
        "parts": {name: part.state_dict() for name, part in training.parts.items()},
        "rng": torch.get_rng_state(),
        "cuda_rng": torch.cuda.get_rng_state_all() if training.device.type == "cuda" else [],
    }
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    unfinished = checkpoint.with_suffix(".writing")
    torch.save(state, unfinished)
    os.replace(unfinished, checkpoint)  # a kill leaves the old one or the new one


def _restore(training: Trainable, checkpoint: Path) -> None:
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    training.done, training.seconds = state["done"], state["seconds"]
    training.curves, training.kept = state["curves"], state["kept"]
    for name, part in training.parts.items():
        part.load_state_dict(state["parts"][name])
    torch.set_rng_state(state["rng"])
    if training.device.type == "cuda":
        torch.cuda.set_rng_state_all(state["cuda_rng"])


def copy_of(model: nn.Module) -> dict[str, torch.Tensor]:
    """The weights of a model as they are now, on the CPU."""
    return {name: value.detach().cpu().clone() for name, value in model.state_dict().items()}
