"""Verdicts: a sentence of each kind, true in its case, with the figures of the tables."""

import re
from dataclasses import replace

import pytest
from rows import every_row

import diffcompare as dc
from diffcompare.inputs.catalogue import load
from diffcompare.studies.record import join, partials

AD = ("forward-ad", "reverse-ad")


def verdict(expression, point=None, /, **options):
    return dc.compare(expression, point, **options).verdict


def digits(comparison):
    """Return the digits of the worst partial of each method, from the data behind the table."""
    amounts = {}
    for method in comparison.data()["methods"]:
        known = [kept for kept in method["digits"].values() if kept is not None]
        amounts[method["method"]] = min(known) if known else None
    return amounts


# --- All is well ------------------------------------------------------------------------------------------------------


def test_exact_methods_and_differences():
    comparison = dc.compare("ln(x1) + x1*x2 - sin(x2)", x1=2, x2=5)
    kept = digits(comparison)
    work = {answer.method: answer.work.operations for answer in comparison.answers}
    assert comparison.verdict == (
        "Hand-coded, symbolic, forward-ad and reverse-ad keep all 15.9 digits of a double; "
        f"forward-difference keeps {kept['forward-difference']} and central-difference {kept['central-difference']} "
        f"of 15.9 digits; for both partials reverse-ad does {work['reverse-ad']} operations "
        f"and forward-ad {work['forward-ad']}."
    )


def test_a_method_alone():
    assert verdict("x^2*y", x=3, y=2, methods="reverse-ad") == "Reverse-ad keeps all 15.9 digits of a double."
    comparison = dc.compare("sin(x)", x=2, methods="central-difference")
    assert comparison.verdict == f"Central-difference keeps {digits(comparison)['central-difference']} of 15.9 digits."


def test_differences_alone():
    comparison = dc.compare("sin(x)", x=2, methods=["forward-difference", "central-difference", "five-point"])
    kept = digits(comparison)
    assert comparison.verdict == (
        f"Forward-difference keeps {kept['forward-difference']}, central-difference {kept['central-difference']} "
        f"and five-point {kept['five-point']} of 15.9 digits."
    )
    both = dc.compare("x*y", x=1, y=2, methods=["forward-difference", "central-difference"])
    assert both.verdict == "Forward-difference and central-difference keep 15.9 of 15.9 digits."


def test_the_worst_partial_counts():
    comparison = dc.compare("@diffsharp_vector", methods=["hand-coded", *AD])
    least = min(digits(comparison).values())
    assert f"keep {least:.1f} digits" in comparison.verdict
    assert "all 15.9" not in comparison.verdict


@pytest.mark.parametrize(
    ("names", "words"), [("xy", "both partials"), ("xyz", "all 3 partials"), ("vwxyz", "all 5 partials")]
)
def test_the_cost_is_told_for_several_partials(names, words):
    comparison = dc.compare("*".join(names), dict.fromkeys(names, 2.0), methods=AD)
    forward, reverse = (answer.work.operations for answer in comparison.answers)
    assert comparison.verdict.endswith(f"for {words} reverse-ad does {reverse} operations and forward-ad {forward}.")


def test_the_cost_is_not_told_for_one_partial_nor_without_a_method_to_compare_with():
    assert "operations" not in verdict("x*y", x=1, y=2, methods=AD, wrt="x")
    assert "operations" not in verdict("x*y", x=1, y=2, methods="reverse-ad")
    assert "central-difference" in verdict("x*y", x=1, y=2, methods=["reverse-ad", "central-difference"])


def test_the_cost_of_a_method_that_did_not_finish_is_not_told():
    comparison = dc.compare("x*y", x=1, y=2, methods=[*AD, "forward-difference"])
    late = comparison.answers[0]._replace(status="timed-out", gradient={"x": None, "y": None})
    sentence = replace(comparison, answers=(late, *comparison.answers[1:])).verdict
    forward, reverse = comparison.answers[2].work.operations, comparison.answers[1].work.operations
    assert "; forward-ad timed out; " in sentence
    assert sentence.endswith(
        f"for both partials reverse-ad does {reverse} operations and forward-difference {forward}."
    )


