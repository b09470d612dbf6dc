"""Reference solution of hw6: a denoising autoencoder, a variational autoencoder, and a walk through its latent space.

Conventions of this assignment: images are float32 in [0, 1] of shape (B, 1, 28, 28); the encoder outputs the *logarithm
of the variance*; both parts of the VAE loss are *sums* over everything; alpha = 1 is the second picture.
"""

from __future__ import annotations

from itertools import islice

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler, SequentialSampler
from tqdm.auto import tqdm


class AddGaussianNoise:
    """Adds fresh Gaussian noise to a picture and clips the sum to [0, 1].

    mean, std: mean and *standard deviation* of the noise, as numbers.
    """

    def __init__(self, mean: float, std: float):
        ### BEGIN SOLUTION
        self.mean = mean
        self.std = std
        ### END SOLUTION

    def __call__(self, tensor: Tensor) -> Tensor:
        """Every pixel of every picture gets its own noise, and every call draws anew.

        tensor: float32 in [0, 1], any shape; it is left unchanged
        returns: noisy pictures in [0, 1], same shape and dtype
        """
        ### BEGIN SOLUTION
        noise = self.mean + self.std * torch.randn_like(tensor)
        return (tensor + noise).clamp(0, 1)
        ### END SOLUTION


class DigitImages(Dataset):
    """Pictures and labels in memory, by number or list of numbers; `transform` is applied at each access."""

    def __init__(self, images: Tensor, labels: Tensor, transform=None):
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index) -> tuple[Tensor, Tensor]:
        images = self.images[index]
        return (self.transform(images) if self.transform else images), self.labels[index]


class ConcatDataset(Dataset):
    """Several data sets side by side: item i holds picture i of each of them, without labels."""

    def __init__(self, *datasets: Dataset):
        self.datasets = datasets

    def __len__(self) -> int:
        return min(len(dataset) for dataset in self.datasets)

    def __getitem__(self, index) -> tuple[Tensor, ...]:
        return tuple(dataset[index][0] for dataset in self.datasets)


def make_loader(dataset: Dataset, batch_size: int, shuffle: bool) -> DataLoader:
    """A loader that fetches a whole batch with one list of indices: much faster than picture by picture."""
    order = RandomSampler(dataset) if shuffle else SequentialSampler(dataset)
    return DataLoader(dataset, sampler=BatchSampler(order, batch_size, drop_last=False), batch_size=None)


def device_of(model: nn.Module) -> torch.device:
    """The device that a model's parameters live on (the CPU for a model without parameters)."""
    parameters = getattr(model, "parameters", lambda: iter(()))
    return next((parameter.device for parameter in parameters()), torch.device("cpu"))


class DenoisingAutoencoder(nn.Module):
    """Convolutions down to a small grid, transposed convolutions back up."""

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),  # 28x28 => 14x14
            nn.ReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),  # 14x14 => 7x7
            nn.ReLU(),
            nn.Conv2d(64, 64, 3, padding=1),
            nn.ReLU(),
        )
        # No Sigmoid at the end: with a summed loss it can saturate in the first steps, and all stays black for good.
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),  # 7x7 => 14x14
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),  # 14x14 => 28x28
        )
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """From noisy pictures (B, 1, 28, 28) in [0, 1] to denoised ones of the same shape, for any B."""
        ### BEGIN SOLUTION
        return self.decoder(self.encoder(x))
        ### END SOLUTION


def dae_loss(output: Tensor, images: Tensor) -> Tensor:
    """Squared error, *summed* over everything.

    output, images: (B, 1, 28, 28), what the model made and the clean pictures
    returns: one number, a tensor without dimensions
    """
    ### BEGIN SOLUTION
    return F.mse_loss(output, images, reduction="sum")
    ### END SOLUTION


def make_dae_optimizer(model: nn.Module) -> torch.optim.Optimizer:
    """An optimizer of torch.optim that holds every parameter of `model`; its kind and learning rate are free."""
    ### BEGIN SOLUTION
    return torch.optim.Adam(model.parameters(), lr=1e-3)
    ### END SOLUTION


@torch.no_grad()
def evaluate_dae(model: nn.Module, loader: DataLoader, device: torch.device) -> float:
    """Squared error per image of the denoised pictures, over all pictures of a loader of (noisy, clean) batches."""
    model.eval()
    total = sum(dae_loss(model(noisy.to(device)), clean.to(device)).item() for noisy, clean in loader)
    return total / len(loader.dataset)


