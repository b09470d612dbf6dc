"""Public checks of this notebook: `check("vae_loss", vae_loss)` under a task, or `python check.py` for all of them.

They look at the same laws as the hidden checks, which draw other sizes and other numbers.
"""

from __future__ import annotations

import copy
import math
import sys

import numpy as np
import torch
from helpers import show_strip
from laws import (
    SIGMAS,
    TinyVAE,
    gaussian,
    histogram,
    independent,
    kl_curve,
    layers,
    make_vae,
    on_the_line,
    reduction,
    with_sampling,
    without_gradient,
)
from readiness import check, main, ready
from torch import Tensor, nn
from verdicts import holds, note, public_check

__all__ = ["check", "ready"]


# --- exercise 1 -------------------------------------------------------------------------------------------------------


@public_check("AddGaussianNoise")
def _(AddGaussianNoise):
    mean, std = 0.02, 0.05
    transform = AddGaussianNoise(mean, std)
    grey = torch.full((40, 1, 28, 28), 0.5)
    noisy = torch.stack([transform(grey) for _ in range(3)])
    yield holds(
        "the picture that came in is unchanged", torch.all(grey == 0.5), "You changed the clean picture in place."
    )
    yield holds("the noise is float32", noisy.dtype == torch.float32, f"It is {noisy.dtype}.")
    eps = ((noisy - 0.5 - mean) / std).flatten(2)
    yield histogram(eps, "your noise (picture − mean) / std")
    yield from independent(eps)
    known = {
        "That is rand: uniform and positive. Gaussian noise needs randn.": (0.5, 0.29),
        "Is that the square of std? std is a standard deviation already.": (0.0, std),
        "Is that the root of std? std is a standard deviation, not a variance.": (0.0, std**-0.5),
        "The mean is not used.": (-mean / std, 1.0),
    }
    yield from gaussian(eps, known)
    black_and_white = (torch.arange(28 * 28).view(28, 28) % 2).float()
    hard = AddGaussianNoise(0.0, 0.3)(black_and_white)
    yield holds("works on a single picture (28, 28) too", hard.shape == (28, 28), f"It became {tuple(hard.shape)}.")
    yield holds("all values are in [0, 1]", hard.min() >= 0 and hard.max() <= 1, "Clip after adding the noise.")
    at_the_bound = float(((hard == 0) | (hard == 1)).float().mean())
    clipped = abs(at_the_bound - 0.5) < SIGMAS * 0.5 / 28
    hint = f"{at_the_bound:.0%} of black and white pixels are still black or white; clipping leaves about half of them."
    yield holds("values outside are clipped, not rescaled or reflected", clipped, hint)


@public_check("DenoisingAutoencoder")
def _(DenoisingAutoencoder):
    model = DenoisingAutoencoder()
    yield holds("is an nn.Module with parameters", isinstance(model, nn.Module) and list(model.parameters()))
    yield note(layers(model, torch.rand(2, 1, 28, 28)))
    for size in (3, 7):
        shape = tuple(model(torch.rand(size, 1, 28, 28)).shape)
        yield holds(
            f"{size} pictures in, {size} pictures out", shape == (size, 1, 28, 28), f"The output has shape {shape}."
        )
    if not any(isinstance(part, nn.ConvTranspose2d) for part in model.modules()):
        yield note("there is no transposed convolution: how does your grid grow again?")
    noisy, clean = torch.rand(8, 1, 28, 28), torch.rand(8, 1, 28, 28).round()
    ((model(noisy) - clean) ** 2).sum().backward()
    idle = without_gradient(model)
    yield holds(
        "every layer takes part", not idle, f"The gradient does not reach {', '.join(idle[:3])}: is forward using it?"
    )
    output = model.eval()(noisy)
    alone = torch.cat([model(image[None]) for image in noisy])
    same = torch.allclose(output, alone, atol=1e-4)
    yield holds("in evaluation mode a picture does not depend on its neighbours", same, "What mixes the batch?")


