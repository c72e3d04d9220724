"""What computer algebra, programs and spreadsheets write, beside the functions that it means there."""

import time
from math import atan2, cos, exp, floor, fmod, log, log2, log10, pi, sin, sqrt, tanh

import pytest
from notations import assert_means, readings, refusal, value
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.notation.recognition import NOTATIONS
from diffcompare.language.parser import parse, read

MEANINGS = {
    "mathematica": [
        ("Sin[x]^2", lambda x: sin(x) ** 2), ("E^x Log[2, x]", lambda x: exp(x) * log2(x)), ("Log[x]", lambda x: log(x)),
        ("ArcTan[x, y]", lambda x, y: atan2(y, x)), ("1.5*^-3 x y", lambda x, y: 0.0015 * x * y), ("a/b c", lambda a, b, c: a / b * c),
        ("Piecewise[{{x^2, x > 1}, {-x, x <= 1}}]", lambda x: x * x if x > 1 else -x), ("2.5`10 x[1]", lambda x1: 2.5 * x1),
        ("If[0 < x < 1, x, 2 Sqrt[x]]", lambda x: x if 0 < x < 1 else 2 * sqrt(x)), ("(x + 1)(x - 1)", lambda x: x * x - 1),
        ("x^2/Pi - 2x", lambda x: x * x / pi - 2 * x), ("-x^2 + Max[x, 1, y]", lambda x, y: -x * x + max(x, 1, y)),
        ("(1/2)*2^(1/2)*Exp[-1/2*x^2]/Pi^(1/2)", lambda x: exp(-x * x / 2) / sqrt(2 * pi)),
        (r"\[Mu] \[CapitalOmega]^2/\[Pi]", lambda mu, Omega: mu * Omega**2 / pi),
    ],
    "maxima": [
        ("-(x*%e^-(x^2/2))/(sqrt(2)*sqrt(%pi))", lambda x: -x * exp(-x * x / 2) / sqrt(2 * pi)),
        ("if x > 1 then x^2 elseif x > 0.5 then 1 else -x;", lambda x: x * x if x > 1 else 1 if x > 0.5 else -x),
        ("signum(x)*x[1]$", lambda x, x1: x1), ("2.5b0*x", lambda x: 2.5 * x), ("2^3^2*x", lambda x: 512 * x),
    ],
    "maple": [
        ("(1/2)*sqrt(2)*exp(-1/2*x^2)/sqrt(Pi)", lambda x: exp(-x * x / 2) / sqrt(2 * pi)), ("log[10](x)", lambda x: log10(x)),
        ("piecewise(x > 1, x^2, x > 0.5, 1, -x)", lambda x: x * x if x > 1 else 1 if x > 0.5 else -x), ("exp(1)*x", lambda x: exp(1) * x),
        ("y := arctan(y, x)", lambda x, y: atan2(y, x)), ("surd(x, 3)", lambda x: x ** (1 / 3)), ("ln(x)^2:", lambda x: log(x) ** 2),
    ],
    "giac": [("((x>1)? x^2 : -x)", lambda x: x * x if x > 1 else -x), ("when(x>1,x^2,-x)", lambda x: x * x if x > 1 else -x)],
    "sympy": [
        ("Piecewise((x**2, x > 1), (-x, True))", lambda x: x * x if x > 1 else -x), ("E*Abs(x) + Max(0, x)", lambda x: exp(1) * x + x),
        ("sympy.log(x, 2)*Rational(1, 2)", lambda x: log2(x) / 2),
    ],
    "matlab": [
        ("x.^2 ./ y .* 3", lambda x, y: x * x / y * 3), ("2.^x", lambda x: 2**x), ("x^3^2", lambda x: x**6),
        ("((x > 1).*(x.^2) + (~(x > 1)).*(-x))", lambda x: x * x if x > 1 else -x), ("x(1)*x(2) ... sum\n + 1", lambda x1, x2: x1 * x2 + 1),
        ("y = exp(-x).*nthroot(x, 3);", lambda x: exp(-x) * x ** (1 / 3)), ("mod(-x, 2) % rest", lambda x: (-x) % 2), ("-x^2", lambda x: -x * x),
    ],
    "fortran": [
        ("      1.0d0/2.0d0*DSIN(X)**2", lambda X: sin(X) ** 2 / 2), ("1.5_dp*x + X", lambda x: 2.5 * x), ("a**b**c", lambda a, b, c: a ** (b**c)),
        ("merge(x**2, -x, x .gt. 1.0d0)", lambda x: x * x if x > 1 else -x), ("mod(-x, 2.0)", lambda x: fmod(-x, 2.0)), ("4/2*x", lambda x: 2 * x),
        ("      parameter (pi = 3.1415926535897932d0)\n      sin(x)/sqrt(pi)", lambda x: sin(x) / sqrt(pi)), ("-x**2 + 1.e-3", lambda x: -x * x + 0.001),
        ("exp(-x) &\n  & + x(1)", lambda x, x1: exp(-x) + x1), ("      x**2*(x\n     @ + 1)\n     @ **3", lambda x: x * x * (x + 1) ** 3), ("sign(x, -y)", lambda x, y: -x),
    ],
    "c": [
        ("(1.0/2.0)*M_SQRT2*exp(-1.0/2.0*pow(x, 2))/sqrt(M_PI)", lambda x: exp(-x * x / 2) / sqrt(2 * pi)),
        ("((x > 1) ? (\n   pow(x, 2)\n)\n: (\n   -x\n))", lambda x: x * x if x > 1 else -x), ("2.0f*fabsf(x) + std::exp(-x)", lambda x: 2 * x + exp(-x)),
        ("double t = x*x; return t*t + 1.0; // done", lambda x: x**4 + 1), ("(double)1/2*x", lambda x: x / 2), ("x[0]*x[1]", lambda x0, x1: x0 * x1),
        ("x > 1 ? x : x > 0.5 ? 2 : 3", lambda x: x if x > 1 else 2 if x > 0.5 else 3),
        ("(((x) > 1) - ((x) < 0.5))", lambda x: (x > 1) - (x < 0.5)), ("!(x > 1 && y < 1)", lambda x, y: not (x > 1 and y < 1)),
    ],
    "python": [
        ("np.sin(x)**2 + math.sqrt(y)", lambda x, y: sin(x) ** 2 + sqrt(y)), ("torch.exp(-x**2) // 0.1 % 3", lambda x: exp(-x * x) // 0.1 % 3),
        ("np.where(x > 1, x**2, -x)", lambda x: x * x if x > 1 else -x), ("x if 0 < x < 1 else 2", lambda x: x if 0 < x < 1 else 2),
        ("1/2*pow(x, 2)*np.pi", lambda x: x * x / 2 * pi), ("2**-x**2", lambda x: 2 ** -(x**2)), ("return math.log(x, 2)", lambda x: log2(x)), ("math.e**x", lambda x: exp(x)),
    ],
    "casadi": [
        ("@1=sin((x*y)), @2=1, (((@1+@2)*(@1-@2))*exp(@1))", lambda x, y: (sin(x * y) ** 2 - 1) * exp(sin(x * y))),
        ("@1=(0<x), ((@1?sq(x):0)+((!@1)?(-x):0))", lambda x: x * x), ("(1./x)+fmax(v_0,v[1])", lambda x, v_0, v1: 1 / x + max(v_0, v1)),
        ("pow(x,y)", lambda x, y: x**y),
    ],
    "pyomo": [
        ("Expr_if( ( 1  <=  x ), then=( x**2 ), else=( - x ) )", lambda x: x * x if x >= 1 else -x), ("(x + 1)**(-2)*y[1]", lambda x, y1: y1 / (x + 1) ** 2),
    ],
    "pysr": [
        ("square(x0) + 1.2 * inv(x1)", lambda x0, x1: x0 * x0 + 1.2 / x1), ("neg(cube(x)) ^ 2.0 - relu(y)", lambda x, y: x**6 - max(y, 0)),
        ("-square(x) * log(y) / inv(2.0)", lambda x, y: -x * x * log(y) * 2),
    ],
    "spreadsheet": [
        ("=EXP(-A1^2)", lambda A1: exp(A1 * A1)), ("=1-A1^2", lambda A1: 1 - A1 * A1), ("=PI()*POWER(A1;2)+1,5*$B$2", lambda A1, B2: pi * A1**2 + 1.5 * B2),
        ("=IF(A1>=1, LN(A1), LOG(A1))", lambda A1: log(A1) if A1 >= 1 else log10(A1)), ("=ATAN2(A1,B1)", lambda A1, B1: atan2(B1, A1)),
        ("=a1*5% + A1", lambda a1: 1.05 * a1), ("=WENN(A1<>0;WURZEL(A1);0)", lambda A1: sqrt(A1)), ("=MOD(-A1,2)+INT(A1)", lambda A1: (-A1) % 2 + floor(A1)),
        ("=SUM(A1,B1,2)*TANH(A1)", lambda A1, B1: (A1 + B1 + 2) * tanh(A1)), ("=LOG10(A1)*LOG(A1,2)", lambda A1: log10(A1) * log2(A1)), ("=A1=B1", lambda A1, B1: A1 == B1),
    ],
}  # fmt: skip


@every_row(("notation", "text", "function"), [(n, *row) for n, rows in MEANINGS.items() for row in rows])
def test_a_formula_means_what_its_program_computes(notation, text, function):
    assert_means(notation, text, function)


def test_every_notation_has_formulas():
    assert {*MEANINGS, "latex"} == set(NOTATIONS)


@every_row(
    ("text", "function"),
    [
        ("Sin[x] + 1", lambda x: sin(x) + 1), ("2*%pi*x", lambda x: 2 * pi * x), ("x.^2", lambda x: x * x), ("1.0d0*x**2", lambda x: x * x),
        ("pow(x,2) + y", lambda x, y: x * x + y), ("np.cos(x)", lambda x: cos(x)), ("=EXP(A1)", lambda A1: exp(A1)), ("fabs(x)", lambda x: x),
        ("@1=sq(x), (@1*@1)", lambda x: x**4), ("std::exp(-x*x)", lambda x: exp(-x * x)), ("Piecewise((1, x > 0), (0, True))", lambda x: 1),
        ("Expr_if( ( 1  <=  x ), then=( x ), else=( 1 ) )", lambda x: max(x, 1)), ("if x > 1 then x else 1", lambda x: max(x, 1)),
        ("piecewise(x > 1, x, 1)", lambda x: max(x, 1)), ("x if x > 1 else 1", lambda x: max(x, 1)), ("DSIN(X)", lambda X: sin(X)), (r"Exp[x \[Mu]]", lambda x, mu: exp(x * mu)), ("pow(x,2)*M_PI", lambda x: pi * x * x), ("x + &\n y", lambda x, y: x + y),
    ],
)  # fmt: skip
def test_without_being_told_a_notation_is_recognized(text, function):
    parsed = read(text)
    assert [note.code for note in parsed.notes][:1] == ["W310"]
    for x, y in ((0.3, 2.1), (1.7, 0.4)):
        point = dict(zip(function.__code__.co_varnames, (x, y), strict=False))
        assert value(parsed.expression, point) == pytest.approx(function(*point.values()))


@pytest.mark.parametrize(
    ("notation", "text", "expected"),
    [
        ("fortran", "x**(1/3)", ["x^(1/3)", "x^0"]), ("c", "1/2*x", ["1/2*x", "0*x"]), ("c", "-7/2*x", ["-7/2*x", "-3*x"]),
        ("spreadsheet", "=2^A1^2", ["(2^A1)^2", "2^A1^2"]), ("c", "1L/2*x", ["1/2*x", "0*x"]), ("c", "(x > 1)/2", ["if(x > 1, 1, 0)/2", "sign(if(x > 1, 1, 0)/2)*floor(abs(if(x > 1, 1, 0)/2))"]), ("fortran", "10**(-2)*x", ["10^-2*x", "0*x"]),
        ("fortran", "int(x)/2", ["sign(x)*floor(abs(x))/2", "sign(sign(x)*floor(abs(x))/2)*floor(abs(sign(x)*floor(abs(x))/2))"]),
        ("fortran", "n/2*x", ["n/2*x", "sign(n/2)*floor(abs(n/2))*x"]), ("c", "abs(3)/2*x", ["abs(3)/2*x", "sign(abs(3)/2)*floor(abs(abs(3)/2))*x"]),
    ],
)  # fmt: skip
def test_where_the_program_surprises_both_readings_are_shown(notation, text, expected):
    assert readings(notation, text) == expected


@every_row(
    ("notation", "text", "place"),
    [
        ("mathematica", "foo[x]", "foo"), ("mathematica", "I x", "I"), ("mathematica", "Sin[x", "Sin"), ("maxima", "2*%i", "%i"), ("maxima", "x = ", ""),
        ("matlab", "x'", "'"), ("matlab", "[x 1]", "["), ("matlab", "2^-x^2", "^"), ("fortran", "e*x", "e"), ("c", "x^2", "^"), ("c", "x % 2", "%"),
        ("python", "x^2", "^"), ("python", "x.sin()", "x.sin"), ("python", "__import__('os')", "__import__"), ("c", "sni(x)", "sni"), ("c", "x < y < z", "<"),
        ("spreadsheet", "=SUM(A1:B2)", ":"), ("spreadsheet", "=A1*1,5", ","), ("spreadsheet", '=A1&"x"', "&"), ("spreadsheet", "=PI(1)", "PI"),
        ("python", "x and y", "and"), ("python", "np.where(x > 1 & y < 2, 1, 2)", "&"), ("c", "010*x", "010"), ("c", "x--1", "--"), ("matlab", "sind(x)", "sind"),
        ("matlab", "2*i*x", "i"), ("maple", "gamma*x", "gamma"), ("maple", "gamma(x)", "gamma"), ("mathematica", r"\[Foo] x", r"\[Foo]"),
        ("casadi", "dot(v, v)", "dot"), ("sympy", "Derivative(x, x)", "Derivative"), ("python", "max(x, )", ")"), ("maple", "piecewise(x > 0, x)", "piecewise"),
    ],
)  # fmt: skip
def test_what_is_not_read_has_its_place(notation, text, place):
    message, excerpt = refusal(notation, text)
    assert excerpt == place, message


@pytest.mark.parametrize("notation", ["c", "mathematica", "maxima", "casadi", "spreadsheet", "python"])
def test_hostile_text_gets_its_answer_at_once(notation):
    for part in ("((x)", "-", "x^", "f(", "a?b:", "if ", "!", "x[", "@1=", "{", "x<", "if x then ", "1/2*", '"'):
        start = time.process_time()
        assert isinstance(readings(notation, part * (8_000 // len(part))), list)
        assert time.process_time() - start < 0.6, part


def test_a_fault_has_a_code_and_its_place_in_the_text_as_it_was_written():
    with pytest.raises(DiffcompareError) as caught:
        parse("1 + 2*%i")
    assert (caught.value.diagnostic.code, caught.value.diagnostic.span) == ("E221", (6, 8))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1/2*pow(x, 2)", "1/2 is 0 in C"), ("=ROUNDUP(A1, 0)", "unknown function `ROUNDUP`"),
        (r"\operatorname{foo}{\left(x \right)}", "`foo` is not known"), ("x^{2}^{3}", "two exponents of one base"),
    ],
)  # fmt: skip
def test_the_notation_of_which_a_text_bears_the_mark_says_why_it_is_not_read(text, words):
    with pytest.raises(DiffcompareError) as caught:
        parse(text)
    assert words in caught.value.diagnostic.message
