#!/usr/bin/env python
"""scripts/pictures.py FOLDER: pictures of that demo's class report and of a feedback page, into docs/pictures/."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REPORT, FEEDBACK = (1240, 1330), (860, 1000)  # width and height of the part that is shown, in pixels of the page
COLOURS = 128  # keeps text sharp and each file below 300 KB


def main(demo: Path) -> int:
    report = demo / "report.html"
    if not report.is_file():
        print(f"{demo} holds no report of a demo: run autograder demo --out {demo}", file=sys.stderr)
        return 2
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_installed(), args=["--no-sandbox"])
        _photograph(browser, report, REPORT, PICTURES / "class-report.png")
        _photograph(browser, demo / "feedback" / f"{_telling(demo)}.html", FEEDBACK, PICTURES / "feedback.png")
        browser.close()
    return 0


def _installed() -> str | None:
    """A browser of the system; None for playwright's own."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _telling(demo: Path) -> str:
    """The student whose page shows a named mistake nearest to its top; of several, the one with the most points."""
    reports = [json.loads(path.read_text()) for path in sorted((demo / "reports").glob("*.json"))]
    places = {}
    for report in reports:
        named = [place for place, check in enumerate(report["checks"]) if check["mistake"]]
        if named:
            places[report["student"]] = (named[0], -report["score"])
    return min(places, key=lambda student: places[student])


def _photograph(browser: Browser, page: Path, size: tuple[int, int], picture: Path) -> None:
    with TemporaryDirectory() as scratch:
        shot = Path(scratch, "shot.png")
        tab = browser.new_page(viewport={"width": size[0], "height": size[1]})
        tab.goto(page.resolve().as_uri())
        tab.screenshot(path=shot)
        tab.close()
        Image.open(shot).convert("RGB").quantize(COLOURS).save(picture, optimize=True)
    print(f"{picture}  {picture.stat().st_size >> 10} KB")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
