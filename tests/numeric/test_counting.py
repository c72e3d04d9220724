"""Doubles that count: every operation once, and the numbers of plain doubles."""

from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.counting import COUNTED, Counted, counted
from diffcompare.numeric.evaluate import CAREFUL, evaluate


def test_every_operation_counts_once():
    x = Counted(2.0)
    assert counted(lambda: x * x + 1) == (5.0, 2)
    assert counted(lambda: 3 - x) == (1.0, 1)
    assert counted(lambda: -x / 4) == (-0.5, 2)
    assert counted(lambda: COUNTED.total([x, x, x])) == (6.0, 2)


def test_an_evaluation_has_the_values_of_plain_doubles():
    nodes = wengert_list(parse("sin(x)*exp(x) + ln(x)/3"))
    point = {"x": 1.7}
    values, operations = counted(lambda: evaluate(nodes, point, COUNTED))
    assert operations == 6
    assert values == evaluate(nodes, point, CAREFUL)
