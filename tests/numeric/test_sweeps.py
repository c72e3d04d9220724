"""The two sweeps: the same partials, multiplied from either end."""

import math

import pytest
from hypothesis import HealthCheck, assume, given, settings
from strategies import NAMES, SMOOTH, expressions, points

from diffcompare.language.expression import OPERATIONS, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.parser import parse
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.arb_functions import precision, to_float
from diffcompare.numeric.balls import BALLS, Ball, contains_zero, evaluate_balls
from diffcompare.numeric.evaluate import CAREFUL, FLOATS, evaluate, is_number
from diffcompare.numeric.sweeps import forward, local_partials, partials, reverse, scaled

EPSILON = 2.0**-52


def prepared(expression, point, reading=CAREFUL):
    nodes = wengert_list(expression)
    return nodes, evaluate(nodes, point, reading), active_nodes(nodes, NAMES)


# --- Tables 2 and 3 of the survey -------------------------------------------------------------------------------------

SURVEY = parse("ln(x1) + x1*x2 - sin(x2)")
POINT = {"x1": 2.0, "x2": 5.0}


@pytest.fixture
def survey():
    nodes = wengert_list(SURVEY)
    return nodes, evaluate(nodes, POINT, FLOATS), active_nodes(nodes, POINT)


def test_the_surveys_primal_column(survey):
    nodes, values, _ = survey
    assert [values[node] for node in nodes] == pytest.approx(
        [2, 5, 0.6931471805599453, 10, -0.9589242746631385, 10.693147180559945, 11.652071455223084], rel=1e-15
    )


@pytest.mark.parametrize(
    ("seed", "column"),
    [
        ("x1", [1, 0, 0.5, 5, 0, 5.5, 5.5]),
        ("x2", [0, 1, 0, 2, 0.28366218546322625, 2, 1.7163378145367738]),
    ],
)
def test_the_surveys_tangent_columns(survey, seed, column):
    nodes, values, active = survey
    tangents = forward(local_partials(nodes, values, active), Variable(seed), FLOATS)
    assert [tangents.get(node, 0.0) for node in nodes] == pytest.approx(column, rel=1e-15)


def test_the_surveys_adjoints(survey):
    nodes, values, active = survey
    adjoints = reverse(nodes, values, active, SURVEY, FLOATS)
    assert [adjoints[node] for node in nodes] == pytest.approx([5.5, 1.7163378145367738, 1, 1, -1, 1, 1], rel=1e-15)


def test_adjoints_are_accumulated_in_the_order_of_the_survey(survey):
    """Two of its rows are +=: with = they would be 5 or 0.5, and 2 or -0.28."""
    nodes, values, active = survey
    arrived = {}
    for node in reversed(nodes):
        if node.operation is not None:
            for argument, partial in partials(node, values, active):
                arrived.setdefault(argument, []).append(partial)
    assert [len(arrived[Variable(name)]) for name in POINT] == [2, 2]


def test_the_adjoint_identity(survey):
    """ybar.ydot = xbar.xdot, for v = (1, -1): 3.78366..."""
    nodes, values, active = survey
    adjoints = reverse(nodes, values, active, SURVEY, FLOATS)
    edges = local_partials(nodes, values, active)
    along = forward(edges, Variable("x1"), FLOATS)[SURVEY] - forward(edges, Variable("x2"), FLOATS)[SURVEY]
    assert along == pytest.approx(3.7836621854632262, rel=1e-15)
    assert adjoints[Variable("x1")] - adjoints[Variable("x2")] == pytest.approx(along, rel=1e-15)


def test_micrograds_readme():
    """karpathy/micrograd: two variables, a relu, a division; PyTorch gives the same."""
    text = (
        "c1 = a + b; d1 = a*b + b^3; c2 = c1 + (c1 + 1); c3 = c2 + (1 + c2 + (-a)); d2 = d1 + (d1*2 + relu(b + a));"
        "d3 = d2 + (3*d2 + relu(b - a)); e1 = c3 - d3; f = e1^2; g = f/2; g + 10/f"
    )
    expression = parse(text)
    nodes = wengert_list(expression)
    values = evaluate(nodes, {"a": -4.0, "b": 2.0}, FLOATS)
    adjoints = reverse(nodes, values, active_nodes(nodes, ["a", "b"]), expression, FLOATS)
    assert values[expression] == pytest.approx(24.70408163265306, rel=1e-15)
    assert adjoints[Variable("a")] == pytest.approx(138.8338192419825, rel=1e-14)
    assert adjoints[Variable("b")] == pytest.approx(645.5772594752186, rel=1e-14)


# --- Laws -------------------------------------------------------------------------------------------------------------


@given(expressions(largest=14), points())
def test_forward_is_reverse_to_a_few_ulp_of_the_sum_of_magnitudes(expression, point):
    nodes, values, active = prepared(expression, point)
    assume(is_number(values[expression]))
    edges = local_partials(nodes, values, active)
    finite = all(math.isfinite(partial) for _, partials_of_node in edges for _, partial in partials_of_node)
    assume(finite)
    adjoints = reverse(nodes, values, active, expression, CAREFUL)
    sizes = [
        (node, [(argument, abs(partial)) for argument, partial in partials_of_node]) for node, partials_of_node in edges
    ]
    for name in NAMES:
        variable = Variable(name)
        tangent = forward(edges, variable, CAREFUL).get(expression, 0.0)
        size = forward(sizes, variable, CAREFUL).get(expression, 0.0)
        assume(math.isfinite(size))
        allowed = 2 * len(nodes) * (EPSILON * size + 5e-324 * max(1, size))
        smallest = 1e-290 * (1 + size)  # products that pass through the subnormal numbers lose more
        assert abs(tangent - adjoints.get(variable, 0.0)) <= allowed + smallest


