"""`diffcompare audit`: exit codes for continuous integration, and what changed since an audit that was saved."""

import json
from pathlib import Path

import pytest

from diffcompare.engines.cases import edge_cases
from diffcompare.studies import audit

ENGINE = """
def gradient(f, point):
    step = 1e-30
    return [f(*[x + 1j * step * (i == j) for j, x in enumerate(point)]).imag / step for i in range(len(point))]
"""


@pytest.fixture(autouse=True)
def _few_cases(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    few = [case for case in edge_cases() if case.name in ("softsign", "two equal numbers", "x^3 at a negative base")]
    monkeypatch.setattr(audit, "suite", lambda **_: iter(few))
    Path("my_engine.py").write_text(ENGINE)


def test_an_engine_without_a_wrong_number_ends_with_0(cli):
    ended = cli("audit", "my_engine.py")
    assert ended.code == 0
    assert "my_engine.py file returned 3 of 4 numbers: 3 are right to 8 ulp, and none is finite and wrong." in ended.out


def test_a_wrong_number_ends_with_1_and_is_shown_beside_the_right_one(cli):
    Path("my_engine.py").write_text(ENGINE.replace(".imag", ".real"))
    ended = cli("audit", "my_engine.py", "--json")
    assert ended.code == 1
    assert {one["kind"] for one in json.loads(ended.out)["numbers"]} == {"wrong", "refused"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["my_enigne.py"], "there is no file `my_enigne.py`"),
        (["torhc"], "did you mean `torch`?"),
        (["my_engine.py", "--against", "my_engine.py"], "this is no saved audit"),
        (["my_engine.py", "--against", "none.json"], "none.json"),
        (["my_engine.py", "--mode-budget", "0"], "`--mode-budget` takes a number above 0"),
    ],
)
def test_bad_input_ends_with_2(cli, line, said):
    ended = cli("audit", *line)
    assert ended.code == 2
    assert said in ended.err


def test_ctrl_c_ends_with_130_and_the_report_of_what_was_judged(cli, monkeypatch):
    ask, answers = audit.engine_client.ask, iter([True, True])

    def asked(*arguments):
        if next(answers, False):
            return ask(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(audit.engine_client, "ask", asked)
    ended = cli("audit", "my_engine.py", "--save", "kept.json")
    assert ended.code == 130
    assert "The audit was interrupted and is incomplete." in ended.out
    assert "my_engine.py was not asked all questions (interrupted): gradient 2 of 3" in ended.out
    kept = json.loads(Path("kept.json").read_text())
    assert kept["interrupted"]
    assert {one["kind"] for one in kept["numbers"]} >= {"right", "not-asked"}


def test_what_changed_since_an_audit_that_was_saved(cli):
    assert cli("audit", "my_engine.py", "--save", "old.json").code == 0
    assert "0 numbers differ" in cli("audit", "my_engine.py", "--against", "old.json").out
    Path("my_engine.py").write_text(ENGINE.replace(".imag", ".real"))
    assert "4 numbers differ" not in cli("audit", "my_engine.py", "--against", "old.json").out
    assert "wrong" in cli("audit", "my_engine.py", "--against", "old.json").out


def test_the_saved_audit_is_not_written_over_what_is_read(cli):
    assert cli("audit", "my_engine.py", "-o", "my_engine.py").code != 0
    assert Path("my_engine.py").read_text() == ENGINE


@pytest.mark.parametrize("kept", ["my_engine.py", "./my_engine.py", "old.json"])
def test_what_is_kept_is_not_written_over_what_is_read(cli, kept):
    assert cli("audit", "my_engine.py", "--save", "old.json").code == 0
    before = Path(kept).read_text()
    ended = cli("audit", "my_engine.py", "--against", "old.json", "--save", kept)
    assert ended.code == 74
    assert "is read here" in ended.err
    assert Path(kept).read_text() == before


def test_where_nothing_can_be_kept_is_said_before_the_audit(cli, monkeypatch):
    monkeypatch.setattr("diffcompare.cli.commands.audit.audit", None)
    ended = cli("audit", "my_engine.py", "--save", "nowhere/old.json")
    assert ended.code == 74
    assert "there is no directory `nowhere`" in ended.err


def test_an_audit_of_nothing_has_not_passed(cli):
    Path("my_engine.py").write_text("def gradient(f, point):\n    raise ValueError('not today')\n")
    ended = cli("audit", "my_engine.py", "--json")
    assert ended.code == 2
    assert "error[E723]: no engine returned a number" in ended.err
    assert "my_engine.py: ValueError: not today" in ended.err
    assert json.loads(ended.out)["error"]["code"] == "E723"


def test_an_engine_that_is_not_installed_has_not_passed(cli, monkeypatch):
    monkeypatch.setattr(audit, "version", lambda name: None)
    ended = cli("audit", "jax")
    assert ended.code == 2
    assert "jax: not installed: pip install jax" in ended.err


def test_the_usage_says_once_that_engines_may_be_left_out(cli):
    assert "Usage: diffcompare audit [ENGINE...] [OPTIONS]" in cli("audit", "--help").out


CASES = """
[[case]]
group = "Powers"
name = "a square"
expression = "x^2"
at = { x = 3 }
right = { x = "6" }
why = "The rule."
source = "definition"
"""


def test_cases_of_your_own_are_put_in_place_of_ours(cli):
    Path("mine.toml").write_text(CASES)
    ended = cli("audit", "my_engine.py", "--cases", "mine.toml", "--json")
    assert ended.code == 0
    assert [one["case"] for one in json.loads(ended.out)["numbers"]] == ["a square"]
    Path("my_engine.py").write_text(ENGINE.replace("/ step", "/ step / 2"))
    assert cli("audit", "my_engine.py", "--cases", "mine.toml").code == 1
    assert cli("audit", "my_engine.py", "--cases", "mine.toml", "--save", "mine.toml").code == 74


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CASES.replace("x^2", "x^^2"), "mine.toml:5"),
        (CASES.replace("right", "wrong"), "unknown key `wrong`"),
        (CASES.replace('"6"', '"7"'), "case `a square`: the right value of x is 6"),
        ("", "a case begins with `[[case]]`"),
        ("[[case", "not valid TOML"),
    ],
)
def test_a_bad_file_of_cases_ends_with_2(cli, text, said):
    Path("mine.toml").write_text(text)
    ended = cli("audit", "my_engine.py", "--cases", "mine.toml")
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert cli("audit", "my_engine.py", "--cases", "none.toml").code == 2
