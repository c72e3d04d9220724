"""`dc.check` and `check` for several outputs: a verdict on every entry of a Jacobian that somebody wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.formulas import columns_from
from diffcompare.inputs.point import assignment
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.parser import Parsed, read
from diffcompare.language.printer import to_text
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.studies.check import BUDGET, Check, Counting, check_question, worst_verdict
from diffcompare.studies.question import checked_names, checked_positive, own_operations, question_of
from diffcompare.studies.record import Record
from diffcompare.verify.verdict import Verdict


@dataclass(frozen=True, repr=False)
class MatrixCheck(Record):
    """The result of checking a Jacobian: one `Check` for every output.

    Fields:
        question: The outputs whose Jacobian is checked.
        names: The variables, in the order of the columns.
        checks: One for every output, in their order.
        is_transposed: True if the matrix is wrong, and its transpose is right.
        where_defined: The way an entry counts that agrees wherever it is defined but has no value in some region.
        notes: Warnings and notes for the user.
        failure: Always None: a check needs no point, so none can be unsuitable.
    """

    report = "diffcompare.studies.check_jacobian_report"

    question: ParsedInput
    names: tuple[str, ...]
    checks: tuple[Check, ...]
    is_transposed: bool = False
    where_defined: Counting = "right"
    notes: tuple[Diagnostic, ...] = ()
    failure: None = None

    @property
    def verdict(self) -> Verdict:
        """The worst verdict among the entries."""
        return worst_verdict(judgement for check in self.checks for judgement in check.judgements.values())

    @property
    def ok(self) -> bool:
        """True if every entry is proved or agrees."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 if all entries are right, 1 if one is wrong, 3 if one is undecided and none is wrong."""
        codes = {check.exit_code for check in self.checks}
        return 1 if 1 in codes else max(codes)


def check_matrix(
    question: ParsedInput, rows: Sequence[Sequence[Expression]], *, domain: Sequence[str] = (), seed: int = 0,
    budget: float = BUDGET, solution: bool = False, where_defined: Counting = "right",
) -> MatrixCheck:  # fmt: skip
    """Check a matrix of formulas, a row for every output and a column for every variable in natural order.

    With `solution` every check has the derivation of its row, and `where_defined` says how an entry counts that has no
    value in some region.  Raises DiffcompareError where the matrix has another shape than the Jacobian.
    """
    outputs = question.parsed.outputs
    names = tuple(variables(wengert_list(*outputs)))
    _check_shape(rows, len(outputs), names)
    check_rows = partial(
        _checks, question, names=names, domain=domain, seed=seed, budget=budget / len(outputs),
        where_defined=where_defined,
    )  # fmt: skip
    checks = check_rows(rows, solution=solution)
    square = len(outputs) == len(names) > 1
    turned = False
    if square and any(check.exit_code == 1 for check in checks):
        transposed = [list(column) for column in zip(*rows, strict=True)]
        turned = all(check.ok for check in check_rows(transposed))
    return MatrixCheck(question, names, checks, turned, where_defined, question.parsed.notes)


def _checks(
    question: ParsedInput, rows: Sequence[Sequence[Expression]], *, names: Sequence[str], **options: Any
) -> tuple[Check, ...]:
    """Check every row against the gradient of its output, with options of `check_question`."""
    checks = []
    for output, row in zip(question.parsed.outputs, rows, strict=True):
        text = to_text(output)
        formulas = dict(zip(names, row, strict=True))
        texts = {name: to_text(formula) for name, formula in formulas.items()}
        single = ParsedInput(text, Parsed(output, text), question.origin, question.label)
        checks.append(check_question(single, texts, formulas=formulas, deliberate=names, **options))
    return tuple(checks)


def _check_shape(rows: Sequence[Sequence[Expression]], count: int, names: Sequence[str]) -> None:
    """Raise DiffcompareError (E574) for a matrix that cannot be the Jacobian."""
    if not names:
        raise DiffcompareError(Diagnostic("E571", "bad_value", "there is no derivative to check: no output varies"))
    widths = {len(row) for row in rows}
    if len(rows) != count or widths != {len(names)}:
        given = f"{len(rows)} row{'s' * (len(rows) != 1)} of {' or '.join(map(str, sorted(widths)))}"
        shape = f"{count} row{'s' * (count != 1)} of {len(names)} ({', '.join(names)})"
        message = f"the Jacobian has {shape}, and here are {given}"
        help = 'write a row for every output: --hand "[[df1/dx, df1/dy], [df2/dx, df2/dy]]"'
        raise DiffcompareError(Diagnostic("E574", "bad_value", message, help=help))


def parse_matrix(text: str, names: Sequence[str] = ()) -> list[list[Expression]]:
    """Parse a matrix of formulas, `[[y, x], [1, 2*y]]`; a single row needs no inner brackets.

    Raises DiffcompareError for what is no matrix, or has an entry that cannot be read.
    """
    inner = text.strip()
    if inner[:1] == "[" and inner[1:].lstrip()[:1] == "[":
        inner = inner[1:]
        if inner.rstrip()[-1:] == "]":
            inner = inner.rstrip()[:-1]
    rows: list[list[Expression]] = []
    for number, row in enumerate(_split_rows(inner), 1):
        try:
            rows.append(list(read(row, names, several=True).outputs))
        except DiffcompareError as error:
            raise DiffcompareError(error.diagnostic._replace(source=f"--hand, row {number}")) from None
    return rows


def matrix_of_columns(texts: Mapping[str, str], names: Sequence[str], count: int) -> list[list[Expression]]:
    """Parse the columns of a Jacobian by variable, `{"x": "[y, 1]"}` for two outputs; return the matrix, row by row.

    Raises DiffcompareError for a column that is missing, has another length, or cannot be read.
    """
    rows = columns_from(texts, names, lambda name: f"--hand {name}", count)
    missing = [name for name in names if name not in rows[0]]
    if missing:
        message = f"no column for {', '.join(f'`{name}`' for name in missing)}"
        help = f"add {assignment('--hand', missing[0], '[...]')}, or give one matrix, a row for every output"
        raise DiffcompareError(Diagnostic("E574", "bad_value", message, help=help))
    return [[row[name] for name in names] for row in rows]


def _split_rows(text: str) -> list[str]:
    """Split `[a, b], [c, d]` at the commas outside brackets."""
    rows, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            rows.append(text[start:place].strip())
            start = place + 1
    return [*rows, text[start:].strip()]


def check_outputs(
    expression: Any, matrix: Any, *, domain: str | Sequence[str] = (), seed: int = 0, budget: float = BUDGET,
    where_defined: Counting = "right", ops: Any = None,
) -> MatrixCheck:  # fmt: skip
    """Check the Jacobian of several outputs.

    The matrix is text, or rows of formulas as texts, expressions or numbers, or columns as texts by variable.

    All may call the caller's own operations, `ops`.  Raises DiffcompareError for what cannot be read, and for a matrix
    of another shape.
    """
    with own_operations(ops):
        question = question_of(expression, several=True)
        names = variables(wengert_list(*question.parsed.outputs))
        if isinstance(matrix, str):
            rows = parse_matrix(matrix, names)
        elif isinstance(matrix, Mapping):
            rows = matrix_of_columns(matrix, names, len(question.parsed.outputs))
        else:
            rows = [[read(str(entry), names).expression for entry in row] for row in matrix]
    return check_matrix(
        question, rows, domain=checked_names("domain", domain), seed=seed,
        budget=checked_positive("budget", budget) or BUDGET, where_defined=where_defined,
    )  # fmt: skip
