"""Value and tangents as one straight-line program: forward mode, read over expressions.

It is what `joint_sweep` is for reverse mode: the same operations in the same order as the forward sweep of the doubles,
one pass for every variable, with what the passes share computed once.
"""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare.codegen.joint_sweep import JointSweep, SweepBuilder
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.wengert import wengert_list


def tangent_sweep(root: Expression, wrt: Sequence[str]) -> JointSweep:
    """Return the program for the value of an expression and its partials, each by a pass of forward mode.

    Raises NotDifferentiable if a partial that is needed does not exist.
    """
    writer = TangentBuilder()
    value = writer.forwards(wengert_list(root))
    nodes = list(writer.order)
    partials = {name: writer.tangent(nodes, value, name) for name in wrt}
    return JointSweep(writer.needed([value, *partials.values()]), value, partials)


class TangentBuilder(SweepBuilder):
    """Builds the nodes of one program, each once, and sweeps forwards over them."""

    def tangent(self, nodes: Sequence[Expression], output: Expression, name: str) -> Expression:
        """Build the tangents of the nodes with respect to a variable, and return that of the output."""
        tangents: dict[Expression, Expression] = {Variable(name): self.constant(1.0)}
        for node in nodes:
            terms = [
                self._contribution(tangents[argument], node, position)
                for position, argument in enumerate(node.arguments)
                if argument in tangents
            ]
            known = [term for term in terms if term is not None]
            if known:
                tangents[node] = self.total(known)
        return tangents.get(output, self.constant(0.0))
