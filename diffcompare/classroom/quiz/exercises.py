"""The exercises of a quiz: random functions from a seed, no two alike, each with a point and its domain.

A seed gives the same exercises again.  A drawn function is rejected if no teacher would ask it: if it has a function
beside its inverse (`ln(exp(x))`), one variable where several are wanted, or is constant or undefined near the usual
points.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias, cast

from diffcompare.backends.automatic import gradient_at
from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.point import candidates
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable, lift
from diffcompare.language.operations import (
    acos,
    asin,
    asinh,
    atan,
    cbrt,
    cos,
    cosh,
    exp,
    is_linear,
    is_product,
    is_quotient,
    ln,
    log2,
    log10,
    raise_to,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)
from diffcompare.language.parser import Parsed
from diffcompare.language.printer import to_text
from diffcompare.language.wengert import dag_size, variables, wengert_list
from diffcompare.studies.question import default_point
from diffcompare.verify.domain import domain_of

# Functions to differentiate: templates by topic and level, filled with random parts.
#
# A template asks a `Draw` for coefficients, functions and inner expressions, which are as hard as the level says: up to
# level 2 an inner expression is the variable itself, from level 3 on the chain rule is needed, at level 4 functions are
# nested, and at level 5 there are several variables, or one more level of nesting.

LEVELS = range(1, 6)

# Variables; the letters of general rules (u, v, a, c, n) are avoided.
NAMES = (("x", "y"), ("x", "y"), ("x", "y"), ("t", "x"), ("z", "w"), ("s", "t"))

ELEMENTARY = (sin, cos, exp, ln, sqrt)

ADVANCED = (*ELEMENTARY, tan, atan, sinh, cosh, tanh)

TRIGONOMETRIC = (sin, cos, sin, cos, tan)

PARTIALS_ONLY = "partial"

Function: TypeAlias = Callable[[Expression], Expression]


class Draw:
    """Random parts of a function, as hard as the level says."""

    def __init__(self, rng: random.Random, level: int, *, several: bool = False) -> None:
        self.rng, self.level, self.several = rng, level, several
        self.x, self.y = map(Variable, rng.choice(NAMES))

    def factor(self) -> int:
        """Return a coefficient."""
        return self.rng.randint(2, 9)

    def exponent(self) -> int:
        """Return an exponent of at least 2."""
        return self.rng.randint(2, 6 if self.level < 4 else 4)

    def raised(self, formula: Expression) -> Expression:
        """Return a power of the formula."""
        return cast(Expression, raise_to(formula, self.exponent()))

    def negative_power(self, formula: Expression) -> Expression:
        """Return a power of the formula with a negative exponent."""
        return cast(Expression, raise_to(formula, -self.exponent()))

    def power(self) -> Expression:
        """Return a power of the variable, or the variable itself."""
        exponent = self.rng.randint(1, 5 if self.level < 4 else 3)
        return self.x if exponent == 1 else raise_to(self.x, exponent)

    def scaled(self, formula: Expression) -> Expression:
        """Return the formula, usually with a coefficient."""
        return self.factor() * formula if self.rng.random() < 0.7 else formula

    def joined(self, *terms: Expression | int) -> Expression:
        """Return a sum or a difference of the terms."""
        total = lift(terms[0])
        for term in terms[1:]:
            total = total + term if self.rng.random() < 0.6 else total - term
        return total

    def polynomial(self, terms: int) -> Expression:
        """Return a polynomial in descending powers, possibly with a constant term."""
        exponents = sorted(self.rng.sample(range(1, 7), terms), reverse=True)
        if exponents[0] == 1:
            exponents[0] = 2
        parts: list[Expression | int] = [self.scaled(self.x if n == 1 else raise_to(self.x, n)) for n in exponents]
        if self.rng.random() < 0.5:
            parts[-1 if terms > 2 else terms :] = [self.factor()]
        return self.joined(*parts)

    def linear(self) -> Expression:
        """Return a linear expression with a constant term."""
        return self.joined(self.factor() * self.x, self.factor())

    def function(self) -> Function:
        """Return an elementary function."""
        return self.rng.choice(ELEMENTARY if self.level < 4 else ADVANCED)

    def trigonometric(self) -> Function:
        """Return a trigonometric function."""
        return self.rng.choice(TRIGONOMETRIC)

    def fraction(self) -> Expression:
        """Return a fractional exponent."""
        numerator, denominator = self.rng.choice(
            ((1, 3), (2, 3), (4, 3), (3, 4), (5, 4), (1, 5), (2, 5), (3, 2), (5, 2))
        )
        return lift(numerator) / denominator

    def inner(self) -> Expression:
        """Return the argument of a function; up to level 2, the variable."""
        if self.level <= 2:
            return self.x
        if self.several:
            return self.of_two_variables()
        if self.level == 3 or self.rng.random() < 0.4:
            return self.simple()
        return self.nested() if self.level == 4 else self.function()(self.nested())

    def simple(self) -> Expression:
        """Return a small polynomial other than the variable itself."""
        x, k = self.x, self.factor()
        square = raise_to(x, 2)
        choices = (k * x, self.linear(), raise_to(x, self.exponent()), self.joined(square, k), square + k * x,
                   self.joined(self.factor() * square, k), self.joined(k, x), raise_to(x, 3) + k)  # fmt: skip
        return self.rng.choice(choices)

    def nested(self) -> Expression:
        """Return a function of the variable, alone or with another term or factor."""
        f, x = self.function(), self.x
        return self.rng.choice((f(x), self.factor() + f(x), x + f(x), f(self.simple()), self.factor() * f(x)))

    def small(self) -> Expression:
        """Return an expression that is between -1 and 1 for some values of the variable around 0."""
        x, k = self.x, self.factor()
        return self.rng.choice((x / k, k * x, raise_to(x, 2), self.joined(1, x), x / (x + k)))

    def of_two_variables(self) -> Expression:
        """Return an expression of two variables."""
        x, y, k = self.x, self.y, self.factor()
        choices = (x * y, raise_to(x, 2) + raise_to(y, 2), x * raise_to(y, self.exponent()), x / y, k * x * y,
                   self.joined(k * x, self.factor() * y), raise_to(x, 2) * y, self.joined(x * y, k))  # fmt: skip
        return self.rng.choice(choices)


class Template(NamedTuple):
    """A kind of function on a topic, and the levels on which it is asked."""

    topic: str
    lowest: int
    highest: int
    make: Callable[[Draw], Expression]


# The templates by topic, from the lowest level to the highest.
TEMPLATES: tuple[Template, ...] = (
    Template("sum", 1, 1, lambda d: d.polynomial(2)),
    Template("sum", 1, 1, lambda d: d.polynomial(3)),
    Template("sum", 1, 1, lambda d: d.joined(d.scaled(d.raised(d.x)), d.factor() * d.negative_power(d.x))),
    Template("sum", 1, 1, lambda d: d.joined(d.raised(d.x) / d.factor(), d.scaled(d.x))),
    Template("sum", 2, 5, lambda d: d.joined(d.scaled(d.function()(d.inner())), d.scaled(d.function()(d.inner())))),
    Template("sum", 2, 5, lambda d: d.joined(d.scaled(d.power()), d.scaled(d.function()(d.inner())), d.factor())),
    Template("power", 1, 1, lambda d: d.scaled(d.raised(d.x))),
    Template("power", 1, 1, lambda d: d.scaled(d.negative_power(d.x))),
    Template("power", 1, 1, lambda d: d.raised(d.x) / d.factor()),
    Template("power", 1, 1, lambda d: d.factor() * (d.raised(d.x) + d.factor())),
    Template("power", 2, 2, lambda d: d.joined(d.scaled(d.raised(d.x)), d.factor() / d.raised(d.x))),
    Template("power", 2, 2, lambda d: d.joined(d.scaled(raise_to(d.x, d.fraction())), d.scaled(d.power()))),
    Template("power", 3, 5, lambda d: d.scaled(d.raised(d.inner()))),
    Template("power", 3, 5, lambda d: d.scaled(d.negative_power(d.inner()))),
    Template("power", 4, 5, lambda d: d.raised(d.joined(d.scaled(d.function()(d.inner())), d.power()))),
    Template("product", 2, 2, lambda d: d.linear() * d.function()(d.x)),
    Template("product", 2, 4, lambda d: d.scaled(d.power()) * d.function()(d.inner())),
    Template("product", 2, 5, lambda d: d.scaled(d.function()(d.inner())) * d.function()(d.x)),
    Template("product", 4, 5, lambda d: d.power() * d.function()(d.x) * d.function()(d.inner())),
    Template("product", 4, 5, lambda d: d.function()(d.inner()) * d.function()(d.inner())),
    Template("quotient", 2, 2, lambda d: d.linear() / d.linear()),
    Template("quotient", 2, 2, lambda d: d.linear() / d.joined(raise_to(d.x, 2), d.factor())),
    Template("quotient", 2, 5, lambda d: d.scaled(d.function()(d.inner())) / d.power()),
    Template("quotient", 2, 5, lambda d: d.scaled(d.power()) / d.function()(d.inner())),
    Template("quotient", 4, 5, lambda d: d.function()(d.inner()) / (d.factor() + d.function()(d.inner()))),
    Template("chain", 3, 5, lambda d: d.scaled(d.function()(d.inner()))),
    Template("chain", 3, 5, lambda d: d.scaled(d.raised(d.inner()))),
    Template("chain", 3, 5, lambda d: d.joined(d.function()(d.inner()), d.scaled(d.power()))),
    Template("chain", 4, 5, lambda d: d.scaled(d.raised(d.function()(d.inner())))),
    Template("exponential", 2, 2, lambda d: d.joined(d.factor() * exp(d.x), d.scaled(d.power()))),
    Template("exponential", 2, 2, lambda d: d.scaled(raise_to(d.factor(), d.x))),
    Template("exponential", 2, 2, lambda d: d.joined(raise_to(d.factor(), d.x), d.scaled(d.power()))),
    Template("exponential", 3, 5, lambda d: d.scaled(exp(d.inner()))),
    Template("exponential", 3, 5, lambda d: d.scaled(raise_to(d.factor(), d.inner()))),
    Template("exponential", 3, 5, lambda d: d.scaled(exp(-d.inner()))),
    Template("exponential", 4, 5, lambda d: d.power() * exp(-d.inner())),
    Template("exponential", 4, 5, lambda d: raise_to(d.x, d.inner())),
    Template("exponential", 4, 4, lambda d: raise_to(d.x, d.factor() * d.x)),
    Template("logarithm", 2, 2, lambda d: d.joined(d.factor() * ln(d.x), d.scaled(d.power()))),
    Template("logarithm", 2, 2, lambda d: d.joined(d.scaled(d.power()), d.scaled(d.rng.choice((log2, log10))(d.x)))),
    Template("logarithm", 3, 5, lambda d: d.scaled(ln(d.inner()))),
    Template("logarithm", 3, 5, lambda d: d.scaled(d.rng.choice((log2, log10))(d.inner()))),
    Template("logarithm", 4, 5, lambda d: d.power() * ln(d.inner())),
    Template("logarithm", 4, 5, lambda d: d.raised(ln(d.inner()))),
    Template("logarithm", 4, 4, lambda d: ln(d.linear() / d.simple())),
    Template("trigonometric", 2, 2, lambda d: d.joined(d.scaled(d.trigonometric()(d.x)), d.scaled(sin(d.x)))),
    Template("trigonometric", 2, 2, lambda d: d.joined(d.scaled(d.power()), d.scaled(d.trigonometric()(d.x)))),
    Template("trigonometric", 3, 5, lambda d: d.scaled(d.trigonometric()(d.inner()))),
    Template("trigonometric", 3, 3, lambda d: d.scaled(d.raised(d.trigonometric()(d.x)))),
    Template("trigonometric", 4, 5, lambda d: d.power() * d.trigonometric()(d.inner())),
    Template("trigonometric", 4, 5, lambda d: d.scaled(d.raised(d.trigonometric()(d.inner())))),
    Template("inverse", 4, 5, lambda d: d.scaled(atan(d.inner()))),
    Template("inverse", 4, 4, lambda d: d.scaled(d.rng.choice((asin, acos))(d.small()))),
    Template("inverse", 4, 4, lambda d: d.power() * d.rng.choice((asin, acos, atan))(d.small())),
    Template("inverse", 4, 5, lambda d: d.joined(d.scaled(asinh(d.inner())), d.scaled(d.power()))),
    Template("inverse", 5, 5, lambda d: d.scaled(d.raised(atan(d.inner())))),
    Template("root", 2, 2, lambda d: d.joined(d.scaled(sqrt(d.x)), d.scaled(d.power()))),
    Template("root", 2, 2, lambda d: d.factor() / sqrt(d.x)),
    Template("root", 2, 2, lambda d: d.joined(d.scaled(cbrt(d.x)), d.scaled(d.power()))),
    Template("root", 3, 5, lambda d: d.scaled(sqrt(d.inner()))),
    Template("root", 3, 5, lambda d: d.factor() / sqrt(d.inner())),
    Template("root", 3, 5, lambda d: d.scaled(cbrt(d.inner()))),
    Template("root", 4, 5, lambda d: d.power() * sqrt(d.inner())),
    Template("partial", 5, 5, lambda d: d.joined(d.scaled(d.power()) * d.raised(d.y), d.scaled(d.power()) * d.y)),
    Template("partial", 5, 5, lambda d: d.scaled(d.function()(d.of_two_variables()))),
    Template("partial", 5, 5, lambda d: d.joined(d.power() * d.function()(d.y), d.function()(d.of_two_variables()))),
    Template("partial", 5, 5, lambda d: d.scaled(d.function()(d.x)) * d.function()(d.y)),
    Template("partial", 5, 5, lambda d: d.of_two_variables() / d.joined(raise_to(d.x, 2), d.factor() * d.y)),
    Template("partial", 5, 5, lambda d: raise_to(d.x, d.scaled(d.y))),
    Template("partial", 5, 5, lambda d: d.power() * d.function()(d.of_two_variables())),
)  # fmt: skip

# The topics in teaching order.
TOPICS: tuple[str, ...] = tuple(dict.fromkeys(template.topic for template in TEMPLATES))


def levels_of(topic: str) -> list[int]:
    """Return the levels on which a topic is asked."""
    return sorted({level for t in TEMPLATES if t.topic == topic for level in range(t.lowest, t.highest + 1)})


def topics_at(level: int) -> list[str]:
    """Return the topics that are asked at a level."""
    return [topic for topic in TOPICS if level in levels_of(topic)]


def draw_function(rng: random.Random, level: int, topic: str) -> Expression:
    """Return a random function on a topic that is asked at that level."""
    fitting = [t for t in TEMPLATES if t.topic == topic and t.lowest <= level <= t.highest]
    several = level == LEVELS[-1] and (topic == PARTIALS_ONLY or rng.random() < 0.6)
    return rng.choice(fitting).make(Draw(rng, level, several=several))


# Functions to draw in search of one with a new form; after that a form may occur again.
MAX_DRAWS_FOR_NEW_FORM = 40

MAX_NODES = 36  # distinct nodes of a function

MAX_SLOPE = 1e7  # largest slope at the point

# Operations that nobody applies directly to each other, because they cancel or combine.
REDUNDANT_PAIRS = (
    {"exp", "ln"}, {"exp", "log2"}, {"exp", "log10"}, {"sin", "asin"}, {"cos", "acos"}, {"tan", "atan"},
    {"sinh", "asinh"}, {"^n", "sqrt"}, {"^n", "cbrt"}, {"^n", "^"}, {"sqrt", "cbrt"},
)  # fmt: skip

# Rules that a function needs at least, besides those for sums and constant factors; with several variables, one.
MIN_NODES = {4: 3, 5: 4}


class Exercise(NamedTuple):
    """An item of the quiz: a function to differentiate."""

    question: ParsedInput
    by: str  # variable to differentiate by
    topic: str
    level: int
    point: Mapping[str, float]
    domain: tuple[str, ...]  # conditions under which the derivative is asked for: `2*x - 1 > 0`

    @property
    def expression(self) -> Expression:
        """Function to differentiate."""
        return self.question.parsed.expression

    @property
    def wanted(self) -> str:
        """Name of the derivative: `df/dx`."""
        return f"df/d{self.by}"


def exercises(count: int, *, level: int | None = None, topic: str | None = None, seed: int = 0) -> list[Exercise]:
    """Return `count` exercises; without a level they get harder, without a topic all topics take turns.

    Raises ValueError for a topic that is not asked at the level.
    """
    forms: set[str] = set()
    functions: set[Expression] = set()
    made = []
    for number, (its_level, its_topic) in enumerate(_plan(count, level, topic, random.Random(f"{seed} plan")), 1):
        rng = random.Random(f"{seed} {its_level} {its_topic} {number}")
        exercise = _new(rng, its_level, its_topic, functions, forms)
        functions.add(exercise.expression)
        forms.add(form(exercise.expression))
        made.append(exercise)
    return made


def form(expression: Expression) -> str:
    """Return the text of a function with its numbers masked."""
    return re.sub(r"\d+", "#", to_text(expression))


def _plan(count: int, level: int | None, topic: str | None, rng: random.Random) -> Iterator[tuple[int, str]]:
    levels = list(LEVELS if topic is None else levels_of(topic))
    if level is not None:
        if level not in levels:
            raise ValueError(f"the topic {topic} is asked at levels {levels}, not at {level}")
        levels = [level]
    last = ""
    remaining: dict[int, list[str]] = {}
    for index in range(count):
        level_now = levels[index * len(levels) // count]
        if topic is not None:
            yield level_now, topic
            continue
        if not remaining.get(level_now):
            remaining[level_now] = rng.sample(topics_at(level_now), len(topics_at(level_now)))
        fresh = next((candidate for candidate in remaining[level_now] if candidate != last), remaining[level_now][0])
        remaining[level_now].remove(fresh)
        last = fresh
        yield level_now, fresh


def _new(rng: random.Random, level: int, topic: str, functions: set[Expression], forms: set[str]) -> Exercise:
    """Return an exercise with a new function, if possible of a new form."""
    draws = 0
    while True:
        exercise = _exercise(draw_function(rng, level, topic), rng, level, topic)
        if exercise is None or exercise.expression in functions:
            continue
        draws += 1
        if draws > MAX_DRAWS_FOR_NEW_FORM or form(exercise.expression) not in forms:
            return exercise


def _exercise(expression: Expression, rng: random.Random, level: int, topic: str) -> Exercise | None:
    """Return an exercise about the function; None if it is not worth asking."""
    nodes = wengert_list(expression)
    names = variables(nodes)
    several = len(names) > 1
    if dag_size(expression) > MAX_NODES or has_redundancy(nodes) or (topic == PARTIALS_ONLY and not several):
        return None
    if not several and rules_to_apply(nodes) < MIN_NODES.get(level, 1) - (topic == "inverse"):
        return None
    try:
        point = default_point((expression,), names)
    except DiffcompareError:
        return None
    by = rng.choice(names)
    if not _varies(expression, by, names, point):
        return None
    text = to_text(expression)
    question = ParsedInput(text, Parsed(expression, text), "expression", "question", point=point)
    return Exercise(question, by, topic, level, point, domain_of(expression))


def rules_to_apply(nodes: Sequence[Expression]) -> int:
    """Return the number of rules that the derivative needs, without those for sums and constant factors."""
    needed = 0
    for node in nodes:
        if node.operation is not None and node.varies and not is_linear(node):
            scaled = is_product(node) and not all(argument.varies for argument in node.arguments)
            needed += not scaled
    return needed


def has_redundancy(nodes: Sequence[Expression]) -> bool:
    """Tell whether two nested operations, or two factors, could be written as one."""
    for node in nodes:
        if node.operation is None or is_linear(node):
            continue
        name, arguments = node.operation.name, node.arguments
        if (is_product(node) or is_quotient(node)) and arguments[0] is arguments[1]:
            return True
        inner = {argument.operation.name for argument in arguments if argument.operation is not None}
        if any({name, other} in REDUNDANT_PAIRS for other in inner) or (name in inner and not is_product(node)):
            return True
    return False


def _varies(expression: Expression, by: str, names: Sequence[str], point: Mapping[str, float]) -> bool:
    """Tell whether the derivative is neither 0 nor huge at the point, and nonzero at some other point."""
    points = (point, *candidates(names))
    slopes = [gradient[by] for at in points if (gradient := gradient_at(expression, at))]
    return 1e-9 < abs(slopes[0]) < MAX_SLOPE and max(map(abs, slopes[1:]), default=1.0) > 1e-9
