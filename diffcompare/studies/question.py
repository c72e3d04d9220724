"""The validated question: point or default point (away from kinks), variables, steps and budgets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from numbers import Complex, Real
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.backends.automatic import gradient_at
from diffcompare.backends.problem import Hand, Simplify
from diffcompare.diagnostics import Diagnostic, DiffcompareError, shown
from diffcompare.inputs.formulas import formulas_from
from diffcompare.inputs.point import candidates, check_point, component_name, unknown_variable
from diffcompare.language.expression import Expression
from diffcompare.language.grammar import with_functions
from diffcompare.language.parser import Parsed, parse
from diffcompare.language.printer import outputs_text
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.numeric.evaluate import is_number, values_at

if TYPE_CHECKING:
    from diffcompare.inputs.resolve import ParsedInput

MAX_SHOWN = 8  # coordinates of a point in a note
DEFAULT_ORDER = 4  # of higher derivatives
NEAR = 1e-3  # minimum distance from a default point to a kink, absolute or relative to the coordinate

# For each kind of mapping that a caller gives: the beginning of a sentence about it, and the form it should have.
_FORMS = {
    "point": ("a point is", 'give names and numbers: {"x": 2.0}'),
    "answers": ("answers are", 'give names and formulas: {"x": "2*x"}'),
}


class Setup(NamedTuple):
    """The point, the variables to differentiate by, and notes for the user on both."""

    point: dict[str, float]
    wrt: tuple[str, ...]
    notes: tuple[Diagnostic, ...]


def set_up(question: ParsedInput, at: Mapping[str, float] | None = None, wrt: str | Sequence[str] = ()) -> Setup:
    """Return the point and the variables to differentiate by.

    Without `at` the point is the classic one of the question, else a default, and a note says which.  Without `wrt`
    the variables are all of them.  Raises DiffcompareError for a wrong point and for an unknown variable.
    """
    if question.program is None:
        point, notes = _point(question, at)
    else:
        point, notes = question.program.at.point, []
    selected = _select_variables(asked_variables(question, wrt), point)
    return Setup(point, selected, (*question.parsed.notes, *notes))


def asked_variables(question: ParsedInput, wrt: str | Sequence[str]) -> list[str]:
    """Return the variables of `wrt`, or that of a text `d/dx (x^2)`.  Raises DiffcompareError where the two differ."""
    names, by = checked_names("wrt", wrt), question.parsed.wrt
    if by is None or names in ([], [by]):
        return names if by is None else [by]
    message = f"the expression asks for d/d{by}, and `--wrt` for another derivative"
    raise DiffcompareError(
        Diagnostic("E568", "bad_value", message, help=f"leave out one of them: {question.parsed.text}")
    )


# --- Validation -------------------------------------------------------------------------------------------------------


def checked_point(names: Sequence[str], given: Mapping[str, Any]) -> dict[str, float]:
    """Return the point as doubles, in the order of the names.

    Raises DiffcompareError for a coordinate that is not a finite number, for an unknown name and for a missing one.
    """
    _check_mapping(given)
    point = {name: _double(name, x) for name, x in given.items()}
    check_point(names, point)
    return {name: point[name] for name in names}


def _check_mapping(given: object, role: str = "point") -> None:
    subject, help = _FORMS[role]
    if given is not None and not isinstance(given, Mapping):
        raise bad_value(f"{subject} not {type(given).__name__}", role, help)
    for name in given or ():
        if not isinstance(name, str):
            raise bad_value(f"{name!r} is not the name of a variable", role, help)


def _double(name: str, x: Any) -> float:
    try:
        if _has_parts(x):
            raise TypeError
        value = float(x)
    except OverflowError:
        value = math.inf
    except (TypeError, ValueError):
        raise bad_value(f"the value of `{name}` is {shown(x)}, which is not a number", "point") from None
    if not math.isfinite(value):
        actual = x if isinstance(x, float) else "a number beyond the range of doubles (1.8e308)"
        raise bad_value(f"the value of `{name}` is {actual}", "point", "a coordinate is a finite number")
    return value


def _has_parts(x: object) -> bool:
    """Tell a complex number or an array with axes from a plain number; some libraries let `float` accept those too."""
    if type(x) is float or type(x) is int:  # as nearly always, and an abstract class takes long to ask
        return False
    return (isinstance(x, Complex) and not isinstance(x, Real)) or bool(getattr(x, "shape", ()))


def checked_answers(given: Any) -> Mapping[str, Any]:
    """Return a mapping of variables to formulas, empty for None.  Raises DiffcompareError for anything else."""
    _check_mapping(given, "answers")
    return given or {}


def checked_positive(name: str, number: float | None) -> float | None:
    """Return a step or a budget as a double above 0, or None for None.  Raises DiffcompareError for anything else."""
    try:
        double = None if number is None else float("nan" if isinstance(number, str) or _has_parts(number) else number)
    except (TypeError, ValueError, OverflowError):
        double = math.nan
    if double is None or 0 < double < math.inf:
        return double
    raise bad_value(f"`{name}` is {shown(number)}", name, "give a number above 0, or None")


def checked_names(option: str, names: str | Iterable[str]) -> list[str]:
    """Return one or several names as a list.  Raises DiffcompareError, with the option, for anything but text."""
    try:
        listed = [names] if isinstance(names, str) else list(names)
    except TypeError:
        listed = [names]  # type: ignore[list-item]
    for name in listed:
        if not isinstance(name, str):
            raise bad_value(f"`{option}` contains {shown(name)}, which is not a name", option, "give names as text")
    return listed


def checked_simplify(simplify: bool | str) -> Simplify:
    """Return how hard to look for shorter formulas; True is quick, False not at all.  Raises DiffcompareError."""
    words: dict[bool | str, Simplify] = {"none": "none", "quick": "quick", "full": "full", True: "quick", False: "none"}
    if isinstance(simplify, bool | str) and simplify in words:
        return words[simplify]
    message = f"`simplify` is {shown(simplify)}"
    raise bad_value(message, "simplify", 'give "none", "quick" or "full"')


def bad_value(message: str, source: str, help: str | None = None) -> DiffcompareError:
    """Return the error (E703) for a value that cannot be used."""
    return DiffcompareError(Diagnostic("E703", "bad_value", message, source=source, help=help))


def checked_order(order: int | None, most: int, least: int = 1) -> int:
    """Return an order, or the default for None; raise DiffcompareError (E564) for one not from `least` to `most`."""
    if order is None:
        return DEFAULT_ORDER
    if isinstance(order, bool) or not isinstance(order, int) or not least <= order <= most:
        message = f"`--order` is a number from {least} to {most}, not `{order}`"
        raise DiffcompareError(Diagnostic("E564", "bad_value", message, help=f"for example `--order {DEFAULT_ORDER}`"))
    return order


def one_variable(
    asked: Sequence[str], wrt: str | Sequence[str], command: str = "swell"
) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the variable of higher derivatives, and a note where it was chosen among several.

    `asked` are the variables to differentiate by, `wrt` those that the user named.  Raises DiffcompareError (E565) for
    none and for several named ones.
    """
    if wrt and len(asked) > 1:
        message = "higher derivatives are taken with respect to one variable"
        raise DiffcompareError(Diagnostic("E565", "bad_value", message, help=f"keep one: --wrt {asked[0]}"))
    if not asked:
        message = "the expression has no variable"
        raise DiffcompareError(
            Diagnostic("E565", "bad_value", message, help=f'for example diffcompare {command} "x^3"')
        )
    if len(asked) == 1:
        return asked[0], ()
    message = f"higher derivatives are taken with respect to one variable, here `{asked[0]}`"
    return asked[0], (Diagnostic("W561", "note", message, help=f"--wrt {asked[1]}", severity="note"),)


