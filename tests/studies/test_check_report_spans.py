"""Spans: where a subexpression stands in a text."""

from rows import every_row

from diffcompare.language.parser import parse
from diffcompare.studies.check_report import span_of


@every_row(
    ("text", "part", "piece"),
    [
        ("x^2*sin(x)", "sin(x)", "sin(x)"),
        ("x^2*sin(x)", "x^2", "x^2"),
        ("x^2 * sin( x )", "sin(x)", "sin( x )"),
        ("2x + ln (x)", "2*x", "2x"),
        ("a = x^2; sin(a)", "x^2", "x^2"),
        ("(x+1)*(x-1)", "x+1", "x+1"),
        ("|x|*3", "|x|", "|x|"),
        ("-x^2", "x^2", "x^2"),
        ("x² + 1", "x^2", "x²"),
        ("if(x > 0, x^2, 1)", "x^2", "x^2"),
        ("x^2*sin(x)", "x^2*sin(x)", "x^2*sin(x)"),
    ],
)
def test_the_first_and_shortest_piece(text, part, piece):
    start, end = span_of(text, parse(part))
    assert text[start:end] == piece


def test_what_is_not_there():
    assert span_of("x^2", parse("x^3")) is None


def test_a_long_text_is_not_searched():
    assert span_of(" + ".join(["x"] * 200), parse("x")) is None
