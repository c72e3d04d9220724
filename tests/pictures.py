"""A plot and bars to be drawn."""

from __future__ import annotations

from diffcompare.document import Axis, Bars, Column, Document, Heading, Plot, Series, Table

NUMBERS = Table("numbers", (Column("h", "h", "right"), Column("error", "error", "right")), ((1e-8, 3.3e-7),))

STEPS = [10.0**k for k in range(-8, 0)]
PLOT = Plot(
    "error",
    Axis("step h", log=True),
    Axis("error", log=True),
    (
        Series("forward", tuple((h, 3 * h) for h in STEPS)),
        Series("central", tuple((h, h * h) for h in STEPS)),
        Series("one & the same", tuple((h, h * h) for h in STEPS)),
        Series("reverse-ad", tuple((h, 1e-16) for h in STEPS), "level"),
        Series("seen", ((1e-4, 1e-2),), "dots"),
    ),
    NUMBERS,
    "Error against step",
)
BARS = Bars(
    "swell",
    Axis("nodes", log=True),
    ("n = 1", "n = 200"),
    (("tree", (5, 3 * 2**200 - 5)), ("DAG", (3, 600)), ("sympy", (7.5, None))),
    NUMBERS,
    "How formulas <grow>",
)
PICTURES = Document((Heading("Pictures", 1), PLOT, BARS), {"numbers": [1]})
