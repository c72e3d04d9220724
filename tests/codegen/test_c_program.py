"""The gradient as a program in C: compiled with all warnings as errors, run, and held against the table."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from functools import cache

import pytest

from diffcompare.backends.automatic import gradient_at
from diffcompare.backends.hand_coded import textbook
from diffcompare.codegen.c_program import C, c_program
from diffcompare.inputs.catalogue import load
from diffcompare.language.expression import Variable, lift
from diffcompare.language.operations import OPERATIONS
from diffcompare.language.parser import parse
from diffcompare.language.simplify import simplify
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import is_number, value_at

COMPILERS = [compiler for compiler in ("gcc", "clang", "cc") if shutil.which(compiler)]
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wdouble-promotion", "-Werror")
needs_compiler = pytest.mark.skipif(not COMPILERS, reason="there is no C compiler here")


def source(expression, names=None, point=None, wrt=None):
    names = list(names or point or variables(wengert_list(expression)))
    wrt = names if wrt is None else wrt
    formulas = {name: simplify(formula, expression) for name, formula in textbook(expression, list(wrt)).items()}
    return c_program(expression, names, wrt, formulas, point)


def compiled(text, folder, compiler=None):
    """Compile a program and return what it prints."""
    (folder / "program.c").write_text(text, encoding="utf-8")
    compiler = compiler or COMPILERS[0]
    command = [compiler, *STRICT, "program.c", "-o", "program", "-lm"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return subprocess.run([folder / "program"], capture_output=True, text=True, check=True).stdout


def ulps(a, b):
    """Return how many doubles lie between two numbers."""
    if a == b or (a != a and b != b):
        return 0.0
    return abs(a - b) / math.ulp(b) if math.isfinite(a) and math.isfinite(b) else math.inf


# --- What a program looks like ----------------------------------------------------------------------------------------


def test_the_program_of_the_survey_s_example():
    assert source(parse("x1*x2 + ln(x1)"), point={"x1": 2.0, "x2": 5.0}) == (
        "// f = x1*x2 + ln(x1)\n"
        "// gradient[0] = df/dx1\n"
        "// gradient[1] = df/dx2\n"
        "#include <math.h>\n"
        "#include <stdio.h>\n"
        "\n\n"
        "double f_gradient_by_formulas(double x1, double x2, double gradient[2])\n"
        "{\n"
        "    // The value of f, and the gradient as a person writes it, formula by formula.\n"
        "    gradient[0] = x2 + 1.0/x1;\n"
        "    gradient[1] = x1;\n"
        "    return x1*x2 + log(x1);\n"
        "}\n"
        "\n\n"
        "double f_gradient(double x1, double x2, double gradient[2])\n"
        "{\n"
        "    // The value of f, and the gradient by one reverse sweep, every node once.\n"
        "    // forwards: the values\n"
        "    const double v1 = x1*x2;\n"
        "    const double v2 = log(x1);  // ln(x1)\n"
        "    const double v3 = v1 + v2;  // x1*x2 + ln(x1)\n"
        "    // backwards: the adjoints\n"
        "    double v3_bar = 1.0;\n"
        "    // v3 = v1 + v2\n"
        "    double v1_bar = v3_bar;\n"
        "    double v2_bar = v3_bar;\n"
        "    // v2 = log(x1)\n"
        "    double x1_bar = v2_bar/x1;\n"
        "    // v1 = x1*x2\n"
        "    x1_bar += v1_bar*x2;\n"
        "    double x2_bar = v1_bar*x1;\n"
        "    gradient[0] = x1_bar;\n"
        "    gradient[1] = x2_bar;\n"
        "    return v3;\n"
        "}\n"
        "\n\n"
        "int main(void)\n"
        "{\n"
        "    double gradient[2];\n"
        "    static const char *const names[2] = {\n"
        '        "x1",\n'
        '        "x2",\n'
        "    };\n"
        '    printf("f_gradient_by_formulas: f = %.17g\\n", f_gradient_by_formulas(2.0, 5.0, gradient));\n'
        "    for (int k = 0; k < 2; k++) {\n"
        '        printf("df/d%s = %.17g\\n", names[k], gradient[k]);\n'
        "    }\n"
        '    printf("f_gradient: f = %.17g\\n", f_gradient(2.0, 5.0, gradient));\n'
        "    for (int k = 0; k < 2; k++) {\n"
        '        printf("df/d%s = %.17g\\n", names[k], gradient[k]);\n'
        "    }\n"
        "    return 0;\n"
        "}\n"
    )


def test_a_comment_ends_with_its_line():
    """A backslash or the trigraph that stands for one would join the next line to it."""
    assert C.syntax.comment("a\\\nb ??/ x/*y*/ ???/") == "// a  b ? ?/ x/ *y*/ ? ? ?/"


NAMES = ("int", "log", "restrict", "j0", "INFINITY", "gradient", "_Bool", "__LINE__", "unix", "θ", "x_bar", "v1", "power", "sinf")  # fmt: skip


@needs_compiler
def test_names_that_mean_something_else_in_c_are_changed_and_said_so(tmp_path):
    expression = parse(" + ".join(f"ln({name})*|{name}|^3^{name}" for name in NAMES), names=NAMES)
    point = dict.fromkeys(NAMES, 1.5)
    text = source(expression, point=point)
    assert "// the variable int is called int_ here" in text
    assert "// the variable θ is called x_10 here" in text
    assert "the variable v1 is" not in text
    printed = compiled(text, tmp_path).splitlines()
    expected = gradient_at(expression, point)
    partials = [line.partition(" = ") for line in printed if line.startswith("df/d")]
    assert [name for name, _, _ in partials] == [f"df/d{name}" for name in NAMES] * 2
    for name, _, number in partials:
        assert float(number) == pytest.approx(expected[name.removeprefix("df/d")], rel=1e-14)


# --- What programs compute: many functions in one translation unit ----------------------------------------------------


class Unit:
    """Functions for many expressions in one file, which is compiled once."""

    def __init__(self):
        self.pieces, self.calls, self.heads = {}, [], {}

    def add(self, expression, names, points):
        first, *pieces = source(expression, names=names).split("\n\n\n")
        own = f"e{len(self.heads)}_gradient"
        self.heads[own] = first
        for piece in pieces:
            self.pieces[piece.replace("f_gradient", own)] = None
        functions = [name for name in (own, f"{own}_by_formulas") if any(f"double {name}(" in p for p in self.pieces)]
        for point in points:
            numbers = ", ".join([*[c_number(point[name]) for name in names], "gradient"])
            for function in functions:
                self.calls.append((expression, point, names, function, f"show({function}({numbers}), {len(names)});"))

    def answers(self, folder, compiler=None):
        comments = "\n".join(line for head in self.heads.values() for line in head.splitlines() if line[:2] == "//")
        show = (
            "static double gradient[64];\n\n"
            "static void show(double value, int n)\n{\n"
            '    printf("%.17g", value);\n'
            '    for (int k = 0; k < n; k++) printf(" %.17g", gradient[k]);\n'
            '    printf("\\n");\n}\n'
        )
        main = "\n    ".join(["int main(void)\n{", *[call[-1] for call in self.calls], "return 0;\n}\n"])
        text = "\n\n".join([comments, "#include <math.h>\n#include <stdio.h>\n" + show, *self.pieces, main])
        lines = compiled(text, folder, compiler).splitlines()
        for (expression, point, names, function, _), line in zip(self.calls, lines, strict=True):
            value, *partials = map(float, line.split())
            yield expression, point, function, value, dict(zip(names, partials, strict=True))


def c_number(x):
    return f"{float(x)!r}" if math.isfinite(x) else ("INFINITY" if x > 0 else "-INFINITY")


MANY_ULPS = {"gamma": 12, "lgamma": 8, "digamma": 12, "polygamma": 60, "erfc": 8, "cbrt": 2, "power": 2}
"""The ulps that libm's function, or ours, may be off; 4 for others (a value and a slope of two roundings)."""


