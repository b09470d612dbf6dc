"""Early stopping, predicted from a validation curve: where a loop with this patience must stop, and where wrong ones
do.

The curve is the student's own, from a run with more patience than epochs, or one that a scripted model gives; so
nothing has to be known about his training.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograder.checking.diagnosis import named
from autograder.checking.failure import fail
from autograder.checking.secret import Secret

Curve = Sequence[float]


def best_epoch(curve: Curve) -> int:
    """The epoch with the smallest loss, counted from 0, the first of several."""
    return min(range(len(curve)), key=lambda epoch: curve[epoch])


def epochs_run(curve: Curve, patience: int) -> int:
    """How many epochs a right loop runs: until `patience` epochs in a row brought no new best, or to the end.

    A tie is no improvement.
    """
    best, waited = float("inf"), 0
    for epoch, loss in enumerate(curve):
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited >= patience:
            return epoch + 1
    return len(curve)


def _never_reset(curve: Curve, patience: int) -> int:
    best, waited = float("inf"), 0
    for epoch, loss in enumerate(curve):
        best, waited = (loss, waited) if loss < best else (best, waited + 1)
        if waited >= patience:
            return epoch + 1
    return len(curve)


def _against_the_previous(curve: Curve, patience: int) -> int:
    previous, waited = float("inf"), 0
    for epoch, loss in enumerate(curve):
        waited = 0 if loss < previous else waited + 1
        previous = loss
        if waited >= patience:
            return epoch + 1
    return len(curve)


WRONG_STOPS: dict[str, Callable[[Curve, int], int]] = {
    "T25: it never stops before the last epoch": lambda curve, patience: len(curve),
    "A18: the patience is not reset when a new best comes": _never_reset,
    "A19: each loss is compared with the one before, not with the best so far": _against_the_previous,
    "A17: it goes on for one epoch too many": lambda curve, patience: epochs_run(curve, patience + 1),
    "A17b: it stops one epoch too early": lambda curve, patience: epochs_run(curve, max(patience - 1, 1)),
}


def tells_apart(curve: Curve, patience: int) -> bool:
    """Whether all wrong ways to stop show on this curve."""
    right = epochs_run(curve, patience)
    return all(wrong(curve, patience) != right for wrong in WRONG_STOPS.values())


def draw_curve(secret: Secret, epochs: int, patience: int) -> list[float]:
    """A secret validation curve of losses between 0.1 and 2, no two alike, on which all wrong ways to stop show."""
    while True:
        steps = secret.permutation(epochs)
        curve = [0.1 + 1.9 * float(step + 1) / epochs for step in steps]
        if tells_apart(curve, patience) and best_epoch(curve[: epochs_run(curve, patience)]) > 0:
            return curve


def check_epochs_run(got: int, curve: Curve, patience: int) -> None:
    """Fails unless the loop ran as many epochs as it should on this curve."""
    want = epochs_run(curve, patience)
    if got == want:
        return
    for key, wrong in WRONG_STOPS.items():
        if wrong(curve, patience) == got:
            found = named(key)
            fail(f"With patience {patience} training stops after the wrong epoch: {found.sentence}.", found.mistake)
    fail(
        f"With patience {patience} training should stop as soon as {patience} epochs in a row brought no new best; "
        f"here after epoch {want}, yours ran {got}.",
        "A17",
    )
