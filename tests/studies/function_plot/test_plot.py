"""The numbers of a plot: where graphs break, which lines are drawn, and what is said about them."""

import math
import time
from fractions import Fraction
from itertools import pairwise

import pytest

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Plot, pieces
from diffcompare.studies.function_plot.plot import plot
from diffcompare.studies.function_plot.window import round_number


def picture(plotted):
    (drawn,) = [block for block in plotted.document().blocks if isinstance(block, Plot)]
    return drawn


def kinds(plotted):
    return [(place.x, place.kind) for place in plotted.breaks]


def series(plotted, name):
    return next(one for one in picture(plotted).series if one.name.startswith(name))


@pytest.mark.parametrize(
    ("text", "ends", "breaks"),
    [
        ("abs(x)", (-2, 2), [(0, "kink")]),
        ("abs(sin(x))", (-4, 4), [(-math.pi, "kink"), (0, "kink"), (math.pi, "kink")]),
        ("max(x, 1 - x)", (-2, 2), [(0.5, "kink")]),
        ("1/x", (-2, 2), [(0, "pole")]),
        ("1/(x - 1/3)^2", (-2, 2), [(1 / 3, "pole")]),
        ("1/sin(x)", (100, 110), [(32 * math.pi, "pole"), (33 * math.pi, "pole"), (34 * math.pi, "pole"),
                                  (35 * math.pi, "pole")]),
        ("tan(x)", (0, 3), [(math.pi / 2, "pole")]),
        ("ln(x)", (-1, 3), [(0, "pole")]),
        ("gamma(x)", (-1.5, 2), [(-1, "pole"), (0, "pole")]),
        ("floor(x)", (-1.5, 1.5), [(-1, "jump"), (0, "jump"), (1, "jump")]),
        ("if(x < 0, x, x^2 + 1)", (-2, 2), [(0, "jump")]),
        ("sqrt(x)", (-1, 2), [(0, "end")]),
        ("asin(x)", (-2, 2), [(-1, "end"), (1, "end")]),
        ("sin(x)/x", (-2, 2), [(0, "hole")]),
        ("x^2/x", (-2, 2), [(0, "hole")]),
        ("(1 - cos(x))/x^2", (-2, 2), [(0, "hole")]),
        ("cbrt(x)", (-2, 2), [(0, "kink")]),
        ("x*abs(x)", (-2, 2), []),  # its slope is continuous
        ("x^2*sin(x)", (-2, 2), []),
        ("exp(20*x)", (-2, 2), []),
    ],
)  # fmt: skip
def test_breaks_are_found_where_they_are(text, ends, breaks):
    found = kinds(plot(text, x=1.0 if ends[0] <= 1 <= ends[1] else ends[0] + 1, range=ends))
    assert [kind for _, kind in found] == [kind for _, kind in breaks]
    for (x, _), (expected, _) in zip(found, breaks, strict=True):
        assert x == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("text", ["1/x", "tan(x)", "floor(x)", "if(x < 0, 1/x, ln(x))", "1/(x - 1)^2", "gamma(x)"])
def test_no_line_crosses_a_break(text):
    plotted = plot(text, x=0.7, range=(-1.7, 2.3))
    assert plotted.breaks
    for curve in picture(plotted).series:
        if curve.marks != "curve":
            continue
        for piece in pieces(curve):
            for place in plotted.breaks:
                assert not piece[0][0] < place.x < piece[-1][0], (curve.name, place)


@pytest.mark.parametrize("text", ["x^2*sin(x)", "1/x", "abs(x - 1)", "exp(-x^2)", "sqrt(x)"])
def test_a_curve_passes_through_its_values_and_follows_them_between(text):
    function = dc.function(text)
    drawn = picture(plot(text, x=1.5))
    height = drawn.y.span[1] - drawn.y.span[0]
    for piece in pieces(drawn.series[0]):
        for (x, y), (end, last) in pairwise(piece):
            if max(abs(y), abs(last)) > height:
                continue  # far outside the window
            assert x in (0.0, 1.0) or y == function(x)
            middle = (x + end) / 2
            assert function(middle) == pytest.approx((y + last) / 2, abs=0.004 * height)


def test_the_slopes_at_a_kink_are_said_and_drawn():
    plotted = plot("abs(x)", x=0)
    assert plotted.slopes == (-1.0, 1.0)
    assert plotted.slope is None
    assert "kink at x = 0: slope -1 from the left, +1 from the right" in plotted.verdict
    points = series(plotted, "slopes").points
    assert points == ((-2.0, 2.0), (0.0, 0.0), (0.0, 0.0), (2.0, 2.0))
    rings = next(one for one in picture(plotted).series if one.marks == "rings")
    assert rings.points == ((0.0, -1.0), (0.0, 1.0))


