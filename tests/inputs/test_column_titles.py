"""Titles of columns in the languages of classrooms."""

import pytest

from diffcompare.inputs.column_titles import known_titles, role_by_words, role_of


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
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
    assert known_titles(["学生", "分数", "函数", "x"]) == 2
