"""The data of several assignments: Fashion-MNIST where it is there, the embedded digits where it is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def module(release):
    with release("hw6_denoising_and_vae", "digits") as released:
        yield released.digits


def test_without_fashion_mnist_the_embedded_digits_step_in(module, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("DATA_ROOT", "ASSIGNMENT_DATA", "ASSIGNMENT_DOWNLOAD"):
        monkeypatch.delenv(name, raising=False)
    clothes = module.load_fashion_mnist()
    assert not clothes.is_fashion_mnist
    assert not clothes.is_mnist
    assert capsys.readouterr().out.startswith("Fashion-MNIST is neither in $DATA_ROOT nor in ./data")


def test_the_sample_stands_in_for_fashion_mnist_too(module, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_DATA", "sample")
    assert len(module.load_fashion_mnist().train_images) == len(module.sample_digits().train_images)


@pytest.mark.real_data
def test_fashion_mnist_is_read_from_the_data_root(module):
    if not (Path(os.environ.get("DATA_ROOT", "")) / "FashionMNIST" / "raw").is_dir():
        pytest.skip("no Fashion-MNIST in $DATA_ROOT")
    clothes = module.load_fashion_mnist()
    assert clothes.is_fashion_mnist
    assert not clothes.is_mnist
    assert clothes.train_labels.bincount().tolist() == [6000] * 10
