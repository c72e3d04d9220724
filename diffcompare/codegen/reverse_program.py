"""The reverse sweep as straight-line source: one line for every node forwards, and its contributions backwards.

This is reverse mode read over names: a contribution is the adjoint's name times the partial, which is read from the
row of the table with the names of the arguments in place of numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from diffcompare.codegen.source import BAR, Writer, quoted
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.grammar import POWER
from diffcompare.language.operations import NotDifferentiable, divide, exact_integer

ONE = Number(1)

_MAX_COMMENT_LENGTH = 60


class SweepWriter:
    """Writes the lines of one sweep; `names` has a name for every operation, `variables` those of the variables."""

    def __init__(
        self,
        nodes: Sequence[Expression],
        active: Collection[Expression],
        names: Mapping[Expression, str],
        variables: Mapping[str, str],
        writer: Writer,
    ) -> None:
        self.nodes, self.active, self.names, self.variables, self.writer = nodes, active, names, variables, writer
        self.doubtful = conditional(nodes)
        self.reached: set[Expression] = set()
        """The nodes that have an adjoint; known after `backwards`."""
        self.numpy = writer.library.name == "numpy"
        self.syntax = writer.library.syntax

    def forwards(self) -> list[str]:
        """A line for every operation; in a branch that may not be taken nothing raises."""
        lines = []
        for node in self.nodes:
            if node in self.names:
                text = self.writer.write(node, self.names)
                if node in self.doubtful:
                    text = self.writer.quiet(text)
                lines.append(self._commented(self.syntax.assignment(self.names[node], text), node))
        return lines

    def _commented(self, line: str, node: Expression) -> str:
        from diffcompare.language.printer import to_text

        if node.level > 12:
            return line
        comment = to_text(node)
        told = len(comment) <= _MAX_COMMENT_LENGTH and comment not in line
        return f"{line}  {self.syntax.remark(comment)}" if told else line

    def backwards(self, seed: str) -> list[str]:
        """The contributions of every active operation to its arguments, from the output to the variables."""
        root, started = self.nodes[-1], self.reached
        if root not in self.active:
            return []
        started.add(root)
        lines = [self.syntax.assignment(f"{self._name(root)}{BAR}", seed, grows=True)]
        for node in reversed(self.nodes):
            if node.operation is None or node not in started:
                continue
            lines.append(self.syntax.remark(f"{self.names[node]} = {self.writer.write(node, self.names)}"))
            for argument, text in self._contributions(node):
                adjoint = f"{self._name(argument)}{BAR}"
                if argument not in started:
                    lines.append(self.syntax.assignment(adjoint, text, grows=True))
                elif self.numpy:  # not +=, which would write into an array that has two names
                    lines.append(f"{adjoint} = {adjoint} + {text}")
                else:
                    lines.append(self.syntax.increment(adjoint, text))
                started.add(argument)
        return lines

    def result(self, wrt: Sequence[str], zero: str) -> list[str]:
        """The entries of the gradient; a variable that does not reach the output has the partial `zero`."""
        entries = []
        for name in wrt:
            adjoint = f"{self.variables[name]}{BAR}" if Variable(name) in self.reached else zero
            entries.append(f"{quoted(name)}: {adjoint}")
        return entries

    def _name(self, node: Expression) -> str:
        return self.names.get(node) or self.variables[node.name]  # type: ignore[attr-defined]

    def _contributions(self, node: Expression) -> list[tuple[Expression, str]]:
        """The active arguments, and the adjoint of the node times the partial by each."""
        adjoint, found = f"{self.names[node]}{BAR}", []
        for position, argument in enumerate(node.arguments):
            if argument in self.active:
                text = self._product(adjoint, node, position)
                if text is not None:
                    found.append((argument, self._masked(text, adjoint) if node in self.doubtful else text))
        return found

    def _masked(self, text: str, adjoint: str) -> str:
        """The branch that was not taken gets no adjoint, whatever its partials are: 0*nan would be nan."""
        if self.numpy:
            return f"numpy.where({adjoint} != 0, {text}, 0.0)"
        if self.syntax.language == "javascript":
            return f"{adjoint} !== 0 ? {text} : 0"
        return f"{self.writer.quiet(text)} if {adjoint} != 0 else 0.0"

    def _product(self, adjoint: str, node: Expression, position: int) -> str | None:
        """The adjoint times the partial, None where the partial is 0."""
        assert node.operation is not None
        arguments = [self._stand_in(argument) for argument in node.arguments]
        factor = self.writer.partial(node.operation, position, self._stand_in(node), arguments)
        if factor is None:
            raise NotDifferentiable(node)
        if isinstance(factor, str):
            return f"{adjoint}*{factor}"
        number = exact_integer(factor)
        if number in (0, 1, -1):
            return {0: None, 1: adjoint, -1: f"-{adjoint}"}[number]
        if factor.operation is divide and factor.arguments[0] is ONE:
            return f"{adjoint}/{self.writer.write(factor.arguments[1], {}, POWER)}"
        return f"{adjoint}*{self.writer.write(factor, {}, POWER)}"

    def _stand_in(self, node: Expression) -> Expression:
        """A name for an operation; numbers and variables are themselves."""
        return Variable(self.names[node]) if node in self.names else node


def conditional(nodes: Sequence[Expression]) -> set[Expression]:
    """The nodes that are needed in a branch of an `if` only."""
    always: set[Expression] = set()
    stack = [nodes[-1]]
    while stack:
        node = stack.pop()
        if node not in always:
            always.add(node)
            selects = node.operation is not None and node.operation.selects
            stack.extend(node.arguments[:2] if selects else node.arguments)
    return set(nodes) - always
