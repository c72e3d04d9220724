"""Partials that a person derived: `--hand x1="1/x1 + x2"`, or the formulas of an expression file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.expression import Expression
from diffcompare.point import split_assignment, unknown_variable
from diffcompare.problem import Hand
from diffcompare.wengert import listing
from diffcompare.wengert import variables as variables_of

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

    Raises DiffcompareError for a name that comes twice and for a text without a name where one is needed.
    """
    texts: dict[str, str] = {}
    for spec in specs:
        if len(variables) == 1 and spec.strip() and not _EQUALS.search(spec):
            spec = f"{variables[0]}={spec}"
        name, text = split_assignment(spec, "--hand", variables)
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


def formulas_from(
    texts: Mapping[str, str], variables: Iterable[str], source: Callable[[str], str]
) -> dict[str, Expression]:
    """The formulas, parsed, by variable.  `source` says where the formula for a variable stands, for diagnostics."""
    from diffcompare.parser import parse

    variables = tuple(variables)
    formulas: dict[str, Expression] = {}
    for name, text in texts.items():
        if name not in variables:
            raise unknown_variable(name, variables, source(name))
        try:
            formulas[name] = parse(text, names=variables)
        except DiffcompareError as error:
            raise DiffcompareError(error.diagnostic._replace(source=source(name))) from None
        for used in variables_of(listing(formulas[name])):
            if used not in variables:
                raise unknown_variable(used, variables, source(name), text)
    return formulas
