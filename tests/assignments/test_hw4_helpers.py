"""What students of hw4 get beside the notebook: data, baselines, figures, and public checks."""

from __future__ import annotations

import time

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from solutions import hw4_conv_autoencoders as hw4


@pytest.fixture(scope="module")
def released(release):
    modules = ("digits", "baselines", "figures", "layer_table", "helpers", "verdicts", "laws", "check")
    with release("hw4_conv_autoencoders", *modules) as all:
        yield all


@pytest.fixture(scope="module")
def data(released):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSIGNMENT_DATA", "sample")
        return released.helpers.load_pictures()


# --- data and baselines


def test_pictures_are_between_minus_one_and_one_and_sorted_by_class(data):
    for images, labels in ((data.train_images, data.train_labels), (data.test_images, data.test_labels)):
        assert images.shape == (len(labels), 1, 28, 28)
        assert images.dtype == torch.float32
        assert images.min() >= -1
        assert images.max() <= 1
        assert images.min() < -0.5
        assert labels.tolist() == sorted(labels.tolist())
        assert set(labels.tolist()) == set(range(10))


def test_there_are_as_many_of_each_class_as_asked(released):
    labels = torch.tensor([3, 1, 3, 3, *range(10), 1])
    found = released.helpers.first_of_each_class(labels, 2)
    assert labels[found].tolist() == [0, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9]
    assert found[1:3].tolist() == [1, 5]


def test_one_of_each_class(data):
    assert data.one_of_each.shape == (10, 1, 28, 28)


def test_baselines_are_in_order(released, data):
    costs = list(released.helpers.reconstruction_baselines(data, sizes=(3, 10)).values())
    assert costs == sorted(costs, reverse=True)


def test_the_optimum_of_pca_is_that_of_the_singular_values(released):
    images = torch.randn(30, 1, 28, 28)
    singular = torch.linalg.svdvals(images.flatten(1) - images.flatten(1).mean(0))
    optimum = float((singular[4:] ** 2).sum()) / images.numel()
    assert released.helpers.pca_optimum(images, 4) == pytest.approx(optimum, rel=1e-3)


def test_figures_of_another_data_set_are_marked_as_such(released, data, capsys):
    curves = {"code of 3": ([0.5, 0.25], [0.4, 0.2])}
    released.helpers.compare_with_sheet(curves, {"code of 3": (0.3054, 0.1680, 0.0947, 0.0958)}, data)
    out = capsys.readouterr().out
    assert "0.5000  0.4000    0.2500  0.2000" in out
    assert "0.3054  0.1680    0.0947  0.0958" in out
    assert "cannot be compared" in out


def test_figures_are_returned_and_closed(released, data):
    import matplotlib.pyplot as plt

    helpers, codes = released.helpers, torch.randn(20, 3)
    labels = torch.arange(20) % 10
    figures = [
        helpers.show_classes(data),
        helpers.show_pictures({"original": data.one_of_each, "again": data.one_of_each}, data.classes),
        helpers.plot_losses({"a": ([3.0, 2.0], [4.0, 3.0])}, {"mean image": 1.0}),
        helpers.scatter_codes(codes, labels, data.classes, "one"),
        helpers.scatter_codes([codes, codes.numpy()], [labels, labels.numpy()], data.classes, ["one", "two"]),
    ]
    assert all(isinstance(figure, plt.Figure) for figure in figures)
    assert plt.get_fignums() == []


def test_pictures_are_shown_without_their_normalization(released, data):
    shown = released.helpers.show_pictures({"": data.one_of_each}).axes[0].images[0].get_array()
    assert shown.min() >= 0
    assert shown.max() <= 1


def test_points_of_the_scatter_plot_keep_their_colours(released, data):
    codes, labels = torch.randn(12, 3), torch.arange(12) % 10
    drawn = released.helpers.scatter_codes(codes, labels, data.classes).axes[0].collections[0]
    x, y, z = drawn._offsets3d
    order = torch.as_tensor(x).sub(codes[:, 0, None].T.double()).abs()
    assert order.min() < 1e-6
    colours = {round(float(value), 4): float(colour) for value, colour in zip(x, drawn.get_array(), strict=True)}
    for code, label in zip(codes, labels, strict=True):
        assert colours[round(float(code[0]), 4)] == float(label)
    assert len(x) == len(y) == len(z) == 12


# --- public checks

TASKS = ("ConvAutoencoder", "PCAAutoencoder", "train_autoencoder", "encode_samples")


@pytest.mark.parametrize("task", TASKS)
def test_the_reference_passes_within_a_second(released, task):
    released.verdicts.run_check(task, getattr(hw4, task))  # the first one loads libraries
    start = time.perf_counter()
    result = released.verdicts.run_check(task, getattr(hw4, task))
    assert result.verdict is released.verdicts.Verdict.HOLDS, released.verdicts.as_text(result)
    assert result.figure is not None
    assert time.perf_counter() - start < 2  # one second on a quiet machine