def test_a_huge_cost():
    names = [f"x{place}" for place in range(1, 201)]
    comparison = dc.compare("*".join(names), dict.fromkeys(names, 1.5), methods=AD)
    forward, reverse = (answer.work.operations for answer in comparison.answers)
    assert forward > 100 * reverse
    assert comparison.verdict.endswith(
        f"for all 200 partials reverse-ad does {reverse} operations and forward-ad {forward}."
    )


# --- Zero -------------------------------------------------------------------------------------------------------------


def test_where_all_of_the_truth_is_zero():
    comparison = dc.compare("x^3", x=0, methods=["reverse-ad", "forward-difference", "central-difference"])
    forward, central = (method["error"]["absolute"]["x"] for method in comparison.data()["methods"][1:])
    assert comparison.verdict == (
        f"The truth is 0: reverse-ad returns exactly that, forward-difference is off by {forward:.2g}, "
        f"central-difference off by {central:.2g}."
    )
    assert (
        verdict("if(x > 0, x^2, 0)", x=-1, methods=AD)
        == "The truth is 0: forward-ad and reverse-ad return exactly that."
    )


def test_where_a_partial_is_zero():
    comparison = dc.compare("x^3 + y", x=0, y=1, methods=["reverse-ad", "central-difference"])
    off = comparison.data()["methods"][1]["error"]["absolute"]["x"]
    assert comparison.verdict.startswith(
        f"Where the truth is 0, central-difference is off by {off:.2g}; reverse-ad keeps all 15.9 digits of a double"
    )


# --- Mistakes by hand -------------------------------------------------------------------------------------------------


def test_a_formula_by_hand_that_is_wrong():
    comparison = dc.compare("x*sin(x)", x=1.2, hand={"x": "sin(x) + cos(x)"}, methods=["hand-coded", *AD])
    kept = digits(comparison)
    assert comparison.verdict == (
        f"Check the formula by hand for df/dx: it keeps {kept['hand-coded']} digits where the other exact methods keep "
        f"{kept['reverse-ad']}, which is more often a mistake than rounding."
    )


def test_one_formula_of_several_is_wrong():
    assert verdict("x^2*y", x=3, y=2, hand={"x": "2*x*y", "y": "x"}, methods=["hand-coded", *AD]).startswith(
        "Check the formula by hand for df/dy: it keeps "
    )
    assert verdict("x^2*y", x=3, y=2, hand={"x": "x", "y": "x"}, methods=["hand-coded", *AD]).startswith(
        "Check the formulas by hand for df/dx and df/dy: they keep "
    )


def test_a_formula_that_is_wrong_where_the_truth_is_zero():
    assert verdict("x^2*y", x=3, y=0, hand={"x": "2*x", "y": "x^2"}, methods=["hand-coded", *AD]).startswith(
        "Check the formula by hand for df/dx: it is off by 6 where the truth is 0"
    )


@pytest.mark.parametrize("methods", ["hand-coded", ["hand-coded", "central-difference"]])
def test_a_wrong_formula_without_another_exact_method(methods):
    """It must not be taken for rounding errors of the function."""
    sentence = verdict("x*sin(x)", x=1.2, hand={"x": "sin(x) + cos(x)"}, methods=methods)
    assert (
        sentence
        == "Check the formula by hand for df/dx: it keeps 1.2 digits, which is more often a mistake than rounding."
    )


def test_a_right_formula_is_not_suspected_where_everybody_loses_digits():
    formula = "exp(x)/x - (exp(x) - 1)/x^2"
    sentence = verdict("(exp(x) - 1)/x", x=1e-9, hand={"x": formula}, methods=["hand-coded", *AD])
    assert sentence.startswith("Exact rules, inexact answer")


def test_a_formula_that_is_slightly_off_is_named():
    sentence = verdict("x^2", x=1.5, hand={"x": "2*x + 1e-9"}, methods=["hand-coded", *AD])
    assert sentence == "Forward-ad and reverse-ad keep all 15.9 digits of a double; hand-coded keeps only 9.4."


def test_a_formula_without_a_value_is_no_cancellation():
    sentence = verdict("x^2", x=1.5, hand={"x": "1/(x - 1.5)"}, methods=["hand-coded", *AD])
    assert sentence == (
        "Forward-ad and reverse-ad keep all 15.9 digits of a double; "
        "hand-coded has no number for df/dx (the notes say why)."
    )


