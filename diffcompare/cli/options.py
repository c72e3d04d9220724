"""The command-line options, declared once, with their parsers and what the Tab key completes.

Tab starts the program each time, as do `-h` and a slip in a command line: what a value needs is imported late.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from diffcompare import safe_io
from diffcompare.cli.arguments import (
    GENERAL,
    METHODS,
    OUTPUT,
    READS_EXPRESSION,
    READS_FILE,
    Argument,
    Option,
    beginning,
    methods_at,
    one_of,
    positive,
    unknown_word,
    whole_number,
    word_option,
    words_at,
)
from diffcompare.cli.output import CHARSETS, COLORS, FORMULAS
from diffcompare.diagnostics import usage_error
from diffcompare.inputs.files import function_file
from diffcompare.localization import LANGUAGES
from diffcompare.render import FILES, FORMATS

if TYPE_CHECKING:
    from diffcompare.backends.problem import Hand as HandFormulas
    from diffcompare.inputs.function_process import ProcessProgram
    from diffcompare.inputs.resolve import ParsedInput

MAX_DIGITS = 17
MAX_JOBS = 256
MAX_MINUTES = 600  # of a lesson
MAX_SAMPLE = 9_999  # points of `scan` with truth
QUANTITIES = ("values", "tangent", "adjoint")  # of `graph --show`
MODES = ("forward", "reverse", "both")  # of `trace --mode`
INPUT_FORMATS = ("txt", "toml", "csv", "jsonl")  # of `batch --input-format`
SIMPLIFICATIONS = ("none", "quick", "full")  # of `--simplify`
GRADES = ("right", "wrong")  # of `check --where-defined`


# --- Parsers ----------------------------------------------------------------------------------------------------------


def _steps(text: str) -> tuple[float, float]:
    """Parse one step, or a range such as `1e-1..1e-16` in either order, to the longest and the shortest step."""
    first, dots, last = text.partition("..")
    parse_step = positive("--steps", "1e-1..1e-16")
    if dots and not (first.strip() and last.strip()):
        raise usage_error("E507", f"`--steps {text}` lacks an end", "for example `--steps 1e-1..1e-16`")
    ends = [parse_step(end.strip()) for end in ((first, last) if dots else (first,))]
    return max(ends), min(ends)


def _order(text: str) -> int | str:
    """Return a whole number, and any other text as it is: the study knows which orders it takes, and refuses it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else text


