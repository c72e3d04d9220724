#!/usr/bin/env bash
# advect 0.3.1: at a tie, maximum passes the whole slope on to each of its arguments.
#
# max(x, 0) - max(-x, 0) is the function x, whose slope is 1 everywhere.  At 0 both maxima are ties, each hands on 1, and
# the gradient is 2: twice what any step of either size would measure.  Finite, plausible, and wrong.
#
# Seen on 2026-12-01 with CPython 3.12 (it needs that) and NumPy 2 on Linux.  Fails if that changes.
set -euo pipefail
for python in python3 python3.12 python3.13 python3.14; do
    "$python" -c "import sys; sys.exit(sys.version_info < (3, 12))" 2>/dev/null && break
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "advect==0.3.1"
"$folder/venv/bin/python" - <<'PY'
import advect
import advect.numpy as np


def identity(x):
    return np.maximum(x, 0.0) - np.maximum(-x, 0.0)


slopes = {x: float(advect.grad(identity)(x)) for x in (-1.0, 0.0, 1.0)}
print("max(x, 0) - max(-x, 0):", slopes)
assert slopes == {-1.0: 1.0, 0.0: 2.0, 1.0: 1.0}
PY
