"""A benchmark as tables, bars, data and one sentence."""

import json
import re

import pytest
from rows import every_row

import diffcompare as dc
from diffcompare.render import FORMATS, render
from diffcompare.studies.bench import Bench, Quartiles, TimedMethod


def timed(method, ratio, over_value=None):
    around = Quartiles(0.9 * ratio, ratio, 1.1 * ratio)
    over = None if over_value is None else Quartiles(over_value, over_value, over_value)
    return TimedMethod(method, "somehow", "ok", 0.002, around, around, over, None, 7)


@pytest.fixture
def bench_of():
    """Return a benchmark with these contenders."""
    genuine = dc.bench("x*y", methods=["reverse-ad", "forward-ad"], seconds=0.05)

    def made(*methods, noise=(0.95, 1.0, 1.05)):
        return Bench(genuine.question, genuine.problem, "reverse-ad", methods, 9, 1.0, Quartiles(*noise), genuine.value)

    return made


def test_the_sentence_has_the_figures_of_the_table(bench_of):
    bench = bench_of(timed("reverse-ad", 1.0, 3.1), timed("forward-ad", 2.6, 8.2), timed("python-program", 0.12, 2.0))
    assert bench.verdict == (
        "a gradient costs by reverse-ad 3.1 x and by forward-ad 8.2 x the value of f, for 2 inputs; "
        "python-program is the quickest, 0.12 x the time of reverse-ad"
    )


def test_what_the_noise_hides_is_said(bench_of):
    bench = bench_of(timed("reverse-ad", 1.0), timed("hand-coded", 0.97))
    assert bench.verdict == "hand-coded is the quickest, 0.97 x the time of reverse-ad (within the noise)"
    assert bench_of(timed("reverse-ad", 1.0), timed("forward-ad", 4.0)).verdict == (
        "reverse-ad is the quickest, forward-ad takes 4 x as long"
    )
    assert bench_of(timed("reverse-ad", 1.0)).verdict == "reverse-ad is the only one"


def test_who_was_not_timed_is_a_row_with_a_note(bench_of):
    late = TimedMethod("torch-reverse", "torch 2.13", "unable", note="not installed: pip install torch")
    text = str(bench_of(timed("reverse-ad", 1.0), late))
    assert re.search(r"torch-reverse +unable", text)
    assert "torch-reverse  not installed: pip install torch" in text


@every_row("format", [name for name in FORMATS if name not in ("npz", "dot", "mermaid")])
def test_every_format_writes_it(bench_of, format):
    bench = bench_of(timed("reverse-ad", 1.0, 3.0), timed("forward-ad", 2.5, 7.5))
    text = render(bench.document(), format)
    assert "reverse-ad" in text


def test_the_data_are_seconds_and_ratios_with_quartiles(bench_of):
    data = json.loads(bench_of(timed("reverse-ad", 1.0, 3.0), timed("forward-ad", 2.5, 7.5)).to_json())
    assert (data["command"], data["one"], data["rounds"]) == ("bench", "reverse-ad", 9)
    assert data["noise"] == {"low": 0.95, "median": 1.0, "high": 1.05}
    method = data["methods"][1]
    assert (method["method"], method["first"], method["calls_in_a_turn"]) == ("forward-ad", 0.002, 7)
    assert method["ratio"] == {"low": 2.25, "median": 2.5, "high": 2.75}
    assert method["gradient_over_value"]["median"] == 7.5


def test_forward_mode_grows_with_the_inputs(bench_of):
    bench = bench_of(timed("reverse-ad", 1.0, 3.0), timed("forward-ad", 2.5, 7.5))
    grown = Bench(**{**vars(bench), "sweep": Quartiles(4.0, 4.5, 5.0)})
    assert "with a single sweep takes 4.5 x the value, and each further input 3 x more" in str(grown)
