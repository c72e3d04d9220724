"""`diffcompare swell` as it is called."""

from __future__ import annotations

import json

import pytest
from rows import every_row


@every_row(
    ("line", "code", "cure"),
    [
        ((), "E561", "diffcompare swell --family logistic"),
        (("x", "--family", "logistic"), "E561", "diffcompare swell --family logistic"),
        (("x", "--n", "3"), "E561", "--order 4"),
        (("--family", "logistic", "--order", "2"), "E561", "--family logistic --n 1..8"),
        (("--family", "logistc"), "E563", "did you mean `logistic`?"),
        (("--family", "logistic", "--n", "0..4"), "E562", "--n 1..4"),
        (("--family", "logistic", "--n", "1..401"), "E562", "--n 1..400"),
        (("x", "--order", "99"), "E564", "--order 4"),
        (("x*y", "--wrt", "x,y"), "E565", "--wrt x"),
        (("2 + 3",), "E565", 'diffcompare swell "x^3"'),
        (("sni(x)",), "E101", "did you mean `sin`?"),
        (("--family", "nosuch.txt"), "E602", "check the path"),
        (("--family", "logistic", "--budget", "0"), "E507", "--budget 5"),
    ],
)
def test_a_wrong_line_gets_a_cure(cli, line: tuple[str, ...], code: str, cure: str) -> None:
    outcome = cli("swell", *line)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"[{code}]" in outcome.err
    assert cure in outcome.err


@every_row(
    ("command", "order"),
    [
        ("swell", "0"),  # of a series, order 0 is the value
        *[(command, text) for command in ("swell", "taylor") for text in ("41", "-1", "x", "", "1.5", "٣", "1" * 5000)],
    ],
)
def test_an_order_is_refused_as_it_was_typed(cli, command: str, order: str) -> None:
    outcome = cli(command, "x", "--order", order)
    assert (outcome.code, outcome.out) == (2, "")
    assert "[E564]" in outcome.err
    assert f"not `{order}`" in outcome.err


def test_a_family_in_json(cli) -> None:
    outcome = cli("swell", "--family", "speelpenning", "--n", "3", "--json")
    assert outcome.code == 0
    (row,) = json.loads(outcome.out)["rows"]
    assert row["sweeps"]["reverse"]["work"] == 6
    assert row["forms"]["expanded"]["formulas"] == {"x1": "x2*x3", "x2": "x1*x3", "x3": "x1*x2"}


def test_an_expression_may_begin_with_a_minus(cli) -> None:
    outcome = cli("swell", "-x^2", "--order", "2", "--at", "x=3", "--format", "csv")
    assert outcome.code == 0
    assert "\norder,raw_tree,raw_dag,light_tree,light_dag\nf,4,4,4,4\n" in outcome.out


def test_a_file_is_a_family(cli, tmp_path) -> None:
    path = tmp_path / "two.txt"
    path.write_text("x^2\nsin(x)/x\n")
    outcome = cli("swell", "--family", str(path), "--quiet")
    assert outcome.code == 0
    assert outcome.out.splitlines()[2].split() == ["line", "1", "3", "3", "5", "5", "3", "3"]


@pytest.mark.parametrize(("point", "has_tables"), [("x=0", True), ("x=-1", False)])
def test_a_point_without_a_derivative_exits_with_3(cli, point: str, has_tables: bool) -> None:
    outcome = cli("swell", "sqrt(x)*abs(x - 1) + abs(x)", "--at", point, "--order", "2")
    assert outcome.code == 3
    assert bool(outcome.out) == has_tables
    assert outcome.err.startswith("error[E80")
