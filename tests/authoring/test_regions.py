"""Solution regions and objects of a solution module."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.authoring import regions
from autograder.authoring.regions import SolutionModule
from autograder.errors import AuthoringError

MODULE = '''\
"""A module."""

import numpy as np

# %% a ruler
LIMIT = 3  # given


# Doubles.
# Really.
@np.vectorize
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    y = x + x
    return y
    ### END SOLUTION


### BEGIN SOLUTION
RATE = 0.1
### END SOLUTION
BETA: float = 4.0


class Model:
    def __init__(self):
        ### BEGIN SOLUTION
        self.a = 1

        self.b = 2
        ### END SOLUTION
        self.c = 3

    def run(self, x):
        ### BEGIN SOLUTION
        return x
        ### END SOLUTION
        # the end

# about something else
print("not an object")
'''


def module(text: str) -> SolutionModule:
    return SolutionModule(Path("solution.py"), text)


def test_comments_and_decorators_belong_to_an_object():
    source = module(MODULE).object("double").source
    assert source.startswith("# Doubles.\n# Really.\n@np.vectorize\ndef double")
    assert source.endswith("    return y\n    ### END SOLUTION")


def test_a_ruler_does_not_belong_to_an_object():
    assert module(MODULE).object("LIMIT").source == "LIMIT = 3  # given"


def test_markers_around_a_variable_belong_to_it():
    assert module(MODULE).object("RATE").source == "### BEGIN SOLUTION\nRATE = 0.1\n### END SOLUTION"
    assert module(MODULE).object("BETA").source == "BETA: float = 4.0"


def test_a_variable_without_region_is_one_region():
    assert module(MODULE).task("BETA").source == "### BEGIN SOLUTION\nBETA: float = 4.0\n### END SOLUTION"


def test_the_last_region_of_a_class_is_closed():
    source = module(MODULE).object("Model").source
    assert source.endswith("        ### END SOLUTION\n        # the end")


def test_stub_keeps_what_is_given():
    assert regions.stub(module(MODULE).object("Model").source) == dedent(
        """\
        class Model:
            def __init__(self):
                # YOUR CODE HERE
                raise NotImplementedError()
                self.c = 3

            def run(self, x):
                # YOUR CODE HERE
                raise NotImplementedError()
                # the end"""
    )


def test_lines_inside_and_outside():
    source = module(MODULE).object("Model").source
    assert regions.region_lines(source) == ["self.a = 1", "self.b = 2", "return x"]
    assert regions.outside_lines(source) == [
        "class Model:",
        "def __init__(self):",
        "self.c = 3",
        "def run(self, x):",
        "# the end",
    ]
    assert "SOLUTION" not in regions.without_markers(source)


@pytest.mark.parametrize(
    "source",
    [
        MODULE,
        "x = 1",
        "### BEGIN SOLUTION\nx = 1\n### END SOLUTION",
        "if x:\n\t# BEGIN SOLUTION\n\tx = 1\n# END SOLUTION\n\ny = 2\n",
        's = """ BEGIN SOLUTION\n"""\n### END SOLUTION',
    ],
)
def test_stub_is_what_nbgrader_makes(source: str):
    from nbgrader.preprocessors import ClearSolutions

    cell = new_code_cell(source)
    cell.metadata["nbgrader"] = {"solution": True, "grade": False, "locked": False, "grade_id": "a"}
    if "BEGIN" in source:
        ClearSolutions().preprocess(new_notebook(cells=[cell]), {})
    assert regions.stub(source) == cell.source


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("### BEGIN SOLUTION\nx = 1", "line 1: BEGIN SOLUTION without END"),
        ("x = 1\n### END SOLUTION", "line 2: END SOLUTION without a BEGIN"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION", "line 2: BEGIN SOLUTION inside a region that line 1 began"),
        ("x = 1\nx = 2", "x is defined a second time"),
        ("x = = 1", "line 1: invalid syntax"),
        ("### BEGIN SOLUTION\nx = 1\ny = 1\n### END SOLUTION", "solution.py, x: line 1: BEGIN SOLUTION without END"),
        ("y = 1", "no object 'x'"),
        ("def x():\n    pass", "x has no region"),
    ],
)
def test_faults_of_a_module_are_named(text: str, sentence: str):
    with pytest.raises(AuthoringError, match=sentence):
        module(text).task("x")


def test_a_missing_module_is_named(tmp_path: Path):
    with pytest.raises(AuthoringError, match=r"solution\.py is missing"):
        SolutionModule.read(tmp_path / "solution.py")
