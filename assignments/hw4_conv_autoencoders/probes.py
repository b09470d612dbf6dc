"""What the checks of this assignment run on the student's side. Probes record values; they judge nothing.

Every probe takes the notebook's namespace first; `device` is where tensors and models are moved to.
"""

from __future__ import annotations

import torch
from torch import nn

from autograder.sandbox.loop_probes import build_device, build_loader, build_model, needs_gradient, record_training

__all__ = ["build_device", "build_loader", "build_model", "record_training"]

# --- autoencoders -----------------------------------------------------------------------------------------------------


def make(namespace, device, name, *args):
    """A new model of the notebook, in evaluation mode."""
    return namespace[name](*args).to(device).eval()


def parts(namespace, device, model, images, training=False):
    """What `model(images)` returns, without gradients: its parts if it is a sequence of any kind."""
    if isinstance(model, nn.Module):
        model.train(training)
    with torch.no_grad():
        result = model(images.to(device))
    sequence = isinstance(result, (tuple, list))
    return {"sequence": sequence, "value": list(result) if sequence else result}


def scatter_parameters(namespace, model, scale):
    """Replaces every parameter by Gaussian numbers: then nothing is zero or one by chance."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, scale)


def trainability(namespace, device, model, images):
    """How many numbers the model can learn, and whether it lists its parameters at all, with the names of those to
    which no gradient of the reconstruction leads."""
    if not isinstance(model, nn.Module):
        return {"module": False, "count": 0, "idle": []}
    output = model.train()(images.to(device))
    reconstruction = output[0] if isinstance(output, (tuple, list)) else output
    if reconstruction.requires_grad:
        (reconstruction**2).sum().backward()
    model.eval()
    return {
        "module": True,
        "count": sum(parameter.numel() for parameter in model.parameters()),
        "idle": [name for name, parameter in model.named_parameters() if parameter.grad is None],
    }


# --- codes ------------------------------------------------------------------------------------------------------------


def encode(namespace, model, loader, n_samples, device):
    """What `encode_samples` returns, as a list if it is a sequence, and where its tensors are."""
    result = namespace["encode_samples"](model, loader, n_samples, device)
    sequence = isinstance(result, (tuple, list))
    tensors = [part for part in result if isinstance(part, torch.Tensor)] if sequence else []
    return {
        "sequence": sequence,
        "value": list(result) if sequence else result,
        "needs_gradient": needs_gradient(result),
        "devices": sorted({tensor.device.type for tensor in tensors}),
        "weights": torch.cat([tensor.detach().flatten().float() for tensor in model.state_dict().values()]),
    }
