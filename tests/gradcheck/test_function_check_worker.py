"""`diffcompare check my_ops.py:Sinh`: the check of a Function, in the process that has loaded its file."""

import json

import pytest
from note_functions import HEAD, SINH

from diffcompare.diagnostics import DiffcompareError
from diffcompare.gradcheck.function_check_worker import CheckService
from diffcompare.gradcheck.function_report import document_of
from diffcompare.render import render

OPERATIONS = f"""\
{HEAD}{SINH}
class Forgetful(Sinh):
    @staticmethod
    def backward(ctx, grad_output):
        e, e_minus = ctx.saved_tensors
        return (e + e_minus) / 2
class Power(Function):
    @staticmethod
    def forward(ctx, x, n=2):
        ctx.save_for_backward(x, n)
        return x**n
    @staticmethod
    def backward(ctx, grad_output):
        x, n = ctx.saved_tensors
        return grad_output * n * x**(n - 1), None
class Slip(Sinh):
    @staticmethod
    def forward(ctx, i):
        return i.exq()
class Half(Function):
    @staticmethod
    def forward(ctx, i):
        return i / 2
def f(x):
    return x
"""


@pytest.fixture
def checked(tmp_path):
    """Check a Function of the file, at a point if one is given, and return what comes back as data."""
    path = tmp_path / "my_ops.py"
    path.write_text(OPERATIONS, encoding="utf-8")

    def check(name, **given):
        service = CheckService()
        loaded = service.serve({"do": "load", "path": str(path), "name": name})
        assert loaded["is_operation"]
        answer = service.serve({"do": "check", "given": given or None, "label": name, "seed": 0})
        return json.loads(answer["check"])

    return check


def test_a_right_backward(checked):
    data = checked("Sinh")
    assert (data["verdict"], data["mistake"], data["witness"]) == ("agrees", None, None)
    assert {case["order"] for case in data["cases"]} == {1, 2}


def test_a_wrong_one_with_its_mistake_and_a_witness(checked):
    data = checked("Forgetful", i=1.5)
    assert data["mistake"]["kind"] == "chain"
    assert "for -2.5 it gives 2.35241 and not -5.88102" in data["sentence"]
    text = render(document_of(data), "plain")
    assert "1.5  wrong" in text.replace("    ", "  ")
    assert data["sentence"] in text


@pytest.mark.parametrize("given", [{"i": 1.5}, {"i": [1.0, 2.0]}, {"i": [[1.0], [2.0]]}])
def test_a_point_of_ones_own(checked, given):
    assert [case["arguments"] for case in checked("Sinh", **given)["cases"]] == [[given["i"]]] * 2


def test_an_argument_with_a_default_may_be_left_out(checked):
    assert checked("Power")["verdict"] == "agrees"
    assert checked("Power", x=3.0)["cases"][0]["arguments"] == [3.0]


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("Slip", {}, "E587.*exq"),
        ("Slip", {"i": 1.0}, "E587.*exq"),
        ("Half", {}, "E655.*Half has no `backward`"),
        ("Sinh", {"x": 1.0}, "E705.*no parameter `x`"),
    ],
)
def test_errors(checked, name, given, words):
    with pytest.raises(DiffcompareError, match=words):
        checked(name, **given)


def test_another_function_of_the_file_is_no_operation(tmp_path):
    tmp_path.joinpath("my_ops.py").write_text(OPERATIONS, encoding="utf-8")
    loaded = CheckService().serve({"do": "load", "path": str(tmp_path / "my_ops.py"), "name": "f"})
    assert not loaded["is_operation"]
