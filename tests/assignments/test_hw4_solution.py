"""The reference solution of hw4."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from solutions import hw4_conv_autoencoders as hw4

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def pictures(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures (n, 1, 28, 28) in [-1, 1], dark but for one bright row each, and the number of that row."""
    labels = torch.arange(n) % 28
    images = -0.9 * torch.ones(n, 1, 28, 28)
    images[torch.arange(n), 0, labels] = 0.9
    return images, labels


def loader(n: int, batch_size: int, shuffle: bool = False) -> DataLoader:
    return DataLoader(TensorDataset(*pictures(n)), batch_size=batch_size, shuffle=shuffle)


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("model", [hw4.ConvAutoencoder(3), hw4.PCAAutoencoder(784, 3)])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_autoencoders_return_reconstruction_and_code(model, size):
    reconstruction, code = model(torch.rand(size, 1, 28, 28))
    assert reconstruction.shape == (size, 1, 28, 28)
    assert code.shape == (size, 3)


def test_parameters_are_those_of_pooling_with_stride_2():
    assert count(hw4.ConvAutoencoder(2)) == 49_411


def test_resolutions_are_those_of_the_plan():
    sizes = []
    model = hw4.ConvAutoencoder(2)
    for layer in [*model.encoder, *model.decoder]:
        if isinstance(layer, nn.MaxPool2d | nn.ConvTranspose2d):
            layer.register_forward_hook(lambda _, inputs, output: sizes.append(output.shape[-1]))
    model(torch.rand(1, 1, 28, 28))
    assert sizes == [14, 7, 3, 7, 14, 28]


def test_the_linear_autoencoder_is_affine_with_bias():
    model = hw4.PCAAutoencoder(784, 4)
    x, y = torch.randn(2, 3, 1, 28, 28)
    mixed = model(0.3 * x + 0.7 * y)[0]
    torch.testing.assert_close(mixed, 0.3 * model(x)[0] + 0.7 * model(y)[0], atol=1e-5, rtol=0)
    assert count(model) == 2 * 784 * 4 + 4 + 784
    assert model(torch.zeros(1, 1, 28, 28))[0].abs().max() > 0


def test_the_linear_autoencoder_comes_close_to_pca_and_never_below():
    codes, axes = torch.randn(40, 5), torch.randn(5, 784)
    images = (0.3 + 0.5 * codes @ axes + 0.3 * torch.randn(40, 784)).reshape(-1, 1, 28, 28)
    model = hw4.PCAAutoencoder(784, 5)
    whole = DataLoader(TensorDataset(images, torch.zeros(40)), batch_size=40)
    losses, _ = hw4.train_autoencoder(model, whole, whole, 1e-2, 400, CPU)
    flat = images.flatten(1)
    singular = torch.linalg.svdvals(flat - flat.mean(0))
    optimum = float((singular[5:] ** 2).sum()) / flat.numel()
    assert optimum - 1e-6 < min(losses) < 1.1 * optimum


def test_training_lowers_both_losses():
    train_loss, test_loss = hw4.train_autoencoder(hw4.ConvAutoencoder(3), loader(28, 8), loader(10, 4), 3e-3, 5, CPU)
    assert len(train_loss) == len(test_loss) == 5
    assert train_loss[-1] < 0.7 * train_loss[0]
    assert test_loss[-1] < test_loss[0]


def test_the_test_loss_is_the_mean_over_all_pictures():
    model, data = hw4.ConvAutoencoder(3), loader(11, 4)
    _, test_loss = hw4.train_autoencoder(model, loader(8, 4), data, 1e-3, 2, CPU)
    images, _ = pictures(11)
    with torch.no_grad():
        assert test_loss[-1] == pytest.approx(F.mse_loss(model(images)[0], images).item(), rel=1e-4)


def test_the_training_loss_is_a_running_mean():
    model, images = hw4.ConvAutoencoder(3), pictures(11)[0]
    with torch.no_grad():
        untrained = F.mse_loss(model(images)[0], images).item()
    train_loss, _ = hw4.train_autoencoder(model, loader(11, 4), loader(4, 4), 1e-9, 1, CPU)
    assert train_loss[0] == pytest.approx(untrained, rel=1e-4)


class RowMean(nn.Module):
    """A model whose code is the number of the bright row."""

    def __init__(self):
        super().__init__()
        self.batch_norm = nn.BatchNorm2d(1, affine=False)

    def forward(self, x):
        return self.batch_norm(x), x.mean(dim=3).flatten(1).argmax(dim=1, keepdim=True).float()


@pytest.mark.parametrize("n", [5, 8, 13, 20])
def test_codes_and_labels_belong_together(n):
    model = RowMean().train()
    codes, labels = hw4.encode_samples(model, loader(20, 4, shuffle=True), n, CPU)
    assert codes.shape == (n, 1)
    assert torch.equal(codes[:, 0].long(), labels)
    assert len(set(labels.tolist())) == n
    assert not codes.requires_grad
    assert model.batch_norm.num_batches_tracked == 0
