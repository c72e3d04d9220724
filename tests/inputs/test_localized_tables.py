"""Tables from all over the world: titles of columns in many languages, decimal commas in cells."""

import pytest
from rows import every_row

from diffcompare.inputs.localized_tables import (
    ambiguous_comma,
    count_known_titles,
    role_by_words,
    role_of,
    with_decimal_points,
)


@every_row(
    ("title", "role"),
    [
        ("Student", "student"),
        ("学生", "student"),
        (" étudiant : ", "student"),
        ("ETUDIANT", "student"),
        ("Schüler", "student"),
        ("이름", "student"),
        ("Matrikelnummer", "number"),
        ("学号", "number"),
        ("Función", "function"),
        ("関数", "function"),
        ("導関数", "answer"),
        ("Ableitung", "answer"),
        ("производная", "answer"),
        ("Definitionsbereich", "domain"),
        ("x", None),
        ("y", None),
        ("points", None),
        ("", None),
    ],
)
def test_what_a_title_means_by_itself(title, role):
    assert role_of(title) == role


@every_row(
    ("title", "role"),
    [
        ("Name des Schülers", "student"),
        ("您的姓名（必填）", "student"),
        ("Ihre Antwort", "answer"),
        ("Ableitung f'(x)", "answer"),
        ("求导函数", "answer"),
        ("Fonction f", "function"),
        ("Antwort (Schüler)", None),
        ("Zeitstempel", None),
    ],
)
def test_what_the_words_of_a_title_mean(title, role):
    assert role_by_words(title) == role


def test_how_many_titles_are_known():
    assert count_known_titles(["学生", "分数", "函数", "x"]) == 2


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0,5*x^2", "0.5*x^2"),
        ("sin(0,5*x) + 1,25", "sin(0.5*x) + 1.25"),
        ("max(sin(0,5), x)", "max(sin(0.5), x)"),
        ("max(1,5; x)", "max(1.5, x)"),
        ("if(x < 1,5; 2; 3,5)", "if(x < 1.5, 2, 3.5)"),
    ],
)
def test_decimal_commas_become_points_in_their_places(text, read):
    converted = with_decimal_points(text)
    assert converted == (read, True, None)
    assert len(read) == len(text)


@pytest.mark.parametrize("text", ["2*x", "max(1, 5)", "atan2(x,y)", "max(x;y)", "x, y", "a = 2; a*x", ")1)"])
def test_other_commas_stay(text):
    assert with_decimal_points(text) == (text, False, None)


@pytest.mark.parametrize(
    ("text", "number"), [("max(1,5)", "1,5"), ("log(2,5)", "2,5"), ("1,5 + atan2(x, 10,25)", "10,25")]
)
def test_a_comma_that_may_part_arguments_is_in_ambiguous_comma(text, number):
    span = with_decimal_points(text).doubtful
    assert text[slice(*span)] == number
    assert f"`{number}` may be one number or two arguments" in ambiguous_comma(text, span).message
