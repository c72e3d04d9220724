"""The help: usage first, options in groups and in one order, examples last; formats that are listed are written."""

import inspect
import re
from collections import defaultdict
from importlib import import_module

import pytest
from rows import every_row

from diffcompare.cli import command_line
from diffcompare.cli.app import build
from diffcompare.cli.arguments import GROUPS, Option, declared_parameters
from diffcompare.cli.command_line import command_of
from diffcompare.cli.commands import COMMAND_GROUPS, COMMANDS
from diffcompare.cli.help_page import HelpLook, command_help, program_help
from diffcompare.render import FILES, FORMATS, render, render_file

HEADINGS = ["Arguments:", *[f"{group}:" for group in GROUPS], "Examples:"]


def declared(command):
    return declared_parameters(inspect.signature(command_of(command)).parameters)


def group_of(one):
    return GROUPS.index(one.declaration.group)


def options_of(command):
    return [one for one in declared(command) if isinstance(one.declaration, Option)]


@every_row("command", COMMANDS)
def test_a_page_has_the_usage_first_and_three_examples_last(cli, command):
    code, out, err = cli(command, "-h")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith(f"Usage: diffcompare {command} ")
    assert lines[2] == next(group[command] for group in COMMAND_GROUPS.values() if command in group)
    headings = [line for line in lines if re.fullmatch(r"[A-Z]\w+:", line)]
    assert headings == [heading for heading in HEADINGS if heading in headings]
    assert lines[-4] == "Examples:"
    assert all(line.startswith(f"  diffcompare {command}") for line in lines[-3:])
    assert max(map(len, lines)) <= 80
    assert cli("help", command) == cli(command, "x", "y", "z", "--help") == (code, out, err)


@every_row("command", COMMANDS)
def test_the_list_of_commands_has_the_sentence_of_each(command):
    sentence = inspect.cleandoc(import_module(f"diffcompare.cli.commands.{command}").command.__doc__).splitlines()[0]
    assert sentence == next(group[command] for group in COMMAND_GROUPS.values() if command in group)


def test_the_name_alone_shows_what_can_be_done(cli):
    code, out, err = cli()
    assert (code, err) == (0, "")
    assert out.startswith("Usage: diffcompare COMMAND ")
    assert all(f"\n{group}:\n" in out for group in COMMAND_GROUPS)
    assert all(f"\n  {command} " in out for command in COMMANDS)
    flags = {flag for param in build(COMMANDS).params for flag in param.opts}
    assert flags | {"-h", "--help"} == set(re.findall(r"(?<=  )-\w|--[\w-]+(?=  )", out.partition("General:")[2]))
    assert cli("-h") == cli("--help") == cli("help") == (code, out, err)
    assert "no such command `gard`" in cli("help", "gard").err


def test_a_slip_beside_a_flag_of_help_shows_the_help_and_a_value_is_none(cli):
    assert cli("grad", "--metod", "all", "-h").out.startswith("Usage: diffcompare grad")
    assert "`--method` needs a value" in cli("grad", "x", "--method", "-h").err
    assert cli("grad", "--", "-h", "y").code == 2  # two expressions


# --- Two columns ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100])
def test_texts_begin_in_one_column_and_fit_the_page(width):
    for command in COMMANDS:
        parameters = inspect.signature(command_of(command)).parameters
        page = command_help(command, parameters, HelpLook(width)).partition("\nExamples:")[0].splitlines()
        # A word, a call or a flag that is wider than the page stands alone.
        assert not [
            line for line in page if len(line) > width and not re.match(r"( *\S+|  \w+\(.*\)| *(-\w, )?--.*)$", line)
        ]
        if width >= 60:
            rows = [re.match(r"(      |  -\w, )--\S+( \S+)? {2,}(?=\S)", line) for line in page]
            assert len({row.end() for row in rows if row}) == 1


def test_an_indented_paragraph_is_a_list_of_words_and_what_they_mean(cli):
    lines = cli("audit", "-h").out.splitlines()
    first = lines.index("  gradient(f, point)        the partials of f")
    assert lines[first - 1] == ""
    assert lines[first + 1].startswith("  hessian(f, point)         the matrix")
    assert lines[first + 2] == " " * 28 + "judged"


