"""Reference solution of hw3: two results of theory, and a small convolutional network that counts fingers.

Conventions of this assignment: pictures are float32 in [0, 1] of shape (3, H, W); the network returns
*log-probabilities*; losses and accuracies are means over pictures, not over batches; accuracies are fractions.
"""

from __future__ import annotations

import copy
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from tqdm.auto import tqdm


def sum_of_gaussians(mean_x: float, std_x: float, mean_y: float, std_y: float) -> tuple[float, float]:
    """Mean and standard deviation of X + Y for independent X ~ N(mean_x, std_x^2) and Y ~ N(mean_y, std_y^2).

    std_x, std_y: *standard deviations*, not variances
    returns: (mean, standard deviation), two numbers
    """
    ### BEGIN SOLUTION
    return mean_x + mean_y, math.sqrt(std_x**2 + std_y**2)
    ### END SOLUTION


def conv_output_size(
    height: int, width: int, kernel_height: int, kernel_width: int, stride: int, padding: int
) -> tuple[int, int]:
    """Height and width of what a convolution returns.

    height, width: of the picture that goes in; kernel_height, kernel_width: of the filter
    stride, padding: the same in both directions; `padding` rows of zeros on each side
    returns: (height, width) of the result, two whole numbers (int)
    """
    ### BEGIN SOLUTION
    return (
        (height + 2 * padding - kernel_height) // stride + 1,
        (width + 2 * padding - kernel_width) // stride + 1,
    )
    ### END SOLUTION


class CNNClassifier(nn.Module):
    """Two blocks of convolution, BatchNorm, ReLU and pooling, then two linear layers: 131,958 parameters."""

    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION
        self.features = nn.Sequential(
            nn.Conv2d(3, 4, kernel_size=3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.MaxPool2d(2),  # 64x64 => 32x32
            nn.Conv2d(4, 8, kernel_size=3, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.MaxPool2d(2),  # 32x32 => 16x16
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(8 * 16 * 16, 64),
            nn.ReLU(),
            nn.Linear(64, 6),
            nn.LogSoftmax(dim=1),
        )
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """From pictures (B, 3, 64, 64) to log-probabilities (B, 6), for any B."""
        ### BEGIN SOLUTION
        return self.classifier(self.features(x))
        ### END SOLUTION


class ImageDataset(Dataset):
    """Pictures and labels from numpy arrays, one at a time, as PyTorch wants them.

    X: (N, H, W, 3), any type of real numbers; the values are used as they are
    Y: (N,), whole numbers
    """

    def __init__(self, X: np.ndarray, Y: np.ndarray):
        ### BEGIN SOLUTION
        self.images = torch.tensor(X, dtype=torch.float32).permute(0, 3, 1, 2)
        self.labels = torch.tensor(Y, dtype=torch.long)
        ### END SOLUTION

    def __len__(self) -> int:
        """The number of pictures."""
        ### BEGIN SOLUTION
        return len(self.images)
        ### END SOLUTION

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Picture number `index`, float32 (3, H, W), and its label, an int64 tensor without dimensions."""
        ### BEGIN SOLUTION
        return self.images[index], self.labels[index]
        ### END SOLUTION


def make_loaders(
    train: Dataset, val: Dataset, test: Dataset, batch_size: int = 64
) -> tuple[DataLoader, DataLoader, DataLoader]:
    """A loader for each of three data sets.

    returns: (train_loader, val_loader, test_loader): the first in batches of `batch_size`, shuffled anew in every
    epoch; the other two as one batch each, in the order of the data
    """
    ### BEGIN SOLUTION
    return (
        DataLoader(train, batch_size=batch_size, shuffle=True),
        DataLoader(val, batch_size=len(val)),
        DataLoader(test, batch_size=len(test)),
    )
    ### END SOLUTION


def train_cnn(
    model: nn.Module, train_loader: DataLoader, val_loader: DataLoader, lr: float, n_epochs: int, device: torch.device
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Trains a classifier with Adam on the negative log-likelihood and leaves its best weights in it.

    model: returns log-probabilities (B, classes); it is moved to `device` and trained in place
    train_loader, val_loader: batches of (images, labels), any number of them, the last one may be smaller
    returns: (train_loss, val_loss, train_acc, val_acc), four arrays (n_epochs,): means over all pictures of the epoch.
    Those of training are running means, taken with the weights that each batch was trained with; those of validation
    are taken after the epoch, in evaluation mode. On return `model` holds the weights (and BatchNorm statistics) of
    its best epoch, by validation accuracy or by validation loss.
    """
    ### BEGIN SOLUTION
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def one_epoch(loader: DataLoader, training: bool) -> tuple[float, float]:
        model.train(training)
        total_loss = total_right = 0.0
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            with torch.set_grad_enabled(training):
                log_probabilities = model(images)
                loss = F.nll_loss(log_probabilities, labels)
            if training:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total_loss += loss.item() * len(images)
            total_right += (log_probabilities.argmax(dim=1) == labels).sum().item()
        n_images = len(loader.dataset)
        return total_loss / n_images, total_right / n_images

    history = np.zeros((4, n_epochs))
    best_accuracy, best_state = -1.0, None
    bar = tqdm(range(n_epochs), desc=f"lr {lr:g}")
    for epoch in bar:
        train_loss, train_acc = one_epoch(train_loader, training=True)
        val_loss, val_acc = one_epoch(val_loader, training=False)
        history[:, epoch] = train_loss, val_loss, train_acc, val_acc
        if val_acc > best_accuracy:
            best_accuracy = val_acc
            best_state = copy.deepcopy(model.state_dict())  # state_dict() alone shares its memory with the model
        bar.set_postfix(train=f"{train_loss:.3f}", val=f"{val_loss:.3f}", best_val_acc=f"{best_accuracy:.1%}")
    model.load_state_dict(best_state)
    return tuple(history)
    ### END SOLUTION


def evaluate_model(model: nn.Module, loader: DataLoader, device: torch.device) -> float:
    """The share of the pictures of a loader that a classifier gets right, a number in [0, 1].

    model: returns log-probabilities (B, classes); nothing in it is changed
    loader: batches of (images, labels), any number of them, the last one may be smaller
    """
    ### BEGIN SOLUTION
    model.to(device).eval()
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            predictions = model(images.to(device)).argmax(dim=1)
            right += (predictions == labels.to(device)).sum().item()
    return right / len(loader.dataset)
    ### END SOLUTION


def tune_learning_rate(
    train_loader: DataLoader,
    val_loader: DataLoader,
    learning_rates: list[float],
    n_epochs: int,
    device: torch.device,
) -> tuple[nn.Module, dict[float, float]]:
    """Trains a *fresh* CNNClassifier with `train_cnn` for each learning rate, and keeps the best.

    returns: (best_model, {learning rate: its best validation accuracy}), where best_model is the trained model whose
    best validation accuracy is the highest
    """
    ### BEGIN SOLUTION
    best_model, accuracies = None, {}
    for lr in learning_rates:
        model = CNNClassifier()
        *_, val_acc = train_cnn(model, train_loader, val_loader, lr, n_epochs, device)
        accuracies[lr] = float(max(val_acc))
        if accuracies[lr] == max(accuracies.values()):
            best_model = model
    return best_model, accuracies
    ### END SOLUTION
