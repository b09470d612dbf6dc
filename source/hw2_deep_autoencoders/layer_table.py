"""The layers of a network as a table."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def layer_table(model: nn.Module, images: Tensor) -> str:
    """The layers in the order in which a pass meets them: kind, output shape, number of parameters."""
    rows: list[str] = []

    def record(module, _, output):
        shape = tuple(output.shape[1:]) if isinstance(output, Tensor) else ""
        rows.append(f"{type(module).__name__:<18}{shape!s:<16}{sum(p.numel() for p in module.parameters()):>9,}")

    handles = [part.register_forward_hook(record) for part in model.modules() if not list(part.children())]
    mode = model.training
    with torch.no_grad():
        model.eval()(images.to(next(model.parameters()).device))
    model.train(mode)
    for handle in handles:
        handle.remove()
    total = sum(parameter.numel() for parameter in model.parameters())
    return "\n".join(["layer, output per picture, parameters", *rows, f"{'in all':<34}{total:>9,}"])
