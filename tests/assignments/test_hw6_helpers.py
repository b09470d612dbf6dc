"""What students of hw6 get beside the notebook: data, baselines, figures, and public checks with their verdicts."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from solutions import hw6_denoising_and_vae as hw6


@pytest.fixture(scope="module")
def released(release):
    with release(
        "hw6_denoising_and_vae", "digits", "baselines", "figures", "helpers", "verdicts", "laws", "check"
    ) as all:
        yield all


@pytest.fixture
def no_data(monkeypatch, tmp_path):
    """An empty folder, no DATA_ROOT, and downloads that fail as without a network."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATA_ROOT", "ASSIGNMENT_DATA", "ASSIGNMENT_DOWNLOAD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("torchvision.datasets.MNIST.download", _no_network)


def _no_network(self):
    raise OSError("no network")


@pytest.fixture(scope="module")
def digits(released):
    return released.digits.embedded_digits(copies=2)


# --- data


def is_valid(digits) -> bool:
    for images, labels in ((digits.train_images, digits.train_labels), (digits.test_images, digits.test_labels)):
        assert images.dtype == torch.float32
        assert images.shape == (len(labels), 1, 28, 28)
        assert labels.dtype == torch.int64
        assert images.min() >= 0
        assert images.max() <= 1
        assert set(labels.tolist()) == set(range(10))
    return True


def test_the_sample_is_there_at_once_and_silently(released, monkeypatch, capsys):
    monkeypatch.setenv("ASSIGNMENT_DATA", "sample")
    start = time.perf_counter()
    digits = released.helpers.load_mnist()
    assert time.perf_counter() - start < 0.5
    assert is_valid(digits)
    assert len(digits.train_images) < 100
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("download", [None, True])
def test_without_mnist_the_embedded_digits_step_in(released, no_data, capsys, download):
    digits = released.helpers.load_mnist(download)
    assert is_valid(digits)
    assert not digits.is_mnist
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "scikit-learn's digits" in out


def test_embedded_digits_are_the_same_each_time_and_leave_the_generator_alone(released, digits):
    state = torch.get_rng_state()
    again = released.digits.embedded_digits(copies=2)
    assert torch.equal(digits.train_images, again.train_images)
    assert torch.equal(state, torch.get_rng_state())


