"""A derivation as a document: one rule a line, the formula tidied, the sizes, and whether it all holds at the point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from diffcompare.document import (
    Block,
    Cell,
    Column,
    Document,
    Equation,
    Equations,
    Heading,
    Listing,
    Paragraph,
    Table,
)
from diffcompare.expression import Expression, Open, Variable
from diffcompare.printer import swells, tree_is_larger
from diffcompare.studies.derive.steps import with_names
from diffcompare.studies.derive.verdict import verdict
from diffcompare.studies.telling import question_entries
from diffcompare.wengert import listing

if TYPE_CHECKING:
    from diffcompare.studies.derive.record import Derivation, Derive
    from diffcompare.studies.derive.steps import Step

MOST_STEPS = 60
"""Lines of one derivation that are shown; all of them are in the JSON document."""
MOST_VARIABLES = 6
"""Derivations that are shown."""
LONGEST_FUNCTION = 50
"""Characters up to which the function stands in one line."""
LONGEST_CONSTANT = 16
"""Characters of a constant that is named beside a rule."""
LONGEST_RESULT = 200
"""Nodes up to which a formula is written at the end of its derivation, unless it has to be written in parts."""


def document(derive: Derive, *, brief: bool = False) -> Document:
    """The derivations one after the other; a brief document has the tidied formulas only."""
    shown = derive.derivations[:MOST_VARIABLES]
    if brief:
        return Document((_results(shown),), derive.data)
    blocks: list[Block] = [Heading("The derivative, rule by rule", 1), *_question(derive)]
    if any(each.lines is None for each in shown):
        blocks.append(_definitions(derive, shown))
    for each in shown:
        blocks += _derivation(each, derive.expression)
    blocks.append(_sizes(derive))
    if len(shown) < len(derive.wrt):
        blocks.append(Paragraph(_left_out(derive, len(shown)), "note"))
    blocks.append(Paragraph(verdict(derive), "verdict"))
    return Document(tuple(blocks), derive.data)


def _question(derive: Derive) -> list[Block]:
    """The function and the point; a long function is an equation, which every format knows how to fold."""
    expression = derive.expression
    long = tree_is_larger(expression, LONGEST_FUNCTION) or len(str(expression)) > LONGEST_FUNCTION
    entries = question_entries(derive.question, derive.point)[int(long) :]
    named = swells(expression, derive.nodes) and expression in derive.names  # else its parts had other names than below
    right = Variable(derive.names[expression]) if named else expression
    blocks: list[Block] = [Equations("function", (Equation(Variable("f"), right),))] if long else []
    return [*blocks, Listing(tuple(entries))] if entries else blocks


def _definitions(derive: Derive, shown: Sequence[Derivation]) -> Equations:
    """What the names stand for in the steps that are shown."""
    steps = [step for each in shown if each.lines is None for step in each.steps[:MOST_STEPS]]
    needed = {argument for step in steps for argument in (step.node, *step.node.arguments)}
    rows = [
        Equation(Variable(name), with_names(node, derive.names))
        for node, name in derive.names.items()
        if node in needed
    ]
    return Equations("names", tuple(rows[-MOST_STEPS:]), "Names")


def _derivation(found: Derivation, root: Expression) -> list[Block]:
    caption = f"By {found.by}"
    if found.lines is None:
        return _by_names(found, caption)
    steps = zip(found.steps, found.lines, strict=True)
    rows = [Equation(None, line, _remark(step)) for step, line in steps]
    rows[0] = rows[0]._replace(left=Open(root, found.by))
    if found.tidied is not None and found.tidied is not found.raw:
        rows.append(Equation(None, found.tidied, "tidied"))
    return [Equations(f"by_{found.by}", tuple(rows), caption)]


def _by_names(found: Derivation, caption: str) -> list[Block]:
    """A large derivation: every rule by itself, and the formula if it is not too long."""
    rows = [Equation(Open(_written(step), found.by), step.after, _remark(step)) for step in found.steps[:MOST_STEPS]]
    blocks: list[Block] = [Equations(f"by_{found.by}", tuple(rows), caption)]
    if found.rules > MOST_STEPS:
        rest, more = found.rules - MOST_STEPS, len(found.steps) - MOST_STEPS
        which = "which are" if more == rest else f"the next {more:,} of them"
        blocks.append(Paragraph(f"{rest:,} more steps by {found.by} follow, {which} in the JSON document.", "note"))
    results: list[Equation] = []
    for formula, name, remarked in ((found.raw, "raw", "unsimplified"), (found.tidied, "tidied", "tidied")):
        if formula is not None and found.sizes[name].tree <= LONGEST_RESULT and not swells(formula, listing(formula)):
            results.append(Equation(Open(Variable("f"), found.by) if not results else None, formula, remarked))
    return [*blocks, Equations(f"result_by_{found.by}", tuple(results))] if results else blocks


def _remark(step: Step) -> str:
    """The rule, which term of a sum it made vanish, and which derivative is known from an earlier line."""
    said = [step.rule]
    if step.constant is not None and step.constant.varies and len(str(step.constant)) <= LONGEST_CONSTANT:
        said.append(f"{step.constant} is constant")
    if step.again is not None and step.name is None:
        known = str(step.again) if len(str(step.again)) <= LONGEST_CONSTANT else "..."
        said.append(f"d/d{step.by}[{known}] from above")
    return ", ".join(said)


def _written(step: Step) -> Expression:
    return step.shown if step.name is None else Variable(step.name)


def _results(shown: Sequence[Derivation]) -> Equations:
    rows = []
    for each in shown:
        best = each.raw if each.tidied is None else each.tidied
        rows.append(Equation(Open(Variable("f"), each.by), best))
    return Equations("results", tuple(rows))


def _sizes(derive: Derive) -> Table:
    columns = (
        Column("partial", "partial"),
        Column("rules", "rules", "right"),
        Column("raw_tree", "tree", "right"),
        Column("raw_dag", "DAG", "right"),
        Column("tidied_tree", "tidied tree", "right"),
        Column("tidied_dag", "tidied DAG", "right"),
    )
    rows: list[tuple[Cell, ...]] = []
    for each in derive.derivations[:MOST_VARIABLES]:
        raw, tidied = each.sizes["raw"], each.sizes.get("tidied")
        rest = (tidied.tree, tidied.dag) if tidied else (None, None)
        rows.append((f"df/d{each.by}", each.rules, raw.tree, raw.dag, *rest))
    return Table("sizes", columns, tuple(rows), "Rules applied, and nodes of the formulas, unsimplified and tidied")


def _left_out(derive: Derive, shown: int) -> str:
    rest, derived = len(derive.wrt) - shown, len(derive.derivations)
    kept = f"the JSON document has those by {derived} of them" if derived > shown else "choose others with --wrt"
    return f"the first {shown} of {len(derive.wrt):,} variables are shown, {rest:,} are left out; {kept}."
