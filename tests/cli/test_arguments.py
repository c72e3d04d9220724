"""An expression may begin with `-`; only an exact, declared flag is a flag."""

from __future__ import annotations

import pytest
from rows import every_row

from diffcompare.cli.arguments import check_count, is_like_flag, separate, wants_json
from diffcompare.diagnostics import DiffcompareError

FLAGS = {"--at": True, "--step": True, "-o": True, "--method": True, "--json": False, "-q": False, "-h": False}


def error(call, *arguments, **options) -> str:
    with pytest.raises(DiffcompareError) as caught:
        call(*arguments, **options)
    diagnostic = caught.value.diagnostic
    assert caught.value.exit_code == 2
    assert diagnostic.help
    return f"{diagnostic.code} {diagnostic.message} | {diagnostic.help}"


@every_row(
    "expression",
    [
        "-x^2",
        "-v*x",
        "--x",
        "-1e3*x",
        "-(x)",
        "-oops",
        "-",
        "-q^2",
        "-h*x",
        "-o*q",
        "--json^2",
        "---x",
        "",
        "-x-y",
        "−x",
    ],
)
def test_an_expression_may_begin_with_a_minus_wherever_it_stands(expression: str) -> None:
    for arguments in (
        [expression, "--at", "x=1", "-q"],
        ["--at", "x=1", expression, "-q"],
        ["-q", "--at=x=1", "--", expression],
    ):
        separated = separate(arguments, FLAGS)
        assert separated.positionals == [expression]
        assert dict(separated.options) == {"--at": "x=1", "-q": None}


def test_options_come_first_for_the_parser_and_the_rest_after_two_dashes() -> None:
    separated = separate(["-x", "--at=x=1", "-q", "--step", "-1"], FLAGS)
    assert separated.arranged() == ["--at", "x=1", "-q", "--step", "-1", "--", "-x"]


def test_a_value_may_begin_with_a_minus_too() -> None:
    assert separate(["--at", "-x=1", "--step", "-1"], FLAGS).options == [("--at", "-x=1"), ("--step", "-1")]


def test_after_two_dashes_even_a_flag_is_an_expression() -> None:
    assert separate(["--", "-q", "--", "--json"], FLAGS).positionals == ["-q", "--", "--json"]


def test_an_option_that_lacks_its_value_or_has_one_too_many() -> None:
    assert error(separate, ["x", "--at"], FLAGS) == "E503 `--at` needs a value | write `--at=VALUE`"
    assert error(separate, ["-o", "--json", "x"], FLAGS).startswith(
        "E503 `-o` needs a value, and `--json` is an option"
    )
    assert error(separate, ["--json=yes"], FLAGS) == "E503 `--json` takes no value | write `--json` alone"
    assert separate(["-o=--json"], FLAGS).options == [("-o", "--json")]


def test_a_line_that_is_still_being_typed_is_never_wrong() -> None:
    assert separate(["x", "--method"], FLAGS, complete=False) == ([], ["x"])
    assert separate(["--json=yes"], FLAGS, complete=False).options == [("--json", None)]


@every_row(
    ("positionals", "message"),
    [
        ([], "E505 missing argument EXPR | `-h` shows examples"),
        (["--metod", "symbolic", "x"], "E502 no such option `--metod` | did you mean `--method`?"),
        (["x", "--metod", "symbolic"], "E502 no such option `--metod` | did you mean `--method`?"),
        (["x", "--Method", "symbolic"], "E502 no such option `--Method` | did you mean `--method`?"),
        (["--metod=symbolic"], "E502 no such option `--metod` | did you mean `--method`?"),
        (
            ["--native", "jax", "x"],
            "E502 no such option `--native` | other libraries are asked for gradients: `grad EXPR --with torch,jax`",
        ),
        (["--nonsense", "3", "x"], "E502 no such option `--nonsense` | `-h` shows the options"),
        (["x", "--at", "x=3"], "E504 `--at` comes after `--` | write options before it"),
        (["-x^2", "-v"], "E502 no such option `-v` | `-h` shows the options"),
        (["x", "x=3"], "E504 unexpected argument `x=3` | did you mean `--at x=3`?"),
        (["x", "+", "-y"], 'E504 unexpected argument `+` | put an argument with spaces in quotes: "x + -y"'),
        (["a.csv", "b.csv"], "E504 unexpected argument `b.csv` | this command takes one file; run it once per file"),
        (["-x", "y"], 'E504 unexpected argument `y` | put an argument with spaces in quotes: "-x y"'),
    ],
)
def test_the_wrong_number_of_arguments_speaks_of_what_was_probably_meant(positionals: list[str], message: str) -> None:
    assert error(check_count, positionals, ["EXPR"], 1, list(FLAGS)) == message


def test_an_argument_that_may_be_left_out() -> None:
    check_count([], ["NAME"], 0, list(FLAGS))
    check_count(["sin"], ["NAME"], 0, list(FLAGS))
    assert error(check_count, ["sin", "cos"], ["NAME"], 0, ["-h"]).startswith("E504 unexpected argument `cos`")


def test_what_is_spelt_like_a_flag() -> None:
    assert all(map(is_like_flag, ["-x", "--json", "--a-b=3", "--at=x=1\ny"]))
    assert not any(map(is_like_flag, ["-x^2", "x", "-1", "--", "-", "--x*y", "-(x)"]))


@every_row(
    ("line", "wanted"),
    [
        ("x --json", True),
        ("x --format json", True),
        ("x --format=JSON", True),
        ("x -o a.json", True),
        ("x --output=a.JSON", True),
        ("x -o a.json --format csv", False),
        ("x --format csv", False),
        ("x -o a.csv", False),
        ("-- --json", False),
        ("x --format", False),
        ("x", False),
        ("", False),
    ],
)
def test_json_is_recognised_even_on_a_line_that_is_wrong(line: str, wanted: bool) -> None:
    assert wants_json(line.split()) is wanted


def test_a_former_name_of_an_option_leads_to_the_new_one(cli):
    assert "did you mean `--derivation`?" in cli("check", "x^2", "--steps", "working.txt").err
    assert "did you mean `--steps`?" in cli("sweep", "x^2", "--step", "1e-3").err
