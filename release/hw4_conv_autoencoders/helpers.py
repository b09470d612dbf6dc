"""Data, baselines and figures of this notebook. Nothing here has to be changed; reading it is welcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from baselines import PCA, print_baselines
from digits import choose_device, load_fashion_mnist
from figures import dashed, show_rows, subplots
from torch import Tensor

__all__ = ["choose_device", "print_baselines"]

CLOTHES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")
Curves = tuple[Sequence[float], Sequence[float]]  # (train_loss, test_loss)

# --- data


@dataclass(frozen=True)
class Pictures:
    """Pictures of ten classes, float32 in [-1, 1] of shape (N, 1, 28, 28), and their labels, int64 (N,).

    Both parts are *sorted by class*: first all pictures of class 0, then all of class 1, and so on.
    """

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    classes: tuple[str, ...]
    is_fashion_mnist: bool

    @property
    def one_of_each(self) -> Tensor:
        """The first test picture of each class, (10, 1, 28, 28)."""
        first = [int((self.test_labels == label).nonzero()[0]) for label in range(10)]
        return self.test_images[first]


def load_pictures(per_class: int | None = None, per_class_test: int = 10, download: bool | None = None) -> Pictures:
    """Fashion-MNIST in [-1, 1]: the first `per_class` training and `per_class_test` test pictures of each class.

    per_class: by default 1000, and 150 if scikit-learn's digits stand in
    download: fetch Fashion-MNIST into ./data if it is not there
    """
    data = load_fashion_mnist(download)
    per_class = per_class or (1000 if data.is_fashion_mnist else 150)
    train = first_of_each_class(data.train_labels, per_class)
    test = first_of_each_class(data.test_labels, per_class_test)
    return Pictures(
        2 * data.train_images[train] - 1,
        data.train_labels[train],
        2 * data.test_images[test] - 1,
        data.test_labels[test],
        CLOTHES if data.is_fashion_mnist else tuple("0123456789"),
        data.is_fashion_mnist,
    )


def first_of_each_class(labels: Tensor, count: int) -> Tensor:
    """Where the first `count` pictures of each class are, class by class."""
    return torch.cat([(labels == label).nonzero().flatten()[:count] for label in range(10)])


# --- what a number is worth


def mean_squared_error(guess: Tensor, images: Tensor) -> float:
    """Averaged over pixels and pictures."""
    return float(((guess - images) ** 2).mean())


def reconstruction_baselines(data: Pictures, sizes: Sequence[int] = (3, 10, 100)) -> dict[str, float]:
    """Mean squared error on the test pictures of guesses without a network; PCA is fitted to the training pictures."""
    pca, train, test = PCA(data.train_images), data.train_images, data.test_images
    return {
        "all black": mean_squared_error(-torch.ones(()), test),
        "best constant": mean_squared_error(train.mean(), test),
        "mean image": mean_squared_error(train.mean(0), test),
        **{f"PCA, {k} components": mean_squared_error(pca.project(test, k), test) for k in sizes},
    }


def pca_optimum(images: Tensor, k: int) -> float:
    """The mean squared error of PCA on the very pictures it was fitted to: no linear autoencoder gets below it."""
    return mean_squared_error(PCA(images).project(images, k), images)


def compare_with_sheet(curves: Mapping[str, Curves], printed: Mapping[str, Sequence[float]], data: Pictures) -> None:
    """Our losses of the first and the last epoch beside the printed figures, which are for Fashion-MNIST.

    printed: by the same names, (train, test) of epoch 1 and (train, test) of epoch 60
    """
    print(f"{'':<28}{'epoch 1':>18}{'last epoch':>18}\n{'':<28}" + 2 * f"{'train':>10}{'test':>8}")
    for name, (train, test) in curves.items():
        _print_losses(f"{name}, ours", (train[0], test[0], train[-1], test[-1]))
        if name in printed:
            _print_losses(f"{name}, printed", printed[name])
    if not data.is_fashion_mnist:
        print("The printed figures are for Fashion-MNIST after 60 epochs: other data cannot be compared with them.")


def _print_losses(name: str, losses: Sequence[float]) -> None:
    print(f"{name:<28}" + "".join(f"{loss:>{10 if place % 2 == 0 else 8}.4f}" for place, loss in enumerate(losses)))


# --- figures


def show_pictures(rows: Mapping[str, Tensor], above: Sequence[str] = ()):
    """Rows of pictures in [-1, 1] with a name each; `above` are the titles of the columns."""
    return show_rows({name: (images.detach().cpu() + 1) / 2 for name, images in rows.items()}, above)


def show_classes(data: Pictures, rows: int = 4):
    """The first training pictures of each class, one column a class."""
    columns = [data.train_images[data.train_labels == label][:rows] for label in range(10)]
    return show_pictures(
        {str(row + 1): torch.stack([column[row] for column in columns]) for row in range(rows)}, data.classes
    )


def plot_losses(curves: Mapping[str, Curves], baselines: Mapping[str, float]):
    """Loss over epochs, training dotted, test solid, one colour a model; baselines are dashed."""
    figure, axis = subplots(figsize=(8, 4))
    for index, (name, (train, test)) in enumerate(curves.items()):
        epochs = range(1, len(train) + 1)
        axis.plot(epochs, train, ":", color=f"C{index}", label=f"{name}, train")
        axis.plot(epochs, test, color=f"C{index}", label=f"{name}, test")
    dashed(axis, dict(baselines), decimals=3)
    axis.set(xlabel="epoch", ylabel="mean squared error per pixel", yscale="log")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def scatter_codes(codes, labels, classes: Sequence[str], titles: str | Sequence[str] = ""):
    """Codes (N, 3) in space, coloured by their labels (N,): tensors or arrays; several of both, side by side."""
    if isinstance(titles, str):
        codes, labels, titles = [codes], [labels], [titles]
    figure, axes = subplots(
        1, len(titles), figsize=(6.2 * len(titles) + 1, 5.4), subplot_kw={"projection": "3d"}, squeeze=False
    )
    for axis, points, colours, title in zip(axes[0], codes, labels, titles, strict=True):
        drawn = axis.scatter(
            *np.asarray(points).T[:3], c=np.asarray(colours), s=10, cmap="tab10", vmin=-0.5, vmax=9.5, alpha=0.8
        )
        axis.set(title=title, xlabel="$z_1$", ylabel="$z_2$", zlabel="$z_3$")
    bar = figure.colorbar(drawn, ax=axes[0], ticks=range(10), shrink=0.7)
    bar.ax.set_yticklabels(classes)
    return figure
