"""`dc.jacobian`: the matrix against the truth, kinks and edges output by output, and the schema of its JSON."""

import json
import math
import random

import numpy as np
import pytest

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Table
from diffcompare.render import TEXTS, render

FAST = ("central-difference", "forward-ad", "reverse-ad")


def table(record, key):
    return next(block for block in record.document().detailed.blocks if isinstance(block, Table) and block.key == key)


def test_the_matrix_and_its_accuracy():
    record = dc.jacobian("[x*y, x + y^2]", x=2, y=3, methods=FAST)
    assert record.matrix == [[3.0, 2.0], [1.0, 6.0]]
    assert record.shape == (2, 2)
    by_method = {answer.method: record.worst_digits(answer) for answer in record.answers}
    assert by_method["forward-ad"] == by_method["reverse-ad"] == 15.9
    assert 9 < by_method["central-difference"] < 13
    assert record.failure is None


def test_sympy_agrees_and_its_formulas_are_measured():
    record = dc.jacobian("r = hypot(x, y); [r, atan2(y, x)]", x=3, y=4, methods="symbolic")
    (answer,) = record.answers
    assert answer.status == "ok"
    assert record.worst_digits(answer) > 15
    assert answer.size.tree >= answer.size.dag > 4


def test_a_sequence_of_expressions_is_a_list_as_well():
    x = dc.parse("x")
    assert dc.jacobian(["x^2", x * 3], 2.0, methods="forward-ad").matrix == [[4.0], [3.0]]
    assert dc.jacobian("x^2", 2.0, methods="forward-ad").matrix == [[4.0]]
    with pytest.raises(TypeError):
        dc.jacobian(3)


def test_some_variables_only():
    record = dc.jacobian("[x*y, y^2]", {"x": 2, "y": 3}, wrt="y", methods=FAST)
    assert (record.shape, record.matrix) == ((2, 1), [[2.0], [6.0]])


@pytest.mark.parametrize(
    ("outputs", "mode"),
    [
        ("t = exp(sin(x)); [t, t^2, t^3, 1/t]", "forward-ad"),
        ("[x1*x2*x3*x4*x5, x1 + x2 + x3 + x4 + x5]", "reverse-ad"),
    ],
)
def test_the_choice_is_the_mode_of_fewer_operations(outputs, mode):
    data = dc.jacobian(outputs, methods=("forward-ad", "reverse-ad"), truth=False).data()
    work = {method["method"]: method["work"]["operations"] for method in data["methods"]}
    assert data["choice"]["mode"] == mode == min(work, key=work.get)
    assert all(str(operations) in data["choice"]["why"] for operations in work.values())


def dense_outputs(rows, columns):
    """A dense Jacobian: every output is exp of a sum of all variables, each with a factor of its own."""
    sums = ["+".join(f"{row + column + 2}/9*x{column}" for column in range(columns)) for row in range(rows)]
    return [f"exp({terms})" for terms in sums]


@pytest.mark.parametrize(
    ("rows", "columns", "mode"),
    [
        (2, 9, "reverse-ad"),
        (9, 2, "forward-ad"),
        (6, 6, None),
        (7, 6, None),
        (1, 5, "reverse-ad"),
        (5, 1, "forward-ad"),
    ],
)
def test_a_wide_jacobian_is_for_reverse_mode_and_a_tall_one_for_forward_mode(rows, columns, mode):
    found = dc.jacobian(dense_outputs(rows, columns), methods=("forward-ad", "reverse-ad"), truth=False)
    choice = found.data()["choice"]
    assert choice["mode"] == mode
    assert ("Either mode will do" in choice["why"]) == (mode is None)
    forward, reverse = (answer.work.operations / answer.sweeps / found.operations for answer in found.answers)
    assert 1 < forward < 6  # a sweep takes a small multiple of the operations of f, in both modes
    assert forward == pytest.approx(reverse, rel=0.3)


