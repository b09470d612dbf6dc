"""Data, baselines and figures of this notebook. Nothing here has to be changed; reading it is welcome."""

from __future__ import annotations

from collections.abc import Sequence

import digits
import numpy as np
import torch
from baselines import PCA, print_baselines
from digits import Digits, choose_device
from figures import dashed, show_rows, subplots
from torch import Tensor, nn

__all__ = ["choose_device", "print_baselines", "show_rows"]

COPIES = 3  # of each of scikit-learn's digits, where they stand in
Part = tuple[Tensor, Tensor]  # pictures (N, 1, 28, 28) in [0, 1] and their labels (N,)

# --- data


def load_data(download: bool | None = None) -> Digits:
    """Fashion-MNIST; scikit-learn's digits where it is not there.

    download: fetch Fashion-MNIST into ./data if it is not there
    """
    return digits.load_fashion_mnist(download, copies=COPIES)


def hold_out(data: Digits, share: float = 1 / 6) -> tuple[Part, Part]:
    """(training, validation): the last pictures of the training data are held out for validation.

    Where the same digit is there several times, turned and shifted, all its copies stay on one side.
    """
    groups = 1 if data.is_fashion_mnist else COPIES
    originals = len(data.train_images) // groups
    held = torch.arange(len(data.train_images)) % originals >= round((1 - share) * originals)
    first_copy = torch.arange(len(data.train_images)) < originals
    return tuple((data.train_images[part], data.train_labels[part]) for part in (~held, held & first_copy))


# --- what a number is worth


def mean_squared_error(guess: Tensor, images: Tensor) -> float:
    """Averaged over pixels and pictures."""
    return float(((guess - images) ** 2).mean())


def reconstruction_baselines(data: Digits, sizes: Sequence[int] = (10, 32, 288)) -> dict[str, float]:
    """Mean squared error on the test pictures of guesses without a network; PCA is fitted to the training pictures."""
    pca, train, test = PCA(data.train_images), data.train_images, data.test_images
    return {
        "best constant": mean_squared_error(train.mean(), test),
        "mean image": mean_squared_error(train.mean(0), test),
        **{f"PCA, {k} components": mean_squared_error(pca.project(test, k), test) for k in sizes},
    }


@torch.no_grad()
def reconstruct(model: nn.Module, images: Tensor, device: torch.device, batch_size: int = 500) -> Tensor:
    """What an autoencoder makes of pictures, in evaluation mode, on the CPU."""
    model.to(device).eval()
    return torch.cat([model(batch.to(device)).cpu() for batch in images.split(batch_size)])


def compare_with_sheet(train: Sequence[float], val: Sequence[float], data: Digits) -> None:
    """Our first, best and last losses beside the figures printed with this exercise."""
    best = min(range(len(val)), key=lambda epoch: val[epoch])
    printed = {"first": (0.1803, 0.1514), "best": (None, 0.0942), "last": (0.1332, 0.1028)}
    print(f"{'epoch':<12}{'train':>10}{'val':>10}{'printed: train':>18}{'test':>10}")
    for (name, figures), epoch in zip(printed.items(), (0, best, len(val) - 1), strict=True):
        ours = f"{train[epoch]:>10.4f}{val[epoch]:>10.4f}"
        theirs = "".join(f"{'–' if x is None else f'{x:.4f}':>{w}}" for x, w in zip(figures, (18, 10), strict=True))
        print(f"{name + f' ({epoch + 1})':<12}{ours}{theirs}")
    if not data.is_fashion_mnist:
        print("The printed figures are for Fashion-MNIST after 50 epochs: other data cannot be compared with them.")


# --- figures of training


def show_classes(data: Digits, rows: int = 3):
    """Some training pictures of each class, one column a class."""
    columns = [data.train_images[data.train_labels == label][:rows] for label in range(10)]
    return show_rows({str(row + 1): torch.stack([c[row] for c in columns]) for row in range(rows)}, data.classes)


