"""Markdown as GitHub reads it."""

from __future__ import annotations

import pytest
from rows import every_row

from diffcompare.document import Code, Column, Document, Paragraph, Table
from diffcompare.render import render


def test_blocks(small: Document) -> None:
    assert render(small, "markdown") == (
        "# A title\n"
        "\n"
        "- f: `|x|*2`\n"
        "- at: x = -1.5\n"
        "\n"
        "**Values**\n"
        "\n"
        "| method | value | notes |\n"
        "| :-- | --: | :-- |\n"
        "| exact | -2.0 |  |\n"
        "| near | -2.0**625** | a step of 1e-05 |\n"
        "| none |  | timed out |\n"
        "\n"
        "In bold: digits that differ from the truth.\n"
        "\n"
        "**They differ.**\n"
    )


@every_row(
    ("cell", "written"),
    [
        ("a|b*c_d", r"a\|b\*c\_d"),
        (r"\|", r"\\\|"),
        ("<script>", r"\<script\>"),
        ("$x$", r"\$x\$"),
        ("see https://x.org", "see https&#58;//x.org"),
        (Code("|x|"), r"`\|x\|`"),
        (Code("`x`"), "<code>&#96;x&#96;</code>"),
        (Code("\\|"), "<code>&#92;&#124;</code>"),
        (Code("<b>"), "`<b>`"),
    ],
)
def test_a_cell_stays_a_cell(cell: str | Code, written: str) -> None:
    table = Table("t", (Column("c", "c"),), ((cell,),))
    assert render(Document((table,)), "markdown").splitlines()[-1] == f"| {written} |"


@pytest.mark.parametrize(
    ("text", "written"),
    [("# no", r"\# no"), ("- no", r"\- no"), ("1. no", r"1\. no"), ("    no", "no"), ("> no", r"\> no")],
)
def test_a_paragraph_stays_a_paragraph(text: str, written: str) -> None:
    assert render(Document((Paragraph(text),)), "markdown") == f"{written}\n"


def test_notes_are_quotations() -> None:
    assert render(Document((Paragraph("look\nhere", "note"),)), "markdown") == "> **note:** look\\\n> here\n"
