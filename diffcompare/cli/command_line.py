"""Command lines: what a command declares, how it runs, and how a line without mistakes is read.

An option is declared once, as an `Option` in the annotation of a parameter.  A line that is complete and has no mistake
in its options is read here, in a tenth of the time that typer takes to be imported, and help is written by `help_page`;
the Tab key and every mistake are typer's, in `app`, from the same declarations.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from importlib import import_module
from inspect import Parameter
from typing import Any

from diffcompare import safe_io
from diffcompare.cli import arguments, options
from diffcompare.cli.arguments import Argument, Declared, declared_parameters, files_read
from diffcompare.cli.commands import COMMANDS, COMPLETION
from diffcompare.cli.output import (
    COLORS,
    CommandResult,
    LiveOutput,
    Settings,
    check_destination,
    check_format,
    progress_line,
    show,
)
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.localization import LANGUAGES, use_language
from diffcompare.render import LINES, TEXTS

NAME = "diffcompare"
HELP = ("-h", "--help")


def answer(words: Sequence[str]) -> int | None:
    """Run the command of a line and return the exit code; None for a line that is typer's to answer."""
    if COMPLETION in os.environ:
        return None
    if not words or words[0] in HELP:
        return _show_help(None, {}, words)
    if words[0] not in COMMANDS:
        return None
    command = command_of(words[0])
    parameters = inspect.signature(command).parameters
    if set(words) & set(HELP) and _asks_for_help(words[1:], parameters):
        return _show_help(words[0], parameters, words)
    values = read_line(words[1:], parameters)
    return None if values is None else command(**values)


def _asks_for_help(words: Sequence[str], parameters: Mapping[str, Parameter]) -> bool:
    """Tell whether a flag of help is among the options of a line, and no value of one."""
    try:
        given, _ = arguments.separate(words, takes_values(declared_parameters(parameters)))
    except DiffcompareError:
        return False
    return any(flag in HELP for flag, _ in given)


def _show_help(name: str | None, parameters: Mapping[str, Parameter], words: Sequence[str]) -> int:
    """Write the help of a command, or of the program, in the colours that the line asks for."""
    from diffcompare.cli import help_page

    colors = [value for _, value in arguments.separate(words, {"--color": True}, complete=False).options]
    look = help_page.look_of(colors[-1] if colors and colors[-1] in COLORS else COLORS[0])
    safe_io.write(help_page.program_help(look) if name is None else help_page.command_help(name, parameters, look))
    return 0


def command_of(name: str) -> Callable[..., int]:
    """Return the command of a name in `COMMANDS`, with its output."""
    module = import_module(f"{__package__}.commands.{name}")
    return with_output(module.command, getattr(module, "MORE_FORMATS", ()))


def takes_values(declared: Sequence[Declared]) -> dict[str, bool]:
    """Return for every flag, those of help too, whether it takes a value."""
    flags = {flag: not one.is_switch for one in declared for flag, _ in one.flags()}
    return {**flags, **dict.fromkeys(HELP, False)}


def with_output(function: Callable[..., CommandResult | int], more_formats: Sequence[str] = ()) -> Callable[..., int]:
    """Wrap a command: add the options of `Settings`, show its result and return the exit code.

    It writes the formats for every document, and `more_formats` for what else its documents have: pictures, arrays.
    A function with a parameter `live` shows its result while it grows, where that is possible.  One with a parameter
    `settings` writes while it runs, to a person or to a file: it shows its own progress, and may return an exit code if
    nothing is left to show.  If it has an option `lang`, it runs in that language, and with an option `ops` it knows
    the operations of that file.
    """
    own = dict(inspect.signature(function, eval_str=True).parameters)
    needs_settings = own.pop("settings", None) is not None
    grows = own.pop("live", None) is not None
    formats = (*TEXTS, *LINES, *more_formats)
    shared = dict(inspect.signature(_shared_options, eval_str=True).parameters)
    shared["format"] = shared["format"].replace(annotation=options.format_of(formats))
    takes_expression = "expression" in own
    notation = {"notation": inspect.signature(_expression_options, eval_str=True).parameters["notation"]}

    @wraps(function)
    def command(**values: Any) -> int:
        settings = Settings(**{name: values[name] for name in shared}, verbose=values.get("verbose", False))
        check_format(settings, formats)
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

    apart = {name: parameter for name, parameter in own.items() if name not in shared}
    parameters = list({**apart, **(notation if takes_expression else {}), **shared}.values())
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def _own_operations(values: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Return a context in which texts may call the Functions of the file that `--ops` names, if it is given."""
    path = values.get("ops")
    if path is None:
        return nullcontext()
    from diffcompare.inputs.function_process import operations_from

    return operations_from(path, values.get("budget") or 5.0)


def _expression_options(notation: options.Notation = None) -> None:
    """Declare the options that all commands with an expression share, for their signatures."""


def _shared_options(
    format: str | None = None,
    json: options.Json = False,
    output: options.Output = None,
    digits: options.Digits = None,
    color: options.Color = "auto",
    charset: options.Charset = "auto",
    formulas: options.Formulas = "text",
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Declare the options that all commands share, for their signatures."""


# --- A line without mistakes ------------------------------------------------------------------------------------------


def read_line(words: Sequence[str], parameters: Mapping[str, Parameter]) -> dict[str, Any] | None:
    """Return the values of a command's parameters that a line gives; None if it has a mistake.

    Raises the DiffcompareError of an option's own parser.
    """
    declared = declared_parameters(parameters)
    flags = {flag: (one, state) for one in declared for flag, state in one.flags()}
    takes_value = takes_values(declared)
    positional = [one for one in declared if isinstance(one.declaration, Argument)]
    required = sum(one.is_required for one in positional)
    many = any(one.is_repeated for one in positional)
    try:
        given, texts = arguments.separate(words, takes_value)
        arguments.check_count(texts, [one.name for one in positional], required, list(takes_value), many=many)
    except DiffcompareError:
        return None
    values: dict[str, Any] = {one.name: one.default for one in declared}
    written: dict[str, list[str]] = {}
    for flag, text in given:
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
