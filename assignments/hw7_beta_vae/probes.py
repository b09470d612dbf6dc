"""What the checks of this assignment run on the student's side. Probes record values; they judge nothing.

Every probe takes the notebook's namespace first; `device` is where tensors and models are moved to.
"""

from __future__ import annotations

import torch
from torch import nn

from autograder.sandbox.loop_probes import build_device, build_loader, build_model, record_training  # noqa: F401
from autograder.sandbox.network_probes import switched_off

# --- networks ---------------------------------------------------------------------------------------------------------


def make(namespace, device, name, *args, **kwargs):
    """A new model of the notebook, in evaluation mode."""
    return namespace[name](*args, **kwargs).to(device).eval()


def call(namespace, device, thing, *args, attribute=None):
    """Calls a model of the notebook, or one of its methods."""
    function = getattr(thing, attribute) if attribute else thing
    return function(*[_on(device, arg) for arg in args])


def _on(device, value):
    if isinstance(value, dict):
        return {key: _on(device, part) for key, part in value.items()}
    return value.to(device) if isinstance(value, torch.Tensor) else value


# --- loaders ----------------------------------------------------------------------------------------------------------


class Numbered(torch.utils.data.Dataset):
    """Pictures and labels in memory, one pair at a time."""

    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index], self.labels[index]


def passes_of_loader(namespace, images, labels, batch_size, passes):
    """The batches of several passes through the loader that `make_loader` makes, each as (images, labels)."""
    loader = namespace["make_loader"](Numbered(images, labels), batch_size)
    return [[tuple(batch) for batch in loader] for _ in range(passes)]


# --- sampling ---------------------------------------------------------------------------------------------------------


class MarkedDecoder(nn.Module):
    """Codes to pictures by a secret map, another one in training mode; it remembers what it was given."""

    def __init__(self, weights, offset):
        super().__init__()
        self.weights = nn.Parameter(weights.clone())
        self.offset, self.inputs, self.modes = offset, [], []

    def forward(self, z):
        self.inputs.append(z.detach().clone())
        self.modes.append(self.training)
        weights = (
            self.weights if z.dim() != 2 or z.shape[1] == len(self.weights) else self.weights.new_ones(z.shape[1], 784)
        )
        pictures = torch.sigmoid(z @ weights).reshape(-1, 1, 28, 28)
        return pictures + self.offset if self.training else pictures


class MarkedModel(nn.Module):
    """An autoencoder of ours with such a decoder; its encoder is not needed for samples."""

    def __init__(self, weights, offset):
        super().__init__()
        self.decoder = MarkedDecoder(weights, offset)

    def encoder(self, x):
        raise RuntimeError("samples come from the prior: only model.decoder is needed")

    forward = reconstruct = encoder


def sample(namespace, device, weights, offset, n, nz, calls):
    """What `sample_images` returns for a model of ours in training mode, and what its decoder was given."""
    model = MarkedModel(weights, offset).train()
    target = torch.device(device)
    pictures, codes = [], []
    for _ in range(calls):
        model.decoder.inputs.clear()
        pictures.append(namespace["sample_images"](model, n, nz, target))
        codes.append(list(model.decoder.inputs))
    return {
        "pictures": pictures,
        "codes": codes,
        "modes": list(model.decoder.modes),
        "needs_gradient": any(isinstance(p, torch.Tensor) and p.requires_grad for p in pictures),
        **switched_off(model.parameters()),
    }


# --- stand-ins for the parts of a VAE ---------------------------------------------------------------------------------


def make_encoder_class(namespace, table):
    """In the place of `Encoder`: whatever the pictures are, the codes are the first rows and columns of a table."""

    class Encoder(nn.Module):
        def __init__(self, nz):
            super().__init__()
            self.table = nn.Parameter(table[:, :nz].clone())

        def forward(self, x):
            return self.table[: len(x)]

    return Encoder


def make_decoder_class(namespace, weights):
    """In the place of `Decoder`: a secret nonlinear map that remembers the codes, with their graph."""

    class Decoder(nn.Module):
        def __init__(self, nz):
            super().__init__()
            self.codes = []
            self.register_buffer("weights", weights.clone())

        def forward(self, z):
            self.codes.append(z)
            return torch.sigmoid(z @ self.weights[: z.shape[1]]).reshape(-1, 1, 28, 28)

    return Decoder


