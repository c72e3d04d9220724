"""`diffcompare taylor` on the command line."""

import json

SERIES = ("--method", "taylor-mode")


def test_the_coefficients_by_themselves(cli):
    found = cli("taylor", "1/(1 - x)", "--at", "x=1/2", "--order", "2", "-q", "--format", "csv", *SERIES)
    assert found.code == 0
    assert found.out.splitlines() == ["order,coefficient,derivative", "0,2.0,2.0", "1,4.0,4.0", "2,8.0,16.0"]


def test_json(cli):
    data = json.loads(cli("taylor", "x^2*y", "--at", "x=1,y=2", "--wrt", "y", "--order", "1", "--json", *SERIES).out)
    assert (data["wrt"], data["coefficients"]) == ("y", [2.0, 1.0])


def test_exit_codes_are_those_of_grad(cli):
    assert cli("taylor", "ln(x)", "--at", "x=-1", *SERIES).code == 3
    assert cli("taylor", "x*|x|", "--at", "x=0", *SERIES).code == 3
    assert cli("taylor", "x*|x|", "--at", "x=0", "--order", "1", *SERIES).code == 0
    assert cli("taylor", "x", "--order", "1e3", *SERIES).code == 2
