"""The prompt: `diffcompare` alone in a terminal reads line after line, and answers each as the command line would.

A line is a command, without the quotes that a shell needs, or an expression, which is a question for `grad`; how it is
read is told in `prompt_line`.  `ans` is the last expression and never a variable, and neither is a mistyped command
such as `gard x`.  Every command runs in this process, so that the worker that has imported sympy stays.

Where standard input is a pipe or a file, its lines are answered in the same manner, as Python, gp and bc do; the exit
code is then the first that is not 0.  If nothing at all is in it (`/dev/null`, a job that nobody watches), or if only
the output goes elsewhere (`diffcompare | less`), nobody asked anything: the help is shown.

Nothing else is imported until there is a line to answer, so that the prompt is there as soon as Python is.
"""

from __future__ import annotations

import os
import sys

from diffcompare import safe_io
from diffcompare.cli.commands import COMPLETION
from diffcompare.user_folders import state_folder

TYPE_CHECKING = False  # typing takes longer to import than this module
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

    Run = Callable[[Sequence[str]], int]

PROMPT = "> "
GREETING = "An expression such as sin(x)^2, or a command such as derive x*y; help, exit.\n"
MAX_HISTORY = 1_000  # lines
DELIMITERS = " \t\n\"'()[]{}+*/^|<>=,;@"  # between words, for the Tab key
INTERRUPTED, READER_GONE = 130, 141  # exit codes


def open_prompt(run: Run) -> int | None:
    """Answer lines until there are no more, each by `run`, and return the exit code; None if nobody asks anything."""
    if COMPLETION in os.environ:
        return None
    prompt = Prompt(run)
    if not safe_io.is_terminal(sys.stdin):
        return prompt.answer_lines(_piped_lines())
    if not safe_io.is_terminal(sys.stdout):
        return None
    prompt.converse()
    return 0


class Prompt:
    """The lines of one prompt, and what is remembered from one to the next.

    Attributes:
        last: The last expression, as an argument of a command, for which `ans` stands; None if there is none.
        is_over: True after `exit`.
    """

    def __init__(self, run: Run) -> None:
        """Take the function that runs the words of a command line and returns the exit code."""
        self._run = run
        self.last: str | None = None
        self.is_over = False

    def answer(self, line: str) -> int:
        """Answer a line, and return the exit code that it would have on the command line."""
        if not line.strip() or line.lstrip().startswith("#"):
            return 0
        from diffcompare.cli.prompt_line import answer

        code, self.last = answer(line, self.last, self._run)
        self.is_over = code is None
        return code or 0

    def answer_lines(self, lines: Iterator[str]) -> int | None:
        """Answer the lines of a pipe, and return the first exit code that is not 0; None where there is no line."""
        codes = []
        for line in lines:
            codes.append(self.answer(line))
            if self.is_over or codes[-1] in (INTERRUPTED, READER_GONE):
                break
        return next((code for code in codes if code), 0) if codes else None

    def converse(self) -> None:
        """Answer the lines that somebody types."""
        editor = _line_editor()
        path = None if editor is None else _open_history(editor)
        safe_io.write(GREETING)
        while not self.is_over:
            try:
                line = _typed_line()
                if editor is not None:
                    _remember(editor, line, path)
                code = self.answer(line)
                if code == READER_GONE:  # the terminal is closed
                    return
                if code == INTERRUPTED:
                    safe_io.write("\n")  # the cursor stands behind the ^C
            except EOFError:
                safe_io.write("\n")
                return
            except KeyboardInterrupt:
                safe_io.write("\n")


def _typed_line() -> str:
    """Read a line that somebody types.  Raises EOFError and KeyboardInterrupt."""
    try:
        return input(PROMPT)
    except UnicodeDecodeError:
        return "\N{REPLACEMENT CHARACTER}"  # an error like any other


def _piped_lines() -> Iterator[str]:
    """Yield the lines of standard input as they come; none if it is closed."""
    while True:
        try:
            line = b"" if sys.stdin is None else sys.stdin.buffer.readline()
        except (OSError, ValueError):  # unreadable or closed
            return
        if not line:
            return
        yield line.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n")


# --- Editing, completion and history ----------------------------------------------------------------------------------


def _line_editor() -> ModuleType | None:
    """Return Python's readline, set up for our lines; None where there is none, and the console edits them itself."""
    try:
        import readline
    except ImportError:
        return None
    uses_libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if uses_libedit else "tab: complete")
    readline.set_completer_delims(DELIMITERS)
    readline.set_completer(_Completer(readline))
    if hasattr(readline, "set_auto_history"):  # not in pyreadline3
        readline.set_auto_history(False)  # the answers of a quiz are no commands
    return readline


class _Completer:
    """The function that readline calls for one completion after the other, until it returns None."""

    def __init__(self, editor: ModuleType) -> None:
        self._editor = editor
        self._found: list[str] = []

    def __call__(self, text: str, number: int) -> str | None:
        if number == 0:
            from diffcompare.cli.completion import complete

            begin, end = self._editor.get_begidx(), self._editor.get_endidx()
            before = self._editor.get_line_buffer()[:end]
            start, words = complete(before)
            # readline replaces its own word, which may begin within ours.
            self._found = [(before[begin:start] + word)[max(0, begin - start) :] for word in words]
        return self._found[number] if number < len(self._found) else None


def _open_history(editor: ModuleType) -> str | None:
    """Load the lines of earlier prompts, and return the file that keeps them; None where it cannot be written."""
    path = os.path.join(state_folder(), "history")
    if not os.path.isabs(path):  # nobody knows where the user is at home
        return None
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        if os.path.getsize(path):  # libedit refuses an empty file
            editor.read_history_file(path)
    except (OSError, ValueError):
        return None
    editor.set_history_length(MAX_HISTORY)
    return path


def _remember(editor: ModuleType, line: str, path: str | None) -> None:
    """Add a line to the history, and at once to its file: a terminal may be closed at any time."""
    count = editor.get_current_history_length()
    if not line.strip() or (count and editor.get_history_item(count) == line):
        return
    editor.add_history(line)
    if path is None:
        return
    try:
        if hasattr(editor, "append_history_file"):  # not in pyreadline3
            editor.append_history_file(1, path)
        else:
            editor.write_history_file(path)
    except (OSError, ValueError):
        pass  # a full disk is no reason to stop
