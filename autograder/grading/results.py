"""The folder of results: one report per student. A run that is killed at any moment leaves only whole ones."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import msgspec

from autograder.errors import AutograderError
from autograder.grading.report import Report
from autograder.limits import FILE_NAME_BYTES

_SAFE = frozenset(" -_.,+=@()'")


class ResultsFolder:
    """`<out>/reports/<student>.json`. Raises AutograderError at once when it cannot be written to."""

    def __init__(self, out: Path) -> None:
        self.path = out
        self.reports = out / "reports"
        try:
            self.reports.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.reports):
                pass
        except OSError as error:
            raise AutograderError(f"cannot write results to {out}: {error.strerror}") from None

    @property
    def class_report(self) -> Path:
        return self.path / "report.html"

    def feedback_path_of(self, student: str) -> Path:
        return self.path / "feedback" / f"{file_name(student)}.html"

    def path_of(self, student: str) -> Path:
        return self.reports / f"{file_name(student)}.json"

    def save(self, report: Report) -> Path:
        """Writes the report in the place of an older one; whoever reads meanwhile sees the old or the new one."""
        path = self.path_of(report.student)
        try:
            write_atomically(path, report.to_json())
        except OSError as error:
            raise AutograderError(f"cannot write {path}: {error.strerror}") from None
        return path

    def load(self, student: str) -> Report | None:
        """None when there is no report or it is damaged."""
        return _load(self.path_of(student))

    def all(self) -> list[Report]:
        """Every readable report, sorted by student."""
        found = (_load(path) for path in self.reports.glob("*.json"))
        return sorted((report for report in found if report is not None), key=lambda report: report.student)

    def damaged(self) -> list[Path]:
        """Files among the reports that are none."""
        return sorted(path for path in self.reports.glob("*.json") if _load(path) is None)


def file_name(student: str) -> str:
    """A file name for any student: different for different students, safe on every system, readable where possible."""
    name = "".join(character if _is_safe(character) else _escaped(character) for character in student) or "%"
    if name[0] in ". " or name[-1] in ". ":
        name = f"%{name}%"
    if len(name.encode()) <= FILE_NAME_BYTES:
        return name
    start = name.encode()[: FILE_NAME_BYTES - 17].decode("utf-8", "ignore")
    return f"{start}~{hashlib.sha256(student.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def write_atomically(path: Path, data: bytes) -> None:
    """The file is the old or the new one, whole, also after a power cut."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _is_safe(character: str) -> bool:
    return character.isalnum() or character in _SAFE


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _load(path: Path) -> Report | None:
    try:
        return Report.load(path)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
