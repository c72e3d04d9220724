#!/usr/bin/env bash
# algopy 0.7.2: in reverse mode the gradient of a power with a negative whole exponent is 0.
#
# x**-1, x**-2 and x**-3 have the right value and the gradient 0, everywhere; x**3, x**-3.0 and 1/x**3 are right, and so
# is forward mode (UTPM) for all of them.
#
# Seen on 2026-12-01 with CPython 3.12 and NumPy 2 on Linux.  Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "algopy==0.7.2"
"$folder/venv/bin/python" -W ignore - <<'PY'
import numpy as np
from algopy import UTPM, CGraph, Function


def reverse(f, x):
    graph = CGraph()
    start = Function(x)
    graph.independentFunctionList = [start]
    graph.dependentFunctionList = [f(start)]
    return float(graph.gradient(x))


def forward(f, x):
    return float(UTPM.extract_jacobian(f(UTPM.init_jacobian(np.array([x]))[0]))[0])


powers = {
    "x**-1": (lambda x: x**-1, lambda x: -1 / x**2),
    "x**-2": (lambda x: x**-2, lambda x: -2 / x**3),
    "x**-3": (lambda x: x**-3, lambda x: -3 / x**4),
    "x**3": (lambda x: x**3, lambda x: 3 * x**2),
    "x**-3.0": (lambda x: x**-3.0, lambda x: -3 / x**4),
    "1/x**3": (lambda x: 1 / x**3, lambda x: -3 / x**4),
}
for name, (f, slope) in powers.items():
    for x in (2.0, 0.5):
        back, ahead, true = reverse(f, x), forward(f, x), slope(x)
        print(f"{name} at {x}: reverse {back:.6g}, forward {ahead:.6g}, true {true:.6g}")
        lost = name in ("x**-1", "x**-2", "x**-3")
        assert back == 0.0 if lost else abs(back - true) < 1e-12 * abs(true)
        assert abs(ahead - true) < 1e-12 * abs(true)
PY