def test_a_formula_that_is_right_at_one_point_only():
    """x^2 is 2*x at 2, and 1/4 is 1/(2*sqrt(x)) at 4."""
    assert verdict("x^2", x=2.0, hand={"x": "x^2"}) == (
        "Check the formula by hand for df/dx: it agrees at this point, but at x = 0.5 it gives 0.25 and reverse-ad 1, "
        "and one point proves nothing."
    )
    assert "but at x = 2 it gives 0.25 and reverse-ad 0.353553" in verdict("sqrt(x)", x=4.0, hand={"x": "0.25"})
    assert "proves nothing" not in verdict("x^2", x=2.0, hand={"x": "x + x"})


@pytest.mark.parametrize(("formula", "factor"), [("-cos(x)", "minus"), ("2*cos(x)", "twice"), ("cos(x)/2", "half")])
def test_a_simple_multiple_of_the_truth_is_named(formula, factor):
    sentence = verdict("sin(x)", x=1.0, hand={"x": formula})
    assert sentence == f"Check the formula by hand for df/dx: it is {factor} the truth: a mistake, not rounding."


# --- Rounding ---------------------------------------------------------------------------------------------------------


def test_exact_rules_inexact_answer():
    comparison = dc.compare("(exp(x) - 1)/x", x=1e-9, methods=["central-difference", *AD])
    assert comparison.verdict == (
        "Exact rules, inexact answer: no exact method keeps a single digit of df/dx, because each differentiates the formula "
        f"with its rounding errors (central-difference keeps {digits(comparison)['central-difference']}); "
        "write the formula another way; the value itself has only 7.0 correct digits."
    )


def test_exact_rules_inexact_answer_of_one_method_and_of_some_digits():
    comparison = dc.compare("x^2*sin(1/x)", x=1e-9, methods="reverse-ad")
    kept = digits(comparison)["reverse-ad"]
    assert 1 < kept < 8
    assert comparison.verdict.startswith(
        f"Exact rules, inexact answer: reverse-ad keeps only {kept} digits of df/dx, because it differentiates the formula"
    )


def test_the_partial_that_lost_its_digits_is_named():
    """By c every method is right, so `no exact method keeps a single digit` would be false of the gradient."""
    sentence = verdict("@quadratic_root", methods=AD)
    assert sentence.startswith(
        "Exact rules, inexact answer: no exact method keeps a single digit of df/da, because each"
    )


def test_one_formula_cancels_and_another_does_not():
    comparison = dc.compare("((x + 1e90) - 1e90)^2", x=1.5, methods=["hand-coded", "symbolic", *AD])
    assert comparison.verdict == (
        "Symbolic keeps all 15.9 digits of a double; hand-coded, forward-ad and reverse-ad keep only 0.0; "
        "the value itself has not a single correct digit."
    )


def test_a_constant_that_doubles_do_not_reach():
    assert "; in doubles a step of the formula overflows" in verdict("sin(1e1000)", methods=AD)
    assert "doubles" not in verdict("sin(1)", methods=AD)


def test_a_condition_that_rounding_decides():
    comparison = dc.compare("if(0.1 + 0.2 == 0.3, x^2, x^3)", x=2, methods=["symbolic", *AD])
    assert comparison.verdict.startswith(
        "Rounding decides the condition of if(0.1 + 0.2 == 0.3, x^2, x^3): in doubles it takes a different branch; "
        "symbolic keeps all 15.9 digits of a double; forward-ad and reverse-ad keep only 0.0"
    )
    assert "takes a different branch in doubles than in exact arithmetic" in str(comparison.details())


def test_a_value_that_is_wrong_although_the_gradient_is_right():
    assert "the value itself has not a single correct digit" in verdict("@rump", methods=AD)


def test_a_long_complex_step_is_no_exact_method():
    comparison = dc.compare("x^2*sin(x)", x=1, methods="complex-step", step=0.1)
    assert comparison.verdict == f"Complex-step keeps {digits(comparison)['complex-step']} of 15.9 digits."
    assert verdict("x^2*sin(x)", x=1, methods="complex-step").startswith("Complex-step keeps all 15.9")


