"""The sweeps step by step: the survey's tables 2 and 3, and every number against values that know no partials."""

import json

import pytest
from hypothesis import assume, given
from strategies import SMOOTH, expressions, points

from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Paragraph, Table
from diffcompare.language.expression import Variable
from diffcompare.language.wengert import variables
from diffcompare.numeric.evaluate import FLOATS, evaluate, is_number
from diffcompare.render import TEXTS, Look, render
from diffcompare.studies.trace import trace
from diffcompare.studies.trace_report import MAX_ROWS

SURVEY = "ln(x1) + x1*x2 - sin(x2)"


def steps(traced, kind, seed=None):
    return [frame for frame in traced.frames if frame.kind == kind and frame.seed == seed]


def table(traced, key):
    return next(block for block in traced.document().blocks if isinstance(block, Table) and block.key == key)


# --- The survey's tables ----------------------------------------------------------------------------------------------


def test_the_evaluation_trace():
    table = [(step.name, step.rule, step.value) for step in steps(trace(SURVEY, x1=2, x2=5), "primal")]
    assert table == [
        ("v₋₁", "x1", 2.0),
        ("v₀", "x2", 5.0),
        ("v₁", "ln(v₋₁)", pytest.approx(0.6931471805599453, rel=1e-12)),
        ("v₂", "v₋₁·v₀", 10.0),
        ("v₃", "sin(v₀)", pytest.approx(-0.9589242746631385, rel=1e-12)),
        ("v₄", "v₁ + v₂", pytest.approx(10.693147180559945, rel=1e-12)),
        ("v₅", "v₄ - v₃", pytest.approx(11.652071455223084, rel=1e-12)),
    ]


def test_the_tangent_traces():
    traced = trace(SURVEY, x1=2, x2=5, mode="forward")
    by_x1, by_x2 = steps(traced, "tangent", "x1"), steps(traced, "tangent", "x2")
    assert [step.total for step in by_x1] == [1.0, 0.0, 0.5, 5.0, 0.0, 5.5, 5.5]
    assert [step.total for step in by_x2] == pytest.approx(
        [0, 1, 0, 2, 0.28366218546322625, 2, 1.7163378145367738], rel=1e-12
    )
    assert [(step.name, step.rule) for step in by_x1] == [
        ("v̇₋₁", "seed"),
        ("v̇₀", "seed"),
        ("v̇₁", "v̇₋₁/v₋₁"),
        ("v̇₂", "v̇₋₁·v₀ + v̇₀·v₋₁"),
        ("v̇₃", "v̇₀·cos(v₀)"),
        ("v̇₄", "v̇₁ + v̇₂"),
        ("v̇₅", "v̇₄ - v̇₃"),
    ]
    assert by_x1[3].numbers == "1·5 + 0·2"
    assert by_x1[3].sentence == "v̇₂ = v̇₋₁·v₀ + v̇₀·v₋₁ = 5: v₂ changes 5 times as fast as x1."


def test_the_adjoint_trace_contribution_by_contribution():
    """In the survey's order; two rows are sums, and `=` in their place would give 0.5 and 2."""
    frames = steps(trace(SURVEY, x1=2, x2=5, mode="reverse"), "adjoint")
    assert [(step.name, "+=" if step.again else "=", step.rule, step.numbers) for step in frames] == [
        ("v̄₅", "=", "seed", "1"),
        ("v̄₄", "=", "v̄₅·1", "1·1"),
        ("v̄₃", "=", "v̄₅·(-1)", "1·(-1)"),
        ("v̄₁", "=", "v̄₄·1", "1·1"),
        ("v̄₂", "=", "v̄₄·1", "1·1"),
        ("v̄₀", "=", "v̄₃·cos(v₀)", "-1·cos(5)"),
        ("v̄₋₁", "=", "v̄₂·v₀", "1·5"),
        ("v̄₀", "+=", "v̄₂·v₋₁", "1·2"),
        ("v̄₋₁", "+=", "v̄₁/v₋₁", "1/2"),
    ]
    assert [step.value for step in frames] == pytest.approx(
        [1, 1, -1, 1, 1, -0.28366218546322625, 5, 2, 0.5], rel=1e-12
    )
    assert [step.total for step in frames[-4:]] == pytest.approx([-0.28366218546322625, 5, 1.7163378145367738, 5.5])
    assert frames[7].sentence == "v₀ is used by v₂ too, so this is added: -0.2837 + 2 ≈ 1.716."


