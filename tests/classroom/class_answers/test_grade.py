"""Rows and their verdicts: everything a spreadsheet exports, and rows that are wrong in themselves."""

import pytest
from rows import every_row

from diffcompare.classroom.class_answers import grade
from diffcompare.classroom.class_answers.grade import check_class
from diffcompare.diagnostics import DiffcompareError


def outcomes(checked):
    return [row.outcome for row in checked.rows]


HEADER = "student,expression,x,y"


@pytest.mark.parametrize(
    ("delimiter", "end", "encoding"),
    [(",", "\n", "utf-8"), (";", "\r\n", "utf-8-sig"), ("\t", "\r\n", "utf-8"), (",", "\r", "utf-8-sig")],
)
def test_what_spreadsheets_export(judged, delimiter, end, encoding):
    lines = ["student,expression,x,,", "Ada,sin(x^2),2*x*cos(x^2),,", "Bob,sin(x^2),cos(x^2),,", ",,,,"]
    checked = judged(*(line.replace(",", delimiter) for line in lines), end=end, encoding=encoding)
    assert outcomes(checked) == ["proved", "wrong"]
    assert [row.student for row in checked.rows] == ["Ada", "Bob"]
    assert checked.rows[1].partials[0].mistake.kind == "missing-inner-factor"
    assert checked.exit_code == 1


def test_partials_are_judged_one_by_one_and_empty_cells_are_not_answered(judged):
    checked = judged(HEADER, "Ada,x^2*y,2*x*y,x", "Bob,x^2*y,,x^2", "Cyd,x^2*y,,")
    assert [[partial.outcome for partial in row.partials] for row in checked.rows] == [
        ["proved", "wrong"],
        ["proved"],
        [],
    ]
    assert [row.missing for row in checked.rows] == [(), ("x",), ("x", "y")]
    assert outcomes(checked) == ["wrong", "proved", "not answered"]


def test_all_right_is_exit_code_0(judged):
    assert judged(HEADER, "Ada,x^2*y,2*x*y,x^2", "Cyd,x^2,,").exit_code == 0


def test_entries_of_the_catalogue_by_their_names(judged):
    checked = judged("id,question,x,y", "7,@rosenbrock,,200*(y - x^2)", "8,rosenbrock,,200*(y - x^2)")
    assert outcomes(checked) == ["proved", "proved"]


@every_row(
    ("line", "place", "code"),
    [
        ("Eve,x^2,2*sni(x),", "answers.csv:3:11", "E101"),
        ('Eve,x^2,"2*x + sni(x)",', "answers.csv:3:16", "E101"),
        ('Eve,x^2,"0,5*x",', "answers.csv:3:11", "E208"),
        ("Eve,x^2,2*t,", "answers.csv:3:11", "E705"),
        ("Eve,sin(x),cosx^2,", "answers.csv:3:12", "E705"),
        ("Eve,x*lnx,lnx+1,", "answers.csv:3:7", "E578"),
        ("Eve,x^2,1.2.3*x,", "answers.csv:3:9", "E304"),
        ("Eve,x^2,2*x,x", "answers.csv:3:13", "E595"),
        ("Eve,x^2,2*x,,,x", "answers.csv:3:15", "E594"),
        ("Eve,@nosuch,2*x,", "answers.csv:3:5", "E601"),
        ("Eve,1/2x,2*x,", "answers.csv:3:8", "E204"),
        ("Eve,,2*x,", "answers.csv:3:5", "E593"),
        ('Eve,"x^2,2*x,', "answers.csv:3:5", "E594"),
    ],
)
def test_a_bad_row_says_where_and_costs_no_other(judged, line, place, code):
    checked = judged("student,expression,x,df/dy", "Ada,x^2,2*x,", line, "Bob,x^2,2*x,")
    assert outcomes(checked) == ["proved", "error", "proved"]
    bad = checked.rows[1]
    (error,) = [error for error in (bad.error, *(partial.error for partial in bad.partials)) if error]
    assert (error.place, error.diagnostic.code) == (place, code)
    assert checked.exit_code == 1


@pytest.mark.parametrize(
    ("function", "answer", "reading"),
    [
        ("sin(x)", "cosx", "cos(x)"), ("x*exp(x)", "e^x+xe^x", "e^x+x*e^x"), ("sin(x)^2", "2sinxcosx", "2sin(x)*cos(x)"),
        ("sin(2*x)", "2cos2x", "2cos(2*x)"), ("x^2*sin(x)", "2x sin x + x^2cosx", "2x*sin(x) + x^2*cos(x)"),
        ("x*sin(x)", "f'(x) = sin x + x cos x", "sin(x) + x*cos(x)"),
    ],
)  # fmt: skip
def test_names_that_can_only_be_several_things_are_read_as_these(judged, function, answer, reading):
    (row,) = judged("student,expression,x", f"Ada,{function},{answer}").rows
    assert (row.outcome, row.partials[0].check.answers["x"].text) == ("proved", reading)


