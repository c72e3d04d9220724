"""The class in every format: a page for the teacher, one table for a spreadsheet."""

import csv
import io
import json
import re

import pytest

from diffcompare.render import TEXTS, render

LINES = (
    "student,f,x,y",
    "Ada,sin(x^2),cos(x^2),",
    "Bob,sin(x^2),cos(x^2),",
    "Cyd,x^2*y,2*x*y,x^2",
    "Eve,x^2,2*sni(x),",
    "Fay,@nosuch,1,",
)


def test_the_page_has_the_summary_and_every_row(judged):
    text = str(judged(*LINES))
    assert "2 of 2: the inner derivative is missing, in sin(x^2)." in text
    assert "4 answers of 5 students were judged: 2 right, 2 wrong; 2 could not be read." in text
    assert "The most frequent mistake (2 of 2): the inner derivative is missing, in sin(x^2)." in text
    for student in ("Ada", "Bob", "Cyd", "Eve", "Fay"):
        assert student in text.partition("Every answer")[2]


def test_one_answer_was_judged(judged):
    text = str(judged("student,expression,x", "Ada,x^2,2*x"))
    assert "1 answer of 1 student was judged: 1 right, 0 wrong." in text


def test_csv_is_one_table_with_a_line_for_every_answer(judged):
    rows = list(csv.DictReader(io.StringIO(render(judged(*LINES).document(), "csv"))))
    assert [row["verdict"] for row in rows] == ["wrong", "wrong", "proved", "proved", "error", "error"]
    assert rows[0]["kind"] == "missing-inner-factor"
    assert rows[0]["sentence"].startswith("the chain rule: the inner derivative 2*x of x^2 is missing")
    assert rows[0]["witness"] == "x = 2: -0.653644, not -2.61457"
    assert rows[4]["sentence"] == "answers.csv:5:11: unknown function `sni`; did you mean `sin`? 2*sin(x)"
    assert [row["partial"] for row in rows] == ["df/dx", "df/dx", "df/dx", "df/dy", "df/dx", ""]


def test_json(judged):
    data = json.loads(judged(*LINES).to_json())
    assert data["summary"] == {
        "rows": 5, "students": 5, "right": 2, "proved": 2, "agrees": 0,
        "agrees_where_it_is_defined": 0, "wrong": 2, "undecided": 0, "error": 2,
        "not_answered": 0,
    }  # fmt: skip
    (mistake,) = data["mistakes"]
    assert (mistake["kind"], mistake["at"], mistake["count"], mistake["of"], mistake["lines"]) == (
        "missing-inner-factor", "sin(x^2)", 2, 2, [2, 3],
    )  # fmt: skip
    assert data["rows"][0]["partials"]["x"]["mistake"]["kind"] == "missing-inner-factor"
    assert data["rows"][3]["partials"]["x"]["error"]["place"] == "answers.csv:5:11"
    assert data["rows"][4]["error"]["code"] == "E601"


def test_an_answer_for_half_a_domain(judged):
    checked = judged("student,expression,x", "Ada,x^4,4*sqrt(x)^6")
    text = render(checked.document(), "plain")
    assert re.search(r"4\*sqrt\(x\)\^6 +agrees where it is defined +- +no value for x < 0 ", text)
    assert "1 right, 0 wrong (1 of the right ones only agree where they are defined)." in text
    data = json.loads(checked.to_json())
    assert data["summary"]["agrees_where_it_is_defined"] == data["summary"]["right"] == 1
    assert data["rows"][0]["partials"]["x"]["no_value"]["region"] == "x < 0"


@pytest.mark.parametrize("format", TEXTS)
def test_every_format_has_it(judged, format):
    assert "missing-inner-factor" in render(judged(*LINES).document(), format)


def test_what_students_wrote_is_no_markup(judged):
    html = render(judged("student,f,x", "<b>Ada</b>,x^2,<script>").document(), "html")
    assert "<script>" not in html
    assert "<b>" not in html


def test_two_mistakes_at_once_are_both_named(judged):
    checked = judged("student,f,x", "Ada,sin(x^2)*exp(3*x),2*x*cos(x^2)*exp(3*x) + sin(x^2)*exp(3*x)")
    assert "missing-inner-factor" in str(checked)
