#!/usr/bin/env bash
# algopy 0.7.2: x**1.0 at 0 has the slope 0 in reverse mode and nan in forward mode; x**1 has 1 in both.
#
# The power is the function x either way.  With the exponent written as a float the two modes of one library disagree
# with each other and with the truth, 1, and the only sign of it is a NumPy warning about a division.
#
# Seen on 2026-12-01 with CPython 3.12 and NumPy 2 on Linux.  Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "algopy==0.7.2"
"$folder/venv/bin/python" -W ignore - <<'PY'
import math

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


slopes = {
    name: (reverse(f, 0.0), forward(f, 0.0)) for name, f in {"x**1.0": lambda x: x**1.0, "x**1": lambda x: x**1}.items()
}
for name, (back, ahead) in slopes.items():
    print(f"{name} at 0: reverse {back}, forward {ahead}")
assert slopes["x**1"] == (1.0, 1.0)
assert slopes["x**1.0"][0] == 0.0 and math.isnan(slopes["x**1.0"][1])
PY
