"""From what an author wrote to source/<name>/ and release/<name>/: both built, both safe, or nothing changed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.assignment import Assignment
from autograder.authoring import safety
from autograder.authoring.checks_index import read_checks
from autograder.authoring.document import POINTS, QUESTION, TASK, read_document
from autograder.authoring.regions import SolutionModule
from autograder.authoring.release import generate_release
from autograder.authoring.release_files import MODE, copy_release_files, is_left_behind, released
from autograder.authoring.source_notebook import Recipe, source_notebook
from autograder.errors import AuthoringError


@dataclass(frozen=True)
class BuiltTask:
    """A task with hidden checks, as its points cell announces it."""

    name: str
    points: float
    checks: int


@dataclass(frozen=True)
class BuildResult:
    """What was built, for the command line to tell."""

    source: Path  # the notebook
    release: Path  # the notebook
    files: tuple[str, ...]  # beside both of them
    tasks: tuple[BuiltTask, ...]
    points: float  # given by checks
    manual_points: float  # given by hand
    warnings: tuple[str, ...] = ()


def build(assignment: Assignment) -> BuildResult:
    """Builds both folders of an assignment; raises AuthoringError and leaves them as they were if anything is wrong."""
    with tempfile.TemporaryDirectory(prefix=".building-", dir=assignment.root) as scratch:
        built, result = _build_in(Path(scratch), assignment)
        _put_in_place(_pairs(built, assignment), Path(scratch))
    return result


def is_up_to_date(assignment: Assignment) -> bool:
    """Whether source/ and release/ hold, byte for byte, what a build would make now."""
    with tempfile.TemporaryDirectory(prefix="autograder-build-") as scratch:
        built, _ = _build_in(Path(scratch), assignment)
        return all(_contents(new) == _contents(place) for new, place in _pairs(built, assignment))


def _pairs(built: safety.Built, assignment: Assignment) -> list[tuple[Path, Path]]:
    """The new folders and their places."""
    return [(built.source, assignment.source.parent), (built.release, assignment.release.parent)]


def read_recipe(assignment: Assignment) -> Recipe:
    """All that the notebooks are made of; raises AuthoringError on a file that is missing or not understood."""
    return Recipe(
        name=assignment.name,
        document=read_document(assignment.text),
        solution=SolutionModule.read(assignment.solution),
        checks=read_checks(assignment.checks),
    )


def _build_in(scratch: Path, assignment: Assignment) -> tuple[safety.Built, BuildResult]:
    """Builds under `scratch` and refuses what is not safe."""
    recipe = read_recipe(assignment)
    files = released(assignment.release_files, assignment.shared, recipe.document.shared)
    built = safety.Built(
        source=scratch / "source" / assignment.name,
        release=scratch / "release" / assignment.name,
        name=assignment.name,
        files=frozenset(files),
        module=recipe.solution,
        allowed=recipe.document.in_release,
    )
    notebook = source_notebook(recipe)
    built.source.mkdir(parents=True)
    built.release.parent.mkdir(parents=True)
    path = built.source / f"{assignment.name}.ipynb"
    nbformat.write(notebook, path)
    path.chmod(MODE)
    copy_release_files(files, built.source)
    generate_release(built.source, built.release)
    safety.refuse_unsafe(built)
    return built, _result(assignment, recipe, built)


def _result(assignment: Assignment, recipe: Recipe, built: safety.Built) -> BuildResult:
    checks, tasks = recipe.checks, [block.task for block in recipe.document.of_kind(POINTS)]
    return BuildResult(
        source=assignment.source,
        release=assignment.release,
        files=tuple(sorted(built.files)),
        tasks=tuple(BuiltTask(task, checks.points_of(task), len(checks.of(task))) for task in tasks),
        points=checks.points,
        manual_points=sum((block.points for block in recipe.document.of_kind(QUESTION)), 0.0),
        warnings=(*_loose_ends(recipe), *safety.warnings(built)),
    )


def _loose_ends(recipe: Recipe) -> Iterator[str]:
    """What is allowed, but is more often forgotten than meant."""
    written = [name for block in recipe.document.of_kind(TASK) for name in block.objects]
    checked = {task.partition(".")[0] for task in recipe.checks.tasks}
    for name in written:
        if name not in checked:
            yield f"{name} is to be written, but no check looks at it"
    for name in recipe.solution.nodes:
        if not recipe.solution.object(name).is_given and name not in written:
            yield f"{name} has a solution region, but no task cell inserts it"


def _put_in_place(pairs: list[tuple[Path, Path]], scratch: Path) -> None:
    """Renames each new folder to its place; if one cannot be, all old ones come back. Old ones go with `scratch`."""
    done: list[tuple[Path, Path]] = []
    try:
        for number, (new, place) in enumerate(pairs):
            old = scratch / f"old-{number}"
            done.append((place, old))
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.exists():
                place.rename(old)
            new.rename(place)
    except OSError as error:
        for place, old in done:
            if old.exists():
                shutil.rmtree(place, ignore_errors=True)
                old.rename(place)
        raise AuthoringError(f"{error.filename} cannot be replaced: {error.strerror}") from error


def _contents(folder: Path) -> dict[str, bytes]:
    """Relative name -> bytes of every file, without what tools leave behind."""
    paths = ((path.relative_to(folder), path) for path in folder.rglob("*") if path.is_file())
    return {name.as_posix(): path.read_bytes() for name, path in paths if not is_left_behind(name)}
