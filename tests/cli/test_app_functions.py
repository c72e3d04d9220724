"""`FILE.py:name` in every command: the function runs in a process of its own, which `--budget` ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rows import every_row

MODEL = """\
import math, time
import numpy as np
def f(x):
    v = x
    for _ in range(3):
        v = 4*v*(1 - v)
    return v
def df(x):
    return 9.0660864 + 0*x
def loss(W, b=0.5):
    return np.sum(np.tanh(W @ W.T)) * b
DATA = np.arange(6000.0).reshape(60, 100) / 6000
def network(w=np.full(100, 0.1), V=np.full((60, 60), 0.01), n=2):
    h = DATA @ w
    for _ in range(n):
        h = np.tanh(V @ h)
    return np.sum(h**2)
def by_hand(w, V, n):
    return 0*w, 0*V
def endless(x):
    while True:
        time.sleep(0.01)
def interrupts(x):
    raise KeyboardInterrupt
def nothing(x):
    x * 2
def printing(x):
    print("not in the answer")
    return x*x
from diffcompare.tape import Function
class Endless(Function):
    forward = backward = staticmethod(lambda ctx, x: endless(x))
class Cubed(Function):
    definition = "x^3"
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x
    @staticmethod
    def backward(ctx, grad_output):
        return 3 * grad_output * ctx.saved_tensors[0] ** 2
class Quadric(Cubed):
    definition = "x^2"
    forward = staticmethod(lambda ctx, x: Cubed.forward(ctx, x) / x)
