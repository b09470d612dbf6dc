"""What students of hw3 get beside the notebook: data, baselines, figures, and public checks with their verdicts."""

from __future__ import annotations

import copy
import time

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from solutions import hw3_cnn_classifier as hw3

TASKS = [
    "sum_of_gaussians",
    "conv_output_size",
    "CNNClassifier",
    "ImageDataset",
    "make_loaders",
    "train_cnn",
    "evaluate_model",
    "tune_learning_rate",
]


@pytest.fixture(scope="module")
def released(release):
    modules = ("hands", "helpers", "figures", "layer_table", "verdicts", "stand_ins", "check")
    with release("hw3_cnn_classifier", *modules) as all:
        yield all


@pytest.fixture
def no_data(monkeypatch, tmp_path):
    """An empty folder and no DATA_ROOT."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATA_ROOT", "ASSIGNMENT_DATA"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def signs(released):
    return released.hands.drawn_signs(sizes=(60, 12, 12))


# --- data -------------------------------------------------------------------------------------------------------------


def is_valid(signs) -> bool:
    for part in ("train", "val", "test"):
        images, labels = getattr(signs, f"{part}_images"), getattr(signs, f"{part}_labels")
        assert images.dtype == np.uint8
        assert images.shape == (len(labels), 64, 64, 3)
        assert np.bincount(labels).tolist() == [len(labels) // 6] * 6
    return True


def test_the_sample_is_there_at_once_and_silently(released, monkeypatch, capsys):
    monkeypatch.setenv("ASSIGNMENT_DATA", "sample")
    start = time.perf_counter()
    assert is_valid(released.helpers.load_signs())
    assert time.perf_counter() - start < 1
    assert capsys.readouterr().out == ""


def test_without_photographs_drawn_hands_step_in(released, no_data, capsys):
    signs = released.helpers.load_signs()
    assert is_valid(signs)
    assert not signs.are_photographs
    assert (len(signs.train_images), len(signs.val_images), len(signs.test_images)) == (960, 120, 120)
    assert capsys.readouterr().out.count("\n") == 1


def test_photographs_are_read_from_the_folder(released, no_data, signs, monkeypatch, capsys):
    folder = no_data / "data" / "sign_data"
    folder.mkdir(parents=True)
    for part in ("train", "val", "test"):
        np.save(folder / f"X_{part}.npy", getattr(signs, f"{part}_images"))
        np.save(folder / f"Y_{part}.npy", getattr(signs, f"{part}_labels"))
    found = released.helpers.load_signs()
    assert found.are_photographs
    assert np.array_equal(found.val_images, signs.val_images)
    assert "Photographs" in capsys.readouterr().out


def test_drawn_hands_are_the_same_each_time_and_differ_from_each_other(released, signs):
    again = released.hands.drawn_signs(sizes=(60, 12, 12))
    assert np.array_equal(signs.train_images, again.train_images)
    assert len({picture.tobytes() for picture in signs.train_images}) == 60


def test_more_fingers_cover_more_of_the_upper_half(released):
    generator = np.random.default_rng(1)
    covered = []
    for fingers in (0, 2, 5):
        hands = np.stack([released.hands.draw_hand(generator, fingers) for _ in range(40)]).astype(float)
        covered.append((hands[:, :32, :, 0] - hands[:, :32, :, 2] > 40).mean())  # skin is redder than the wall
    assert covered == sorted(covered)


# --- baselines and figures --------------------------------------------------------------------------------------------


def test_baselines(released, signs, capsys):
    baselines = released.helpers.classification_baselines(signs)
    assert baselines["always the same answer"] == pytest.approx(1 / 6)
    assert all(0 <= value <= 1 for value in baselines.values())
    released.helpers.print_baselines(baselines)
    assert "1.7918" in capsys.readouterr().out


def test_the_nearest_picture_of_a_training_picture_is_itself(released, signs):
    flat = released.helpers._flat(signs.train_images)
    assert released.helpers._nearest(flat, flat).tolist() == list(range(60))


def history(n_epochs: int = 4) -> tuple[np.ndarray, ...]:
    return tuple(np.linspace(0.2 * part + 0.1, 0.9, n_epochs) for part in range(4))


def test_figures_are_returned_and_closed(released, signs):
    import matplotlib.pyplot as plt

    helpers, labels = released.helpers, torch.arange(6)
    figures = [
        helpers.show_one_of_each(signs),
        helpers.show_pictures(torch.rand(4, 3, 8, 6), range(4), columns=3),
        helpers.plot_history(history(), {"chance": 1 / 6}),
        helpers.plot_rates({1e-3: 0.9, 1e-4: 0.5}),
        helpers.plot_confusion(labels, labels.flip(0)),
        helpers.show_errors(torch.rand(6, 3, 8, 6), labels, labels),
    ]
    assert all(isinstance(figure, plt.Figure) for figure in figures)
    assert plt.get_fignums() == []


def test_pictures_are_not_mirrored(released):
    picture = torch.zeros(1, 3, 4, 6)
    picture[0, 0, 0, 5] = 1  # red, in the first row and the last column
    shown = released.helpers.show_pictures(picture, ["corner"]).axes[0].images[0].get_array()
    assert shown.shape == (4, 6, 3)
    assert shown[0, 5].tolist() == [1, 0, 0]


def test_both_plots_hold_the_histories_and_mark_the_best_epoch(released):
    curves = history()
    left, right = released.helpers.plot_history(curves, {}).axes
    assert np.allclose(left.lines[0].get_ydata(), curves[0])
    assert np.allclose(left.lines[1].get_ydata(), curves[1])
    assert np.allclose(right.lines[0].get_ydata(), curves[2])
    assert np.allclose(right.lines[1].get_ydata(), curves[3])
    assert right.lines[-1].get_xdata() == [4]


def test_comparison_prints_the_figures_of_the_sheet(released, signs, capsys):
    released.helpers.compare_with_sheet(history(50), signs)
    out = capsys.readouterr().out
    for figure in ("1.5400", "1.8987", "57.81%", "23.33%", "0.0017", "0.1830", "100.00%", "93.33%", "94.17%"):
        assert figure in out


def test_confusion_counts_every_picture(released):
    labels, predictions = torch.tensor([0, 0, 1, 5]), torch.tensor([0, 3, 1, 5])
    texts = released.helpers.plot_confusion(labels, predictions).axes[0].texts
    table = np.array([int(text.get_text()) for text in texts]).reshape(6, 6)
    assert table.sum() == 4
    assert (table[0, 0], table[0, 3], table[1, 1], table[5, 5]) == (1, 1, 1, 1)


def test_predictions_are_those_of_the_whole_loader(released):
    data = torch.utils.data.TensorDataset(torch.rand(11, 3, 64, 64), torch.arange(11) % 6)
    loader = torch.utils.data.DataLoader(data, batch_size=4)
    model = hw3.CNNClassifier()
    images, labels, predictions = released.helpers.predictions_of(model, loader, torch.device("cpu"))
    assert images.shape == (11, 3, 64, 64)
    assert (predictions == labels).double().mean() == pytest.approx(hw3.evaluate_model(model, loader, "cpu"))


def test_gradients_are_cleared_again_afterwards(released):
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([weight], lr=0.0)
    weight.sum().backward()
    with released.helpers.gradients_are_never_cleared():
        optimizer.zero_grad()
        assert weight.grad is not None
    optimizer.zero_grad()
    assert weight.grad is None


def test_layer_table_has_the_parameters_of_the_sheet(released):
    model = hw3.CNNClassifier()
    table = released.layer_table.layer_table(model, torch.rand(2, 3, 64, 64))
    for number in ("112", " 8", "296", "16", "131,136", "390", "131,958"):
        assert number in table
    assert model.training


# --- public checks ----------------------------------------------------------------------------------------------------


def verdict(released, task: str, thing: object) -> str:
    return released.verdicts.run_check(task, thing).verdict.name


def test_every_task_has_a_public_check(released):
    assert list(released.verdicts.PUBLIC_CHECKS) == TASKS


@pytest.mark.parametrize("task", TASKS)
def test_the_reference_passes(released, task):
    for _ in range(3):
        result = released.verdicts.run_check(task, getattr(hw3, task))
        assert result.verdict.name == "HOLDS", released.verdicts.as_text(result)


def unfinished(*args, **kwargs):
    raise NotImplementedError


@pytest.mark.parametrize("task", TASKS)
def test_what_is_not_written_is_open(released, task):
    assert verdict(released, task, unfinished) == "NOT_STARTED"


class Sideways(hw3.ImageDataset):
    def __init__(self, X, Y):
        super().__init__(X.transpose(0, 2, 1, 3), Y)


class Logits(hw3.CNNClassifier):
    def forward(self, x):
        return self.classifier[:-1](self.features(x))


def without_zero_grad(model, train_loader, val_loader, lr, n_epochs, device):
    original = torch.optim.Optimizer.zero_grad
    torch.optim.Optimizer.zero_grad = lambda self, set_to_none=True: None
    try:
        return hw3.train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
    finally:
        torch.optim.Optimizer.zero_grad = original


def last_weights(model, train_loader, val_loader, lr, n_epochs, device):
    trained = copy.deepcopy(model)
    history = hw3.train_cnn(trained, train_loader, val_loader, lr, n_epochs, device)
    with torch.no_grad():
        for mine, other in zip(model.parameters(), trained.parameters(), strict=True):
            mine.copy_(other + 0.3)
    return history


def in_training_mode(model, loader, device):
    hits = [(model(images).argmax(1) == labels).float() for images, labels in loader]
    return torch.cat(hits).mean().item()


def last_model(train_loader, val_loader, learning_rates, n_epochs, device):
    _, accuracies = hw3.tune_learning_rate(train_loader, val_loader, learning_rates, n_epochs, device)
    return hw3.CNNClassifier(), accuracies


@pytest.mark.parametrize(
    ("task", "wrong"),
    [
        ("sum_of_gaussians", lambda mx, sx, my, sy: (mx + my, sx + sy)),
        ("conv_output_size", lambda h, w, kh, kw, s, p: ((h + p - kh) // s + 1, (w + p - kw) // s + 1)),
        ("CNNClassifier", Logits),
        ("ImageDataset", Sideways),
        ("make_loaders", lambda a, b, c, batch_size=64: hw3.make_loaders(b, a, c, batch_size)),
        ("train_cnn", without_zero_grad),
        ("train_cnn", last_weights),
        ("evaluate_model", in_training_mode),
        ("evaluate_model", lambda m, loader, d: 100 * hw3.evaluate_model(m, loader, d)),
        ("tune_learning_rate", last_model),
    ],
)
def test_wrong_solutions_are_red(released, task, wrong):
    assert verdict(released, task, wrong) == "FAILS"


def test_training_leaves_torchs_generator_alone(released):
    state = torch.get_rng_state()
    released.verdicts.run_check("train_cnn", hw3.train_cnn)
    assert torch.equal(state, torch.get_rng_state())


def test_a_tiny_classifier_returns_log_probabilities(released):
    output = released.stand_ins.TinyClassifier().eval()(torch.rand(5, 3, 4, 4))
    assert output.exp().sum(dim=1).tolist() == pytest.approx([1.0] * 5)
    assert F.nll_loss(output, torch.arange(5) % 4) > 0
