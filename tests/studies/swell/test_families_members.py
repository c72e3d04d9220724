"""Members: ranges, files, and where they are looked at."""

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.studies.swell.families import FAMILIES, MAX_MEMBER, numbers, of_family, of_file


def refusal(function, *arguments):
    with pytest.raises(DiffcompareError) as caught:
        function(*arguments)
    assert caught.value.exit_code == 2
    return caught.value.diagnostic


@pytest.mark.parametrize(
    ("text", "expected"), [("4", range(4, 5)), ("1..12", range(1, 13)), (" 2 .. 3 ", range(2, 4)), (None, range(1, 9))]
)
def test_a_range_is_a_number_or_two(text, expected):
    assert numbers(text) == expected


@every_row(
    ("text", "cure"),
    [
        ("0", "1..1"), ("0..3", "1..3"), ("5..3", "3..5"), ("", "1..12"), ("a", "1..12"), ("1..", "1..12"),
        ("1...3", "1..12"), ("-1", "1..12"), ("1,2", "1..12"), ("401", "1..400"), ("7..900", "7..400"),
        ("1" * 5000, "1..12"), ("٣", "1..12"),
    ],
)  # fmt: skip
def test_a_range_that_is_none_gets_a_cure(text, cure):
    diagnostic = refusal(numbers, text)
    assert (diagnostic.code, diagnostic.help) == ("E562", f"for example `--n {cure}`")
    assert numbers(cure)


def test_the_product_of_n_variables_is_about_n_plus_1():
    for member in of_family(FAMILIES["speelpenning"], range(1, MAX_MEMBER + 1, 57), None):
        product = 1.0
        for x in member.point.values():
            product *= x
        assert product == pytest.approx(member.number + 1)


def test_a_file_of_lines(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("# two functions\nx^2\n\n  sin(y)*x\n")
    first, second = of_file(str(path), None, None)
    assert (first.number, first.name, str(first.expression), first.wrt) == (1, "line 2", "x^2", ("x",))
    assert (second.number, second.name, set(second.point), second.wrt) == (2, "line 4", {"x", "y"}, ("x",))
    (chosen,) = of_file(str(path), range(2, 3), {"x": 1, "y": 2}, ["y"])
    assert (chosen.name, chosen.point, chosen.wrt) == ("line 4", {"x": 1.0, "y": 2.0}, ("y",))


def test_a_file_of_entries_keeps_their_points(tmp_path):
    path = tmp_path / "entries.toml"
    path.write_text('[[expression]]\nname = "a"\nexpression = "e*x"\npoint = { e = 2, x = 3 }\n')
    (member,) = of_file(str(path), None, None)
    assert (member.name, member.point) == ("a", {"e": 2.0, "x": 3.0})


@pytest.mark.parametrize(
    ("content", "which", "at", "code"),
    [
        ("", None, None, "E566"),
        ("# nothing\n", None, None, "E566"),
        ("x\ny\n", range(1, 4), None, "E562"),
        ("x + sni(x)\n", None, None, "E101"),
        ("x\ny\n", None, {"x": 1}, "E704"),
        ("x\ny\n", None, {"x": 1, "y": 2, "z": 3}, "E705"),
    ],
)
def test_what_can_be_wrong_with_a_file(tmp_path, content, which, at, code):
    path = tmp_path / "file.txt"
    path.write_text(content)
    assert refusal(of_file, str(path), which, at).code == code


def test_a_mistake_in_a_file_has_its_line(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("x\n\nsni(x)\n")
    assert refusal(of_file, str(path), None, None).source == f"{path}:3"
