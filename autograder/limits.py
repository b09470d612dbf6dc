"""Every limit on what a student hands in and on what a page shows of it, with its reason, in one place."""

from __future__ import annotations

MB = 1 << 20

# --- the notebook file ---------------------------------------------------------------------------------------------
NOTEBOOK_BYTES = 256 * MB  # animations and many plots make 200 MB, all outputs, which are skipped
DAMAGED_BYTES = 64 * MB  # of a file that is not plain UTF-8 JSON: putting it right takes copies of it
NOTEBOOK_CONTAINERS = 1_000_000  # opening braces and brackets: 64 MB of empty lists would take 1.4 GB once decoded
NOTEBOOK_CELLS = 2_000  # ours have about 60
NOTEBOOK_CODE_CHARS = 2_000_000  # of all code cells together; the parser takes about 1 s for as much
CELL_BYTES = 1 * MB  # one cell's source as JSON; a picture pasted into a text cell may be larger and is then dropped
METADATA_BYTES = 64 << 10  # one cell's metadata as JSON
CELL_OUTPUT_BYTES = 8 * MB  # one cell's outputs, or its pasted pictures, as JSON, in what a human grader is shown
ANSWER_CHARS = 200_000  # of one question's text, for counting words

# --- zip archives --------------------------------------------------------------------------------------------------
ARCHIVE_BYTES = 512 * MB  # a student's archive, data sets and all; only its notebook is unpacked
ARCHIVE_DIRECTORY_BYTES = 4 * MB  # its list of contents: some 40 000 files
CLASS_BYTES = 8192 * MB  # of a class's archive, unpacked
CLASS_FILES = 20_000

# --- what lies beside an ordinary nbgrader notebook ----------------------------------------------------------------
FILES_TAKEN = 1_000
FILES_TAKEN_BYTES = 200 * MB  # all together; the disk of a submission's process has 256 MB

# --- finding cells again -------------------------------------------------------------------------------------------
SAME_LINES = 0.6  # share of equal lines from which a cell without id is taken for the released one

# --- pages and file names ------------------------------------------------------------------------------------------
MESSAGE_KEPT = 600  # characters of one message of a check: an exception may carry a whole array
MESSAGE_SHOWN = 4_000  # characters of one message on a page
NAME_SHOWN = 200  # characters of a student's name on a page
LIST_SHOWN = 50  # repairs, notes or cell errors of one submission on a page
FILE_NAME_BYTES = 180  # of a report's name; file systems take 255
