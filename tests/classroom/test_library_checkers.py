"""Checkers of other libraries in a demo: their verdicts now where they are installed, and else those that were measured."""

from pathlib import Path

import engine_tiers
import pytest

import diffcompare as dc
from diffcompare.classroom import library_checkers, other_libraries
from diffcompare.classroom.library_checkers import CASES, CHECKED_ON, MEASURED, checkers_frame
from diffcompare.document import Code


def rows_of(frame):
    (table,) = frame.blocks
    return table


def test_without_any_the_table_is_dated_and_has_versions(monkeypatch):
    monkeypatch.setattr(other_libraries, "installed_engines", tuple)
    table = rows_of(checkers_frame())
    assert CHECKED_ON in table.caption
    assert [column.title for column in table.columns][4:] == ["torch 2.13.0", "jax 0.12.0.1"]
    assert [row[0] for row in table.rows] == [Code(f) for _, f, *_ in CASES]
    assert ("wrong", "passes") in {(row[3], row[4]) for row in table.rows}
    assert ("right", "fails") in {(row[3], row[4]) for row in table.rows}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_what_is_said_of_the_gradient_is_so_and_the_formulas_are_those_of_the_functions(case):
    name, formula, given, x, right = case
    f, gradient = getattr(library_checkers, name), getattr(library_checkers, f"{name}_gradient")
    assert dc.check(f, gradient, x).ok == right
    assert f(x) == pytest.approx(dc.compare(formula, {"x": x}, truth=False).value, rel=1e-15)
    assert gradient(x) == pytest.approx(dc.compare(given, {"x": x}, truth=False).value, rel=1e-15)
    assert (dc.check(formula, given).verdict == "proved") == right


@pytest.mark.parametrize("library", [pytest.param(name, marks=engine_tiers.marks(name)) for name in MEASURED])
def test_the_table_is_what_the_library_says(library, monkeypatch):
    measured, verdicts = MEASURED[library]
    engine_tiers.needs(library, measured)
    monkeypatch.setattr(other_libraries, "installed_engines", lambda: (library,))
    table = rows_of(checkers_frame())
    assert tuple(row[4] for row in table.rows) == verdicts
    assert "asked now" in table.caption


def test_a_library_that_does_not_answer_has_failed(monkeypatch):
    monkeypatch.setattr(other_libraries, "installed_engines", lambda: ("jax",))
    monkeypatch.setattr(library_checkers, "WORKER", "diffcompare.no_such_worker")
    assert {row[4] for row in rows_of(checkers_frame()).rows} == {"failed"}
    assert Path(library_checkers.__file__).is_file()
