"""What is slow to start is kept, replaced and ended as it should be."""

from __future__ import annotations

import threading

import pytest

from autograder.nbgrader.warm import Warm


class Thing:
    def __init__(self) -> None:
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


def use(warm: Warm, key: str, stamp: int = 0) -> Thing:
    with warm.use(key, stamp, Thing) as thing:
        return thing


def test_the_same_is_used_again_until_its_stamp_changes() -> None:
    warm = Warm()
    first = use(warm, "a")
    assert use(warm, "a") is first
    second = use(warm, "a", stamp=1)
    assert second is not first
    assert first.closed.is_set()
    assert not second.closed.is_set()


def test_the_one_that_waited_longest_makes_room() -> None:
    warm = Warm(most=2)
    first, second = use(warm, "a"), use(warm, "b")
    use(warm, "a")
    use(warm, "c")
    assert second.closed.is_set()
    assert not first.closed.is_set()


def test_an_error_ends_it() -> None:
    warm = Warm()
    with pytest.raises(ValueError, match="broken"), warm.use("a", 0, Thing) as thing:
        raise ValueError("broken")
    assert thing.closed.is_set()
    assert use(warm, "a") is not thing


def test_it_ends_when_nobody_uses_it() -> None:
    thing = use(Warm(idle_seconds=0.01), "a")
    assert thing.closed.wait(30)


def test_closing_ends_all() -> None:
    warm = Warm()
    things = [use(warm, "a"), use(warm, "b")]
    warm.close()
    assert all(thing.closed.is_set() for thing in things)
    assert len(warm) == 0
