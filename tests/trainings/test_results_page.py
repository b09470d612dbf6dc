"""The command, its files, and the page that says what the trainings came to."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.errors import AutograderError
from trainings import charts, page
from trainings.headlines import HEADLINES, Headline
from trainings.results import Curve, Result, Results
from trainings.runs import RUNS

ROOT = Path(__file__).parents[2]
ROWS_WITH_FIGURES = (
    "S000-13 S000-14 S000-18 S001-09 S001-10 S001-11 S001-12 S001-13 S002-06 S002-14 "
    "S003-12 S003-14 S003-20 S003-24 S004-06 S004-13"
)


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-B", "-m", "trainings", *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


class TestCommand:
    def test_a_training_is_run_once_and_written_down(self, data, tmp_path):
        arguments = ("--data", data, "--out", tmp_path, "--state", tmp_path / "state", "--only", "hw1-als-k3")
        first = command(*arguments)
        assert first.returncode == 0, first.stderr
        assert "user_mean_val" in first.stdout
        assert "MovieLens" in (tmp_path / "results.md").read_text()
        assert Results.read(tmp_path / "results.json").runs.keys() == {"hw1-als-k3"}
        assert list((tmp_path / "state").iterdir()) == []
        second = command(*arguments)
        assert second.stdout.strip() == "hw1-als-k3: there already"

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--only", "hw5"], "name the folder of the real data: make results DATA=folder"),
            (["--data", "/no/such/folder"], "there is no data folder /no/such/folder"),
            (["--data", ".", "--only", "hw5"], "does not hold Fashion-MNIST: FashionMNIST/raw/train-images"),
            (["--data", ".", "--only", "hw3-cnn"], "does not hold photographs of hands: sign_data/X_train.npy"),
        ],
    )
    def test_missing_data_is_one_clear_line(self, arguments, said, tmp_path):
        done = command(*arguments, "--out", tmp_path)
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1

    def test_a_device_that_is_not_there_is_one_clear_line(self, data, tmp_path):
        done = command("--data", data, "--out", tmp_path, "--device", "toaster")
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1


class TestPage:
    def test_the_committed_page_is_made_of_the_committed_results(self):
        results = Results.read(ROOT / "docs" / "results.json")
        assert (ROOT / "docs" / "results.md").read_text(encoding="utf-8") == page.render(results), (
            "run `make results ARGS=--page` and commit docs/results*"
        )
        for chart in charts.CHARTS:
            assert (ROOT / "docs" / "results" / f"{chart.name}.svg").exists() == (chart.runs <= results.runs.keys())

    def test_what_has_not_been_run_says_so_and_how(self):
        text = page.render(Results())
        assert text.count("| not yet run |") == len(HEADLINES) + len(RUNS)
        assert "`make results DATA=folder ARGS='--only hw5'`" in text

    def test_every_row_with_printed_figures_is_there(self):
        assert sorted({headline.row for headline in HEADLINES}) == ROWS_WITH_FIGURES.split()

    def test_every_headline_belongs_to_a_training_and_every_training_to_a_headline(self):
        assert {headline.figure.partition("/")[0] for headline in HEADLINES} == RUNS.keys()

    @pytest.mark.parametrize(
        ("headline", "said"),
        [
            (Headline("S1", "loss", 0.10, "run/loss"), "better"),
            (Headline("S1", "loss", 0.0595, "run/loss"), "as printed"),
            (Headline("S1", "loss", 0.05, "run/loss"), "**20% worse** than printed, 0.05"),
            (Headline("S1", "loss", 0.05, "run/loss", judged=False), ""),
            (Headline("S1", "loss", None, "run/loss"), ""),
            (Headline("S1", "loss", 0.05, "run/loss", reachable="run/mean_image"), "below the mean image, 0.0866"),
            (Headline("S1", "loss", 0.05, "run/loss", reachable="run/pca_test"), "1.7% above PCA's bound, 0.059"),
            (Headline("S1", "share", 0.94, "run/right", higher_is_better=True), "as printed"),
            (Headline("S1", "share", 0.99, "run/right", higher_is_better=True), "**4% worse** than printed, 0.99"),
        ],
    )
    def test_judgements(self, headline, said):
        figures = {"loss": 0.06, "right": 0.95, "mean_image": 0.0866, "pca_test": 0.059}
        results = Results({"run": Result(figures, {}, 1.0, "a machine", "2026-01-31")})
        assert page.judgement(headline, results) == said


class TestFiles:
    def test_results_come_back_as_they_were_written(self, tmp_path):
        result = Result({"loss": 0.1}, {"val": Curve([1.0], [0.2])}, 60.0, "a machine", "2026-01-31")
        Results({"hw5": result}).write(tmp_path / "results.json")
        assert Results.read(tmp_path / "results.json").runs == {"hw5": result}

    def test_a_damaged_file_is_an_error_that_names_it(self, tmp_path):
        (tmp_path / "results.json").write_text('{"runs": {')
        with pytest.raises(AutograderError, match=r"results\.json is damaged"):
            Results.read(tmp_path / "results.json")

    def test_the_same_results_give_the_same_picture(self, tmp_path):
        curve = Curve([1.0, 2.0], [0.2, 0.1])
        result = Result({"mean_image": 0.09}, {"train": curve, "val": curve}, 60.0, "a machine", "2026-01-31")
        for folder in ("one", "two"):
            charts.draw(Results({"hw5": result}), tmp_path / folder)
        assert [path.name for path in (tmp_path / "one").iterdir()] == ["hw5.svg"]
        assert (tmp_path / "one" / "hw5.svg").read_bytes() == (tmp_path / "two" / "hw5.svg").read_bytes()
        charts.draw(Results({"hw5": replace(result, figures={"mean_image": 0.1})}), tmp_path / "two")
        assert (tmp_path / "one" / "hw5.svg").read_bytes() != (tmp_path / "two" / "hw5.svg").read_bytes()
