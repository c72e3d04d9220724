"""A row's document is what `grad --json` prints for it, with name, file and line in front."""

import json

import pytest

from diffcompare.batch.row_result import (
    WRITERS,
    Options,
    document,
    error_document,
    json_line,
    options_from_plain,
    summarize,
)
from diffcompare.batch.rows import InputRow, error_row
from diffcompare.cli import main
from diffcompare.diagnostics import Diagnostic

QUICK = Options(methods=("reverse-ad", "central-difference"))


def printed(capsys, *arguments):
    capsys.readouterr()
    main(["grad", *arguments, "--method", "reverse-ad,central-difference", "--json"])
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("row", "arguments"),
    [
        (InputRow("f.txt", 3, 1, "a", "ln(x1) + x1*x2 - sin(x2)", "x1=2, x2=5"), ["--at", "x1=2, x2=5"]),
        (InputRow("f.txt", 3, 1, None, "ln(x1) + x1*x2 - sin(x2)"), []),
        (InputRow("f.txt", 3, 1, None, "x^2*sin(x)"), []),
        (InputRow("f.jsonl", 3, 1, None, "e*x", {"e": 2, "x": "pi/2"}), ["--at", "e=2,x=pi/2"]),
        (InputRow("f.csv", 3, 1, None, "2 + 3"), []),
        (InputRow("f.txt", 3, 1, None, "|x|", "x=0"), ["--at", "x=0"]),
        (InputRow("f.txt", 3, 1, None, "sqrt(x)", "x=-1"), ["--at", "x=-1"]),
        (InputRow("f.txt", 3, 5, "a", "sni(x)"), []),
        (InputRow("f.txt", 3, 5, "a", "x*y", "x=1"), ["--at", "x=1"]),
    ],
    ids=lambda value: value.text if isinstance(value, InputRow) else None,
)
def test_the_document_of_a_row(capsys, row, arguments):
    data = document(row, QUICK)
    expected = printed(capsys, row.text, *arguments)
    assert [data.pop(key) for key in ("name", "file", "line")] == [row.name, row.file, row.line]
    data.pop("column", None)
    assert data == expected
    assert json.loads(json_line(data)) == expected


def test_formulas_by_hand_are_judged(capsys):
    row = InputRow("f.csv", 2, 1, "a", "x^2*y", {"x": 3, "y": 2}, {"x": "2*x*y", "y": "x"})
    data = document(row, QUICK)
    assert data["check"] == {"verdict": "wrong", "partials": {"x": "proved", "y": "wrong"}}
    expected = printed(capsys, "x^2*y", "--at", "x=3,y=2", "--hand", "x=2*x*y", "--hand", "y=x")
    assert {key: data[key] for key in expected} == expected


def test_an_entry_of_a_file_of_ones_own(capsys, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('[[expression]]\nname = "a"\nexpression = "x^2"\npoint = {x = 3}\ngradient = {x = "2*x"}\n')
    entry = {"name": "a", "expression": "x^2", "point": {"x": 3}, "gradient": {"x": "2*x"}}
    data = document(InputRow(str(path), 1, 1, "a", entry=entry), QUICK)
    assert data.pop("check")["verdict"] == "proved"
    expected = printed(capsys, f"{path}:a")
    assert {key: data[key] for key in expected} == expected


def test_the_column_is_that_of_the_mistake():
    assert document(InputRow("f.txt", 3, 5, None, "x + sni(x)"), QUICK)["column"] == 9
    assert document(error_row("f.txt", 3, "E605", "io_error", "not UTF-8", "save it", 7), QUICK)["column"] == 7


def test_a_fault_of_ours_costs_the_row_and_no_more(monkeypatch):
    monkeypatch.setattr("diffcompare.batch.row_result.compare_question", lambda *args, **more: 1 / 0)
    assert document(InputRow("f.txt", 1, 1, None, "x"), QUICK)["error"]["code"] == "E900"


def test_options_are_the_same_after_their_journey():
    options = Options(("reverse-ad",), ("x",), 1e-3, 2.0, False, True, 1e-9, "csv")
    assert options_from_plain(json.loads(json.dumps(options.plain()))) == options


def test_lone_surrogates_can_be_written():
    assert (
        json.loads(
            json_line(error_document(InputRow("f\udcff.txt", 1), Diagnostic("E900", "x", "y"))).encode(
                "utf-8", "backslashreplace"
            )
        )
        is not None
    )


def test_a_row_with_several_outputs_is_a_jacobian(capsys):
    row = InputRow("f.txt", 3, 1, "a", "[x*y, x + y^2]", "x=2, y=3")
    data = document(row, QUICK)
    capsys.readouterr()
    main(["jacobian", row.text, "--at", "x=2,y=3", "--method", "reverse-ad,central-difference", "--json"])
    expected = json.loads(capsys.readouterr().out)
    assert {key: data[key] for key in expected} == expected
    assert data["jacobian"] == [[3.0, 2.0], [1.0, 6.0]]


def test_the_entries_of_a_jacobian_have_lines_and_a_summary():
    output = WRITERS["csv"](document(InputRow("f.txt", 3, 1, "a", "[x*y, y^2]", "x=2, y=3"), QUICK)).splitlines()
    partials = [line.split("ok,")[1].split(",")[0] for line in output]
    assert partials == ["x of f1", "y of f1", "x of f2", "y of f2"] * 2
    rough = summarize(document(InputRow("f.txt", 3, 1, "a", "[x, exp(y)]", "x=2, y=3"), QUICK)).cells[1]
    assert (rough.method, rough.partial, rough.unknown) == ("central-difference", "y of f2", None)
    assert 0 < rough.error < 1e-8


def test_several_outputs_have_columns_of_the_jacobian_by_hand():
    row = InputRow("f.csv", 2, 1, "a", "[x*y, x + y^2]", {"x": 2, "y": 3}, {"x": "[y, 1]", "y": "∂f/∂y = [x, y]"})
    data = document(row, Options(truth=False))
    assert data["check"] == {
        "verdict": "wrong",
        "partials": {"x of f1": "proved", "y of f1": "proved", "x of f2": "proved", "y of f2": "wrong"},
    }
    (by_hand,) = [method for method in data["methods"] if method["method"] == "hand-coded"]
    assert (by_hand["variant"], by_hand["jacobian"]) == ("given", [[3.0, 2.0], [1.0, 3.0]])
    assert summarize(data).check == ("wrong", "df/dy of f2")


def test_a_column_by_hand_may_be_left_to_the_rules():
    data = document(InputRow("f.csv", 2, 1, "a", "[x*y, x + y^2]", {"x": 2, "y": 3}, {"x": "[y, 1]"}), Options())
    assert data["check"] == {"verdict": "proved", "partials": {"x of f1": "proved", "x of f2": "proved"}}
    assert data["methods"][0]["jacobian"] == [[3.0, 2.0], [1.0, 6.0]]
    assert data["methods"][0]["notes"] == ["textbook rules for y"]


@pytest.mark.parametrize("column", ["2*x", "[1, 2*x, 0]", "[1]"])
def test_a_column_by_hand_has_a_formula_for_each_output(column):
    error = document(InputRow("f.csv", 2, 1, "a", "[x, x^2]", {"x": 3}, {"x": column}), QUICK)["error"]
    assert error["code"] == "E636"
    assert error["help"] == "one for each output: [df1/dx, df2/dx]"
