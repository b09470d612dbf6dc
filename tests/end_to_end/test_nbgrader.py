"""nbgrader's command line and Python API in a course that is configured for our engine."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader, NbGraderAPI

from autograder.assignment import Assignment
from autograder.errors import AutograderError
from autograder.grading.report import Report
from autograder.nbgrader.steps import warm
from tests.end_to_end.conftest import hand_in, write
from tests.end_to_end.nbgrader_course import grades, make_course, nbgrader, totals

EXPECTED = {"anna": 13.0, "ben": 0.0, "cleo": 10.0, "dora": 10.0, "emil": 9.0, "fred": 0.0, "gina": 0.0, "hugo": 13.0}


@pytest.fixture(scope="module")
def root(course: Path, warmup: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A course in which a class has been released, graded, given feedback and exported by nbgrader's commands."""
    root = make_course(tmp_path_factory.mktemp("nbgrader") / "course", like=course)
    shutil.rmtree(root / "release")
    submitted = hand_in(warmup, root / "submitted")
    (submitted / "gina" / "warmup").mkdir(parents=True)
    (submitted / "hugo" / "warmup").mkdir(parents=True)
    shutil.copy(notebook_of(root, "anna"), submitted / "hugo" / "warmup" / "final (2).ipynb")
    commands = (
        ("generate_assignment", "warmup"),
        ("autograde", "warmup"),
        ("generate_feedback", "warmup"),
        ("export",),
    )
    for words in commands:
        done = nbgrader(*words, root=root)
        assert done.returncode == 0, (words, done.stderr[-3000:])
    yield root
    warm.close()


@pytest.fixture
def api(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NbGraderAPI]:
    """nbgrader's API with the course's own configuration, as a script has it."""
    monkeypatch.chdir(root)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(root / "none"))
    app = NbGrader()
    app.load_config_file()
    yield NbGraderAPI(config=app.config)
    os.environ.pop("NBGRADER_EXECUTION", None)  # nbgrader leaves it behind when a run fails


def notebook_of(root: Path, student: str) -> Path:
    return root / "submitted" / student / "warmup" / "warmup.ipynb"


def test_the_command_line_grades_a_class(root: Path, warmup: Assignment) -> None:
    rows = [line.split(",") for line in (root / "grades.csv").read_text().splitlines()[1:]]
    assert {row[3]: float(row[7]) for row in rows} == EXPECTED
    for name in ("warmup.ipynb", "check.py", "helpers.py"):
        assert (root / "release/warmup" / name).read_bytes() == (warmup.release.parent / name).read_bytes()
    report = Report.load(root / "results/warmup/reports/cleo.json")
    assert report.score == 10.0
    assert "axis 0" in (root / "results/warmup/feedback/cleo.html").read_text()


def test_feedback_says_what_was_checked_and_no_more(root: Path, warmup: Assignment) -> None:
    feedback = {path.parts[-3]: path.read_text() for path in root.glob("feedback/*/warmup/warmup.html")}
    assert set(feedback) == set(EXPECTED)
    assert "axis 0" in feedback["cleo"]
    assert "no valid JSON" in feedback["fred"]
    assert "no notebook called warmup.ipynb" in feedback["gina"]
    for page in feedback.values():
        assert "most recent call last" not in page
        assert "BEGIN SOLUTION" not in page
        for check in warmup.checks.glob("*.py"):
            hidden = [line.strip() for line in check.read_text().splitlines() if line.strip().startswith("assert")]
            assert not [line for line in hidden if line in page]


def test_manual_points_survive_and_new_work_asks_for_them_again(api: NbGraderAPI, root: Path) -> None:
    with api.gradebook as gradebook:
        grade = gradebook.find_grade("q-clipping", "warmup", "warmup", "anna")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    assert api.autograde("warmup", "anna")["success"]
    assert grades(root, "warmup")["anna", "q-clipping"] == (None, 2.5, False)
    assert api.get_submission("warmup", "anna")["score"] == 15.5
    shutil.copy(notebook_of(root, "cleo"), notebook_of(root, "anna"))
    assert api.autograde("warmup", "anna")["success"]
    assert grades(root, "warmup")["anna", "q-clipping"] == (None, 2.5, True)
    assert totals(root, "warmup")["anna"] == 10.0


def test_the_worker_is_kept_until_the_checks_change(api: NbGraderAPI, root: Path) -> None:
    assert api.autograde("warmup", "ben")["success"]
    before = warm.started
    assert api.autograde("warmup", "cleo")["success"]
    assert warm.started == before
    check = root / "assignments/warmup/checks/test_functions.py"
    check.write_text(check.read_text() + "\n# changed\n")
    assert api.autograde("warmup", "cleo")["success"]
    assert warm.started == before + 1


def test_a_worker_that_died_between_two_clicks_costs_nothing(api: NbGraderAPI, root: Path) -> None:
    assert api.autograde("warmup", "ben")["success"]
    (kept,) = [kept.thing for kept in warm._kept.values()]
    kept._workers[0].process.kill()
    assert api.autograde("warmup", "cleo")["success"]
    assert totals(root, "warmup")["cleo"] == 10.0


def test_an_unreadable_submission_leaves_no_old_score(api: NbGraderAPI, root: Path) -> None:
    notebook_of(root, "emil").write_text("<<<<<<< mine\n")
    assert api.autograde("warmup", "emil")["success"]
    assert totals(root, "warmup")["emil"] == 0.0


