"""The suite of an audit: the edge cases, the catalogue, and every operation at its samples, to first and second order.

The right values of the last two are computed once a run, in ball arithmetic.  For an engine of single precision the
points are rounded first, so that it is not charged with digits that it was never given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from diffcompare.backends.automatic import gradient_at
from diffcompare.backends.hessian_methods import HessianProblem, forward_over_reverse
from diffcompare.backends.problem import Problem
from diffcompare.diagnostics import truncated
from diffcompare.engines.cases import AuditCase, edge_cases, no_such_case
from diffcompare.engines.judgement import NumberJudgement, judge, judge_complex
from diffcompare.engines.nested_derivatives import encoded, written_out
from diffcompare.inputs.catalogue import load
from diffcompare.language import serialization
from diffcompare.language.expression import Expression, Variable, lift
from diffcompare.language.operations import OPERATIONS, NotDifferentiable, is_integer_power
from diffcompare.language.parser import parse
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import FLOATS, RANGE_ERRORS, Undefined, at_kink, evaluate, value_at, values_at
from diffcompare.numeric.float32 import rounded
from diffcompare.numeric.sweeps import reverse
from diffcompare.studies.accuracy import truth_about
from diffcompare.truth.rounding import Slopes, TrueNumber
from diffcompare.truth.second_derivatives import establish_second

SOURCE = "ball arithmetic, to 25 digits"
CATALOGUE, OPERATION = "Catalogue", "Operations"
VALUE = "f"  # stands for a variable in what is right about a value
SINGLE = 24  # binary digits


def suite(*, second: bool = True, digits: int = 53, budget: float | None = 5.0) -> Iterator[AuditCase]:
    """Yield all cases.

    Args:
        second: Whether second derivatives are asked for as well.
        digits: The binary digits of the numbers at which the engine can be asked; 24 for single precision.
        budget: Seconds for the right values of one case.
    """
    orders = (1, 2) if second else (1,)
    for case in edge_cases():
        if case.order in orders:
            yield from [case] if digits != SINGLE else _at_single_precision(case, budget)
    for entry in load():
        expression = parse(entry.text, names=entry.names)
        why, cure = entry.lesson, ". ".join(re.findall(r"The cure is (.*?)(?:\.(?= |$)|$)", entry.lesson))
        case = AuditCase(
            f"@{entry.name}", CATALOGUE, entry.point, {}, str(expression), why=why, cure=cure, source=SOURCE
        )
        yield from _with_truth(case, expression, orders, digits, budget)
    for at, expression in _operations():
        listed = ", ".join(f"{letter} = {x:.6g}" for letter, x in at.items())
        case = AuditCase(f"{expression} at {listed}", OPERATION, at, {}, str(expression), source=SOURCE)
        yield from _with_truth(case, expression, orders, digits, budget)


def values_of(cases: Iterable[AuditCase], budget: float | None) -> Iterator[AuditCase]:
    """Yield a question for the value of the function of each case, where it has one."""
    for case in cases:
        if case.expression and not case.of_complex and not case.inner and case.order == 1:
            value = truth_about(Problem(parse(case.expression, names=case.at), case.at, (), budget=budget)).value
            if value is not None:
                yield case._replace(
                    name=f"{case.name}, value", right={VALUE: value.text}, order=0, together="", why="", source=SOURCE
                )


ALIKE = Fraction(1, 10**9)  # the relative error by which a right value may have been rounded


def check_right_values(cases: Iterable[AuditCase], source: str, budget: float | None) -> None:
    """Raise DiffcompareError for the first case whose right value is not the true one, as far as that is known."""
    for case in cases:
        if not case.expression or case.of_complex:
            continue
        expression = parse(case.expression, names=[*case.at, *[one.name for one in case.inner]])
        expression = written_out(expression, case.inner, list(case.at))
        for known in _with_truth(case, expression, (case.order,), 53, budget):
            for name, right in case.right.items():
                true = known.right.get(name, "none")
                if is_number(right) and is_number(true) and _differ(Fraction(right), Fraction(true)):
                    message = f"case `{truncated(case.name)}`: the right value of {name} is {true}, not {right}"
                    help = f'right = {{ {name} = "{true}" }}'
                    raise no_such_case(message, source, help)


def _differ(given: Fraction, true: Fraction) -> bool:
    return abs(given - true) > ALIKE * abs(true)


def _operations() -> Iterator[tuple[dict[str, float], Expression]]:
    """Yield every operation but the conditions at each of its samples, with the point."""
    for name, operation in OPERATIONS.items():
        if operation.selects is not None:
            continue
        letters = ("x", "y")[: operation.arity]
        for sample in operation.samples:
            inputs: list[Any] = [Variable(letter) for letter in letters]
            for place, partial in enumerate(operation.partials):
                if partial is None or (name == "^n" and place == 1):
                    inputs[place] = lift(int(sample[place]))  # a number that is no variable, such as the n of x^n
            expression = operation(*inputs)
            if is_integer_power(expression) == (name == "^n"):  # an exponent may fold the row into another
                zipped = zip(letters, sample, inputs, strict=True)
                yield {letter: float(x) for letter, x, given in zipped if given.varies}, expression


def _at_single_precision(case: AuditCase, budget: float | None) -> Iterator[AuditCase]:
    """Yield an edge case at the nearest point of single precision, if it has one there and is known at it."""
    at = {name: rounded(x) for name, x in case.at.items()}
    if all(x == y or (math.isnan(x) and math.isnan(y)) for x, y in zip(at.values(), case.at.values(), strict=True)):
        yield case
    elif case.expression and not case.of_complex:
        expression = parse(case.expression, names=[*at, *[one.name for one in case.inner]])
        yield from _with_truth(case, written_out(expression, case.inner, list(at)), (case.order,), SINGLE, budget)


def _with_truth(
    case: AuditCase, expression: Expression, orders: tuple[int, ...], digits: int, budget: float | None
) -> Iterator[AuditCase]:
    """Yield a case with the right values of each order, unless nothing is known about them."""
    at = {name: rounded(x) if digits == SINGLE else float(x) for name, x in case.at.items()}
    if any(math.isinf(x) or (x == 0 and case.at[name]) for name, x in at.items()):
        return  # beyond the range of single precision
    problem = Problem(expression, at, tuple(at), budget=budget)
    second = establish_second(problem) if 2 in orders else None
    first = second.first if second else truth_about(problem)
    if 1 in orders:
        right = {name: _right(first.gradient.get(name), first.slopes.get(name)) for name in at}
        if first.status == "nondifferentiable":
            right = {name: text or "none" for name, text in right.items()}
        yield from _known(case, at, right, 1)
    if second:
        right = {name: _right(second.entries.get((name, name)), second.slopes.get((name, name))) for name in at}
        yield from _known(case, at, right, 2)


def _right(true: TrueNumber | None, slopes: Slopes | None) -> str:
    if true is not None:
        return true.text
    known = slopes is not None and slopes.left is not None and slopes.right is not None
    return f"{slopes.left:.17g} | {slopes.right:.17g}" if known and slopes is not None else ""


def _known(case: AuditCase, at: Mapping[str, float], right: Mapping[str, str], order: int) -> Iterator[AuditCase]:
    known = {name: text for name, text in right.items() if text}
    if known:
        name = case.name if order == case.order else f"{case.name}, twice"
        yield case._replace(name=name, at=at, right=known, order=order)


# --- What a formula loses ---------------------------------------------------------------------------------------------

FORGIVEN = 4  # times the rounding of exact rules over doubles, which comes from the formula and not from the engine
FORGIVEN_WHOLLY = 1000  # times, where this leaves no digit at all: what is left is as good as random


class Question:
    """A case as it is put to every mode of every engine, and what its formula loses by itself in doubles."""

    def __init__(self, case: AuditCase) -> None:
        self.case = case
        names = list(case.at)
        self.asked: dict[str, Any] = {
            "names": names,
            "point": list(case.at.values()),
            "wrt": [names.index(variable) for variable in case.right if case.order],
            "float_exponents": case.float_exponents,
        }
        if case.call:
            self.asked["call"] = case.call
        else:
            names = ["z"] if case.of_complex else [*case.at, *[one.name for one in case.inner]]
            self.expression = parse(case.expression, names=names)
            self.asked["program"] = serialization.encode(self.expression)
        if case.of_complex:
            self.asked |= {"names": ["z"], "of_complex": True}
        if case.inner:
            self.asked["inner"] = encoded(case.inner, list(case.at))
            self.expression = written_out(self.expression, case.inner, list(case.at))

    @cached_property
    def rounding(self) -> Mapping[str, Fraction]:
        """The error of exact rules over doubles, by variable: the largest of those here and an ulp or two away.

        Empty for a call or a complex number, and at a kink, where what they return is a convention.
        """
        if self.case.call or self.case.of_complex:
            return {}
        nodes = wengert_list(self.expression)
        values = values_at(nodes, self.case.at)
        if any(at_kink(node, [values[argument] for argument in node.arguments]) for node in nodes):
            return {}
        gradients = [self._in_doubles(ulps) for ulps in (0, -2, -1, 1, 2)]
        found = {}
        for name, right in self.case.right.items():
            numbers = [x for gradient in gradients if (x := gradient.get(name)) is not None and math.isfinite(x)]
            if is_number(right) and numbers and gradients[0].get(name) is not None:
                found[name] = max(abs(Fraction(x) - Fraction(right)) for x in numbers)
        return found

    @cached_property
    def size(self) -> float:
        """The largest intermediate value, times what the output has of it; 1 at least.

        Of a call, whose formula is the engine's, it is the largest coordinate.
        """
        if self.case.call or self.case.of_complex:
            terms = list(self.case.at.values())
        else:
            nodes = wengert_list(self.expression)
            try:
                values = evaluate(nodes, self.case.at, FLOATS)
                adjoints = reverse(nodes, values, active_nodes(nodes), self.expression, FLOATS)
            except (*RANGE_ERRORS, NotDifferentiable):
                return 1.0
            terms = [values[node] * adjoint for node, adjoint in adjoints.items() if node.operation is not None]
        return max([abs(term) for term in terms if math.isfinite(term)], default=1.0)

    def _in_doubles(self, ulps: int) -> Mapping[str, float | None]:
        """Return the gradient, or the diagonal of the Hessian, by exact rules over doubles near the point."""
        at = {name: x + ulps * math.ulp(x) for name, x in self.case.at.items()}
        if self.case.order == 0:
            value = value_at(self.expression, at)
            return {VALUE: None if isinstance(value, Undefined) else float(value)}
        if self.case.order == 1:
            return gradient_at(self.expression, at) or {}
        found = {}
        for name in self.case.right:
            (row,) = forward_over_reverse(HessianProblem(self.expression, at, (name,))).rows
            found[name] = row[name]
        return found

    def judged(self, partials: Mapping[str, float | None], digits: int) -> list[NumberJudgement]:
        """Return the verdict on each partial, where what the formula itself loses is not charged to the engine."""
        if self.case.of_complex:
            return judge_complex(list(partials.values()), list(self.case.right.values()), digits)
        return [self._judged(name, partials[name], digits) for name in self.case.right]

    def _judged(self, name: str, number: float | None, digits: int) -> NumberJudgement:
        right = self.case.right[name]
        verdict = judge(number, right, digits, order=self.case.order)
        if verdict.kind == "wrong":  # a sweep over the formula tells whether rounding could do that
            verdict = judge(number, right, digits, order=self.case.order, size=self.size)
        if number is None or verdict.kind not in ("wrong", "digits-lost") or not is_number(right):
            return verdict
        rounding = self.rounding.get(name)
        if rounding is None:
            return verdict
        rounding *= 2 ** (53 - digits)
        off, size = abs(Fraction(number) - Fraction(right)), abs(Fraction(right))
        if off <= (FORGIVEN_WHOLLY if rounding * 1000 > size else FORGIVEN) * rounding:
            return NumberJudgement("digits-lost", 0.0) if off * 1000 > size else NumberJudgement("right")
        return verdict


def is_number(right: str) -> bool:
    """Tell whether a right value is one finite number."""
    return "|" not in right and right != "none" and math.isfinite(float(right))
