"""The class report as a browser shows it: tables sort, nothing is asked of the network, nothing fails."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from autograder.reporting.class_report import write_class_report
from autograder.reporting.similarity import Alike
from tests.reporting.test_class_report import CLASS


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pairs = (Alike(("bob", "cem"), 0.93, 41, ("task-box",)), Alike(("ann", "hal"), 0.61, 60, ("task-pair",)))
    folder = tmp_path_factory.mktemp("report")
    return write_class_report(folder / "report.html", CLASS, "Boxes", {"R1": "uniform noise"}, alike=pairs)


@pytest.fixture(scope="module")
def page(path: Path) -> Iterator[Page]:
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")]
    installed = next(filter(None, found), None)
    with sync_playwright() as playwright:
        if installed is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no browser: run scripts/install_chromium (on Debian: apt-get install chromium)")
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(
            executable_path=installed or playwright.chromium.executable_path, args=arguments
        )
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.asked, page.errors = [], []  # type: ignore[attr-defined]
        page.on("request", lambda request: page.asked.append(request.url))  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.errors.append(str(error)))  # type: ignore[attr-defined]
        page.on("console", lambda said: page.errors.append(said.text) if said.type == "error" else None)  # type: ignore[attr-defined]
        page.goto(path.as_uri())
        yield page
        browser.close()


def column(page: Page, heading: str, place: int) -> list[str]:
    table = page.locator(f"h2:text-is('{heading}') ~ .scroll table").first
    return [cell.inner_text() for cell in table.locator(f"tbody tr td:nth-child({place})").all()]


def sort(page: Page, heading: str, name: str) -> None:
    page.locator(f"h2:text-is('{heading}') ~ .scroll table").first.locator("thead button", has_text=name).click()


def test_only_the_page_itself_is_loaded_and_nothing_fails(page: Page, path: Path) -> None:
    assert page.asked == [path.as_uri()]  # type: ignore[attr-defined]
    assert page.errors == []  # type: ignore[attr-defined]


def test_students_are_sorted_by_score_and_back(page: Page) -> None:
    names = column(page, "Students", 1)
    sort(page, "Students", "score")
    best_first = column(page, "Students", 2)
    assert [text.split()[0] for text in best_first] == ["8", "7", "7", "5", "5", "4", "0", "0"]
    sort(page, "Students", "score")
    assert column(page, "Students", 2) == best_first[::-1]
    sort(page, "Students", "student")
    assert column(page, "Students", 1) == names


def test_pairs_are_sorted_by_what_they_have_in_common(page: Page) -> None:
    assert column(page, "Code to compare", 2) == ["93%", "61%"]
    sort(page, "Code to compare", "pieces in common")
    assert column(page, "Code to compare", 3) == ["60", "41"]


def test_the_histogram_is_drawn(page: Page) -> None:
    heights = [bar.bounding_box()["height"] for bar in page.locator("svg rect").all()]  # type: ignore[index]
    assert len(heights) == 8
    assert max(heights) == pytest.approx(1.5 * heights[0], rel=0.05)  # 3 students beside 2


def test_no_table_is_wider_than_the_page(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
