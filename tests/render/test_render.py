"""What all formats have in common."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from rows import every_row

from diffcompare.document import Code, Column, Document, Heading, Measured, Table, columns
from diffcompare.render import TEXTS, Look, format_of_suffix, render


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(ValueError, match=r"unknown format 'pdf': choose one of terminal, plain"):
        render(Document(()), "pdf")


@every_row(
    ("path", "format"),
    [("a.json", "json"), ("A.B.HTM", "html"), ("x.md", "markdown"), ("x.tex", "latex"), ("x.txt", "plain"),
     ("x.csv", "csv"), ("x.svg", "svg"), ("x.html", "html"), ("x", None), ("x.PNG", "png"), ("x.pdf", "pdf"), ("x.gif", None), ("csv", None)],
)  # fmt: skip
def test_a_suffix_asks_for_a_format(path: str, format: str | None) -> None:
    assert format_of_suffix(path) == format


@pytest.mark.parametrize("format", TEXTS)
def test_every_format_writes_every_document_and_ends_its_last_line(format: str, grad: Document) -> None:
    text = render(grad, format)
    assert text.endswith("\n")
    assert "11.652071455223084" in text or format == "csv"  # CSV holds the tables only
    assert render(Document(()), format) == "" or format in ("json", "html")


@pytest.mark.parametrize("format", TEXTS)
def test_ascii_means_ascii(format: str, grad: Document, hostile: Document) -> None:
    exotic = Document((*grad.blocks, *hostile.blocks, Heading("∂θ ≤ 中文 — é")), {"θ": "中文"})
    assert render(exotic, format, look=Look(charset="ascii")).isascii()


@pytest.mark.parametrize("format", ["plain", "csv", "markdown", "latex", "html", "terminal"])
def test_digits_are_never_lost(format: str, grad: Document) -> None:
    text = re.sub(r"[][*]|\\underline{|}|<[^>]*>", "", render(grad, format))
    for value in ("5.49999997019767", "1.7163378596305847", "5.500000000024442", "1.7163378145122716"):
        assert value in text


@pytest.mark.parametrize("format", TEXTS)
def test_fewer_digits_for_people_all_for_machines(format: str) -> None:
    table = Table("t", (Column("v", "v", "right"),), ((Measured(1.7163378145367738, "1.7163378145367738"),),))
    text = render(Document((table,), {"v": 1.7163378145367738}), format, look=Look(digits=5))
    assert ("1.7163378145367738" in text) == (format in ("json", "csv"))
    assert "1.7163" in text


@pytest.mark.parametrize("format", ["terminal", "plain", "markdown", "html"])
def test_a_long_formula_is_never_cut_silently(format: str) -> None:
    table = Table("t", (Column("f", "f"),), ((Code("1+" * 5_000 + "1"),),))
    assert "(10,001 characters in all)" in render(Document((table,)), format)
    assert "1+" * 5_000 + "1" in render(Document((table,)), "csv")


def test_a_table_without_rows_is_a_header(grad: Document) -> None:
    table = Table("t", (Column("f", "formula", group=True), Column("v", "value", "right")), ())
    for format in TEXTS:
        assert "value" in render(Document((table,), {"value": None}), format) or format == "csv"


def test_only_the_styled_terminal_pays_for_rich() -> None:
    program = (
        "import sys; from diffcompare.render import render; from diffcompare.render import TEXTS\n"
        "from diffcompare.document import Document; from diffcompare.document import Heading\n"
        "assert 'diffcompare.render.html' not in sys.modules\n"
        "[render(Document((Heading('x'),)), format) for format in TEXTS]\n"
        "assert not {'rich', 'sympy', 'numpy', 'mpmath'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_long_table_is_cut_for_people_and_whole_for_machines():
    table = Table("t", (Column("n", "n", "right"),), tuple((n,) for n in range(1000, 1100)), "Many", most=10)
    for format in ("terminal", "plain", "markdown", "html", "latex"):
        text = render(Document((table,)), format)
        assert "90 of 100 rows are left out here" in text
        assert [str(n) in text for n in (1000, 1004, 1005, 1094, 1095, 1099)] == [True, True, False, False, True, True]
    assert render(Document((table,)), "csv").count("\n") == 101


def test_a_wide_matrix_is_set_in_blocks_of_columns_that_all_name_the_rows():
    names = [f"x{number}" for number in range(9)]
    heads = (Column("row", "by"), *[Column(name, name, "right") for name in names])
    rows = tuple((name, *[1 / (row + place + 3) for place in range(9)]) for row, name in enumerate(names))
    document = Document((Table("m", heads, rows, "A matrix", blocks=True),))
    for width, count in ((80, 3), (200, 1)):
        lines = render(document, "terminal", look=Look(width=width)).splitlines()
        assert max(map(len, lines)) <= width
        assert [line.split()[0] for line in lines if line.split()[:1] == ["x8"]] == ["x8"] * count
        assert sum("0.3333333333333333" in line for line in lines) == 1
    stacked = Document((Table("m", heads, rows, "A matrix"),))
    assert "by:" in render(stacked, "terminal", look=Look(width=80))  # other tables get a line for every cell


@pytest.mark.parametrize("format", ["terminal", "plain", "markdown", "html", "latex"])
def test_people_are_shown_the_edges_of_a_very_wide_matrix_and_machines_all_of_it(format):
    names = [f"x{number}" for number in range(50)]
    heads = (Column("row", "by"), *[Column(name, name, "right") for name in names])
    document = Document((Table("m", heads, (("f1", *map(float, range(50))),), "Wide", blocks=True, most_columns=4),))
    shown = render(document, format)
    assert all(name in shown for name in ("x0", "x1", "x48", "x49", "4 of 50 columns"))
    assert "x2" not in shown
    assert render(document, "csv").splitlines()[0].split(",") == ["row", *names]


def test_spare_columns_are_left_out_where_the_page_is_too_narrow():
    heads = columns("name | value | >-first | >-second | >last")
    document = Document((Table("t", heads, (("a" * 20, "b" * 20, 1.5, 2.5, 3.5),), "Spare"),))

    def shown(width):
        return render(document, "terminal", look=Look(width=width))

    assert "left out" not in shown(80)
    assert "1.5" in shown(56)
    assert "the column second is left out here; CSV and JSON have it" in shown(56)
    assert "the columns first and second are left out here; CSV and JSON have them" in shown(50).replace("\n", " ")
    assert all("3.5" in shown(width) for width in (56, 50, 20))
    assert "first:" in shown(20)  # a line for every cell has room for all of them
    assert render(document, "csv").splitlines()[0] == "name,value,first,second,last"


def test_lines_of_a_program_are_folded_and_given_by_number_where_the_page_is_too_narrow():
    heads = columns("node | value | ~source=line")
    line = Code("12: total = total + weight * value ** power")
    document = Document((Table("t", heads, (("v0", "b" * 30, None), ("v1", "c" * 30, line)), "Lines"),))

    def shown(width):
        return render(document, "terminal", look=Look(width=width))

    assert "12: total = total + weight * value ** power" in shown(90)
    assert "12: total = total +\n" in shown(64)
    assert " weight * value ** power\n" in shown(64)
    narrow = shown(46)
    assert "lines are given by number here; CSV and JSON have their text" in narrow.replace("\n", " ")
    assert [row.split() for row in narrow.splitlines() if "v1" in row] == [["v1", "c" * 30, "12"]]
    assert "node:" in shown(30)  # a line for every cell has room for all of it
    assert "12: total = total + weight * value ** power" in render(document, "csv")
