"""A derivative inside a function that is differentiated: how a case writes it, what is right, how an engine runs it.

A case has `inner`, a list of derivatives in the order of their use: `{ name = "d", of = "x + y", by = "y", at = "1" }`
is a number `d`, d/dy (x + y) at y = 1.  What it is `of`, and where, may use the variables of the case, those by which
an outer derivative differentiates, and the names of the derivatives that follow it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from diffcompare.engines.engine import as_function, written_for
from diffcompare.language import serialization
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.expression import Expression
from diffcompare.language.parser import parse
from diffcompare.language.serialization import substitute
from diffcompare.language.wengert import variables, wengert_list

Derive: TypeAlias = Callable[[Callable[[Any], Any], Any], Any]  # takes a function of one number, and a number


class InnerDerivative(NamedTuple):
    """One derivative inside: its name, the expression that is differentiated, its variable, and where it is taken."""

    name: str
    of: str
    by: str
    at: str

    @property
    def text(self) -> str:
        """The derivative as a person would write it."""
        return f"{self.name} = d/d{self.by} ({self.of}) at {self.by} = {self.at}"


def written_out(expression: Expression, inner: Sequence[InnerDerivative], names: Sequence[str]) -> Expression:
    """Return a function with its inner derivatives worked out by the rules of differentiation.

    Raises DiffcompareError for what cannot be read.
    """
    known = [*names, *[one.name for one in inner], *[one.by for one in inner]]
    worked_out: dict[str, Expression] = {}
    for one in reversed(inner):  # those that an outer one uses are ready
        of, at = substitute([parse(one.of, names=known), parse(one.at, names=known)], worked_out)
        slope = derivatives_of(wengert_list(of), one.by).get(of, ZERO)
        (worked_out[one.name],) = substitute([slope], {one.by: at})
    return substitute([expression], worked_out)[0]


def unknown_names(text: str, inner: Sequence[InnerDerivative], names: Collection[str]) -> list[str]:
    """Return the names in an expression with derivatives inside that have no meaning where they stand."""
    everything = [*names, *[one.name for one in inner], *[one.by for one in inner]]

    def free(text: str) -> set[str]:
        used = variables(wengert_list(parse(text, names=everything)))
        return set[str]().union(*[needed.get(name, {name}) for name in used])

    needed: dict[str, set[str]] = {}  # what each derivative needs of what surrounds it
    for one in reversed(inner):
        needed[one.name] = (free(one.of) - {one.by}) | free(one.at)
    return sorted(free(text) - set(names))


def encoded(inner: Sequence[InnerDerivative], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the inner derivatives as a worker is asked about them."""
    known = [*names, *[one.name for one in inner], *[one.by for one in inner]]
    return [
        {
            "name": one.name,
            "by": one.by,
            "of": serialization.encode(parse(one.of, names=known)),
            "at": serialization.encode(parse(one.at, names=known)),
        }
        for one in inner
    ]


class Nested:
    """A function of one number with derivatives inside, as a library runs it.

    Args:
        request: The question to a worker, with `program`, `names` and `inner`.
        functions: The library's function for each row.
        derive: The library's derivative of a function at a number.

    Attributes:
        replaced: The functions that had to be written by others.
    """

    def __init__(self, request: Mapping[str, Any], functions: Mapping[str, Any], derive: Derive) -> None:
        self.derive = derive
        self.functions = functions
        self.replaced: list[str] = []
        (self.variable,) = request["names"]
        self.body = self._runnable(request["program"])
        self.inner = {
            one["name"]: (one["by"], self._runnable(one["of"]), self._runnable(one["at"])) for one in request["inner"]
        }

    def __call__(self, x: Any) -> Any:
        return self._value(self.body, {self.variable: x})

    def _runnable(self, program: Mapping[str, Any]) -> tuple[list[str], Callable[..., Any]]:
        (expression,) = serialization.decode(program)
        written, replaced = written_for(expression, self.functions)
        self.replaced += replaced
        names = variables(wengert_list(written))
        return names, as_function(written, names, self.functions)

    def _value(self, runnable: tuple[list[str], Callable[..., Any]], known: Mapping[str, Any]) -> Any:
        names, f = runnable
        return f(*[known[name] if name in known else self._derivative(name, known) for name in names])

    def _derivative(self, name: str, known: Mapping[str, Any]) -> Any:
        by, of, at = self.inner[name]
        return self.derive(lambda y: self._value(of, {**known, by: y}), self._value(at, known))
