"""Documents as the studies make them."""

from __future__ import annotations

import pytest

from diffcompare.document import Approximate, Code, Column, Document, Heading, Listing, Measured, Paragraph, Table

TRUTH = {"x1": "5.5", "x2": "1.716337814536773780498380"}

ANSWERS: dict[str, tuple[float, float]] = {
    "hand-coded": (5.5, 1.7163378145367738),
    "forward-difference": (5.49999997019767, 1.7163378596305847),
    "central-difference": (5.500000000024442, 1.7163378145122716),
    "symbolic": (5.5, 1.7163378145367738),
    "forward-ad": (5.5, 1.7163378145367738),
    "reverse-ad": (5.5, 1.7163378145367738),
}

VALUES = Table(
    key="values",
    caption="Partials at x1 = 2, x2 = 5",
    columns=(
        Column("method", "method", group=True),
        Column("partial", "partial"),
        Column("value", "value", "right"),
        Column("absolute", "absolute", "right"),
        Column("relative", "relative", "right"),
        Column("ulp", "ulp", "right"),
        Column("digits", "digits", "right"),
    ),
    rows=tuple(
        (
            method,
            f"∂f/∂{name}",
            Measured(value, TRUTH[name]),
            Approximate(abs(value - float(TRUTH[name]))),
            Approximate(abs(value / float(TRUTH[name]) - 1)),
            Approximate(abs(value - float(TRUTH[name])) / 2.2e-16),
            Approximate(15.95 if value == float(TRUTH[name]) else 8.1, 3),
        )
        for method, answers in ANSWERS.items()
        for name, value in zip(TRUTH, answers, strict=True)
    ),
)

COST = Table(
    key="cost",
    caption="What it cost",
    columns=(
        Column("method", "method"),
        Column("work", "work", "right"),
        Column("tree", "tree", "right"),
        Column("dag", "dag", "right"),
        Column("notes", "notes"),
    ),
    rows=(
        ("hand-coded", 9, 18, 14, "textbook rules, applied one by one and not simplified afterwards"),
        ("forward-difference", 15, None, None, "steps 2.9802322387695312e-08 and 7.450580596923828e-08"),
        ("central-difference", 20, None, None, "steps 1.21e-05 and 3.03e-05"),
        ("symbolic", 7, 12, 11, "sympy; after common-subexpression elimination 9 operations"),
        ("forward-ad", 16, None, None, None),
        ("reverse-ad", 13, None, None, "one sweep forwards, one backwards, whatever the number of variables"),
    ),
)

EXPRESSION = "ln(x1) + x1*x2 - sin(x2)"

GRAD = Document(
    blocks=(
        Heading("Four routes to one gradient", 1),
        Listing(
            (
                ("f", Code(EXPRESSION)),
                ("at", "x1 = 2, x2 = 5"),
                ("value", Measured(11.652071455223084, "11.65207145522308376927")),
            )
        ),
        VALUES,
        COST,
        Paragraph("`x1` occurs twice; its two adjoints are added.", "note"),
        Paragraph("forward-difference has half of the digits only.", "warning"),
        Paragraph("Five methods agree with the truth to the last digit; forward-difference is 4.5e-08 off.", "verdict"),
    ),
    data={"schema": "diffcompare/1", "command": "grad", "value": 11.652071455223084, "work": 2**53},
)


@pytest.fixture
def grad() -> Document:
    """What `grad` shows: a listing, values beside the truth in groups of two, costs with notes, and a verdict."""
    return GRAD


@pytest.fixture
def small() -> Document:
    """One block of each kind, small enough to be read in a test."""
    return Document(
        blocks=(
            Heading("A title", 1),
            Listing((("f", Code("|x|*2")), ("at", "x = -1.5"))),
            Table(
                key="values",
                caption="Values",
                columns=(Column("method", "method"), Column("value", "value", "right"), Column("notes", "notes")),
                rows=(
                    ("exact", Measured(-2.0, "-2"), None),
                    ("near", Measured(-2.0625, "-2"), "a step of 1e-05"),
                    ("none", None, "timed out"),
                ),
            ),
            Paragraph("They differ.", "verdict"),
        ),
        data={"value": -2.0},
    )


HOSTILE = (
    "[b]bold[/b]",
    "<script>alert(1)</script>",
    "a|b",
    r"\input{/etc/passwd}",
    "=cmd()",
    "`tick`",
    "\x1b[31mred",
    "new\nline",
    "\u202eright to left",
    "$x$ 100% #1 & more_",
)


@pytest.fixture
def hostile() -> Document:
    """Text of a user who tests us, in every place where a user's text can be."""
    columns = (Column("text", "text"), Column("code", "code"), Column("notes", "notes"))
    rows = tuple((text, Code(text), text) for text in HOSTILE)
    blocks = [Table("hostile", columns, rows, caption=" ".join(HOSTILE).replace("\n", " "))]
    return Document(
        blocks=(
            *(Heading(text, 2) for text in HOSTILE),
            *(Paragraph(text) for text in HOSTILE),
            *(Paragraph(text, "note") for text in HOSTILE),
            Listing(tuple((text, text) for text in HOSTILE)),
            Listing(tuple((text, Code(text)) for text in HOSTILE)),
            *blocks,
        ),
        data={"texts": list(HOSTILE)},
    )
