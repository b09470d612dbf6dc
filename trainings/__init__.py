"""The reference solutions, trained as the course sheets train them, on the real data: `make results DATA=folder`.

Every figure that a sheet prints gets ours beside it, in docs/results.md. The trainings run one after the other, from
cheap to dear; each can be stopped at any moment (kill -9 included) and goes on at its last finished epoch.
"""

import os

os.environ.setdefault("TQDM_DISABLE", "1")  # read when tqdm is imported, and torch imports it: one bar for all is shown
