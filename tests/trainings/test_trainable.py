"""A training that is killed goes on as if nothing had happened, and is the notebook's own."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from solutions import hw4_conv_autoencoders as hw4
from solutions import hw5_latent_space as hw5
from solutions import hw7_beta_vae as hw7
from trainings.hw4 import Clothes
from trainings.hw5 import Garments
from trainings.hw7 import Digits
from trainings.runs import RUNS
from trainings.trainable import Trainable, train

ROOT = Path(__file__).parents[2]
CPU = torch.device("cpu")
KILLED = """
import os, signal, sys
from pathlib import Path
import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook
from trainings.runs import RUNS
from trainings.trainable import train

name, data, checkpoint, fatal_step, epochs = sys.argv[1:]
torch.set_num_threads(1)
steps = 0

def before_a_step(optimizer, args, kwargs):
    global steps
    steps += 1
    if steps == int(fatal_step):
        os.kill(os.getpid(), signal.SIGKILL)

register_optimizer_step_pre_hook(before_a_step)
training = RUNS[name][0](Path(data), torch.device("cpu"))
training.epochs = int(epochs)
train(training, Path(checkpoint), lambda training: None)
"""


def nothing(training: Trainable) -> None:
    pass


def finished(name: str, data: Path, checkpoint: Path, epochs: int) -> Trainable:
    training = RUNS[name][0](data, CPU)
    training.epochs = epochs
    train(training, checkpoint, nothing)
    return training


@pytest.mark.parametrize(
    ("name", "fatal_step", "epochs"),
    [
        ("hw6-vae", 5, 3),  # in the middle of the second epoch
        ("hw3-cnn", 55, 60),  # after a new learning rate began with a fresh model
        ("hw5", 4, 6),
    ],
)
def test_a_training_killed_in_the_middle_ends_with_the_same_figures(name, fatal_step, epochs, data, tmp_path):
    whole = finished(name, data, tmp_path / "whole.pt", epochs)
    numbers = (str(fatal_step), str(epochs))
    command = [sys.executable, "-c", KILLED, name, str(data), str(tmp_path / "killed.pt"), *numbers]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    found = torch.load(tmp_path / "killed.pt", weights_only=True)
    assert 0 < found["done"] < whole.done
    resumed = finished(name, data, tmp_path / "killed.pt", epochs)
    assert resumed.curves == whole.curves
    assert resumed.figures() == whole.figures()
    assert resumed.seconds > found["seconds"]


def test_a_kill_while_a_checkpoint_is_written_leaves_the_last_one(data, tmp_path):
    training = Digits(data, CPU, beta=None, epochs=2)
    checkpoint = tmp_path / "state.pt"
    train(training, checkpoint, nothing)
    (tmp_path / "state.writing").write_bytes(b"half a file")
    again = Digits(data, CPU, beta=None, epochs=3)
    train(again, checkpoint, nothing)
    assert again.curves["rec"][:6] == training.curves["rec"]  # three steps an epoch
    assert len(again.curves["rec"]) == 9


def test_epoch_by_epoch_is_what_the_notebook_does_in_one_call(data, tmp_path):
    training = Digits(data, CPU, beta=1e-2, epochs=4)
    train(training, tmp_path / "state.pt", nothing)
    same = Digits(data, CPU, beta=1e-2, epochs=4)
    rec, kl = hw7.train_vae(same.model, same.loader, 4, 1e-3, CPU)
    assert training.curves["rec"] == rec
    assert training.curves["kl"] == kl
    assert training.curves["total"] == pytest.approx([r + 1e-2 * k for r, k in zip(rec, kl, strict=True)])


def test_so_it_is_for_a_function_that_tests_after_each_epoch(data, tmp_path):
    def start() -> Clothes:
        return Clothes(data, CPU, model=lambda: hw4.ConvAutoencoder(2), k=2)

    training, same = start(), start()
    torch.manual_seed(1)
    train(training, tmp_path / "state.pt", lambda now: setattr(now, "epochs", 3))
    torch.manual_seed(1)
    losses = hw4.train_autoencoder(same.model, same.train_loader, same.test_loader, 1e-3, 3, CPU)
    assert (training.curves["train"], training.curves["test"]) == losses


def test_early_stopping_is_that_of_the_notebook(data, tmp_path, monkeypatch):
    monkeypatch.setattr(Garments, "PATIENCE", 1)
    training, same = Garments(data, CPU), Garments(data, CPU)
    for each in (training, same):  # validation pictures that training makes worse
        each.val_loader = hw5.make_loader(1 - each.test_images, torch.zeros(20), 1024, False)
    torch.manual_seed(1)
    train(training, tmp_path / "state.pt", nothing)
    torch.manual_seed(1)
    train_losses, val_losses = hw5.train_autoencoder(
        same.model, same.train_loader, same.val_loader, same.adam, same.scheduler, 50, 1, CPU
    )
    assert 1 < len(val_losses) < 50
    assert (training.curves["train"], training.curves["val"]) == (train_losses, val_losses)
    best = training.kept["state"]
    assert all(torch.equal(value, best[name]) for name, value in same.model.state_dict().items())


def test_without_carrying_adam_would_forget(data):
    forgetful, remembering = (Digits(data, CPU, beta=None, epochs=2) for _ in range(2))
    torch.manual_seed(1)
    losses = [loss for _ in range(2) for loss in hw7.train_autoencoder(forgetful.model, forgetful.loader, 1, 1e-3, CPU)]
    torch.manual_seed(1)
    for _ in range(2):
        remembering.one_epoch()
    assert remembering.curves["rec"][:4] == losses[:4]  # three steps an epoch; the loss of a step is taken before it
    assert remembering.curves["rec"][4] != losses[4]


@pytest.mark.parametrize("name", [name for name in RUNS if name.startswith(("hw1", "hw2", "hw4", "hw6-dae"))])
def test_every_training_runs_on_tiny_data(name, data, tmp_path):
    training = RUNS[name][0](data, CPU)
    training.epochs = min(training.epochs, 5)
    train(training, tmp_path / "state.pt", nothing)
    assert all(value == value for value in training.figures().values())
