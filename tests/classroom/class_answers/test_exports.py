"""Exports of classes as learning platforms and forms write them: who answered what, without a word about columns."""

import time

import pytest

from diffcompare.classroom.class_answers.answer_table import AnswerTable
from diffcompare.classroom.class_answers.feedback import file_names
from diffcompare.classroom.class_answers.grade import check_class
from diffcompare.diagnostics import DiffcompareError

BOM = "\ufeff"


@pytest.fixture
def graded(table):
    """Write an export and grade it: a list of (student, what was asked, outcome)."""

    def grade(*lines, asked=(), columns=None, **options):
        checked = check_class(AnswerTable(table(*lines, **options), columns=columns, asked=asked))
        grade.checked = checked
        return [(row.who, row.text, row.outcome) for row in checked.rows]

    return grade


def notes(graded):
    return {note.code: note.message for note in graded.checked.notes}


# --- Moodle -----------------------------------------------------------------------------------------------------------

ENGLISH = (
    f'{BOM}"Last name","First name","ID number",Institution,Department,"Email address",State,"Started on",Completed,'
    '"Time taken",Grade/10.00,"Question 1","Response 1","Right answer 1","Question 2","Response 2","Right answer 2"'
)
FINISHED = 'Finished,"1 May 2026  10:02 AM","1 May 2026  10:12 AM","10 mins"'


def test_the_responses_of_moodle_with_questions_that_differ_from_row_to_row(graded):
    rows = graded(
        ENGLISH,
        f'Lovelace,Ada,,,,ada@example.org,{FINISHED},10.00,"Differentiate x^2*sin(x)","2*x*sin(x)+x^2*cos(x)","2*x*sin(x)+x^2*cos(x)","<p>Differentiate <b>x<sup>3</sup></b>.</p>","<p>3*x<sup>2</sup></p>",3*x^2',
        f'Byron,Bob,,,,bob@example.org,{FINISHED},5.00,"Differentiate \\( x^3*exp(x) \\)","\\( 3*x^2*exp(x) \\)",-,"Differentiate x^4",-,4*x^3',
    )
    assert rows == [
        ("Ada Lovelace", "Differentiate x^2*sin(x)", "proved"),
        ("Ada Lovelace", "Differentiate x^3.", "proved"),
        ("Bob Byron", "Differentiate \\( x^3*exp(x) \\)", "wrong"),
        ("Bob Byron", "Differentiate x^4", "not answered"),
    ]
    assert notes(graded)["W597"] == (
        "answers are in `Response 1`, `Response 2`, what was asked in `Question 1`, `Question 2`, "
        "right answers in `Right answer 1`, `Right answer 2`, the student's name in `First name` and `Last name`"
    )
    assert "asks for the derivative of x^2*sin(x)" in notes(graded)["W598"]
    assert [row.line for row in graded.checked.rows] == [2, 2, 3, 3]


def test_a_column_that_the_export_does_not_have_is_not_said_to_be_left_out(graded):
    graded("Email address,Question 1,Response 1", "ada@example.org,Differentiate x^2,2*x")
    assert "W591" not in notes(graded)


def test_the_responses_of_moodle_where_asked_says_what_was_asked(graded):
    header = ENGLISH.replace('"Question 1",', "").replace('"Question 2",', "")
    rows = graded(
        header,
        f"Lovelace,Ada,,,,ada@example.org,{FINISHED},10.00,2*x,2*x,cos(x);,cos(x)",
        asked=["x^2", "sin(x)"],
    )
    assert rows == [("Ada Lovelace", "x^2", "proved"), ("Ada Lovelace", "sin(x)", "proved")]


@pytest.mark.parametrize(
    "lines",
    [
        (
            'Nachname,Vorname,Matrikelnummer,E-Mail-Adresse,Status,"Begonnen am",Beendet,"Verbrauchte Zeit","Bewertung/10,00","Frage 1","Antwort 1","Richtige Antwort 1"',
            'Müller,Zoë,,zoe@example.org,Beendet,"1. Mai 2026","1. Mai 2026","10 Minuten","10,00","Leite f(x) = x^2 ab.","f\'(x) = 2*x","2*x"',
        ),
        (
            'Apellido(s),Nombre,"Dirección de correo",Estado,"Comenzado el",Finalizado,"Tiempo requerido","Calificación/10,00","Pregunta 1","Respuesta 1","Respuesta correcta 1"',
            'Müller,Zoë,zoe@example.org,Finalizado,"1 de mayo","1 de mayo","10 minutos","10,00","Derive la función f(x) = x^2","y\' = 2x","2*x"',
        ),
    ],
)
def test_moodle_in_german_and_spanish(graded, lines):
    ((student, _, outcome),) = graded(BOM + lines[0], *lines[1:])
    assert (student, outcome) == ("Zoë Müller", "proved")


