"""What is slow to start, kept for a while after its last use.

A click on formgrader's Autograde comes every few seconds, in a process that lives for days. The workers that grade
(checks collected, sandbox warm) stay for the next click, are made anew when what they were made from has changed, and
end when nobody has clicked for a while, or with the process.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

MOST = 2  # kept at the same time: each takes up to a gigabyte
IDLE_SECONDS = 600.0


class Closable(Protocol):
    def close(self) -> None: ...


@dataclass
class _Kept:
    thing: Any
    stamp: Hashable
    used: float = field(default_factory=time.monotonic)


class Warm:
    """Keeps up to `most` things by their keys. One user at a time: formgrader has one click at a time too."""

    def __init__(self, most: int = MOST, idle_seconds: float = IDLE_SECONDS) -> None:
        self._most, self._idle_seconds = most, idle_seconds
        self._kept: dict[Hashable, _Kept] = {}
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self.started = 0  # things made so far
        atexit.register(self.close)

    @contextmanager
    def use(self, key: Hashable, stamp: Hashable, start: Callable[[], Closable]) -> Iterator[Any]:
        """The thing kept under `key`, or a new one when there is none or `stamp` differs. An exception ends it."""
        with self._lock:
            kept = self._found(key, stamp, start)
            try:
                yield kept.thing
            except BaseException:
                self._end(key)
                raise
            kept.used = time.monotonic()
            self._set_timer()

    def __len__(self) -> int:
        return len(self._kept)

    def close(self) -> None:
        """Ends everything that is kept."""
        with self._lock:
            for key in list(self._kept):
                self._end(key)
            if self._timer is not None:
                self._timer.cancel()

    def _found(self, key: Hashable, stamp: Hashable, start: Callable[[], Closable]) -> _Kept:
        kept = self._kept.get(key)
        if kept is not None and kept.stamp == stamp:
            return kept
        if kept is not None:
            self._end(key)
        while len(self._kept) >= self._most:
            self._end(min(self._kept, key=lambda other: self._kept[other].used))
        self.started += 1
        self._kept[key] = _Kept(start(), stamp)
        return self._kept[key]

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(self._idle_seconds, self._end_idle)
        self._timer.daemon = True
        self._timer.start()

    def _end_idle(self) -> None:
        with self._lock:
            late = time.monotonic() - self._idle_seconds
            for key in [key for key, kept in self._kept.items() if kept.used <= late]:
                self._end(key)
            if self._kept:
                self._set_timer()

    def _end(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            kept.thing.close()
