"""Higher derivatives: the derivative of the derivative, against formulas that are known."""

import math

import mpmath
import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.resolve import resolve
from diffcompare.numeric.sweeps import forward_work, reverse_work
from diffcompare.studies.swell import study
from diffcompare.studies.swell.study import swell_orders


def swollen(text, order=4, **options):
    return swell_orders(resolve(text, names=tuple(options.get("at") or ())), order, **options)


@pytest.fixture(autouse=True)
def _quietly(without_sympy):
    """None of these needs sympy."""


@pytest.mark.parametrize(
    ("text", "x", "derivatives"),
    [
        ("x^5", 2.0, [32, 80, 160, 240, 240, 120, 0]),
        ("1/x", 0.5, [(-1) ** k * math.factorial(k) * 2.0 ** (k + 1) for k in range(7)]),
        ("exp(3*x)", 0.25, [3**k * math.exp(0.75) for k in range(7)]),
        ("sin(x)", 1.0, [math.sin(1 + k * math.pi / 2) for k in range(7)]),
        ("ln(x)", 2.0, [math.log(2), *[-((-1) ** k) * math.factorial(k - 1) / 2**k for k in range(1, 7)]]),
    ],
)
def test_derivatives_that_are_known(text, x, derivatives):
    swell = swollen(text, 6, at={"x": x})
    assert [row.member.name for row in swell.rows] == ["f", "f'", "f''", "f'''", "f^(4)", "f^(5)", "f^(6)"]
    for row, expected in zip(swell.rows, derivatives, strict=True):
        assert row.status == "ok"
        assert float(row.true["x"].text) == pytest.approx(expected, rel=1e-13, abs=1e-14)
        for form in (row.forms["raw"], row.forms["light"]):
            assert form.values["x"] == pytest.approx(expected, rel=1e-12, abs=1e-13)
        for sweep in row.sweeps.values():
            assert sweep.values["x"] == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_the_truth_is_that_of_many_digits():
    """Against differences of values at 60 digits: another engine and another method."""
    swell = swollen("exp(x)*sin(x)/(1 + x^2)", 5, at={"x": 2})
    with mpmath.workdps(60):
        for row in swell.rows:
            known = mpmath.diff(lambda x: mpmath.exp(x) * mpmath.sin(x) / (1 + x**2), 2, row.member.number)
            assert abs(mpmath.mpf(row.true["x"].text) - known) < 1e-22
    assert all(row.forms["light"].error < 1e-12 for row in swell.rows)


def test_trees_explode_where_dags_do_not():
    first, *_, last = swollen("exp(x)*sin(x)/(1 + x^2)", 6, at={"x": 2}).rows
    assert first.forms["raw"].size == first.forms["light"].size == first.size == (11, 9)
    assert last.forms["light"].size.tree > 100_000
    assert last.forms["light"].size.dag < 400
    assert last.forms["raw"].size.tree > 4 * last.forms["light"].size.tree


def test_the_work_of_a_sweep_at_order_1_is_that_of_grad():
    from diffcompare.language.parser import parse
    from diffcompare.language.wengert import active_nodes, wengert_list

    nodes = wengert_list(parse("exp(x)*sin(x)"))
    active = active_nodes(nodes)
    itself, first, second = swollen("exp(x)*sin(x)", 2).rows
    assert itself.sweeps == {}
    assert first.sweeps["forward"].work == forward_work(nodes, active)
    assert first.sweeps["reverse"].work == reverse_work(nodes, active)
    assert second.sweeps["forward"].work > 2 * first.sweeps["forward"].work


def test_by_one_variable_the_first_unless_another_is_named():
    swell = swollen("x*y^2", 2, at={"x": 2, "y": 3})
    assert swell.rows[0].member.wrt == ("x",)
    assert [note.message for note in swell.notes] == [
        "higher derivatives are taken with respect to one variable, here `x`"
    ]
    assert [row.forms["light"].values for row in swollen("x*y^2", 2, at={"x": 2, "y": 3}, wrt=["y"]).rows] == [
        {"y": 18.0}, {"y": 12.0}, {"y": 4.0}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "x", "code", "rows", "start"),
    [
        ("ln(x)", -1.0, "E802", 2, "the function is undefined"),
        ("abs(x)", 0.0, "E803", 2, "the function has no derivative"),
        ("relu(x)^2", 0.0, "E803", 3, "f'': the function has no derivative"),
    ],
)
def test_the_first_order_that_does_not_exist_is_the_end(text, x, code, rows, start):
    swell = swollen(text, 3, at={"x": x})
    assert (swell.failure.code, len(swell.rows)) == (code, rows)
    assert swell.failure.message.startswith(start)
    assert bool(swell.document().blocks) == (code == "E803")
    assert swell.data()["error"]["code"] == code


def test_a_formula_that_is_too_large_ends_its_column_and_nothing_else(monkeypatch):
    monkeypatch.setattr(study, "MAX_NODES", 60)
    rows = swollen("exp(x)*sin(x)/(1 + x^2)", 5, at={"x": 2}).rows
    assert [row.forms["raw"].trouble for row in rows[3:]] == [None, "stopped at 60 nodes", "not asked"]
    assert rows[3].forms["light"].size.dag == 62
    assert [row.status for row in rows[3:]] == ["ok", "ok", "unresolved"]
    assert rows[-1].sweeps["forward"].status == "too-large"


@pytest.mark.parametrize("order", [0, 13, -1, 1.5, True, "4"])
def test_an_order_that_will_not_do(order):
    with pytest.raises(DiffcompareError) as caught:
        swollen("x", order)
    assert (caught.value.diagnostic.code, caught.value.exit_code) == ("E564", 2)


@pytest.mark.parametrize(("text", "wrt", "code"), [("2 + 3", (), "E565"), ("x*y", ("x", "y"), "E565")])
def test_one_variable_it_has_to_be(text, wrt, code):
    with pytest.raises(DiffcompareError) as caught:
        swollen(text, wrt=wrt)
    assert caught.value.diagnostic.code == code
    with pytest.raises(DiffcompareError):
        swollen("x", wrt=["z"])


def test_a_nest_of_thousands_is_an_ordinary_expression():
    rows = swollen("sin(" * 500 + "x" + ")" * 500, 2, at={"x": 1}, budget=1).rows
    assert rows[1].forms["light"].size == ((500**2 + 5 * 500 - 2) // 2, 1499)
    assert rows[2].forms["light"].size.tree > 3 * 10**7
