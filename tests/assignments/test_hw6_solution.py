"""The reference solution of hw6, and the code that its notebook gives to students."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from solutions import hw6_denoising_and_vae as hw6


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def images(n: int) -> torch.Tensor:
    """Pictures that can be told apart: picture i has a bright square at its own place."""
    pictures = torch.zeros(n, 1, 28, 28)
    for i in range(n):
        pictures[i, 0, (5 * i) % 22 : (5 * i) % 22 + 6, (3 * i) % 22 : (3 * i) % 22 + 6] = 0.9
    return pictures


def loader(n: int, batch_size: int = 4, shuffle: bool = False):
    return hw6.make_loader(hw6.DigitImages(images(n), torch.arange(n)), batch_size, shuffle)


# --- exercise 1


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 28), (5, 1, 28, 28), (3,)])
def test_noise_keeps_the_shape_and_the_input(shape):
    clean = torch.full(shape, 0.5)
    noisy = hw6.AddGaussianNoise(0.0, 0.1)(clean)
    assert noisy.shape == shape
    assert noisy.dtype == torch.float32
    assert torch.all(clean == 0.5)


def test_noise_has_the_mean_and_the_standard_deviation():
    noise = hw6.AddGaussianNoise(0.02, 0.05)(torch.full((100, 1, 28, 28), 0.5)) - 0.5
    assert noise.mean() == pytest.approx(0.02, abs=6 * 0.05 / math.sqrt(noise.numel()))
    assert noise.std() == pytest.approx(0.05, rel=6 / math.sqrt(2 * noise.numel()))


def test_noise_is_clipped_and_drawn_anew():
    transform = hw6.AddGaussianNoise(0.0, 0.3)
    first, second = transform(torch.zeros(2, 1, 28, 28)), transform(torch.zeros(2, 1, 28, 28))
    assert first.min() == 0
    assert first.max() <= 1
    assert not torch.equal(first, second)
    assert not torch.equal(first[0], first[1])


@pytest.mark.parametrize("size", [1, 3, 7])
def test_denoiser_keeps_the_shape(size):
    assert hw6.DenoisingAutoencoder()(torch.rand(size, 1, 28, 28)).shape == (size, 1, 28, 28)


def test_dae_loss_is_a_sum():
    loss = hw6.dae_loss(torch.full((3, 1, 28, 28), 0.5), torch.zeros(3, 1, 28, 28))
    assert loss.dim() == 0
    assert loss.item() == pytest.approx(588)


def test_pairs_stay_in_step_and_noise_is_fresh():
    clean = hw6.DigitImages(images(10), torch.arange(10))
    noisy = hw6.DigitImages(images(10), torch.arange(10), transform=hw6.AddGaussianNoise(0.0, 1e-3))
    pairs = hw6.make_loader(hw6.ConcatDataset(noisy, clean), batch_size=4, shuffle=True)
    epochs = [list(pairs) for _ in range(2)]
    assert [len(batch) for batch, _ in epochs[0]] == [4, 4, 2]
    for batch_noisy, batch_clean in epochs[0]:
        assert torch.allclose(batch_noisy, batch_clean, atol=1e-2)
        assert not torch.equal(batch_noisy, batch_clean)
    assert not torch.equal(noisy[3][0], noisy[3][0])
    assert not torch.equal(epochs[0][0][1], epochs[1][0][1])  # another order in the second epoch


def test_training_the_denoiser_reports_losses_per_image():
    pairs = hw6.make_loader(hw6.ConcatDataset(*[hw6.DigitImages(images(10), torch.arange(10))] * 2), 4, shuffle=False)
    model = hw6.DenoisingAutoencoder()
    with torch.no_grad():
        untrained = hw6.dae_loss(model(images(10)), images(10)).item() / 10
    train, test = hw6.train_dae(model, hw6.make_dae_optimizer(model), pairs, pairs, 3, torch.device("cpu"))
    assert len(train) == 3
    assert len(test) == 4
    assert test[0] == pytest.approx(untrained, rel=1e-4)
    assert test[-1] < test[0]


# --- exercise 2


def test_kl_is_that_of_torch_distributions():
    mu, log_var = torch.randn(4, 7), torch.rand(4, 7) * 4 - 3
    _, kl = hw6.vae_loss(torch.rand(4, 1, 28, 28), mu, log_var, torch.rand(4, 1, 28, 28))
    expected = kl_divergence(Normal(mu, log_var.exp().sqrt()), Normal(0.0, 1.0)).sum()
    assert kl.item() == pytest.approx(expected.item(), rel=1e-5)


def test_gradients_of_the_kl():
    mu, log_var = torch.randn(4, 7, requires_grad=True), (torch.rand(4, 7) * 4 - 3).requires_grad_()
    hw6.vae_loss(torch.rand(4, 1, 28, 28), mu, log_var, torch.rand(4, 1, 28, 28))[1].backward()
    torch.testing.assert_close(mu.grad, mu.detach())
    torch.testing.assert_close(log_var.grad, (log_var.detach().exp() - 1) / 2)


def test_reconstruction_is_a_sum_of_cross_entropies():
    output, target = torch.rand(3, 1, 28, 28) * 0.9 + 0.05, torch.rand(3, 1, 28, 28)
    reconstruction, _ = hw6.vae_loss(output, torch.zeros(3, 2), torch.zeros(3, 2), target)
    expected = -(target * output.log() + (1 - target) * (1 - output).log()).sum()
    assert reconstruction.item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("training", [True, False])
def test_reparameterize_samples_with_exact_gradients(training):
    vae = hw6.VAE(5).train(training)
    mu, log_var = torch.randn(64, 5, requires_grad=True), (torch.rand(64, 5) - 1).requires_grad_()
    z = vae.reparameterize(mu, log_var)
    d_mu, d_log_var = torch.autograd.grad(z.sum(), (mu, log_var))
    torch.testing.assert_close(d_mu, torch.ones_like(mu))
    torch.testing.assert_close(d_log_var, (z - mu).detach() / 2)
    eps = (z - mu) / log_var.exp().sqrt()
    assert abs(eps.mean().item()) < 6 / math.sqrt(eps.numel())
    assert not torch.equal(z, vae.reparameterize(mu, log_var))


@pytest.mark.parametrize(("latent", "size"), [(2, 3), (16, 1), (7, 5)])
def test_shapes_and_order_of_the_vae(latent, size):
    vae, pictures = hw6.VAE(latent_feature=latent), torch.rand(size, 1, 28, 28)
    assert [part.shape for part in vae.encoder(pictures)] == [(size, latent)] * 3
    output, mu, log_var = vae(pictures)
    assert output.shape == (size, 1, 28, 28)
    assert output.min() >= 0
    assert output.max() <= 1
    torch.testing.assert_close(mu, vae.encoder(pictures)[0])
    torch.testing.assert_close(log_var, vae.encoder(pictures)[1])


def test_every_parameter_of_the_vae_learns():
    vae, pictures = hw6.VAE(4), torch.rand(3, 1, 28, 28)
    sum(hw6.vae_loss(*vae(pictures), pictures)).backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in vae.parameters())


def test_training_the_vae_logs_numbers_per_image():
    vae, batches = hw6.VAE(3), loader(10)
    log, test = hw6.train_vae(vae, batches, batches, 4, torch.device("cpu"), lr=1e-3, log_every=5)
    assert log[:, 0].tolist() == [0, 5, 10]
    np.testing.assert_allclose(log[:, 1], log[:, 2] + log[:, 3], rtol=1e-5)
    assert len(test) == 5
    assert test[-1] < test[0] < 784


def test_another_loss_can_be_trained_on():
    vae, calls = hw6.VAE(3), []

    def parts(*arguments):
        calls.append(arguments)
        return hw6.vae_loss(*arguments)

    hw6.train_vae(vae, loader(8), loader(4), 1, torch.device("cpu"), loss_parts=parts)
    assert len(calls) == 2


# --- exercise 3


def test_snapshots_are_means_of_the_test_data():
    vae = hw6.VAE(2)
    start = copy.deepcopy(vae).eval()
    train, test = loader(12, shuffle=True), loader(7, batch_size=3, shuffle=True)
    snapshots = hw6.latent_snapshots(vae, train, test, n_epochs=3, record_at=(0, 1, 3), lr=1e-3)
    assert list(snapshots) == [0, 1, 3]
    for mu, labels in snapshots.values():
        assert mu.shape == (7, 2)
        assert not mu.requires_grad
        assert sorted(labels.tolist()) == list(range(7))
    with torch.no_grad():
        for epoch, model in ((0, start), (3, vae.eval())):
            mu, labels = snapshots[epoch]
            torch.testing.assert_close(mu, model.encoder(images(7)[labels])[0])
    assert not torch.allclose(snapshots[1][0].sort(0).values, snapshots[3][0].sort(0).values)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_first_batches_gives_no_batch_more(count):
    batches = hw6.FirstBatches(loader(10), count)
    assert len(list(batches)) == len(batches) == min(count, 3)


@pytest.mark.parametrize("kind", [torch.as_tensor, np.asarray], ids=["torch", "numpy"])
@pytest.mark.parametrize("shape", [(1, 28, 28), (7,)], ids=["pictures", "codes"])
def test_interpolation_is_a_straight_line(kind, shape):
    x0, x1 = kind(torch.rand(shape)), kind(torch.rand(shape))
    steps = hw6.linear_interpolation(x0, x1)
    expected = np.stack([alpha * np.asarray(x1) + (1 - alpha) * np.asarray(x0) for alpha in np.linspace(0, 1, 11)])
    assert isinstance(steps, torch.Tensor)
    np.testing.assert_allclose(steps.numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("kind", [torch.as_tensor, lambda z: z.numpy().astype(np.float64)], ids=["torch", "numpy64"])
def test_latent_interpolation_decodes_the_line(kind):
    vae, (z0, z1) = hw6.VAE(5).eval(), torch.randn(2, 5)
    pictures = hw6.latent_linear_interpolation(kind(z0), kind(z1), vae)
    assert pictures.shape == (11, 1, 28, 28)
    assert not pictures.requires_grad
    with torch.no_grad():
        torch.testing.assert_close(pictures[[0, 5, 10]], vae.decoder(torch.stack([z0, (z0 + z1) / 2, z1])))


def test_a_model_without_parameters_is_on_the_cpu():
    class Stub:
        @staticmethod
        def decoder(z):
            return z[:, :1, None, None].expand(-1, 1, 28, 28)

    assert hw6.device_of(Stub()) == torch.device("cpu")
    pictures = hw6.latent_linear_interpolation(torch.zeros(3), torch.ones(3), Stub())
    torch.testing.assert_close(pictures[:, 0, 0, 0], torch.linspace(0, 1, 11))
