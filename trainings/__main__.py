"""The command line: `make results DATA=folder`, or `python -m trainings --help`."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.errors import AutograderError
from trainings import charts, page
from trainings.notebook_data import ROOT, require
from trainings.results import Results, result_of
from trainings.runs import RUNS
from trainings.trainable import Trainable, train

CONSOLE = Console()


def main() -> None:
    arguments = _arguments()
    try:
        run_all(arguments)
    except AutograderError as error:
        print(f"results: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("stopped: the same command goes on at the last finished epoch", file=sys.stderr)
        sys.exit(130)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make results", description="Trains the reference solutions on real data.")
    parser.add_argument("--data", type=Path, help="folder with MNIST/, FashionMNIST/, sign_data/ and ratings/")
    parser.add_argument("--only", nargs="+", metavar="RUN", choices=RUNS, help=f"some of {', '.join(RUNS)}")
    parser.add_argument("--again", action="store_true", help="also what has been run already")
    parser.add_argument("--page", action="store_true", help="trains nothing: writes the page and its pictures anew")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads; one gives the same figures everywhere")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="folder of results.json, results.md, results/")
    parser.add_argument("--state", type=Path, default=ROOT / "build" / "trainings", help="folder of checkpoints")
    return parser.parse_args()


def run_all(arguments: argparse.Namespace) -> None:
    """Runs what is missing, one after the other; tables and pictures are up to date after each."""
    if arguments.page:
        return write_page(Results.read(arguments.out / "results.json"), arguments.out)
    if arguments.data is None:
        raise AutograderError("name the folder of the real data: make results DATA=folder")
    names = arguments.only or list(RUNS)
    require(arguments.data, dict.fromkeys(RUNS[name][1] for name in names))
    device = _device(arguments.device)
    torch.set_num_threads(arguments.threads)
    file = arguments.out / "results.json"
    for name in names:
        results = Results.read(file)
        if name in results.runs and not arguments.again:
            CONSOLE.print(f"{name}: there already")
            continue
        checkpoint = arguments.state / f"{name}-{device.type}.pt"
        result = result_of(_train(name, arguments.data, device, checkpoint))
        results = Results.read(file)
        results.runs[name] = result
        results.write(file)
        checkpoint.unlink()
        write_page(results, arguments.out)
        CONSOLE.print(f"{name}: " + ", ".join(f"{key} {value:g}" for key, value in result.figures.items()))


def write_page(results: Results, out: Path) -> None:
    """results.md and its pictures."""
    charts.draw(results, out / "results")
    (out / "results.md").write_text(page.render(results), encoding="utf-8")


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise AutograderError(f"torch cannot use the device {name!r} here: {reason}") from None
    return device


def _train(name: str, data: Path, device: torch.device, checkpoint: Path) -> Trainable:
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        Progress(*columns, console=Console(file=sys.stdout)) as bar,
        open(os.devnull, "w", encoding="utf-8") as nowhere,
        redirect_stdout(nowhere),  # the notebooks' functions print; here a bar and a table say it all
    ):
        task = bar.add_task(name, total=None)
        training = RUNS[name][0](data, device)
        train(training, checkpoint, lambda now: bar.update(task, completed=now.done, total=_total(now)))
    return training


def _total(training: Trainable) -> int | None:
    """Trainings of one epoch, which may take minutes, have a bar that only says that they run."""
    return None if training.epochs == 1 and not training.done else training.epochs


if __name__ == "__main__":
    main()
