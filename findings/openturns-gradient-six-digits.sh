#!/usr/bin/env bash
# openturns 1.27.post1: the symbolic gradient of a SymbolicFunction has every constant cut to six significant digits.
#
# A function is computed with its constants as they are typed, its gradient with 3.14159 for 3.14159265358979.  Behind a
# sine the cut constant turns the sign: d/dx sin(1234567.89*x) at 1 is -1073244.288835, and the gradient returns
# +1074657.881989.  Whoever checks such a gradient by differences sees values and slopes of two different functions.
#
# Seen on 2026-12-01 with CPython 3.12 on Linux.  Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "openturns==1.27.post1"
"$folder/venv/bin/python" - <<'PY'
import math

import openturns as ot

line = ot.SymbolicFunction(["x"], ["3.14159265358979*x"])
value, slope = line([1.0])[0], line.gradient([1.0])[0, 0]
print(f"3.14159265358979*x at 1: value {value!r}, gradient {slope!r}")
assert value == 3.14159265358979 and slope == 3.14159

wave = ot.SymbolicFunction(["x"], ["sin(1234567.89*x)"])
slope, truth = wave.gradient([1.0])[0, 0], 1234567.89 * math.cos(1234567.89)
print(f"sin(1234567.89*x) at 1: gradient {slope:.6f}, truth {truth:.6f}")
assert slope > 1e6 and truth < -1e6
PY
