r"""LaTeX: each formula beside the function that it means, and all readings where it has several.

The formulas are what textbooks, papers and pupils write; many are traps into which other readers fall.
"""

import time
from math import acos, asin, atan, atan2, ceil, cos, exp, floor, gamma, log, log2, log10, pi, sin, sinh, sqrt, tan, tanh

import pytest
from hypothesis import given
from notations import assert_means, readings, refusal
from rows import every_row
from strategies import SMOOTH, expressions

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.notation.recognition import in_notation
from diffcompare.language.parser import parse, read
from diffcompare.language.typesetting.latex_forms import to_latex

ONE_READING = [
    # products: letters side by side, indices, signs
    (r"\ln x_1 + x_1 x_2 - \sin x_2", lambda x1, x2: log(x1) + x1 * x2 - sin(x2)),
    (r"\ln(x_1)+x_1x_2-\sin(x_2)", lambda x1, x2: log(x1) + x1 * x2 - sin(x2)),
    ("$xy + 2 x^2 y$", lambda x, y: x * y + 2 * x * x * y), (r"\pi x \cdot y \times 3", lambda x, y: pi * x * y * 3),
    (r"x_{12} + x_{i} + x_{\max} + \alpha_{\text{in}}", lambda x12, x_i, x_max, alpha_in: x12 + x_i + x_max + alpha_in),
    (r"x_1^2 + x^2_1 + {x}_1^{2}", lambda x1: 3 * x1 * x1), (r"\bar{v}_1 \hat{y}", lambda v_bar1, y_hat: v_bar1 * y_hat),
    (r"x\,y\;z\!\quad {}", lambda x, y, z: x * y * z), (r"a\,x^2", lambda a, x: a * x * x), (r"2\;x", lambda x: 2 * x),
    (r"2~\left( y + 1 \right)", lambda y: 2 * (y + 1)),
    (r"x(x+1)", lambda x: x * (x + 1)), (r"2a(x - 1)", lambda x, a: 2 * a * (x - 1)), (r"-x^2", lambda x: -x * x),
    # fractions, roots, powers
    (r"\frac{x^2}{x+1}", lambda x: x * x / (x + 1)), (r"\frac12 x", lambda x: x / 2), (r"\dfrac{x}{y}", lambda x, y: x / y),
    (r"\frac{1}{2}x", lambda x: x / 2), (r"\frac{1}{2x}", lambda x: 1 / (2 * x)), (r"\frac xy", lambda x, y: x / y),
    (r"\sqrt[3]{x}", lambda x: x ** (1 / 3)), (r"\sqrt x", sqrt), (r"\sqrt2 x", lambda x: sqrt(2) * x),
    (r"\sqrt[n]{x+1}", lambda x, n: (x + 1) ** (1 / n)), (r"x^2y", lambda x, y: x * x * y), (r"x^{2y}", lambda x, y: x ** (2 * y)),
    (r"x^-1", lambda x: 1 / x), (r"1/2 \cdot x", lambda x: x / 2), (r"x/y/2", lambda x, y: x / y / 2),
    (r"\mathrm{e}^{-x}", lambda x: exp(-x)), (r"e^x", exp), (r"e^{-x^2/2}", lambda x: exp(-x * x / 2)), (r"e^-x", lambda x: exp(-x)),
    (r"2^{10} x", lambda x: 1024 * x), (r"{2}^{x}", lambda x: 2**x), (r"3 \cdot 10^{-2}", lambda: 0.03),
    # functions: where the argument ends
    (r"\sin x + 1", lambda x: sin(x) + 1), (r"\sin x \cos x", lambda x: sin(x) * cos(x)), (r"\sin(x)^2", lambda x: sin(x) ** 2),
    (r"\cos(x) x^2", lambda x: cos(x) * x * x), (r"\ln(x) y", lambda x, y: log(x) * y), (r"2\sin(x)x", lambda x: 2 * sin(x) * x),
    (r"\sin 2x", lambda x: sin(2 * x)), (r"\sin xy", lambda x, y: sin(x * y)), (r"\cos \omega t", lambda t, omega: cos(omega * t)),
    (r"\sin 2\pi x", lambda x: sin(2 * pi * x)), (r"\sin \frac{x}{2}", lambda x: sin(x / 2)), (r"\sin\frac12 x", lambda x: sin(x / 2)),
    (r"\sin x^2", lambda x: sin(x * x)), (r"\sin 3x^2", lambda x: sin(3 * x * x)), (r"\sin -x", lambda x: sin(-x)),
    (r"\ln\sin x", lambda x: log(sin(x))), (r"\sin^2 x", lambda x: sin(x) ** 2), (r"\sin^{2} 2x", lambda x: sin(2 * x) ** 2),
    (r"\sin{x}\cos{x}", lambda x: sin(x) * cos(x)), (r"\sin{\left(x \right)}", sin), (r"\exp\left(-x\right)", lambda x: exp(-x)),
    (r"\sinh x", sinh), (r"\operatorname{arcsin}(x/2)", lambda x: asin(x / 2)), (r"\arccos\left(\frac{x}{2}\right)", lambda x: acos(x / 2)),
    (r"\operatorname{atan}_{2}{\left(y,x \right)}", lambda x, y: atan2(y, x)), (r"\sin x \cdot \cos x", lambda x: sin(x) * cos(x)),
    (r"\log x", log), (r"\log_2 x", log2), (r"\log_{10} x", log10), (r"\log_10 x", log10), (r"\log_b x", lambda x, b: log(x) / log(b)),
    (r"\lg x", log10), (r"\ln \left|x\right|", log), (r"\tanh^2 x", lambda x: tanh(x) ** 2),
    (r"\sin(30^\circ) x", lambda x: x / 2),
    (r"\max(x,0)", lambda x: max(x, 0)), (r"\max\{0, 1 - xy\}", lambda x, y: max(0, 1 - x * y)), (r"\Gamma(x)", gamma),
    # bars and brackets
    (r"\left| x - 1 \right|", lambda x: abs(x - 1)), (r"|x-1|", lambda x: abs(x - 1)), (r"\lvert x-1 \rvert", lambda x: abs(x - 1)),
    (r"||x|-1|", lambda x: abs(abs(x) - 1)), (r"|x||y-1|", lambda x, y: abs(x) * abs(y - 1)), (r"|x-1|x + |y|", lambda x, y: abs(x - 1) * x + y),
    (r"\lfloor x\rfloor + \lceil y \rceil", lambda x, y: floor(x) + ceil(y)), (r"\bigl[ (x + 1) y \bigr]^2", lambda x, y: ((x + 1) * y) ** 2),
    # numbers
    (r"1{,}000 x", lambda x: 1000 * x), (r"3{,}14 x", lambda x: 3.14 * x), (r"0{,}125", lambda: 0.125), (r"12\,000 x", lambda x: 12000 * x),
    (r"5\% x", lambda x: x / 20), (r"n!", lambda n: gamma(n + 1)), ("$2·x²$", lambda x: 2 * x * x),
    # cases
    (r"\begin{cases} x^2 & \text{if } x > 1 \\ -x & \text{otherwise} \end{cases}", lambda x: x * x if x > 1 else -x),
    (r"\begin{cases} x^2, & x > 1, \\ -x, & x \le 1. \end{cases}", lambda x: x * x if x > 1 else -x),
    (r"\begin{cases} 0 & x < 1 \\ x & 1 \le x \leq 1.5 \\ 2 & x > 1.5 \end{cases}", lambda x: 0 if x < 1 else x if x <= 1.5 else 2),
    (r"\begin{cases} x & x < y \\ y & y \le x \end{cases}", lambda x, y: min(x, y)),
    (r"\begin{cases} x^{2} & \text{for}\: x > 0 \\- x & \text{otherwise} \end{cases}", lambda x: x * x),
    # what stands around a formula
    (r"f(x) = x^2", lambda x: x * x), (r"y = x^2.", lambda x: x * x), (r"g(\theta) := \theta^2", lambda theta: theta**2),
    (r"x \mapsto x^2", lambda x: x * x), (r"f\colon x \mapsto x^2", lambda x: x * x), (r"\[ f(x,y) = x y, \]", lambda x, y: x * y),
    ("$$ x^2 $$", lambda x: x * x), (r"\(x^2\)", lambda x: x * x), (r"\displaystyle x^2", lambda x: x * x),
    ("\\begin{equation}\n f(x) = x^2 \\label{eq:f}\n\\end{equation}", lambda x: x * x),
    ("\\begin{align}\n f(x) &= x^2 \\nonumber \\\\ % a comment $\n &\\quad + x\n\\end{align}", lambda x: x * x + x),
    (r"\begin{align*} & \tan x \end{align*}", tan), (r"f = \arctan \frac{y}{x}", lambda x, y: atan(y / x)),
]  # fmt: skip


