"""Public checks of this notebook: `check("VAE.loss", VAE)` under a task, or `python check.py` for all of them.

They look at the same laws as the hidden checks, which draw other sizes and other numbers.
"""

from __future__ import annotations

import copy
import math
import sys
from typing import Any

import torch
from laws import MarkedModel, TinyAutoencoder, TinyVAE, cross_batches, kl_curve, learns, resolutions, short_training
from layer_table import layer_table
from noise import SIGMAS, histogram, independent
from readiness import check, main, ready
from torch import Tensor, nn
from verdicts import holds, note, public_check

__all__ = ["check", "ready"]


# --- part 1 -----------------------------------------------------------------------------------------------------------


@public_check("Encoder")
def _(Encoder):
    model = Encoder(7).eval()
    images = torch.rand(3, 1, 28, 28)
    yield note(layer_table(model, images))
    shape = tuple(model(images).shape)
    yield holds("3 pictures become codes (3, 7) for nz = 7", shape == (3, 7), f"They have shape {shape}.")
    found, planned = resolutions(model, images, nn.Conv2d), [(32, 14, 14), (64, 7, 7), (128, 3, 3), (256, 1, 1)]
    if found:
        hint = f"Yours give {found}. Compute floor((H + 2p − k)/s) + 1 for the first that differs."
        yield holds("the convolutions give the planned resolutions", found == planned, hint)
    count = sum(parameter.numel() for parameter in Encoder(64).parameters())
    hint = f"Yours has {count:,}. Look for a bias, a BatchNorm, a kernel or a number of channels."
    yield holds("419,744 parameters for nz = 64", count == 419_744, hint)
    codes = model(4 * torch.randn(40, 1, 28, 28))
    hint = "An activation stands behind the last layer: a code may be any number."
    yield holds("codes take both signs", bool((codes < 0).any() and (codes > 0).any()), hint)


@public_check("Decoder")
def _(Decoder):
    model = Decoder(7).eval()
    codes = 3 * torch.randn(3, 7)
    yield note(layer_table(model, codes))
    pictures = model(codes)
    shape = tuple(pictures.shape)
    yield holds("3 codes of 7 numbers become 3 pictures", shape == (3, 1, 28, 28), f"They have shape {shape}.")
    found, planned = (
        resolutions(model, codes, nn.ConvTranspose2d),
        [(128, 3, 3), (64, 7, 7), (32, 14, 14), (1, 28, 28)],
    )
    if found:
        hint = f"Yours give {found}. Compute (H − 1)s − 2p + k + output_padding for the first that differs."
        yield holds("the transposed convolutions give the planned resolutions", found == planned, hint)
    count = sum(parameter.numel() for parameter in Decoder(64).parameters())
    hint = f"Yours has {count:,}. Look for a bias, a BatchNorm, a kernel or a number of channels."
    yield holds("419,745 or 419,681 parameters for nz = 64", count in (419_745, 419_681), hint)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(8)
        wide = model(codes)
    yield holds("pictures stay in [0, 1], whatever the weights", wide.min() >= 0 and wide.max() <= 1, "Sigmoid.")


@public_check("make_loader")
def _(make_loader):
    pictures, labels = torch.rand(23, 1, 28, 28), torch.arange(23)
    loader = make_loader(torch.utils.data.TensorDataset(pictures, labels), 5)
    passes = [list(loader) for _ in range(2)]
    sizes = [len(batch[1]) for batch in passes[0]]
    yield holds("23 pictures come as 5 + 5 + 5 + 5 + 3", sizes == [5, 5, 5, 5, 3], f"Yours come as {sizes}.")
    first, second = (torch.cat([batch[1] for batch in batches]) for batches in passes)
    yield holds("every picture comes once", sorted(first.tolist()) == list(range(23)))
    paired = all(torch.equal(pictures[label], picture) for picture, label in zip(*passes[0][0], strict=True))
    yield holds("with its own label", paired)
    yield holds("in random order", not torch.equal(first, labels), "Look for an argument of DataLoader.")
    yield holds("and in another one at the next pass", not torch.equal(first, second))


