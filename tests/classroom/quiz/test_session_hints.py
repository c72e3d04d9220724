"""Hints: the rule in letters first, then steps that leave something to do."""

from rows import every_row

from diffcompare.classroom.quiz.exercises import exercises
from diffcompare.classroom.quiz.session import hints
from diffcompare.language.expression import PendingDerivative
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list


def lines(text, by="x"):
    return [(hint.rule, f"{hint.equation.left} = {hint.equation.right}") for hint in hints(parse(text), by)]


@every_row(
    ("text", "rule", "line"),
    [
        ("x*sin(x)", "product rule", "d/dx[u*v] = d/dx[u]*v + u*d/dx[v]"),
        ("sin(x)/x", "quotient rule", "d/dx[u/v] = (d/dx[u]*v - u*d/dx[v])/v^2"),
        ("x^3", "power rule", "d/dx[x^n] = n*x^(n - 1)"),
        ("(2*x)^3", "power rule, chain rule", "d/dx[u^n] = n*u^(n - 1)*d/dx[u]"),
        ("2^x", "exponential rule", "d/dx[a^x] = a^x*ln(a)"),
        ("sin(2*x)", "derivative of sin, chain rule", "d/dx[sin(u)] = cos(u)*d/dx[u]"),
        ("3*x", "constant factor rule", "d/dx[c*u] = c*d/dx[u]"),
        ("x + 3", "sum rule", "d/dx[u + c] = d/dx[u]"),
    ],
)
def test_the_first_hint_is_the_rule_of_the_outermost_step(text, rule, line):
    assert lines(text)[0] == (rule, line)


def test_the_next_hints_are_the_steps():
    assert lines("x^2*sin(3*x)")[1:] == [
        ("product rule", "d/dx[x^2*sin(3*x)] = d/dx[x^2]*sin(3*x) + x^2*d/dx[sin(3*x)]"),
        ("derivative of sin, chain rule", "d/dx[sin(3*x)] = cos(3*x)*d/dx[3*x]"),
    ]


@every_row("seed", range(20))
def test_no_hint_on_the_function_itself_is_the_answer(seed):
    for exercise in exercises(5, seed=seed):
        given = hints(exercise.expression, exercise.by)
        assert given
        whole = [hint for hint in given if hint.equation.left is PendingDerivative(exercise.expression, exercise.by)]
        assert all(any(type(node) is PendingDerivative for node in wengert_list(hint.equation.right)) for hint in whole)