@pytest.mark.parametrize("answer", ["sinx^2", "sin x/2", "cosxy", "1/xx", "sinx + t", "e^xsinx"])
def test_what_is_not_clear_is_never_graded(judged, answer):
    (row,) = judged("student,expression,x", f"Ada,x^2,{answer}").rows
    assert row.outcome == "error"


@pytest.mark.parametrize("answer", ["f'(x) = 2*x", "dy/dx = 2x", "y' = 2*x", "d/dx[x^2] = 2x", "f_x=2x", "2x = f'(x)"])
def test_an_equation_for_the_derivative_is_an_answer(judged, answer):
    (row,) = judged("student,expression,x", f"Ada,x^2,{answer}").rows
    assert (row.outcome, row.partials[0].text) == ("proved", answer)


def test_an_equation_says_by_which_variable_it_is(judged):
    (row,) = judged("student,expression,derivative", "Ada,x^2*y,f_y = x^2").rows
    assert [(partial.label, partial.outcome) for partial in row.partials] == [("df/dy", "proved")]


def test_where_a_mistake_in_an_equation_stands(judged):
    (row,) = judged("student,expression,x", "Ada,x^2,f'(x) = 2*sni(x)").rows
    assert row.partials[0].error.place == "answers.csv:2:19"


def test_decimal_commas_are_read_where_commas_do_not_part_cells(judged):
    checked = judged("student;expression;x", "Ada;0,5*x^2;x", "Bob;x^2/4;0,5*x", "Cyd;0,5*x^2;1,5*x")
    assert outcomes(checked) == ["proved", "proved", "wrong"]
    assert [row.partials[0].text for row in checked.rows] == ["x", "0,5*x", "1,5*x"]
    assert checked.rows[0].text == "0,5*x^2"
    assert [note.code for note in checked.notes] == ["W594"]


def test_a_comma_that_may_part_arguments_is_called_so_where_there_are_decimal_commas(judged):
    (_, row) = judged("student;expression;x", "Ada;0,5*x^2;x", "Bob;x^2;max(1,5)*x").rows
    assert row.partials[0].error.text == "`1,5` may be one number or two arguments; write 1.5 for one, or 1, 5 for two"


@pytest.mark.parametrize("answer", ["", "?", " ?? ", "-", "—", "...", "n/a"])
def test_no_answer(judged, answer):
    assert outcomes(judged("student,expression,x", "Ada,x^2,2*x", f"Bob,x^2,{answer}")) == ["proved", "not answered"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("y=2x", "`y = ...` does not name a derivative; if the derivative is meant: df/dx = 2x"),
        ("#NAME?", "in the spreadsheet put an apostrophe in front of it"),
        ("2026-02-01", "it took the answer for a date"),
        ("1/2/2026", "it took the answer for a date"),
        ("f'(x)", "derivative"),
        ("f''(x) = 2", "not the first derivative"),
        ("2x or 3x", "there is no `or`"),
    ],
)
def test_an_answer_that_is_none_costs_its_cell_only(judged, answer, words):
    checked = judged("student,expression,x", "Ada,x^2,2*x", f"Bob,x^2,{answer}")
    assert outcomes(checked) == ["proved", "error"]
    assert words in checked.rows[1].partials[0].error.text
    assert (checked.rows[1].partials[0].name, checked.summary.outcomes["not answered"]) == ("x", 0)


@every_row(("answer", "outcome"), [("0", "proved"), ("3*pi^2", "wrong"), ("", "not answered")])
@every_row("title", ["x", "df/dx", "derivative"])
def test_a_constant_has_the_derivative_0(judged, title, answer, outcome):
    assert outcomes(judged(f"student,expression,{title}", f"Ada,pi^3,{answer}", "Bob,x^2,2*x")) == [outcome, "proved"]


def test_0_is_the_partial_by_a_variable_that_the_function_does_not_have(judged):
    checked = judged(HEADER, "Ada,x^2,2*x,0", "Bob,x^2,2*x,1", "Cyd,x*y,y,x")
    assert [[partial.outcome for partial in row.partials] for row in checked.rows] == [
        ["proved", "proved"],
        ["proved", "error"],
        ["proved", "proved"],
    ]


@pytest.mark.parametrize("function", ["f(x) = x^2", "y = x^2", "g(x):=x^2", "a = x^2; a"])
def test_a_function_may_be_an_equation(judged, function):
    assert outcomes(judged("student,expression,x", f"Ada,{function},2*x")) == ["proved"]


@pytest.mark.parametrize("function", ["sni(x)", "0,5*x^2", "1/2x"])
def test_a_table_none_of_whose_questions_can_be_read_has_its_rows_all_the_same(judged, function):
    assert outcomes(judged("student,expression,x", f'Ada,"{function}",x')) == ["error"]


