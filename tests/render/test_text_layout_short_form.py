"""Documents that say what matters: the verdict behind its sign, a table for narrow pages, the long form on request."""

from __future__ import annotations

import pytest

from diffcompare.document import Document, Outcome, Paragraph, Table, columns
from diffcompare.render import Look, render

WIDE = Table(
    "wide",
    columns("method | a | b"),
    (("m", "1" * 40, "2" * 40),),
    narrow=(Table("narrow", columns("method | worst"), (("m", "2" * 40),)), Paragraph("there is more", "note")),
)


@pytest.mark.parametrize(("outcome", "sign"), [("right", "✓"), ("wrong", "✗"), ("undecided", "?")])
@pytest.mark.parametrize("format", ["terminal", "plain", "markdown", "html"])
def test_a_verdict_has_a_sign_in_every_format(format: str, outcome: Outcome, sign: str) -> None:
    document = Document((Paragraph("That is so.", "verdict", outcome),))
    assert sign in render(document, format, look=Look())
    plain = Document((Paragraph("That is so.", "verdict"),))
    assert sign not in render(plain, format, look=Look()).partition("<body>")[2]


@pytest.mark.parametrize(("outcome", "sign"), [("right", "[ok] "), ("wrong", "[x] "), ("undecided", "[?] ")])
def test_without_unicode_the_sign_is_in_brackets(outcome: Outcome, sign: str) -> None:
    document = Document((Paragraph("That is so.", "verdict", outcome),))
    assert render(document, "plain", look=Look(charset="ascii")) == f"{sign}That is so.\n"
    assert sign.replace("[", "{[}").replace("]", "{]}") in render(document, "latex")


def test_on_a_terminal_the_three_outcomes_have_three_colours() -> None:
    look = Look(colour=True, styled=True)
    outcomes: tuple[Outcome, ...] = ("right", "wrong", "undecided", "")
    painted = {render(Document((Paragraph("So.", "verdict", outcome),)), "terminal", look=look) for outcome in outcomes}
    assert len({text.partition("m")[0] for text in painted}) == 4


@pytest.mark.parametrize("format", ["terminal", "plain"])
def test_a_table_that_is_too_wide_leaves_its_place_to_another(format: str) -> None:
    narrow = render(Document((WIDE,)), format, look=Look(width=80))
    assert "1" * 40 not in narrow
    assert "worst" in narrow
    assert "note: there is more" in narrow
    wide = render(Document((WIDE,)), format, look=Look(width=120))
    assert "1" * 40 in wide
    assert "worst" not in wide


def test_formats_for_programs_have_the_long_form() -> None:
    short = Document((Paragraph("So.", "verdict", "right"),), {}, details=lambda: (WIDE,))
    assert render(short, "plain") == "✓ So.\n"
    assert render(short, "csv") == render(Document((WIDE,)), "csv")
    assert render(short.detailed, "plain", look=Look(width=120)) == render(
        Document((WIDE,)), "plain", look=Look(width=120)
    )
