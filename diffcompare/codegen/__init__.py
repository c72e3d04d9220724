"""Generated code: the gradient as a program that runs by itself (`derive --code`).

A program has two functions: `gradient_by_formulas` computes every partial by its formula, as a person writes it;
`gradient` is the reverse sweep as straight-line code, with every shared subexpression once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcompare.codegen.libraries import LIBRARIES, Library
from diffcompare.codegen.reverse_program import SweepWriter, conditional
from diffcompare.codegen.source import (
    Writer,
    beyond_doubles,
    formula_parts,
    node_names,
    quoted,
    renaming_comments,
    shortened,
    variable_names,
)
from diffcompare.language.expression import Expression
from diffcompare.language.printer import to_text
from diffcompare.language.wengert import active_nodes, wengert_list


def program(
    expression: Expression,
    variables: Sequence[str],
    wrt: Sequence[str],
    formulas: Mapping[str, Expression] | None,
    point: Mapping[str, float] | None,
    language: str,
) -> str:
    """Return the source of a program for the gradient with respect to `wrt`, in `python`, `numpy` or `javascript`.

    `variables` are all variables in the order of the parameters.  `formulas` has a formula for every name of `wrt`
    (None: no function by formulas).  `point` is that of a call at the end (None: no call), at which the program raises
    nothing.  Raises Unwritable for an operation that cannot be written, NotDifferentiable where a row has no partial.
    """
    library = LIBRARIES[language]
    names = variable_names(variables, library)
    writer = Writer(library, names)
    if point is not None:
        writer.beyond = beyond_doubles(wengert_list(expression, *(formulas or {}).values()), point)
    functions = []
    parts = None if formulas is None else formula_parts(list(formulas.values()))
    if formulas is not None and parts is not None:
        functions.append(_by_formulas(names, formulas, parts, writer))
    functions.append(_by_sweep(expression, names, wrt, writer))
    head = ["The gradient of f = " + shortened(to_text(expression)), *renaming_comments(names)]
    head += ["(its formulas are too many or too large to be written)"] if len(functions) == 1 else []
    definitions = list(writer.used.values())
    imports = _imports(library, definitions)
    pieces = ["\n".join([*map(library.syntax.comment, head), *imports]), *definitions, *functions]
    if point is not None:
        pieces.append(_call(names, point, len(functions) == 2, library))
    return "\n\n\n".join(pieces) + "\n"


def value_program(expression: Expression, variables: Sequence[str]) -> str:
    """Return the source of a Python program for the value alone, by the first half of the sweep that `program` writes.

    Raises Unwritable for an operation that cannot be written.
    """
    library = LIBRARIES["python"]
    names = variable_names(variables, library)
    writer, nodes = Writer(library, names), wengert_list(expression)
    named = node_names(nodes, names, library)
    lines = [*_converted_parameters(names, writer), *SweepWriter(nodes, set(), named, names, writer).forwards()]
    lines.append(f"return {named.get(expression) or writer.write(expression, named)}")
    function = library.syntax.function("value", list(names.values()), "The value.", lines)
    definitions = list(writer.used.values())
    return "\n\n\n".join(["\n".join(_imports(library, definitions)), *definitions, function]) + "\n"


def _imports(library: Library, definitions: Sequence[str]) -> list[str]:
    if library.syntax.language != "python":
        return []
    modules = {library.name, *(["math"] if any("math." in text for text in definitions) else [])}
    return [f"import {module}" for module in sorted(modules)]


def _by_formulas(
    names: Mapping[str, str], formulas: Mapping[str, Expression], parts: Sequence[Expression], writer: Writer
) -> str:
    """Write the function that computes every partial by its formula; large formulas are written in parts."""
    lines = _converted_parameters(names, writer)
    part_names = node_names(parts, names, writer.library)
    in_branches = {node for formula in formulas.values() for node in conditional(wengert_list(formula))}
    for node in parts:
        text = writer.write(node, part_names)
        text = writer.quiet(text) if node in in_branches else text
        lines.append(writer.library.syntax.assignment(part_names[node], text))
    entries = []
    for name, formula in formulas.items():
        text = part_names[formula] if formula in part_names else writer.write(formula, part_names)
        entries.append(f"{quoted(name)}: {_broadcast(text, formula, names, writer)}")
    lines += writer.library.syntax.result(entries, in_lines=True)
    return _function("gradient_by_formulas", names, "as a person writes it, formula by formula", lines, writer)


def _broadcast(text: str, formula: Expression, names: Mapping[str, str], writer: Writer) -> str:
    """Repeat a constant partial for every point of an array; return other partials unchanged."""
    if writer.library.name != "numpy" or formula.varies or not names:
        return text
    return f"numpy.full_like({next(iter(names.values()))}, {text})"


def _by_sweep(expression: Expression, names: Mapping[str, str], wrt: Sequence[str], writer: Writer) -> str:
    """Write the function that sweeps once forwards and once backwards."""
    nodes = wengert_list(expression)
    active = active_nodes(nodes, set(wrt))
    sweep = SweepWriter(nodes, active, node_names(nodes, names, writer.library), names, writer)
    first = next(iter(names.values()), None)
    array = writer.library.name == "numpy" and first is not None
    seed, zero = (f"numpy.ones_like({first})", f"numpy.zeros_like({first})") if array else ("1.0", "0.0")
    lines = _converted_parameters(names, writer)
    if expression in active:
        comment = writer.library.syntax.comment
        lines += [comment("forwards: the values"), *sweep.forwards()]
        lines += [comment("backwards: the adjoints"), *sweep.backwards(seed)]
    lines += writer.library.syntax.result(sweep.result(wrt, zero), in_lines=False)
    return _function("gradient", names, "by one reverse sweep, every node once", lines, writer)


def _converted_parameters(names: Mapping[str, str], writer: Writer) -> list[str]:
    """Write the lines that make the parameters floats, or arrays of one shape."""
    own = list(names.values())
    if not own or writer.library.syntax.language != "python":
        return []
    if writer.library.name == "math":
        return [f"{', '.join(own)} = {', '.join([f'float({name})' for name in own])}"]
    if len(own) == 1:
        return [f"{own[0]} = numpy.asarray({own[0]}, dtype=float)"]
    return [f"{', '.join(own)} = (array + 0.0 for array in numpy.broadcast_arrays({', '.join(own)}))"]


def _function(name: str, names: Mapping[str, str], manner: str, lines: Sequence[str], writer: Writer) -> str:
    if writer.library.name == "numpy" and any("numpy.where" in line for line in lines):
        errstate = 'with numpy.errstate(all="ignore"):  # of branches that are not taken'
        lines = [errstate, *[f"    {line}" for line in lines]]
    return writer.library.syntax.function(name, list(names.values()), f"The gradient {manner}.", lines)


def _call(names: Mapping[str, str], point: Mapping[str, float], both: bool, library: Library) -> str:
    calls = ["gradient_by_formulas", "gradient"] if both else ["gradient"]
    if library.syntax.language == "javascript":
        numbers = ", ".join([repr(point[name]) for name in names])
        return "\n".join([f"console.log({call}({numbers}));" for call in calls])
    arguments = ", ".join([f"{own}={point[name]!r}" for name, own in names.items()])
    return "\n".join(['if __name__ == "__main__":', *[f"    print({call}({arguments}))" for call in calls]])
