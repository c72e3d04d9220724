"""Rows and their verdicts: everything a spreadsheet exports, and rows that are wrong in themselves."""

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.studies.answers import check_class, study


def outcomes(found):
    return [row.outcome for row in found.rows]


HEADER = "student,expression,x,y"


@pytest.mark.parametrize(
    ("delimiter", "end", "encoding"),
    [(",", "\n", "utf-8"), (";", "\r\n", "utf-8-sig"), ("\t", "\r\n", "utf-8"), (",", "\r", "utf-8-sig")],
)
def test_what_spreadsheets_export(judged, delimiter, end, encoding):
    lines = ["student,expression,x,,", "Ada,sin(x^2),2*x*cos(x^2),,", "Bob,sin(x^2),cos(x^2),,", ",,,,"]
    found = judged(*(line.replace(",", delimiter) for line in lines), end=end, encoding=encoding)
    assert outcomes(found) == ["proved", "wrong"]
    assert [row.student for row in found.rows] == ["Ada", "Bob"]
    assert found.rows[1].parts[0].mistake.kind == "missing-inner-factor"
    assert found.exit_code == 1


def test_partials_are_judged_one_by_one_and_empty_cells_are_not_answered(judged):
    found = judged(HEADER, "Ada,x^2*y,2*x*y,x", "Bob,x^2*y,,x^2", "Cyd,x^2*y,,")
    assert [[part.outcome for part in row.parts] for row in found.rows] == [["proved", "wrong"], ["proved"], []]
    assert [row.missing for row in found.rows] == [(), ("x",), ("x", "y")]
    assert outcomes(found) == ["wrong", "proved", "not answered"]


def test_all_right_is_exit_code_0(judged):
    assert judged(HEADER, "Ada,x^2*y,2*x*y,x^2", "Cyd,x^2,,").exit_code == 0


def test_entries_of_the_catalogue_by_their_names(judged):
    found = judged("id,question,x,y", "7,@rosenbrock,,200*(y - x^2)", "8,rosenbrock,,200*(y - x^2)")
    assert outcomes(found) == ["proved", "proved"]


@pytest.mark.parametrize(
    ("line", "place", "code"),
    [
        ("Eve,x^2,2*sni(x),", "answers.csv:3:11", "E101"),
        ('Eve,x^2,"2*x + sni(x)",', "answers.csv:3:16", "E101"),
        ('Eve,x^2,"0,5*x",', "answers.csv:3:11", "E208"),
        ("Eve,x^2,2*t,", "answers.csv:3:11", "E705"),
        ("Eve,x^2,2*x,x", "answers.csv:3:13", "E595"),
        ("Eve,x^2,2*x,,,x", "answers.csv:3:15", "E594"),
        ("Eve,@nosuch,2*x,", "answers.csv:3:5", "E601"),
        ("Eve,1/2x,2*x,", "answers.csv:3:8", "E204"),
        ("Eve,,2*x,", "answers.csv:3:5", "E593"),
        ('Eve,"x^2,2*x,', "answers.csv:3:5", "E594"),
    ],
)
def test_a_bad_row_says_where_and_costs_no_other(judged, line, place, code):
    found = judged("student,expression,x,df/dy", "Ada,x^2,2*x,", line, "Bob,x^2,2*x,")
    assert outcomes(found) == ["proved", "error", "proved"]
    bad = found.rows[1]
    (trouble,) = [each for each in (bad.trouble, *(part.trouble for part in bad.parts)) if each]
    assert (trouble.place, trouble.diagnostic.code) == (place, code)
    assert found.exit_code == 1


@pytest.mark.parametrize("answer", ["f'(x) = 2*x", "dy/dx = 2x", "y' = 2*x", "d/dx[x^2] = 2x", "f_x=2x", "2x = f'(x)"])
def test_an_equation_for_the_derivative_is_an_answer(judged, answer):
    (row,) = judged("student,expression,x", f"Ada,x^2,{answer}").rows
    assert (row.outcome, row.parts[0].text) == ("proved", answer)


def test_where_a_mistake_in_an_equation_stands(judged):
    (row,) = judged("student,expression,x", "Ada,x^2,f'(x) = 2*sni(x)").rows
    assert row.parts[0].trouble.place == "answers.csv:2:19"


def test_a_decimal_comma_is_called_so(judged):
    (row,) = judged("student;expression;x", "Ada;x^2/4;0,5*x").rows
    assert row.parts[0].trouble.text == "a comma does not stand in a number; with a point: 0.5*x"


def test_a_cell_opens_no_file(judged, tmp_path):
    tmp_path.joinpath("secret.txt").write_text("x^2\n")
    assert outcomes(judged(HEADER, "Ada,secret.txt,2*x,", "Bob,-,2*x,", "Bob,x^2,2*x,")) == ["error", "error", "proved"]


def test_a_domain_of_the_row_and_one_for_all(table):
    path = table("student,expression,x,domain", "Ada,1/|x|,-1/x^2,x > 0", "Bob,1/|x|,-1/x^2,", "Cyd,1/|x|,-1/x^2,x >")
    assert outcomes(check_class(path, budget=30)) == ["proved", "wrong", "error"]
    assert outcomes(check_class(path, domain=["x > 1"], budget=30)) == ["proved", "proved", "error"]


def test_a_domain_for_all_that_is_none_is_an_error_of_the_caller(table):
    with pytest.raises(DiffcompareError):
        check_class(table(HEADER, "Ada,x^2,2*x,"), domain=["x >"])


def test_the_same_answer_is_judged_once(judged, monkeypatch):
    asked = []

    def counted(question, texts, **options):
        asked.append(texts)
        return original(question, texts, **options)

    original = study.check_question
    monkeypatch.setattr(study, "check_question", counted)
    found = judged(HEADER, "Ada,x^2*y,2*x*y,1", "Bob,x^2*y,2x*y,2", "Cyd,x**2*y,2 * x * y,1")
    assert asked == [{"x": "2*x*y"}, {"y": "1"}, {"y": "2"}]
    assert [row.parts[0].check.answers["x"].text for row in found.rows] == ["2*x*y", "2x*y", "2 * x * y"]


def test_a_fault_of_ours_costs_its_row_only(judged, monkeypatch):
    def broken(question, texts, **options):
        if "y" in texts:
            raise ZeroDivisionError("oops")
        return original(question, texts, **options)

    original = study.check_question
    monkeypatch.setattr(study, "check_question", broken)
    found = judged(HEADER, "Ada,x*y,y,x", "Bob,x^2,2*x,")
    assert outcomes(found) == ["error", "proved"]
    assert "ZeroDivisionError" in found.rows[0].parts[1].trouble.text


def test_columns_that_were_left_out_are_named(judged):
    (note,) = judged("student,expression,x,remarks", "Ada,x^2,2*x,well done").notes
    assert note.message == "left out the column `remarks`: no function has such a variable"


@pytest.mark.parametrize("lines", [(), ("student,x",), ("student,expression",)])
def test_a_file_that_is_no_such_table(judged, lines):
    with pytest.raises(DiffcompareError) as error:
        judged(*lines)
    assert error.value.diagnostic.code == "E591"
