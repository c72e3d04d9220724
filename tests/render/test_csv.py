"""CSV: tables for spreadsheets."""

from __future__ import annotations

import csv
import io

from diffcompare.document import Code, Column, Document, Listing, Measured, Table
from diffcompare.render import render


def test_one_table_is_one_tidy_table(small: Document) -> None:
    assert render(small, "csv") == "method,value,notes\nexact,-2.0,\nnear,-2.0625,a step of 1e-05\nnone,,timed out\n"


def test_several_tables_are_sections_with_their_own_header(grad: Document) -> None:
    sections = render(grad, "csv").split("\n\n")
    tables = [list(csv.DictReader(io.StringIO(section))) for section in sections]
    assert [len(table) for table in tables] == [12, 6]
    assert [row["method"] for row in tables[0]][:3] == ["hand-coded", "hand-coded", "forward-difference"]
    assert float(tables[0][3]["value"]) == 1.7163378596305847


def test_a_summary_is_for_people(small: Document) -> None:
    (table,) = [block for block in small.blocks if isinstance(block, Table)]
    both = Document((table._replace(key="summary", summary=True), *small.blocks))
    assert render(both, "csv") == render(small, "csv")
    assert render(both, "plain").count("exact") == 2 * render(small, "plain").count("exact")


def test_a_document_without_tables_gives_its_listings() -> None:
    assert render(Document((Listing((("value", 11.5),)),)), "csv") == "name,value\nvalue,11.5\n"


def test_text_is_never_a_formula_of_the_spreadsheet() -> None:
    cells = ("=cmd()", "+1+1", "@x", Code("-x^2"), "-2.5e-3", -2.5, Measured(-1.0), "a,b")
    table = Table("t", tuple(Column("=k", "") for _ in cells), (cells,))
    header, row = csv.reader(io.StringIO(render(Document((table,)), "csv")))
    assert header == ["'=k"] * 8
    assert row == ["'=cmd()", "'+1+1", "'@x", "'-x^2", "-2.5e-3", "-2.5", "-1.0", "a,b"]