def test_decimal_commas_where_the_title_of_the_points_has_one(graded):
    header = '"Vorname","Bewertung/10,00","Antwort 1"'
    assert graded(header, 'Zoë,"8,50","0,5*x"', asked=["x^2/4"]) == [("Zoë", "x^2/4", "proved")]
    assert "decimal commas" in notes(graded)["W594"]
    ((_, _, outcome),) = graded(header.replace("10,00", "10.00"), 'Zoë,"8.50","0,5*x"', asked=["x^2/4"])
    assert outcome == "error"
    assert graded("Vorname;Antwort 1", "Zoë;0,5*x", asked=["x^2/4"]) == [("Zoë", "x^2/4", "proved")]


def test_the_cells_of_stack(graded):
    rows = graded(
        '"Last name","First name","Email address","Response 1"',
        'Lovelace,Ada,ada@example.org,"Seed: 11; ans1: 2*x [score]; ans2: cos(x) [score]; prt1: # = 1 | prt1-1-T; prt2: # = 1"',
        'Byron,Bob,bob@example.org,"Seed: 12; ans1: x [score]; prt1: # = 0; prt2: !"',
        "Cay,Cyd,cyd@example.org,-",
        asked=["x^2", "sin(x)"],
    )
    assert rows == [
        ("Ada Lovelace", "x^2", "proved"),
        ("Ada Lovelace", "sin(x)", "proved"),
        ("Bob Byron", "x^2", "wrong"),
        ("Bob Byron", "sin(x)", "not answered"),
        ("Cyd Cay", "x^2", "not answered"),
        ("Cyd Cay", "sin(x)", "not answered"),
    ]
    assert [row.label for row in graded.checked.rows[:2]] == ["Response 1, ans1", "Response 1, ans2"]


def test_right_answers_say_which_partial_each_input_of_stack_was_asked_for(graded):
    rows = graded(
        '"First name","Question 1","Response 1","Right answer 1"',
        'Ada,"Let \\(f = x^2*y\\). Find both.",ans1: 2*x*y [score]; ans2: x^2 [score],ans1: 2*x*y; ans2: x^2',
        'Bob,"Let \\(f = x*y^3\\). Find both.",ans1: y^3 [score]; ans2: y^2 [score],ans1: y^3; ans2: 3*x*y^2',
        'Cyd,"Let \\(f = x^2*y\\). Find both.",-,ans1: x^2; ans2: 2*x*y',
        'Dan,"Differentiate \\(x^2\\), then at 3.",ans1: 2*x [score]; ans2: 6 [score],ans1: 2*x; ans2: 6',
        'Eve,"Let \\(f = x + y\\). Find both.",ans1: 1 [score]; ans2: 1 [score],ans1: 1; ans2: 1',
    )
    assert [outcome for *_, outcome in rows] == [
        "proved", "proved", "proved", "wrong", "not answered", "not answered", "proved", "error", "error", "error",
    ]  # fmt: skip
    checked = graded.checked.rows
    assert [[partial.name for partial in row.partials] for row in checked[:4]] == [["x"], ["y"], ["x"], ["y"]]
    assert [row.missing for row in checked[:6]] == [(), (), (), (), ("y",), ("x",)]
    assert "is no partial of x + y, or several" in checked[8].error.text
    (questions,) = [block for block in graded.checked.document().blocks if getattr(block, "key", "") == "questions"]
    labels = [row[0] for row in questions.rows]
    assert labels[0] == "Response 1, ans1: x^2*y"  # variants are told apart


def test_several_inputs_of_stack_need_right_answers_or_functions(graded):
    lines = (
        '"First name","Question 1","Response 1","Right answer 1"',
        "Ada,x^2,ans1: 2*x [score]; ans2: 6 [score],2*x",
    )
    with pytest.raises(DiffcompareError, match="2 answers in a cell") as error:
        graded(*lines)
    assert error.value.diagnostic.help.endswith('--asked "d/dx (x*y*z)" --asked "d/dy (x*y*z)"')
    rows = graded(lines[0], "Ada,x^2,ans1: 2*x*y [score]; ans2: x^2 [score],", asked=["d/dx (x^2*y)", "d/dy (x^2*y)"])
    assert [outcome for *_, outcome in rows] == ["proved", "proved"]
    assert [row.missing for row in graded.checked.rows] == [(), ()]  # the other partial was asked for elsewhere


