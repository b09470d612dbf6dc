"""What makes our own processes start sooner."""

from __future__ import annotations

import sys


def skip_slow_imports() -> None:
    """Call before anything imports a notebook library: all of them import jsonschema, which builds a grammar for one
    rare kind of address (`iri`) in 1.5 s where a certain package is there. No notebook's format has such addresses."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: an import of it fails