# --- Kinks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expression", ["abs(x)", "abs(x) + y^2", "max(x, -x)", "floor(x)"])
def test_no_derivative(expression):
    assert verdict(expression, {"x": 0} | ({"y": 1} if "y^" in expression else {}), methods=AD) == (
        "There is no df/dx at this point: a number that a method returns for it is a convention, "
        "or an accident of its step."
    )


def test_no_derivative_by_several_variables():
    assert verdict("hypot(x, y)", x=0, y=0, methods="central-difference").startswith(
        "There is no df/dx or df/dy at this point"
    )


def test_no_derivative_and_nobody_says_one():
    assert (
        verdict("sqrt(x)", x=0, methods=AD) == "There is no df/dx at this point, and no method returns a number for it."
    )


def test_a_kink_inside_a_smooth_function():
    sentence = verdict("max(x, 0) - max(-x, 0)", x=0, methods=["central-difference", *AD])
    assert sentence == (
        "At the kink of max(x, 0) forward-ad and reverse-ad follow a convention, and miss df/dx; "
        "central-difference keeps 15.9 of 15.9 digits."
    )
    assert verdict("max(x, 0) - max(-x, 0) - x", x=0, methods="reverse-ad") == (
        "At the kink of max(x, 0) reverse-ad follows a convention, and misses df/dx."
    )


def test_a_branch_of_one_point():
    sentence = verdict("if(x == 0, 0, x)", x=0, methods=AD)
    assert (
        sentence == "Forward-ad and reverse-ad see only the branch of if(x == 0, 0, x) that is taken, and miss df/dx."
    )


@pytest.mark.parametrize(
    ("expression", "point", "missed"),
    [
        ("if(x == 0, 1, (exp(x) - 1)/x)", {"x": 0}, "df/dx"),
        ("if(x != 0, x/(exp(x) - 1), 1)", {"x": 0}, "df/dx"),
        ("y*if(x == 0, 1/2, (x - ln(1 + x))/x^2)", {"x": 0, "y": 3}, "df/dx"),
        ("if(x == y, exp(x), (exp(x) - exp(y))/(x - y))", {"x": 1, "y": 1}, "df/dx and df/dy"),
    ],
)
def test_a_branch_for_one_point_is_not_called_rounding_though_the_other_one_loses_digits_near_it(
    expression, point, missed
):
    sentence = verdict(expression, point, methods=AD)
    assert sentence.startswith("Forward-ad and reverse-ad see only the branch of if(")
    assert f"and miss {missed}" in sentence
    assert "rounding" not in sentence


def test_a_kink_that_does_no_harm_is_not_mentioned():
    assert verdict("x*abs(x)", x=0, methods=AD) == "The truth is 0: forward-ad and reverse-ad return exactly that."


def test_a_kink_of_another_variable_does_not_excuse_rounding():
    sentence = verdict("max(y, 0) - max(-y, 0) + (exp(x) - 1)/x", x=1e-9, y=0, methods=AD, wrt="x")
    assert sentence.startswith("Exact rules, inexact answer")


def test_a_kink_that_costs_some_digits_only():
    sentence = verdict("max(x, 0) - max(-x, 0) + 100*x", x=0, methods="reverse-ad")
    assert sentence == "At the kink of max(x, 0) reverse-ad follows a convention, and misses df/dx."


@pytest.mark.parametrize(
    ("expression", "point"),
    [
        ("max(y, y)*(exp(x) - 1)/x", {"x": 1e-9, "y": 1}),  # cancellation by x, and max(y, y) is y
        ("max(x, x)*0 + (exp(x) - 1)/x", {"x": 1e-9}),
        ("if(1 <= 1, (exp(x) - 1)/x, x)", {"x": 1e-9}),
    ],
)
def test_a_kink_is_not_blamed_for_what_rounding_did(expression, point):
    assert "Exact rules, inexact answer" in verdict(expression, point, methods=AD, wrt="x")


def test_a_truth_that_is_too_small_to_be_written_is_not_said_to_be_nothing():
    sentence = verdict("exp(-x^2)", x=1e30, methods=["reverse-ad"])
    assert sentence == "The truth is 0 to within 1e-301029995: reverse-ad returns 0."


