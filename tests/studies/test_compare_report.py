"""The short form of `grad`: the verdict first, the formulas beside the truth, a row for each method."""

import pytest

import diffcompare as dc
from diffcompare.document import Code, Equations, Paragraph, Table
from diffcompare.language.printer import to_text
from diffcompare.render import Look, render

AD = ("forward-ad", "reverse-ad")


def opening(*arguments, **options):
    first = dc.compare(*arguments, **options).document().blocks[0]
    assert first.role == "verdict"
    return first.outcome, first.text


def table(comparison):
    """Return the rows of the table of methods: a dictionary for each, by the titles of the columns."""
    (found,) = [block for block in comparison.document().blocks if isinstance(block, Table)]
    return [dict(zip([column.title for column in found.columns], row, strict=True)) for row in found.rows]


def lines(comparison):
    (found,) = [block for block in comparison.document().blocks if isinstance(block, Equations)]
    return [(row.left, row.right.text if isinstance(row.right, Code) else to_text(row.right), row.remark) for row in found.rows]  # fmt: skip


# --- The verdict ------------------------------------------------------------------------------------------------------


def test_all_that_agree_are_counted_and_the_differences_named():
    outcome, text = opening("@baydin")
    assert outcome == "right"
    assert text == (
        "All six methods agree with the truth; the exact ones keep all 15.9 digits of a double; forward-difference "
        "keeps 7.6 and central-difference 10.5 of 15.9 digits; reverse-ad finds both partials at 2.6 times the cost "
        "of f, forward-ad at 5.6 times."
    )
    assert opening("x^2", x=3, methods=AD)[1] == (
        "Both methods agree with the truth; they keep all 15.9 digits of a double."
    )
    assert opening("x^2", x=3, methods="reverse-ad") == ("right", "Reverse-ad keeps all 15.9 digits of a double.")


@pytest.mark.parametrize(
    ("arguments", "options", "outcome", "words"),
    [
        (("2 + 3",), {}, "right", "A constant"),
        (("x^2*abs(x)",), {"x": 0}, "right", "the truth is 0"),
        (("x^2",), {"x": 1, "hand": {"x": "3*x"}}, "wrong", "by hand for df/dx"),
        (("x^2",), {"x": 2, "hand": {"x": "x^2"}}, "wrong", "one point proves nothing"),
        (("abs(x)",), {"x": 0}, "wrong", "There is no df/dx"),
        (("ln(x)",), {"x": -1}, "wrong", "undefined"),
        (("(exp(x) - 1)/x",), {"x": 1e-9}, "wrong", "inexact answer"),
        (("abs(x)*x^2 + if(x == 1, 1, x)",), {"x": 1}, "wrong", "df/dx"),
        (("if(0.1 + 0.2 == 0.3, x^2, x^3)",), {"x": 2}, "wrong", "Rounding decides"),
        (("@rump",), {}, "wrong", "not a single correct digit"),
        (("sin(x)",), {"x": 1, "step": 1.0, "methods": ["forward-difference", *AD]}, "wrong", "keeps 0"),
        (("sqrt(x)^2",), {"x": 0, "methods": AD}, "wrong", "Forward-ad and reverse-ad have no number for df/dx"),
        (("x^2",), {"x": 1, "truth": False}, "undecided", "The truth was not asked for"),
    ],
)
def test_the_outcome_is_that_of_the_worst_method(arguments, options, outcome, words):
    found, text = opening(*arguments, **options)
    assert found == outcome, text
    assert words in text


def test_what_is_wrong_is_seen_in_its_own_row_too():
    rows = {row["method"]: row for row in table(dc.compare("abs(x)", x=0))}
    assert rows["hand-coded"]["df/dx"] == "undefined"
    assert rows["forward-difference"]["convention"] == "slope from the right"
    notes = [block.text for block in dc.compare("abs(x)", x=0).document().blocks if isinstance(block, Paragraph)][1:]
    assert notes == ["hand-coded: df/dx: x/abs(x) is undefined: its arguments are 0, 0 (needs the second != 0)"]


# --- The lines of formulas --------------------------------------------------------------------------------------------


