"""Zip archives as they are handed in: a student's, or a whole class's from a learning platform.

Names in an archive are not trusted: links and what would lead out of the folder are left out. Nor are sizes: no more is
read than a notebook may have. Unpacked files go when the process ends.
"""

from __future__ import annotations

import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from autograder.errors import AutograderError
from autograder.limits import (
    ARCHIVE_BYTES,
    ARCHIVE_DIRECTORY_BYTES,
    CLASS_BYTES,
    CLASS_FILES,
    MB,
    NOTEBOOK_BYTES,
)

NOTEBOOK, ZIP = ".ipynb", ".zip"
_END = b"PK\x05\x06"  # of the archive: its last record, 22 bytes and a comment of up to 64 KB
_END_64 = b"PK\x06\x07"  # of one for more than 4 GB
_DAMAGED = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, struct.error),
    *(
        NotImplementedError,
        RuntimeError,
        ValueError,
        OverflowError,
    ),  # unknown method, password, broken numbers and names
)


def notebook_of(archive: Path, name: str) -> Path:
    """The notebook in a student's archive: the one called `name`, or else the only one.

    The archive itself when it holds none of these or is damaged or hostile: reading that says what to do."""
    try:
        status = archive.stat()
    except OSError:
        return archive
    return _notebook_of(archive, name, status.st_mtime_ns, status.st_size) or archive


def unpacked_class(archive: Path) -> Path:
    """A folder with the notebooks and the students' archives of a class. Raises AutograderError when it is damaged."""
    folder = _new_folder() / archive.stem
    folder.mkdir()
    left, files = CLASS_BYTES, 0
    try:
        with zipfile.ZipFile(archive) as content:
            for member, place in _members(content, NOTEBOOK, ZIP):
                files += 1
                left -= _extract(content, member, folder / place, min(left, NOTEBOOK_BYTES + 1))
                if left <= 0 or files > CLASS_FILES:
                    raise AutograderError(f"{archive} holds more than a class hands in: unpack it and give the folder")
    except _DAMAGED as error:
        raise AutograderError(f"{archive} cannot be unpacked ({error}): unpack it and give the folder") from None
    return folder


@cache
def _notebook_of(archive: Path, name: str, _changed: int, size: int) -> Path | None:
    """Unpacked once as long as the archive stays the same."""
    if size > ARCHIVE_BYTES:
        return None
    try:
        if not _has_small_directory(archive, size):
            return None
        with zipfile.ZipFile(archive) as content:
            found = list(_members(content, NOTEBOOK))
            chosen = [item for item in found if item[1].name == f"{name}{NOTEBOOK}"] or found
            if len(chosen) != 1:
                return None
            member, place = chosen[0]
            target = _new_folder() / place.name
            _extract(content, member, target, NOTEBOOK_BYTES + 1)
            return target
    except _DAMAGED:
        return None


def _has_small_directory(archive: Path, size: int) -> bool:
    """Whether the list of contents, which is read as a whole, has the size of one that people make."""
    with archive.open("rb") as file:
        file.seek(max(0, size - (1 << 16) - 64))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 16 or _END_64 in tail[max(0, at - 20) : at]:
        return False
    (directory,) = struct.unpack_from("<I", tail, at + 12)
    return bool(directory <= ARCHIVE_DIRECTORY_BYTES)


def _members(content: zipfile.ZipFile, *endings: str) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """The files with these endings, and where below a folder each may be put."""
    for member in content.infolist():
        place = PurePosixPath(member.filename.replace("\\", "/"))
        outside = place.is_absolute() or ".." in place.parts or ":" in place.parts[0] if place.parts else True
        hidden = any(part.startswith((".", "__MACOSX")) for part in place.parts)
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        if not (outside or hidden or is_link or member.is_dir()) and place.suffix.lower() in endings:
            yield member, place


def _extract(content: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Writes at most so many bytes of a member; returns how many. One that is there already stays."""
    if target.exists():
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with content.open(member) as source, target.open("xb") as file:
        while file.tell() < most and (data := source.read(min(MB, most - file.tell()))):
            file.write(data)
        return file.tell()


_folders: list[tempfile.TemporaryDirectory[str]] = []  # each is removed when the process ends


def _new_folder() -> Path:
    _folders.append(tempfile.TemporaryDirectory(prefix="autograder-unpacked-"))
    return Path(_folders[-1].name)
