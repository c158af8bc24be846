#!/usr/bin/env bash
# Gradescope runs this once, as root, to build the machine that grades.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
cd "$root/source"

# The course's secret is for root alone: submissions run as another user.
chmod 600 @kit@

# A Python of our own, 3.11 or newer. It lies where every user can read it, since submissions run in it.
if python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  python3 -m venv "$root/venv"
else
  if ! python3 -m pip --version >/dev/null 2>&1; then
    apt-get update
    apt-get install -y --no-install-recommends python3-pip
  fi
  PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install uv
  UV_PYTHON_INSTALL_DIR="$root/python" python3 -m uv venv --seed --python 3.12 "$root/venv"
fi

# Grading needs NumPy alone, not what the library's notebooks need.
"$root/venv/bin/python" -m pip install --no-cache-dir @packages@
"$root/venv/bin/python" -m pip install --no-cache-dir --no-deps @library@
"$root/venv/bin/python" -I -c 'import scratchcv.grading.exporters.gradescope_run'
