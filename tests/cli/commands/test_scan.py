"""`diffcompare scan` as it is called."""

from __future__ import annotations

import json

import numpy as np
import pytest


def test_options_reach_the_study(cli) -> None:  # type: ignore[no-untyped-def]
    line = ("scan", "x*sin(y)*z", "--over", "x=1:2:5,y=0.1:10:7:log", "--at", "z=pi", "--wrt", "y", "--method",
            "forward-difference,reverse-ad", "--step", "1e-4", "--sample", "3", "--json")  # fmt: skip
    data = json.loads(cli(*line).out)
    assert (data["points"], data["wrt"], data["point"]) == (35, ["y"], {"z": np.pi})
    assert [(axis["name"], axis["log"]) for axis in data["over"]] == [("x", False), ("y", True)]
    assert [method["method"] for method in data["methods"]] == ["forward-difference", "reverse-ad"]
    assert data["sample"]["known"] <= 5
    assert data["worst"][0]["digits"] < 7


def test_arrays_are_written_for_numpy(cli, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "grid.npz"
    outcome = cli("scan", "x^2*y", "--over", "x=0:1:11", "--over", "y=1:2:3", "--npz", str(file), "-q")
    assert outcome.code == 0
    with np.load(file) as arrays:
        x, y = np.meshgrid(arrays["axis_x"], arrays["axis_y"], indexing="ij")
        np.testing.assert_array_equal(arrays["f"], (x**2 * y).ravel())
        np.testing.assert_allclose(arrays["df_dx"], (2 * x * y).ravel(), rtol=1e-15)
        assert arrays["ulp_forward_difference"].shape == (33,)


@pytest.mark.parametrize(
    ("words", "message"),
    [(("--over", "x=0:1:1e18"), "at most 100,000,000"), (("--over", "x=0:1"), "no axis"), ((), "no variable moves"),
     (("--over", "x=0:1:9", "--compute", "fast"), "unknown way to compute"), (("--over", "x=0:1:9", "--at", "x=2"), "both"),
     (("--over", "x=0:1:9", "--npz", "no/such/folder.npz"), "no directory")],
)  # fmt: skip
def test_what_cannot_be_scanned_is_told(cli, words, message) -> None:  # type: ignore[no-untyped-def]
    outcome = cli("scan", "x^2", *words)
    assert outcome.code in (2, 74)
    assert message in outcome.err
    assert "help:" in outcome.err


def test_without_a_value_anywhere_the_exit_code_is_that_of_a_domain_error(cli) -> None:  # type: ignore[no-untyped-def]
    outcome = cli("scan", "ln(x)", "--over", "x=-2:-1:50", "--json")
    assert outcome.code == 3
    assert json.loads(outcome.out)["error"]["code"] == "E704"