def test_the_last_line_of_moodle_is_no_student(graded):
    header = '"Last name","First name","Email address",Grade/10.00,"Question 1","Response 1"'
    rows = graded(header, "Lee,Ada,ada@example.org,10.00,x^2,2*x", '"Overall average",,,10.00,,')
    assert rows == [("Ada Lee", "x^2", "proved")]
    left_out = [note.message for note in graded.checked.notes if note.code == "W591"]
    assert left_out[0] == "left out line 3, `Overall average`, where nothing was asked or answered"
    rows = graded(header, "Lee,Ada,ada@example.org,10.00,x^2,2*x", "Roe,Bob,bob@example.org,-,,")
    assert [outcome for *_, outcome in rows] == ["proved", "not answered"]


def test_a_right_answer_that_is_not_the_derivative_refuses_the_row(graded):
    header = '"First name","Response 1","Right answer 1"'
    lines = ("Ada,2*x,2*x", "Bob,2*x,3*x^2", "Cyd,2*x,sni(x)", "Dan,2*x,")
    assert [outcome for _, _, outcome in graded(header, *lines, asked=["x^2"])] == [
        "proved",
        "error",
        "error",
        "proved",
    ]
    bob, cyd = (row.error for row in graded.checked.rows[1:3])
    assert (bob.place, bob.diagnostic.code) == ("answers.csv:3:9", "E639")
    assert "the right answer here, 3*x^2, is not the derivative of x^2" in bob.text
    assert "the right answer cannot be read: unknown function `sni`" in cyd.text
    assert graded.checked.exit_code == 1


def test_a_right_answer_counts_in_a_table_with_a_question_a_row_too(graded):
    assert graded("student,expression,answer,right answer", "Ada,x^2,2*x,2*x", "Bob,x^2,2*x,x") == [
        ("Ada", "x^2", "proved"),
        ("Bob", "x^2", "error"),
    ]


def test_the_variable_may_be_part_of_what_was_asked(graded):
    rows = graded('"First name","Response 1","Response 2"', "Ada,2*x*y,2*x*y", asked=["d/dx (x^2*y)", "d/dy (x^2*y)"])
    assert [outcome for *_, outcome in rows] == ["proved", "wrong"]


# --- Canvas and forms -------------------------------------------------------------------------------------------------


def test_the_student_analysis_of_canvas_with_its_titles_that_repeat(graded):
    rows = graded(
        'name,id,sis_id,section,section_id,section_sis_id,submitted,attempt,"1234: What is the derivative of x^2?",1.0,'
        '"1235: Differentiate sin(x)*x.",1.0,n correct,n incorrect,score',
        "Ada Lovelace,7,s7,A,1,,2026-05-01 10:00:00 UTC,1,2x,1.0,sin(x)+x*cos(x),1.0,2,0,2.0",
        "Ada Lovelace,8,s8,A,1,,2026-05-01 10:00:00 UTC,1,x,0.0,,0.0,0,2,0.0",
    )
    assert [(who, outcome) for who, _, outcome in rows] == [
        ("Ada Lovelace (7)", "proved"),
        ("Ada Lovelace (7)", "proved"),
        ("Ada Lovelace (8)", "wrong"),
        ("Ada Lovelace (8)", "not answered"),
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            'Timestamp,"Email Address",Score,"1. Differentiate x^2","What is d/dx (sin(x))?"',
            '"5/1/2026 10:00:00",ada@example.org,"2 / 2",2*x,cos(x)',
        ),
        (
            'Timestamp,Username,"Total score","Differentiate x^2","Differentiate x^2 [Score]","Differentiate x^2 [Feedback]","Differentiate sin(x)","Differentiate sin(x) [Score]"',
            '"2026/05/01 10:00:00 AM GMT+2",ada@example.org,"2.00 / 2","2*x","1.00 / 1",,cos(x),"1.00 / 1"',
        ),
        (
            'ID,"Start time","Completion time",Email,Name,"Differentiate x^2","Points - Differentiate x^2","Feedback - Differentiate x^2","Differentiate sin(x)","Points - Differentiate sin(x)"',
            '1,"5/1/26 10:00:00","5/1/26 10:05:00",ada@example.org,"Ada Lovelace",2*x,1,,cos(x),1',
        ),
        (
            'Marca temporal,"Dirección de correo electrónico","¿Cuál es la derivada de x^2?","Halla la derivada de sin(x) respecto a x"',
            '"1/5/2026 10:00:00",ada@example.org,2*x,cos(x)',
        ),
    ],
)
def test_forms_whose_titles_are_the_questions(graded, header, row):
    rows = graded(header, row)
    assert [outcome for *_, outcome in rows] == ["proved", "proved"]
    assert rows[0][0].startswith(("ada@", "Ada Lovelace"))


