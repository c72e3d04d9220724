"""The reverse sweep as straight-line source: a line for every node forwards, its contributions backwards.

This is reverse mode over names in place of numbers: a contribution is the adjoint's name times the partial, which the
row of the table gives for the names of the arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from diffcompare.codegen.source import BAR, Writer, quoted
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.grammar import POWER
from diffcompare.language.operations import NotDifferentiable, divide, exact_integer, is_choice
from diffcompare.language.printer import to_text

ONE = Number(1)
MAX_COMMENT_LENGTH = 60
MAX_COMMENT_LEVEL = 12  # nodes of a higher level get no comment: it would be too long


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
        self.in_branches = conditional(nodes)
        self.reached: set[Expression] = set()  # the nodes that have an adjoint; filled by `backwards`
        self.is_over_arrays = writer.library.name not in ("math", "javascript", "c")
        self.syntax = writer.library.syntax

    def forwards(self) -> list[str]:
        """Write a line for every operation; in a branch that may not be taken nothing raises."""
        lines = []
        for node in self.nodes:
            if node in self.names:
                text = self.writer.write(node, self.names)
                if node in self.in_branches:
                    text = self.writer.quiet(text)
                lines.append(self._commented(self.syntax.assignment(self.names[node], text), node))
        return lines

    def _commented(self, line: str, node: Expression) -> str:
        if node.level > MAX_COMMENT_LEVEL:
            return line
        text = to_text(node)
        is_useful = len(text) <= MAX_COMMENT_LENGTH and text not in line
        return f"{line}  {self.syntax.comment(text)}" if is_useful else line

    def backwards(self, seed: str) -> list[str]:
        """Write the contributions of every active operation to its arguments, from the output to the variables."""
        root = self.nodes[-1]
        if root not in self.active:
            return []
        self.reached.add(root)
        lines = [self.syntax.assignment(f"{self._name(root)}{BAR}", seed, grows=True)]
        for node in reversed(self.nodes):
            if node.operation is None or node not in self.reached:
                continue
            lines.append(self.syntax.comment(f"{self.names[node]} = {self.writer.write(node, self.names)}"))
            for argument, text in self._contributions(node):
                adjoint = f"{self._name(argument)}{BAR}"
                if argument not in self.reached:
                    lines.append(self.syntax.assignment(adjoint, text, grows=True))
                elif self.is_over_arrays:  # not +=, which would write into an array that has two names
                    lines.append(f"{adjoint} = {adjoint} + {text}")
                else:
                    lines.append(self.syntax.increment(adjoint, text))
                self.reached.add(argument)
        return lines

    def result(self, wrt: Sequence[str], zero: str) -> list[str]:
        """Write the entries of the gradient; a variable that does not reach the output has the partial `zero`."""
        entries = []
        for name in wrt:
            adjoint = f"{self.variables[name]}{BAR}" if Variable(name) in self.reached else zero
            entries.append(f"{quoted(name)}: {adjoint}")
        return entries

    def _name(self, node: Expression) -> str:
        return self.names.get(node) or self.variables[node.name]  # type: ignore[attr-defined]

    def _contributions(self, node: Expression) -> list[tuple[Expression, str]]:
        """Return the active arguments, each with the text of the node's adjoint times its partial."""
        adjoint, contributions = f"{self.names[node]}{BAR}", []
        for position, argument in enumerate(node.arguments):
            if argument in self.active:
                text = self._product(adjoint, node, position)
                if text is not None:
                    text = self._masked(text, adjoint) if node in self.in_branches else text
                    contributions.append((argument, text))
        return contributions

    def _masked(self, text: str, adjoint: str) -> str:
        """Write a contribution that is 0 where the branch was not taken, even if the partial is nan or inf."""
        if self.is_over_arrays:
            return self.writer.library.choice.format(condition=f"{adjoint} != 0", yes=text, no="0.0")
        if self.syntax.language == "javascript":
            return f"{adjoint} !== 0 ? {text} : 0"
        if self.syntax.language == "c":
            return f"{adjoint} != 0.0 ? {text} : 0.0"
        return f"{self.writer.quiet(text)} if {adjoint} != 0 else 0.0"

    def _product(self, adjoint: str, node: Expression, position: int) -> str | None:
        """Write the adjoint times the partial; None if the partial is 0."""
        assert node.operation is not None
        arguments = [self._symbol(argument) for argument in node.arguments]
        factor = self.writer.partial(node.operation, position, self._symbol(node), arguments)
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

    def _symbol(self, node: Expression) -> Expression:
        """Return the variable of the program that holds an operation; numbers and variables stand for themselves."""
        return Variable(self.names[node]) if node in self.names else node


def conditional(nodes: Sequence[Expression]) -> set[Expression]:
    """Return the nodes that are needed only in a branch of an `if`."""
    always: set[Expression] = set()
    stack = [nodes[-1]]
    while stack:
        node = stack.pop()
        if node not in always:
            always.add(node)
            stack.extend(node.arguments[:2] if is_choice(node) else node.arguments)
    return set(nodes) - always
