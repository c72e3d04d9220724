"""The comparison: one expression at one point, every method side by side, each against the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from diffcompare.diagnostics import Diagnostic
from diffcompare.evaluation import Undefined, values_at
from diffcompare.expression import Expression
from diffcompare.parser import Parsed, parse
from diffcompare.problem import Derivative, Hand, Problem, Size
from diffcompare.studies.inputs import checked_point, checked_positive, coordinate, joined
from diffcompare.studies.methods import DEFAULT_METHODS, METHODS, ONE_AT_A_TIME, ask, backend, chosen
from diffcompare.wengert import dag_size, listing, operation_count, tree_size, variables

if TYPE_CHECKING:
    from diffcompare.document import Document
    from diffcompare.rounding import TrueNumber
    from diffcompare.source import Question
    from diffcompare.truth import Truth

__all__ = ["DEFAULT_METHODS", "METHODS", "Comparison", "backend", "compare", "compare_question"]

TRUSTED = ("reverse-ad", "forward-ad", "symbolic", "hand-coded", "complex-step")
"""Whose gradient to take where the truth is not known, the first that answered."""

MOST_SHOWN = 8
"""Coordinates of a point in a note."""


@dataclass(frozen=True)
class Comparison:
    """What every method answered, and the truth.  Shows itself as tables in a terminal and in a notebook."""

    question: Question
    problem: Problem
    value: float | Undefined
    truth: Truth | None
    answers: tuple[Derivative, ...]
    notes: tuple[Diagnostic, ...] = ()

    @cached_property
    def nodes(self) -> Sequence[Expression]:
        """The Wengert list of the expression."""
        return listing(self.problem.expression)

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

    @cached_property
    def failure(self) -> Diagnostic | None:
        """Why there is no gradient at this point; None where there is one."""
        from diffcompare.studies.comparison_failure import failure

        return failure(self)

    @cached_property
    def verdict(self) -> str:
        """One sentence that says what to learn from the tables."""
        from diffcompare.studies.verdict import verdict

        return verdict(self)

    def data(self) -> dict[str, Any]:
        """Plain data in the schema diffcompare/1."""
        from diffcompare.studies.comparison_data import data

        return data(self)

    @property
    def has_tables(self) -> bool:
        """Whether there is anything to compare: not where the function itself is undefined or beyond the doubles."""
        return self.failure is None or self.failure.code not in ("E802", "E804")

    def document(self, *, brief: bool = False) -> Document:
        """The comparison as a document; a brief one has the values only."""
        from diffcompare.studies.comparison_document import document

        return document(self, brief=brief)

    def to_json(self) -> str:
        """The data as JSON text."""
        from diffcompare.render import render

        return render(self.document(), "json")

    def __str__(self) -> str:
        from diffcompare.render import render

        return render(self.document(), "plain").rstrip("\n")

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from diffcompare.render.html import fragment

        return fragment(self.document())


def compare_question(
    question: Question,
    *,
    at: Mapping[str, float] | None = None,
    hand: Hand | None = None,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = DEFAULT_METHODS,
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
) -> Comparison:
    """Put one question to every method and to the truth.

    `at` is the point (None: the classic one, else a default with a note), `hand` overrides the question's own
    formulas, `wrt` restricts the variables.  Raises DiffcompareError for a wrong point, variable, method, step or
    budget.
    """
    backends = chosen(methods)
    step, budget = checked_positive("step", step), checked_positive("budget", budget)
    if any(each.name == "symbolic" for each in backends):
        from diffcompare.backends.symbolic import prepare

        prepare()  # sympy is imported in its own process while this one does everything else
    point, notes = _point(question, at)
    asked = _asked([wrt] if isinstance(wrt, str) else wrt, point)
    problem = Problem(question.parsed.expression, point, asked, hand or question.hand, step, budget)
    value = values_at(listing(problem.expression), point)[problem.expression]
    established = None
    if truth:
        from diffcompare.truth import establish

        with ONE_AT_A_TIME:
            established = establish(problem)
    # The symbolic method waits for its worker, so it is asked last; the answers keep the order of the question.
    ready = {each.name: ask(each, problem) for each in sorted(backends, key=lambda each: each.name == "symbolic")}
    answers = tuple(ready[each.name] for each in backends)
    return Comparison(question, problem, value, established, answers, (*question.parsed.notes, *notes))


def _point(question: Question, at: Mapping[str, float] | None) -> tuple[dict[str, float], list[Diagnostic]]:
    """The point, and a note where it was chosen for the user."""
    from diffcompare.point import default_point

    expression = question.parsed.expression
    names = variables(listing(expression))
    if question.point is not None and set(question.point) == set(names):
        names = list(question.point)  # an entry has an order of its own: S, K, r, sigma, T
    if at is not None:
        return checked_point(names, at), []
    if question.point is not None:
        point = {name: question.point[name] for name in names}
        if question.match is None:
            return point, []
        return point, [_note(f"this is @{question.match.entry.name}, so the point is its own: {_shown(point)}")]
    point = default_point(expression, names)
    if not names:
        return point, []
    help = f"--at {_shown(point)}" if len(point) <= MOST_SHOWN else None
    return point, [_note(f"no point was given, so here is one: {_shown(point)}", help)]


def _asked(wrt: Sequence[str], point: Mapping[str, float]) -> tuple[str, ...]:
    """The variables to differentiate by, each once: those named, or all."""
    from diffcompare.point import unknown_variable

    for name in wrt:
        if name not in point:
            raise unknown_variable(name, point, "--wrt", "no partial")
    return tuple(dict.fromkeys(wrt)) or tuple(point)


def _note(message: str, help: str | None = None) -> Diagnostic:
    return Diagnostic("W311", "note", message, help=help, severity="note")


def _shown(point: Mapping[str, float]) -> str:
    parts = [f"{name}={coordinate(x)}" for name, x in point.items()]
    return ",".join(parts if len(parts) <= MOST_SHOWN else [*parts[: MOST_SHOWN - 1], "..."])


def compare(
    expression: str | Expression,
    point: Mapping[str, float] | None = None,
    /,
    *,
    methods: str | Iterable[str] = DEFAULT_METHODS,
    hand: Mapping[str, str | Expression] | None = None,
    wrt: str | Sequence[str] = (),
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
    **values: float,
) -> Comparison:
    """Differentiate an expression in every way and compare: `compare("x^2*sin(x)", x=1.5)`.

    The expression is text, an `Expression`, `@name` (an entry of the catalogue) or `FILE.toml:name`.  The point is a
    mapping, or keyword arguments for variables that are not named like an option, or both.  `methods` are names, or
    "all"; `hand` maps variables to formulas that a person derived; `wrt` names the variables to differentiate by.
    Raises DiffcompareError for wrong input; an undefined or non-differentiable point is an answer, see `failure`.
    """
    at = joined(point, values)
    question = _question(expression, tuple(at or ()))
    own = _own_formulas(hand, question) if hand else None
    return compare_question(question, at=at, hand=own, wrt=wrt, methods=methods, step=step, budget=budget, truth=truth)


def _question(expression: str | Expression, names: tuple[str, ...]) -> Question:
    from diffcompare.source import Question, resolve

    if isinstance(expression, Expression):
        # Not by way of its text, which may be too long to be read back, and in which `e` is the constant.
        from diffcompare.catalogue import hand_for, match, point_for

        text, found = str(expression), match(expression)
        question = Question(text, Parsed(expression, text), "expression", "expression")
        if found is None:
            return question
        return question._replace(entry=found.entry, hand=hand_for(found), point=point_for(found) or None, match=found)
    if not isinstance(expression, str):
        raise TypeError(f"an expression is text or an Expression, not {type(expression).__name__}")
    if expression == "-":  # standard input on the command line, and a mistake here
        parse(expression)
    return resolve(expression, names=names)


def _own_formulas(hand: Mapping[str, str | Expression], question: Question) -> Hand:
    from diffcompare.hand import formulas_from

    names = variables(listing(question.parsed.expression))
    texts = {name: str(formula) for name, formula in hand.items()}
    return Hand(formulas_from(texts, names, lambda name: f"hand[{name!r}]"), "given")
