"""Operations of a user's own, made while the program runs: rows like those of the table, and used by the same loops.

A row of the table knows its partials as formulas.  That of a user's `Function` knows numbers only: its value is what
`forward` computes, and its partial is what `backward` makes of a gradient of 1.  So the partial of `Sinh(i)` is again
an operation, `Sinh_i(i)`, whose value that is.  Over number types other than doubles both are read from a definition in
the language, if there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from math import isclose
from typing import Any, Protocol

from diffcompare.language.differentiation_rules import BY_HAND, ZERO, derivatives_of
from diffcompare.language.expression import Constant, Double, Expression, Number, Operation, Variable, apply, lift
from diffcompare.language.operations import CONSTANTS, EVERYWHERE, NOWHERE
from diffcompare.language.printer import to_text
from diffcompare.language.wengert import replace_nodes, wengert_list
from diffcompare.numeric.evaluate import Undefined, is_number, value_at, values_at

AGREEMENT = 1e-9  # relative; a forward that differs by more from its definition computes something else


class OperationNumbers(Protocol):
    """The numbers of an operation, in doubles."""

    def value(self, *arguments: float) -> float:
        """Return the value."""

    def partial(self, place: int, *arguments: float) -> float:
        """Return the partial with respect to the argument of that place."""

    def saved(self, *arguments: float) -> Sequence[Any]:
        """Return what the operation saves for its partials: numbers, nested lists of numbers, and text."""


class UserOperation(Operation):
    """A row for an operation of a user's own, or for a partial of one.

    `formula` is its definition in the language, over the parameters, and `saved` returns what it saves for its
    partials; both are None where there is nothing of the kind.  `check` is what a user writes to have its backward
    checked.
    """

    __slots__ = ("check", "formula", "parameters", "saved")

    def __init__(
        self,
        name: str,
        parameters: Sequence[str],
        real: Callable[..., float],
        partials: Sequence[Callable[..., Any] | None],
        formula: Expression | None = None,
        saved: Callable[..., Sequence[Any]] | None = None,
        check: str = "",
    ) -> None:
        super().__init__(
            name, real=real, partials=[partial and _without_result(partial) for partial in partials],
            definition=None if formula is None else reading(formula, parameters), domain=EVERYWHERE, kink=NOWHERE,
            names={}, notation=f"{name}({', '.join(parameters)})", aliases=(), samples=(), selects=None,
        )  # fmt: skip
        self.parameters, self.formula, self.saved, self.check = tuple(parameters), formula, saved, check


def user_operation(
    name: str,
    parameters: Sequence[str],
    numbers: OperationNumbers,
    formula: Expression | None = None,
    check: str = "",
) -> UserOperation:
    """Return the row for an operation of a user's own, with a row for each of its partials."""
    slopes = [_slope(name, parameters, numbers, formula, place) for place in range(len(parameters))]
    return UserOperation(name, parameters, numbers.value, slopes, formula, numbers.saved, check)


def _slope(
    name: str, parameters: Sequence[str], numbers: OperationNumbers, formula: Expression | None, place: int
) -> UserOperation:
    """Return the row for a partial, whose own partials are known where there is a definition."""
    slope = None if formula is None else _derivative(formula, parameters[place])
    partials = [None if slope is None else _later(slope, name, parameters) for name in parameters]
    return UserOperation(
        f"{name}_{parameters[place]}",
        parameters,
        lambda *arguments: numbers.partial(place, *arguments),
        partials,
        slope,
    )