@settings(suppress_health_check=[HealthCheck.filter_too_much])  # many have no value at many points
@given(expressions(SMOOTH, largest=8, names=("x",)), points(("x",)))
def test_both_sweeps_in_balls_contain_one_another(expression, point):
    nodes = wengert_list(expression)
    active = active_nodes(nodes, ["x"])
    with precision(256):
        try:
            values = evaluate_balls(nodes, point, lambda: None)
            adjoint = reverse(nodes, values, active, expression, BALLS).get(Variable("x"))
            tangent = forward(local_partials(nodes, values, active), Variable("x"), BALLS).get(expression)
        except Exception:
            assume(False)
        assume(isinstance(adjoint, Ball) and isinstance(tangent, Ball))
        assert contains_zero(adjoint - tangent)


def test_a_sum_of_contributions_is_correctly_rounded():
    """1e16 + 1 - 1e16 by three uses of x: added in order it would be 0 or 2."""
    expression = parse("x*1e16 + x*1 - x*1e16")
    nodes = wengert_list(expression)
    values = evaluate(nodes, {"x": 1.0}, FLOATS)
    assert reverse(nodes, values, active_nodes(nodes, "x"), expression, FLOATS)[Variable("x")] == 1.0


# --- What nobody needs is not computed --------------------------------------------------------------------------------


def test_an_inactive_argument_is_skipped(monkeypatch):
    """x^y by x at (0, 2): the partial by y would be 0*ln(0); a naive sweep multiplies it by 0 and gets nan."""
    asked = []
    row = OPERATIONS["^"]
    monkeypatch.setattr(row, "partials", (row.partials[0], lambda *arguments: asked.append(arguments) or math.nan))
    expression = parse("x^y")
    nodes = wengert_list(expression)
    values = evaluate(nodes, {"x": 0.0, "y": 2.0}, FLOATS)
    active = active_nodes(nodes, ["x"])
    assert reverse(nodes, values, active, expression, FLOATS)[Variable("x")] == 0
    assert forward(local_partials(nodes, values, active), Variable("x"), FLOATS)[expression] == 0
    assert asked == []


def test_the_branch_not_taken_gets_no_adjoint():
    expression = parse("if(x > 0, ln(x), x^2)")
    nodes = wengert_list(expression)
    values = evaluate(nodes, {"x": -1.0}, CAREFUL)
    adjoints = reverse(nodes, values, active_nodes(nodes, ["x"]), expression, CAREFUL)
    assert {str(node): float(adjoint) for node, adjoint in adjoints.items()} == {
        "if(x > 0, ln(x), x^2)": 1,
        "x^2": 1,
        "x": -2,
    }


def test_a_condition_gets_no_adjoint_however_steep():
    expression = parse("if(sqrt(x) < 1, x^2, x)")
    nodes = wengert_list(expression)
    values = evaluate(nodes, {"x": 0.0}, CAREFUL)
    adjoints = reverse(nodes, values, active_nodes(nodes, ["x"]), expression, CAREFUL)
    assert parse("sqrt(x)") not in adjoints
    assert adjoints[Variable("x")] == 0


def test_an_output_that_depends_on_nothing_has_no_adjoints():
    expression = parse("2 + 3")
    nodes = wengert_list(expression)
    assert reverse(nodes, evaluate(nodes, {}, FLOATS), set(), expression, FLOATS) == {}


def test_a_partial_that_no_row_has_is_refused_with_its_node():
    expression = parse("1 + polygamma(x, 2)")
    nodes = wengert_list(expression)
    values = evaluate(nodes, {"x": 1.0}, FLOATS)
    active = active_nodes(nodes, ["x"])
    for sweep in (
        lambda: reverse(nodes, values, active, expression, FLOATS),
        lambda: local_partials(nodes, values, active),
    ):
        with pytest.raises(NotDifferentiable) as refusal:
            sweep()
        assert str(refusal.value.node) == "polygamma(x, 2)"


def test_the_check_may_end_a_sweep():
    class Stop(Exception):
        pass

    def check():
        raise Stop

    expression = parse("sin(x)")
    nodes = wengert_list(expression)
    values = evaluate(nodes, {"x": 1.0}, FLOATS)
    with pytest.raises(Stop):
        reverse(nodes, values, active_nodes(nodes, ["x"]), expression, FLOATS, check)


@pytest.mark.parametrize(("partial", "product"), [(1, 3.0), (-1, -3.0), (2, 6.0), (0.5, 1.5), (1.0, 3.0)])
def test_scaled(partial, product):
    assert scaled(3.0, partial) == product


def test_a_sweep_reads_any_number_type():
    expression = parse("x^2*y")
    nodes = wengert_list(expression)
    with precision(200):
        values = evaluate_balls(nodes, {"x": 3.0, "y": 0.1}, lambda: None)
        adjoints = reverse(nodes, values, active_nodes(nodes, NAMES), expression, BALLS)
    assert to_float(adjoints[Variable("x")].mid) == pytest.approx(0.6)
    assert to_float(adjoints[Variable("y")].mid) == 9
