"""Value and gradient as one straight-line program: the reverse sweep of the doubles, read over expressions.

The nodes of the program compute, double by double, what the plain sweep computes (`numeric.sweeps.reverse` over
`FLOATS`): the same operations in the same order.  What is the same computation is one node; factors 1 and -1 are gone,
and so is whatever no result needs; constants are folded, in the doubles in which the sweep would compute them.  Three
things have no row in the table of operations and get one here:

* the sum of three or more contributions, `TOTAL`, which the sweep rounds once (`math.fsum`);
* a partial that decides by its argument, as that of tanh does: a `Slope`, applied to the result and the arguments;
* of an `if` the contribution is an `if` again, 0 for the branch that is not taken, where the sweep has none.

So a result has the bits of the sweep's wherever all numbers on the way are finite, but for the sign of a zero.  Where
one is not (a function leaves its domain or the doubles, even in a branch that is not taken) this program raises, or
ends in inf or nan, and the sweep has to be asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from diffcompare.language.expression import (
    ArithmeticOperators,
    Constant,
    Double,
    Expression,
    Leaf,
    Number,
    Operation,
    Variable,
    apply,
    build,
    lift,
)
from diffcompare.language.operations import (
    CONSTANTS,
    EVERYWHERE,
    NOWHERE,
    NotDifferentiable,
    add,
    divide,
    general_power,
    ln,
    multiply,
    negate,
    subtract,
)
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import RANGE_ERRORS
from diffcompare.numeric.user_operations import UserOperation

MIN_FOLDED, MAX_FOLDED = 2.0**-1000, 2.0**1000  # sizes of constants that are computed in advance


class JointSweep(NamedTuple):
    """A program for the value and the partials: `nodes` in order of evaluation, variables and constants among them.

    Constants are `Double`s; one that no double holds stays an operation of constants.  The results are nodes as well.
    """

    nodes: list[Expression]
    value: Expression
    partials: dict[str, Expression]


class Slope(Operation):
    """A row for one partial of another row over doubles, as a function of the result and the arguments of that row."""

    __slots__ = ("of", "position")

    def __init__(self, of: Operation, position: int) -> None:
        super().__init__(f"{of.name} slope {position}", **_fields(of.partials[position], of.arity + 1))  # type: ignore[arg-type]
        self.of, self.position = of, position


def _fields(real: Callable[..., float], arity: int) -> dict[str, Any]:
    """Return the fields of a row that is evaluated and nothing else."""
    return {
        "real": real, "partials": [None] * arity, "definition": None, "domain": EVERYWHERE, "kink": NOWHERE,
        "names": {}, "notation": "", "aliases": (), "samples": (), "selects": None,
    }  # fmt: skip


TOTAL = Operation("total", **_fields(lambda *terms: math.fsum(terms), 0))  # of any number of terms, rounded once


def joint_sweep(root: Expression, wrt: Sequence[str]) -> JointSweep:
    """Return the program for the value of an expression and its partials with respect to the variables `wrt`.

    A variable that does not reach the value has the partial 0.  Raises NotDifferentiable if a partial that is needed
    does not exist.
    """
    writer = SweepBuilder()
    value = writer.forwards(wengert_list(root))
    adjoints = writer.backwards({value: writer.constant(1.0)}, wrt)
    partials = {name: adjoints.get(Variable(name), writer.constant(0.0)) for name in wrt}
    return JointSweep(writer.needed([value, *partials.values()]), value, partials)


class SweepBuilder:
    """Builds the nodes of one program, each once, and sweeps back over them."""

    def __init__(self) -> None:
        self.order: list[Expression] = []  # operations as they are built: arguments first
        self._known: dict[Any, Expression] = {}

    def forwards(self, nodes: Sequence[Expression]) -> Expression:
        """Build the nodes of a Wengert list, and return what the last one became."""
        return self.forwards_with(nodes)[nodes[-1]]

    def forwards_with(
        self, nodes: Iterable[Expression], known: Mapping[Expression, Expression] | None = None
    ) -> dict[Expression, Expression]:
        """Build the nodes of a Wengert list, and return what each became; `known` has nodes that others stand for.

        No two of those with a variable become one, even if they compute the same: the sweep rounds the totals of both.
        """
        built: dict[Expression, Expression] = dict(known or {})
        for node in nodes:
            if node in built:
                continue
            if node.operation is None:
                built[node] = node if type(node) is Variable else self.constant(_double(node))
                continue
            arguments = tuple([built[argument] for argument in node.arguments])
            if not node.varies:
                built[node] = self.apply(node.operation, arguments)
                continue
            built[node] = build(node.operation, arguments, lambda key, new: new)
            self._known.setdefault((node.operation, arguments), built[node])
            self.order.append(built[node])
        return built

    def backwards(self, seeds: Mapping[Expression, Expression], wrt: Iterable[str]) -> dict[Expression, Expression]:
        """Build the adjoints of variables; `seeds` are the adjoints of the outputs."""
        leaves = [Variable(name) for name in wrt]
        gathered = self.contributions({output: [seed] for output, seed in seeds.items()}, leaves)
        return {leaf: self.total(terms) for leaf, terms in gathered.items()}

    def contributions(
        self, seeds: Mapping[Expression, Sequence[Expression]], leaves: Iterable[Expression]
    ) -> dict[Expression, list[Expression]]:
        """Build what the leaves receive, by leaf; `seeds` are contributions to outputs from elsewhere."""
        nodes = list(self.order)
        chosen = dict.fromkeys(leaves)
        active: set[Expression] = set(chosen)
        for node in nodes:
            if not active.isdisjoint(node.arguments):
                active.add(node)
        gathered = {output: list(terms) for output, terms in seeds.items() if output in active and terms}
        for node in reversed(nodes):
            if node not in gathered:
                continue
            adjoint = self.total(gathered.pop(node))
            for position, argument in enumerate(node.arguments):
                if argument in active:
                    contribution = self._contribution(adjoint, node, position)
                    if contribution is not None:
                        gathered.setdefault(argument, []).append(contribution)
        return {leaf: gathered[leaf] for leaf in chosen if leaf in gathered}

    def _contribution(self, adjoint: Expression, node: Expression, position: int) -> Expression | None:
        """Return the adjoint times the partial; None where the partial is literally 0."""
        operation = node.operation
        assert operation is not None
        partial = operation.partials[position]
        if partial is None:
            raise NotDifferentiable(node)
        if type(partial) is int:
            return None if partial == 0 else adjoint if partial == 1 else self.times(adjoint, self.constant(partial))
        constants = tuple([argument.double if type(argument) is Double else None for argument in node.arguments])
        form = partial_form(operation, position, constants)
        if type(form) is int and form in (0, 1, -1):
            return None if form == 0 else adjoint if form == 1 else self.apply(negate, (adjoint,))
        if isinstance(form, int | float):
            return self.times(adjoint, self.constant(form))
        built: dict[Expression, Expression] = {
            _RESULT: node,
            **dict(zip(_arguments(operation.arity), node.arguments, strict=True)),
        }
        selects = selects_a_one(form)
        for part in wengert_list(form):
            if part.operation is not None and not (selects and part is form):
                built[part] = self.apply(part.operation, tuple([built[argument] for argument in part.arguments]))
            elif part not in built:
                built[part] = self.constant(_double(part)) if part.operation is None else part
        if not selects:
            return self.times(adjoint, built[form])
        chosen = [adjoint if _double(branch) == 1 else self.constant(0.0) for branch in form.arguments[2:]]
        assert form.operation is not None
        return self.apply(form.operation, (*[built[argument] for argument in form.arguments[:2]], *chosen))

    def total(self, terms: Sequence[Expression]) -> Expression:
        """Build the sum of contributions; for two of them an addition rounds as `math.fsum` does."""
        if len(terms) == 1:
            return terms[0]
        if len(terms) == 2:
            return self.apply(add, tuple(terms))
        return self.apply(TOTAL, tuple(terms))

    def times(self, left: Expression, right: Expression) -> Expression:
        """Build a product."""
        return self.apply(multiply, (left, right))

    def constant(self, value: float) -> Expression:
        """Return the one leaf of this program for a double."""
        value = float(value)
        return self._known.setdefault((value, math.copysign(1.0, value)), Double(value))

    def apply(self, operation: Operation, arguments: tuple[Expression, ...]) -> Expression:
        """Build a node, or return one that computes the same double."""
        if operation in _SIMPLER:
            simpler = _SIMPLER[operation](self, *arguments)
            if simpler is not None:
                return simpler
        known = self._known.get((operation, arguments))
        if known is None and (operation is add or operation is multiply):
            known = self._known.get((operation, arguments[::-1]))
        if known is not None:
            return known
        if not any(argument.varies for argument in arguments) and all(type(leaf) is Double for leaf in arguments):
            folded = _folded(operation, [leaf.double for leaf in arguments])  # type: ignore[attr-defined]
            if folded is not None:
                return self.constant(folded)
        node = build(operation, arguments, self._known.setdefault)
        self.order.append(node)
        return node

    def needed(self, results: Sequence[Expression]) -> list[Expression]:
        """Return the nodes that the results need, leaves first, in order of evaluation."""
        alive = set(results)
        for node in reversed(self.order):
            if node in alive:
                alive.update(node.arguments)
        operations = [node for node in self.order if node in alive]
        leaves = dict.fromkeys(leaf for node in operations for leaf in node.arguments if leaf.operation is None)
        leaves.update(dict.fromkeys(leaf for leaf in results if leaf.operation is None))
        return [*leaves, *operations]


def _double(leaf: Expression) -> float:
    return CONSTANTS[leaf.name] if isinstance(leaf, Constant) else leaf.double  # type: ignore[attr-defined]


def _folded(operation: Operation, numbers: Sequence[float]) -> float | None:
    """Return the value of an operation of constants; None where there is none in the usual range.

    Then the program has to compute it, or to raise: what leaves the range of doubles there, is seen (`magnitudes`).
    """
    if isinstance(operation, UserOperation):
        return None  # its code runs where the sweep runs it
    try:
        value = operation.real(*numbers)
    except RANGE_ERRORS:
        return None
    if value == 0 and operation in (multiply, divide) and numbers[0] != 0 != numbers[-1]:
        return None
    return float(value) if value == 0 or MIN_FOLDED < abs(value) < MAX_FOLDED else None


# --- The same double by fewer operations ------------------------------------------------------------------------------
# Signs move out of products and into sums, and factors 1 go: IEEE 754 rounds the same way with either sign.


def _is(node: Expression, value: float) -> bool:
    return type(node) is Double and node.double == value


def _simpler_product(program: SweepBuilder, left: Expression, right: Expression) -> Expression | None:
    for one, other in ((left, right), (right, left)):
        if _is(one, 1.0):
            return other
        if _is(one, -1.0):
            return program.apply(negate, (other,))
        if one.operation is negate:
            return program.apply(negate, (program.times(one.arguments[0], other),))
    return None


def _simpler_quotient(program: SweepBuilder, left: Expression, right: Expression) -> Expression | None:
    if _is(right, 1.0):
        return left
    if left.operation is negate:
        return program.apply(negate, (program.apply(divide, (left.arguments[0], right)),))
    return None


def _simpler_sum(program: SweepBuilder, left: Expression, right: Expression) -> Expression | None:
    if right.operation is negate:
        return program.apply(subtract, (left, right.arguments[0]))
    if left.operation is negate:
        return program.apply(subtract, (right, left.arguments[0]))
    return None


def _simpler_difference(program: SweepBuilder, left: Expression, right: Expression) -> Expression | None:
    return program.apply(add, (left, right.arguments[0])) if right.operation is negate else None


def _simpler_negation(program: SweepBuilder, operand: Expression) -> Expression | None:
    return operand.arguments[0] if operand.operation is negate else None


_SIMPLER: dict[Operation, Callable[..., Expression | None]] = {
    multiply: _simpler_product,
    divide: _simpler_quotient,
    add: _simpler_sum,
    subtract: _simpler_difference,
    negate: _simpler_negation,
}


# --- Partials over doubles as expressions -----------------------------------------------------------------------------

_RESULT = Variable("y")


@lru_cache(maxsize=64)
def _arguments(arity: int) -> list[Expression]:
    return [Variable(f"a{place}") for place in range(arity)]


class DecidesByValue(Exception):
    """A partial asked how large a double is."""


def _decides(*numbers: Any) -> Any:
    raise DecidesByValue


class TracedDouble(ArithmeticOperators, float):
    """A double whose value is not known yet: it passes for one, and records what is computed from it.

    The rows of the table have partials that take another form over doubles; this is how to see that form.  Its own
    value is nan, so that no number comes of it that was computed past the recording.
    """

    __slots__ = ("node",)
    node: Expression

    @staticmethod
    def of(node: Expression) -> TracedDouble:
        """Return a double that stands for a node."""
        number = TracedDouble(math.nan)
        number.node = node
        return number

    @staticmethod
    def constant(value: Any) -> TracedDouble:
        """Return a plain number, or the constant of a name."""
        return TracedDouble.of(Double(CONSTANTS[value] if isinstance(value, str) else float(value)))

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> TracedDouble:
        """Record a row."""
        return TracedDouble.of(operation(*map(_traced, arguments)))

    def __neg__(self) -> TracedDouble:
        return TracedDouble.of(-self.node)

    def __abs__(self) -> Any:
        return _decides()

    def __add__(self, other: Any) -> TracedDouble:
        return TracedDouble.of(self.node + _traced(other))

    def __sub__(self, other: Any) -> TracedDouble:
        return TracedDouble.of(self.node - _traced(other))

    def __mul__(self, other: Any) -> TracedDouble:
        return TracedDouble.of(self.node * _traced(other))

    def __truediv__(self, other: Any) -> TracedDouble:
        return TracedDouble.of(self.node / _traced(other))

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = __bool__ = __int__ = __hash__ = _decides


def _traced(number: Any) -> Expression:
    return number.node if type(number) is TracedDouble else Double(number) if type(number) is float else lift(number)


Form: TypeAlias = Expression | float


def partial_form(operation: Operation, position: int, constants: tuple[float | None, ...]) -> Form:
    """Return a partial of a row as the sweep computes it over doubles, an expression in y, a0, a1, ... or a number.

    `constants` has the arguments that are constant, and None for the others.
    """
    if isinstance(operation, UserOperation):
        return Slope(operation, position)(_RESULT, *_arguments(operation.arity))  # type: ignore[no-any-return]
    form = _form(operation, position, (None,) * len(constants))
    if isinstance(form, Expression) and type(form.operation) is Slope and constants != (None,) * len(constants):
        special = _form(operation, position, constants)
        return form if isinstance(special, Expression) and type(special.operation) is Slope else special
    return form


@lru_cache(maxsize=4096)
def _form(operation: Operation, position: int, constants: tuple[float | None, ...]) -> Form:
    if operation is general_power:
        form = _power_form(position, constants)
        if form is not None:
            return form
    numbers = [
        TracedDouble.of(leaf) if constant is None else constant
        for leaf, constant in zip(_arguments(len(constants)), constants, strict=True)
    ]
    partial: Any = operation.partials[position]
    try:
        value = partial(TracedDouble.of(_RESULT), *numbers)
    except DecidesByValue:
        return Slope(operation, position)(_RESULT, *_arguments(operation.arity))  # type: ignore[no-any-return]
    if type(value) is TracedDouble:
        return value.node
    assert not math.isnan(value), operation.name
    return value  # type: ignore[no-any-return]


def _power_form(position: int, constants: Sequence[float | None]) -> Form | None:
    """Return a partial of a^b where it decides by a = 0 only, and this form has no finite value there."""
    y, (a, b) = _RESULT, _arguments(2)
    base, exponent = constants
    if position == 1 and base != 0:
        return y * apply(ln, (a,))
    if position == 0 and exponent is not None and exponent != 1:
        lowered = exponent - 1
        if math.fsum([exponent, -1.0, -lowered]) == 0:
            return b * apply(general_power, (a, Double(lowered)))
        return b * (y / a)
    return None


def selects_a_one(form: Expression) -> bool:
    """Tell whether a partial is 1 in one branch of an `if` and 0 in the other."""
    if form.operation is None or form.operation.selects is None:
        return False
    branches = form.arguments[2:]
    return all(isinstance(branch, Leaf) for branch in branches) and sorted(map(_leaf_or_nan, branches)) == [0, 1]


def _leaf_or_nan(leaf: Expression) -> float:
    return _double(leaf) if isinstance(leaf, Number | Double) else math.nan
