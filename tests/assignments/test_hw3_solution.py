"""The reference solution of hw3."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from solutions import hw3_cnn_classifier as hw3

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


class Linear(nn.Sequential):
    """A tiny classifier of 3x4x5 pictures with BatchNorm."""

    def __init__(self, classes: int = 3):
        super().__init__(nn.Flatten(), nn.Linear(60, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, classes))
        self.append(nn.LogSoftmax(dim=1))


def pictures(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (n, 4, 5, 3) whose brightest channel is their label."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(3, size=n)
    images = generator.random((n, 4, 5, 3)) * 0.6
    images[np.arange(n), :, :, labels] += 0.3
    return images, labels


def loader(n: int, batch_size: int = 4, seed: int = 0) -> torch.utils.data.DataLoader:
    return torch.utils.data.DataLoader(hw3.ImageDataset(*pictures(n, seed)), batch_size=batch_size)


# --- theory -----------------------------------------------------------------------------------------------------------


def test_sum_of_gaussians():
    assert hw3.sum_of_gaussians(1.0, 3.0, -4.0, 4.0) == (-3.0, 5.0)


def test_sum_of_gaussians_agrees_with_samples():
    generator = np.random.default_rng(0)
    samples = generator.normal(0.3, 1.2, 200_000) + generator.normal(-2.0, 0.7, 200_000)
    mean, std = hw3.sum_of_gaussians(0.3, 1.2, -2.0, 0.7)
    assert samples.mean() == pytest.approx(mean, abs=6 * std / math.sqrt(len(samples)))
    assert samples.std() == pytest.approx(std, rel=6 / math.sqrt(2 * len(samples)))


@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (2, 5), (4, 3)])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_conv_output_size_is_torchs(kernel, stride, padding):
    for height, width in itertools.product((7, 12), (8, 11)):
        made = F.conv2d(torch.zeros(1, 1, height, width), torch.zeros(1, 1, *kernel), stride=stride, padding=padding)
        assert hw3.conv_output_size(height, width, *kernel, stride, padding) == tuple(made.shape[2:])


# --- model and data ---------------------------------------------------------------------------------------------------


def test_classifier_is_the_sheets():
    model = hw3.CNNClassifier()
    assert [parameter.numel() for parameter in model.parameters()] == [108, 4, 4, 4, 288, 8, 8, 8, 131072, 64, 384, 6]
    assert sum(parameter.numel() for parameter in model.parameters()) == 131_958


@pytest.mark.parametrize("size", [1, 2, 5])
def test_classifier_returns_log_probabilities(size):
    output = hw3.CNNClassifier().eval()(torch.rand(size, 3, 64, 64))
    assert output.shape == (size, 6)
    assert output.exp().sum(dim=1).tolist() == pytest.approx([1.0] * size)


def test_dataset_keeps_pictures_and_order():
    images, labels = pictures(6)
    dataset = hw3.ImageDataset(images, labels)
    assert len(dataset) == 6
    for index in range(6):
        image, label = dataset[index]
        assert (image.shape, image.dtype) == ((3, 4, 5), torch.float32)
        assert (label.shape, label.dtype) == ((), torch.int64)
        assert np.allclose(image.permute(1, 2, 0).numpy(), images[index])
        assert label == labels[index]


def test_loaders():
    sets = [hw3.ImageDataset(*pictures(n)) for n in (22, 7, 5)]
    train, val, test = hw3.make_loaders(*sets, batch_size=8)
    assert [len(labels) for _, labels in train] == [8, 8, 6]
    assert [len(labels) for _, labels in val] == [7]
    assert torch.equal(next(iter(test))[1], sets[2].labels)
    first, second = (torch.cat([images for images, _ in train]) for _ in range(2))
    assert not torch.equal(first, second)


# --- training ---------------------------------------------------------------------------------------------------------


def test_training_learns_and_reports():
    model = Linear()
    train_loss, val_loss, train_acc, val_acc = hw3.train_cnn(model, loader(30), loader(13, seed=1), 1e-2, 12, CPU)
    for history in (train_loss, val_loss, train_acc, val_acc):
        assert history.shape == (12,)
    assert train_loss[-1] < 0.5 * train_loss[0]
    assert val_acc[-1] > 0.8
    assert np.allclose(val_acc * 13, np.round(val_acc * 13))


def test_best_weights_are_in_the_model():
    model = Linear()
    val_loader = loader(40, seed=1)
    *_, val_acc = hw3.train_cnn(model, loader(10), val_loader, 0.5, 8, CPU)
    assert val_acc[-1] < val_acc.max()
    assert hw3.evaluate_model(model, val_loader, CPU) == pytest.approx(val_acc.max())


def test_evaluation_counts_pictures_and_changes_nothing():
    model = nn.Sequential(Linear(), nn.Dropout(0.5))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    accuracy = hw3.evaluate_model(model, loader(11), CPU)
    images, labels = next(iter(loader(11, batch_size=11)))
    with torch.no_grad():
        assert accuracy == pytest.approx((model.eval()(images).argmax(1) == labels).float().mean().item())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_tuning_keeps_the_best_of_fresh_models(monkeypatch):
    accuracies = {0.1: [0.2, 0.3], 0.01: [0.9, 0.4], 0.001: [0.5, 0.6]}
    trained = []

    def train(model, train_loader, val_loader, lr, n_epochs, device):
        assert model not in trained
        trained.append(model)
        return [0, 0], [0, 0], [0, 0], np.array(accuracies[lr])

    monkeypatch.setattr(hw3, "CNNClassifier", Linear)
    monkeypatch.setattr(hw3, "train_cnn", train)
    best, found = hw3.tune_learning_rate(None, None, list(accuracies), 2, CPU)
    assert found == {0.1: 0.3, 0.01: 0.9, 0.001: 0.6}
    assert best is trained[1]
