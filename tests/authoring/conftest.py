"""Fixtures of the authoring tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.workbench import Workbench


@pytest.fixture
def workbench(tmp_path: Path) -> Workbench:
    return Workbench.at(tmp_path)
