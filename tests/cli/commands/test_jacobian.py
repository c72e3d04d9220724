"""`diffcompare jacobian` on the command line."""

import json

import numpy

SWEEPS = ("--method", "forward-ad,reverse-ad")


def test_the_matrix_by_itself(cli):
    outcome = cli("jacobian", "[x*y, x + y^2]", "--at", "x=2,y=3", "-q", *SWEEPS)
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "The Jacobian",
        "output  d/dx  d/dy",
        "f1       3.0   2.0",
        "f2       1.0   6.0",
    ]


def test_json_and_csv(cli):
    data = json.loads(cli("jacobian", "[x*y, x + y^2]", "--at", "x=2,y=3", "--json", *SWEEPS).out)
    assert (data["command"], data["jacobian"]) == ("jacobian", [[3.0, 2.0], [1.0, 6.0]])
    table = cli("jacobian", "[x*y, x + y^2]", "--at", "x=2,y=3", "-q", "--format", "csv", *SWEEPS).out
    assert table.splitlines() == ["row,dx,dy", "f1,3.0,2.0", "f2,1.0,6.0"]


def test_exit_codes_are_those_of_grad(cli):
    assert cli("jacobian", "[x, ln(x)]", "--at", "x=-1", *SWEEPS).code == 3
    assert cli("jacobian", "[|x|, x]", "--at", "x=0", *SWEEPS).code == 3
    assert cli("jacobian", "[x, y", *SWEEPS).code == 2
    assert cli("jacobian", "[x, y]", "--at", "x=1", *SWEEPS).code == 2
    assert cli("jacobian", "[x]", "--method", "by-hand").code == 2


def test_other_commands_send_a_list_here(cli):
    outcome = cli("grad", "[x*y, x]")
    assert outcome.code == 2
    assert "diffcompare jacobian" in outcome.err


def test_npz(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli("jacobian", "[x*y, x + y^2]", "--at", "x=2,y=3", "-o", "j.npz", *SWEEPS).code == 0
    assert numpy.load("j.npz")["jacobian"].tolist() == [[3.0, 2.0], [1.0, 6.0]]
    outcome = cli("grad", "x^2", "--at", "x=2", "-o", "g.npz", "--no-truth", "--method", "reverse-ad")
    assert (outcome.code, "no matrix" in outcome.err) == (2, True)


def test_a_jacobian_by_hand_is_checked(cli):
    assert cli("check", "[x*y, x + y^2]", "--hand", "[[y, x], [1, 2*y]]", "-q").code == 0
    wrong = cli("check", "[x*y, x + y^2]", "--hand", "[[y, x], [1, y]]", "-q")
    assert (wrong.code, wrong.out.splitlines()[-1]) == (1, "f2      proved  wrong")
    assert cli("check", "[x*y, x]", "--hand", "x=y").code == 2


def test_a_jacobian_by_hand_may_be_solved_and_graded(cli):
    solved = cli("check", "[x*y, x^2, 3]", "--hand", "[[y, x], [x, 0], [0, 0]]", "--solution")
    assert solved.code == 1
    assert "The derivative of f2, rule by rule" in solved.out
    assert "d/dx[x^2] = 2*x" in solved.out
    assert "The derivative of f3" not in solved.out  # a constant has no derivation
    strict = cli("check", "[x^4, x]", "--hand", "[[4*sqrt(x)^6], [1]]", "--where-defined", "wrong")
    assert strict.code == 1


def test_a_jacobian_by_hand_may_be_given_by_columns(cli):
    right = cli("check", "[x*y, x]", "--hand", "x=[y, 1]", "--hand", "df/dy=[x, 0]", "-q")
    assert (right.code, right.out.splitlines()[-1]) == (0, "f2      proved  proved")
    assert cli("check", "[x*y, x]", "--hand", "x=[y, 1]", "--hand", "y=[x, 1]", "-q").code == 1
    missing = cli("check", "[x*y, x]", "--hand", "x=[y, 1]")
    assert missing.code == 2
    assert 'no column for `y`\n   = help: add --hand y="[...]"' in missing.err
    assert "a column of 1 formula for 2 outputs" in cli("check", "[x*y, x]", "--hand", "x=y", "--hand", "y=[x, 0]").err
