"""What students of hw7 get beside the notebook: data, baselines, figures, and public checks with their verdicts."""

from __future__ import annotations

import copy
import inspect

import pytest
import torch

from solutions import hw7_beta_vae as hw7

TASKS = {
    "Encoder": "Encoder",
    "Decoder": "Decoder",
    "make_loader": "make_loader",
    "train_autoencoder": "train_autoencoder",
    "sample_images": "sample_images",
    "VAE.forward": "VAE",
    "VAE.loss": "VAE",
    "VAE.reconstruct": "VAE",
    "train_vae": "train_vae",
    "TUNED_BETA": "TUNED_BETA",
}
MODULES = "digits baselines figures layer_table noise helpers verdicts laws check".split()


@pytest.fixture(scope="module")
def released(release):
    with release("hw7_beta_vae", *MODULES) as modules:
        yield modules


@pytest.fixture(scope="module")
def digits(released):
    return released.digits.embedded_digits(copies=2)


def verdict(released, task, thing) -> str:
    result = released.verdicts.run_check(task, thing)
    assert result.lines
    return result.verdict.name


# --- data, baselines, figures


def test_without_mnist_a_few_digits_step_in(released, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("DATA_ROOT", "ASSIGNMENT_DATA", "ASSIGNMENT_DOWNLOAD"):
        monkeypatch.delenv(name, raising=False)
    digits = released.helpers.load_mnist()
    assert digits.train_images.shape == (2 * 1297, 1, 28, 28)
    assert not digits.is_mnist


def test_baselines_are_in_order(released, digits):
    costs = list(released.helpers.reconstruction_baselines(digits, 64).values())
    assert costs == sorted(costs, reverse=True)


def test_figures_of_printed_iterations_beyond_our_run_are_shown_as_missing(released, digits, capsys):
    released.helpers.compare_with_sheet({"loss": [0.3] * 120}, {"loss": {0: 0.25, 9300: 0.0056}}, digits)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[1:4]] == [
        ["0", "0.30000", "0.25000"],
        ["100", "0.30000"],
        ["9300", "–", "0.00560"],
    ]


def test_figures_are_returned_and_closed(released, digits):
    import matplotlib.pyplot as plt

    helpers, images = released.helpers, digits.test_images[:4]
    baselines, vae = {"mean image": 0.067}, hw7.VAE(5)
    figures = [
        helpers.plot_losses([0.3, 0.2, 0.1, 0.1], baselines, "loss"),
        helpers.plot_vae_losses([0.3, 0.2], [3.0, 2.0], baselines),
        helpers.plot_trade_off({1e-4: (0.007, 19.0), 1.0: (0.067, 0.0)}, baselines),
        helpers.show_grid(images, "samples", per_row=2),
        helpers.show_reconstructions(vae, images),
        helpers.plot_kl_per_dimension(vae, images, 5),
        helpers.show_strips({"VAE": hw7.interpolate(vae, images[0], images[1], 5)}, images[0], images[1], "strip"),
    ]
    assert all(isinstance(figure, plt.Figure) for figure in figures)
    assert plt.get_fignums() == []


# --- public checks


@pytest.mark.parametrize(("task", "name"), TASKS.items())
def test_the_reference_is_green_whatever_the_seed(released, task, name):
    """A public check draws new numbers at each call: none may turn a right solution red."""
    repeats = 2 if task in ("Encoder", "Decoder", "TUNED_BETA") else 6
    for _ in range(repeats):
        assert verdict(released, task, getattr(hw7, name)) == "HOLDS"


class Unwritten:
    """Raises at whatever is tried."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError


@pytest.mark.parametrize("task", [task for task in TASKS if task != "TUNED_BETA"])
def test_what_is_not_started_is_grey(released, task):
    assert verdict(released, task, Unwritten) == "NOT_STARTED"


def rewritten(thing, old: str, new: str):
    """The reference with other words in its source."""
    source = inspect.getsource(thing)
    assert old in source
    names = dict(vars(hw7))
    exec(source.replace(old, new), names)
    return names[thing.__name__]


WRONG = {
    "other stride": ("Encoder", hw7.Encoder, "nn.Conv2d(64, 128, 3, stride=2)", "nn.Conv2d(64, 128, 3, stride=1)"),
    "no bias": ("Encoder", hw7.Encoder, "nn.Conv2d(128, 256, 3)", "nn.Conv2d(128, 256, 3, bias=False)"),
    "no sigmoid": ("Decoder", hw7.Decoder, "            nn.Sigmoid(),\n", ""),
    "not shuffled": ("make_loader", hw7.make_loader, ", shuffle=True", ""),
    "losses as tensors": ("train_autoencoder", hw7.train_autoencoder, "loss.item()", "loss"),
    "evaluation mode": ("train_autoencoder", hw7.train_autoencoder, ".train()", ".eval()"),
    "rand": ("sample_images", hw7.sample_images, "randn", "rand"),
    "training mode": ("sample_images", hw7.sample_images, ".eval()", ".train()"),
    "log-variance": ("VAE.forward", hw7.VAE, "log_sigma.exp() * torch", "(log_sigma / 2).exp() * torch"),
    "no gradient": ("VAE.forward", hw7.VAE, "log_sigma.exp() * torch", "log_sigma.exp().detach() * torch"),
    "prior first": ("VAE.loss", hw7.VAE, "(mean, log_sigma, zero, zero)", "(zero, zero, mean, log_sigma)"),
    "minus": ("VAE.loss", hw7.VAE, "rec_loss + self.beta", "rec_loss - self.beta"),
    "sample": ("VAE.reconstruct", hw7.VAE, "return self.decoder(mean)", 'return self.forward(x)["rec"]'),
    "no step": ("train_vae", hw7.train_vae, "optimizer.step()", "pass"),
}


@pytest.mark.parametrize(("task", "thing", "old", "new"), WRONG.values(), ids=WRONG)
def test_wrong_solutions_are_red(released, task, thing, old, new):
    assert verdict(released, task, rewritten(thing, old, new)) == "FAILS"


@pytest.mark.parametrize("beta", [0.0, 1e-7, 0.03, 1.0, -1e-4, "1e-4"])
def test_betas_far_off_are_red(released, beta):
    assert verdict(released, "TUNED_BETA", beta) == "FAILS"


@pytest.mark.parametrize("beta", [5e-5, 1e-4, 1e-3])
def test_betas_of_the_right_size_are_green(released, beta):
    assert verdict(released, "TUNED_BETA", beta) == "HOLDS"


def test_checks_leave_the_generator_and_the_class_alone(released):
    state, forward = torch.get_rng_state(), hw7.VAE.forward
    verdict(released, "VAE.forward", hw7.VAE)
    assert torch.equal(state, torch.get_rng_state())
    assert hw7.VAE.forward is forward


def test_the_tiny_vae_can_be_trained_like_the_real_one(released):
    model = released.laws.TinyVAE(beta=0.1)
    before = copy.deepcopy(model)
    hw7.train_vae(model, released.laws.cross_batches(5, 4), 2, 0.05, "cpu")
    pairs = zip(model.parameters(), before.parameters(), strict=True)
    assert all(not torch.equal(now, then) for now, then in pairs)
