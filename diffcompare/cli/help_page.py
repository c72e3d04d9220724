"""The help of the program and of its commands, from the declarations of their options, without typer.

A page has the usage first, then a sentence, the arguments, the options by their groups, and examples last.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from inspect import Parameter
from typing import NamedTuple

from diffcompare.cli.arguments import GENERAL, GROUPS, Argument, Option, declared_parameters
from diffcompare.cli.commands import COMMAND_GROUPS
from diffcompare.cli.output import MIN_WIDTH, choose_colour, choose_styled, terminal_size

MAX_WIDTH = 100  # of a page: longer lines are hard to read
MAX_LEFT = 30  # columns of a flag with its metavar; the text of a longer one begins in the next line
MIN_TWO_COLUMNS = 56  # a narrower page has the text of every option below it

SUMMARY = "Compare ways to differentiate: by hand, numerically, symbolically, automatically."
PROMPT = "Without a command, diffcompare opens a prompt. `diffcompare help COMMAND` shows the options of a command."
MORE = """\
At the prompt:
A line is a command without quotes, or an expression, which is a question for `grad`; `ans` is the last
expression. A value with blanks stands behind the expression: `hessian sin(x) + 1 --at x=2`. Tab completes (on Windows
with `pip install "diffcompare[prompt]"`), Ctrl-C ends a long answer with what was computed, Ctrl-D leaves; the history
is kept. Lines from a pipe are answered alike.

Formats:
A terminal gets coloured tables, a pipe plain text with all digits; `--format`, or the suffix of `-o FILE`, chooses
another format. FILE.png and FILE.pdf need `pip install "diffcompare[pictures]"`. An SVG is light or dark as the browser
asks. In CSV an apostrophe stands before what a spreadsheet would take for a formula.

