"""How long hypothesis looks for inputs that break a reader: briefly in the tests, longer with `make fuzz`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("FUZZ", "1"))


def looking(examples: int) -> settings:
    """The same so many examples in every test run; with FUZZ=n n times as many, new ones each time."""
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