@public_check("dae_loss")
def _(dae_loss):
    output, images = torch.full((3, 1, 28, 28), 0.5, requires_grad=True), torch.zeros(3, 1, 28, 28)
    loss = dae_loss(output, images)
    yield holds("is one number, a tensor without dimensions", isinstance(loss, Tensor) and loss.dim() == 0)
    value, expected = loss.item(), 3 * 784 * 0.25
    hint = f"Three grey pictures instead of black ones cost 3 · 784 · 0.5² = {expected:.0f}; yours is {value:.4g}."
    yield holds(
        "is summed over pixels and pictures",
        math.isclose(value, expected, rel_tol=1e-4),
        f"{hint} {reduction(value / expected, 3, 784)}",
    )
    a, b = torch.rand(2, 3, 1, 28, 28), torch.rand(2, 3, 1, 28, 28)
    both, parts = (
        float(dae_loss(a.flatten(0, 1), b.flatten(0, 1))),
        sum(float(dae_loss(x, y)) for x, y in zip(a, b, strict=True)),
    )
    yield holds(
        "the loss of six pictures is that of three and three more",
        math.isclose(both, parts, rel_tol=1e-4),
        "Do not average.",
    )
    loss.backward()
    right = torch.allclose(output.grad, torch.ones(()), rtol=1e-3)
    yield holds("its gradient is 2 (output − images)", right, "Is it the squared error?")


@public_check("make_dae_optimizer")
def _(make_dae_optimizer):
    model = nn.Sequential(nn.Linear(5, 3), nn.Linear(3, 2))
    before = [parameter.detach().clone() for parameter in model.parameters()]
    optimizer = make_dae_optimizer(model)
    yield holds(
        "comes from torch.optim", isinstance(optimizer, torch.optim.Optimizer), f"It is a {type(optimizer).__name__}."
    )
    held = [id(parameter) for group in optimizer.param_groups for parameter in group["params"]]
    everything = sorted(held) == sorted(id(parameter) for parameter in model.parameters())
    yield holds(
        "holds every parameter of the model it is given", everything, "Pass model.parameters() of the argument."
    )
    (model(torch.rand(4, 5)) ** 2).sum().backward()
    optimizer.step()
    moved = all(not torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True))
    yield holds("one step moves every parameter", moved, "Is the learning rate 0?")


# --- exercise 2 -------------------------------------------------------------------------------------------------------


@public_check("vae_loss")
def _(vae_loss):
    output, images = torch.rand(3, 1, 28, 28) * 0.9 + 0.05, torch.rand(3, 1, 28, 28)
    zeros = torch.zeros(3, 5)
    parts = vae_loss(output, zeros, zeros, images)
    two = (
        isinstance(parts, tuple | list)
        and len(parts) == 2
        and all(isinstance(p, Tensor) and p.dim() == 0 for p in parts)
    )
    yield holds("returns two numbers, tensors without dimensions: (reconstruction, kl)", two, "Do not add them up yet.")
    if not two:
        return

    def kl(mu: Tensor, log_var: Tensor) -> Tensor:
        return vae_loss(output[: len(mu)], mu, log_var, images[: len(mu)])[1]

    yield kl_curve(kl)
    yield holds(
        "KL(N(0, 1) || N(0, 1)) = 0", abs(float(kl(zeros, zeros))) < 1e-4, f"Yours is {float(kl(zeros, zeros)):.3g}."
    )
    value = float(kl(zeros + 1, zeros))
    hint = f"15 numbers with mean 1 and variance 1 cost ½ each, 7.5 in all; yours is {value:.4g}."
    right = math.isclose(value, 7.5, rel_tol=1e-4)
    yield holds("KL is summed over pictures and dimensions", right, f"{hint} {reduction(value / 7.5, 3, 5)}")
    mu, log_var = torch.randn(3, 5, requires_grad=True), (torch.rand(3, 5) * 4 - 3).requires_grad_()
    kl(mu, log_var).backward()
    right = mu.grad is not None and torch.allclose(mu.grad, mu.detach(), rtol=1e-3, atol=1e-4)
    yield holds("the gradient of KL with respect to mu is mu", right, "How does mu enter the formula?")
    expected = (log_var.detach().exp() - 1) / 2
    right = log_var.grad is not None and torch.allclose(log_var.grad, expected, rtol=1e-3, atol=1e-4)
    hint = (
        "The network gives the logarithm of the variance: σ² = exp(log_var). Nothing else is a logarithm or a square."
    )
    yield holds("its gradient with respect to log_var is (σ² − 1) / 2", right, hint)

    def bce(guess: Tensor, target: Tensor) -> float:
        return float(vae_loss(guess, zeros[: len(guess)], zeros[: len(guess)], target)[0])

    black, grey, half = (torch.full((2, 1, 28, 28), value) for value in (0.0, 0.2, 0.5))
    right = math.isclose(bce(grey, black) / bce(half, black), math.log(0.8) / math.log(0.5), rel_tol=1e-3)
    hint = "binary_cross_entropy takes the guess first, then the target."
    yield holds("the picture is the target, not the guess", right, hint)
    value, expected_bce = bce(torch.full_like(images, 0.5), images), 3 * 784 * math.log(2)
    hint = f"A guess of 0.5 costs ln 2 per pixel, {expected_bce:.1f} for three pictures; yours is {value:.4g}."
    yield holds(
        "reconstruction is summed over pixels and pictures",
        math.isclose(value, expected_bce, rel_tol=1e-3),
        f"{hint} {reduction(value / expected_bce, 3, 784)}",
    )


