"""`diffcompare derive` from the command line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def test_a_derivation(cli):
    outcome = cli("derive", "x^2*sin(y)", "--at", "x=1,y=2", "--wrt", "x")
    assert outcome.code == 0
    assert outcome.err == ""
    assert "d/dx[x^2*sin(y)] = d/dx[x^2]*sin(y)   constant factor rule\n" in outcome.out
    assert "By y" not in outcome.out


def test_without_wrt_every_variable_in_turn(cli):
    out = cli("derive", "x*y", "--at", "x=1,y=2").out
    assert out.index("By x") < out.index("By y")


def test_quietly_the_results_only(cli):
    assert cli("derive", "x^3", "--at", "x=2", "-q").out == "d/dx[f] = 3*x^2\n"


def test_json(cli):
    data = json.loads(cli("derive", "@baydin", "--json").out)
    assert [derivation["by"] for derivation in data["derivations"]] == ["x1", "x2"]
    assert data["entry"] == "baydin"


@pytest.mark.parametrize("language", ["python", "numpy"])
def test_code_is_a_program_and_nothing_else(cli, language):
    out = cli("derive", "ln(x1) + x1*x2 - sin(x2)", "--at", "x1=2,x2=5", "--code", language).out
    done = subprocess.run([sys.executable, "-c", out], capture_output=True, text=True, check=True)
    assert done.stdout.count("5.5") == 2
    assert done.stdout.count("1.7163378145367738") == 2


def test_code_in_other_formats(cli, tmp_path):
    assert cli("derive", "x^2", "--at", "x=1", "--code", "python", "--format", "markdown").out.startswith("```python\n")
    data = json.loads(cli("derive", "x^2", "--at", "x=1", "--code", "numpy", "--json").out)
    assert data["code"]["language"] == "numpy"
    assert "import numpy" in data["code"]["text"]
    script = tmp_path / "gradient.js"
    assert cli("derive", "x^2", "--at", "x=1", "--code", "javascript", "-o", str(script)).code == 0
    assert script.read_text(encoding="utf-8").endswith("console.log(gradient(1.0));\n")
    program = tmp_path / "gradient.c"
    assert cli("derive", "x^2", "--at", "x=1", "--code", "c", "-o", str(program)).code == 0
    assert program.read_text(encoding="utf-8") == cli("derive", "x^2", "--at", "x=1", "--code", "c").out
    page = cli("derive", "x^2", "--code", "javascript", "--format", "markdown").out
    assert page.startswith("```javascript\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("x^2", "--wrt", "y"), 2, "no variable `y`"),
        (("x^2", "--code", "fortran"), 2, "unknown language `fortran`"),
        (("x^2", "--at", "x=1,z=2"), 2, "z"),
        (("polygamma(x, 2)",), 3, "no rule is known for polygamma(x, 2) with respect to x"),
        (("|x|", "--at", "x=0"), 3, "no derivative at this point"),
        (("ln(x)", "--at", "x=-1"), 3, "undefined"),
    ],
)
def test_mistakes(cli, arguments, code, message):
    outcome = cli("derive", *arguments)
    assert outcome.code == code
    assert message in outcome.err


def test_a_kink_shows_the_derivation_all_the_same(cli):
    assert "= sign(x)" in cli("derive", "|x|", "--at", "x=0").out


def test_standard_input_and_a_variable_named_e(cli):
    assert "d/de[e^2] = 2*e   power rule" in cli("derive", "e^2", "--at", "e=3").out