# --- Questions of Python callers --------------------------------------------------------------------------------------


def own_operations(ops: Any) -> AbstractContextManager[None]:
    """Return a context in which texts may call a caller's own operations: `Function` classes, or files of them."""
    if ops is None:
        return nullcontext()
    from diffcompare.tape.function_operations import operations_of  # few callers have some, and it needs NumPy

    return with_functions(operations_of(ops))


def question_and_point(
    expression: Any,
    point: Any,
    values: Mapping[str, Any],
    *,
    several: bool = False,
    ops: Any = None,
    budget: float | None = 5.0,
    native: Sequence[str] = (),
    asks: bool = True,
) -> tuple[ParsedInput, dict[str, Any] | None]:
    """Return the question that a Python caller asks, and the point as a mapping (None where none was given).

    Texts may call the caller's own operations, `ops`, and a Python function may run for `budget` seconds; one that is
    written for the libraries `native` may be impossible to record.  Where the caller `asks` for derivatives, and takes
    the variables from `asked_variables`, a text may be `d/dx (x^2)`.
    """
    if native:
        if not is_function(expression):
            message = "`native` runs a Python function written for the library, but the input is a formula"
            raise bad_value(message, "native", f"`engines={list(native)!r}` asks the library about a formula")
        from diffcompare.inputs.python_function import program

        given = function_values(expression, point, values)
        run = program(expression, given, function_label(expression), checked_positive("budget", budget))
        return run.as_native_input(native[0]), run.at.point
    with own_operations(ops):
        return _question_and_point(expression, point, values, several=several, budget=budget, asks=asks)