@public_check("VAE.reparameterize")
def _(VAE):
    vae = make_vae(VAE, 11)
    mu, log_var = torch.randn(64, 11, requires_grad=True), (torch.rand(64, 11) * 3 - 2).requires_grad_()
    before = mu.detach().clone(), log_var.detach().clone()
    z = vae.reparameterize(mu, log_var)
    yield holds("z has the shape of mu", tuple(z.shape) == (64, 11), f"It has shape {tuple(z.shape)}.")
    unchanged = torch.equal(mu, before[0]) and torch.equal(log_var, before[1])
    yield holds("mu and log_var are unchanged", unchanged, "No in-place operations here.")
    gradients = torch.autograd.grad(z.sum(), (mu, log_var), allow_unused=True) if z.requires_grad else (None, None)
    cut = any(gradient is None or not gradient.any() for gradient in gradients)
    hint = "The gradient stops at the random draw (torch.normal, .sample()): draw noise first, then shift and scale."
    yield holds("gradients reach mu and log_var", not cut, hint)
    if not cut:
        yield holds("dz/dmu = 1", torch.allclose(gradients[0], torch.ones(()), atol=1e-3), "How does mu enter z?")
        right = torch.allclose(gradients[1], ((z - mu) / 2).detach(), atol=1e-3)
        hint = "log_var is the logarithm of σ²: which power of it is σ?"
        yield holds("dz/dlog_var = (z − mu) / 2", right, hint)
    with torch.no_grad():
        eps = torch.stack([(vae.reparameterize(mu, log_var) - mu) / log_var.exp().sqrt() for _ in range(40)])
    yield histogram(eps, "your (z − mu) / σ")
    yield from independent(eps)
    known = {"That is rand: uniform and positive. Use randn.": (0.5, 0.29), "There is no noise.": (0.0, 1e-9)}
    yield from gaussian(eps, known)


@public_check("VAE.encoder")
def _(VAE):
    for latent, size in ((3, 7), (5, 2)):
        vae = with_sampling(VAE(latent_feature=latent).eval())
        parts = vae.encoder(torch.rand(size, 1, 28, 28))
        yield holds(
            f"returns three tensors (latent_feature={latent})", isinstance(parts, tuple | list) and len(parts) == 3
        )
        shapes = [tuple(part.shape) for part in parts]
        yield holds(f"each of shape ({size}, {latent})", shapes == [(size, latent)] * 3, f"They have shapes {shapes}.")
    vae = with_sampling(VAE(latent_feature=6).eval())
    images = torch.rand(1, 1, 28, 28).expand(500, 1, 28, 28)
    with torch.no_grad():
        mu, log_var, z = vae.encoder(images)
    same = torch.allclose(mu, mu[:1].expand_as(mu), atol=1e-4) and torch.allclose(
        log_var, log_var[:1].expand_as(mu), atol=1e-4
    )
    yield holds("mu and log_var are the same each time the same picture comes", same, "The order is (mu, log_var, z).")
    if "reparameterize" in vars(vae):
        yield note("z is looked at as soon as reparameterize is there")
    else:
        eps = (z - mu) / log_var.exp().sqrt()
        right = abs(float(eps.mean())) < SIGMAS / math.sqrt(eps.numel()) and abs(
            float(eps.std()) - 1
        ) < SIGMAS / math.sqrt(2 * eps.numel())
        yield holds("z is a sample with this mu and this log_var", right, "Call self.reparameterize(mu, log_var).")
    mu, log_var, _ = vae.encoder(torch.rand(4, 1, 28, 28))
    yield holds(
        "mu and log_var are two different outputs", not torch.allclose(mu, log_var), "Split the output in two halves."
    )