def test_the_adjoint_identity():
    identity = trace(SURVEY, x1=2, x2=5).identity
    gradient = {"x1": 5.5, "x2": 1.7163378145367738}
    assert set(identity.direction) == {"x1", "x2"}
    assert all(0.1 <= abs(x) <= 0.9 for x in identity.direction.values())
    expected = sum(x * gradient[name] for name, x in identity.direction.items())
    assert (identity.tangent, identity.product) == (pytest.approx(expected), pytest.approx(expected))
    assert trace(SURVEY, x1=2, x2=5, mode="reverse").identity is None


# --- Laws -------------------------------------------------------------------------------------------------------------


def moved_output(traced, node, by):
    """Return the output where a node is given another value, whatever its arguments are."""
    values = dict(traced.values)
    values[node] = float(values[node]) + by
    rest = traced.nodes[traced.nodes.index(node) + 1 :]
    above = {node}
    for frame in rest:
        if frame.operation is not None and not above.isdisjoint(frame.arguments):
            values[frame] = FLOATS.functions[frame.operation](*[values[argument] for argument in frame.arguments])
            above.add(frame)
    return float(values[traced.nodes[-1]])


@pytest.mark.parametrize(
    ("text", "point"),
    [
        (SURVEY, {"x1": 2, "x2": 5}),
        ("tanh(x)*sigmoid(y)/atan2(x, y)", {"x": 1, "y": 2}),
        ("a = x*y; b = a*a + exp(-a); sqrt(b)*hypot(a, y)", {"x": 0.7, "y": -1.3}),
        ("x^y + y^3 - 2^x + max(x, y)*|y - x|", {"x": 1.4, "y": 0.6}),
        ("if(x > y, x*sin(y), lgamma(x))/(1 + x^2)", {"x": 1.4, "y": 0.6}),
        ("x*x*x*x", {"x": 1.1}),
    ],
)
def test_every_adjoint_is_how_the_output_follows_the_node(text, point):
    traced = trace(text, point)
    for node in traced.words.ascii:
        if node in traced.active and is_number(traced.values[node]):
            h = 1e-6
            slope = (moved_output(traced, node, h) - moved_output(traced, node, -h)) / (2 * h)
            assert float(traced.adjoints.get(node, 0.0)) == pytest.approx(slope, rel=1e-6, abs=1e-7)


@given(expressions(SMOOTH), points())
def test_frames_end_where_the_sweeps_end(expression, point):
    names = variables(trace_nodes(expression))
    assume(names)
    try:
        traced = trace(expression, {name: point[name] for name in names})
    except DiffcompareError:
        assume(False)
    assume(traced.failure is None and traced.adjoints)
    last = {}
    for frame in steps(traced, "adjoint"):
        assert frame.again == (frame.node in last)
        last[frame.node] = frame.total
    for name in names:
        adjoint = traced.adjoints.get(Variable(name), 0.0)
        if is_number(adjoint):
            assert last.get(Variable(name), 0.0) == pytest.approx(float(adjoint), rel=1e-12, abs=1e-300)
    assert len(steps(traced, "primal")) == len(traced.words.ascii)
    json.loads(traced.to_json())


def trace_nodes(expression):
    from diffcompare.language.wengert import wengert_list

    return wengert_list(expression)


@pytest.mark.parametrize("text", ["x*sin(x)*y", "exp(x*y)/x - y^2"])
def test_the_numbers_of_a_rule_give_its_value(text):
    """Read as an expression, `2·cos(0.7)` is the number beside it, to the digits shown."""
    from diffcompare.language.parser import parse

    for frame in trace(text, x=0.7, y=1.9).frames:
        if frame.numbers and frame.value is not None:
            nodes = [parse(frame.numbers.replace("·", "*"))]
            value = evaluate(trace_nodes(nodes[0]), {}, FLOATS)[nodes[0]]
            assert value == pytest.approx(frame.value, rel=5e-3, abs=5e-3)


# --- What is left out and what is wrong -------------------------------------------------------------------------------


def test_inactive_nodes_are_shown_as_such():
    traced = trace("x*y + ln(y)*2", x=2, y=3, wrt="x")
    assert {step.name: step.status for step in steps(traced, "tangent", "x")} == {
        "v̇₋₁": "ok", "v̇₀": "inactive", "v̇₁": "ok", "v̇₂": "inactive", "v̇₃": "inactive", "v̇₄": "ok",
    }  # fmt: skip
    assert [row[-1] for row in table(traced, "values").rows].count("inactive") == 3
    assert {step.name for step in steps(traced, "adjoint")} == {"v̄₄", "v̄₁", "v̄₋₁"}


