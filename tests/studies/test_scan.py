"""Scans: every method over a grid, the truth at a sample, and the worst points."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from rows import every_row

import diffcompare as dc
from diffcompare.backends import METHODS
from diffcompare.studies.scan import scan

SURVEY = "ln(x1) + x1*x2 - sin(x2)"


def test_values_partials_and_extremes_over_two_axes():
    scanned = scan(SURVEY, {"x1": (1, 4, 31), "x2": (0, 2, 41)}, sample=10, keep=True)
    x1, x2 = np.meshgrid(np.linspace(1, 4, 31), np.linspace(0, 2, 41), indexing="ij")
    value = np.log(x1) + x1 * x2 - np.sin(x2)
    np.testing.assert_allclose(scanned.arrays["f"], value.ravel(), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(scanned.arrays["df_dx2"], (x1 - np.cos(x2)).ravel(), rtol=1e-14, atol=1e-15)
    extremes = scanned.measured.extremes["f"]
    assert extremes.largest == pytest.approx(value.max(), rel=1e-15)
    assert scanned.grid.point(extremes.largest_place) == {"x1": 4.0, "x2": 2.0}
    assert scanned.grid.point(extremes.smallest_place) == {"x1": 1.0, "x2": 0.0}


def test_every_method_is_as_far_off_as_grad_says_at_its_worst_point():
    scanned = scan("x*tanh(x) + y^2/x", {"x": (0.5, 20, 400)}, y=0.3, methods="all", sample=8)
    assert {worst.method for worst in scanned.worst} == set(METHODS)
    for worst in scanned.worst:
        point = scanned.grid.point(worst.place)
        compared = dc.compare("x*tanh(x) + y^2/x", point, methods=[worst.method])
        (answer,) = compared.answers
        ulp = compared.errors(answer, worst.name)["ulp"]
        assert worst.ulp == pytest.approx(ulp, rel=0.5, abs=5.0), worst
    largest = {name: errors.largest for name, errors in scanned.sampled.items()}
    for name in ("hand-coded", "symbolic", "forward-ad", "reverse-ad", "complex-step"):
        assert largest[name] < 100, name
    assert largest["forward-difference"] > 1e6
    assert largest["central-difference"] < largest["forward-difference"]


def test_where_methods_fail_is_counted():
    scanned = scan("|x| + sqrt(y)*ln(x + 3)", {"x": (-4, 4, 801)}, y=0.0, methods=["central-difference"], sample=3)
    assert scanned.measured.function.codes[1] == 101  # x <= -3
    assert scanned.measured.function.codes[2] == 700  # sqrt has no slope at 0
    kinked = scan("|x|", {"x": (-1, 1, 2001)}, methods=["forward-difference", "central-difference"], truth=False)
    assert {name: dict(found.codes) for name, found in kinked.measured.methods.items()} == {
        "forward-difference": {3: 1},
        "central-difference": {3: 1},
    }
    assert "steps over a kink at 1 point" in kinked.verdict


def test_a_method_without_a_form_over_arrays_is_asked_at_the_sample():
    scanned = scan("erf(x)", {"x": (0.1, 1, 50)}, methods=["complex-step", "forward-ad"], sample=5)
    assert scanned.not_over_arrays == {"complex-step": "erf"}
    assert scanned.sampled["complex-step"].largest < 4
    assert "complex-step" not in scanned.measured.methods


def test_a_function_with_many_lost_points_is_quick_and_one_without_a_value_is_a_failure():
    assert scan("ln(x)", {"x": (-3, -1, 100_000)}).failure.code == "E704"
    scanned = scan("if(x > 0, ln(x), x^2)", {"x": (-1, 1, 100_000)}, methods=["forward-ad"], sample=4)
    assert scanned.measured.function.codes == {}


def test_a_python_function_that_decides_nothing_is_scanned():
    def f(x, y):
        return x * y**2 + x

    scanned = scan(f, {"x": (1, 2, 11)}, {"y": 3.0}, methods=["forward-ad"], sample=3)
    assert scanned.measured.extremes["f"].largest == 20.0


def test_the_report_is_the_same_in_json_and_for_people():
    scanned = scan("x*sin(x)", {"x": (0, 10, 1001)}, methods=["forward-difference", "forward-ad"], sample=9)
    data = json.loads(scanned.to_json())
    assert (data["command"], data["points"], data["expression"]["variables"]) == ("scan", 1001, ["x"])
    assert [method["method"] for method in data["methods"]] == ["forward-difference", "forward-ad"]
    assert (
        data["methods"][0]["ulp_against_reverse_ad"]["largest"]
        == scanned.measured.methods["forward-difference"].largest
    )
    text = str(scanned)
    assert "Largest error of a partial along x" in text
    assert f"--at x={scanned.grid.point(scanned.worst[0].place)['x']:.15g}"[:20] in text
    assert scanned.verdict in text


@pytest.mark.skipif(not any(map(shutil.which, ("cc", "gcc", "clang"))), reason="there is no C compiler here")
def test_compiled_c_measures_the_same(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    over = {"x1": (0.5, 4, 2_000)}
    plain, compiled = (
        scan(SURVEY, over, x2=5.0, methods=["forward-ad"], sample=5, compute=engine) for engine in ("numpy", "c")
    )
    assert compiled.engine == "c"
    for name, extremes in plain.measured.extremes.items():
        other = compiled.measured.extremes[name]
        assert (other.smallest, other.largest) == pytest.approx((extremes.smallest, extremes.largest), rel=1e-14)
    assert compiled.sampled["reverse-ad" if "reverse-ad" in compiled.sampled else "forward-ad"].largest < 10


def test_a_grid_that_takes_longer_than_the_budget_is_cut_short_and_said_so():
    scanned = scan("gamma(x)*digamma(x)", {"x": (1, 3, 10_000_000)}, methods=["forward-ad"], budget=0.1, keep=True)
    assert 0 < scanned.measured.done < 10_000_000
    assert [note.code for note in scanned.notes][:1] == ["W662"]
    assert np.isnan(scanned.arrays["f"][scanned.measured.done])


@every_row(
    ("arguments", "options", "message"),
    [
        (("x", {"x": (0, 1)}), {}, "has no axis"),
        (("x", {"x": (0, 1, 10**18)}), {}, "1e\\+18 points"),
        (("x*y", {"x": (0, 1, 5)}), {}, "`y` has neither"),
        (("x", {"y": (0, 1, 5)}), {}, "no variable `y`"),
        (("x", {"x": (0, 1, 5)}), {"x": 2.0}, "both"),
        (("x", {"x": (0, 1, 5)}), {"wrt": "z"}, "no variable `z`"),
        (("x", {"x": (0, 1, 5)}), {"compute": "fast"}, "unknown engine"),
        (("x", {"x": (0, 1, 5)}), {"methods": ["guess"]}, "no method"),
        (("polygamma(n, 2)", {"n": (0, 1, 2)}), {}, "no partial"),
    ],
)
def test_bad_questions_are_told(arguments, options, message):
    with pytest.raises(dc.DiffcompareError, match=message):
        scan(*arguments, **options)
