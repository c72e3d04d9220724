"""`diffcompare check answers.csv`: exit codes, and the folder of texts for the students."""

import json

import pytest

HEADER = "student,expression,x\n"


@pytest.fixture
def answers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(*lines, name="answers.csv"):
        tmp_path.joinpath(name).write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        return name

    return write


@pytest.mark.parametrize(
    ("line", "code"), [("Ada,x^2,2*x", 0), ("Ada,x^2,", 0), ("Ada,x^2,x", 1), ("Ada,x^2,sni(x)", 1), ("Ada,,1", 1)]
)
def test_exit_codes(cli, answers, line, code):
    done = cli("check", answers("Eve,x^2,2x", line))
    assert done.code == code
    assert done.err == ""


def test_a_suffix_in_capitals_and_json(cli, answers):
    done = cli("check", answers("Ada,x^2,2*x", name="ANSWERS.CSV"), "--json")
    assert done.code == 0
    assert json.loads(done.out)["summary"]["right"] == 1


@pytest.mark.parametrize("arguments", [("answers.csv",), ("x^4", "--hand", "4*sqrt(x)^6")])
def test_what_agrees_only_where_it_is_defined_may_count_as_wrong(cli, answers, arguments):
    answers("Ada,x^4,4*sqrt(x)^6")
    codes = [cli("check", *arguments, *option).code for option in ((), ("--where-defined", "wrong"))]
    assert codes == [0, 1]


def test_quiet_has_the_rows_only(cli, answers):
    done = cli("check", answers("Ada,x^2,2*x"), "-q")
    assert done.out.startswith("Every answer\n")


def test_texts_for_students_are_written_and_told(cli, answers, tmp_path):
    path = answers("Ada,x^2,2*x", "Bob/7,sin(x^2),cos(x^2),")
    done = cli("check", path, "--feedback", "texts")
    assert done.err == "note[W592]: wrote 2 texts to texts: Ada.txt, Bob_7.txt\n"
    assert sorted(path.name for path in tmp_path.joinpath("texts").iterdir()) == ["Ada.txt", "Bob_7.txt"]
    assert "2*x*cos(x^2)" not in tmp_path.joinpath("texts", "Bob_7.txt").read_text(encoding="utf-8")
    again = cli("check", path, "--feedback", "texts", "--solution")
    assert again.err.endswith("Bob_7.txt; 2 of them replace older ones\n")
    assert "2*x*cos(x^2)" in tmp_path.joinpath("texts", "Bob_7.txt").read_text(encoding="utf-8")


def test_a_foreign_file_is_left_alone_and_nothing_is_written(cli, answers, tmp_path):
    tmp_path.joinpath("texts").mkdir()
    tmp_path.joinpath("texts", "Bob.txt").write_text("my own notes")
    done = cli("check", answers("Ada,x^2,2*x", "Bob,x^2,x,"), "--feedback", "texts")
    assert done.code == 74
    assert done.out == ""
    assert "Bob.txt`: it exists and is not a text written by diffcompare" in done.err
    assert [path.name for path in tmp_path.joinpath("texts").iterdir()] == ["Bob.txt"]
    assert tmp_path.joinpath("texts", "Bob.txt").read_text() == "my own notes"


@pytest.mark.parametrize("folder", ["answers.csv", "no/such/place"])
def test_a_folder_that_cannot_be_made(cli, answers, folder):
    done = cli("check", answers("Ada,x^2,2*x"), "--feedback", folder)
    assert (done.code, done.out) == (74, "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("answers.csv", "--hand", "2*x"), "E506"),
        (("x^2", "--hand", "2*x", "--feedback", "texts"), "E506"),
        (("nosuch.csv",), "E602"),
        (("answers.csv", "--where-defined", "maybe"), "E506"),
        (("x^2", "--derivation", "-", "--where-defined", "wrong"), "E506"),
    ],
)
def test_wrong_use(cli, answers, arguments, code):
    answers("Ada,x^2,2*x")
    done = cli("check", *arguments)
    assert done.code == 2
    assert f"[{code}]" in done.err
