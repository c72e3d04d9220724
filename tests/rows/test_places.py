"""Where rows come from."""

import os

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.rows import Row, expected, fingerprint, places, rows_of
from diffcompare.rows.row import from_plain


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.txt", "a.csv", "sub/c.jsonl", "sub/.hidden.txt", "notes.md", "results.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("expression\nx\n" if name.endswith("csv") else '{"expression": "x"}\n')
    return tmp_path


def names(arguments, *more, **options):
    return [place.name for place in places(arguments, *more, **options)]


def test_a_folder_is_its_files_sorted_without_the_results(folder):
    assert names(["."], leave_out=["results.jsonl"]) == ["a.csv", "b.txt", os.path.join("sub", "c.jsonl")]


def test_files_keep_their_order_and_patterns_are_sorted(folder):
    assert names(["b.txt", "*.csv", "sub/*.jsonl"]) == ["b.txt", "a.csv", "sub/c.jsonl"]


def test_a_format_for_what_has_no_suffix(folder):
    assert [place.format for place in places(["notes.md", "a.csv", "-"], "txt")] == ["txt", "csv", "txt"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.txt"], "no file `nowhere.txt`"),
        (["*.toml"], "no file goes with"),
        (["notes.md"], "nothing says the format of `notes.md`"),
        (["-"], "nothing says the format of standard input"),
        (["empty"], "no file of expressions"),
    ],
)
def test_what_is_not_there(folder, arguments, words):
    (folder / "empty").mkdir()
    with pytest.raises(DiffcompareError, match=words):
        places(arguments)


def test_standard_input_once(folder):
    with pytest.raises(DiffcompareError, match="once"):
        places(["-", "-"], "txt")


def test_the_fingerprint_is_that_of_names_and_contents(folder):
    first = fingerprint(places(["b.txt"]))
    assert first == fingerprint(places(["b.txt"]))
    (folder / "b.txt").write_text("y\n")
    assert first != fingerprint(places(["b.txt"]))
    assert fingerprint(places(["b.txt", "a.csv"])) != fingerprint(places(["a.csv", "b.txt"]))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_a_folder_is_a_row_that_says_so_and_nothing_hangs(folder):
    os.mkfifo(folder / "sub" / "d.txt")
    rows = list(rows_of(places(["sub"])))
    assert [row.error and row.error.code for row in rows] == [None, "E602"]


def test_every_row_at_every_point(folder):
    (folder / "p.csv").write_text("x\n1\n2\n")
    (folder / "b.txt").write_text("a: x\nb: x^2 @ x=5\n")
    rows = list(rows_of(places(["b.txt"]), "p.csv"))
    assert [(row.name, row.point, row.point_place) for row in rows] == [
        ("a", {"x": "1"}, "p.csv:2"),
        ("a", {"x": "2"}, "p.csv:3"),
        ("b", {"x": "1"}, "p.csv:2"),
        ("b", {"x": "2"}, "p.csv:3"),
    ]
    assert expected(places(["b.txt"]), "p.csv") == 4
    with pytest.raises(DiffcompareError, match="no file with points"):
        list(rows_of(places(["b.txt"]), "nowhere.csv"))


def test_entries_of_toml_each_for_itself(folder):
    (folder / "e.toml").write_text('[[expression]]\nname = "a"\nexpression = "x"\n[[expression]]\nexpression = 2\n')
    first, second = rows_of(places(["e.toml"]))
    assert (first.name, first.line, first.entry) == ("a", 1, {"name": "a", "expression": "x"})
    assert (second.name, second.line, second.entry) == (None, 4, {"expression": 2})
    (folder / "e.toml").write_text("a = = 1\n")
    (broken,) = rows_of(places(["e.toml"]))
    assert (broken.error.code, broken.line, broken.column) == ("E603", 1, 5)


def test_a_row_is_the_same_after_its_journey(folder):
    (folder / "b.txt").write_text("a: x @ x=1\n")
    (folder / "c.txt").write_bytes(b"\xff\n")
    for row in rows_of(places(["b.txt", "c.txt"])):
        assert isinstance(row, Row)
        assert from_plain(row.plain()) == row
