"""`--formulas`: formulas of a document in two dimensions or as LaTeX, with what stands beside them on their baseline."""

import pytest

from diffcompare.diagnostics import width
from diffcompare.document import Document, Equation, Equations, Listing, Table, columns
from diffcompare.language.expression import Variable
from diffcompare.language.parser import parse
from diffcompare.render import Look, render

HALF = parse("x1/2")
LISTING = Listing((("f", HALF), ("at", 3)))
EQUATIONS = Equations(
    "e", (Equation(Variable("y"), parse("d/x"), "a rule"), Equation(None, parse("2*x"), "another")), "By x"
)
TABLE = Table(
    "t", columns("*partial | method | formula"), (("df/dx", "hand", HALF), ("df/dx", "symbolic", parse("2*x")))
)


def lines(block, form="unicode", **look):
    format = look.pop("format", "plain")
    return render(Document((block,)), format, look=Look(formulas=form, **look)).split("\n")[:-1]


def test_a_label_stands_on_the_baseline():
    assert lines(LISTING) == ["    x₁", "f   ──", "    2", "at  3"]


def test_equations_and_their_remarks_stand_on_the_baseline():
    assert lines(EQUATIONS) == ["By x", "    d", "y = ─    a rule", "    x", "", "  = 2x   another"]


def test_a_row_is_as_high_as_its_formula():
    assert [line.split() for line in lines(TABLE)[1:]] == [
        ["x₁"],
        ["df/dx", "hand", "──"],
        ["2"],
        ["df/dx", "symbolic", "2x"],
    ]
    on_terminal = lines(TABLE, format="terminal")
    assert sum("df/dx" in line for line in on_terminal) == 1
    assert len({line.index("x₁") for line in on_terminal if "x₁" in line}) == 1


def test_latex_takes_one_line():
    assert lines(LISTING, "latex") == [r"f   \frac{x_1}{2}", "at  3"]
    assert lines(EQUATIONS, "latex")[1] == r"y = \frac{d}{x}" + " " * 3 + "a rule"


@pytest.mark.parametrize("block", [LISTING, EQUATIONS, TABLE])
def test_ascii_stays_text(block):
    assert all(line.isascii() for line in lines(block, charset="ascii"))
    assert any("/" in line for line in lines(block, charset="ascii"))


@pytest.mark.parametrize("columns", [30, 50, 80])
def test_what_does_not_fit_is_text_in_several_lines(columns):
    long = parse("+".join(f"sin(x_{number})*y/2" for number in range(9)))
    told = lines(Equations("e", (Equation(Variable("y"), long),)), width=columns)
    assert max(map(width, told)) <= columns
    assert "".join(told).replace(" ", "").startswith("y=sin(x_0)*y/2+")


def test_other_formats_have_their_own_formulas():
    assert render(Document((LISTING,)), "markdown", look=Look(formulas="unicode")) == render(
        Document((LISTING,)), "markdown"
    )