def test_columns_that_are_not_read_are_named_those_of_many_words_first(graded):
    rows = graded(
        'Timestamp,"Email Address","Differentiate x^2","Differentiate it twice","Differentiate max(x; 1) please"',
        "1,ada@example.org,2*x,2,1",
    )
    assert rows == [("ada@example.org", "Differentiate x^2", "proved")]
    assert notes(graded)["W591"] == (
        "left out the columns `Differentiate max(x; 1) please`, `Differentiate it twice`, `Timestamp`"
    )


# --- Who is who -------------------------------------------------------------------------------------------------------


def test_people_of_one_name_stay_apart_by_their_id_their_address_or_their_row(graded):
    header = '"Last name","First name","ID number","Email address","Response 1"'
    lines = (
        "Smith,Ada,,a1@example.org,2*x",
        "Smith,Ada,,a2@example.org,x",
        "Smith,Ada,77,a3@example.org,x",
        "Lee,Bo,,,2*x",
        "Lee,Bo,,,x",
        "Poe,Cy,,cy@example.org,2*x",
        "Poe,Cy,,cy@example.org,x",
    )
    students = [who for who, *_ in graded(header, *lines, asked=["x^2"])]
    assert students == [
        "Ada Smith (a1@example.org)", "Ada Smith (a2@example.org)", "Ada Smith (77)", "Bo Lee (line 5)",
        "Bo Lee (line 6)", "Cy Poe", "Cy Poe",
    ]  # fmt: skip
    assert list(file_names(dict.fromkeys(students)).values()) == [
        "Ada_Smith_a1_example.org.txt", "Ada_Smith_a2_example.org.txt", "Ada_Smith_77.txt", "Bo_Lee_line_5.txt",
        "Bo_Lee_line_6.txt", "Cy_Poe.txt",
    ]  # fmt: skip


def test_nobody_is_called_what_another_one_is(graded):
    lines = ("Ada (7),,x^2,2*x", "Ada,7,x^2,x", "line 5,,x^2,2*x", ",,x^2,x", "Ada (7),,x^3,3*x^2", "Bob,,x^2,2*x")
    students = [student for student, *_ in graded("name,id,expression,answer", *lines)]
    assert students == ["Ada (7) (line 2)", "Ada (7)", "line 5 (line 4)", "line 5", "Ada (7) (line 2)", "Bob"]


def test_the_same_person_answers_several_questions_of_a_table_with_a_question_a_row(graded):
    rows = graded("name,email,expression,answer", "Ada,a@x.org,x^2,2*x", "Ada,a@x.org,x^3,3*x^2", "Ada,b@x.org,x^3,x")
    assert [who for who, *_ in rows] == ["Ada (a@x.org)", "Ada (a@x.org)", "Ada (b@x.org)"]


# --- What columns mean, said by the user ------------------------------------------------------------------------------


def test_columns_say_what_no_title_says(graded):
    rows = graded(
        "Wer;Von;A;;B;", "Ada;Lovelace;2*x;1;cos(x);0", "Bob;;x;0;;0",
        columns="student=Wer+2,answer=A+B", asked=["x^2", "sin(x)"],
    )  # fmt: skip
    assert rows == [
        ("Ada Lovelace", "x^2", "proved"),
        ("Ada Lovelace", "sin(x)", "proved"),
        ("Bob", "x^2", "wrong"),
        ("Bob", "sin(x)", "not answered"),
    ]


