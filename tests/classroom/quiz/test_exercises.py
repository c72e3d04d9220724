"""The questions of a quiz: derivable, of their level, no two alike, and the same again for the same seed."""

import math
import random
from itertools import pairwise

import pytest
from rows import every_row

from diffcompare.backends.automatic import gradient_at
from diffcompare.classroom.quiz.exercises import (
    LEVELS,
    MIN_NODES,
    TOPICS,
    draw_function,
    exercises,
    form,
    has_redundancy,
    levels_of,
    rules_to_apply,
    topics_at,
)
from diffcompare.classroom.quiz.report import derivative_of
from diffcompare.language.expression import PendingDerivative
from diffcompare.language.parser import parse
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.studies.derivation_steps import steps_of

PAIRS = [(level, topic) for level in LEVELS for topic in topics_at(level)]
SEEDS = range(200)


def rules(exercise):
    nodes = wengert_list(exercise.expression)
    return [step.rule for step in steps_of(nodes[-1], exercise.by, active_nodes(nodes, (exercise.by,)))]


@pytest.fixture(scope="module")
def many():
    """Three questions of one level for every seed, the levels in turn."""
    return [exercise for seed in SEEDS for exercise in exercises(3, level=seed % 5 + 1, seed=seed)]


def test_every_question_can_be_answered(many):
    for exercise in many:
        assert parse(exercise.question.text) is exercise.expression
        names = variables(wengert_list(exercise.expression))
        assert exercise.by in names
        assert set(exercise.point) == set(names)
        assert all(map(math.isfinite, exercise.point.values()))
        assert not any(type(node) is PendingDerivative for node in wengert_list(derivative_of(exercise)))
        gradient = gradient_at(exercise.expression, exercise.point)
        assert gradient is not None
        assert 1e-9 < abs(gradient[exercise.by]) < 1e7


def test_a_level_asks_for_what_it_says(many):
    assert {exercise.level for exercise in many} == set(LEVELS)
    for exercise in many:
        used, several = rules(exercise), len(exercise.point) > 1
        chained = any("chain rule" in rule for rule in used if rule != "reciprocal rule, chain rule")
        if exercise.level == 1:
            allowed = {"sum rule", "difference rule", "power rule", "constant factor rule"}
            assert set(used) <= allowed, exercise.expression
        assert exercise.level > 2 or not chained, exercise.expression
        assert exercise.level != 3 or chained, exercise.expression
        if not several:
            fewest = MIN_NODES.get(exercise.level, 1) - (exercise.topic == "inverse")
            assert rules_to_apply(wengert_list(exercise.expression)) >= fewest, exercise.expression
        assert exercise.level == 5 or not several


RULE_OF = {
    "product": "product rule",
    "quotient": "quotient rule",
    "chain": "chain rule",
    "inverse": "derivative of a",
    "trigonometric": "derivative of ",
}


def test_a_topic_is_what_the_derivative_needs(many):
    for exercise in many:
        if exercise.topic in RULE_OF and len(exercise.point) == 1:
            assert any(RULE_OF[exercise.topic] in rule for rule in rules(exercise)), (
                exercise.topic,
                exercise.expression,
            )
        if exercise.topic == "partial":
            assert len(exercise.point) == 2
        if exercise.topic == "root":
            assert "sqrt" in exercise.question.text or "cbrt" in exercise.question.text


@every_row("seed", range(20))
def test_no_two_questions_of_a_quiz_are_alike(seed):
    quiz = exercises(10, level=seed % 5 + 1, seed=seed)
    assert len({exercise.expression for exercise in quiz}) == 10
    if seed % 5:  # on level 1 there are few forms
        assert len({form(exercise.expression) for exercise in quiz}) == 10


@every_row(("level", "topic"), PAIRS)
def test_every_topic_has_enough_questions(level, topic):
    drawn = exercises(12, level=level, topic=topic, seed=1)
    assert len({exercise.expression for exercise in drawn}) == 12
    assert {(exercise.level, exercise.topic) for exercise in drawn} == {(level, topic)}


def test_where_the_forms_are_used_up_no_function_is_asked_twice():
    drawn = exercises(50, level=1, topic="power", seed=3)
    assert (
        len({exercise.expression for exercise in drawn}) == 50 > len({form(exercise.expression) for exercise in drawn})
    )


def test_a_seed_gives_the_same_again_and_another_one_others():
    first, again, other = (exercises(5, seed=seed) for seed in (7, 7, 8))
    assert [(exercise.expression, exercise.by, exercise.point) for exercise in first] == [
        (exercise.expression, exercise.by, exercise.point) for exercise in again
    ]
    assert [exercise.expression for exercise in first] != [exercise.expression for exercise in other]


def test_without_a_level_questions_climb_and_topics_take_turns():
    drawn = exercises(10, seed=3)
    assert [exercise.level for exercise in drawn] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert all(before.topic != after.topic for before, after in pairwise(drawn))
    assert [exercise.level for exercise in exercises(3, topic="chain", seed=3)] == [3, 4, 5]


def test_a_topic_that_is_not_asked_on_a_level():
    with pytest.raises(ValueError, match="chain is asked at levels"):
        exercises(1, level=1, topic="chain")


@pytest.mark.parametrize("text", ["ln(exp(x))", "sqrt(x^2)", "(x^2)^3", "sin(sin(x))", "x*x", "asin(sin(x))"])
def test_what_nobody_asks(text):
    assert has_redundancy(wengert_list(parse(text)))


@pytest.mark.parametrize("text", ["x^2*exp(x)*sin(x)", "sin(x)^2", "ln(x^3)", "x + (x + 1)"])
def test_what_is_asked(text):
    assert not has_redundancy(wengert_list(parse(text)))


def test_functions_are_made_and_not_taken_from_a_list():
    drawn = {draw_function(random.Random(seed), 3, "chain") for seed in range(300)}
    assert len(drawn) > 200


def test_the_topics():
    assert set(TOPICS) == {
        *("sum", "power", "product", "quotient", "chain", "exponential", "logarithm", "trigonometric"),
        *("inverse", "root", "partial"),
    }
    assert levels_of("partial") == [5]
    assert levels_of("chain") == [3, 4, 5]
    assert topics_at(1) == ["sum", "power"]
