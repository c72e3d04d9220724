"""Which arguments are options and which are expressions.

An expression may begin with `-` (`-x^2`, `--x`, `-oops`), so an argument is an option only if it is *exactly* a
declared flag, or `--flag=value` with a declared flag; everything else stands for itself, wherever it stands.  Telling
the parser to ignore what it does not know is no answer: it would take `-v*x` apart into `-v` and `*x`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from diffcompare.diagnostics import MIN_SLIP_LIKENESS, DiffcompareError, did_you_mean, usage_error

# The words that options choose from.

SHOWN = ("primal", "tangent", "adjoint")

"""What `graph --show` puts beside the nodes."""

MODES = ("forward", "reverse", "both")

"""What `trace --mode` sweeps."""

INPUT_FORMATS = ("txt", "toml", "csv", "jsonl")

"""What `batch --input-format` reads."""

COUNTED = ("right", "wrong")

"""As what `check --where-defined` counts answers that agree where they are defined."""


class Separated(NamedTuple):
    """Arguments told apart: (flag, value) pairs, where a switch has the value None, and the rest in its order."""

    options: list[tuple[str, str | None]]
    positionals: list[str]

    def arranged(self) -> list[str]:
        """The same arguments with all options first and `--` before the rest, which every parser reads alike."""
        flat = [part for flag, value in self.options for part in (flag, value) if part is not None]
        return [*flat, "--", *self.positionals]


def separate(arguments: Sequence[str], takes_value: Mapping[str, bool], *, complete: bool = True) -> Separated:
    """Tell options from the rest; `takes_value` has every declared flag.

    `complete=False` reads a line that is still being typed: what is wrong with it is left out.
    Raises DiffcompareError for a flag that lacks its value, or has one that it does not take.
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
        found = f", and `{value}` is an option" if value else ""
        raise usage_error("E503", f"`{flag}` needs a value{found}", f"write `{flag}=VALUE`")


def check_count(
    positionals: Sequence[str], names: Sequence[str], required: int, flags: Sequence[str], *, many: bool = False
) -> None:
    """Raise DiffcompareError unless there are enough positional arguments (of these names), and not too many.

    `many`: they are files or names, as many as one likes.
    """
    for argument in positionals:
        if many and like_a_flag(argument):
            raise no_such_option(argument, flags)
        if argument.startswith("--") and "=" in argument and like_a_flag(argument):  # that is never an expression
            raise no_such_option(argument, flags)
    if len(positionals) > len(names) and not many:
        raise _one_too_many(positionals, len(names), flags)
    if len(positionals) < required:
        missing = names[len(positionals)]
        raise usage_error("E505", f"missing argument {missing}", "`-h` shows examples")


def _one_too_many(positionals: Sequence[str], allowed: int, flags: Sequence[str]) -> DiffcompareError:
    # `--metod reverse-ad x^2` leaves three arguments: the flag that was mistyped is the one to talk about.
    like_flags = [argument for argument in positionals if like_a_flag(argument)]
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
        return usage_error("E504", message, "one file a run: write the command once for each")
    return usage_error("E504", message, f'put an argument with spaces between quotes: "{" ".join(positionals)}"')


def like_a_flag(argument: str) -> bool:
    """Whether an argument is spelt as an option is, declared or not (`-x` and `--x` are expressions too)."""
    return re.fullmatch(r"--?[A-Za-z][\w-]*(=.*)?", argument, re.DOTALL) is not None


def no_such_option(argument: str, flags: Sequence[str]) -> DiffcompareError:
    """The error for an argument that looks like an option and is none."""
    flag = argument.partition("=")[0]
    near = did_you_mean(flag, flags, MIN_SLIP_LIKENESS)
    if near == flag:
        return usage_error("E504", f"`{flag}` stands after `--`", "write options before it")
    help = f"did you mean `{near}`?" if near else "`-h` shows the options"
    return usage_error("E502", f"no such option `{flag}`", help)


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether JSON is asked for, also by arguments that are wrong otherwise: a failure is then a document as well."""
    found: dict[str, str] = {}
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        flag, equals, value = argument.partition("=")
        if flag in ("--json", "--format", "-o", "--output"):
            found[flag.replace("--output", "-o")] = value if equals else "".join(arguments[place + 1 : place + 2])
    if "--json" in found or "--format" in found:
        return "--json" in found or found["--format"].lower() == "json"
    return found.get("-o", "").lower().endswith(".json")
