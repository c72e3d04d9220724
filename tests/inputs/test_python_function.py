"""A Python function in place of an expression: loaded from a file, recorded at a point, called at others."""

import ast
import math
import random

import numpy as np
import pytest
from rows import every_row

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.function_point import function_point, gradient_by_name, parse_function_point
from diffcompare.inputs.python_file import load
from diffcompare.inputs.python_function import program
from diffcompare.inputs.recording_doubts import doubts


@pytest.fixture
def module(tmp_path):
    """Write a file and return the argument for a function in it."""

    def written(source, name="f"):
        tmp_path.joinpath("model.py").write_text(source, encoding="utf-8")
        return str(tmp_path / "model.py"), name

    return written


def code_of(call, *arguments):
    with pytest.raises(DiffcompareError) as caught:
        call(*arguments)
    return caught.value


# --- Files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_run_and_its_function_returned(module):
    f = load(*module("import math\nSCALE = 2\ndef f(x):\n    return SCALE * math.sin(x)\n"))
    assert f(1.0) == 2 * math.sin(1.0)
    net = load(*module("class Net:\n    @staticmethod\n    def loss(x):\n        return x * x\n", "Net.loss"))
    assert net(3.0) == 9.0


CLASSES = """
import math
from dataclasses import dataclass

class Wave:
    rate = 2.0
    def value(self, t):
        return math.sin(self.rate * t)
    def __call__(self, t):
        return self.value(t)
    @classmethod
    def double(cls, t):
        return cls.rate * t
    @property
    def size(self):
        return 1.0
    class Inner:
        def value(self, t):
            return t

@dataclass
class Line:
    slope: float
    offset: float = 0.0
    def value(self, t):
        return self.slope * t + self.offset
    def __call__(self, t):
        return self.value(t)

@dataclass
class Failing:
    slope: float = 1.0
    def __post_init__(self):
        raise RuntimeError("no line")
    def value(self, t):
        return t

line = Line(3.0)
"""


@pytest.mark.parametrize(
    ("name", "value"),
    [("Wave.value", math.sin(1.0)), ("Wave", math.sin(1.0)), ("Wave.__call__", math.sin(1.0)), ("Wave.double", 1.0),
     ("Wave.Inner.value", 0.5), ("line.value", 1.5), ("line", 1.5)],
)  # fmt: skip
def test_a_method_belongs_to_an_object_which_is_made_if_its_class_needs_no_arguments(module, name, value):
    run = program(load(*module(CLASSES, name)), {"t": 0.5}, name)
    assert run.recording.value == value
    assert run.run({"t": 0.5}).value == value


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("Line.value", "E643", "line = Line(...), and name"),
        ("Line.value", "E643", "`Line.value` in"),
        ("Line.value", "E643", "Line(...) takes slope"),
        ("Line", "E643", "model.py:line"),
        ("Failing.value", "E645", "Failing() raised RuntimeError: no line"),
        ("Wave.size", "E643", "not a function"),
    ],
)
def test_an_object_that_cannot_be_made_without_arguments_is_told(module, name, code, text):
    error = code_of(load, *module(CLASSES, name))
    assert error.diagnostic.code == code
    assert text in str(error)


@pytest.mark.parametrize(
    ("source", "name", "code", "text"),
    [
        ("def f(x):\n    return x +\n", "f", "E644", "return x +"),
        ("1 / 0\n", "f", "E645", "raised ZeroDivisionError"),
        ("import nowhere_to_be_found\n", "f", "E645", "ModuleNotFoundError"),
        ("import sys\nsys.exit(3)\n", "f", "E645", "SystemExit"),
        ("from . import neighbour\n", "f", "E645", "belongs to no package"),
        ("class Line:\n    pass\ndef loss(x):\n    return x\n", "", "E641", "model.py:loss"),
        ("def loss(x):\n    return x\n", "los", "E642", "did you mean"),
        ("def loss(x):\n    return x\n", "quite_other", "E642", "it has loss"),
        ("f = 3\n", "f", "E643", "not a function, but 3"),
        ("def loss(x):\n    return x\n", "", "E641", "model.py:loss"),
        ("", "f", "E642", "it has no functions"),
    ],
)
def test_what_is_wrong_with_a_file(module, source, name, code, text):
    error = code_of(load, *module(source, name))
    assert error.diagnostic.code == code
    assert text in str(error)


