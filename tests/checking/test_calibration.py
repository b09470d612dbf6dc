"""A bound keeps its margins on both sides, or is refused."""

from __future__ import annotations

import math

import pytest

from autograder.checking import calibration
from autograder.checking.calibration import threshold
from autograder.errors import AuthoringError

RIGHT = {"reference": [0.0, 0.1, -0.1], "slow": [1.0, 1.2, 0.8]}
WRONG = {"dead": [5.0, 5.1, 4.9], "half dead": [4.5, 4.6, 4.4]}


def test_bound_lies_between_the_nearest_variants():
    found = threshold(RIGHT, WRONG, margins_sd=(8,))
    assert found.right.variant == "slow"
    assert found.wrong.variant == "half dead"
    assert math.log(found.bound) == pytest.approx(((1 + 8 * 0.2) + (4.5 - 8 * 0.1)) / 2)
    assert found.right.margin_sd >= 8
    assert found.wrong.margin_sd >= 8
    assert (found.right.nearest, found.wrong.nearest) == (1.2, 4.4)
    assert found.total_runs == (6, 6)


def test_margins_that_do_not_fit_are_refused():
    with pytest.raises(AuthoringError, match="slow"):
        threshold(RIGHT, WRONG, margins_sd=(20,))


def test_a_right_run_that_diverges_is_refused():
    with pytest.raises(AuthoringError, match="diverged"):
        threshold({"reference": [0.0, math.nan]}, WRONG)


def test_wrong_runs_that_diverge_fail_any_bound():
    found = threshold(RIGHT, WRONG | {"exploding": [math.inf, math.nan]})
    assert found.wrong.variant == "half dead"
    with pytest.raises(AuthoringError, match="nothing to calibrate against"):
        threshold(RIGHT, {"exploding": [math.inf, math.nan]})


def test_equal_runs_keep_a_margin():
    assert threshold({"a": [0.0, 0.0]}, {"b": [1.0, 1.0]}).right.sd == 1e-3


def test_file_round_trip(tmp_path):
    found = threshold(RIGHT, WRONG)
    calibration.save(tmp_path / "calibration.json", {"training": found})
    assert calibration.load(tmp_path / "calibration.json") == {"training": found}
    assert calibration.bound_of(str(tmp_path / "checks" / "test_training.py"), "training") == found.bound
    with pytest.raises(AuthoringError, match="no 'other'"):
        calibration.bound_of(str(tmp_path / "checks" / "test_training.py"), "other")


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(AuthoringError, match="autograder calibrate"):
        calibration.load(tmp_path / "calibration.json")


def test_a_check_remembers_how_it_is_measured():
    @calibration.calibrated("training", lambda student, secret, device: 0.0)
    def check():
        pass

    assert calibration.measured_by(check).name == "training"
    assert calibration.measured_by(len) is None
