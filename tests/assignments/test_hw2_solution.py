"""The reference solution of hw2, and the code that its notebook gives to students."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from solutions import hw2_deep_autoencoders as hw2


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


# --- the data


def test_flat_pictures_go_from_minus_one_to_one_and_back():
    images = torch.rand(5, 1, 28, 28)
    flat = hw2.to_flat(images)
    assert flat.shape == (5, 784)
    assert torch.equal(hw2.to_flat(torch.tensor([[[[0.0, 0.5, 1.0]]]])), torch.tensor([[-1.0, 0.0, 1.0]]))
    torch.testing.assert_close(hw2.to_img(flat), images)


def test_pictures_that_leave_the_range_are_cut_when_shown():
    shown = hw2.to_img(torch.full((1, 784), 3.0))
    assert shown.shape == (1, 1, 28, 28)
    assert shown.max() == 1


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_loader_gives_every_picture_once(shuffle):
    images = torch.arange(10.0)[:, None].expand(10, 784)
    batches = list(hw2.make_loader(images, batch_size=4, shuffle=shuffle))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    order = torch.cat(batches)[:, 0]
    assert torch.equal(order.sort().values, torch.arange(10.0))
    assert torch.equal(order, torch.arange(10.0)) != shuffle


def test_the_first_picture_of_a_digit():
    images, labels = torch.rand(6, 1, 28, 28), torch.tensor([3, 7, 1, 7, 1, 7])
    assert torch.equal(hw2.first_of(images, labels, 7), images[1])
    assert torch.equal(hw2.first_of(images, labels, 1), images[2])


# --- the models


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        (hw2.PCAAutoencoder(784, 16, 784), 25_888),
        (hw2.TwoLayerAutoencoder(784, 32, 16, 784), 52_064),
        (hw2.ThreeLayerAutoencoder(784, 64, 32, 16, 784), 106_464),
        (hw2.TwoLayerAutoencoder(784, *hw2.MY_TWO_LAYER_SIZES, 784), 205_856),
        (hw2.ThreeLayerAutoencoder(784, *hw2.MY_THREE_LAYER_SIZES, 784), 220_320),
    ],
    ids=["pca", "two", "three", "my two", "my three"],
)
def test_shapes_and_parameters(model, parameters):
    images = 2 * torch.rand(3, 784) - 1
    assert count(model) == parameters
    assert model.encoder(images).shape == (3, 16)
    assert model(images).shape == (3, 784)
    assert torch.equal(model(images), model.decoder(model.encoder(images)))


def test_the_linear_model_is_affine_and_not_linear():
    model, (x, y) = hw2.PCAAutoencoder(9, 4, 7), torch.randn(2, 5, 9)
    torch.testing.assert_close(model(1.7 * x - 0.7 * y), 1.7 * model(x) - 0.7 * model(y))
    assert model(torch.zeros(1, 9)).abs().max() > 0.01


@pytest.mark.parametrize(
    "model", [hw2.TwoLayerAutoencoder(9, 6, 4, 9), hw2.ThreeLayerAutoencoder(9, 8, 6, 4, 9)], ids=["two", "three"]
)
def test_deep_models_end_in_tanh_and_have_free_codes(model):
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=3)
    x = 10 * torch.randn(200, 9)
    codes, output = model.encoder(x), model(x)
    assert (codes < 0).any(0).all()
    assert codes.abs().max() > 1
    assert -1 <= output.min() < -0.99
    assert 0.99 < output.max() <= 1


# --- training and evaluation


class Halving(nn.Module):
    """Gives the picture back, times a number that it learns; another one in training mode."""

    def __init__(self, factor: float = 0.5):
        super().__init__()
        self.factor, self.modes = nn.Parameter(torch.tensor(factor)), []

    def forward(self, x):
        self.modes.append((self.training, torch.is_grad_enabled()))
        return self.factor * x * (2 if self.training else 1)


def test_evaluation_counts_every_picture_the_same():
    images = torch.arange(1.0, 11.0)[:, None].expand(10, 784)
    model = Halving().train()
    loss = hw2.evaluate_test(model, hw2.make_loader(images, batch_size=4), "cpu")
    assert loss == pytest.approx(float(((0.5 * images) ** 2).mean()))
    assert set(model.modes) == {(False, False)}
    assert model.factor.grad is None


def test_training_is_adam_on_the_mean_squared_error():
    images = 2 * torch.rand(10, 9) - 1
    model = hw2.TwoLayerAutoencoder(9, 6, 4, 9)
    ours = copy.deepcopy(model)
    optimizer = torch.optim.Adam(ours.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=9, cycle_momentum=False)
    expected = []
    for _ in range(3):
        losses = []
        for batch in images.split(4):
            optimizer.zero_grad()
            loss = F.mse_loss(ours(batch), batch)
            loss.backward()
            optimizer.step()
            schedule.step()
            losses += [loss.item()] * len(batch)
        expected.append(sum(losses) / len(losses))
    loader = hw2.make_loader(images, batch_size=4)
    train_losses, test_losses = hw2.train(model, loader, loader, 3, 0.02, "cpu")
    assert train_losses == pytest.approx(expected, rel=1e-4)
    for ours_now, theirs in zip(ours.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(theirs, ours_now, rtol=1e-4, atol=1e-5)
    assert len(test_losses) == 4
    assert test_losses[-1] == pytest.approx(F.mse_loss(model(images), images).item(), rel=1e-4)


def test_every_epoch_trains_in_training_mode():
    model, loader = Halving(), hw2.make_loader(torch.rand(6, 784), batch_size=4)
    hw2.train(model, loader, loader, 2, 1e-3, "cpu")
    trained = [mode for mode, gradients in model.modes if gradients]
    assert trained == [True] * 4
    assert [mode for mode, gradients in model.modes if not gradients] == [False] * 6


def test_a_linear_model_reaches_the_pca_bound_and_does_not_beat_it():
    basis, mean = torch.randn(3, 20), torch.randn(20)
    images = torch.randn(200, 3) @ basis + mean + 0.3 * torch.randn(200, 20)
    centred = images - images.mean(0)
    bound = float((torch.linalg.svdvals(centred)[3:] ** 2).sum() / images.numel())
    model, loader = hw2.PCAAutoencoder(20, 3, 20), hw2.make_loader(images, batch_size=50, shuffle=True)
    hw2.train(model, loader, loader, 200, 5e-2, "cpu")
    loss = hw2.evaluate_test(model, loader, "cpu")
    assert bound - 1e-6 <= loss <= 1.05 * bound


# --- interpolation


class Waves(nn.Module):
    """An autoencoder of methods, with a nonlinear decoder."""

    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Parameter(torch.randn(784, 5) / 10), nn.Parameter(torch.randn(5, 784))

    def encoder(self, x):
        return x @ self.down

    def decoder(self, z):
        return torch.tanh(z @ self.up)


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 784)])
@pytest.mark.parametrize("model", [Waves(), hw2.ThreeLayerAutoencoder(784, 20, 10, 5, 784)], ids=["methods", "modules"])
def test_interpolation_mixes_codes(model, shape):
    image1, image2 = torch.rand(2, *shape)
    codes = model.encoder(torch.stack([image1, image2]).view(2, 784))
    for value in (0.0, 0.3, 1.0):
        picture = hw2.interpolation(value, model, image1, image2)
        assert picture.shape == (1, 784)
        torch.testing.assert_close(picture[0], model.decoder(value * codes[0] + (1 - value) * codes[1]))


@pytest.mark.parametrize("n", [2, 7, 10])
def test_a_strip_goes_from_the_second_picture_to_the_first(n):
    model, (image1, image2) = Waves(), torch.rand(2, 1, 28, 28)
    strip = hw2.interpolation_strip(model, image1, image2, n)
    assert strip.shape == (n, 784)
    torch.testing.assert_close(strip[:1], hw2.interpolation(0, model, image1, image2))
    torch.testing.assert_close(strip[-1:], hw2.interpolation(1, model, image1, image2))
    torch.testing.assert_close(strip[1:2], hw2.interpolation(1 / (n - 1), model, image1, image2))


def test_a_strip_has_ten_pictures_by_default():
    assert len(hw2.interpolation_strip(Waves(), torch.rand(1, 784), torch.rand(1, 784))) == 10
