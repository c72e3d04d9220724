"""Conditions on variables: `--domain "x > 0"`, `--domain "0 < x < 1, y != 2"`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.point import unknown_variable
from diffcompare.language.expression import Expression, Number, apply
from diffcompare.language.operations import OPERATIONS
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables as variables_of
from diffcompare.language.wengert import wengert_list

_RELATION = re.compile(r"<=|>=|==|!=|<|>|≤|≥|≠|(?<![<>=!])=(?!=)")
_SPELT = {"≤": "<=", "≥": ">=", "≠": "!=", "=": "=="}
_AND = re.compile(r",|;|\band\b|&&?")


def parse_conditions(texts: Sequence[str], names: Sequence[str]) -> list[Expression]:
    """Return expressions that are 1 where a condition holds and 0 where it does not, one for every relation.

    Raises DiffcompareError for a text that is not a comparison, and for variables that are not among the names.
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
                "E713", "bad_value", f"`{part.strip()}` is not a condition", source="--domain", text=whole,
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
