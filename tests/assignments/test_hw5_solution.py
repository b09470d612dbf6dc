"""The reference solution of hw5, and the code that students are given with it."""

from __future__ import annotations

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder.sandbox.loop_models import CountingOptimizer, ScriptedAutoencoder, SmallAutoencoder
from solutions import hw5_latent_space as hw5

CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("seeded")


@pytest.fixture
def seeded():
    torch.manual_seed(0)


def pictures(count: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, 1, 28, 28, generator=generator), torch.arange(count) % 10


# --- the loader


def test_loader_keeps_pairs_and_forgets_nothing():
    images, labels = pictures(23)
    for shuffle in (False, True):
        batches = list(hw5.make_loader(images, labels, batch_size=5, shuffle=shuffle))
        assert [len(batch) for batch, _ in batches] == [5, 5, 5, 5, 3]
        got, got_labels = (torch.cat(parts) for parts in zip(*batches, strict=True))
        order = [int((images == image).flatten(1).all(1).nonzero()) for image in got]
        assert sorted(order) == list(range(23))
        assert (order == list(range(23))) is not shuffle
        assert torch.equal(got_labels, labels[order])


# --- the autoencoder


def test_shapes_and_parameters_are_those_of_the_sheet():
    model = hw5.Autoencoder()
    code = model.encode(torch.rand(1, 1, 28, 28))
    assert code.shape == (1, 32, 3, 3)
    assert model.decode(code).shape == (1, 1, 28, 28)
    assert sum(parameter.numel() for parameter in model.parameters()) == 33_713


def test_forward_refuses_a_change_of_shape():
    model = hw5.Autoencoder()
    model.decode = lambda z: torch.zeros(len(z), 28, 28)
    with pytest.raises(AssertionError, match="became"):
        model(torch.rand(2, 1, 28, 28))


# --- training


def run(model, train, val, n_epochs=4, patience=9, lr=0.02, gamma=0.5, batch_size=4):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma)
    loaders = [hw5.make_loader(*data, batch_size, shuffle=False) for data in (train, val)]
    curves = hw5.train_autoencoder(model, *loaders, optimizer, scheduler, n_epochs, patience, CPU)
    return curves, optimizer


def test_training_lowers_the_loss_and_keeps_the_best_weights():
    model, val = SmallAutoencoder(784, 8, 4), pictures(7, seed=1)
    (train_losses, val_losses), optimizer = run(model, pictures(11), val)
    assert len(train_losses) == len(val_losses) == 4
    assert train_losses[-1] < train_losses[0]
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.02 * 0.5**4)
    with torch.no_grad():
        assert F.mse_loss(model.eval()(val[0]), val[0]).item() == pytest.approx(min(val_losses), rel=1e-5)


def test_the_first_epoch_is_a_running_mean_over_pictures():
    model, train = SmallAutoencoder(784, 8, 4), pictures(6)
    twin = copy.deepcopy(model)
    (train_losses, _), _ = run(model, train, pictures(3), n_epochs=1)
    optimizer = torch.optim.Adam(twin.parameters(), lr=0.02)
    total = 0.0
    for images in train[0].split(4):
        optimizer.zero_grad()
        loss = F.mse_loss(twin(images), images)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(images)
    assert train_losses == pytest.approx([total / 6])


@pytest.mark.parametrize(
    ("script", "patience", "epochs", "best"),
    [
        ([0.5, 0.4, 0.3], 2, 3, 3),  # to the end
        ([0.5, 0.3, 0.4, 0.35, 0.2], 2, 4, 2),  # stops before the best that would have come
        ([0.5, 0.3, 0.4, 0.2, 0.25, 0.3, 0.1], 2, 6, 4),  # the patience starts anew
        ([0.5, 0.5, 0.5, 0.1], 2, 3, 1),  # a tie is no improvement
        ([0.5, 0.6, 0.1], 1, 2, 1),
    ],
)
def test_stops_early_with_the_best_weights(script, patience, epochs, best):
    model = ScriptedAutoencoder(script, batches=3)
    optimizer = CountingOptimizer(model.parameters())
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    train, val = (hw5.make_loader(*pictures(count), 4, shuffle=False) for count in (9, 5))
    _, val_losses = hw5.train_autoencoder(model, train, val, optimizer, scheduler, len(script), patience, CPU)
    assert val_losses == pytest.approx(script[:epochs], rel=1e-4)
    assert model.clock.item() == 3 * best


# --- codes


def test_codes_and_labels_stay_together():
    class Mean(nn.Linear):
        def encode(self, x):
            return x.mean(dim=(1, 2, 3)) + (100 if self.training else 0)

    images, labels = torch.arange(9.0).view(-1, 1, 1, 1).expand(-1, 1, 28, 28), torch.arange(9)
    model = Mean(1, 1)
    codes, got = hw5.extract_codes(model, hw5.make_loader(images, labels, 4, shuffle=True), CPU)
    assert torch.equal(codes, got.float())
    assert not codes.requires_grad


# --- interpolation


@pytest.mark.parametrize("shape", [(5,), (2, 3, 1)])
@pytest.mark.parametrize("n", [2, 7, 12])
def test_codes_lie_on_the_straight_line(shape, n):
    class Linear(nn.Module):
        weights = torch.randn(784, math.prod(shape))

        def encode(self, x):
            return (x.flatten(1) @ self.weights).view(-1, *shape)

        def decode(self, z):
            self.seen = z
            return torch.sigmoid(z.flatten(1) @ self.weights.T).view(-1, 1, 28, 28)

    model, (images, _) = Linear(), pictures(2)
    strip = hw5.interpolate_between(model, images[0], images[1], n)
    ends = model.encode(images)
    assert strip.shape == (n, 1, 28, 28)
    for step, code in enumerate(model.seen):
        torch.testing.assert_close(code, ends[0] + step / (n - 1) * (ends[1] - ends[0]))


def test_the_ends_are_reconstructions():
    model, (images, _) = hw5.Autoencoder().eval(), pictures(2)
    strip = hw5.interpolate_between(model, images[0], images[1])
    with torch.no_grad():
        torch.testing.assert_close(strip[[0, -1]], model(images))
    assert len(strip) == 12
    assert not strip.requires_grad
