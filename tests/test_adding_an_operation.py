"""The rows that the table of operations shows, in a copy of the package: one row is all that it takes to add one."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE = Path("diffcompare", "language", "operations.py")
SHOWN = re.findall(
    r"^    (\w+ = row\(.*?)\n\n", ast.get_docstring(ast.parse((ROOT / TABLE).read_text(encoding="utf-8"))), re.M | re.S
)
ROWS = [row.replace("\n    ", "\n") for row in SHOWN]


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A directory with the package in which the rows stand above `FUNCTIONS`; what a command prints there."""
    directory = tmp_path_factory.mktemp("extended")
    shutil.copytree(ROOT / "diffcompare", directory / "diffcompare", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "expressions", directory / "expressions")
    table = directory / TABLE
    before, name, after = table.read_text(encoding="utf-8").partition("\nFUNCTIONS")
    assert name
    table.write_text("\n".join([before, *ROWS]) + name + after, encoding="utf-8")

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "diffcompare", *arguments], cwd=directory, capture_output=True, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(directory), "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_every_method_and_the_truth_know_the_new_rows(extended):
    data = json.loads(extended("grad", "sech(x)*sinc(y)", "--at", "x=0.5,y=1.25", "--method", "all", "--json"))
    assert len(ROWS) == 2
    assert data["truth"]["status"] == "ok"
    assert len(data["methods"]) == 10
    for answer in data["methods"]:
        assert answer["status"] == "ok", answer
        exact = answer["method"] in ("hand-coded", "sympy", "forward-ad", "reverse-ad", "complex-step")
        assert max(answer["error"]["relative"].values()) < (1e-14 if exact else 1e-4), answer["method"]


def test_a_case_of_its_own_has_a_truth_too(extended):
    data = json.loads(extended("grad", "sinc(y)", "--at", "y=0", "--method", "reverse-ad", "--json"))
    assert (data["value"], data["truth"]["gradient"], data["methods"][0]["gradient"]) == (
        1.0,
        {"y": "0"},
        {"y": 0.0},
    )


def test_the_table_of_operations_and_generated_code_have_them(extended):
    assert "d/dx      -sech(x)*tanh(x)" in extended("ops", "sech")
    code = extended("derive", "sech(x)*sinc(x)", "--at", "x=0.5", "--code", "python")
    assert "def sech(x):" in code
    assert "def sinc(x):" in code
