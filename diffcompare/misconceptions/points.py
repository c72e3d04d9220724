"""A function at a sample point: its values, its slopes and its adjoints, in doubles or in balls.

The derivative of the whole is linear in the slope of every node.  So a single mistake at a node changes the derivative
by adjoint * (wrong slope - right slope), with one forward and one reverse sweep for all mistakes together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from diffcompare.language.expression import Expression, Variable
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.misconceptions.kinds import Rule
from diffcompare.misconceptions.patterns import PatternMatch, Slopes, Values
from diffcompare.numeric.balls import SLOW_BITS
from diffcompare.numeric.evaluate import RANGE_ERRORS, Undefined, is_number, values_at

Edge: TypeAlias = tuple[Expression, int]
"""One use of a node: the operation that uses it, and as which of its arguments."""

MAX_ANSWER_NODES = 300
"""Nodes up to which the value of an answer is looked at closely."""
BITS, CANCELLED = 140, 1e-9
"""With how many bits, and by how much of it doubles may be off."""

UNKNOWN = (*RANGE_ERRORS, TypeError)
"""What a wrong rule raises where it has no value (an `Undefined` is no number)."""


class Change(NamedTuple):
    """A wrong rule applied to a node: for all uses of the node, or for one of them only."""

    node: Expression
    rule: Rule
    sight: PatternMatch
    use: Edge | None = None

    def slope(self, values: Values, slopes: Slopes) -> Any:
        """The wrong derivative of the node."""
        return with_inner(self.rule, self.sight, self.sight.see(values, slopes), slopes)


def with_inner(rule: Rule, sight: PatternMatch, seen: Sequence[Any], slopes: Slopes) -> Any:
    """What the rule gives, multiplied by the inner derivative if it is about the outer function only."""
    wrong = rule.wrong(*seen)
    if rule.inner is None or rule.inner == "missing":
        return wrong
    assert sight.inner is not None
    inner = slopes.get(sight.inner, 0)
    return wrong * inner if rule.inner == "times" else wrong / inner


class AnalyzedFunction:
    """The function whose derivative is asked for: its Wengert list and what of it varies."""

    def __init__(self, expression: Expression, by: str) -> None:
        self.root = expression
        self.by = by
        self.variable = Variable(by)
        self.nodes = wengert_list(expression)
        self.active: Collection[Expression] = active_nodes(self.nodes, (by,))
        self.varies = bool(variables(self.nodes))
        self.branches = any(node.operation is not None and node.operation.selects for node in self.nodes)
        self.sights: dict[Expression, Sequence[tuple[PatternMatch, Sequence[Rule]]]] = {}
        """What of a node the views see, once somebody has looked."""
        self.uses: dict[Expression, list[Edge]] = {}
        for node in self.nodes:
            for place, argument in enumerate(node.arguments):
                self.uses.setdefault(argument, []).append((node, place))

    def places_of(self, node: Expression) -> Sequence[Edge | None]:
        """Where a mistake at a node can be made: at all of its uses at once (None), and at each of several."""
        uses = self.uses.get(node, [])
        if len(uses) < 2:
            return (None,)
        return uses if node is self.variable else (None, *uses)


class Sample:
    """The function at one point, in one number type."""

    def __init__(
        self,
        function: AnalyzedFunction,
        values: Values,
        evaluate: Callable[[Expression], Any],
        one: Any,
        answer: Expression,
    ) -> None:
        self.function = function
        self.values = values
        self.evaluate = evaluate
        """The value of any other expression at this point."""
        self.one = one
        self.answer = evaluate(answer)
        self.elsewhere: Callable[[], Sample] = lambda: self
        """The function at another point, for what is the same everywhere."""
        self.reached = _reached(function, values)
        self.partials: dict[Edge, Any] = {}
        self.slopes: dict[Expression, Any] = self._forward()
        self.right = self.slopes.get(function.root, 0)
        self._adjoints: dict[Expression, Any] | None = None

    def partial(self, node: Expression, place: int) -> Any:
        """The partial of a node by one of its arguments; 0 where there is none."""
        known = self.partials.get((node, place))
        if known is None:
            assert node.operation is not None
            known = node.operation.partials[place]
            if callable(known):
                known = known(self.values[node], *[self.values[argument] for argument in node.arguments])
            known = self.partials[node, place] = 0 if known is None else known
        return known

    def _forward(self) -> dict[Expression, Any]:
        return self.mistaken(())

    def mistaken(self, changes: Collection[Change]) -> dict[Expression, Any]:
        """The slopes of all nodes that vary, with mistakes made on the way."""
        everywhere = {change.node: change for change in changes if change.use is None}
        once = {change.use: change for change in changes if change.use is not None}
        variable = self.function.variable
        slopes: dict[Expression, Any] = {}
        for node in self.reached:
            if node in everywhere:
                slopes[node] = everywhere[node].slope(self.values, slopes)
            elif node.operation is not None:
                total = 0
                for place, argument in enumerate(node.arguments):
                    change = once.get((node, place)) if once else None
                    inner = change.slope(self.values, slopes) if change else slopes.get(argument, 0)
                    if type(inner) is not int or inner:
                        partial = self.partial(node, place)
                        if type(partial) is not int or partial:
                            total = total + partial * inner
                if type(total) is not int or total:
                    slopes[node] = total
            elif node is variable:
                slopes[node] = self.one
        return slopes

    @property
    def adjoints(self) -> Mapping[Expression, Any]:
        """The derivative of the whole by every node, constants included."""
        if self._adjoints is None:
            self._adjoints = self._reverse()
        return self._adjoints

    def _reverse(self) -> dict[Expression, Any]:
        adjoints: dict[Expression, Any] = {self.function.root: self.one}
        for node in reversed(self.reached):
            adjoint = adjoints.get(node)
            if adjoint is None:
                continue
            for place, argument in enumerate(node.arguments):
                try:
                    partial = self.partial(node, place)
                except UNKNOWN:
                    continue  # a constant argument by which there is no derivative here
                if type(partial) is not int or partial:
                    message = adjoint * partial
                    earlier = adjoints.get(argument)
                    adjoints[argument] = message if earlier is None else earlier + message
        return adjoints

    def weight(self, node: Expression, use: Edge | None) -> Any:
        """By how much the whole moves with the slope of a node, through all of its uses or through one."""
        if use is None:
            return self.adjoints.get(node, 0)
        user, place = use
        return self.adjoints.get(user, 0) * self.partial(user, place)


def _reached(function: AnalyzedFunction, values: Values) -> Sequence[Expression]:
    """The nodes that matter at this point: those in a branch that an `if` does not take are left out."""
    if not function.branches:
        return function.nodes
    found = {function.root}
    for node in reversed(function.nodes):
        if node in found and node.operation is not None:
            needed = node.arguments
            if node.operation.selects:
                needed = (*needed[:2], needed[node.operation.selects(values[needed[0]], values[needed[1]])])
            found.update(needed)
    return [node for node in function.nodes if node in found]


def in_doubles(function: AnalyzedFunction, answer: Expression, point: Mapping[str, float]) -> Sample | None:
    """The function at a point in doubles; None where something that matters has no value."""

    def evaluate(expression: Expression) -> Any:
        value = values.get(expression)
        return values_at(wengert_list(expression), point)[expression] if value is None else value

    try:
        values = values_at(function.nodes, point)
        if not is_number(values[function.root]):
            return None
        sample = Sample(function, values, evaluate, 1.0, answer)
    except (*UNKNOWN, KeyError):  # a KeyError where the answer has a variable that the point does not have
        return None
    if not is_number(sample.right) or not is_number(sample.answer):
        return None
    return sample


def is_cancelled(answer: Expression, point: Mapping[str, float], in_doubles: float) -> bool:
    """Whether doubles have lost the digits of an answer: of 1 - tanh(x)^2 at 20 they have none."""
    from diffcompare.numeric.balls import Beyond, Undecided, evaluate_balls, precision, to_float

    nodes = wengert_list(answer)
    if len(nodes) > MAX_ANSWER_NODES or any(node.operation and node.operation.name in SLOW_BITS for node in nodes):
        return False
    try:
        with precision(BITS):
            value = evaluate_balls(nodes, point, lambda: None)[answer]
    except (Beyond, Undecided, *UNKNOWN):
        return False
    exact = in_doubles if type(value) is Undefined else to_float(value.mid)
    return abs(in_doubles - exact) > CANCELLED * abs(exact)


def in_balls(function: AnalyzedFunction, answer: Expression, point: Mapping[str, float]) -> Sample:
    """The function at a point at the working precision of `truth.ball`; raises its Undecided and Beyond."""
    from diffcompare.numeric.balls import BALLS, evaluate_balls

    values = evaluate_balls(function.nodes, point, lambda: None)
    if type(values[function.root]) is Undefined:
        raise ValueError("the function has no value here")

    def evaluate(expression: Expression) -> Any:
        return evaluate_balls(wengert_list(expression), point, lambda: None)[expression]

    return Sample(function, values, evaluate, BALLS.one, answer)