def train_dae(model, optimizer, train_loader, test_loader, n_epochs, device):
    """Trains a denoiser on pairs of noisy and clean pictures.

    returns: (train_losses, test_losses), squared error per image, one number an epoch; test_losses[0] is untrained
    """
    model.to(device)
    train_losses, test_losses = [], [evaluate_dae(model, test_loader, device)]
    for epoch in range(1, n_epochs + 1):
        model.train()
        total, seen = 0.0, 0
        bar = tqdm(train_loader, desc=f"epoch {epoch}/{n_epochs}", leave=epoch == n_epochs)
        for noisy, clean in bar:
            noisy, clean = noisy.to(device), clean.to(device)
            loss = dae_loss(model(noisy), clean)
            optimizer.zero_grad()  # otherwise the gradients of all batches so far add up
            loss.backward()
            optimizer.step()
            total, seen = total + loss.item(), seen + len(clean)
            bar.set_postfix(train=f"{total / seen:.2f}", test=f"{test_losses[-1]:.2f}", refresh=False)
        train_losses.append(total / seen)
        test_losses.append(evaluate_dae(model, test_loader, device))
    return train_losses, test_losses


def vae_loss(output: Tensor, mu: Tensor, log_var: Tensor, images: Tensor) -> tuple[Tensor, Tensor]:
    """The two parts of the negative ELBO, each *summed* over everything: the batch and the pixels or dimensions.

    output: (B, 1, 28, 28), what the decoder made, in (0, 1)
    mu, log_var: (B, latent_feature), mean and *logarithm of the variance* of q(z|x)
    images: (B, 1, 28, 28), the pictures, grey values in [0, 1]
    returns: (reconstruction, kl), the binary cross-entropy and KL(q(z|x) || N(0, I)), two tensors without dimensions
    """
    ### BEGIN SOLUTION
    reconstruction = F.binary_cross_entropy(output, images, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp())
    return reconstruction, kl
    ### END SOLUTION