def plot_losses(curves: dict[str, tuple[Sequence[float], Sequence[float]]], baselines: dict[str, float]):
    """Loss over epochs, training dotted, validation solid with a dot at its best; baselines are dashed.

    curves: {name: (train_losses, val_losses)}
    """
    figure, axis = subplots(figsize=(8, 4))
    for index, (name, (train, val)) in enumerate(curves.items()):
        best = int(np.argmin(val))
        axis.plot(range(1, len(train) + 1), train, ":", color=f"C{index}", label=f"{name}, train")
        axis.plot(range(1, len(val) + 1), val, color=f"C{index}", label=f"{name}, validation")
        axis.plot(best + 1, val[best], "o", color=f"C{index}", label=f"{name}, best epoch: {best + 1}")
    dashed(axis, baselines, decimals=4)
    smallest = min(min(val) for _, val in curves.values())
    axis.set(xlabel="epoch", ylabel="mean squared error per pixel", yscale="log")
    axis.set_ylim(bottom=0.4 * smallest)  # a baseline far below is told in the legend only
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


# --- figures of the latent space


def latent_positions(codes: Tensor, technique: str, perplexity: float = 30, seed: int = 0) -> np.ndarray:
    """Where codes (n, ...) lie on the page: (n, 2), by their two principal components or by t-SNE.

    technique: "pca" or "tsne"; perplexity: of t-SNE, about how many neighbours count, smaller than n
    """
    from sklearn.decomposition import PCA as PrincipalComponents
    from sklearn.manifold import TSNE

    flat = np.asarray(codes.detach().cpu(), dtype=np.float64).reshape(len(codes), -1)
    if technique == "pca":
        return PrincipalComponents(n_components=2).fit_transform(flat)
    if technique == "tsne":
        if not perplexity < len(flat):
            raise ValueError(f"a perplexity of {perplexity:g} needs more than {len(flat)} points")
        return TSNE(n_components=2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(flat)
    raise ValueError(f'technique is "pca" or "tsne", not {technique!r}')


def plot_latent(
    images: Tensor, labels: Tensor, codes: Tensor, count: int, technique: str, perplexity: float = 30, seed: int = 0
):
    """`count` random pictures, each at the place of its code; the frame has the colour of its label.

    images (N, 1, 28, 28), labels (N,), codes (N, ...): of the same pictures in the same order
    """
    from matplotlib import colormaps
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    # Drawn once, and used for pictures, labels and codes alike: what is shown at a place belongs there.
    indices = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))[:count]
    positions = latent_positions(codes[indices], technique, perplexity, seed)
    figure, axis = subplots(figsize=(9, 9))
    for place, index in zip(positions, indices.tolist(), strict=True):
        picture = OffsetImage(images[index, 0].cpu().numpy(), zoom=0.7, cmap="gray_r")
        frame = {"edgecolor": colormaps["tab10"](int(labels[index])), "linewidth": 1.2}
        axis.add_artist(AnnotationBbox(picture, tuple(place), pad=0, bboxprops=frame))
    low, high = positions.min(axis=0), positions.max(axis=0)
    margin = 0.05 * (high - low)
    axis.set(xlim=(low[0] - margin[0], high[0] + margin[0]), ylim=(low[1] - margin[1], high[1] + margin[1]))
    name = "principal components" if technique == "pca" else f"t-SNE, perplexity {perplexity:g}"
    axis.set(title=f"{len(positions)} codes, {name}", xticks=[], yticks=[])
    return figure


def show_originals(image_i: Tensor, image_j: Tensor):
    """The two pictures between which the next figure goes."""
    return show_rows({"": torch.stack([image_i, image_j])}, above=["from: 0.00%", "to: 100.00%"])


def show_interpolation(strip: Tensor):
    """The pictures (n, 1, 28, 28) of an interpolation in two rows, for any n, with the way covered above each."""
    n = len(strip)
    columns = (n + 1) // 2
    figure, axes = subplots(2, columns, figsize=(1.9 * columns, 4.6), squeeze=False)
    shares = np.linspace(0, 100, n)
    for axis in axes.flat[n:]:
        axis.axis("off")
    for axis, picture, share in zip(axes.flat, strip.detach().cpu(), shares, strict=False):
        axis.imshow(picture.squeeze().numpy(), cmap="gray", vmin=0, vmax=1)
        axis.set(title=f"Interpolation {share:.2f}%", xticks=[], yticks=[])
        axis.title.set_fontsize(8)
    return figure
