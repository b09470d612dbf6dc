"""Reference solution of hw7: an autoencoder, a beta-VAE, and what lies between two pictures.

Conventions of this assignment: images are float32 in [0, 1] of shape (B, 1, 28, 28); the encoder of the VAE outputs
q = (mean, *log sigma*), the means in the first nz columns; the reconstruction loss is the *mean* over pixels and batch;
the KL is *summed* over latent dimensions and averaged over the batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from tqdm.auto import tqdm


class Encoder(nn.Module):
    """Pictures (B, 1, 28, 28) to codes (B, nz): four convolutions, 28 => 14 => 7 => 3 => 1, then a Linear."""

    def __init__(self, nz: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),  # 28x28 => 14x14
            nn.LeakyReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),  # 14x14 => 7x7
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.Conv2d(64, 128, 3, stride=2),  # 7x7 => 3x3
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.Conv2d(128, 256, 3),  # 3x3 => 1x1
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Linear(256, nz),
        )
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """x: pictures (B, 1, 28, 28); returns codes (B, nz), any real numbers."""
        ### BEGIN SOLUTION
        return self.net(x)
        ### END SOLUTION


class Decoder(nn.Module):
    """Codes (B, nz) to pictures (B, 1, 28, 28) in (0, 1): the way of the encoder back, 1 => 3 => 7 => 14 => 28."""

    def __init__(self, nz: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.map = nn.Linear(nz, 256)
        self.net = nn.Sequential(
            nn.BatchNorm2d(256),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(256, 128, 3),  # 1x1 => 3x3
            nn.BatchNorm2d(128),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(128, 64, 3, stride=2),  # 3x3 => 7x7
            nn.BatchNorm2d(64),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),  # 7x7 => 14x14
            nn.BatchNorm2d(32),
            nn.LeakyReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),  # 14x14 => 28x28
            nn.Sigmoid(),
        )
        ### END SOLUTION

    def forward(self, z: Tensor) -> Tensor:
        """z: codes (B, nz); returns pictures (B, 1, 28, 28) in (0, 1)."""
        ### BEGIN SOLUTION
        return self.net(self.map(z).view(-1, 256, 1, 1))
        ### END SOLUTION


class AutoEncoder(nn.Module):
    """Encoder and decoder, one after the other."""

    def __init__(self, nz: int):
        super().__init__()
        self.encoder = Encoder(nz)
        self.decoder = Decoder(nz)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (B, 1, 28, 28) to their reconstructions, of the same shape."""
        return self.decoder(self.encoder(x))

    def reconstruct(self, x: Tensor) -> Tensor:
        """The same, for figures."""
        return self(x)


def make_loader(dataset: Dataset, batch_size: int) -> DataLoader:
    """Batches (images, labels) of all pictures, in a new random order at every pass.

    dataset: pairs (image (1, 28, 28), label); the last batch may be smaller than `batch_size`
    """
    ### BEGIN SOLUTION
    return DataLoader(dataset, batch_size=batch_size, shuffle=True)
    ### END SOLUTION


def train_autoencoder(model: nn.Module, loader: DataLoader, epochs: int, lr: float, device) -> list[float]:
    """Trains an autoencoder in place, with Adam, on the mean squared error between model(images) and images.

    model: from pictures (B, 1, 28, 28) to reconstructions of the same shape; it is moved to `device`
    loader: batches (images, labels) of any size
    returns: the loss of every iteration, one float for each batch of each epoch
    """
    ### BEGIN SOLUTION
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in tqdm(range(epochs), desc="epochs", leave=False):
        for images, _ in loader:
            images = images.to(device)
            loss = F.mse_loss(model(images), images)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
    ### END SOLUTION


def sample_images(model: nn.Module, n: int, nz: int, device) -> Tensor:
    """Decodes codes that are drawn from the prior N(0, I).

    model: an AutoEncoder or VAE; what decodes is *its* `decoder`, in evaluation mode
    returns: n pictures (n, 1, 28, 28) without gradients, new ones at every call
    """
    ### BEGIN SOLUTION
    model.to(device).eval()
    with torch.no_grad():
        return model.decoder(torch.randn(n, nz, device=device))
    ### END SOLUTION


