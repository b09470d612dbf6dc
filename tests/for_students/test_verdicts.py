"""What a public check says, and how it is counted: never more than was run."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.authoring.release_files import FOR_STUDENTS


def double(number: int) -> int:
    return 2 * number


def unwritten(number: int) -> int:
    raise NotImplementedError


def broken(number: int) -> int:
    return number.missing  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def verdicts(modules):
    """With one public check, of three lines, that gives up when the first does not hold."""

    @modules.verdicts.public_check("double")
    def _(double):
        first = double(2) == 4
        yield modules.verdicts.holds("doubles 2", first, "Two times two.")
        if first:
            yield modules.verdicts.note("a remark")
            yield modules.verdicts.holds("doubles 0", double(0) == 0)

    return modules.verdicts


@pytest.mark.parametrize(
    ("function", "hidden", "words"),
    [
        (double, 5, "2 of 2 public checks pass; 5 hidden checks at grading"),
        (double, 1, "2 of 2 public checks pass; 1 hidden check at grading"),
        (double, 0, "2 of 2 public checks pass; hidden checks are run at grading"),
        (abs, 5, "1 public check fails, 0 pass; 5 hidden checks at grading"),
        (broken, 5, "1 public check fails, 0 pass; 5 hidden checks at grading"),
        (unwritten, 5, "still open; 5 hidden checks at grading"),
    ],
)
def test_counts_are_those_of_the_checks_that_were_run(verdicts, function, hidden, words):
    assert verdicts.counts(verdicts.run_check("double", function), hidden) == words


def test_the_hint_stands_under_the_line_that_fails(verdicts):
    text = verdicts.as_text(verdicts.run_check("double", abs), "the last line")
    assert text.splitlines() == ["double", "  FAIL  doubles 2", "        Two times two.", "  the last line"]


def test_an_error_of_the_student_is_told_with_its_line(verdicts):
    text = verdicts.as_text(verdicts.run_check("double", broken))
    assert "AttributeError: 'int' object has no attribute 'missing' — in broken, line" in text


def test_what_a_student_wrote_is_escaped_in_a_notebook(verdicts):
    result = verdicts.Result("double", [verdicts.note("<script>alert(1)</script>")])
    assert "<script>" not in verdicts.as_html(result)


def test_an_assignment_without_torch_does_not_import_it():
    code = "import sys; sys.modules['torch'] = None; import readiness, verdicts; "
    code += "verdicts.public_check('f')(lambda f: iter([verdicts.holds('is one', f() == 1)])); "
    code += "readiness.check('f', lambda: 1)"
    done = subprocess.run([sys.executable, "-c", code], cwd=FOR_STUDENTS, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[1:] == [
        "  ok    is one",
        "  1 of 1 public check passes; hidden checks are run at grading",
    ], done.stderr
