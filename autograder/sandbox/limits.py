"""Every limit of the sandbox, with its reason, in one place."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1 << 20

# --- the wire format: what a reply may look like -----------------------------------------------------------------
HEADER_BYTES = 256 << 10  # one megabyte of empty maps would cost the grader 80 MB of memory
FRAME_BYTES = 64 * MB  # all array blocks of one frame together
BLOCKS = 4096  # arrays in one frame
DIMENSIONS = 16  # of one array
DEPTH = 24  # nesting of containers; far below Python's own recursion limit
ITEMS = 100_000  # values in one message, containers included

# --- texts that come back ------------------------------------------------------------------------------------------
MESSAGE_CHARS = 1000  # of an exception's text
PLACE_CHARS = 300  # of the line of code that raised
OUTPUT_KEPT = 64 << 10  # bytes of stdout and stderr kept for the reader
SHOWN_BYTES = 4 * MB  # characters of one cell's recorded outputs; further ones are dropped
SHOWN_LINE_CHARS = 20_000  # of one part of a traceback (a frame with its lines)
SHOWN_FRAMES = 20  # first and last ones of a traceback

# --- time ------------------------------------------------------------------------------------------------------------
START_SECONDS = 120.0  # for the warm server: a cold disk needs 7 s to import everything
LOCK_DOWN_SECONDS = 20.0  # for a child to be ready; it takes 20 ms
GRACE_SECONDS = 0.4  # between the polite interrupt and the kill
PATIENCE = 10.0  # times any limit: how long is waited at most while other work has the cores (see fair_time.py)
WATCH_MS = 100  # how often memory of the whole process tree is looked at

# --- memory over the whole process tree ---------------------------------------------------------------------------
TREE_FACTOR = 1.25  # one process gets a clean MemoryError at the limit; many together are killed at this multiple


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Set per assignment in the front matter of its text."""

    cell_seconds: float = 10.0  # one notebook cell
    check_seconds: float = 10.0  # one check: all that it asks of the student's code, together
    submission_seconds: float = 120.0  # everything, wall time
    memory_mb: int = 2048  # beyond what the warm server already maps
    disk_mb: int = 256  # its private /tmp
    file_mb: int = 256  # one file
    files: int = 20_000  # in its private /tmp
    processes: int = 64
    open_files: int = 256
    output_kb: int = 1024  # printed; more ends the process
    gpu_memory_mb: int = 8192  # with --device cuda

    def describe(self) -> list[tuple[str, str]]:
        """Name and value with its unit, for `autograder doctor`."""
        return [
            ("one notebook cell", f"{self.cell_seconds:g} s"),
            ("one check", f"{self.check_seconds:g} s"),
            ("one submission", f"{self.submission_seconds:g} s"),
            ("memory", f"{self.memory_mb} MB"),
            ("private disk", f"{self.disk_mb} MB"),
            ("one file", f"{self.file_mb} MB"),
            ("number of files", str(self.files)),
            ("processes", str(self.processes)),
            ("open files", str(self.open_files)),
            ("output", f"{self.output_kb} KB ({OUTPUT_KEPT >> 10} KB of it are kept)"),
            ("memory of a GPU", f"{self.gpu_memory_mb} MB"),
            ("one reply", f"{FRAME_BYTES // MB} MB"),
        ]
