"""The kinds of mistakes: their slugs, their titles, and a function for the example of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, TypeAlias

from diffcompare.misconceptions.pattern_matching import NodePattern

Inner: TypeAlias = Literal["times", "missing", "over"]


class Rule(NamedTuple):
    """A wrong rule: the wrong derivative of the nodes that match its pattern, and how a teacher would explain it."""

    kind: str
    pattern: NodePattern
    wrong: Callable[..., Any]
    """Returns the wrong derivative; its parameters are named after the numbers that it needs (see `Bindings`)."""
    message: str
    """The explanation, with fields {node}, {u}, {du}, {by} ... for the formulas at hand."""
    inner: Inner | None = None
    """The treatment of the inner derivative, for a rule that is about the outer function only."""
    names: tuple[str, ...] = ()
    """The operations that it is restricted to, if the pattern does not say."""
    rare: bool = False
    """True if a teacher would think of it last, whatever its kind."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the numbers that the wrong derivative is made of."""
        return parameters_of(self.wrong)

    def apply(self, numbers: Mapping[str, Any]) -> Any:
        """Return the wrong derivative, without the inner one if the rule is about the outer function only."""
        return self.wrong(*map(numbers.__getitem__, parameters_of(self.wrong)))


@cache
def parameters_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of the parameters of a function, without those that have a default."""
    code, defaults = function.__code__, function.__defaults__ or ()
    return tuple(code.co_varnames[: code.co_argcount - len(defaults)])


class Kind(NamedTuple):
    """A kind of mistake, with the text and the variable of a function for its example."""

    slug: str
    title: str
    function: tuple[str, str]


class Example(NamedTuple):
    """An example of a mistake: a function as text, the variable, and the wrong derivative as text."""

    expression: str
    by: str
    wrong: str


# In the order in which a teacher would name them; last come those that fit an answer when nothing better does.
KINDS: Mapping[str, Kind] = {
    kind.slug: kind
    for kind in [
        # At first sight.
        Kind("treated-as-constant", "the function is treated as a constant", ("x*sin(x)", "x")),
        Kind("missing-inner-factor", "the inner derivative is missing", ("sin(2*x)", "x")),
        Kind("inner-factor-twice", "the inner derivative is there twice", ("sin(x^2)", "x")),
        Kind("one-branch", "one branch is taken for the whole function", ("if(x > 0.5, sin(x), x^2)", "x")),
        # Powers and exponentials.
        Kind("power-rule-on-exponential", "the power rule on a constant to a variable power", ("2^x", "x")),
        Kind("ln-base-missing", "the factor ln(a) of a^x is missing", ("2^x", "x")),
        Kind("exponential-rule-on-power", "the exponential rule on a power of the variable", ("x^3", "x")),
        Kind("power-rule-on-general-power", "only the base or only the exponent is taken to vary", ("x^x", "x")),
        Kind("exponent-not-lowered", "the exponent is not lowered by 1", ("x^3", "x")),
        Kind("power-factor-missing", "the exponent is lowered, but not brought down as a factor", ("x^3", "x")),
        Kind("exponent-raised", "the exponent is raised by 1 instead of lowered", ("x^-2", "x")),
        Kind("exponent-dropped", "the exponent has become the factor alone", ("x^3", "x")),
        Kind("lowered-factor", "the lowered exponent is brought down", ("x^3", "x")),
        Kind("coefficient-and-power", "(2*x)^3 is taken for 2*x^3, or the other way round", ("(2*x)^3", "x")),
        # Products and quotients.
        Kind("product-of-derivatives", "the product rule as u'*v'", ("x^2*sin(x)", "x")),
        Kind("product-term-lost", "one term of the product rule is missing", ("x^2*sin(x)", "x")),
        Kind("quotient-flipped", "the terms of the quotient rule are swapped", ("sin(x)/x", "x")),
        Kind("quotient-plus", "the quotient rule with a plus", ("sin(x)/x", "x")),
        Kind("quotient-square-missing", "the denominator is not the square of v", ("sin(x)/x", "x")),
        Kind("quotient-denominator-missing", "the denominator of the quotient rule is missing", ("sin(x)/x", "x")),
        Kind("quotient-of-derivatives", "the quotient rule as u'/v'", ("sin(x)/x^2", "x")),
        Kind("quotient-term-lost", "one term of the quotient rule is missing", ("sin(x)/x", "x")),
        Kind("quotient-mixed", "the quotient rule as (u*u' - v*v')/v^2 or (u' - v')/v^2", ("sin(x)/x^2", "x")),
        # Logarithms, angles, inverse functions.
        Kind("log-base-forgotten", "the base of the logarithm is forgotten", ("log10(x)", "x")),
        Kind("log-base-inverted", "multiplied by ln(b) instead of divided", ("log10(x)", "x")),
        Kind("log-base-extra", "a factor 1/ln(10) that the natural logarithm does not have", ("ln(x)", "x")),
        Kind("sign-of-derivative", "the derivative of a function has the wrong sign", ("cos(x)", "x")),
        Kind("degrees", "degrees instead of radians", ("sin(x)", "x")),
        Kind("inverse-function", "the derivative of the inverse function", ("sin(x)", "x")),
        Kind("inverse-as-reciprocal", "the inverse function is read as 1 over the function", ("asin(x)", "x")),
        Kind("integrated", "integrated instead of differentiated", ("x^3", "x")),
        Kind("derivative-misremembered", "a derivative from the table is misremembered", ("tan(x)", "x")),
        Kind("root-of-square", "|u|, or sqrt(u^2), is taken for u", ("sqrt((x - 1)^2)", "x")),
        Kind("product-minus", "the product rule with a minus", ("x*exp(x)", "x")),
        Kind("product-mixed", "the product rule as u*u' + v*v' or u' + v'", ("x^2*sin(x)", "x")),
        # The chain rule in stranger ways.
        Kind("power-misread", "sin(x)^2 is taken for sin(x^2), or the other way round", ("sin(x)^2", "x")),
        Kind("inner-factor-added", "the inner derivative is added instead of multiplied", ("exp(x^2)", "x")),
        Kind("inner-factor-divided", "divided by the inner derivative instead of multiplied", ("sin(3*x)", "x")),
        Kind("inner-not-differentiated", "multiplied by the inner function, not its derivative", ("sin(x^3)", "x")),
        Kind("outer-at-variable", "the outer derivative is taken at the variable", ("cos(x^3)", "x")),
        Kind("outer-at-inner-derivative", "the outer derivative is taken at the inner derivative", ("cos(x^3)", "x")),
        Kind("differentiated-inside", "the outer function at the derivative of the inner function", ("sqrt(x^3)", "x")),
        Kind("outer-not-differentiated", "only the inner function is differentiated", ("sin(x^2)", "x")),
        # Sums and constants.
        Kind("coefficient-lost", "a constant factor is lost", ("3*sin(x)", "x")),
        Kind("coefficient-inverted", "divided by a constant factor instead of multiplied", ("x^2/3", "x")),
        Kind("coefficient-twice", "a constant factor is there twice", ("3*sin(x)", "x")),
        Kind("constant-kept", "a constant term is kept", ("x^2 + 5", "x")),
        Kind("total-instead-of-partial", "the other variables are differentiated too", ("x^2*y + y^3", "x")),
        Kind("other-variable-differentiated", "another variable is differentiated too", ("x*y + y^2 + y*z", "x")),
        Kind("constant-as-variable", "a constant is differentiated like a variable", ("pi^2 + x", "x")),
        Kind("coefficient-added", "a constant factor is added instead of multiplied", ("3*sin(x)", "x")),
        Kind("term-lost", "a term is missing", ("x^2 + sin(x)", "x")),
        Kind("sign-of-term", "the sign of a term is wrong", ("x^2 - sin(x)", "x")),
        Kind("not-differentiated", "the function itself", ("x*sin(x)", "x")),
        Kind("term-kept", "a part is not differentiated", ("x^3 + sin(x)", "x")),
        # The function is misread, or the answer miswritten.
        Kind("parentheses-missing", "parentheses around a sum are missing", ("(x + 1)/(x^2 + 3)", "x")),
        Kind("function-split-over-sum", "a function of a sum is taken for a sum of functions", ("sqrt(x^2 + x)", "x")),
        # The derivative as a whole.
        Kind("sign-of-whole", "the sign of the whole derivative is wrong", ("x^3 - x*sin(x)", "x")),
        Kind("swapped-partials", "the partial with respect to another variable", ("x^2*y + sin(y)", "x")),
        Kind("second-derivative", "differentiated twice", ("x*sin(x)", "x")),
        Kind("logarithmic-derivative", "the derivative of the logarithm of the function", ("x*sin(x)", "x")),
        Kind("reciprocal-of-derivative", "1 over the derivative", ("x*sin(x)", "x")),
        Kind("variable-as-constant", "the variable is treated as a constant in one place", ("hypot(x, x^2)", "x")),
        Kind("rounded-constant", "a constant is rounded", ("log10(x)", "x")),
        Kind("constant-added", "a constant is added", ("x*sin(x)", "x")),
        Kind("coefficient-wrong", "the whole is off by a constant factor", ("x*sin(x)", "x")),
        # Where no rule explains the answer.
        Kind("term-missing", "a term of the derivative is not in the answer", ("x^3 + sin(x) + exp(x)", "x")),
        Kind("term-extra", "a term of the answer is not in the derivative", ("x^3 + sin(x)", "x")),
    ]
}
