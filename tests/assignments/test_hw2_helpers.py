"""What students of hw2 get beside the notebook: baselines, figures, and public checks with their verdicts."""

from __future__ import annotations

import time

import pytest
import torch
from torch import nn

from solutions import hw2_deep_autoencoders as hw2


@pytest.fixture(scope="module")
def released(release):
    names = ("digits", "baselines", "figures", "layer_table", "helpers", "verdicts", "laws", "check")
    with release("hw2_deep_autoencoders", *names) as modules:
        yield modules


@pytest.fixture(scope="module")
def digits(released):
    return released.digits.sample_digits()


# --- baselines and figures


def test_baselines_are_in_order(released, digits):
    train, test = hw2.to_flat(digits.train_images), hw2.to_flat(digits.test_images)
    costs = list(released.helpers.reconstruction_baselines(train, test, sizes=(1, 3)).values())
    assert costs == sorted(costs, reverse=True)


def test_the_pca_bound_is_that_of_the_singular_values(released):
    flat = torch.randn(50, 784)
    left = torch.linalg.svdvals(flat - flat.mean(0))[16:]
    assert released.helpers.pca_bound(flat, 16) == pytest.approx(float((left**2).sum()) / flat.numel(), rel=1e-3)


def test_losses_stand_beside_the_printed_ones(released, digits, capsys):
    released.helpers.compare_with_sheet([0.3, 0.2, 0.1], 0.11, {0: 0.2573, 99: 0.0840}, 0.0828, digits)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["0", "0.3000", "0.2573"]
    assert lines[2].split() == ["2", "0.1000", "–"]
    assert lines[3].split() == ["test", "0.1100", "0.0828"]
    assert "cannot be compared" in lines[4]


def test_models_stand_in_one_table(released, capsys):
    released.helpers.compare_models({"two layers [32, 16]": (52_064, 0.07, 0.068)}, 0.1092)
    assert "52,064    0.0700    0.0680" in capsys.readouterr().out


def test_figures_are_returned_and_closed(released):
    import matplotlib.pyplot as plt

    helpers, pictures = released.helpers, torch.rand(7, 1, 28, 28)
    figures = [
        helpers.show_grid(pictures, "seven", columns=3),
        helpers.show_lambdas(pictures, "an odd number"),
        helpers.plot_training({"a": ([2.0, 1.0], [3.0, 2.0, 1.0])}, {"mean image": 2.5}),
    ]
    assert all(isinstance(figure, plt.Figure) for figure in figures)
    assert plt.get_fignums() == []
    assert [axis.get_title() for axis in figures[1].axes[:7]][::6] == ["lambda_val=0.00", "lambda_val=1.00"]


def test_a_grid_begins_with_the_first_picture(released):
    pictures = torch.zeros(5, 1, 28, 28)
    pictures[0] = 1
    image = released.helpers.show_grid(pictures, "", columns=2).axes[0].images[0].get_array()
    assert image[1:29, 1:29].min() == 1
    assert image[1:29, 31:59].max() == 0


# --- public checks

TASKS = (
    "PCAAutoencoder",
    "MY_TWO_LAYER_SIZES",
    "MY_THREE_LAYER_SIZES",
    "ThreeLayerAutoencoder",
    "interpolation",
    "interpolation_strip",
)


def test_there_is_a_check_for_every_task(released):
    assert tuple(released.verdicts.PUBLIC_CHECKS) == TASKS


@pytest.mark.parametrize("task", TASKS)
def test_the_reference_passes_soon(released, task):
    start = time.process_time()
    result = released.verdicts.run_check(task, getattr(hw2, task))
    assert result.verdict is released.verdicts.Verdict.HOLDS, released.verdicts.as_text(result)
    assert time.process_time() - start < 2


def not_started(*_, **__):
    raise NotImplementedError


@pytest.mark.parametrize("task", [task for task in TASKS if not task.startswith("MY")])
def test_what_is_not_started_is_grey(released, task):
    result = released.verdicts.run_check(task, not_started)
    assert result.verdict is released.verdicts.Verdict.NOT_STARTED


