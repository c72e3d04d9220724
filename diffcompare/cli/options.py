"""The options, declared once: they are spelt and mean the same in every command."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from diffcompare.cli import completion
from diffcompare.cli.arguments import COUNTED, INPUT_FORMATS, MODES, SHOWN
from diffcompare.cli.output import CHARSETS, COLORS
from diffcompare.cli.overwriting import READS_EXPRESSION, READS_FILE
from diffcompare.diagnostics import MIN_SLIP_LIKENESS, DiffcompareError, did_you_mean, usage_error
from diffcompare.localization import LANGUAGES
from diffcompare.render import FORMATS

if TYPE_CHECKING:
    from diffcompare.backends.problem import Hand as HandFormulas
    from diffcompare.inputs.resolve import ParsedInput

MAX_DIGITS = 17
MAX_JOBS = 256


def one_of(flag: str, choices: Sequence[str]) -> Callable[[str], str]:
    """A reader of one of a few words."""

    def choice(text: str) -> str:
        if text.lower() in choices:
            return text.lower()
        raise unknown_choice(flag, text, choices)

    return choice


def unknown_choice(flag: str, text: str, choices: Sequence[str]) -> DiffcompareError:
    """The error for a word that is none of the choices."""
    near = did_you_mean(text, choices, MIN_SLIP_LIKENESS)
    help = f"did you mean `{flag} {near}`?" if near else f"choose one of {', '.join(choices)}"
    return usage_error("E506", f"`{flag}` knows no `{text}`", help)


def positive(flag: str, example: str) -> Callable[[str], float]:
    """A reader of a finite number above 0."""

    def number(text: str) -> float:
        try:
            value = float(text) if str(text).isascii() and "_" not in str(text) else math.nan
        except ValueError:
            value = math.nan
        if 0 < value < math.inf:
            return value
        raise usage_error("E507", f"`{flag}` takes a number above 0, not `{text}`", f"for example `{flag} {example}`")

    return number


def _steps(text: str) -> tuple[float, float]:
    """`1e-1..1e-16`, either end first, or one step; the longest and the shortest."""
    first, dots, last = text.partition("..")
    reader = positive("--step", "1e-1..1e-16")
    if dots and not (first.strip() and last.strip()):
        raise usage_error("E507", f"`--step {text}` lacks an end", "for example `--step 1e-1..1e-16`")
    ends = [reader(end.strip()) for end in ((first, last) if dots else (first,))]
    return max(ends), min(ends)


def _digits(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MAX_DIGITS:
        return int(text)
    raise usage_error(
        "E507", f"`--digits` takes a number from 1 to {MAX_DIGITS}, not `{text}`", "for example `--digits 6`"
    )


def _jobs(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MAX_JOBS:
        return int(text)
    raise usage_error("E507", f"`--jobs` takes a number from 1 to {MAX_JOBS}, not `{text}`", "for example `--jobs 2`")


def methods(names: Sequence[str] | None, known: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
    """The methods asked for, in the order of asking and each once; `all` stands for every one."""
    chosen: dict[str, None] = {}
    for name in split(names):
        if name.lower() == "all":
            chosen |= dict.fromkeys(known)
        elif name.lower() in known:
            chosen[name.lower()] = None
        else:
            raise unknown_choice("--method", name, (*known, "all"))
    return tuple(chosen) or tuple(default)


def split(texts: Sequence[str] | None) -> list[str]:
    """The words of a repeatable option that may also be given with commas between them."""
    words = [word.strip() for text in texts or () for word in text.split(",")]
    return [word for word in words if word]


def point(specs: Sequence[str]) -> dict[str, float]:
    """The point of `--at`."""
    from diffcompare.inputs.point import parse_point

    return parse_point(specs)


def asked(expression: str, at: Sequence[str] | None) -> tuple[ParsedInput, dict[str, float] | None]:
    """The question that the argument and `--at` put, and the point if one was given.

    Text is read before the studies are imported: a mistake in it is answered in half the time.
    """
    from diffcompare import safe_io
    from diffcompare.inputs.resolve import resolve

    given = None if at is None else point(at)
    return resolve(expression, stdin=safe_io.read_input, names=tuple(given or ())), given


def hand(specs: Sequence[str], question: ParsedInput) -> HandFormulas | None:
    """The formulas of `--hand`, for the variables of the question."""
    from diffcompare.inputs.formulas import parse_hand
    from diffcompare.language.wengert import variables, wengert_list

    return parse_hand(specs, variables(wengert_list(question.parsed.expression)))


Expression: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="EXPR",
        help="An expression, @name, FILE.toml:name, or - for stdin.",
        autocompletion=completion.expressions,
        show_default=False,
    ),
    READS_EXPRESSION,
]
OptionalExpression: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="EXPR", help="An expression, @name, FILE.toml:name, or -.", autocompletion=completion.expressions
    ),
    READS_EXPRESSION,
]
At: TypeAlias = Annotated[
    list[str] | None, typer.Option("--at", metavar="x1=2,x2=pi/2", help="The point. [default: a classic one]")
]
Hand: TypeAlias = Annotated[
    list[str] | None, typer.Option("--hand", metavar='x1="1/x1+x2"', help="A partial that you derived by hand.")
]
Method: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--method", metavar="NAME", help="A method, or `all`.", autocompletion=completion.methods),
]
Wrt: TypeAlias = Annotated[
    list[str] | None, typer.Option("--wrt", metavar="x1", help="Differentiate by these only. [default: all]")
]
Mode: TypeAlias = Annotated[
    str,
    typer.Option(
        "--mode",
        metavar="MODE",
        help="|".join(MODES),
        parser=one_of("--mode", MODES),
        autocompletion=completion.modes,
    ),
]
Show: TypeAlias = Annotated[
    str,
    typer.Option(
        "--show",
        metavar="WHAT",
        help="|".join(SHOWN),
        parser=one_of("--show", SHOWN),
        autocompletion=completion.shown,
    ),
]
WhereDefined: TypeAlias = Annotated[
    Any,
    typer.Option(
        "--where-defined",
        metavar="|".join(COUNTED),
        help="What answers count as that agree where they are defined, but not everywhere.",
        parser=one_of("--where-defined", COUNTED),
        autocompletion=completion.counted,
    ),
]
Step: TypeAlias = Annotated[
    float | None,
    typer.Option("--step", metavar="H", help="The step of the differences.", parser=positive("--step", "1e-6")),
]
Steps: TypeAlias = Annotated[
    Any, typer.Option("--step", metavar="H..H", help="The step of the differences.", parser=_steps)
]
Budget: TypeAlias = Annotated[
    float,
    typer.Option("--budget", metavar="S", help="Seconds for each method.", parser=positive("--budget", "5")),
]
BudgetByKind: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--budget",
        metavar="S",
        help="Seconds for each method.",
        parser=positive("--budget", "5"),
    ),
]
_SEED = typer.Option("--seed", metavar="N", help="The same number, the same random choices.", min=0, max=2**63)
Seed: TypeAlias = Annotated[int, _SEED]
OtherSeed: TypeAlias = Annotated[int | None, _SEED]
"""Another one every time, unless it is given."""
InputFormat: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--input-format",
        metavar="FORMAT",
        help="|".join(INPUT_FORMATS) + ", where no suffix tells.",
        parser=one_of("--input-format", INPUT_FORMATS),
        autocompletion=completion.input_formats,
    ),
]
Encoding: TypeAlias = Annotated[
    str | None,
    typer.Option("--encoding", metavar="NAME", help="That of a table: utf-8, gbk, big5 ... [default: found out]"),
]
Points: TypeAlias = Annotated[
    str | None,
    typer.Option("--points", metavar="FILE.csv", help="Every expression at each of these points."),
    READS_FILE,
]
MaxError: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--max-error", metavar="E", help="Rows with a larger error fail.", parser=positive("--max-error", "1e-9")
    ),
]
Jobs: TypeAlias = Annotated[
    int | None,
    typer.Option("--jobs", metavar="N", help="Processes at work. [default: one for each processor]", parser=_jobs),
]
Scheduler: TypeAlias = Annotated[
    str | None, typer.Option("--scheduler", metavar="tcp://...", help="Work on a Dask cluster.")
]
Simplify: TypeAlias = Annotated[
    bool, typer.Option("--simplify/--no-simplify", help="Let sympy look for shorter formulas.")
]
Truth: TypeAlias = Annotated[bool, typer.Option("--truth/--no-truth", help="Compute the true values, 25 digits.")]

Format: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help=", ".join(FORMATS),
        parser=one_of("--format", FORMATS),
        autocompletion=completion.formats,
    ),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
Output: TypeAlias = Annotated[
    str | None, typer.Option("--output", "-o", metavar="FILE", help="Write a file; its suffix says the format.")
]
Digits: TypeAlias = Annotated[
    int | None, typer.Option("--digits", metavar="N", help="Significant digits. [default: all]", parser=_digits)
]
Color: TypeAlias = Annotated[
    str,
    typer.Option(
        "--color",
        metavar="WHEN",
        help="|".join(COLORS),
        parser=one_of("--color", COLORS),
        autocompletion=completion.colors,
    ),
]
Charset: TypeAlias = Annotated[
    str,
    typer.Option(
        "--charset",
        metavar="SET",
        help="|".join(CHARSETS),
        parser=one_of("--charset", CHARSETS),
        autocompletion=completion.charsets,
    ),
]
Language: TypeAlias = Annotated[
    str,
    typer.Option(
        "--lang",
        metavar="LANG",
        help="|".join(LANGUAGES),
        parser=one_of("--lang", LANGUAGES),
        autocompletion=completion.languages,
    ),
]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="The values and nothing else.")]
Debug: TypeAlias = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")]
