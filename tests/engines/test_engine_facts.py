"""What smaller libraries return at cases of the audit, measured; each fact holds for the version that it names."""

import math

import pytest

from diffcompare.engines import engine_client
from diffcompare.engines.cases import edge_cases
from diffcompare.engines.registry import version
from diffcompare.language import serialization
from diffcompare.language.parser import parse

NAN, INF = math.nan, math.inf
CASES = {case.name: case for case in edge_cases()}
VERSIONS = {
    "ad": "1.5.1",
    "algopy": "0.7.2",
    "casadi": "3.8.2",
    "drake": "1.58.0",
    "fastdual": "0.3.1",
    "heyoka": "7.13.2",
    "num-dual": "0.15.1",
    "numdifftools": "0.11.2",
    "openturns": "1.27.post1",
    "pyomo": "6.10.1",
    "pytensor": "3.3.8",
    "symengine": "0.15.0",
    "uncertainties": "3.2.3",
}
FACTS = [
    # a tie is shared otherwise by the two types of one library, and more than once by another
    ("casadi", "reverse", "min of three at a tie", [0.25, 0.25, 0.5]),
    ("casadi", "reverse-mx", "min of three at a tie", [1 / 3, 1 / 3, 1 / 3]),
    ("pytensor", "reverse", "min of three at a tie", [1.0, 1.0, 1.0]),
    ("openturns", "gradient", "max with 0", [0.5]),
    ("ad", "forward", "max at a tie", [1.0, 0.0]),
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
    ("pytensor", "reverse", "2^x", [5.545177459716797]),
    ("uncertainties", "derivatives", "lgamma at -1/2", [0.03648993372917175]),
    ("numdifftools", "complex", "tanh at 20", [1.6993417021166355e-17]),
    ("numdifftools", "central", "tanh at 20", [0.0]),
    # remainders and products
    ("pytensor", "forward", "remainder", [1.0, 0.0]),
    ("fastdual", "forward", "remainder", [0.0, 0.0]),
    ("uncertainties", "derivatives", "remainder at its jump", [1.0, 33554430.5]),
    ("pytensor", "reverse", "cumulated product with a zero", [NAN, 0.0, 0.0]),
    # a branch that is not taken, overflow, and second derivatives
    ("heyoka", "diff-tensors", "overflow in a branch not taken", [NAN]),
    ("fastdual", "forward", "softplus as written at 800", [0.0]),
    ("num-dual", "forward", "tanh at 400", [NAN]),
    ("casadi", "hessian", "max(x, 0)^2 at 0, twice", [0.5]),
    ("openturns", "hessian", "max(x, 0)^2 at 0, twice", [1.0]),
    ("fastdual", "hessian", "x^1.5 at 0, twice", [INF]),
]
ERRORS = [
    ("ad", "forward", "sqrt at 0", "ZeroDivisionError"),
    ("num-dual", "forward", "abs at 0", "bad operand type for abs"),
    ("pyomo", "reverse-numeric", "abs at 0", "Cannot differentiate abs"),
    ("drake", "symbolic", "abs at 0", "NaN is detected during Symbolic computation"),
    ("openturns", "analytical", "max with 0", "No analytical gradient"),
    ("algopy", "reverse", "tanh at 20", "no callable tanh method"),
]


def answer(name, mode, case):
    """Return the answer of a library of the version that the facts hold for."""
    if version(name) is None:
        pytest.skip(f"{name} is not installed")
    if version(name) != VERSIONS[name]:
        pytest.skip(f"measured for {name} {VERSIONS[name]}, not {version(name)}")
    asked = CASES[case]
    names = list(asked.at)
    question = {
        "names": names,
        "point": list(asked.at.values()),
        "wrt": [names.index(variable) for variable in asked.right],
        "mode": mode,
        "float_exponents": asked.float_exponents,
    }
    what = {"program": serialization.encode(parse(asked.expression, names=asked.at))} if asked.expression else {}
    return engine_client.ask(name, question | (what or {"call": asked.call}), 60.0)


@pytest.mark.parametrize(("name", "mode", "case", "gradient"), FACTS)
def test_a_fact(name, mode, case, gradient):
    found = answer(name, mode, case)
    assert "error" not in found, found
    for partial, known in zip(found["gradient"], gradient, strict=True):
        assert partial is None if known is None else partial == pytest.approx(known, rel=1e-14, nan_ok=True)


@pytest.mark.parametrize(("name", "mode", "case", "said"), ERRORS)
def test_an_error(name, mode, case, said):
    assert said in answer(name, mode, case)["error"]