@public_check("train_autoencoder")
def _(train_autoencoder):
    batches = cross_batches(6, 6, 3)
    model = TinyAutoencoder().eval()
    start = copy.deepcopy(model).train()
    losses = train_autoencoder(model, batches, epochs=4, lr=0.1, device=torch.device("cpu"))
    right = isinstance(losses, list) and len(losses) == 12
    yield holds("returns a list with one loss for each of 4 × 3 iterations", right, f"It returned {_count(losses)}.")
    if not right:
        return
    floats = all(isinstance(loss, float) for loss in losses)
    yield holds("of Python floats", floats, f"They are {type(losses[0]).__name__}s: loss.item().")
    expected = ((start(batches[0][0]) - batches[0][0]) ** 2).mean().item()
    hint = f"It is {float(losses[0]):.4g}, the mean squared error is {expected:.4g}."
    same = math.isclose(float(losses[0]), expected, rel_tol=1e-3)
    yield holds("the first is the mean squared error of the first batch, in training mode", same, hint)
    yield from learns([float(loss) for loss in losses], model, start)


def _count(value: Any) -> str:
    return f"a {type(value).__name__}" + (f" of {len(value)}" if hasattr(value, "__len__") else "")


@public_check("sample_images")
def _(sample_images):
    model = MarkedModel().train()
    pictures = sample_images(model, 40, 6, torch.device("cpu"))
    hint = "Use model.decoder, of the argument."
    yield holds("the decoder of the model that is passed is asked", model.decoder.codes, hint)
    if not model.decoder.codes:
        return
    codes = torch.cat(model.decoder.codes)
    shape = tuple(codes.shape)
    yield holds("for 40 codes of 6 numbers", shape == (40, 6), f"It was given codes of shape {shape}.")
    yield holds("in evaluation mode", not any(model.decoder.modes), "model.eval()")
    yield holds("without gradients", not pictures.requires_grad, "Decode under torch.no_grad().")
    yield holds("returns its pictures", tuple(pictures.shape) == (40, 1, 28, 28), f"{tuple(pictures.shape)}")
    model.decoder.codes.clear()
    for _ in range(30):
        sample_images(model, 40, 6, torch.device("cpu"))
    eps = torch.cat(model.decoder.codes).view(-1, 40, 6)
    yield histogram(eps, "your codes")
    yield from independent(eps)
    mean, std = float(eps.mean()), float(eps.std())
    right = abs(mean) < SIGMAS / math.sqrt(eps.numel()) and abs(std - 1) < SIGMAS / math.sqrt(2 * eps.numel())
    yield holds("codes have mean 0 and standard deviation 1", right, f"They have {mean:.2f} and {std:.2f}.")


# --- part 2 -----------------------------------------------------------------------------------------------------------


