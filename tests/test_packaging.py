"""pyproject.toml alone says what the package needs; everything else that names packages is compared with it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def conda() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "environment.yml").read_text())


def package_name(requirement: str) -> str:
    """'PyYAML>=6.0; python_version < "3.11"' -> 'pyyaml'."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def requirements(project: dict[str, Any]) -> list[str]:
    return project["dependencies"] + [line for extra in project["optional-dependencies"].values() for line in extra]


def from_conda(conda: dict[str, Any]) -> list[str]:
    return [line for line in conda["dependencies"] if isinstance(line, str)]


def from_pip(conda: dict[str, Any]) -> list[str]:
    return [line for block in conda["dependencies"] if isinstance(block, dict) for line in block["pip"]]


def test_pip_in_the_conda_environment_installs_this_package_and_nothing_else(conda):
    assert from_pip(conda) == ["-e .[dev]"]
    assert "pip" in from_conda(conda)


def test_conda_and_pyproject_ask_for_the_same_python(conda, project):
    [python] = [line for line in from_conda(conda) if package_name(line) == "python"]
    assert python.removeprefix("python") == project["requires-python"]


def test_conda_installs_no_python_package_that_pyproject_names(conda, project):
    named = {package_name(line) for line in requirements(project)}
    assert named.isdisjoint(package_name(line) for line in from_conda(conda))


def test_every_dependency_has_a_lower_bound(project):
    assert [line for line in requirements(project) if ">=" not in line] == []


def test_nbgrader_is_held_to_one_minor_version(project):
    assert "nbgrader>=0.9.6,<0.10" in project["dependencies"]


def test_what_students_import_is_installed(project):
    wanted = {"torch", "torchvision", "numpy", "scipy", "scikit-learn", "matplotlib", "tqdm", "jupyter"}
    assert wanted <= {package_name(line) for line in project["dependencies"]}


def test_continuous_integration_script_is_executable_and_runs_make_test():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "make test"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
class TestMakefile:
    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)

    def test_plain_make_lists_the_targets(self):
        done = self.make()
        assert done.returncode == 0
        for target in ("setup", "demo", "test", "lint", "build", "validate", "bench", "results", "clean"):
            assert f"make {target} " in done.stdout

    def test_no_python_is_one_clear_line(self, tmp_path):
        done = self.make("setup", "PYTHON=/no/such/python", f"VENV={tmp_path / 'venv'}")
        assert done.returncode != 0
        assert "is not Python 3.10 or newer" in done.stdout
        assert not (tmp_path / "venv").exists()

    def test_a_python_without_venv_is_one_clear_line(self, tmp_path):
        python = tmp_path / "python"
        python.write_text(f'#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
        done = self.make("setup", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}")
        assert done.returncode != 0
        assert "apt-get install python3-venv" in done.stdout
        assert not (tmp_path / "venv").exists()

    def test_demo_passes_the_data_folder_on(self):
        done = self.make("--dry-run", "demo", "DATA=/some/data", "OUT=elsewhere")
        assert "autograder demo --out 'elsewhere' --data '/some/data'" in done.stdout
