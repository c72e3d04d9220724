"""Expressions and names as source text of a library: Python's `math`, NumPy, JavaScript, or C."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from diffcompare.codegen.libraries import Library, call_of, definable
from diffcompare.language.expression import Constant, Expression, Number, Operation, Variable, lift
from diffcompare.language.grammar import NEGATION, POWER, PRODUCT, SUM
from diffcompare.language.operations import (
    OPERATIONS,
    exact_integer,
    general_power,
    is_integer_power,
    is_negation,
    is_power,
    is_quotient,
)
from diffcompare.language.printer import ATOM, LEVELS, SIGNS, Part, free_prefix, swells, write
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import CAREFUL, FLOATS, RANGE_ERRORS, Undefined, evaluate, is_number, value_at

BAR = "_bar"  # ends the name of an adjoint
MAX_NESTING = 40  # of a formula in one line; Python allows 200 parentheses
MAX_NODES = 20_000  # distinct nodes of formulas; beyond this only the sweep is written
MAX_HEAD = 1_000  # characters of the expression in the head of a program


class Unwritable(Exception):
    """An operation that neither the library nor a definition has."""


# --- Names in a program -----------------------------------------------------------------------------------------------


def variable_names(names: Sequence[str], library: Library) -> dict[str, str]:
    """Map every variable to its name in the program: its own, unless that name is taken there."""
    taken = {"gradient", "gradient_by_formulas", *library.syntax.taken, *definable(library)}
    renamed: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        own = name if library.syntax.takes_name(name) else f"x_{number}"
        while own in taken or own.endswith(BAR) or (own != name and own in names):
            own += "_"
        renamed[name] = own
        taken.add(own)
    return renamed


def node_names(nodes: Sequence[Expression], variables: Mapping[str, str], library: Library) -> dict[Expression, str]:
    """Name the operations of a Wengert list v1, v2, ...."""
    prefix = free_prefix({*variables.values(), *definable(library)})
    return {node: f"{prefix}{number}" for number, node in enumerate(filter(is_named, nodes), 1)}


def is_named(node: Expression) -> bool:
    """Tell whether a node may have a name: an operation, but not a negative integer (x^-2)."""
    return node.operation is not None and exact_integer(node) is None


def quoted(name: str) -> str:
    """Write a name, which has letters, digits and underscores only, as a string literal."""
    return f'"{name}"'


def renaming_comments(variables: Mapping[str, str]) -> list[str]:
    """Return a comment on every variable that had to be renamed."""
    return [f"the variable {name} is called {own} here" for name, own in variables.items() if own != name]


# --- Expressions ------------------------------------------------------------------------------------------------------

_OPERAND_PRECEDENCE = {  # the least precedence of the left and the right operand that needs no parentheses
    "+": (SUM, PRODUCT),
    "-": (SUM, PRODUCT),
    "*": (PRODUCT, POWER),
    "/": (PRODUCT, POWER),
    "^": (POWER + 1, NEGATION),
    "^n": (POWER + 1, NEGATION),
}
_SIGNS = {**SIGNS, "^": "**", "^n": "**"}
_IN_JAVASCRIPT = {"==": "===", "!=": "!=="}  # comparisons that are spelt differently from Python
_EXACT_AS_INTEGER = 2**53


class Writer:
    """Writes expressions for one library, and collects the definitions that they need."""

    def __init__(self, library: Library, variables: Mapping[str, str]) -> None:
        self.library = library
        self.is_javascript = library.syntax.language == "javascript"
        self.is_c = library.syntax.language == "c"
        self.is_python = library.syntax.language == "python"
        self.variables = variables  # the names in the program of variables that are renamed
        self.used: dict[str, str] = {}  # the definitions that the program needs; each follows those that it calls
        self.beyond: Collection[Expression] = frozenset()  # nodes at which Python would raise (see `beyond_doubles`)

    def write(self, root: Expression, names: Mapping[Expression, str], least: int = 0) -> str:
        """Write an expression in one line, in parentheses if its precedence is below `least`.

        Nodes in `names` are written by their name, except the root itself.
        """

        def parts_of(node: Expression) -> str | tuple[int, Sequence[Part]]:
            return names[node] if node in names and node is not root else self._parts(node)

        return write(root, parts_of, least)

    def call(self, name: str) -> str:
        """Return the name of an operation's function in the program, and add its definition if it needs one."""
        if name in self.library.calls:
            name = self.library.calls[name]
            if name not in self.library.definitions:
                return name
        if name not in self.used:
            for needed in self.library.needs(name):
                self.call(needed)
            self.used[name] = self.library.definitions.get(name) or self._defined(name)
        return name

    def quiet(self, text: str) -> str:
        """Wrap an expression of a branch that may not be taken, so that it is nan where `math` would raise."""
        return f"{self.call('quiet')}(lambda: {text})" if self.library.name == "math" else text

    def _defined(self, name: str) -> str:
        """Define the function of a row that the library lacks, by its definition in terms of other rows."""
        row = OPERATIONS[name]
        assert row.definition is not None
        parameters = ("x",) if row.arity == 1 else ("a", "b", "c", "d")[: row.arity]
        body = self.write(row.definition(*map(Variable, parameters)), {})
        if self.is_javascript:
            return f"function {name}({', '.join(parameters)}) {{\n  return {body};\n}}"
        if self.is_c:
            declared = ", ".join([f"double {parameter}" for parameter in parameters])
            return f"static double {name}({declared})\n{{\n    return {body};\n}}"
        lines = [f"return {body}"]
        if "numpy.where" in body:
            lines = ['with numpy.errstate(all="ignore"):', f"    return {body}"]
        return "\n    ".join([f"def {name}({', '.join(parameters)}):", *lines])

    def partial(
        self, operation: Operation, position: int, result: Expression, arguments: Sequence[Expression]
    ) -> Expression | str | None:
        """Return one partial of a row, in terms of variables that stand for the result and the arguments.

        It is an expression, or text where the library has its own form over floats; None if the row has no partial.
        """
        template = self.library.partials.get((operation.name, position))
        if template is None:
            partial = operation.partials[position]
            value = partial(result, *arguments) if callable(partial) else partial
            return None if value is None else lift(value)
        for name in re.findall(r"(\w+)\(", template):
            self.call(name)
        text = template.replace("{hypot}", self.call("hypot"))
        for field, value in zip(("{y}", "{a}", "{b}"), (result, *arguments), strict=False):
            text = text.replace(field, self.write(value, {}, POWER))
        return text

    def comparison(self, relation: str, left: Expression, right: Expression) -> str:
        """Write a comparison."""
        return f"{self.write(left, {}, SUM)} {self._sign(relation)} {self.write(right, {}, SUM)}"

    def _sign(self, relation: str) -> str:
        return _IN_JAVASCRIPT.get(relation, relation) if self.is_javascript else relation

    def _parts(self, node: Expression) -> tuple[int, list[Part]]:
        """Return the precedence of a node and the parts of its text."""
        operation = node.operation
        if operation is None:
            return self._leaf(node)
        name, arguments = operation.name, node.arguments
        if self.library.folds_constants and not node.varies and name not in LEVELS and name != "neg":
            return ATOM, [_number_text(value_at(node, {}))]
        if name.startswith("if "):
            return self._choice(name[3:], arguments)
        if node in self.beyond and self.library.name == "math":
            return ATOM, self._guarded(node)
        if is_negation(node):  # JavaScript has no -x**2, and --x is another operator there
            return NEGATION, ["-", (arguments[0], NEGATION if self.is_python else POWER + 1)]
        if not self.is_python and self._is_plain_square(node):
            return PRODUCT, [(arguments[0], 0), "*", (arguments[0], 0)]  # rounded once, by every library
        if self.is_c and is_power(node):
            function = "pow" if is_integer_power(node) else self.call("power")
            return ATOM, [f"{function}(", (arguments[0], 0), ", ", (arguments[1], 0), ")"]
        if operation is general_power and self.library.name == "math" and arguments[0].varies:
            return ATOM, ["math.pow(", (arguments[0], 0), ", ", (arguments[1], 0), ")"]  # `**` has complex values
        if name in LEVELS:
            return LEVELS[name], self._arithmetic(node, name)
        if call_of(operation, self.library) is None:
            raise Unwritable(name)
        parts: list[Part] = [f"{self.call(name)}("]
        for argument in arguments:
            parts += [(argument, 0), ", "]
        parts[-1] = ")"
        return ATOM, parts

    def _is_plain_square(self, node: Expression) -> bool:
        return (
            is_integer_power(node) and isinstance(node.arguments[0], Variable) and exact_integer(node.arguments[1]) == 2
        )

    def _guarded(self, node: Expression) -> list[Part]:
        """Write an operation as a call of a function that returns inf or nan where Python would raise."""
        assert node.operation is not None
        first, *others = node.arguments
        name = node.operation.name
        guard = "power" if is_power(node) else "quotient" if is_quotient(node) else ""
        if guard:
            return [f"{self.call(guard)}(", (first, 0), ", ", (others[0], 0), ")"]
        if call_of(node.operation, self.library) is None:
            raise Unwritable(name)
        return [f"{self.call('unbounded')}({self.call(name)}, ", (first, 0), ")"]

    def _arithmetic(self, node: Expression, name: str) -> list[Part]:
        """Write two operands and a sign; constants are computed in floats, as 9**9**9 in integers would never end."""
        left, right = node.arguments
        first: Part = (left, _OPERAND_PRECEDENCE[name][0])
        if not node.varies and self.is_python:
            first = f"{float(left)!r}" if isinstance(left, Number) and float(left) < 1e300 else first
            if is_power(node) and not isinstance(first, str):
                return ["float(", (left, 0), ")**", (right, _OPERAND_PRECEDENCE[name][1])]
        return [first, _SIGNS[name], (right, _OPERAND_PRECEDENCE[name][1])]

    def _leaf(self, leaf: Expression) -> tuple[int, list[Part]]:
        if self.is_c and not isinstance(leaf, Variable | Constant):
            return ATOM, [_number_in_c(float(leaf))]  # type: ignore[arg-type]
        if isinstance(leaf, Number):
            if leaf.places == 0 and leaf.digits < _EXACT_AS_INTEGER:
                return ATOM, [str(leaf.digits)]
            value = float(leaf)
            return ATOM, ["1e999" if value == float("inf") else repr(value)]
        name: str = leaf.name  # type: ignore[attr-defined]
        if isinstance(leaf, Constant):
            return ATOM, [self.library.constants[name]]
        return ATOM, [self.variables.get(name, name)]

    def _choice(self, relation: str, arguments: tuple[Expression, ...]) -> tuple[int, list[Part]]:
        left, right, yes, no = arguments
        fields: dict[str, list[Part]] = {}
        for field, branch in (("yes", yes), ("no", no)):  # numbers are floats, or NumPy would make an integer array
            is_literal = isinstance(branch, Number) and not self.is_c
            fields[field] = [repr(float(branch)) if is_literal else (branch, 1)]  # type: ignore[arg-type]
        fields["condition"] = [(left, SUM), f" {self._sign(relation)} ", (right, SUM)]
        parts: list[Part] = []
        for piece in self.library.choice.replace("}", "{").split("{"):
            parts += fields.get(piece, [piece])
        return ATOM if "where" in self.library.choice or "choose" in self.library.choice else 0, parts