@public_check("VAE.forward")
def _(VAE):
    vae = VAE(5)
    images = torch.rand(6, 1, 28, 28)
    yield note(layer_table(copy.deepcopy(vae).eval(), images))
    outputs = vae(images)
    keys = sorted(outputs) if isinstance(outputs, dict) else type(outputs).__name__
    right = isinstance(outputs, dict) and {"q", "rec"} <= set(outputs)
    yield holds('returns a dictionary with "q" and "rec"', right, f"It returned {keys}.")
    if not right:
        return
    shape = tuple(outputs["q"].shape)
    yield holds("q is (6, 10) for nz = 5", shape == (6, 10), f"Its shape is {shape}: the encoder gives 2 nz numbers.")
    shape = tuple(outputs["rec"].shape)
    yield holds("rec is (6, 1, 28, 28)", shape == (6, 1, 28, 28), f"Its shape is {shape}.")
    codes, table = _watch_decoder(vae, 5)
    for mode in ("train", "eval"):
        getattr(vae, mode)()
        codes.clear()
        vae(images), vae(images)
        yield holds(f"decodes another sample at each call ({mode} mode)", not torch.equal(codes[0], codes[1]))
    codes.clear()
    table.grad = None
    vae.train()(images)["rec"].sum().backward()
    reached = table.grad is not None and bool(table.grad[:, :5].any() and table.grad[:, 5:].any())
    hint = "Something cuts the path: .sample(), torch.normal, detach. Draw randn, then shift and scale."
    yield holds("gradients of rec reach means and log sigmas", reached, hint)
    codes.clear()
    with torch.no_grad():
        for _ in range(60):
            vae(images)
    mean, log_sigma = table.detach().split(5, dim=1)
    eps = (torch.stack([code.detach() for code in codes]) - mean) / log_sigma.exp()
    yield histogram(eps, "your (z − mean) / sigma")
    yield from independent(eps)
    middle, spread = float(eps.mean()), float(eps.std())
    hint = f"In units of sigma, the noise has mean {middle:.2f} and standard deviation {spread:.2f}. "
    hint += "randn? exp(log_sigma)? The first half for the means?"
    right = abs(middle) < SIGMAS / math.sqrt(eps.numel()) and abs(spread - 1) < SIGMAS / math.sqrt(2 * eps.numel())
    yield holds("the noise (z − mean)/sigma has mean 0 and standard deviation 1", right, hint)


def _watch_decoder(vae: nn.Module, nz: int) -> tuple[list[Tensor], nn.Parameter]:
    """What the decoder is given, and the table that the encoder now answers with: means of both signs, small sigmas."""
    codes: list[Tensor] = []
    mean = torch.linspace(-1, 1, 6 * nz).view(6, nz)
    log_sigma = torch.linspace(-1.5, -0.4, 6 * nz).view(6, nz).flip(0)
    table = nn.Parameter(torch.cat([mean, log_sigma], dim=1))
    vae.encoder.forward = lambda x: table[: len(x)]
    vae.decoder.register_forward_pre_hook(lambda module, args: codes.append(args[0]))
    return codes, table


@public_check("VAE.loss")
def _(VAE):
    vae, x, rec = VAE(5, beta=0.25), torch.zeros(3, 1, 28, 28), torch.full((3, 1, 28, 28), 0.5)
    zeros = torch.zeros(3, 10)

    def parts(q: Tensor, guess: Tensor = rec) -> tuple[Tensor, dict[str, Tensor]]:
        return vae.loss(x[: len(q)], {"q": q, "rec": guess[: len(q)]})

    answer = parts(zeros)
    form = isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[1], dict)
    form = form and {"kl_loss", "rec_loss"} <= set(answer[1])
    yield holds('returns (total, {"rec_loss": ..., "kl_loss": ...})', form, "A tensor and a dictionary.")
    if not form:
        return

    def kl(mean: Tensor, log_sigma: Tensor) -> Tensor:
        """Of one latent number, the others being 0."""
        q = torch.zeros(len(mean), 10)
        q[:, :1], q[:, 5:6] = mean, log_sigma
        return parts(q)[1]["kl_loss"]

    yield kl_curve(kl)
    value = float(answer[1]["rec_loss"])
    hint = f"Grey pictures instead of black ones cost 0.5² = 0.25 per pixel; yours is {value:.4g}."
    yield holds("rec_loss is a mean over pixels and pictures", math.isclose(value, 0.25, rel_tol=1e-4), hint)
    value = float(answer[1]["kl_loss"])
    yield holds("the prior itself has the KL 0", abs(value) < 1e-5, f"Yours is {value:.3g}: log 1 = 0.")
    ones = zeros.clone()
    ones[:, :5] = 1.0
    value = float(parts(ones)[1]["kl_loss"])
    hint = f"Five dimensions with mean 1 cost ½ each, 2.5 in all; yours is {value:.4g}."
    yield holds(
        "kl_loss is summed over dimensions, averaged over pictures", math.isclose(value, 2.5, rel_tol=1e-4), hint
    )
    wide = zeros.clone()
    wide[:, 5:] = math.log(2)
    value, expected = float(parts(wide)[1]["kl_loss"]), 5 * (1.5 - math.log(2))
    hint = f"Five dimensions with sigma = 2 cost {expected:.4f}; yours is {value:.4f}. Which Gaussian comes first?"
    yield holds("clouds with sigma 2 cost what they should", math.isclose(value, expected, rel_tol=1e-4), hint)
    total, found = parts(ones + wide)
    expected = float(found["rec_loss"]) + 0.25 * float(found["kl_loss"])
    hint = f"With beta = 0.25 it should be {expected:.4f}; yours is {float(total):.4f}."
    yield holds("total is rec_loss + beta · kl_loss", math.isclose(float(total), expected, rel_tol=1e-4), hint)
    q = (ones + wide).requires_grad_()
    total = parts(q)[0]
    reached = total.requires_grad and bool(torch.autograd.grad(total, q)[0].all())
    yield holds("the total has gradients for every number of q", reached, "No .item(), no .detach() in the total.")


