"""Equations and programs in every format: aligned, folded without a cut, typeset."""

from __future__ import annotations

import re

import pytest
from rows import every_row

from diffcompare.document import Code, Document, Equation, Equations, Source
from diffcompare.language.expression import PendingDerivative, Variable
from diffcompare.language.parser import parse
from diffcompare.render import TEXTS, Look, render
from diffcompare.render.block_layout import break_formula

SHORT = Equations(
    "by_x",
    (
        Equation(
            PendingDerivative(parse("x^2*y"), "x"),
            PendingDerivative(parse("x^2"), "x") * Variable("y"),
            "constant factor rule",
        ),
        Equation(None, parse("2*x*y"), "power rule"),
    ),
    "By x",
)
LONG = Equations(
    "by_x",
    (
        Equation(PendingDerivative(parse("sin(x)*cos(x)*ln(x)"), "x"), parse("+".join(f"{n}*x^{n}*sin({n}*x)" for n in range(2, 14)))),
        Equation(None, parse("*".join(f"(x + {n})" for n in range(2, 14))), "tidied"),
    ),
)  # fmt: skip
PROGRAM = Source("python", 'def f(x):\n    return x**2  # |x| < 1 & `x` _y_\n\n\nprint("ü", f(2))\n')


def written(block, format, **look):
    return render(Document((block,)), format, look=Look(**look))


def test_they_are_aligned_at_their_signs():
    assert written(SHORT, "plain") == (
        "By x\n"
        "d/dx[x^2*y] = d/dx[x^2]*y   constant factor rule\n"
        "            = 2*x*y         power rule\n"
    )  # fmt: skip


def test_a_long_left_side_stands_above():
    assert written(LONG, "terminal", width=200).splitlines()[0] == "d/dx[sin(x)*cos(x)*ln(x)]"


@every_row("width", [30, 40, 60, 80, 120, 200])
@every_row("block", [SHORT, LONG])
def test_a_terminal_folds_and_cuts_nothing(block, width):
    text = written(block, "terminal", width=width)
    assert all(len(line) <= width for line in text.splitlines())
    squeezed = re.sub(r"\s", "", text)
    for row in block.rows:
        assert re.sub(r"\s", "", str(row.right)) in squeezed.replace(re.sub(r"\s", "", row.remark), "") or row.remark
        assert re.sub(r"\s", "", row.remark) in squeezed


def test_a_pipe_folds_nothing():
    assert str(LONG.rows[0].right) in written(LONG, "plain", width=20)


@pytest.mark.parametrize(
    ("formula", "columns", "parts"),
    [
        ("a*b + c*d", 20, ["a*b + c*d"]),
        ("a*b + c*d", 8, ["a*b", "+ c*d"]),
        ("(a + b)*(c + d)", 12, ["(a + b)*", "(c + d)"]),
        ("f(x)*d/dx[g(x)]", 9, ["f(x)*", "d/dx[", "g(x)]"]),
        ("max(a, b)", 8, ["max(a,", "b)"]),
        ("if(x > 0, 1, 2)", 9, ["if(x > 0,", "1, 2)"]),
        ("abcdefgh", 3, ["abcdefgh"]),
    ],
)
def test_where_a_formula_is_parted(formula, columns, parts):
    assert break_formula(formula, columns) == parts


def test_latex():
    text = written(SHORT, "latex")
    assert r"\begin{align*}" in text
    assert r"& \frac{\mathrm{d}}{\mathrm{d}x} \left[x^2\right] \cdot y" not in text.split("=")[0]
    assert r"&= 2 x y \tag*{\footnotesize\itshape power rule}" in text
    assert text.count(r"\\") == 1


def test_latex_parts_long_formulas_between_terms():
    text = written(LONG, "latex")
    lines = [line for line in text.splitlines() if line.startswith("&")]
    assert len(lines) > 6
    assert all(line.count(r"\left(") == line.count(r"\right)") for line in lines)
    assert text.count("{") == text.count("}")


def test_latex_keeps_the_parentheses_of_what_it_parts():
    long = "*".join(f"(x + {n})" for n in range(8))
    [row] = [Equation(Code("f"), parse(f"{long} - (-x) - (y - {long})"))]
    text = written(Equations("e", (row,)), "latex")
    assert r"- \left(-x\right)" in text
    assert text.count(r"\left(") == text.count(r"\right)") == 18


def test_markdown_is_mathematics_or_code():
    assert written(SHORT, "markdown").startswith("**By x**\n\n```math\n\\begin{aligned}\n")
    large = Equations("e", (Equation(Code("f"), parse("+".join(["sin(x)"] * 150)), "too large"),))
    assert written(large, "markdown").startswith("```text\nf = sin(x) + sin(x)")


def test_html_is_a_table_with_headers():
    text = written(SHORT, "html")
    assert (
        '<th scope="row" class="right"><span class="typeset"><span hidden="hidden">'
        '<math displaystyle="true" alttext="d/dx[x^2*y]">' in text
    )
    assert '<td class="left remark">power rule</td>' in text


def test_csv_repeats_the_left_side():
    assert written(SHORT, "csv") == (
        "left,right,remark\n"
        "d/dx[x^2*y],d/dx[x^2]*y,constant factor rule\n"
        "d/dx[x^2*y],2*x*y,power rule\n"
    )  # fmt: skip


def test_a_program_is_shown_to_the_letter():
    assert written(PROGRAM, "plain") == PROGRAM.text
    assert written(PROGRAM, "terminal", width=10) == PROGRAM.text
    assert written(PROGRAM, "markdown") == f"```python\n{PROGRAM.text}```\n"
    assert f"\\begin{{verbatim}}\n{PROGRAM.text.replace('ü', 'u')}\\end{{verbatim}}" in written(PROGRAM, "latex")
    assert "return x**2  # |x| &lt; 1 &amp; `x` _y_\n\n\n" in written(PROGRAM, "html")
    assert written(PROGRAM, "csv").splitlines()[1] == "1,def f(x):"


def test_the_lines_of_a_program_are_numbered_where_the_first_is_known():
    running = Source("python", "def f(x):\n\n    return x < 2\n", 9, 11, (11, 16))
    assert written(running, "plain") == "   9  def f(x):\n  10\n> 11      return x < 2\n"
    assert "> 11      return x < 2\n" in written(running, "markdown")
    assert '<span class="gutter">> 11  </span>    return <u>x &lt; 2</u></mark>'.replace("> 11", "&gt; 11") in written(
        running, "html"
    )
    assert written(running, "csv").splitlines()[1:] == ["9,def f(x):", "10,", "11,    return x < 2"]


def test_a_fence_is_longer_than_any_in_the_program():
    assert written(Source("python", "s = '````'\n"), "markdown").startswith("`````python\n")


@pytest.mark.parametrize("format", [format for format in TEXTS if format != "csv"])
def test_nothing_of_a_user_becomes_markup(format):
    hostile = Equations("h", (Equation(Code("<b>[x]"), Code("$ ``` \x1b[31m \\end{align*}"), "<i>_a_ \\b$"),), "`c`")
    text = render(Document((hostile, Source("python", "# \x1b[31m </code>")), {}), format)
    assert "\x1b" not in text
    assert format != "html" or ("<b>" not in text and "<i>" not in text)
    assert format != "latex" or text.count(r"\end{align*}") == 1
