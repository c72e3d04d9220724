"""The questions of a quiz: functions made to order, no two alike, each with a point and its domain.

A seed gives the same questions again.  A function that is drawn is thrown back if it is none that a teacher would ask:
with a function beside its inverse (`ln(exp(x))`), of one variable where several were meant, constant, or defined
nowhere near the usual points.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from diffcompare.backends.reverse import gradient_at
from diffcompare.checking.requirements import domain_of
from diffcompare.diagnostics import DiffcompareError
from diffcompare.expression import Expression
from diffcompare.parser import Parsed
from diffcompare.point import candidates, default_point
from diffcompare.printer import to_text
from diffcompare.source import Question
from diffcompare.studies.quiz.templates import LEVELS, PARTIALS_ONLY, draw_function, levels_of, topics_at
from diffcompare.wengert import dag_size, listing, variables

FOR_A_NEW_FORM = 40
"""Functions that are drawn in search of one whose form did not occur; after that another one will do."""
LARGEST = 36
"""Distinct nodes of a function."""
STEEPEST = 1e7
"""The largest slope at the point."""
TOGETHER = (
    {"exp", "ln"}, {"exp", "log2"}, {"exp", "log10"}, {"sin", "asin"}, {"cos", "acos"}, {"tan", "atan"},
    {"sinh", "asinh"}, {"^n", "sqrt"}, {"^n", "cbrt"}, {"^n", "^"}, {"sqrt", "cbrt"},
)  # fmt: skip
"""Operations that nobody writes directly upon each other, because they cancel or are one."""
LINEAR = ("+", "-", "neg")
FEWEST = {4: 3, 5: 4}
"""Rules that are to be applied, beside those for sums and constant factors; with several variables one is enough."""


class Exercise(NamedTuple):
    """A question of the quiz."""

    question: Question
    by: str
    """The variable to differentiate by."""
    topic: str
    level: int
    point: Mapping[str, float]
    domain: tuple[str, ...]
    """Where the derivative is asked for: `2*x - 1 > 0`."""

    @property
    def expression(self) -> Expression:
        """The function."""
        return self.question.parsed.expression

    @property
    def wanted(self) -> str:
        """What is asked for: `df/dx`."""
        return f"df/d{self.by}"


def exercises(count: int, *, level: int | None = None, topic: str | None = None, seed: int = 0) -> list[Exercise]:
    """So many questions; without a level they climb from the lowest to the highest, without a topic all take turns.

    Raises ValueError for a topic that is not asked on the level.
    """
    forms: set[str] = set()
    made: set[Expression] = set()
    found = []
    for number, (its_level, its_topic) in enumerate(_plan(count, level, topic, random.Random(f"{seed} plan")), 1):
        rng = random.Random(f"{seed} {its_level} {its_topic} {number}")
        exercise = _new(rng, its_level, its_topic, made, forms)
        made.add(exercise.expression)
        forms.add(form(exercise.expression))
        found.append(exercise)
    return found


def form(expression: Expression) -> str:
    """What is left of a function without its numbers."""
    return re.sub(r"\d+", "#", to_text(expression))


def _plan(count: int, level: int | None, topic: str | None, rng: random.Random) -> Iterator[tuple[int, str]]:
    levels = list(LEVELS if topic is None else levels_of(topic))
    if level is not None:
        if level not in levels:
            raise ValueError(f"the topic {topic} is asked on the levels {levels}, not on {level}")
        levels = [level]
    last = ""
    waiting: dict[int, list[str]] = {}
    for place in range(count):
        now = levels[place * len(levels) // count]
        if topic is not None:
            yield now, topic
            continue
        if not waiting.get(now):
            waiting[now] = rng.sample(topics_at(now), len(topics_at(now)))
        fresh = next((each for each in waiting[now] if each != last), waiting[now][0])
        waiting[now].remove(fresh)
        last = fresh
        yield now, fresh


def _new(rng: random.Random, level: int, topic: str, made: set[Expression], forms: set[str]) -> Exercise:
    """A question that was not asked yet, if possible of a form that was not asked either."""
    tries = 0
    while True:
        exercise = _exercise(draw_function(rng, level, topic), rng, level, topic)
        if exercise is None or exercise.expression in made:
            continue
        tries += 1
        if tries > FOR_A_NEW_FORM or form(exercise.expression) not in forms:
            return exercise


def _exercise(expression: Expression, rng: random.Random, level: int, topic: str) -> Exercise | None:
    """The question for the function, None where it is not one to ask."""
    nodes = listing(expression)
    names = variables(nodes)
    several = len(names) > 1
    if dag_size(expression) > LARGEST or is_silly(nodes) or (topic == PARTIALS_ONLY and not several):
        return None
    if not several and rules_to_apply(nodes) < FEWEST.get(level, 1) - (topic == "inverse"):
        return None
    try:
        point = default_point(expression, names)
    except DiffcompareError:
        return None
    by = rng.choice(names)
    if not _varies(expression, by, names, point):
        return None
    text = to_text(expression)
    question = Question(text, Parsed(expression, text), "expression", "question", point=point)
    return Exercise(question, by, topic, level, point, domain_of(expression))


def rules_to_apply(nodes: Sequence[Expression]) -> int:
    """How many rules the derivative needs, sums and constant factors apart."""
    needed = 0
    for node in nodes:
        if node.operation is not None and node.varies and node.operation.name not in LINEAR:
            scaled = node.operation.name == "*" and not all(argument.varies for argument in node.arguments)
            needed += not scaled
    return needed


def is_silly(nodes: Sequence[Expression]) -> bool:
    """Whether two operations stand upon each other, or two factors beside each other, that are one."""
    for node in nodes:
        if node.operation is None or node.operation.name in LINEAR:
            continue
        name, arguments = node.operation.name, node.arguments
        if name in ("*", "/") and arguments[0] is arguments[1]:
            return True
        inner = {argument.operation.name for argument in arguments if argument.operation is not None}
        if any({name, other} in TOGETHER for other in inner) or (name in inner and name != "*"):
            return True
    return False


def _varies(expression: Expression, by: str, names: Sequence[str], point: Mapping[str, float]) -> bool:
    """Whether the derivative is neither 0 nor enormous at the point, and not 0 at another one either."""
    slopes = [gradient[by] for each in (point, *candidates(names)) if (gradient := gradient_at(expression, each))]
    return 1e-9 < abs(slopes[0]) < STEEPEST and max(map(abs, slopes[1:]), default=1.0) > 1e-9
