"""Every method on every entry of the catalogue: the figures of the references, and who loses how much where.

Read from the JSON, as a user's program would.  All questions go to one sympy worker, which stays alive.
"""

import json

import pytest
from rows import every_row

import diffcompare as dc
from diffcompare.inputs.catalogue import entry, load

EXACT = ("hand-coded", "symbolic", "forward-ad", "reverse-ad", "complex-step")
DIFFERENCES = ("forward-difference", "backward-difference", "central-difference", "five-point", "richardson")

ULP = 12
"""What a few operations may cost a method of exact rules where the problem is well conditioned."""

MORE = {
    # Rounded on the way by the function itself, in every method alike.
    "annuity": 100,
    "compound": 20_000,  # (1 + r/m)^(m*t): the rounding of 1 + r/m is multiplied by m*t
    "rastrigin2": 100,
    # Table 1's polynomial of degree 7, which cancels; the other methods lose nothing.
    "logistic_l4": 100,
}


def smooth(entry):
    return entry.group != "nasty"


ENTRIES = {entry.name: entry for entry in load()}
SMOOTH = [name for name, entry in ENTRIES.items() if smooth(entry)]


@pytest.fixture
def figures(compared):
    """Return the data of an entry by every method, and its methods by name."""

    def read(name):
        data = json.loads(compared(name, symbolic=True).to_json())
        return data, {method["method"]: method for method in data["methods"]}

    return read


@pytest.fixture
def partials_of(figures):
    """Return the partial that each method has for a variable of an entry."""
    return lambda entry, name="x": {key: answer["gradient"][name] for key, answer in figures(entry)[1].items()}


# --- The smooth entries -----------------------------------------------------------------------------------------------


@every_row("name", SMOOTH)
def test_figures(figures, name):
    entry = ENTRIES[name]
    data, methods = figures(name)
    truth = data["truth"]
    assert truth["status"] == "ok"
    assert (data["point"], float(truth["value"])) == (entry.point, entry.value)
    assert {key: float(text) for key, text in truth["gradient"].items()} == entry.gradient_at_point
    for method in EXACT:
        answer = methods[method]
        assert (answer["status"], list(answer["gradient"])) == ("ok", list(entry.point))
        assert all(ulp is None or ulp <= MORE.get(name, ULP) for ulp in answer["error"]["ulp"].values()), method
    for method in DIFFERENCES:
        assert methods[method]["status"] == "ok"
        assert methods[method]["gradient"] == pytest.approx(entry.gradient_at_point, rel=1e-3, abs=1e-3)
    for key, text in truth["gradient"].items():
        if text == "0":
            assert all(methods[method]["gradient"][key] == 0 for method in EXACT)
    assert methods["hand-coded"]["variant"] == "catalogue"
    check_swell_and_work(methods, len(entry.point))


def check_swell_and_work(methods, count):
    raw, cse = (methods["symbolic"]["swell"][stage] for stage in ("raw", "cse"))
    assert 0 < raw["dag"] <= raw["tree"]
    assert cse["tree"] <= raw["tree"] + count
    work = {method: answer["work"] for method, answer in methods.items()}
    assert work["forward-difference"]["evaluations"] == count + 1
    assert work["central-difference"]["evaluations"] == 2 * count
    assert work["reverse-ad"]["evaluations"] == work["forward-ad"]["evaluations"] == 1
    if count == 1:
        assert work["reverse-ad"]["operations"] >= work["forward-ad"]["operations"]
    else:
        assert work["reverse-ad"]["operations"] < work["forward-ad"]["operations"]


# --- The survey's tables ----------------------------------------------------------------------------------------------

SLOPE = 9.0660864
"""The fourth iterate of the logistic map at 0.2: 708288/78125."""
LOOP, CLOSED = "logistic_l4_nested", "logistic_l4"


