"""Two audits of one engine are compared number by number."""

import json

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.studies.audit_changes import AuditChange, changes, saved


def data(**texts):
    numbers = [
        {"engine": "jax", "case": case, "mode": "reverse", "variable": "x", "text": text, "kind": "right"}
        for case, text in texts.items()
    ]
    return {"command": "audit", "engines": [{"name": "jax", "version": "1.0"}], "numbers": numbers}


def test_what_is_another_number_is_a_change_and_what_is_missing_too():
    assert changes(data(a="1.0", b="2.0"), data(a="1.0", b="2.5", c="3.0")) == [
        AuditChange("jax", "b", "reverse", "x", "2.0 (right)", "2.5 (right)"),
        AuditChange("jax", "c", "reverse", "x", None, "3.0 (right)"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "of_verdict"),
    [
        ("1.0 (right)", "1.1 (right)", False),
        ("1.0 (right)", "1.1 (wrong)", True),
        (None, "1.1 (wrong)", True),
        ("1.0 (right)", None, True),
    ],
)
def test_a_change_of_the_verdict_is_told_from_one_of_digits(before, after, of_verdict):
    assert AuditChange("jax", "a", "reverse", "x", before, after).is_of_verdict == of_verdict


def test_what_audit_keeps_is_read():
    assert saved(json.dumps(data(a="1.0")), "old.json") == data(a="1.0")


@pytest.mark.parametrize("key", ["command", "engines", "numbers"])
def test_what_lacks_a_part_is_no_saved_audit(key):
    broken = {name: value for name, value in data(a="1.0").items() if name != key}
    with pytest.raises(DiffcompareError, match="this is no saved audit"):
        saved(json.dumps(broken), "old.json")


@pytest.mark.parametrize("field", ["engine", "case", "mode", "variable", "text", "kind"])
def test_a_number_that_lacks_a_field_is_none(field):
    broken = data(a="1.0", b="2.0")
    del broken["numbers"][1][field]
    with pytest.raises(DiffcompareError, match="this is no saved audit"):
        saved(json.dumps(broken), "old.json")
