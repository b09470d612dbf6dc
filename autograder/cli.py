"""The command line. It only calls: every command is a few lines, and heavy imports happen inside them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder import __version__, cli_exports
from autograder.cores import usable_cores
from autograder.errors import AutograderError
from autograder.quick_start import skip_slow_imports

if TYPE_CHECKING:
    from autograder.assignment import Assignment
    from autograder.grading.options import Options

app = typer.Typer(
    name="autograder",
    help="Autograded deep-learning assignments: build notebooks, prove their checks, grade submissions in a sandbox.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

CourseOption = Annotated[
    Path | None, typer.Option("--course", help="Folder of the course (default: found from the current folder).")
]
UnsafeOption = Annotated[
    bool, typer.Option("--unsafe", help="Grade without isolation when this machine has none. For your own work only.")
]
IsolationOption = Annotated[
    str | None, typer.Option("--isolation", help="namespaces, users or landlock (default: the strongest there is).")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", "-j", min=1, help="Processes that grade (default: one per core).")
]
DeviceOption = Annotated[str, typer.Option("--device", help="cpu or cuda.")]
NamesArgument = Annotated[list[str] | None, typer.Argument(help="Assignments (default: all).")]


@app.command()
def new(
    name: Annotated[str | None, typer.Argument(help="Name of the assignment, such as hw8_attention.")] = None,
    course: Annotated[Path | None, typer.Option("--course", help="Folder of the course; made if it is none.")] = None,
) -> None:
    """Start an assignment: a small one that builds, validates and grades at once, for you to change.

    With --course alone, make an empty course. Nothing that exists is changed."""
    from autograder.authoring.starter import new_assignment, new_course

    if name is None and course is None:
        raise AutograderError("say what to make: autograder new NAME, or autograder new --course FOLDER")
    place = new_course(course) if course else _course(None)
    if name is None:
        typer.echo(f"a course: {_short(place.root)}")
        return
    made = new_assignment(place, name)
    typer.echo(f"{_short(made.folder)}\n{_short(made.solution)}")
    typer.echo(f"next: autograder build {name}; autograder validate {name}")


@app.command()
def build(names: NamesArgument = None, course: CourseOption = None) -> None:
    """Make the notebooks: source/<name>/ for instructors, release/<name>/ for students.

    Reads assignments/<name>/assignment.md and solutions/<name>.py. Refuses, and leaves the old notebooks alone, when a
    line of a solution, a marker or a hidden check would reach the students."""
    from autograder.authoring.build import build as build_notebooks

    for assignment in _assignments(names, course):
        result = build_notebooks(assignment)
        typer.echo(f"{assignment.name}: {result.points:g} automatic points in {len(result.tasks)} tasks")
        for warning in result.warnings:
            typer.echo(f"  note: {warning}")
        typer.echo(f"  {_short(assignment.source)}\n  {_short(assignment.release)}")


@app.command()
def grade(
    name: Annotated[str, typer.Argument(help="The assignment, as in assignments/.")],
    path: Annotated[Path, typer.Argument(help="nbgrader's submitted/, a folder of notebooks, or one notebook.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for reports, feedback and the class report.")],
    gradebook: Annotated[
        str, typer.Option(help="nbgrader's database: a file, any SQLAlchemy URL, or 'none'.")
    ] = "gradebook.db",
    force: Annotated[bool, typer.Option("--force", help="Grade unchanged submissions again.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="TASK", help="Grade this task again, keep the rest of each report. Repeatable."),
    ] = None,
    workers: WorkersOption = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Grade on a Dask cluster: its scheduler, such as tcp://host:8786."),
    ] = None,
    device: DeviceOption = "cpu",
    isolation: IsolationOption = None,
    unsafe: UnsafeOption = False,
    course: CourseOption = None,
) -> None:
    """Grade a whole class. Goes on where a stopped run left off.

    Writes OUT/reports/<student>.json, OUT/feedback/<student>.html and OUT/report.html, and the scores into the
    gradebook. Exit code 0 when every submission got a report, 1 when the grader itself failed on one."""
    from rich.console import Console

    from autograder.class_run import print_class, run_class
    from autograder.grading.crew import crew_of

    assignment = _assignment(name, course)
    console = Console()
    with crew_of(assignment, cluster, workers or usable_cores(), device, isolation, unsafe) as (crew, options):
        result = run_class(
            assignment,
            path,
            out,
            options,
            crew=crew,
            gradebook=gradebook,
            force=force,
            only=only or (),
            console=console,
        )
    print_class(result, console)
    console.print(f"isolation     {options.mode.value}; device: {options.device}")
    if not result.complete:
        raise typer.Exit(1)


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="One submitted notebook.")],
    name: Annotated[
        str | None, typer.Option("--assignment", help="The assignment (default: told by the notebook).")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Also write the results as JUnit XML.")] = None,
    feedback: Annotated[Path | None, typer.Option(help="Also write the feedback page (HTML).")] = None,
    min_score: Annotated[float | None, typer.Option(help="Exit with 1 below this many points.")] = None,
    device: DeviceOption = "cpu",
    isolation: IsolationOption = None,
    unsafe: UnsafeOption = False,
    course: CourseOption = None,
) -> None:
    """Grade one notebook, for CI: a table, JUnit XML, and an exit code.

    Exit code 1 below --min-score, or when the grader itself failed."""
    from rich.console import Console

    from autograder.grading.single import grade_notebook
    from autograder.reporting.feedback import feedback_page
    from autograder.reporting.junit import junit_xml
    from autograder.reporting.pages import write_file, write_page
    from autograder.reporting.table import check_table

    assignment, report = grade_notebook(
        notebook, name, _course(course), lambda found: _options(found, device, isolation, unsafe)
    )
    Console().print(check_table(report))
    if junit:
        write_file(junit, junit_xml([report]))
    if feedback:
        write_page(feedback, feedback_page(report, assignment.name))
    if report.has_grader_error or (min_score is not None and not report.score >= min_score):
        raise typer.Exit(1)


@app.command()
def validate(
    names: NamesArgument = None,
    every: Annotated[bool, typer.Option("--all", help="All assignments, as when none is named.")] = False,
    secrets: Annotated[int, typer.Option(min=1, help="Secrets for the reference, the blank and the alternatives.")] = 3,
    report: Annotated[Path | None, typer.Option(help="Write the matrix as HTML to this file.")] = None,
    flake: Annotated[
        int,
        typer.Option(
            min=0,
            help="Grade the reference with this many secrets; counts are kept and continued.",
        ),
    ] = 0,
    workers: WorkersOption = None,
    isolation: IsolationOption = None,
    unsafe: UnsafeOption = False,
    course: CourseOption = None,
) -> None:
    """Prove the checks: right solutions must pass them, known mistakes must not.

    The reference and every alternative must get full marks, the blank release 0, and each mistake must fail the checks
    it names and nothing in other tasks. Exit code 1 when anything else happens."""
    from rich.console import Console

    from autograder.validation_run import validate_all

    if every and names:
        raise AutograderError("name assignments or give --all, not both")
    chosen = _assignments(names, course)
    options = _options(chosen[0], "cpu", isolation, unsafe)
    fine = validate_all(
        chosen, options, secrets=secrets, flake=flake, workers=workers or usable_cores(), page=report, console=Console()
    )
    if not fine:
        raise typer.Exit(1)


@app.command()
def calibrate(
    names: NamesArgument = None,
    seeds: Annotated[int, typer.Option(min=8, help="Training runs per solution.")] = 40,
    only: Annotated[list[str] | None, typer.Option(help="Only the bound of this name; may be given again.")] = None,
    isolation: IsolationOption = None,
    unsafe: UnsafeOption = False,
    course: CourseOption = None,
) -> None:
    """Measure the thresholds of checks on training again, and write them to assignments/<name>/calibration.json."""
    from rich.console import Console

    from autograder.validation.calibrate import calibrate as measure

    for assignment in _assignments(names, course):
        measure(assignment, _options(assignment, "cpu", isolation, unsafe), seeds, Console(), only or ())


@app.command()
def doctor(course: CourseOption = None) -> None:
    """Say what this machine offers: isolation, devices, data sets, tools, and how to get what is missing."""
    from autograder.doctor import examine

    if not examine(course):
        raise typer.Exit(1)


@app.command()
def demo(
    name: Annotated[str, typer.Argument(help="The assignment to demonstrate.")] = "hw6_denoising_and_vae",
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for everything the demo makes.")] = Path("demo"),
    data: Annotated[Path | None, typer.Option(help="Folder with real data, as torchvision lays it out.")] = None,
    workers: WorkersOption = None,
    unsafe: UnsafeOption = False,
    course: CourseOption = None,
) -> None:
    """Build an assignment, make a small class of right, wrong and hostile submissions, grade it, report."""
    from autograder.demo import run_demo

    assignment = _assignment(name, course)
    run_demo(assignment, out, _options(assignment, "cpu", None, unsafe), workers or usable_cores(), data)


app.command()(cli_exports.gradescope)
app.command()(cli_exports.export)
app.command()(cli_exports.pdf)


_INTERRUPTED = 130  # exit code after Ctrl-C


def main() -> None:
    """Entry point: every error that a user can put right is one line and exit code 2."""
    skip_slow_imports()
    try:
        app()
    except AutograderError as error:
        sys.exit(_one_line(str(error)))
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:  # typer has caught the KeyboardInterrupt
            print("autograder: stopped; the same command goes on where it stopped", file=sys.stderr)
        raise


def _one_line(message: str) -> int:
    print(f"autograder: {message}", file=sys.stderr)
    return 2


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def _course(folder: Path | None):  # type: ignore[no-untyped-def]
    from autograder.assignment import Course

    return Course.find(folder)


def _assignment(name: str, folder: Path | None) -> Assignment:
    return _course(folder).assignment(name)


def _assignments(names: list[str] | None, folder: Path | None) -> list[Assignment]:
    course = _course(folder)
    chosen = names or course.names
    if not chosen:
        raise AutograderError(f"no assignments in {course.root / 'assignments'}")
    return [course.assignment(name) for name in chosen]


def _options(assignment: Assignment, device: str, isolation: str | None, unsafe: bool) -> Options:
    from autograder.grading.options import options_for

    return options_for(assignment.root, device=device, isolation=isolation, unsafe=unsafe)


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
