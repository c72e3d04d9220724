"""A Jacobian that somebody wrote: a verdict for every entry, the mistake in it, and rows for columns."""

import json

import pytest

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.parser import parse
from diffcompare.studies.check_jacobian import parse_matrix

OUTPUTS = "[x*y, x + y^2]"


def verdicts(checked):
    return checked.data()["verdicts"]


def test_a_right_jacobian_is_proved():
    checked = dc.check(OUTPUTS, [["y", "x"], ["1", "2*y"]])
    assert checked.ok
    assert verdicts(checked) == [["proved", "proved"], ["proved", "proved"]]
    assert "proved for all 4 entries" in str(checked)


def test_a_wrong_entry_has_its_mistake():
    checked = dc.check(OUTPUTS, "[[y, x], [1, y]]")
    assert (checked.ok, checked.verdict, checked.exit_code) == (False, "wrong", 1)
    assert verdicts(checked)[1] == ["proved", "wrong"]
    assert "The Jacobian is wrong in df2/dy." in str(checked)
    assert "the exponent of y^2 is not brought down" in str(checked)


def test_a_sentence_that_begins_with_a_variable_leaves_it_as_it_is():
    assert " x is differentiated too: in the partial derivative" in str(dc.check("[x*y, x + y]", "[[y, x], [1, 2]]"))


def test_a_transposed_jacobian_is_told_as_such():
    checked = dc.check(OUTPUTS, "[[y, 1], [x, 2*y]]")
    assert checked.is_transposed
    assert "its transpose is right" in str(checked)
    assert "constant factor" not in str(checked)  # of the entries, whose only mistake is their place
    assert not dc.check(OUTPUTS, "[[y, 1], [x, y]]").is_transposed


def test_an_entry_without_a_value_in_part_of_the_domain_counts_as_the_teacher_decides():
    gap = ("[x^4, x*y]", "[[4*sqrt(x)^6, 0], [y, x]]")
    assert dc.check(*gap).exit_code == 0
    strict = dc.check(*gap, where_defined="wrong")
    assert (strict.exit_code, strict.data()["where_defined"]) == (1, "wrong")
    assert strict.data()["sentence"] == (
        "The Jacobian agrees where it is defined, but df1/dx has no value in part of the domain, which counts as wrong."
    )
    assert dc.check(*gap, where_defined="wrong", domain="x > 0").ok
    with pytest.raises(ValueError, match="right"):
        dc.check(*gap, where_defined="no")


def test_columns_by_variable():
    assert dc.check(OUTPUTS, {"y": "[x, 2*y]", "x": "[y, 1]"}).ok
    assert verdicts(dc.check(["x*y", "x"], {"x": "[y, 1]", "y": "[x, 1]"}))[1] == ["proved", "wrong"]
    assert dc.check("x*y", {"x": "y", "y": "x"}).ok  # one output has partials


def test_entries_may_mention_variables_that_an_output_lacks():
    checked = dc.check("[x, y^2]", [[1, 0], ["y - y", "2*y"]])
    assert checked.ok
    assert not dc.check("[x, y^2]", [[1, "y"], [0, "2*y"]]).ok


def test_one_output_or_one_variable():
    assert dc.check("x^2*y", "[2*x*y, x^2]").ok
    assert dc.check("[x^2, sin(x)]", [["2*x"], ["cos(x)"]]).ok
    assert dc.check([parse("x^2")], [[parse("2*x")]]).ok


def test_the_schema():
    data = json.loads(dc.check(OUTPUTS, "[[y, x], [1, 2*y]]").to_json())
    assert (data["command"], data["shape"], data["rows"], data["columns"]) == (
        "check",
        [2, 2],
        ["f1", "f2"],
        ["x", "y"],
    )
    assert data["outputs"] == [{"name": "f1", "text": "x*y"}, {"name": "f2", "text": "x + y^2"}]
    assert data["entries"][1][1]["yours"]["text"] == "2*y"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[[y, x], [1, 2*y]]", [["y", "x"], ["1", "2*y"]]),
        (" [ [max(x, y), 1] , [0, atan2(y, x)] ] ", [["max(x, y)", "1"], ["0", "atan2(y, x)"]]),
        ("[y, x]", [["y", "x"]]),
        ("[[y]]", [["y"]]),
    ],
)
def test_matrices_as_text(text, rows):
    assert parse_matrix(text) == [[parse(entry) for entry in row] for row in rows]


@pytest.mark.parametrize(
    "text", ["[[y, x]]", "[[y, x], [1]]", "[[y, x], [1, 2*y], [0, 0]]", "[[y, x], [1, 2*]]", "[[y, x], [1, 2", "[]"]
)
def test_another_shape_is_refused(text):
    with pytest.raises(DiffcompareError):
        dc.check(OUTPUTS, text)
