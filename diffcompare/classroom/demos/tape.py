"""The demo `tape`: a running program is recorded line by line, and read backwards for its gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from diffcompare.classroom.demos.frame import Broken, Frame, mask, table
from diffcompare.document import Cell, Source
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import exp, ln, relu, sin
from diffcompare.language.wengert import active_nodes
from diffcompare.localization import Phrase, phrase
from diffcompare.numeric.evaluate import FLOATS
from diffcompare.numeric.sweeps import partials, reverse
from diffcompare.recording.recorder import Recording, record, saved

# PyTorch's names of the nodes of its tape, without `Backward0`.
PYTORCH = {
    "+": "Add",
    "-": "Sub",
    "*": "Mul",
    "/": "Div",
    "neg": "Neg",
    "ln": "Log",
    "sin": "Sin",
    "exp": "Exp",
    "relu": "Relu",
    "^n": "Pow",
}


def survey(x1: Any, x2: Any) -> Any:
    """Return the survey's function."""
    return ln(x1) + x1 * x2 - sin(x2)


def custom_sinh(x: Any) -> Any:
    """Return sinh from two exponentials, whose results the tape has to keep."""
    return (exp(x) - exp(-x)) / 2


def micrograd(a: Any, b: Any) -> Any:
    """Return the example of micrograd's README (github.com/karpathy/micrograd)."""
    c = a + b
    d = a * b + b**3
    c = c + (c + 1)
    c = c + (1 + c + (-a))
    d = d + (d * 2 + relu(b + a))
    d = d + (3 * d + relu(b - a))
    e = c - d
    f = e**2
    g = f / 2.0
    return g + 10.0 / f


SOURCES: dict[Callable[..., Any], str] = {
    survey: "def f(x1, x2):\n    return ln(x1) + x1*x2 - sin(x2)",
    custom_sinh: "def f(x):\n    return (exp(x) - exp(-x))/2",
    micrograd: "def f(a, b):\n    c = a + b\n    d = a*b + b**3\n    c += c + 1\n    c += 1 + c + (-a)\n"
    "    d += d*2 + relu(b + a)\n    d += 3*d + relu(b - a)\n    e = c - d\n    f = e**2\n    g = f/2.0\n"
    "    g += 10.0/f\n    return g",
}


def frames() -> Iterator[Frame]:
    """Yield the tape as it grows, one backward pass, a second one, and two other programs."""
    tape = record(survey, {"x1": 2.0, "x2": 5.0})
    for count in range(1, len(tape.steps) + 1):
        yield _recorded_line(tape, count)
    yield backward_frame(tape, "What are the two adjoints?")
    yield _backward_twice(tape)
    yield _sinh()
    yield _micrograd()


def _recorded_line(tape: Recording, count: int) -> Frame:
    names = {node: f"t{number}" for number, node in enumerate(tape.steps, 1)}
    rows = [
        (names[node], pytorch_name(node), _arguments(node, names), float(tape.values[node]), kept_names(node, names))
        for node in tape.steps[:count]
    ]
    columns = "line | node | of | >value | saved for the backward pass"
    lines = table("tape", "The tape", columns, rows, primal=(3,), stepwise=True)
    name, operation, _, value, kept = rows[-1]
    why = (
        phrase("{operation} must keep {kept}: its slope is computed from it.", operation=operation, kept=kept)
        if kept
        else _keeps_nothing(tape.steps[count - 1])
    )
    return Frame(
        phrase("Line {count} of the tape", count=count),
        (Source("python", SOURCES[survey]), lines),
        f"{name} = {operation}({_numbers(tape, tape.steps[count - 1])}) = {value}",
        why,
        {f"{name} {operation}": value},
        sweep="primal",
        node=str(name),
    )


def _keeps_nothing(node: Expression) -> Phrase:
    """Say why a node keeps nothing: its slopes are numbers of the table and need no values."""
    assert node.operation is not None
    slopes = [slope for slope, argument in zip(node.operation.partials, node.arguments, strict=True) if argument.varies]
    if len(slopes) == 1:
        return phrase("{operation} keeps nothing: its slope is {slope}.", operation=pytorch_name(node), slope=slopes[0])
    first, second = slopes
    pattern = "{operation} keeps nothing: its slopes are {first} and {second}."
    return phrase(pattern, operation=pytorch_name(node), first=first, second=second)


def _numbers(tape: Recording, node: Expression) -> str:
    """Return the values of the arguments, to four digits."""
    return ", ".join(f"{float(tape.values[argument]):.4g}" for argument in node.arguments)


def pytorch_name(node: Expression) -> str:
    """Return the name of an operation as PyTorch shows it, without `Backward0`."""
    assert node.operation is not None
    return PYTORCH.get(node.operation.name, node.operation.name.capitalize())


def _arguments(node: Expression, names: Mapping[Any, str]) -> str:
    return ", ".join(label_of(argument, names) for argument in node.arguments)


def label_of(node: Expression, names: Mapping[Any, str]) -> str:
    """Return the name of a line of the tape, and the text of a variable or a number."""
    return names.get(node) or str(node)


def kept_names(node: Expression, names: Mapping[Any, str]) -> str:
    """Return the names of what is saved: the result, the arguments that the partials read, and needed constants."""
    kept = saved(node)
    return ", ".join([label_of(operand, names) for operand in ([node] if kept.result else []) + [*kept.arguments]])


