"""The step that makes nbgrader's `generate_assignment` write the same bytes as `autograder build`."""

from __future__ import annotations

from typing import Any

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode

from autograder.authoring.release import KEPT_IN_CELLS, KEPT_IN_NOTEBOOK


class ClearForeignMetadata(ClearMetadataPreprocessor):
    """Drops metadata that neither nbgrader nor we need, in the notebooks that we built; others stay as they are."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.enabled = True
        self.preserve_cell_metadata_mask = set(KEPT_IN_CELLS)
        self.preserve_nb_metadata_mask = set(KEPT_IN_NOTEBOOK)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        return super().preprocess(nb, resources) if "autograder" in nb.metadata else (nb, resources)
