"""`dc.gradient`: the gradient by one method as plain doubles, with little overhead for optimizers and plots."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Any

from diffcompare.backends import backend, run_backend
from diffcompare.backends.automatic import by_name, plain_gradient
from diffcompare.backends.problem import Derivative, Problem
from diffcompare.diagnostics import Diagnostic, DiffcompareError, ManyNumbers
from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.parser import parse, parse_apart
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.numeric.evaluate import Undefined, evaluate, is_number, values_at
from diffcompare.numeric.extended_range import EXTENDED
from diffcompare.numeric.sweeps import reverse
from diffcompare.studies.question import (
    checked_point,
    checked_positive,
    function_label,
    function_values,
    is_bare_number,
    is_function,
    merged,
    named_point,
    own_operations,
    question_of,
)

_PLAIN = frozenset((float, int))  # types of coordinates that need no validation beyond finiteness
BUDGET = 60.0  # seconds: far more than a function takes whose tape fits into memory
USES_BEFORE_COMPILING = 40  # compiling takes as long as some 60 plain sweeps over a small expression
MAX_COMPILED, MAX_COUNTED = 16, 64  # expressions
MAX_COMPILED_NODES = 5_000
MAX_CACHED_LENGTH = 2_000  # characters of a text; the nodes of longer ones are not worth the memory of a cache


def gradient(
    expression: str | Expression | Callable[..., Any],
    point: Any = None,
    /,
    *,
    method: str = "reverse-ad",
    ops: Any = None,
    budget: float | None = BUDGET,
    **values: Any,
) -> dict[str, Any]:
    """Return the gradient of an expression, or of a Python function, at a point, by one method.

    Args:
        expression: Text, an `Expression`, `@name` (an entry of the catalogue), `FILE.toml:name`, or a Python function,
            which is recorded as it runs; its parameters are numbers, vectors and matrices.
        point: A mapping of variable names to numbers, or one number where there is one variable.
        method: The name of a method; `diffcompare grad --help` lists them.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.
        budget: Seconds that a Python function may run; None: no limit.
        **values: Coordinates of the point, instead of `point` or in addition to it.

    Returns:
        The partials as finite doubles, by variable in natural order; those of a function by parameter, in the shape
        that went in.  At a kink they are what the method returns there, which is a convention.

    Raises:
        DiffcompareError: For wrong input; for a point outside the domain (kind `domain_error`); where a partial would
            be inf or nan (kind `overflow`), or is so because there is no derivative (kind `nondifferentiable`); for a
            function that does not end within the budget (kind `resource_limit`).
        TypeError: For an expression of another type.

    Example:
        >>> gradient("x1^2*sin(x2)", {"x1": 1.0, "x2": 0.0})
        {'x1': 0.0, 'x2': 1.0}
        >>> gradient(lambda w: w[0] * w[1] ** 2, w=[2.0, 3.0])
        {'w': [9.0, 12.0]}

    Source: the default, reverse mode, is described by A. Griewank and A. Walther: Evaluating derivatives, second
    edition, SIAM 2008, chapter 3.
    """
    if type(point) is dict and not values and method == "reverse-ad" and ops is None:
        compiled = _compiled.get(expression) if type(expression) is str or isinstance(expression, Expression) else None
        if compiled is not None:
            partials = compiled(point)
            if partials is not None:
                return partials
    if is_function(expression):
        limit = checked_positive("budget", budget)
        return _function_gradient(expression, function_values(expression, point, values), method, limit)
    if isinstance(expression, str) and (ops is not None or _is_entry(expression)):
        given = () if is_bare_number(point) else merged(point, values) or ()
        with own_operations(ops):
            expression = question_of(expression, tuple(given)).parsed.expression
    if not isinstance(expression, str | Expression):
        raise TypeError(f"an expression is text, an Expression or a function, not {type(expression).__name__}")
    at = point if type(point) is dict and not values else _mapping(expression, point, values)
    nodes, names = _read(expression, at)
    doubles = _doubles(names, at)
    if method == "reverse-ad":
        partials = plain_gradient(nodes, names, doubles)
        if partials is not None:
            if "e" not in at:
                _count_use(expression, nodes, names)
            return partials
    tree = parse(expression, names=at) if isinstance(expression, str) else expression
    return careful_gradient(Problem(tree, doubles, tuple(names)), method)


# Expressions that are asked again and again: how often each was, and what it was compiled to.  By text, in which `e` is
# the constant, or by the expression itself.
_uses: dict[str | Expression, int] = {}
_compiled: dict[str | Expression, Callable[[dict[str, float]], dict[str, float] | None]] = {}


def _count_use(expression: str | Expression, nodes: list[Expression], names: list[str]) -> None:
    """Count one more use of an expression, and compile it when the next ones will make up for that."""
    uses = _uses[expression] = _uses.get(expression, 0) + 1
    if uses == USES_BEFORE_COMPILING and len(nodes) <= MAX_COMPILED_NODES:
        from diffcompare.codegen.joint_sweep import joint_sweep
        from diffcompare.codegen.point_program import mapping_function

        if len(_compiled) >= MAX_COMPILED:
            _compiled.clear()
        _compiled[expression] = mapping_function(joint_sweep(nodes[-1], names), names)
    if len(_uses) > MAX_COUNTED:
        _uses.clear()


def careful_gradient(problem: Problem, method: str) -> dict[str, Any]:
    """Return the gradient of a problem by one method.

    Raises DiffcompareError, which says why, where a partial is no finite number.
    """
    answer = run_backend(backend(method), problem)
    if answer.status != "ok":
        raise DiffcompareError(_refusal(problem, answer))
    return dict(answer.gradient)


def _function_gradient(
    function: Any, given: Mapping[str, Any] | None, method: str, budget: float | None
) -> dict[str, Any]:
    """Return the gradient of a Python function in the shapes of its parameters."""
    from diffcompare.inputs.python_function import reverse_gradient, single_program

    try:
        run = single_program(function, given, function_label(function), budget)
    except ManyNumbers as refused:
        if method != "reverse-ad":
            raise
        from diffcompare.studies.array_comparison import array_gradient

        return array_gradient(refused)
    gradient = reverse_gradient(run) if method == "reverse-ad" else None
    if gradient is not None:
        return run.at.shaped(gradient)
    problem = Problem(run.recording.output, run.at.point, tuple(run.at.point), program=run)
    return run.at.shaped(careful_gradient(problem, method))


def _mapping(expression: str | Expression, point: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a point that was given in any of its forms as a mapping."""
    if is_bare_number(point):
        point = named_point(point, _read(expression, ())[1])
    return merged(point, values) or {}


