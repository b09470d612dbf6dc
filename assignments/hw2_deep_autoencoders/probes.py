"""What hidden checks let the submission's process do. Probes record values; they judge nothing.

Every probe takes the notebook's namespace first; `device` is where tensors and models are moved to.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.parameter import is_lazy


def make(namespace, device, name, *sizes):
    """A new model of the notebook. Layers that find their sizes in the first pass get one."""
    model = namespace[name](*sizes).to(device)
    if isinstance(model, nn.Module) and any(is_lazy(parameter) for parameter in model.parameters()):
        model(torch.zeros(2, sizes[0], device=device))
    return model


def run(namespace, device, model, inputs, training=False, part=None):
    """What a model or a part of it returns, in evaluation or in training mode."""
    model.train(training)
    with torch.no_grad():
        return (getattr(model, part) if part else model)(inputs.to(device))


# --- interpolation ----------------------------------------------------------------------------------------------------


class SecretAutoencoder(nn.Module):
    """An autoencoder of ours with a nonlinear encoder and decoder, that come as methods; another one in training."""

    def __init__(self, encode, decode):
        super().__init__()
        self.encode, self.decode = nn.Parameter(encode.clone()), nn.Parameter(decode.clone())

    def encoder(self, x):
        return torch.tanh(x @ self.encode)

    def decoder(self, z):
        return torch.tanh((0.5 * z if self.training else z) @ self.decode)

    def forward(self, x):
        return self.decoder(self.encoder(x))


def make_interpolation(namespace, parts):
    """In the place of `interpolation`: a path of ours between the pictures, for one lambda or a column of them."""

    def interpolation(lambda1, model, image1, image2, *rest, **more):
        calls.append(1)
        value = torch.as_tensor(lambda1, dtype=torch.float32, device=image1.device)
        first, second, linear, quadratic = (part.to(image1.device) for part in parts)
        ends = image1.reshape(1, -1) * first + image2.reshape(1, -1) * second
        return ends + value * linear + value**2 * quadratic

    return interpolation


calls = []


def interpolate(namespace, device, name, weights, images, before=(), after=(), earlier=()):
    """`name(*before, model, *images, *after)` with a model of ours, and what became of the arguments.

    earlier: images of a call before it, of which nothing is told
    calls: how often the path of `make_interpolation` was used
    """
    model = SecretAutoencoder(*weights).to(device).eval()
    images = [image.to(device) for image in images]
    if earlier:
        namespace[name](*before, model, *(image.to(device) for image in earlier), *after)
    calls.clear()
    value = namespace[name](*before, model, *images, *after)
    return {
        "value": value,
        "images": images,
        "weights": [model.encode, model.decode],
        "training": model.training,
        "calls": len(calls),
    }
