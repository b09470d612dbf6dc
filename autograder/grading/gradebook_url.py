"""Where the gradebook is, and whether it can be used: asked before anything is graded, without nbgrader, whose import
takes seconds."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from autograder.errors import AutograderError

_SQLITE = "sqlite:///"


def database_url(gradebook: str) -> str | None:
    """A file's name as SQLite's URL; any other URL as it is; None for "none"."""
    if gradebook == "none":
        return None
    return gradebook if "://" in gradebook else f"{_SQLITE}{Path(gradebook).resolve()}"


def refuse_unusable(url: str) -> None:
    """Raises AutograderError when the URL names a SQLite file that cannot be opened or made.

    Other databases (and SQLite's own URIs) are asked with the first report, and so is one that somebody else is
    writing to."""
    name = url.removeprefix(_SQLITE).partition("?")[0]
    if not url.startswith(_SQLITE) or name.startswith("file:") or name in ("", ":memory:"):
        return
    file = Path(name)
    if reason := _why_not(file):
        raise AutograderError(f"the gradebook {file} cannot be used: {reason}")


def _why_not(file: Path) -> str:
    if not file.exists():
        if not file.parent.is_dir():
            return f"there is no folder {file.parent}"
        return "" if os.access(file.parent, os.W_OK) else f"nothing can be written into {file.parent}"
    if file.is_dir():
        return "it is a folder"
    if not os.access(file, os.W_OK):
        return "it cannot be written"
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True)) as database:
            database.execute("PRAGMA schema_version")
    except sqlite3.OperationalError:  # somebody is writing, or broke off: whoever writes next waits or mends it
        pass
    except sqlite3.DatabaseError as error:
        return str(error)
    return ""
