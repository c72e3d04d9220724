"""Records as plain data: one function for values, one for the fields of a record."""

import math
from typing import NamedTuple

import pytest
from rows import every_row

from diffcompare.backends.problem import Size
from diffcompare.language.parser import read
from diffcompare.numeric.evaluate import value_at
from diffcompare.studies.record import plain, select


class Verdict(NamedTuple):
    """A record inside another, as a judgement is inside a line."""

    verdict: str
    size: Size | None = None


class Line(NamedTuple):
    """A record with a field of every kind."""

    number: int
    remark: str = ""
    judgement: Verdict | None = None


@every_row(
    ("value", "data"),
    [
        (None, None),
        (True, True),
        (2, 2),
        (2**53, "9007199254740992"),  # most JSON readers would round it
        (-0.5, -0.5),
        (math.inf, None),
        (math.nan, None),
        (read("2*x", ("x",)).expression, "2*x"),
        (value_at(read("ln(x)", ("x",)).expression, {"x": -1.0}), None),
        (Size(3, 2), {"tree": 3, "dag": 2}),
        ({"x": Size(2**60, 2)}, {"x": {"tree": str(2**60), "dag": 2}}),
        (((0, 1), ("a",)), [[0, 1], ["a"]]),
    ],
)
def test_a_value_as_json_has_it(value, data):
    assert plain(value) == data
    assert type(plain(value)) is type(data)


def test_fields_in_the_order_and_by_the_names_that_are_written():
    line = Line(4, "", Verdict("wrong", Size(3, 2)))
    data = select(line, "verdict=judgement.verdict | line=number | remark | note=remark? | size=judgement.size")
    assert data == {"verdict": "wrong", "line": 4, "remark": "", "note": None, "size": {"tree": 3, "dag": 2}}
    assert list(data) == ["verdict", "line", "remark", "note", "size"]


def test_what_is_missing_is_none():
    assert select(None, "number") is None
    assert select(Line(1), "verdict=judgement.verdict | number") == {"verdict": None, "number": 1}


def test_a_field_that_there_is_not_is_a_mistake_of_ours():
    with pytest.raises(AttributeError):
        select(Line(1), "nubmer")