@public_check("VAE.reconstruct")
def _(VAE):
    vae, images = VAE(5), torch.rand(4, 1, 28, 28)
    vae.eval()
    first, second = vae.reconstruct(images), vae.reconstruct(images)
    yield holds("returns pictures", tuple(first.shape) == (4, 1, 28, 28), f"Their shape is {tuple(first.shape)}.")
    yield holds("the same at every call", torch.equal(first, second), "Decode the mean, not a sample.")
    codes, table = _watch_decoder(vae, 5)
    vae.reconstruct(images)
    right = bool(codes) and torch.allclose(codes[-1], table[:4, :5])
    yield holds("decoded from the means", right, "The first nz columns of q.")


@public_check("train_vae")
def _(train_vae):
    batches = cross_batches(6, 6, 3)
    model = TinyVAE(beta=0.01).eval()
    start = copy.deepcopy(model).train()
    answer = train_vae(model, batches, epochs=4, lr=0.1, device=torch.device("cpu"))
    right = isinstance(answer, tuple | list) and len(answer) == 2 and all(len(part) == 12 for part in answer)
    yield holds(
        "returns two lists with one number for each of 4 × 3 iterations", right, f"It returned {_count(answer)}."
    )
    if not right:
        return
    floats = all(isinstance(loss, float) for part in answer for loss in part)
    yield holds("of Python floats", floats, "Store .item(): a tensor keeps its whole graph.")
    with torch.no_grad():
        _, parts = start.loss(batches[0][0], start(batches[0][0]))
    for name, losses in zip(("rec_loss", "kl_loss"), answer, strict=True):
        hint = f"It is {float(losses[0]):.4g}, model.loss says {float(parts[name]):.4g}."
        same = math.isclose(float(losses[0]), float(parts[name]), rel_tol=1e-3)
        yield holds(f"the first {name} is that of the first batch", same, hint)
    yield from learns([float(rec) for rec in answer[0]], model, start)


@public_check("TUNED_BETA")
def _(beta):
    number = isinstance(beta, int | float) and math.isfinite(beta) and beta > 0
    yield holds("is a number above 0", number, f"It is {beta!r}.")
    if not number:
        return
    rec, kl, idle = short_training(float(beta))
    yield note(
        f"a tiny VAE on simple pictures ends with reconstruction {rec:.4f} (mean picture {idle:.4f}), KL {kl:.1f}"
    )
    yield holds("reconstructions are far better than the mean picture", rec < 0.2 * idle, "Smaller, by a factor of 10.")
    yield holds("and the codes stay near the prior", kl < 90, "Larger, by a factor of 10.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
