"""Reference solution of hw5: a convolutional autoencoder, its training with early stopping, and its latent space.

Conventions of this assignment: images are float32 in [0, 1] of shape (B, 1, 28, 28); losses are mean squared errors,
the *mean* over the pixels; an interpolation starts at the first picture and ends at the second.
"""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, SequentialSampler, TensorDataset
from tqdm.auto import tqdm


def make_loader(images: Tensor, labels: Tensor, batch_size: int, shuffle: bool) -> DataLoader:
    """Batches of (images, labels), each fetched with one list of indices: much faster than picture by picture."""
    dataset = TensorDataset(images, labels)
    order = RandomSampler(dataset) if shuffle else SequentialSampler(dataset)
    batches = BatchSampler(order, batch_size, drop_last=False)
    return DataLoader(dataset, sampler=batches, batch_size=None, pin_memory=torch.cuda.is_available())


class Autoencoder(nn.Module):
    """From pictures of 784 pixels to codes of at most 288 numbers, and back; the architecture is free."""

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 4, 3),  # 28x28 => 26x26
            nn.LeakyReLU(),
            nn.Conv2d(4, 16, 3),  # 26x26 => 24x24
            nn.MaxPool2d(2),  # 24x24 => 12x12
            nn.BatchNorm2d(16),
            nn.LeakyReLU(),
            nn.Conv2d(16, 32, 3),  # 12x12 => 10x10
            nn.MaxPool2d(2),  # 10x10 => 5x5
            nn.LeakyReLU(),
            nn.Conv2d(32, 32, 3),  # 5x5 => 3x3
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(32, 32, 3),  # 3x3 => 5x5
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 16, 3, stride=2, output_padding=1),  # 5x5 => 12x12
            nn.BatchNorm2d(16),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(16, 16, 3, stride=2, output_padding=1),  # 12x12 => 26x26
            nn.LeakyReLU(),
            nn.ConvTranspose2d(16, 16, 3, padding=1),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(16, 4, 3, padding=1),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(4, 1, 3),  # 26x26 => 28x28
            nn.Sigmoid(),
        )
        ### END SOLUTION

    def encode(self, x: Tensor) -> Tensor:
        """From pictures (B, 1, 28, 28) to codes (B, ...), at most 288 numbers for each picture, for any B."""
        ### BEGIN SOLUTION
        return self.encoder(x)
        ### END SOLUTION

    def decode(self, z: Tensor) -> Tensor:
        """From codes, as `encode` makes them, to pictures (B, 1, 28, 28) in [0, 1]."""
        ### BEGIN SOLUTION
        return self.decoder(z)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """From pictures (B, 1, 28, 28) to their reconstructions of the same shape."""
        x_approx = self.decode(self.encode(x))
        assert x.shape == x_approx.shape, f"pictures {tuple(x.shape)} became {tuple(x_approx.shape)}"
        return x_approx


def train_autoencoder(model, train_loader, val_loader, optimizer, scheduler, n_epochs, patience, device):
    """Trains an autoencoder on the mean squared error, stops early, and leaves the best weights in it.

    model: an autoencoder; it is moved to `device` and trained in place
    train_loader, val_loader: batches of (images, labels), any number of them, the last one may be smaller
    optimizer, scheduler: of torch.optim, made for the parameters of `model`; the scheduler is stepped once an epoch
    n_epochs: passes over train_loader, unless training stops earlier
    patience: training stops as soon as so many epochs *in a row* brought no new smallest validation loss
    returns: (train_losses, val_losses), two lists with one number for each epoch that was run: the mean squared error
    over all pictures of the loader; for training while the epoch runs, for validation after it, in evaluation mode.
    On return `model` holds the weights (and BatchNorm statistics) of the epoch with the smallest validation loss.
    """
    ### BEGIN SOLUTION
    model.to(device)

    def one_epoch(loader: DataLoader, training: bool) -> float:
        model.train(training)
        total, seen = 0.0, 0
        for images, _ in loader:
            images = images.to(device)
            with torch.set_grad_enabled(training):
                loss = F.mse_loss(model(images), images)
            if training:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total, seen = total + loss.item() * len(images), seen + len(images)
        return total / seen

    train_losses, val_losses = [], []
    best_loss, best_state, waited = float("inf"), None, 0
    bar = tqdm(range(n_epochs), desc="epochs")
    for _ in bar:
        train_losses.append(one_epoch(train_loader, training=True))
        val_losses.append(one_epoch(val_loader, training=False))
        scheduler.step()
        bar.set_postfix(train=f"{train_losses[-1]:.4f}", val=f"{val_losses[-1]:.4f}", waited=waited)
        if val_losses[-1] < best_loss:
            best_loss, waited = val_losses[-1], 0
            best_state = copy.deepcopy(model.state_dict())  # state_dict() alone shares its memory with the model
        else:
            waited += 1
        if waited >= patience:
            break
    model.load_state_dict(best_state)
    return train_losses, val_losses
    ### END SOLUTION


@torch.no_grad()
def extract_codes(model: nn.Module, loader: DataLoader, device: torch.device) -> tuple[Tensor, Tensor]:
    """(codes (N, ...), labels (N,)) of all pictures of a loader, collected in one pass, on the CPU."""
    model.to(device).eval()
    pairs = [(model.encode(images.to(device)).cpu(), labels) for images, labels in loader]
    codes, labels = zip(*pairs, strict=True)
    return torch.cat(codes), torch.cat(labels)


def interpolate_between(model: nn.Module, image_i: Tensor, image_j: Tensor, n: int = 12) -> Tensor:
    """Decodes n equidistant codes on the straight line from the code of one picture to that of another.

    model: an autoencoder with `encode` and `decode`, in evaluation mode, whose codes may have any shape
    image_i, image_j: two pictures (1, 28, 28), on the model's device
    n: how many pictures, both ends included, at least 2
    returns: pictures (n, 1, 28, 28); the first is decoded from the code of image_i, the last from that of image_j
    """
    ### BEGIN SOLUTION
    with torch.no_grad():
        code_i, code_j = model.encode(torch.stack([image_i, image_j]))
        alpha = torch.linspace(0, 1, n, device=code_i.device).view(-1, *[1] * code_i.dim())
        return model.decode((1 - alpha) * code_i + alpha * code_j)
    ### END SOLUTION
