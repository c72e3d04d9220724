"""A line typed at the prompt means the command line that one would write in a shell, and nothing is misread."""

import shlex
from importlib import import_module

import pytest
import sessions
from rows import every_row

from diffcompare.cli.commands import COMMANDS
from diffcompare.cli.prompt_line import answer, read_typed, split
from diffcompare.diagnostics import DiffcompareError

PASTED = sorted(
    {
        command
        for path in (sessions.ROOT / "README.md", *(sessions.ROOT / "tests" / "golden").glob("*.md"))
        for command, _ in sessions.commands(path)
        if command != sessions.PROMPT
    }
    | {
        line
        for name in COMMANDS
        for line in import_module(f"diffcompare.cli.commands.{name}").EXAMPLES
        if line.startswith("diffcompare ")
    }
)


def words(line, last=None):
    return read_typed(line, last).words


def refusal(line, last=None):
    with pytest.raises(DiffcompareError) as caught:
        read_typed(line, last)
    return caught.value.diagnostic


@every_row("line", PASTED)
def test_what_documents_show_is_read_as_a_shell_reads_it(line):
    expected = shlex.split(line)[1:]
    alone = line.removeprefix("diffcompare ")
    assert words(line) == words(f"$ {line}") == words(alone) == words(f"> {alone}") == expected


@every_row(
    ("line", "expected"),
    [
        ("grad sin(x)", ["grad", "sin(x)"]),
        ("grad sin(x) + 2*x --at x=2", ["grad", "sin(x) + 2*x", "--at", "x=2"]),
        ("  sin(x)^2  ", ["grad", "sin(x)^2"]),
        ("x - 1 --at x = 2, y = 3 -q", ["grad", "x - 1", "--at", "x = 2, y = 3", "-q"]),
        ("-x^2", ["grad", "-x^2"]),
        ("tan x", ["grad", "tan x"]),
        ("if(x > 0, x, -x)", ["grad", "if(x > 0, x, -x)"]),
        ("@rosenbrock --json", ["grad", "@rosenbrock", "--json"]),
        ("jacobian [x*y, x + y]", ["jacobian", "[x*y, x + y]"]),
        ("check x^2 sin(x) --hand x=2x sin(x) + x^2 cos(x) --solution",
         ["check", "x^2 sin(x)", "--hand", "x=2x sin(x) + x^2 cos(x)", "--solution"]),
        ("check x^2 --domain x > 0 --hand=x=2*x + 0 -q", ["check", "x^2", "--domain", "x > 0", "--hand=x=2*x + 0", "-q"]),
        ("check x^2 --hand f'(x) = 2x", ["check", "x^2", "--hand", "f'(x) = 2x"]),
        ("check x^2 --hand 'f(x) = 2x'", ["check", "x^2", "--hand", "f(x) = 2x"]),
        ("check (x^2)' --hand x=1", ["check", "(x^2)'", "--hand", "x=1"]),
        ('check my answers.csv --feedback "my folder" -q', ["check", "my answers.csv", "--feedback", "my folder", "-q"]),
        ("--at x=2 sin(x)", ["grad", "--at", "x=2", "sin(x)"]),
        ("--at x=atan2(1, 2) sin( x )", ["grad", "--at", "x=atan2(1, 2)", "sin( x )"]),
        ("--json sin(x) + 1", ["grad", "--json", "sin(x) + 1"]),
        ("grad x --metod all", ["grad", "x", "--metod", "all"]),
        ("grad --at x=2 --metod=all x^2 + 1", ["grad", "--at", "x=2", "--metod=all", "x^2", "+", "1"]),
        ("check x --hand x=1 --solutoin", ["check", "x", "--hand", "x=1", "--solutoin"]),
        ("x --y", ["grad", "x --y"]),
        ("grad (p -q)*x", ["grad", "(p -q)*x"]),
        ("grad sin(x --at x=2", ["grad", "sin(x", "--at", "x=2"]),
        ("grad x --at", ["grad", "x", "--at"]),
        ("grad -- -x --json", ["grad", "--", "-x", "--json"]),
        ("demo nan kinks --frames", ["demo", "nan", "kinks", "--frames"]),
        ("demo --auto 5 nan kinks", ["demo", "--auto", "5", "nan", "kinks"]),
        ("demo trace --expr x * exp(-x^2) --at x=1", ["demo", "trace", "--expr", "x * exp(-x^2)", "--at", "x=1"]),
        ("help", ["--help"]), ("help grad", ["grad", "--help"]), ("diffcompare", ["--help"]),
        ("> x^2", ["grad", "x^2"]), ("$ diffcompare list", ["list"]), ("$ x^2 $", ["grad", "$ x^2 $"]),
        ("area := x*y", ["grad", "area := x*y"]), (r"\\frac{x ^ 2}{x + 1}", ["grad", r"\\frac{x ^ 2}{x + 1}"]),
        ("log x", ["grad", "log x"]), ("y'' = f'[x]", ["grad", "y'' = f'[x]"]), ("f := x -> x^2", ["grad", "f := x -> x^2"]),
        ("--version", ["--version"]), ("grad -h", ["grad", "-h"]),
        ("exit", None), ("quit", None), ("exit()", None),
    ],
)  # fmt: skip
def test_a_line_without_quotes(line, expected):
    assert words(line) == expected