@public_check("VAE.decoder")
def _(VAE):
    for latent, size in ((3, 7), (5, 2)):
        images = VAE(latent_feature=latent).eval().decoder(3 * torch.randn(size, latent))
        shape = tuple(images.shape)
        right = shape == (size, 1, 28, 28)
        yield holds(f"{size} codes of {latent} numbers become {size} pictures", right, f"The shape is {shape}.")
        yield holds("in [0, 1]", images.min() >= 0 and images.max() <= 1, "What maps any number into (0, 1)?")
    vae = VAE(latent_feature=4).eval()
    codes = torch.randn(6, 4, requires_grad=True)
    images = vae.decoder(codes)
    alone = torch.cat([vae.decoder(code[None]) for code in codes])
    yield holds(
        "a picture depends on its own code alone", torch.allclose(images, alone, atol=1e-4), "What mixes the batch?"
    )
    images.sum().backward()
    yield holds("every number of the code matters", codes.grad is not None and codes.grad.abs().sum(0).min() > 0)


@public_check("VAE.forward")
def _(VAE):
    vae = VAE(latent_feature=6)
    images = torch.rand(5, 1, 28, 28)
    parts = vae(images)
    yield holds(
        "returns three tensors (reconstruction, mu, log_var)", isinstance(parts, tuple | list) and len(parts) == 3
    )
    shapes = [tuple(part.shape) for part in parts]
    expected = [(5, 1, 28, 28), (5, 6), (5, 6)]
    yield holds("of shapes (B, 1, 28, 28), (B, latent), (B, latent)", shapes == expected, f"They are {shapes}.")
    yield note(layers(vae.eval(), images))
    with torch.no_grad():
        (first, mu, log_var), (second, _, _) = vae(images), vae(images)
        means, log_vars, _ = vae.encoder(images)
    right = torch.allclose(mu, means, atol=1e-5) and torch.allclose(log_var, log_vars, atol=1e-5)
    yield holds("mu and log_var are those of the encoder", right, "In the order of the encoder: mu first.")
    hint = "Two calls gave the same picture: decode the sample z, not the mean."
    yield holds("the reconstruction is decoded from a sample", not torch.equal(first, second), hint)
    yield from learns(vae.train(), images)


def learns(vae: nn.Module, images: Tensor):
    """Gradients reach every layer, and thirty steps on five pictures make the reconstruction better."""
    optimizer = torch.optim.Adam(vae.parameters(), lr=1e-3)
    errors = []
    for step in range(30):
        optimizer.zero_grad()
        output, _, log_var = vae(images)
        error = ((output - images) ** 2).sum()
        (error + 1e-3 * log_var.pow(2).sum()).backward()
        if step == 0:
            idle = without_gradient(vae)
            yield holds("every layer takes part", not idle, f"The gradient does not reach {', '.join(idle[:3])}.")
        optimizer.step()
        errors.append(error.item())
    hint = f"The squared error went from {errors[0]:.1f} to {errors[-1]:.1f}."
    yield holds("thirty steps make the reconstruction better", errors[-1] < 0.97 * errors[0], hint)


# --- exercise 3 -------------------------------------------------------------------------------------------------------


