"""An instructor's way through formgrader, in a real browser against a real Jupyter server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from autograder.assignment import Assignment
from tests.end_to_end.nbgrader_course import environment, grades, make_course

TOKEN = "token-of-the-test"
SCREENSHOTS = os.environ.get("SCREENSHOTS")  # a folder, for looking at the pages
COMMENT = "Well argued, <b>but</b> what about values below 0?"


@pytest.fixture
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    installed = next((path for path in map(shutil.which, names) if path), None)
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        if installed is None and not Path(own).exists():
            pytest.skip("no browser: run scripts/install_chromium (on Debian: apt-get install chromium)")
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=installed or own, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def root(course: Path, submitted: Path, tmp_path: Path) -> Path:
    """A course folder with what the class handed in."""
    root = make_course(tmp_path / "course", like=course)
    shutil.rmtree(root / "release")
    shutil.copytree(submitted, root / "submitted")
    return root


@pytest.fixture
def server(root: Path, tmp_path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The address of a Jupyter server in the course folder, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = f"lab --no-browser --ip=127.0.0.1 --port={port} --ServerApp.port_retries=0 --ServerApp.allow_root=True"
    program = Path(sys.executable).with_name("jupyter")
    log = (tmp_path / "server.log").open("w")
    process = subprocess.Popen(
        [program, *words.split(), f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={root}"],
        cwd=root,
        env=environment(tmp_path),
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process, tmp_path / "server.log")
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer: {log.read_text()}")


def click(page: Page, button: str) -> str:
    """Clicks one of formgrader's buttons and waits for what it says: nbgrader's log."""
    page.click(button)
    page.wait_for_selector("#success-modal, #error-modal", timeout=180_000)
    assert page.locator("#error-modal").count() == 0, page.inner_text("#error-modal")
    said = page.inner_text("#success-modal")
    page.click("#success-modal .modal-footer button")
    page.wait_for_selector("#success-modal", state="detached")
    return said


def row_of(student: str) -> str:
    return f"tr:has(td.student-id:text-is('{student}'))"


def picture(page: Page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def workers(server: psutil.Process) -> set[int]:
    """Grading processes of the server."""
    children = server.children(recursive=True)
    return {child.pid for child in children if "autograder.grading.worker" in str(child.cmdline())}


@pytest.mark.slow
def test_from_release_to_feedback(
    browser: Browser, server: tuple[str, psutil.Process], root: Path, warmup: Assignment
) -> None:
    address, process = server
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    offline = ["MathJax is not defined"]  # nbgrader's pages take it from the network

    # Release: the same bytes as `autograder build`.
    page.goto(f"{address}/formgrader/manage_assignments?token={TOKEN}")
    page.wait_for_selector("td.assign a")
    click(page, "td.assign a")
    picture(page, "assignments")
    assert (root / "release" / "warmup" / "warmup.ipynb").read_bytes() == warmup.release.read_bytes()

    # What was handed in.
    page.click("td.num-submissions a")
    page.wait_for_selector(row_of("anna"))
    assert page.locator("td.student-id").all_inner_texts() == ["anna", "ben", "cleo", "dora", "emil", "fred"]

    # Autograde: the second click finds the worker of the first.
    said = click(page, f"{row_of('cleo')} td.autograde a")
    assert "10 of 13 points by the checks" in said
    first = workers(process)
    assert len(first) == 1
    click(page, f"{row_of('dora')} td.autograde a")
    assert workers(process) == first
    assert "no valid JSON" in click(page, f"{row_of('fred')} td.autograde a")
    assert "needs manual grading" in page.inner_text(row_of("cleo"))
    picture(page, "submissions")

    # Grade a question by hand.
    page.click(f"{row_of('cleo')} td.student-name a")
    page.click("a:text-is('warmup')")
    page.wait_for_selector("#q-clipping")
    picture(page, "submission")
    assert "axis 0" in page.inner_text("#notebook")
    with page.expect_response(lambda reply: "/api/grade/" in reply.url and reply.request.method == "PUT"):
        page.fill("#q-clipping", "2.5")
        page.press("#q-clipping", "Tab")
    with page.expect_response(lambda reply: "/api/comment/" in reply.url and reply.request.method == "PUT"):
        page.fill("#q-clipping-comment", COMMENT)
        page.press("#q-clipping-comment", "Tab")

    # A new run leaves it alone.
    page.goto(f"{address}/formgrader/manage_submissions/warmup")
    page.wait_for_selector(row_of("cleo"))
    click(page, f"{row_of('cleo')} td.autograde a")
    assert grades(root, "warmup")["cleo", "q-clipping"] == (None, 2.5, False)

    # Feedback and the final score.
    click(page, f"{row_of('cleo')} td.generate-feedback a")
    assert "12.5 / 16" in page.inner_text(f"{row_of('cleo')} td.score")
    assert "graded" in page.inner_text(f"{row_of('cleo')} td.status")
    page.goto((root / "feedback" / "cleo" / "warmup" / "warmup.html").as_uri())
    picture(page, "feedback")
    feedback = page.inner_text("body")
    assert "Score: 12.5 / 16.0" in feedback
    assert "axis 0" in feedback
    assert COMMENT in feedback
    assert [problem for problem in problems if problem not in offline] == []
