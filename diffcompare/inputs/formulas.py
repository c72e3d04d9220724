"""Conditions on variables, as `--domain` takes them: `x > 0`, `0 < x < 1, y != 2`."""

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
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.language.wengert import variables as variables_of

# Partials that a person derived: `--hand x1="1/x1 + x2"`, or the formulas of an expression file.

_OPEN = re.compile(r"(?<=[\w\])])\s*['′’]+|[d∂]\s*/\s*[d∂]\w+\s*[\[(]")

"""The signs of a derivative that is still to be worked out."""

_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")


def parse_hand(specs: Sequence[str], variables: Iterable[str]) -> Hand | None:
    """The formulas of `--hand NAME=FORMULA`, given as often as there are partials; None for none.

    Raises DiffcompareError for a name that is no variable of the expression or comes twice, and for formulas with
    mistakes or with variables that the expression does not have.
    """
    variables = tuple(variables)
    texts = texts_of(specs, variables)
    return Hand(formulas_from(texts, variables, lambda name: f"--hand {name}"), "given") if texts else None


def texts_of(specs: Sequence[str], variables: Sequence[str]) -> dict[str, str]:
    """The texts of `--hand NAME=FORMULA` by name; of a function of one variable the name may be left out.

    An equation such as `df/dx = FORMULA` names the variable as well.

    Raises DiffcompareError for a name that comes twice and for a text without a name where one is needed.
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
    """The variable that a formula is for, and the formula or its equation."""
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
    """The formula in the text of a partial, which may be an equation: `df/dx = 2*x`.  Raises DiffcompareError."""
    return text[slice(*formula_in(text, name, tuple(variables)))]


def named_in(specs: Sequence[str], variables: Sequence[str]) -> set[str]:
    """Collect the names that `--hand NAME=FORMULA` says: they are variables because somebody says so."""
    said = [spec for spec in specs if _EQUALS.search(spec)]
    return {variable_of(spec, variables) or spec.partition("=")[0].strip() for spec in said}


def formulas_from(
    texts: Mapping[str, str], variables: Iterable[str], source: Callable[[str], str]
) -> dict[str, Expression]:
    """The formulas, parsed, by variable.  `source` says where the formula for a variable stands, for diagnostics."""
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
    """The formula of one partial; what is wrong with it is told of the whole text."""
    from diffcompare.language.parser import parse

    start, end = formula_in(text, name, variables)
    said = text[start:end]
    try:
        formula = parse(said, names=variables)
        unknown = unknown_name(formula, said, variables, "expression")
        if unknown is not None:
            raise unknown
    except DiffcompareError as error:
        found = error.diagnostic
        unfinished = _OPEN.search(said)
        if unfinished is not None and found.code == "E301":
            found = Diagnostic(
                "E714", "syntax_error", "a derivative is left here that is not worked out", unfinished.span(),
                "work it out; a derivation is checked line by line with `check --steps`", said,
            )  # fmt: skip
        if found.span is not None and found.text == said:
            found = found._replace(text=text, span=(found.span[0] + start, found.span[1] + start))
        raise DiffcompareError(found) from None
    return formula


def unknown_name(formula: Expression, text: str, variables: Sequence[str], source: str) -> DiffcompareError | None:
    """Make the error for the first variable that the function does not have; None where there is none."""
    for used in variables_of(wengert_list(formula)):
        if used not in variables:
            from diffcompare.language.syntax.misread_names import reading_of_unknown

            return unknown_variable(used, variables, source, text, reading_of_unknown(used, text, variables, attempt))
    return None


_RELATION = re.compile(r"<=|>=|==|!=|<|>|≤|≥|≠|(?<![<>=!])=(?!=)")

_SPELT = {"≤": "<=", "≥": ">=", "≠": "!=", "=": "=="}

_AND = re.compile(r",|;|\band\b|&&?")


def parse_conditions(texts: Sequence[str], names: Sequence[str]) -> list[Expression]:
    """Expressions that are 1 where a condition holds and 0 where it does not, one for every relation.

    Raises DiffcompareError for what is no comparison, and for variables that are not among the names.
    """
    found: list[Expression] = []
    for text in texts:
        for part in _AND.split(text):
            if part.strip():
                found += _relations(part, text, names)
    return found


def _relations(part: str, whole: str, names: Sequence[str]) -> list[Expression]:
    """`a < b < c` is a < b and b < c."""
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
    for used in variables(wengert_list(formula)):
        if used not in names:
            raise unknown_variable(used, names, "--domain", part)
    return formula