def test_a_kink_of_one_output_is_told_and_the_other_stands():
    record = dc.jacobian("[|x|, x*y]", x=0, y=3, methods=FAST)
    assert (record.failure.code, record.failure.kind) == ("E803", "nondifferentiable")
    assert record.failure.message.startswith("f1: ")
    assert record.matrix == [[None, 0.0], [3.0, 0.0]]
    assert table(record, "slopes").rows == (("df1/dx", -1.0, 1.0),)


def test_an_undefined_output_is_told_and_where_none_is_defined_there_is_no_table():
    record = dc.jacobian("[ln(x), x*y]", x=-2, y=3, methods=FAST)
    assert (record.failure.code, record.matrix) == ("E802", [[None, None], [3.0, -2.0]])
    assert not dc.jacobian("[ln(x), sqrt(x)]", x=-2, methods=FAST).document().detailed.blocks


def test_compression_shows_its_seeds_and_changes_nothing():
    text = "[x1*x2, x2*x3, x3*x4]"
    plain, packed = (dc.jacobian(text, methods=FAST, compressed=compressed) for compressed in (False, True))
    assert packed.matrix == plain.matrix
    assert packed.compression.different == {}
    assert [row[1].text for row in table(packed, "column_seeds").rows] == ["1 0", "0 1", "1 0", "0 1"]
    assert [row[1].text for row in table(packed, "pattern").rows] == ["* * . .", ". * * .", ". . * *"]
    wide = dc.jacobian([f"x{i}" for i in range(30)], methods="reverse-ad", truth=False)
    assert table(wide, "pattern").rows[1][1].text == "." + "*" + 28 * "."  # without blanks it fits into 80 columns
    assert packed.data()["compressed"]["columns"]["colors"] == [1, 2, 1, 2]


def test_compression_saves_operations():
    text = "[" + ", ".join(f"x{number}^2" for number in range(10)) + "]"
    modes = ("forward-ad", "reverse-ad")
    plain, packed = (dc.jacobian(text, methods=modes, compressed=c, truth=False).answers for c in (False, True))
    assert [answer.work.operations for answer in plain] == [300, 300]
    assert [answer.work.operations for answer in packed] == [30, 30]


def test_a_step_across_a_branch_is_told_where_the_pattern_of_the_run_is_trusted():
    def bent_by_y(x, y):
        return [x if y > 0 else 2 * x + 1, y**2]

    packed = dc.jacobian(bent_by_y, x=1, y=1e-9, methods=FAST, compressed=True, truth=False)
    assert packed.compression.different == {"central-difference": (0, "x")}
    assert "central-difference (in df1/dx) differs" in str(packed)
    assert "The pattern is that of the recorded run." in str(packed)


def test_an_undefined_output_has_no_entry_outside_the_pattern_either():
    for compressed in (False, True):
        record = dc.jacobian("[ln(x), x*y]", x=-2, y=3, methods=FAST, truth=False, compressed=compressed)
        assert [answer.rows[0] for answer in record.answers] == [{"x": None, "y": None}] * 3
        assert [answer.rows[1]["x"] for answer in record.answers] == pytest.approx([3.0] * 3)


def test_the_schema():
    """Outputs, shape and nested lists are what every command on several outputs has."""
    data = json.loads(dc.jacobian("[x*y, 1/x]", x=2, y=3, methods="reverse-ad").to_json())
    assert list(data) == [
        "schema", "command", "expression", "entry", "point", "outputs", "shape", "rows", "columns", "jacobian", "truth",
        "methods", "pattern", "compressed", "choice", "verdict", "warnings",
    ]  # fmt: skip
    assert data["outputs"] == [
        {"name": "f1", "text": "x*y", "value": 6.0, "status": "ok"},
        {"name": "f2", "text": "1/x", "value": 0.5, "status": "ok"},
    ]
    assert (data["shape"], data["rows"], data["columns"]) == ([2, 2], ["f1", "f2"], ["x", "y"])
    assert data["jacobian"] == [[3.0, 2.0], [-0.25, 0.0]]
    assert data["truth"]["jacobian"][1] == ["-0.2500000000000000000000000", "0"]
    (method,) = data["methods"]
    assert list(method) == [
        "method", "variant", "status", "jacobian", "error", "digits", "sweeps", "work", "size", "notes"
    ]  # fmt: skip
    assert method["jacobian"] == data["jacobian"]
    assert method["error"]["ulp"] == [[0.0, 0.0], [0.0, None]]
    assert (method["sweeps"], data["pattern"]) == (2, [[1, 1], [1, 0]])


