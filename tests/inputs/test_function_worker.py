"""`--ops FILE.py`: each Function of the tape in a file is a function of the language, while a command runs."""

import numpy as np
import pytest
from note_functions import HEAD, sinh_with

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.function_worker import Service, operations_of
from diffcompare.language.grammar import with_functions
from diffcompare.language.parser import parse

FUSED = """\
class Fused(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * np.sin(b)
    @staticmethod
    def backward(ctx, grad_output):
        a, b = ctx.saved_tensors
        return grad_output * np.sin(b), grad_output * a * np.cos(b)
"""


@pytest.fixture
def file(tmp_path):
    """Write a file of operations and return its path."""

    def write(*classes):
        path = tmp_path / "my_ops.py"
        path.write_text(HEAD + "".join(classes), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def known(file):
    """Let texts call sinh2, which has a definition, and fused, which has none."""
    rows = operations_of(file(sinh_with(name="sinh2", definition="(exp(i) - exp(-i))/2"), FUSED))
    with with_functions({row.name: row for row in rows}):
        yield


@pytest.mark.usefixtures("known")
def test_expressions_call_them():
    comparison = dc.compare("sinh2(x)*x", x=0.5, methods=["hand-coded", "forward-ad", "reverse-ad", "complex-step"])
    assert comparison.truth.source == "definition"
    assert {answer.status for answer in comparison.answers} == {"ok"}
    for answer in comparison.answers:
        assert answer.gradient["x"] == pytest.approx(1.0849082880969378, rel=1e-15)
    assert str(parse("fused(x, y) + sinh2(x)")) == "fused(x, y) + sinh2(x)"
    assert dc.gradient("fused(x, y)", {"x": 3.0, "y": 2.0}) == {"x": np.sin(2.0), "y": 3.0 * np.cos(2.0)}


@pytest.mark.usefixtures("known")
def test_without_a_definition_what_needs_formulas_says_so():
    comparison = dc.compare("fused(x, 2)", x=0.5, methods=["hand-coded", "reverse-ad"])
    assert (comparison.truth.source, comparison.answers[0].status) == ("differences", "not-supported")
    jacobian = dc.jacobian("[fused(x, 2)]", x=0.5, methods=["symbolic"], truth=False)
    assert "has no `definition`" in str(jacobian)


@pytest.mark.usefixtures("known")
def test_the_trace_shows_what_they_saved():
    assert dc.trace("sinh2(x)*x", x=0.0).data()["nodes"][1]["saved"] == [1.0, 1.0]


def test_they_are_known_only_meanwhile(file):
    with with_functions({row.name: row for row in operations_of(file(FUSED))}):
        parse("fused(x, 1)")
    with pytest.raises(DiffcompareError, match="E101"):
        parse("fused(x, 1)")


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ((sinh_with(),), "E649.*the name `sinh` means something already"),
        ((sinh_with(name="pi"),), "E649.*`pi` means something already"),
        ((sinh_with(name="square"),), "E649.*`square` means something already"),
        ((sinh_with(name="2x"),), "E649.*is no name"),
        ((sinh_with(name="fused"), FUSED), "E649.*stands for two classes"),
        (("def f(x): return x\n",), "E649.*has no Function of the tape"),
        (("class Half(Function):\n    pass\n",), "E655.*Half has no `forward`"),
        ((FUSED.replace("    @staticmethod\n    def b", "    def b"),), "E655.*backward of Fused is not static"),
        ((sinh_with(name="sinh2", definition="exp(j)"),), "E647.*names `j`"),
        ((sinh_with(name="sinh2", definition="exp(i"),), "E2"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(file, classes, words):
    with pytest.raises(DiffcompareError, match=words):
        operations_of(file(*classes))


HALF_WRITTEN = """\
class Base(Function):
    pass
class Twice(Base):
    @staticmethod
    def forward(ctx, a):
        return 2 * a
"""


def test_a_class_that_is_not_finished_costs_the_others_nothing(file):
    rows = operations_of(file(HALF_WRITTEN, FUSED))
    assert [row.name for row in rows] == ["twice", "fused"]
    with with_functions({row.name: row for row in rows}):
        assert dc.gradient("fused(x, y)", {"x": 3.0, "y": 2.0})["x"] == np.sin(2.0)
        differences, reverse = dc.compare("twice(x)*x", x=1.0, methods=["central-difference", "reverse-ad"]).answers
    assert differences.gradient["x"] == pytest.approx(4.0)
    assert reverse.gradient["x"] is None
    assert "has no backward" in reverse.notes[0]


def test_the_process_answers_with_numbers(file):
    service = Service()
    answer = service.serve({"do": "operations", "path": file(sinh_with(name="sinh2"), FUSED)})
    assert [(row["name"], row["parameters"], row["formula"]) for row in answer["operations"]] == [
        ("sinh2", ["i"], None),
        ("fused", ["a", "b"], None),
    ]

    def ask(number, which, *arguments):
        return service.serve({"do": "operation", "number": number, "which": which, "arguments": arguments})["result"]

    assert ask(0, "value", 0.0) == 0.0
    assert ask(0, 0, 0.0) == 1.0
    assert ask(0, "saved", 0.0) == [1.0, 1.0]
    assert ask(0, "value", 1000.0) is None
    assert ask(1, 1, 3.0, 0.0) == 3.0
