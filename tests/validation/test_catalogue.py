"""The catalogue of mistakes and alternatives, and the submissions made from it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import nbformat
import numpy as np
import pytest

from autograder.assignment import Assignment
from autograder.authoring.regions import parse
from autograder.errors import AuthoringError
from autograder.validation.catalogue import make_submission, read_catalogue
from autograder.validation.splicing import apply, splice
from autograder.validation.variants import Variant
from tests.authoring.workbench import TINY_COURSE, Workbench

WARMUP = Assignment(TINY_COURSE, "warmup")

CELL = '''\
LIMIT = 3


class Model(Base):
    """A model."""

    size = 4

    # the start
    def __init__(self, std):
        super().__init__()
        self.std = std  # kept

    @property
    def name(self):
        return "model"

    def run(self, x):
        """Runs."""
        return x


def helper(x):
    return x'''


@pytest.fixture
def workbench(tmp_path: Path) -> Workbench:
    return Workbench.at(tmp_path)


def variant(source: str, into: str = "") -> Variant:
    return Variant("X1", "a variant", "Model", "mistake", dedent(source).strip(), into)


def test_the_tiny_catalogue_is_read():
    catalogue = read_catalogue(WARMUP)
    assert [mistake.id for mistake in catalogue.mistakes] == [f"W{n}" for n in (1, 2, 3, "3b", 4, 5, 6, 7, 8, 9, 10)]
    assert [mistake.id for mistake in catalogue.mistakes if mistake.invisible] == ["W10"]
    assert len(catalogue.visible_mistakes) == 10
    first = catalogue.variant("W1")
    assert (first.title, first.task, first.says) == ("rows instead of columns", "standardize", "columns")
    assert first.caught_by == ("test_columns_are_standardized",)
    assert [(other.id, other.into) for other in catalogue.alternatives][2] == ("A3", "NoisyChannel")


# --- splicing ------------------------------------------------------------------------------------------------------


def test_a_function_replaces_that_of_its_name_with_its_comments():
    source = splice(CELL, variant("# other\n@cache\ndef helper(x):\n    return 2 * x"))
    assert source == CELL.replace("def helper(x):\n    return x", "# other\n@cache\ndef helper(x):\n    return 2 * x")


def test_a_method_replaces_that_of_its_name_with_indentation():
    source = splice(CELL, variant("def __init__(self, std):\n    super().__init__()\n    self.s = std", "Model"))
    old = "    # the start\n    def __init__(self, std):\n        super().__init__()\n        self.std = std  # kept"
    new = "    def __init__(self, std):\n        super().__init__()\n        self.s = std"
    assert source == CELL.replace(old, new)


def test_a_decorated_method_is_replaced_with_its_decorator():
    source = splice(CELL, variant("name = 'm'", "Model"))
    assert source == CELL.replace('    @property\n    def name(self):\n        return "model"', "    name = 'm'")


def test_new_methods_are_added_at_the_end_of_the_class():
    source = splice(
        CELL, variant("def run(self, x):\n    return self._f(x)\n\ndef _f(self, x):\n    return x", "Model")
    )
    added = "        return self._f(x)\n\n    def _f(self, x):\n        return x\n\n\ndef helper(x):"
    assert added in source
    assert source.startswith("LIMIT = 3")


def test_several_methods_change_size_without_disturbing_each_other():
    long = "def __init__(self, std):\n    a = 1\n    b = 2\n    c = 3\n    d = 4\n\ndef run(self, x):\n    return 7"
    methods = {
        node.name: node.end_lineno - node.lineno + 1
        for node in parse(splice(CELL, variant(long, "Model")), "").body[1].body
        if hasattr(node, "name")
    }
    assert methods == {"__init__": 5, "name": 2, "run": 2}


def test_helpers_and_imports_come_in_front():
    source = splice(
        CELL, variant("import math\nfrom a import b\nK = 2\ndef own(x):\n    return x\ndef helper(x): return own(x)")
    )
    assert source.startswith("import math\nfrom a import b\nK = 2\n\n\ndef own(x):\n    return x\n\n\nLIMIT = 3\n")
    assert source.endswith("def helper(x): return own(x)")


def test_a_function_beside_a_class_is_a_helper_and_no_method():
    source = splice(CELL, variant("def twice(x):\n    return 2 * x\n\ndef run(self, x):\n    return twice(x)", "Model"))
    assert source.startswith("def twice(x):\n    return 2 * x\n\n\nLIMIT = 3")


def test_a_function_may_be_replaced_by_a_variable_or_an_import():
    assert splice(CELL, variant("helper = lambda x: x")).endswith("\n\n\nhelper = lambda x: x")
    assert splice(CELL, variant("from a import b as helper")).endswith("\n\n\nfrom a import b as helper")


def test_a_whole_class_may_be_replaced():
    source = splice(CELL, variant("class Model:\n    pass"))
    assert "def __init__" not in source
    assert "def helper" in source


def test_a_property_with_a_setter_replaces_a_property():
    source = splice(
        CELL, variant("@property\ndef name(self): ...\n\n@name.setter\ndef name(self, value): ...", "Model")
    )
    assert (
        "    @property\n    def name(self): ...\n\n    @name.setter\n    def name(self, value): ...\n\n    def run"
        in source
    )


def test_a_variant_may_change_two_cells():
    cells = {"a": "def f(): ...", "b": "def g(): ...", "c": "def h(): ..."}
    changed = apply(cells, variant("import math\ndef f(): return 1\ndef g(): return 2"))
    assert changed == {"a": "import math\n\n\ndef f(): return 1", "b": "def g(): return 2"}


@pytest.mark.parametrize(
    ("patch", "sentence"),
    [
        (variant("def other(x): ..."), r"mistakes\.py: cell X1 \(a variant\): no task cell defines other"),
        (variant("print(1)"), "no task cell defines what it changes"),
        (variant("def run(self): ...", "Modell"), "no task cell defines Modell"),
        (variant("def run(self): ...", "helper"), "into='helper': the cell has no such class"),
        (variant("K = 2", "Model"), "it replaces nothing in the cell"),
        (variant("def run(self):\n    return", "Short"), "the class Short must not be written on one line"),
    ],
)
def test_a_patch_that_does_not_apply_is_named(patch: Variant, sentence: str):
    with pytest.raises(AuthoringError, match=sentence):
        apply({"task-Model": CELL, "task-Short": "class Short: pass"}, patch)


# --- reading -------------------------------------------------------------------------------------------------------

HEADER = '# %% name id="N1" task="standardize" caught_by=["test_columns_are_standardized"]'
BODY = "\ndef standardize(values):\n    return values\n"


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        (HEADER.replace('"standardize"', '"standardise"') + BODY, "no checks have the task 'standardise'"),
        (HEADER.replace("test_columns", "test_rows") + BODY, "no check is called 'test_rows_are_standardized'"),
        (HEADER.replace("columns_are_standardized", "copies_are_averaged") + BODY, "none of the checks in caught_by"),
        (HEADER.replace("N1", "W1") + BODY, r"cell W1 \(name\): the id is that of .* cell W1 \(rows instead"),
        (HEADER.replace("N1", "A1") + BODY, r"alternatives\.py: cell A1 .*: the id is that of mistakes\.py"),
        (HEADER + "\ndef standardize(:\n", r"mistakes\.py: cell N1 \(name\): line 1"),
        (HEADER + "\n", "the cell is empty"),
        (HEADER + "\ndef other(values): ...\n", "no task cell defines other"),
        (HEADER + ' into="Channel"' + BODY, "no task cell defines Channel"),
        (HEADER.replace(' caught_by=["test_columns_are_standardized"]', "") + BODY, "either caught_by"),
        (HEADER + ' invisible="why"' + BODY, "either caught_by"),
        (HEADER.replace('["test_columns_are_standardized"]', '"test"') + BODY, "caught_by must be a list of texts"),
        (HEADER.replace('["test_columns_are_standardized"]', "[]") + BODY, "caught_by must be a list of texts"),
        (HEADER + " says=3" + BODY, "says must be a text"),
        (HEADER + ' say="x"' + BODY, "does not know say"),
        (HEADER.replace('id="N1" ', "") + BODY, "write the header as"),
        (HEADER.replace("name ", "") + BODY, "write the header as"),
        ("# %% name" + BODY, r"cell \? \(name\): write the header as"),
    ],
)
def test_faults_of_a_cell_are_named(workbench: Workbench, cell: str, sentence: str):
    with workbench.assignment.mistakes.open("a") as file:
        file.write(f"\n\n{cell}")
    with pytest.raises(AuthoringError, match=sentence):
        read_catalogue(workbench.assignment)


def test_an_alternative_is_caught_by_nothing(workbench: Workbench):
    with workbench.assignment.alternatives.open("a") as file:
        file.write(f"\n\n{HEADER}{BODY}")
    with pytest.raises(AuthoringError, match="the header does not know caught_by"):
        read_catalogue(workbench.assignment)


def test_the_reference_itself_is_no_variant(workbench: Workbench):
    with workbench.assignment.mistakes.open("a") as file:
        file.write('\n\n# %% same id="N1" task="CHOSEN_WINDOW" caught_by=["test_window_is_sensible"]\n')
        file.write("# Neighbouring samples in one mean: your choice.\nCHOSEN_WINDOW = 7\n")
    with pytest.raises(AuthoringError, match="it is the reference solution itself"):
        read_catalogue(workbench.assignment)


def test_a_course_without_catalogue_has_no_variants(workbench: Workbench):
    workbench.assignment.mistakes.unlink()
    workbench.assignment.alternatives.unlink()
    assert read_catalogue(workbench.assignment).variants == ()


# --- submissions ---------------------------------------------------------------------------------------------------


def sources(notebook) -> dict[str, str]:
    nbformat.validate(notebook)
    return {cell.id: cell.source for cell in notebook.cells}


def namespace_of(notebook, monkeypatch: pytest.MonkeyPatch) -> dict:
    """What grading would run of a submission, run."""
    monkeypatch.syspath_prepend(str(WARMUP.release.parent))
    monkeypatch.setenv("ASSIGNMENT_DATA", "sample")
    namespace: dict = {}
    for cell in notebook.cells:
        if cell.metadata.get("autograder", {}).get("kind") in ("given", "data", "task"):
            exec(cell.source, namespace)
    return namespace


def test_blank_is_the_release():
    assert make_submission(WARMUP, kind="blank") == nbformat.read(WARMUP.release, as_version=4)


def test_every_submission_has_the_ids_and_metadata_of_the_release():
    release = nbformat.read(WARMUP.release, as_version=4)
    for submission in (make_submission(WARMUP), make_submission(WARMUP, read_catalogue(WARMUP).variant("W6"))):
        assert submission.metadata == release.metadata
        assert [(cell.id, cell.metadata) for cell in submission.cells] == [
            (cell.id, cell.metadata) for cell in release.cells
        ]


def test_reference_is_solved_without_markers(monkeypatch: pytest.MonkeyPatch):
    submission = make_submission(WARMUP)
    assert not any("SOLUTION" in text for text in sources(submission).values())
    namespace = namespace_of(submission, monkeypatch)
    assert namespace["standardize"](np.array([[1.0], [3.0]])).tolist() == [[-1.0], [1.0]]
    assert sources(submission)["q-clipping"].endswith("YOUR ANSWER HERE")


def test_partial_is_solved_in_the_named_cells_only():
    blank, whole = sources(make_submission(WARMUP, kind="blank")), sources(make_submission(WARMUP))
    partial = sources(make_submission(WARMUP, kind="partial", tasks=["moving_average", "NoisyChannel.decode"]))
    assert {id for id in blank if partial[id] != blank[id]} == {"task-moving_average", "task-NoisyChannel"}
    assert all(partial[id] in (blank[id], whole[id]) for id in blank)
    with pytest.raises(AuthoringError, match="no task cell holds 'other'"):
        make_submission(WARMUP, kind="partial", tasks=["other"])


@pytest.mark.parametrize("id", [variant.id for variant in read_catalogue(WARMUP).variants])
def test_every_variant_runs_and_changes_its_own_cell_only(id: str, monkeypatch: pytest.MonkeyPatch):
    found = read_catalogue(WARMUP).variant(id)
    submission = make_submission(WARMUP, found)
    before, after = sources(make_submission(WARMUP)), sources(submission)
    assert [cell for cell in before if before[cell] != after[cell]] == [f"task-{found.task.partition('.')[0]}"]
    namespace_of(submission, monkeypatch)


def test_a_variant_does_what_it_says(monkeypatch: pytest.MonkeyPatch):
    catalogue = read_catalogue(WARMUP)
    namespace = namespace_of(make_submission(WARMUP, catalogue.variant("A3")), monkeypatch)
    channel = namespace["NoisyChannel"](0.0)
    assert channel.transmit(np.array([2.0, 0.5])).tolist() == [1.0, 0.5]
    assert channel.decode(np.eye(2)).tolist() == [0.5, 0.5]
    namespace = namespace_of(make_submission(WARMUP, catalogue.variant("W8")), monkeypatch)
    assert namespace["NoisyChannel"](0.0).decode(np.ones((2, 3))).shape == (2,)


def test_notebooks_that_were_not_built_are_named(workbench: Workbench):
    with pytest.raises(AuthoringError, match="run 'autograder build warmup' first"):
        make_submission(workbench.assignment)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="no submission is of kind 'whole'"):
        make_submission(WARMUP, kind="whole")
