"""A submitted notebook file, read as what it is: untrusted bytes.

Only the fields that grading needs are decoded (source, type, ids); outputs are skipped without being built in memory.
Whatever is wrong with a file ends as one `Unreadable` with a sentence to the student, never as another exception.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from autograder.limits import (
    CELL_BYTES,
    DAMAGED_BYTES,
    MB,
    METADATA_BYTES,
    NOTEBOOK_BYTES,
    NOTEBOOK_CELLS,
    NOTEBOOK_CODE_CHARS,
    NOTEBOOK_CONTAINERS,
)

_MERGE_MARKER = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
_STRING_OR_NAN = re.compile(r'"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)\b', re.DOTALL)
_SURROGATE = re.compile(r"\\\\|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u[dD][89a-fA-F]\w\w")


class Unreadable(Exception):
    """Why a file is no notebook that can be graded: one sentence to the student."""


@dataclass(frozen=True)
class FileCell:
    """One cell as it stands in the file."""

    type: str  # "code", "markdown" or "raw"
    source: str
    ids: tuple[str, ...] = ()  # the places where its identity may stand, the most trusted first
    kind: str = ""  # what our own metadata says, where it survived
    outputs: msgspec.Raw | None = field(default=None, repr=False, compare=False)  # as they stand there, not looked at
    attachments: msgspec.Raw | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class NotebookFile:
    """A file's cells, the assignment that it says it belongs to, and what had to be put up with."""

    cells: tuple[FileCell, ...]
    assignment: str = ""
    repairs: tuple[str, ...] = ()


class _Cell(msgspec.Struct):
    """The parts of a cell that are looked at, still as JSON: `Raw` takes no memory of its own."""

    cell_type: msgspec.Raw = msgspec.Raw(b'"code"')
    source: msgspec.Raw = msgspec.Raw(b'""')
    input: msgspec.Raw = msgspec.Raw(b"")  # what nbformat 3 calls the source of a code cell
    metadata: msgspec.Raw = msgspec.Raw(b"{}")
    id: msgspec.Raw = msgspec.Raw(b"null")
    outputs: msgspec.Raw = msgspec.Raw(b"")
    attachments: msgspec.Raw = msgspec.Raw(b"")


class _Worksheet(msgspec.Struct):
    cells: list[_Cell] = []


class _Notebook(msgspec.Struct):
    cells: list[_Cell] | None = None
    worksheets: list[_Worksheet] | None = None  # nbformat 2 and 3
    metadata: msgspec.Raw = msgspec.Raw(b"{}")
    nbformat: msgspec.Raw = msgspec.Raw(b"4")


def read_bytes(path: Path) -> bytes:
    """A regular file's bytes, at most one more than NOTEBOOK_BYTES; raises Unreadable on all else, links too."""
    if path.is_symlink():
        raise Unreadable(f"{path.name} is a link to another file, not a notebook.")
    try:
        # Not blocking: opening a named pipe would wait for a writer for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable(f"{path.name} is no ordinary file.")
            return file.read(NOTEBOOK_BYTES + 1)
    except FileNotFoundError:
        raise Unreadable(f"The submission holds no notebook called {path.name}.") from None
    except IsADirectoryError:
        raise Unreadable(f"{path.name} is a folder, not a notebook.") from None
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read ({error.strerror}).") from None


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sha256_of(path: Path) -> str:
    """Hash of the file as grading would read it; that of nothing when it cannot be read."""
    try:
        return sha256(read_bytes(path))
    except Unreadable:
        return sha256(b"")


def parse(data: bytes) -> NotebookFile:
    """The notebook in `data`; raises Unreadable with a sentence to the student."""
    if len(data) > NOTEBOOK_BYTES:
        raise Unreadable(
            f"The file is larger than {NOTEBOOK_BYTES >> 20} MB: clear the outputs of its cells and hand it in again."
        )
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise Unreadable("The file is a zip archive that does not hold one notebook: hand in the .ipynb itself.")
    if data.count(b"{") + data.count(b"[") > NOTEBOOK_CONTAINERS:
        raise Unreadable("The file holds far more values than a notebook does.")
    notebook, repairs = _decode(data)
    raw = _raw_cells(notebook)
    if len(raw) > NOTEBOOK_CELLS:
        raise Unreadable(f"The notebook has {len(raw)} cells; at most {NOTEBOOK_CELLS} are read.")
    cells = tuple(cell for cell in map(_file_cell, raw) if cell is not None)
    if sum(len(cell.source) for cell in cells if cell.type == "code") > NOTEBOOK_CODE_CHARS:
        raise Unreadable(f"The notebook holds more than {NOTEBOOK_CODE_CHARS:,} characters of code.")
    if len(cells) < len(raw):
        repairs.append(f"{len(raw) - len(cells)} of {len(raw)} cells are broken or too large and were left out.")
    if (version := bytes(notebook.nbformat)) in (b"1", b"2", b"3"):
        repairs.append(f"The notebook is in the old format {version.decode()} and was read as such.")
    return NotebookFile(cells, _assignment_name(notebook.metadata), tuple(repairs))


