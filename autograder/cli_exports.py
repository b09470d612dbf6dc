"""Commands that hand results and graders to other programs; the command line registers them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.errors import AutograderError

CourseOption = Annotated[
    Path | None, typer.Option("--course", help="Folder of the course (default: found from the current folder).")
]


def gradescope(
    name: Annotated[str, typer.Argument(help="The assignment, as in assignments/.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The zip (default: NAME-gradescope.zip in this folder).")
    ] = None,
    visibility: Annotated[
        str,
        typer.Option(
            help="When students see checks that do not say so: visible, after_due_date, after_published, hidden."
        ),
    ] = "visible",
    isolation: Annotated[
        str | None, typer.Option("--isolation", help="namespaces, users or landlock (default: the strongest there).")
    ] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Also grade where the container offers no isolation at all.")
    ] = False,
    pip_option: Annotated[
        list[str] | None, typer.Option(help="A line for requirements.txt, such as one that names an index of packages.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Make the zip that Gradescope takes as an autograder: setup.sh, run_autograder, the engine, one assignment.

    It holds hidden checks and a secret of its own (not the course's): upload it, show it to nobody."""
    from autograder.assignment import Course
    from autograder.authoring.checks_index import VISIBILITIES
    from autograder.exports.gradescope_settings import Settings
    from autograder.exports.gradescope_zip import write_zip
    from autograder.grading.template import load_template
    from autograder.sandbox.isolation import Mode

    if visibility not in VISIBILITIES:
        raise AutograderError(f"no visibility {visibility!r}: there are {', '.join(VISIBILITIES)}")
    if isolation is not None and isolation not in [mode.value for mode in Mode]:
        raise AutograderError(f"no isolation {isolation!r}: there are {', '.join(mode.value for mode in Mode)}")
    assignment = Course.find(course).assignment(name)
    target = out or Path(f"{name}-gradescope.zip")
    settings = Settings(assignment.name, visibility, isolation, unsafe)
    write_zip(assignment, target, settings, pip_option or ())
    limits = load_template(assignment).limits
    typer.echo(
        f"{target}: {target.stat().st_size / 1024:.0f} KB, with hidden checks and a secret: for instructors only"
    )
    typer.echo(
        f"in Gradescope, allow a submission {limits.submission_seconds / 60 + 3:.0f} minutes and "
        f"{limits.memory_mb / 1024 + 2:.0f} GB of memory"
    )


def export(
    results: Annotated[Path, typer.Argument(help="The folder that `autograder grade` wrote.")],
    format: Annotated[str, typer.Option("--format", help="csv, canvas or moodle.")] = "csv",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file (default: FORMAT.csv in RESULTS).")] = None,
    roster: Annotated[
        Path | None, typer.Option(help="CSV of the students: Canvas's gradebook, Moodle's worksheet, or any other.")
    ] = None,
    match: Annotated[str, typer.Option(help="The roster's column that submissions are named after.")] = "",
    column: Annotated[str, typer.Option(help="What the assignment is called there (default: its name).")] = "",
    gradebook: Annotated[
        str, typer.Option(help="Also add the points given by hand in this nbgrader database (a file or URL).")
    ] = "",
) -> None:
    """Write the grades of a class as CSV: for Canvas, for Moodle, or plain with a column per task.

    Exit code 1 when a submission could not be put in: the file holds all others."""
    from autograder.exports.gradesheet import FORMATS, Grades
    from autograder.exports.hand_scores import hand_scores
    from autograder.exports.roster import read_roster
    from autograder.grading.results import ResultsFolder
    from autograder.reporting.pages import write_file

    if format not in FORMATS:
        raise AutograderError(f"no format {format!r}: there are {', '.join(FORMATS)}")
    if not (results / "reports").is_dir():
        raise AutograderError(f"{results} holds no reports: give the folder that 'autograder grade --out' wrote")
    folder = ResultsFolder(results)
    reports = folder.all()
    if not reports:
        raise AutograderError(f"{results} holds no reports yet")
    students = read_roster(roster, match) if roster else None
    by_hand = hand_scores(gradebook, reports[0].assignment) if gradebook else {}
    by_hand_max = sum(item.max_points for item in reports[0].manual) if gradebook else 0.0
    sheet = FORMATS[format](Grades(reports, column or reports[0].assignment, by_hand, by_hand_max), students)
    target = out or results / f"{format}.csv"
    # Excel takes a file without this mark for one in the language's old encoding; the two others read it without.
    write_file(target, sheet.text.encode("utf-8-sig" if format == "csv" else "utf-8", "replace"))
    left_out = [*sheet.left_out, *(f"{path.name}: a damaged report; grade again" for path in folder.damaged())]
    typer.echo(f"{target}: {len(reports)} {'submission' if len(reports) == 1 else 'submissions'}")
    for line in left_out:
        typer.echo(f"  no grade: {line}", err=True)
    if left_out:
        raise typer.Exit(1)


def pdf(
    notebook: Annotated[Path, typer.Argument(help="A notebook that was run and saved.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file (default: the notebook's name with .pdf).")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--assignment", help="The assignment (default: told by the notebook).")
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="All cells, also where the assignment names parts.")] = False,
    course: CourseOption = None,
) -> None:
    """Make a PDF of a notebook, without LaTeX: formulas, figures, code and outputs.

    Where the assignment's front matter names parts, the PDF holds those, made from the notebook's own outputs."""
    from autograder.exports.solution_pdf import assignment_told_by, solution_pdf
    from autograder.reporting.pages import write_file

    target = out or notebook.with_suffix(".pdf")
    found = assignment_told_by(notebook, name, course)
    write_file(target, solution_pdf(notebook, found, whole=whole))
    typer.echo(f"{target}: {target.stat().st_size / 1024:.0f} KB{f', {found.name}' if found else ''}")