def test_the_survey_s_function_at_its_point(figures):
    """Tables 2 and 3 of the survey: value 11.652, gradient (5.5, 1.716)."""
    data, methods = figures("baydin")
    assert data["value"] == 11.652071455223084
    for method in ("hand-coded", "symbolic", "forward-ad", "reverse-ad", "complex-step"):
        assert methods[method]["gradient"] == {"x1": 5.5, "x2": 1.7163378145367738}
    assert (methods["reverse-ad"]["work"], methods["forward-ad"]["work"]) == (
        {"evaluations": 1, "operations": 13},
        {"evaluations": 1, "operations": 28},
    )


def test_figure_2_truth(figures):
    for program, value in ((LOOP, 0.28901376000000045), (CLOSED, 0.2890137600000001)):
        data, _ = figures(program)
        assert data["value"] == pytest.approx(value, rel=1e-14)
        assert data["truth"]["gradient"]["x"].startswith("9.06608640000000074824")


@every_row("program", [LOOP, CLOSED])
@every_row("method", EXACT)
def test_figure_2_exact_methods(partials_of, program, method):
    assert partials_of(program)[method] == pytest.approx(SLOPE, rel=1e-14)


def test_figure_2_hand_coded_by_the_four_terms_of_table_1():
    terms = (
        "128*x*(1-x)*(-8+16*x)*(1-2*x)^2*(1-8*x+8*x^2) + 64*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"
        " - 64*x*(1-2*x)^2*(1-8*x+8*x^2)^2 - 256*x*(1-x)*(1-2*x)*(1-8*x+8*x^2)^2"
    )
    comparison = dc.compare(f"@{CLOSED}", hand={"x": terms}, methods=["hand-coded"])
    assert comparison.answers[0].gradient["x"] == 9.066086400000001
    assert comparison.data()["methods"][0]["digits"]["x"] == 15.9


def test_figure_2_sympy_s_derivative_expanded():
    expanded = "-131072*x^7 + 458752*x^6 - 638976*x^5 + 450560*x^4 - 168960*x^3 + 32256*x^2 - 2688*x + 64"
    comparison = dc.compare(f"@{CLOSED}", hand={"x": expanded}, methods=["hand-coded"])
    assert comparison.answers[0].gradient["x"] == pytest.approx(SLOPE, rel=1e-14)
    assert comparison.answers[0].gradient["x"] != 9.066086400000001, "the shorter formula is not the better one"


@pytest.mark.parametrize(
    ("program", "method", "step", "digits"),
    [
        (LOOP, "forward-difference", 1e-6, "9.0661200969"),
        (LOOP, "forward-difference", None, "9.0660869032"),
        (CLOSED, "forward-difference", None, "9.0660868995"),
        (LOOP, "central-difference", None, "9.0660863759"),
    ],
)
def test_figure_2_differences(program, method, step, digits):
    (answer,) = dc.compare(f"@{program}", methods=[method], step=step).answers
    assert f"{answer.gradient['x']:.10f}" == digits


def test_figure_2_errors(figures):
    """The errors that the figures are quoted with, to one digit."""
    loop, closed = figures(LOOP)[1], figures(CLOSED)[1]
    assert loop["forward-difference"]["error"]["absolute"]["x"] == pytest.approx(5.0e-7, rel=0.02)
    assert loop["central-difference"]["error"]["absolute"]["x"] == pytest.approx(2.4e-8, rel=0.02)
    assert closed["complex-step"]["error"]["absolute"]["x"] < 2e-15
    (survey,) = dc.compare(f"@{LOOP}", methods=["forward-difference"], step=1e-6).data()["methods"]
    assert survey["error"]["absolute"]["x"] == pytest.approx(3.4e-5, rel=0.02)


def test_an_older_slip_in_the_difference_formula_is_not_ours():
    """f(x - h) - f(x) over h, as some notes have it, gives -5.5 by x1 of the survey's function."""
    for method in ("forward-difference", "backward-difference"):
        (answer,) = dc.compare("@baydin", methods=[method]).answers
        assert answer.gradient["x1"] == pytest.approx(5.5, rel=1e-6)


# --- The nasty entries: what goes wrong, and how much -----------------------------------------------------------------


def nearly(expected, rel=1e-6):
    return pytest.approx(expected, rel=rel)


