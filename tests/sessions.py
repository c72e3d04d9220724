"""Console sessions in Markdown: every `$ command` of a ```console block, with what it prints.

The README and the files under `golden/` are such documents, so what people read is what the program does.  To write
the outputs anew after a change that is meant, run `UPDATE_SESSIONS=1 python -m pytest` and read the difference.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from diffcompare.cli import main
from diffcompare.cli.prompt import GREETING, Prompt

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^(?P<fence>```+)console\n(?P<text>.*?)^(?P=fence)$", re.M | re.S)  # longer, where ``` is printed
FILE = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.M | re.S)
PROMPT = "diffcompare"
"""The command that opens a prompt: the lines under it that begin with `> ` are typed there, and each is answered."""

UPDATE = bool(os.environ.get("UPDATE_SESSIONS"))


def commands(path: Path) -> list[tuple[str, str]]:
    """The commands of a document, each with the output written under it."""
    commands = []
    for block in BLOCK.finditer(path.read_text(encoding="utf-8")):
        for session in re.split(r"^\$ ", block["text"], flags=re.M)[1:]:
            command, _, output = session.partition("\n")
            commands.append((command, output.rstrip("\n")))
    return commands


def write_files(path: Path, directory: Path) -> None:
    """The files that a document shows, blocks with a name behind the language, for its commands to read."""
    for name, content in FILE.findall(path.read_text(encoding="utf-8")):
        directory.joinpath(name).write_text(content, encoding="utf-8")


def run(command: str, directory: Path, **environment: str) -> str:
    """What a command prints to a pipe, results and diagnostics together."""
    program, *arguments = shlex.split(command)
    assert program == "diffcompare", f"a session runs diffcompare: {command}"
    finished = subprocess.run(
        [sys.executable, "-m", "diffcompare", *arguments],
        cwd=directory,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        timeout=120,
    )
    return finished.stdout.rstrip("\n")


def converse(session: str, directory: Path) -> str:
    """A session at the prompt, with the answers of today to the lines that were typed."""
    with _here(directory) as printed:
        print(GREETING, end="")
        prompt = Prompt(main)
        for line in session.splitlines():
            if line.startswith("> "):
                print(line)
                prompt.answer(line.removeprefix("> "))
    return printed.getvalue().decode("utf-8").rstrip("\n")


def run_here(command: str, directory: Path, **environment: str) -> str:
    """The same in this process, which is many times as fast: sympy is imported once."""
    program, *arguments = shlex.split(command)
    assert program == "diffcompare", f"a session runs diffcompare: {command}"
    with _here(directory, **environment) as printed:
        main(arguments)
    return printed.getvalue().decode("utf-8").rstrip("\n")


@contextlib.contextmanager
def _here(directory: Path, **environment: str) -> Iterator[io.BytesIO]:
    """Run in a directory and an environment, without input, and collect what is printed."""
    printed = io.BytesIO()
    pipe = io.TextIOWrapper(printed, encoding="utf-8", write_through=True)
    with (
        mock.patch.dict(os.environ, environment),
        mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO())),
        contextlib.redirect_stdout(pipe),
        contextlib.redirect_stderr(pipe),
        contextlib.chdir(directory),
    ):
        yield printed
    pipe.detach()  # so that what was printed stays open


def columns(path: Path) -> dict[str, str]:
    """The width of the terminal that a document is about: `terminal_80.md` says so in its name."""
    width = path.stem.rpartition("_")[2]
    return {"COLUMNS": width} if width.isdecimal() else {}


def rewrite(path: Path, directory: Path) -> None:
    """Write the outputs of a document anew."""
    write_files(path, directory)

    def renewed(match: re.Match[str]) -> str:
        def answered(session: str) -> str:
            line, _, shown = session.partition("\n")
            return converse(shown, directory) if line == PROMPT else run(line, directory, **columns(path))

        sessions = re.split(r"^\$ ", match["text"], flags=re.M)[1:]
        texts = [f"$ {session.splitlines()[0]}\n{answered(session)}\n" for session in sessions]
        return f"{match['fence']}console\n" + "\n".join(texts) + match["fence"]

    path.write_text(BLOCK.sub(renewed, path.read_text(encoding="utf-8")), encoding="utf-8")
