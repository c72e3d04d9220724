"""A text for every student: names of files that every system takes, and hints that leave the work to the student."""

import re

import pytest
from rows import every_row

from diffcompare.classroom.class_answers.feedback import MARK, file_names, hint, texts
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.parser import parse
from diffcompare.language.printer import to_text
from diffcompare.language.simplify import simplify
from diffcompare.language.wengert import wengert_list
from diffcompare.misconceptions.inject import example_of
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.misconceptions.messages import Mistake


@every_row(
    ("student", "name"),
    [
        ("Ada", "Ada.txt"),
        ("Müller, Jürgen (7)", "Müller_Jürgen_7.txt"),
        ("../../etc/passwd", "etc_passwd.txt"),
        ("C:\\temp\\x", "C_temp_x.txt"),
        ("con", "_con.txt"),
        ("NUL.x", "_NUL.x.txt"),
        ("com1", "_com1.txt"),
        ("COM¹", "_COM¹.txt"),
        ("-rf", "rf.txt"),
        ("a. ", "a.txt"),
        ("a\x00b\nc", "a_b_c.txt"),
        ("<>:|?*", "student.txt"),
        ("", "student.txt"),
        ("x" * 300, "x" * 60 + ".txt"),
    ],
)
def test_file_names(student, name):
    assert file_names([student]) == {student: name}


def test_no_two_files_have_names_that_differ_in_case_only():
    names = file_names(["Kim", "KIM", "kim?", "Kim-2"]).values()
    assert list(names) == ["Kim.txt", "KIM-2.txt", "kim-3.txt", "Kim-2-2.txt"]


def test_all_rows_of_a_student_are_in_one_text(judged):
    checked = judged("student,f,x,y", "Ada,x^2,2*x,", "Bob,x^2,sni(x),", "Ada,sin(x^2)*y,y*cos(x^2),", "Bob,@nosuch,1,")
    written = texts(checked)
    assert list(written) == ["Ada.txt", "Bob.txt"]
    ada, bob = written.values()
    assert ada.startswith(f"{MARK} for Ada\n")
    assert "df/dx = 2*x is right: this is proved." in ada
    assert "Hint: the chain rule: the inner derivative 2*x of x^2 is missing.\n" in ada
    assert "d/dx[sin(x^2)] = cos(x^2)*d/dx[x^2]" in ada
    assert "df/dy: no answer." in ada
    assert "did you mean `sin`?" in bob
    assert "the catalogue has no entry `nosuch`" in bob


def test_half_a_domain_is_said(judged):
    (text,) = texts(judged("student,f,x", "Ada,x^4,4*sqrt(x)^6")).values()
    assert "df/dx = 4*sqrt(x)^6 agrees where it is defined, but has no value for x < 0." in text
    assert "proved" not in text


@pytest.mark.thorough
@every_row("slug", KINDS)
def test_the_solution_is_given_only_where_it_is_wanted(judged, slug):
    text, by, wrong = example_of(slug)
    expression = parse(text)
    right = to_text(simplify(derivatives_of(wengert_list(expression), by).get(expression, ZERO), expression))
    checked = judged(f"student,f,df/d{by}", f'Ada,"{text}","{wrong}"')
    assert checked.rows[0].outcome == "wrong"
    (feedback,) = texts(checked).values()
    hints = [line for line in feedback.splitlines() if line.startswith(("Hint", "d/d", "What"))]
    assert bool(hints) == (checked.rows[0].partials[0].mistake is not None)
    answer = re.compile(rf"(?<![\w*/^(]){re.escape(right)}(?![\w*/^(])")
    assert not any(answer.search(line) for line in hints), feedback
    (feedback,) = texts(checked, solution=True).values()
    assert right in feedback


def test_a_constant_derivative_is_not_given_away_by_its_value(judged):
    checked = judged("student,f,x", "Ada,7*x,3")
    (feedback,) = texts(checked).values()
    assert "yours has a different value" in feedback
    assert "7" not in feedback.replace("7*x", "")


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ("2*x*cos(x^2)", "the inner derivative 2*x of x^2 is missing"),
        ("2*x", "the inner derivative is missing, in x^2"),
    ],
)
def test_a_hint_has_neither_the_comparison_nor_the_derivative_itself(right, expected):
    sentence = "the inner derivative 2*x of x^2 is missing: d/dx[x^2] is 7, not 8"
    mistake = Mistake("missing-inner-factor", sentence, parse("x^2"), (), None)
    assert hint(mistake, parse(right)) == expected


def test_an_answer_that_is_an_equation_is_quoted_without_its_left_side(judged):
    (text,) = texts(judged("student;expression;x", "Ada;x^2;f'(x) = 2x")).values()
    assert "df/dx = 2x is right" in text