def methods(
    names: Sequence[str] | None,
    *,
    several: bool = False,
    engines: Sequence[str] | None = None,
    native: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return the requested methods in the order given, each once, then those of the libraries that `--with` names.

    Last come the libraries that `--native` names.  With `several` outputs the default is that of a Jacobian.
    """
    from diffcompare.backends import DEFAULT_METHODS, GROUPS, JACOBIAN_METHODS, METHODS, expanded

    default = JACOBIAN_METHODS if several else DEFAULT_METHODS
    chosen = expanded([name.lower() for name in split(names)])
    for name in split(names):
        if name.lower() not in (*METHODS, *GROUPS, "all"):
            raise unknown_word("--method", name, (*METHODS, *GROUPS, "all"))
    if not engines and not native:
        return tuple(chosen) or default
    from diffcompare.engines.registry import engine_methods, native_methods

    asked = engine_methods(map(str.lower, split(engines)))
    return tuple(dict.fromkeys((*(chosen or default), *asked, *native_methods(native))))


def split(texts: Sequence[str] | None) -> list[str]:
    """Return the words of an option that can be repeated or given a list with commas; those inside brackets stay."""
    words = [word.strip() for text in texts or () for word in re.split(r",(?![^\[]*\])", text)]
    return [word for word in words if word]


def point(specs: Sequence[str]) -> dict[str, float]:
    """Parse the point of `--at`."""
    from diffcompare.inputs.point import parse_point

    return parse_point(specs)


def numbers(specs: Sequence[str], parsed_input: ParsedInput, option: str) -> dict[str, Any]:
    """Parse numbers by variable, or by parameter, in its shape, where the input is a function."""
    from diffcompare.inputs import function_point, point

    parse = point.parse_point if parsed_input.program is None else function_point.parse_function_point
    return parse(specs, option=option)


def parse_input(
    expression: str,
    at: Sequence[str] | None,
    budget: float | None = 5.0,
    *,
    several: bool = False,
    program: ProcessProgram | None = None,
    native: Sequence[str] = (),
    asks: bool = True,
) -> tuple[ParsedInput, dict[str, float] | None]:
    """Parse the expression argument (with `several` also a list of outputs), and the point of `--at` if there is one.

    `budget` is for the runs of a Python function, and `program` is one that is loaded already; one that is written for
    the library `native` may be impossible to record.  Where the command `asks` for derivatives by the variables of
    `asked_variables`, the text may be `d/dx (x^2)`.

    Commands call this before they import their study, so that a syntax error is reported in half the time.
    """
    program = program or function_program(expression, at, budget)
    if native:
        if program is None:
            help = f"for example `grad model.py:f --native {native[0]}`; `--with {native[0]}` takes a formula too"
            raise usage_error("E506", "`--native` runs a Python function, but the input is a formula", help)
        return program.as_native_input(native[0]), None if at is None else program.at.point
    if program is not None:
        return program.as_input(default=at is None, several=several), None if at is None else program.at.point
    from diffcompare.inputs import point, resolve

    value = None if at is None else point.bare_value(at)
    given = None if at is None or value is not None else point.parse_point(at)
    parsed = resolve.resolve(expression, stdin=safe_io.read_input, names=tuple(given or ()), several=several, asks=asks)
    return parsed, given if value is None else point.named_value(value, parsed.variables)


def function_program(argument: str, at: Sequence[str] | None, budget: float | None = 5.0) -> ProcessProgram | None:
    """Load the function that an argument `FILE.py:name` names into a process of its own; None for anything else."""
    named = function_file(argument)
    if named is None:
        return None
    from diffcompare.inputs.function_process import load_at

    return load_at(*named, at, budget)


def hand(specs: Sequence[str], parsed_input: ParsedInput) -> HandFormulas | None:
    """Parse the formulas of `--hand` for the variables of the expression, or load the function that computes them."""
    named = function_file(specs[0]) if len(specs) == 1 else None
    if named is not None:
        return _hand_function(*named, parsed_input.program)
    from diffcompare.inputs.formulas import parse_hand

    return parse_hand(specs, parsed_input.variables)


def hand_of_arrays(specs: Sequence[str], program: ProcessProgram) -> HandFormulas:
    """Load the function of `--hand` that computes the gradient of a function of large arrays."""
    named = function_file(specs[0]) if len(specs) == 1 else None
    if named is None:
        raise usage_error("E506", "a gradient of large arrays by hand is a function", "--hand FILE.py:name")
    return _hand_function(*named, program)


def _hand_function(path: str, name: str, program: object) -> HandFormulas:
    """Return the partials that a Python function of the user's computes."""
    from diffcompare.inputs.function_process import ProcessProgram, hand_in_process

    if not isinstance(program, ProcessProgram):
        help = f"for example `grad {path}:f --hand {path}:{name}`"
        raise usage_error("E506", "`--hand` names a Python function, but the input is an expression", help)
    return hand_in_process(path, name, program)


# --- The options ------------------------------------------------------------------------------------------------------


def format_of(formats: Sequence[str]) -> Any:
    """Declare `--format` of a command that writes these formats, some of which are for files alone."""
    words = [word for word in formats if word not in FILES]
    files = [f"FILE.{word}" for word in formats if word in FILES]
    help = ", ".join(words) + (f"; -o takes {', '.join(files)} too" if files else "")

    def parse(text: str) -> str:
        if text.lower() in FORMATS and text.lower() not in words:
            message = f"this command does not write {text.lower()}"
            raise usage_error("E506", message, f"`--format` takes one of {', '.join(words)}")
        return one_of("--format", words)(text)

    def complete(incomplete: str) -> list[str]:
        return beginning(incomplete, words)

    option = Option("--format", metavar="FORMAT", help=help, parser=parse, autocompletion=complete, group=OUTPUT)
    return Annotated[str | None, option]


def _of(what: str, words: Sequence[str]) -> str:
    """Return the help of an option that takes one of these words."""
    return f"{what}: {'|'.join(words)}"


def _expression(help: str) -> Any:
    """Declare an argument EXPR, of which Tab completes the names of the catalogue."""
    completion = words_at("inputs.catalogue:references")
    return Argument(metavar="EXPR", help=help, autocompletion=completion, show_default=False)


def _method(place: str) -> Any:
    """Declare `--method` for the methods at `module:name`."""
    return Option(
        "--method",
        metavar="NAME",
        help="A method, `numerical`, `fd`, `ad` or `all`.",
        autocompletion=methods_at(place),
        group=METHODS,
    )


Expression: TypeAlias = Annotated[
    str,
    _expression(
        "An expression, @name, FILE.toml:name, - for stdin, or FILE.py:name (runs the file, as `python` does)."
    ),
    READS_EXPRESSION,
]
Outputs: TypeAlias = Annotated[
    str, _expression('Outputs in brackets, "[x*y, x/y]", or what `grad` takes.'), READS_EXPRESSION
]
OptionalExpression: TypeAlias = Annotated[
    str | None, _expression("An expression, @name, FILE.toml:name, -, or FILE.py:name."), READS_EXPRESSION
]
At: TypeAlias = Annotated[
    list[str] | None,
    Option("--at", metavar="x1=2,x2=pi/2", help="The point, `2` for one variable. [default: chosen for you]"),
]
Sample: TypeAlias = Annotated[
    int | None,
    Option(
        "--sample", metavar="N", help="Points with truth. [default: 100]",
        parser=whole_number("--sample", MAX_SAMPLE, "100"), group=METHODS,
    ),
]  # fmt: skip
Hand: TypeAlias = Annotated[
    list[str] | None, Option("--hand", metavar='x1="1/x1+x2"', help="A partial derivative of your own.")
]
Method: TypeAlias = Annotated[list[str] | None, _method("backends:METHODS")]
With: TypeAlias = Annotated[
    list[str] | None,
    Option(
        "--with",
        metavar="LIBRARY",
        help="Ask torch, jax, ..., or `all`.",
        autocompletion=methods_at("engines.registry:engine_names"),
        group=METHODS,
    ),
]
Native: TypeAlias = Annotated[
    list[str] | None,
    Option(
        "--native", metavar="LIBRARY", help="Let torch, jax or autograd run a function written for it.", group=METHODS
    ),
]
SecondOrderMethod: TypeAlias = Annotated[list[str] | None, _method("backends.hessian_methods:METHODS")]
HigherOrderMethod: TypeAlias = Annotated[list[str] | None, _method("backends.taylor_methods:METHODS")]
TimedMethod: TypeAlias = Annotated[list[str] | None, _method("studies.bench_contenders:METHODS")]
Wrt: TypeAlias = Annotated[
    list[str] | None, Option("--wrt", metavar="x1", help="Differentiate with respect to these. [default: all]")
]
Order: TypeAlias = Annotated[
    Any,
    Option("--order", metavar="N", help="Derivatives of EXPR up to this order. [default: 4]", parser=_order),
]
Mode: TypeAlias = Annotated[str, word_option("--mode", "MODE", MODES, _of("Sweeps", MODES), group=METHODS)]
Show: TypeAlias = Annotated[
    str,
    word_option(
        "--show",
        "WHAT",
        QUANTITIES,
        _of("Numbers at the nodes", QUANTITIES),
        noun="quantity",
        group=OUTPUT,
    ),
]
WhereDefined: TypeAlias = Annotated[
    Any,
    word_option(
        "--where-defined", "GRADE", GRADES, _of("Grade of an answer right only where it is defined", GRADES),
        noun="grade", group=METHODS,
    ),
]  # fmt: skip
# Of `--notation`: our language and those of `language.notation.recognition`.
NOTATIONS = (
    "diffcompare", "latex", "mathematica", "maxima", "maple", "giac", "sympy", "matlab", "fortran", "c", "python",
    "casadi", "pyomo", "pysr", "spreadsheet",
)  # fmt: skip
Notation: TypeAlias = Annotated[
    str | None,
    word_option(
        "--notation",
        "NOTATION",
        NOTATIONS,
        "Notation of EXPR: latex, mathematica, matlab, c, ... [default: recognized]",
        "notation",
    ),
]
Ops: TypeAlias = Annotated[
    str | None,
    Option("--ops", metavar="FILE.py", help="Functions of your own: each `Function` in the file (runs the file)."),
    READS_FILE,
]
Step: TypeAlias = Annotated[
    float | None,
    Option(
        "--step",
        metavar="H",
        help="Step of the difference quotients.",
        parser=positive("--step", "1e-6"),
        group=METHODS,
    ),
]
Steps: TypeAlias = Annotated[
    Any,
    Option(
        "--steps",
        metavar="H..H",
        help="Steps of the difference quotients, from the longest to the shortest.",
        parser=_steps,
        group=METHODS,
    ),
]
_BUDGET = Option(
    "--budget", metavar="S", help="Seconds for each method.", parser=positive("--budget", "5"), group=METHODS
)
Budget: TypeAlias = Annotated[float, _BUDGET]
OptionalBudget: TypeAlias = Annotated[float | None, _BUDGET]  # the default depends on what is checked
_SECONDS = Option(
    "--seconds", metavar="S", help="Seconds for all rounds.", parser=positive("--seconds", "30"), group=METHODS
)
Minutes: TypeAlias = Annotated[
    int | None,
    Option(
        "--minutes", metavar="N", help="Choose demos and steps that fit in N minutes, and print the plan.",
        parser=whole_number("--minutes", MAX_MINUTES, "45"),
    ),
]  # fmt: skip
Seconds: TypeAlias = Annotated[float, _SECONDS]
_SEED = Option("--seed", metavar="N", help="Seed of the random choices.", min=0, max=2**63)
Seed: TypeAlias = Annotated[int, _SEED]
OptionalSeed: TypeAlias = Annotated[int | None, _SEED]  # without it every run is different
InputFormat: TypeAlias = Annotated[
    str | None,
    word_option(
        "--input-format", "FORMAT", INPUT_FORMATS, _of("Format of files whose names do not say it", INPUT_FORMATS),
        noun="input format",
    ),
]  # fmt: skip
Encoding: TypeAlias = Annotated[
    str | None,
    Option("--encoding", metavar="NAME", help="Encoding of a table: utf-8, gbk, big5 ... [default: detected]"),
]
Columns: TypeAlias = Annotated[
    str | None, Option("--columns", metavar='"A=TITLE,..."', help="Which columns hold what.")
]
Points: TypeAlias = Annotated[
    str | None,
    Option("--points", metavar="FILE.csv", help="Evaluate every expression at each of these points."),
    READS_FILE,
]
MaxError: TypeAlias = Annotated[
    float | None,
    Option(
        "--max-error",
        metavar="E",
        help="Rows with a larger error fail.",
        parser=positive("--max-error", "1e-9"),
        group=METHODS,
    ),
]
Jobs: TypeAlias = Annotated[
    int | None,
    Option(
        "--jobs", metavar="N", help="Number of processes. [default: one per processor]",
        parser=whole_number("--jobs", MAX_JOBS, "2"), group=METHODS,
    ),
]  # fmt: skip
Scheduler: TypeAlias = Annotated[
    str | None, Option("--scheduler", metavar="tcp://...", help="Run on a Dask cluster.", group=METHODS)
]
Simplify: TypeAlias = Annotated[
    str,
    word_option(
        "--simplify", "HOW", SIMPLIFICATIONS, "Let sympy shorten its formulas: none, quick or full.", group=METHODS
    ),
]
Truth: TypeAlias = Annotated[
    bool, Option("--truth/--no-truth", help="Compute the true values to 25 digits.", group=METHODS)
]

Json: TypeAlias = Annotated[bool, Option("--json", help="Short for --format json.", group=OUTPUT)]
Output: TypeAlias = Annotated[
    str | None,
    Option("--output", "-o", metavar="FILE", help="Write to FILE; its suffix selects the format.", group=OUTPUT),
]
Digits: TypeAlias = Annotated[
    int | None,
    Option(
        "--digits", metavar="N", help="Significant digits. [default: all]",
        parser=whole_number("--digits", MAX_DIGITS, "6"), group=OUTPUT,
    ),
]  # fmt: skip
Color: TypeAlias = Annotated[
    str, word_option("--color", "WHEN", COLORS, _of("Colours", COLORS), "color mode", group=GENERAL)
]
Charset: TypeAlias = Annotated[
    str, word_option("--charset", "SET", CHARSETS, _of("Characters", CHARSETS), "character set", group=GENERAL)
]
Formulas: TypeAlias = Annotated[
    str, word_option("--formulas", "FORM", FORMULAS, _of("Formulas", FORMULAS), "form of formulas", group=OUTPUT)
]
Language: TypeAlias = Annotated[
    str, word_option("--lang", "LANG", LANGUAGES, _of("Language of texts", LANGUAGES), "language", group=GENERAL)
]
Quiet: TypeAlias = Annotated[bool, Option("--quiet", "-q", help="Show the values only.", group=OUTPUT)]
Verbose: TypeAlias = Annotated[bool, Option("--verbose", "-v", help="Show every table.", group=OUTPUT)]
Debug: TypeAlias = Annotated[bool, Option("--debug", help="Show the traceback of an internal error.", group=GENERAL)]