def _read(expression: str | Expression, given: Container[str]) -> tuple[list[Expression], list[str]]:
    """Return the Wengert list of an expression and its variables; `given` are the variables of the point."""
    if isinstance(expression, str):
        e_is_a_variable = "e" in given
        if len(expression) <= MAX_CACHED_LENGTH:
            return _read_text(expression, e_is_a_variable)
        return _read_text.__wrapped__(expression, e_is_a_variable)
    nodes = wengert_list(expression)
    return nodes, variables(nodes)


# Cached for optimizers and plots, which ask at point after point.  Few entries: a larger cache leaves the processor's.
@lru_cache(maxsize=16)
def _read_text(text: str, e_is_a_variable: bool) -> tuple[list[Expression], list[str]]:
    """Return the nodes that a text writes, each after its arguments, and its variables."""
    nodes = parse_apart(text, ("e",) if e_is_a_variable else ())
    return nodes, variables(nodes)


def _is_entry(text: str) -> bool:
    """Tell whether the text names an entry of the catalogue or of a file, which may change from call to call."""
    return text[:1] == "@" or ".toml" in text


def _doubles(names: list[str], point: Mapping[str, float]) -> dict[str, float]:
    """Return the point as doubles; a plain one is validated with as few instructions as possible."""
    if _PLAIN.issuperset(map(type, point.values())):
        try:
            doubles = {name: float(point[name]) for name in names}
            if len(point) == len(names) and isfinite(sum(doubles.values())):
                return doubles
        except (LookupError, OverflowError):
            pass
    return checked_point(names, point)


def _refusal(problem: Problem, answer: Derivative) -> Diagnostic:
    """Return the error for an answer without a gradient."""
    why = "; ".join(answer.notes) or answer.status
    if answer.status != "undefined":
        message = f"{answer.method} has no answer: {why}"
        return Diagnostic("E801", "resource_limit", message, help="ask another method")
    message = f"{answer.method} has no finite gradient here: {why}"
    return Diagnostic("E801", _kind(problem), message, help="choose another point")


def _are_too_large(nodes: Sequence[Expression], problem: Problem) -> bool:
    """Tell whether all partials exist and some are beyond doubles, as exponents without limits show where no kink is.

    The truth would tell as well, but takes a hundred times as long to load.
    """
    if any(node.operation is not None and node.operation.kink.text for node in nodes):
        return False
    try:
        adjoints = reverse(nodes, evaluate(nodes, problem.point, EXTENDED), active_nodes(nodes), nodes[-1], EXTENDED)
    except NotDifferentiable:
        return False
    return all(is_number(partial) for partial in by_name(adjoints, problem.wrt).values())


def _kind(problem: Problem) -> str:
    """Return what kind of error a point is.  Where only the partials have no number, the truth tells if they exist."""
    nodes = wengert_list(problem.expression)
    value = values_at(nodes, problem.point)[problem.expression]
    if type(value) is Undefined:
        return "domain_error"
    if not is_number(value) or _are_too_large(nodes, problem):
        return "overflow"
    from diffcompare.studies.accuracy import truth_about  # loads documents, which a gradient does without

    return "nondifferentiable" if truth_about(problem).status == "nondifferentiable" else "overflow"
