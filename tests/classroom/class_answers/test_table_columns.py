"""What columns mean, however they are spelt."""

import pytest
from rows import every_row

from diffcompare.classroom.class_answers.table import TableCell, columns_of, variable_for, with_variables
from diffcompare.diagnostics import DiffcompareError


def recognized(*titles, variables=("x", "y")):
    return with_variables(columns_of([TableCell(title, 0) for title in titles], "a.csv"), variables, "a.csv")


@every_row(
    "title",
    [
        "x",
        "df/dx",
        "d/dx",
        "D F/D x",
        "∂f/∂x",
        "d f / d x",
        "df_dx",
        "d_dx",
        "f_x",
        "hand_x",
        "hand x",
        "Hand x",
        "Your df/dx",
        "1. Answer: df/dx?",
    ],
)
def test_spellings_of_a_partial(title):
    columns, left_out = recognized("student", "expression", title)
    assert columns.answers == {2: "x"}
    assert left_out == []


@pytest.mark.parametrize("title", ["derivative", "Answer", "f'(x)"])
def test_the_partial_by_the_only_variable(title):
    assert recognized("id", "f", title)[0].answers == {2: ""}


def test_columns_stand_in_any_order_and_in_any_case():
    columns, _ = recognized("X", " Question ", "Domain", "ID", "y", "Student")
    assert (columns.names, columns.number, columns.function, columns.domain) == ((5,), 3, 1, 2)
    assert columns.answers == {0: "X", 4: "y"}


def test_beside_an_expression_a_question_is_its_name():
    columns, _ = recognized("name", "question", "expression", "x")
    assert (columns.function, columns.label) == (2, 1)


def test_what_is_no_variable_is_left_out_and_named():
    assert recognized("student", "expression", "x", "group", "", "e-mail address")[1] == ["group"]


@pytest.mark.parametrize(
    "titles",
    [
        ("name", "g(t)", "g'(t)"),
        ("name", "y", "y'"),
        ("name", "y =", "dy/dx ="),
        ("name", "f(x; y)", "df/dx"),
    ],
)
def test_what_is_differentiated_in_another_column_is_the_function(titles):
    assert recognized(*titles, variables=("x", "t"))[0].function == 1


@every_row(
    ("titles", "names"),
    [
        (("Vorname", "Name"), (0, 1)),
        (("Nom", "Prénom"), (1, 0)),
        (("first name", "email", "surname"), (0, 2)),
        (("Apellido(s)", "Nombre"), (1, 0)),
        (("Vorname", "email"), (0,)),
        (("Nachname",), (0,)),
        (("name", "email"), (0,)),
        (("E-Mail-Adresse",), (0,)),
    ],
)
def test_a_family_name_stands_beside_a_given_name(titles, names):
    columns, _ = recognized(*titles, "f", "x")
    assert columns.names == names


def test_two_remarks_of_one_title_are_left_out():
    assert recognized("name", "note", "f", "x", "note")[1] == ["note"]


def test_names_with_subscript_digits():
    assert recognized("f", "df/dx₁", variables=("x1",))[0].answers == {1: "x1"}


@pytest.mark.parametrize(
    ("titles", "code", "message"),
    [
        (("student", "x"), "E591", "a.csv: the table has no column `expression`: it has `student`, `x`"),
        (("student", "f", "z"), "E591", "no column of answers (`x` or `y`)"),
        (("student", "f", "x", "x"), "E592", "the column `x` appears twice"),
    ],
)
def test_tables_that_cannot_be_read(titles, code, message):
    with pytest.raises(DiffcompareError) as error:
        recognized(*titles)
    assert error.value.diagnostic.code == code
    assert message in error.value.diagnostic.message


@every_row(
    ("name", "variables", "meant"),
    [
        ("x", ("x", "X"), "x"),
        ("X", ("x", "y"), "x"),
        ("Y", ("y", "z"), "y"),
        ("X1", ("x1", "X₁"), "x1"),
        ("z", ("x",), None),
        ("", ("t",), "t"),
        ("", ("x", "y"), None),
        ("", (), None),
    ],
)
def test_which_variable_a_name_means(name, variables, meant):
    assert variable_for(name, variables) == meant