def _codes(vae):
    return next(part for part in vae.modules() if hasattr(part, "codes")).codes


def _table(vae):
    return next(part for part in vae.modules() if hasattr(part, "table")).table


def forward_passes(namespace, device, vae, x, calls, training):
    """Results of `vae(x)` and what was decoded in each call."""
    vae.to(device).train(training)
    results, codes = [], []
    for _ in range(calls):
        _codes(vae).clear()
        results.append(vae(x.to(device)))
        codes.append(list(_codes(vae)))
    return {"results": results, "codes": codes}


def forward_gradient(namespace, device, vae, x, weights):
    """The gradient of a mixture of "rec" by what the encoder gave, what was decoded, and whether "q" has a graph."""
    vae.to(device).train()
    _codes(vae).clear()
    outputs = vae(x.to(device))
    rec, q = outputs["rec"], outputs["q"]
    gradient = None
    if rec.requires_grad:
        gradient = torch.autograd.grad((rec * weights.to(device)).sum(), _table(vae), allow_unused=True)[0]
    return {"gradient": gradient, "codes": list(_codes(vae)), "q_connected": bool(q.requires_grad)}


def reconstructions(namespace, device, vae, x, training):
    """Two results of `vae.reconstruct(x)`, and what was decoded for each; fewer pictures went through it before."""
    vae.to(device).train(training)
    try:
        vae(x[1:].to(device))
    except Exception:  # another task's affair
        _codes(vae).clear()
    results, codes = [], []
    for _ in range(2):
        _codes(vae).clear()
        results.append(vae.reconstruct(x.to(device)))
        codes.append([code.detach() for code in _codes(vae)])
    return {"results": results, "codes": codes}


def loss_and_gradients(namespace, device, vae, x, q, rec):
    """What `vae.loss` returns, and the gradients of the total by q and by the reconstruction."""
    leaves = [part.to(device).clone().requires_grad_() for part in (q, rec)]
    outputs = {"q": leaves[0], "rec": leaves[1]}
    answer = vae.loss(x.to(device), outputs)
    total = answer[0] if isinstance(answer, (tuple, list)) and answer else None
    gradients = [None, None]
    connected = isinstance(total, torch.Tensor) and total.requires_grad
    if connected and total.numel() == 1:
        gradients = list(torch.autograd.grad(total.sum(), leaves, allow_unused=True))
    kept = list(outputs) == ["q", "rec"] and torch.equal(leaves[0].detach().cpu(), q)
    return {"answer": answer, "connected": connected, "gradients": gradients, "kept": kept}


# --- training a VAE ---------------------------------------------------------------------------------------------------


class SmallVAE(nn.Module):
    """A beta-VAE of ours whose noise is a fixed table, so that a step can be done again; BatchNorm tells the mode."""

    def __init__(self, hidden, nz, beta, noise):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, hidden, bias=False),
            nn.BatchNorm1d(hidden),
            nn.Tanh(),
            nn.Linear(hidden, 2 * nz),
        )
        self.decoder = nn.Sequential(nn.Linear(nz, 784), nn.Sigmoid())
        self.register_buffer("noise", noise.clone())
        self.nz, self.beta = nz, beta

    def forward(self, x):
        q = self.encoder(x)
        z = q[:, : self.nz] + q[:, self.nz :].exp() * self.noise[: len(x)]
        return {"q": q, "rec": self.decoder(z).view(-1, 1, 28, 28)}

    def loss(self, x, outputs):
        rec_loss, kl_loss = self.parts(x, outputs)
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}

    def parts(self, x, outputs):
        mean, log_sigma = outputs["q"].chunk(2, dim=1)
        kl = ((2 * log_sigma).exp() + mean**2 - 1) / 2 - log_sigma
        return ((outputs["rec"] - x) ** 2).mean(), kl.sum(dim=1).mean()

    def reconstruct(self, x):
        return self.decoder(self.encoder(x)[:, : self.nz]).view(-1, 1, 28, 28)


def build_small_vae(namespace, device, hidden, nz, beta, noise, weights):
    """A SmallVAE with these weights, in training mode."""
    model = SmallVAE(hidden, nz, beta, noise)
    nn.utils.vector_to_parameters(weights, model.parameters())
    return model.to(device).train()