def test_a_file_that_is_not_there():
    assert code_of(load, "nowhere.py", "f").diagnostic.code == "E640"


# --- Points -----------------------------------------------------------------------------------------------------------


def loss(w, b=0.5, *, steps=3, verbose=False):
    return sum((x * b) ** steps for x in w) if not verbose else 0.0


def test_parameters_are_variables_and_numbers_among_their_defaults_the_point():
    at = function_point(loss, {"w": [1, 2.0]}, "loss")
    assert at.point == {"w[0]": 1.0, "w[1]": 2.0, "b": 0.5, "steps": 3.0}
    assert at.shaped({"w[0]": 7.0, "w[1]": 8.0, "b": 9.0}) == {"w": [7.0, 8.0], "b": 9.0}


def test_a_matrix_has_two_indices_and_an_array_comes_back_as_one():
    at = function_point(lambda W: W, {"W": np.eye(2)}, "f")
    assert list(at.point) == ["W[0, 0]", "W[0, 1]", "W[1, 0]", "W[1, 1]"]
    assert at.shaped(at.point)["W"].tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_components_make_up_a_vector_or_a_matrix():
    given = parse_function_point(["W[0,1]=2,W[0,0]=1", "W[1][0]=3,W[1][1]=4"])
    assert function_point(lambda W: W, given, "f").arguments == [[[1.0, 2.0], [3.0, 4.0]]]
    assert function_point(lambda w=(1.0, 2.0, 3.0): w, {"w[1]": 5.0}, "f").arguments == [[1.0, 5.0, 3.0]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"w[0]": 1.0, "w[2]": 2.0}, "2 of the 3 components of `w` have a value"),
        ({"w[0]": 1.0, "w": [1.0]}, "`w` is given, and its components too"),
        ({"w[0]": 1.0, "w[1, 0]": 2.0}, "the components of `w` have different numbers of indices"),
        ({"w[999, 999999999]": 1.0}, "1 of the 1,000,000,000,000 components of `w` have a value"),
        ({"d[5]": 1.0, "w": 1.0}, "`d` has no component [5]"),
    ],
)
def test_components_that_make_up_none(given, message):
    assert code_of(function_point, lambda w, d=(1.0, 2.0): w, given, "f").diagnostic.message == message


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        (["x=0.2,y=pi/2"], {"x": 0.2, "y": math.pi / 2}),
        (["w=[1,2,3],b=2"], {"w": [1.0, 2.0, 3.0], "b": 2.0}),
        (["W=[[1, 2], [sqrt(9), 4]]", "x=1"], {"W": [[1.0, 2.0], [3.0, 4.0]], "x": 1.0}),
        ([""], {}),
    ],
)
def test_commas_inside_brackets_part_nothing(specs, expected):
    assert parse_function_point(specs) == expected


@pytest.mark.parametrize("specs", [["w=[1,2"], ["w=[]"], ["x=1", "x=2"], ["x"], ["w=[1,q]"]])
def test_points_that_are_none(specs):
    assert code_of(parse_function_point, specs).diagnostic.kind in ("bad_value", "unknown_function")


@every_row(
    ("function", "given", "code"),
    [
        (loss, {"w": [1], "c": 1.0}, "E705"),
        (loss, {"b": 1.0}, "E704"),
        (loss, {"w": [[1, 2], [3]]}, "E708"),
        (loss, {"w": "text"}, "E708"),
        (loss, {"w": [math.inf]}, "E708"),
        (lambda *w: w, {}, "E708"),
        (lambda **options: options, {"x": 1.0}, "E708"),
        (lambda x, *w: x, {"w": 1.0}, "E705"),
        (dict, {}, "E708"),
    ],
)
def test_points_that_do_not_fit(function, given, code):
    assert code_of(function_point, function, given, "f").diagnostic.code == code


