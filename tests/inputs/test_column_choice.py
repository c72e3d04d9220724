"""`--columns`: titles, patterns and numbers, as they come from a shell with and without quotes."""

import time

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.column_choice import ANSWER_ROLES, parse_columns

TITLES = ("Last name", "First name", "Response 1", "Response 2", "1.0", "", "1.0", "d/dx x^2+1, at 0", "E-Mail:")


def places(spec, role, titles=TITLES):
    return parse_columns(spec, ANSWER_ROLES).places(role, titles, "a.csv")


@every_row(
    ("spec", "role", "expected"),
    [
        ('student="Last name"+"First name",answer="Response *"', "student", [0, 1]),
        ("student=First name+Last name,answer=Response *", "student", [1, 0]),
        ("student=First name+Last name,answer=Response *", "answer", [2, 3]),
        ("student=2+1", "student", [1, 0]),
        ("STUDENT = first  NAME ", "student", [1]),
        ("id=e-mail", "id", [8]),
        ("email=9", "id", [8]),
        ("answer=*x^2*", "answer", [7]),
        ("answer=d/dx x^2+1, at 0,student=1", "answer", [7]),
        ('answer="d/dx x^2+1, at 0"+3', "answer", [7, 2]),
        ("answer=1.0", "answer", [4, 6]),
        ("question=Response 1", "expression", [2]),
        ("student=1", "answer", []),
    ],
)
def test_columns_are_named_by_title_pattern_or_number(spec, role, expected):
    assert places(spec, role) == expected


@pytest.mark.parametrize(
    ("spec", "message", "help"),
    [
        ("studnt=1", "no meaning `studnt`: student, id, expression", "did you mean `student`?"),
        ("Name", "has no `=`", '--columns "student=1,id='),
        ("student=", "gives `student` no column", "for example"),
        ("student=1,student=2", "gives `student` twice", "student=1+2"),
    ],
)
def test_a_choice_that_cannot_be_read_says_how_it_is_written(spec, message, help):
    with pytest.raises(DiffcompareError) as error:
        parse_columns(spec, ANSWER_ROLES)
    assert error.value.diagnostic.code == "E637"
    assert message in error.value.diagnostic.message
    assert help in error.value.diagnostic.help


@pytest.mark.parametrize(
    ("spec", "help"),
    [
        ("answer=Respons 1", 'for example --columns "answer=Response 1"'),
        ("answer=99", 'for example --columns "answer=E-Mail:"'),
        ("answer=Response 1+Nothing*", "for example --columns"),
    ],
)
def test_a_column_that_is_not_there_names_those_there_are_and_a_choice_to_paste(spec, help):
    with pytest.raises(DiffcompareError) as error:
        places(spec, "answer")
    assert error.value.diagnostic.code == "E638"
    assert "it has `Last name`, `First name`, `Response 1`" in error.value.diagnostic.message
    assert help in error.value.diagnostic.help
    pasted = error.value.diagnostic.help.partition('--columns "')[2].rstrip('"')
    assert places(pasted, "answer")


def test_a_meaning_of_one_column_is_not_given_to_several():
    choice = parse_columns("expression=1.0", ANSWER_ROLES)
    with pytest.raises(DiffcompareError, match="is 2 columns") as error:
        choice.place("expression", TITLES, "a.csv")
    assert error.value.diagnostic.help == "name one of them by its number: --columns expression=5"


@pytest.mark.parametrize(
    "spec", ["answer=" + "*" * 3_000 + "b", "answer=" + '+"' * 20_000, "a," * 50_000, "=" * 90_000]
)
def test_a_hostile_choice_is_answered_at_once(spec):
    begun = time.process_time()
    with pytest.raises(DiffcompareError):
        places(spec, "answer", ("a" * 3_000,) * 20)
    assert time.process_time() - begun < 1
