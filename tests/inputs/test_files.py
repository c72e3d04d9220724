"""Which files can be read, and what to do with the others."""

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.files import function_file, is_unreadable, unreadable
from diffcompare.inputs.resolve import resolve


@every_row(
    ("argument", "expected"),
    [
        ("model.py:f", ("model.py", "f")),
        (r"C:\models\m.py:f", (r"C:\models\m.py", "f")),
        ("a:b/model.PY:Net.loss", ("a:b/model.PY", "Net.loss")),
        ("model.py:", ("model.py", "")),
        ("x*2.py", None),
        ("x^2", None),
        ("data.toml:f", None),
        ("model.py:x + 1", None),
    ],
)
def test_the_file_stands_before_the_last_colon(argument, expected):
    assert function_file(argument) == expected


@pytest.mark.parametrize(
    "argument", ["m.fods", "m.XLS", "report.docx", "scan.pdf", "a b.numbers", "notes.md", "../m.rtf"]
)
def test_a_name_of_a_kind_that_cannot_be_read_is_no_expression(argument):
    with pytest.raises(DiffcompareError) as caught:
        resolve(argument)
    assert caught.value.diagnostic.code == "E613"
    assert caught.value.diagnostic.help


@pytest.mark.parametrize("name", ["m.fods", "m2.xls", "m.dat", "m2.foo"])
def test_nor_is_a_file_that_is_there(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath(name).write_text("x^2")
    with pytest.raises(DiffcompareError, match="which cannot be read"):
        resolve(name)


@pytest.mark.parametrize("argument", ["x", "x*2.md", "2.5*x", "1.et", "x^2/.5", "a.b", "x\0.y"])
def test_expressions_are_no_files(argument):
    assert not is_unreadable(argument)


def test_an_expression_stays_one_though_there_is_a_file_of_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("x").write_text("y")
    assert str(resolve("x").parsed.expression) == "x"


def test_each_kind_has_its_cure():
    assert unreadable("m.fods").diagnostic.help == "save it as CSV UTF-8 (.csv), or as .xlsx"
    assert "plain text" in unreadable("m.docx").diagnostic.help
    assert ".csv" in unreadable("m.unknown").diagnostic.help


@pytest.mark.parametrize("name", ["m.tsv", "m.xlsx", "m.CSV"])
def test_a_table_is_not_one_expression_and_the_commands_for_it_are_named(name):
    with pytest.raises(DiffcompareError) as caught:
        resolve(name)
    assert f"`diffcompare batch {name}`" in caught.value.diagnostic.help
