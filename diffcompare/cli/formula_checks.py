"""`check` for formulas: partial derivatives, a Jacobian, or a derivation step by step."""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare import safe_io
from diffcompare.cli import options
from diffcompare.cli.output import CommandResult
from diffcompare.diagnostics import usage_error
from diffcompare.inputs.files import decoded, read_text
from diffcompare.inputs.formulas import named_in, texts_of
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.studies.check import Check, Counting, check_question
from diffcompare.studies.check_jacobian import MatrixCheck, check_matrix, matrix_of_columns, parse_matrix
from diffcompare.studies.check_steps import DerivationCheck, check_derivation


def check_formulas(
    parsed: ParsedInput,
    hand: Sequence[str],
    *,
    domain: Sequence[str],
    seed: int,
    budget: float,
    solution: bool,
    where_defined: Counting,
    brief: bool,
) -> CommandResult:
    """Check the partial derivatives of an expression, or the Jacobian of several outputs."""
    is_matrix = len(hand) == 1 and hand[0].lstrip().startswith("[")
    if parsed.parsed.listed or is_matrix:
        matrix = check_matrix(
            parsed, _matrix(parsed, hand), domain=domain, seed=seed, budget=budget, solution=solution,
            where_defined=where_defined,
        )  # fmt: skip
        return _result(matrix, brief)
    checked = check_question(
        parsed, texts_of(hand, parsed.variables), domain=domain, seed=seed, budget=budget, solution=solution,
        where_defined=where_defined, deliberate=named_in(hand, parsed.variables) if hand else None,
    )  # fmt: skip
    return _result(checked, brief)


def _matrix(parsed: ParsedInput, hand: Sequence[str]) -> list[list[Expression]]:
    """Return the Jacobian of several outputs, given as one matrix or by its columns."""
    if not hand:
        help = 'a row for every output: --hand "[[y, x], [1, 2*y]]", or columns: --hand "x=[y, 1]"'
        raise usage_error("E505", "where is the Jacobian to be checked?", help)
    if len(hand) == 1 and hand[0].lstrip().startswith("["):
        return parse_matrix(hand[0], parsed.variables)
    return matrix_of_columns(texts_of(hand, parsed.variables), parsed.variables, len(parsed.parsed.outputs))


def check_steps(
    parsed: ParsedInput,
    path: str,
    wrt: Sequence[str] | None,
    *,
    domain: Sequence[str],
    seed: int,
    budget: float,
    where_defined: Counting,
) -> CommandResult:
    """Check a derivation in a file, or from standard input, one step per line."""
    if where_defined != "right":
        raise usage_error("E506", "`--where-defined` grades answers, not derivations", "leave one of them out")
    by = options.split(wrt)
    if len(by) > 1:
        raise usage_error("E507", "a derivation is with respect to one variable", f"for example `--wrt {by[0]}`")
    source = "standard input" if path == safe_io.STREAM else path
    text = decoded(safe_io.read_input(), source) if path == safe_io.STREAM else read_text(path)
    checked = check_derivation(
        parsed, text, by=by[0] if by else None, domain=domain, seed=seed, budget=budget, source=source
    )
    return _result(checked)


def _result(checked: Check | MatrixCheck | DerivationCheck, brief: bool = False) -> CommandResult:
    return CommandResult(checked.document(brief=brief), checked.notes, None, checked.exit_code)
