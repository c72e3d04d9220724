"""`check model.py:f --hand model.py:df --with torch`: the checkers of other libraries, in processes of their own."""

import pytest

from diffcompare.gradcheck import other_checkers
from diffcompare.gradcheck.other_checkers import CHECKERS, not_installed

SOURCE = """
def f(x):
    return 1e-6 * x * x
def df(x):
    return 1e-6 * x
"""


def test_a_missing_one_on_the_command_line(cli, monkeypatch, tmp_path):
    (tmp_path / "m.py").write_text(SOURCE)
    monkeypatch.setattr(other_checkers, "version", lambda name: None)
    run = cli("check", f"{tmp_path / 'm.py'}:f", "--hand", f"{tmp_path / 'm.py'}:df", "--at", "x=1", "--with", "torch")
    assert run.code == 1
    assert "torch.autograd.gradcheck  -        not-installed  not installed: pip install torch" in run.out


def test_a_formula_is_not_for_them(cli):
    run = cli("check", "x^2", "--hand", "x=2*x", "--with", "torch")
    assert (run.code, "E506" in run.err) == (2, True)


@pytest.mark.parametrize("name", CHECKERS)
def test_the_real_ones_pass_a_wrong_gradient_and_fail_a_right_one(cli, name, tmp_path):
    """PyTorch 2.13 and JAX 0.10 and 0.12, with their defaults."""
    if not_installed(name):
        pytest.skip(f"{name} is not installed")
    path = tmp_path / "m.py"
    path.write_text(f"{SOURCE}import math\ndef g(x): return math.sin(1e6*x)\ndef dg(x): return 1e6*math.cos(1e6*x)\n")
    wrong = cli("check", f"{path}:f", "--hand", f"{path}:df", "--at", "x=1", "--with", name)
    assert f"{CHECKERS[name][0]} (" in wrong.out
    assert "passes a gradient that is wrong" in wrong.out
    right = cli("check", f"{path}:g", "--hand", f"{path}:dg", "--at", "x=1", "--with", name)
    assert "fails a gradient that is right" in right.out
