"""A joint sweep as a Python function of doubles: source that computes the numbers at one point, compiled once.

The source is made of names and numbers of its own.  What a user typed never reaches the compiler, names of variables
neither: parameters get them in the compiled code, as data.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from types import FunctionType
from typing import Any

from diffcompare.codegen.joint_sweep import TOTAL, JointSweep
from diffcompare.codegen.magnitudes import Limits, Watch, watch
from diffcompare.language.expression import Double, Expression, Variable
from diffcompare.language.operations import general_power
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import RANGE_ERRORS
from diffcompare.numeric.extended_range import MAX_DOUBLE

MAX_NESTING = 12  # of operations in one line; Python allows 200 parentheses
INDENT = "            "

# How rows and slopes are written that are no calls: the operations of `real` and of the partials in the table, in their
# order.  `call` stands for the row itself, where its argument is in a tail.
_OPERATORS = {
    "+": "({0} + {1})",
    "-": "({0} - {1})",
    "*": "({0} * {1})",
    "/": "({0} / {1})",
    "neg": "(-{0})",
    "sign": "(({0} > 0.0) - ({0} < 0.0) + 0.0)",
    "relu": "({0} if {0} > 0.0 else 0.0)",
    "min": "({0} if {0} < {1} else {1})",
    "max": "({0} if {0} > {1} else {1})",
    "tanh slope 0": "(1.0 - {0} * {0} if -0.5 < {1} < 0.5 else {call}({0}, {1}))",
    "sigmoid slope 0": "({0} * (1.0 - {0}) if {1} <= 0.0 else {call}({0}, {1}))",
    "atan slope 0": "(1.0 / (1.0 + {1} * {1}) if -1e150 <= {1} <= 1e150 else {call}({0}, {1}))",
}
_REPEATING = frozenset(name for name, template in _OPERATORS.items() if template.count("{") > 2)  # an argument

Careful = Callable[..., Any]


def point_function(
    sweep: JointSweep, names: Sequence[str], results: Sequence[str], careful: Careful, title: str
) -> Callable[..., Any]:
    """Return a function of doubles, with the parameters `names`, for the value and the partials of a joint sweep.

    `results` are "value", "gradient" or both, in which order it returns them; the gradient is a tuple.  It calls
    `careful` with its arguments, and returns the result of that, where one of them is not a float, where a value is
    none that a plain sweep over doubles takes for good, and where a result would be inf or nan.  `title` is its name in
    tracebacks.
    """
    parameters = ", ".join([f"a{place}" for place in range(len(names))])
    source, space = _source(sweep, names, results, f"careful({parameters})")
    space["careful"] = careful
    return named(defined(f"def compiled({parameters}):\n{source}", space), names, title)


def gathering_function(
    run: Callable[[tuple[float, ...]], Any], names: Sequence[str], careful: Careful, title: str
) -> Callable[..., Any]:
    """Return a function with the parameters `names` that calls `run` with a tuple of doubles.

    It calls `careful` with its arguments where one of them is not a float, and where `run` returns None.
    """
    parameters = "".join([f"a{place}, " for place in range(len(names))])
    source = [
        f"def compiled({parameters}):",
        f"    numbers = ({parameters})",
        "    result = run(numbers) if all_floats(numbers) else None",
        "    return careful(*numbers) if result is None else result",
    ]
    space = {"__builtins__": {}, "run": run, "careful": careful, "all_floats": _all_floats}
    return named(defined("\n".join(source), space), names, title)


def _all_floats(numbers: tuple[Any, ...]) -> bool:
    return {*map(type, numbers)} == {float}


def mapping_function(
    sweep: JointSweep, names: Sequence[str]
) -> Callable[[Mapping[str, float]], dict[str, float] | None]:
    """Return a function from a point by name, a dictionary, to the partials by name, another one.

    It returns None where `point_function` would call `careful`, and for a point with other names.
    """
    source, space = _source(sweep, names, ("mapping",), "None")
    space |= {f"k{place}": name for place, name in enumerate(names)}
    space |= {f"p{place}": name for place, name in enumerate(sweep.partials)}
    lines = [f"    if point.__len__() != {len(names)}: return None", "    try:"]
    lines += [f"        a{place} = point[k{place}] * 1.0" for place in range(len(names))]
    lines += ["        pass", "    except missing: return None"]
    space["missing"] = (LookupError, TypeError, ArithmeticError)
    return defined("\n".join(["def compiled(point):", *lines, source]), space)


def _source(
    sweep: JointSweep, names: Sequence[str], results: Sequence[str], careful: str
) -> tuple[str, dict[str, Any]]:
    """Return the body of a function, and what its names stand for; `careful` is what it returns in doubt."""
    parameters: dict[Expression, str] = {Variable(name): f"a{place}" for place, name in enumerate(names)}
    writer = LineWriter(parameters)
    wanted = [sweep.value] if "value" in results else []
    has_partials = results != ("value",)
    wanted += sweep.partials.values() if has_partials else []
    values = wengert_list(sweep.value)
    nodes = _needed(sweep.nodes, wanted)
    limits, is_finite = watch(nodes, values) if has_partials else Watch({}, is_finite=False)
    uses = dict.fromkeys(wanted, 2 - is_finite)
    if any(node in limits or (node.operation and node.operation.domain.text) for node in values):
        nodes = _needed(sweep.nodes, [*wanted, sweep.value])  # a domain is left even if no result says so
        uses.setdefault(sweep.value, 2)  # it gets a line, and with it all that is written into it
    lines = writer.lines(nodes, uses, limits)
    texts = [writer.texts[node] for node in wanted]
    partials = texts[len(texts) - len(sweep.partials) :] if has_partials else []
    returned = {
        "value": texts[0] if "value" in results else "",
        "gradient": f"({', '.join(partials)}{',' * (len(partials) == 1)})",
        "mapping": f"{{{', '.join([f'p{place}: {text}' for place, text in enumerate(partials)])}}}",
    }
    if not is_finite and texts:
        lines += [f"s = {' + '.join(texts)}", f"if not ({within('s', 0.0, MAX_DOUBLE)}): return CAREFUL"]
    source = "\n".join(
        [
            f"    if {' and '.join(conditions(parameters, limits)) or 'True'}:",
            "        try:",
            *[INDENT + line.replace("CAREFUL", careful) for line in lines],
            f"{INDENT}return {', '.join([returned[result] for result in results])}",
            "        except errors:",
            "            pass",
            f"    return {careful}",
        ]
    )
    return source, {"__builtins__": {}, "float": float, "errors": RANGE_ERRORS, **writer.functions}


def defined(source: str, space: dict[str, Any]) -> FunctionType:
    """Return the function `compiled` that our own source defines."""
    exec(compile(source, "<compiled>", "exec"), space)  # the only place: nothing in it was typed by anybody
    function = space["compiled"]
    assert isinstance(function, FunctionType)
    return function


def named(function: FunctionType, names: Sequence[str], title: str) -> FunctionType:
    """Give the parameters of a function the names of variables, so that it can be called by keyword."""
    code = function.__code__
    assert code.co_argcount == len(names)
    varnames = (*names, *code.co_varnames[len(names) :])
    function.__code__ = code.replace(co_varnames=varnames, co_name=title, co_qualname=title)
    function.__name__ = function.__qualname__ = title
    return function


class LineWriter:
    """Writes the nodes of programs as lines, and collects the functions that they call.

    `texts` has the names of variables, and gets the text of every node that is written.
    """

    def __init__(self, texts: Mapping[Expression, str], prefix: str = "v") -> None:
        self.functions: dict[str, Callable[..., Any]] = {}
        self.texts: dict[Expression, str] = dict(texts)
        self.prefix = prefix  # of the names of lines
        self._called: dict[Any, str] = {}
        self._numbers = count()

    def lines(
        self, nodes: Sequence[Expression], uses_of_results: Mapping[Expression, int], limits: Limits
    ) -> list[str]:
        """Write a line for every node that is used twice, and look at those in `limits`."""
        uses: dict[Expression, int] = dict.fromkeys(nodes, 0)
        for node in nodes:
            for argument in node.arguments:
                uses[argument] += 2 if node.operation.name in _REPEATING else 1  # type: ignore[union-attr]
        for result, more in uses_of_results.items():
            uses[result] += more
        lines, depths = [], dict.fromkeys(self.texts, 0)
        for node in nodes:
            if node in self.texts:
                continue
            if node.operation is None:
                self.texts[node] = _number(node)
                depths[node] = 0
                if node in limits:  # a constant that never is within them
                    lines.append("return CAREFUL")
                continue
            text, depth = self._text(node), 1 + max([depths[argument] for argument in node.arguments])
            if uses[node] > 1 or depth > MAX_NESTING or node in limits:
                name = f"{self.prefix}{next(self._numbers)}"
                lines.append(f"{name} = {text}")
                text, depth = name, 0
                if node in limits:
                    lines.append(f"if not ({within(text, *limits[node])}): return CAREFUL")
            self.texts[node], depths[node] = text, depth
        return lines

    def _text(self, node: Expression) -> str:
        operation = node.operation
        assert operation is not None
        texts = [self.texts[argument] for argument in node.arguments]
        if operation.selects is not None:
            return f"({texts[2]} if {texts[0]} {operation.name[3:]} {texts[1]} else {texts[3]})"
        if operation is general_power and _is_fraction(node.arguments[1]):
            return f"{self._call('pow', math.pow)}({texts[0]}, {texts[1]})"
        template = _OPERATORS.get(operation.name)
        if template is not None:
            call = self._call(operation, operation.real) if "{call}" in template else ""
            return template.format(*texts, call=call)
        if operation is TOTAL:
            return f"{self._call(TOTAL, math.fsum)}(({', '.join(texts)}))"
        return f"{self._call(operation, operation.real)}({', '.join(texts)})"

    def _call(self, key: Any, function: Callable[..., Any]) -> str:
        """Return the name of a function in the source."""
        name = self._called.setdefault(key, f"f{len(self._called)}")
        self.functions[name] = function
        return name


def conditions(parameters: Mapping[Expression, str], limits: Limits) -> list[str]:
    """Return what has to hold of the parameters: they are floats, finite, and within their limits."""
    texts = list(parameters.values())
    pairs = zip(texts[::2], texts[1::2], strict=False)
    types = [f"{one}.__class__ is float is {other}.__class__" for one, other in pairs]
    types += [f"{text}.__class__ is float" for text in texts[len(texts) - len(texts) % 2 :]]
    return types + [within(text, *limits.get(node, (0.0, MAX_DOUBLE))) for node, text in parameters.items()]


def within(text: str, low: float, high: float) -> str:
    """Write the condition that a value is between two limits in magnitude, or 0 if the lower one is not.

    Comparisons joined by `and` take half the time of a chained one.
    """
    if low == 0:
        return f"{text} < {high!r} and {text} > -{high!r}"
    return f"({text} > {low!r} and {text} < {high!r} or {text} < -{low!r} and {text} > -{high!r} or {text} == 0.0)"


def _needed(nodes: Sequence[Expression], wanted: Sequence[Expression]) -> list[Expression]:
    alive = set(wanted)
    for node in reversed(nodes):
        if node in alive:
            alive.update(node.arguments)
    return [node for node in nodes if node in alive]


def _number(leaf: Expression) -> str:
    """Write a constant; none is inf or nan but a literal beyond the doubles."""
    assert type(leaf) is Double, leaf
    value = leaf.double
    text = repr(value) if math.isfinite(value) else f"{'-' * (value < 0)}1e999"
    return f"({text})" if text.startswith("-") else text


def _is_fraction(exponent: Expression) -> bool:
    """Tell whether `math.pow` raises below 0 for an exponent, as the row of the general power does."""
    return type(exponent) is Double and not exponent.double.is_integer()
