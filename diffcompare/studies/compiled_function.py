"""`dc.function`: an expression as a compiled function, with its gradient, for optimizers, plots and loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from diffcompare.backends.automatic import explain_undefined, origin_of, plain_gradient
from diffcompare.backends.problem import Problem
from diffcompare.codegen.joint_sweep import JointSweep, joint_sweep
from diffcompare.codegen.piecewise_program import PiecewiseProgram
from diffcompare.codegen.point_program import gathering_function, point_function
from diffcompare.codegen.rolled_program import rolled_function
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.point import unknown_variable
from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.numeric.evaluate import RANGE_ERRORS, Undefined, is_number, values_at
from diffcompare.studies.gradient import careful_gradient
from diffcompare.studies.question import checked_names, checked_point, own_operations, question_of

MIN_NODES_OF_VECTORS, MIN_NODES_OF_LOOPS = 300, 2_000
MAX_NODES_OF_SOURCE = 5_000  # of one function; what is longer, and has neither loops nor vectors, comes in pieces
USES_BEFORE_PIECES = 20  # writing and compiling them takes as long as some 20 sweeps node by node

_RESULTS = {"value": ("value",), "gradient": ("gradient",), "value_and_gradient": ("value", "gradient")}


def function(
    expression: str | Expression,
    /,
    *,
    wrt: str | Sequence[str] = (),
    variables: str | Sequence[str] = (),
    ops: Any = None,
) -> CompiledFunction:
    """Compile an expression to a function of its variables that returns its value, its gradient, or both.

    Args:
        expression: Text, an `Expression`, `@name` (an entry of the catalogue) or `FILE.toml:name`.
        wrt: The variables to differentiate by, in the order of the partials; by default all of them.
        variables: All variables in the order of the parameters, and others that do not occur; by default those that
            occur, in natural order (x2 before x10).
        ops: Functions of your own that the text calls by name, as for `gradient`.

    Returns:
        A `CompiledFunction`.

    Raises:
        DiffcompareError: For text that cannot be read, and for a name that is no variable.
        TypeError: For an expression of another type.

    Example:
        >>> f = function("ln(x1) + x1*x2 - sin(x2)")
        >>> f(2.0, 5.0), f.gradient(x1=2.0, x2=5.0)
        (11.652071455223084, (5.5, 1.7163378145367738))

    Source: reverse mode, by A. Griewank and A. Walther: Evaluating derivatives, second edition, SIAM 2008, chapter 3.
    """
    order = checked_names("variables", variables)
    if isinstance(expression, Expression):
        tree = expression
    elif not isinstance(expression, str):
        raise TypeError(f"an expression is text or an Expression, not {type(expression).__name__}")
    else:
        with own_operations(ops):
            tree = question_of(expression, tuple(order)).parsed.expression
    return CompiledFunction(tree, order, checked_names("wrt", wrt))


class CompiledFunction:
    """An expression as a function: `f(2.0, 5.0)`, `f.gradient(x1=2.0, x2=5.0)`, `f.value_and_gradient(2.0, 5.0)`.

    It takes a number or an array for every variable, by position or by name.  The partials come as a tuple in the order
    of `wrt`; for arrays, which are broadcast, value and partials are arrays.  At one point the numbers have the bits of
    `value` and `gradient` of reverse mode, but for the sign of a zero.  Over arrays NumPy's functions may differ in the
    last bits, and points without a number have nan.  (Where partials leave the doubles on the way, the points of a call
    are asked one by one; beyond the first 100,000 such points they are nan as well.)

    What is compiled depends on the expression: one function, a loop where its steps repeat, vectors where it is wide.
    One of more than 5,000 nodes without any of these is swept node by node in its first 20 calls, some 5 microseconds
    an operation, and then compiled in pieces, which takes as long as those calls and makes the next ones ten times as
    fast: of a million operations the first answer comes after 5 seconds, and the compilation takes a minute and a half.

    Attributes:
        expression: The expression.
        variables: The names of the parameters, in their order.
        wrt: The variables of the partials, in their order.
        value: The function for the value; calling the object is the same.
        gradient: The function for the partials.
        value_and_gradient: The function for both, `(value, partials)`.

    Raises, when it is called:
        DiffcompareError: For an argument that is not a finite number; for a point outside the domain (kind
            `domain_error`), or where a number would be inf or nan (kinds `overflow` and `nondifferentiable`).
        TypeError: For a wrong number of arguments, or a wrong name.
        ValueError: For arrays whose shapes do not fit.
    """

    value: Callable[..., float]
    gradient: Callable[..., tuple[float, ...]]
    value_and_gradient: Callable[..., tuple[float, tuple[float, ...]]]

    def __init__(self, expression: Expression, order: Sequence[str] = (), wrt: Sequence[str] = ()) -> None:
        self.expression = expression
        self._nodes = wengert_list(expression)
        occurring = variables(self._nodes)
        for name in occurring if order else ():
            if name not in order:
                raise unknown_variable(name, order, "variables", name)
        self.variables = tuple(dict.fromkeys(order)) or tuple(occurring)
        for name in wrt:
            if name not in self.variables:
                raise unknown_variable(name, self.variables, "wrt", name)
        self.wrt = tuple(dict.fromkeys(wrt)) or self.variables
        self._over: dict[bool, Any] = {}  # functions of arrays, with the gradient and without
        self._uses = 0  # of an expression that is compiled in pieces

    def __repr__(self) -> str:
        return f"<compiled function of {', '.join(self.variables) or 'no variable'}>"

    def __reduce__(self) -> Any:
        return CompiledFunction, (self.expression, self.variables, self.wrt)

    def __call__(self, /, *arguments: Any, **named: Any) -> Any:
        """Return the value."""
        return self.value(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        """Compile one of the three functions when it is first asked for."""
        results = _RESULTS.get(name)
        if results is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        compiled = self._compiled(name, results)
        setattr(self, name, compiled)
        return compiled

    def at_vector(self, vector: Any) -> tuple[float, Any]:
        """Return the value and the gradient, an array, at a point that is one vector.

        It is what `scipy.optimize.minimize(f.at_vector, start, jac=True)` takes.  Raises ValueError for a vector of
        another length, and what `value_and_gradient` raises.
        """
        import numpy

        numbers = numpy.asarray(vector, dtype=float)
        if numbers.shape != (len(self.variables),):
            raise ValueError(f"the vector has the shape {numbers.shape}, and there are {len(self.variables)} variables")
        if self._vectors is not None:
            result: tuple[float, Any] | None = self._vectors(numbers)
            if result is not None:
                return result
        value, partials = self.value_and_gradient(*numbers.tolist())
        return value, numpy.array(partials)

    @cached_property
    def _joint(self) -> JointSweep:
        return joint_sweep(self.expression, self.wrt)

    @cached_property
    def _rolled(self) -> Callable[..., Any] | None:
        """The function for value and gradient with a loop; None where nothing repeats often enough."""
        if len(self._nodes) < MIN_NODES_OF_LOOPS:
            return None

        def careful(*numbers: Any) -> Any:
            return self._careful(("value", "gradient"), numbers)

        try:
            return rolled_function(self._nodes, self.variables, self.wrt, careful, "value_and_gradient")
        except NotDifferentiable:
            return None

    @cached_property
    def _vectors(self) -> Any:
        """The program by vectors; None where it would be slower than source."""
        if self._rolled is not None:
            return None
        if len(self._nodes) < MIN_NODES_OF_VECTORS or not self.variables:
            return None
        from diffcompare.codegen.vector_program import TooNarrow, VectorProgram

        try:
            return VectorProgram(self._nodes, self.variables, self.wrt)
        except (*RANGE_ERRORS, NotDifferentiable, TooNarrow):
            return None

    @cached_property
    def _pieces(self) -> PiecewiseProgram | None:
        """The program in pieces; None where only a sweep takes its constants, or a partial does not exist."""
        try:
            return PiecewiseProgram(self._nodes, self.variables, self.wrt) if self.expression.varies else None
        except (*RANGE_ERRORS, NotDifferentiable):
            return None

    def _compiled(self, name: str, results: tuple[str, ...]) -> Callable[..., Any]:
        def careful(*numbers: Any) -> Any:
            return self._careful(results, numbers)

        if name == "value_and_gradient" and self._rolled is not None:
            return self._rolled
        if self._rolled is not None:
            if name == "value":
                return rolled_function(self._nodes, self.variables, None, careful, name) or careful
            both = self.value_and_gradient

            def gradient(numbers: tuple[float, ...]) -> Any:
                with suppress(DiffcompareError):  # the value may be what has no number
                    return both(*numbers)[1]
                return None

            return gathering_function(gradient, self.variables, careful, name)
        if self._vectors is not None:
            return gathering_function(lambda numbers: self._by_vectors(results, numbers), self.variables, careful, name)
        if len(self._nodes) > MAX_NODES_OF_SOURCE:
            return gathering_function(lambda numbers: self._by_pieces(results, numbers), self.variables, careful, name)
        try:
            sweep = self._joint if "gradient" in results else joint_sweep(self.expression, ())
        except NotDifferentiable:
            return careful
        return point_function(sweep, self.variables, results, careful, name)

    def _by_vectors(self, results: tuple[str, ...], numbers: tuple[float, ...]) -> Any:
        result = self._vectors(numbers, with_gradient="gradient" in results)
        if result is None or "gradient" not in results:
            return result and result[0]
        partials = tuple(result[1].tolist())
        return (result[0], partials) if "value" in results else partials

    def _by_pieces(self, results: tuple[str, ...], numbers: tuple[float, ...]) -> Any:
        self._uses += 1
        if self._uses <= USES_BEFORE_PIECES or self._pieces is None:
            return None
        if "gradient" not in results:
            return self._pieces.value(numbers)
        result = self._pieces(numbers)
        return result if "value" in results else result and result[1]

    # --- Where doubles alone do not do --------------------------------------------------------------------------------

    def _careful(self, results: tuple[str, ...], numbers: Sequence[Any]) -> Any:
        """Return the results for arguments that are no floats, or at a point where the compiled function has none."""
        if any(map(_has_parts, numbers)):
            return self._over_arrays(results, numbers)
        point = checked_point(self.variables, dict(zip(self.variables, numbers, strict=True)))
        if any(type(number) is not float for number in numbers):
            return getattr(self, "_and_".join(results))(*point.values())
        partials = self._careful_partials(point) if "gradient" in results else ()
        if "value" not in results:
            return partials
        value = self._careful_value(point)
        return (value, partials) if "gradient" in results else value

    def _careful_partials(self, point: dict[str, float]) -> tuple[float, ...]:
        partials = plain_gradient(self._nodes, self.wrt, point)
        if partials is None:
            partials = careful_gradient(Problem(self.expression, point, self.wrt), "reverse-ad")
        return tuple(partials.values())

    def _careful_value(self, point: dict[str, float]) -> float:
        values = values_at(self._nodes, point)
        value = values[self.expression]
        if is_number(value):
            return float(value)
        is_outside = type(value) is Undefined
        explain = explain_undefined if is_outside else origin_of
        kind = "domain_error" if is_outside else "overflow"
        active = active_nodes(self._nodes)
        why = explain(self._nodes, values, self.expression if is_outside else active)  # type: ignore[arg-type]
        raise DiffcompareError(Diagnostic("E801", kind, f"no finite value here: {why}", help="choose another point"))

    def _over_arrays(self, results: tuple[str, ...], arguments: Sequence[Any]) -> Any:
        """Return the results over arrays: nan at points where one of them, or a coordinate, is no finite number."""
        from diffcompare.studies.array_function import ArrayFunction

        has_gradient = "gradient" in results
        function = self._over.get(has_gradient)
        if function is None:
            try:
                function = ArrayFunction(self.expression, self.variables, self.wrt if has_gradient else ())
            except NotDifferentiable as refusal:
                message = f"no partial is known for {shorten(refusal.node)}"
                raise DiffcompareError(Diagnostic("E801", "nondifferentiable", message)) from None
            self._over[has_gradient] = function
        columns = [
            argument if _has_parts(argument) else checked_point([name], {name: argument})[name]
            for name, argument in zip(self.variables, arguments, strict=True)
        ]
        value, gradient = function(columns, needs_value="value" in results)
        return value if not has_gradient else gradient if "value" not in results else (value, gradient)


def _has_parts(argument: Any) -> bool:
    return isinstance(argument, list | tuple) or bool(getattr(argument, "shape", ()))
