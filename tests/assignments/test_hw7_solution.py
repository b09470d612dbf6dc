"""The reference solution of hw7: the sheet's own numbers, and the laws that its text promises."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.distributions import Normal
from torch.distributions import kl_divergence as torch_kl
from torch.utils.data import TensorDataset

from solutions import hw7_beta_vae as hw7

NZ = 5


def parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def pairs(count: int) -> TensorDataset:
    return TensorDataset(torch.rand(count, 1, 28, 28), torch.arange(count))


@pytest.fixture
def vae() -> hw7.VAE:
    torch.manual_seed(0)
    return hw7.VAE(NZ, beta=0.3).eval()


def test_parameters_are_those_of_the_sheet():
    assert parameters(hw7.Encoder(64)) == 419_744
    assert parameters(hw7.Decoder(64)) == 419_745  # 419 681 without the BatchNorm before the last layer


@pytest.mark.parametrize("nz", [3, 17])
def test_resolutions_go_28_14_7_3_1_and_back(nz):
    found = []
    model = hw7.AutoEncoder(nz).eval()
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.register_forward_hook(lambda _, __, output: found.append(tuple(output.shape[1:])))
    assert model(torch.rand(2, 1, 28, 28)).shape == (2, 1, 28, 28)
    down = [(32, 14, 14), (64, 7, 7), (128, 3, 3), (256, 1, 1)]
    up = [(128, 3, 3), (64, 7, 7), (32, 14, 14), (1, 28, 28)]
    assert found == down + up


def test_the_loader_gives_every_picture_once_a_pass_in_a_new_order():
    loader = hw7.make_loader(pairs(23), 5)
    passes = [torch.cat([labels for _, labels in loader]) for _ in range(2)]
    assert [len(images) for images, _ in loader] == [5, 5, 5, 5, 3]
    assert all(sorted(order.tolist()) == list(range(23)) for order in passes)
    assert not torch.equal(*passes)


def test_the_autoencoder_learns_and_reports_every_iteration():
    torch.manual_seed(0)
    losses = hw7.train_autoencoder(hw7.AutoEncoder(NZ), hw7.make_loader(pairs(20), 8), 6, 1e-2, "cpu")
    assert len(losses) == 6 * 3
    assert all(isinstance(loss, float) for loss in losses)
    assert losses[-1] < losses[0]


def test_samples_are_decoded_from_the_prior_by_the_model_that_is_given(vae):
    first, second = (hw7.sample_images(vae, 4, NZ, "cpu") for _ in range(2))
    assert first.shape == (4, 1, 28, 28)
    assert not first.requires_grad
    assert not torch.allclose(first, second)


def test_the_given_kl_is_that_of_torch():
    mu1, mu2 = torch.randn(2, 7, 3)
    log1, log2 = torch.rand(2, 7, 3) - 0.5
    wanted = torch_kl(Normal(mu1, log1.exp()), Normal(mu2, log2.exp()))
    torch.testing.assert_close(hw7.kl_divergence(mu1, log1, mu2, log2), wanted)


@pytest.mark.parametrize("training", [True, False])
def test_forward_samples_in_both_modes(vae, training):
    x = torch.rand(6, 1, 28, 28)
    first, second = vae.train(training)(x), vae(x)
    assert first["q"].shape == (6, 2 * NZ)
    assert torch.allclose(first["q"], second["q"])
    assert not torch.allclose(first["rec"], second["rec"])


def test_the_loss_is_a_mean_over_pixels_and_a_sum_over_latents(vae):
    x, rec, q = torch.rand(6, 1, 28, 28), torch.rand(6, 1, 28, 28), torch.randn(6, 2 * NZ, requires_grad=True)
    total, parts = vae.loss(x, {"q": q, "rec": rec})
    mean, log_sigma = q.split(NZ, dim=1)
    kl = torch_kl(Normal(mean, log_sigma.exp()), Normal(0.0, 1.0)).sum() / 6
    torch.testing.assert_close(parts["rec_loss"], ((x - rec) ** 2).sum() / (6 * 784))
    torch.testing.assert_close(parts["kl_loss"], kl)
    torch.testing.assert_close(total, parts["rec_loss"] + 0.3 * kl)
    (gradient,) = torch.autograd.grad(parts["kl_loss"], q)
    wanted = torch.cat([mean, (2 * log_sigma).exp() - 1], dim=1) / 6
    torch.testing.assert_close(gradient, wanted)


def test_reconstruct_decodes_the_mean(vae):
    x = torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(vae.reconstruct(x), vae.decoder(vae.encoder(x)[:, :NZ]))


def test_training_a_vae_reports_the_raw_kl(vae):
    recs, kls = hw7.train_vae(hw7.VAE(NZ, beta=0.0), hw7.make_loader(pairs(20), 8), 4, 1e-3, "cpu")
    assert len(recs) == len(kls) == 4 * 3
    assert min(kls) > 0
    assert all(isinstance(number, float) for number in recs + kls)


@pytest.mark.parametrize("model", [hw7.VAE(NZ), hw7.AutoEncoder(NZ)])
def test_interpolation_has_both_ends(model):
    start, end = torch.rand(2, 1, 28, 28)
    strip = hw7.interpolate(model, start, end, NZ, steps=5)
    assert strip.shape == (5, 1, 28, 28)
    ends = model.eval().reconstruct(torch.stack([start, end]))
    torch.testing.assert_close(strip[[0, -1]], ends.detach())
    middle = hw7.posterior_means(model, torch.stack([start, end]), NZ).mean(0, keepdim=True)
    torch.testing.assert_close(strip[2:3], model.decoder(middle).detach())
