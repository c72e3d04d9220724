"""The catalogue: every entry is what it says it is, and is found again whatever its variables are called."""

import math
import os
import random
import tomllib

import mpmath
import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs import catalogue
from diffcompare.inputs.catalogue import GROUPS, entry, hand_for, hand_of, load, match, point_for, scan
from diffcompare.language.expression import Constant, Number, Variable, apply
from diffcompare.language.isomorphism import renamed
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import value_at

ENTRIES = load()
IDS = [classic.name for classic in ENTRIES]
ONE_SIDED = ("power_zero_base", "sqrt_then_square")
"""Entries whose point is on the edge of the domain: there is nothing on the other side."""

UNGUARDED = ("power_zero_base", "y")
"""A partial that exists, though its formula is 0*ln(0) at the point."""


def for_entries(wanted=lambda classic: True):
    """Run a test for every entry, or for those wanted."""
    return every_row("classic", [classic for classic in ENTRIES if wanted(classic)])


def in_many_digits(expression, point):
    """The value at 80 digits, by an evaluator that shares nothing with the program but the syntax tree."""
    arithmetic = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "neg": lambda a: -a,
        "^": lambda a, b: a**b,
        "^n": lambda a, b: a ** int(b),
        "max": lambda a, b: max(a, b),
        "abs": abs,
    }
    values = {}
    for node in wengert_list(expression):
        if isinstance(node, Number):
            values[node] = mpmath.mpf(node.digits) / mpmath.mpf(10) ** node.places
        elif isinstance(node, Constant):
            values[node] = +getattr(mpmath, node.name)
        elif isinstance(node, Variable):
            values[node] = mpmath.mpf(point[node.name])
        else:
            name = node.operation.name
            function = arithmetic.get(name) or getattr(mpmath, name)
            values[node] = function(*[values[argument] for argument in node.arguments])
    return values[expression]


def test_there_are_64_expressions_with_137_partials():
    assert len(ENTRIES) == 64
    assert sum(len(classic.formulas) for classic in ENTRIES) == 137
    assert len(set(IDS)) == 64


def test_the_groups_are_the_files():
    files = {name.removesuffix(".toml") for name in os.listdir(catalogue.directory())}
    assert files == set(GROUPS)


def test_the_scan_sees_what_a_toml_parser_sees():
    for group in GROUPS:
        with open(os.path.join(catalogue.directory(), f"{group}.toml"), "rb") as file:
            tables = tomllib.load(file)["expression"]
        stanzas = [stanza for stanza in scan() if stanza.group == group]
        assert [(table["name"], table["expression"]) for table in tables] == [(s.name, s.text) for s in stanzas]
        for table, classic in zip(tables, [classic for classic in ENTRIES if classic.group == group], strict=True):
            assert catalogue.entry_from(table, classic.file, classic.line, group) == classic


def test_the_scan_knows_the_line_of_every_header():
    for stanza in scan():
        with open(stanza.file, encoding="utf-8") as file:
            lines = file.read().split("\n")
        assert lines[stanza.line - 1 : stanza.line + 1] == ["[[expression]]", f'name = "{stanza.name}"']


def test_the_fingerprint_of_the_text_is_that_of_the_expression():
    """Otherwise the scan would pass over an entry that matches."""
    for stanza in scan():
        assert (stanza.fingerprint, stanza.variables) == catalogue._fingerprint_of_nodes(
            wengert_list(parse(stanza.text))
        ), stanza.name


@for_entries()
def test_an_entry_is_complete(classic):
    names = variables(wengert_list(parse(classic.text)))
    assert sorted(classic.point) == sorted(names)
    assert sorted(classic.formulas) == sorted(names)
    assert sorted([*classic.gradient_at_point, *classic.undefined]) == sorted(names)
    assert classic.title
    assert classic.source
    assert classic.tier in ("core", "extra")
    assert 20 < len(classic.lesson) < 250
    assert classic.lesson.endswith(".")


@for_entries()
def test_the_reference_figures_are_the_truth_at_the_point(classic):
    hand = hand_of(classic)
    with mpmath.workdps(80):
        assert float(in_many_digits(parse(classic.text), classic.point)) == classic.value
        for name, partial in classic.gradient_at_point.items():
            value = in_many_digits(hand.formulas[name], classic.point)
            assert float(value) == partial or (classic.name, name) == UNGUARDED, name


def test_a_partial_that_its_formula_misses_is_the_slope_of_the_values():
    """x^y at (0, 2): 0 to the right of 2, at 2 and to the left of it, and 0*ln(0) by the formula."""
    classic, name = entry(UNGUARDED[0]), UNGUARDED[1]
    values = [in_many_digits(parse(classic.text), {**classic.point, name: 2 + step}) for step in (-1e-9, 0, 1e-9)]
    assert values == [0, 0, 0]
    assert classic.gradient_at_point[name] == 0
    assert mpmath.isnan(in_many_digits(hand_of(classic).formulas[name], classic.point))


