"""`diffcompare check`: whether a derivative is right, and if not, which mistake it contains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from diffcompare import safe_io
from diffcompare.cli import options
from diffcompare.cli.output import CommandResult
from diffcompare.diagnostics import usage_error
from diffcompare.inputs.files import TABLES, decoded, read_text

if TYPE_CHECKING:
    from diffcompare.inputs.resolve import ParsedInput
    from diffcompare.studies.check import Counting

EXAMPLES = (
    'diffcompare check "x^2*sin(x)" --hand x="2*x*cos(x)"',
    'diffcompare check "x^2*sin(x)" --steps working.txt',
    "diffcompare check answers.csv --feedback texts",
)


Domain: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--domain", metavar='"x>0"', help="Compare only there. [default: wherever f is smooth]"),
]
Solution: TypeAlias = Annotated[bool, typer.Option("--solution", help="Show the whole derivation.")]
Steps: TypeAlias = Annotated[
    str | None,
    typer.Option("--steps", metavar="FILE", help="A derivation, one step per line; - for stdin."),
    options.READS_FILE,
]
Feedback: TypeAlias = Annotated[
    str | None,
    typer.Option("--feedback", metavar="DIR", help="For a class's answers.csv: write a text for each student."),
]
Kinds: TypeAlias = Annotated[bool, typer.Option("--kinds", help="List the mistakes that can be named.")]


def command(
    expression: options.OptionalExpression = None,
    hand: options.Hand = None,
    at: options.At = None,
    domain: Domain = None,
    seed: options.Seed = 0,
    budget: options.OptionalBudget = None,
    solution: Solution = False,
    steps: Steps = None,
    wrt: options.Wrt = None,
    where_defined: options.WhereDefined = "right",
    feedback: Feedback = None,
    encoding: options.Encoding = None,
    kinds: Kinds = False,
    output: options.Output = None,
    ops: options.Ops = None,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Check a derivative and find the mistake in it."""
    if kinds:
        return _kinds()
    if expression is None:
        raise usage_error("E505", "missing argument EXPR", f"for example `{EXAMPLES[0]}`")
    named = options.function_named(expression)
    if named is not None:
        return _check_function(*named, hand or (), at, seed, budget or 5.0, quiet)
    if at is not None:
        help = f"for a function: `check model.py:f --hand model.py:df --at {at[0]}`"
        raise usage_error("E506", "a formula is checked wherever it is defined, and needs no `--at`", help)
    if expression.lower().endswith(TABLES):
        if hand or steps is not None:
            raise usage_error("E506", "a table already contains the answers", "leave out `--hand` and `--steps`")
        from diffcompare.cli.class_feedback import check_answer_table

        return check_answer_table(
            expression, domain or (), seed, budget, feedback,
            encoding=encoding, output=output, solution=solution, where_defined=where_defined, brief=quiet,
        )  # fmt: skip
    for flag, value in (("--encoding", encoding), ("--feedback", feedback)):
        if value is not None:
            raise usage_error("E506", f"`{flag}` is for the answers of a class", "for example `check answers.csv`")
    if steps is not None:
        return _check_steps(expression, steps, wrt, domain or (), seed, budget or 5.0, where_defined)
    return _check_partials(expression, hand or (), domain or (), seed, budget or 5.0, solution, where_defined, quiet)


def _check_function(
    path: str, name: str, hand: Sequence[str], at: Sequence[str] | None, seed: int, budget: float, quiet: bool
) -> CommandResult:
    """Check a gradient that is a Python function against values of another one, each in a process of its own."""
    named = options.function_named(hand[0]) if len(hand) == 1 else None
    if named is None:
        return _check_operation(path, name, hand, at, seed, budget, quiet)
    from diffcompare.gradcheck.gradient_check import check_callable
    from diffcompare.inputs.function_process import FunctionProcess, callable_of, load_at

    program = load_at(path, name, at, budget)
    gradient = callable_of(FunctionProcess(*named, budget), named[1])
    checked = check_callable(callable_of(program.process, name), gradient, *program.at.arguments, seed=seed)
    return CommandResult(checked.document(brief=quiet), (), None, 0 if checked.ok else 1)