def _question_and_point(
    expression: Any, point: Any, values: Mapping[str, Any], *, several: bool, budget: float | None, asks: bool
) -> tuple[ParsedInput, dict[str, Any] | None]:
    if is_function(expression):
        given = function_values(expression, point, values)
        return function_question(expression, given, several=several, budget=budget), given
    if is_bare_number(point):
        question = question_of(expression, several=several, asks=asks)
        point = named_point(point, variables(wengert_list(*question.parsed.outputs)))
        return question, merged(point, values)
    at = merged(point, values)
    return question_of(expression, tuple(at or ()), several=several, asks=asks), at


def is_function(expression: object) -> bool:
    """Tell whether a Python function stands where an expression may stand."""
    return callable(expression) and not isinstance(expression, Expression | str)


def function_values(function: Any, point: Any, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the values of a function's parameters by name; a number or an array alone is the first one's."""
    if point is not None and not isinstance(point, Mapping):
        from diffcompare.inputs.function_point import signature_of

        names = list(signature_of(function, function_label(function)))
        if not names:
            raise bad_value("a point was given, and the function has no parameters", "point", "leave it out")
        point = {names[0]: point}
    return merged(point, values)


def function_question(
    function: Any, given: Mapping[str, Any] | None, *, several: bool = False, budget: float | None = 5.0
) -> ParsedInput:
    """Return the question for a Python function at a point; with `several` it may return several numbers."""
    from diffcompare.inputs.python_function import function_input

    seconds = checked_positive("budget", budget)
    return function_input(function, given, function_label(function), seconds, several=several)


def function_label(function: Any) -> str:
    """Return the name of a function in messages and reports."""
    name = getattr(function, "__qualname__", None) or type(function).__name__
    return str(name).rpartition("<locals>.")[2]


def question_of(
    expression: Any, names: Sequence[str] = (), *, several: bool = False, asks: bool = False
) -> ParsedInput:
    """Return the question for text, an `Expression`, `@name` or `FILE.toml:name`; `names` are known variables.

    With `several` it may also be a list of outputs, as text in brackets or as a sequence of expressions.  Raises
    DiffcompareError where the text cannot be read, and TypeError for other types.
    """
    from diffcompare.inputs.resolve import ParsedInput, looked_up, resolve  # `dc.gradient` of plain text does without

    if isinstance(expression, Expression):
        # Not by way of its text, which may be too long to be read back, and in which `e` is the constant.
        text = str(expression)
        return looked_up(ParsedInput(text, Parsed(expression, text), "expression", "expression"))
    if several and isinstance(expression, list | tuple) and expression:
        listed = tuple(question_of(output, names).parsed.expression for output in expression)
        text = outputs_text(listed)
        return ParsedInput(text, Parsed(listed[-1], text, (), listed), "expression", "expression")
    if not isinstance(expression, str):
        raise TypeError(f"an expression is text, an Expression or a function, not {type(expression).__name__}")
    if expression == "-":  # standard input on the command line, and a mistake here
        parse(expression)
    return resolve(expression, names=tuple(names), several=several, asks=asks)


def is_bare_number(point: object) -> bool:
    """Tell whether the point is a number by itself, and so the value of the only variable."""
    return hasattr(point, "__float__") and not isinstance(point, Mapping) and not _has_parts(point)


def named_point(number: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return a bare number as the point of the only variable.  Raises DiffcompareError for none or several."""
    if len(names) == 1:
        return {names[0]: number}
    if not names:
        raise bad_value("a point was given, but the expression is constant", "point", "leave it out")
    listed = ", ".join(names[:MAX_SHOWN]) + ", ..." * (len(names) > MAX_SHOWN)
    message = f"one number is a point for one variable, but here there are {len(names)}: {listed}"
    raise bad_value(message, "point", f'give names and numbers: {{"{names[0]}": {number}, ...}}')


def merged(given: Any, values: Mapping[str, Any], role: str = "point") -> dict[str, Any] | None:
    """Merge a mapping (a point, or answers) with keyword arguments; None where neither was given."""
    _check_mapping(given, role)
    for name in given or ():
        if name in values:
            raise bad_value(f"two values for `{name}`", role, "keep one of them")
    return {**(given or {}), **values} if given is not None or values else None


# --- The point and the variables of a question ------------------------------------------------------------------------


def _point(question: ParsedInput, at: Mapping[str, float] | None) -> tuple[dict[str, float], list[Diagnostic]]:
    """Return the point, and a note where it was not given by the user."""
    names = variables(wengert_list(*question.parsed.outputs))
    if question.point is not None and set(question.point) == set(names):
        names = list(question.point)  # an entry has an order of its own: S, K, r, sigma, T
    if at is not None:
        return checked_point(names, at), []
    if question.point is not None:
        point = {name: question.point[name] for name in names}
        if question.match is None:
            return point, []
        return point, [
            _note(f"this is @{question.match.entry.name}, so its own point is used: {format_point(point, '=', ',')}")
        ]
    point = default_point(question.parsed.outputs, names)
    if not names:
        return point, []
    help = f"--at {format_point(point, '=', ',')}" if len(point) <= MAX_SHOWN else None
    return point, [_note(f"no point was given, so here is one: {format_point(point, '=', ',')}", help)]


def _select_variables(wrt: Sequence[str], point: Mapping[str, float]) -> tuple[str, ...]:
    """Return the named variables, each once, or all of them where none is named; `w` stands for w[0], w[1] ..."""
    selected: list[str] = []
    for name in wrt:
        name = component_name(name) or name
        parts = [name] if name in point else [part for part in point if part.startswith(f"{name}[")]
        if not parts:
            raise unknown_variable(name, point, "--wrt", name)
        selected += parts
    return tuple(dict.fromkeys(selected)) or tuple(point)


def _note(message: str, help: str | None = None) -> Diagnostic:
    return Diagnostic("W311", "note", message, help=help, severity="note")


def default_point(outputs: Sequence[Expression], names: Sequence[str]) -> dict[str, float]:
    """Return the first candidate point at which all values and gradients are finite and no kink is near.

    Raises DiffcompareError (E706, domain_error) if there is none.
    """
    if not names:
        return {}
    for point in candidates(names):
        if all(gradient_at(output, point) is not None and not near_kink(output, point) for output in outputs):
            return point
    example = format_point(dict(list(next(iter(candidates(names))).items())[:MAX_SHOWN]), "=", ",")
    raise DiffcompareError(
        Diagnostic(
            code="E706", kind="domain_error", source="--at", help=f"give one, for instance --at {example}",
            message="found no point at which the expression and its gradient are defined",
        )
    )  # fmt: skip


def near_kink(expression: Expression, point: Mapping[str, float]) -> bool:
    """Tell whether an active operation has a kink at the point, or at one with all variables moved a little."""
    nodes = wengert_list(expression)
    active = active_nodes(nodes, point)
    kinked = [node for node in nodes if node in active and node.operation and node.operation.kink.text]
    if not kinked:
        return False
    for direction in (0.0, NEAR, -NEAR):
        moved = {name: value + direction * max(1.0, abs(value)) for name, value in point.items()}
        values = values_at(nodes, moved)
        for node in kinked:
            arguments = [values[argument] for argument in node.arguments]
            if node.operation and all(map(is_number, arguments)) and node.operation.kink.contains(*arguments):
                return True
    return False


# --- Points as text ---------------------------------------------------------------------------------------------------


def format_point(point: Mapping[str, float], equals: str = " = ", comma: str = ", ") -> str:
    """Return the point as text, its first coordinates only where there are many; `--at` reads it with "=" and ","."""
    parts = [f"{name}{equals}{format_coordinate(x)}" for name, x in point.items()]
    return comma.join(parts if len(parts) <= MAX_SHOWN else [*parts[: MAX_SHOWN - 1], "..."])


def format_coordinate(x: float) -> str:
    """Return the shortest text that reads back as the same double: `2`, `0.1`, `1e+15`."""
    short = f"{x:.15g}"
    return short if float(short) == x else repr(x)


def own_partials(hand: Any, question: ParsedInput) -> Hand | None:
    """Return the partials that a caller wrote: formulas by variable, or a Python function for a function."""
    program = question.program
    if is_function(hand) and program is not None:
        return Hand({}, "given", program.gradient_by(hand))
    formulas = checked_answers(hand)
    if not formulas:
        return None
    texts = {name: str(formula) for name, formula in formulas.items()}
    return Hand(formulas_from(texts, question.variables, lambda name: f"hand[{name!r}]"), "given")
