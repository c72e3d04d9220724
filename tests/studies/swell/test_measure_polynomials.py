"""The survey's Table 1, formula by formula, and what is no row of such a table."""

import json

import pytest
from rows import every_row

from diffcompare.backends.problem import Problem
from diffcompare.document import Table
from diffcompare.inputs.resolve import resolve
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list
from diffcompare.render import Look, render
from diffcompare.studies.swell import measure
from diffcompare.studies.swell.measure import degree_bound, table_rows
from diffcompare.studies.swell.study import swell_orders

TABLE_1 = {
    1: ("x", "1", "1"),
    2: ("4x(1-x)", "4(1-x) - 4x", "4 - 8x"),
    3: (
        "16x(1-x)(1-2x)^2",
        "16(1-x)(1-2x)^2 - 16x(1-2x)^2 - 64x(1-x)(1-2x)",
        "16(1 - 10x + 24x^2 - 16x^3)",
    ),
    4: (
        "64x(1-x)(1-2x)^2(1-8x+8x^2)^2",
        "128x(1-x)(-8+16x)(1-2x)^2(1-8x+8x^2) + 64(1-x)(1-2x)^2(1-8x+8x^2)^2 - 64x(1-2x)^2(1-8x+8x^2)^2"
        " - 256x(1-x)(1-2x)(1-8x+8x^2)^2",
        "64(1 - 42x + 504x^2 - 2640x^3 + 7040x^4 - 9984x^5 + 7168x^6 - 2048x^7)",
    ),
}
"""Baydin et al. 2018, Table 1."""


def letters(formula):
    """The text without the signs that our notation has beyond the survey's."""
    return str(formula).replace("*", "").replace(" ", "")


def table_of(document):
    return next(block for block in document.blocks if isinstance(block, Table) and block.key == "polynomials")


def test_table_1_is_that_of_the_survey(measured):
    table = table_of(measured("logistic", "1..4").document().detailed)
    assert table.caption == "Table 1, as the survey writes it"
    assert [column.title for column in table.columns] == ["n", "l_n", "unsimplified derivative", "simplified"]
    assert {n: tuple(map(letters, formulas)) for n, *formulas in table.rows} == {
        n: tuple(map(letters, formulas)) for n, formulas in TABLE_1.items()
    }


def test_table_1_is_in_the_data_too(measured):
    rows = json.loads(measured("logistic", "1..4").to_json())["rows"]
    polynomials = [row["polynomial"] for row in rows]
    assert [row["status"] for row in polynomials] == ["ok"] * 4
    names = ("factored", "unsimplified", "simplified")
    assert [tuple(letters(row[name]) for name in names) for row in polynomials] == [
        tuple(map(letters, formulas)) for formulas in TABLE_1.values()
    ]


def test_on_a_narrow_terminal_its_formulas_fold_between_terms(measured):
    text = render(measured("logistic", "1..4").document().detailed, "terminal", look=Look(width=80))
    assert "  + 64*(1 - x)*(1 - 2*x)^2*(1 - 8*x + 8*x^2)^2\n  - 64*x*(1 - 2*x)^2*(1 - 8*x + 8*x^2)^2\n" in text


def test_beyond_a_degree_rows_are_left_out_and_the_caption_says_so(measured):
    table = table_of(measured("logistic", "4..5").document().detailed)
    assert [row[0] for row in table.rows] == [4]
    assert table.caption.endswith("(in one variable, up to degree 8)")


def test_where_there_is_no_polynomial_there_is_no_table(measured):
    swell = measured("speelpenning", "1..3")
    assert not [block for block in swell.document().detailed.blocks if getattr(block, "key", "") == "polynomials"]
    assert swell.data()["rows"][1]["polynomial"] is None


def test_orders_have_it_as_well():
    table = table_of(swell_orders(resolve("x^3*(1 - x)"), 2, at={"x": 2}).document().detailed)
    assert table.columns[1].title == "what is differentiated"
    assert [tuple(map(str, row)) for row in table.rows] == [
        ("f'", "x^3*(1 - x)", "3*x^2*(1 - x) - x^3", "3*x^2 - 4*x^3"),
        ("f''", "x^2*(3 - 4*x)", "2*x*(3 - 4*x) - 4*x^2", "6*x - 12*x^2"),
    ]


def test_without_time_the_row_says_so(monkeypatch):
    monkeypatch.setattr(measure.client, "derive", lambda *_: pytest.fail("there is no time to ask"))
    (form,) = table_rows([(Problem(parse("x^2"), {"x": 1.0}, ("x",)), 1)], 0.0)
    assert form.trouble == "timed out after 0 s"


@every_row(
    ("text", "degree"),
    [
        ("7", 0), ("x", 1), ("x*x - x", 2), ("-(x + 1)^3*x", 4), ("x^2/4", 2), ("x^0", 0), ("pi*x", None),
        ("1/x", None), ("x^-1", None), ("sin(x)", None), ("x^2.5", None), ("|x|", None),
    ],
)  # fmt: skip
def test_bounds_of_degrees(text, degree):
    assert degree_bound(wengert_list(parse(text))) == degree