@pytest.mark.parametrize(
    ("text", "point", "size"),
    [
        ("tanh(x)", {"x": 800}, "5.4e-695"),
        ("sigmoid(x)", {"x": -800}, "3.7e-348"),
        ("erf(x)", {"x": 40}, "1.5e-695"),
        ("exp(-x^2)", {"x": 40}, "-1.1e-693"),
        ("softplus(x)", {"x": -2000}, "2.6e-869"),
    ],
)
def test_a_truth_below_all_doubles_is_told_by_its_size(text, point, size):
    assert verdict(text, point, methods=["reverse-ad", "central-difference"]) == (
        f"The true df/dx is {size}, which underflows to 0: reverse-ad and central-difference return 0."
    )


def test_underflow_beside_other_partials():
    sentence = verdict("exp(-x^2) + y", x=40, y=1, methods="reverse-ad")
    assert sentence == (
        "Reverse-ad keeps all 15.9 digits of a double; the true df/dx is -1.1e-693, which underflows to 0."
    )
    sentence = verdict("exp(-x^2 - y^2)", x=40, y=30, methods="reverse-ad")
    assert sentence == "The true df/dx and df/dy, of size 1.5e-1084 at most, underflow to 0: reverse-ad returns 0."
    sentence = verdict("cos(x) - 1e-400*x", x=0, methods="forward-difference")
    assert sentence.startswith("The true df/dx is -1.0e-400, which underflows to 0: forward-difference is off by ")


def test_a_branch_that_rounding_chose():
    """In doubles sin(1e-9) is 1e-9, so another branch is taken than that of the function."""
    sentence = verdict("if(sin(x) != x, 1, y/3)", x=1e-9, y=3, methods=AD, wrt="y")
    assert sentence.startswith(
        "Rounding decides the condition of if(sin(x) != x, 1, y/3): in doubles it takes a different branch;"
    )
    assert "sees only" not in sentence
    assert sentence.split("; ")[1].startswith("the truth is 0: forward-ad is off by 0.33, reverse-ad off by 0.33")


# --- No number, no truth ----------------------------------------------------------------------------------------------


def test_an_undefined_point():
    assert verdict("ln(x - 5)", x=1, methods=AD) == (
        "The function is undefined at this point: ln(x - 5) needs x - 5 > 0, and x - 5 is -4."
    )
    assert verdict("ln(x - 5)", x=1, methods=["hand-coded"]).endswith("; so no number in the table is a derivative.")


def test_a_formula_by_hand_that_has_no_value_in_half_of_the_domain():
    sentence = verdict("x^4", x=2, hand={"x": "4*sqrt(x)^6"}, methods=["hand-coded", "reverse-ad"])
    assert "by hand df/dx has no value, for instance at x = -2 (it needs x >= 0), where f has a derivative" in sentence
    whole = verdict("x^2/2 + x", x=2, hand={"x": "(x^2 - 1)/(x - 1)"}, methods=["hand-coded", "reverse-ad"])
    assert "no value" not in whole  # a hole is no region


@every_row(
    ("text", "point", "reason"),
    [
        ("x^0.5", {"x": -1}, "x^0.5 needs x >= 0, and x is -1"),
        ("0^x", {"x": -1}, "0^x needs x > 0, and x is -1"),
        ("x^y", {"x": 0, "y": -1}, "x^y needs x > 0, or x = 0 and y > 0, and x is 0 and y is -1"),
        ("cot(x)", {"x": 0}, "cot(x) needs sin(x) != 0, and x is 0"),
        ("(x - 1)^-2", {"x": 1}, "(x - 1)^-2 needs x - 1 != 0, and x - 1 is 0"),
        ("atan2(x, 0)", {"x": 0}, "atan2(x, 0) needs x != 0, and x is 0"),
        ("polygamma(1, x)", {"x": -2}, "polygamma(1, x) needs x != 0, -1, -2, ..., and x is -2"),
        (
            "(-2)^x",
            {"x": 1.5},
            "(-2)^x: its arguments are -2, 1.5 (needs the base > 0, or the base = 0 and the exponent > 0)",
        ),
    ],
)
def test_what_is_needed_is_said_of_what_varies(text, point, reason):
    failure = dc.compare(text, point, methods=AD).failure
    assert failure.message == f"the function is undefined at this point: {reason}"
    hopeless = text == "(-2)^x"
    assert failure.help.endswith("no point helps: change the expression") == hopeless


