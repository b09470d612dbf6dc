"""Secret random inputs: different in every course and check, the same at every regrade."""

from __future__ import annotations

import hashlib
import os
import secrets as _secrets
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from autograder.errors import AutograderError

if TYPE_CHECKING:
    import numpy as np
    import torch

Item = TypeVar("Item")
_MIN_BYTES = 16


@dataclass(frozen=True)
class CourseSecret:
    """The key that all secret inputs of a course come from. It stays with the graders; reports carry its `id`."""

    key: bytes

    @property
    def id(self) -> str:
        return hashlib.sha256(b"id" + self.key).hexdigest()[:12]

    @classmethod
    def of_course(cls, root: Path) -> CourseSecret:
        """The key in `<root>/.autograder/secret`, made on first use (mode 0600)."""
        path = root / ".autograder" / "secret"
        with suppress(FileExistsError):
            cls._create(path)
        try:
            key = bytes.fromhex(path.read_text().strip())
        except (OSError, ValueError) as error:
            raise AutograderError(f"cannot read the course secret {path}: {error}") from None
        if len(key) < _MIN_BYTES:
            raise AutograderError(f"the course secret {path} is too short: delete it to have a new one made")
        return cls(key)

    @staticmethod
    def _create(path: Path) -> None:
        try:
            path.parent.mkdir(exist_ok=True)
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise
        except OSError as error:
            raise AutograderError(f"cannot write the course secret {path}: {error.strerror}") from None
        with os.fdopen(fd, "w") as file:
            file.write(_secrets.token_hex(32) + "\n")

    def derive(self, *names: str) -> CourseSecret:
        """An independent key for a purpose."""
        return CourseSecret(hashlib.sha256(b"\0".join([self.key, *(name.encode() for name in names)])).digest())


class Secret:
    """The random generator of one check. Tensors are float32.

    Two Secrets of different names are independent; the same name gives the same numbers."""

    def __init__(self, key: CourseSecret, memory: dict[Hashable, Any] | None = None) -> None:
        self._key = key
        self._memory = {} if memory is None else memory

    @cached_property
    def generator(self) -> np.random.Generator:
        import numpy as np  # not with this file, which is read by processes that draw nothing

        return np.random.Generator(np.random.PCG64(int.from_bytes(self._key.key[:16], "little")))

    def streams(self, count: int = 3) -> list[Secret]:
        """Independent Secrets: a mistake that one draw misses with 1 % is missed by three with one in a million."""
        return [Secret(self._key.derive(f"stream {number}"), self._memory) for number in range(count)]

    def normal(self, *shape: int, mean: float = 0.0, std: float = 1.0) -> torch.Tensor:
        """Gaussian numbers, shape `shape`."""
        return _tensor(self.generator.normal(mean, std, shape))

    def uniform(self, low: float, high: float, *shape: int) -> torch.Tensor:
        """Uniform numbers on [low, high), shape `shape`."""
        return _tensor(self.generator.uniform(low, high, shape))

    def integer(self, low: int, high: int) -> int:
        """One whole number, both ends included."""
        return int(self.generator.integers(low, high, endpoint=True))

    def number(self, low: float, high: float) -> float:
        """One uniform number on [low, high)."""
        return float(self.generator.uniform(low, high))

    def sizes(self, count: int, low: int, high: int, avoid: Sequence[int] = ()) -> tuple[int, ...]:
        """Different whole numbers, both ends included: equal sizes hide exchanged axes."""
        allowed = [size for size in range(low, high + 1) if size not in avoid]
        return tuple(int(size) for size in self.generator.choice(allowed, count, replace=False))

    def choice(self, options: Sequence[Item]) -> Item:
        return options[int(self.generator.integers(len(options)))]

    def permutation(self, count: int) -> np.ndarray:
        return self.generator.permutation(count)

    def seed(self) -> int:
        """A seed for another generator."""
        return int(self.generator.integers(1 << 62))

    def memo(self, name: Hashable, compute: Callable[[], Item]) -> Item:
        """The result of `compute`, computed once per check and secret and kept for the next submissions.

        For references that take long. Whatever `compute` draws must come from a Secret of its own (see `streams`)."""
        place = (self._key.key, name)
        if place not in self._memory:
            self._memory[place] = compute()
        return self._memory[place]


def _tensor(array: Any) -> torch.Tensor:
    import torch

    return torch.as_tensor(array, dtype=torch.float32)
