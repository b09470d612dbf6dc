#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the image: the sandbox's system packages and Python's packages.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
export DEBIAN_FRONTEND=noninteractive

apt-get update
apt-get install -y --no-install-recommends python3 python3-venv libseccomp2 bubblewrap
python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "Python 3.10 or newer is needed: choose a newer base image"; exit 1; }
python3 -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --no-cache-dir --disable-pip-version-check -r "$root/source/requirements.txt"

# Submissions run as another user: the checks and their secret are for root alone.
chmod -R go-rwx "$root/source/course"

# Which isolation this image offers, for the log; the machine that grades is asked again.
PYTHONPATH="$root/source/engine" "$root/venv/bin/python" -m autograder.exports.gradescope_run "$root" --inspect
