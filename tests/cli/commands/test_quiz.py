"""`diffcompare quiz` as it is called: by a script, from a pipe, in a terminal, and broken off."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from diffcompare.classroom.quiz.report import derivative_of
from diffcompare.classroom.quiz.session import begin

SEED = 11
RIGHT = [str(derivative_of(exercise_round.exercise)) for exercise_round in begin(3, level=2, seed=SEED).rounds]
QUIZ = ("quiz", "--level", "2", "--seed", str(SEED), "--questions", "3")


@pytest.fixture
def answered(cli, tmp_path):
    """Run a quiz with these lines as answers."""

    def run(*lines: str, options: tuple[str, ...] = ()):
        path = tmp_path / "answers.txt"
        path.write_text("\n".join(lines), encoding="utf-8")
        return cli(*QUIZ, "--answers", str(path), *options)

    return run


def test_right_answers(answered) -> None:
    code, out, err = answered(*RIGHT)
    assert (code, err) == (0, "")
    assert out.count("Right: this is proved. 3 points.") == 3
    assert out.rstrip().endswith("3 of 3 right: 9 of 9 points.")


def test_a_syntax_error_is_told_and_costs_no_try(answered) -> None:
    code, out, err = answered("2*(x", *RIGHT)
    assert code == 0
    assert "error[E205]" in err
    assert "9 of 9 points" in out


def test_json_is_the_record_and_nothing_else(answered) -> None:
    code, out, err = answered("1", *RIGHT[:2], options=("--json",))
    assert (code, err) == (0, "")
    record = json.loads(out)
    assert (record["command"], record["seed"], record["level"]) == ("quiz", SEED, 2)
    assert record["ending"] == "end-of-input"
    assert [question["outcome"] for question in record["questions"]] == ["right", "right", None]
    assert [attempt["verdict"] for attempt in record["questions"][0]["tries"]] == ["wrong", "proved"]
    assert record["score"]["points"] == 5


def test_a_file_as_well_as_the_conversation(answered, tmp_path: Path) -> None:
    code, out, _ = answered(*RIGHT, options=("-o", str(tmp_path / "quiz.json")))
    assert code == 0
    assert "Question 3 of 3" in out
    assert json.loads(tmp_path.joinpath("quiz.json").read_text())["score"]["right"] == 3


def test_quiet_is_the_table_only(answered) -> None:
    code, out, _ = answered(*RIGHT, options=("-q",))
    assert code == 0
    assert len(out.splitlines()) == 5
    assert "Question" not in out


def test_forty_columns(answered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    code, out, _ = answered("1", "2", "3", "skip", "quit", options=("--format", "terminal", "--color", "never"))
    assert code == 0
    assert max(map(len, out.splitlines())) <= 40


def test_no_escape_sequence_without_colour(answered) -> None:
    assert "\x1b" not in answered("1", "quit").out
    coloured = answered("1", "quit", options=("--format", "terminal", "--color", "always")).out
    assert "\x1b[1m" in coloured


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--level", "6"), "unknown level `6`"),
        (("--topic", "chian"), "did you mean `--topic chain`?"),
        (("--level", "1", "--topic", "chain"), "is not asked at level 1, but at levels 3 to 5"),
        (("--level", "1", "--topic", "partial"), "but at level 5"),
        (("--questions", "0"), "--questions"),
        (("--answers", "no-such-file.txt"), "no-such-file.txt"),
    ],
)
def test_options_that_are_wrong(cli, options: tuple[str, ...], message: str) -> None:
    code, out, err = cli("quiz", *options)
    assert (code, out) == (2, "")
    assert message in err


def test_another_quiz_every_time_that_says_its_seed(answered, cli, tmp_path: Path) -> None:
    path = tmp_path / "none.txt"
    path.write_text("", encoding="utf-8")
    seeds = {json.loads(cli("quiz", "--answers", str(path), "--json").out)["seed"] for _ in range(4)}
    assert len(seeds) > 1


# --- In a process of its own ------------------------------------------------------------------------------------------


def test_answers_from_a_pipe(start) -> None:
    quiz = start(*QUIZ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = quiz.communicate("\n".join(["?", *RIGHT]).encode(), timeout=60)
    assert (quiz.returncode, err) == (0, b"")
    assert b" = ?\n" in out
    assert b"8 of 9 points" in out


@pytest.mark.parametrize(
    "line", [b"\xff\xfe\n", b"\x00\n", b"x" * 300_000 + b"\n"], ids=["no UTF-8", "a zero byte", "a very long line"]
)
def test_bytes_that_are_no_text(start, line: bytes) -> None:
    quiz = start(*QUIZ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = quiz.communicate(line + b"quit\n", timeout=60)
    assert quiz.returncode == 0
    assert b"Traceback" not in err
    assert b"ended after 0 of 3 questions" in out


def test_a_byte_order_mark_is_no_part_of_the_answer(start) -> None:
    quiz = start(*QUIZ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = quiz.communicate(f"\ufeff{RIGHT[0]}\r\nquit\r\n".encode(), timeout=60)
    assert (quiz.returncode, err) == (0, b"")
    assert b"1 of 1 right" in out


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX closes it")
def test_a_closed_standard_input_ends_politely() -> None:
    command = f'"{sys.executable}" -m diffcompare {" ".join(QUIZ)} <&-'
    ended = subprocess.run(command, shell=True, capture_output=True, timeout=60, cwd=Path(__file__).parents[3])
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"Nothing was answered" in ended.stdout


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_ends_politely_with_the_score_so_far(start) -> None:
    quiz = start(*QUIZ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    quiz.stdin.write(f"{RIGHT[0]}\n".encode())
    quiz.stdin.flush()
    output = b""
    while b"Question 2" not in output:
        output += quiz.stdout.readline()
    quiz.send_signal(signal.SIGINT)
    out, err = quiz.communicate(timeout=60)
    assert (quiz.returncode, err) == (130, b"")
    assert b"ended after 1 of 3 questions. 1 of 1 right: 3 of 3 points." in out


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_person_at_a_terminal(start, options: tuple[str, ...]) -> None:
    import pty

    ours, theirs = pty.openpty()
    quiz = start(*QUIZ, *options, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    os.write(ours, f"{RIGHT[0]}\nquit\n".encode())
    out, _ = quiz.communicate(timeout=60)
    assert quiz.returncode == 0
    if options:
        assert json.loads(out)["score"]["right"] == 1
        assert b"Question 2 of 3" in os.read(ours, 65536)
    else:
        assert b"1 of 1 right" in out
    os.close(ours)
