"""A line typed at the prompt, read as the words of a command line: without the quotes that a shell needs, or with them.

    grad sin(x) + 1 --at x=2     is   grad "sin(x) + 1" --at x=2
    sin(x)^2                     is   grad "sin(x)^2"

The line is cut at its options.  What stands before the first one is the expression, blanks and all; then the value of
an option that takes text goes on to the next option.  Where an option comes first, its value is one word, as in a
shell.  A word ends at a blank outside quotes and brackets; a quote after a letter or a bracket is a prime, as in f'.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from diffcompare import processes, safe_io
from diffcompare.cli.arguments import Argument, Declared, declared_parameters
from diffcompare.cli.command_line import HELP, NAME, command_of, takes_values
from diffcompare.cli.commands import COMMANDS
from diffcompare.cli.output import one_session, report
from diffcompare.diagnostics import MIN_SLIP_LIKENESS, Diagnostic, DiffcompareError, did_you_mean, usage_error
from diffcompare.inputs.files import file_and_name, function_file, is_unreadable
from diffcompare.inputs.resolve import resolve
from diffcompare.language.operations import FUNCTIONS
from diffcompare.language.parser import read
from diffcompare.language.printer import to_text
from diffcompare.language.tokenizer import MAX_CHARACTERS, locate
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.safe_io import STREAM

ANS = "ans"
HELP_WORD = "help"
LEAVE = ("exit", "quit")
DEFAULT_COMMAND = "grad"
WITHOUT_COMMAND = (*HELP, "--version", "-V", "--install-completion", "--show-completion")
WRONG_INPUT = 2  # an exit code
MIN_SLIP_LETTERS = 3  # of a word to be taken for a slip of a command
_PIECES = re.compile(
    r"""(?P<blank>\s+)|(?P<quoted>"[^"]*"?|(?<![\w)\]}'])'[^']*'?)|(?P<open>[(\[{]+)|(?P<close>[)\]}]+)"""
    r"""|(?P<other>[^\s"'()\[\]{}]+|'+)"""
)  # a quote after a letter or a bracket is a prime
_OPERATORS = tuple("+*/^=<>,;:|·×÷")  # what a word may begin with that goes on after a variable


NOTES = """\

At the prompt, write commands without quotes: grad sin(x) + 1 --at x=2
  sin(x)^2 --at x=1   an expression alone is a question for grad
  ans                 the last expression: ans*2, derive ans
  help grad           the help of a command
  exit                or Ctrl-D; Ctrl-C ends an answer
"""


class PromptLine(NamedTuple):
    """The words of the command line that a line stands for, and the expression that it asks about, if any.

    The line that leaves the prompt has no words.
    """

    words: list[str] | None
    expression: str | None = None


class Word(NamedTuple):
    """A word of a line without its quotes, and its place in the line."""

    text: str
    start: int
    end: int
    is_quoted: bool


def answer(line: str, last: str | None, run: Callable[[Sequence[str]], int]) -> tuple[int | None, str | None]:
    """Answer a line by `run`, and return the exit code, None for the line that leaves, and the last expression now."""
    try:
        typed = read_typed(line, last)
    except Exception as error:
        return report(error, line.split()), last
    if typed.words is None:
        return None, last
    try:
        with one_session(begins=last is None):
            code = run(typed.words)
    finally:
        processes.end_passing_workers()
    if typed.words == [HELP[-1]]:  # the last lines are those that are seen
        safe_io.write(NOTES)
    if typed.expression is None:
        return code, last
    is_answered = code != WRONG_INPUT or (len(typed.words) > 2 and _is_read(typed.expression))
    return code, typed.expression if is_answered else last


def read_typed(line: str, last: str | None) -> PromptLine:
    """Return the words that a line stands for; `last` is the argument of the last expression, for which `ans` stands.

    Raises DiffcompareError for a quote that does not end, an `ans` that stands for nothing, and an option's value that
    cannot be told from the expression.
    """
    if len(line) > MAX_CHARACTERS:  # the parser refuses it at once
        return PromptLine([DEFAULT_COMMAND, line])
    words = split(line)
    texts = [word.text for word in words[:2]]
    shown = texts[:1] == [">"] or texts == ["$", NAME]  # pasted from a document
    del words[: shown + (texts[shown : shown + 1] == [NAME])]
    if not words:
        return PromptLine([HELP[-1]])
    first, *others = [word.text for word in words]
    if first.removesuffix("()") in LEAVE and not others:
        return PromptLine(None)
    if first == HELP_WORD:
        return PromptLine([*others, HELP[-1]])
    if first in COMMANDS:
        return _arranged(line, first, words[1:], last)
    if first in WITHOUT_COMMAND or _is_slip(first, others):
        return PromptLine([first, *others])
    return _arranged(line, DEFAULT_COMMAND, words, last)


