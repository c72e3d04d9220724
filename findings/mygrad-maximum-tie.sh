#!/usr/bin/env bash
# mygrad 2.5.0: at a tie, maximum passes nothing on to either argument, so that d/dx maximum(x, x) is 0.
#
# Engines share the slope at a tie in several ways (1/2 and 1/2, all to one side, 1 and 1); with every one of them that
# adds up to 1, maximum(x, x) has the slope 1 of the function x that it is.  Here it has 0, and a value on its way through
# such a maximum stops being trained without a warning.
#
# Seen on 2026-12-01 with CPython 3.12 and NumPy 2 on Linux.  Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "mygrad==2.5.0"
"$folder/venv/bin/python" - <<'PY'
import mygrad as mg

x, y = mg.tensor(2.0), mg.tensor(2.0)
mg.maximum(x, y).backward()
print(f"maximum(x, y) at (2, 2): {float(x.grad)}, {float(y.grad)}")
assert (float(x.grad), float(y.grad)) == (0.0, 0.0)

x = mg.tensor(2.0)
mg.maximum(x, x).backward()
print(f"maximum(x, x) at 2: {float(x.grad)}")
assert float(x.grad) == 0.0
PY