def model_of(encoder, decoder):
    """A class with these modules, whatever its sizes."""

    class Model(nn.Module):
        def __init__(self, *sizes):
            super().__init__()
            self.encoder, self.decoder = encoder(*sizes), decoder(*sizes)

        def forward(self, x):
            return self.decoder(self.encoder(x))

    return Model


def linear(*ends, bias=True):
    """The part of a model between two of its sizes, with what comes behind it."""
    into, out, *behind = ends
    return lambda *sizes: nn.Sequential(nn.Linear(sizes[into], sizes[out], bias=bias), *behind)


def deep(*, between=nn.ReLU, end=nn.Tanh, code=nn.Identity):
    """A three-layer model with other activations than those of the plan."""
    return model_of(
        lambda i, a, b, c, o: nn.Sequential(
            nn.Linear(i, a), between(), nn.Linear(a, b), between(), nn.Linear(b, c), code()
        ),
        lambda i, a, b, c, o: nn.Sequential(
            nn.Linear(c, b), between(), nn.Linear(b, a), between(), nn.Linear(a, o), end()
        ),
    )


def mixed_pictures(value, model, image1, image2):
    return (value * image1 + (1 - value) * image2).reshape(1, -1)


def exchanged(value, model, image1, image2):
    return hw2.interpolation(value, model, image2, image1)


def square(value, model, image1, image2):
    return hw2.interpolation(value, model, image1, image2).view(1, 28, 28)


WRONG = [
    ("PCAAutoencoder", model_of(linear(0, 1), linear(1, 2, nn.Tanh())), "nonlinearity"),
    ("PCAAutoencoder", model_of(linear(0, 1, nn.ReLU()), linear(1, 2)), "nonlinearity"),
    ("PCAAutoencoder", model_of(linear(0, 1, bias=False), linear(1, 2)), "biases included"),
    ("PCAAutoencoder", model_of(linear(0, 1), linear(1, 0)), "have the shapes"),
    ("MY_TWO_LAYER_SIZES", (32, 16), "Change at least one"),
    ("MY_TWO_LAYER_SIZES", (128, 64, 16), "leave the pixels out"),
    ("MY_TWO_LAYER_SIZES", (128.0, 16), "128.0"),
    ("MY_THREE_LAYER_SIZES", (900, 800, 784), "Nothing is compressed"),
    ("ThreeLayerAutoencoder", deep(code=nn.ReLU), "is there an activation"),
    ("ThreeLayerAutoencoder", deep(end=nn.Sigmoid), "which activation"),
    ("ThreeLayerAutoencoder", deep(end=nn.Identity), "which activation"),
    ("ThreeLayerAutoencoder", deep(between=nn.Identity), "Without ReLU"),
    ("interpolation", mixed_pictures, "mixed the pictures"),
    ("interpolation", exchanged, "exchanged"),
    ("interpolation", square, "(1, 28, 28)"),
    ("interpolation_strip", lambda m, a, b, n=10: hw2.interpolation_strip(m, b, a, n), "backwards"),
    ("interpolation_strip", lambda m, a, b, n=10: hw2.interpolation_strip(m, a, b, n + 1)[:-1], "both ends"),
    ("interpolation_strip", lambda m, a, b, n=10: list(hw2.interpolation_strip(m, a, b, n)), "one tensor"),
    ("interpolation_strip", lambda m, a, b, n=10: hw2.interpolation_strip(m, a, b), "has the shape (10, 784)"),
]


@pytest.mark.parametrize(("task", "wrong", "words"), WRONG, ids=[f"{task}-{words}" for task, _, words in WRONG])
def test_a_mistake_is_red_and_named(released, task, wrong, words):
    result = released.verdicts.run_check(task, wrong)
    text = released.verdicts.as_text(result)
    assert result.verdict is released.verdicts.Verdict.FAILS, text
    assert words in text
