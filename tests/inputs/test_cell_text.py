"""The formula in a cell, freed from what a program wrote around it."""

import time

import pytest
from rows import every_row

from diffcompare.inputs.cell_text import named_answers, unwrapped


@every_row(
    ("cell", "formula"),
    [
        ("2*x", "2*x"),
        (r"\( 2*x \)", "2*x"),
        ("$$2*x$$", "2*x"),
        ("$f'(x) = 2*x$.", "f'(x) = 2*x"),
        ("2*x;", "2*x"),
        ("u = x^2; 2*u;", "u = x^2; 2*u"),
        ("<p>x<sup>2</sup>&nbsp;sin(x)</p>", "x^2 sin(x)"),
        ('<p dir="ltr" style="text-align:left;">2*x<br></p>', "2*x"),
        ("e<sup>x<sup>2</sup></sup>", "e^(x^2)"),
        ("x<sup>2</sup>y", "x^(2)y"),  # x^2y would be x to the power of 2y, or y times x^2
        ("x<sup>-1</sup>", "x^(-1)"),
        ("e<sup>2x</sup>", "e^(2x)"),
        ("2<sup>x1</sup> + x<sub>0</sub>", "2^x1 + x_0"),
        ("<div>x^2</div><div>x</div>", "x^2\n\nx"),  # two lines, and no product
        ("x<sub>1</sub>^2", "x_1^2"),
        ("x^(2)", "x^(2)"),  # nothing is changed where nothing is wrapped
        ("if(x &lt; 1, x, 1)", "if(x < 1, x, 1)"),
        ("if(x<b, 1, 2)", "if(x<b, 1, 2)"),  # not a tag
        ("if(a<p, b, c>d)", "if(a<p, b, c>d)"),
        ("&amp;lt;", "&lt"),  # once, as a browser does; the final ; goes
        ("<!-- 3*x -->2*x", "2*x"),
        ("x<sup>2", "x^(2"),  # to be complained of by the parser
        ("", ""),
        ("-", "-"),
    ],
)
def test_what_is_around_a_formula_is_taken_off(cell, formula):
    assert unwrapped(cell) == formula


@every_row(
    ("cell", "answers"),
    [
        ("Seed: 11; ans1: 2*x [score]; prt1: # = 1", [("ans1", "2*x")]),
        (
            "Seed: 7; ans1: 2*x [score]; ans2: 3*x^2 [valid]; prt1: # = 0 | prt1-1-F; prt2: !",
            [("ans1", "2*x"), ("ans2", "3*x^2")],
        ),
        ("ans1: x[1] [invalid]; prt1: !", [("ans1", "x[1]")]),
        ("dfdx: 2*x [score]", [("dfdx", "2*x")]),
        ("ans1: 2*x", [("ans1", "2*x")]),
        ("Seed: 11; prt1: !", []),
        ("2*x", None),
        ("u := x^2; 2*u", None),
        ("x: 2", None),
    ],
)
def test_answers_of_stack_by_the_names_of_their_inputs(cell, answers):
    assert named_answers(cell) == answers


HOSTILE = ["<sup>", "<!-- ", "<p ", "&", "a: ", "$", ";", "[score]", "^(a", "&#1", "<^(", "\\("]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_cell_of_a_megabyte_takes_time_in_proportion(piece):
    begun = time.process_time()
    unwrapped("<" + piece * (1_000_000 // len(piece)) + "x")
    named_answers("Seed:" + piece * (1_000_000 // len(piece)) + "x")
    assert time.process_time() - begun < 3