@every_row(
    "header",
    [
        "学生;函数;导数",
        "姓名;题目;答案",
        "學生;函數;導數",
        "氏名;関数;導関数",
        "학생;함수;도함수",
        "Schüler;Funktion;Ableitung",
        "Name des Schülers;Funktion f(x);Ihre Antwort",
        "étudiant;fonction;dérivée",
        "Etudiant;Fonction;Derivee",
        "estudiante;función;derivada",
        "aluno;função;derivada",
        "studente;funzione;derivata",
        "leerling;functie;afgeleide",
        "uczeń;funkcja;pochodna",
        "žák;funkce;derivace",
        "ученик;функция;производная",
        "μαθητής;συνάρτηση;παράγωγος",
        "öğrenci;fonksiyon;türev",
        "Schüler;Funktion;f'(x)",
        "Schüler;Funktion;Ableitung nach x",
        "Élève;f(x);dy/dx",
        "Nachname, Vorname;Aufgabe 1;f′(x)",
        "Nachname;Term;\\frac{dy}{dx}",
        "student|expression|x",
        "student;f(x,y);df/dx",
    ],
)
def test_titles_in_the_languages_of_classrooms(judged, header):
    sign = "|" if "|" in header else ";"
    (row,) = judged(header, sign.join(("张伟", "x^2", "2x"))).rows
    assert (row.student, row.outcome) == ("张伟", "proved")


def test_first_and_family_names_are_put_together(judged):
    (row,) = judged("Vorname;Nachname;Funktion;Ableitung", "Ada;Lovelace;x^2;2x").rows
    assert row.who == "Ada Lovelace"


def test_a_title_above_the_header_is_passed_over(judged):
    checked = judged("Quiz 3, class 5b;;", ";;", "student;expression;x", "Ada;x^2;2x", ";;")
    assert [(row.line, row.student, row.outcome) for row in checked.rows] == [(4, "Ada", "proved")]


def test_cells_with_line_breaks_and_rows_of_any_length(judged):
    checked = judged("student;expression;x", '"Ada\nLovelace";x^2;2x', "Bob;x^2", "Cyd;x^2;2x;;;", "Dan", "")
    assert [(row.line, row.student, row.outcome) for row in checked.rows] == [
        (2, "Ada Lovelace", "proved"),
        (4, "Bob", "not answered"),
        (5, "Cyd", "proved"),
        (6, "Dan", "not answered"),
    ]


def test_a_name_that_answers_a_question_twice_is_noted(judged):
    (note,) = judged("name,f,x", "Kim,x^2,2*x", "Bob,x^2,2*x", "Kim,x^2,x", "Kim,x^3,3*x^2").notes
    assert (note.code, note.message) == ("W595", "`Kim` answers x^2 twice, in lines 2 and 4")
    assert judged("id,name,f,x", "1,Kim,x^2,2*x", "2,Kim,x^2,x").notes == ()


@pytest.mark.parametrize(("encoding", "called"), [("gbk", "GBK"), ("gb18030", "GBK"), ("big5", "Big5")])
def test_the_encoding_is_found_out_and_said(judged, encoding, called):
    name = "王小明" if encoding == "big5" else "张伟"
    checked = judged("student,expression,x", f"{name},x^2,2x", encoding=encoding)
    assert (checked.rows[0].student, outcomes(checked)) == (name, ["proved"])
    assert checked.notes[0].message == f"the table is not UTF-8; it is read as {called}: `{name}`"


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

    original = grade.check_question
    monkeypatch.setattr(grade, "check_question", counted)
    checked = judged(HEADER, "Ada,x^2*y,2*x*y,1", "Bob,x^2*y,2x*y,2", "Cyd,x**2*y,2 * x * y,1")
    assert asked == [{"x": "2*x*y"}, {"y": "1"}, {"y": "2"}]
    assert [row.partials[0].check.answers["x"].text for row in checked.rows] == ["2*x*y", "2x*y", "2 * x * y"]


def test_a_fault_of_ours_costs_its_row_only(judged, monkeypatch):
    def broken(question, texts, **options):
        if "y" in texts:
            raise ZeroDivisionError("oops")
        return original(question, texts, **options)

    original = grade.check_question
    monkeypatch.setattr(grade, "check_question", broken)
    checked = judged(HEADER, "Ada,x*y,y,x", "Bob,x^2,2*x,")
    assert outcomes(checked) == ["error", "proved"]
    assert "ZeroDivisionError" in checked.rows[0].partials[1].error.text


def test_columns_that_were_left_out_are_named(judged):
    (note,) = judged("student,expression,x,remarks", "Ada,x^2,2*x,well done").notes
    assert note.message == "left out the column `remarks`: no function has such a variable"


@pytest.mark.parametrize("lines", [(), ("student,x",), ("student,expression",)])
def test_a_file_that_is_no_such_table(judged, lines):
    with pytest.raises(DiffcompareError) as error:
        judged(*lines)
    assert error.value.diagnostic.code == "E591"


def test_a_workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["学生", "函数", "导数"], ["张伟", "x^2", "=2*x"], [], ["A", "0,5*x^2", "sni(x)"]):
        book.active.append(row)
    book.save(tmp_path / "m.xlsx")
    checked = check_class(str(tmp_path / "m.xlsx"))
    assert [(row.line, row.student, row.outcome) for row in checked.rows] == [(2, "张伟", "proved"), (4, "A", "error")]
    assert checked.rows[1].partials[0].error.place.endswith("m.xlsx:C4")