@every_row(("text", "function"), ONE_READING)
def test_a_formula_with_one_reading_is_read(text, function):
    assert_means("latex", text, function)


@every_row(
    ("text", "expected"),
    [
        (r"\sin^{-1} x", ["asin(x)", "sin(x)^-1"]), (r"\sin^-1(x)", ["asin(x)", "sin(x)^-1"]),
        (r"\tan^{-1}\left(\frac{y}{x}\right)", ["atan(y/x)", "tan(y/x)^-1"]),
        (r"1/2x \cdot \cos x", ["1/(2*x)*cos(x)", "1/2*x*cos(x)"]), (r"1/2\sqrt{x}", ["1/(2*sqrt(x))", "1/2*sqrt(x)"]),
        ("$2^10$", ["2^10", "2^1*0"]), ("$2^3^2$", ["2^3^2", "(2^3)^2"]), (r"x_12\cdot y", ["x12*y", "x1*2*y"]),
        (r"e^-2x", ["exp(-2)*x", "exp(-(2*x))"]), (r"1{,}234", ["1234", "1.234"]), (r"2\frac{1}{2}", ["2 + 1/2", "2*(1/2)"]),
        (r"\sin x y", ["sin(x)*y", "sin(x*y)"]), (r"\sin x/2", ["sin(x)/2", "sin(x/2)"]), (r"\ln x \cdot y", ["ln(x)*y", "ln(x*y)"]),
        (r"\sin{x} y", ["sin(x)*y", "sin(x*y)"]), (r"\sin{x}^2", ["sin(x)^2", "sin(x^2)"]), (r"\cos x e^{x}", ["cos(x)*exp(x)", "cos(x*exp(x))"]),
        (r"\ln(x+1)^2", ["ln(x + 1)^2", "ln((x + 1)^2)"]), (r"\ln(x+1)(x+2)", ["ln(x + 1)*(x + 2)", "ln((x + 1)*(x + 2))"]),
        (r"\sigma(x)", ["sigmoid(x)", "sigma*x"]), (r"\sin^2(x+1)^2", ["(sin(x + 1)^2)^2", "sin((x + 1)^2)^2"]),
        (r"\begin{cases} 1 & x > 0 \\ -1 & x < 0 \end{cases}", ["if(x > 0, 1, -1)"]),
    ],
)  # fmt: skip
def test_of_several_readings_all_are_shown(text, expected):
    assert readings("latex", text) == expected


