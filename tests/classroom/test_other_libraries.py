"""Other libraries in demos: asked now where they are installed, and else a table with its date and versions."""

import math

import pytest

from diffcompare.backends.problem import Derivative, EngineRun
from diffcompare.classroom import other_libraries
from diffcompare.classroom.demos import kinks, load_demo, nan
from diffcompare.classroom.other_libraries import MAX_TOGETHER, MEASURED_ON, LibraryQuestion, libraries_frames
from diffcompare.classroom.player.screen import compose
from diffcompare.classroom.player.state import State
from diffcompare.engines.registry import engine, engine_and_mode, engine_names
from diffcompare.render import Look

QUESTIONS = (LibraryQuestion("|x|", 0.0, "-1 | 1"), LibraryQuestion("x^2", 3.0, "6"))
AUTOMATIC = [name for name in engine_names() if engine(name).way != "numerically" and not engine(name).program]


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr(other_libraries, "installed_engines", tuple)


def answers(measured, text):
    """Return the rows of a question: numbers, and the libraries that return them."""
    (frame,) = libraries_frames("Title", QUESTIONS, measured, "Sentence.")
    (table,) = frame.blocks
    return [row[1:] for row in table.rows if row[0].startswith(text)]


def test_without_any_the_table_is_dated_and_has_versions(nothing_installed):
    measured = {"jax": ("0.12.0.1", (1.0, math.nan)), "mlx": ("0.32.4", (-0.0, 6.0))}
    (frame,) = libraries_frames("Title", QUESTIONS, measured, "Sentence.")
    (table,) = frame.blocks
    assert table.caption == f"Measured on {MEASURED_ON}, not now: no library is installed here"
    assert table.rows[:3] == (
        ("|x| at 0", 1.0, "jax 0.12.0.1"), ("|x| at 0", 0.0, "mlx 0.32.4"), ("|x| at 0", "-1 | 1", "truth")
    )  # fmt: skip
    assert str(table.rows[1][1]) == "0.0", "without a sign"
    assert answers(measured, "x^2") == [("nan", "jax 0.12.0.1"), (6.0, "mlx 0.32.4"), ("6", "truth")]


def test_programs_of_computer_algebra_do_not_take_the_place_of_the_table(monkeypatch):
    monkeypatch.setattr(other_libraries, "installed_engines", lambda: ("giac", "maxima", "scipy"))
    assert answers({"jax": ("0.12.0.1", (1.0, 6.0))}, "x^2") == [(6.0, "jax 0.12.0.1"), ("6", "truth")]


def test_libraries_stand_together_by_what_they_return_and_modes_apart_where_they_differ(nothing_installed):
    measured = {"mlx": ("1", (1.0, 0.5)), "torch-reverse": ("2", (0.0, 6.0)), "torch-forward": ("2", (0.0, math.nan))}
    measured |= {"ddx-ad-reverse": ("3", (0.0, math.nan)), "jax": ("4", (0.0, math.nan))}
    assert answers(measured, "|x|")[:2] == [(0.0, "torch 2, ddx-ad 3, jax 4"), (1.0, "mlx 1")], "the most common first"
    assert answers(measured, "x^2")[:3] == [
        ("nan", "torch-forward 2, ddx-ad 3, jax 4"), (0.5, "mlx 1"), (6.0, "torch-reverse 2")
    ]  # fmt: skip


def test_those_that_are_installed_are_asked_now(monkeypatch):
    def compare(text, point, *, methods, **options):
        rows = [
            Derivative(
                method,
                status,
                gradient={"x": raw},
                engine=EngineRun(name, mode, "9.9", "automatically", 53, raw={} if raw is None else {"x": raw}),
            )
            for method, name, mode, status, raw in (
                ("mlx-reverse", "mlx", "reverse", "failed", None),
                ("jax-reverse", "jax", "reverse", "ok", 2 * point["x"]),
                ("jax-forward", "jax", "forward", "undefined", 1j),
            )
        ]
        return type("Comparison", (), {"answers": rows})

    monkeypatch.setattr(other_libraries, "installed_engines", lambda: ("jax", "mlx"))
    monkeypatch.setattr(other_libraries, "compare", compare)
    measured = {"torch": ("2.15.0", (0.0, 0.0))}
    assert answers(measured, "x^2") == [
        (6.0, "jax-reverse 9.9"), ("1j", "jax-forward 9.9"), ("failed", "mlx 9.9"), ("6", "truth")
    ]  # fmt: skip
    (frame,) = libraries_frames("Title", QUESTIONS, measured, "Sentence.")
    assert frame.blocks[0].caption == "Installed here, and asked now"


@pytest.mark.parametrize("names", [AUTOMATIC, AUTOMATIC[:MAX_TOGETHER]])
def test_all_libraries_fit_on_a_small_terminal(names, monkeypatch):
    """Many get a frame for each question; few have answers of four kinds to all of them on one."""

    def compare(text, point, *, methods, **options):
        runs = {method: EngineRun(*engine_and_mode(method), "1.27.post1", "automatically", 53) for method in methods}
        kinds = 1 if names == AUTOMATIC else 4
        numbers = {name: place % kinds / 2 for place, name in enumerate(names)}  # in all modes of a library
        rows = [Derivative(m, engine=run._replace(raw={"x": numbers[run.name]})) for m, run in runs.items()]
        return type("Comparison", (), {"answers": rows})

    monkeypatch.setattr(other_libraries, "installed_engines", lambda: names)
    monkeypatch.setattr(other_libraries, "compare", compare)
    frames = tuple(libraries_frames("Title", kinks.LIBRARIES, kinks.MEASURED, "A sentence as the last line."))
    assert len(frames) == (3 if names == AUTOMATIC else 1)
    for place in range(len(frames)):
        screen = " ".join(compose(load_demo("kinks"), frames, State(frame=place), Look(width=80), 24).texts)
        words = [word.rstrip(",") for word in screen.split()]
        for name in names:
            assert sum(word.startswith(name) for word in words) >= (1 if len(frames) == 3 else 3), name
        assert "the last line" in screen


@pytest.mark.parametrize("demo", [kinks, nan])
def test_every_library_of_the_table_has_a_number_for_every_question(demo, nothing_installed):
    for name, (version, numbers) in demo.MEASURED.items():
        assert version[0].isdigit(), name
        assert len(numbers) == len(demo.LIBRARIES)
