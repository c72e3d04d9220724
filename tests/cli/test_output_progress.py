"""A sign of life: only for a person, only after a while, and gone before the answer."""

import io
import sys
import threading
import time

import pytest

from diffcompare.cli import output
from diffcompare.diagnostics import Diagnostic
from diffcompare.document import Document, Paragraph


class Screen(io.StringIO):
    def __init__(self, watched):
        super().__init__()
        self.watched = watched

    def isatty(self):
        return self.watched


@pytest.fixture
def stderr_during(monkeypatch):
    """What stderr gets while a task takes that long."""
    monkeypatch.setattr(output, "PATIENCE", 0.05)
    monkeypatch.setattr(output, "INTERVAL", 0.05)

    def during(seconds, *, watched=True):
        screen = Screen(watched)
        monkeypatch.setattr(sys, "stderr", screen)
        with output.progress_line("diffcompare grad"):
            time.sleep(seconds)
        return screen.getvalue()

    return during


def test_a_long_task_is_told_and_wiped_out(stderr_during):
    text = stderr_during(0.3)
    assert text.startswith("\rdiffcompare grad: 0 s (Ctrl-C stops it)")
    assert text.endswith("\r" + " " * len("diffcompare grad: 0 s (Ctrl-C stops it)") + "\r")


def test_a_short_task_is_not(stderr_during):
    assert stderr_during(0.0) == ""


def test_nor_one_that_nobody_watches(stderr_during):
    assert stderr_during(0.2, watched=False) == ""


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError()])
def test_where_no_thread_can_be_started_the_task_goes_on_and_that_is_said(stderr_during, monkeypatch, error):
    def fail(thread):
        raise error

    monkeypatch.setattr(threading.Thread, "start", fail)
    reason = "can't start new thread" if str(error) else "out of memory"
    assert stderr_during(0.0) == f"diffcompare grad: cannot show progress: {reason}\n"
    assert stderr_during(0.0, watched=False) == ""


def test_an_error_passes_through(stderr_during, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Screen(True))
    with pytest.raises(ZeroDivisionError), output.progress_line("x"):
        1 / 0  # noqa: B018


def test_the_first_frame_and_the_notes_above_it_take_the_place_of_the_line(monkeypatch):
    class Both(Screen):
        encoding = "utf-8"

    screen = Both(True)
    for stream in ("stdout", "stderr"):
        monkeypatch.setattr(sys, stream, screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(output, "PATIENCE", 0.0)
    note = Diagnostic("W311", "point_chosen", "the point is chosen", severity="note")
    live = output.LiveOutput.possible(output.Settings())
    with output.progress_line("diffcompare grad"):
        while "Ctrl-C" not in screen.getvalue():
            time.sleep(0.01)
        live.show(output.CommandResult(Document((Paragraph("One frame"),)), (note,)))
    before, _, after = screen.getvalue().partition("\r\x1b[2K")
    assert before.startswith("\rdiffcompare grad: 0 s")
    assert after.startswith("note[W311]")
    assert "One frame\n" in after
