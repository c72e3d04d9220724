"""Operations for a tape in JavaScript: the value, the partials, the domain and the kink of each row, as source.

A tape in the browser goes along a Wengert list with them, as the sweeps do here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from diffcompare.codegen.domain_tests import condition
from diffcompare.codegen.libraries import JAVASCRIPT
from diffcompare.codegen.source import Writer
from diffcompare.language.expression import Expression, Operation, Variable, lift
from diffcompare.language.operations import exact_integer

RESULT = Variable("y")
LETTERS = tuple(map(Variable, "abcd"))


def key(node: Expression) -> str:
    """The operation of a node, by the name that the tape knows it by: a power has one for every whole exponent."""
    assert node.operation is not None
    return f"^{exact_integer(node.arguments[1])}" if node.operation.name == "^n" else node.operation.name


def operations(nodes: Iterable[Expression]) -> str:
    """The source of an object with the operations of these nodes, each once, and nothing else.

    An operation is {value, partials}, which are functions of the arguments, and of the result and the arguments; some
    have `kink`, a test of the arguments, and those that choose a branch say `selects`.  Outside of its domain a value
    is NaN.  A partial is null where no derivative flows at all, as into the branch that is not taken.  Raises
    Unwritable for an operation that cannot be written.
    """
    writer = Writer(JAVASCRIPT, {})
    rows = {}
    for node in nodes:
        if node.operation is not None and key(node) not in rows:
            letters: Sequence[Expression] = LETTERS[: node.operation.arity]
            if node.operation.name == "^n":
                letters = (letters[0], node.arguments[1])
            rows[key(node)] = _row(node.operation, letters, writer)
    entries = "".join([f'  "{name}": {{{fields}}},\n' for name, fields in rows.items()])
    definitions = "".join([f"{each}\n" for each in writer.used.values()])
    return f"(() => {{\n{definitions}return {{\n{entries}}};\n}})()"


def _row(operation: Operation, letters: Sequence[Expression], writer: Writer) -> str:
    parameters = ", ".join([each.name for each in letters if isinstance(each, Variable)])
    value = writer.write(operation(*letters), {})
    inside = condition(operation.domain, letters, writer)
    if inside != "true":
        value = f"{inside} ? {value} : NaN"
    partials = [_partial(operation, position, letters, writer) for position in range(operation.arity)]
    fields = [f"value: ({parameters}) => {value}", f"partials: (y, {parameters}) => [{', '.join(partials)}]"]
    kink = condition(operation.kink, letters, writer)
    if kink != "false":
        fields.append(f"kink: ({parameters}) => {kink}")
    if operation.selects:
        fields.append("selects: true")
    return ", ".join(fields)


def _partial(operation: Operation, position: int, letters: Sequence[Expression], writer: Writer) -> str:
    """A partial; null for one that is literally 0, and for that of a branch where it is not taken."""
    if not isinstance(letters[position], Variable):
        return "null"
    factor = writer.partial(operation, position, RESULT, letters)
    if factor is None or isinstance(factor, str):
        return factor or "null"
    if factor.operation is not None and factor.operation.selects:
        left, right, yes, no = factor.arguments
        test = writer.compared(factor.operation.name.removeprefix("if "), left, right)
        return f"{test} ? {_flowing(yes, writer)} : {_flowing(no, writer)}"
    return _flowing(factor, writer)


def _flowing(factor: Expression, writer: Writer) -> str:
    return "null" if factor is lift(0) else writer.write(factor, {})
