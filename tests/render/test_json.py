"""JSON: data that every reader understands."""

from __future__ import annotations

import json

import pytest
from rows import every_row

from diffcompare.document import Document
from diffcompare.render import Look, render


def through(data: dict[str, object]) -> object:
    return json.loads(render(Document((), data), "json"))


def test_doubles_survive_the_journey() -> None:
    data: dict[str, object] = {"a": [1.7163378145367738, -0.0, 5e-324, None, True], "b": {"c": "é"}}
    assert through(data) == data


def test_integers_that_a_double_cannot_hold_are_text() -> None:
    assert through({"below": 2**53 - 1, "at": 2**53, "minus": -(2**53), "huge": 10**5000}) == {
        "below": 2**53 - 1,
        "at": "9007199254740992",
        "minus": "-9007199254740992",
        "huge": "about 10^5000",
    }


def test_nan_is_a_fault_that_says_where() -> None:
    with pytest.raises(ValueError, match=r"data\.gradient\[1\] is nan"):
        through({"gradient": [0.0, float("nan")]})
    with pytest.raises(ValueError, match="-inf"):
        through({"x": float("-inf")})


def test_only_plain_data() -> None:
    with pytest.raises(TypeError, match=r"data\.x is not plain data: Fraction"):
        through({"x": __import__("fractions").Fraction(1, 3)})
    with pytest.raises(TypeError, match="not text: 1"):
        through({"x": {1: 2}})


def test_letters_are_kept_where_they_can_be_written() -> None:
    document = Document((), {"x": "θ"})
    assert render(document, "json") == '{\n  "x": "θ"\n}\n'
    assert render(document, "json", look=Look(charset="ascii")) == '{\n  "x": "\\u03b8"\n}\n'


def test_a_lone_surrogate_can_be_written_to_a_file() -> None:
    text = render(Document((), {"x": "θ\udc80"}), "json")
    assert json.loads(text.encode("utf-8")) == {"x": "θ\udc80"}


@every_row(
    "data",
    [
        {},
        {"a": []},
        {"a": {}, "b": [[], {}, 1]},
        {"a": [1, 2.5, None, True, "x, y: z"], "b": {"c": "θ\n", "d": [{"e": 1e-300}, {"f": [[1], 2]}]}},
        {'a"b': {"c,\n": (1, 2)}},
    ],
)
@every_row("unicode", [True, False])
def test_the_lines_are_those_of_the_standard_library(data: dict[str, object], unicode: bool) -> None:
    text = render(Document((), data), "json", look=Look(charset="braille" if unicode else "ascii"))
    assert text == json.dumps(data, indent=2, ensure_ascii=not unicode) + "\n"


# --- JSON lines ---


def test_the_data_on_one_line() -> None:
    document = Document((), {"θ": [1.5, None, 2**60], "text": "two\nlines"})
    text = render(document, "jsonl")
    assert text.count("\n") == 1
    assert text.endswith("}\n")
    assert json.loads(text) == json.loads(render(document, "json"))
    assert render(document, "jsonl", look=Look(charset="ascii")).isascii()
