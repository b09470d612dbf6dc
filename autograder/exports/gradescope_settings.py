"""What the zip for Gradescope says about itself: `settings.json` beside the two scripts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

FILE = "settings.json"
ENGINE, COURSE = "engine", "course"  # folders of the zip: this package, and the one assignment with its secret


@dataclass(frozen=True)
class Settings:
    """How to grade over there. `visibility` holds for checks that do not declare their own."""

    assignment: str
    visibility: str = "visible"
    isolation: str | None = None  # None: the strongest there is
    unsafe: bool = False

    def to_json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"

    @classmethod
    def load(cls, folder: Path) -> Settings:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=cls)
