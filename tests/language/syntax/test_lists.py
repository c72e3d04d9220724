"""Lists of outputs in brackets: read where they are allowed, refused with a reason elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import every_row
from strategies import expressions

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.parser import parse, read
from diffcompare.language.printer import outputs_text


def listed(text):
    return read(text, several=True)


def refusal(text, *, several=True):
    with pytest.raises(DiffcompareError) as caught:
        read(text, several=several)
    return caught.value.diagnostic


@pytest.mark.parametrize(
    ("text", "outputs"),
    [
        ("[x*y, x + y^2]", ["x*y", "x + y^2"]),
        ("[x]", ["x"]),
        ("r = hypot(x, y); [r, atan2(y, x), r]", ["hypot(x, y)", "atan2(y, x)", "hypot(x, y)"]),
        ("[max(x, y), if(x < y, x, y), |x|]", ["max(x, y)", "if(x < y, x, y)", "|x|"]),
        ("x + y", ["x + y"]),
    ],
)
def test_a_list_is_its_outputs(text, outputs):
    assert [*listed(text).outputs] == [parse(output) for output in outputs]
    assert bool(listed(text).listed) == ("[" in text)


@given(st.lists(expressions(), min_size=2, max_size=4))
def test_a_printed_list_is_read_as_the_same_list(outputs):
    assert listed(outputs_text(outputs)).outputs == tuple(outputs)


@every_row(
    ("text", "code", "span", "fix"),
    [
        ("[]", "E217", (0, 2), None),
        ("[x, y", "E217", (0, 1), "[x, y]"),
        ("[x, ", "E217", (0, 1), "[x]"),
        ("[", "E217", (0, 1), None),
        ("[x, sin(y", "E205", (7, 8), "[x, sin(y)]"),
        ("[x, ]", "E217", (4, 5), "[x ]"),
        ("[x, , y]", "E217", (4, 5), "[x,  y]"),
        ("[, x]", "E217", (1, 2), "[ x]"),
        ("[x], y", "E217", (3, 4), "[x]"),
        ("[x +]", "E217", (4, 5), None),
        ("[x; y; z]", "E217", (2, 3), "[x, y, z]"),
        ("[[x, y], [y, 1]]", "E217", (1, 2), "[x, y, y, 1]"),
        ("2*[x, y]", "E217", (2, 3), None),
        ("[x, y] + 1", "E217", (7, 8), "[x, y]"),
        ("[x, y];", "E217", (6, 7), "[x, y]"),
        ("x]", "E217", (1, 2), "x"),
        ("x, y", "E208", (1, 2), "[x, y]"),
        ("(x, y)", "E208", (2, 3), "[x, y]"),
        ("1,5*x", "E208", None, None),  # a decimal comma, as everywhere
        ("[x < 1, y]", "E209", (3, 4), None),
        ("x[i+1]", "E301", (1, 2), None),
    ],
)
def test_what_is_no_list_says_why(text, code, span, fix):
    diagnostic = refusal(text)
    assert diagnostic.code == code
    assert span is None or diagnostic.span == span
    if span is not None:
        assert diagnostic.fix == fix
    if fix is not None and span is not None:
        assert listed(fix).outputs


def test_where_one_expression_is_expected_a_list_is_refused_by_name():
    diagnostic = refusal("[x*y, x + y]", several=False)
    assert (diagnostic.code, diagnostic.span) == ("E217", (0, 1))
    assert "diffcompare jacobian" in diagnostic.help
    assert refusal("[x + 1]*2", several=False).fix == "(x + 1)*2"  # a group in the wrong brackets


def test_notes_on_a_list_echo_all_of_it():
    (note,) = listed("[2x, y]").notes
    assert note.message == "an implicit product, read as `[2*x, y]`"


@pytest.mark.parametrize("text", ["[" * 100_000, "[x," * 50_000, "]" * 100_000, "[" + "x," * 100_000])
def test_hostile_lists_get_their_answer(text):
    assert refusal(text).code in ("E217", "E202", "E208", "E301")
