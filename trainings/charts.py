"""The curves of the trainings as SVG pictures for docs/results.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from trainings.results import Results


@dataclass(frozen=True)
class Chart:
    """One picture: curves of one or more trainings over epochs or iterations, constant values dashed."""

    name: str
    title: str
    unit: str
    lines: dict[str, str]  # label -> "run/curve"
    dashed: dict[str, str | float] = field(default_factory=dict)  # label -> "run/figure", or a number
    over: str = "epoch"
    logarithmic: bool = True

    @property
    def runs(self) -> set[str]:
        """The trainings that it needs."""
        values = [*self.lines.values(), *(value for value in self.dashed.values() if isinstance(value, str))]
        return {value.partition("/")[0] for value in values}


CHARTS = (
    Chart(
        "hw1",
        "hw1: factorizations of MovieLens' ratings",
        "validation loss, 200 ratings",
        {
            "SGD, k=100": "hw1-sgd/val",
            "ALS, k=100": "hw1-als/val",
            "SGD, k=3": "hw1-sgd-k3/val",
            "ALS, k=3": "hw1-als-k3/val",
        },
        {"user mean alone": "hw1-sgd/user_mean_val"},
        "step",
    ),
    Chart(
        "hw2",
        "hw2: deep autoencoders of MNIST, codes of 16 numbers",
        "test loss",
        {
            "PCA": "hw2-pca/test",
            "[32, 16]": "hw2-two/test",
            "[128, 16]": "hw2-two-own/test",
            "[64, 32, 16]": "hw2-three/test",
            "[128, 64, 16]": "hw2-three-own/test",
        },
        {"PCA's bound": "hw2-pca/pca_test", "printed for PCA": 0.0828},
    ),
    Chart(
        "hw3",
        "hw3: fingers on photographs",
        "validation accuracy",
        {f"learning rate {rate}": f"hw3-cnn/val_acc {rate}" for rate in ("0.0003", "0.001", "0.003")},
        {"best one printed": 0.9417},
        logarithmic=False,
    ),
    Chart(
        "hw4",
        "hw4: autoencoders of 10 000 clothes",
        "test loss",
        {
            "linear, 10 numbers": "hw4-pca/test",
            "convolutional, 3": "hw4-conv-3/test",
            "convolutional, 100": "hw4-conv-100/test",
            "convolutional, 150": "hw4-conv-150/test",
        },
    ),
    Chart(
        "hw5",
        "hw5: an autoencoder of 50 000 clothes",
        "loss",
        {"training": "hw5/train", "validation": "hw5/val"},
        {"mean image": "hw5/mean_image", "best one printed": 0.0942},
    ),
    Chart(
        "hw6-dae", "hw6: the denoiser", "squared error per test image", {"test": "hw6-dae/test"}, {"printed": 4.6742}
    ),
    Chart(
        "hw6-vae",
        "hw6: the variational autoencoder",
        "−ELBO per image, nats",
        {"training": "hw6-vae/train"},
        {"printed, test": 121.0245},
        "tenth iteration",
    ),
    Chart(
        "hw7",
        "hw7: reconstruction, autoencoder and β-VAE",
        "mean squared error",
        {"autoencoder": "hw7-ae/rec", "VAE, β = 0.0001": "hw7-vae/rec"},
        {"mean image": "hw7-vae/mean_image"},
        "iteration",
    ),
    Chart(
        "hw7-kl",
        "hw7: β-VAE",
        "KL, nats",
        {"β = 0.0001": "hw7-vae/kl", "with uniform noise, a slip": "hw7-vae-uniform/kl"},
        {"printed": 19.015},
        "iteration",
    ),
)


def draw(results: Results, folder: Path) -> None:
    """Writes <name>.svg of every chart whose trainings are all there."""
    for chart in CHARTS:
        if chart.runs <= results.runs.keys():
            folder.mkdir(parents=True, exist_ok=True)
            _figure(chart, results).savefig(folder / f"{chart.name}.svg", metadata={"Date": None})


def _figure(chart: Chart, results: Results) -> Figure:
    mpl.rcParams["svg.hashsalt"] = chart.name  # the same picture has the same bytes
    figure = Figure(figsize=(7.5, 3.6), layout="constrained")
    axis = figure.subplots()
    for label, place in chart.lines.items():
        run, _, name = place.partition("/")
        curve = results.runs[run].curves[name]
        axis.plot(curve.at, curve.values, label=label, marker="." if len(curve.at) < 10 else "")
    for index, (label, value) in enumerate(chart.dashed.items()):
        height = value if isinstance(value, float) else _figure_of(results, value)
        axis.axhline(height, linestyle="--", linewidth=1, color=f"C{index + 5}", label=f"{label} ({height:.4g})")
    axis.set(title=chart.title, xlabel=chart.over, ylabel=chart.unit, yscale="log" if chart.logarithmic else "linear")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def _figure_of(results: Results, place: str) -> float:
    run, _, name = place.partition("/")
    return results.runs[run].figures[name]
