"""`diffcompare list`: the catalogue."""

import json

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Table
from diffcompare.inputs.catalogue import GROUPS, load
from diffcompare.inputs.point import parse_point
from diffcompare.studies.listings import examples, point_text


def table(record):
    return next(block for block in record.document().blocks if isinstance(block, Table))


def test_all_entries_in_one_table_by_group():
    rows = table(examples()).rows
    assert len(rows) == len(load())
    assert list(dict.fromkeys(row[0] for row in rows)) == list(GROUPS)
    group, name, title, point, expression = rows[0]
    assert (group, name, title) == ("textbook", "@baydin", "Survey running example")
    assert (point.text, expression.text) == ("x1=2,x2=5", "ln(x1) + x1*x2 - sin(x2)")


@pytest.mark.parametrize("group", GROUPS)
def test_one_group(group):
    assert {entry.group for entry in examples(group).entries} == {group}


def test_points_can_be_pasted_after_at():
    for entry in load():
        assert parse_point([point_text(entry)]) == entry.point


def test_data_is_plain():
    data = examples("ml").data()
    assert data == json.loads(json.dumps(data, allow_nan=False))
    assert (data["schema"], data["command"]) == ("diffcompare/1", "list")
    assert data["examples"][0]["name"] == "sigmoid"
    assert data["examples"][0]["gradient"] == {"x": "exp(-x)/(1 + exp(-x))^2"}


def test_an_unknown_group_gets_a_suggestion():
    with pytest.raises(DiffcompareError) as caught:
        examples("physic")
    assert caught.value.diagnostic.help == "did you mean `physics`?"
