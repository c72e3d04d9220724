"""`diffcompare plot` as it is called."""

import json
import time

import pytest


def test_options_reach_the_study(cli):
    line = ("plot", "x^2*y", "--at", "x=1,y=2", "--wrt", "y", "--range", "-pi/2:2*pi", "--versus", "x*y", "--json")
    data = json.loads(cli(*line).out)
    assert (data["along"], data["range"]["automatic"], data["versus"]["text"]) == ("y", False, "x*y")
    assert data["range"]["from"] == pytest.approx(-1.5707963)
    assert data["versus"]["largest_difference"] == pytest.approx(0.0)


@pytest.mark.parametrize("form", ["plain", "csv", "html", "svg", "markdown", "latex", "json"])
def test_every_format_has_the_plot(cli, form):
    outcome = cli("plot", "|x|", "--at", "0", "--format", form)
    assert outcome.code == 0
    assert len(outcome.out) > 500


def test_the_sentence_comes_first_and_quiet_has_the_slopes(cli):
    assert cli("plot", "|x|", "--at", "0").out.startswith("f has a kink at x = 0: slope -1 from the left, +1 from")
    assert cli("plot", "|x|", "--at", "0", "-q").out.splitlines()[0] == "Slopes at x = 0"


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--range", "1"), 2), (("--range", "2:1"), 2), (("--range", "a:b"), 2), (("--versus", "sinn(x)"), 2),
     (("--versus", "y"), 2), (("--range", "1e308:-1e308"), 2)],
)  # fmt: skip
def test_slips_are_told(cli, words, code):
    outcome = cli("plot", "x^2", "--at", "1", *words)
    assert outcome.code == code
    assert "Traceback" not in outcome.err
    assert "help:" in outcome.err


@pytest.mark.parametrize(
    "text", ["sin(1/x)", "tan(1e9*x)", "x^99", "1/floor(x*1e6)", "gamma(1e3*x)", "exp(exp(exp(x)))"]
)
def test_hostile_functions_are_drawn_soon(cli, text):
    start = time.process_time()
    assert cli("plot", text, "--at", "0.5", "-q").code in (0, 3)
    assert time.process_time() - start < 3
