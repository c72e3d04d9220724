"""The viewer's own function at a point: values around it, quotients, its gradient, and formulas of its derivatives."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from diffcompare.backends import backend
from diffcompare.backends.problem import Problem
from diffcompare.classroom.demos.live import Figure, partial_figure
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.wengert import active_nodes, dag_size, wengert_list
from diffcompare.numeric.evaluate import CAREFUL, evaluate, is_number, values_at
from diffcompare.numeric.sweeps import reverse
from diffcompare.studies.failure import failure_of_sweep
from diffcompare.studies.question import set_up
from diffcompare.studies.swell.measure import TimeBudget, by_rules

MAX_VARIABLES = 4  # whose derivatives are shown in one table
MAX_NODES = 400  # of an expression whose formulas are asked for
MAX_SWOLLEN = 3_000  # nodes of a derivative that is derived again
SECONDS = 2.0  # for the formulas of one frame


class OwnFunction(NamedTuple):
    """A function at a point, with its gradient."""

    question: ParsedInput
    expression: Expression
    point: Mapping[str, float]
    names: Sequence[str]  # of the variables whose derivatives are shown
    gradient: Mapping[str, float]

    def value(self, **moved: float) -> float:
        """Return the value with some coordinates moved; nan where there is none."""
        if self.question.program is not None:
            found = self.question.program.value({**self.point, **moved})
            return math.nan if found is None else float(found)
        value = values_at(wengert_list(self.expression), {**self.point, **moved})[self.expression]
        return float(value) if is_number(value) else math.nan

    def quotient(self, name: str, h: float, a: int, b: int, c: int) -> Figure:
        """Return (f(x + a h) - f(x + b h))/(c h), along one variable."""
        x = self.point[name]
        quotient = (self.value(**{name: x + a * h}) - self.value(**{name: x + b * h})) / (c * h)
        return Figure(quotient if math.isfinite(quotient) else None, ("quotient", name, h, a, b, c))

    def true(self, name: str) -> Figure:
        """Return the partial by one variable."""
        return partial_figure(self.gradient, name)


def own_function(question: ParsedInput, point: Mapping[str, float] | None) -> OwnFunction:
    """Return the function of a question.

    Raises DiffcompareError for a wrong point, also where there is no derivative; E585 if there is no variable.
    """
    at, wrt, _ = set_up(question, point)
    expression = question.parsed.expression
    nodes = wengert_list(expression)
    values, active = evaluate(nodes, at, CAREFUL), active_nodes(nodes)
    problem = Problem(expression, at, wrt, program=question.program)
    failure = failure_of_sweep(problem, nodes, values, frozenset(active))
    if failure is not None:
        raise DiffcompareError(failure)
    adjoints = reverse(nodes, values, active, expression, CAREFUL) if is_number(values[expression]) else {}
    gradient = {name: float(adjoints.get(Variable(name), 0.0)) for name in wrt}
    if not active or not is_number(values[expression]) or not all(map(math.isfinite, gradient.values())):
        message = "the function has no finite value and derivatives at this point" if active else "it has no variable"
        raise DiffcompareError(Diagnostic("E585", "bad_value", message, help='for example `--expr "x^2" --at x=1`'))
    return OwnFunction(question, expression, at, wrt[:MAX_VARIABLES], gradient)


def symbolic_formulas(own: OwnFunction) -> dict[str, Expression]:
    """Return sympy's formulas by variable; none where they are not found in time, or for a long recording."""
    if len(wengert_list(own.expression)) > MAX_NODES:
        return {}
    problem = Problem(own.expression, own.point, tuple(own.names), budget=SECONDS, simplify="none")
    formulas = backend("symbolic").differentiate(problem).formulas or {}
    return {name: formulas[name] for name in own.names if name in formulas}


def entries(own: OwnFunction) -> list[Expression | None]:
    """Return the formulas that the page evaluates: those of the gradient, then the Hessian row by row.

    None stands for one that is not known, or too large.
    """
    if len(wengert_list(own.expression)) > MAX_NODES:
        return []
    formulas = symbolic_formulas(own)
    gradient: list[Expression | None] = [formulas.get(name) for name in own.names]
    hessian: list[Expression | None] = []
    first = by_rules(own.expression, own.names, "light", TimeBudget(SECONDS)).formulas or {}
    for a in own.names:
        again = by_rules(first[a], own.names, "light", TimeBudget(SECONDS)).formulas if a in first else None
        if not again or sum(map(dag_size, again.values())) > MAX_SWOLLEN:
            return gradient
        hessian += [again[b] for b in own.names]
    return gradient + hessian
