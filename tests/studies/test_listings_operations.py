"""`diffcompare ops`: the table of operations, read and not copied."""

import json

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Heading, Listing, Table
from diffcompare.language.expression import OPERATIONS
from diffcompare.language.parser import parse
from diffcompare.render import render
from diffcompare.studies.listings import kink_convention, ops, parameters, partials


def table(record):
    return next(block for block in record.document().blocks if isinstance(block, Table))


def test_every_operation_is_shown_and_if_once():
    names = [operation.name for operation in ops().operations]
    assert [name for name in OPERATIONS if not name.startswith("if ")] == [n for n in names if not n.startswith("if ")]
    assert [name for name in names if name.startswith("if ")] == ["if <"]


@every_row("operation", OPERATIONS.values())
def test_an_argument_for_every_partial(operation):
    assert len(parameters(operation)) == operation.arity
    assert len(set(parameters(operation))) == operation.arity
    assert [name for name, _ in partials(operation)] == list(parameters(operation))


@every_row(
    ("name", "expected"),
    [
        ("sin", {"x": "cos(x)"}),
        ("+", {"a": "1", "b": "1"}),
        ("-", {"a": "1", "b": "-1"}),
        ("*", {"a": "b", "b": "a"}),
        ("/", {"a": "1/b", "b": "-(a/b)/b"}),
        ("sqrt", {"x": "1/(2*sqrt(x))"}),
        ("^n", {"x": "n*x^(n - 1)", "n": None}),
        ("^", {"a": "b*a^(b - 1)", "b": "a^b*ln(a)"}),
        ("floor", {"x": "0"}),
        ("polygamma", {"n": None, "x": "polygamma(n + 1, x)"}),
        ("max", {"a": "if(a > b, 1, 0)", "b": "if(a > b, 0, 1)"}),
    ],
)
def test_partials_are_formulas_in_the_arguments(name, expected):
    formulas = dict(partials(OPERATIONS[name]))
    assert formulas.keys() == expected.keys()
    for argument, text in expected.items():
        assert (formulas[argument] is None) if text is None else (formulas[argument] is parse(text)), argument


def test_the_table_has_a_line_for_every_partial():
    rows = table(ops()).rows
    assert len(rows) == sum(operation.arity for operation in ops().operations)
    assert ("ln", parse("1/x"), "x > 0", "", "log") in [(row[0], *row[3:]) for row in rows]


@pytest.mark.parametrize(
    ("asked", "name"),
    [("sin", "sin"), ("arcsin", "asin"), (" log ", "ln"), ("**", "^"), ("+", "+"), ("if", "if <"), ("if >=", "if >=")],
)
def test_one_row_by_name_or_alias(asked, name):
    record = ops(asked)
    assert [operation.name for operation in record.operations] == [name]
    assert record.document().blocks[0] == Heading(name, 1)


def test_the_facts_about_one_row():
    listing = next(block for block in ops("arctan2").document().blocks if isinstance(block, Listing))
    facts = dict(listing.entries)
    assert facts["aliases"] == "arctan2"
    assert facts["domain"] == "a != 0, or b != 0"
    assert facts["in numpy"].text == "arctan2"
    assert facts["in math"].text == "atan2"
    assert facts["d/da"] is parse("b/(a^2 + b^2)")


def test_a_sign_is_no_function_of_a_library():
    assert not [label for label, _ in ops("^n").document().blocks[1].entries if label.startswith("in ")]
    assert json.loads(render(ops("+").document(), "json"))["operations"][0]["libraries"] == {}


def test_the_csv_of_one_row_has_all_facts():
    lines = render(ops("tanh").document(), "csv").splitlines()
    assert lines[:4] == ["name,value", "notation,tanh(x)", "d/dx,1 - tanh(x)^2", "domain,all real numbers"]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("abs", "at x = 0 the partial is 0 for x"),
        ("relu", "at x = 0 the partial is 0 for x"),
        ("max", "at a = 0, b = 0 the partial is 0 for a, 1 for b"),
        ("min", "at a = 0, b = 0 the partial is 0 for a, 1 for b"),
        ("hypot", "at a = 0, b = 0 the partial is none for a, none for b"),
        ("sin", None),
    ],
)
def test_conventions_at_kinks_are_those_of_the_rows(name, rule):
    assert kink_convention(OPERATIONS[name]) == rule


def test_data_is_plain_and_complete():
    data = ops().data()
    assert data == json.loads(json.dumps(data, allow_nan=False))
    assert (data["schema"], data["command"]) == ("diffcompare/1", "ops")
    sqrt = next(row for row in data["operations"] if row["name"] == "sqrt")
    assert sqrt["partials"] == {"x": "1/(2*sqrt(x))"}
    assert (sqrt["domain"], sqrt["kink"], sqrt["house_rule"]) == ("x >= 0", None, None)


@pytest.mark.parametrize(("name", "meant"), [("sni", "sin"), ("exponential", "exp"), ("squareroot", "sqrt")])
def test_an_unknown_operation_gets_the_suggestion_that_an_expression_gets(name, meant):
    with pytest.raises(DiffcompareError) as caught:
        ops(name)
    assert caught.value.diagnostic.kind == "unknown_function"
    assert caught.value.diagnostic.help == f"did you mean `{meant}`?"
