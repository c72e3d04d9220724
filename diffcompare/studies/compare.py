"""The comparison: one expression at one point, every method side by side, each against the truth."""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.backends.problem import Derivative, Hand, Problem, Size
from diffcompare.backends.registry import (
    DEFAULT_METHODS,
    DIFFERENCES,
    METHODS,
    ONE_AT_A_TIME,
    run_backend,
    select_backends,
)
from diffcompare.backends.reverse import gradient_at
from diffcompare.diagnostics import Diagnostic
from diffcompare.inputs.point import candidates
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import active_nodes, dag_size, operation_count, tree_size, variables, wengert_list
from diffcompare.numeric.evaluate import Undefined, is_number, value_at, values_at
from diffcompare.studies.accuracy import measure
from diffcompare.studies.question import (
    checked_answers,
    checked_names,
    checked_positive,
    format_point,
    near_kink,
    question_and_point,
    set_up,
)
from diffcompare.studies.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffcompare.truth.establish import Truth
    from diffcompare.truth.rounding import TrueNumber


# The record of a comparison: what every method answered, and the truth.

# Whose gradient to take where the truth is not known, the first that answered.
TRUSTED = ("reverse-ad", "forward-ad", "symbolic", "hand-coded", "complex-step")


@dataclass(frozen=True, repr=False)
class Comparison(Record):
    """What every method answered, and the truth.  Shows itself as tables in a terminal and in a notebook."""

    report = "diffcompare.studies.compare_report"

    question: ParsedInput
    problem: Problem
    value: float | Undefined
    truth: Truth | None
    answers: tuple[Derivative, ...]
    notes: tuple[Diagnostic, ...] = ()

    @cached_property
    def nodes(self) -> Sequence[Expression]:
        """The Wengert list of the expression."""
        return wengert_list(self.problem.expression)

    @cached_property
    def size(self) -> Size:
        """Nodes of the expression."""
        return Size(tree_size(self.problem.expression), dag_size(self.problem.expression))

    @cached_property
    def operations(self) -> int:
        """Operations of the expression."""
        return operation_count(self.nodes)

    @cached_property
    def gradient(self) -> dict[str, float | None]:
        """The best known gradient: the truth rounded to doubles where it is known, else that of an exact method."""
        if self.truth is not None and any(self.truth.gradient.values()):
            return {name: true.nearest if true else None for name, true in self.truth.gradient.items()}
        answered = {answer.method: answer.gradient for answer in self.answers if answer.status == "ok"}
        best = next((method for method in (*TRUSTED, *METHODS) if method in answered), None)
        return dict(answered[best]) if best else dict.fromkeys(self.problem.wrt)

    def true_partial(self, name: str) -> TrueNumber | None:
        """The true partial by that variable, if it is known."""
        return self.truth.gradient.get(name) if self.truth else None

    def measure(self, name: str, partial: float | None) -> dict[str, float | None]:
        """The errors and the digits of a partial by that variable.  Many methods give the same number."""
        from diffcompare.studies.accuracy import measure

        if (name, partial) not in self._measured:
            self._measured[name, partial] = measure(partial, self.true_partial(name))
        return self._measured[name, partial]

    @cached_property
    def _measured(self) -> dict[tuple[str, float | None], dict[str, float | None]]:
        return {}

    @cached_property
    def failure(self) -> Diagnostic | None:
        """Why there is no gradient at this point; None where there is one."""
        from diffcompare.studies.failure import failure

        return failure(self)

    @cached_property
    def verdict(self) -> str:
        """One sentence that says what to learn from the tables."""
        text: str = self.from_report("verdict")
        return text


# How every method stands against the truth, partial by partial: what the verdict is made of.

GOOD = 12.0  # a method of exact rules that keeps fewer digits than this has lost some to rounding, or is wrong

NEAR = 1e-3  # how near partials beside a kink must be to the truth at it

# How far a point is moved off a kink: nearer by, a formula like (exp(x) - 1)/x has lost its digits.
DISTANCES = (1e-7, 1e-5, 1e-4, 1e-3)

MIN_NORMAL = sys.float_info.min  # below this a double has fewer digits, so counting them says nothing of the method


class Standing(NamedTuple):
    """One method: the digits that it keeps, by partial, and where it has none to keep."""

    method: str
    answer: Derivative
    exact: bool
    """Whether it follows exact rules: not a difference formula, nor a complex step of a length that a user chose."""
    digits: Mapping[str, float]
    """Correct digits of the partials of which digits can be counted."""
    misses: Mapping[str, float]
    """What it says, in size, where the true partial is 0, or underflows to it."""
    silent: tuple[str, ...]
    """Partials that fit into a double, of which the method has no number."""
    rounding: float
    """A miss up to this is the rounding of a gradient of this size."""

    @property
    def least(self) -> float | None:
        """The digits of its worst partial; None where none can be counted."""
        return min(self.digits.values(), default=None)

    @property
    def far_off(self) -> bool:
        """Whether whatever is wrong with it is wrong by more than a small move of the point explains."""
        return all(kept < -math.log10(NEAR) for kept in self.digits.values() if kept < GOOD) and all(
            size > NEAR for name, size in self.misses.items() if name in self.astray
        )

    @property
    def astray(self) -> list[str]:
        """The partials that are wrong by more than the rounding of a few operations explains."""
        lost = [name for name, kept in self.digits.items() if kept < GOOD]
        return lost + [name for name, size in self.misses.items() if size > self.rounding]