Exit codes:
0 for an answer, 1 where a derivative is wrong (check, audit) or a row failed (batch), 2 for wrong
input, 3 where f is undefined or has no derivative, 74 where the output cannot be written, 130 after Ctrl-C, and 70 for
an internal error.
"""
EXAMPLES = (
    'diffcompare grad "ln(x1) + x1*x2 - sin(x2)" --at x1=2,x2=5',
    "diffcompare grad @rosenbrock --method all --json",
    "diffcompare ops sin",
)
HELP_OPTION = Option("--help", "-h", help="Show this message and exit.", group=GENERAL)
VERSION_OPTION = Option("--version", "-V", help="Show the version and exit.", group=GENERAL)
PROGRAM_OPTIONS = (
    VERSION_OPTION,
    Option("--install-completion", help="Install completion for the current shell.", group=GENERAL),
    Option(
        "--show-completion",
        help="Show completion for the current shell, to copy it or customize the installation.",
        group=GENERAL,
    ),
    HELP_OPTION,
)

_HEADING, _LITERAL, _METAVAR = "1;32", "1;36", "36"  # escape sequences: what is typed as it stands is bold


class HelpLook(NamedTuple):
    """The look of a page of help: its width, and whether it may have colour, or at least bold letters."""

    width: int
    colour: bool = False
    styled: bool = False

    def paint(self, text: str, codes: str) -> str:
        """Return text in a style, as far as the terminal has it."""
        codes = codes if self.colour else codes[:1] if self.styled and codes.startswith("1") else ""
        return f"\x1b[{codes}m{text}\x1b[0m" if codes else text


class HelpEntry(NamedTuple):
    """A line of a list: what is typed, as texts with their styles, and what it means."""

    left: tuple[tuple[str, str], ...]
    text: str


def look_of(color: str) -> HelpLook:
    """Return what standard output can show, with the choice of `--color`."""
    return HelpLook(
        max(min(terminal_size()[0], MAX_WIDTH), MIN_WIDTH),
        choose_colour(color, sys.stdout, os.environ),
        choose_styled(color, sys.stdout, os.environ),
    )


def program_help(look: HelpLook) -> str:
    """Return the help of the program: its commands by their groups."""
    sections = {
        group: [HelpEntry(((name, _LITERAL),), sentence) for name, sentence in commands.items()]
        for group, commands in COMMAND_GROUPS.items()
    }
    options = {GENERAL: [_entry(option, is_switch=True, default=None) for option in PROGRAM_OPTIONS]}
    usage = [("COMMAND", _METAVAR), ("[OPTIONS]", _METAVAR)]
    lines = [*_head(look, usage, SUMMARY), *_wrapped(look, PROMPT), ""]
    lines += [*_sections(look, sections), *_sections(look, options), *_paragraphs(look, MORE.split("\n\n"))]
    return _joined([*lines, *_examples(look, EXAMPLES)])


def command_help(name: str, parameters: Mapping[str, Parameter], look: HelpLook) -> str:
    """Return the help of the command with these parameters."""
    module = import_module(f"{__package__}.commands.{name}")
    declared = declared_parameters(parameters)
    arguments = [one for one in declared if isinstance(one.declaration, Argument)]
    usage = [(one.title if one.is_required else f"[{one.title}]", _METAVAR) for one in arguments]
    sentence, *more = inspect.cleandoc(module.command.__doc__ or "").split("\n\n")
    sections = {
        "Arguments": [HelpEntry(((one.title, _METAVAR),), _text(one.declaration, one.default)) for one in arguments]
    }
    for group in GROUPS:
        options = [(one.declaration, one) for one in declared if one.declaration.group == group]
        sections[group] = [
            _entry(option, one.is_switch, one.default) for option, one in options if isinstance(option, Option)
        ]
    sections[GENERAL].append(_entry(HELP_OPTION, is_switch=True, default=None))
    lines = _head(look, [(name, _LITERAL), *usage, ("[OPTIONS]", _METAVAR)], sentence)
    lines += _sections(look, sections)
    return _joined([*lines, *_paragraphs(look, more), *_examples(look, module.EXAMPLES)])


def _paragraphs(look: HelpLook, texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in (*_paragraph(look, text), "")]


def _paragraph(look: HelpLook, text: str) -> list[str]:
    """Return the lines of a paragraph, with its heading where its first line ends with a colon.

    One whose lines are indented is a list of words and what each of them means.
    """
    heading, _, below = text.partition("\n")
    if below and heading.endswith(":"):
        head = [look.paint(line, _HEADING) for line in _wrapped(look, heading)]
        return [*head, *_wrapped(look, " ".join(below.split()), 2)]
    if not text.startswith(" "):
        return _wrapped(look, " ".join(text.split()))
    rows = [re.split(r" {2,}", line.strip(), maxsplit=1) for line in text.splitlines()]
    return _entries(look, [HelpEntry(((word, _LITERAL),), meaning) for word, meaning in rows])


def _joined(lines: Iterable[str]) -> str:
    return "".join([f"{line}\n" for line in lines])


def _head(look: HelpLook, usage: Sequence[tuple[str, str]], sentence: str) -> list[str]:
    lines = [""]
    used = 0
    for text, style in [("Usage:", _HEADING), ("diffcompare", _LITERAL), *usage]:
        if used and used + len(text) > look.width:
            lines, used = [*lines, "      "], 7
        lines[-1] += " " * (lines[-1] != "") + look.paint(text, style)
        used += len(text) + 1
    return [*lines, "", *_wrapped(look, sentence), ""]


def _examples(look: HelpLook, examples: Iterable[str]) -> list[str]:
    return [look.paint("Examples:", _HEADING), *[f"  {line}" for line in examples]]


def _wrapped(look: HelpLook, text: str, indent: int = 0) -> list[str]:
    """Return the lines of a text; what stands between backquotes, and fits in a line, is typed and stays whole."""
    blank = " " * indent
    room = look.width - indent - 4  # brackets, a comma
    tied = re.sub(r"`[^`]*`", lambda code: code[0].replace(" ", "\0") if len(code[0]) <= room else code[0], text)
    lines = textwrap.wrap(
        tied, look.width, initial_indent=blank, subsequent_indent=blank, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace("\0", " ") for line in lines]


# --- Two columns ------------------------------------------------------------------------------------------------------


def _sections(look: HelpLook, sections: Mapping[str, Sequence[HelpEntry]]) -> list[str]:
    """Return lists with headings, whose texts all begin in the same column."""
    column = _column_of_texts([entry for entries in sections.values() for entry in entries])
    lines = []
    for heading, entries in sections.items():
        if entries:
            lines += [look.paint(f"{heading}:", _HEADING)]
            lines += [line for entry in entries for line in _entry_lines(look, entry, column)]
            lines.append("")
    return lines


def _entries(look: HelpLook, entries: Sequence[HelpEntry]) -> list[str]:
    """Return a list without a heading."""
    column = _column_of_texts(entries)
    return [line for entry in entries for line in _entry_lines(look, entry, column)]


def _column_of_texts(entries: Sequence[HelpEntry]) -> int:
    return 2 + max([_width(entry) for entry in entries if _width(entry) <= MAX_LEFT], default=0) + 2


def _width(entry: HelpEntry) -> int:
    return sum(len(text) for text, _ in entry.left)


def _entry_lines(look: HelpLook, entry: HelpEntry, column: int) -> list[str]:
    left = "  " + "".join([look.paint(text, style) if style else text for text, style in entry.left])
    if look.width < MIN_TWO_COLUMNS:
        is_option = entry.left[0][0].isspace() or any(text.startswith("-") for text, _ in entry.left)
        return [left, *_wrapped(look, entry.text, 8 if is_option else 6)]
    first, *more = _wrapped(look, entry.text, column) or [""]
    if 2 + _width(entry) + 2 > column:
        return [left, first, *more]
    gap = column - 2 - _width(entry)
    return [f"{left}{' ' * gap}{first[column:]}".rstrip(), *more]


def _entry(option: Option, is_switch: bool, default: object) -> HelpEntry:
    """Return an option: the short flag in a column of its own, then the long one with its metavar."""
    longs = [flag for flag in option.flags if flag.startswith("--")]
    shorts = [flag for flag in option.flags if not flag.startswith("--")]
    left = [(", ".join(shorts), _LITERAL), (", ", "")] if shorts else [("    ", "")]
    on, _, off = longs[0].partition("/")
    if off == f"--no-{on[2:]}":
        on, off = f"--[no-]{on[2:]}", ""
    left.append((", ".join(filter(None, (on, off))), _LITERAL))
    if not is_switch:
        left += [(" ", ""), (str(option.fields.get("metavar") or "VALUE"), _METAVAR)]
    return HelpEntry(tuple(left), _text(option, default))


def _text(declaration: Option | Argument, default: object) -> str:
    """Return the help of an option or an argument, with its default where there is one and the help has none."""
    text = str(declaration.fields.get("help", ""))
    if "[default:" in text or default is None or default is False or default is Parameter.empty:
        return text
    shown = f"{default:g}" if isinstance(default, float) else "yes" if default is True else default
    return f"{text} [default: {shown}]"
