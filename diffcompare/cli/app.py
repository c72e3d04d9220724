"""The command-line application: builds the commands and runs one of them.

A command is one module of `cli/commands` with a function `command`, whose parameters are the command's own options, and
`EXAMPLES`.  The options that all commands share are added here, and the result of the function is shown here.

Tab and a slip in a line need the options alone.  So a command imports its study when it is called; what it does
beyond one call of a study stands in a module of `cli` with imports at its head, such as `batch_run`.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, get_args

import typer
from typer.core import TyperCommand, TyperGroup

from diffcompare import safe_io
from diffcompare.cli import arguments
from diffcompare.cli.arguments import Argument, Option
from diffcompare.cli.command_line import HELP, NAME, command_of
from diffcompare.cli.commands import COMMANDS, COMPLETION
from diffcompare.diagnostics import MIN_SLIP_LIKENESS, did_you_mean, usage_error

INSTALL = "--install-completion"


def run(words: Sequence[str]) -> int:
    """Run the command line of these words and return the exit code."""
    # Building a command takes a millisecond or two, so only the one that is needed is built if it is clear which.
    names = words[:1] if words and words[0] in COMMANDS and COMPLETION not in os.environ else COMMANDS
    try:
        group = build(names)
        if COMPLETION in os.environ:
            group.main(list(words), prog_name=NAME, complete_var=COMPLETION)
        with group.make_context(NAME, list(words)) as context:
            return int(group.invoke(context) or 0)
    except typer.Exit as leave:
        return 2 if leave.exit_code else 0  # typer's 1 (an unknown shell) would mean a negative verdict here
    except SystemExit as leave:  # after installing a completion
        return leave.code if isinstance(leave.code, int) else 0
    except typer.TyperException as error:
        raise usage_error("E509", error.format_message(), "`-h` shows examples") from error
    except OSError as error:
        if not "".join(words[:1]).startswith(INSTALL):
            raise
        help = f"{safe_io.help_for(error)}, or install it by hand: --show-completion prints it"
        raise safe_io.CannotWrite(f"`{error.filename}`", safe_io.reason(error), help) from None


def build(names: Sequence[str]) -> TyperGroup:
    """Build the group with the commands of these names."""
    app = typer.Typer(
        cls=CommandGroup,
        add_completion=len(names) > 1,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        invoke_without_command=True,
        context_settings={"help_option_names": list(HELP)},
    )
    app.callback()(_global_options)
    for name in names:
        app.command(name, cls=Command)(for_typer(command_of(name)))
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def _global_options(
    version: Annotated[bool, typer.Option("--version", "-V", help="Show the version and exit.")] = False,
) -> None:
    """Declare `--version`; `main` answers it before typer is imported."""


def for_typer(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the signature in which typer looks for its options: with typer's own records of them."""
    signature = inspect.signature(command)
    parameters = [parameter.replace(annotation=_annotation(parameter)) for parameter in signature.parameters.values()]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return command


def _annotation(parameter: inspect.Parameter) -> Any:
    kind, *marks = get_args(parameter.annotation)
    typers: dict[type, Callable[..., Any]] = {Option: typer.Option, Argument: typer.Argument}
    (made,) = [typers[type(mark)](*mark.flags, **mark.fields) for mark in marks if type(mark) in typers]
    return Annotated[kind, made]


class Command(TyperCommand):
    """A command with our rules for arguments."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        complete = not ctx.resilient_parsing
        takes_value = flags_of(self, ctx)
        separated = arguments.separate(args, takes_value, complete=complete)
        if complete:
            declared = positionals_of(self)
            required = sum(param.required for _, param in declared)
            many = any(param.nargs == -1 for _, param in declared)
            names = [name for name, _ in declared]
            arguments.check_count(separated.positionals, names, required, list(takes_value), many=many)
        return super().parse_args(ctx, separated.arranged())

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        # bash breaks words at `@`, so that `@ros` arrives as `@` and `ros`, but it replaces both.
        for param in self.params:
            if ctx.params.get(param.name) == "@" and not ctx.args:
                return param.shell_complete(ctx, f"@{incomplete}")
        return super().shell_complete(ctx, incomplete)


class CommandGroup(TyperGroup):
    """The group of all commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:
            first = args[0]
            if first.partition("=")[0] not in flags_of(self, ctx) and self.get_command(ctx, first) is None:
                raise self._no_command(first, ctx)
        return super().parse_args(ctx, args)

    def _no_command(self, name: str, ctx: Any) -> Exception:
        flags = list(flags_of(self, ctx))
        suggestions = similar_commands(name, self.commands)
        if suggestions:
            return usage_error("E501", f"no such command `{name}`", f"did you mean {', or '.join(suggestions)}?")
        if any(name in flags_of(command, ctx) for command in self.commands.values()):
            return usage_error(
                "E502", f"`{name}` is an option of a command", f"write it after: `{NAME} grad EXPR {name}`"
            )
        if arguments.is_like_flag(name):
            return arguments.no_such_option(name, flags)
        help = f"the commands are {', '.join(self.commands)}"
        if not name.isidentifier():
            help = f'did you mean `{NAME} grad "{name}"`?'
        return usage_error("E501", f"no such command `{name}`", help)


def positionals_of(command: Any) -> list[tuple[str, Any]]:
    """List the positional parameters with their names in help and errors."""
    return [
        (param.metavar or param.name.upper(), param) for param in command.params if param.param_type_name == "argument"
    ]


def similar_commands(name: str, commands: Iterable[str]) -> list[str]:
    """Return the command lines, in backquotes, of a command and a demo whose names are close to this one."""
    from diffcompare.classroom.demos import NAMES

    command = did_you_mean(name, commands, MIN_SLIP_LIKENESS)
    demo = name if name in NAMES else None if command else did_you_mean(name, NAMES, MIN_SLIP_LIKENESS)
    return [*([f"`{NAME} {command}`"] if command else []), *([f"`{NAME} demo {demo}`"] if demo else [])]


def flags_of(command: Any, ctx: Any) -> dict[str, bool]:
    """Return for every declared flag whether it takes a value."""
    return {
        flag: not param.is_flag
        for param in command.get_params(ctx)
        if param.param_type_name == "option"
        for flag in (*param.opts, *param.secondary_opts)
    }
