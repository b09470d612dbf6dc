"""The course secret and what is drawn from it."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.checking.secret import CourseSecret, Secret
from autograder.errors import AutograderError

KEY = CourseSecret(b"sixteen bytes or more")


def test_it_is_made_once_and_private(tmp_path: Path) -> None:
    first, second = CourseSecret.of_course(tmp_path), CourseSecret.of_course(tmp_path)
    assert first == second
    assert len(first.key) == 32
    assert stat.S_IMODE((tmp_path / ".autograder" / "secret").stat().st_mode) == 0o600
    assert first.key.hex() not in first.id


@pytest.mark.parametrize("text", ["", "zz", "abcd"])
def test_a_damaged_secret_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / ".autograder").mkdir()
    (tmp_path / ".autograder" / "secret").write_text(text)
    with pytest.raises(AutograderError):
        CourseSecret.of_course(tmp_path)


def test_the_same_names_give_the_same_numbers_and_others_do_not() -> None:
    a, b, c = (Secret(KEY.derive(*names)).normal(5) for names in (("hw", "x"), ("hw", "x"), ("hw", "y")))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_streams_are_independent_of_each_other_and_of_their_parent() -> None:
    parent = Secret(KEY)
    draws = [parent.normal(1000), *(stream.normal(1000) for stream in parent.streams(3))]
    correlations = np.corrcoef(torch.stack(draws).numpy()) - np.eye(4)
    assert np.abs(correlations).max() < 6 / 1000**0.5


def test_draws_have_their_shapes_types_and_bounds() -> None:
    secret = Secret(KEY)
    assert secret.normal(2, 3).shape == (2, 3)
    assert secret.normal(2).dtype == torch.float32
    uniform = secret.uniform(-2, 1, 500)
    assert -2 <= float(uniform.min()) < float(uniform.max()) < 1
    assert {secret.integer(1, 3) for _ in range(100)} == {1, 2, 3}
    assert 0.5 <= secret.number(0.5, 0.6) < 0.6
    assert sorted(secret.permutation(5)) == [0, 1, 2, 3, 4]
    assert secret.choice("abc") in "abc"


def test_sizes_are_distinct_and_avoid_what_is_to_be_avoided() -> None:
    for stream in Secret(KEY).streams(50):
        sizes = stream.sizes(3, 3, 7, avoid=(5,))
        assert len(set(sizes)) == 3
        assert set(sizes) <= {3, 4, 6, 7}


def test_a_memo_is_computed_once_per_secret_and_name() -> None:
    memory: dict[object, object] = {}
    calls: list[int] = []
    for key in (KEY, KEY, KEY.derive("other")):
        assert Secret(key, memory).memo("reference", lambda: calls.append(1) or 7) == 7  # type: ignore[func-returns-value]
    assert len(calls) == 2