def test_a_branch_that_is_not_taken():
    traced = trace("if(x > 0, x^2, ln(-x))", x=3)
    assert traced.failure is None
    assert "in a branch that is not taken" in traced.document().blocks[-2].text
    assert {step.name for step in steps(traced, "adjoint")} == {"v̄₄", "v̄₁", "v̄₀"}


def test_an_undefined_point_has_no_trace():
    traced = trace("ln(x)", x=-1)
    assert (traced.failure.code, traced.has_tables, traced.document().blocks) == ("E802", False, ())
    assert traced.data()["error"]["kind"] == "domain_error"


def test_at_a_kink_the_conventions_are_shown_and_the_failure_told():
    traced = trace("|x|", x=0)
    assert traced.failure.code == "E803"
    assert steps(traced, "adjoint")[-1].total == 0


def test_what_is_rounded_is_not_said_to_be_equal():
    wording = {step.name: (step.numbers, step.sentence) for step in steps(trace("sin(x)*7", x=1234.56), "primal")}
    assert wording["v₁"] == ("sin(1234.56)", "v₁ = sin(v₀) = sin(1234.56) ≈ 0.08581.")
    assert wording["v₂"][1] == "v₂ = v₁·7 ≈ 0.08581·7 ≈ 0.6007."


def test_the_identity_is_looked_at():
    verdict = lambda *arguments, **point: trace(*arguments, **point).document().blocks[-1].text
    assert "up to rounding the same number" in verdict(SURVEY, x1=2, x2=5)
    assert "they differ" in verdict("(x*1e-170)^2*1e300", x=22)
    assert "beyond the doubles" in verdict("1/x", x=1e-160)


@pytest.mark.parametrize("text", ["5", "pi"])
def test_a_bare_constant(text):
    assert trace(text).document().blocks[-1].text == "There is no sweep to show."


def test_a_constant_has_no_sweep():
    traced = trace("2 + 3")
    assert [block.text for block in traced.document().blocks if isinstance(block, Paragraph)] == [
        "a constant has no variable",
        "There is no sweep to show.",
    ]


def test_a_mode_that_there_is_not():
    with pytest.raises(DiffcompareError, match="unknown mode `sideways`"):
        trace("x", x=1, mode="sideways")


def test_a_long_trace_is_cut_with_a_remark_and_whole_in_json():
    traced = trace("sin(" * 1500 + "x" + ")" * 1500, x=1)
    text = render(traced.document(), "plain")
    assert text.count("\nnote: 1,441 of 1,501 rows are left out here; CSV and JSON have them all\n") == 3
    assert len(text.splitlines()) < 3 * MAX_ROWS + 40
    assert len(render(traced.document(), "csv").splitlines()) > 3 * 1501
    assert len(traced.data()["frames"]) == 3 * 1501


def test_many_seeds():
    names = [f"x{i}" for i in range(1, 8)]
    traced = trace("*".join(names), dict.fromkeys(names, 1.5))
    assert [column.key for column in table(traced, "tangent").columns] == ["node", "rule", "x1", "x2", "x3", "x4"]
    assert "3 other seeds in the JSON" in table(traced, "tangent").caption
    assert len(traced.data()["nodes"][0]["tangents"]) == 7


@pytest.mark.parametrize("width", [80, 200])
def test_the_terminal_loses_no_digit(width):
    text = render(trace(SURVEY, x1=2, x2=5).document(), "terminal", look=Look(width=width))
    assert max(map(len, text.splitlines())) <= width
    for number in ("0.28366218546322625", "-0.9589242746631385", "11.652071455223084"):
        assert number in text


@pytest.mark.parametrize("format", TEXTS)
def test_every_format_has_the_gradient(format):
    text = render(trace(SURVEY, x1=2, x2=5).document(), format)
    assert "1.7163378145367738" in text
    assert "5.5" in text


def test_of_many_seeds_the_frames_are_those_of_the_nodes_that_a_seed_reaches(monkeypatch):
    from diffcompare.studies import trace_report

    text, point = "x*sin(y) + z", {"x": 2.0, "y": 3.0, "z": 4.0}
    whole = trace(text, point, mode="both").data()
    assert whole["frames_left_out"] is None
    monkeypatch.setattr(trace_report, "MAX_TANGENTS", 10)
    short = trace(text, point, mode="both").data()
    gone = [frame for frame in whole["frames"] if frame not in short["frames"]]
    assert short["frames"] == [frame for frame in whole["frames"] if frame not in gone]
    assert (short["frames_left_out"]["count"], len(gone)) == (9, 9)
    values = {node["name"]: node["tangents"] for node in short["nodes"]}
    assert all(frame["value"] == 0 == values[frame["node"]][frame["seed"]] for frame in gone)
