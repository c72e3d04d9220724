"""The gradient as a program in JavaScript, executed in a browser."""

from __future__ import annotations

import json

import browser
import pytest

from diffcompare.backends.automatic import gradient_at
from diffcompare.backends.hand_coded import textbook
from diffcompare.codegen import program
from diffcompare.language.expression import Variable, lift
from diffcompare.language.operations import OPERATIONS
from diffcompare.language.parser import parse
from diffcompare.language.simplify import simplify
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import is_number, value_at


def source(expression, point=None):
    names = list(point) if point else variables(wengert_list(expression))
    formulas = {name: simplify(formula, expression) for name, formula in textbook(expression, names).items()}
    return program(expression, names, names, formulas, point, "javascript")


def test_the_program_of_the_survey_s_example():
    assert source(parse("x1*x2 + ln(x1)"), {"x1": 2.0, "x2": 5.0}) == (
        "// The gradient of f = x1*x2 + ln(x1)\n"
        "\n\n"
        "function gradient_by_formulas(x1, x2) {\n"
        "  // The gradient as a person writes it, formula by formula.\n"
        "  return {\n"
        '    "x1": x2 + 1/x1,\n'
        '    "x2": x1,\n'
        "  };\n"
        "}\n"
        "\n\n"
        "function gradient(x1, x2) {\n"
        "  // The gradient by one reverse sweep, every node once.\n"
        "  // forwards: the values\n"
        "  const v1 = x1*x2;\n"
        "  const v2 = Math.log(x1);  // ln(x1)\n"
        "  const v3 = v1 + v2;  // x1*x2 + ln(x1)\n"
        "  // backwards: the adjoints\n"
        "  let v3_bar = 1.0;\n"
        "  // v3 = v1 + v2\n"
        "  let v1_bar = v3_bar;\n"
        "  let v2_bar = v3_bar;\n"
        "  // v2 = Math.log(x1)\n"
        "  let x1_bar = v2_bar/x1;\n"
        "  // v1 = x1*x2\n"
        "  x1_bar += v1_bar*x2;\n"
        "  let x2_bar = v1_bar*x1;\n"
        '  return {"x1": x1_bar, "x2": x2_bar};\n'
        "}\n"
        "\n\n"
        "console.log(gradient_by_formulas(2.0, 5.0));\n"
        "console.log(gradient(2.0, 5.0));\n"
    )


def test_names_that_mean_something_else_in_javascript_are_changed_and_said_so():
    text = source(parse("let*Math + lambda", names=("let", "Math", "lambda")))
    assert "// the variable let is called let_ here" in text
    assert "// the variable Math is called Math_ here" in text
    assert "the variable lambda" not in text


OTHERS = [
    ("if(x > 0, ln(x)^2*y, sqrt(-x))", {"x": -2.0, "y": 5.0}),
    ("if(x > 0, ln(x)^2*y, sqrt(-x))", {"x": 2.0, "y": 5.0}),
    ("-x^2 - -y^3 + (-x)^3*2^x^2", {"x": -1.5, "y": 0.5}),
    ("let*-(-Math)", {"let": 2.0, "Math": 3.0}),
    ("exp(-x^2)*x/(1 + |y|)", {"x": 0.5, "y": -2.0}),
    ("x^y + y^x", {"x": 1.5, "y": 2.5}),
]


def rows():
    """Every row at its samples, as an expression with its point."""
    for row in OPERATIONS.values():
        for sample in row.samples if row.name != "polygamma" else ():
            letters = [Variable(letter) for letter in "xyzw"[: row.arity]]
            point = dict(zip("xyzw", map(float, sample), strict=False))
            if row.name == "^n":
                letters[1], point = lift(int(sample[1])), {"x": float(sample[0])}
            if is_number(value_at(row(*letters), point)):
                yield row(*letters), point


@pytest.mark.thorough
def test_every_operation_and_some_others_in_one_run(tmp_path):
    """Both functions of every program have the partials of Python."""
    (tmp_path / "empty.html").write_text("<!DOCTYPE html>", encoding="utf-8")
    every = [*rows(), *((parse(text, names=tuple(point)), point) for text, point in OTHERS)]
    runs = [
        f"(() => {{ {source(expression)} const at = {json.dumps([point[name] for name in names])};"
        " return [gradient(...at), gradient_by_formulas(...at)]; })()"
        for expression, point in every
        for names in [variables(wengert_list(expression))]
    ]
    with browser.showing(tmp_path / "empty.html", tmp_path / "profile") as window:
        outcomes = window.run(f"[{', '.join(runs)}]")
    assert len(outcomes) > 250
    for (expression, point), both in zip(every, outcomes, strict=True):
        expected = gradient_at(expression, point)
        for answer in both:
            assert answer == pytest.approx(expected, rel=1e-12, abs=1e-15), (expression, point)
