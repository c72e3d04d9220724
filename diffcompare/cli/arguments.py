"""Declarations of options and arguments, what they read, and what tells an option from an expression like `-x^2`.

A command declares them in the annotations of its parameters; `app` makes typer's own records of them.

An expression may begin with `-` (`-x^2`, `--x`, `-oops`), so an argument is an option only if it is *exactly* a
declared flag, or `--flag=value` with a declared flag; every other argument is positional.  The parser's own way to
ignore unknown options does not help: it would split `-v*x` into `-v` and `*x`.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from inspect import Parameter
from typing import Any, NamedTuple, get_args, get_origin

from diffcompare import safe_io
from diffcompare.diagnostics import MIN_SLIP_LIKENESS, DiffcompareError, did_you_mean, usage_error
from diffcompare.inputs.files import file_and_name, function_file

# What an option is about: the help has them in these groups, in this order.
GROUPS = QUESTION, METHODS, OUTPUT, GENERAL = ("Question", "Methods", "Output", "General")


class Declaration:
    """The flags of an option, and the fields that typer gives an option or an argument: metavar, help, parser ...

    The `parser` takes the text that was typed and raises DiffcompareError; without one the value is that text, a whole
    number from `min` to `max`, or a switch, as the type of the parameter says.
    """

    def __init__(self, *flags: str, group: str = QUESTION, **fields: Any) -> None:
        self.flags = flags
        self.group = group
        self.fields = fields


class Option(Declaration):
    """An option; `--simplify/--no-simplify` is a switch with a flag for either state."""


class Argument(Declaration):
    """A positional argument, which has no flags."""


class Declared(NamedTuple):
    """A parameter of a command, as far as reading a line and the help need it."""

    name: str
    declaration: Option | Argument
    types: tuple[Any, ...]  # of its value: the members of a union
    default: Any

    @property
    def title(self) -> str:
        """The name in help and errors."""
        return str(self.declaration.fields.get("metavar") or self.name.upper())

    @property
    def is_required(self) -> bool:
        return self.default is Parameter.empty

    @property
    def is_switch(self) -> bool:
        return bool in self.types

    @property
    def is_repeated(self) -> bool:
        return any(get_origin(type) is list for type in self.types)

    def flags(self) -> list[tuple[str, bool]]:
        """Return the flags, each with what it means for a switch: `--truth/--no-truth` are True and False."""
        flags = []
        for written in self.declaration.flags:
            on, _, off = written.partition("/")
            flags += [(on, True), *([(off, False)] if off else [])]
        return flags

    def value(self, text: str) -> Any:
        """Return the value that a text gives.  Raises DiffcompareError, and ValueError where typer has the words."""
        parse = self.declaration.fields.get("parser")
        if parse is not None:
            return parse(text)
        if int not in self.types:
            return text
        number, fields = int(text), self.declaration.fields
        if not fields.get("min", number) <= number <= fields.get("max", number):
            raise ValueError(text)
        return number


def declared_parameters(parameters: Mapping[str, Parameter]) -> list[Declared]:
    """Return the parameters of a command with what they declare."""
    return [_declared(parameter) for parameter in parameters.values()]


def _declared(parameter: Parameter) -> Declared:
    kind, *marks = get_args(parameter.annotation)
    (declaration,) = [mark for mark in marks if isinstance(mark, Option | Argument)]
    types = (kind,) if get_origin(kind) is list else get_args(kind) or (kind,)
    return Declared(parameter.name, declaration, types, parameter.default)


class Separated(NamedTuple):
    """Separated arguments: (flag, value) pairs, where a switch has the value None, and the positional arguments."""

    options: list[tuple[str, str | None]]
    positionals: list[str]

    def arranged(self) -> list[str]:
        """Return the arguments with all options first and `--` before the rest, which no parser can misread."""
        flat = [part for flag, value in self.options for part in (flag, value) if part is not None]
        return [*flat, "--", *self.positionals]


def separate(arguments: Sequence[str], takes_value: Mapping[str, bool], *, complete: bool = True) -> Separated:
    """Separate options from positional arguments; `takes_value` has every declared flag.

    `complete=False` is for a line that is still being typed, where errors are ignored.  Otherwise raises
    DiffcompareError (E503) for a flag without its value, or with a value that it does not take.
    """
    separated = Separated([], [])
    rest = iter(arguments)
    for argument in rest:
        flag, equals, value = argument.partition("=")
        if argument == "--":
            separated.positionals.extend(rest)
        elif flag not in takes_value:
            separated.positionals.append(argument)
        elif not takes_value[flag]:
            if equals and complete:
                raise usage_error("E503", f"`{flag}` takes no value", f"write `{flag}` alone")
            separated.options.append((flag, None))
        elif equals:
            separated.options.append((flag, value))
        else:
            _take_value(separated, flag, next(rest, None), takes_value, complete)
    return separated


def _take_value(
    separated: Separated, flag: str, value: str | None, takes_value: Mapping[str, bool], complete: bool
) -> None:
    # The next argument is the value whatever it begins with (`--step -1`), unless it is itself a flag.
    if value is not None and value not in takes_value:
        separated.options.append((flag, value))
    elif complete:
        instead = f", and `{value}` is an option" if value else ""
        raise usage_error("E503", f"`{flag}` needs a value{instead}", f"write `{flag}=VALUE`")


def check_count(
    positionals: Sequence[str], names: Sequence[str], required: int, flags: Sequence[str], *, many: bool = False
) -> None:
    """Raise DiffcompareError unless there are enough positional arguments (with these names), and not too many.

    With `many` any number is allowed: they are files or names, so that one like `--foo` must be a mistyped flag.
    """
    for argument in positionals:
        if many and is_like_flag(argument):
            raise no_such_option(argument, flags)
        if argument.startswith("--") and "=" in argument and is_like_flag(argument):  # never an expression
            raise no_such_option(argument, flags)
    if len(positionals) > len(names) and not many:
        raise _too_many(positionals, len(names), flags)
    if len(positionals) < required:
        missing = names[len(positionals)]
        raise usage_error("E505", f"missing argument {missing}", "`-h` shows examples")


def _too_many(positionals: Sequence[str], allowed: int, flags: Sequence[str]) -> DiffcompareError:
    # `--metod reverse-ad x^2` leaves three positional arguments: the mistyped flag is the one to report.
    like_flags = [argument for argument in positionals if is_like_flag(argument)]
    surplus = positionals[allowed]
    for argument in like_flags:
        if did_you_mean(argument.partition("=")[0], flags, MIN_SLIP_LIKENESS):
            return no_such_option(argument, flags)
    if surplus in like_flags or (like_flags and like_flags[0].startswith("--")):
        return no_such_option(surplus if surplus in like_flags else like_flags[0], flags)
    message = f"unexpected argument `{surplus}`"
    if re.fullmatch(r"\s*[^\W\d]\w*\s*=[^=].*", surplus) and "--at" in flags:
        return usage_error("E504", message, f"did you mean `--at {surplus}`?")
    if allowed == 0:
        return usage_error("E504", message, "`-h` shows examples")
    if all(re.fullmatch(r"\S+\.[a-z]+", positional) for positional in positionals):
        return usage_error("E504", message, "this command takes one file; run it once per file")
    return usage_error("E504", message, f'put an argument with spaces in quotes: "{" ".join(positionals)}"')


def is_like_flag(argument: str) -> bool:
    """Tell whether an argument is spelt like an option, declared or not (`-x` and `--x` may be expressions too)."""
    return re.fullmatch(r"--?[A-Za-z][\w-]*(=.*)?", argument, re.DOTALL) is not None


ASK_LIBRARIES = ("--with", "--native")
FORMER = {"--steps": "--derivation"}  # names that options had


def no_such_option(argument: str, flags: Sequence[str]) -> DiffcompareError:
    """Return the error for an argument that looks like an option but is not declared."""
    flag = argument.partition("=")[0]
    near = did_you_mean(flag, flags, MIN_SLIP_LIKENESS)
    if near == flag:
        return usage_error("E504", f"`{flag}` comes after `--`", "write options before it")
    near = FORMER[flag] if FORMER.get(flag) in flags else near
    help = f"did you mean `{near}`?" if near else "`-h` shows the options"
    if flag in ASK_LIBRARIES:
        help = "other libraries are asked for gradients: `grad EXPR --with torch,jax`"
    return usage_error("E502", f"no such option `{flag}`", help)


def wants_json(arguments: Sequence[str]) -> bool:
    """Tell whether JSON is requested, even if other arguments are wrong: errors are then written as JSON as well."""
    formats: dict[str, str] = {}
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        flag, equals, value = argument.partition("=")
        if flag in ("--json", "--format", "-o", "--output"):
            formats[flag.replace("--output", "-o")] = value if equals else "".join(arguments[place + 1 : place + 2])
    if "--json" in formats or "--format" in formats:
        return "--json" in formats or formats["--format"].lower() == "json"
    return formats.get("-o", "").lower().endswith(".json")


# --- Files that are read: no output replaces them ---------------------------------------------------------------------


class Reads(NamedTuple):
    """The mark of an option that names input; `file` returns the file that a value names, or None."""

    file: Callable[[str], str | None]


def _file_of_expression(argument: str) -> str | None:
    named = function_file(argument)
    if named is not None:
        return named[0]
    path, _ = file_and_name(argument)
    return path or (argument if argument == safe_io.STREAM or os.path.splitext(argument)[1] else None)


READS_FILE = Reads(str)
READS_EXPRESSION = Reads(_file_of_expression)


def files_read(parameters: Mapping[str, Parameter], values: Mapping[str, object], output: str) -> Iterator[str]:
    """Yield the files that a command reads, `-` for standard input: those that the values of marked options name.

    The files of the catalogue, which all commands with expressions read, are among them if `output` may be one of them.
    """
    for name, parameter in parameters.items():
        marks = [mark for mark in getattr(parameter.annotation, "__metadata__", ()) if isinstance(mark, Reads)]
        value = values[name]
        for mark in marks:
            for text in value if isinstance(value, list | tuple) else [value]:
                path = mark.file(text) if isinstance(text, str) else None
                if path is not None:
                    yield path
    if output.lower().endswith(".toml"):
        from diffcompare.inputs.catalogue import directory

        yield from (os.path.join(directory(), name) for name in os.listdir(directory()))


# --- Kinds of options, each with its parser and its completion --------------------------------------------------------


def one_of(flag: str, words: Sequence[str], noun: str = "") -> Callable[[str], str]:
    """Make a parser for an option that takes one of a few words."""

    def parse(text: str) -> str:
        if text.lower() in words:
            return text.lower()
        raise unknown_word(flag, text, words, noun)

    return parse


def unknown_word(flag: str, text: str, words: Sequence[str], noun: str = "") -> DiffcompareError:
    """Return the error for a word that the option does not take; `noun` says what it would be (default: the flag)."""
    near = did_you_mean(text, words, MIN_SLIP_LIKENESS)
    help = f"did you mean `{flag} {near}`?" if near else f"`{flag}` takes one of {', '.join(words)}"
    return usage_error("E506", f"unknown {noun or flag.removeprefix('--')} `{text}`", help)


def word_option(
    flag: str, metavar: str, words: Sequence[str], help: str = "", noun: str = "", *, group: str = QUESTION
) -> Any:
    """Declare an option that takes one of a few words, which Tab completes."""

    def complete(incomplete: str) -> list[str]:
        return beginning(incomplete, words)

    parser = one_of(flag, words, noun)
    return Option(
        flag, metavar=metavar, help=help or "|".join(words), parser=parser, autocompletion=complete, group=group
    )


def positive(flag: str, example: str) -> Callable[[str], float]:
    """Make a parser for an option that takes a finite number above 0."""

    def parse(text: str) -> float:
        try:
            value = float(text) if str(text).isascii() and "_" not in str(text) else math.nan
        except ValueError:
            value = math.nan
        if 0 < value < math.inf:
            return value
        raise usage_error("E507", f"`{flag}` takes a number above 0, not `{text}`", f"for example `{flag} {example}`")

    return parse


def whole_number(flag: str, most: int, example: str) -> Callable[[str], int]:
    """Make a parser for an option that takes a whole number from 1 to `most`."""

    def parse(text: str) -> int:
        if text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= most:
            return int(text)
        message = f"`{flag}` takes a number from 1 to {most}, not `{text}`"
        raise usage_error("E507", message, f"for example `{flag} {example}`")

    return parse


def beginning(start: str, words: Iterable[str]) -> list[str]:
    """Return the words that begin with what has been typed."""
    return [word for word in words if word.startswith(start)]


def words_at(place: str) -> Callable[[str], list[str]]:
    """Make a completion with the words at `module:name`, or those that a function there returns.

    The module is imported when Tab is pressed.
    """

    def complete(incomplete: str) -> list[str]:
        module, _, name = place.partition(":")
        words = getattr(import_module(f"diffcompare.{module}"), name)
        return beginning(incomplete, map(str, words() if callable(words) else words))

    return complete


def methods_at(place: str) -> Callable[[str], list[str]]:
    """Make a completion with the methods at `module:name`, their groups and `all`, which goes on after a comma."""

    def complete(incomplete: str) -> list[str]:
        before, comma, word = incomplete.rpartition(",")
        groups = words_at("backends:GROUPS")(word)
        return [f"{before}{comma}{name}" for name in [*words_at(place)(word), *groups, *beginning(word, ["all"])]]

    return complete
