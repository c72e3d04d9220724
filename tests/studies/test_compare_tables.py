"""The long form of `grad`, by -v: what its tables have, in which order, and that no format loses any of it."""

import csv
import io
import json

import pytest
from thorough_tier import one_in

import diffcompare as dc
from diffcompare.backends import DEFAULT_METHODS, METHODS
from diffcompare.document import Approximate, Code, Heading, Listing, Measured, Paragraph, Table
from diffcompare.inputs.catalogue import load
from diffcompare.render import TEXTS, Look, render

NOT_SYMBOLIC = tuple(method for method in METHODS if method != "symbolic")
AD = ("forward-ad", "reverse-ad")


def tables(comparison, **options):
    return {block.key: block for block in comparison.document(**options).detailed.blocks if isinstance(block, Table)}


def listing(comparison):
    (facts,) = [block for block in comparison.document().detailed.blocks if isinstance(block, Listing)]
    return dict(facts.entries)


def paragraphs(comparison, role):
    return [
        block.text
        for block in comparison.document().detailed.blocks
        if isinstance(block, Paragraph) and block.role == role
    ]


def row(table, *keys):
    """Return the row that begins with these cells, by the keys of the columns."""
    (row,) = [candidate for candidate in table.rows if candidate[: len(keys)] == keys]
    return dict(zip([column.key for column in table.columns], row, strict=True))


# --- What is in it ----------------------------------------------------------------------------------------------------


def test_the_blocks_and_their_order():
    kinds = [
        getattr(block, "role", None) or getattr(block, "key", None) or type(block).__name__.lower()
        for block in dc.compare("@abs_kink", methods=AD).document().detailed.blocks
    ]
    assert kinds == ["heading", "listing", "values", "slopes", "cost", "note", "verdict"]


def test_the_values():
    table = tables(dc.compare("x^3*y", x=2, y=1, methods=["central-difference", "reverse-ad"]))["values"]
    assert [column.key for column in table.columns] == [
        "partial", "method", "value", "absolute", "relative", "ulp", "digits",
    ]  # fmt: skip
    assert [cells[:2] for cells in table.rows] == [
        ("df/dx", "truth"),
        ("df/dx", "central-difference"),
        ("df/dx", "reverse-ad"),
        ("df/dy", "truth"),
        ("df/dy", "central-difference"),
        ("df/dy", "reverse-ad"),
    ]
    assert row(table, "df/dx", "truth")["value"] == Code("12.00000000000000000000000")
    reverse = row(table, "df/dx", "reverse-ad")
    assert reverse["value"] == Measured(12.0, "12.00000000000000000000000")
    assert reverse["digits"] == Approximate(15.9, 3)
    central = row(table, "df/dx", "central-difference")
    assert 0 < central["absolute"].value < 1e-8
    assert central["relative"].value == pytest.approx(central["absolute"].value / 12)


def test_the_digits_are_shown_in_tenths_as_in_the_verdict():
    text = str(dc.compare("sin(x)", x=2, methods=["forward-difference", "reverse-ad"]).details())
    kept = dc.compare("sin(x)", x=2, methods="forward-difference").data()["methods"][0]["digits"]["x"]
    line = next(line for line in text.split("\n") if line.startswith("df/dx    forward-difference"))
    assert line.split()[-1] == str(kept)


def test_the_cost():
    comparison = dc.compare("x^2*y", x=3, y=2)
    table = tables(comparison)["cost"]
    reverse = row(table, "reverse-ad")
    assert (reverse["evaluations"], reverse["operations"]) == (1, comparison.answers[-1].work.operations)
    assert reverse["ratio"].value == reverse["operations"] / 2
    hand = row(table, "hand-coded")
    size = comparison.answers[0].sizes["raw"]
    assert (hand["tree"], hand["dag"]) == (size.tree, size.dag)
    assert hand["swell"].value == size.tree / comparison.size.tree
    stages = [cells[1] for cells in table.rows if cells[0] == "symbolic"]
    assert stages == [None, "shared parts named", "simplified"]


