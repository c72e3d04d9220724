"""The commands put together, and one of them run.

A command is one module of `cli/commands` with a function `command`, whose parameters are its own options, and
`EXAMPLES`; the options that every command has are added here, and what the function returns is shown here.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from diffcompare import safe_io
from diffcompare.cli import arguments, options, overwriting
from diffcompare.cli.commands import COMMANDS
from diffcompare.cli.output import CommandResult, Settings, check, show
from diffcompare.cli.progress import sign_of_life
from diffcompare.diagnostics import MIN_SLIP_LIKENESS, did_you_mean, usage_error
from diffcompare.localization import LANGUAGES, use_language

NAME = "diffcompare"
COMPLETION = "_DIFFCOMPARE_COMPLETE"
INSTALL = "--install-completion"
HELP = ("-h", "--help")
EXAMPLES = """\
diffcompare grad "ln(x1) + x1*x2 - sin(x2)" --at x1=2,x2=5
diffcompare grad @rosenbrock --method all --json
diffcompare ops sin
"""


def run(given: Sequence[str]) -> int:
    """Run the command that these arguments name and return the exit code."""
    # Building a command takes a millisecond or two: only the one that is asked for, if it is plain which.
    names = given[:1] if given and given[0] in COMMANDS and COMPLETION not in os.environ else COMMANDS
    try:
        group = build(names)
        if COMPLETION in os.environ:
            group.main(list(given), prog_name=NAME, complete_var=COMPLETION)
        with group.make_context(NAME, list(given)) as context:
            return int(group.invoke(context) or 0)
    except typer.Exit as leave:
        return 2 if leave.exit_code else 0  # typer's 1 (a shell that it does not know) is a negative verdict with us
    except SystemExit as leave:  # typer leaves like this after installing a completion
        return leave.code if isinstance(leave.code, int) else 0
    except typer.TyperException as error:
        raise usage_error("E509", error.format_message(), "`-h` shows examples") from error
    except OSError as error:
        if not "".join(given[:1]).startswith(INSTALL):
            raise
        help = f"{safe_io.cure(error)}, or put it where it belongs by hand: --show-completion"
        raise safe_io.CannotWrite(f"`{error.filename}`", safe_io.reason(error), help) from None


def build(names: Sequence[str]) -> TyperGroup:
    """The group with the commands of these names."""
    app = typer.Typer(
        cls=CommandGroup,
        help="Compare ways of differentiating: by hand, numerical, symbolic, automatic.",
        epilog=EXAMPLES,
        add_completion=len(names) > 1,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        invoke_without_command=True,
        context_settings={"help_option_names": list(HELP)},
    )
    app.callback()(_top)
    for name in names:
        module = import_module(f"diffcompare.cli.commands.{name}")
        app.command(name, cls=Command, epilog="\n".join(module.EXAMPLES))(with_output(module.command))
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def _top(version: Annotated[bool, typer.Option("--version", "-V", help="Show the version and exit.")] = False) -> None:
    """Declared for the help; `main` answers it before typer is imported."""


def with_output(function: Callable[..., CommandResult | int]) -> Callable[..., int]:
    """The function with the options of `Settings` beside its own; its answer is shown and the exit code returned.

    A function with a parameter `settings` has them at hand because it speaks while it runs, to a person or to a file:
    it gives its own signs of life, and may return the exit code where nothing is left to be shown.  If it has an
    option `lang`, that language is spoken meanwhile.
    """
    own = dict(inspect.signature(function, eval_str=True).parameters)
    speaks = own.pop("settings", None) is not None
    shared = inspect.signature(_shared, eval_str=True).parameters

    @wraps(function)
    def command(**values: Any) -> int:
        settings = Settings(**{name: values[name] for name in shared})
        given = {name: values[name] for name in own}
        overwriting.keep(overwriting.named(own, values), settings.output or overwriting.STREAM)
        with use_language(values.get("lang", LANGUAGES[0])):
            if speaks:
                answer = function(settings=settings, **given)
            else:
                check(settings)
                with sign_of_life(f"{NAME} {function.__module__.rpartition('.')[2]}"):
                    answer = function(**given)
            return answer if isinstance(answer, int) else show(answer, settings)

    parameters = list({**own, **shared}.values())
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def _shared(
    format: options.Format = None,
    json: options.Json = False,
    output: options.Output = None,
    digits: options.Digits = None,
    color: options.Color = "auto",
    charset: options.Charset = "auto",
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """The options of every command, for their signature."""


class Command(TyperCommand):
    """A command under our rules for arguments, whose help begins with examples."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        complete = not ctx.resilient_parsing
        takes_value = flags_of(self, ctx)
        separated = arguments.separate(args, takes_value, complete=complete)
        if complete:
            if any(flag in HELP for flag, _ in separated.options):
                leave_with_help(self, ctx)
            places = places_of(self)
            required = sum(param.required for _, param in places)
            many = any(param.nargs == -1 for _, param in places)
            names = [name for name, _ in places]
            arguments.check_count(separated.positionals, names, required, list(takes_value), many=many)
        return super().parse_args(ctx, separated.arranged())

    def format_help(self, ctx: Any, formatter: Any) -> None:
        format_help(self, ctx, formatter)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [name if param.required else f"[{name}]" for name, param in places_of(self)] + ["[OPTIONS]"]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        # bash breaks words at `@`, so that `@ros` arrives as `@` and `ros`; yet it replaces both.
        for param in self.params:
            if ctx.params.get(param.name) == "@" and not ctx.args:
                return param.shell_complete(ctx, f"@{incomplete}")
        return super().shell_complete(ctx, incomplete)