def test_secants_turn_into_the_tangent():
    plotted = plot("x^2", x=1.0, range=(-1, 3))
    assert [(secant.h, secant.slope) for secant in plotted.secants] == [(1.0, 3.0), (0.5, 2.5), (0.25, 2.25)]
    (x, y), _, (end, last) = series(plotted, "tangent").points
    assert ((last - y) / (end - x), plotted.slope) == (2.0, 2.0)
    chords = pieces(series(plotted, "secants"))
    assert [(b[1] - a[1]) / (b[0] - a[0]) for a, b in chords] == [3.0, 2.5, 2.25]
    assert [label for *_, label in series(plotted, "secants").labels] == ["h = 1", "h = 0.5", "h = 0.25"]


def test_no_secant_crosses_a_pole_and_none_ends_outside_the_domain():
    assert all(-0.5 + secant.h < 0 for secant in plot("1/x", x=-0.5, range=(-2, 2)).secants)
    assert plot("1/x", x=-0.5, range=(-2, 2)).secants
    assert all(0.5 + secant.h < 1 for secant in plot("floor(x)", x=0.5, range=(-1.5, 2.5)).secants)  # it jumps at 1
    assert all(secant.h < 0 for secant in plot("sqrt(1 - x)", x=0.9).secants)


def test_noise_is_drawn_beside_the_true_curve():
    plotted = plot("(exp(x) - 1)/x", x=1e-9, range=(-1e-8, 1e-8))
    assert plotted.noise > 1e-8
    assert plotted.slope == pytest.approx(0.5)
    assert plotted.here.slope < -80  # the program's own derivative, errors included
    assert all(y == pytest.approx(1 + x / 2, abs=1e-15) for x, y in plotted.true_curve)
    f = dc.function("(exp(x) - 1)/x")
    assert all(y == f(x) for x, y in series(plotted, "f in doubles").points)
    assert f"is rounding: the values in doubles err by up to {plotted.noise:.2g} here" in plotted.verdict
    assert "the slope is 0.5; reverse mode says -81.74" in plotted.verdict
    assert not plot("(exp(x) - 1)/x", x=0.5).noise


def test_the_values_of_a_few_doubles_are_steps():
    plotted = plot("x^2 + 1e3", x=1.0, range=(1, 1 + 1e-12))
    assert 0 < plotted.noise <= 2**-43
    steps = {y + plotted.level for _, y in series(plotted, "f in doubles").points}
    assert steps == {1001 + place * 2**-43 for place in range(len(steps))}
    assert len(steps) == 19
    for x, y in plotted.true_curve:  # on a straight line between the steps, which doubles cannot tell
        assert y == pytest.approx(float(Fraction(x) ** 2 + 1000 - Fraction(plotted.level)), rel=1e-9)


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_axis_says_with_one_sign_what_its_numbers_are_above(sign):
    plotted = plot(f"{sign}(x^2 + 1e3)", x=1.0, range=(1, 1 + 1e-12))
    assert picture(plotted).y.title.startswith("f + 1001" if sign else "f - 1001")


def test_another_formula_is_drawn_with_the_difference():
    plotted = plot("d/dx (x^2*sin(x))", x=1.0, range=(0, 2), versus="2*x*cos(x)")
    assert not plotted.versus.is_alike
    for x, difference in plotted.versus.differences:
        right = 2 * x * math.sin(x) + x * x * math.cos(x)
        assert difference == pytest.approx(right - 2 * x * math.cos(x), abs=1e-14)
    same = plot("d/dx (x^2*sin(x))", x=1.0, versus="x*(2*sin(x) + x*cos(x))")
    assert same.versus.is_alike
    assert "agree" in same.verdict
    narrower = plot("ln(x^2)", x=1.0, range=(-2, 2), versus="2*ln(x)")
    assert "defined at fewer places" in narrower.verdict


def test_several_variables_stand_still_but_one():
    plotted = plot("x*y^2 + abs(y - 3)", x=2, y=1, wrt="y", range=(0, 4))
    assert (plotted.name, plotted.slope) == ("y", 3.0)
    assert "x = 2" in picture(plotted).caption
    assert kinds(plotted) == [(3.0, "kink")]


def test_a_function_that_decides_is_run_at_every_point():
    def ramp(x):
        if x > 1:
            return 2 * x
        return 3 - x

    plotted = plot(ramp, x=1.0)
    assert kinds(plotted) == [(1.0, "kink")]
    assert plotted.slopes == (-1.0, 2.0)
    assert kinds(plot(lambda x: 0.0 if x < 0.3 else 1.0 + x, x=1.0)) == [(0.3, "jump")]


@pytest.mark.parametrize(
    ("text", "x", "least", "most"),
    [("exp(100*x)", 0, 0.01, 0.5), ("sin(x/1000)", 0, 500, 1e4), ("sin(50*x)", 0, 0.02, 1), ("x^5", 0, 2, 2), ("@logistic_l4", 0.2, 0.1, 0.5), ("sin(1/x)", 0.1, 0.02, 0.2),
     ("x", 3e5, 1, 1e6), ("x^2", 0, 2, 2)],
)  # fmt: skip
def test_the_range_follows_the_function(text, x, least, most):
    low, high = plot(text, x=x).x
    assert low < x < high
    assert least <= (high - low) / 2 <= most


