"""Characters: which letters a name may have, and which are taken for others."""

import pytest
from rows import every_row

from diffcompare.language.tokenizer import canonical, first_flaw, looks_like, plain, unicode_name


@every_row("word", ["x", "θ", "ñ", "变", "x₁", "µ", "масса", "αβγ"])
def test_letters_of_any_script_make_a_name(word):
    assert first_flaw(word) is None


@pytest.mark.parametrize(("word", "place"), [("₁x", 0), ("а", 0), ("xа", 1), ("Ηx", 0), ("x²", 1), ("xﬁ", 1), ("xㅤ", 1)])
def test_a_letter_that_deceives_or_is_a_sign_is_a_flaw(word, place):
    assert first_flaw(word) == place


@pytest.mark.parametrize(("name", "stored"), [("x₁₂", "x12"), ("µ", "μ"), ("n\u0303", "ñ"), ("x1", "x1")])
def test_a_name_is_stored_in_one_spelling(name, stored):
    assert canonical(name) == stored


@pytest.mark.parametrize(
    ("text", "replaced"),
    [("х – 1", "x - 1"), ("½x", "(1/2)x"), ("xⁿ", "x^n"), ("x²", "x²"), ("x\u200b+\x001", "x+1"), ("１＋ｘ", "1+x")],
)
def test_look_alikes_become_what_they_look_like(text, replaced):
    assert plain(text) == replaced


def test_a_look_alike_is_named():
    assert looks_like("х") == "x"
    assert looks_like("变") == looks_like("x") == looks_like("\u200b") == ""
    assert unicode_name("х") == "U+0445 CYRILLIC SMALL LETTER HA"
    assert unicode_name("\x1b") == "U+001B ESCAPE"
    assert unicode_name("\ue000") == "the character U+E000"