def _number_text(value: float | Undefined) -> str:
    """Write a value as a number in Python; a negative one in parentheses."""
    if not is_number(value):
        return 'float("nan")' if isinstance(value, Undefined) else f'float("{value}")'
    return f"{value!r}" if value >= 0 else f"({value!r})"  # type: ignore[operator]


def _number_in_c(value: float) -> str:
    """Write a double so that C reads the same one; an integer would be divided as one."""
    if math.isfinite(value):
        return repr(value) if math.copysign(1.0, value) > 0 else f"({value!r})"
    return "(double)NAN" if value != value else f"({'-' * (value < 0)}(double)INFINITY)"


def shortened(text: str) -> str:
    """Return the text of an expression for the head of a program, cut where it is very long."""
    return text if len(text) <= MAX_HEAD else f"{text[:MAX_HEAD]}... ({len(text):,} characters in all)"


def formula_parts(formulas: Sequence[Expression]) -> list[Expression] | None:
    """Return the nodes of formulas that are assigned to variables; None where the formulas are too large.

    These are the shared ones if a formula swells, and some inside deep nests.
    """
    nodes = wengert_list(*formulas)
    if len(nodes) > MAX_NODES:
        return None
    named = dict.fromkeys(depth_cuts(nodes, MAX_NESTING))
    if any(swells(formula, wengert_list(formula)) for formula in formulas):
        uses: dict[Expression, int] = {}
        for node in nodes:
            for argument in node.arguments:
                uses[argument] = uses.get(argument, 0) + 1
        named |= dict.fromkeys(node for node in nodes if uses.get(node, 0) > 1)
    return [node for node in nodes if node in named and is_named(node)]


