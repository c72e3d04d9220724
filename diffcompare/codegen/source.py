"""Expressions as source text: of Python, for `math` or for NumPy, or of JavaScript."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from unicodedata import normalize

from diffcompare.codegen.javascript import RELATIONS
from diffcompare.codegen.libraries import Library, call_of, definable
from diffcompare.language.expression import Constant, Expression, Number, Operation, Variable, lift
from diffcompare.language.grammar import NEGATION, POWER, PRODUCT, SUM
from diffcompare.language.operations import OPERATIONS, exact_integer
from diffcompare.language.printer import ATOM, Part, free_prefix, write
from diffcompare.numeric.evaluate import CAREFUL, FLOATS, RANGE_ERRORS, Undefined, evaluate

# Names in a program: variables that cannot be called what they are called in the expression, and those of nodes.

BAR = "_bar"

"""What the name of an adjoint ends in."""


def variable_names(names: Sequence[str], library: Library) -> dict[str, str]:
    """What each variable is called in the program: its own name unless that means something else there."""
    taken = {"gradient", "gradient_by_formulas", *library.syntax.taken, *definable(library)}
    found: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        own = name if name.isidentifier() and normalize("NFKC", name) == name else f"x_{number}"
        while own in taken or own.endswith(BAR) or (own != name and own in names):
            own += "_"
        found[name] = own
        taken.add(own)
    return found


def node_names(nodes: Sequence[Expression], variables: Mapping[str, str], library: Library) -> dict[Expression, str]:
    """v1, v2, ... for the operations of a Wengert list; a negative whole number is no operation here (x^-2)."""
    prefix = free_prefix({*variables.values(), *definable(library)})
    operations = [node for node in nodes if node.operation is not None and exact_integer(node) is None]
    return {node: f"{prefix}{number}" for number, node in enumerate(operations, 1)}


def quoted(name: str) -> str:
    """A name as a string of Python; it has letters, digits and underscores only."""
    return f'"{name}"'


def remarks(variables: Mapping[str, str]) -> list[str]:
    """What is said of variables that had to be renamed."""
    return [f"the variable {name} is called {own} here" for name, own in variables.items() if own != name]


_LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "neg": NEGATION, "^": POWER, "^n": POWER}

_LEAST = {
    "+": (SUM, PRODUCT),
    "-": (SUM, PRODUCT),
    "*": (PRODUCT, POWER),
    "/": (PRODUCT, POWER),
    "^": (POWER + 1, NEGATION),
    "^n": (POWER + 1, NEGATION),
}

"""The least level of the left and the right argument that needs no parentheses."""

_SIGNS = {"+": " + ", "-": " - ", "*": "*", "/": "/", "^": "**", "^n": "**"}

_EXACT_AS_INTEGER = 2**53


class Unwritable(Exception):
    """An operation that neither the library nor a definition has."""


class Writer:
    """Writes expressions for one library, and remembers which definitions they need."""

    def __init__(self, library: Library, variables: Mapping[str, str]) -> None:
        self.library = library
        self.is_javascript = library.syntax.language == "javascript"
        self.variables = variables
        """What a variable is called in the program, where it has to be called otherwise."""
        self.used: dict[str, str] = {}
        """The definitions that the program needs, by name; each follows those that it calls."""
        self.beyond: Collection[Expression] = frozenset()
        """The nodes at which Python would raise and the program has to go on with inf (see `beyond_doubles`)."""

    def write(self, root: Expression, names: Mapping[Expression, str], least: int = 0) -> str:
        """The expression in one line; nodes that have a name are written by it, but for the root itself."""

        def parts_of(node: Expression) -> str | tuple[int, Sequence[Part]]:
            return names[node] if node in names and node is not root else self._parts(node)

        return write(root, parts_of, least)

    def call(self, name: str) -> str:
        """The name of a function in the program, which from now on has its definition."""
        if name in self.library.calls:
            return self.library.calls[name]
        if name not in self.used:
            for needed in self.library.needs(name):
                self.call(needed)
            self.used[name] = self.library.definitions.get(name) or self._defined(name)
        return name

    def quiet(self, text: str) -> str:
        """The same in a branch that may not be taken, where nothing may raise: in Python's `math` much does."""
        return f"{self.call('quiet')}(lambda: {text})" if self.library.name == "math" else text

    def _defined(self, name: str) -> str:
        """A row that has no text in the library, by what it is in terms of others."""
        row = OPERATIONS[name]
        assert row.definition is not None
        parameters = ("x",) if row.arity == 1 else ("a", "b", "c", "d")[: row.arity]
        body = self.write(row.definition(*map(Variable, parameters)), {})
        if self.is_javascript:
            return f"function {name}({', '.join(parameters)}) {{\n  return {body};\n}}"
        lines = [f"return {body}"]
        if "numpy.where" in body:
            lines = ['with numpy.errstate(all="ignore"):', f"    return {body}"]
        return "\n    ".join([f"def {name}({', '.join(parameters)}):", *lines])

    def partial(
        self, operation: Operation, position: int, result: Expression, arguments: Sequence[Expression]
    ) -> Expression | str | None:
        """The partial of a row by one argument, over letters: as an expression, or as text where it has its own.

        The text is that of a partial that has another form over floats; None stands for a partial that there is not.
        """
        template = self.library.slopes.get((operation.name, position))
        if template is None:
            partial = operation.partials[position]
            value = partial(result, *arguments) if callable(partial) else partial
            return None if value is None else lift(value)
        for name in re.findall(r"(\w+)\(", template):
            self.call(name)
        text = template.replace("{hypot}", self.call("hypot"))
        for field, letter in zip(("{y}", "{a}", "{b}"), (result, *arguments), strict=False):
            text = text.replace(field, self.write(letter, {}, POWER))
        return text

    def compared(self, relation: str, left: Expression, right: Expression) -> str:
        """A comparison."""
        return f"{self.write(left, {}, SUM)} {self._sign(relation)} {self.write(right, {}, SUM)}"

    def _sign(self, relation: str) -> str:
        return RELATIONS.get(relation, relation) if self.is_javascript else relation

    def _parts(self, node: Expression) -> tuple[int, list[Part]]:
        operation = node.operation
        if operation is None:
            return self._leaf(node)
        name, arguments = operation.name, node.arguments
        if name.startswith("if "):
            return self._choice(name[3:], arguments)
        if node in self.beyond and self.library.name == "math":
            return ATOM, self._guarded(node)
        if name == "neg":  # JavaScript has no -x**2, and --x is another operator there
            return NEGATION, ["-", (arguments[0], POWER + 1 if self.is_javascript else NEGATION)]
        if name == "^n" and self.is_javascript and self._is_plain_square(node):
            return PRODUCT, [(arguments[0], 0), "*", (arguments[0], 0)]  # rounded once, in every browser
        if name == "^" and self.library.name == "math" and arguments[0].varies:
            return ATOM, ["math.pow(", (arguments[0], 0), ", ", (arguments[1], 0), ")"]  # `**` has complex values
        if name in _LEVELS:
            return _LEVELS[name], self._arithmetic(node, name)
        called = call_of(operation, self.library)
        if called is None:
            raise Unwritable(name)
        parts: list[Part] = [f"{self.call(name)}("]
        for argument in arguments:
            parts += [(argument, 0), ", "]
        parts[-1] = ")"
        return ATOM, parts

    def _is_plain_square(self, node: Expression) -> bool:
        base, exponent = node.arguments
        return isinstance(base, Variable) and exact_integer(exponent) == 2

    def _guarded(self, node: Expression) -> list[Part]:
        """The operation by a function that goes on where Python would raise."""
        assert node.operation is not None
        first, *others = node.arguments
        name = node.operation.name
        guard = {"^": "power", "^n": "power", "/": "quotient"}.get(name)
        if guard is not None:
            return [f"{self.call(guard)}(", (first, 0), ", ", (others[0], 0), ")"]
        called = call_of(node.operation, self.library)
        if called is None:
            raise Unwritable(name)
        return [f"{self.call('unbounded')}({self.call(name)}, ", (first, 0), ")"]

    def _arithmetic(self, node: Expression, name: str) -> list[Part]:
        """Two operands and the sign; constants alone are computed in floats: 9**9**9 in integers would never end."""
        left, right = node.arguments
        first: Part = (left, _LEAST[name][0])
        if not node.varies and not self.is_javascript:
            first = f"{float(left)!r}" if isinstance(left, Number) and float(left) < 1e300 else first
            if name in ("^", "^n") and not isinstance(first, str):
                return ["float(", (left, 0), ")**", (right, _LEAST[name][1])]
        return [first, _SIGNS[name], (right, _LEAST[name][1])]

    def _leaf(self, leaf: Expression) -> tuple[int, list[Part]]:
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
        for field, branch in (("yes", yes), ("no", no)):  # numbers as floats, lest NumPy make an array of integers
            fields[field] = [repr(float(branch)) if isinstance(branch, Number) else (branch, 1)]
        fields["condition"] = [(left, SUM), f" {self._sign(relation)} ", (right, SUM)]
        parts: list[Part] = []
        for piece in self.library.choice.replace("}", "{").split("{"):
            parts += fields.get(piece, [piece])
        return ATOM if self.library.name == "numpy" else 0, parts


def beyond_doubles(nodes: Sequence[Expression], point: Mapping[str, float]) -> set[Expression]:
    """The nodes of a Wengert list at which Python raises at a point although IEEE 754 has a value, inf as a rule.

    A constant that is beyond the doubles is beyond them at every point, and left as it is.
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
    guarded = len(arguments) == 1 or node.operation.name in ("^", "^n", "/")
    if not guarded or node.operation.selects or any(type(each) is Undefined for each in arguments):
        return False
    try:
        node.operation.real(*map(float, arguments))
    except (OverflowError, ZeroDivisionError):
        return True
    except ValueError:
        return False
    return False


def depth_cuts(nodes: Collection[Expression], deepest: int) -> list[Expression]:
    """The nodes to give names so that no line is nested deeper than that (Python allows 200 parentheses)."""
    depths: dict[Expression, int] = {}
    cuts = []
    for node in nodes:
        depth = 1 + max([depths[argument] for argument in node.arguments], default=0)
        if depth >= deepest:
            cuts.append(node)
            depth = 0
        depths[node] = depth
    return cuts
