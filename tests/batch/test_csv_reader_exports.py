"""Tables of equations as other programs write them."""

import io

import pytest

from diffcompare.batch import csv_reader
from diffcompare.batch.input_files import InputFile, fingerprint
from diffcompare.inputs.column_choice import BATCH_ROLES, parse_columns


def rows(content: str, columns: str | None = None, notes: list | None = None):
    tell = (notes if notes is not None else []).append
    return list(csv_reader.rows(io.BytesIO(content.encode()), "f.csv", tell, parse_columns(columns, BATCH_ROLES)))


def test_the_equations_of_the_feynman_lectures_with_their_unnamed_columns():
    (row,) = rows(
        "\ufeffFilename,Number,Output,Formula,# variables,v1_name,v1_low,v1_high,v2_name,v2_low,v2_high,,,\r\n"
        "I.12.1,11,F,mu*Nn,2,mu,1,5,Nn,1,5,,,\r\n"
    )
    assert (row.name, row.text) == ("I.12.1", "mu*Nn")
    assert row.point == {"mu": "3.378", "Nn": "2.155"}


@pytest.mark.parametrize(
    "content",
    [
        'Complexity,Loss,Equation\n5,0.1,"(x0 * x0) + 2.5"\n',
        "complexity,loss,score,equation,sympy_format,lambda_format\n"
        '5,0.1,0.3,(x0 * x0) + 2.5,x0**2 + 2.5,"PySRFunction(X=>x0**2 + 2.5)"\n',
    ],
)
def test_the_hall_of_fame_of_pysr(content):
    notes = []
    (row,) = rows(content, notes=notes)
    assert (row.name, row.text, row.point) == (None, "(x0 * x0) + 2.5", None)
    assert notes == []


def test_columns_with_titles_of_their_own_are_given_their_meaning():
    (row,) = rows("Law;Chapter;Part;Law\nx;I;6;x^2\n", "name=Chapter+Part,expression=4")
    assert (row.name, row.text, row.line) == ("I 6", "x^2", 2)


def test_a_cell_is_unwrapped():
    assert [row.text for row in rows('expression\n$x^2$\n\\( x y \\)\nx<sup>2</sup>;\n"a = x; a^2"\n')] == [
        "x^2", "x y", "x^2", "a = x; a^2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "columns", "code", "message"),
    [
        ("a,b\nx,1\n", "expression=c", "E638", "no column `c` for `expression`: it has `a`, `b`"),
        ("a,b\nx,1\n", None, "E622", "it has `a`, `b`"),
        ("expression,x,x\nx,1,2\n", None, "E627", "`x` appears twice"),
        ("formula,formula\nx,1\n", None, "E627", "`formula` appears twice"),
    ],
)
def test_a_table_that_lacks_a_column_says_which_it_has(content, columns, code, message):
    (row,) = rows(content, columns)
    assert row.error.code == code
    assert message in row.error.message
    if code != "E627":
        assert '--columns "expression=b"' in row.error.help


def test_titles_that_mean_nothing_may_repeat():
    (row,) = rows("expression,1.0,1.0,,,notes,notes,x\nx^2,3,4,5,6,,,2\n")
    assert (row.text, row.point) == ("x^2", {"x": "2"})


def test_a_million_columns_are_an_error():
    (row,) = rows("e," * 1_000_000 + "\n")
    assert row.error.code == "E622"
    assert "1,000,001 columns" in row.error.message


def test_a_run_with_other_columns_is_another_run(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\nx,y\n")
    files = [
        InputFile(str(tmp_path / "a.csv"), "a.csv", "csv", None, parse_columns(f"expression={n}", BATCH_ROLES))
        for n in "12"
    ]
    assert fingerprint(files[:1]) != fingerprint(files[1:])
