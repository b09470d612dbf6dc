"""What holds for every assignment of this repository, on a sample of its catalogue; `make validate` runs all of it."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from autograder.assignment import Assignment, Course
from autograder.authoring.build import is_up_to_date, read_recipe
from autograder.checking.calibration import MARGINS_SD, load
from autograder.checking.secret import CourseSecret
from autograder.grading.options import Options
from autograder.sandbox.isolation import choose
from autograder.validation.catalogue import read_catalogue
from autograder.validation.validate import validate

COURSE = Course(Path(__file__).parents[2])
EVERY = 7  # a seventh of the mistakes and alternatives; more would take minutes
SECRET = CourseSecret(b"the same at every run: what fails here can be looked at")  # `make validate` draws its own
POINTS = {  # automatic and by hand, as the course sheets have them
    "hw1_matrix_factorization": 40,
    "hw2_deep_autoencoders": 40,
    "hw3_cnn_classifier": 50,
    "hw4_conv_autoencoders": 40,
    "hw5_latent_space": 40,
    "hw6_denoising_and_vae": 100,
    "hw7_beta_vae": 45,
}


@pytest.fixture(params=COURSE.names)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return COURSE.assignment(request.param)


def test_the_built_notebooks_are_those_of_the_sources(assignment: Assignment) -> None:
    assert is_up_to_date(assignment), f"run `autograder build {assignment.name}` and commit source/ and release/"


def test_the_points_are_those_of_the_sheet(assignment: Assignment) -> None:
    recipe = read_recipe(assignment)
    by_hand = sum(block.points for block in recipe.document.of_kind("question"))
    assert recipe.checks.points + by_hand == POINTS[assignment.name]


def test_the_catalogue_fits_the_reference_and_the_checks(assignment: Assignment) -> None:
    catalogue = read_catalogue(assignment)
    assert len(catalogue.visible_mistakes) >= 20
    assert len(catalogue.alternatives) >= 8


def test_the_bounds_of_training_are_measured_ones(assignment: Assignment) -> None:
    bounds = load(assignment.calibration) if assignment.calibration.exists() else {}
    for name, bound in bounds.items():
        for side in (bound.right, bound.wrong):
            assert side.runs >= 8, f"{name}: run `autograder calibrate {assignment.name}`"
            assert side.margin_sd >= min(MARGINS_SD)
        assert bound.right.mean < math.log(bound.bound) < bound.wrong.mean


def test_checks_catch_mistakes_and_pass_right_solutions(assignment: Assignment) -> None:
    options = Options(SECRET, choose())
    result = validate(assignment, options, 1, len(os.sched_getaffinity(0)), every=EVERY)
    assert result.problems == []
    assert sum(result.check_seconds.values()) < 15  # far above the 5 s at most that are meant: machines differ
