"""What every test shares: one thread per process, so that timings and results do not depend on the machine's cores."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
