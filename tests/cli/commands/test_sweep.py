"""`diffcompare sweep` as it is called."""

from __future__ import annotations

import json

import pytest


def test_a_range_of_steps_either_end_first(cli) -> None:  # type: ignore[no-untyped-def]
    for steps in ("1e-3..1e-5", "1e-5..1e-3"):
        outcome = cli("sweep", "x^2*sin(x)", "--at", "x=1", "--steps", steps, "-q", "--format", "csv")
        assert outcome.code == 0
        assert [line.partition(",")[0] for line in outcome.out.splitlines()] == ["step", "0.001", "0.0001", "1e-05"]


def test_a_single_step_has_no_plot(cli) -> None:  # type: ignore[no-untyped-def]
    outcome = cli("sweep", "sin(x)", "--at", "x=1", "--steps", "1e-6")
    assert outcome.code == 0
    assert "forward-difference     1.0e-06" in outcome.out
    assert "Slopes" not in outcome.out


@pytest.mark.parametrize(
    ("steps", "message"),
    [("0", "takes a number above 0, not `0`"), ("1e-1..", "lacks an end"), ("..1e-1", "lacks an end"), ("a..b", "not `a`"),
     ("1e-1..-1", "not `-1`"), ("nan", "not `nan`")],
)  # fmt: skip
def test_steps_that_are_none(cli, steps: str, message: str) -> None:  # type: ignore[no-untyped-def]
    outcome = cli("sweep", "x", "--steps", steps)
    assert outcome.code == 2
    assert message in outcome.err
    assert "for example `--steps 1e-1..1e-16`" in outcome.err


def test_options_reach_the_study(cli) -> None:  # type: ignore[no-untyped-def]
    line = (
        "sweep",
        "x*sin(y)",
        "--at",
        "x=1,y=2",
        "--wrt",
        "y",
        "--steps",
        "1e-2..1e-4",
        "--nominal",
        "--float32",
        "--json",
    )
    data = json.loads(cli(*line).out)
    assert (data["wrt"], data["step_used"], data["precision"]) == ("y", "nominal", "single")
    assert [method["bins"][0]["step"] for method in data["methods"]] == [0.01] * 6


def test_a_kink_ends_with_3_and_json_says_why(cli) -> None:  # type: ignore[no-untyped-def]
    outcome = cli("sweep", "|x|", "--at", "x=0", "--json")
    assert outcome.code == 3
    assert json.loads(outcome.out)["error"]["code"] == "E803"
    assert "E803" in outcome.err


def test_a_picture_in_a_file(cli, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "steps.svg"
    assert cli("sweep", "sin(x)", "--at", "x=1", "-o", str(path)).code == 0
    assert path.read_text(encoding="utf-8").startswith("<?xml")


def test_ascii_means_ascii(cli) -> None:  # type: ignore[no-untyped-def]
    outcome = cli("sweep", "θ^3", "--at", "θ=1", "--steps", "1e-1..1e-4", "--charset", "ascii")
    assert outcome.out.isascii()
    assert "df/dtheta" in outcome.out