def test_every_nasty_entry_has_its_test_below():
    nasty = {name for name, entry in ENTRIES.items() if not smooth(entry)}
    tested = {
        "abs_kink", "big_offset", "cuberoot", "expm1_quotient", "fast_wiggle", "logsumexp_overflow", "one_minus_cos",
        "power_zero_base", "quadratic_root", "relu_identity", "rump", "sinc_near_zero", "softplus_overflow",
        "sqrt_square", "sqrt_then_square",
    }  # fmt: skip
    assert nasty == tested


@every_row("name", [name for name, entry in ENTRIES.items() if not smooth(entry)])
def test_the_truth_is_that_of_the_references(figures, name):
    data, _ = figures(name)
    entry = ENTRIES[name]
    assert float(data["truth"]["value"]) == entry.value
    for key, partial in entry.gradient_at_point.items():
        assert float(data["truth"]["gradient"][key]) == partial
    for key in entry.undefined:
        assert data["truth"]["gradient"][key] is None


@pytest.mark.parametrize("name", ["sqrt_square", "abs_kink"])
def test_a_kink_has_two_slopes_and_methods_say_what_they_like(figures, partials_of, name):
    data, _ = figures(name)
    assert data["truth"]["slopes"] == {"x": {"left": -1.0, "right": 1.0}}
    assert data["error"]["kind"] == "nondifferentiable"
    partials = partials_of(name)
    assert (partials["forward-difference"], partials["backward-difference"], partials["central-difference"]) == (
        1,
        -1,
        0,
    )
    if name == "abs_kink":
        assert (partials["forward-ad"], partials["reverse-ad"], partials["symbolic"]) == (0, 0, 0)
    else:
        assert (partials["forward-ad"], partials["reverse-ad"]) == (None, None)


def test_relu_identity_ad_is_finite_plausible_and_wrong(partials_of):
    partials = partials_of("relu_identity")
    assert (partials["forward-ad"], partials["reverse-ad"]) == (0, 0)
    assert partials["hand-coded"] == 1
    assert all(partials[method] == 1 for method in DIFFERENCES)


def test_power_zero_base_guards_the_logarithm(figures, partials_of):
    """The row of ^ knows the limit, where 0*ln(0) by hand and sympy's x^y*y/x have none."""
    data, _ = figures("power_zero_base")
    assert data["truth"]["gradient"] == {"x": "0", "y": "0"}
    for name in ("x", "y"):
        partials = partials_of("power_zero_base", name)
        assert (partials["forward-ad"], partials["reverse-ad"], partials["symbolic"]) == (0, 0, None)
    assert partials_of("power_zero_base", "y")["hand-coded"] is None
    assert partials_of("power_zero_base", "x")["hand-coded"] == 0


def test_sqrt_then_square_multiplies_zero_by_infinity(figures, partials_of):
    partials = partials_of("sqrt_then_square")
    assert (partials["forward-ad"], partials["reverse-ad"]) == (None, None)
    assert (partials["hand-coded"], partials["symbolic"], partials["forward-difference"]) == (1, 1, 1)
    assert "nan" in figures("sqrt_then_square")[1]["reverse-ad"]["notes"][0]


def test_sinc_near_zero_exact_methods_have_no_right_digit_and_a_difference_has(figures, partials_of):
    partials, methods = partials_of("sinc_near_zero"), figures("sinc_near_zero")[1]
    assert all(methods[method]["digits"]["x"] == 0 for method in EXACT)
    assert partials["symbolic"] == nearly(1.4901161193847656e-08)
    assert partials["central-difference"] == nearly(-3.3185e-9, 1e-3)
    assert 2 < methods["central-difference"]["digits"]["x"] < 3


def test_one_minus_cos_nobody_is_right_but_a_wide_stencil(figures, partials_of):
    partials, methods = partials_of("one_minus_cos"), figures("one_minus_cos")[1]
    for method in EXACT:
        assert partials[method] == nearly(-0.0082757)
    assert partials["central-difference"] == nearly(0.2799977)
    assert partials["forward-difference"] == nearly(-13.1773686, 1e-4)
    assert methods["five-point"]["digits"]["x"] > 2