def test_what_people_look_at_is_there_and_harmless(api: NbGraderAPI, root: Path) -> None:
    """Experiments keep their pictures and pasted images stay; scripts, and outputs that grading did not make, go."""
    path = notebook_of(root, "dora")
    notebook = json.loads(path.read_text())
    cells = {cell["metadata"].get("autograder", {}).get("kind"): cell for cell in notebook["cells"]}
    evil = {"text/html": "<b>bold</b><script>alert(1)</script>", "image/svg+xml": "<svg onload=alert(2)>"}
    picture = {"image/png": "iVBORw0KGgo=", "image/jpeg": '"><script>alert(3)</script>'}
    cells["experiment"]["outputs"] = [_shown(evil), _shown(picture)]
    cells["points"]["outputs"] = [_shown({"text/plain": "99"})]
    question = cells["question"]
    question["source"] += "\n\nBecause. <img src=x onerror=alert(4)> ![plot](attachment:plot.png) $a < b$"
    question["attachments"] = {"plot.png": {"image/png": "iVBORw0KGgo="}}
    path.write_text(json.dumps(notebook))
    assert api.autograde("warmup", "dora")["success"]
    shown = (root / "autograded/dora/warmup/warmup.ipynb").read_text()
    assert not [evil for evil in ("<script", "onerror", "onload", "svg") if evil in shown]
    kept = {cell["metadata"].get("autograder", {}).get("kind"): cell for cell in json.loads(shown)["cells"]}
    assert "".join(kept["experiment"]["outputs"][0]["data"]["text/html"]) == "<b>bold</b>alert(1)"
    assert set(kept["experiment"]["outputs"][1]["data"]) == {"image/png"}
    assert kept["question"]["attachments"] == question["attachments"]
    assert "$a < b$" in "".join(kept["question"]["source"]).replace("&lt;", "<")
    assert '"99"' not in shown


def _shown(data: dict[str, str]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}


def test_a_fault_of_the_grader_is_said_and_no_zero(
    api: NbGraderAPI, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for hugo, whose notebook nbgrader takes for missing: it writes zeros before any step runs."""

    def broken(*args: Any, **kwargs: Any) -> None:
        raise AutograderError("no isolation on this machine")

    monkeypatch.setattr("autograder.nbgrader.steps.options_for", broken)
    result = api.autograde("warmup", "hugo")
    assert not result["success"]
    assert "autograder: no isolation on this machine" in result["log"]
    assert grades(root, "warmup")["hugo", "points-standardize"] == (None, None, True)


def test_a_gradebook_of_ours_is_nbgraders_too(course: Path, submitted: Path, tmp_path: Path) -> None:
    """`autograder grade` and nbgrader take turns on one gradebook."""
    from tests.end_to_end.test_grade import autograder

    root = make_course(tmp_path / "course", like=course)
    shutil.copytree(submitted, root / "submitted")
    words = ("grade", "warmup", "submitted", "--out", "results/warmup", "--workers", 1)
    done = autograder(*words, cwd=root)
    assert done.returncode == 0, done.stderr
    ours = grades(root, "warmup")
    done = nbgrader("autograde", "warmup", "--student", "cleo", root=root)
    assert done.returncode == 0, done.stderr[-2000:]
    assert grades(root, "warmup") == ours
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        assert len(gradebook.assignments) == 1


def test_a_real_assignment_is_released_as_it_is_committed(tmp_path: Path) -> None:
    """One real assignment through nbgrader: the same bytes, and full marks for the reference."""
    repository, name = Path(__file__).parents[2], "hw1_matrix_factorization"
    root = make_course(tmp_path / "course")
    for folder in ("assignments/shared", f"assignments/{name}", f"source/{name}"):
        shutil.copytree(repository / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    done = nbgrader("generate_assignment", name, root=root)
    assert done.returncode == 0, done.stderr[-2000:]
    for path in (repository / "release" / name).iterdir():
        if path.is_file():
            assert (root / "release" / name / path.name).read_bytes() == path.read_bytes(), path.name
    reference = nbformat.read(repository / "source" / name / f"{name}.ipynb", as_version=4)
    write(root / "submitted" / "ref" / name / f"{name}.ipynb", reference)
    done = nbgrader("autograde", name, root=root)
    assert done.returncode == 0, done.stderr[-2000:]
    report = Report.load(root / "results" / name / "reports" / "ref.json")
    assert totals(root, name) == {"ref": report.max_score}


def test_late_work_loses_what_nbgraders_late_penalty_says(api: NbGraderAPI, root: Path) -> None:
    with api.gradebook as gradebook:
        gradebook.update_or_create_assignment("warmup", duedate="2026-11-01 12:00:00 UTC")
    stamp = root / "submitted" / "hugo" / "warmup" / "timestamp.txt"
    api.config.LateSubmissionPlugin.penalty_method = "zero"
    for handed_in, penalty in (("2026-11-01 13:00:00 UTC", 10.0), ("2026-11-01 11:00:00 UTC", 0.0)):
        stamp.write_text(handed_in)
        shutil.copy(notebook_of(root, "cleo"), notebook_of(root, "hugo"))
        assert api.autograde("warmup", "hugo")["success"]
        with api.gradebook as gradebook:
            submission = gradebook.find_submission("warmup", "hugo")
            assert (submission.score, submission.late_submission_penalty) == (10.0, penalty)
