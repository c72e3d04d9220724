"""Twelve faults planted in a home-made engine that has everything a file may have: an audit finds all, invents none."""

import pytest

from diffcompare.engines.cases import AuditCase, edge_cases
from diffcompare.studies.audit import audit

# Forward mode by marked dual numbers, which nest, and whose numbers may be complex.
ENGINE = """
import cmath, math
from itertools import count

new_mark = count(1).__next__
real_abs = abs


class Dual:
    def __init__(self, value, slope, mark):
        self.value, self.slope, self.mark = value, slope, mark

    def __add__(self, other): return both(lambda a, b: a + b, lambda a, b: 1, lambda a, b: 1, self, other)
    def __sub__(self, other): return both(lambda a, b: a - b, lambda a, b: 1, lambda a, b: -1, self, other)
    def __mul__(self, other): return both(lambda a, b: a * b, lambda a, b: b, lambda a, b: a, self, other)
    def __truediv__(self, other):
        return both(lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / QUOTIENT(b), self, other)
    def __pow__(self, n):
        if isinstance(n, int):
            return one(lambda x: x ** n, lambda x: POWER(x, n), self)
        return both(lambda a, b: a ** b, lambda a, b: b * a ** (b - 1), lambda a, b: a ** b * log(a), self, n)
    def __radd__(self, other): return self + other
    def __rsub__(self, other): return -self + other
    def __rmul__(self, other): return self * other
    def __rtruediv__(self, other): return both(
        lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / QUOTIENT(b), other, self)
    def __rpow__(self, base): return exp(self * math.log(base))
    def __neg__(self): return self * -1
    def __lt__(self, other): return plain(self) < plain(other)
    def __gt__(self, other): return plain(self) > plain(other)


def plain(x):
    return plain(x.value) if isinstance(x, Dual) else x


def parts(x, mark):
    return (x.value, x.slope) if isinstance(x, Dual) and x.mark == mark else (x, 0)


def one(value, slope, x):
    if not isinstance(x, Dual):
        return value(x)
    return Dual(one(value, slope, x.value), slope(x.value) * x.slope, x.mark)


def both(value, by_a, by_b, a, b):
    mark = max([x.mark for x in (a, b) if isinstance(x, Dual)], default=0)
    if not mark:
        return value(a, b)
    (a, da), (b, db) = parts(a, mark), parts(b, mark)
    slope = 0
    for d, by in ((da, by_a), (db, by_b)):
        slope = slope + by(a, b) * d if isinstance(d, Dual) or d != 0 else slope
    return Dual(both(value, by_a, by_b, a, b), slope, mark)


def of(real, imaginary, x):
    return imaginary(x) if isinstance(x, complex) else real(x)


def sin(x): return one(math.sin, lambda x: cos(x), x)
def cos(x): return one(math.cos, lambda x: SIGN * sin(x), x)
def exp(x): return one(lambda x: of(math.exp, cmath.exp, x), exp, x)
def log(x): return one(lambda x: of(math.log, cmath.log, x), lambda x: 1 / x, x)
def sqrt(x): return one(lambda x: of(math.sqrt, cmath.sqrt, x), lambda x: 0.5 / ROOT(sqrt(x)), x)
def tanh(x): return one(math.tanh, lambda x: TAIL(x), x)
def log1p(x): return one(math.log1p, lambda x: 1 / (1 + x), x)


def abs(x):
    if isinstance(plain(x), complex):
        z, dz = x.value, x.slope
        r = real_abs(z)
        return Dual(r, COMPLEX * (z.conjugate() * dz).real / r if r else 0.0, x.mark)
    return BRANCH(x)


def conj(z): return Dual(z.value.conjugate(), z.slope.conjugate(), z.mark)


def re_im(z):
    return Dual(z.value.real * z.value.imag, z.slope.real * z.value.imag + z.value.real * z.slope.imag, z.mark)


def maximum(a, b):
    return (a + b) * TIE if plain(a) == plain(b) else a if plain(a) > plain(b) else b


def arctan2(a, b):
    return both(math.atan2, lambda a, b: QUADRANT(b) / (a * a + b * b), lambda a, b: -a / (a * a + b * b), a, b)


def where(condition, yes, no):
    return WHERE(condition, yes, no)


def derivative(f, x):
    mark = MARK()
    y = f(Dual(x, 1.0, mark))
    return y.slope if isinstance(y, Dual) and y.mark == mark else 0.0


def along(f, point, i):
    return lambda x: f(*[x if i == j else other for j, other in enumerate(point)])


def gradient(f, point):
    return [derivative(along(f, point, i), x) for i, x in enumerate(point)]


def hessian(f, point):
    def second(i, j):
        return derivative(lambda x: derivative(along(f, [x if j == k else y for k, y in enumerate(point)], i),
                                               x if i == j else point[i]), point[j])
    return [[second(i, j) for j in range(len(point))] for i in range(len(point))]


def value(f, point):
    return f(*point) + VALUE(point)


def complex_derivative(f, z):
    def toward(direction):
        return f(Dual(z, complex(direction), new_mark()))
    y = toward(1)
    return y.slope if isinstance(y.value, complex) else complex(y.slope, toward(1j).slope)
"""
RIGHT = {
    "SIGN": "-1",
    "QUOTIENT": "lambda b: b * b",
    "POWER": "lambda x, n: n * x ** (n - 1) if n else 0.0",
    "ROOT": "lambda y: y",
    "TAIL": "lambda x: 4 / (exp(x) + exp(-x)) ** 2 if -300 < plain(x) < 300 else 0.0",
    "COMPLEX": "1",
    "BRANCH": "lambda x: -x if plain(x) < 0 else x",
    "TIE": "0.5",
    "QUADRANT": "lambda b: b",
    "WHERE": "lambda condition, yes, no: yes if condition else no",
    "MARK": "new_mark",
    "VALUE": "lambda point: 0.0",
}
# What is planted, the case that shows it, and words of which one is in every case that it may touch.
FAULTS = {
    "a sign": ("SIGN", "1", "cosine", ("cos", "sin")),
    "a quotient without the square": ("QUOTIENT", "lambda b: b", "quotient", ("/",)),
    "an even power of a negative base": (
        "POWER", "lambda x, n: n * (x if plain(x) > 0 else -x) ** (n - 1) if n else 0.0",
        "fourth power of a negative number", ("^",),
    ),
    "a second order that is lost": ("ROOT", "plain", "root, twice", ("sqrt",)),
    "a tail": ("TAIL", "lambda x: 1 - tanh(x) * tanh(x) if -9 < plain(x) < 9 else 1e-9", "tanh at 20", ("tanh",)),
    "half of a complex slope": ("COMPLEX", "0.5", "abs of a complex number", ("abs(z)",)),
    "a missing branch": ("BRANCH", "lambda x: x", "abs of a negative number", ("abs",)),
    "both arguments of a tie": ("TIE", "1.0", "max at a tie", ("max",)),
    "the wrong quadrant": ("QUADRANT", "real_abs", "atan2 in the second quadrant", ("atan2",)),
    "the other branch": (
        "WHERE", "lambda condition, yes, no: no if condition else yes", "the branch of a condition that holds", ("if(",),
    ),
    "tangents that are taken for each other": (
        "MARK", "lambda: 1", "a derivative inside a derivative", ("d/dy", "second derivative"),
    ),
    "a value below 0": ("VALUE", "lambda point: 1e-3 * (point[0] < 0)", "cosine, value", (", value",)),
}  # fmt: skip
OWN = [
    AuditCase("cosine", "Angles", {"x": -1.0}, {"x": "0.8414709848078965066525023"}, "cos(x)"),
    AuditCase("quotient", "Powers", {"x": 4.0}, {"x": "-0.1875"}, "3/x"),
    AuditCase("fourth power of a negative number", "Powers", {"x": -2.0}, {"x": "-32"}, "x^4"),
    AuditCase("root, twice", "Powers", {"x": 4.0}, {"x": "-0.03125"}, "sqrt(x)", order=2),
    AuditCase("abs of a negative number", "Kinks", {"x": -2.0}, {"x": "-1"}, "abs(x)"),
    AuditCase("cosine, twice", "Angles", {"x": 1.0}, {"x": "-0.5403023058681397174009366"}, "cos(x)", order=2),
]
CASES = (*edge_cases(), *OWN)


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    path = tmp_path_factory.mktemp("engine") / "home_made.py"

    def of(**faults):
        values = "\n".join(f"{name} = {value}" for name, value in {**RIGHT, **faults}.items())
        path.write_text(f"{ENGINE}\n\n{values}\n")
        return audit(str(path), cases=CASES)

    return of


def test_twelve_planted_faults_are_found_and_none_is_invented(audited):
    right = audited()
    assert right.wrong == ()
    modes = {one.mode for one in right.numbers if one.judgement.kind == "right"}
    assert modes == {"gradient", "hessian", "value", "derivative in derivative", "complex_derivative"}
    assert len(FAULTS) == 12
    faulty = audited(**{name: value for name, value, *_ in FAULTS.values()})
    wrong = {one.case.name: one.case.text for one in faulty.wrong}
    assert {fault for fault, (_, _, case, _) in FAULTS.items() if case not in wrong} == set()
    words = [word for *_, touched in FAULTS.values() for word in touched]
    assert {text for text in wrong.values() if not any(word in text for word in words)} == set()


@pytest.mark.parametrize("fault", ["a second order that is lost", "tangents that are taken for each other", "a tail"])
def test_one_of_them_alone_is_told_from_the_others(audited, fault):
    name, value, case, touched = FAULTS[fault]
    wrong = audited(**{name: value}).wrong
    assert case in {one.case.name for one in wrong}
    assert all(any(word in one.case.text for word in touched) for one in wrong)