def rows():
    for row in OPERATIONS.values():
        for sample in row.samples:
            letters = [Variable(letter) for letter in "xyzw"[: row.arity]]
            point = dict(zip("xyzw", map(float, sample), strict=False))
            if row.name in ("^n", "polygamma"):
                place = int(row.name == "^n")
                letters[place], point = lift(int(sample[place])), {"x": float(sample[1 - place])}
                letters[1 - place] = Variable("x")
            if is_number(value_at(row(*letters), point)):
                yield row.name, row(*letters), point


@cache
def table_and_catalogue():
    """Return a unit with every operation and the catalogue, and the ulps that are allowed, by operation."""
    unit, allowed = Unit(), {}
    for name, expression, point in rows():
        unit.add(expression, list(point), [point])
        allowed[expression] = MANY_ULPS.get(name, 4)
    for entry in load():
        expression = parse(entry.text, names=tuple(entry.names))
        if entry.group != "nasty" and entry.point and gradient_at(expression, dict(entry.point)) is not None:
            unit.add(expression, list(entry.names), [dict(entry.point)])
    return unit, allowed


@needs_compiler
@pytest.mark.parametrize("compiler", COMPILERS[:2])
def test_every_operation_at_its_samples_and_the_catalogue(compiler, tmp_path):
    (unit, allowed), count = table_and_catalogue(), 0
    for expression, point, function, value, gradient in unit.answers(tmp_path, compiler):
        expected = gradient_at(expression, point)
        right = float(value_at(expression, point))
        count += 1
        if expression in allowed and "formulas" not in function:
            assert ulps(value, right) <= allowed[expression], (expression, point, function)
            for name, partial in gradient.items():
                assert ulps(partial, expected[name]) <= 2 * allowed[expression], (expression, point, name, function)
        else:
            assert value == pytest.approx(right, rel=1e-9, abs=1e-300)
            if "formulas" not in function:
                assert gradient == pytest.approx(expected, rel=1e-9, abs=1e-300), (expression, point, function)
    assert count > 400