def test_there_is_a_check_for_every_task(released):
    assert tuple(released.verdicts.PUBLIC_CHECKS) == TASKS


class Open(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        raise NotImplementedError


def not_started(*_):
    raise NotImplementedError


@pytest.mark.parametrize("task", TASKS)
def test_what_is_not_started_is_grey(released, task):
    result = released.verdicts.run_check(task, Open if task.endswith("Autoencoder") else not_started)
    assert result.verdict is released.verdicts.Verdict.NOT_STARTED


def conv_with(**methods):
    return type("ConvAutoencoder", (hw4.ConvAutoencoder,), methods)


def pca_with(**methods):
    return type("PCAAutoencoder", (hw4.PCAAutoencoder,), methods)


class Tanh(hw4.PCAAutoencoder):
    def forward(self, x):
        picture, code = super().forward(x)
        return picture.tanh(), code


class NoBias(hw4.PCAAutoencoder):
    def __init__(self, input_dim, latent_dim):
        super().__init__(input_dim, latent_dim)
        self.decoder[0] = nn.Linear(latent_dim, input_dim, bias=False)


class StrideOne(hw4.ConvAutoencoder):
    def __init__(self, latent_dim):
        super().__init__(latent_dim)
        self.encoder[2] = self.encoder[5] = self.encoder[8] = nn.MaxPool2d(2, stride=1)
        self.encoder[10] = nn.Linear(64 * 25 * 25, latent_dim)


def training_with(change):
    def train(model, train_loader, test_loader, lr, n_epochs, device):
        return change(hw4.train_autoencoder, model, train_loader, test_loader, lr, n_epochs, device)

    return train


def encoding_with(change):
    return lambda model, loader, n, device: change(*hw4.encode_samples(model, loader, n, device))


def untouched(model, train_loader, test_loader, lr, n_epochs, device):
    return [0.5] * n_epochs, [0.5] * n_epochs


def in_training_mode(model, loader, n, device):
    pairs = [(model.train()(x)[1].detach(), y) for x, y in loader]
    codes, labels = map(torch.cat, zip(*pairs, strict=True))
    return codes[:n], labels[:n]


WRONG = [
    ("ConvAutoencoder", conv_with(forward=lambda s, x: s.decoder(s.encoder(x))), "takes a single tensor apart"),
    ("ConvAutoencoder", conv_with(forward=lambda s, x: hw4.ConvAutoencoder.forward(s, x)[::-1]), "Yours are"),
    (
        "ConvAutoencoder",
        conv_with(forward=lambda s, x: (s.decoder(s.encoder(x).detach()), s.encoder(x))),
        "does not reach",
    ),
    ("ConvAutoencoder", StrideOne, "stride 1"),
    ("PCAAutoencoder", Tanh, "nonlinearity"),
    ("PCAAutoencoder", NoBias, "A code of 0"),
    ("PCAAutoencoder", pca_with(forward=lambda s, x: s.decoder(s.encoder(x))), "It returned a tensor"),
    ("PCAAutoencoder", lambda n, k: hw4.PCAAutoencoder(n, k + 1), "Yours are"),
    ("train_autoencoder", untouched, "24 in 4 epochs"),
    ("train_autoencoder", training_with(lambda f, m, a, b, lr, n, d: f(m, a, b, lr, n, d)[0]), "returned a list"),
    ("train_autoencoder", training_with(lambda f, m, a, b, lr, n, d: f(m, a, a, lr, n, d)), "evaluation mode"),
    ("train_autoencoder", training_with(lambda f, m, a, b, lr, n, d: f(m, a, b, 0.0, n, d)), "in this order"),
    (
        "train_autoencoder",
        training_with(lambda f, m, a, b, lr, n, d: [[784 * x for x in curve] for curve in f(m, a, b, lr, n, d)]),
        "summed over the pixels",
    ),
    ("encode_samples", encoding_with(lambda codes, labels: (codes, labels.flip(0))), "in one loop"),
    ("encode_samples", encoding_with(lambda codes, labels: (codes[:-2], labels[:-2])), "Cut the last batch"),
    ("encode_samples", encoding_with(lambda codes, labels: codes), "returns (codes, labels)"),
    ("encode_samples", in_training_mode, "model.eval()"),
]


@pytest.mark.parametrize(("task", "wrong", "words"), WRONG, ids=[f"{task}-{words}" for task, _, words in WRONG])
def test_a_mistake_is_red_and_named(released, task, wrong, words):
    result = released.verdicts.run_check(task, wrong)
    text = released.verdicts.as_text(result)
    assert result.verdict is released.verdicts.Verdict.FAILS, text
    assert words in text


def test_stand_ins_have_the_interface_of_autoencoders(released):
    images = torch.rand(4, 1, 28, 28)
    for model in (released.laws.TinyAutoencoder(3), released.laws.LabelledCodes()):
        reconstruction, code = model(images)
        assert reconstruction.shape == images.shape
        assert code.shape == (4, 3)
    assert F.mse_loss(*released.laws.LabelledCodes()(images)[:1], images) == 0
