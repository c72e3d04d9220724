"""Conditions on variables, as `--domain` takes them: `x > 0`, `0 < x < 1, y != 2`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.expression import Expression, Number, apply
from diffcompare.operations import OPERATIONS
from diffcompare.parser import parse
from diffcompare.point import unknown_variable
from diffcompare.wengert import listing, variables

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
    for used in variables(listing(formula)):
        if used not in names:
            raise unknown_variable(used, names, "--domain", part)
    return formula