ENDS = {
    "ln(x)": (0.0, -1.0), "sqrt(x)": (-1.0,), "1/x": (0.0,), "x^-2": (0.0,), "x^y": (-2.0,), "atan2(x, y - 2)": (0.0,),
    "asin(x)": (1.5,), "acosh(x)": (0.5,), "atanh(x)": (1.0, -1.0), "log1p(x)": (-1.0,), "gamma(x)": (0.0, -2.0),
    "lgamma(x)": (0.0, -3.0), "digamma(x)": (0.0, -2.0), "polygamma(2, x)": (-3.0, 0.0, -40.0), "cot(x)": (0.0,),
    "csc(x)": (0.0,), "(x - 1)^(y - 2)": (1.0, 0.0),
}  # fmt: skip
INSIDE = {
    "sqrt(x)": (0.0,), "asin(x)": (1.0, -1.0), "acos(x)": (1.0,), "acosh(x)": (1.0,), "x^(1/3)": (0.0,), "|x|": (0.0,),
    "sign(x)": (0.0,), "relu(x)": (0.0,), "x^2": (0.0,), "x^0": (0.0,), "min(x, 1)": (1.0,), "max(x, 1)": (1.0,),
    "if(x > 0, ln(x), x)": (0.0, -1.0), "floor(x)": (2.0, -0.5), "exp(x)": (-800.0, 709.0), "erfc(x)": (27.0, -9.0),
    "erf(x)": (0.0, 26.5), "tanh(x)": (18.0, -400.0), "sigmoid(x)": (-745.0, 800.0), "softplus(x)": (-40.0, 800.0),
    "atan(x)": (1e200,), "atan2(x, y)": (1e200, 1e-200), "hypot(x, y)": (1e300,), "digamma(x)": (1.4616321449683622,),
    "lgamma(x)": (1.0000001, 2.0), "gamma(x)": (171.0, 0.5), "digamma(x)*y": (-0.5, 1e-5, 100.0),
    "polygamma(1, x)": (-40.5, -3.3, 0.01, 1e6), "x*1e999": (1.0,), "x - -y": (2.0,), "2 - -x": (1.0,),
}  # fmt: skip


