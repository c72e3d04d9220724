"""The table of operations in JavaScript: value, partials, domain and kink of each row, for a tape in a browser.

The tests of domains and kinks in the table are Python functions with `and` and `or`, which ask every comparison for
its outcome.  They are executed symbolically, once for every way in which the comparisons can turn out, and the results
are put together as one condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from diffcompare.codegen.libraries import JAVASCRIPT
from diffcompare.codegen.source import Writer
from diffcompare.language.expression import Expression, Operation, Region, Variable, apply, lift
from diffcompare.language.operations import exact_integer, is_integer_power
from diffcompare.numeric.user_operations import written_out

MAX_COMPARISONS = 12  # on one path; a test with more comparisons would have to be a loop

RESULT = Variable("y")
PARAMETERS = tuple(map(Variable, "abcd"))


def operation_key(node: Expression) -> str:
    """Return the name of a node's operation in the table of JavaScript: every integer exponent has a row of its own."""
    assert node.operation is not None
    return f"^{exact_integer(node.arguments[1])}" if is_integer_power(node) else node.operation.name


def operation_table(nodes: Iterable[Expression]) -> str:
    """Return the source of an object with a row for every operation of these nodes.

    A row is {value, partials}: `value` is a function of the arguments, `partials` one of the result and the arguments;
    some rows have `kink`, a test of the arguments, and those that choose a branch have `selects`.  Outside the domain
    the value is NaN.  A partial is null where no derivative flows at all, as into the branch that is not taken.
    An operation of the user's own is what its definition says.  Raises Unwritable for an operation that cannot be
    written.
    """
    writer = Writer(JAVASCRIPT, {})
    rows = {}
    for node in nodes:
        if node.operation is not None and operation_key(node) not in rows:
            parameters: Sequence[Expression] = PARAMETERS[: node.operation.arity]
            if is_integer_power(node):
                exponent = exact_integer(node.arguments[1])  # a number of a recorded program is the double 2.0
                assert exponent is not None
                parameters = (parameters[0], lift(exponent))
            rows[operation_key(node)] = _row(node.operation, parameters, writer)
    entries = "".join([f'  "{name}": {{{fields}}},\n' for name, fields in rows.items()])
    definitions = "".join([f"{definition}\n" for definition in writer.used.values()])
    return f"(() => {{\n{definitions}return {{\n{entries}}};\n}})()"


def _row(operation: Operation, parameters: Sequence[Expression], writer: Writer) -> str:
    names = ", ".join([parameter.name for parameter in parameters if isinstance(parameter, Variable)])
    value = writer.write(written_out(apply(operation, tuple(parameters))), {})
    inside = condition(operation.domain, parameters, writer)
    if inside != "true":
        value = f"{inside} ? {value} : NaN"
    partials = [_partial(operation, position, parameters, writer) for position in range(operation.arity)]
    fields = [f"value: ({names}) => {value}", f"partials: (y, {names}) => [{', '.join(partials)}]"]
    kink = condition(operation.kink, parameters, writer)
    if kink != "false":
        fields.append(f"kink: ({names}) => {kink}")
    if operation.selects:
        fields.append("selects: true")
    return ", ".join(fields)


def _partial(operation: Operation, position: int, parameters: Sequence[Expression], writer: Writer) -> str:
    """Write a partial: null if it is literally 0, or where its branch is not taken."""
    if not isinstance(parameters[position], Variable):
        return "null"
    factor = writer.partial(operation, position, RESULT, parameters)
    if factor is None or isinstance(factor, str):
        return factor or "null"
    if factor.operation is not None and factor.operation.selects:
        left, right, yes, no = factor.arguments
        test = writer.comparison(factor.operation.name.removeprefix("if "), left, right)
        return f"{test} ? {_factor(yes, writer)} : {_factor(no, writer)}"
    return _factor(factor, writer)


def _factor(factor: Expression, writer: Writer) -> str:
    return "null" if factor is lift(0) else writer.write(written_out(factor), {})


class _Symbol:
    """An argument of a test that stands for every number: its comparisons are decided by `ask`."""

    def __init__(self, value: Expression, ask: Callable[[str, Expression, Expression], bool]) -> None:
        self.value, self.ask = value, ask

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> _Symbol:
        """Apply a row of one argument to a symbol, as in `floor(x) != x`."""
        (symbol,) = arguments
        return _Symbol(operation(symbol.value), symbol.ask)

    def _compare(self, relation: str, other: Any) -> bool:
        return self.ask(relation, self.value, other.value if isinstance(other, _Symbol) else lift(other))

    def __lt__(self, other: Any) -> bool:
        return self._compare("<", other)

    def __le__(self, other: Any) -> bool:
        return self._compare("<=", other)

    def __gt__(self, other: Any) -> bool:
        return self._compare(">", other)

    def __ge__(self, other: Any) -> bool:
        return self._compare(">=", other)

    def __eq__(self, other: object) -> bool:
        return self._compare("==", other)

    def __ne__(self, other: object) -> bool:
        return self._compare("!=", other)

    __hash__ = None  # type: ignore[assignment]


class _OpenComparison(Exception):
    """A comparison whose outcome on this path has not been chosen yet."""


def condition(region: Region, arguments: Sequence[Expression], writer: Writer) -> str:
    """Return the test of a region as a condition in JavaScript; "true" or "false" where it compares no variable.

    An argument is a variable or an integer.
    """
    return _condition_after(region, arguments, writer, [])


def _condition_after(region: Region, arguments: Sequence[Expression], writer: Writer, outcomes: list[bool]) -> str:
    """Return the condition that is left when the first comparisons have these outcomes."""
    known = iter(outcomes)
    open_tests: list[str] = []

    def ask(relation: str, left: Expression, right: Expression) -> bool:
        outcome = next(known, None)
        if outcome is None:
            open_tests.append(writer.comparison(relation, left, right))
            raise _OpenComparison
        return outcome

    try:
        symbols = [_Symbol(argument, ask) if argument.varies else exact_integer(argument) for argument in arguments]
        return "true" if region.contains(*symbols) else "false"
    except _OpenComparison:
        if len(outcomes) > MAX_COMPARISONS:
            raise RecursionError(f"too many comparisons in the region {region.text}") from None
    yes, no = (_condition_after(region, arguments, writer, [*outcomes, outcome]) for outcome in (True, False))
    return _choice(open_tests[0], yes, no)


def _choice(test: str, yes: str, no: str) -> str:
    """Write `test ? yes : no` as shortly as possible."""
    if yes == no:
        return yes
    if (yes, no) == ("true", "false"):
        return test
    if yes == "true":
        return f"({test} || {no})"
    if no == "false":
        return f"({test} && {yes})"
    return f"({test} ? {yes} : {no})"