def test_colour_is_asked_for_and_refused(cli, process, monkeypatch):
    plain = cli("derive", "-h").out
    assert "\x1b" not in plain
    painted = cli("derive", "-h", "--color", "always").out
    assert painted.startswith("\x1b[1;32mUsage:\x1b[0m \x1b[1;36mdiffcompare")
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert cli("derive", "-h").out == painted
    assert cli("derive", "-h", "--color=never").out == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert cli("derive", "-h").out == cli("help").out[:0] + plain
    bold = program_help(HelpLook(80, styled=True))  # NO_COLOR on a terminal
    assert "\x1b[1mUsage:" in bold
    assert "\x1b[3" not in bold


# --- One vocabulary ---------------------------------------------------------------------------------------------------


def test_a_flag_has_one_meaning_one_metavar_and_one_text():
    seen = defaultdict(set)
    for command in COMMANDS:
        for one in options_of(command):
            fields = one.declaration.fields
            assert fields["help"], f"{command} {one.name}"
            for flag, _ in one.flags():
                if flag != "--format":
                    seen[flag].add((fields.get("metavar"), fields["help"], one.declaration.group))
    assert {flag: texts for flag, texts in seen.items() if len(texts) > 1} == {}


def test_options_have_one_order_in_all_commands():
    orders = {
        command: [one.declaration.flags[0] for one in sorted(options_of(command), key=group_of)] for command in COMMANDS
    }
    before = {
        (first, later) for order in orders.values() for place, first in enumerate(order) for later in order[place:]
    }
    assert {(one, other) for one, other in before if one < other and (other, one) in before} == set()


# --- Formats ----------------------------------------------------------------------------------------------------------

LINES = {
    "grad": "x^2 --method reverse-ad --no-truth", "trace": "x^2", "graph": "x^2", "derive": "x^2", "plot": "x^2 --at 1",
    "jacobian": "[x,x^2] --method reverse-ad --no-truth", "hessian": "x^2 --method reverse-over-reverse --no-truth",
    "taylor": "x^2 --method taylor-mode --no-truth", "sweep": "x^2 --at 1 --steps 1e-1..1e-2", "check": "x^2 --hand 2x",
    "scan": "x^2 --over x=1:2:3 --no-truth --method reverse-ad", "swell": "x^2 --order 2", "demo": "sweeps",
    "bench": "x^2 --at 1 --method reverse-ad --seconds 0.01", "quiz": "--questions 1", "lesson": "sweeps",
    "ops": "sin", "list": "physics", "audit": "engine.py --cases cases.toml", "batch": "rows.txt --method reverse-ad --jobs 1",
}  # fmt: skip
ENGINE = "def gradient(f, point):\n    return [2 * value for value in point]\n"
CASES = """\
[[case]]
group = "own"
name = "square"
expression = "x^2"
at = {x = 1.0}
right = {x = "2"}
why = "2x"
source = "calculus"
"""
BY_ANOTHER_INPUT = {"grad": ("npz",)}  # that of a function of arrays


def formats_of(command):
    """Return the formats that the help of a command lists, those for files too."""
    text = next(one for one in options_of(command) if one.name == "format").declaration.fields["help"]
    words, _, files = text.partition("; -o takes ")
    return [*words.split(", "), *re.findall(r"FILE\.(\w+)", files)]


@every_row("command", COMMANDS)
def test_formats_that_are_listed_are_written_and_no_others(cli, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    for name, content in (("engine.py", ENGINE), ("cases.toml", CASES), ("rows.txt", "x^2\n")):
        tmp_path.joinpath(name).write_text(content, encoding="utf-8")
    words = [command, *LINES[command].split()]
    listed = formats_of(command)
    for format in set(FORMATS) - set(listed):
        done = cli(*words, "--format", format)
        assert (done.code, done.out) == (2, "")
        assert f"does not write {format}" in done.err
        assert f"takes one of {', '.join(word for word in listed if word in FORMATS)}" in done.err
    for format in set(FILES) - set(listed):
        assert "E512" in cli(*words, "-o", f"out.{format}").err
    for format in listed if command == "batch" else ():
        assert cli(*words, "--format", format).out
    if command == "batch":
        return
    results = []
    monkeypatch.setattr(command_line, "show", lambda result, *_: results.append(result) or 0)
    assert cli(*words).code == 0
    for format in set(listed) - set(BY_ANOTHER_INPUT.get(command, ())):
        if format in FILES:
            assert format == "pdf" or render_file(results[0].document, format)
        else:
            assert render(results[0].document, format).strip() or format == "csv"
