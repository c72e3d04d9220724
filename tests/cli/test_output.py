"""Which format, which look, which place; and what happens when the place does not take it."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rows import every_row
from thorough_tier import one_in

from diffcompare import safe_io
from diffcompare.cli import main, output
from diffcompare.cli.output import (
    CommandResult,
    Settings,
    choose_colour,
    choose_format,
    choose_look,
    choose_styled,
    show,
)
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Document, Paragraph

FULL = Path("/dev/full")
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and devices of POSIX")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def encoded(encoding: str) -> io.TextIOWrapper:
    """A stream that takes an encoding strictly."""
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="")


# --- Colour -----------------------------------------------------------------------------------------------------------


@every_row(
    ("choice", "variables", "terminal", "colour", "styled"),
    [
        ("auto", {}, True, True, True),
        ("auto", {}, False, False, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True, True),
        ("never", {"FORCE_COLOR": "1"}, True, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False, True),  # NO_COLOR speaks of colour: bold may stay
        ("auto", {"NO_COLOR": ""}, True, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True, True),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, True, True, True),
        ("auto", {"FORCE_COLOR": ""}, False, False, False),
        ("auto", {"TERM": "dumb"}, True, False, False),
        ("auto", {"TERM": "xterm"}, True, True, True),
    ],
)
def test_colour_is_decided_by_the_first_that_speaks(
    choice: str, variables: dict[str, str], terminal: bool, colour: bool, styled: bool
) -> None:
    stream = Terminal() if terminal else io.StringIO()
    assert choose_colour(choice, stream, variables) is colour
    assert choose_styled(choice, stream, variables) is styled


# --- Format and look --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "format"),
    [
        (Settings(), "plain"),
        (Settings(format="csv", output="x.json"), "csv"),
        (Settings(json=True, output="x.csv"), "json"),
        (Settings(json=True, format="json"), "json"),
        (Settings(output="x.tex"), "latex"),
        (Settings(output="a.b/x.HTML"), "html"),
        (Settings(output="-"), "plain"),
    ],
)
def test_the_format_is_the_one_asked_for_or_that_of_the_suffix(settings: Settings, format: str) -> None:
    assert choose_format(settings) == format


def test_a_terminal_gets_the_format_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert choose_format(Settings()) == "terminal"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(json=True, format="csv"), ["--json", "--format csv", "contradict"]),
        (Settings(output="x.docx"), ["x.docx", *output.SUFFIXES, "--format"]),
        (Settings(output="x"), ["`x`"]),
    ],
)
def test_options_that_make_no_sense_together(settings: Settings, words: list[str]) -> None:
    with pytest.raises(DiffcompareError) as caught:
        choose_format(settings)
    assert all(word in str(caught.value) for word in words)


def test_every_suffix_that_the_error_lists_is_known() -> None:
    assert [choose_format(Settings(output=f"x{suffix}")) for suffix in output.SUFFIXES]


@pytest.mark.parametrize(
    ("encoding", "charset", "unicode"),
    [("utf-8", "auto", True), ("UTF8", "braille", True), ("utf-8", "ascii", False), ("cp1252", "auto", False),
     ("ascii", "auto", False), ("latin-1", "blocks", False)],
)  # fmt: skip
def test_only_utf_8_gets_more_than_ascii(
    monkeypatch: pytest.MonkeyPatch, encoding: str, charset: str, unicode: bool
) -> None:
    monkeypatch.setattr(sys, "stdout", encoded(encoding))
    assert choose_look(Settings(charset=charset)).unicode is unicode
    assert choose_look(Settings(charset=charset), to_file=True).unicode is (charset != "ascii")


def test_the_width_is_that_of_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "132")
    assert choose_look(Settings(digits=5)).width == 132
    assert choose_look(Settings(digits=5)).digits == 5
    monkeypatch.setenv("COLUMNS", "1")
    assert choose_look(Settings()).width == output.MIN_WIDTH


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_no_text_is_too_strange_to_be_written(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    stream = encoded(encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    safe_io.write("θ \udc80 𝑥 x\n")
    written = stream.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
    assert written == ("θ \\udc80 𝑥 x\n" if encoding == "utf-8" else "\\u03b8 \\udc80 \\U0001d465 x\n")


# --- Showing ----------------------------------------------------------------------------------------------------------

NOTE = Diagnostic("W999", "note", "a note", severity="note")
FAILURE = Diagnostic("E999", "nondifferentiable", "a kink")


def test_an_answer_is_written_and_the_rest_is_told_on_the_side(capsys: pytest.CaptureFixture[str]) -> None:
    answer = CommandResult(Document((Paragraph("here"),)), (NOTE,), FAILURE)
    assert show(answer, Settings()) == 3
    assert capsys.readouterr() == ("here\n", "note[W999]: a note\nerror[E999]: a kink\n")
    assert show(answer._replace(failure=None), Settings(quiet=True)) == 0
    assert capsys.readouterr() == ("here\n", "")


# --- Files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_written_whole_or_not_at_all(
    cli, asked: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    assert cli("grad", "θ", "-o", str(path)) == (0, "", "")
    assert json.loads(path.read_text("utf-8")) == {"expression": "θ"}
    path.chmod(0o640)

    def fail(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        code, out, err = cli("grad", "y", "-o", str(path))
    assert code == 74
    assert "E508" in err
    assert "no space left on device" in err
    assert json.loads(out)["error"]["kind"] == "io_error"
    assert json.loads(path.read_text("utf-8")) == {"expression": "θ"}
    assert os.listdir(tmp_path) == ["x.json"]
    assert cli("grad", "y", "-o", str(path)).code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@POSIX
def test_a_link_and_a_device_stay_what_they_are(cli, asked: list[object], tmp_path: Path) -> None:
    path, link = tmp_path / "x.csv", tmp_path / "link.csv"
    path.write_text("old")
    link.symlink_to(path)
    assert cli("grad", "y", "-o", str(link)).code == 0
    assert link.is_symlink()
    assert path.read_text() != "old"
    assert cli("grad", "y", "-o", "/dev/null", "--json") == (0, "", "")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_place_that_takes_no_file_is_found_before_any_work_is_done(cli, asked: list[object], tmp_path: Path) -> None:
    for place in (tmp_path / "none" / "x.json", tmp_path):
        code, out, err = cli("grad", "x", "--format", "plain", "-o", str(place))
        assert (code, out) == (74, "")
        assert err.startswith(f"error[E508]: cannot write `{place}`: ")
        assert "\n   = help: " in err
    assert cli("grad", "x", "-o", "", "--json").code == 74
    assert asked == []


def test_minus_for_a_file_is_stdout(cli, asked: list[object]) -> None:
    assert cli("grad", "x", "-o", "-") == cli("grad", "x")


# --- Streams that break -----------------------------------------------------------------------------------------------


def test_the_reader_may_leave(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(sys, "stdout", Gone())
    assert main(["--version"]) == 141
    assert main(["grad", "-h"]) == 141
    assert capsys.readouterr().err == ""


def test_no_stdout_and_no_stderr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["--version"]) == 74
    assert "E508" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["--version"]) == 74
    assert main(["grad", "x", "y", "--json"]) == 2


@POSIX
@pytest.mark.parametrize("arguments", [["--version"], ["grad", "-h"], ["ops"], ["grad", "x +", "--json"]])
def test_a_pipe_that_is_closed_early_makes_no_noise(start, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with start(*arguments, stdout=writing, stderr=subprocess.PIPE) as running:
        os.close(writing)
        _, err = running.communicate(timeout=60)
    wrong = "--json" in arguments  # the diagnostic still goes to stderr, and its code stays
    assert running.returncode == (2 if wrong else 141)
    assert err.startswith(b"error[E") if wrong else err == b""
    assert b"Exception ignored" not in err


@POSIX
def test_both_pipes_closed(start) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with start("grad", "x +", stdout=writing, stderr=writing) as running:
        os.close(writing)
        assert running.wait(60) == 2


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [["--version"], ["grad", "-h"], ["ops", "--json"]])
def test_a_full_disk(start, arguments: list[str]) -> None:
    with FULL.open("wb") as full, start(*arguments, stdout=full, stderr=subprocess.PIPE) as running:
        _, err = running.communicate(timeout=60)
    assert running.returncode == 74
    assert err.splitlines()[0] == b"error[E508]: cannot write to standard output: no space left on device"
    assert b"Exception ignored" not in err


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
def test_after_a_failure_stdout_leads_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # Otherwise Python tries once more to write what is left when it ends, and says what it thinks of the outcome.
    with FULL.open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(safe_io.CannotWrite):
            safe_io.write("x")
        safe_io.write("y")


@POSIX
def test_interrupted(start) -> None:
    with start("grad", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        time.sleep(2)  # by then, on a busy machine too, it waits for its standard input
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, b"", b"")


@pytest.mark.parametrize("error", [RuntimeError("odd\nvery"), AssertionError(), RecursionError("deep"), MemoryError()])
def test_a_fault_of_ours_is_one_line(cli, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("diffcompare.cli.commands.ops.command", fail)
    code, out, err = cli("ops")
    assert (code, out) == (70, "")
    assert err.count("\n") == 1
    assert err.startswith(f"error[E900]: internal error: {type(error).__name__}")
    assert err.endswith("; run with --debug\n")
    assert "Traceback" in cli("ops", "--debug").err
    assert json.loads(cli("ops", "--json").out)["error"]["code"] == "E900"


# --- Encodings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variables",
    one_in(
        2,
        [
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            {"PYTHONIOENCODING": "ascii"},
            {"PYTHONIOENCODING": "cp1252"},
            {"PYTHONIOENCODING": "cp437:strict"},
        ],
    ),
)
@pytest.mark.parametrize("arguments", [["grad", "θ*y+", "--json"], ["grad", "θ²", "--at", "θ=1", "--format", "html"]])
def test_no_encoding_is_too_poor(process, variables: dict[str, str], arguments: list[str]) -> None:
    ended = process(*arguments, "--method", "reverse-ad", "--no-truth", **variables)
    assert ended.returncode == (2 if "--json" in arguments else 0)
    assert ended.stdout.isascii()
    assert b"Traceback" not in ended.stderr
    if "--json" in arguments:
        assert json.loads(ended.stdout)["command"] == "grad"


@POSIX
@pytest.mark.parametrize(
    "expression", one_in(3, [b"x\xff", b"\xed\xa0\x80", b"", b"\x1b[31mx", b"x\ny", "\u202ex".encode()])
)
@pytest.mark.parametrize("option", ["--json", "-q"])
def test_bytes_that_are_no_text_are_a_mistake_like_any_other(process, expression: bytes, option: str) -> None:
    ended = process("grad", expression, option)
    assert ended.returncode == 2
    assert ended.stderr.startswith(b"error[E")
    assert b"\x1b" not in ended.stderr + ended.stdout
    ended.stderr.decode("utf-8")
    if option == "--json":
        assert json.loads(ended.stdout)["error"]["kind"] == "syntax_error"


# --- Character sets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "encoding", "charset"),
    [("auto", "utf-8", "braille"), ("blocks", "utf-8", "blocks"), ("ascii", "utf-8", "ascii"),
     ("auto", "ascii", "ascii"), ("braille", "ascii", "ascii")],
)  # fmt: skip
def test_pictures_are_drawn_with_what_the_stream_can_take(choice: str, encoding: str, charset: str) -> None:
    assert output.choose_charset(choice, encoded(encoding)) == charset
    assert output.choose_charset(choice, None) == (choice if choice != "auto" else "braille")


def test_without_the_library_the_error_says_what_installs_it(cli, monkeypatch, tmp_path):
    monkeypatch.setattr("diffcompare.render.find_spec", lambda name: None)
    monkeypatch.setattr("diffcompare.cli.command_line.show", lambda *_: pytest.fail("it was worked for nothing"))
    for name in ("x.png", "x.pdf"):
        done = cli("graph", "x^2", "--at", "x=1", "-o", str(tmp_path / name))
        assert done.code == 2
        assert "error[E515]" in done.err
        assert 'pip install "diffcompare[pictures]"' in done.err
    assert list(tmp_path.iterdir()) == []
