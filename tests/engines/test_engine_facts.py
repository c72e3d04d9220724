"""What smaller libraries return at cases of the audit, measured; each fact holds for the version that it names."""

import math

import pytest

from diffcompare.engines import engine_client
from diffcompare.engines.cases import edge_cases
from diffcompare.engines.registry import version
from diffcompare.studies.audit_suite import Question

NAN, INF = math.nan, math.inf
CASES = {case.name: case for case in edge_cases()}
VERSIONS = {
    "ad": "1.5.1",
    "advect": "0.3.1",
    "algopy": "0.7.2",
    "autograd": "1.9.1",
    "casadi": "3.8.2",
    "drake": "1.58.0",
    "fastdual": "0.3.1",
    "heyoka": "7.13.2",
    "jax": "0.12.0.1",
    "mlx": "0.32.4",
    "num-dual": "0.15.1",
    "numdifftools": "0.11.2",
    "openturns": "1.27.post1",
    "paddle": "3.3.1",
    "pyomo": "6.10.1",
    "pytensor": "3.3.8",
    "symengine": "0.15.0",
    "tensorflow": "2.21.0",
    "tinygrad": "0.14.0",
    "torch": "2.13.0",
    "uncertainties": "3.2.3",
}
CONFUSED = "a derivative inside a derivative"
ALIASED = "an inner derivative at the outer variable"
DEPENDING = "an inner derivative that depends on the outer variable"
FACTS = [
    # a tie is shared otherwise by the two types of one library, and more than once by another
    ("casadi", "reverse", "min of three at a tie", [0.25, 0.25, 0.5]),
    ("casadi", "reverse-mx", "min of three at a tie", [1 / 3, 1 / 3, 1 / 3]),
    ("pytensor", "reverse-numba", "min of three at a tie", [1.0, 1.0, 1.0]),
    ("openturns", "gradient", "max with 0", [0.5]),
    ("ad", "forward", "max at a tie", [1.0, 0.0]),
    # buffers share a tie; equal constants are one node, so that each gets the whole, and twice where it is a sum
    ("tinygrad", "reverse", "max at a tie", [0.5, 0.5]),
    ("tinygrad", "reverse", "min of three at a tie", [1 / 3, 1 / 3, 1 / 3]),
    ("tinygrad", "reverse, of Tensor(scalar)", "max at a tie", [1.0, 1.0]),
    ("tinygrad", "reverse, of Tensor(scalar)", "min of three at a tie", [1.0, 1.0, 1.0]),
    ("drake", "forward", "relu minus mirrored relu", [2.0]),
    ("heyoka", "diff", "relu minus mirrored relu", [0.0]),
    ("uncertainties", "derivatives", "abs at 0", [1.0]),
    # an exponent that is not differentiated by
    ("casadi", "forward", "x^y at a negative base", [12.0, NAN]),
    ("casadi", "forward-mx", "x^y at a negative base", [NAN, NAN]),
    ("ad", "forward", "x^y at a negative base", [12.0, 0.0]),
    ("pyomo", "reverse-symbolic", "x^y at a negative base", [12.0, None]),
    ("algopy", "reverse", "x^1.0 at 0", [0.0]),
    ("algopy", "reverse", "x^1 at 0", [1.0]),
    ("symengine", "formula", "x^3 at a negative base", [12.0]),
    # digits: constants of six, of single precision, and differences in place of rules
    ("openturns", "analytical", "a constant of ten digits", [0.123457]),
    ("pytensor", "reverse-numba", "2^x", [5.545177459716797]),
    ("uncertainties", "derivatives", "lgamma at -1/2", [0.03648993372917175]),
    ("numdifftools", "complex", "tanh at 20", [1.6993417021166355e-17]),
    ("numdifftools", "central", "tanh at 20", [0.0]),
    # remainders and products
    ("pytensor", "forward-numba", "remainder", [1.0, 0.0]),
    ("fastdual", "forward", "remainder", [0.0, 0.0]),
    ("uncertainties", "derivatives", "remainder at its jump", [1.0, 33554430.5]),
    ("pytensor", "reverse-numba", "cumulated product with a zero", [NAN, 0.0, 0.0]),
    # a branch that is not taken, overflow, and second derivatives
    ("heyoka", "diff-tensors", "overflow in a branch not taken", [NAN]),
    ("fastdual", "forward", "softplus as written at 800", [0.0]),
    ("num-dual", "forward", "tanh at 400", [NAN]),
    ("casadi", "hessian", "max(x, 0)^2 at 0, twice", [0.5]),
    ("openturns", "hessian", "max(x, 0)^2 at 0, twice", [1.0]),
    ("fastdual", "hessian", "x^1.5 at 0, twice", [INF]),
    # derivatives inside: confused, by both variables, and lost on the way
    ("num-dual", "first_derivative in first_derivative", CONFUSED, [2.0]),
    ("num-dual", "first_derivative in first_derivative", DEPENDING, [5.0]),
    ("fastdual", "autojac in autojac", DEPENDING, [3.0]),
    ("uncertainties", "derivatives in derivatives", DEPENDING, [3.0]),
    ("ad", "d in d", DEPENDING, [3.0]),
    ("tinygrad", "gradient in gradient", ALIASED, [18.0]),
    ("paddle", "grad in grad", ALIASED, [18.0]),
    ("tensorflow", "tape in accumulator", ALIASED, [18.0]),
    ("pytensor", "grad in pushforward", "three derivatives inside each other", [48.0]),
    ("torch", "autograd.grad in autograd.grad", ALIASED, [18.0]),
    ("torch", "func.jvp in func.grad", ALIASED, [12.0]),
    ("jax", "jvp in grad", ALIASED, [12.0]),
    ("autograd", "grad in make_jvp", "three derivatives inside each other", [16.0]),
    ("advect", "jvp in jvp", CONFUSED, [1.0]),
    ("mlx", "grad in jvp", DEPENDING, [6.0]),
    ("casadi", "jtimes in gradient", ALIASED, [12.0]),
    ("symengine", "diff in diff", ALIASED, [12.0]),
    # complex numbers: uphill or its conjugate, the analytic derivative or its conjugate, and 1 where there is none
    ("torch", "reverse, complex", "abs of a complex number", [0.6000000000000001, 0.8]),
    ("torch", "reverse, complex", "square of a complex number", [6.0, -8.0]),
    ("torch", "forward, complex", "square of a complex number", [6.0, 8.0]),
    ("jax", "grad, complex", "abs of a complex number", [0.6, -0.8]),
    ("jax", "grad, complex", "square of a complex number", [6.0, 8.0]),
    ("jax", "grad, complex", "conjugate of a complex number", [1.0, 0.0]),
    ("autograd", "grad, complex", "abs of a complex number", [0.6000000000000001, -0.8]),
    ("autograd", "grad, complex", "conjugate of a complex number", [1.0, 0.0]),
    ("advect", "vjp, complex", "root on its cut", [0.0, 0.25]),
    ("tensorflow", "reverse, complex", "product of the parts of a complex number", [4.0, 3.0]),
    ("paddle", "reverse, complex", "exponential of a complex number", [-0.6861101325831811, -1.4991779279540935]),
    ("ad", "forward, complex", "square of a complex number", [6.0, 8.0]),
]
ERRORS = [
    ("ad", "forward", "sqrt at 0", "ZeroDivisionError"),
    ("num-dual", "forward", "abs at 0", "bad operand type for abs"),
    ("pyomo", "reverse-numeric", "abs at 0", "Cannot differentiate abs"),
    ("drake", "symbolic", "abs at 0", "NaN is detected during Symbolic computation"),
    ("openturns", "analytical", "max with 0", "No analytical gradient"),
    ("algopy", "reverse", "tanh at 20", "no callable tanh method"),
    ("ad", "forward, complex", "logarithm on its cut", "math domain error"),
    ("num-dual", "first_derivative in first_derivative", ALIASED, "must be real number"),
]


def answer(name, mode, case):
    """Return the answer of a library of the version that the facts hold for."""
    if version(name) is None:
        pytest.skip(f"{name} is not installed")
    if version(name).partition("+")[0] != VERSIONS[name]:
        pytest.skip(f"measured for {name} {VERSIONS[name]}, not {version(name)}")
    return engine_client.ask(name, {**Question(CASES[case]).asked, "mode": mode}, 60.0)


@pytest.mark.parametrize(("name", "mode", "case", "gradient"), FACTS)
def test_a_fact(name, mode, case, gradient):
    found = answer(name, mode, case)
    assert "error" not in found, found
    for partial, known in zip(found["gradient"], gradient, strict=True):
        assert partial is None if known is None else partial == pytest.approx(known, rel=1e-14, nan_ok=True)


@pytest.mark.parametrize(("name", "mode", "case", "said"), ERRORS)
def test_an_error(name, mode, case, said):
    assert said in answer(name, mode, case)["error"]
