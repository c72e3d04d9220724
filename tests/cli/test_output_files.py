"""A file that cannot be written: exit 74, its path and a cure, in every command; and what was there is there still."""

from __future__ import annotations

import builtins
import errno
import io
import itertools
import os
from pathlib import Path

import pytest
from pools import serial_pool
from rows import every_row

from diffcompare import safe_io
from diffcompare.cli.commands import COMMANDS
from diffcompare.safe_io import CannotWrite

LINES = {
    "grad": "grad x --method reverse-ad --no-truth",
    "plot": "plot x --at x=1",
    "sweep": "sweep x --at x=1",
    "swell": "swell x --order 1",
    "derive": "derive x^2",
    "jacobian": "jacobian x",
    "hessian": "hessian x",
    "taylor": "taylor x",
    "trace": "trace x --at x=1",
    "graph": "graph x --at x=1",
    "check": "check class.csv",
    "quiz": "quiz --questions 1 --answers answers.txt",
    "demo": "demo memory",
    "lesson": "lesson memory",
    "audit": "audit my_engine.py",
    "bench": "bench x --method reverse-ad --seconds 0.001",
    "batch": "batch rows.txt --method reverse-ad --no-truth",
    "list": "list",
    "ops": "ops sin",
    "scan": "scan x^2 --over x=1:2:5 --sample 2",
}
BATCH = (*LINES["batch"].split(), "-o")
UNWRITABLE = ("folder.json", "folder/none/r.json", "rows.txt/r.json", "n" * 300 + ".json", "loop.json")


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("diffcompare.cli.batch_run.pool_of_this_machine", serial_pool)
    Path("rows.txt").write_text("a: x^2\nb: x^3\n")
    Path("my_engine.py").write_text("def gradient(f, point):\n    return [0.0 for _ in point]\n")
    Path("class.csv").write_text("student,expression,x\nAda,x,1\n")
    Path("answers.txt").write_text("1\n")
    Path("folder.json").mkdir()
    Path("folder").mkdir()
    Path("loop.json").symlink_to("loop.json")


def assert_told(outcome, path):
    code, _, err = outcome
    assert code == 74, err
    assert f"error[E508]: cannot write `{path}`: " in err
    assert "\n   = help: " in err
    assert err.rstrip()[-1] not in ":,"


def test_every_command_has_a_line_here():
    assert set(LINES) == set(COMMANDS)


@every_row(("command", "path"), itertools.product(LINES, UNWRITABLE))
def test_it_is_found_before_any_work_is_done(cli, monkeypatch, command, path):
    monkeypatch.setattr("diffcompare.cli.command_line.show", lambda *_: pytest.fail("it was worked for nothing"))
    assert_told(cli(*LINES[command].split(), "-o", path), path)


def test_a_folder_is_told_as_one_whatever_its_name(cli):
    assert_told(cli("ops", "-o", "folder"), "folder")


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "html"])
def test_what_the_system_does_not_let_us_write_is_found_too(cli, monkeypatch, suffix):
    Path(f"r.{suffix}").write_text("old")
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != f"r.{suffix}")
    outcome = cli(*BATCH, f"r.{suffix}")
    assert_told(outcome, f"r.{suffix}")
    assert "make it writable, and close it where another program has it open" in outcome.err
    assert Path(f"r.{suffix}").read_text() == "old"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize("command", ["batch", "ops", "lesson", "check"])
@pytest.mark.parametrize("format", ["json", "csv", "html"])
def test_a_full_disk(cli, command, format):
    outcome = cli(*LINES[command].split(), "-o", "/dev/full", "--format", format)
    assert_told(outcome, "/dev/full")
    assert "no space left on device" in outcome.err
    assert "make room" in outcome.err


# --- The results of a run, and their state ----------------------------------------------------------------------------


@pytest.fixture
def old(cli):
    """Complete results of a run, and their state."""
    assert cli(*BATCH, "r.jsonl").code == 0
    return Path("r.jsonl").read_bytes(), Path("r.jsonl.state").read_bytes()


