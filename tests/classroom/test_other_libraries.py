"""Other libraries in demos: asked now where they are installed, and else a table with its date and versions."""

import pytest

from diffcompare.backends.problem import Derivative, EngineRun
from diffcompare.classroom import other_libraries
from diffcompare.classroom.demos import kinks, nan
from diffcompare.classroom.other_libraries import MEASURED_ON, LibraryQuestion, libraries_frame
from diffcompare.document import Code

QUESTIONS = (LibraryQuestion("|x|", 0.0, "-1 | 1"), LibraryQuestion("x^2", 3.0, "6"))


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr(other_libraries, "installed_engines", tuple)


def only_table(frame):
    (table,) = frame.blocks
    return table


def test_without_any_the_table_is_dated_and_has_versions(nothing_installed):
    frame = libraries_frame("Title", QUESTIONS, {"jax": ("0.12.0.1", (1.0, float("nan")))}, "Sentence.")
    table = only_table(frame)
    assert table.rows[0] == (Code("jax"), "0.12.0.1", 1.0, "nan")
    assert MEASURED_ON in table.caption
    assert "not now" in table.caption
    assert frame.rule == "no library is installed here"
    assert table.rows[-1] == ("truth", None, "-1 | 1", "6")


def test_programs_of_computer_algebra_do_not_take_the_place_of_the_table(monkeypatch):
    monkeypatch.setattr(other_libraries, "installed_engines", lambda: ("giac", "maxima", "scipy"))
    table = only_table(libraries_frame("Title", QUESTIONS, {"jax": ("0.12.0.1", (1.0, 6.0))}, "Sentence."))
    assert [row[0] for row in table.rows] == [Code("jax"), "truth"]


def test_those_that_are_installed_are_asked_now(monkeypatch):
    def compare(text, point, *, methods, **options):
        run = EngineRun("jax", "reverse", "9.9", "automatically", 53, raw={"x": 2 * point["x"]})
        failed = EngineRun("jax", "forward", "9.9", "automatically", 53)
        return type("Comparison", (), {"answers": [
            Derivative("jax-reverse", gradient=run.raw, engine=run), Derivative("jax-forward", "failed", engine=failed),
        ]})  # fmt: skip

    monkeypatch.setattr(other_libraries, "installed_engines", lambda: ("jax",))
    monkeypatch.setattr(other_libraries, "compare", compare)
    frame = libraries_frame("Title", QUESTIONS, {"torch": ("2.15.0", (0.0, 0.0))}, "Sentence.")
    table = only_table(frame)
    assert table.rows[:2] == ((Code("jax-reverse"), "9.9", 0.0, 6.0), (Code("jax-forward"), "9.9", "failed", "failed"))
    assert MEASURED_ON not in table.caption
    assert frame.rule == ""


@pytest.mark.parametrize("demo", [kinks, nan])
def test_every_library_of_the_table_has_a_number_for_every_question(demo, nothing_installed):
    for name, (version, numbers) in demo.MEASURED.items():
        assert version[0].isdigit(), name
        assert len(numbers) == len(demo.LIBRARIES)
