"""Parse formulas that are given beside an expression: partials by hand (`--hand`) and conditions (`--domain`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from diffcompare.backends.problem import Hand
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.equations import formula_in, variable_of
from diffcompare.inputs.point import split_assignment, unknown_variable
from diffcompare.language.expression import Expression, Number, apply
from diffcompare.language.operations import OPERATIONS
from diffcompare.language.parser import attempt, parse
from diffcompare.language.wengert import variables as variables_of
from diffcompare.language.wengert import wengert_list

# --- Partials by hand: `--hand x1="1/x1 + x2"`, or the formulas of an expression file ---------------------------------

_PENDING = re.compile(r"(?<=[\w\])])\s*['′’]+|[d∂]\s*/\s*[d∂]\w+\s*[\[(]")  # a derivative that is not worked out yet
_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")


def parse_hand(specs: Sequence[str], variables: Iterable[str]) -> Hand | None:
    """Parse the formulas of `--hand NAME=FORMULA`, one for each text; return None if there is none.

    Raises DiffcompareError for a name that is no variable of the expression or occurs twice, and for formulas with
    mistakes or with variables that the expression does not have.
    """
    variables = tuple(variables)
    texts = texts_of(specs, variables)
    return Hand(formulas_from(texts, variables, lambda name: f"--hand {name}"), "given") if texts else None


def texts_of(specs: Sequence[str], variables: Sequence[str]) -> dict[str, str]:
    """Return the texts of `--hand NAME=FORMULA` by name, which may be left out if there is only one variable.

    An equation such as `df/dx = FORMULA` names its variable as well.  Raises DiffcompareError for a name that occurs
    twice, and for a missing name.
    """
    texts: dict[str, str] = {}
    for spec in specs:
        name, text = _named(spec, variables)
        if name in texts:
            message = f"two formulas for the partial by `{name}`"
            raise DiffcompareError(
                Diagnostic(
                    code="E711", kind="bad_value", message=message, source="--hand", text=spec, span=(0, len(name)),
                    help=f'keep one of --hand {name}="{texts[name]}" and --hand {name}="{text}"',
                )
            )  # fmt: skip
        texts[name] = text
    return texts


def _named(spec: str, variables: Sequence[str]) -> tuple[str, str]:
    """Return the variable that a formula is the partial by, and the formula or its equation."""
    try:
        by = variable_of(spec, variables)
    except DiffcompareError as error:
        raise DiffcompareError(error.diagnostic._replace(source="--hand")) from None
    if by is not None:
        return by, spec
    if len(variables) == 1 and spec.strip() and (not _EQUALS.search(spec) or spec.lstrip().startswith("=")):
        spec = f"{variables[0]}={spec}"
    return split_assignment(spec, "--hand", variables)


def formula_text(text: str, name: str, variables: Iterable[str]) -> str:
    """Return the formula in the text of a partial, which may be an equation: `df/dx = 2*x`.

    Raises DiffcompareError for an equation about something else.
    """
    return text[slice(*formula_in(text, name, tuple(variables)))]


def named_in(specs: Sequence[str], variables: Sequence[str]) -> set[str]:
    """Collect the names before `=` in `--hand NAME=FORMULA`, which are thereby declared as variables."""
    with_names = [spec for spec in specs if _EQUALS.search(spec)]
    return {variable_of(spec, variables) or spec.partition("=")[0].strip() for spec in with_names}


def formulas_from(
    texts: Mapping[str, str], variables: Iterable[str], source: Callable[[str], str]
) -> dict[str, Expression]:
    """Parse formulas by variable; `source` returns where the formula for a variable stands, for diagnostics.

    Raises DiffcompareError for a name that is no variable, and for mistakes in a formula.
    """
    variables = tuple(variables)
    formulas: dict[str, Expression] = {}
    for name, text in texts.items():
        if name not in variables:
            raise unknown_variable(name, variables, source(name))
        try:
            formulas[name] = _formula(text, name, variables)
        except DiffcompareError as error:
            raise DiffcompareError(error.diagnostic._replace(source=source(name))) from None
    return formulas


def _formula(text: str, name: str, variables: Sequence[str]) -> Expression:
    """Parse the formula of one partial; errors show the whole text, which may be an equation."""
    start, end = formula_in(text, name, variables)
    part = text[start:end]
    try:
        formula = parse(part, names=variables)
        unknown = unknown_name(formula, part, variables, "expression")
        if unknown is not None:
            raise unknown
    except DiffcompareError as error:
        diagnostic = error.diagnostic
        pending = _PENDING.search(part)
        if pending is not None and diagnostic.code == "E301":
            diagnostic = Diagnostic(
                "E714", "syntax_error", "a derivative is left here that is not worked out", pending.span(),
                "work it out; a derivation is checked line by line with `check --steps`", part,
            )  # fmt: skip
        if diagnostic.span is not None and diagnostic.text == part:
            shifted = (diagnostic.span[0] + start, diagnostic.span[1] + start)
            diagnostic = diagnostic._replace(text=text, span=shifted)
        raise DiffcompareError(diagnostic) from None
    return formula


def unknown_name(formula: Expression, text: str, variables: Sequence[str], source: str) -> DiffcompareError | None:
    """Return the error for the first variable of a formula that the function does not have; None if there is none."""
    for used in variables_of(wengert_list(formula)):
        if used not in variables:
            from diffcompare.language.syntax.misread_names import reading_of_unknown

            return unknown_variable(used, variables, source, text, reading_of_unknown(used, text, variables, attempt))
    return None


# --- Conditions on variables: `--domain "x > 0"`, `--domain "0 < x < 1, y != 2"` --------------------------------------

_RELATION = re.compile(r"<=|>=|==|!=|<|>|≤|≥|≠|(?<![<>=!])=(?!=)")
_SPELT = {"≤": "<=", "≥": ">=", "≠": "!=", "=": "=="}
_AND = re.compile(r",|;|\band\b|&&?")


def parse_conditions(texts: Sequence[str], names: Sequence[str]) -> list[Expression]:
    """Return expressions that are 1 where a condition holds and 0 where it does not, one for every relation.

    Raises DiffcompareError for a text that is no comparison, and for variables that are not among the names.
    """
    conditions: list[Expression] = []
    for text in texts:
        for part in _AND.split(text):
            if part.strip():
                conditions += _relations(part, text, names)
    return conditions


def _relations(part: str, whole: str, names: Sequence[str]) -> list[Expression]:
    """Return the relations of a chain: `a < b < c` is a < b and b < c."""
    sides, signs = _RELATION.split(part), _RELATION.findall(part)
    if not signs:
        raise DiffcompareError(
            Diagnostic(
                "E713", "bad_value", f"`{part.strip()}` is no condition", source="--domain", text=whole,
                span=(whole.find(part), whole.find(part) + len(part)),
                help=f'for example --domain "{(*names, "x")[0]} > 0"',
            )
        )  # fmt: skip
    formulas = [_side(side, part, names) for side in sides]
    return [
        apply(OPERATIONS[f"if {_SPELT.get(sign, sign)}"], (left, right, Number(1), Number(0)))
        for sign, left, right in zip(signs, formulas, formulas[1:], strict=False)
    ]


def _side(side: str, part: str, names: Sequence[str]) -> Expression:
    try:
        formula = parse(side, names)
    except DiffcompareError as error:
        raise DiffcompareError(error.diagnostic._replace(source="--domain")) from None
    for used in variables_of(wengert_list(formula)):
        if used not in names:
            raise unknown_variable(used, names, "--domain", part)
    return formula
