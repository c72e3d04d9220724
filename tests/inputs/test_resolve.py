"""What the argument of a command means."""

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.resolve import resolve
from diffcompare.language.parser import parse
from diffcompare.safe_io import MAX_INPUT_BYTES


def problem(argument, **options):
    with pytest.raises(DiffcompareError) as caught:
        resolve(argument, **options)
    return caught.value.diagnostic


def test_an_expression():
    question = resolve("x + 2*sin(z)")
    assert (question.text, question.origin, question.label) == ("x + 2*sin(z)", "expression", "expression")
    assert question.parsed.expression is parse("x + 2*sin(z)")
    assert (question.entry, question.hand, question.point, question.match) == (None, None, None, None)


def test_an_expression_that_the_catalogue_has_under_other_names():
    question = resolve("a*b + log(a) - sin(b)")
    assert question.origin == "expression"
    assert question.entry.name == "baydin"
    assert question.match.names == {"x1": "a", "x2": "b"}
    assert question.point == {"a": 2.0, "b": 5.0}
    assert question.hand.formulas == {"a": parse("1/a + b"), "b": parse("a - cos(b)")}


def test_looking_up_may_be_skipped():
    question = resolve("a*b + ln(a) - sin(b)", look_up=False)
    assert (question.entry, question.hand, question.point) == (None, None, None)


def test_an_entry_of_the_catalogue():
    question = resolve("@baydin")
    assert (question.origin, question.label, question.text) == ("catalogue", "@baydin", "ln(x1) + x1*x2 - sin(x2)")
    assert question.point == {"x1": 2.0, "x2": 5.0}
    assert question.hand.origin == "catalogue"
    assert question.hand.formulas["x2"] is parse("x1 - cos(x2)")
    assert problem("@nothing_like_it").code == "E601"


def test_standard_input():
    question = resolve("-", stdin=lambda: b"ln(p) + p*q - sin(q)\n")
    assert (question.text, question.origin) == ("ln(p) + p*q - sin(q)", "stdin")
    assert question.entry.name == "baydin"


def test_standard_input_may_be_unicode_with_windows_line_ends():
    assert resolve("-", stdin=lambda: "\ufeffx₁·π\r\n".encode()).parsed.expression is parse("x1*pi")


def test_standard_input_that_is_not_utf8():
    diagnostic = problem("-", stdin=lambda: b"x + \xe9")
    assert diagnostic.code == "E605"
    assert "standard input is not UTF-8: byte 0xe9 at offset 4" in diagnostic.message


def test_standard_input_is_bounded_before_it_is_parsed():
    assert problem("-", stdin=lambda: b"(" * (MAX_INPUT_BYTES + 1)).code == "E606"


def test_by_default_no_more_is_read_than_a_byte_beyond_the_bound(monkeypatch):
    class Endless:
        buffer = None

        def read(self, size):
            assert 0 < size <= MAX_INPUT_BYTES + 1
            return b"x" * size

    Endless.buffer = Endless()
    monkeypatch.setattr("sys.stdin", Endless())
    assert problem("-").kind == "resource_limit"


def test_nothing_on_standard_input():
    diagnostic = problem("-", stdin=lambda: b"\n")
    assert (diagnostic.kind, diagnostic.source) == ("syntax_error", "standard input")


def test_an_expression_may_begin_with_a_minus():
    assert resolve("-x").parsed.expression is parse("-x")


def test_names_that_the_point_gives_a_value_are_variables():
    assert resolve("e*x", names=("e",)).parsed.expression is parse("e*x", names=("e",))
    assert resolve("e*x").parsed.expression is not parse("e*x", names=("e",))


FILE = """\
[[expression]]
name = "charge"
expression = "e*x^2"
point = { e = 3, x = 2 }
gradient = { e = "x^2", x = "2*e*x" }

[[expression]]
name = "plain"
expression = "x*sni(x)"

[[expression]]
name = "stray"
expression = "x"
gradient = { y = "1" }

[[expression]]
name = "strange"
expression = "x"
point = { y = 1 }

[[expression]]
name = "bad"
expression = "x"
gradient = { x = "1 +" }
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(FILE, encoding="utf-8")
    return str(file)


def test_an_entry_of_a_file(path):
    question = resolve(f"{path}:charge")
    assert (question.origin, question.label) == ("file", f"{path}:charge")
    assert question.point == {"e": 3.0, "x": 2.0}
    assert question.hand.origin == "file"
    # The point gives e a value, so it is a variable in the expression and in the formulas alike.
    assert question.parsed.expression is parse("e*x^2", names=("e",))
    assert question.hand.formulas["x"] is parse("2*e*x", names=("e",))


def test_a_file_with_several_entries_and_no_name(path):
    diagnostic = problem(path)
    assert "has 5 entries: charge, plain" in diagnostic.message
    assert f"{path}:charge" in diagnostic.help


def test_mistakes_in_an_entry_are_shown_with_the_file(path):
    plain = problem(f"{path}:plain")
    assert (plain.code, plain.source, plain.text) == ("E101", f"{path}:7", "x*sni(x)")
    assert problem(f"{path}:stray").message == f"{path}:11, gradient.y: the expression has no variable `y`"
    assert problem(f"{path}:strange").message == f"{path}:16, point: the expression has no variable `y`"
    bad = problem(f"{path}:bad")
    assert (bad.kind, bad.source) == ("syntax_error", f"{path}:21, gradient.x")


def test_a_missing_file_is_not_taken_for_an_expression():
    assert problem("nowhere.toml").kind == "io_error"
    assert problem("nowhere.TOML:x").kind == "io_error"
    assert problem("nowhere.txt").kind == "io_error"


def test_a_text_file_with_one_expression(tmp_path):
    file = tmp_path / "one.txt"
    file.write_text("# mine\n\n  a*b + ln(a) - sin(b)  \n", encoding="utf-8")
    question = resolve(str(file))
    assert (question.text, question.origin, question.label) == ("a*b + ln(a) - sin(b)", "file", str(file))
    assert question.entry.name == "baydin"


@pytest.mark.parametrize("content", ["", "# only this\n", "x\ny\n"])
def test_a_text_file_with_another_number_of_expressions(tmp_path, content):
    file = tmp_path / "some.txt"
    file.write_text(content, encoding="utf-8")
    assert "this command takes one expression" in problem(str(file)).message


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "b.CSV"])
def test_tables_of_expressions(name):
    diagnostic = problem(name)
    assert (diagnostic.code, diagnostic.kind) == ("E609", "bad_value")
    assert "this command takes one expression" in diagnostic.message


def test_a_point_of_a_file_that_lacks_a_variable(tmp_path):
    file = tmp_path / "p.toml"
    file.write_text('name = "a"\nexpression = "x*y"\npoint = {x = 1}\n', encoding="utf-8")
    with pytest.raises(DiffcompareError) as raised:
        resolve(str(file))
    diagnostic = raised.value.diagnostic
    assert (diagnostic.code, diagnostic.kind, diagnostic.source) == ("E704", "missing_variable", f"{file}:1, point")