def backward_frame(tape: Recording, question: str) -> Frame:
    """Return the frame of the backward pass over a tape, with a question about its result."""
    rows = list(tape.gradient().items())
    gradient = table("backward", "After one backward pass", "variable | >adjoint", rows, adjoint=(1,))
    return Frame(
        "Backward: the diary is read from the end",
        (gradient,),
        "for each line, last first: adjoint of argument += adjoint of result * slope",
        "Every line needs only what it saved, and nothing else of the program.",
        dict(rows),
        question,
        (mask(gradient, 1),),
        sweep="reverse",
    )


def _backward_twice(tape: Recording) -> Frame:
    """Return the frame of a second backward pass, under three rules for what is cleared."""
    rules = {
        phrase("inputs kept, the rest cleared (PyTorch)"): True,
        phrase("nothing cleared, the output set to 1 again"): False,
        phrase("nothing cleared, the seed added too"): None,
    }
    rows: list[tuple[Cell, ...]] = []
    nodes, values, active = tape.nodes, tape.values, active_nodes(tape.nodes)
    variables = nodes[: len(tape.point)]
    for rule, clears in rules.items():
        adjoints = reverse(nodes, values, active, tape.output, FLOATS)
        kept = {variable: adjoints[variable] for variable in variables} if clears else adjoints
        kept[tape.output] = 1.0 if clears is not None else kept[tape.output] + 1.0
        adjoints = reverse(nodes, values, active, kept, FLOATS)
        rows.append((rule, *[adjoints[variable] for variable in variables]))
    columns = "what is cleared | >x1 | >x2"
    adjoints_table = table("twice", "After a second backward pass", columns, rows, adjoint=(1, 2))
    numbers = {
        f"{name} {kind}": value
        for (_, *values), kind in zip(rows, ("cleared", "set", "added"), strict=True)
        for name, value in zip(tape.point, values, strict=True)
    }
    return Frame(
        "Backward again",
        (adjoints_table,),
        "adjoints are added to what is already there",
        "Nothing is cleared unless you clear it: three rules, three answers, none of them the gradient.",
        numbers,
        "After a second backward pass, what does x1 hold?",
        (mask(adjoints_table, 1, 2),),
        _not_zeroed(rows[0][1]),
        "reverse",
    )


def _not_zeroed(accumulated: Cell) -> Broken:
    """Return the adjoint of x1 in the second of two steps of training, if nothing is cleared in between."""
    rows: list[tuple[Cell, ...]] = [(phrase("first"), 5.5), (phrase("second"), accumulated)]
    return Broken(
        "no zeroing",
        (table("broken", "No zeroing between two steps of training", "backward | >x1", rows),),
        "The step is twice as long as it should be, and three times as long in the next round.",
        {"truth": 5.5, "broken": accumulated},
    )


def _sinh() -> Frame:
    tape = record(custom_sinh, {"x": 1.0})
    names = {node: f"t{number}" for number, node in enumerate(tape.steps, 1)}
    rows = [(names[node], pytorch_name(node), float(tape.values[node]), kept_names(node, names)) for node in tape.steps]
    lines = table("sinh", "sinh(1) from two exponentials", "line | node | >value | saved", rows)
    value, slope = tape.value, tape.gradient()["x"]
    return Frame(
        "What is saved, and why",
        (Source("python", SOURCES[custom_sinh]), lines),
        phrase("sinh(1) = {value}, slope {slope}", value=value, slope=slope),
        "The slope of exp is its own result: the two exponentials are kept, x is not.",
        {"value": value, "slope": slope},
    )


def _micrograd() -> Frame:
    tape = record(micrograd, {"a": -4.0, "b": 2.0})
    value, (by_a, by_b) = tape.value, tape.gradient().values()
    rows = [("e", _squared(tape)), ("g", value), ("dg/da", by_a), ("dg/db", by_b)]
    results = table("micrograd", phrase("{count} lines of tape", count=len(tape.steps)), "what | >number", rows)
    return Frame(
        "A longer program",
        (Source("python", SOURCES[micrograd]), results),
        f"g = {value}",
        "No: each += writes new lines and changes no old ones. Backpropagation is just this, and a"
        " network just a longer program.",
        {"value": value, "a": by_a, "b": by_b, "lines": len(tape.steps), "e": _squared(tape)},
        "Names are used again and again (c += ...). Does that disturb the tape?",
        (Source("python", SOURCES[micrograd]), mask(results, (1, 1), (2, 1), (3, 1))),
        _overwritten(tape, by_a),
    )


def _squared(tape: Recording) -> float:
    """Return the value of e, which the program squares."""
    return next(float(tape.values[node.arguments[0]]) for node in reversed(tape.steps) if pytorch_name(node) == "Pow")


def _overwritten(tape: Recording, by_a: float) -> Broken:
    """Return the adjoint of a with `=` for `+=` in the backward pass: only the last message counts."""
    adjoints: dict[Expression, Any] = {tape.output: 1.0}
    active = {node for node in tape.values if node.varies}
    for node in reversed(tape.steps):
        if node in adjoints and node in active:
            for argument, partial in partials(node, tape.values, active):
                adjoints[argument] = float(adjoints[node] * partial)
    wrong = adjoints[Variable("a")]
    return Broken(
        "= for +=",
        (table("broken", "dg/da", "sign | >adjoint of a", [("+=", by_a), ("=", wrong)]),),
        "a is used several times, and only the last message to it is left.",
        {"truth": by_a, "broken": wrong},
    )