class CommandGroup(TyperGroup):
    """All commands; alone it shows its help, as it is asked what it can do."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:
            first = args[0] if args else HELP[0]
            if first in HELP:
                leave_with_help(self, ctx)
            if first.partition("=")[0] not in flags_of(self, ctx) and self.get_command(ctx, first) is None:
                raise self._no_command(first, ctx)
        return super().parse_args(ctx, args)

    def _no_command(self, name: str, ctx: Any) -> Exception:
        flags = list(flags_of(self, ctx))
        meant = likely_lines(name, self.commands)
        if meant:
            return usage_error("E501", f"no such command `{name}`", f"did you mean {', or '.join(meant)}?")
        if any(name in flags_of(command, ctx) for command in self.commands.values()):
            return usage_error(
                "E502", f"`{name}` is an option of a command", f"write it after: `{NAME} grad EXPR {name}`"
            )
        if arguments.like_a_flag(name):
            return arguments.no_such_option(name, flags)
        help = f"the commands are {', '.join(self.commands)}"
        if not name.isidentifier():
            help = f'did you mean `{NAME} grad "{name}"`?'
        return usage_error("E501", f"no such command `{name}`", help)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        format_help(self, ctx, formatter)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return ["COMMAND", "[OPTIONS]"]


def places_of(command: Any) -> list[tuple[str, Any]]:
    """List the positional parameters with the names that help and errors call them by."""
    return [
        (param.metavar or param.name.upper(), param) for param in command.params if param.param_type_name == "argument"
    ]


def likely_lines(name: str, commands: Iterable[str]) -> list[str]:
    """Return what to type where a name was meant that is near, between backquotes: of a command, of a demo."""
    from diffcompare.classroom.demos import NAMES

    command = did_you_mean(name, commands, MIN_SLIP_LIKENESS)
    demo = name if name in NAMES else None if command else did_you_mean(name, NAMES, MIN_SLIP_LIKENESS)
    return [*([f"`{NAME} {command}`"] if command else []), *([f"`{NAME} demo {demo}`"] if demo else [])]


def flags_of(command: Any, ctx: Any) -> dict[str, bool]:
    """Every declared flag, and whether it takes a value."""
    return {
        flag: not param.is_flag
        for param in command.get_params(ctx)
        if param.param_type_name == "option"
        for flag in (*param.opts, *param.secondary_opts)
    }


def leave_with_help(command: Any, ctx: Any) -> None:
    """Write the help, through our own writer, and leave."""
    safe_io.write(f"{command.get_help(ctx)}\n")
    raise typer.Exit(0)


def format_help(command: Any, ctx: Any, formatter: Any) -> None:
    """Examples first: they are what people read."""
    with formatter.section("Examples"):
        for line in command.epilog.splitlines():
            formatter.write(f"  {line}\n")
    formatter.write("\n")
    command.format_usage(ctx, formatter)
    command.format_help_text(ctx, formatter)
    command.format_options(ctx, formatter)