def test_a_partial_is_a_line_with_its_formula_and_its_true_value():
    assert lines(dc.compare("@baydin")) == [
        ("f", "ln(x1) + x1*x2 - sin(x2)", "at x1 = 2, x2 = 5: 11.652071455223084"),
        ("df/dx1", "1/x1 + x2", "truth 5.500000000000000000000000"),
        ("df/dx2", "x1 - cos(x2)", "truth 1.716337814536773735533361"),
    ]


def test_a_formula_by_hand_stands_above_the_right_one():
    assert lines(dc.compare("x^2", x=1, hand={"x": "3*x"}))[1:] == [
        ("df/dx", "3*x", "by hand"),
        ("df/dx", "2*x", "truth 2.000000000000000000000000"),
    ]


def test_at_a_kink_the_line_has_both_slopes():
    assert lines(dc.compare("abs(x)*y", x=0, y=3, methods=AD))[1] == (
        "df/dx", "-3.0 from the left, 3.0 from the right", "slopes",
    )  # fmt: skip


def test_a_side_without_a_slope_is_told_so():
    assert lines(dc.compare("sqrt(x)", x=0, methods=AD))[1][1] == "none from the left, inf from the right"


def test_the_verdict_begins_with_what_is_wrong():
    _, text = opening("sin(x)", x=1, step=1.0, methods=["forward-difference", *AD])
    assert text.index("forward-difference keeps 0".capitalize()) == 0 < text.index("reverse-ad")


def test_a_long_formula_is_counted():
    text = "+".join(f"sin({place}*x)" for place in range(2, 40))
    assert lines(dc.compare(text, x=1, methods=AD))[0][1].endswith(" nodes)")


# --- The table --------------------------------------------------------------------------------------------------------


def test_two_partials_are_columns_and_fit_a_page():
    for format in ("plain", "terminal"):
        text = render(dc.compare("@baydin").document(), format, look=Look(width=80))
        assert len(text.splitlines()) <= 24
        assert max(map(len, text.splitlines()[3 if format == "plain" else 0 :])) <= 80
        for number in ("5.500000000055003", "1.7163377761840821", "1.7163378145367738"):
            assert number in text.replace("[", "").replace("]", "")


def test_where_columns_do_not_fit_every_method_has_its_worst_partial():
    comparison = dc.compare("x^2*y*z*w*sin(u)", x=1, y=2, z=3, w=1, u=1)
    wide = render(comparison.document(), "plain", look=Look(width=200))
    assert "df/du  " in wide
    narrow = render(comparison.document(), "plain", look=Look(width=80))
    assert "note: each method's worst of 5 partials; `-v`, or `details()` in Python, shows all of them" in narrow
    digits = min(answer["digits"].values()) if (answer := comparison.data()["methods"][1]) else None
    row = next(line for line in narrow.splitlines() if line.startswith("forward-difference")).split()
    assert row[-2] == str(digits)


def test_formulas_that_are_left_out_are_told():
    text = render(dc.compare("a*b*c*d*k*g*h", dict.fromkeys("abcdkgh", 1.0), methods=AD).document(), "plain")
    assert "df/dh = " in text
    assert "df/dk = " not in text
    assert "note: formulas of the first 6 partials, and each method's worst of 7 partials; `-v`" in text


def test_the_worst_partial_is_one_without_a_number():
    comparison = dc.compare(
        "sqrt(x)^2*a*b*c*d*e*g", x=0, a=1, b=1, c=1, d=1, e=1, g=1, methods=["reverse-ad", "symbolic"]
    )
    first = table(comparison)[0]
    assert (first["partial"], first["value"]) == ("df/dx", "undefined")


def test_many_values_without_a_truth_are_rows():
    names = {f"x{place}": float(place) for place in range(1, 9)}
    comparison = dc.compare("+".join(f"{name}^2" for name in names), names, methods=AD, truth=False)
    assert [row["partial"] for row in table(comparison)][:3] == ["df/dx1", "df/dx1", "df/dx2"]


def test_data_do_not_depend_on_the_form():
    comparison = dc.compare("@baydin", methods=AD)
    for format in ("json", "csv"):
        assert render(comparison.document(), format) == render(comparison.details().document(), format)