def _text(data: bytes) -> tuple[str, list[str]]:
    """The file's text and what had to be assumed about its encoding."""
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("latin-1"), ["The file is not in UTF-8 and was read as Latin-1."]
    return text, [] if encoding.startswith("utf-8") else [f"The file is in {encoding.upper()} instead of UTF-8."]


def _decode(data: bytes) -> tuple[_Notebook, list[str]]:
    """The notebook, and what had to be assumed about its encoding."""
    try:
        notebook = _decode_utf8(data)
        return (notebook, []) if notebook is not None else _decode_text(data)
    except RecursionError:
        raise Unreadable("The file is nested too deeply to be a notebook.") from None
    except msgspec.ValidationError:
        raise Unreadable("The file is JSON but no Jupyter notebook: it has no list of cells.") from None


def _decode_utf8(data: bytes) -> _Notebook | None:
    """The usual file, without a copy of it: 200 MB of outputs are only passed over. None for any other."""
    if json.detect_encoding(data) != "utf-8" or not _is_utf8(data):
        return None
    try:
        return msgspec.json.decode(data, type=_Notebook)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeError):
        return None


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), MB):
            decoder.decode(data[start : start + MB])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _decode_text(data: bytes) -> tuple[_Notebook, list[str]]:
    """Any other encoding, and what Jupyter writes though it is no JSON: NaN and half surrogate pairs, replaced."""
    if len(data) > DAMAGED_BYTES:
        raise Unreadable("The file is very large and damaged: clear the outputs of its cells and save it again.")
    text, repairs = _text(data)
    if not text.strip("\0 \t\r\n"):
        raise Unreadable("The file is empty.")
    lenient = text.rstrip("\0").encode("utf-8", "replace").decode()
    lenient = _STRING_OR_NAN.sub(lambda found: found[0] if found[0].startswith('"') else "null", lenient)
    lenient = _SURROGATE.sub(lambda found: "\\ufffd" if len(found[0]) == 6 else found[0], lenient)
    try:
        return msgspec.json.decode(lenient, type=_Notebook), repairs
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeError):
        raise Unreadable(_why_not_json(text)) from None


def _why_not_json(text: str) -> str:
    start = text.lstrip()[:200].lower()
    if _MERGE_MARKER.search(text):
        return (
            "The file holds merge markers of version control (<<<<<<< and >>>>>>>): "
            "settle the conflict, open the notebook once in Jupyter, and hand it in again."
        )
    if start.startswith(("<!doctype", "<html", "<?xml")):
        return "The file is a web page, not a notebook: download it as .ipynb."
    if start.startswith("{"):
        return "The file is damaged: it begins like a notebook but is no valid JSON (was it cut off on the way?)."
    return "The file is no Jupyter notebook: it is not JSON."


def _raw_cells(notebook: _Notebook) -> list[_Cell]:
    if notebook.cells is not None:
        return notebook.cells
    if notebook.worksheets is not None:
        return [cell for sheet in notebook.worksheets for cell in sheet.cells]
    raise Unreadable("The file is JSON but no Jupyter notebook: it has no list of cells.")


def _file_cell(cell: _Cell) -> FileCell | None:
    """None when the cell's source is no text or too large."""
    source = _value(cell.input or cell.source, CELL_BYTES)
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    type, metadata = _value(cell.cell_type), _mapping(_value(cell.metadata))
    found = (
        _value(cell.id),
        _mapping(metadata.get("nbgrader")).get("grade_id"),
        metadata.get("id"),  # where Colab keeps it
    )
    kind = _mapping(metadata.get("autograder")).get("kind")
    return FileCell(
        type=type if type in ("code", "markdown") else "raw",
        source=source,
        ids=tuple(dict.fromkeys(name for name in found if isinstance(name, str))),
        kind=kind if isinstance(kind, str) else "",
        outputs=cell.outputs,
        attachments=cell.attachments,
    )


def _value(raw: msgspec.Raw, most_bytes: int = METADATA_BYTES) -> Any:
    """A small part's value; None when it is too large or no JSON."""
    if len(memoryview(raw)) > most_bytes:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _assignment_name(metadata: msgspec.Raw) -> str:
    name = _mapping(_mapping(_value(metadata)).get("autograder")).get("assignment")
    return name if isinstance(name, str) else ""
