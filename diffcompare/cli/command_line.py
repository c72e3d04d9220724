"""Command lines: what a command declares, how it runs, and how a line without mistakes is read.

An option is declared once, as an `Option` in the annotation of a parameter.  A line that is complete and has no mistake
in its options is read here, in a tenth of the time that typer takes to be imported; help, the Tab key and every mistake
are typer's, in `app`, from the same declarations.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from importlib import import_module
from inspect import Parameter
from typing import Annotated, Any, NamedTuple, TypeAlias, get_args, get_origin

from diffcompare import safe_io
from diffcompare.cli import arguments, options
from diffcompare.cli.arguments import Argument, Option, files_read
from diffcompare.cli.commands import COMMANDS, COMPLETION
from diffcompare.cli.output import CommandResult, LiveOutput, Settings, check_destination, progress_line, show
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.localization import LANGUAGES, use_language

NAME = "diffcompare"
HELP = ("-h", "--help")

# Of `--notation`: our language and those of `language.notation.recognition`.
NOTATIONS = (
    "diffcompare", "latex", "mathematica", "maxima", "maple", "giac", "sympy", "matlab", "fortran", "c", "python",
    "casadi", "pyomo", "pysr", "spreadsheet",
)  # fmt: skip
Notation: TypeAlias = Annotated[
    str | None,
    options.word_option(
        "--notation", "NOTATION", NOTATIONS, "Read the expression as latex, mathematica, matlab, c, ...", "notation"
    ),
]


def answer(words: Sequence[str]) -> int | None:
    """Run the command of a line and return the exit code; None for a line that is typer's to answer."""
    if not words or words[0] not in COMMANDS or COMPLETION in os.environ:
        return None
    command = command_of(words[0])
    values = read_line(words[1:], inspect.signature(command).parameters)
    return None if values is None else command(**values)


def command_of(name: str) -> Callable[..., int]:
    """Return the command of a name in `COMMANDS`, with its output."""
    return with_output(import_module(f"{__package__}.commands.{name}").command)


def with_output(function: Callable[..., CommandResult | int]) -> Callable[..., int]:
    """Wrap a command: add the options of `Settings`, show its result and return the exit code.

    A function with a parameter `live` shows its result while it grows, where that is possible.  One with a parameter
    `settings` writes while it runs, to a person or to a file: it shows its own progress, and may return an exit code if
    nothing is left to show.  If it has an option `lang`, it runs in that language, and with an option `ops` it knows
    the operations of that file.
    """
    own = dict(inspect.signature(function, eval_str=True).parameters)
    needs_settings = own.pop("settings", None) is not None
    grows = own.pop("live", None) is not None
    shared = inspect.signature(_shared_options, eval_str=True).parameters
    takes_expression = "expression" in own
    notation = {"notation": inspect.signature(_expression_options, eval_str=True).parameters["notation"]}

    @wraps(function)
    def command(**values: Any) -> int:
        settings = Settings(**{name: values[name] for name in shared}, verbose=values.get("verbose", False))
        own_values = {name: values[name] for name in own}
        live = None
        output = settings.output or safe_io.STREAM
        safe_io.protect_inputs(files_read(own, values, output), output)
        with use_language(values.get("lang", LANGUAGES[0])), _own_operations(values):
            notes: tuple[Diagnostic, ...] = ()
            if takes_expression and values["notation"] is not None and own_values["expression"] is not None:
                from diffcompare.cli.notation_option import in_our_language

                own_values, notes = in_our_language(own_values, values["notation"])
            if needs_settings:
                result = function(settings=settings, **own_values)
            else:
                check_destination(settings)
                live = LiveOutput.possible(settings) if grows else None
                own_values |= {"live": live} if grows else {}
                with progress_line(f"{NAME} {function.__module__.rpartition('.')[2]}"):
                    result = function(**own_values)
            if isinstance(result, int):
                return result
            return show(result._replace(notes=(*notes, *result.notes)), settings, live)

    parameters = list({**own, **(notation if takes_expression else {}), **shared}.values())
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def _own_operations(values: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Return a context in which texts may call the Functions of the file that `--ops` names, if it is given."""
    path = values.get("ops")
    if path is None:
        return nullcontext()
    from diffcompare.inputs.function_process import operations_from

    return operations_from(path, values.get("budget") or 5.0)


def _expression_options(notation: Notation = None) -> None:
    """Declare the options that all commands with an expression share, for their signatures."""


def _shared_options(
    format: options.Format = None,
    json: options.Json = False,
    output: options.Output = None,
    digits: options.Digits = None,
    color: options.Color = "auto",
    charset: options.Charset = "auto",
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Declare the options that all commands share, for their signatures."""


# --- A line without mistakes ------------------------------------------------------------------------------------------


class Declared(NamedTuple):
    """A parameter of a command, as far as reading a line needs it."""

    name: str
    declaration: Option | Argument
    types: tuple[Any, ...]  # of its value: the members of a union
    default: Any

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


def read_line(words: Sequence[str], parameters: Mapping[str, Parameter]) -> dict[str, Any] | None:
    """Return the values of a command's parameters that a line gives; None if it asks for help or has a mistake.

    Raises the DiffcompareError of an option's own parser.
    """
    declared = declared_parameters(parameters)
    flags = {flag: (one, state) for one in declared for flag, state in one.flags()}
    takes_value = {**{flag: not one.is_switch for flag, (one, _) in flags.items()}, **dict.fromkeys(HELP, False)}
    positional = [one for one in declared if isinstance(one.declaration, Argument)]
    required = sum(one.default is Parameter.empty for one in positional)
    many = any(one.is_repeated for one in positional)
    try:
        given, texts = arguments.separate(words, takes_value)
        arguments.check_count(texts, [one.name for one in positional], required, list(takes_value), many=many)
    except DiffcompareError:
        return None
    values: dict[str, Any] = {one.name: one.default for one in declared}
    written: dict[str, list[str]] = {}
    for flag, text in given:
        if flag in HELP:
            return None
        one, state = flags[flag]
        if text is None:
            values[one.name] = state
        else:
            written.setdefault(one.name, []).append(text)
    if many:  # then it is the only one
        written |= {one.name: texts for one in positional if texts}
    else:
        written |= {one.name: [text] for one, text in zip(positional, texts, strict=False)}
    by_name = {one.name: one for one in declared}
    try:
        for name, several in written.items():
            read = [by_name[name].value(text) for text in several]
            values[name] = read if by_name[name].is_repeated else read[-1]
    except ValueError:
        return None
    return values
