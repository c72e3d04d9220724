"""Where rows come from."""

import os

import pytest

from diffcompare.batch.input_files import estimate_rows, find_input_files, fingerprint, rows_of
from diffcompare.batch.rows import InputRow, row_from_plain
from diffcompare.diagnostics import DiffcompareError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.txt", "a.csv", "sub/c.jsonl", "sub/.hidden.txt", "notes.md", "results.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("expression\nx\n" if name.endswith("csv") else '{"expression": "x"}\n')
    return tmp_path


def names(arguments, *more, **options):
    return [place.name for place in find_input_files(arguments, *more, **options)]


def test_a_folder_is_its_files_sorted_without_the_results(folder):
    assert names(["."], leave_out=["results.jsonl"]) == ["a.csv", "b.txt", os.path.join("sub", "c.jsonl")]


def test_files_keep_their_order_and_patterns_are_sorted(folder):
    assert names(["b.txt", "*.csv", "sub/*.jsonl"]) == ["b.txt", "a.csv", "sub/c.jsonl"]


def test_a_format_for_what_has_no_suffix(folder):
    assert [place.format for place in find_input_files(["notes.md", "a.csv", "-"], "txt")] == ["txt", "csv", "txt"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.txt"], "no file `nowhere.txt`"),
        (["*.toml"], "no file matches"),
        (["notes.md"], "the format of `notes.md` is unknown"),
        (["-"], "the format of standard input is unknown"),
        (["empty"], "no file of expressions"),
    ],
)
def test_what_is_not_there(folder, arguments, words):
    (folder / "empty").mkdir()
    with pytest.raises(DiffcompareError, match=words):
        find_input_files(arguments)


def test_standard_input_once(folder):
    with pytest.raises(DiffcompareError, match="once"):
        find_input_files(["-", "-"], "txt")


def test_the_fingerprint_is_that_of_names_and_contents(folder):
    first = fingerprint(find_input_files(["b.txt"]))
    assert first == fingerprint(find_input_files(["b.txt"]))
    (folder / "b.txt").write_text("y\n")
    assert first != fingerprint(find_input_files(["b.txt"]))
    assert fingerprint(find_input_files(["b.txt", "a.csv"])) != fingerprint(find_input_files(["a.csv", "b.txt"]))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_a_folder_is_a_row_that_says_so_and_nothing_hangs(folder):
    os.mkfifo(folder / "sub" / "d.txt")
    rows = list(rows_of(find_input_files(["sub"])))
    assert [row.error and row.error.code for row in rows] == [None, "E602"]


def test_every_row_at_every_point(folder):
    (folder / "p.csv").write_text("x\n1\n2\n")
    (folder / "b.txt").write_text("a: x\nb: x^2 @ x=5\n")
    rows = list(rows_of(find_input_files(["b.txt"]), "p.csv"))
    assert [(row.name, row.point, row.point_place) for row in rows] == [
        ("a", {"x": "1"}, "p.csv:2"),
        ("a", {"x": "2"}, "p.csv:3"),
        ("b", {"x": "1"}, "p.csv:2"),
        ("b", {"x": "2"}, "p.csv:3"),
    ]
    assert estimate_rows(find_input_files(["b.txt"]), "p.csv") == 4
    with pytest.raises(DiffcompareError, match="is not a file of points"):
        list(rows_of(find_input_files(["b.txt"]), "nowhere.csv"))


def test_entries_of_toml_each_for_itself(folder):
    (folder / "e.toml").write_text('[[expression]]\nname = "a"\nexpression = "x"\n[[expression]]\nexpression = 2\n')
    first, second = rows_of(find_input_files(["e.toml"]))
    assert (first.name, first.line, first.entry) == ("a", 1, {"name": "a", "expression": "x"})
    assert (second.name, second.line, second.entry) == (None, 4, {"expression": 2})
    (folder / "e.toml").write_text("a = = 1\n")
    (broken,) = rows_of(find_input_files(["e.toml"]))
    assert (broken.error.code, broken.line, broken.column) == ("E603", 1, 5)


def test_a_row_is_the_same_after_its_journey(folder):
    (folder / "b.txt").write_text("a: x @ x=1\n")
    (folder / "c.txt").write_bytes(b"\xff\n")
    for row in rows_of(find_input_files(["b.txt", "c.txt"])):
        assert isinstance(row, InputRow)
        assert row_from_plain(row.plain()) == row


def test_tables_of_other_suffixes(folder):
    for name in ("a.tsv", "b.xlsx"):
        folder.joinpath(name).write_text("expression\tx\nx^2\t3\n")
    assert [place.format for place in find_input_files(["a.tsv", "b.xlsx"])] == ["csv", "workbook"]
    (row,) = rows_of(find_input_files(["a.tsv"]))
    assert (row.text, row.point) == ("x^2", {"x": "3"})


@pytest.mark.parametrize("name", ["a.fods", "a.docx", "a.xls"])
def test_a_kind_that_cannot_be_read_is_refused_by_name(folder, name):
    folder.joinpath(name).write_text("x")
    with pytest.raises(DiffcompareError, match="cannot be read"):
        find_input_files([name], "txt")


def test_the_encoding_is_found_out_and_told_or_said(folder):
    folder.joinpath("g.csv").write_bytes("名称,函数,x\n张伟,x^2,3\n".encode("gbk"))
    notes = []
    (row,) = rows_of(find_input_files(["g.csv"]), tell=notes.append)
    assert (row.name, row.text) == ("张伟", "x^2")
    assert [note.message for note in notes] == ["g.csv is not UTF-8; it is read as GBK: `名称`"]
    (row,) = rows_of(find_input_files(["g.csv"], encoding="gbk"), tell=notes.append)
    assert (row.name, len(notes)) == ("张伟", 1)
    with pytest.raises(DiffcompareError, match="no encoding `gbx`"):
        find_input_files(["g.csv"], encoding="gbx")
    assert fingerprint(find_input_files(["g.csv"])) != fingerprint(find_input_files(["g.csv"], encoding="gbk"))


def test_a_workbook_is_read_and_a_damaged_one_is_a_row_that_says_so(folder):
    openpyxl = pytest.importorskip("openpyxl")
    folder.joinpath("bad.xlsx").write_text("x")
    book = openpyxl.Workbook()
    for cells in (["expression", "x"], ["x^2", 3], ["=2*x", 0.5]):
        book.active.append(cells)
    book.save("good.xlsx")
    bad, *good = rows_of(find_input_files(["bad.xlsx", "good.xlsx"]))
    assert bad.error.code == "E615"
    assert [(row.text, row.point, row.line) for row in good] == [("x^2", {"x": "3"}, 2), ("2*x", {"x": "0.5"}, 3)]
