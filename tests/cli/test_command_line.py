"""Lines without mistakes are read as typer reads them, from the same declarations and without it."""

import inspect
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from rows import every_row

from diffcompare.cli.app import build
from diffcompare.cli.command_line import command_of, read_line
from diffcompare.cli.commands import COMMANDS
from diffcompare.diagnostics import DiffcompareError

ROOT = Path(__file__).parents[2]
MORE = [
    "grad x --at x=1 --at y=2 --no-truth -q -o out.json --format=json --step -1e-3 --digits 5",
    "grad --method reverse-ad --method=all -x^2",
    "grad -- --json",
    "grad x --budget 0.5 --truth --no-truth --truth --no-simplify --color NEVER --charset ascii",
    "batch a.txt b.csv --jobs 3 --max-error 1e-9 --input-format CSV",
    "batch a.txt --seed 3",
    "quiz --level 3 --questions 51",
    "quiz --questions 5 --seed 0 --show-solutions",
    "quiz --questions x",
    "quiz --no-solutions",
    "taylor x^2 --order 3",
    "sweep x^2 --steps 1e-1..1e-16 --float32",
    "sweep x^2 --steps ..1",
    "check x^2 --where-defined right --kinds --derivation -",
    "demo all --auto 2 --frames",
    "lesson trace step -o lesson.html",
    "grad", "grad x y", "grad x --at", "grad x --json=1", "grad x --metod all", "grad -h", "grad x --digits 99", "list --x",
]  # fmt: skip


def lines():
    """Return the lines of all examples, and those of the recorded sessions."""
    documents = (ROOT / "README.md", *(ROOT / "tests" / "golden").glob("*.md"))
    text = "\n".join([path.read_text(encoding="utf-8") for path in documents])
    shown = re.findall(r"^\s*(?:\$ )?diffcompare (\w+ [^\n|>#]*)$", text, re.MULTILINE)
    examples = [
        example.removeprefix("diffcompare ")
        for name in COMMANDS
        for example in import_module(f"diffcompare.cli.commands.{name}").EXAMPLES
    ]
    return sorted({line for line in [*examples, *shown, *MORE] if line.split()[0] in COMMANDS and is_whole(line)})


def is_whole(line):
    """Return whether no quote goes on in the next line."""
    try:
        return bool(shlex.split(line))
    except ValueError:
        return False


@every_row("line", lines())
def test_a_line_gives_the_values_that_typer_gives(line, monkeypatch):
    name, *words = shlex.split(line)
    command = command_of(name)
    try:
        read = read_line(words, inspect.signature(command).parameters)
    except DiffcompareError as error:
        read = error.diagnostic
    values = {}

    def record(**given):
        values.update(given)

    record.__signature__ = inspect.signature(command)
    monkeypatch.setattr("diffcompare.cli.app.command_of", lambda name: record)
    group = build([name])
    try:
        with group.make_context("diffcompare", [name, *words]) as context:
            group.invoke(context)
    except DiffcompareError as error:
        assert read in (None, error.diagnostic)
    except Exception:
        assert read is None  # typer has the words
    else:
        assert read == values


def test_a_line_without_mistakes_needs_no_typer():
    code = (
        "import sys; from diffcompare.cli import main; main(['grad', 'x^2', '--at', 'x=1', '--method', 'reverse-ad']);"
        "print([name for name in ('typer', 'click', 'rich', 'sympy') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr == "[]\n"
