"""Reference solution of hw4: a convolutional autoencoder, a linear one (PCA), and codes in three dimensions.

Conventions of this assignment: pictures are float32 in [-1, 1] of shape (B, 1, 28, 28); every autoencoder returns
(reconstruction, code); losses are mean squared errors, *averaged* over pixels and over pictures.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader
from tqdm.auto import tqdm


class ConvAutoencoder(nn.Module):
    """Three convolutions down to a code of `latent_dim` numbers, three transposed ones back up."""

    def __init__(self, latent_dim: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),  # 28x28 => 14x14
            nn.Conv2d(16, 32, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),  # 14x14 => 7x7
            nn.Conv2d(32, 64, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),  # 7x7 => 3x3
            nn.Flatten(),
            nn.Linear(64 * 3 * 3, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 64 * 3 * 3),
            nn.Unflatten(1, (64, 3, 3)),
            nn.ConvTranspose2d(64, 32, kernel_size=3, stride=2),  # 3x3 => 7x7
            nn.ReLU(),
            nn.ConvTranspose2d(32, 16, kernel_size=3, stride=2, padding=1, output_padding=1),  # 7x7 => 14x14
            nn.ReLU(),
            nn.ConvTranspose2d(16, 1, kernel_size=3, stride=2, padding=1, output_padding=1),  # 14x14 => 28x28
        )
        ### END SOLUTION

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Encodes and decodes.

        x: pictures (B, 1, 28, 28), for any B
        returns: (reconstruction (B, 1, 28, 28), code (B, latent_dim)), in this order
        """
        ### BEGIN SOLUTION
        code = self.encoder(x)
        return self.decoder(code), code
        ### END SOLUTION


class PCAAutoencoder(nn.Module):
    """Two linear layers with bias and nothing between them: what it can learn at best is PCA.

    input_dim: numbers in a picture, 784; latent_dim: numbers in its code
    """

    def __init__(self, input_dim: int, latent_dim: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_dim, latent_dim))
        self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim), nn.Unflatten(1, (1, 28, 28)))
        ### END SOLUTION

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Encodes and decodes; flattens and unflattens inside, so that it takes the place of a ConvAutoencoder.

        x: pictures (B, 1, 28, 28), for any B
        returns: (reconstruction (B, 1, 28, 28), code (B, latent_dim)), in this order
        """
        ### BEGIN SOLUTION
        code = self.encoder(x)
        return self.decoder(code), code
        ### END SOLUTION


def train_autoencoder(
    model: nn.Module, train_loader: DataLoader, test_loader: DataLoader, lr: float, n_epochs: int, device: torch.device
) -> tuple[list[float], list[float]]:
    """Trains any autoencoder that returns (reconstruction, code) with Adam on the mean squared error.

    model: moved to `device` and trained in place, for `n_epochs` passes over train_loader
    train_loader, test_loader: batches of (images, labels), any number of them, the last one may be smaller
    returns: (train_loss, test_loss), one number an epoch each (lists or arrays): means over the pixels of *all*
    pictures of the loader. Those of training are running means, taken with the weights that each batch was trained
    with; those of the test data are taken after the epoch, in evaluation mode and without gradients.
    """
    ### BEGIN SOLUTION
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def one_epoch(loader: DataLoader, training: bool) -> float:
        model.train(training)
        total, n_images = 0.0, 0
        for images, _ in loader:
            images = images.to(device)
            with torch.set_grad_enabled(training):
                reconstruction, _ = model(images)
                loss = F.mse_loss(reconstruction, images)
            if training:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total += loss.item() * len(images)  # the last batch may be smaller: pictures count, not batches
            n_images += len(images)
        return total / n_images

    train_loss, test_loss = [], []
    bar = tqdm(range(n_epochs), desc=type(model).__name__)
    for _ in bar:
        train_loss.append(one_epoch(train_loader, training=True))
        test_loss.append(one_epoch(test_loader, training=False))
        bar.set_postfix(train=f"{train_loss[-1]:.4f}", test=f"{test_loss[-1]:.4f}")
    return train_loss, test_loss
    ### END SOLUTION


def encode_samples(model: nn.Module, loader: DataLoader, n_samples: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The codes of `n_samples` pictures of a loader, and their labels, in one order.

    model: an autoencoder that returns (reconstruction, code), on any device; it is moved to `device`
    loader: batches of (images, labels), at least n_samples pictures; it may shuffle
    returns: (codes (n_samples, latent_dim), labels (n_samples,)), of pictures of one pass over the loader, each at
    most once; computed in evaluation mode, on the CPU, without gradients (tensors or numpy arrays)
    """
    ### BEGIN SOLUTION
    model.to(device).eval()
    codes, labels, found = [], [], 0
    with torch.no_grad():
        for images, batch_labels in loader:
            _, batch_codes = model(images.to(device))
            codes.append(batch_codes.cpu())
            labels.append(batch_labels)
            found += len(images)
            if found >= n_samples:
                break
    return torch.cat(codes)[:n_samples], torch.cat(labels)[:n_samples]
    ### END SOLUTION