def test_a_point_is_found_where_the_function_runs():
    assert program(lambda x, y=1.0: math.acos(x) * y, None, "f").at.point == {"x": 0.5, "y": 1.0}
    assert code_of(program, lambda w: w[0], None, "f").diagnostic.code == "E704"


def test_a_gradient_comes_in_the_shapes_of_the_parameters():
    at = function_point(loss, {"w": [1, 2], "steps": 2}, "loss").with_fixed("steps")
    for result in ([[1, 2], 3], ([1, 2], 3), {"w": [1, 2], "b": 3}, [1, 2, 3]):
        assert gradient_by_name(at, result) == {"w[0]": 1.0, "w[1]": 2.0, "b": 3.0}
    assert code_of(gradient_by_name, at, [1, 2]).diagnostic.code == "E708"


# --- Programs ---------------------------------------------------------------------------------------------------------


def test_a_parameter_that_is_a_count_stays_an_integer():
    run = program(lambda x, n=4: math.prod(x for _ in range(n)), {"x": 2.0}, "power")
    assert run.recording.gradient() == {"x": 32.0}
    assert run.at.fixed == {"n"}
    assert run.at.point == {"x": 2.0}


@every_row(
    "function",
    [
        lambda x, n=4: math.prod(x for _ in range(int(n))),
        lambda x, n=4: np.full(n, x).prod(),
        lambda x, n=4: np.prod(x * np.ones((n, n))[0]),
        lambda x, n=4: np.prod(x ** (np.arange(1, n + 1) * 0 + 1)),
        lambda x, n=4: [1, x, x * x, x**3, x**4][n],
        lambda x, n=4: (x ** np.arange(5.0))[n],
        lambda x, n=4: math.prod([x] * n),
        lambda x, n=4: power(x, n),
        lambda x, n=(2, 2): np.full(n, x).prod(),
        lambda x, n=[4, 0]: np.prod(x ** np.arange(5.0)[n]),
        lambda x, k=2, n=4: (x ** np.arange(5.0))[k] * (x ** np.arange(5.0))[n] / x**2,
    ],
)
def test_an_integer_default_may_be_a_count_wherever_python_or_numpy_wants_an_integer(function):
    run = program(function, {"x": 2.0}, "power")
    assert run.recording.gradient() == {"x": 32.0}
    assert run.recording.value == 16.0
    assert "n" in run.at.fixed


def power(x, n):
    """Return x to the power n by a loop that counts down."""
    result = 1.0
    while n > 0:
        result, n = result * x, n - 1
    return result


def test_a_number_that_was_given_as_the_variable_is_no_count():
    assert code_of(lambda: program(lambda x: int(x) + x, {"x": 2}, "f").recording).diagnostic.code == "E584"
    assert code_of(lambda: program(lambda x=2: int(x) + x, None, "f").recording).diagnostic.code == "E584"
    assert (
        code_of(lambda: program(lambda x, n=3: x * int(n), {"x": 1, "n": 2.5}, "f").recording).diagnostic.code == "E584"
    )
    assert program(lambda x, n=3: x if n > 1 else 0, {"x": 1}, "f").recording.gradient() == {"x": 1.0, "n": 0.0}
    assert program(lambda x, n=3: x**n, {"x": 1}, "f").recording.gradient() == {"x": 3.0, "n": 0.0}


def test_positional_parameters_and_defaults_that_are_no_numbers():
    def f(x, /, y=2.0, *, kind="square", flag=True):
        return x**2 * y if kind == "square" and flag else x

    assert program(f, {"x": 3.0}, "f").recording.gradient() == {"x": 12.0, "y": 9.0}


def test_a_method_without_its_object_is_told():
    class Model:
        def f(self, x):
            return x

    assert "model.f" in str(code_of(function_point, Model.f, {"x": 1.0}, "f"))
    assert program(Model().f, {"x": 1.0}, "f").recording.gradient() == {"x": 1.0}


def test_other_arguments_stay_empty():
    assert program(lambda x, *others, **options: x * 2 + sum(others), {"x": 3.0}, "f").recording.gradient() == {
        "x": 2.0
    }


