"""What students of hw1 get beside the notebook: data, baselines, figures and public checks."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from solutions import hw1_matrix_factorization as hw1

MODULES = ("figures", "helpers", "verdicts", "laws", "check")
OPTIMIZE = "latent_factor_alternating_optimization"


@pytest.fixture(scope="module")
def released(release):
    with release("hw1_matrix_factorization", *MODULES) as modules:
        yield modules


@pytest.fixture
def no_data(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("DATA_ROOT", "ASSIGNMENT_DATA"):
        monkeypatch.delenv(name, raising=False)


# --- data


def is_valid(data) -> bool:
    users, items, values = data.triplets.T
    assert data.triplets.dtype == np.int64
    assert set(values) == {1, 2, 3, 4, 5}
    assert min(users.min(), items.min()) == 0
    return True


def test_the_sample_is_there_at_once_and_silently(released, monkeypatch, capsys):
    monkeypatch.setenv("ASSIGNMENT_DATA", "sample")
    start = time.perf_counter()
    data = released.helpers.load_ratings()
    assert time.perf_counter() - start < 0.5
    assert is_valid(data)
    assert capsys.readouterr().out == ""
    matrix = hw1.cold_start_preprocessing(hw1.rating_matrix(data.triplets), data.min_entries)
    assert min(matrix.shape) > 20
    assert matrix.nnz > 10 * data.n_hidden


def test_without_a_file_the_generator_steps_in(released, no_data, capsys):
    data = released.helpers.load_ratings()
    assert is_valid(data)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "a generator made" in out
    np.testing.assert_array_equal(data.triplets, released.helpers.load_ratings().triplets)


@pytest.mark.parametrize("place", ["ratings/ratings.npy", "ratings.npy"])
def test_a_file_in_the_data_folder_is_read(released, no_data, place):
    path = Path("data") / place
    path.parent.mkdir(parents=True)
    np.save(path, np.array([[0, 1, 5], [2, 0, 3]], dtype=np.int32))
    data = released.helpers.load_ratings()
    assert data.triplets.tolist() == [[0, 1, 5], [2, 0, 3]]
    assert data.noise is None


@pytest.mark.real_data
def test_real_ratings_are_read_from_the_data_root(released):
    if not (Path(os.environ.get("DATA_ROOT", "")) / "ratings" / "ratings.npy").is_file():
        pytest.skip("no ratings/ratings.npy in $DATA_ROOT")
    assert len(released.helpers.load_ratings().triplets) > 50_000


def test_generated_counts_have_a_long_tail(released):
    matrix = hw1.rating_matrix(released.helpers.generate_ratings())
    for axis in (0, 1):
        counts = np.sort(matrix.getnnz(axis=axis))[::-1]
        assert counts[: len(counts) // 5].sum() > 0.4 * counts.sum()


def test_some_pairs_are_rated_twice(released):
    triplets = released.helpers.generate_ratings()
    pairs = np.unique(triplets[:, :2], axis=0)
    assert 0 < len(triplets) - len(pairs) < 0.02 * len(triplets)


@pytest.fixture(scope="module")
def problem(released):
    """What the notebook makes of a smaller generated set."""
    R = hw1.rating_matrix(released.helpers.generate_ratings(400, 120, typical=40))
    train, val_idx, _, val_values, _ = hw1.split_data(R, 200, 200)
    shifted, means = hw1.shift_user_mean(train)
    return SimpleNamespace(
        train=train,
        shifted=shifted,
        cells=np.column_stack(train.nonzero()),
        val_idx=val_idx,
        val_values=val_values,
        val_shifted=val_values - means[val_idx[0]].ravel(),
    )


def test_three_factors_beat_every_baseline_and_not_the_noise(released, problem):
    costs = released.helpers.baselines(problem.train, problem.val_idx, problem.val_values, noise=0.24)
    assert costs["noise of the ratings"] < costs["user mean"] < costs["mean of everything"]
    assert costs["user mean"] == pytest.approx((problem.val_shifted**2).sum())
    Q, P, *_ = hw1.latent_factor_alternating_optimization(
        problem.shifted, problem.cells, 3, problem.val_idx, problem.val_shifted, 1e-2, optimizer="als", patience=10
    )
    ours = hw1.loss(problem.val_shifted, problem.val_idx, Q, P, 0)
    assert costs["noise of the ratings"] < ours < 0.8 * costs["user mean"]


def test_a_user_without_training_ratings_is_guessed_by_the_mean(released):
    matrix = hw1.sp.csr_matrix(np.array([[0, 0], [2, 4]]))
    costs = released.helpers.baselines(matrix, (np.array([0]), np.array([1])), np.array([5]))
    assert costs["user mean"] == 4.0


# --- tables and figures


def test_tables_show_the_user_mean_beside_the_losses(released, capsys):
    released.helpers.print_losses([5.0, 3.0, 4.0], [50.0, 40.0, 30.0], (60.0, 6.0))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["user", "mean", "60.0", "6.0"]
    assert lines[3].endswith("<- best")
    assert len(lines) == 5


def test_comparison_with_the_sheet_has_gaps_where_a_run_is_shorter(released, capsys):
    released.helpers.compare_with_sheet([5.0], [50.0], {0: (1.0, 2.0), 13: (3.0, 4.0)})
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["0", "50.0", "5.0", "1.0", "2.0"]
    assert lines[2].split() == ["13", "–", "–", "3.0", "4.0"]


def test_the_figure_of_both_runs(released):
    runs = {"sgd": ([9.0, 5.0, 4.0], [8.0, 7.0, 6.0]), "als": ([3.0, 2.0], [9.0, 8.0])}
    figure = released.helpers.plot_losses(runs, "Alternating optimization, k=100", (10.0, 7.0))
    for part, axis in enumerate(figure.axes):
        for line, losses in zip(axis.lines, runs.values(), strict=False):
            assert line.get_ydata().tolist() == losses[part][1:]
        names = [text.get_text() for text in axis.get_legend().get_texts()]
        assert names[:2] == ["sgd", "als"]
        assert names[2].startswith("user mean alone")
    assert figure.get_suptitle() == "Alternating optimization, k=100"


def test_other_figures_are_returned_and_closed(released, problem):
    import matplotlib.pyplot as plt

    released.helpers.plot_counts(problem.train)
    released.helpers.plot_predictions(np.linspace(1, 5, 30), np.arange(30) % 5 + 1)
    assert not plt.get_fignums()


# --- public checks


def run(released, task, thing):
    return released.verdicts.run_check(task, thing)


TASKS = ["shift_user_mean", "initialize_Q_P", *(f"{OPTIMIZE}.{part}" for part in ("als", "sgd", "stopping"))]


@pytest.mark.parametrize("task", TASKS)
def test_the_reference_passes_its_public_checks(released, task):
    for _ in range(10):
        result = run(released, task, getattr(hw1, task.partition(".")[0]))
        assert result.verdict is released.verdicts.Verdict.HOLDS, released.verdicts.as_text(result)
        assert result.figure is not None


@pytest.mark.parametrize("task", TASKS)
def test_what_is_not_written_is_open(released, task):
    def stub(*_, **__):
        raise NotImplementedError

    assert run(released, task, stub).verdict is released.verdicts.Verdict.NOT_STARTED


def _dense_shift(matrix):
    means = np.asarray(matrix.mean(axis=1))
    return matrix - means, means


def _gaussian(matrix, k, init="random", seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(matrix.shape[0], k)), rng.normal(size=(k, matrix.shape[1]))


def _half_rate(R, non_zero_idx, k, val_idx, val_values, reg_lambda, lr=1e-2, **options):
    options = {"lr": lr / 2, **options}
    return hw1.latent_factor_alternating_optimization(R, non_zero_idx, k, val_idx, val_values, reg_lambda, **options)


def _known_zeros_lost(R, non_zero_idx, *args, **options):
    return hw1.latent_factor_alternating_optimization(R, np.column_stack(R.nonzero()), *args, **options)


def _stops_late(*args, patience=5, **options):
    return hw1.latent_factor_alternating_optimization(*args, patience=patience + 1, **options)


@pytest.mark.parametrize(
    ("task", "wrong", "words"),
    [
        ("shift_user_mean", _dense_shift, "number of restaurants"),
        ("initialize_Q_P", _gaussian, "misses the matrix"),
        (f"{OPTIMIZE}.sgd", _half_rate, "half"),
        (f"{OPTIMIZE}.als", _known_zeros_lost, "known"),
        (f"{OPTIMIZE}.stopping", _stops_late, "best evaluation"),
    ],
)
def test_mistakes_are_red_and_named(released, task, wrong, words):
    result = run(released, task, wrong)
    assert result.verdict is released.verdicts.Verdict.FAILS
    assert words in released.verdicts.as_text(result)
