#!/usr/bin/env bash
# num-dual 0.15.1: the spherical Bessel functions lose every digit just above 0, and then have a size and a slope.
#
# j2(x) is x^2/15 near 0.  What comes back behaves as the closed formula in sin(x)/x and cos(x)/x^2 does, whose terms
# cancel: at 1e-4 the value is 1.1e-8 for 6.7e-10 and the slope has the wrong sign, at 1e-6 they are -7.8e-5 and 166, and
# at 1e-8 they are -1 and 3.3e8, where the true ones are 6.7e-18 and 1.3e-9.  j1 is 0 at 1e-8, with a slope of 1.11 for
# 1/3.  j0 is right down to 1e-6.
#
# Seen on 2026-12-01 with CPython 3.12 on Linux.  Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "num-dual==0.15.1"
"$folder/venv/bin/python" - <<'PY'
from num_dual import first_derivative

true = {"sph_j0": (lambda x: 1 - x * x / 6, lambda x: -x / 3),
        "sph_j1": (lambda x: x / 3, lambda x: 1 / 3),
        "sph_j2": (lambda x: x * x / 15, lambda x: 2 * x / 15)}
seen = {}
for name, (value_of, slope_of) in true.items():
    for x in (1e-2, 1e-4, 1e-6, 1e-8):
        seen[name, x] = first_derivative(lambda number: getattr(number, name)(), x)
        value, slope = seen[name, x]
        print(f"{name} at {x:g}: {value:.3g} (true {value_of(x):.3g}), slope {slope:.3g} (true {slope_of(x):.3g})")

assert all(abs(seen["sph_j0", x][1] + x / 3) <= 1e-3 * x for x in (1e-2, 1e-4, 1e-6))
assert seen["sph_j2", 1e-4][1] < 0 < seen["sph_j2", 1e-2][1]
assert 100 < seen["sph_j2", 1e-6][1] < 1000 and -1e-4 < seen["sph_j2", 1e-6][0] < 0
assert seen["sph_j2", 1e-8][0] == -1.0 and seen["sph_j2", 1e-8][1] > 3e8
assert seen["sph_j1", 1e-8][0] == 0.0 and seen["sph_j1", 1e-8][1] > 1
PY
