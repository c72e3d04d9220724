"""Plain text: what a pipe gets."""

from __future__ import annotations

from diffcompare.document import Document, Paragraph, Table
from diffcompare.render import Look, render


def test_columns_stand_two_spaces_apart(small: Document) -> None:
    assert render(small, "plain") == (
        "A title\n"
        "\n"
        "f   |x|*2\n"
        "at  x = -1.5\n"
        "\n"
        "Values\n"
        "method  value    notes\n"
        "exact   -2.0     -\n"
        "near    -2.0625  a step of 1e-05\n"
        "none     -       timed out\n"
        "\n"
        "They differ.\n"
    )


def test_the_width_changes_nothing(grad: Document) -> None:
    assert render(grad, "plain", look=Look(width=20)) == render(grad, "plain", look=Look(width=300))


def test_every_row_can_be_read_by_itself(grad: Document) -> None:
    lines = render(grad, "plain").splitlines()
    values = next(block for block in grad.blocks if isinstance(block, Table))
    start = lines.index(values.caption) + 2
    rows = [line.split() for line in lines[start : start + len(values.rows)]]
    assert [row[0] for row in rows] == [str(row[0]) for row in values.rows]
    assert all(len(row) == len(values.columns) for row in rows)
    assert not any(line.endswith(" ") for line in lines)


def test_notes_and_warnings_say_what_they_are() -> None:
    document = Document((Paragraph("one", "note"), Paragraph("two", "warning"), Paragraph("Warning: three", "warning")))
    assert render(document, "plain") == "note: one\nwarning: two\nWarning: three\n"


def test_no_control_character_gets_through(hostile: Document) -> None:
    text = render(hostile, "plain")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[b]bold[/b]" in text
