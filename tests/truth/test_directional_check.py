"""A gradient is confirmed by values alone, and a wrong one is not."""

from rows import every_row

from diffcompare.language.expression import Variable
from diffcompare.language.parser import parse
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.arb_functions import precision
from diffcompare.numeric.balls import BALLS, evaluate_balls, lift
from diffcompare.numeric.sweeps import reverse
from diffcompare.truth.directional_check import directional_check

BITS = 2048


def never(*arguments):
    """The check that lets everything go on."""


def gradient_of(nodes, point):
    with precision(BITS):
        values = evaluate_balls(nodes, point, never)
        adjoints = reverse(nodes, values, active_nodes(nodes, point), nodes[-1], BALLS)
        return {name: adjoints.get(Variable(name), lift(0)) for name in point}


def confirmed(text, gradient=None, **point):
    nodes = wengert_list(parse(text))
    balls = gradient_of(nodes, point)
    for name, wrong in (gradient or {}).items():
        balls[name] = balls[name] * wrong if callable(getattr(wrong, "apply_operation", None)) else lift(wrong)
    return directional_check(nodes, point, balls, BITS, never)


SMOOTH = [
    ("sin(x)*exp(y)", {"x": 1.0, "y": 2.0}),
    ("x^3", {"x": 0.0}),  # a gradient of 0
    ("x^2 + y^2", {"x": 0.0, "y": 0.0}),
    ("exp(x) - exp(2*x)/exp(x)", {"x": 10.0}),  # 0 all over
    ("1e300*x + 1e-300*y", {"x": 1.0, "y": 1.0}),
    ("sin(1e200*x)", {"x": 1.0}),  # features far finer than the first steps
    ("sin(1e900*x)", {"x": 0.0}),
    ("tanh(1e1000*x)", {"x": 0.0}),
    ("x*1e-320", {"x": 3.0}),
    ("x1 + x2 + x3 - x4", {"x1": 1e300, "x2": 1e-300, "x3": 0.0, "x4": -5.0}),
    ("sqrt(x)", {"x": 5e-324}),
]


@every_row(("text", "point"), SMOOTH)
def test_a_right_gradient_is_confirmed(text, point):
    assert confirmed(text, **point)


@every_row(
    ("text", "gradient", "point"),
    [
        ("sin(x)*exp(y)", {"x": 0.0}, {"x": 1.0, "y": 2.0}),
        ("sin(x)*exp(y)", {"y": 6.2176}, {"x": 1.0, "y": 2.0}),
        ("x^2", {"x": 2.0000001}, {"x": 1.0}),
        ("x^3", {"x": 1e-50}, {"x": 0.0}),
        ("1e40*x + sin(y)", {"y": 0.5408}, {"x": 1.0, "y": 1.0}),  # a small error beside a large partial
        ("1e40*x + sin(y)", {"y": 0.0}, {"x": 1.0, "y": 1.0}),
        ("x + y", {"x": 2.0, "y": 0.0}, {"x": 1.0, "y": 1.0}),  # errors that cancel along the diagonal
        ("sin(1e200*x)", {"x": 1e200}, {"x": 1.0}),
        ("|x|", {"x": 0.0}, {"x": 1.0}),
    ],
)
def test_a_wrong_gradient_is_not(text, gradient, point):
    assert not confirmed(text, gradient, **point)


def test_no_difference_confirms_what_is_not_there():
    """A partial is not confirmed where the function has no values on one side."""
    nodes = wengert_list(parse("x^1.5"))
    assert not directional_check(nodes, {"x": 0.0}, {"x": lift(0)}, BITS, never)