@public_check("latent_snapshots")
def _(latent_snapshots):
    vae = TinyVAE()
    train = [(torch.rand(6, 1, 28, 28), torch.full((6,), 9)) for _ in range(4)]
    test = [(torch.rand(5, 1, 28, 28), torch.tensor([3, 1, 4, 1, 5])), (torch.rand(2, 1, 28, 28), torch.tensor([2, 6]))]
    images, labels = (torch.cat(part) for part in zip(*test, strict=True))
    start = copy.deepcopy(vae).eval()
    snapshots = latent_snapshots(vae, train, test, n_epochs=3, record_at=(0, 2, 3), lr=1e-2)
    keys = sorted(snapshots) if isinstance(snapshots, dict) else type(snapshots).__name__
    yield holds("a dictionary with the epochs asked for", keys == [0, 2, 3], f"It has {keys}.")
    shapes = [(tuple(np.shape(mu)), tuple(np.shape(label))) for mu, label in snapshots.values()]
    yield holds(
        "mu (N, 2) and labels (N,) of all test pictures", shapes == [((7, 2), (7,))] * 3, f"The shapes are {shapes}."
    )
    paired = all(torch.equal(torch.as_tensor(label), labels) for _, label in snapshots.values())
    yield holds(
        "labels of the test data, in the order of the codes",
        paired,
        "Collect codes and labels in one loop over test_loader.",
    )
    for epoch, model, name in ((0, start, "before training"), (3, copy.deepcopy(vae).eval(), "after the last epoch")):
        mu = torch.as_tensor(snapshots[epoch][0])
        hint = "Use the mean, not the sample, of test pictures, in evaluation mode."
        same = torch.allclose(mu, model.encoder(images)[0].detach(), atol=1e-4)
        yield holds(f"the codes of epoch {epoch} are the means {name}", same, hint)
    moved = not torch.allclose(torch.as_tensor(snapshots[2][0]), torch.as_tensor(snapshots[3][0]))
    yield holds(
        "training goes on between the snapshots", moved, "Call vae.train() and step the optimizer in every epoch."
    )


@public_check("linear_interpolation")
def _(linear_interpolation):
    x0, x1 = torch.zeros(1, 28, 28), torch.zeros(1, 28, 28)
    x0[0, 4:24, 12:16], x1[0, 12:16, 4:24] = 1.0, 1.0
    steps = linear_interpolation(x0, x1)
    tensor = isinstance(steps, Tensor)
    yield holds("returns one tensor", tensor, f"It is a {type(steps).__name__}: put the pictures into one tensor.")
    if not tensor:
        return
    shape = tuple(steps.shape)
    yield holds("of shape (11, 1, 28, 28)", shape == (11, 1, 28, 28), f"It has shape {shape}: alpha = 0, 0.1, …, 1.")
    if steps.dim() == 4:
        yield show_strip(steps, "your strip: from a vertical to a horizontal bar")
    yield from on_the_line(steps, x0, x1, "picture")
    z0, z1 = np.arange(7.0), np.ones(7)
    codes = torch.as_tensor(linear_interpolation(z0, z1))
    yield holds(
        "codes (7,) as numpy arrays become (11, 7)", tuple(codes.shape) == (11, 7), f"Shape {tuple(codes.shape)}."
    )


@public_check("latent_linear_interpolation")
def _(latent_linear_interpolation):
    vae = TinyVAE().eval()
    across, down = torch.meshgrid(torch.linspace(0, 7, 28), torch.linspace(0, 7, 28), indexing="xy")
    with torch.no_grad():
        vae.pictures.weight.copy_(4 * torch.stack([across.sin().flatten(), down.cos().flatten()], dim=1))
    z0, z1 = torch.tensor([-1.5, 0.4]), torch.tensor([1.0, 1.3])
    pictures = latent_linear_interpolation(z0, z1, vae)
    shape = tuple(pictures.shape)
    yield holds("returns pictures (11, 1, 28, 28)", shape == (11, 1, 28, 28), f"The shape is {shape}.")
    yield holds("without gradients", not pictures.requires_grad, "Decode under torch.no_grad().")
    yield show_strip(pictures.detach(), "your strip, from a decoder that paints waves")
    with torch.no_grad():
        ends = vae.decoder(torch.stack([z0, z1, (z0 + z1) / 2]))
    yield from on_the_line(pictures.detach(), ends[0], ends[1], "code, decoded")
    mixed = torch.allclose(pictures[5], (ends[0] + ends[1]) / 2, atol=1e-3)
    hint = "You mixed the pictures. Mix the codes, then decode." if mixed else "Code number 6 is half of each."
    yield holds("the middle is decoded from the middle code", torch.allclose(pictures[5], ends[2], atol=1e-4), hint)
    as_numpy = latent_linear_interpolation(z0.double().numpy(), z1.double().numpy(), vae)
    same = torch.allclose(as_numpy.detach().float(), pictures.detach(), atol=1e-4)
    yield holds("codes may be numpy arrays", same, "Convert them to float32 tensors first.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
