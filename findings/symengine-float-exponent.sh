#!/usr/bin/env bash
# symengine 0.15.0: a negative number to a power written 2.0 is complex.
#
# (-2)**2.0 becomes 4 - 1e-15*I, and the derivative of x**3.0 at -2 has an imaginary part of rounding too; float() of
# either raises.  sympy gives real numbers for the same two lines, and so does symengine's own Lambdify.  A formula with
# exponents read from a file of floats is enough.
#
# Seen on 2026-12-01 with CPython 3.12 on Linux.  Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "symengine==0.15.0" "sympy==1.14.0" numpy
"$folder/venv/bin/python" - <<'PY'
import symengine
import sympy

for library in (symengine, sympy):
    x = library.Symbol("x")
    power, slope = (x**2.0).subs({x: -2}), (x**3.0).diff(x).subs({x: -2})
    print(f"{library.__name__}: (-2)**2.0 = {power}, d/dx x**3.0 at -2 = {slope}")
    for result, true in ((power, 4.0), (slope, 12.0)):
        try:
            number = float(result)
        except (TypeError, RuntimeError) as error:
            assert library is symengine, error
            print(f"  float: {type(error).__name__}: {error}")
            number = complex(result)
            assert 0 < abs(number.imag) < 1e-13 and abs(number.real - true) < 1e-13
        else:
            assert library is sympy and number == true

x = symengine.Symbol("x")
compiled = symengine.Lambdify([x], [x**2.0, (x**3.0).diff(x)])
print("symengine, Lambdify:", compiled([-2.0]))
assert compiled([-2.0]).tolist() == [4.0, 12.0]
PY
