"""All trainings, from cheap to dear, with the hyperparameters of the sheets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from solutions import hw2_deep_autoencoders as hw2
from solutions import hw4_conv_autoencoders as hw4
from trainings.hw1 import Factorization
from trainings.hw2 import Flat
from trainings.hw3 import Classifier
from trainings.hw4 import Clothes, StrideOne
from trainings.hw5 import Garments
from trainings.hw6 import Denoiser, Variational
from trainings.hw7 import Digits, UniformNoise
from trainings.trainable import Trainable

Start = Callable[[Path, torch.device], Trainable]  # from the data folder and a device
RUNS: dict[str, tuple[Start, str]] = {  # from cheap to dear; the data set that each needs
    "hw1-sgd-k3": (partial(Factorization, optimizer="sgd", k=3, reg_lambda=1e-2), "ratings"),
    "hw1-als-k3": (partial(Factorization, optimizer="als", k=3, reg_lambda=1e-2), "ratings"),
    "hw1-als": (partial(Factorization, optimizer="als", k=100, reg_lambda=1e-4), "ratings"),
    "hw1-sgd": (partial(Factorization, optimizer="sgd", k=100, reg_lambda=1e-4), "ratings"),
    "hw4-pca": (partial(Clothes, model=partial(hw4.PCAAutoencoder, 784, 10), k=10), "Fashion-MNIST"),
    "hw6-vae": (Variational, "MNIST"),
    "hw6-dae": (Denoiser, "MNIST"),
    "hw2-pca": (partial(Flat, model=partial(hw2.PCAAutoencoder, 784, 16, 784), passes=100), "MNIST"),
    "hw3-cnn": (Classifier, "photographs of hands"),
    "hw2-two": (partial(Flat, model=partial(hw2.TwoLayerAutoencoder, 784, 32, 16, 784), passes=100), "MNIST"),
    "hw2-two-own": (partial(Flat, model=partial(hw2.TwoLayerAutoencoder, 784, 128, 16, 784), passes=100), "MNIST"),
    "hw4-conv-3": (partial(Clothes, model=partial(hw4.ConvAutoencoder, 3), k=3), "Fashion-MNIST"),
    "hw4-conv-100": (partial(Clothes, model=partial(hw4.ConvAutoencoder, 100), k=100), "Fashion-MNIST"),
    "hw4-conv-150": (partial(Clothes, model=partial(hw4.ConvAutoencoder, 150), k=150), "Fashion-MNIST"),
    "hw2-three": (partial(Flat, model=partial(hw2.ThreeLayerAutoencoder, 784, 64, 32, 16, 784), passes=150), "MNIST"),
    "hw2-three-own": (
        partial(Flat, model=partial(hw2.ThreeLayerAutoencoder, 784, 128, 64, 16, 784), passes=150),
        "MNIST",
    ),
    "hw7-ae": (partial(Digits, beta=None, epochs=10), "MNIST"),
    "hw7-vae": (partial(Digits, beta=1e-4, epochs=20), "MNIST"),
    "hw7-vae-uniform": (partial(Digits, beta=1e-4, epochs=20, variational=UniformNoise), "MNIST"),
    "hw5": (Garments, "Fashion-MNIST"),
    "hw4-stride-1": (partial(Clothes, model=partial(StrideOne, 100), k=100), "Fashion-MNIST"),
}
