"""Answers of other libraries beside ours: made-up libraries, so that every case is there whatever is installed."""

import math
import re
from dataclasses import replace

import pytest

import diffcompare as dc
from diffcompare import backends
from diffcompare.backends.problem import Backend, Derivative, EngineRun
from diffcompare.engines import engine_client, registry
from diffcompare.render import Look, render


@pytest.fixture
def library(monkeypatch):
    """Put made-up answers in place of those of torch: partials by variable, and more fields of `EngineRun`."""
    monkeypatch.setattr(registry, "version", lambda name: "1.0")

    def answering(partials, *, way="automatically", digits=53, **more):
        def differentiate(problem):
            run = EngineRun("torch", "reverse", "1.0", way, digits, **{"raw": partials, **more})
            gradient = {name: x if isinstance(x, float) and math.isfinite(x) else None for name, x in partials.items()}
            status = "undefined" if None in gradient.values() else "ok"
            return Derivative("torch-reverse", status, "torch 1.0", gradient, engine=run)

        found = Backend("torch-reverse", differentiate)
        monkeypatch.setattr(engine_client, "engine_backend", lambda name: found if name == "torch-reverse" else None)

    backends._loaded.cache_clear()
    return answering


def compare(text, methods="reverse-ad", **point):
    ours = [methods] if isinstance(methods, str) else methods
    return dc.compare(text, point, methods=[*ours, "torch-reverse"])


def table(comparison, key="values"):
    """Return a table of the document: a dictionary for each row, by column."""
    found = next(block for block in comparison.document().detailed.blocks if getattr(block, "key", None) == key)
    return [dict(zip([column.key for column in found.columns], row, strict=True)) for row in found.rows]


def row(comparison, partial="df/dx", method="torch-reverse", key="values"):
    return next(r for r in table(comparison, key) if r.get("partial", partial) == partial and r["method"] == method)


# --- Rows -------------------------------------------------------------------------------------------------------------


def test_nan_and_inf_are_shown_as_what_they_are(library):
    library({"x": math.nan, "y": -math.inf})
    comparison = compare("x*y", x=2.0, y=3.0)
    assert (row(comparison)["value"], row(comparison, "df/dy")["value"]) == ("nan", "-inf")
    assert "torch-reverse has nan for df/dx; torch-reverse has -inf for df/dy" in comparison.verdict


def test_where_only_some_partials_are_at_a_kink_the_values_are_a_table_of_80_columns_all_the_same(library):
    library({"x": 2.123456789012345, "y": 0.0})
    comparison = compare("max(x, 0) + x*y", methods=("central-difference", "backward-difference"), x=0.0, y=2.0)
    *ours, theirs = comparison.answers
    theirs = theirs._replace(engine=theirs.engine._replace(version="1.27.post1.dev20"))
    text = render(replace(comparison, answers=(*ours, theirs)).document().detailed, "terminal", look=Look(width=80))
    assert re.search(r"torch-reverse +2\.123456789012345 .* between the slopes", text), text
    assert "version, error, relative and ulp are left out here; CSV and JSON have" in " ".join(text.split())


def test_the_version_stands_in_every_row_of_a_library_and_in_no_other(library):
    library({"x": 3.0, "y": 2.0})
    comparison = compare("x*y", x=2.0, y=3.0)
    versions = {(r["partial"], r["method"]): r["version"] for r in table(comparison)}
    for partial in ("df/dx", "df/dy"):
        assert versions[partial, "torch-reverse"] == "1.0"
        assert versions[partial, "reverse-ad"] is versions[partial, "truth"] is None
    assert "version" not in table(dc.compare("x*y", x=2.0, y=3.0, methods="reverse-ad"))[0]
    assert {r["method"] for r in table(comparison, "cost")} == {"reverse-ad"}, "nothing is known of the library's cost"


def test_with_versions_a_table_fits_into_80_columns_without_some_kinds_of_errors(library):
    library({"x": 0.9092974268256817, "y": -0.4161468365471424}, errors={"x": 1e-16, "y": 1e-16})
    comparison = compare("x*sin(y)", ["forward-difference", "reverse-ad"], x=1.0, y=2.0)
    text = render(comparison.document().detailed, "terminal", look=Look(width=80))
    assert re.search(r"torch-reverse +1\.0 +0\.9092974268256817 +1\.4e-17 +\d", text)
    assert max(map(len, text.splitlines())) <= 80


