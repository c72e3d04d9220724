"""The questions of a quiz: derivable, of their level, no two alike, and the same again for the same seed."""

import math
import random
from itertools import pairwise

import pytest

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
    return [each for seed in SEEDS for each in exercises(3, level=seed % 5 + 1, seed=seed)]


def test_every_question_can_be_answered(many):
    for each in many:
        assert parse(each.question.text) is each.expression
        names = variables(wengert_list(each.expression))
        assert each.by in names
        assert set(each.point) == set(names)
        assert all(map(math.isfinite, each.point.values()))
        assert not any(type(node) is PendingDerivative for node in wengert_list(derivative_of(each)))
        gradient = gradient_at(each.expression, each.point)
        assert gradient is not None
        assert 1e-9 < abs(gradient[each.by]) < 1e7


def test_a_level_asks_for_what_it_says(many):
    assert {each.level for each in many} == set(LEVELS)
    for each in many:
        used, several = rules(each), len(each.point) > 1
        chained = any("chain rule" in rule for rule in used if rule != "reciprocal rule, chain rule")
        if each.level == 1:
            allowed = {"sum rule", "difference rule", "power rule", "constant factor rule"}
            assert set(used) <= allowed, each.expression
        assert each.level > 2 or not chained, each.expression
        assert each.level != 3 or chained, each.expression
        if not several:
            fewest = MIN_NODES.get(each.level, 1) - (each.topic == "inverse")
            assert rules_to_apply(wengert_list(each.expression)) >= fewest, each.expression
        assert each.level == 5 or not several


RULE_OF = {
    "product": "product rule",
    "quotient": "quotient rule",
    "chain": "chain rule",
    "inverse": "derivative of a",
    "trigonometric": "derivative of ",
}


def test_a_topic_is_what_the_derivative_needs(many):
    for each in many:
        if each.topic in RULE_OF and len(each.point) == 1:
            assert any(RULE_OF[each.topic] in rule for rule in rules(each)), (each.topic, each.expression)
        if each.topic == "partial":
            assert len(each.point) == 2
        if each.topic == "root":
            assert "sqrt" in each.question.text or "cbrt" in each.question.text


@pytest.mark.parametrize("seed", range(20))
def test_no_two_questions_of_a_quiz_are_alike(seed):
    quiz = exercises(10, level=seed % 5 + 1, seed=seed)
    assert len({each.expression for each in quiz}) == 10
    if seed % 5:  # on level 1 there are few forms
        assert len({form(each.expression) for each in quiz}) == 10


@pytest.mark.parametrize(("level", "topic"), PAIRS)
def test_every_topic_has_enough_questions(level, topic):
    found = exercises(12, level=level, topic=topic, seed=1)
    assert len({each.expression for each in found}) == 12
    assert {(each.level, each.topic) for each in found} == {(level, topic)}


def test_where_the_forms_are_used_up_no_function_is_asked_twice():
    found = exercises(50, level=1, topic="power", seed=3)
    assert len({each.expression for each in found}) == 50 > len({form(each.expression) for each in found})


def test_a_seed_gives_the_same_again_and_another_one_others():
    one, again, other = (exercises(5, seed=seed) for seed in (7, 7, 8))
    assert [(each.expression, each.by, each.point) for each in one] == [
        (each.expression, each.by, each.point) for each in again
    ]
    assert [each.expression for each in one] != [each.expression for each in other]


def test_without_a_level_questions_climb_and_topics_take_turns():
    found = exercises(10, seed=3)
    assert [each.level for each in found] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert all(one.topic != other.topic for one, other in pairwise(found))
    assert [each.level for each in exercises(3, topic="chain", seed=3)] == [3, 4, 5]


def test_a_topic_that_is_not_asked_on_a_level():
    with pytest.raises(ValueError, match="chain is asked on the levels"):
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