def _is_slip(first: str, others: Sequence[str]) -> bool:
    """Tell whether a word is a mistyped command, and no variable that an expression begins with."""
    if first == ANS or first in FUNCTIONS or not first.isidentifier() or len(first) < MIN_SLIP_LETTERS:
        return False
    if others and (others[0].startswith(_OPERATORS) or others[0] == "-"):
        return False
    return did_you_mean(first, (*COMMANDS, HELP_WORD, *LEAVE), MIN_SLIP_LIKENESS) is not None


# --- Words ------------------------------------------------------------------------------------------------------------


def split(line: str) -> list[Word]:
    """Cut a line into words.  Raises DiffcompareError for a quote that does not end."""
    return _split(line, brackets=True)


def _split(line: str, *, brackets: bool) -> list[Word]:
    words: list[Word] = []
    letters: list[str] = []
    start: int | None = None  # of the word
    is_quoted, depth = False, 0
    for piece in _PIECES.finditer(line):
        kind, text, place = piece.lastgroup, piece.group(), piece.start()
        if kind == "blank" and not depth:
            if start is not None:
                words.append(Word("".join(letters), start, place, is_quoted))
            letters, start, is_quoted = [], None, False
            continue
        if start is None:
            start = place
        if kind == "quoted":
            if len(text) == 1 or text[-1] != text[0]:
                help = "add the closing quote, or remove this one"
                raise _at_fault(line, (place, place + 1), "the quote is never closed", help)
            is_quoted, text = True, text[1:-1]
        elif brackets and kind in ("open", "close"):
            depth = max(0, depth + (len(text) if kind == "open" else -len(text)))
        letters.append(text)
    if depth:  # a bracket is missing: the parser says which, so that options stay apart from the expression
        return _split(line, brackets=False)
    if start is not None:
        words.append(Word("".join(letters), start, len(line), is_quoted))
    return words


