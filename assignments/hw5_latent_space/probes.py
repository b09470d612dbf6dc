"""What the checks of this assignment run on the student's side. Probes record values; they judge nothing.

Every probe takes the notebook's namespace first; `device` is where tensors and models are moved to.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from autograder.sandbox.loop_models import CountingOptimizer
from autograder.sandbox.loop_probes import (  # noqa: F401 - asked for by the checks
    build_device,
    build_loader,
    build_model,
    record_training,
)
from autograder.sandbox.network_probes import (  # noqa: F401 - asked for by the checks
    make_network,
    make_trainer,
    reached_by_gradients,
    run_network,
    scatter_weights,
    switched_off,
)

# --- the autoencoder --------------------------------------------------------------------------------------------------


def describe_layers(namespace, model):
    """Whether there is a module at all, how many parameters can be trained, and which parts a user needs of it."""
    is_module = isinstance(model, nn.Module)
    return {
        "module": is_module,
        "parameters": sum(p.requires_grad for p in model.parameters()) if is_module else 0,
        "parts": [name for name in ("encode", "decode") if callable(getattr(model, name, None))],
    }


def decode_after_other_pictures(namespace, device, model, pictures, others):
    """What is decoded from the codes of `pictures`: at once, and once other pictures were encoded in between."""
    with torch.no_grad():
        codes = model.encode(pictures.to(device))
        at_once = model.decode(codes.clone())
        model.encode(others.to(device))
        return {"at once": at_once, "later": model.decode(codes.clone())}


# --- training ---------------------------------------------------------------------------------------------------------

OPTIMIZERS = {"RMSprop": torch.optim.RMSprop, "CountingOptimizer": CountingOptimizer}


def build_optimizer(namespace, model, kind, lr):
    """An optimizer for all parameters of a model."""
    return OPTIMIZERS[kind](model.parameters(), lr=lr)


def build_scheduler(namespace, optimizer, gamma):
    """A scheduler that multiplies the learning rate by gamma at each step."""
    return torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma)


# --- interpolation ----------------------------------------------------------------------------------------------------


class SecretAutoencoder(nn.Module):
    """A nonlinear encoder and decoder with secret weights, whose codes have any shape.

    In training mode both do something else. Single pictures and codes, and any leading dimensions, are right as well.
    """

    def __init__(self, encoder, decoder, code_shape):
        super().__init__()
        self.encoder, self.decoder = nn.Parameter(encoder.clone()), nn.Parameter(decoder.clone())
        self.code_shape = tuple(code_shape)
        self.modes = []  # training mode of each use

    def encode(self, x):
        self.modes.append(self.training)
        codes = 1.5 * torch.sin(x.flatten(-3) @ self.encoder)
        codes = codes - 1 if self.training else codes
        return codes.reshape(*codes.shape[:-1], *self.code_shape)

    def decode(self, z):
        self.modes.append(self.training)
        z = 0.5 * z if self.training else z
        flat = z.reshape(*z.shape[: z.dim() - len(self.code_shape)], math.prod(self.code_shape))
        return torch.sigmoid(torch.sin(2 * flat) @ self.decoder).unflatten(-1, (1, 28, 28))

    def forward(self, x):
        return self.decode(self.encode(x))


def interpolate(namespace, device, weights, code_shape, images, count):
    """Runs `interpolate_between` on an autoencoder of ours; count: None for the default."""
    model = SecretAutoencoder(*weights, code_shape).to(device).eval()
    images = [image.to(device) for image in images]
    strip = namespace["interpolate_between"](model, *images, *([] if count is None else [count]))
    return {
        "strip": strip,
        "needs_gradient": isinstance(strip, torch.Tensor) and strip.requires_grad,
        "training": model.training,
        **switched_off(model.parameters()),
        "images": images,
    }
