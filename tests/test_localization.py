"""Phrases, and the table of what they are in Chinese."""

import ast
import re
import tomllib
from pathlib import Path
from string import Formatter

import package_source

from diffcompare.localization import LANGUAGES, language, phrase, translate, translated, use_language

PACKAGE = Path(__file__).parents[1] / "diffcompare"
SECTIONS = tomllib.loads((PACKAGE / "chinese.toml").read_text(encoding="utf-8"))
ENTRIES = [(english, chinese) for section in SECTIONS.values() for english, chinese in section.items()]
CHINESE = r"[\u4e00-\u9fff]"
MADE_FROM_A_WORD = {"its tangent", "its adjoint", "warning: ", "python source", "text source"}
"""Entries whose English is put together where it is said."""


def texts():
    """Every string constant of the package (and the headings in those of tables), and the patterns that are said."""
    constants, patterns = [], []
    for _, node in package_source.nodes(ast.Constant):
        if isinstance(node.value, str):
            constants += [node.value, *(head.strip().removeprefix(">") for head in node.value.split(" | "))]
    for _, node in package_source.nodes(ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in ("translate", "phrase"):
            patterns += [argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant)]
    return constants, patterns


def words(pattern):
    return re.findall("[A-Za-z]{2,}", re.sub(r"\{[^}]*\}|d/d|(sqrt|cbrt|sin|ln|where)\(", " ", pattern))


def places(pattern):
    """Return the fields of a pattern, with their formats."""
    return sorted((name, spec) for _, name, spec, _ in Formatter().parse(pattern) if name is not None)


# --- Phrases ----------------------------------------------------------------------------------------------------------


def test_a_phrase_is_its_english_text():
    made = phrase("{n} lines of {what:g}", n=3, what=2.0)
    assert made == "3 lines of 2"
    assert (made.pattern, made.values) == ("{n} lines of {what:g}", {"n": 3, "what": 2.0})
    assert phrase("a {brace}") == "a {brace}"


def test_a_language_is_spoken_for_a_while():
    assert language() == "en"
    assert translate("value") == "value"
    with use_language("zh"):
        assert translate("value") == "值"
        with use_language("en"):
            assert translate("value") == "value"
        assert language() == "zh"
    assert language() == "en"


def test_a_value_is_translated_only_if_it_is_a_phrase():
    question = "What is the derivative with respect to {seed}?"
    with use_language("zh"):
        assert translate(question, seed="value") == "对 value 的导数是多少？"
        assert translate("{title}, n = {n}", title=phrase("Speelpenning's product"), n=2) == "Speelpenning 乘积，n = 2"
        assert translate("{name} = {value}", name=phrase("seed"), value="seed") == "种子 = seed"


def test_a_text_without_an_entry_stays():
    with use_language("zh"):
        assert translated("sin(x) and so on") == "sin(x) and so on"


def test_a_section_is_asked_first():
    with use_language("zh"):
        assert translated("quotient") == "差商"
        assert translated("quotient", "branches") == "误差之比"
        assert translated("value", "branches") == "值"


# --- The table --------------------------------------------------------------------------------------------------------


def test_an_entry_fills_in_the_same_and_is_well_set():
    for english, chinese in ENTRIES:
        assert places(english) == places(chinese), english
        assert re.search(rf"{CHINESE}|[，。；、]", chinese) or not words(english), english
        assert not re.search(rf"{CHINESE}[,;:?!]|[,;:?!]{CHINESE}", chinese), f"half-width punctuation: {chinese}"
        assert not re.search(rf"{CHINESE}[A-Za-z0-9]|[A-Za-z0-9]{CHINESE}", chinese), f"no space: {chinese}"
        ends = chinese.endswith(("。", "！", "”")), english.endswith((".", ". ", '."'))
        assert ends[0] == ends[1] or "..." in english, english
        assert chinese.endswith("？") == english.endswith("?") or english == "?", english


def test_whatever_is_said_has_an_entry_and_no_entry_is_in_vain():
    constants, patterns = texts()
    known = {english for english, _ in ENTRIES}
    assert {text for text in (pattern.removeprefix(">") for pattern in patterns) if words(text)} <= known
    assert known - set(constants) == MADE_FROM_A_WORD


def test_a_second_entry_says_something_else():
    """Check that of two entries for one text, one is in the section of a demo, with a meaning of its own."""
    common = SECTIONS["common"]
    for section, entries in SECTIONS.items():
        for english, chinese in entries.items():
            assert section == "common" or common.get(english) != chinese, (section, english)


def test_every_language_is_known():
    assert LANGUAGES == ("en", "zh")