def _without_result(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a partial, which is given the result as well, for a function of the arguments alone."""
    return lambda result, *arguments: function(*arguments)


def _derivative(formula: Expression, name: str) -> Expression:
    nodes = wengert_list(formula)
    return derivatives_of(nodes, name, BY_HAND).get(nodes[-1], ZERO)


def _later(formula: Expression, name: str, parameters: Sequence[str]) -> Callable[..., Any]:
    """Return the derivative of a formula as a function, derived when it is first called."""
    derived = lru_cache(maxsize=1)(lambda: reading(_derivative(formula, name), parameters))
    return lambda *arguments: derived()(*arguments)


# --- A formula as a function of anything with arithmetic --------------------------------------------------------------


def reading(formula: Expression, parameters: Sequence[str]) -> Callable[..., Any]:
    """Return a formula as a function of its parameters, over any number type that applies rows of the table."""
    nodes = wengert_list(formula)
    variables = [Variable(name) for name in parameters]

    def read(*arguments: Any) -> Any:
        if any(isinstance(argument, Expression) for argument in arguments):
            return replace_nodes([formula], dict(zip(variables, map(lift, arguments), strict=True)))[0]
        values: dict[Expression, Any] = dict(zip(variables, arguments, strict=True))
        like = next((argument for argument in arguments if type(argument) is not float), 0.0)
        for node in nodes:
            if node.operation is not None:
                operands = [values[argument] for argument in node.arguments]
                outside = next((operand for operand in operands if type(operand) is Undefined), None)
                values[node] = node.operation(*operands) if outside is None else outside
            elif node not in values:
                values[node] = _leaf(node, like)
        return values[formula]

    return read


def _leaf(node: Expression, like: Any) -> Any:
    """Return a literal or a constant as a number of the type of another one."""
    if type(like) is float:
        return CONSTANTS[node.name] if isinstance(node, Constant) else node.double  # type: ignore[attr-defined]
    if isinstance(node, Constant):
        return like.constant(node.name)
    if isinstance(like, float) or isinstance(node, Double):
        return like.constant(node.double)  # type: ignore[attr-defined]
    assert isinstance(node, Number)
    return like.constant(node.digits) / 10**node.places if node.places else like.constant(node.digits)


# --- Expressions with such operations ---------------------------------------------------------------------------------


def written_out(expression: Expression) -> Expression:
    """Return an expression with the definition in place of every operation of a user's own that has one."""
    nodes = wengert_list(expression)
    if not any(isinstance(node.operation, UserOperation) for node in nodes):
        return expression
    written: dict[Expression, Expression] = {}
    for node in nodes:
        operation, arguments = node.operation, tuple([written[argument] for argument in node.arguments])
        if operation is None:
            written[node] = node
        elif isinstance(operation, UserOperation) and operation.definition is not None:
            written[node] = operation.definition(*arguments)
        else:
            written[node] = apply(operation, arguments)
    return written[expression]


def without_definition(nodes: Iterable[Expression]) -> Expression | None:
    """Return the first node of an operation of a user's own that has no definition; None if there is none."""
    for node in nodes:
        if isinstance(node.operation, UserOperation) and node.operation.definition is None:
            return node
    return None


def saved_by(node: Expression, values: Mapping[Expression, Any]) -> Sequence[Any] | None:
    """Return what an operation of a user's own saved at a node; None for other nodes, and where it has no value."""
    if not isinstance(node.operation, UserOperation) or node.operation.saved is None:
        return None
    arguments = [values[argument] for argument in node.arguments]
    return node.operation.saved(*map(float, arguments)) if all(map(is_number, (*arguments, values[node]))) else None


def definition_notes(nodes: Sequence[Expression], point: Mapping[str, float]) -> list[str]:
    """Return a note on every operation of a user's own that has a definition, and whether its values agree with it."""
    used: dict[UserOperation, list[Expression]] = {}
    for node in nodes:
        if isinstance(node.operation, UserOperation) and node.operation.saved is not None and node.operation.formula:
            used.setdefault(node.operation, []).append(node)
    if not used:
        return []
    values, notes = values_at(nodes, point), []
    for operation, uses in used.items():
        notes.append(f"{operation.notation} is taken as its definition, {to_text(operation.formula)}")  # type: ignore
        for node in uses:
            arguments = [values[argument] for argument in node.arguments]
            if not all(map(is_number, (*arguments, values[node]))):
                continue
            defined = value_at(operation.formula, dict(zip(operation.parameters, arguments, strict=True)))  # type: ignore
            if not (is_number(defined) and isclose(defined, values[node], rel_tol=AGREEMENT, abs_tol=AGREEMENT)):  # type: ignore[arg-type]
                notes.append(f"that is {defined!r} here, and its forward gives {float(values[node])!r}")
                break
    return notes
