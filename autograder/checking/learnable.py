"""Whether gradients reach all of a network, and whether it can still be trained afterwards.

The records come from `autograder.sandbox.network_probes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from autograder.checking.failure import fail

_NAMED = 3  # layers that a sentence names


def expect_layers_reached(found: Mapping[str, Any], subject: str, note: Callable[[str], None]) -> None:
    """Fails when a layer matters for the outputs but no gradient leads there (T11); notes layers that are not used.

    `found` is what the probe `reached_by_gradients` returned; `subject` begins the sentence: "Pictures depend on".
    """
    if found["cut"]:
        text = f"{subject} {_names(found['cut'])}, but no gradient leads there"
        fail(f"{text}: detach(), .data or no_grad() keeps these layers from learning.", "T11")
    if found["idle"]:
        note(f"No gradient leads to {_names(found['idle'])}: these layers are not used.")


def expect_left_trainable(answer: Mapping[str, Any], name: str) -> None:
    """Fails when the function `name` has switched gradients off for good (I24).

    `answer` holds what `switched_off` recorded after the call.
    """
    if answer["frozen"] or answer["gradients_off"]:
        how = "requires_grad of the model's parameters" if answer["frozen"] else "torch.set_grad_enabled"
        text = f"{name} has switched {how} off for good, so that nothing can be trained afterwards"
        fail(f"{text}: use `with torch.no_grad():`, which ends by itself.", "I24")


def _names(layers: Any) -> str:
    return ", ".join(map(str, layers[:_NAMED]))
