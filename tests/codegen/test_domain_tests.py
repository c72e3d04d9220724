"""Domains and kinks of the table as conditions in JavaScript."""

import pytest

from diffcompare.codegen.domain_tests import condition
from diffcompare.codegen.libraries import JAVASCRIPT
from diffcompare.codegen.source import Writer
from diffcompare.language.expression import OPERATIONS, Region, Variable, lift


def written(region, *arguments):
    letters = [Variable(each) if isinstance(each, str) else lift(each) for each in arguments]
    return condition(region, letters, Writer(JAVASCRIPT, {}))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sin", "true"),
        ("ln", "a > 0"),
        ("/", "b !== 0"),
        ("asin", "(a >= -1 && a <= 1)"),
        ("^", "(a > 0 || (a === 0 && b > 0))"),
        ("gamma", "(a > 0 || Math.floor(a) !== a)"),
        ("atan2", "(a !== 0 || b !== 0)"),
    ],
)
def test_domains(name, expected):
    row = OPERATIONS[name]
    assert written(row.domain, *"ab"[: row.arity]) == expected


def test_a_whole_number_is_compared_here():
    domain = OPERATIONS["^n"].domain
    assert written(domain, "a", 2) == "true"
    assert written(domain, "a", -2) == "a !== 0"


def test_kinks():
    assert written(OPERATIONS["floor"].kink, "a") == "Math.floor(a) === a"
    assert written(OPERATIONS["hypot"].kink, "a", "b") == "(a === 0 && b === 0)"
    assert written(OPERATIONS["exp"].kink, "a") == "false"


def test_a_test_of_any_other_form():
    either = Region("", lambda a, b: b > 1 if a < 0 else b != 2)
    assert written(either, "a", "b") == "(a < 0 ? b > 1 : b !== 2)"
    assert written(Region("", lambda a: not a < 0), "a") == "(a < 0 ? false : true)"


def test_a_test_without_an_end_is_refused():
    def endless(a):
        while a > 0:
            pass
        return True

    with pytest.raises(RecursionError, match="too many comparisons"):
        written(Region("endless", endless), "a")