def test_an_overflow():
    assert verdict("exp(x)", x=1000, methods=AD) == "The value is beyond the range of doubles (1.8e308)."
    assert verdict("exp(x)", x=1000, methods=AD, truth=False) == "In doubles the value overflows."
    assert verdict("exp(x) - exp(x)", x=1000, methods=AD, truth=False).startswith(
        "In doubles the value is nan: it begins at"
    )


def test_a_step_of_the_formula_overflows():
    sentence = verdict("@softplus_overflow", methods=["hand-coded", *AD])
    assert sentence == (
        "In doubles a step of the formula overflows or leaves its domain, though the function has a value: write it "
        "another way; hand-coded keeps all 15.9 digits of a double; "
        "forward-ad and reverse-ad have no number for df/dx (the notes say why)."
    )


def test_a_partial_that_some_cannot_compute():
    sentence = verdict("sqrt(x)^2", x=0, methods=["symbolic", *AD])
    assert sentence == (
        "Symbolic keeps all 15.9 digits of a double; "
        "forward-ad and reverse-ad have no number for df/dx (the notes say why)."
    )


def test_a_step_that_vanishes_is_no_fault_of_the_formula():
    sentence = verdict("x^2", x=3, step=1e-30, methods=["forward-difference", "reverse-ad"])
    assert sentence == (
        "Reverse-ad keeps all 15.9 digits of a double; forward-difference has no number for df/dx (the notes say why)."
    )


def test_partials_that_doubles_cannot_hold():
    assert verdict("1e308*x^10", x=1, methods=AD) == (
        "The true df/dx is 1.0e+309, beyond the range of doubles (1.8e308)."
    )
    assert verdict("exp(-x^2)", x=27.2, methods=AD) == (
        "The true df/dx is below 2.2e-308, where doubles run out of digits."
    )


def test_without_the_truth():
    assert verdict("x*y", x=1, y=2, truth=False, methods=AD) == (
        "The truth was not asked for, so no error is known: forward-ad and reverse-ad answered."
    )


def test_without_time_for_the_truth():
    text = "+".join(f"sin(x^{power})" for power in range(2, 1500))
    assert verdict(text, x=0.5, methods=["symbolic", "reverse-ad"], budget=1e-6) == (
        "The truth is not known (no truth within 1e-06 s), and so no error; reverse-ad answered; symbolic timed out."
    )
    comparison = dc.compare(text, x=0.5, methods=["symbolic"], budget=1e-6, truth=False)
    assert comparison.failure.kind == "resource_limit"
    assert comparison.verdict == "No method has an answer: symbolic timed out."
    assert str(comparison).startswith("? No method has an answer")


def test_without_methods():
    assert verdict("x*y", x=1, y=2, methods=[]) == "This is the truth alone: no method was asked."
    assert verdict("x*y", x=1, y=2, methods=[], truth=False) == "No method has an answer: none was asked."


def test_a_constant():
    assert verdict("2 + 3") == "A constant: its gradient is empty, and there is nothing to compare."


# --- Everywhere -------------------------------------------------------------------------------------------------------


@every_row("name", [entry.name for entry in load()])
def test_one_sentence_whose_figures_are_those_of_the_table(compared, name):
    comparison = compared(name)
    sentence = comparison.verdict
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert ". " not in sentence
    amounts = {str(kept) for kept in digits(comparison).values()} | {"15.9"}
    quoted = set(re.findall(r"(?:keeps?(?: only)?|and|to|, [a-z-]+) (\d+\.\d)\b", sentence))
    partial_by_partial = {str(kept) for method in comparison.data()["methods"] for kept in method["digits"].values()}
    assert quoted <= amounts | partial_by_partial
    assert not re.search(r"\b(nan|None|inf)\b", sentence)


def test_words():
    assert join([]) == ""
    assert join(["a"]) == "a"
    assert join(["a", "b", "c"], "or") == "a, b or c"
    assert partials(["x"]) == "df/dx"
    assert partials([f"x{place}" for place in range(1, 9)]) == "df/dx1, df/dx2, df/dx3 and 5 more"
