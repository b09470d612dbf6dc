"""What students of hw5 get beside the notebook: data, baselines, figures, and public checks."""

from __future__ import annotations

import copy
import time

import numpy as np
import pytest
import torch
from torch import nn

from solutions import hw5_latent_space as hw5

TASKS = ("Autoencoder", "train_autoencoder", "interpolate_between")
MODULES = ("digits", "baselines", "figures", "helpers", "verdicts", "layer_table", "laws", "check")


@pytest.fixture(scope="module")
def released(release):
    with release("hw5_latent_space", *MODULES) as all:
        yield all


@pytest.fixture(scope="module")
def warm():
    """The first optimizer of a process imports half of torch, which takes seconds."""
    torch.optim.Adam([nn.Parameter(torch.zeros(1))]).step()


@pytest.fixture(scope="module")
def data(released):
    return released.digits.embedded_digits(copies=released.helpers.COPIES)


# --- data and baselines


def test_held_out_digits_are_in_no_other_part(released, data):
    (train, train_labels), (val, val_labels) = released.helpers.hold_out(data)
    n = len(data.train_images) // released.helpers.COPIES
    assert len(train) == len(train_labels) == released.helpers.COPIES * round(n * 5 / 6)
    assert len(val) == len(val_labels) == n - round(n * 5 / 6)
    distance = torch.cdist(val.flatten(1), train.flatten(1)).min(dim=1).values
    assert (distance > 0).float().mean() > 0.98  # a handful of the 8x8 digits are equal to each other
    assert (data.train_images[:n] == val[0]).flatten(1).all(1).any()


def test_the_last_sixth_of_fashion_mnist_is_held_out(released):
    images, labels = torch.rand(60, 1, 28, 28), torch.arange(60) % 10
    clothes = released.digits.Digits(images, labels, images[:3], labels[:3], is_fashion_mnist=True)
    (train, _), (val, val_labels) = released.helpers.hold_out(clothes)
    assert torch.equal(train, images[:50])
    assert torch.equal(val, images[50:])
    assert torch.equal(val_labels, labels[50:])


