"""What a command reads is never written over, whatever it is called there: it is refused before anything is opened."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest
from rows import every_row

from diffcompare.cli import main
from diffcompare.cli.arguments import Reads
from diffcompare.cli.commands import COMMANDS
from diffcompare.inputs import catalogue
from diffcompare.safe_io import CannotWrite, protect_inputs

FILES = {
    "in.csv": "name,expression,x\na,x^2,1\n",
    "in.txt": "x^2\n",
    "in.jsonl": '{"expression": "x^2"}\n',
    "in.toml": '[[expression]]\nname = "a"\nexpression = "x^2"\n',
    "pts.csv": "x\n1\n",
    "class.csv": "student,expression,x\nAda,x^2,2*x\n",
    "steps.txt": "2x\n",
    "answers.txt": "1\n",
    "folder/a.txt": "x^2\n",
    "folder/b.csv": "expression\nx^2\n",
}


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    for name, text in FILES.items():
        Path(name).write_text(text)
    Path("link.csv").symlink_to("in.csv")
    os.link("in.csv", "other-name.csv")
    yield
    assert {name: Path(name).read_text() for name in FILES} == FILES


@every_row(
    "line",
    [
        "batch in.csv -o in.csv",
        "batch in.csv -o ./in.csv",
        "batch in.csv -o folder/../in.csv",
        "batch in.csv -o link.csv",
        "batch link.csv -o in.csv",
        "batch in.csv -o other-name.csv",
        "batch in.txt in.csv -o in.csv",
        "batch in.txt -o in.txt",
        "batch in.jsonl -o in.jsonl",
        "batch in.jsonl -o in.jsonl --resume",
        "batch in.toml -o in.toml --format jsonl",
        "batch in.txt --points pts.csv -o pts.csv",
        "batch in.txt --points ./pts.csv -o pts.csv",
        "batch folder -o folder/a.txt",
        "batch folder -o folder/b.csv",
        "batch folder/*.txt in.txt -o folder/a.txt",
        "batch folder/[ab].* -o ./folder/b.csv",
        "check class.csv -o class.csv",
        "check class.csv -o ./class.csv --json",
        "check x^2 --derivation steps.txt -o steps.txt",
        "grad in.txt -o in.txt",
        "grad in.toml:a -o in.toml --json",
        "derive in.txt --wrt x -o folder/../in.txt",
        "demo trace --expr in.txt -o in.txt",
        "swell --family in.txt -o in.txt",
        "quiz --answers answers.txt -o answers.txt",
    ],
)
def test_a_file_that_is_read_is_not_written(cli, line):
    code, _, err = cli(*line.split())
    assert code == 74
    assert err.startswith("error[E508]: cannot write `")
    assert "which is read here" in err or "it is read here" in err
    assert "help: write another file, with -o" in err


def test_what_it_is_called_where_it_is_read_is_said(cli):
    assert "cannot write `link.csv`: it is `in.csv`, which is read here" in cli("batch", "in.csv", "-o", "link.csv").err


def test_the_state_of_a_run_is_not_written_over_a_file_that_is_read(cli):
    Path("r.jsonl.state").write_text("x^2\n")
    outcome = cli("batch", "r.jsonl.state", "--input-format", "txt", "-o", "r.jsonl")
    assert (outcome.code, outcome.out) == (74, "")
    assert "`r.jsonl.state`: it is read here" in outcome.err
    outcome = cli("batch", "in.txt", "-o", "r.jsonl")
    assert (outcome.code, outcome.out) == (74, "")
    assert "`r.jsonl.state`: the file there is not the state of a run" in outcome.err
    assert Path("r.jsonl.state").read_text() == "x^2\n"
    assert not Path("r.jsonl").exists()


@pytest.mark.parametrize("line", ["grad -", "quiz", "check x^2 --derivation -", "batch - --input-format txt"])
def test_standard_input_may_be_such_a_file(cli, monkeypatch, line):
    """`... - < in.txt -o in.txt`"""
    with Path("in.txt").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        code, _, err = cli(*line.split(), "-o", "in.txt")
    assert code == 74
    assert "`in.txt`: it is standard input, which is read here" in err


@pytest.mark.parametrize("line", ["grad in.txt --json", "batch in.txt", "batch . --json", "batch *.txt"])
def test_standard_output_may_be_such_a_file(capsys, monkeypatch, line):
    """`... in.txt >> in.txt`, which would read its own answers and perhaps never end."""
    with Path("in.txt").open("a") as file:
        monkeypatch.setattr(sys, "stdout", file)
        assert main(line.split()) == 74
    assert "cannot write to standard output: it is `in.txt`, which is read here" in capsys.readouterr().err


def test_the_catalogue_is_read_by_whoever_asks_for_an_expression(cli, tmp_path, monkeypatch):
    Path("catalogue").mkdir()
    Path("catalogue/ours.toml").write_text("")
    monkeypatch.setattr(catalogue, "directory", lambda: str(tmp_path / "catalogue"))
    outcome = cli("grad", "x^2", "--json", "-o", "catalogue/ours.toml")
    assert outcome.code == 74
    assert "which is read here" in outcome.err


def test_what_holds_nothing_may_be_read_and_written():
    places = ["/dev/null", "nowhere.txt", "folder", "-"]
    assert protect_inputs(places, *places) is None
    Path("nowhere.txt").write_text("now it holds something")
    with pytest.raises(CannotWrite):
        protect_inputs(places, *places)


def test_an_expression_that_is_called_like_a_file_is_an_expression(cli):
    Path("x").write_text("old")
    assert cli("grad", "x", "-o", "x", "--format", "plain", "--method", "reverse-ad", "--no-truth").code == 0
    assert Path("x").read_text() != "old"


def test_every_option_that_names_a_file_to_be_read_is_marked():
    """Whoever adds an option whose help speaks of a file learns here that it is to be marked."""
    marked = set()
    for name in COMMANDS:
        command = import_module(f"diffcompare.cli.commands.{name}").command
        for parameter in signature(command, eval_str=True).parameters.values():
            given = getattr(parameter.annotation, "__metadata__", ())
            if any(isinstance(mark, Reads) for mark in given):
                marked.add((name, parameter.name))
            elif parameter.name not in ("output", "key"):  # which are written
                words = [f"{mark.fields.get('metavar')} {mark.fields['help']}" for mark in given]
                assert not any("FILE" in text or text.startswith("EXPR ") for text in words), (name, parameter.name)
    assert {("batch", "files"), ("batch", "points"), ("check", "derivation"), ("grad", "expression")} < marked