def _at_fault(text: str, span: tuple[int, int], message: str, help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E509", "bad_value", message, span, help, text, source="line"))


# --- The words of a command -------------------------------------------------------------------------------------------


def _arranged(line: str, name: str, words: Sequence[Word], last: str | None) -> PromptLine:
    """Return the words of a command line, the expression and the texts of options in one word each."""
    declared = declared_parameters(inspect.signature(command_of(name)).parameters)
    options = {flag: one for one in declared for flag, _ in one.flags()}
    takes_value = takes_values(declared)
    positional = [one for one in declared if isinstance(one.declaration, Argument)]
    is_joined = len(positional) == 1 and not positional[0].is_repeated  # several words are one argument
    arranged, expression, is_given = [name], None, False
    for flag, run in _runs(words, takes_value):
        rest = run
        if flag is not None:
            written, equals, _ = flag.text.partition("=")
            arranged.append(flag.text)
            if takes_value.get(written):
                is_text = is_given and _takes_text(options[written])
                value, rest = ([*run], []) if is_text else ([], run) if equals else (run[:1], run[1:])
                if rest[1:] and is_joined and not is_given and len(_texts(line, run)) == 1:
                    raise _undecided(line, name, flag, rest)
                if equals and value:
                    values = _texts(line, value)
                    arranged[-1:] = [line[flag.start : value[-1].end]] if len(values) == 1 else [flag.text, *values]
                else:
                    values = _texts(line, value)
                    if _is_expression(options[written]) and len(values) == 1:
                        values = [expression := _with_last(values[0], last)]
                    arranged += values
        if rest:
            is_path = len(rest) > 1 and os.path.exists(line[rest[0].start : rest[-1].end])  # a name with blanks
            given = _texts(line, rest) if is_joined or is_path else [word.text for word in rest]
            if is_joined and _is_expression(positional[0]) and len(given) == 1 and not is_given:
                given = [expression := _with_last(given[0], last)]
            arranged += given
            is_given = True
    return PromptLine(arranged, expression)


def _runs(words: Sequence[Word], takes_value: Mapping[str, bool]) -> Iterator[tuple[Word | None, list[Word]]]:
    """Yield the words before the first option, then every option with the words behind it; behind `--` is no option."""
    flag: Word | None = None
    run: list[Word] = []
    for word in words:
        is_flag = word.text == "--" or word.text.partition("=")[0] in takes_value
        if not is_flag or (flag is not None and flag.text == "--"):
            run.append(word)
            continue
        yield flag, run
        flag, run = word, []
    yield flag, run


def _texts(line: str, run: Sequence[Word]) -> list[str]:
    """Return words as the one text that they are in the line, or each of them as a shell has them.

    They stay apart where one is in quotes or looks like an option that does not exist.
    """
    if not run or any(word.is_quoted or _is_mistyped_flag(word.text) for word in run):
        return [word.text for word in run]
    return [line[run[0].start : run[-1].end]]


def _is_mistyped_flag(word: str) -> bool:
    """Tell whether a word is an option that does not exist, and not part of an expression such as `x - --y`."""
    return word.startswith("--") and re.fullmatch(r"--[A-Za-z][\w-]+(=.*)?", word, re.DOTALL) is not None


def _takes_text(option: Declared) -> bool:
    """Tell whether an option takes any text, which may have blanks, and no number or word of a list."""
    return "parser" not in option.declaration.fields and int not in option.types


def _is_expression(declared: Declared) -> bool:
    return declared.declaration.fields.get("metavar") == "EXPR"


def _undecided(line: str, name: str, flag: Word, rest: Sequence[Word]) -> DiffcompareError:
    """Return the error for an option before an expression that has blanks: nobody can see where its value ends."""
    option, text = line[flag.start : rest[0].start].rstrip(), line[rest[0].start : rest[-1].end]
    return usage_error(
        "E504",
        f"what `{option}` is given could end anywhere in `{option} {text}`",
        f"write the expression first: `{name} {text} {option}`",
    )


# --- The last expression ----------------------------------------------------------------------------------------------


def _with_last(text: str, last: str | None) -> str:
    """Return an argument with the last expression in place of `ans`."""
    if ANS not in text or text.startswith("@") or _names_file(text):
        return text
    tokens, starts, ends = locate(text, len(text))
    places = [number for number, token in enumerate(tokens) if token.rstrip("( \t") == ANS]
    if not places:
        return text
    first = places[0]
    span = starts[first], ends[first]
    if last is None:
        help = "type one first; a variable needs another name"
        raise _at_fault(text, span, "`ans` is the last expression, and there is none yet", help)
    for number in places:
        if tokens[number].endswith("("):
            help = "a product is `ans*(...)`, a value `grad ans --at x=2`"
            raise _at_fault(text, (starts[number], ends[number]), "`ans` is an expression and no function", help)
        if tokens[number + 1 : number + 2] == ["="]:
            help = "give it another name"
            raise _at_fault(text, (starts[number], ends[number]), "`ans` is the last expression here", help)
    if text.strip() == ANS and last != STREAM:
        return last
    definitions, formula = _formula(last, text, span)
    parsed = read(text, several=True, question=True)  # with a name where the last expression will stand
    if ANS not in variables(wengert_list(*parsed.outputs)):
        raise _at_fault(text, span, "this notation has no `ans`", "write the whole expression, or ours: `ans*2`")
    tokens, starts, ends = locate(parsed.text, len(parsed.text))
    if {name.partition("=")[0].strip() for name in definitions.split(";")} & set(tokens):
        raise _at_fault(text, span, "the last expression is large, and its parts have names that are used here", "")
    pieces, end = [], 0
    for number, token in enumerate(tokens):
        if token == ANS:
            pieces += [parsed.text[end : starts[number]], f"({formula})"]
            end = ends[number]
    substituted = definitions + "".join(pieces) + parsed.text[end:]
    return substituted if parsed.wrt is None else f"d/d{parsed.wrt} ({substituted})"


def _is_read(argument: str) -> bool:
    """Tell whether an expression can be read, so that only something else of its command was wrong."""
    if argument == STREAM or function_file(argument) is not None:
        return False
    try:
        resolve(argument, look_up=False, several=True)
    except DiffcompareError:
        return False
    return True


def _names_file(text: str) -> bool:
    return function_file(text) is not None or is_unreadable(text) or file_and_name(text)[0] is not None


def _formula(last: str, text: str, span: tuple[int, int]) -> tuple[str, str]:
    """Return the last expression as the definitions of its shared parts, if it is large, and a formula."""
    if last == STREAM or function_file(last) is not None:
        what = "was read from standard input" if last == STREAM else "is a Python function"
        raise _at_fault(text, span, f"the last expression {what}, which has no formula", "ask about it as before")
    parsed = resolve(last, look_up=False, several=True).parsed
    if parsed.listed:
        raise _at_fault(text, span, "the last expression is a list of outputs", "`ans` alone stands for a list")
    if ANS in variables(wengert_list(parsed.expression)):
        raise _at_fault(text, span, "the last expression has a variable `ans` of its own", "write it out")
    definitions, end, formula = to_text(parsed.expression).rpartition("; ")
    return definitions + end, formula
