#!/usr/bin/env bash
# casadi 3.8.2: erfinv has all its digits from 0.7 on, and six to nine of them elsewhere, on the negative side too.
#
# erf(erfinv(p)) - p is 0 at 0.7 and at 0.8, 1e-6 at 0.69, 1.6e-6 at -0.7 and 2.6e-8 at -0.8.  The gradient is a function
# of the value and inherits it: that of this odd function, which is even, is 2.014568382 at 0.8 and 2.014568570 at -0.8.
# A check at a few positive points finds nothing.
#
# Seen on 2026-12-01 with CPython 3.12 on Linux.  Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "casadi==3.8.2"
"$folder/venv/bin/python" - <<'PY'
from math import erf

import casadi as ca

x = ca.SX.sym("x")
value = ca.Function("value", [x], [ca.erfinv(x)])
slope = ca.Function("slope", [x], [ca.gradient(ca.erfinv(x), x)])
off = {p: abs(erf(float(value(p))) - p) for p in (0.69, 0.7, 0.8, -0.7, -0.8)}
for p, error in off.items():
    print(f"erf(erfinv({p})) is off by {error:.1e}")
assert max(off[0.7], off[0.8]) < 1e-14
assert min(off[0.69], off[-0.7], off[-0.8]) > 1e-8

right, left = float(slope(0.8)), float(slope(-0.8))
print(f"slope at 0.8: {right:.9f}, at -0.8: {left:.9f}")
assert 1e-7 < abs(right - left) < 1e-6
PY
