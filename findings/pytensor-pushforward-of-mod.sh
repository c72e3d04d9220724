#!/usr/bin/env bash
# pytensor 3.3.8: forward mode takes x % y to be constant in y.
#
# x % y is x - y*floor(x/y), so its partial with respect to y at (7, 3) is -2.  grad says -2; pushforward (and Rop, its
# older name), which by default goes through reverse mode twice, says 0.  With use_op_pushforward=True it says -2, and so
# do all of them where the function is written x - y*(x//y).
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
with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
    for name, z in (("x % y", x % y), ("x - y*(x//y)", x - y * (x // y))):
        for own_rule in (True, False):
            ahead = pushforward(z, [x, y], [dx, dy], use_op_pushforward=own_rule)
            run = pytensor.function([x, y, dx, dy], [*pytensor.grad(z, [x, y]), ahead], on_unused_input="ignore")
            by_x, by_y, along = (float(value) for value in run(7.0, 3.0, 0.0, 1.0))
            print(f"{name}: grad {by_x, by_y}, pushforward along y {along} (use_op_pushforward={own_rule})")
            assert (by_x, by_y) == (1.0, -2.0)
            assert along == (0.0 if name == "x % y" and not own_rule else -2.0)
PY
