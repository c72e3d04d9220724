"""Expression files of people's own: read leniently, and whatever is wrong is said with its place."""

import os

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.expression_file import entries_of_file, from_file
from diffcompare.inputs.files import MAX_FILE_BYTES

TWO = """\
[[expression]]
name = "first"
expression = "x*y"
point = { x = 2, y = 0.5 }
lesson = "A product."

[expression.gradient]
x = "y"
y = "x"

[[expression]]
name = "second"
expression = "sin(x)"
"""


@pytest.fixture
def write(tmp_path):
    def writer(text, name="mine.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return writer


def problem(action, *arguments):
    with pytest.raises(DiffcompareError) as caught:
        action(*arguments)
    return caught.value.diagnostic


def test_all_entries_of_a_file(write):
    path = write(TWO)
    first, second = entries_of_file(path)
    assert (first.name, first.text, first.lesson, first.line) == ("first", "x*y", "A product.", 1)
    assert first.point == {"x": 2.0, "y": 0.5}
    assert first.formulas == {"x": "y", "y": "x"}
    assert (second.name, second.text, second.point, second.formulas) == ("second", "sin(x)", {}, {})
    assert second.place == f"{path}:11"


def test_one_entry_by_name(write):
    assert from_file(write(TWO), "second").text == "sin(x)"


def test_the_only_entry_needs_no_name(write):
    assert from_file(write('[[expression]]\nname = "a"\nexpression = "x"')).name == "a"
    assert from_file(write('name = "a"\nexpression = "x"')).text == "x"


def test_several_entries_and_no_name(write):
    path = write(TWO)
    diagnostic = problem(from_file, path)
    assert diagnostic.code == "E607"
    assert "first, second" in diagnostic.message
    assert f"{path}:first" in diagnostic.help


def test_other_spellings_of_the_keys(write):
    text = '[[expression]]\nid = "a"\nexpr = "x^2"\nnote = "why"\n[expression.grad]\nx = "2*x"'
    entry = from_file(write(text), "a")
    assert (entry.name, entry.text, entry.lesson, entry.formulas) == ("a", "x^2", "why", {"x": "2*x"})


def test_a_number_will_do_as_a_formula(write):
    assert from_file(write('name = "a"\nexpression = "2*x"\ngradient = { x = 2 }')).formulas == {"x": "2"}


def test_byte_order_mark_and_windows_line_ends(write):
    assert len(entries_of_file(write(b"\xef\xbb\xbf" + TWO.replace("\n", "\r\n").encode()))) == 2


def test_a_name_that_the_file_does_not_have(write):
    path = write(TWO)
    assert problem(from_file, path, "secnd").help == f"did you mean {path}:second?"
    assert "first, second" in problem(from_file, path, "q").help


def test_a_name_twice(write):
    path = write(TWO + '\n[[expression]]\nname = "first"\nexpression = "1"')
    for diagnostic in (problem(from_file, path, "first"), problem(entries_of_file, path)):
        assert "`first` is used twice, first in line 1" in diagnostic.message


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ('name = "a"', "an entry has no `expression`"),
        ('expression = "x"', "an entry has no `name`"),
        ('name = 1\nexpression = "x"', "`name` is not a string but a number"),
        ('name = "a"\nexpression = ["x"]', "`expression` is not a string but a list"),
        ('name = "a"\nexpression = "x"\npoint = "x=2"', "`point` is not a table but a string"),
        ('name = "a"\nexpression = "x"\npoint = { x = "2" }', "`point.x` is not a number but a string"),
        ('name = "a"\nexpression = "x"\npoint = { x = true }', "`point.x` is not a number but a boolean"),
        ('name = "a"\nexpression = "x"\npoint = { x = nan }', "`point.x` is nan"),
        ('name = "a"\nexpression = "x"\npoint = { x = 1e999 }', "`point.x` is inf"),
        ('name = "a"\nexpression = "x"\npoint = { x = 1' + "0" * 400 + " }", "`point.x` is inf"),
        ('name = "a"\nexpression = "x"\ngradient = ["1"]', "`gradient` is not a table but a list"),
        ('name = "a"\nexpression = "x"\ngradient = { x = true }', "`gradient.x` is not a string but a boolean"),
        ('name = "a"\nexpression = "x"\ndemos = "trace"', "`demos` is not a list but a string"),
        ('name = "a"\nexpression = "x"\ntitle = 1979-05-27', "`title` is not a string but a date or time"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_with_its_line(write, lines, complaint):
    path = write(f"# mine\n\n[[expression]]\n{lines}\n")
    for diagnostic in (problem(entries_of_file, path), problem(from_file, path)):
        assert diagnostic.code == "E604"
        assert diagnostic.message.startswith(f"{path}:3: {complaint}")


def test_a_mistake_elsewhere_in_the_file_does_not_matter(write):
    assert from_file(write(TWO + "\n[[expression]]\nname = 1"), "first").name == "first"


@pytest.mark.parametrize("text", ["", "# nothing\n", "[other]\nx = 1", "expression = 3", "expression = [1]"])
def test_a_file_without_entries(write, text):
    assert "[[expression]]" in problem(from_file, write(text), "a").help


def test_malformed_toml_shows_the_line(write):
    path = write('[[expression]]\nname = "a"\nexpression: "x"\n')
    diagnostic = problem(entries_of_file, path)
    assert (diagnostic.code, diagnostic.kind) == ("E603", "syntax_error")
    assert diagnostic.text == 'expression: "x"'
    assert diagnostic.source == f"{path}:3"
    assert diagnostic.span == (10, 11)
    assert diagnostic.message.startswith("not valid TOML: ")
    assert "(at line" not in diagnostic.message


def test_toml_that_ends_too_early(write):
    assert problem(entries_of_file, write('name = "a')).code == "E603"
    assert problem(entries_of_file, write("x = [")).code == "E603"


def test_toml_that_is_nested_too_deeply(write):
    assert "nested" in problem(entries_of_file, write("x = " + "[" * 100_000)).message


def test_an_integer_that_python_will_not_read(write):
    assert problem(entries_of_file, write("x = " + "9" * 5000)).code == "E603"


def test_files_that_cannot_be_read(tmp_path, write):
    missing = problem(from_file, str(tmp_path / "no.toml"), "a")
    assert (missing.code, missing.kind) == ("E602", "io_error")
    assert "no such file" in missing.message
    (tmp_path / "dir.toml").mkdir()
    assert "is a directory" in problem(from_file, str(tmp_path / "dir.toml"), "a").message
    assert problem(from_file, "a\0b.toml", "a").code == "E602"
    assert problem(from_file, "x" * 5000 + ".toml", "a").code == "E602"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="this user may read everything")
def test_a_file_without_permission(write):
    path = write(TWO)
    os.chmod(path, 0)
    assert "permission" in problem(from_file, path, "a").message


def test_bytes_that_are_not_utf8(write):
    diagnostic = problem(entries_of_file, write(b'name = "\xff"'))
    assert (diagnostic.code, diagnostic.kind) == ("E605", "io_error")
    assert "byte 0xff at offset 8" in diagnostic.message


def test_a_file_beyond_the_bound(write):
    diagnostic = problem(entries_of_file, write(b"#" * (MAX_FILE_BYTES + 1)))
    assert (diagnostic.code, diagnostic.kind) == ("E606", "resource_limit")


def test_a_key_that_is_nearly_one_of_ours(tmp_path):
    """It would go unseen, and the point be another one; keys of people's own are welcome."""
    file = tmp_path / "slip.toml"
    file.write_text('name = "a"\nexpression = "x"\npont = {x = 1}\n', encoding="utf-8")
    with pytest.raises(DiffcompareError, match="no key `pont`") as raised:
        from_file(str(file))
    assert raised.value.diagnostic.help == "did you mean `point`?"
    file.write_text('name = "a"\nexpression = "x"\nhomework = 3\n', encoding="utf-8")
    assert from_file(str(file)).name == "a"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(DiffcompareError, match="not a regular file"):
        from_file(str(tmp_path / "pipe.toml"))


def test_thousands_of_entries_and_deep_keys_are_answered_at_once(tmp_path):
    file = tmp_path / "many.toml"
    file.write_text(
        "".join(f'[[expression]]\nname = "n{i}"\nexpression = "x"\n' for i in range(3000)), encoding="utf-8"
    )
    assert from_file(str(file), "n2999").line == 3 * 2999 + 1
    file.write_text("a." * 20_000 + "b = 1", encoding="utf-8")
    with pytest.raises(DiffcompareError, match="nested too deeply"):
        from_file(str(file))