def test_methods_with_the_same_note_share_it(monkeypatch):
    monkeypatch.setattr(registry, "version", lambda name: None)
    monkeypatch.setattr(engine_client, "version", lambda name: None)
    comparison = dc.compare("x^2", x=1.0, methods=["reverse-ad", "jax-reverse", "jax-forward", "torch-reverse"])
    notes = {r["method"]: r["note"] for r in table(comparison, "notes")}
    assert notes["jax-reverse, jax-forward"] == "not installed: pip install jax"
    assert notes["torch-reverse"] == "not installed: pip install torch"


def test_many_libraries_that_are_right_are_counted_and_few_are_named(monkeypatch):
    def found(name):
        def differentiate(problem):
            run = EngineRun(name, "reverse", "1.0", "automatically", 53, raw={"x": 4.0})
            return Derivative(name, "ok", f"{name} 1.0", {"x": 4.0}, engine=run)

        return Backend(name, differentiate)

    monkeypatch.setattr(engine_client, "engine_backend", found)
    names = [f"library{n}" for n in range(9)]
    few = dc.compare("x^2", x=2.0, methods=["reverse-ad", *names[:8]]).verdict
    assert "library0, library1" in few
    many = dc.compare("x^2", x=2.0, methods=["reverse-ad", *names]).verdict
    assert many.startswith("Reverse-ad and 9 methods of other libraries keep all 15.9 digits of a double")


def test_the_value_of_f_is_shown_where_it_is_not_ours(library):
    library({"x": 1.0}, value=2.5)
    comparison = compare("x", x=2.0)
    assert row(comparison, "f")["value"].value == 2.5
    assert row(comparison, "f")["absolute"].value == 0.5
    assert comparison.verdict.startswith("Torch-reverse is wrong: the value is 2.0, not 2.5")
    library({"x": 1.0}, value=2.0)
    assert all(r["partial"] != "f" for r in table(compare("x", x=2.0)))


def test_a_number_that_is_not_real_is_shown_as_it_is(library):
    library({"x": -0.5j}, value=1j)
    comparison = compare("sqrt(x)", x=-1.0)
    assert (row(comparison)["value"], row(comparison, "f")["value"]) == ("-0.5j", "1j")
    engine = comparison.data()["methods"][1]["engine"]
    assert (engine["value"], engine["raw"]) == ("1j", {"x": "-0.5j"})
    assert "is wrong" not in comparison.verdict
    library({"x": 3 - 4j})
    assert "torch-reverse has 3-4j for df/dx" in compare("x^2", x=1.0).verdict


@pytest.mark.parametrize(
    ("text", "point", "values"),
    [
        ("ln(x)", {"x": -1.0}, {"value": math.nan, "raw": {"x": -1.0}}),
        ("1/x", {"x": 0.0}, {"value": math.inf, "raw": {"x": -math.inf}}),
        ("exp(x)", {"x": 1000.0}, {"value": 5.0, "raw": {"x": math.nan}}),
    ],
)
def test_where_there_is_no_value_the_table_shows_what_the_library_has(library, text, point, values):
    library(values["raw"], value=values["value"])
    comparison = compare(text, **point)
    assert comparison.failure.code in ("E802", "E804")
    assert comparison.has_tables
    assert {r["method"] for r in table(comparison)} >= {"reverse-ad", "torch-reverse"}
    shown = row(comparison, "f")["value"]
    assert getattr(shown, "value", shown) == (
        values["value"] if math.isfinite(values["value"]) else str(values["value"])
    )
    assert set(row(comparison)) == {"partial", "method", "version", "value"}, "errors of what?"
    assert not dc.compare(text, point, methods=["reverse-ad"]).has_tables


def test_the_value_of_a_constant_without_one_is_what_the_library_has(library):
    library({}, value=complex(0, math.pi))
    comparison = compare("ln(-1)")
    assert table(comparison) == [
        {"partial": "f", "method": "torch-reverse", "version": "1.0", "value": "3.141592653589793j"}
    ]


@pytest.mark.parametrize(
    ("partial", "convention"),
    [
        (-1.0, "slope from the left"),
        (1.0, "slope from the right"),
        (0.0, "mean of both slopes"),
        (0.25, "between the slopes"),
        (math.nan, "nan"),
        (2.0, "outside both slopes"),
    ],
)
def test_conventions_at_a_kink(library, partial, convention):
    library({"x": partial})
    comparison = compare("abs(x)", x=0.0)
    assert row(comparison)["convention"] == convention
    method = comparison.data()["methods"][1]
    assert method["convention"] == {"x": convention}
    assert ("torch-reverse (2.0) is outside both slopes" in comparison.verdict) == (partial == 2.0)


