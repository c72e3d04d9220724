"""The terminal: as good as the width allows, and never at the price of a digit."""

from __future__ import annotations

import re

import pytest

from diffcompare.document import Column, Document, Heading, Listing, Measured, Table
from diffcompare.render import Look, render

ESCAPE = re.compile(r"\x1b\[[\d;]*m")


def test_a_table_stands_between_rules(small: Document) -> None:
    assert render(small, "terminal") == (
        "A title\n"
        "\n"
        "f   |x|*2\n"
        "at  x = -1.5\n"
        "\n"
        "Values\n"
        "──────────────────────────────────────\n"
        " method   value       notes\n"
        "──────────────────────────────────────\n"
        " exact    -2.0\n"
        " near     -2.0[625]   a step of 1e-05\n"
        " none      -          timed out\n"
        "──────────────────────────────────────\n"
        "in brackets: digits that differ from the truth\n"
        "\n"
        "They differ.\n"
    )


def test_in_a_narrow_terminal_first_the_padding_goes_and_then_the_columns(small: Document) -> None:
    table = Document((next(block for block in small.blocks if isinstance(block, Table)),))
    assert render(table, "terminal", look=Look(width=37)).splitlines()[1:6] == [
        "────────────────────────────────────",
        " method  value      notes",
        "────────────────────────────────────",
        " exact   -2.0",
        " near    -2.0[625]  a step of 1e-05",
    ]
    assert render(table, "terminal", look=Look(width=22)) == (
        "Values\n"
        "method:  exact\n"
        "value:   -2.0\n"
        "\n"
        "method:  near\n"
        "value:   -2.0[625]\n"
        "notes:\n"
        "  a step of 1e-05\n"
        "\n"
        "method:  none\n"
        "value:   -\n"
        "notes:   timed out\n"
        "\n"
        "in brackets: digits\n"
        "that differ from the\n"
        "truth\n"
    )


def test_only_closing_prose_is_folded(grad: Document) -> None:
    lines = render(grad, "terminal", look=Look(width=80)).splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(" hand-coded      "))
    assert lines[start : start + 2] == [
        " hand-coded              9     18    14   textbook rules, applied one by one",
        "                                          and not simplified afterwards",
    ]


def test_prose_with_a_word_too_long_for_its_column_is_stacked() -> None:
    number = "9" * 32
    document = Document((Table("t", (Column("a", "a"), Column("n", "notes")), (("one", f"see {number} there"),)),))
    assert render(document, "terminal", look=Look(width=38)).startswith("─" * 38 + "\n")
    assert render(document, "terminal", look=Look(width=34)) == f"a:      one\nnotes:\n  see\n  {number}\n  there\n"


def test_groups_become_lines_before_the_columns_go(grad: Document) -> None:
    lines = render(grad, "terminal", look=Look(width=80)).splitlines()
    start = lines.index(" hand-coded")
    assert lines[start + 1].split() == ["∂f/∂x1", "5.5", "0", "0", "0", "15.9"]
    assert lines[start + 3] == " forward-difference"


@pytest.mark.parametrize("styled", [False, True])
def test_no_digit_is_lost_at_any_width(grad: Document, styled: bool) -> None:
    for width in range(20, 201, 7 if styled else 1):  # styles add nothing that takes room
        text = render(grad, "terminal", look=Look(width, styled, styled))
        text = ESCAPE.sub("", text) if styled else re.sub(r"[][]", "", text)
        for number in ("11.652071455223084", "5.49999997019767", "1.7163378596305847", "2.9802322387695312e-08"):
            assert text.count(number) == 1, (width, number)
        assert text.count("1.7163378145367738") == 4


def test_only_a_value_that_is_too_long_itself_makes_a_line_too_long(grad: Document) -> None:
    for width in range(20, 201):
        for line in render(grad, "terminal", look=Look(width)).splitlines():
            words = line.split()
            assert len(line) <= width or len(words) == 1 or line == "ln(x1) + x1*x2 - sin(x2)", (width, line)


def test_long_numbers_are_never_broken() -> None:
    number = 10**300 + 7
    columns = (Column("n", "n", "right"), Column("notes", "notes"))
    document = Document((Table("t", columns, ((number, f"see {number}"),)), Listing((("n", number),))))
    for width in (20, 80, 320):
        assert render(document, "terminal", look=Look(width)).count(str(number)) == 3


def test_wrong_digits_are_underlined_and_vermillion() -> None:
    document = Document((Listing((("v", Measured(1.25, "1.26")),)),))
    assert render(document, "terminal", look=Look(styled=True, colour=True)).startswith(
        "v  1.2\x1b[4;38;5;166m5\x1b[0m"
    )
    assert render(document, "terminal", look=Look(styled=True)).startswith("v  1.2\x1b[4m5\x1b[0m")
    assert render(document, "terminal") == "v  1.2[5]\n"


def test_the_environment_does_not_change_the_text(grad: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Look(100, colour=True, styled=True)
    before = render(grad, "terminal", look=look)
    for name, value in {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "20", "FORCE_COLOR": "0"}.items():
        monkeypatch.setenv(name, value)
    assert render(grad, "terminal", look=look) == before


@pytest.mark.parametrize("styled", [False, True])
def test_user_text_is_neither_markup_nor_escape_sequence(hostile: Document, styled: bool) -> None:
    text = ESCAPE.sub("", render(hostile, "terminal", look=Look(200, styled, styled)))
    assert text.count("[b]bold[/b]") == 11
    assert "\\x1b[31mred" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_rules_are_ascii_on_an_ascii_terminal(small: Document) -> None:
    assert "\n-----" in render(small, "terminal", look=Look(charset="ascii"))


def test_an_emoji_is_no_code() -> None:
    look = Look(styled=True)
    assert ESCAPE.sub("", render(Document((Heading(":smile: [red]"),)), "terminal", look=look)) == ":smile: [red]\n"