def test_a_program_without_branches_is_one_formula_for_every_input():
    from diffcompare.language.parser import parse

    def f(x):
        v = x
        for _ in range(2):
            v = 4 * v * (1 - v)
        return np.sin(v) if isinstance(x, float) else 0

    assert program(f, {"x": 0.2}, "f").formula is parse("v = 4*x*(1 - x); sin(4*v*(1 - v))")


def test_rounding_is_a_step_in_a_formula():
    from diffcompare.language.parser import parse

    assert program(lambda x: round(x) * x, {"x": 0.7}, "f").formula is parse("floor(x + 0.5)*x")
    assert program(lambda x: round(x, 1), {"x": 0.7}, "f").formula is parse("floor(x*10 + 0.5)/10")


def test_a_formula_refuses_a_branch_on_a_variable_at_its_line():
    def f(x):
        while x * x > 1:
            x = x / 2
        return x

    error = code_of(lambda: program(f, {"x": 3.0}, "f").formula)
    assert error.diagnostic.code == "E589"
    assert "while x * x > 1:" in str(error)


# --- Doubts -----------------------------------------------------------------------------------------------------------

CACHE: dict[float, float] = {}
CALLS = []


def cached(x):
    for known, value in CACHE.items():
        if abs(known - 0.3) < 0.5:
            return value
    CACHE[0.3] = math.exp(0.3)
    return CACHE[0.3] * x


def by_text(x):
    return float(f"{x:.17g}") * x if not isinstance(x, int) else 0.0


def counting(x):
    CALLS.append(1)
    return x * len(CALLS)


@every_row(
    ("function", "x", "code", "text"),
    [
        (lambda x: x * random.random(), 1.0, "W320", "differs from itself"),
        (counting, 1.0, "W320", "differs from itself"),
        (lambda x: x * (2 if type(x) is float else 3), 1.0, "W320", "3.0 while it is recorded"),
        (lambda x: math.fsum([x, 1e9, -1e9]), 0.1, None, ""),
        (lambda x: math.fsum([1e16, x, -1e16, x]), 0.3, None, ""),
        (lambda x: math.fsum([1e16, x]) - 1e16 + float(str(x)) * x, 0.3, "W321", "a part that depends on x"),
        (by_text, 0.3, "W321", "a part that depends on x left the tape"),
        (lambda x: float(f"{x}") ** 2, 0.3, "W321", "x left the tape"),
        (lambda x: float("%r" % x) ** 2, 0.3, "W321", "x left the tape"),  # noqa: UP031
        (lambda x: ast.literal_eval(repr([x]))[0] * 2, 0.3, "W321", "x left the tape"),
        (lambda x: 0 if x == 0 else x, 0.0, "W321", "or decides alone"),
        (lambda x: max(3.0, x), 3.0, None, ""),
        (lambda x: (x - 1) ** 2, 1.0, None, ""),
        (lambda x: math.floor(x) + (1.0 if x > 0 else 0.0), 0.5, None, ""),
        (lambda x: abs(x) if x > 0 else -x, 2.0, None, ""),
        (lambda x: 3.0, 2.0, None, ""),
        (lambda x: 1e-12 * x + 1e6, 2.0, None, ""),
    ],
)
def test_a_recording_that_may_not_be_the_function_is_told(function, x, code, text):
    run = program(function, {"x": x}, "f")
    notes = doubts(run, run.recording)
    assert [note.code for note in notes] == ([code] if code else [])
    assert not code or text in notes[0].message


def test_a_parameter_that_turns_out_to_be_a_count_is_told_unless_its_default_says_so():
    def repeated(x, times):
        return sum(x for _ in range(times))

    def repeated_by_default(x, times=3):
        return sum(x for _ in range(times))

    (note,) = dc.compare(repeated, x=2.0, times=3.0, methods=["reverse-ad"], truth=False).notes
    assert (note.code, note.severity) == ("W322", "note")
    assert note.message == "times counts or indexes here, so it is the integer 3 and no variable"
    assert not dc.compare(repeated_by_default, x=2.0, methods=["reverse-ad"], truth=False).notes[1:]
    assert not dc.compare(repeated_by_default, x=2.0, times=4, methods=["reverse-ad"], truth=False).notes
