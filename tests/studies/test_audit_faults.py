"""A reverse mode on arrays with planted faults: an audit finds each of them, alone and all at once, and invents none."""

import functools
import textwrap

import pytest
from thorough_tier import one_in

from diffcompare.studies.audit import audit
from diffcompare.studies.audit_suite import suite

# Reverse mode in one file.  The first coordinate is an array of equal elements and the others are scalars, so that
# every operation of two variables broadcasts; the function is the mean of what it returns.
ENGINE = """
import math
import numpy as np

np.seterr(all="ignore")
builtin_abs = abs

class Array:
    def __init__(self, value, *parents):
        self.value, self.parents, self.adjoint = np.asarray(value, float), parents, None

    def __add__(self, other):
        other = array(other)
        return Array(self.value + other.value, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        other = array(other)
        return Array(self.value * other.value, (self, lambda g: g * other.value), (other, lambda g: g * self.value))

    def __neg__(self):
        return Array(-self.value, (self, lambda g: -g))

    def __sub__(self, other):
        return self + -array(other)

    def __rsub__(self, other):
        return array(other) + -self

    def __truediv__(self, other):
        other = array(other)
        y = self.value / other.value
        return Array(y, (self, lambda g: g / other.value), (other, lambda g: -g * y / other.value))

    def __rtruediv__(self, other):
        return array(other) / self

    def __pow__(self, n):
        if isinstance(n, Array):
            a, b = self.value, n.value
            y, slope = a ** b, b * a ** (b - 1)
            return Array(y, (self, lambda g: g * slope), (n, lambda g: g * np.where(a == 0, 0.0, y * np.log(a))))
        slope = POWER(self.value, float(n))
        return Array(self.value ** float(n), (self, lambda g: g * slope))

    def __rpow__(self, base):
        y = base ** self.value
        return Array(y, (self, lambda g: g * y * math.log(base)))

    def __lt__(self, other):
        return self.value < array(other).value

    def __le__(self, other):
        return self.value <= array(other).value

    def __gt__(self, other):
        return self.value > array(other).value

    def __ge__(self, other):
        return self.value >= array(other).value

    __radd__, __rmul__ = __add__, __mul__


def array(x):
    return x if isinstance(x, Array) else Array(x)


def elementwise(value, slope):
    return lambda x: Array(value(x.value), (x, lambda g: g * slope(x.value)))


sin, cos = elementwise(np.sin, np.cos), elementwise(np.cos, lambda x: -np.sin(x))
exp, log = elementwise(np.exp, np.exp), elementwise(np.log, lambda x: 1 / x)
log10 = elementwise(np.log10, lambda x: LOG10 / x)
sqrt = elementwise(np.sqrt, lambda x: 0.5 / np.sqrt(x))
tanh = elementwise(np.tanh, lambda x: 1 / np.cosh(x) ** 2)
cosh, sinh = elementwise(np.cosh, np.sinh), elementwise(np.sinh, lambda x: SINH * np.cosh(x))
sigmoid = elementwise(lambda x: 1 / (1 + np.exp(-x)), lambda x: TAIL(x))
abs = elementwise(np.abs, np.sign)
asin = elementwise(np.arcsin, lambda x: 1 / np.sqrt((1 - x) * (1 + x)))


def hypot(a, b):
    a, b = array(a), array(b)
    r = np.hypot(a.value, b.value) if HYPOT else np.sqrt(a.value**2 + b.value**2)
    return Array(r, (a, lambda g: g * (a.value / r)), (b, lambda g: g * (b.value / r)))


def arctan2(a, b):
    a, b = array(a), array(b)
    r = np.hypot(a.value, b.value)
    x = QUADRANT(b.value) / r / r
    return Array(np.arctan2(a.value, b.value), (a, lambda g: g * x), (b, lambda g: -g * (a.value / r / r)))


def extreme(a, b, better):
    a, b = array(a), array(b)
    of_a = np.where(a.value == b.value, TIE, better(a.value, b.value) * 1.0)
    of_b = np.where(a.value == b.value, TIE, 1 - better(a.value, b.value) * 1.0)
    value = np.where(better(a.value, b.value), a.value, b.value)
    return Array(value, (a, lambda g: g * of_a), (b, lambda g: g * of_b))


def maximum(a, b):
    return extreme(a, b, np.greater)


def minimum(a, b):
    return extreme(a, b, np.less)


def where(condition, yes, no):
    yes, no = array(yes), array(no)
    value = np.where(condition, yes.value, no.value)
    return Array(value, (yes, lambda g: WHERE(condition, g)), (no, lambda g: WHERE(np.logical_not(condition), g)))


def summed(g, shape):
    g = np.asarray(g, float)
    return REDUCE(g) if g.shape != shape and shape == () else g + np.zeros(shape)


def gradient(f, point):
    inputs = [Array(np.full(3, x) if i == 0 else x) for i, x in enumerate(point)]
    output = array(f(*inputs))
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)

    visit(output)
    output.adjoint = np.full(output.value.shape, 1 / output.value.size)
    for node in reversed(order):
        for parent, pull in node.parents if node.adjoint is not None else ():
            arrived = pull(node.adjoint)
            if arrived is not None:  # None for a branch that is not taken
                arrived = summed(arrived, parent.value.shape)
                parent.adjoint = arrived if parent.adjoint is None else ACCUMULATE(parent.adjoint, arrived)
    return [0.0 if x.adjoint is None else float(np.sum(x.adjoint)) for x in inputs]
"""

