"""A row's document is what `grad --json` prints for it, with name, file and line in front."""

import json

import pytest

from diffcompare.batch.row_result import Options, document, error_document, json_line, options_from_plain
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
