"""nbgrader with this package's engine: its command line, its Python API and formgrader's buttons.

In the course's `nbgrader_config.py`:

    import autograder.nbgrader
    autograder.nbgrader.configure(c)
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

_OURS = "autograder.nbgrader"


def configure(
    config: Any,
    *,
    device: str = "cpu",
    isolation: str = "",
    unsafe: bool = False,
    results: str = "results",
) -> None:
    """Puts our steps among nbgrader's. Call it after settings of your own for the lists of preprocessors.

    `config`: the `c` of `nbgrader_config.py`. `device`, `isolation` and `unsafe` as `autograder grade` has them.
    `results`: folder in the course for reports and feedback pages of assignments with checks; none if empty.
    """
    from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback

    _replace(config, Autograde, "sanitize_preprocessors", {"ClearOutput": f"{_OURS}.steps.KeepOutputs"})
    _replace(
        config,
        Autograde,
        "autograde_preprocessors",
        {"Execute": f"{_OURS}.steps.RunInSandbox", "SaveAutoGrades": f"{_OURS}.steps.SaveScores"},
    )
    _append(config, GenerateAssignment, "preprocessors", f"{_OURS}.release.ClearForeignMetadata")
    _append(config, GenerateFeedback, "preprocessors", f"{_OURS}.feedback.TidyComments")
    config.Autograde.exporter_class = f"{_OURS}.exporter.SubmissionExporter"
    config.RunInSandbox.device = device
    config.RunInSandbox.isolation = isolation
    config.RunInSandbox.unsafe = unsafe
    config.SaveScores.results = results
    _put_scripts_on_path()


def _put_scripts_on_path() -> None:
    """nbgrader starts `alembic` from PATH for a new gradebook; it lies beside this Python, activated or not."""
    scripts, path = str(Path(sys.executable).parent), os.environ.get("PATH", "")
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([scripts, path])


def _replace(config: Any, converter: type, trait: str, replacements: dict[str, str]) -> None:
    """Derived from what is there, so that steps of a newer nbgrader or of the instructor's own are kept."""
    names = _names(config, converter, trait)
    setattr(config[converter.__name__], trait, [replacements.get(name.rpartition(".")[2], name) for name in names])


def _append(config: Any, converter: type, trait: str, step: str) -> None:
    names = _names(config, converter, trait)
    setattr(config[converter.__name__], trait, [*(name for name in names if name != step), step])


def _names(config: Any, converter: Any, trait: str) -> list[str]:
    """The steps' dotted names: formgrader shows the configuration as JSON."""
    section = config[converter.__name__]
    steps = section[trait] if trait in section else converter.class_traits()[trait].default()
    return [step if isinstance(step, str) else f"{step.__module__}.{step.__qualname__}" for step in steps]