def test_expm1_quotient_is_wrong_by_a_factor_of_164(figures, partials_of):
    partials, methods = partials_of("expm1_quotient"), figures("expm1_quotient")[1]
    for method in EXACT:
        assert partials[method] == nearly(-81.74037)
        assert methods[method]["error"]["relative"]["x"] == nearly(164.48, 1e-3)
    assert partials["central-difference"] == nearly(0.5000011165776405)
    assert 5 < methods["central-difference"]["digits"]["x"] < 6


@pytest.mark.parametrize("name", ["logsumexp_overflow", "softplus_overflow"])
def test_overflow_loses_the_value_and_only_a_stable_formula_has_the_gradient(figures, name):
    data, methods = figures(name)
    assert data["value"] is None
    assert float(data["truth"]["value"]) in (1000, 800)
    assert methods["hand-coded"]["status"] == "ok"
    assert methods["hand-coded"]["digits"][next(iter(data["point"]))] == 15.9
    for method in (*DIFFERENCES, "symbolic", "forward-ad", "reverse-ad", "complex-step"):
        assert methods[method]["status"] == "undefined"
        assert methods[method]["notes"]


def test_logsumexp_overflow_reverse_mode_still_has_the_other_partial(partials_of):
    assert partials_of("logsumexp_overflow", "b")["reverse-ad"] == 0


def test_big_offset_costs_the_differences_eight_digits(figures, partials_of):
    partials, methods = partials_of("big_offset"), figures("big_offset")[1]
    assert all(methods[method]["digits"]["x"] == 15.9 for method in EXACT)
    assert partials["forward-difference"] == 0
    assert partials["central-difference"] == nearly(0.5401419344785475, 1e-4)
    assert all(methods[method]["digits"]["x"] < 6 for method in DIFFERENCES)


def test_fast_wiggle_is_too_fast_for_the_usual_step(figures, partials_of):
    partials, methods = partials_of("fast_wiggle"), figures("fast_wiggle")[1]
    assert all(methods[method]["digits"]["x"] > 14 for method in EXACT)
    assert partials["central-difference"] == nearly(-8618.1084, 1e-6)
    assert methods["central-difference"]["digits"]["x"] < methods["forward-difference"]["digits"]["x"] < 5
    assert methods["five-point"]["digits"]["x"] == 0, "a higher order takes a wider step, and is worse"


def test_quadratic_root_is_an_exact_derivative_of_an_inaccurate_formula(figures, partials_of):
    data, methods = figures("quadratic_root")
    assert data["value"] == nearly(-1.0000003385357559e-05)
    for method in EXACT:
        assert methods[method]["gradient"]["a"] == nearly(3.383357e-12, 1e-5)
        assert methods[method]["digits"]["a"] == 0
        assert methods[method]["digits"]["c"] > 15
    assert data["truth"]["gradient"]["a"].startswith("-1.0000000004")


def test_rump_the_value_is_nonsense_and_the_gradient_is_right(figures):
    data, methods = figures("rump")
    assert data["value"] == nearly(-1.18059e21, 1e-4)
    assert data["truth"]["value"].startswith("-0.82739605994682136814")
    assert all(kept > 14 for method in EXACT for kept in methods[method]["digits"].values())
    assert "the value itself has not a single correct digit" in data["verdict"]


def test_cuberoot_the_step_reaches_over_the_whole_feature(figures, partials_of):
    _, methods = figures("cuberoot")
    assert all(methods[method]["digits"]["x"] > 14 for method in EXACT)
    assert all(methods[method]["digits"]["x"] == 0 for method in DIFFERENCES)
    assert "forward-difference instead" in methods["central-difference"]["notes"][0]


def test_the_lesson_is_told_at_its_own_point_only():
    name, lesson = "sinc_near_zero", entry("sinc_near_zero").lesson
    assert lesson in str(dc.compare(f"@{name}", methods=["reverse-ad"]).details())
    assert lesson in str(dc.compare("sin(x)/x", x=1e-8, methods=["reverse-ad"]).details())
    assert lesson not in str(dc.compare("sin(x)/x", x=0, methods=["reverse-ad"]).details())
    assert lesson not in str(dc.compare(f"@{name}", x=1, methods=["reverse-ad"]).details())
