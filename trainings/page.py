"""docs/results.md: our figures beside the printed ones."""

from __future__ import annotations

from collections.abc import Iterator

from trainings.charts import CHARTS
from trainings.headlines import HEADLINES, Headline
from trainings.results import Result, Results
from trainings.runs import RUNS

CLOSE = 0.03  # so much better or worse is a matter of chance
NOT_YET = "not yet run"

HEAD = """\
# Results

The reference solutions, trained with the hyperparameters of the course sheets on the real data: MNIST, Fashion-MNIST,
photographs of hands, and MovieLens' ratings in the place of Yelp's. `make results DATA=folder` writes this page; it can
be stopped and started again at will, and what has not been run yet says so.

*As printed* means by 3 % at most better or worse. Where a printed figure is the mark of a bug, ours is held against
what a right solution can reach instead. Without a judgement are values by chance (of untrained weights, of single
batches), those on the way, and those that other data make incomparable.

"""

TABLE = """\
| row | what | printed | ours | judgement | |
| --- | --- | --- | --- | --- | --- |
"""


def render(results: Results) -> str:
    """The whole page."""
    return HEAD + TABLE + "".join(_rows(results)) + "\n" + "".join(_charts(results)) + _trainings(results)


def _rows(results: Results) -> Iterator[str]:
    for headline in HEADLINES:
        run, _, _ = headline.figure.partition("/")
        ours = figure(results, headline.figure)
        shown = NOT_YET if ours is None else _number(ours)
        cells = (
            headline.row,
            f"`{run}`: {headline.what}",
            "–" if headline.printed is None else _number(headline.printed),
            shown,
            judgement(headline, results),
            headline.note,
        )
        yield f"| {' | '.join(cells)} |\n"


def figure(results: Results, name: str) -> float | None:
    """The figure "run/name" of ours; None if the training has not been run."""
    run, _, key = name.partition("/")
    return results.runs[run].figures[key] if run in results.runs else None


def judgement(headline: Headline, results: Results) -> str:
    """How our figure stands beside what was printed, or beside what a right solution reaches."""
    ours = figure(results, headline.figure)
    if ours is None or not headline.judged:
        return ""
    if isinstance(headline.reachable, str):
        aim, aim_name = figure(results, headline.reachable), REACHABLE[headline.reachable.partition("/")[2]]
    else:
        aim, aim_name = headline.printed, "printed"
    if aim is None:
        return ""
    worse = (aim - ours) / aim if headline.higher_is_better else (ours - aim) / aim
    if worse > CLOSE:
        return f"**{worse:.0%} worse** than {aim_name}, {_number(aim)}"
    if headline.reachable is None:
        return "better" if worse < -CLOSE else "as printed"
    return f"{worse:.1%} above {aim_name}, {_number(aim)}" if worse > 0 else f"below {aim_name}, {_number(aim)}"


REACHABLE = {
    "user_mean_val": "the user mean alone",
    "user_mean_train": "the user mean alone",
    "pca_train": "PCA's bound",
    "pca_test": "PCA's bound",
    "mean_image": "the mean image",
}


def _number(value: float) -> str:
    if value >= 10000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if value >= 0.1 else f"{value:.3g}"


def _charts(results: Results) -> Iterator[str]:
    for chart in CHARTS:
        if chart.runs <= results.runs.keys():
            yield f"![{chart.title}](results/{chart.name}.svg)\n\n"


def _trainings(results: Results) -> str:
    head = "## The trainings\n\n| training | CPU time | machine | day |\n| --- | --- | --- | --- |\n"
    return head + "".join(_training(name, results.runs.get(name)) for name in RUNS)


def _training(name: str, result: Result | None) -> str:
    if result is None:
        return f"| `{name}` | {NOT_YET} | `make results DATA=folder ARGS='--only {name}'` | |\n"
    return f"| `{name}` | {result.seconds / 60:.1f} min | {result.machine} | {result.day} |\n"
