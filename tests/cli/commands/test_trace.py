"""`diffcompare trace` on the command line."""

import json


def test_modes(cli):
    both, reverse = (
        cli("trace", "x^2", "--at", "x=3", "--json"),
        cli("trace", "x^2", "--at", "x=3", "--mode", "reverse", "--json"),
    )
    assert both.code == reverse.code == 0
    assert {frame["kind"] for frame in json.loads(both.out)["frames"]} == {"primal", "tangent", "adjoint"}
    assert {frame["kind"] for frame in json.loads(reverse.out)["frames"]} == {"primal", "adjoint"}
    assert json.loads(reverse.out)["gradient"] == {"x": 6.0}
    assert json.loads(both.out)["identity"]["tangent"] == json.loads(both.out)["identity"]["product"]


def test_a_mode_that_there_is_not(cli):
    outcome = cli("trace", "x", "--mode", "revers")
    assert (outcome.code, outcome.out) == (2, "")
    assert "did you mean `--mode reverse`?" in outcome.err


def test_points_without_a_value_and_without_a_derivative(cli):
    undefined = cli("trace", "ln(x)", "--at", "x=-1")
    assert (undefined.code, undefined.out) == (3, "")
    kink = cli("trace", "|x|", "--at", "x=0", "-q")
    assert kink.code == 3
    assert "Reverse sweep" in kink.out
    assert "E803" in kink.err