RIGHT = {
    "ACCUMULATE": "lambda old, new: old + new",
    "REDUCE": "np.sum",
    "POWER": "lambda x, n: 0 * x if n == 0 else n * x ** (n - 1)",
    "LOG10": "1 / math.log(10)",
    "TIE": "0.5",
    "QUADRANT": "lambda x: x",
    "HYPOT": "True",
    "WHERE": "lambda condition, g: g if np.all(condition) else None",
    "SINH": "1",
    "TAIL": "lambda x: np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))) ** 2",
}

# A fault, and what is asked about it: the case that shows it, its kind there, and the words in every case that it may
# touch (none: any).
FAULTS = {
    "= in place of +=": ("ACCUMULATE", "lambda old, new: new", "square as a product", "wrong", ()),
    "a sum of broadcast adjoints that takes one": ("REDUCE", "np.max", "hypot(x, y) at x = 3, y = 4", "wrong", ()),
    "n x^(n - 1) for n = 0": ("POWER", "lambda x, n: n * x ** (n - 1)", "x^0.0 at 0", "no-number", ("^0",)),
    "a constant wrong in the 13th digit": ("LOG10", "0.4342944819036", "log10 at 2", "digits-lost", ("log10",)),
    "both arguments of a tie": ("TIE", "1.0", "max at a tie", "wrong", ("max", "min", "abs")),
    "none of a tie": ("TIE", "0.0", "max of a number and itself", "wrong", ("max", "min", "abs")),
    "the wrong quadrant": ("QUADRANT", "np.abs", "atan2 in the third quadrant", "wrong", ("atan2",)),
    "squares that underflow": ("HYPOT", "False", "hypot of tiny numbers", "no-number", ("hypot",)),
    "0 times infinity in where": (
        "WHERE", "lambda condition, g: g * condition", "overflow in a branch not taken", "no-number", ("if(",),
    ),
    "a sign": ("SINH", "-1", "sinh(x) at x = 0.3", "wrong", ("sinh", "cosh")),
    "a tail": ("TAIL", "lambda x: (s := 1 / (1 + np.exp(-x))) * (1 - s)", "sigmoid at 40", "digits-lost", ("sigmoid",)),
}  # fmt: skip


@functools.cache
def whole_suite():
    return tuple(suite(second=False))


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Return what an audit says of the engine with some values in place of the right ones."""

    @functools.cache
    def of(faults=()):
        path = tmp_path_factory.mktemp("engine") / "my_engine.py"
        values = "\n".join(f"{name} = {value}" for name, value in {**RIGHT, **dict(faults)}.items())
        path.write_text(f"{textwrap.dedent(ENGINE)}\n\n{values}\n")
        result = audit(str(path), cases=whole_suite())
        return {(one.case.name, one.variable): one for one in result.numbers}

    return of


def test_nothing_is_invented_about_the_engine_that_is_right(judged):
    numbers = judged()
    kinds = [one.judgement.kind for one in numbers.values()]
    assert kinds.count("right") > 290
    assert kinds.count("wrong") == 0
    lost = {name for (name, _), one in numbers.items() if one.judgement.kind == "no-number"}
    assert lost == LOST_BY_RULE


# The chain rule over doubles itself ends in nan there: an infinite slope times 0, or inf/inf.
LOST_BY_RULE = {
    "logistic as written at -800",
    "@sqrt_then_square",
    "@logsumexp_overflow",
    "@softplus_overflow",
}


@pytest.mark.parametrize("name", one_in(2, FAULTS))
def test_a_planted_fault_is_found_and_nothing_else(judged, name):
    place, value, case, kind, touched = FAULTS[name]
    right, faulty = judged(), judged(((place, value),))
    differing = {
        key
        for key, one in faulty.items()
        if (one.judgement.kind, one.judgement.convention)
        != (right[key].judgement.kind, right[key].judgement.convention)
    }
    assert kind in {faulty[key].judgement.kind for key in differing if key[0] == case}
    for case, _ in differing:
        text = next(one.text for one in whole_suite() if one.name == case)
        assert not touched or any(word in text for word in touched), text


def test_faults_that_are_planted_together_are_all_found(judged):
    together = {name: fault for name, fault in FAULTS.items() if name != "none of a tie"}
    faulty = judged(tuple((place, value) for place, value, *_ in together.values()))
    for name, (_, _, case, _, _) in together.items():
        kinds = {one.judgement.kind for (asked, _), one in faulty.items() if asked == case}
        assert kinds & {"wrong", "no-number", "digits-lost"}, name


OURS = """
from diffcompare.backends.automatic import forward_mode, reverse_mode
from diffcompare.backends.problem import Problem
from diffcompare.engines.engine import OPERATORS
from diffcompare.language.expression import Variable, lift
from diffcompare.language.operations import OPERATIONS

globals().update({name: row for name, row in OPERATIONS.items() if name not in OPERATORS})


def gradient(f, point):
    names = [f"x{i}" for i in range(len(point))]
    expression = lift(f(*map(Variable, names)))
    answer = MODE(Problem(expression, dict(zip(names, point)), tuple(names)))
    return [float("nan") if x is None else x for x in answer.gradient.values()]
"""


@pytest.mark.parametrize("mode", ["reverse_mode", "forward_mode"])
def test_our_own_modes_are_right_but_where_the_rule_at_a_kink_is(tmp_path, mode):
    path = tmp_path / "ours.py"
    path.write_text(OURS.replace("MODE", mode))
    result = audit(str(path), cases=whole_suite())
    kinds = [one.judgement.kind for one in result.numbers]
    assert kinds.count("right") > 450
    assert {one.case.name for one in result.wrong} == {"relu minus mirrored relu", "@relu_identity"}
    lost = [one.case for one in result.numbers if one.judgement.kind == "no-number"]
    assert {case.name for case in lost if case.group != "Ends of domains"} == LOST_BY_RULE | {
        "softplus as written at 800",
        "x^y at a negative base",
    }
