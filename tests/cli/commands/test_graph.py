"""`diffcompare graph` on the command line."""

import json

import pytest

LINE = ("graph", "ln(x1) + x1*x2 - sin(x2)", "--at", "x1=2,x2=5")


def test_a_graph_is_drawn_and_listed(cli):
    done = cli(*LINE, "--show", "adjoint")
    assert (done.code, done.err) == (0, "")
    assert "┃ v₃ = sin(v₀)" in done.out
    assert "1.7163378145367738" in done.out
    assert "2 paths from x1" in done.out


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("g.svg", "<?xml"),
        ("g.dot", "digraph {"),
        ("g.gv", "digraph {"),
        ("g.mmd", "flowchart LR"),
        ("g.html", "<!DOCTYPE"),
    ],
)
def test_the_suffix_says_the_format(cli, tmp_path, name, start):
    assert cli(*LINE, "-o", str(tmp_path / name)).code == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize("format", ["svg", "dot", "mermaid"])
def test_a_command_without_a_picture_says_so(cli, format):
    for line in (("grad", "x", "--at", "x=1", "--method", "reverse-ad"), ("ops",), ("list",)):
        done = cli(*line, "--format", format)
        assert (done.code, done.out) == (2, "")
        assert f"this command does not write {format}" in done.err


def test_what_to_show_is_checked(cli):
    done = cli(*LINE, "--show", "adjont")
    assert done.code == 2
    assert "did you mean `--show adjoint`?" in done.err
    assert cli(*LINE, "--wrt", "x3").code == 2


def test_a_bad_point_is_drawn_and_told(cli):
    done = cli("graph", "ln(x)", "--at", "x=-1", "--json")
    assert done.code == 3
    data = json.loads(done.out)
    assert data["error"]["code"] == "E802"
    assert [node["status"] for node in data["nodes"]] == ["ok", "undefined"]


def test_quiet_is_the_drawing_and_the_table(cli):
    out = cli(*LINE, "-q").out
    assert out.startswith("Computational graph with values\n")
    assert "paths" not in out


def test_ascii(cli):
    assert cli(*LINE, "--charset", "ascii", "--show", "tangent").out.isascii()


def test_the_seed_is_told(cli):
    assert "the tangent of x2 is 1" in cli(*LINE, "--show", "tangent", "--wrt", "x2").out


def test_the_tab_key_offers_what_can_be_shown(cli, monkeypatch):
    monkeypatch.setenv("_DIFFCOMPARE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "diffcompare graph x --show a")
    monkeypatch.setenv("COMP_CWORD", "4")
    assert cli() == (0, "adjoint\n", "")
