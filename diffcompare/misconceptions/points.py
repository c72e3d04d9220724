"""A function at a sample point: its values, tangents and adjoints, in doubles or in balls, with or without mistakes.

The derivative of the whole function is linear in the tangent of every node.  So a single mistake at a node changes the
derivative by adjoint * (wrong tangent - right tangent): one forward and one reverse sweep serve all mistakes together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import is_choice
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.misconceptions.kinds import Rule
from diffcompare.misconceptions.pattern_matching import PatternMatch, Tangents, Values
from diffcompare.numeric.arb_functions import SLOW_BITS, Beyond, Undecided, precision, to_float
from diffcompare.numeric.balls import BALLS, evaluate_balls
from diffcompare.numeric.evaluate import RANGE_ERRORS, Undefined, is_number, values_at

Edge: TypeAlias = tuple[Expression, int]  # one use of a node: the operation that uses it, and the argument's position

MAX_ANSWER_NODES = 300  # larger answers are not examined for cancellation
BITS, CANCELLATION_TOLERANCE = 140, 1e-9  # the precision of that test, and the relative error that doubles may have

NO_VALUE = (*RANGE_ERRORS, TypeError)  # raised by a wrong rule where it has no value (an `Undefined` is not a number)


class Change(NamedTuple):
    """A wrong rule applied to a node: for all uses of the node (`use` is None), or for one of them only."""

    node: Expression
    rule: Rule
    match: PatternMatch
    use: Edge | None = None

    def wrong_derivative(self, values: Values, tangents: Tangents) -> Any:
        """Return the wrong derivative of the node.

        Raises:
            NO_VALUE: The rule has no value there.
        """
        return apply_wrong_rule(self.rule, self.match, self.match.bind(values, tangents), tangents)


def apply_wrong_rule(rule: Rule, match: PatternMatch, numbers: Mapping[str, Any], tangents: Tangents) -> Any:
    """Return what the rule gives, times the inner derivative (or over it) if the rule is about the outer function only.

    `numbers` are those that `match.bind` has returned.
    """
    wrong = rule.apply(numbers)
    if rule.inner is None or rule.inner == "missing":
        return wrong
    assert match.inner is not None
    inner = tangents.get(match.inner, 0)
    return wrong * inner if rule.inner == "times" else wrong / inner


class AnalyzedFunction:
    """The function whose derivative is asked for: its Wengert list, its active nodes and the uses of each node."""

    def __init__(self, expression: Expression, by: str) -> None:
        self.root = expression
        self.by = by
        self.variable = Variable(by)
        self.nodes = wengert_list(expression)
        self.active: Collection[Expression] = active_nodes(self.nodes, (by,))
        self.varies = bool(variables(self.nodes))
        self.branches = any(map(is_choice, self.nodes))
        self.matches: dict[Expression, Sequence[tuple[PatternMatch, Sequence[Rule]]]] = {}
        """The matches of a node with the rules for each, kept once they have been computed."""
        self.uses: dict[Expression, list[Edge]] = {}
        for node in self.nodes:
            for position, argument in enumerate(node.arguments):
                self.uses.setdefault(argument, []).append((node, position))

    def possible_uses(self, node: Expression) -> Sequence[Edge | None]:
        """Return where a mistake at a node can be made: in all of its uses at once (None), and in each of several."""
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
        """Returns the value of any other expression at this point."""
        self.one = one
        self.answer = evaluate(answer)
        self.at_another_point: Callable[[], Sample] = lambda: self
        """Return the function at another point, for mistakes that amount to the same constant everywhere."""
        self.reached = _reached(function, values)
        self.partials: dict[Edge, Any] = {}
        self.tangents = self.tangents_with(())
        self.right = self.tangents.get(function.root, 0)
        self._adjoints: dict[Expression, Any] | None = None

    def partial(self, node: Expression, position: int) -> Any:
        """Return the partial of a node with respect to one of its arguments; 0 where there is none."""
        partial = self.partials.get((node, position))
        if partial is None:
            assert node.operation is not None
            partial = node.operation.partials[position]
            if callable(partial):
                partial = partial(self.values[node], *[self.values[argument] for argument in node.arguments])
            partial = self.partials[node, position] = 0 if partial is None else partial
        return partial

    def tangents_with(self, changes: Collection[Change]) -> dict[Expression, Any]:
        """Return the tangents of all active nodes by a forward sweep in which mistakes are made.

        Exact zeros and ones stay integers, so that products with them cost nothing.
        """
        everywhere = {change.node: change for change in changes if change.use is None}
        once = {change.use: change for change in changes if change.use is not None}
        variable = self.function.variable
        tangents: dict[Expression, Any] = {}
        for node in self.reached:
            if node in everywhere:
                tangents[node] = everywhere[node].wrong_derivative(self.values, tangents)
            elif node.operation is not None:
                total = 0
                for position, argument in enumerate(node.arguments):
                    change = once.get((node, position)) if once else None
                    inner = change.wrong_derivative(self.values, tangents) if change else tangents.get(argument, 0)
                    if type(inner) is not int or inner:
                        partial = self.partial(node, position)
                        if type(partial) is not int or partial:
                            total = total + partial * inner
                if type(total) is not int or total:
                    tangents[node] = total
            elif node is variable:
                tangents[node] = self.one
        return tangents

    @property
    def adjoints(self) -> Mapping[Expression, Any]:
        """The derivative of the whole function with respect to every node, constants included."""
        if self._adjoints is None:
            self._adjoints = self._reverse()
        return self._adjoints

    def _reverse(self) -> dict[Expression, Any]:
        """Return the adjoints of all nodes by a reverse sweep."""
        adjoints: dict[Expression, Any] = {self.function.root: self.one}
        for node in reversed(self.reached):
            adjoint = adjoints.get(node)
            if adjoint is None:
                continue
            for position, argument in enumerate(node.arguments):
                try:
                    partial = self.partial(node, position)
                except NO_VALUE:
                    continue  # a constant argument by which there is no derivative here
                if type(partial) is not int or partial:
                    contribution = adjoint * partial
                    earlier = adjoints.get(argument)
                    adjoints[argument] = contribution if earlier is None else earlier + contribution
        return adjoints

    def adjoint_through(self, node: Expression, use: Edge | None) -> Any:
        """Return the derivative of the whole function by way of all uses of a node (None), or by way of one."""
        if use is None:
            return self.adjoints.get(node, 0)
        user, position = use
        return self.adjoints.get(user, 0) * self.partial(user, position)


def _reached(function: AnalyzedFunction, values: Values) -> Sequence[Expression]:
    """Return the nodes that matter at this point, without those in a branch that an `if` does not take."""
    if not function.branches:
        return function.nodes
    reached = {function.root}
    for node in reversed(function.nodes):
        if node in reached and node.operation is not None:
            needed = node.arguments
            if node.operation.selects:
                needed = (*needed[:2], needed[node.operation.selects(values[needed[0]], values[needed[1]])])
            reached.update(needed)
    return [node for node in function.nodes if node in reached]


def in_doubles(function: AnalyzedFunction, answer: Expression, point: Mapping[str, float]) -> Sample | None:
    """Evaluate the function at a point in doubles; None where function, derivative or answer has no value."""

    def evaluate(expression: Expression) -> Any:
        value = values.get(expression)
        return values_at(wengert_list(expression), point)[expression] if value is None else value

    try:
        values = values_at(function.nodes, point)
        if not is_number(values[function.root]):
            return None
        sample = Sample(function, values, evaluate, 1.0, answer)
    except (*NO_VALUE, KeyError):  # a KeyError where the answer has a variable that the point does not have
        return None
    if not is_number(sample.right) or not is_number(sample.answer):
        return None
    return sample


def is_cancelled(answer: Expression, point: Mapping[str, float], in_doubles: float) -> bool:
    """Tell whether doubles have lost the digits of an answer to cancellation, like all those of 1 - tanh(x)^2 at 20."""
    nodes = wengert_list(answer)
    if len(nodes) > MAX_ANSWER_NODES or any(node.operation and node.operation.name in SLOW_BITS for node in nodes):
        return False
    try:
        with precision(BITS):
            value = evaluate_balls(nodes, point, lambda: None)[answer]
    except (Beyond, Undecided, *NO_VALUE):
        return False
    exact = in_doubles if type(value) is Undefined else to_float(value.mid)
    return abs(in_doubles - exact) > CANCELLATION_TOLERANCE * abs(exact)


def in_balls(function: AnalyzedFunction, answer: Expression, point: Mapping[str, float]) -> Sample:
    """Evaluate the function at a point in balls, at the working precision.

    Raises:
        Undecided: More bits are needed.
        Beyond: No number of bits would do.
        ValueError: The function has no value there.
    """
    values = evaluate_balls(function.nodes, point, lambda: None)
    if type(values[function.root]) is Undefined:
        raise ValueError("the function has no value here")

    def evaluate(expression: Expression) -> Any:
        return evaluate_balls(wengert_list(expression), point, lambda: None)[expression]

    return Sample(function, values, evaluate, BALLS.one, answer)