def test_sizes_too_large_for_a_ratio():
    tree = dc.parse("x")
    for _ in range(1200):
        tree = tree * tree
    hand = row(tables(dc.compare(tree, x=1, methods=["hand-coded"], truth=False))["cost"], "hand-coded")
    assert hand["tree"] > 2**1200
    assert hand["swell"].value < 2000
    one = row(tables(dc.compare("x", x=1, hand={"x": tree}, methods=["hand-coded"], truth=False))["cost"], "hand-coded")
    assert one["swell"] is None


def test_the_question():
    entries = listing(dc.compare("ln(u) + u*v - sin(v)", u=2, v=0.1))
    assert str(entries["f"]) == "ln(u) + u*v - sin(v)"
    assert entries["known as"] == "@baydin, Survey running example"
    assert entries["at"] == Code("u = 2, v = 0.1")
    assert entries["size"] == "5 operations, 9 nodes as a tree, 7 as a DAG"
    assert listing(dc.compare("x", x=1, methods=AD))["size"] == "0 operations, 1 node as a tree, 1 as a DAG"
    assert listing(dc.compare("-x", x=1, methods=AD))["size"] == "1 operation, 2 nodes as a tree, 2 as a DAG"


def test_a_value_that_is_no_number_is_a_word():
    assert listing(dc.compare("exp(x)", x=1000, methods=AD))["value"] == "inf"
    assert listing(dc.compare("exp(x) - exp(x)", x=1000, methods=AD))["value"] == "nan"
    assert listing(dc.compare("ln(x)", x=-1, methods=AD))["value"] == "undefined"
    assert listing(dc.compare("x", x=2, methods=AD))["value"] == Measured(2.0, "2.000000000000000000000000")


@pytest.mark.parametrize(
    ("methods", "title"),
    [
        (DEFAULT_METHODS, "Four ways to differentiate"),
        (["hand-coded", "symbolic", "richardson"], "Three ways to differentiate"),
        (["complex-step", *AD], "Two ways to differentiate"),
        (AD, "One way to differentiate"),
        ([], "The truth"),
    ],
)
def test_the_title_counts_the_ways(methods, title):
    assert dc.compare("x", x=1, methods=methods).document().detailed.blocks[0] == Heading(title, 1)


def test_a_constant_has_no_tables():
    comparison = dc.compare("2 + 3", methods=AD)
    assert tables(comparison) == {}
    assert paragraphs(comparison, "verdict") == [comparison.verdict]


def test_without_methods_there_is_no_cost():
    assert set(tables(dc.compare("x", x=1, methods=[]))) == {"values"}


def test_both_slopes_of_a_kink():
    table = tables(dc.compare("abs(x)*y", x=0, y=3, methods=AD))["slopes"]
    assert table.rows == (("df/dx", -3.0, 3.0),)


def test_the_truth_at_the_edge_of_a_domain_has_a_note():
    (note,) = paragraphs(dc.compare("x^1.5", x=0, methods=AD), "note")
    assert note.startswith("the truth of df/dx: the slope from the right")


def test_what_methods_have_to_say_is_a_table_of_its_own():
    comparison = dc.compare("sqrt(x)^2", x=0, methods=["hand-coded", "central-difference", "reverse-ad"])
    notes = {answer.method: "; ".join(answer.notes) for answer in comparison.answers}
    assert "forward-difference instead" in notes["central-difference"]
    assert "df/dx is nan" in notes["reverse-ad"]
    assert dict(tables(comparison)["notes"].rows) == {
        method: notes[method] for method in ("central-difference", "reverse-ad")
    }
    assert "notes" not in tables(dc.compare("x^5", x=1, methods=["hand-coded", "reverse-ad"]))


