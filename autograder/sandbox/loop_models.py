"""Small models of ours that a student's training loop is tried on. Both sides use them: built from secret weights in
the submission's process, and once more by the check that replays what was recorded.

None of them has a parameter whose true gradient is always zero, such as a bias in front of BatchNorm: under Adam
rounding noise alone would move it, differently on each machine.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters


class SmallClassifier(nn.Module):
    """Log-probabilities (B, classes) of pictures of any shape, flattened to `pixels` numbers."""

    def __init__(self, pixels: int, hidden: int, classes: int, dropout: float = 0.0):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(pixels, hidden, bias=False),
            nn.BatchNorm1d(hidden),
            nn.Tanh(),
            nn.Dropout(dropout),
            nn.Linear(hidden, classes),
            nn.LogSoftmax(dim=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        log_probabilities: Tensor = self.layers(x)
        return log_probabilities


class SmallAutoencoder(nn.Module):
    """An autoencoder of pictures of any shape with `pixels` numbers each, through a code of `latent` numbers.

    with_code: forward returns (reconstruction, code) instead of the reconstruction alone; shape: of the pictures that
    `decode` makes, flat ones without it
    """

    def __init__(
        self, pixels: int, hidden: int, latent: int, with_code: bool = False, shape: Sequence[int] | None = None
    ):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(pixels, hidden, bias=False),
            nn.BatchNorm1d(hidden),
            nn.Tanh(),
            nn.Linear(hidden, latent),
        )
        self.decoder = nn.Sequential(nn.Linear(latent, pixels), nn.Sigmoid())
        self.with_code = with_code
        self.shape = (pixels,) if shape is None else tuple(shape)

    def encode(self, x: Tensor) -> Tensor:
        code: Tensor = self.encoder(x)
        return code

    def decode(self, z: Tensor) -> Tensor:
        pictures: Tensor = self.decoder(z)
        return pictures.reshape(len(pictures), *self.shape)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        code = self.encode(x)
        reconstruction = self.decode(code).reshape(x.shape)
        return (reconstruction, code) if self.with_code else reconstruction


class ScriptedAutoencoder(nn.Module):
    """A model whose error is written down in advance: the mean squared error after epoch e is losses[e].

    Its only parameter is a clock that `CountingOptimizer` advances by one a step. The losses before the first epoch are
    losses[0]. In training mode the error is twice as large, so that an evaluation in the wrong mode shows.
    """

    def __init__(self, losses: list[float], batches: int):
        super().__init__()
        self.clock = nn.Parameter(torch.zeros(()))
        self.losses, self.batches = losses, batches

    def encode(self, x: Tensor) -> Tensor:
        return x

    def decode(self, z: Tensor) -> Tensor:
        epoch = round(self.clock.item()) // self.batches  # finished epochs
        error = self.losses[min(max(epoch - 1, 0), len(self.losses) - 1)] ** 0.5
        return z + (2 if self.training else 1) * error + 0 * self.clock

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


class CountingOptimizer(torch.optim.Optimizer):
    """Adds one to every parameter at each step, whatever the gradients are."""

    def __init__(self, parameters, lr: float = 1.0):  # type: ignore[no-untyped-def]
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):  # type: ignore[no-untyped-def]
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter += 1


def weights_of(model: nn.Module) -> Tensor:
    """All parameters in one vector, a copy."""
    return parameters_to_vector(model.parameters()).detach().clone()


def load_weights(model: nn.Module, weights: Tensor) -> None:
    """The reverse, with a copy: torch's own function makes the parameters views of the vector, which training moves."""
    with torch.no_grad():
        vector_to_parameters(weights.to(next(model.parameters())).clone(), model.parameters())


def buffers_of(model: nn.Module) -> Tensor:
    """All floating-point buffers, such as running statistics, in one vector, a copy."""
    parts = [buffer.detach().flatten().clone() for buffer in _float_buffers(model)]
    return torch.cat(parts) if parts else torch.zeros(0)


def load_buffers(model: nn.Module, buffers: Tensor) -> None:
    """The reverse."""
    places = _float_buffers(model)
    for buffer, part in zip(places, buffers.split([buffer.numel() for buffer in places]), strict=True):
        buffer.copy_(part.reshape(buffer.shape))


def _float_buffers(model: nn.Module) -> list[Tensor]:
    return [buffer for buffer in model.buffers() if buffer.is_floating_point()]
