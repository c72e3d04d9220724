#!/usr/bin/env bash
# tinygrad 0.14.0: two scalars of the same number are one variable, so that both get the derivative by both.
#
# Tensor(2.0) is a constant node, and equal constants are one node. Of a*b at a = b = Tensor(2.0), gradient
# says (4, 4) where the partials are (2, 2), of a - b it says (0, 0) for (1, -1), and a factor sin(Tensor(2.0)) that was
# meant as a number is differentiated as well. At (2, 3), or with the tensors Tensor([2.0]) of one entry, all is right.
#
# Seen on 2026-12-01 with CPython 3.12 on Linux.  Fails if that changes.
set -euo pipefail
for python in python3 python3.11 python3.12 python3.13; do
    "$python" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && break
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "tinygrad==0.14.0"
DEV=PYTHON "$folder/venv/bin/python" - <<'PY'
from math import cos, sin

from tinygrad import Tensor, dtypes


def scalar(number):
    return Tensor(number, dtype=dtypes.float64)


def one_entry(number):
    return Tensor([number], dtype=dtypes.float64)


def partials(f, *inputs):
    return [partial.item() for partial in f(*inputs).sum().gradient(*inputs)]


cases = {  # f, the point, the partials, and what equal scalars get
    "a*b at (2, 2)": (lambda a, b: a * b, (2.0, 2.0), [2, 2], [4, 4]),
    "a*b at (2, 3)": (lambda a, b: a * b, (2.0, 3.0), [3, 2], [3, 2]),
    "a - b at (2, 2)": (lambda a, b: a - b, (2.0, 2.0), [1, -1], [0, 0]),
    "a*sin(Tensor(2.0)) at 2": (lambda a: a * scalar(2.0).sin(), (2.0,), [sin(2)], [sin(2) + 2 * cos(2)]),
}
for name, (f, point, true, seen) in cases.items():
    scalars, entries = partials(f, *map(scalar, point)), partials(f, *map(one_entry, point))
    print(f"{name}: {true}; Tensor(number) {scalars}, Tensor([number]) {entries}")
    assert all(abs(a - b) < 1e-12 for a, b in zip(entries, true)) and all(abs(a - b) < 1e-12 for a, b in zip(scalars, seen))
PY
