"""Follows a student's network through one forward pass: which layers with parameters it meets, and in which order.

Every function of torch that is called passes by here (`TorchFunctionMode`), so that it makes no difference how a layer
is written: as a module of any name, in a Sequential, or as a function with bare parameters. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode

_WEIGHTS = ("input", "weight", "bias")
_STATISTICS = ("input", "running_mean", "running_var", "weight", "bias")
_LAYERS: dict[str, tuple[str, tuple[str, ...]]] = {  # function of torch -> kind of layer, names of its arguments
    "linear": ("Linear", _WEIGHTS),
    "conv1d": ("Conv1d", _WEIGHTS),
    "conv2d": ("Conv2d", _WEIGHTS),
    "conv3d": ("Conv3d", _WEIGHTS),
    "conv_transpose1d": ("ConvTranspose1d", _WEIGHTS),
    "conv_transpose2d": ("ConvTranspose2d", _WEIGHTS),
    "conv_transpose3d": ("ConvTranspose3d", _WEIGHTS),
    "batch_norm": ("BatchNorm", _STATISTICS),
    "instance_norm": ("InstanceNorm", _STATISTICS),
    "layer_norm": ("LayerNorm", ("input", "shape", "weight", "bias")),
    "group_norm": ("GroupNorm", ("input", "groups", "weight", "bias")),
    "prelu": ("PReLU", ("input", "weight")),
}
_PRODUCTS = ("matmul", "mm", "__matmul__")
_SUMS = ("add", "add_", "__add__", "__radd__", "__iadd__")
_TENSORS = ("weight", "bias", "running_mean", "running_var")


class Follower(TorchFunctionMode):
    """A network and what it did in its last forward pass.

    part: the method to call in the place of the network itself, output: which one of several results counts
    """

    def __init__(self, model: nn.Module, device: str, part: str | None = None, output: int | None = None) -> None:
        super().__init__()
        self.model, self.device, self.part, self.output = model.to(device), device, part, output
        self.layers: list[dict[str, Any]] = []  # what is told about each layer
        self.tensors: list[dict[str, torch.Tensor]] = []  # its parameters and statistics themselves
        self.strange = 0  # uses of a parameter that is no layer
        self._owned: set[int] = set()
        self._used: set[int] = set()  # where the parameters lie that the last pass used
        self._last: torch.Tensor | None = None  # what the last layer returned
        self._tried: dict[str, Any] | None = None  # the layer that is being used

    def follow(self, inputs: torch.Tensor) -> dict[str, Any]:
        """The layers of one pass in evaluation mode, with what came into and out of each, and the result."""
        self.layers, self.tensors, self.strange, self._last, self._tried = [], [], 0, None, None
        self._used = set()
        if any(_is_lazy(parameter) for parameter in self.model.parameters()):
            self.run(inputs)  # lazy layers get their sizes, and their weights a place, in the first pass
        self._owned = {_storage(tensor) for tensor in (*self.model.parameters(), *self.model.buffers())}
        self.model.eval()
        with torch.no_grad(), self:
            result = self._function()(inputs.to(self.device))
        return {**self.seen(), "result": self._chosen(result)}

    def seen(self) -> dict[str, Any]:
        """The layers so far: also of a pass that an error ended. "parameters" is how many numbers the network has, or
        for a part of it, how many of them were used.
        """
        counted = [parameter for parameter in self.model.parameters() if not _is_lazy(parameter)]
        if self.part:
            counted = [parameter for parameter in counted if _storage(parameter) in self._used]
        parameters = sum(parameter.numel() for parameter in counted)
        return {"layers": self.layers, "strange": self.strange, "parameters": parameters, "tried": self._tried}

    def fill(self, values: list[dict[str, torch.Tensor]]) -> None:
        """Puts values into the parameters and statistics of the layers that were met, in the order of the pass."""
        with torch.no_grad():
            for tensors, new in zip(self.tensors, values):  # noqa: B905 - a student's network may have fewer
                for name, tensor in tensors.items():
                    if name in new:
                        tensor.copy_(new[name].reshape(tensor.shape))

    def run(self, inputs: torch.Tensor, training: bool = False) -> Any:
        """The result in evaluation or in training mode."""
        function = self._function()
        self.model.train(training)
        with torch.no_grad():
            return self._chosen(function(inputs.to(self.device)))

    # --- inside ---

    def _function(self) -> Callable[[torch.Tensor], Any]:
        self.model.eval()
        return getattr(self.model, self.part) if self.part else self.model

    def _chosen(self, result: Any) -> Any:
        return result[self.output] if self.output is not None and isinstance(result, (tuple, list)) else result

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(function, "__name__", "")
        before = _first_tensor(args, kwargs)
        if name in _LAYERS and before is not None:
            before = before.clone()  # the next function may work in place
            self._tried = _description(_LAYERS[name][0], _tensors(name, args, kwargs))
        self._used |= {
            _storage(tensor) for tensor in _all_tensors((args, kwargs)) if not _is_lazy(tensor)
        } & self._owned
        result = function(*args, **kwargs)
        self._tried = None
        if isinstance(result, torch.Tensor):
            self._note(name, args, kwargs, before, result)
        return result

    def _note(self, name: str, args: Any, kwargs: Any, before: torch.Tensor | None, result: torch.Tensor) -> None:
        if name in _LAYERS:
            self._add(_LAYERS[name][0], _tensors(name, args, kwargs), before, result)
            return
        own = [arg for arg in args if isinstance(arg, torch.Tensor) and _storage(arg) in self._owned]
        if not own or _storage(result) in self._owned or not result.is_floating_point():
            return  # a view of a parameter, or nothing to do with one
        if name in _PRODUCTS and len(args) == 2 and own[0] is args[1] and args[1].dim() == 2:
            self._add("Linear", {"weight": args[1].t()}, args[0], result)
        elif name == "addmm" and len(own) == 2 and own[1] is args[2]:
            self._add("Linear", {"weight": args[2].t(), "bias": args[0]}, args[1], result)
        elif name in _SUMS and self._is_bias(own, args):
            self.tensors[-1]["bias"] = own[0]
            self.layers[-1].update(bias=own[0].numel(), output=result.detach().clone())
            self._last = result
        else:
            self.strange += 1

    def _is_bias(self, own: list[torch.Tensor], args: Any) -> bool:
        """Whether a parameter is added to what the last layer, still without a bias, returned."""
        follows = any(arg is self._last for arg in args)
        return len(own) == 1 and follows and bool(self.tensors) and "bias" not in self.tensors[-1]

    def _add(
        self, kind: str, tensors: dict[str, torch.Tensor], before: torch.Tensor | None, result: torch.Tensor
    ) -> None:
        weight = tensors.get("weight")
        known = all(_storage(tensor) in self._owned for tensor in tensors.values())
        self.strange += not known and not isinstance(weight, nn.Parameter)  # weights that are computed
        places = [tensor.data_ptr() for tensor in tensors.values()]
        self.layers.append(
            {
                **_description(kind, tensors),
                "known": known,
                "again": any(places == [other.data_ptr() for other in past.values()] for past in self.tensors),
                "input": None if before is None else before.detach().clone(),
                "output": result.detach().clone(),
            }
        )
        self.tensors.append(dict(tensors))
        self._last = result


def _tensors(name: str, args: Any, kwargs: Any) -> dict[str, torch.Tensor]:
    """The parameters and statistics among the arguments of a layer's function."""
    given = {**dict(zip(_LAYERS[name][1], args)), **kwargs}  # noqa: B905 - what follows the tensors is of no interest
    return {key: given[key] for key in _TENSORS if isinstance(given.get(key), torch.Tensor)}


def _description(kind: str, tensors: dict[str, torch.Tensor]) -> dict[str, Any]:
    weight, bias = tensors.get("weight"), tensors.get("bias")
    return {
        "kind": kind,
        "weight": None if weight is None else list(weight.shape),
        "bias": None if bias is None else bias.numel(),
        "statistics": "running_mean" in tensors,
    }


def _first_tensor(args: Any, kwargs: Any) -> torch.Tensor | None:
    first = args[0] if args else kwargs.get("input")
    return first if isinstance(first, torch.Tensor) else None


def _all_tensors(value: Any) -> Iterator[torch.Tensor]:
    """The tensors among some arguments, at any depth."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _all_tensors(item)


def _storage(tensor: torch.Tensor) -> int:
    """Where a tensor's numbers lie: the same for a parameter and its views."""
    return int(tensor.untyped_storage().data_ptr())


def _is_lazy(parameter: torch.Tensor) -> bool:
    """Whether a parameter has no size yet, as those of `nn.LazyLinear` before the first pass."""
    return bool(is_lazy(parameter))
