#!/usr/bin/env bash
# pytensor 3.3.8: forward mode takes x + y to be constant in x, and x - y to be constant in y.
#
# pushforward (Rop, by its older name) goes by default twice through reverse mode, and loses tangents on the way: along x
# it says 0 for x + y, exp(x + y) and sin(x) + y, and along y for x - y and for x % y, whose partial at (7, 3) is -2.
# grad is right for all of them, and so is pushforward with use_op_pushforward=True.
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
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import pushforward

x, y, dx, dy = (pt.dscalar(name) for name in ("x", "y", "dx", "dy"))
point = {"x": 7.0, "y": 3.0}
functions = {
    "x + y": x + y, "exp(x + y)": pt.exp(x + y), "sin(x) + y": pt.sin(x) + y, "x - y": x - y, "x % y": x % y, "x*y": x * y,
}
lost = {("x + y", "x"), ("exp(x + y)", "x"), ("sin(x) + y", "x"), ("x - y", "y"), ("x % y", "y")}
with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
    for name, z in functions.items():
        ways = [pushforward(z, [x, y], [dx, dy], use_op_pushforward=own_rule) for own_rule in (False, True)]
        run = pytensor.function([x, y, dx, dy], [*pytensor.grad(z, [x, y]), *ways], on_unused_input="ignore")
        for place, along in enumerate("xy"):
            *gradient, default, own_rule = (float(number) for number in run(*point.values(), *(float(along == v) for v in "xy")))
            true = gradient[place]
            print(f"{name} along {along}: grad {true:.6g}, pushforward {default:.6g}, with its own rules {own_rule:.6g}")
            assert abs(own_rule - true) < 1e-12 * abs(true) + 1e-300 and true != 0
            assert default == 0.0 if (name, along) in lost else abs(default - true) < 1e-12 * abs(true)
PY
