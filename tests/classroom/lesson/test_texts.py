"""The one table of words: the script says nothing that is not in it, and nothing in it is idle."""

import re
from pathlib import Path

from diffcompare.classroom.lesson import controls, page
from diffcompare.classroom.lesson.texts import ENGLISH

COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$|  //.*?$", re.S | re.M)


def code():
    return COMMENT.sub("", page.script([]))


def python():
    return "".join([Path(module.__file__).read_text(encoding="utf-8") for module in (page, controls)])


def test_every_word_is_used():
    # By the ends of their names, or by those of the controls.
    built = {f"cancellation {key}" for key in page.CANCELLATION} | {f"help {key}" for key in controls.ACTIONS}
    built |= {f"notes {key}" for key in controls.NOTES}
    sources = code() + python()
    idle = [key for key in ENGLISH if not re.search(rf"[\"']{key}[\"']|words\.{key}", sources)]
    assert set(idle) - built == set()


def test_the_script_asks_for_no_word_that_is_missing():
    asked = set(re.findall(r"say\(\"([^\"]+)\"", code())) | set(re.findall(r"words\[\"([^\"]+)\"\]", code()))
    asked |= set(re.findall(r"words\.(\w+)", code()))
    assert asked - set(ENGLISH) == set()


def test_the_script_has_no_sentence_of_its_own():
    """Literals with two words after each other, but for attributes and addresses of elements, would be shown in English."""
    literals = re.findall(r"\"([^\"\n]*)\"", code())
    assert [literal for literal in literals if re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", literal)] == []


def test_what_is_in_braces_is_filled():
    sources = code() + python()
    names = {name for text in ENGLISH.values() for name in re.findall(r"\{(\w+)\}", text)}
    assert [name for name in names if not re.search(rf"\b{name}\b[,:=}}\]]| {name}\}}", sources)] == []