def test_eighty_columns_are_enough():
    """Tables as tables, not a line for every cell: for two variables, every default method and 28 characters of truth."""
    for text, point in (("tanh(20*(x - 1))", {"x": 1.5}), ("sqrt(x^2 + y^2)", {"x": 3, "y": 4})):
        document = dc.compare(text, point).document().detailed
        screen = render(document, "terminal", look=Look(width=80))
        assert max(map(len, screen.split("\n"))) <= 80
        assert "method:" not in screen


def test_a_brief_document_has_the_values_only():
    document = dc.compare("x*y", x=1, y=2, methods=AD).document(brief=True)
    (table,) = document.blocks
    assert [column.key for column in table.columns] == ["partial", "method", "value"]
    assert "truth" not in [cells[1] for cells in table.rows]
    assert document.data()["verdict"]


# --- Every format -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", one_in(4, [entry.name for entry in load()]))
def test_every_format_shows_every_entry(compared, name):
    comparison = compared(name)
    document = comparison.document().detailed
    for format in TEXTS:
        look = Look(width=80) if format == "terminal" else Look()
        text = render(document, format, look=look)
        assert text.endswith("\n")
        if format != "latex":
            assert "reverse-ad" in text
        assert render(comparison.document(brief=True), format, look=look)
    nothing_is_lost(comparison)


def nothing_is_lost(comparison):
    """Check that every digit of every partial is in the plain text as in CSV and JSON."""
    document = comparison.document().detailed
    plain = render(document, "plain")
    heads = {tuple(line.split()[:3]) for line in plain.split("\n")}
    for name, true in comparison.truth.gradient.items() if comparison.truth else ():
        if true is not None:
            assert (f"df/d{name}", "truth", true.text) in heads
    for answer in comparison.answers:
        for name, partial in answer.gradient.items():
            cell = answer.status if partial is None else repr(partial)
            assert (f"df/d{name}", answer.method, cell) in heads
        for note in answer.notes:
            assert note in plain or note == "textbook rules"
    assert comparison.verdict in plain
    brief = set(map(tuple, csv.reader(io.StringIO(render(comparison.document(brief=True), "csv")))))
    for answer in comparison.answers:
        for name, partial in answer.gradient.items():
            assert (f"df/d{name}", answer.method, answer.status if partial is None else repr(partial)) in brief
    assert json.loads(render(document, "json"))["verdict"] == comparison.verdict


@pytest.mark.parametrize("format", TEXTS)
def test_a_hundred_variables(many_variables, format):
    text = render(many_variables.document().detailed, format)
    assert len(text) > 25_000
    if format == "plain":
        nothing_is_lost(many_variables)
        assert "for all 100 partials reverse-ad does" in text


@pytest.fixture(scope="module")
def many_variables():
    """Return a sum in which every variable stands twice."""
    names = [f"x{place}" for place in range(1, 101)]
    text = "+".join(f"sin({name})*{names[place - 1]}" for place, name in enumerate(names))
    return dc.compare(text, {name: place / 64 for place, name in enumerate(names)}, methods=NOT_SYMBOLIC)


@pytest.mark.parametrize("format", TEXTS)
def test_a_thousand_terms(many_terms, format):
    text = render(many_terms.document().detailed, format)
    assert "reverse-ad" in text or format == "latex"
    if format == "plain":
        nothing_is_lost(many_terms)
    if format == "json":
        assert json.loads(text)["expression"]["operations"] == many_terms.operations == 1000 + 998 + 999
        assert len(json.loads(text)["methods"][0]["formula"]["x"]) > 10_000


@pytest.fixture(scope="module")
def many_terms():
    """Return a sum of a thousand terms over one variable."""
    text = (
        "+".join(f"sin({place}*x)" for place in range(1000)).replace("sin(0*x)", "sin(x)").replace("sin(1*x)", "cos(x)")
    )
    return dc.compare(text, x=0.5, methods=["hand-coded", "central-difference", *AD])