def test_the_sample_is_there_at_once(released, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_DATA", "sample")
    start = time.perf_counter()
    parts = released.helpers.hold_out(released.helpers.load_data())
    assert time.perf_counter() - start < 0.5
    assert all(len(images) == len(labels) > 3 for images, labels in parts)


def test_baselines_are_in_order(released, data):
    costs = list(released.helpers.reconstruction_baselines(data).values())
    assert costs == sorted(costs, reverse=True)
    assert costs[0] == pytest.approx(float(((data.test_images - data.train_images.mean()) ** 2).mean()))


def test_reconstructions_are_those_of_evaluation_mode(released):
    model, images = hw5.Autoencoder(), torch.rand(7, 1, 28, 28)
    made = released.helpers.reconstruct(model, images, torch.device("cpu"), batch_size=3)
    with torch.no_grad():
        torch.testing.assert_close(made, model.eval()(images))


def test_printed_figures_are_marked_as_those_of_other_data(released, data, capsys):
    released.helpers.compare_with_sheet([0.2, 0.1, 0.05], [0.15, 0.04, 0.06], data)
    out = capsys.readouterr().out
    assert "best (2)" in out
    assert "0.0942" in out
    assert "cannot be compared" in out


# --- figures of the latent space: picture and place belong together


def numbered(count: int) -> torch.Tensor:
    """Pictures whose first pixel tells their number."""
    images = torch.zeros(count, 1, 28, 28)
    images[:, 0, 0, 0] = torch.arange(count) / 1000
    return images


def boxes(figure) -> list[tuple[int, np.ndarray, tuple]]:
    """(number of the picture, where it is, colour of its frame) of each picture in a figure."""
    from matplotlib.offsetbox import AnnotationBbox

    found = [artist for artist in figure.axes[0].artists if isinstance(artist, AnnotationBbox)]
    numbers = [round(1000 * float(np.asarray(box.offsetbox.get_data())[0, 0])) for box in found]
    return [(n, np.array(box.xy), box.patch.get_edgecolor()) for n, box in zip(numbers, found, strict=True)]


@pytest.mark.parametrize("shape", [(6,), (2, 3, 1)])
def test_pictures_lie_at_the_principal_components_of_their_own_codes(released, shape):
    from matplotlib import colormaps
    from sklearn.decomposition import PCA

    images, labels = numbered(40), torch.arange(40) % 10
    codes = torch.randn(40, *shape, generator=torch.Generator().manual_seed(1)) * torch.linspace(1, 4, shape[-1])
    shown = boxes(released.helpers.plot_latent(images, labels, codes, 25, "pca"))
    numbers = [number for number, _, _ in shown]
    assert len(set(numbers)) == 25
    assert numbers != sorted(numbers)
    wanted = PCA(n_components=2).fit_transform(codes[numbers].flatten(1).double().numpy())
    places = np.array([place for _, place, _ in shown])
    for axis in range(2):
        assert abs(np.corrcoef(wanted[:, axis], places[:, axis])[0, 1]) > 0.999
    assert all(frame == colormaps["tab10"](number % 10) for number, _, frame in shown)


def test_tsne_keeps_far_clusters_apart(released):
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(60) % 5
    codes = 20 * torch.eye(5)[labels] + torch.randn(60, 5, generator=generator)
    shown = boxes(released.helpers.plot_latent(numbered(60), labels, codes, 50, "tsne", perplexity=5))
    places, clusters = np.array([place for _, place, _ in shown]), np.array([number % 5 for number, _, _ in shown])
    distances = np.linalg.norm(places[:, None] - places[None], axis=2) + 1e9 * np.eye(50)
    assert (clusters[distances.argmin(axis=1)] == clusters).all()


def test_the_perplexity_is_passed_on(released, monkeypatch):
    asked = []

    class Spy:
        def __init__(self, **options):
            asked.append(options["perplexity"])

        def fit_transform(self, codes):
            return codes[:, :2]

    monkeypatch.setattr("sklearn.manifold.TSNE", Spy)
    for perplexity in (5, 50):
        released.helpers.latent_positions(torch.randn(60, 4), "tsne", perplexity)
    assert asked == [5, 50]


def test_what_cannot_be_drawn_is_said(released):
    with pytest.raises(ValueError, match="perplexity of 30 needs more than 20"):
        released.helpers.latent_positions(torch.randn(20, 4), "tsne")
    with pytest.raises(ValueError, match="technique"):
        released.helpers.latent_positions(torch.randn(20, 4), "umap")


def test_the_same_figure_each_time(released):
    args = numbered(30), torch.arange(30) % 10, torch.randn(30, 4), 20, "tsne", 5
    first, second = (boxes(released.helpers.plot_latent(*args)) for _ in range(2))
    assert [number for number, _, _ in first] == [number for number, _, _ in second]
    np.testing.assert_allclose([place for _, place, _ in first], [place for _, place, _ in second])


# --- figures of interpolations


@pytest.mark.parametrize("n", [2, 7, 12])
def test_every_step_is_shown_under_its_share(released, n):
    figure = released.helpers.show_interpolation(numbered(n))
    drawn = [axis for axis in figure.axes if axis.images]
    numbers = [round(1000 * float(axis.images[0].get_array()[0, 0])) for axis in drawn]
    titles = [axis.get_title() for axis in drawn]
    assert numbers == list(range(n))
    assert titles == [f"Interpolation {100 * step / (n - 1):.2f}%" for step in range(n)]


def test_figures_are_returned_and_closed(released, data):
    import matplotlib.pyplot as plt

    helpers = released.helpers
    figures = [
        helpers.show_classes(data),
        helpers.plot_losses({"yours": ([0.2, 0.1], [0.1, 0.2])}, {"mean image": 0.08}),
        helpers.show_originals(data.test_images[0], data.test_images[1]),
        helpers.show_interpolation(data.test_images[:12]),
    ]
    assert all(isinstance(figure, plt.Figure) for figure in figures)
    assert plt.get_fignums() == []


# --- public checks


@pytest.mark.parametrize("task", TASKS)
def test_the_reference_passes_within_a_second(released, warm, task):
    start = time.perf_counter()
    result = released.verdicts.run_check(task, getattr(hw5, task))
    assert result.verdict is released.verdicts.Verdict.HOLDS, released.verdicts.as_text(result)
    assert time.perf_counter() - start < 2  # one second on a quiet machine


def test_there_is_a_check_for_every_task(released):
    assert tuple(released.verdicts.PUBLIC_CHECKS) == TASKS


def not_started(*_, **__):
    raise NotImplementedError


@pytest.mark.parametrize("task", TASKS)
def test_what_is_not_started_is_grey(released, task):
    result = released.verdicts.run_check(task, not_started)
    assert result.verdict is released.verdicts.Verdict.NOT_STARTED


class Big(hw5.Autoencoder):
    def encode(self, x):
        return super().encode(x).repeat(1, 2, 1, 1)

    def decode(self, z):
        return super().decode(z[:, :32])


class Open(hw5.Autoencoder):
    """Without the Sigmoid."""

    def __init__(self):
        super().__init__()
        self.decoder = self.decoder[:-1]


class Detached(hw5.Autoencoder):
    def encode(self, x):
        return super().encode(x).detach()


class Bypass(hw5.Autoencoder):
    def forward(self, x):
        return 0.5 * x + 0.5 * super().forward(x)


def training(**changes: str):
    """The reference's training with some of its source replaced."""
    import inspect

    source = inspect.getsource(hw5.train_autoencoder)
    for old, new in changes.values():
        assert old in source
        source = source.replace(old, new)
    namespace = dict(vars(hw5))
    exec(source, namespace)
    return namespace["train_autoencoder"]


def mixed_pictures(model, image_i, image_j, n=12):
    alpha = torch.linspace(0, 1, n).view(-1, 1, 1, 1)
    with torch.no_grad():
        first, last = model(torch.stack([image_i, image_j]))
    return (1 - alpha) * first + alpha * last


WRONG = [
    ("Autoencoder", Big, "At most 288"),
    ("Autoencoder", Open, "With large weights"),
    ("Autoencoder", Detached, "are these used"),
    ("Autoencoder", Bypass, "through nothing else"),
    ("Autoencoder", lambda: nn.Sequential(), "plain list"),
    ("train_autoencoder", training(a=("optimizer.zero_grad()", "pass")), "still in there"),
    ("train_autoencoder", training(a=("scheduler.step()", "pass")), "never changes"),
    ("train_autoencoder", training(a=("model.train(training)", "model.eval()")), "model.train()"),
    ("train_autoencoder", training(a=("model.train(training)", "model.train()")), "model.eval()"),
    ("train_autoencoder", training(a=("copy.deepcopy(model.state_dict())", "model.state_dict()")), "deepcopy"),
    (
        "train_autoencoder",
        training(a=("best_loss, waited = val_losses[-1], 0", "best_loss = val_losses[-1]")),
        "in a row",
    ),
    ("train_autoencoder", training(a=("if waited >= patience:", "if False:")), "It never stops"),
    ("interpolate_between", lambda m, i, j, n=12: hw5.interpolate_between(m, j, i, n), "backwards"),
    ("interpolate_between", lambda m, i, j, n=12: list(hw5.interpolate_between(m, i, j, n)), "one tensor"),
    ("interpolate_between", lambda m, i, j, n=12: hw5.interpolate_between(m, i, j, n + 1)[:n], "divide by n"),
    ("interpolate_between", lambda m, i, j, n=12: hw5.interpolate_between(m, i, j, 12), "works for n = 3"),
    ("interpolate_between", mixed_pictures, "You mixed the pictures"),
]


@pytest.mark.parametrize(("task", "wrong", "words"), WRONG, ids=[f"{task}-{words}" for task, _, words in WRONG])
def test_a_mistake_is_red_and_named(released, task, wrong, words):
    result = released.verdicts.run_check(task, copy.copy(wrong))
    text = released.verdicts.as_text(result)
    assert result.verdict is released.verdicts.Verdict.FAILS, text
    assert words in text


def test_a_loss_over_a_wrong_mean_is_red(released):
    summed = training(a=("F.mse_loss(model(images), images)", "F.mse_loss(model(images), images, reduction='sum')"))
    text = released.verdicts.as_text(released.verdicts.run_check("train_autoencoder", summed))
    assert "FAIL  val_losses are means" in text