@every_row(
    "line",
    ["gard sin(x)", "gard", "Hessian x*y", "hlep", "quizz", "gradient x^2", "jac [x, y]", "jacobain [x, y] --json"],
)
def test_a_mistyped_command_is_no_variable(line):
    assert words(line) == [word.text for word in split(line)]


@every_row("line", ["race*x", "gard + 1", "gard - 1", "xs", "tanh(x)", "tan", "theta", "list*2"])
def test_an_expression_that_begins_with_a_name_is_no_command(line):
    assert words(line) == ["grad", line]


def test_a_value_that_could_end_anywhere_is_refused_with_a_line_to_paste():
    found = refusal("hessian --at x=2 sin(x) + 1")
    assert found.help == "write the expression first: `hessian sin(x) + 1 --at x=2`"
    assert words("hessian sin(x) + 1 --at x=2") == ["hessian", "sin(x) + 1", "--at", "x=2"]


@pytest.mark.parametrize(("line", "place"), [('grad "x^2', 5), ("grad x --hand 'x=1", 14)])
def test_a_quote_without_an_end_is_shown(line, place):
    assert refusal(line).span == (place, place + 1)


def test_the_last_expression_is_called_ans():
    assert words("ans*2", "sin(x)^2") == ["grad", "(sin(x)^2)*2"]
    assert words("derive 2ans + ans^2 --at x=1", "x + 1") == ["derive", "2(x + 1) + (x + 1)^2", "--at", "x=1"]
    assert words("check ans --hand x=1", "a = x^2; sin(a)") == ["check", "a = x^2; sin(a)", "--hand", "x=1"]
    assert words("sin ans + 2e^x", "x + 1") == ["grad", "sin((x + 1)) + 2*e^x"]
    assert words("d/dx (ans^2)", "x*y") == ["grad", "d/dx ((x*y)^2)"]
    assert words("jacobian [ans, y*ans]", "x*y") == ["jacobian", "[(x*y), y*(x*y)]"]
    assert words("ans*2", r"\frac{x}{2}") == ["grad", "(x/2)*2"]
    assert words("a = 2; ans*a", "a = x^2; sin(a)") == ["grad", "a = 2; (sin(x^2))*a"]
    assert words("trace ans --at x=1,y=1", "@rosenbrock") == ["trace", "@rosenbrock", "--at", "x=1,y=1"]
    assert words("jacobian ans", "[x*y, x]") == ["jacobian", "[x*y, x]"]
    assert words("demo trace --expr ans", "x^2") == ["demo", "trace", "--expr", "x^2"]
    assert words("answer + hans + ans2", "x^2") == ["grad", "answer + hans + ans2"]
    assert words("ans.toml:f", "x^2") == ["grad", "ans.toml:f"]


def test_a_large_last_expression_keeps_its_shared_parts():
    doubled = "; ".join(["a0 = sin(x)", *[f"a{n + 1} = a{n}*a{n}" for n in range(40)], "a40"])
    (_, text) = words("ans + 1", doubled)
    assert len(text) < 2_000
    assert text.endswith(" + 1")
    name = text.partition(" =")[0]
    assert "names that are used here" in refusal(f"ans*{name}", doubled).message


@every_row(
    ("line", "last", "message"),
    [
        ("ans*2", None, "`ans` is the last expression, and there is none yet"),
        ("ans = x; ans^2", "x^2", "`ans` is the last expression here"),
        ("ans(2)", "x^2", "`ans` is an expression and no function"),
        ("x*ans (2)", "x^2", "`ans` is an expression and no function"),
        (r"\sin(ans)", "x^2", "this notation has no `ans`"),
        ("2*ans", "ans + 1", "the last expression has a variable `ans` of its own"),
        ("2*ans", "[x, y]", "the last expression is a list of outputs"),
        ("2*ans", "model.py:f", "the last expression is a Python function, which has no formula"),
        ("2*ans", "-", "the last expression was read from standard input, which has no formula"),
    ],
)
def test_ans_is_never_a_variable(line, last, message):
    assert refusal(line, last).message == message


def test_the_last_expression_is_the_one_that_was_read_last(capsys):
    codes = iter([0, 2, 2, 3, 0])
    last = None
    for line, expected in [
        ("x^2", "x^2"),
        ("x^3 --at y=1", "x^3"),
        ("x^", "x^3"),
        ("|x| --at x=0", "|x|"),
        ("ops", "|x|"),
    ]:
        _, last = answer(line, last, lambda words: next(codes))
        assert last == expected
    assert answer('"x', last, None) == (2, "|x|")
    assert "never closed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        "(" * 100_000,
        "'" * 99_999,
        "x " * 30_000,
        "ans+" * 20_000,
        "\0\x1b[2J\x07 \ufffd",
        "--at " * 9,
        "x + " * 300_000,
    ],
)
def test_hostile_lines_are_read_at_once(line):
    from time import process_time

    start = process_time()
    for last in (None, "x^2"):
        try:
            read_typed(line, last)
        except DiffcompareError as error:
            assert error.exit_code == 2
    assert process_time() - start < 2


def test_a_file_name_with_blanks_is_one_word_where_there_is_such_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("my class.csv").touch()
    assert words("batch my class.csv -q") == ["batch", "my class.csv", "-q"]
    assert words("batch one.csv two.csv") == ["batch", "one.csv", "two.csv"]
    assert words("check my class.csv -q") == ["check", "my class.csv", "-q"]
