"""The record of a comparison: what every method answered, and the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from diffcompare.diagnostics import Diagnostic
from diffcompare.evaluation import Undefined
from diffcompare.expression import Expression
from diffcompare.problem import Derivative, Problem, Size
from diffcompare.studies.methods import METHODS
from diffcompare.studies.telling import Shown
from diffcompare.wengert import dag_size, listing, operation_count, tree_size

if TYPE_CHECKING:
    from diffcompare.document import Document
    from diffcompare.source import Question
    from diffcompare.truth import Truth
    from diffcompare.truth.rounding import TrueNumber

TRUSTED = ("reverse-ad", "forward-ad", "symbolic", "hand-coded", "complex-step")
"""Whose gradient to take where the truth is not known, the first that answered."""


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
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

    def measure(self, name: str, partial: float | None) -> dict[str, float | None]:
        """The errors and the digits of a partial by that variable.  Many methods give the same number."""
        from diffcompare.studies.comparison.data import measure

        if (name, partial) not in self._measured:
            self._measured[name, partial] = measure(partial, self.true_partial(name))
        return self._measured[name, partial]

    @cached_property
    def _measured(self) -> dict[tuple[str, float | None], dict[str, float | None]]:
        return {}

    @cached_property
    def failure(self) -> Diagnostic | None:
        """Why there is no gradient at this point; None where there is one."""
        from diffcompare.studies.comparison.failure import failure

        return failure(self)

    @cached_property
    def verdict(self) -> str:
        """One sentence that says what to learn from the tables."""
        from diffcompare.studies.comparison.verdict import verdict

        return verdict(self)

    def data(self) -> dict[str, Any]:
        """Plain data in the schema diffcompare/1."""
        from diffcompare.studies.comparison.data import data

        return data(self)

    def document(self, *, brief: bool = False) -> Document:
        """The comparison as a document; a brief one has the values only."""
        from diffcompare.studies.comparison.document import document

        return document(self, brief=brief)