def standings(comparison: Comparison) -> list[Standing]:
    """Every method that gave a number for some partial, or should have."""
    true = {name: comparison.true_partial(name) for name in comparison.problem.wrt}
    sizes = [abs(each.nearest) for each in true.values() if each is not None and math.isfinite(each.nearest)]
    rounding = (max(sizes, default=0.0) or 1.0) * 10**-GOOD
    return [
        _standing(comparison, answer, true, rounding)
        for answer in comparison.answers
        if answer.status in ("ok", "undefined")
    ]


def _standing(
    comparison: Comparison, answer: Derivative, true: Mapping[str, TrueNumber | None], rounding: float
) -> Standing:
    method = answer.method
    exact = method not in DIFFERENCES and not (method == "complex-step" and comparison.problem.step is not None)
    digits, misses, silent = {}, {}, []
    for name, known in true.items():
        partial = answer.gradient.get(name)
        if known is None or not math.isfinite(known.nearest):
            continue
        if partial is None:
            silent.append(name)
        elif known.nearest == 0:
            misses[name] = abs(partial)
        elif countable(known):
            digits[name] = comparison.measure(name, partial)["digits"] or 0.0
    return Standing(method, answer, exact, digits, misses, tuple(silent), rounding)


def countable(true: TrueNumber) -> bool:
    """Whether correct digits can be counted: not of 0, nor of what a double holds with few digits or not at all."""
    return MIN_NORMAL <= abs(true.nearest) < math.inf


def value_digits(comparison: Comparison) -> float | None:
    """The correct digits of the value of f; None where they cannot be counted."""
    true = comparison.truth.value if comparison.truth else None
    if true is None or not countable(true) or not is_number(comparison.value):
        return None
    return measure(float(comparison.value), true)["digits"]  # type: ignore[arg-type]


def kinks(comparison: Comparison) -> list[tuple[Expression, set[str]]]:
    """The operations at a kink of theirs, or at the edge of their branches, and the variables below each."""
    values = values_at(comparison.nodes, comparison.problem.point)
    active = active_nodes(comparison.nodes, comparison.problem.wrt)
    found = []
    for node in comparison.nodes:
        if node in active and node.operation is not None and node.operation.kink.text:
            arguments = [values[argument] for argument in node.arguments]
            compared = len(arguments) if node.operation.selects is None else 2
            moving = any(argument in active for argument in node.arguments[:compared])
            if moving and all(map(is_number, arguments[:compared])) and node.operation.kink.contains(*arguments):
                found.append((node, set(variables(wengert_list(node)))))
    return found


def right_beside(comparison: Comparison, names: Collection[str]) -> bool:
    """Whether AD finds these true partials when the point is moved a little, so that a kink must be what it misses."""
    from diffcompare.backends.reverse import gradient_at

    for distance in DISTANCES:
        for direction in (distance, -distance):
            moved = {
                name: x + direction * (1 + number / 2) * max(1.0, abs(x))  # each by another amount: x == y is left
                for number, (name, x) in enumerate(comparison.problem.point.items())
            }
            found = gradient_at(comparison.problem.expression, moved)
            if found is not None and all(_is_near(found[name], comparison.true_partial(name)) for name in names):
                return True
    return False


def _is_near(partial: float, true: TrueNumber | None) -> bool:
    return true is not None and math.isclose(partial, true.nearest, rel_tol=NEAR, abs_tol=NEAR)


# A formula that is right at one point may be wrong: x^2 is 2*x at 2. So it is held against reverse mode elsewhere.

CLEARLY = 1e-6  # the relative difference from which on two values are not the same number, rounded twice


def parts_elsewhere(comparison: Comparison) -> str:
    """A clause on the first other point at which a formula of the user's is not the partial; empty if none is found."""
    for name, point, said, partial in _elsewhere(comparison):
        if is_number(said) and abs(said - partial) > CLEARLY * max(abs(partial), abs(said)):
            return _clause(name, point, said, partial)
    return ""


def gap_elsewhere(comparison: Comparison) -> list[str]:
    """A clause on the first other point at which a formula of the user's has no value, if it is not alone in that."""
    for name, point, said, _ in _elsewhere(comparison):
        if type(said) is Undefined:
            from diffcompare.verify.regions import find_unmet_requirement, is_hole

            assert comparison.problem.hand is not None
            formula = comparison.problem.hand.formulas[name]
            if not is_hole(formula, comparison.problem.expression, point):
                needs = find_unmet_requirement(formula, point)
                where = format_point(point) + (f" (it needs {needs})" if needs else "")
                return [f"by hand df/d{name} has no value for instance at {where}, where f has a derivative"]
    return []