def test_columns_and_patterns_pair_questions_with_answers(graded):
    header = "Who,Task A,Task B,Given A,Given B"
    row = "Ada,Differentiate x^2,Differentiate x^3,2*x,3*x^2"
    for options in (
        {"columns": "student=Who,answer=Given *", "asked": ["@Task *"]},
        {"columns": "student=Who,answer=Given *,question=Task *"},
        {"columns": "student=1,answer=4+5,question=2+3"},
    ):
        assert [outcome for *_, outcome in graded(header, row, **options)] == ["proved", "proved"]


def test_columns_give_a_table_with_a_question_a_row_its_function(graded):
    assert graded("Wer,Term,Was,x", "Ada,1,x^2,2*x", columns="student=Wer,expression=Was") == [("Ada", "x^2", "proved")]


def test_forms_whose_titles_are_only_numbers_of_questions(graded):
    rows = graded("Timestamp,Name,Question 1,Question 2", "now,Ada,2*x,3*x^2", asked=["x^2", "x^3"])
    assert [outcome for *_, outcome in rows] == ["proved", "proved"]


@pytest.mark.parametrize(
    ("header", "options", "code", "message", "help"),
    [
        ("Name,Response 1,Response 2", {}, "E591", "nothing says what was asked in the column `Response 1`", '--asked "x^2" --asked "x^2"'),
        ("Name,Response 1,Response 2", {"asked": ["x^2"]}, "E591", "2 columns of answers, but `--asked` names 1 function", "once for each of `Response 1`, `Response 2`"),
        ("Name,Response 1", {"asked": ["@Frage *"]}, "E638", "no column `Frage *` says what was asked: it has `Name`", '--asked @"Question *"'),
        ("Name,Response 1", {"asked": ["sni(x)"]}, "E101", "unknown function `sni`", "sin"),
        ("Name,Grade", {"asked": ["x^2"]}, "E591", "no column of answers: it has `Name`, `Grade`", '--columns "answer=Grade"'),
        ("Name,Grade", {}, "E591", "no column `expression`: it has `Name`, `Grade`", '--columns "expression=Grade"'),
        ("Name,Answr", {"columns": "answer=Answer", "asked": ["x^2"]}, "E638", "no column `Answer` for `answer`", '--columns "answer=Answr"'),
        ("Question 1,Question 2,Response 1,Response 2,Response 3", {}, "E591", "2 columns (`Question 1`, `Question 2`) for 3", "--columns"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_a_way_out(graded, header, options, code, message, help):
    with pytest.raises(DiffcompareError) as error:
        graded(header, "Ada,2*x,2*x,x,x"[: 2 * len(header.split(",")) + 2], **options)
    diagnostic = error.value.diagnostic
    assert (diagnostic.code, message in diagnostic.message) == (code, True), diagnostic.message
    assert help in diagnostic.advice


def test_a_cell_of_stack_with_more_answers_than_were_asked_for(graded):
    with pytest.raises(DiffcompareError, match=r"has 2 answers in a cell \(ans1, ans2\), and 1 function asked"):
        graded("Name,Response 1", "Ada,ans1: 2*x [score]; ans2: x [score]", asked=["x^2"])


def test_a_comma_outside_quotes_is_an_error_of_its_row(graded):
    rows = graded("Name,Response 1", "Ada,max(x,1)", "Bob,2*x", asked=["x^2"])
    assert [outcome for *_, outcome in rows] == ["error", "proved"]
    assert "3 cells under 2 columns" in graded.checked.rows[0].error.text


# --- Hostile files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell", ["<sup>" * 200_000, "?" * 1_000_000 + "x", "a: " * 300_000, "(" * 1_000_000, '"' + "$x" * 400_000, " ." * 500_000]
)  # fmt: skip
def test_a_cell_of_a_megabyte_costs_its_own_row(graded, cell):
    begun = time.process_time()
    rows = graded("Name;Response 1", f"Ada;{cell}", "Bob;2*x", asked=["x^2"])
    assert [outcome for *_, outcome in rows][-1] == "proved"
    assert rows[0][2] in ("error", "not answered")
    assert time.process_time() - begun < 3


def test_a_million_columns_are_refused(graded):
    with pytest.raises(DiffcompareError, match="more than 16,384 cells"):
        graded("Response 1," * 300_000, "x")


def test_a_thousand_columns_of_answers_are_read_at_once(graded):
    begun = time.process_time()
    rows = graded("Name," + ",".join(f"Response {n},Question {n}" for n in range(1_000)), "Ada" + ",,x^2" * 1_000)
    assert len(rows) == 1_000
    assert time.process_time() - begun < 3