def test_values_far_outside_are_cut_off_and_the_point_is_not():
    plotted = plot("1/x", x=0.05, range=(-2, 2))
    assert plotted.y.cuts
    assert plotted.y.low < 20 < plotted.y.high < 100
    assert not plot("x^2", x=1.0).y.cuts


@pytest.mark.parametrize(
    ("given", "rounded", "down"), [(1.2, 2.0, 1.0), (0.3, 0.5, 0.2), (5.0, 5.0, 5.0), (80, 100, 50)]
)
def test_round_numbers(given, rounded, down):
    assert (round_number(given), round_number(given, down=True)) == (rounded, down)


def test_a_point_without_a_value_is_explained():
    assert "there is a pole" in plot("1/x", x=0).verdict
    assert "approach 1" in plot("sin(x)/x", x=0).verdict
    assert "jumps at x = 0" in plot("if(x < 0, 0, 1)", x=0).verdict
    assert "vertical" in plot("cbrt(x)", x=0).verdict
    assert "slope +infinity from the right" in plot("sqrt(x)", x=0).verdict
    assert "alone" in plot("sqrt(-x^2)", x=0).verdict
    assert picture(plot("sqrt(-x^2)", x=0)).series[-1].points == ((0.0, 0.0),)
    nowhere = plot("ln(-1 - x^2)", x=1)
    assert nowhere.failure.code == "E704"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [({"range": (1, 1)}, "E661"), ({"range": "2"}, "E661"), ({"range": "1:x"}, "E703"), ({"range": 3}, "E703"),
     ({"range": (0, math.inf)}, "E661"), ({"range": (1, 1 + 1e-15)}, "E661"), ({"versus": "y"}, "E703"),
     ({"budget": -1}, "E703"), ({"wrt": "z"}, None)],
)  # fmt: skip
def test_what_cannot_be_plotted_is_told(arguments, code):
    with pytest.raises(DiffcompareError) as refused:
        plot("x^2", x=1, **arguments)
    assert code is None or refused.value.diagnostic.code == code
    with pytest.raises(DiffcompareError):
        plot("2 + 3")


def test_the_record_shows_itself_everywhere():
    plotted = plot("abs(x)", x=0)
    assert "<svg" in plotted._repr_html_()
    assert str(plotted).startswith("f has a kink")
    data = plotted.data()
    assert data["at"] == {"x": 0.0, "value": 0.0, "slope": None, "slope_from_left": -1.0, "slope_from_right": 1.0,
                          "reverse_ad": 0.0}  # fmt: skip
    assert data["breaks"][0]["kind"] == "kink"


def test_colours_do_not_depend_on_what_breaks_a_curve():
    for text in ("x^2 + 1", "1/x", "floor(x)", "abs(x - 1)"):
        owners = [one.name for one in picture(plot(text, x=0.5, range=(-1, 2))).series if one.of is None]
        assert owners[:2] == ["f", "f'"]
        assert [one.name for one in picture(plot(text, x=0.5, range=(-1, 2))).series[:2]] == owners[:2]


def test_at_a_jump_there_is_no_tangent():
    names = [one.name for one in picture(plot("floor(x)", x=1)).series]
    assert not any(name.startswith(("tangent", "slope")) for name in names)


@pytest.mark.parametrize("scale", [0.09, 0.01, 0.001])
def test_what_is_not_resolved_is_left_open(scale):
    plotted = plot(f"tan(x^2/{scale})", x=0.5, range=(-1.5, 2.5))
    assert "left open" in str(plotted)
    assert "left open" not in str(plot("tan(x)", x=0.5))
    for piece in pieces(picture(plotted).series[0]):
        for (x, y), (end, last) in pairwise(piece):
            poles = math.floor(end * end / scale / math.pi + 0.5) - math.floor(x * x / scale / math.pi + 0.5)
            is_seen = max(y, last) > plotted.y.low and min(y, last) < plotted.y.high
            assert not poles or not is_seen or x < 0 < end, (x, end)


def test_a_slope_whose_truth_takes_too_long_is_not_made_up():
    plotted = plot("gamma(abs(x)^x)/floor(min(x, x))", x=1)
    assert plotted.slope is None
    assert "so it has no slope there" in plotted.verdict


def test_points_without_a_value_take_no_time():
    start = time.process_time()
    assert plot("acosh(abs(gamma(x)))", x=0).x == (-2.0, 2.0)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "text", ["sqrt(x)", "cbrt(x)", "abs(sin(5*x))", "exp(3*x)", "x^7 - x", "sqrt(abs(x))", "tanh(40*x)"]
)
def test_what_is_steep_is_not_torn(text):
    assert len(pieces(picture(plot(text, x=0.5, range=(-2, 2))).series[0])) == 1
