#!/usr/bin/env bash
# pytensor 3.3.8: the derivative of 2**x in float64 has eight digits.
#
# A constant that fits is stored in the smallest type, 2 and 2.0 alike, and the derivative 2**x * log(2) takes the
# logarithm of that small number in float32.  The value, 8 at x = 3, is exact, and so is the type of the gradient.
# 70000**x, whose base needs a wider type, and exp(x*log(2.0)) with the logarithm taken by Python are right.
#
# Seen on 2026-12-01 with CPython 3.12 and NumPy 2 on Linux.  Fails if that changes.
set -euo pipefail
for python in python3 python3.12 python3.13 python3.14; do
    "$python" -c "import sys; sys.exit(sys.version_info < (3, 12))" 2>/dev/null && break
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "pytensor==3.3.8"
"$folder/venv/bin/python" -W ignore - <<'PY'
import math

import pytensor
import pytensor.tensor as pt

x = pt.dscalar("x")


def slope(y):
    gradient = pytensor.grad(y, x)
    assert gradient.dtype == "float64"
    return float(pytensor.function([x], gradient)(3.0))


with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
    for base, y in ((2, 2**x), (2.0, 2.0**x), (3, 3**x), (10.0, 10.0**x), (70000, 70000**x), (2, pt.exp(x * math.log(2.0)))):
        true = base**3 * math.log(base)
        error = slope(y) / true - 1
        print(f"base {base}: relative error of the slope {error:.1e}")
        lost = y.owner.op != pt.exp and base < 70000
        assert 1e-10 < abs(error) < 1e-6 if lost else abs(error) < 1e-14
PY