"""


@pytest.fixture
def model(tmp_path, monkeypatch):
    tmp_path.joinpath("model.py").write_text(MODEL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


pytestmark = pytest.mark.usefixtures("model")


def test_grad_with_a_gradient_by_hand(cli):
    line = ["model.py:f", "--at", "x=0.2", "--hand", "model.py:df", "--method", "hand-coded,reverse-ad", "--json"]
    answer = json.loads(cli("grad", *line).out)
    assert answer["expression"]["text"] == "model.py:f"
    hand, reverse = answer["methods"]
    assert (hand["variant"], hand["gradient"]) == ("given", {"x": 9.0660864})
    assert reverse["gradient"]["x"] == pytest.approx(9.0660864)
    assert cli("grad", "x^2", "--hand", "model.py:df").code == 2


def test_a_matrix_comes_back_as_nested_lists(cli):
    line = [
        "model.py:loss",
        "--at",
        "W=[[1,0.5],[0,2]]",
        "--wrt",
        "W",
        "--method",
        "reverse-ad",
        "--no-truth",
        "--json",
    ]
    (method,) = json.loads(cli("grad", *line).out)["methods"]
    assert list(method["gradient"]) == ["W[0, 0]", "W[0, 1]", "W[1, 0]", "W[1, 1]"]
    assert [len(row) for row in method["nested"]["W"]] == [2, 2]


@pytest.mark.parametrize("command", ["trace", "graph", "derive"])
def test_other_commands_show_it(cli, command):
    outcome = cli(command, "model.py:f", "--at", "x=0.2")
    assert outcome.code == 0
    assert ("model.py:f" if command != "derive" else "v9 = v7*v8") in outcome.out
    assert command == "derive" or "6: v = 4*v*(1 - v)" in outcome.out


def test_check_judges_a_gradient_by_hand(cli):
    Path("jump.py").write_text("import math\n\nfloor = math.floor\n\n\ndef zero(x):\n    return 0.0\n", "utf-8")
    assert cli("check", "model.py:f", "--hand", "model.py:df", "--at", "x=0.2").code == 0
    wrong = cli("check", "model.py:f", "--hand", "model.py:df", "--at", "x=0.3")
    assert (wrong.code, "The gradient is wrong" in wrong.out) == (1, True)
    assert cli("check", "jump.py:floor", "--hand", "jump.py:zero", "--at", "2").code == 3  # neither right nor wrong
    assert "E505" in cli("check", "model.py:f").err
    assert "E582" in cli("check", "model.py:Endless", "--budget", "0.1").err
    assert "E506" in cli("check", "x^2", "--hand", "2*x", "--at", "x=1").err


@every_row(
    ("argument", "line", "code"),
    [
        ("model.py:g", [], "E642"),
        ("other.py:f", [], "E640"),
        ("model.py", [], "E641"),
        ("model.py:f", ["--at", "y=1"], "E705"),
        ("model.py:f", ["--at", "x=[1,2"], "E708"),
        ("model.py:nothing", ["--at", "x=1"], "E586"),
        ("model.py:interrupts", ["--at", "x=1"], "E587"),
        ("model.py:endless", ["--at", "x=1", "--budget", "0.1"], "E582"),
    ],
)
def test_what_is_wrong_is_told_with_exit_code_2(cli, argument, line, code):
    outcome = cli("grad", argument, *line)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"error[{code}]" in outcome.err
    assert "Traceback" not in outcome.err


def test_what_a_function_prints_does_not_spoil_the_answer(cli, process):
    done = process("grad", "model.py:printing", "--at", "x=3", "--method", "reverse-ad", "--no-truth", "--json")
    assert json.loads(done.stdout)["methods"][0]["gradient"] == {"x": 6.0}
    assert b"not in the answer" in done.stderr


def test_a_table_runs_code_only_where_that_is_allowed(cli, tmp_path):
    tmp_path.joinpath("rows.csv").write_text("expression,point\nmodel.py:f,x=0.2\nx^2,x=1\n", encoding="utf-8")
    options = ["rows.csv", "--method", "reverse-ad", "--no-truth", "--jobs", "1", "--format", "jsonl"]
    refused = cli("batch", *options)
    assert refused.code == 1
    assert "E634" in refused.err
    allowed = cli("batch", *options, "--allow-code")
    assert allowed.code == 0
    assert "9.0660864" in allowed.out


def test_functions_of_a_file_in_expressions(cli, tmp_path):
    outcome = cli("grad", "endless(x)", "--ops", "model.py", "--at", "x=1", "--budget", "0.1", "--method", "reverse-ad")
    assert (outcome.code, "E582" in outcome.err) == (2, True)
    assert "E101" in cli("grad", "endless(x)", "--at", "x=1").err
    assert "E640" in cli("grad", "x", "--ops", "none.py").err


@pytest.mark.thorough
def test_functions_of_a_file_in_demos_and_the_lesson(cli, tmp_path):
    ops = ["--at", "x=2", "--ops", "model.py"]
    assert "cubed(v₀)" in cli("demo", "trace", "--expr", "cubed(x)*x", *ops, "--frames").out
    assert cli("lesson", "trace", "--expr", "cubed(x)*x", *ops, "-o", "own.html").code == 0
    page = tmp_path.joinpath("own.html").read_text(encoding="utf-8")
    assert '"cubed": {value: (a) => a**3, partials: (y, a) => [3*(a*a)]}' in page
    for command in ("demo", "lesson"):
        assert "E506" in cli(command, "trace", "--ops", "model.py").err
    refused = cli("lesson", "trace", "--expr", "quadric(x)", *ops, "-o", "no.html")
    assert "the backward of quadric disagrees with its definition" in refused.err
    assert not tmp_path.joinpath("no.html").exists()


def test_the_closing_sentence_names_an_operation_that_is_wrong(cli):
    for argument, name in (("quadric(x)*x", "quadric"), ("model.py:Quadric", "Quadric")):
        outcome = cli("grad", argument, "--ops", "model.py", "--at", "x=2")
        assert f"The backward of {name} disagrees with its definition (at x = 2 the partial by x is 12" in outcome.out
        assert "`diffcompare check model.py:Quadric` says where" in outcome.out


def test_functions_of_a_file_in_tables(cli, tmp_path):
    tmp_path.joinpath("rows.csv").write_text("expression,point\ncubed(x)*x,x=2\nx^2,x=1\n", encoding="utf-8")
    options = ["rows.csv", "--method", "reverse-ad", "--no-truth", "--jobs", "1", "--format", "jsonl"]
    rows = cli("batch", *options, "--ops", "model.py").out.splitlines()
    assert [json.loads(row)["methods"][0]["gradient"]["x"] for row in rows] == [32.0, 2.0]
    assert "E101" in cli("batch", *options).err
    assert cli("batch", *options, "--ops", "none.py").code == 2


@pytest.mark.thorough
def test_a_run_is_not_continued_with_another_file_of_functions(cli, tmp_path):
    tmp_path.joinpath("rows.csv").write_text("expression,point\ncubed(x)*x,x=2\n", encoding="utf-8")
    options = ["rows.csv", "--method", "reverse-ad", "--no-truth", "--jobs", "1", "-o", "rows.jsonl"]
    assert cli("batch", *options, "--ops", "model.py").code == 0
    assert cli("batch", *options, "--ops", "model.py", "--resume").code == 0
    tmp_path.joinpath("model.py").write_text(MODEL + "\n", encoding="utf-8")
    assert cli("batch", *options, "--ops", "model.py", "--resume").code != 0


@pytest.mark.thorough
def test_a_row_of_a_table_may_name_a_gradient_too(cli, tmp_path):
    tmp_path.joinpath("rows.csv").write_text(
        "expression,x,y,hand,hand_x\nmodel.py:f,0.2,,model.py:df,\nmodel.py:f,0.2,,,2*x\nx^2*y,1,2,,2*x*y\n",
        encoding="utf-8",
    )
    tmp_path.joinpath("rows.jsonl").write_text(
        '{"expression": "model.py:f", "point": {"x": "1/5"}, "hand": "model.py:df"}\n'
        '{"expression": "model.py:loss", "point": "W=[[1,0],[0,2]]", "hand": {"b": "1"}}\n'
        '{"expression": "x^2", "hand": "model.py:df"}\n',
        encoding="utf-8",
    )
    options = ["--method", "hand-coded", "--no-truth", "--jobs", "1", "--format", "jsonl", "--allow-code"]
    rows = [json.loads(line) for line in cli("batch", "rows.csv", *options).out.splitlines()]
    found = [(row["methods"][0]["variant"], row["methods"][0]["gradient"]["x"]) for row in rows]
    assert found == [("given", 9.0660864), ("given", 0.4), ("given", 4.0)]
    first, second, third = [json.loads(line) for line in cli("batch", "rows.jsonl", *options).out.splitlines()]
    assert (first["point"], first["methods"][0]["gradient"]) == ({"x": 0.2}, {"x": 9.0660864})
    assert second["methods"][0]["gradient"]["b"] == 1.0
    assert third["error"]["code"] == "E626"


def test_lines_are_those_of_the_file_that_was_run(cli, tmp_path, monkeypatch):
    """Files of the same name elsewhere, read before by this process, are others."""
    for folder, line in (("first", "return x * x"), ("second", "return x + x * math.pi")):
        tmp_path.joinpath(folder).mkdir()
        tmp_path.joinpath(folder, "model.py").write_text(f"import math\ndef f(x):\n    {line}\n", encoding="utf-8")
        monkeypatch.chdir(tmp_path / folder)
        assert f"3: {line}" in cli("trace", "model.py:f", "--at", "x=2").out


def test_array_code_beyond_the_limit_is_differentiated_on_whole_arrays(cli, tmp_path):
    answer = cli("grad", "model.py:network")
    assert answer.code == 0
    assert "w of shape 100, V of shape 60 x 60 and n = 2" in answer.out
    assert "agrees with plain calls along all" in answer.out
    data = json.loads(cli("grad", "model.py:network", "--json", "--wrt", "V", "--method", "reverse-ad").out)
    assert (len(data["gradient"]["V"]), len(data["gradient"]["V"][0])) == (60, 60)
    assert data["slopes"][0]["agrees"]
    assert cli("grad", "model.py:network", "-o", "gradient.npz").code == 0
    numpy = pytest.importorskip("numpy")
    assert numpy.load(tmp_path / "gradient.npz")["V"].tolist() == data["gradient"]["V"]


def test_a_gradient_of_whole_arrays_by_hand(cli):
    answer = cli("grad", "model.py:network", "--hand", "model.py:by_hand", "--method", "reverse-ad")
    assert "Check the gradient by hand" in answer.out
    formula = cli("grad", "model.py:network", "--hand", "w=w")
    assert formula.code == 2
    assert "E506" in formula.err


@pytest.mark.thorough
@every_row("command", ["trace", "graph", "derive", "sweep", "swell", "taylor", "hessian", "jacobian"])
def test_other_commands_say_that_they_need_single_numbers(cli, command):
    answer = cli(command, "model.py:network")
    assert answer.code == 2
    assert "E585" in answer.err
    assert "take a smaller input" in answer.err