@needs_compiler
def test_the_ends_of_domains_are_those_of_the_table(tmp_path):
    """Where the table has no value C has no finite one, and at the last points inside it has the same ones."""
    unit = Unit()
    for text, xs in [*ENDS.items(), *INSIDE.items()]:
        expression = parse(text)
        names = variables(wengert_list(expression))
        unit.add(expression, names, [dict(zip(names, (x, 2.0), strict=False)) for x in xs])
    outside = {(parse(text), x) for text, xs in ENDS.items() for x in xs}
    for expression, point, function, value, gradient in unit.answers(tmp_path):
        if (expression, next(iter(point.values()))) in outside:
            assert not is_number(value_at(expression, point)), (expression, point)
            assert not math.isfinite(value), (expression, point, value)
            continue
        right = float(value_at(expression, point))
        assert value == pytest.approx(right, rel=1e-14, abs=1e-15, nan_ok=True), (expression, point)
        expected = gradient_at(expression, point)
        if expected is not None and "formulas" not in function:
            assert gradient == pytest.approx(expected, rel=1e-13, abs=1e-15), (expression, point)


@needs_compiler
def test_what_is_not_asked_for_is_no_warning(tmp_path):
    """Unused variables, a constant, and a gradient by one variable only."""
    for place, (text, names, wrt) in enumerate(
        [("x*y", ["x", "y", "z"], ["y"]), ("3/2", [], []), ("x", ["x"], []), ("1e300*1e300*x/0", ["x"], ["x"])]
    ):
        folder = tmp_path / str(place)
        folder.mkdir()
        program = c_program(parse(text), names, wrt, None, None)
        compiled(f"{program}\nint main(void)\n{{\n    return 0;\n}}\n", folder)
    assert "double f_gradient(double *gradient)" in c_program(parse("3/2"), [], [], None, None)


@needs_compiler
@pytest.mark.parametrize("text", ["polygamma(2, x)", "digamma(x)", "erf(x)*x^y + atan2(x, y)", "cot(x) + tanh(sec(y))"])
def test_a_program_defines_what_it_calls_and_nothing_else(text, tmp_path):
    """A function that is only named in a comment is none that is called."""
    expression = parse(text)
    names = variables(wengert_list(expression))
    printed = compiled(source(expression, point=dict.fromkeys(names, 1.5)), tmp_path)
    assert printed.count("f = ") == 2


def test_the_definitions_are_the_rows():
    for name in C.definitions:
        assert name in OPERATIONS or name.endswith(("_slope", "_growth")) or name in HELPERS


HELPERS = ("gauss", "power", "angle", "cotangent_of_pi", "digamma_about_2", "digamma_about_root", "factorial")


def test_a_definition_that_no_line_calls_any_more_is_left_out():
    for text in ("sigmoid(ceil(if(z >= 3, 2, 1e300)) + 0.5)", "if(x > 1, acosh(if(x > 2, 3, 4)), 1)"):
        expression = parse(text)
        program = c_program(expression, *[variables(wengert_list(expression))] * 2, None, None)
        for name in re.findall(r"^static double (\w+)", program, re.MULTILINE):
            assert len(re.findall(rf"\b{name}\(", program)) > 1, name
    assert "static double gauss" in c_program(parse("erf(x)"), ["x"], ["x"], None, None)