@pytest.mark.parametrize("format", TEXTS)
def test_every_format_has_the_matrix(format):
    text = render(dc.jacobian("[x*y, x/3]", x=2, y=3, methods=FAST).document(), format)
    assert "0.3333333333333333" in text


def test_constants_have_a_jacobian_without_columns():
    record = dc.jacobian("[1, 2]")
    assert (record.shape, record.matrix, record.failure) == ((2, 0), [[], []], None)
    assert "no column" in str(record)
    assert record.document(brief=True).blocks == ()


def test_wrong_input():
    for wrong, code in (({"methods": "revers-ad"}, "E712"), ({"wrt": "z"}, "E705"), ({"step": -1}, "E703")):
        with pytest.raises(DiffcompareError) as caught:
            dc.jacobian("[x, y]", x=1, y=2, **wrong)
        assert caught.value.diagnostic.code == code
    many = "[" + ", ".join(f"x{number}" for number in range(400)) + "]"
    with pytest.raises(DiffcompareError) as caught:
        dc.jacobian(many, {f"x{number}": 1.0 for number in range(400)})
    assert caught.value.diagnostic.kind == "resource_limit"


@pytest.mark.parametrize("as_array", [list, np.array])
def test_the_shape_of_a_function_comes_before_those_of_its_parameters(as_array):
    """These are the shapes of `jax.jacobian`."""

    def function(W, x):
        return [[W[0][0] * x, W[0][1]], [W[1][0], W[1][1]], [x, x]]

    record = dc.jacobian(function, {"W": as_array([[1.0, 2.0], [3.0, 4.0]]), "x": 5.0}, methods="reverse-ad")
    shaped = record.shaped
    assert {name: np.shape(part) for name, part in shaped.items()} == {"W": (3, 2, 2, 2), "x": (3, 2)}
    assert {type(part) for part in shaped.values()} == {np.ndarray if as_array is np.array else list}
    assert np.array_equal(np.reshape(shaped["W"], (6, 4)), [row[:4] for row in record.matrix])
    assert record.data()["nested"]["x"] == [[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]]
    one = dc.jacobian(function, {"W": [[1.0, 2.0], [3.0, 4.0]], "x": 5.0}, wrt="W[0,1]", methods="reverse-ad")
    assert one.shaped == {"W[0, 1]": [[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]}


def test_the_jacobian_of_an_expression_goes_by_variable():
    assert dc.jacobian("[x*y, |y|]", x=2, y=0).shaped == {
        "x": [0.0, 0.0],
        "y": [2.0, pytest.approx(math.nan, nan_ok=True)],
    }
    assert dc.jacobian("x*y", x=2, y=3).shaped == {"x": 3.0, "y": 2.0}


def swirl(x, y):
    r = math.hypot(x, y)
    return [r * x, math.atan2(y, x)] if x > 0 else [r, r]


def test_a_python_function_with_several_outputs():
    found = dc.jacobian(swirl, x=3.0, y=4.0, methods=FAST)
    assert found.matrix[0] == pytest.approx([5 + 9 / 5, 12 / 5])
    assert found.worst_digits(found.answers[0]) > 9  # differences run the function itself
    symbolic = dc.jacobian(swirl, x=3.0, y=4.0, methods="symbolic", truth=False).answers[0]
    assert (symbolic.status, "return [r * x" in symbolic.notes[0]) == ("not-supported", True)


# --- Python functions -------------------------------------------------------------------------------------------------


def bent(x, y):
    if x < 0.5:
        return math.sin(x), x * y
    return x * x, y


@pytest.mark.parametrize(
    ("function", "message", "help"),
    [
        (lambda x: {"a": x}, "a dictionary", "list(result.values())"),
        (lambda x: (x, [x, x]), "parts of different shapes", "[*first, *second]"),
        (lambda x: [[x], [x, x]], "parts of different shapes", "[*first, *second]"),
        (lambda x: [x, "a"], "text", "return a number"),
    ],
)
def test_what_is_no_list_of_numbers_says_what_to_return(function, message, help):
    with pytest.raises(DiffcompareError) as caught:
        dc.jacobian(function, x=1.0)
    assert f"the function returned {message}" in caught.value.diagnostic.message
    assert help in caught.value.diagnostic.help


def noisy(x):
    return [x * random.random(), x]


def by_text(x):
    return [float(f"{x:.17g}") * 2.0, x * x]


def longer_beyond_1(x):
    return [x, x] if x <= 1 else [x, x, x]


def answer_of(matrix, method):
    return next(answer for answer in matrix.answers if answer.method == method)


def test_differences_run_a_function_on_its_own_path_and_sympy_refuses_its_branches():
    matrix = dc.jacobian(
        bent, x=0.4999999, y=2, methods=["central-difference", "symbolic", "reverse-ad", "complex-step"]
    )
    assert answer_of(matrix, "reverse-ad").rows == ({"x": math.cos(0.4999999), "y": 0.0}, {"x": 2.0, "y": 0.4999999})
    central, refused, stays = (answer_of(matrix, name) for name in ("central-difference", "symbolic", "complex-step"))
    assert central.rows[0]["x"] < -1e4
    (note,) = central.notes
    assert "crosses a branch: line" in note
    assert "`if x < 0.5:`, where 0.500006 < 0.5 is false" in note
    assert refused.status == "not-supported"
    assert "the program decides here by the value of a variable" in refused.notes[0]
    assert "stays on the path recorded at the point" in stays.notes[0]


def test_every_output_of_a_function_is_a_formula_where_it_never_decides():
    matrix = dc.jacobian(lambda x, y: [x * y, x + y**2], x=2, y=3, methods=["symbolic", "forward-ad", "five-point"])
    for answer in matrix.answers:
        assert [list(row.values()) for row in answer.rows] == [pytest.approx([3, 2]), pytest.approx([1, 6])]


def test_a_branch_that_begins_at_the_point_is_judged_for_every_output():
    matrix = dc.jacobian(lambda x: [x if x > 0 else -x, 2 * x], x=0, methods="reverse-ad")
    assert [truth.status for truth in matrix.truths] == ["nondifferentiable", "ok"]


@pytest.mark.parametrize(
    ("function", "code", "text"),
    [(noisy, "W320", "differs from itself"), (by_text, "W321", "output 1 of by_text is"), (bent, None, "")],
)
def test_a_recording_of_several_outputs_is_doubted_as_well(function, code, text):
    point = {"x": 0.3, "y": 1.0} if function is bent else {"x": 0.3}
    notes = dc.jacobian(function, point, methods="reverse-ad", truth=False).notes
    assert [note.code for note in notes] == ([code] if code else [])
    assert not code or text in notes[0].message


def test_another_number_of_outputs_beside_the_point_is_told():
    matrix = dc.jacobian(longer_beyond_1, x=1, methods=["forward-difference", "reverse-ad"])
    assert "the function returned 3 numbers, and 2 at the point" in " ".join(matrix.answers[0].notes)
    assert matrix.answers[1].status == "ok"


@pytest.mark.parametrize("truth", [True, False])
def test_an_output_that_is_nan_has_no_derivative_with_a_truth_and_without(truth):
    def sometimes(x):
        return [math.nan if x == 1 else x, 2 * x]

    record = dc.jacobian(sometimes, x=1.0, methods=FAST, truth=truth)
    assert record.matrix == [[None], [2.0]]
    assert all(answer.rows[0] == {"x": None} for answer in record.answers)
    assert record.failure.code == "E804"