def opening_fails(monkeypatch, name, number=errno.EACCES):
    """Let the file of that name not be opened for writing: read-only, or open in another program on Windows."""
    genuine = builtins.open

    def open_(path, mode="r", *rest, **options):
        if str(path).startswith(name) and set(mode) & set("aw+x"):
            raise OSError(number, os.strerror(number), path)
        return genuine(path, mode, *rest, **options)

    monkeypatch.setattr(builtins, "open", open_)


@pytest.mark.parametrize("name", ["r.jsonl", "r.jsonl.state"])
@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EIO])
def test_results_that_cannot_be_opened_are_as_they_were(cli, monkeypatch, old, name, number):
    with monkeypatch.context() as patch:
        opening_fails(patch, name, number)
        assert_told(cli(*BATCH, "r.jsonl"), name)
    assert (Path("r.jsonl").read_bytes(), Path("r.jsonl.state").read_bytes()) == old


def test_a_folder_in_the_place_of_the_state(cli):
    Path("r.jsonl.state").mkdir()
    assert_told(cli(*BATCH, "r.jsonl"), "r.jsonl.state")
    assert not Path("r.jsonl").exists()


def test_a_state_that_cannot_be_put_in_its_place_at_the_end(cli, monkeypatch):
    def fail(source, target):
        raise PermissionError(errno.EACCES, "Access is denied", source)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        outcome = cli(*BATCH, "r.jsonl")
    assert_told(outcome, "r.jsonl.state")
    assert "2 rows are done: make it writable" in outcome.err
    assert not [name for name in os.listdir() if name.startswith("r.jsonl.state.")]
    assert cli(*BATCH, "r.jsonl", "--resume").code == 0


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("--points nowhere.csv", 2),
        ("--points class.csv/x", 2),
        ("--jobs 2 --scheduler tcp://127.0.0.1:9", 2),
    ],
)
def test_a_wrong_line_costs_no_results(cli, old, line, code):
    assert cli(*BATCH, "r.jsonl", *line.split()).code == code
    assert (Path("r.jsonl").read_bytes(), Path("r.jsonl.state").read_bytes()) == old


# --- One file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.ENOSPC, "make room"),
        (errno.EFBIG, "make room"),
        (errno.EACCES, "make it writable, and close it where another program has it open"),
        (errno.EROFS, "make the disk writable"),
        (errno.ENAMETOOLONG, "give it another name"),
        (errno.EIO, "remove the cause"),
        (None, "remove the cause"),
    ],
)
def test_cures(number, cure):
    assert safe_io.help_for(OSError(number, "so it is") if number else OSError("odd")) == cure


def test_a_file_that_another_program_has_open_on_windows(tmp_path, monkeypatch):
    def fail(source, target):
        raise PermissionError(errno.EACCES, "The process cannot access the file", source)

    Path("x.csv").write_text("old")
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(CannotWrite, match=r"cannot write `x\.csv`: the process cannot access the file") as caught:
        safe_io.write_file("x.csv", "new")
    assert caught.value.help == (
        "nothing was written (an existing file is unchanged): "
        "make it writable, and close it where another program has it open, or choose another file"
    )
    assert Path("x.csv").read_text() == "old"


@pytest.mark.parametrize("path", ["", "a\0b.json", "folder", "rows.txt/x", "none/x"])
def test_names_that_are_none(path):
    with pytest.raises(CannotWrite) as caught:
        safe_io.check_destination(path)
    assert caught.value.help


@pytest.mark.skipif(os.name != "posix", reason="shells of POSIX")
@pytest.mark.parametrize("home", ["/proc/none", "rows.txt"])
def test_the_completion_of_a_shell_that_cannot_be_installed(cli, monkeypatch, tmp_path, home):
    monkeypatch.setenv("HOME", os.path.join(tmp_path, home))
    monkeypatch.setattr("shellingham.detect_shell", lambda *_, **__: ("bash", "/bin/bash"))  # there may be none here
    outcome = cli("--install-completion", "bash")
    assert outcome.code == 74
    assert "--show-completion" in outcome.err


def test_no_document_is_written_where_none_can_be(monkeypatch, capsys):
    """With --json a failure is a document too, but not on the stream that failed."""

    class Full(io.StringIO):
        def write(self, text):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sys.stdout", Full())
    from diffcompare.cli import main

    assert main(["ops", "--json"]) == 74
    assert capsys.readouterr().err.count("E508") == 1