def _check_operation(
    path: str, name: str, hand: Sequence[str], at: Sequence[str] | None, seed: int, budget: float, quiet: bool
) -> CommandResult:
    """Check the backward of a `Function` of the tape against its forward, in a process of its own."""
    import json

    from diffcompare.gradcheck.function_report import document_of
    from diffcompare.inputs.function_point import parse_function_point
    from diffcompare.inputs.function_process import FunctionProcess

    given = None if at is None else parse_function_point(at)
    process = FunctionProcess(path, name, budget, "diffcompare.gradcheck.function_check_worker")
    process.ask("ready")
    if hand or not process.is_operation:
        process.end()
        help = f"for example `check {path}:{name} --hand {path}:df`"
        if process.is_operation:
            help = f"`check {path}:{name}` compares its own backward with its forward"
        raise usage_error("E505", f"which function is the gradient of `{name}`?", help)
    data = json.loads(process.ask("check", given=given, label=f"{path}:{name}", seed=seed)["check"])
    process.end()
    return CommandResult(document_of(data, brief=quiet), (), None, 0 if data["verdict"] == "agrees" else 1)


def _check_partials(
    expression: str,
    hand: Sequence[str],
    domain: Sequence[str],
    seed: int,
    budget: float,
    solution: bool,
    where_defined: Counting,
    quiet: bool,
) -> CommandResult:
    is_matrix = len(hand) == 1 and hand[0].lstrip().startswith("[")
    parsed, _ = options.parse_input(expression, None, several=True)
    if parsed.parsed.listed or is_matrix:
        if solution or where_defined != "right":
            flag = "--solution" if solution else "--where-defined"
            raise usage_error("E506", f"`{flag}` is for one expression, and this is a Jacobian", "leave it out")
        return _check_matrix(parsed, hand, domain, seed, budget, quiet)
    from diffcompare.inputs.formulas import named_in, texts_of
    from diffcompare.studies.check import check_question

    names = options.variables_of(parsed)
    texts = texts_of(hand, names)
    checked = check_question(
        parsed, texts, domain=domain, seed=seed, budget=budget, solution=solution, where_defined=where_defined,
        deliberate=named_in(hand, names) if hand else None,
    )  # fmt: skip
    return CommandResult(checked.document(brief=quiet), checked.notes, None, checked.exit_code)


def _check_matrix(
    parsed: ParsedInput, hand: Sequence[str], domain: Sequence[str], seed: int, budget: float, quiet: bool
) -> CommandResult:
    """Check the Jacobian of several outputs, given as one matrix."""
    if len(hand) != 1:
        help = 'one matrix, a row for every output: --hand "[[y, x], [1, 2*y]]"'
        raise usage_error("E505", "the Jacobian of several outputs is checked as a whole", help)
    from diffcompare.language.wengert import variables, wengert_list
    from diffcompare.studies.check_jacobian import check_matrix, parse_matrix

    rows = parse_matrix(hand[0], variables(wengert_list(*parsed.parsed.outputs)))
    checked = check_matrix(parsed, rows, domain=domain, seed=seed, budget=budget)
    return CommandResult(checked.document(brief=quiet), checked.notes, None, checked.exit_code)


def _kinds() -> CommandResult:
    from diffcompare.studies import listings

    return CommandResult(listings.Kinds().document())


def _check_steps(
    expression: str,
    path: str,
    wrt: Sequence[str] | None,
    domain: Sequence[str],
    seed: int,
    budget: float,
    where_defined: Counting,
) -> CommandResult:
    parsed, _ = options.parse_input(expression, None)
    if where_defined != "right":
        raise usage_error("E506", "`--where-defined` is for answers, not for steps", "leave one of them out")
    from diffcompare.studies.check_steps import check_derivation

    by = options.split(wrt)
    if len(by) > 1:
        raise usage_error("E507", "a derivation is with respect to one variable", f"for example `--wrt {by[0]}`")
    source = "standard input" if path == "-" else path
    text = decoded(safe_io.read_input(), source) if path == "-" else read_text(path)
    checked = check_derivation(
        parsed, text, by=by[0] if by else None, domain=domain, seed=seed, budget=budget, source=source
    )
    return CommandResult(checked.document(), checked.notes, None, checked.exit_code)