class VAE(nn.Module):
    """A variational autoencoder for pictures of 28x28 pixels, with `latent_feature` latent dimensions."""

    def __init__(self, latent_feature: int = 16):
        super().__init__()
        ### BEGIN SOLUTION
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),  # 28x28 => 14x14
            nn.ReLU(),
            nn.Conv2d(32, 32, 4, stride=2, padding=1),  # 14x14 => 7x7
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * 7 * 7, 400),
            nn.ReLU(),
        )
        self.to_mu_and_log_var = nn.Linear(400, 2 * latent_feature)
        self.images = nn.Sequential(
            nn.Linear(latent_feature, 400),
            nn.ReLU(),
            nn.Linear(400, 32 * 7 * 7),
            nn.ReLU(),
            nn.Unflatten(1, (32, 7, 7)),
            nn.ConvTranspose2d(32, 32, 4, stride=2, padding=1),  # 7x7 => 14x14
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),  # 14x14 => 28x28
            nn.Sigmoid(),
        )
        ### END SOLUTION

    def reparameterize(self, mu: Tensor, log_var: Tensor) -> Tensor:
        """Draws z from N(mu, sigma^2), in training and in evaluation mode, so that gradients reach mu and log_var.

        mu, log_var: (B, latent_feature), any real numbers; log_var is the *logarithm of the variance*
        returns: z (B, latent_feature)
        """
        ### BEGIN SOLUTION
        std = torch.exp(0.5 * log_var)
        return mu + std * torch.randn_like(std)
        ### END SOLUTION

    def encoder(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The cloud of each picture, and a sample of it drawn by `reparameterize`.

        x: pictures (B, 1, 28, 28)
        returns: (mu, log_var, z), each (B, latent_feature)
        """
        ### BEGIN SOLUTION
        mu, log_var = self.to_mu_and_log_var(self.features(x)).chunk(2, dim=1)
        return mu, log_var, self.reparameterize(mu, log_var)
        ### END SOLUTION

    def decoder(self, z: Tensor) -> Tensor:
        """From codes (B, latent_feature) to pictures (B, 1, 28, 28) in [0, 1]."""
        ### BEGIN SOLUTION
        return self.images(z)
        ### END SOLUTION

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encodes, draws a sample, decodes the sample.

        x: pictures (B, 1, 28, 28)
        returns: (reconstruction (B, 1, 28, 28), mu, log_var)
        """
        ### BEGIN SOLUTION
        mu, log_var, z = self.encoder(x)
        return self.decoder(z), mu, log_var
        ### END SOLUTION


@torch.no_grad()
def evaluate_vae(vae: nn.Module, loader: DataLoader, device: torch.device) -> tuple[float, float]:
    """(reconstruction, kl) in nats per image over all pictures of a loader of (images, labels) batches."""
    vae.eval()
    totals = np.zeros(2)
    for images, _ in loader:
        images = images.to(device)
        totals += [part.item() for part in vae_loss(*vae(images), images)]
    reconstruction, kl = totals / len(loader.dataset)
    return float(reconstruction), float(kl)


def train_vae(vae, train_loader, test_loader, n_epochs, device, lr=1e-4, log_every=10, loss_parts=None):
    """Trains a VAE on -ELBO = reconstruction + kl with Adam; all numbers are in nats per image.

    loss_parts: another loss to train on in the place of vae_loss
    returns: (log, test_losses); log is an array (n, 4) of batch number, -ELBO, reconstruction and KL every `log_every`
    batches; test_losses holds -ELBO on the test data, one number an epoch, and test_losses[0] is untrained
    """
    loss_parts = loss_parts or vae_loss
    vae.to(device)
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    log, test_losses, step = [], [sum(evaluate_vae(vae, test_loader, device))], 0
    for epoch in range(1, n_epochs + 1):
        vae.train()
        bar = tqdm(train_loader, desc=f"epoch {epoch}/{n_epochs}", leave=epoch == n_epochs)
        for images, _ in bar:
            images = images.to(device)
            reconstruction, kl = loss_parts(*vae(images), images)
            loss = reconstruction + kl
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % log_every == 0:  # .item(): a number, not a tensor that keeps the graph of its batch alive
                log.append([step, *(part.item() / len(images) for part in (loss, reconstruction, kl))])
                bar.set_postfix(train=f"{log[-1][1]:.1f}", test=f"{test_losses[-1]:.1f}", refresh=False)
            step += 1
        test_losses.append(sum(evaluate_vae(vae, test_loader, device)))
    return np.array(log), test_losses


class FirstBatches:
    """The first `num_batches` batches of a loader, and not one more."""

    def __init__(self, loader: DataLoader, num_batches: int):
        self.loader, self.num_batches = loader, num_batches

    def __len__(self) -> int:
        return min(self.num_batches, len(self.loader))

    def __iter__(self):
        return islice(self.loader, self.num_batches)


def latent_snapshots(vae, train_loader, test_loader, n_epochs, record_at, lr=1e-4):
    """Trains a VAE with two latent dimensions and records, between epochs, where it puts the *test* pictures.

    vae: latent_feature = 2, on its device; trained in place with Adam, learning rate `lr`, on reconstruction + kl
    train_loader, test_loader: batches of (images (B, 1, 28, 28), labels (B,))
    n_epochs: passes over train_loader
    record_at: epochs to record, such as (0, 5, 10): 0 is before training, 5 is after the fifth epoch
    returns: {epoch: (mu (N, 2), labels (N,))}: the *means* of all N test pictures and their labels, in one order,
    computed in evaluation mode; CPU tensors without gradients
    """
    ### BEGIN SOLUTION
    device = device_of(vae)
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)

    def train_one_epoch():
        vae.train()
        for images, _ in train_loader:
            images = images.to(device)
            reconstruction, kl = vae_loss(*vae(images), images)
            optimizer.zero_grad()
            (reconstruction + kl).backward()
            optimizer.step()

    @torch.no_grad()
    def test_means_and_labels():
        vae.eval()
        pairs = [(vae.encoder(images.to(device))[0].cpu(), labels) for images, labels in test_loader]
        mu, labels = zip(*pairs, strict=True)
        return torch.cat(mu), torch.cat(labels)

    snapshots = {}
    for epoch in tqdm(range(n_epochs + 1), desc="epochs", leave=False):
        if epoch > 0:
            train_one_epoch()
        if epoch in record_at:
            snapshots[epoch] = test_means_and_labels()
    return snapshots
    ### END SOLUTION


def linear_interpolation(x0, x1) -> Tensor:
    """Eleven steps on the straight line from x0 to x1: alpha x1 + (1 - alpha) x0 for alpha = 0, 0.1, ..., 1.

    x0, x1: two pictures (1, 28, 28) or two codes (d,), torch tensors or numpy arrays
    returns: tensor (11, 1, 28, 28) or (11, d); the first is x0, the last is x1
    """
    ### BEGIN SOLUTION
    x0, x1 = torch.as_tensor(x0), torch.as_tensor(x1)
    alpha = torch.linspace(0, 1, 11, dtype=x0.dtype, device=x0.device).view(-1, *[1] * x0.dim())
    return alpha * x1 + (1 - alpha) * x0
    ### END SOLUTION


def latent_linear_interpolation(z0, z1, vae: nn.Module) -> Tensor:
    """The pictures that `vae` decodes from eleven codes on the straight line from z0 to z1.

    z0, z1: two codes (latent_feature,), torch tensors or numpy arrays of any float type
    vae: a VAE in evaluation mode
    returns: pictures (11, 1, 28, 28) without gradients; the first is decoded from z0, the last from z1
    """
    ### BEGIN SOLUTION
    codes = linear_interpolation(z0, z1).to(device_of(vae), torch.float32)
    with torch.no_grad():
        return vae.decoder(codes)
    ### END SOLUTION