def test_no_test_digit_is_trained_on(digits):
    originals = digits.train_images[: len(digits.train_images) // 2].flatten(1)
    nearest = torch.cdist(digits.test_images.flatten(1), originals).min(1).values
    assert (nearest > 0).float().mean() > 0.99  # a handful of the 8x8 digits are equal to each other


@pytest.mark.real_data
def test_mnist_is_read_from_the_data_root(released, monkeypatch, capsys):
    import os

    if not (Path(os.environ.get("DATA_ROOT", "")) / "MNIST" / "raw").is_dir():
        pytest.skip("no MNIST in $DATA_ROOT")
    digits = released.helpers.load_mnist()
    assert is_valid(digits)
    assert digits.is_mnist
    assert len(digits.train_images) == 60_000


# --- baselines and figures


def test_denoising_baselines_are_in_order(released, digits):
    noisy = hw6.AddGaussianNoise(0.0, 0.3)(digits.test_images)
    costs = released.helpers.denoising_baselines(digits, noisy)
    pca = next(value for name, value in costs.items() if name.startswith("PCA"))
    assert pca < costs["mean image"] < costs["best constant"] < costs["all black"]
    assert costs["all black"] == pytest.approx(float((digits.test_images**2).sum()) / len(digits.test_images), rel=1e-4)


def test_reconstruction_baselines_are_in_order(released, digits):
    costs = list(released.helpers.reconstruction_baselines(digits).values())
    assert costs == sorted(costs, reverse=True)


def test_pca_of_all_components_gives_the_picture_back(released):
    images = torch.rand(30, 1, 28, 28)
    torch.testing.assert_close(released.baselines.PCA(images).project(images, 784), images, atol=1e-3, rtol=0)


def test_figures_are_returned_and_closed(released, digits):
    import matplotlib.pyplot as plt

    helpers, rows = released.helpers, digits.test_images[:3]
    costs = {"mean image": 27.0}
    figures = [
        helpers.show_one_of_each(digits),
        helpers.show_rows({"noisy": rows, "clean": rows}),
        helpers.show_strip(digits.test_images[:11], "strip"),
        helpers.plot_epochs([3.0, 2.0], [9.0, 3.0, 2.0], costs, "loss"),
        helpers.plot_elbo(np.array([[0, 9.0, 8, 1], [10, 5, 3, 2]]), costs),
        helpers.plot_latent(torch.randn(20, 2), torch.arange(20) % 10, "codes"),
        helpers.plot_kl_per_dimension(torch.randn(20, 4), torch.rand(20, 4)),
        helpers.plot_manifold(hw6.VAE(2), steps=3),
    ]
    assert all(isinstance(figure, plt.Figure) for figure in figures)
    assert plt.get_fignums() == []


def test_the_manifold_has_low_codes_on_the_left_and_at_the_bottom(released):
    class Stub(nn.Linear):
        """Its decoder paints z1 into the left half of the picture and z2 into the right half."""

        def decoder(self, codes):
            halves = codes[:, None, None, :].expand(-1, 1, 28, 2)
            return halves.repeat_interleave(14, dim=3)

    image = released.helpers.plot_manifold(Stub(1, 1), steps=3).axes[0].images[0].get_array()
    assert image[0, 0] < image[0, 28] < image[0, 56]  # z1 grows to the right
    assert image[70, 20] < image[42, 20] < image[0, 20]  # z2 grows upwards


def test_figures_of_another_data_set_are_marked_as_such(released, digits, capsys):
    released.helpers.compare_with_sheet([3.7, 3.2, 3.0], [9.03, 5.85], digits)
    out = capsys.readouterr().out
    assert "3.70      9.03" in out
    assert "cannot be compared" in out


# --- public checks


def thing(task: str):
    return getattr(hw6, task.split(".")[0])


TASKS = (
    "AddGaussianNoise",
    "DenoisingAutoencoder",
    "dae_loss",
    "make_dae_optimizer",
    "vae_loss",
    "VAE.reparameterize",
    "VAE.encoder",
    "VAE.decoder",
    "VAE.forward",
    "latent_snapshots",
    "linear_interpolation",
    "latent_linear_interpolation",
)


@pytest.mark.parametrize("task", TASKS)
def test_the_reference_passes_within_a_second(released, task):
    start = time.perf_counter()
    result = released.verdicts.run_check(task, thing(task))
    assert result.verdict is released.verdicts.Verdict.HOLDS, released.verdicts.as_text(result)
    assert time.perf_counter() - start < 2  # one second on a quiet machine
    assert "<b>" in released.verdicts.as_html(result)


def test_there_is_a_check_for_every_task(released):
    assert tuple(released.verdicts.PUBLIC_CHECKS) == TASKS


def test_checks_leave_the_generator_alone(released):
    torch.manual_seed(3)
    released.verdicts.run_check("AddGaussianNoise", hw6.AddGaussianNoise)
    after = torch.rand(3)
    torch.manual_seed(3)
    assert torch.equal(after, torch.rand(3))


def not_started(*_, **__):
    raise NotImplementedError


class OpenVAE(nn.Module):
    def __init__(self, latent_feature=16):
        super().__init__()
        raise NotImplementedError

    reparameterize = encoder = decoder = forward = not_started


@pytest.mark.parametrize("task", TASKS)
def test_what_is_not_started_is_grey(released, task):
    result = released.verdicts.run_check(task, OpenVAE if task.startswith("VAE") else not_started)
    assert result.verdict is released.verdicts.Verdict.NOT_STARTED
    assert "open" in released.verdicts.as_text(result)


def test_reparameterize_can_be_checked_before_the_layers_are_there(released):
    class Started(OpenVAE):
        reparameterize = hw6.VAE.reparameterize

    result = released.verdicts.run_check("VAE.reparameterize", Started)
    assert result.verdict is released.verdicts.Verdict.HOLDS


def vae_with(**methods):
    return type("VAE", (hw6.VAE,), methods)


class Uniform(hw6.AddGaussianNoise):
    def __call__(self, tensor):
        return (tensor + self.mean + self.std * torch.rand_like(tensor)).clamp(0, 1)


class InPlace(hw6.AddGaussianNoise):
    def __call__(self, tensor):
        return tensor.add_(self.std * torch.randn_like(tensor)).clamp_(0, 1)


def bce(output, images):
    return F.binary_cross_entropy(output, images, reduction="sum")


def half_kl(mu, log_var):
    return -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())


