"""Hostile input: whatever is typed, piped or stored, the answer is quick, quiet and says where the mistake is.

Every line here goes through the whole command line, in this process.  Each table holds one class of input; a row is
what is given, and what must come of it.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rows import every_row

from diffcompare.cli import main
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.parser import parse

KINDS = {
    "syntax_error", "unknown_function", "arity_error", "missing_variable", "unknown_variable", "bad_value", "domain_error",
    "overflow", "nondifferentiable", "resource_limit", "io_error",
}  # fmt: skip
ACTING = [chr(code) for code in (*range(9), *range(11, 32), 127, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
QUICK = ("--method", "reverse-ad", "--no-truth")


class Outcome(NamedTuple):
    """The exit code of a command, and the document that it wrote."""

    code: int
    data: dict[str, Any]
    err: str

    @property
    def error(self) -> dict[str, Any]:
        return self.data["error"]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """`ask("x +")`: what `grad` makes of it in JSON, after what holds for every input has been looked at."""

    def run(text: str, *options: str, stdin: bytes | None = None) -> Outcome:
        capsys.readouterr()
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(["grad", text, *options, "--json"])
        out, err = capsys.readouterr()
        data = json.loads(out, parse_constant=lambda token: pytest.fail(f"{token} is not JSON"))
        assert "Traceback" not in err
        assert not any(character in out + err for character in ACTING)
        assert code in {0, 2, 3}
        if code:
            assert set(data["error"]) == {"code", "kind", "message", "span", "help"}
            assert data["error"]["kind"] in KINDS
            assert err.startswith(("error[E", "note[W", "warning[W"))
        return Outcome(code, data, err)

    return run


def check_mistake(outcome: Outcome, text: str, code: str, span: tuple[int, int]) -> None:
    """The code, the characters at fault, the carets below them, and a cure that can be pasted back."""
    assert outcome.code == 2
    assert (outcome.error["code"], tuple(outcome.error["span"])) == (code, span)
    start = span[0] - text.rfind("\n", 0, span[0]) - 1
    assert f"column {start + 1}\n" in outcome.err
    with pytest.raises(DiffcompareError) as caught:
        parse(text)
    fix = caught.value.diagnostic.fix
    if fix is not None:
        assert fix in outcome.error["help"]
        parse(fix)


MISTAKES = {
    "a value is missing": [
        ("x -", "E202", (2, 3)), ("x **", "E202", (2, 4)), ("x + -", "E202", (4, 5)), ("^2", "E202", (0, 1)),
        ("(x + )", "E202", (3, 4)), ("(* x)", "E202", (1, 2)), ("sin(x +)", "E202", (6, 7)), ("max(x, * y)", "E202", (7, 8)),
        ("x^()", "E202", (2, 4)), ("2 + ()*3", "E202", (4, 6)), ("√", "E202", (0, 1)), ("x - - ", "E202", (4, 5)),
        ("x*(y+z*)", "E202", (6, 7)), ("x + 2×", "E202", (5, 6)), ("* 2", "E202", (0, 1)), ("a = 1; = 2", "E202", (7, 8)),
    ],
    "an operator twice": [
        ("x + * y", "E202", (4, 5)), ("x * * y", "E202", (4, 5)), ("x ***y", "E202", (4, 5)), ("x ^ ^ 2", "E202", (4, 5)),
        ("x +/ y", "E202", (3, 4)), ("x × ÷ y", "E202", (4, 5)), ("x ^ / 2", "E202", (4, 5)),
    ],
    "brackets and bars that do not pair up": [
        ("((x)", "E205", (0, 1)), ("x*(y", "E205", (2, 3)), ("max(x, y", "E205", (3, 4)), ("(\nx", "E205", (0, 1)),
        ("sqrt(x+(y*2)", "E205", (4, 5)), ("x+(y*(z+1)", "E205", (2, 3)), ("if(x > 0, 1, 2", "E205", (2, 3)),
        ("a = (1; a", "E205", (4, 5)), ("(x))", "E206", (3, 4)), ("x)*y", "E206", (1, 2)), ("abs(x))", "E206", (6, 7)),
        ("|x| + |y", "E207", (6, 7)), ("||x|", "E207", (0, 1)), ("x|y", "E207", (1, 2)), ("sin[x]", "E301", (3, 4)),
    ],
    "the wrong number of arguments": [
        ("exp(x,y)", "E102", (0, 3)), ("max()", "E102", (0, 3)), ("hypot(x)", "E102", (0, 5)), ("hypot(x,y,z)", "E102", (0, 5)),
        ("log()", "E102", (0, 3)), ("if()", "E102", (0, 2)), ("if(x>0)", "E102", (0, 2)), ("x + ln(1,2,3)", "E102", (4, 6)),
    ],
    "functions that do not exist": [
        ("snh(x)", "E101", (0, 3)), ("arccoss(x)", "E101", (0, 7)), ("2*lnn(x)", "E101", (2, 5)), ("max2(x,y)", "E101", (0, 4)),
        ("x*sinn(x)+cos(y)", "E101", (2, 6)), ("f(g(x))", "E101", (0, 1)), ("eval(x)", "E101", (0, 4)), ("open(x)", "E101", (0, 4)),
        ("getattr(x, y)", "E101", (0, 7)), ("__import__(x)", "E101", (0, 10)), ("变 + sni(y)", "E101", (4, 7)),
        ("\t\tsni(x)", "E101", (2, 5)), ("x + y\r\n+ sni(x)", "E101", (9, 12)),
    ],
    "products that would be a guess": [
        ("x(1)", "E105", (0, 1)), ("2/3x", "E204", (3, 4)), ("e^2(y+1)", "E204", (3, 4)), ("1/2sin(x)", "E204", (3, 6)),
        ("1/(2)x", "E204", (5, 6)), ("x^2 3", "E203", (4, 5)), ("2^3 y", "E204", (4, 5)), ("xy z", "E203", (3, 4)),
        ("x/2 sin(y)", "E204", (4, 7)), ("2 .5", "E203", (2, 4)), ("sin(x)2", "E203", (6, 7)), ("|x|2", "E203", (3, 4)),
        ("√3x", "E204", (2, 3)), ("x²y", "E204", (2, 3)), ("x²^3", "E204", (2, 3)),
    ],
    "numbers that are none": [
        ("1e-", "E304", (0, 2)), ("0b11", "E304", (0, 4)), ("0o17", "E304", (0, 4)), ("1__0", "E304", (0, 4)), ("1..2", "E304", (0, 4)),
        ("1e5.5", "E304", (0, 5)), ("1_0.5", "E304", (0, 5)), ("0.1.", "E304", (0, 4)), ("x+1_0.5_0*2", "E304", (2, 9)), ("0x1.8", "E304", (0, 5)), ("0b12", "E304", (0, 4)),
        ("2*.1.", "E304", (2, 5)), ("1.5_0.5.5", "E304", (0, 9)), ("0.1.x", "E304", (0, 4)), ("0.1 .", "E301", (4, 5)), ("3J", "E304", (0, 2)), ("1.2e", "E304", (0, 4)), ("x/∞", "E301", (2, 3)), ("1,000", "E208", (1, 2)),
    ],
    "comparisons": [
        ("x != 1", "E209", (2, 4)), ("sin(x > 0)", "E209", (6, 7)), ("max(x<0, 1)", "E209", (5, 6)), ("if(x>0, x<1, 2)", "E209", (9, 10)),
        ("if(x>0,1,2) > 3", "E209", (12, 13)), ("a == 1; a", "E209", (2, 4)), ("if(x==1==2,1,0)", "E210", (7, 9)),
        ("if(x+1, 2, 3)", "E211", (3, 6)), ("if(x =< y,1,2)", "E212", (5, 7)),
    ],
    "assignments": [
        ("pi = 3; pi", "E103", (0, 2)), ("π = 3; π", "E103", (0, 1)), ("max = 1; max(max, 2)", "E103", (0, 3)), ("a = b; b = 1; a*b", "E104", (7, 8)),
        ("a = a; a", "E104", (4, 5)), ("a = 1;\nb = a;\nb = 2; b", "E104", (14, 15)), ("x^2 = 4; x", "E212", (4, 5)),
        ("a = b = 2; a", "E212", (6, 7)), ("(a = 1; a)", "E212", (3, 4)), ("sin(a = 1)", "E212", (6, 7)), ("a = 1; b = 2", "E213", (9, 10)),
        ("a = 1;; a", "E214", (6, 7)), ("; x", "E214", (0, 1)), ("x + 1; x", "E214", (5, 6)),
    ],
    "stray signs": [
        (",", "E208", (0, 1)), ("x,,", "E208", (1, 2)), ("max(, y)", "E208", (4, 5)), ("x@y", "E301", (1, 2)), ("x~", "E301", (1, 2)),
        ("x:", "E301", (1, 2)), ("x?", "E301", (1, 2)), ("x;;", "E214", (1, 2)),
    ],
    "characters that look like others": [
        ("сos(x)", "E302", (0, 1)), ("cоs(x)", "E302", (1, 2)),
        ("x ↑ y", "E302", (2, 3)), ("⟨x⟩", "E302", (0, 1)), ("ſin(x)", "E302", (0, 1)),
        ("ο + o", "E302", (0, 1)), ("Α + A", "E302", (0, 1)), ("\u212a + K", "E302", (0, 1)), ("“x”", "E301", (0, 1)), ("x٣", "E301", (1, 2)),
    ],
    "characters that nobody sees": [
        ("x\u2066y", "E303", (1, 2)), ("\u200bx", "E303", (0, 1)), ("sin\u00ad(x)", "E303", (3, 4)), ("a\x00b", "E303", (1, 2)),
        ("x\U000e0041", "E303", (1, 2)), ("x\ufeff+1", "E303", (1, 2)), ("x\u2061(y)", "E303", (1, 2)), ("\u115f", "E303", (0, 1)),
        ("x\x7f", "E303", (1, 2)), ("x\u0301", "E301", (1, 2)), ("x\ufe0f", "E301", (1, 2)), ("👨\u200d👩", "E301", (0, 1)),
    ],
    "code of other languages": [
        ("__import__('os').system('ls')", "E301", (11, 12)), ("{x.__class__}", "E301", (0, 1)), ("[bold]x[/bold]", "E301", (0, 1)),
        ("${x}", "E221", (0, 1)), ("`id`", "E301", (0, 1)), ("().__class__", "E202", (0, 2)), ("x; import os", "E214", (1, 2)),
        ("x for x in y", "E203", (2, 5)), ("\x1b[31mx", "E303", (0, 1)),
    ],
}  # fmt: skip


@every_row(("text", "code", "span"), [row for rows in MISTAKES.values() for row in rows])
def test_a_mistake_is_pointed_at_and_its_cure_parses(ask, text: str, code: str, span: tuple[int, int]) -> None:
    check_mistake(ask(text), text, code, span)


# --- Bombs ------------------------------------------------------------------------------------------------------------


@every_row(
    ("text", "code"),
    [
        ("1e999999999", "E404"), ("x*1e-1001", "E404"), ("1" * 1001, "E403"), ("x" + "+x" * 250_001, "E402"),
        ("(" * 30_000, "E205"), (")" * 30_000, "E206"), ("sin(" * 5_000 + "x", "E205"), ("sni(x)+" * 5_000 + "1", "E101"),
    ],
)  # fmt: skip
def test_a_bomb_is_put_out_before_any_work_is_done(ask, text: str, code: str) -> None:
    outcome = ask("-", stdin=text.encode())
    assert (outcome.code, outcome.error["code"]) == (2, code)
    assert len(outcome.err) < 2000


@pytest.mark.parametrize(
    "text", ["9^9^9^9", "10^1000000", "gamma(1e300)", "exp(exp(exp(100)))", "cosh(1000)", "1e308*10"]
)
def test_a_number_beyond_all_doubles_is_said_to_be_one(ask, text: str) -> None:
    outcome = ask(text, *QUICK)
    assert (outcome.code, outcome.error["kind"]) == (3, "overflow")


@pytest.mark.parametrize("order", ["1001", "1000000", "1e300", "10^1000"])
def test_an_order_of_polygamma_that_would_take_hours_is_refused(ask, order: str) -> None:
    # The value of order 1001 is a partial of order 1000: it takes a fifth of a second, and every method asks.
    outcome = ask(f"polygamma({order}, x)", "--at", "x=2", *(QUICK[:2] if order == "1001" else ()))
    assert (outcome.code, outcome.error["kind"]) == (3, "domain_error")
    assert "1000" in outcome.error["message"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(" * 5_000 + "x" + ")" * 5_000, 1.0), ("-" * 2_000 + "x", 1.0), ("max(" + "x," * 999 + "x)", 1.0), ("x" + "^x" * 500, 1.0),
        ("v0 = x;" + "".join(f"v{i + 1} = v{i}*v{i};" for i in range(300)) + "v300", 1.0),
        ("".join(f"if(x > {i + 2}, x, " for i in range(200)) + "3" + ")" * 200, 3.0),
    ],
    ids=lambda value: str(value)[:12],
)  # fmt: skip
def test_deep_is_not_difficult(ask, text: str, value: float) -> None:
    outcome = ask("-", "--at", "x=1", *QUICK, stdin=text.encode())
    assert (outcome.code, outcome.data["value"]) == (0, value)


# --- Edges ------------------------------------------------------------------------------------------------------------

EDGES = {
    "domain_error": [
        ("ln(0)", ""), ("0^-1", ""), ("sqrt(-1)", ""), ("asin(2)", ""), ("atan2(0,0)", ""), ("gamma(-1)", ""), ("log(2,1)", ""), ("log(-2,2)", ""),
        ("acosh(0.5)", ""), ("(-8)^(1/3)", ""), ("0/0", ""), ("1/x", "x=0"), ("x/x", "x=0"), ("0*ln(x)", "x=0"), ("log(x,1)", "x=2"), ("atanh(x)", "x=1"),
        ("if(1/x > 0, 1, 2)", "x=0"), ("|x|/x", "x=0"), ("x^y", "x=-2,y=2"),
    ],
    "nondifferentiable": [
        ("|x|", "x=0"), ("max(x, 2*x)", "x=0"), ("relu(x)", "x=0"), ("floor(x)", "x=3"), ("sign(x)", "x=0"), ("cbrt(x)", "x=0"), ("hypot(x,y)", "x=0,y=0"),
        ("|x| + x", "x=0"), ("sqrt(x^2)", "x=0"), ("if(x == 0, 5, x)", "x=0"), ("sqrt(x)", "x=0"), ("max(x,y)", "x=1,y=1"), ("min(max(x,0),1)", "x=1"),
    ],
    "overflow": [("exp(x)", "x=1000"), ("x*x", "x=1e200"), ("x*10", "x=1e308"), ("1/x", "x=5e-324"), ("x*1e1000", "x=1")],
}  # fmt: skip


@every_row(("kind", "text", "at"), [(kind, *row) for kind, rows in EDGES.items() for row in rows])
def test_an_edge_is_no_answer_and_says_why(ask, kind: str, text: str, at: str) -> None:
    outcome = ask(text, "--at", at, "--method", "reverse-ad")
    assert (outcome.code, outcome.error["kind"]) == (3, kind)


@every_row(
    ("text", "at", "partial"),
    [
        ("|x|^3", 0, 0), ("x*|x|", 0, 0), ("|x|*|x|", 0, 0), ("max(x,x)", 3, 1), ("relu(x) - relu(-x)", 0, 1), ("relu(x)^2", 0, 0), ("cbrt(x)^3", 0, 1),
        ("if(x == 0, 0, x)", 0, 1), ("if(x >= 0, x^2, -x^2)", 0, 0), ("if(x > 0, ln(x), 0)", -1, 0), ("0*abs(x)", 0, 0), ("sqrt(x^4)", 0, 0),
        ("floor(x)", 2.5, 0), ("floor(x) + ceil(-x)", 2, 0), ("x^1", 0, 1), ("x^0", 0, 0), ("x^3", -2, 12), ("softplus(x)", 1000, 1),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_kink_has_its_derivative(ask, text: str, at: float, partial: float) -> None:
    outcome = ask(text, "--at", f"x={at}", "--method", "reverse-ad")
    assert outcome.code == 0
    assert float(outcome.data["truth"]["gradient"]["x"]) == pytest.approx(partial, abs=1e-20)


# --- Options ----------------------------------------------------------------------------------------------------------


@every_row(
    ("at", "code", "span"),
    [
        ("x=nan", "E703", [0, 3]), ("x=-inf", "E703", [0, 4]), ("x=", "E703", [0, 2]), ("=2", "E703", [0, 2]), ("x=y", "E703", [0, 1]),
        ("x=1e400", "E703", [0, 5]), ("x=1,x=2", "E703", [0, 3]), ("x", "E703", [0, 1]), ("x=1/0", "E703", [0, 3]), ("x=9^9^9^9", "E703", [0, 7]),
        ("x=0*(1e308*10)", "E703", [0, 12]), ("pi=3", "E703", [0, 4]), ("x+1=2", "E703", [0, 5]), ("", "E704", None), ("y=1", "E705", [0, 1]),
        ("x=х", "E302", [0, 1]), ("x=1e1001", "E404", [0, 6]), ("x=0x10", "E304", [0, 4]), ("x=2-", "E202", [1, 2]), ("x={0}", "E301", [0, 1]),
        ("x=" + "(" * 9_000, "E205", [8_999, 9_000]), ("x=__import__('os')", "E301", [11, 12]),
    ],
)  # fmt: skip
def test_a_coordinate_is_a_finite_number_for_a_name_that_is_there(
    ask, at: str, code: str, span: list[int] | None
) -> None:
    outcome = ask("x^2", "--at", at)
    assert (outcome.code, outcome.error["code"], outcome.error["span"]) == (2, code, span)
    assert len(outcome.err) < 2000


@every_row(
    ("hand", "code", "span"),
    [
        ("x=", "E703", [0, 2]), ("x=sni(x)", "E101", [0, 3]), ("x=2*z", "E705", [2, 3]), ("x=1/2x", "E204", [3, 4]), ("x=nan", "E705", [0, 3]),
        ("x=|x", "E207", [0, 1]), ("x=[red]x", "E301", [0, 1]), ("df/dz=2*x", "E714", [0, 5]), ("", "E703", [0, 0]),
    ],
)  # fmt: skip
def test_a_formula_by_hand_is_read_like_any_other(ask, hand: str, code: str, span: list[int]) -> None:
    outcome = ask("x^2", "--at", "x=3", "--hand", hand)
    assert (outcome.code, outcome.error["code"], outcome.error["span"]) == (2, code, span)


@every_row(
    ("option", "value"),
    [("--step", "1e-400"), ("--step", "1e400"), ("--step", "0x1"), ("--step", ""), ("--budget", "nan"), ("--budget", "-1"), ("--budget", "1s"),
     ("--digits", "18"), ("--digits", "9" * 5000), ("--digits", "1.5"), ("--method", "reverse_ad"), ("--method", "all,foo"),
     ("--method", "[bold]"), ("--method", "\x1b[31m"), ("--charset", "utf8")],
)  # fmt: skip
def test_no_option_takes_nonsense(ask, option: str, value: str) -> None:
    outcome = ask("x^2", option, value)
    assert (outcome.code, outcome.error["kind"]) == (2, "bad_value")
    assert outcome.error["help"]


# --- Files and streams ------------------------------------------------------------------------------------------------


@every_row(
    ("data", "code"),
    [
        (b"x\xff", "E605"), (b"\xff\xfex\x00", "E605"), (b"\xed\xa0\x80", "E605"), (b"\xc0\x80", "E605"), (b"", "E201"), (b"\n\n", "E201"),
        (b"x\x00", "E303"), (b"x^2\x1a", "E303"), (b"# c\nx", "E301"), (b"@baydin", "E301"), (b"-", "E202"), (b" " * 1_000_001, "E606"),
    ],
)  # fmt: skip
def test_standard_input_may_hold_anything(ask, data: bytes, code: str) -> None:
    outcome = ask("-", stdin=data)
    assert (outcome.code, outcome.error["code"]) == (2, code)


def test_a_mark_of_byte_order_and_windows_line_ends_are_no_mistake(ask) -> None:
    assert ask("-", "--at", "x=3", *QUICK, stdin=b"\xef\xbb\xbfx^2\r\n\r\n").data["value"] == 9


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("", "E604"), ('name = "b"', "E603"), ("a = " + "[" * 5_000, "E604"), ("[[expression", "E603"), ("value = " + "9" * 5000, "E603"),
        ('expression = "x +"', "E202"), ('expression = "x\\u0000"', "E303"), ('expression = ""', "E201"), ('expression = "@baydin"', "E301"),
        ('expression = "x"\npoint = { x = nan }', "E604"), ('expression = "x"\npoint = { "x; rm" = 1 }', "E705"),
        ('expression = "x"\ngradient = { "[bold]" = "1" }', "E705"), ('expression = "x"\ngradient = { x = "sni(x)" }', "E101"),
        ('expression = "\\ud800"', "E603"), ("#" * 10_000_000, "E606"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_a_file_may_hold_anything(ask, tmp_path: Path, lines: str, code: str) -> None:
    path = tmp_path / "hostile.toml"
    path.write_text(f'name = "a"\n{lines}\n' if lines else "", "utf-8")
    outcome = ask(str(path))
    assert (outcome.code, outcome.error["code"]) == (2, code)


@pytest.mark.parametrize("format", ["plain", "csv", "markdown", "html", "latex"])
def test_no_text_of_a_file_acts_on_its_reader(capsys: pytest.CaptureFixture[str], tmp_path: Path, format: str) -> None:
    path = tmp_path / "hostile.toml"
    path.write_text(
        'name = "=1+1"\nexpression = "x"\nlesson = "\\\\input{/etc/passwd} \\u202e [bold]b[/bold]"\n'
        'title = "\\u001b[31m <script>alert(1)</script> | `id`"\n',
        "utf-8",
    )
    assert main(["grad", str(path), "--at", "x=1", *QUICK, "--format", format]) == 0
    out, err = capsys.readouterr()
    assert not any(character in out + err for character in ACTING)
    assert "\\input{" not in out
    assert format not in ("markdown", "html") or not re.search(r"(?<!\\)<script", out)
    assert not any(line.startswith("=") for line in out.splitlines())
