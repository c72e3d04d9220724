"""Declarations of options and arguments, what they read, and what tells an option from an expression like `-x^2`.

A command declares them in the annotations of its parameters; `app` makes typer's own records of them.

An expression may begin with `-` (`-x^2`, `--x`, `-oops`), so an argument is an option only if it is *exactly* a
declared flag, or `--flag=value` with a declared flag; every other argument is positional.  The parser's own way to
ignore unknown options does not help: it would split `-v*x` into `-v` and `*x`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import Parameter
from typing import Any, NamedTuple

from diffcompare import safe_io
from diffcompare.diagnostics import MIN_SLIP_LIKENESS, DiffcompareError, did_you_mean, usage_error
from diffcompare.inputs.files import file_and_name, function_file


class Declaration:
    """The flags of an option, and the fields that typer gives an option or an argument: metavar, help, parser ...

    The `parser` takes the text that was typed and raises DiffcompareError; without one the value is that text, a whole
    number from `min` to `max`, or a switch, as the type of the parameter says.
    """

    def __init__(self, *flags: str, **fields: Any) -> None:
        self.flags = flags
        self.fields = fields


class Option(Declaration):
    """An option; `--simplify/--no-simplify` is a switch with a flag for either state."""


class Argument(Declaration):
    """A positional argument, which has no flags."""


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


def no_such_option(argument: str, flags: Sequence[str]) -> DiffcompareError:
    """Return the error for an argument that looks like an option but is not declared."""
    flag = argument.partition("=")[0]
    near = did_you_mean(flag, flags, MIN_SLIP_LIKENESS)
    if near == flag:
        return usage_error("E504", f"`{flag}` comes after `--`", "write options before it")
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
