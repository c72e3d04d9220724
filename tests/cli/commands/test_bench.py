"""`diffcompare bench` as it is called."""

import json

import pytest

QUICK = ("--seconds", "0.05")


def test_the_sentence_comes_first(cli):
    outcome = cli("bench", "x*y", "--at", "x=2,y=3", "--method", "forward-ad", *QUICK)
    assert outcome.code == 0
    title, sentence = outcome.out.splitlines()[:3:2]
    assert (title, sentence[:30]) == ("What a gradient costs", "a gradient costs by reverse-ad")


def test_options_reach_the_study(cli):
    line = (
        "bench",
        "x^2*y",
        "--method",
        "hand-coded",
        "--hand",
        "x=2*x*y",
        "--wrt",
        "x",
        "--one",
        "forward-ad",
        "--json",
    )
    data = json.loads(cli(*line, "--at", "x=1,y=2", *QUICK).out)
    assert [method["method"] for method in data["methods"]] == ["hand-coded", "forward-ad"]
    assert (data["one"], data["seconds"]) == ("forward-ad", 0.05)


def test_a_function_of_a_file_is_timed_in_its_process(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("model.py").write_text("def f(x, y=3.0):\n    return x * y + x\n")
    outcome = cli("bench", "model.py:f", "--at", "x=2", "--method", "reverse-ad", *QUICK, "--json")
    assert outcome.code == 0, outcome.err
    recorded = json.loads(outcome.out)["methods"][0]
    assert (recorded["method"], recorded["status"], recorded["note"]) == ("recorded", "ok", None)
    assert recorded["gradient_over_value"]["median"] > 0


@pytest.mark.parametrize(
    ("line", "code", "help"),
    [
        (("--seconds", "0"), "E507", "for example `--seconds 30`"),
        (("--method", "revers-ad"), "E712", "did you mean `reverse-ad`?"),
        (("--with", "torsh"), "E715", "did you mean `torch`?"),
    ],
)
def test_what_is_wrong_with_a_line(cli, line, code, help):
    outcome = cli("bench", "x^2", "--at", "x=1", *line)
    assert outcome.code == 2
    assert f"error[{code}]" in outcome.err
    assert help in outcome.err


def test_a_picture(cli, tmp_path):
    path = tmp_path / "bench.svg"
    assert cli("bench", "x^2", "--at", "x=1", "--method", "reverse-ad", *QUICK, "-o", str(path)).code == 0
    assert "reverse-ad" in path.read_text()
