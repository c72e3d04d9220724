"""LaTeX of expressions: what is written, and that our own reader of LaTeX reads it as the same object."""

from hypothesis import given
from rows import every_row
from strategies import CHOICES, KINKED, SMOOTH, expressions

from diffcompare.language.expression import Double, Number, PendingDerivative, Variable
from diffcompare.language.notation.recognition import in_notation
from diffcompare.language.parser import parse
from diffcompare.language.typesetting.latex_forms import to_latex


@every_row(
    ("text", "latex"),
    [
        # side by side, or with a sign
        ("2*x", "2 x"), ("x*2", r"x \cdot 2"), ("2*3*x", r"2 \cdot 3 x"), ("x*y*z", "x y z"), ("x*x", r"x \cdot x"),
        ("2*sin(x)", r"2 \sin\left(x\right)"), ("x^2*sin(x)", r"x^2 \sin\left(x\right)"),
        ("sin(x)*cos(x)", r"\sin\left(x\right) \cos\left(x\right)"), ("sin(x)*x", r"\sin\left(x\right) \cdot x"),
        ("a*(b + c)", r"a \cdot \left(b + c\right)"), ("2*(b + c)", r"2 \left(b + c\right)"), ("d*x", r"d \cdot x"),
        ("(a + 1)*(b + 1)", r"\left(a + 1\right) \left(b + 1\right)"), ("Delta*x", r"\Delta \cdot x"),
        ("2*(1/2)", r"2 \cdot \frac{1}{2}"), ("x/2*y", r"\frac{x}{2} y"), ("speed*x", r"\mathit{speed} \, x"),
        ("2*pi*x", r"2 \pi x"), ("2*|x|*y", r"2 \left|x\right| \cdot y"), ("2*10^3*x", r"2 \cdot 10^3 x"),
        # brackets
        ("x1^2/(1 + x)", r"\frac{x_1^2}{1 + x}"), ("-x^2", "-x^2"), ("(-x)^2", r"\left(-x\right)^2"),
        ("(a/b)^c", r"\left(\frac{a}{b}\right)^c"), ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a*(b*c)", r"a \cdot \left(b c\right)"), ("2*(-x)", r"2 \cdot \left(-x\right)"), ("-(x*y)", r"-\left(x y\right)"),
        ("sin(x)^2", r"\sin^2\left(x\right)"), ("sin(x)^-1", r"\left(\sin\left(x\right)\right)^{-1}"),
        ("|x|^2", r"\left|x\right|^2"), ("sqrt(x)^2", r"\left(\sqrt{x}\right)^2"), ("exp(x)^2", r"\left(\mathrm{e}^x\right)^2"),
        ("x^y^z", "x^{y^z}"), ("x^-1", "x^{-1}"),
        # forms
        ("sqrt(x + 1)", r"\sqrt{x + 1}"), ("cbrt(x)", r"\sqrt[3]{x}"), ("|x|", r"\left|x\right|"), ("exp(-x)", r"\mathrm{e}^{-x}"),
        ("floor(x)*2", r"\left\lfloor x\right\rfloor \cdot 2"), ("max(x, y, z)", r"\max\left(x, y, z\right)"),
        ("asin(x)", r"\arcsin\left(x\right)"), ("sigmoid(x)", r"\operatorname{sigmoid}\left(x\right)"),
        ("log2(x)", r"\log_{2}\left(x\right)"), ("1e-9*x", "10^{-9} x"), ("2.5e-9^x", r"\left(2.5 \cdot 10^{-9}\right)^x"),
        ("if(x <= 0, 1, x)", r"\begin{cases} 1 & \text{if } x \le 0 \\ x & \text{otherwise} \end{cases}"),
        # names
        ("theta", r"\theta "), ("λ1", r"\lambda_1"), ("x_max", r"x_{\mathrm{max}}"), ("x12", "x_{12}"), ("speed", r"\mathit{speed}"),
        ("_a_b", r"\mathit{\_a\_b}"), ("pi", r"\pi "),
    ],
)  # fmt: skip
def test_latex(text, latex):
    assert to_latex(parse(text)) == latex


def test_adjoints_tangents_entries_and_recorded_numbers_have_their_marks():
    assert to_latex(Variable("v\u0304₅") * Variable("v₋₁")) == r"\bar v_5 v_{-1}"
    assert to_latex(Variable("v\u0307₁")) == r"\dot v_1"
    assert to_latex(Variable("W[1,2]") * Variable("x[0]")) == "W_{1,2} x_0"
    assert to_latex(Variable("x") * Double(-0.5)) == r"x \cdot \left(-0.5\right)"


def test_a_derivative_of_several_variables_is_partial():
    assert to_latex(PendingDerivative(parse("x^2"), "x")) == r"\frac{\mathrm{d}}{\mathrm{d}x} \left[x^2\right]"
    several = to_latex(PendingDerivative(parse("x1*x2"), "x1") * Variable("y"))
    assert several == r"\frac{\partial}{\partial x_1} \left[x_1 x_2\right] \cdot y"


READABLE = (*SMOOTH, *KINKED, *CHOICES)


@given(expressions(READABLE))
def test_our_reader_reads_what_is_written_as_the_same_object(expression):
    assert in_notation("latex", to_latex(expression), ("x", "y", "z")).expression is expression


LETTERS = ("d", "theta", "Delta", "speed", "x_1", "x_max", "v", "n", "k")


@given(expressions(("*", "*", "/", "^n", "^", "neg", "+", "sin", "abs", "sqrt", "exp"), names=LETTERS))
def test_products_of_all_kinds_of_names_are_read_back(expression):
    assert in_notation("latex", to_latex(expression), LETTERS).expression is expression


@given(expressions())
def test_braces_and_brackets_balance(expression):
    latex = to_latex(expression)
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\left") - latex.count(r"\left\l") == latex.count(r"\right") - latex.count(r"\right\r")


def test_of_a_large_expression_the_beginning_is_written_as_text():
    large = parse("sin(x_1^2 + " * 10_000 + "x" + ")" * 10_000)
    assert to_latex(large).startswith(r"\texttt{sin(x\_1\textasciicircum{}2 + sin(")
    shared = Variable("x")
    for _ in range(200):
        shared = shared * shared + 1
    assert to_latex(PendingDerivative(shared, "x")).endswith("...}")
    assert to_latex(Number(10**4_000 + 1)).startswith(r"\texttt{")
