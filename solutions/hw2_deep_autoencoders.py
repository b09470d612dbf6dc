"""Deep autoencoders of handwritten digits: a linear one, which is PCA, one with two layers, one with three, and the way
from one digit to another through their codes.

Conventions of this assignment: pictures are float32 in [-1, 1] and flat, (B, 784); losses are means over pixels and
pictures; lambda = 1 is the first image.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, SequentialSampler
from tqdm.auto import tqdm


def to_flat(images: Tensor) -> Tensor:
    """From pictures (B, 1, 28, 28) in [0, 1] to flat ones (B, 784) in [-1, 1]."""
    return ((images - 0.5) / 0.5).flatten(1)


def to_img(flat: Tensor) -> Tensor:
    """From flat pictures (B, 784) in [-1, 1] to (B, 1, 28, 28) in [0, 1], ready to be shown."""
    return (flat * 0.5 + 0.5).clamp(0, 1).view(-1, 1, 28, 28)


def make_loader(images: Tensor, batch_size: int = 128, shuffle: bool = False) -> DataLoader:
    """A loader of batches (B, 784); a batch is fetched with one list of indices: much faster than one by one."""
    order = RandomSampler(images) if shuffle else SequentialSampler(images)
    return DataLoader(images, sampler=BatchSampler(order, batch_size, drop_last=False), batch_size=None)


class PCAAutoencoder(nn.Module):
    """A linear autoencoder: `encoder` and `decoder` are one linear layer with bias each, and nothing else.

    num_in, num_hidden, num_out: numbers in the input, in the code, in the output
    """

    def __init__(self, num_in: int, num_hidden: int, num_out: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.encoder = nn.Linear(num_in, num_hidden)
        self.decoder = nn.Linear(num_hidden, num_out)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """From (B, num_in) to (B, num_out), through a code (B, num_hidden)."""
        return self.decoder(self.encoder(x))


class TwoLayerAutoencoder(nn.Module):
    """Two layers down to the code and, in reverse order, two layers up again; the output is in (-1, 1)."""

    def __init__(self, num_in: int, num_hidden_1: int, num_hidden_2: int, num_out: int):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(num_in, num_hidden_1),  # 784 => 32
            nn.ReLU(),
            nn.Linear(num_hidden_1, num_hidden_2),  # 32 => 16
        )
        self.decoder = nn.Sequential(
            nn.Linear(num_hidden_2, num_hidden_1),  # 16 => 32
            nn.ReLU(),
            nn.Linear(num_hidden_1, num_out),  # 32 => 784
            nn.Tanh(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """From (B, num_in) to (B, num_out), through a code (B, num_hidden_2)."""
        return self.decoder(self.encoder(x))


def train(model, train_loader, test_loader, num_epochs, learning_rate, device):
    """Trains an autoencoder with Adam on the mean squared error; all losses are means over pixels and pictures.

    learning_rate: the highest; it rises to it during the first third of all steps and falls to almost 0 after it
    returns: (train_losses, test_losses), one number an epoch. A training loss is the mean over the epoch while the
    weights move; test_losses[0] is untrained, so test_losses is longer by one
    """
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    steps = num_epochs * len(train_loader)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps, cycle_momentum=False)
    train_losses, test_losses = [], [evaluate_test(model, test_loader, device)]
    bar = tqdm(range(num_epochs), desc="epochs")
    for _ in bar:
        model.train()
        total, seen = 0.0, 0
        for images in train_loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total, seen = total + loss.item() * len(images), seen + len(images)
        train_losses.append(total / seen)
        test_losses.append(evaluate_test(model, test_loader, device))
        bar.set_postfix(train=f"{train_losses[-1]:.4f}", test=f"{test_losses[-1]:.4f}", refresh=False)
    return train_losses, test_losses


@torch.no_grad()
def evaluate_test(model, loader, device) -> float:
    """Mean squared error over all pixels of all pictures of a loader, in evaluation mode: a smaller last batch
    counts with the pictures that it has.
    """
    model.eval()
    total, seen = 0.0, 0
    for images in loader:
        images = images.to(device)
        total, seen = total + F.mse_loss(model(images), images, reduction="sum").item(), seen + images.numel()
    return total / seen


MY_TWO_LAYER_SIZES = (128, 16)


class ThreeLayerAutoencoder(nn.Module):
    """Three layers down to the code and, in reverse order, three layers up again; the output is in (-1, 1).

    `encoder` and `decoder` may be modules or methods: both are called with a batch.
    """

    def __init__(self, num_in: int, num_hidden_1: int, num_hidden_2: int, num_hidden_3: int, num_out: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.encoder = nn.Sequential(
            nn.Linear(num_in, num_hidden_1),  # 784 => 64
            nn.ReLU(),
            nn.Linear(num_hidden_1, num_hidden_2),  # 64 => 32
            nn.ReLU(),
            nn.Linear(num_hidden_2, num_hidden_3),  # 32 => 16
        )
        self.decoder = nn.Sequential(
            nn.Linear(num_hidden_3, num_hidden_2),  # 16 => 32
            nn.ReLU(),
            nn.Linear(num_hidden_2, num_hidden_1),  # 32 => 64
            nn.ReLU(),
            nn.Linear(num_hidden_1, num_out),  # 64 => 784
            nn.Tanh(),
        )
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """From (B, num_in) to (B, num_out), through a code (B, num_hidden_3)."""
        ### BEGIN SOLUTION
        return self.decoder(self.encoder(x))
        ### END SOLUTION


MY_THREE_LAYER_SIZES = (128, 64, 16)


def first_of(images: Tensor, labels: Tensor, digit: int) -> Tensor:
    """The first picture of a digit, (1, 28, 28) if the pictures are (N, 1, 28, 28)."""
    return images[int(torch.nonzero(labels == digit)[0])]


def interpolation(lambda1, model: nn.Module, image1: Tensor, image2: Tensor) -> Tensor:
    """The picture decoded from the mixed code, lambda1 * (code of image1) + (1 - lambda1) * (code of image2).

    lambda1: a number from 0 to 1; 1 is image1, 0 is image2
    model: an autoencoder with `encoder`, from (1, 784) to (1, d), and `decoder`, from (1, d) to (1, 784)
    image1, image2: pictures in [-1, 1], (1, 28, 28) or already flat, (1, 784)
    returns: one flat picture (1, 784)
    """
    latent_1 = model.encoder(image1.reshape(1, -1))
    ### BEGIN SOLUTION
    latent_2 = model.encoder(image2.reshape(1, -1))
    mixed = lambda1 * latent_1 + (1 - lambda1) * latent_2
    return model.decoder(mixed)
    ### END SOLUTION


def interpolation_strip(model: nn.Module, image1: Tensor, image2: Tensor, n: int = 10) -> Tensor:
    """n pictures from image2 to image1, for n equally spaced lambda from 0 to 1, both ends included.

    returns: flat pictures (n, 784); the first is decoded from the code of image2 (lambda = 0), the last from that of
    image1 (lambda = 1)
    """
    ### BEGIN SOLUTION
    return torch.cat([interpolation(value, model, image1, image2) for value in torch.linspace(0, 1, n).tolist()])
    ### END SOLUTION