def beyond_doubles(nodes: Sequence[Expression], point: Mapping[str, float]) -> set[Expression]:
    """Return the nodes at which Python raises at this point although IEEE 754 has a value, as a rule inf.

    A constant that is beyond the doubles is so at every point, and is left out.
    """
    try:
        evaluate(nodes, point, FLOATS)
    except RANGE_ERRORS:
        values = evaluate(nodes, point, CAREFUL)
        return {node for node in nodes if node.operation is not None and node.varies and _raises(node, values)}
    return set()


def _raises(node: Expression, values: Mapping[Expression, Any]) -> bool:
    assert node.operation is not None
    arguments = [values[argument] for argument in node.arguments]
    guarded = len(arguments) == 1 or is_power(node) or is_quotient(node)
    if not guarded or node.operation.selects or any(type(argument) is Undefined for argument in arguments):
        return False
    try:
        node.operation.real(*map(float, arguments))
    except (OverflowError, ZeroDivisionError):
        return True
    except ValueError:
        return False
    return False


def depth_cuts(nodes: Collection[Expression], deepest: int) -> list[Expression]:
    """Return the nodes to be assigned to variables so that no line is nested deeper than `deepest`."""
    depths: dict[Expression, int] = {}
    cuts = []
    for node in nodes:
        depth = 1 + max([depths[argument] for argument in node.arguments], default=0)
        if depth >= deepest:
            cuts.append(node)
            depth = 0
        depths[node] = depth
    return cuts