def _elsewhere(comparison: Comparison) -> Iterator[tuple[str, dict[str, float], Any, float]]:
    """What a formula of the user's, and reverse mode, say at other points: by variable and point."""
    problem = comparison.problem
    answered = any(answer.method == "hand-coded" and answer.status == "ok" for answer in comparison.answers)
    if problem.hand is None or problem.hand.origin == "catalogue" or not answered:
        return
    formulas = {name: problem.hand.formulas[name] for name in problem.wrt if name in problem.hand.formulas}
    for point in candidates(list(problem.point)) if problem.point else ():
        gradient = gradient_at(problem.expression, point)
        if gradient is None or near_kink(problem.expression, point):
            continue
        for name, formula in formulas.items():
            partial = gradient[name]
            assert partial is not None
            yield name, point, value_at(formula, point), partial


def _clause(name: str, point: Mapping[str, float], said: float, partial: float) -> str:
    return (
        f"check the formula by hand for df/d{name}: it agrees at this point, but at {format_point(point)} it gives "
        f"{said:.6g} and reverse-ad {partial:.6g}, and one point proves nothing"
    )


def compare_question(
    question: ParsedInput,
    *,
    at: Mapping[str, float] | None = None,
    hand: Hand | None = None,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = DEFAULT_METHODS,
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
    simplify: bool = True,
) -> Comparison:
    """Put one question to every method and to the truth.

    `at` is the point (None: the classic one, else a default with a note), `hand` overrides the question's own
    formulas, `wrt` restricts the variables, without `simplify` sympy is spared its longest task.  Raises
    DiffcompareError for a wrong point, variable, method, step or budget.
    """
    names = checked_names("methods", methods)
    # Whoever gives a formula wants to see it judged.
    backends = select_backends(names if hand is None or {"hand-coded", "all"} & set(names) else ["hand-coded", *names])
    step, budget = checked_positive("step", step), checked_positive("budget", budget)
    if any(each.name == "symbolic" for each in backends):
        from diffcompare.backends.symbolic.client import prepare

        prepare()  # sympy is imported in its own process while this one does everything else
    point, asked, notes = set_up(question, at, wrt)
    problem = Problem(question.parsed.expression, point, asked, hand or question.hand, step, budget, simplify)
    value = values_at(wengert_list(problem.expression), point)[problem.expression]
    established = None
    if truth:
        from diffcompare.truth.establish import establish

        with ONE_AT_A_TIME:
            established = establish(problem)
    # The symbolic method waits for its worker, so it is asked last; the answers keep the order of the question.
    ready = {
        each.name: run_backend(each, problem) for each in sorted(backends, key=lambda each: each.name == "symbolic")
    }
    answers = tuple(ready[each.name] for each in backends)
    return Comparison(question, problem, value, established, answers, notes)


def compare(
    expression: str | Expression,
    point: Mapping[str, float] | float | None = None,
    /,
    *,
    methods: str | Iterable[str] = DEFAULT_METHODS,
    hand: Mapping[str, str | Expression] | None = None,
    wrt: str | Sequence[str] = (),
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
    simplify: bool = True,
    **values: float,
) -> Comparison:
    """Differentiate an expression in every way and compare: `compare("x^2*sin(x)", x=1.5)`.

    The expression is text, an `Expression`, `@name` (an entry of the catalogue) or `FILE.toml:name`.  The point is a
    mapping, or keyword arguments for variables that are not named like an option, or both, or a number where there is
    one variable.  `methods` are names, or "all"; `hand` maps variables to formulas that a person derived; `wrt` names
    the variables to differentiate by; without `simplify` sympy's formulas are left as they are, which saves most of the
    time.
    Raises DiffcompareError for wrong input; an undefined or non-differentiable point is an answer, see `failure`.
    """
    if isinstance(values.get("method"), str | list | tuple):
        raise TypeError("compare() asks several methods: the option is `methods`")
    question, at = question_and_point(expression, point, values)
    formulas = checked_answers(hand)
    own = _own_formulas(formulas, question) if formulas else None
    return compare_question(
        question, at=at, hand=own, wrt=wrt, methods=methods, step=step, budget=budget, truth=truth, simplify=simplify
    )


def _own_formulas(hand: Mapping[str, str | Expression], question: ParsedInput) -> Hand:
    from diffcompare.inputs.formulas import formulas_from

    names = variables(wengert_list(question.parsed.expression))
    texts = {name: str(formula) for name, formula in hand.items()}
    return Hand(formulas_from(texts, names, lambda name: f"hand[{name!r}]"), "given")
