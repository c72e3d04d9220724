#!/usr/bin/env bash
# uncertainties 3.2.3: the derivative of x % y by y is a difference quotient, taken across the jump where there is one.
#
# x % y is x - floor(x/y)*y, with the slope -floor(x/y) by y: -2 at (7, 3).  At (6, 3) the function jumps.  The package
# takes a difference with a step of 1e-8 or so there, divides the jump of 3 by it, and reports 33554430.5 as the
# derivative; an uncertainty of 1 in y becomes one of thirty-three million, without a word.
#
# Seen on 2026-12-01 with CPython 3.12 on Linux (the release also says that % will be removed).  Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "uncertainties==3.2.3"
"$folder/venv/bin/python" -W ignore - <<'PY'
from uncertainties import ufloat


def by_y(a, b):
    x, y = ufloat(a, 1), ufloat(b, 1)
    return (x % y).derivatives[y]


smooth, jump = by_y(7, 3), by_y(6, 3)
print(f"d(x % y)/dy at (7, 3): {smooth}; at (6, 3): {jump}")
assert abs(smooth + 2) < 1e-6
assert jump > 1e7
PY
