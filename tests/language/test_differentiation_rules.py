"""The rule sheet says its names: for known derivatives a formula, for open ones a line of a derivation."""

from rows import every_row

from diffcompare.language.differentiation_rules import ONE, ZERO, apply_rule, derivatives_of
from diffcompare.language.expression import OPERATIONS, Number, PendingDerivative, Variable
from diffcompare.language.parser import parse
from diffcompare.language.typesetting.latex_forms import to_latex
from diffcompare.language.wengert import wengert_list


def opened(text, name="x"):
    """The rule for the outermost operation, derivatives left open."""
    node = parse(text)
    ready = [
        ZERO if not argument.varies else ONE if argument is Variable(name) else PendingDerivative(argument, name)
        for argument in node.arguments
    ]
    return tuple(map(str, apply_rule(node, ready)))


@every_row(
    ("text", "rule", "line"),
    [
        ("sin(x) + cos(x)", "sum rule", "d/dx[sin(x)] + d/dx[cos(x)]"),
        ("sin(x) - x", "difference rule", "d/dx[sin(x)] - 1"),
        ("-sin(x)", "constant factor rule", "-d/dx[sin(x)]"),
        ("3*sin(x)", "constant factor rule", "3*d/dx[sin(x)]"),
        ("sin(x)/3", "constant factor rule", "d/dx[sin(x)]/3"),
        ("sin(x)*ln(x)", "product rule", "d/dx[sin(x)]*ln(x) + sin(x)*d/dx[ln(x)]"),
        ("sin(x)/ln(x)", "quotient rule", "(d/dx[sin(x)]*ln(x) - sin(x)*d/dx[ln(x)])/ln(x)^2"),
        ("3/sin(x)", "reciprocal rule", "-(3*d/dx[sin(x)])/sin(x)^2"),
        ("sin(x)^3", "power rule", "3*sin(x)^2*d/dx[sin(x)]"),
        ("sin(x)^1.5", "power rule", "1.5*sin(x)^0.5*d/dx[sin(x)]"),
        ("x^0", "constant rule", "0"),
        ("2^sin(x)", "exponential rule", "2^sin(x)*ln(2)*d/dx[sin(x)]"),
        ("e^sin(x)", "exponential rule", "exp(sin(x))*d/dx[sin(x)]"),
        ("x^sin(x)", "general power rule", "sin(x)*x^(sin(x) - 1) + x^sin(x)*ln(x)*d/dx[sin(x)]"),
        ("sqrt(sin(x))", "root rule", "1/(2*sqrt(sin(x)))*d/dx[sin(x)]"),
        ("cbrt(x)", "root rule", "cbrt(x)/x/3"),
        ("sin(x^2)", "derivative of sin", "cos(x^2)*d/dx[x^2]"),
        ("ln(x)", "derivative of ln", "1/x"),
        ("|x^2|", "derivative of |u|", "sign(x^2)*d/dx[x^2]"),
        ("max(x, 1)", "derivative of max", "if(x > 1, 1, 0)"),
        ("floor(x)", "derivative of floor", "0"),
        ("if(x > 0, x^2, 1)", "case by case", "if(x > 0, d/dx[x^2], 0)"),
    ],
)
def test_the_rules_by_name(text, rule, line):
    assert opened(text) == (rule, line)


def test_an_open_derivative_is_a_leaf_that_is_known_by_what_it_is_of():
    x = Variable("x")
    assert PendingDerivative(x * x, "x") is PendingDerivative(x * x, "x")
    assert PendingDerivative(x * x, "x") is not PendingDerivative(x * x, "y")
    assert wengert_list(2 * PendingDerivative(x * x, "x")) == [
        Number(2),
        PendingDerivative(x * x, "x"),
        2 * PendingDerivative(x * x, "x"),
    ]


def test_an_open_derivative_is_typeset_as_one():
    latex = to_latex(2 * PendingDerivative(parse("x1^2"), "x1"))
    assert latex == r"2 \cdot \frac{\mathrm{d}}{\mathrm{d}x_1} \left[x_1^2\right]"


def test_every_node_has_a_derivative_or_0():
    nodes = wengert_list(parse("x*sin(x) + y^2"))
    derivatives = derivatives_of(nodes, "x")
    assert {str(node): str(formula) for node, formula in derivatives.items()} == {
        "x": "1",
        "sin(x)": "cos(x)",
        "x*sin(x)": "sin(x) + x*cos(x)",
        "x*sin(x) + y^2": "sin(x) + x*cos(x)",
    }


def test_every_operation_has_a_rule():
    for operation in OPERATIONS.values():
        if operation.name not in ("polygamma", "^n"):
            node = operation(*[Variable(f"v{place}") for place in range(operation.arity)])
            assert apply_rule(node, [PendingDerivative(argument, "x") for argument in node.arguments]).rule