def kl_divergence(mu1: Tensor, log_sigma1: Tensor, mu2: Tensor, log_sigma2: Tensor) -> Tensor:
    """KL(p || q) of two Gaussians, elementwise: p = N(mu1, sigma1²) comes first, q = N(mu2, sigma2²) second.

    All four have one shape, and so has what is returned; log_sigma is the logarithm of the standard deviation.
    """
    ratio = (log_sigma1 - log_sigma2).exp()  # sigma1 / sigma2
    return (log_sigma2 - log_sigma1) + (ratio**2 + ((mu1 - mu2) / log_sigma2.exp()) ** 2 - 1) / 2


class VAE(nn.Module):
    """A beta-VAE with nz latent dimensions. Its parts are called `encoder` and `decoder`."""

    def __init__(self, nz: int, beta: float = 1.0):
        super().__init__()
        ### BEGIN SOLUTION
        self.nz, self.beta = nz, beta
        self.encoder = Encoder(2 * nz)
        self.decoder = Decoder(nz)
        ### END SOLUTION

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Encodes, draws one sample of each posterior, decodes the sample; in training and in evaluation mode alike.

        x: pictures (B, 1, 28, 28)
        returns: {"q": (B, 2 nz), the means in the first nz columns, then log sigma; "rec": pictures (B, 1, 28, 28)}
        """
        ### BEGIN SOLUTION
        q = self.encoder(x)
        mean, log_sigma = q.chunk(2, dim=1)
        z = mean + log_sigma.exp() * torch.randn_like(mean)
        return {"q": q, "rec": self.decoder(z)}
        ### END SOLUTION

    def loss(self, x: Tensor, outputs: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """Reconstruction + beta KL(q || N(0, I)).

        x: pictures (B, 1, 28, 28); outputs: what `forward` returned for them
        returns: (total, {"rec_loss": ..., "kl_loss": ...}), three tensors without dimensions. rec_loss is the squared
        error, mean over pixels and batch; kl_loss, before beta, is summed over dimensions and averaged over the batch
        """
        ### BEGIN SOLUTION
        mean, log_sigma = outputs["q"].chunk(2, dim=1)
        zero = torch.zeros_like(mean)
        rec_loss = F.mse_loss(outputs["rec"], x)
        kl_loss = kl_divergence(mean, log_sigma, zero, zero).sum(dim=1).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}
        ### END SOLUTION

    def reconstruct(self, x: Tensor) -> Tensor:
        """Decodes the *mean* of each posterior: pictures (B, 1, 28, 28) to pictures, the same at every call."""
        ### BEGIN SOLUTION
        mean, _ = self.encoder(x).chunk(2, dim=1)
        return self.decoder(mean)
        ### END SOLUTION


def train_vae(model: nn.Module, loader: DataLoader, epochs: int, lr: float, device) -> tuple[list[float], list[float]]:
    """Trains a VAE in place, with Adam, on the total of model.loss(images, model(images)).

    model: it has `forward` and `loss` as VAE has them, and is moved to `device`
    loader: batches (images, labels) of any size
    returns: (rec_losses, kl_losses), each with one float for each batch of each epoch
    """
    ### BEGIN SOLUTION
    model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rec_losses, kl_losses = [], []
    for _ in tqdm(range(epochs), desc="epochs", leave=False):
        for images, _ in loader:
            images = images.to(device)
            total, parts = model.loss(images, model(images))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses
    ### END SOLUTION


TUNED_BETA = 2e-4


def posterior_means(model: nn.Module, images: Tensor, nz: int) -> Tensor:
    """The codes (B, nz) of pictures: those of an AutoEncoder, or the means of a VAE (the first nz columns of q)."""
    return model.encoder(images)[:, :nz]


@torch.no_grad()
def interpolate(model: nn.Module, start: Tensor, end: Tensor, nz: int, steps: int = 5) -> Tensor:
    """Pictures decoded from `steps` codes on the straight line between those of two pictures, both ends included.

    start, end: pictures (1, 28, 28); returns: (steps, 1, 28, 28), computed in evaluation mode, as one batch
    """
    model.eval()
    device = next(model.parameters()).device
    first, last = posterior_means(model, torch.stack([start, end]).to(device), nz)
    alpha = torch.linspace(0, 1, steps, device=device).unsqueeze(1)
    return model.decoder((1 - alpha) * first + alpha * last)
