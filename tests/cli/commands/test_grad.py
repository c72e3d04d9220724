"""The commands as they are called: what reaches the studies, and what is wrong with a line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from diffcompare.backends import DEFAULT_METHODS, METHODS
from diffcompare.cli.commands import COMMANDS
from diffcompare.cli.options import methods, split

EXPRESSION = "ln(x1) + x1*x2 - sin(x2)"


# --- What reaches the study -------------------------------------------------------------------------------------------


def test_options_reach_the_command(cli, asked: list[dict[str, Any]]) -> None:
    line = [
        "--at",
        "x=1",
        "--at=y=2",
        "--hand",
        "x=y",
        "--method",
        "all",
        "--wrt",
        "x,y",
        "--step",
        "1e-3",
        "--budget",
        "2",
    ]
    assert cli("grad", *line, "--no-truth", "-x^2", "-q", "-v").code == 0
    assert asked == [
        {"expression": "-x^2", "at": ["x=1", "y=2"], "hand": ["x=y"], "method": ["all"], "engines": None, "native": None, "wrt": ["x,y"],
         "step": 1e-3, "budget": 2.0, "truth": False, "simplify": "quick", "ops": None, "verbose": True, "quiet": True, "live": None}
    ]  # fmt: skip


def test_what_is_not_given_is_left_to_the_study(cli, asked: list[dict[str, Any]]) -> None:
    cli("grad", "x")
    assert asked[0] == dict.fromkeys(("at", "hand", "method", "engines", "native", "wrt", "step")) | {
        "expression": "x", "budget": 5.0, "truth": True, "simplify": "quick", "ops": None, "verbose": False, "quiet": False,
        "live": None,
    }  # fmt: skip
    cli("grad", "x", "--at", "")
    assert asked[1]["at"] == [""]


@pytest.mark.parametrize("expression", ["-x^2", "-v*x", "--x", "-1e3*x", "-(x)", "-oops", "-", "-q^2", "-x"])
def test_expressions_that_begin_with_a_minus(cli, asked: list[dict[str, Any]], expression: str) -> None:
    for line in (["grad", expression, "-q"], ["grad", "-q", expression], ["grad", "-q", "--", expression]):
        assert cli(*line).out == f"An answer.\n\nexpression\n{expression}\n"
    assert [call["expression"] for call in asked] == [expression] * 3


def test_methods_are_named_once_each_and_all_means_every_one() -> None:
    assert methods(None) == DEFAULT_METHODS
    assert methods(["symbolic,reverse-ad", "Symbolic"]) == ("symbolic", "reverse-ad")
    assert methods(["symbolic", "all"]) == ("symbolic", *(name for name in METHODS if name != "symbolic"))
    assert split(["x, y", "z,"]) == ["x", "y", "z"]


# --- Mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "first", "help"),
    [
        ("grad", "E505]: missing argument EXPR", "`-h` shows examples"),
        ("grad x y z", "E504]: unexpected argument `y`", 'put an argument with spaces in quotes: "x y z"'),
        ("grad x --metod all", "E502]: no such option `--metod`", "did you mean `--method`?"),
        ("grad x --step 0", "E507]: `--step` takes a number above 0, not `0`", "for example `--step 1e-6`"),
        ("grad x --step nan", "E507]: `--step` takes a number above 0, not `nan`", "for example `--step 1e-6`"),
        ("grad x --step -1", "E507]: `--step` takes a number above 0, not `-1`", "for example `--step 1e-6`"),
        ("grad x --step=a", "E507]: `--step` takes a number above 0, not `a`", "for example `--step 1e-6`"),
        ("grad x --budget -0", "E507]: `--budget` takes a number above 0, not `-0`", "for example `--budget 5`"),
        ("grad x --budget inf", "E507]: `--budget` takes a number above 0, not `inf`", "for example `--budget 5`"),
        ("grad x --digits 0", "E507]: `--digits` takes a number from 1 to 17, not `0`", "for example `--digits 6`"),
        ("grad x --digits ²", "E507]: `--digits` takes a number from 1 to 17, not `²`", "for example `--digits 6`"),
        ("grad x --format jsn", "E506]: unknown format `jsn`", "did you mean `--format json`?"),
        ("grad x --color red", "E506]: unknown color mode `red`", "`--color` takes one of auto, always, never"),
        ("grad x --charset ASCI", "E506]: unknown character set `ASCI`", "did you mean `--charset ascii`?"),
        ("grad x --method revers", "E506]: unknown method `revers`", "did you mean `--method reverse-ad`?"),
        ("grad x --json --format csv", "E506]: `--json` and `--format csv` contradict each other", "keep one"),
        ("grad x --at", "E503]: `--at` needs a value", "write `--at=VALUE`"),
        ("grda", "E501]: no such command `grda`", "did you mean `diffcompare grad`?"),
        ("gradient", "E501]: no such command `gradient`", "did you mean `diffcompare grad`?"),
        ("chaos", "E501]: no such command `chaos`", "did you mean `diffcompare demo chaos`?"),
        (
            "sweeps",
            "E501]: no such command `sweeps`",
            "did you mean `diffcompare sweep`, or `diffcompare demo sweeps`?",
        ),
        ("version", "E501]: no such command `version`", f"the commands are {', '.join(COMMANDS)}"),
        ("x^2", "E501]: no such command `x^2`", 'did you mean `diffcompare grad "x^2"`?'),
        ("-x^2", "E501]: no such command `-x^2`", 'did you mean `diffcompare grad "-x^2"`?'),
        ("everything", "E501]: no such command `everything`", f"the commands are {', '.join(COMMANDS)}"),
        ("--versoin", "E502]: no such option `--versoin`", "did you mean `--version`?"),
        (
            "--no-truth grad x",
            "E502]: `--no-truth` is an option of a command",
            "write it after: `diffcompare grad EXPR --no-truth`",
        ),
        ("ops sin cos", "E504]: unexpected argument `cos`", 'put an argument with spaces in quotes: "sin cos"'),
    ],
)
def test_what_is_wrong_with_a_line(cli, line: str, first: str, help: str) -> None:
    code, out, err = cli(*line.split())
    assert (code, err) == (2, f"error[{first}\n   = help: {help}\n")
    if "--json" not in line:
        assert out == ""
        code, out, again = cli(*line.split(), "--json")
        if "-at" not in line and "--format" not in line:
            assert again == err or line.endswith("z")


def test_a_mistake_is_a_document_too(cli) -> None:
    code, out, err = cli("grad", "x", "--step", "0", "--json")
    assert code == 2
    assert err.startswith("error[E507]")
    assert json.loads(out) == {
        "schema": "diffcompare/1",
        "command": "grad",
        "error": {
            "code": "E507",
            "kind": "bad_value",
            "message": "`--step` takes a number above 0, not `0`",
            "span": None,
            "help": "for example `--step 1e-6`",
        },
    }


def test_a_mistake_in_the_expression_has_its_place(cli) -> None:
    code, out, err = cli("grad", "x + sni(x)", "--json")
    assert code == 2
    error = json.loads(out)["error"]
    assert (error["code"], error["kind"], error["span"]) == ("E101", "unknown_function", [4, 7])
    assert "did you mean `sin`?" in err
    assert "^^^" in err


def test_a_file_that_cannot_be_read_is_wrong_input(cli) -> None:
    code, out, err = cli("grad", "no_such_file.txt")
    assert (code, out) == (2, "")
    assert "no_such_file.txt" in err


# --- Answers, in full -------------------------------------------------------------------------------------------------


def test_the_gradient_in_json(cli) -> None:
    code, out, err = cli("grad", "-x^2*y", "--at", "x=3,y=2", "--method", "reverse-ad", "--json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert (data["schema"], data["command"], data["value"]) == ("diffcompare/1", "grad", -18)
    assert data["methods"][0]["gradient"] == {"x": -12, "y": -9}


def test_without_a_point_a_note_says_which_was_taken(cli) -> None:
    line = ["grad", "x*sin(x)*exp(x)", "--method", "reverse-ad", "--no-truth"]
    code, out, err = cli(*line)
    assert code == 0
    assert err.startswith("note[W")
    assert "--at x=" in err
    assert cli(*line, "-q").err == ""
    assert len(cli(*line, "-q").out) < len(out)


@pytest.mark.parametrize(("expression", "kind"), [("abs(x)", "nondifferentiable"), ("ln(x)", "domain_error")])
def test_no_derivative_is_an_answer_and_a_failure(cli, expression: str, kind: str) -> None:
    code, out, err = cli("grad", expression, "--at", "x=0", "--method", "forward-ad", "--json")
    assert code == 3
    assert json.loads(out)["error"]["kind"] == kind
    assert err.startswith("error[E80")


@pytest.mark.parametrize("command", [("ops",), ("ops", "tanh"), ("list",), ("list", "physics")])
def test_the_tables_that_are_there_to_be_read(cli, command: tuple[str, ...]) -> None:
    assert cli(*command).code == 0
    assert json.loads(cli(*command, "--json").out)["command"] == command[0]
    assert cli(command[0], "nonsense").code == 2


# --- Help -------------------------------------------------------------------------------------------------------------


def test_version(cli) -> None:
    from diffcompare import __version__

    assert cli("--version") == cli("-V") == (0, f"diffcompare {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("diffcompare li", "list"),
        ("diffcompare grad @rosen", "@rosenbrock"),
        ("diffcompare grad @ rosen", "@rosenbrock"),  # as bash breaks it
        ("diffcompare grad -x^2 --method five", "five-point"),
        ("diffcompare grad --method forward-ad,five", "forward-ad,five-point"),
        ("diffcompare grad x --format ht", "html"),
        ("diffcompare grad x --color al", "always"),
        ("diffcompare grad x --charset br", "braille"),
        ("diffcompare grad x --bud", "--budget"),
        ("diffcompare list phy", "physics"),
        ("diffcompare ops softp", "softplus"),
        ("diffcompare hessian x --method reverse-ov", "reverse-over-reverse"),
        ("diffcompare hessian x --method symbolic,al", "symbolic,all"),
        ("diffcompare taylor x --method tay", "taylor-mode"),
        ("diffcompare quiz --level 3", "3"),
        ("diffcompare quiz --topic cha", "chain"),
        ("diffcompare demo kin", "kinks"),
        ("diffcompare grad rosen", ""),
        ("diffcompare grad @ rosenbrock ", ""),
    ],
)
def test_the_tab_key(cli, monkeypatch: pytest.MonkeyPatch, words: str, offered: str) -> None:
    monkeypatch.setenv("_DIFFCOMPARE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    assert cli() == (0, f"{offered}\n", "")


def test_where_there_is_no_value_a_library_that_was_asked_is_shown(cli):
    line = ["grad", "ln(x)", "--at", "x=-1", "--method", "reverse-ad", "--no-truth"]
    shown = cli(*line, "--with", "algopy")
    assert shown.code == 3
    assert "algopy" in shown.out
    assert "E802" in shown.err
    assert cli(*line).out == ""