WRONG = [
    ("AddGaussianNoise", Uniform, "rand"),
    ("AddGaussianNoise", InPlace, "in place"),
    ("AddGaussianNoise", lambda mean, std: hw6.AddGaussianNoise(mean, std**2), "square"),
    ("AddGaussianNoise", lambda mean, std: hw6.AddGaussianNoise(0.0, std), "mean is not used"),
    ("AddGaussianNoise", lambda mean, std: lambda x: x + mean + std * torch.randn_like(x), "Clip"),
    ("AddGaussianNoise", lambda mean, std: lambda x: x + mean + std * torch.randn(x.shape[-2:]), "new noise"),
    ("dae_loss", F.mse_loss, "averaged over everything"),
    ("dae_loss", lambda o, i: F.l1_loss(o, i, reduction="sum"), "784"),
    ("make_dae_optimizer", lambda model: torch.optim.Adam(list(model.parameters())[:1]), "model.parameters()"),
    ("make_dae_optimizer", lambda model: torch.optim.SGD(model.parameters(), lr=0.0), "learning rate 0"),
    ("vae_loss", lambda o, m, v, i: bce(o, i) + half_kl(m, v), "Do not add"),
    ("vae_loss", lambda o, m, v, i: (bce(o, i), -half_kl(m, v)), "The sign is wrong"),
    ("vae_loss", lambda o, m, v, i: (bce(o, i), half_kl(m, v) / len(m)), "averaged over the batch"),
    ("vae_loss", lambda o, m, v, i: (bce(o, i), half_kl(m, 2 * v)), "logarithm of the variance"),
    ("vae_loss", lambda o, m, v, i: (F.binary_cross_entropy(o, i), half_kl(m, v)), "averaged over everything"),
    ("vae_loss", lambda o, m, v, i: (bce(i, o), half_kl(m, v)), "guess first"),
    ("VAE.reparameterize", vae_with(reparameterize=lambda s, m, v: torch.normal(m, v.exp().sqrt())), "gradient stops"),
    ("VAE.reparameterize", vae_with(reparameterize=lambda s, m, v: m + v.exp() * torch.randn_like(m)), "which power"),
    ("VAE.reparameterize", vae_with(reparameterize=lambda s, m, v: m + (v / 2).exp() * torch.rand_like(m)), "rand:"),
    ("VAE.reparameterize", vae_with(reparameterize=lambda s, m, v: m + (v / 2).exp() * torch.randn(11)), "new noise"),
    ("VAE.encoder", vae_with(encoder=lambda s, x: hw6.VAE.encoder(s, x)[::-1]), "order is (mu"),
    ("VAE.encoder", vae_with(encoder=lambda s, x: hw6.VAE.encoder(s, x)[:2]), "FAIL"),
    ("VAE.decoder", vae_with(decoder=lambda s, z: 2 * hw6.VAE.decoder(s, z)), "(0, 1)"),
    ("VAE.decoder", vae_with(decoder=lambda s, z: hw6.VAE.decoder(s, z).squeeze(1)), "shape is"),
    ("VAE.forward", vae_with(forward=lambda s, x: (s.decoder(s.encoder(x)[0]), *s.encoder(x)[:2])), "the sample z"),
    ("VAE.forward", vae_with(forward=lambda s, x: hw6.VAE.forward(s, x)[0]), "FAIL"),
    ("linear_interpolation", lambda a, b: hw6.linear_interpolation(b, a), "backwards"),
    ("linear_interpolation", lambda a, b: hw6.linear_interpolation(a, b)[:10], "has shape (10"),
    ("linear_interpolation", lambda a, b: list(hw6.linear_interpolation(a, b)), "one tensor"),
    (
        "latent_linear_interpolation",
        lambda a, b, vae: hw6.linear_interpolation(*vae.decoder(torch.stack([a, b])).detach()),
        "mixed the pictures",
    ),
    ("latent_linear_interpolation", lambda a, b, vae: vae.decoder(hw6.linear_interpolation(a, b)), "no_grad"),
]


@pytest.mark.parametrize(("task", "wrong", "words"), WRONG, ids=[f"{task}-{words}" for task, _, words in WRONG])
def test_a_mistake_is_red_and_named(released, task, wrong, words):
    result = released.verdicts.run_check(task, wrong)
    text = released.verdicts.as_text(result)
    assert result.verdict is released.verdicts.Verdict.FAILS, text
    assert words in text


def snapshots_of(change):
    def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
        return change(vae, train_loader, test_loader, n_epochs, record_at, lr)

    return latent_snapshots


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v, a, b, n, r, lr: hw6.latent_snapshots(v, a, a, n, r, lr), "shapes are"),
        (lambda v, a, b, n, r, lr: hw6.latent_snapshots(v, a, b, n, [e + 1 for e in r], lr), "It has"),
        (lambda v, a, b, n, r, lr: hw6.latent_snapshots(v, a, b, n, r, 0.0), "vae.train()"),
        (
            lambda v, a, b, n, r, lr: {
                e: (m, y.flip(0)) for e, (m, y) in hw6.latent_snapshots(v, a, b, n, r, lr).items()
            },
            "one loop",
        ),
    ],
    ids=["train data", "wrong epochs", "no training", "labels in another order"],
)
def test_wrong_snapshots_are_red(released, change, words):
    text = released.verdicts.as_text(released.verdicts.run_check("latent_snapshots", snapshots_of(change)))
    assert "FAIL" in text
    assert words in text


def test_an_exception_of_the_student_is_told_with_its_line(released):
    def dae_loss(output, images):
        return output @ images.undefined

    text = released.verdicts.as_text(released.verdicts.run_check("dae_loss", dae_loss))
    assert "AttributeError" in text
    assert "return output @ images.undefined" in text