@every_row(
    ("text", "place"),
    [
        (r"\int x dx", r"\int"), (r"\sum_{i=1}^n x", r"\sum"), (r"\lim x", r"\lim"), (r"x + \foo y", r"\foo"), (r"\vec x", r"\vec"),
        (r"\begin{pmatrix} x & y \end{pmatrix}", r"\begin{pmatrix}"), (r"x \pm 1", r"\pm"), (r"x'", "'"), (r"f'(x) = 2x", "'"),
        (r"\frac{dy}{dx} = x", r"\frac"), (r"e^{i\pi x}", "i"), (r"\mathrm{i} x", r"\mathrm{i}"), (r"f(x+1)", "f"), (r"\gamma(x)", r"\gamma"),
        (r"\Delta x", r"\Delta"), (r"\epsilon + \varepsilon", r"\varepsilon"), ("$sin x$", "sin"), ("$speed$", "speed"), ("$2e3$", "2e3"),
        (r"\frac{x}", ""), ("${x$", "{"), (r"\left( x \right]", "("), (r"|x|y|z|", "|x|y|z|"), (r"x^2 \cdot |", "|"), (r"\sin", ""),
        (r"x^2 + y^2 = 1\cdot z", "="), (r"a = b = \pi", "="), (r"y = y + \pi", "y"), (r"x^{(2)}", "("), (r"x^\top", r"\top"),
        (r"Let $x^2$ be", "Let"), (r"$x$ and $y$", "and $y$"), (r"\def\a{\a\a}", r"\def"), (r"\newcommand{\a}{x}\a", r"\newcommand"),
        (r"\catcode`\$=13", "="), (r"x^2 \, dx", "dx"), (r"\sqrt12", "2"), (r"x \cdot 2 3", "3"), (r"n!!\cdot x", "!"),
        (r"\{x\}", r"\{"), (r"\max_{x} x", r"\max"), (r"\langle x \rangle", r"\langle"), (r"x, y \cdot z", ","), (r"3,5\cdot x", ","),
        (r"\begin{align} f &= x \\ g &= y \end{align}", "="), (r"\begin{align} x \\ y \end{align}", "y"), (r"x \to 0", r"\to"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_named_with_its_place(text, place):
    message, excerpt = refusal("latex", text)
    assert excerpt == place, message


def test_a_known_name_has_its_meaning():
    assert_means("latex", r"e x + i^2", lambda e, x, i: e * x + i * i, ("e", "i"))
    assert_means("latex", r"f(x+1) + \gamma(x)", lambda f, x, gamma: f * (x + 1) + gamma * x, ("f", "gamma"))
    assert_means("latex", r"\frac{d}{d \cdot x} + \frac{d}{d}", lambda d, x: 1 / x + 1, ("d", "x"))
    assert_means("latex", r"rate \cdot x_1", lambda rate, x_1: rate * x_1, ("rate", "x_1"))


@pytest.mark.parametrize(
    ("text", "function", "by"),
    [
        (r"\frac{d}{dx} x^2", "x^2", "x"), (r"\frac{\mathrm{d}}{\mathrm{d}x}\left(x^2 + 1\right)", "x^2 + 1", "x"),
        (r"\frac{\partial}{\partial x_1} x_1 x_2", "x1*x2", "x1"), (r"\dfrac{d}{dx} \sin x", "sin(x)", "x"),
    ],
)  # fmt: skip
def test_a_derivative_is_the_question_about_its_function(text, function, by):
    translation = in_notation("latex", text)
    assert (str(translation.expression), translation.wrt) == (function, by)


@pytest.mark.parametrize(
    "text",
    [r"\frac{d}{dx} x^2 + 1", r"\frac{d}{dx}(x)(y)", r"x + \frac{d}{dx} x", r"\frac{d^2}{dx^2} x^3", r"\frac{dy}{dx}"],
)
def test_a_derivative_without_a_clear_end_is_not_read(text):
    assert readings("latex", text) == []


def test_readings_of_logarithms_and_products_are_stated():
    remarks = [note.message for note in read(r"\log x + a(x+1)").notes]
    assert remarks == [
        "read as `ln(x) + a*(x + 1)`", r"\log is read as the natural logarithm; that to base 10 is \log_{10}",
        "a(...) is read as a product",
    ]  # fmt: skip


def test_both_readings_can_be_pasted():
    with pytest.raises(DiffcompareError) as caught:
        parse(r"\sin^{-1} x")
    assert (caught.value.diagnostic.code, caught.value.diagnostic.fix) == ("E222", "asin(x)")
    assert "`asin(x)` for the inverse function or `sin(x)^-1` for the reciprocal" in str(caught.value)


@given(expressions(tuple(name for name in SMOOTH if name not in ("expm1", "log1p", "^", "^n", "cbrt"))))
def test_what_the_printer_writes_is_read_back(expression):
    assert in_notation("latex", to_latex(expression), ("x", "y", "z")).expression is expression


@pytest.mark.parametrize(
    "text",
    [
        "{" * 100_000, "{" * 9_000 + "x" + "}" * 9_000, r"\frac" * 4_000, r"\sqrt{" * 3_000, r"\sin{(" * 3_000 + "x" + ")+1}" * 3_000, r"\sin{(" * 24 + "x" + ")+1}" * 24 + "!!", r"\def\a{\a\a}\a" * 1_000, "$" + "|x" * 9_000,
        r"\left(" * 3_000, r"\begin{cases}" * 1_500, r"\(" * 10_000, "$x" * 10_000, r"\sin " * 4_000, "x^" * 9_000 + r"\x", "%" * 19_000 + r"\x",
        r"\text{" * 3_000, "x_" * 9_000 + r"\x", r"\sin x / 2 " * 1_500, r"1/2x \cdot " * 1_500, r"\newcommand" * 90_000, "{,}" * 5_000 + r"\x",
        "1{,}000" * 2_500 + r"\x", " " * 19_000 + r"\x", r"\," * 9_000, r"\begin{align}" * 1_500, "x'" * 9_000 + r"\x",
    ],
)  # fmt: skip
def test_hostile_text_gets_its_answer_at_once(text):
    start = time.process_time()
    with pytest.raises(DiffcompareError):
        parse(text)
    assert time.process_time() - start < 0.5
