"""Every kind of mistake injected at every node of forty functions: how many are named rightly."""

import pytest
from rows import every_row
from thorough_tier import one_in

from diffcompare.language.differentiation_rules import derivatives_of
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list
from diffcompare.misconceptions.explain import find_mistake
from diffcompare.misconceptions.inject import inject_mistakes
from diffcompare.misconceptions.messages import tidied
from diffcompare.misconceptions.search import Search, is_right

FUNCTIONS = """
sin(3*x)
x^3*cos(x)
(2*x + 1)^4
ln(x^2 + 1)
x/(x^2 + 1)
exp(-x^2)
sqrt(1 + x^2)
x^2*exp(3*x)
sin(x)^3
2^(x^2)
x^x
tan(2*x)/x
log10(x^2 + 3)
asin(x/2)
atan(x^2)
x*ln(x) - x
5*x^4 - 3*x^2 + 7*x - 2
1/(1 + exp(-x))
cos(x)*sin(2*x)
x^2*y + sin(x*y)
exp(x*y)/y
ln(x + y^2)
sqrt(x*y) + y^3
x^1.5 + 1/x^3
sinh(x^2)*x
x^2*sin(x)*exp(x)
(x^2 + 3*x)/(x - 5)
3/(x^2 + 1)
ln(sin(x))
exp(sin(x^2))
cbrt(x)*tanh(x)
pi^2*x + ln(2)*x^2 + e^2
sec(x) + cot(x)
abs(x - 3)*x
erf(2*x)
log(x, 3)*x
hypot(x, y)
x^y + y^x
(sin(x) + x^2)^5
cos(sqrt(x))
""".strip().splitlines()

POINTS = [{"x": 0.31 + 0.083 * i + 0.011 * (i % 3), "y": 1.3 + 0.17 * i * i - 0.3 * i} for i in range(7)]
LEFT_TO_THE_TERMS = ("term-missing", "term-extra")


def injected(expression):
    """Yield the wrong answers, simplified, each kind and answer once, without those that happen to be right."""
    seen = set()
    for mistake in inject_mistakes(expression, "x"):
        answer = tidied(mistake.answer, expression) or mistake.answer
        if mistake.kind in LEFT_TO_THE_TERMS or (mistake.kind, answer) in seen:
            continue
        seen.add((mistake.kind, answer))
        search = Search(expression, "x", answer, POINTS)
        if search.samples and not is_right(search):
            yield mistake.kind, answer


@pytest.mark.parametrize("text", one_in(5, FUNCTIONS))
def test_injected_mistakes_are_named(text, record_property):
    """Where two kinds give the same answer, either name is right, if both are given."""
    expression = parse(text)
    every = strict = right = 0
    for kind, answer in injected(expression):
        mistake = find_mistake(expression, "x", answer, POINTS)
        every += 1
        if mistake is not None and mistake.second is None:
            strict += mistake.kind == kind
            right += kind in (mistake.kind, *mistake.also)
    record_property("planted", every)
    record_property("named by its own kind", strict / every)
    assert every >= 8
    assert right / every >= 0.9


@every_row("text", FUNCTIONS)
def test_the_right_derivative_is_no_mistake(text):
    expression = parse(text)
    right = derivatives_of(wengert_list(expression), "x")[expression]
    for answer in (right, tidied(right, expression), (right + 1) - 1, right * 3 / 3):
        assert find_mistake(expression, "x", answer, POINTS) is None
