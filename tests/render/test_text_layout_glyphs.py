"""Characters that may be shown, their stand-ins in ASCII, and their width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcompare.diagnostics import width
from diffcompare.render.text_layout import clean


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("θ₁ ≤ x²", "θ₁ ≤ x²"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\tc\x00", "a\\nb\\tc\\x00"),
        ("\u202eabc", "\\u202eabc"),
        ("\udc80", "\\udc80"),
        ("a\xa0b", "a b"),
    ],
)
def test_nothing_steers_the_terminal(text: str, visible: str) -> None:
    assert clean(text) == visible


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("∂f/∂θ", "df/dtheta"),
        ("x₁² · π → λ…", "x1^2 * pi -> lambda..."),
        ("Hückelheim", "Huckelheim"),
        ("v₋₁ − v₁₂", "v_-1 - v12"),
        ("中", "\\u4e2d"),
    ],
)
def test_ascii_stand_ins(text: str, plain: str) -> None:
    assert clean(text, unicode=False) == plain


@given(st.text())
def test_clean_text_is_printable_and_ascii_where_it_has_to_be(text: str) -> None:
    assert clean(text).isprintable()
    assert clean(text, unicode=False).isascii()


def test_width_counts_columns_not_characters() -> None:
    assert [width(text) for text in ("abc", "θ≤", "中文", "v\u0307")] == [3, 2, 4, 1]
