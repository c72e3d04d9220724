"""`diffcompare hessian` on the command line."""

import json

SWEEPS = ("--method", "forward-over-reverse")


def test_the_matrix_by_itself(cli):
    found = cli("hessian", "x^2*y", "--at", "x=1,y=2", "-q", *SWEEPS)
    assert found.code == 0
    assert found.out.splitlines() == ["The Hessian", "by  d/dx  d/dy", "x    4.0   2.0", "y    2.0   0.0"]


def test_times_a_vector(cli):
    data = json.loads(cli("hessian", "x^2*y", "--at", "x=1,y=2", "--times", "x=1,y=-1/2", "--json", *SWEEPS).out)
    assert (data["vector"], data["product"]) == ({"x": 1.0, "y": -0.5}, [[3.0], [2.0]])
    wrong = cli("hessian", "x^2*y", "--at", "x=1,y=2", "--times", "x", *SWEEPS)
    assert wrong.code == 2
    assert "write --times x=2" in wrong.err


def test_a_vector_may_name_components(cli, tmp_path):
    tmp_path.joinpath("m.py").write_text("def f(w, x):\n    return w[0] * w[1] * x\n", encoding="utf-8")
    function = (f"{tmp_path}/m.py:f", "--at", "w[0]=1,w[1]=2,x=3", "-q", *SWEEPS)
    assert cli("hessian", *function, "--times", "w[0]=1").out.splitlines()[2:] == [
        "w[0]  0.0",
        "w[1]  3.0",
        "x     2.0",
    ]


def test_exit_codes_are_those_of_grad(cli):
    assert cli("hessian", "ln(x)", "--at", "x=-1", *SWEEPS).code == 3
    assert cli("hessian", "x*|x|", "--at", "x=0", *SWEEPS).code == 3
    assert cli("hessian", "|x|^3", "--at", "x=0", *SWEEPS).code == 0
    assert cli("hessian", "x", "--method", "forward-ad").code == 2