@for_entries(lambda classic: classic.name not in ONE_SIDED)
def test_the_hand_formulas_are_derivatives(classic):
    """Against central differences of the values alone, with a step and an arithmetic of very many digits."""
    expression, hand = parse(classic.text), hand_of(classic)
    with mpmath.workdps(120):
        for name in classic.gradient_at_point:
            step = mpmath.mpf(10) ** -30 * max(1, abs(classic.point[name]))
            beyond = in_many_digits(expression, {**classic.point, name: classic.point[name] + step})
            before = in_many_digits(expression, {**classic.point, name: classic.point[name] - step})
            slope = (beyond - before) / (2 * step)
            formula = in_many_digits(hand.formulas[name], classic.point)
            assert abs(slope - formula) <= mpmath.mpf(10) ** -20 * max(1, abs(formula)), name


@for_entries(lambda classic: classic.group != "nasty")
def test_doubles_agree_with_the_reference_unless_the_entry_is_nasty(classic):
    assert math.isclose(value_at(parse(classic.text), classic.point), classic.value, rel_tol=1e-12)
    for name, formula in hand_of(classic).formulas.items():
        assert math.isclose(
            value_at(formula, classic.point), classic.gradient_at_point[name], rel_tol=1e-12, abs_tol=1e-12
        )


def disguised(expression, source):
    """The same function with other names, and with sums and products in another order."""
    names = variables(wengert_list(expression))
    source.shuffle(names)
    expression = renamed(expression, {name: f"q{index}" for index, name in enumerate(names)})
    built = {}
    for node in wengert_list(expression):
        arguments = [built[argument] for argument in node.arguments]
        if node.operation is None:
            built[node] = node
            continue
        if node.operation.name in "+*" and source.random() < 0.7:
            arguments.reverse()
        if node.operation.name == "-" and source.random() < 0.5:
            built[node] = arguments[0] + (-arguments[1])
        else:
            built[node] = apply(node.operation, tuple(arguments))
    return built[expression]


@for_entries()
def test_an_entry_is_found_under_other_names_and_in_another_order(classic):
    for seed in range(3):
        typed = disguised(parse(classic.text), random.Random(seed))
        catalogue_match = match(typed)
        assert catalogue_match is not None
        assert catalogue_match.entry.name == {"softplus_overflow": "softplus"}.get(classic.name, classic.name)
        if classic.group != "nasty":
            assert math.isclose(value_at(typed, point_for(catalogue_match)), classic.value, rel_tol=1e-12)


def test_hand_formulas_and_point_come_in_the_typed_variables():
    catalogue_match = match(parse("v*u - sin(v) + log(u)"))
    assert catalogue_match.entry.name == "baydin"
    assert catalogue_match.names == {"x1": "u", "x2": "v"}
    assert point_for(catalogue_match) == {"u": 2.0, "v": 5.0}
    hand = hand_for(catalogue_match)
    assert hand.origin == "catalogue"
    assert hand.formulas == {"u": parse("1/u + v"), "v": parse("u - cos(v)")}


def test_variables_may_change_places():
    catalogue_match = match(parse("ln(x2) + x1*x2 - sin(x1)"))
    assert hand_for(catalogue_match).formulas == {"x2": parse("1/x2 + x1"), "x1": parse("x2 - cos(x1)")}


@every_row(
    "text",
    [
        "ln(x1) + x1*x2 - sin(x1)",  # not the same variable twice
        "ln(x1) + x1*x2 + sin(x2)",
        "ln(x1) + x1*x2 - cos(x2)",
        "ln(x1) - x1*x2 + sin(x2)",
        "sin(x2) - (ln(x1) + x1*x2)",
        "x/(1 + exp(-y))",
        "sqrt(x^3)",
        "2 + 3",
        "x",
    ],
)
def test_what_is_not_in_the_catalogue_is_not_found(text):
    assert match(parse(text)) is None


def test_large_expressions_are_not_looked_up():
    assert match(parse("+".join(["sin(x)"] * 300))) is None
    assert match(parse("(" * 50_000 + "x" + "+1)" * 50_000)) is None


def test_of_two_entries_with_the_same_formula_the_first_is_found():
    assert entry("softplus").text == entry("softplus_overflow").text
    assert match(parse("ln(1 + exp(t))")).entry.name == "softplus"


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(DiffcompareError) as caught:
        entry("bayding")
    diagnostic = caught.value.diagnostic
    assert (diagnostic.code, diagnostic.kind) == ("E601", "bad_value")
    assert "@baydin" in diagnostic.help
    with pytest.raises(DiffcompareError) as caught:
        entry("")
    assert "diffcompare list" in caught.value.diagnostic.help