def test_methods_of_ours_follow_conventions_too():
    rows = table(dc.compare("abs(x)*y", x=0, y=2))
    named = {r["method"]: r["convention"] for r in rows if r["partial"] == "df/dx"}
    assert named["forward-difference"] == "slope from the right"
    assert named["central-difference"] == "mean of both slopes"
    assert "convention" not in table(dc.compare("x^2", x=1))[0]


def test_a_numerical_library_has_its_own_estimate_beside_the_true_error(library):
    library({"x": 0.5 + 1e-9}, way="numerically", errors={"x": 3e-12})
    comparison = compare("sin(x)", x=math.pi / 3)
    assert row(comparison)["estimate"].value == 3e-12
    assert row(comparison)["absolute"].value == pytest.approx(1e-9, rel=1e-3)
    assert "torch-reverse keeps 8.6 of 15.9 digits" in comparison.verdict, "a difference, not an exact method"


def test_the_size_of_a_symbolic_library_is_its_swell(library):
    library({"x": 4.0}, way="symbolically", size=9)
    swollen = row(compare("x^2", x=2.0), key="cost")
    assert (swollen["tree"], swollen["swell"].value) == (9, 3.0)


# --- Single precision -------------------------------------------------------------------------------------------------


def test_single_precision_is_judged_at_its_own(library):
    library({"x": 0.5403022766113281}, digits=24)  # the single that is nearest to cos(1)
    comparison = compare("sin(x)", x=1.0)
    assert row(comparison)["digits"] == "7.2 of 7.2"
    assert row(comparison)["ulp"].value <= 0.5
    assert "torch-reverse, in single precision, keeps 7.2 of 7.2 digits" in comparison.verdict
    assert comparison.data()["methods"][1]["digits"] == {"x": 7.2}


def test_single_precision_is_no_excuse(library):
    library({"x": 0.5404}, digits=24)
    comparison = compare("sin(x)", x=1.0)
    assert row(comparison)["digits"] == "3.7 of 7.2"
    assert "keeps 3.7 of 7.2 digits" in comparison.verdict
    library({"x": -0.5403}, digits=24)
    assert "Torch-reverse is wrong: df/dx is 0.5403023058681398, not -0.5403" in compare("sin(x)", x=1.0).verdict


# --- The closing sentence ---------------------------------------------------------------------------------------------


def test_finite_and_wrong_is_named_with_what_is_right(library):
    library({"x": 6.0, "y": 3.0})
    verdict = compare("x*y", x=3.0, y=3.0).verdict
    assert verdict == ("Torch-reverse is wrong: df/dx is 3.0, not 6.0; reverse-ad keeps all 15.9 digits of a double.")


def test_it_hides_no_mistake_in_a_formula_by_hand(library):
    library({"x": 7.0})
    verdict = dc.compare("x^2", {"x": 3.0}, hand={"x": "x"}, methods=["reverse-ad", "torch-reverse"]).verdict
    assert verdict.startswith("Check the formula by hand for df/dx: it is half the truth")


def test_what_a_kink_explains_is_a_convention(library):
    library({"x": 2.0})
    verdict = compare("relu(x) - relu(-x)", x=0.0).verdict
    assert verdict.startswith("At the kink of relu(x) reverse-ad and torch-reverse follow a convention, and miss df/dx")


def test_a_missing_library_is_a_row_and_no_clause(monkeypatch):
    monkeypatch.setattr(registry, "version", lambda name: None)
    monkeypatch.setattr(engine_client, "version", lambda name: None)
    comparison = dc.compare("x*y", x=3, y=2, methods="reverse-ad", engines=["torch"])
    assert comparison.verdict == "Reverse-ad keeps all 15.9 digits of a double."
    assert row(comparison, method="torch")["value"] == "not-installed"
    assert row(comparison, method="torch", key="notes")["note"] == "not installed: pip install torch"
    described = comparison.data()["methods"][1]["engine"]
    assert described == {
        "name": "torch",
        "mode": "reverse",
        "version": None,
        "digits": 53,
        "value": None,
        "raw": {},
        "size": None,
    }
