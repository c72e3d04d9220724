"""`diffcompare demo` and `lesson` as they are called."""

import json
import re

import pytest
from rows import every_row

from diffcompare.classroom.demos import NAMES, load_demo
from diffcompare.classroom.handout import write_frame
from diffcompare.safe_io import CannotWrite


@every_row(
    ("line", "code", "cure"),
    [
        (("demo", "trcae"), "E581", "did you mean `trace`?"),
        (("demo", "memory", "--frame", "9"), "E599", "--frame 1"),
        (("demo", "all", "--frame", "9"), "E506", "--frame 3"),
        (("demo", "trace", "swell", "--frame", "2"), "E506", "--frame 3"),
        (("demo", "memory", "--expr", "x^2"), "E506", "demo trace --expr"),
        (("demo", "trace", "memory", "--at", "x=2"), "E506", "demo trace --expr"),
        (("lesson", "memory", "--expr", "x^2"), "E506", "lesson trace"),
        (("lesson", "trace", "--expr", "3"), "E585", "--expr"),
        (("lesson", "trace", "--expr", "ln(1 + exp(x))", "--at", "x=800"), "E585", "choose another point"),
        (("demo", "trace", "swll"), "E581", "did you mean `swell`?"),
        (("demo", "--expr", ""), "E201", "the expression is empty"),
        (("demo", "trace", "--expr", "sni(x)"), "E101", "did you mean `sin`?"),
        (
            ("demo", "trace", "--expr", "+".join(f"sin({k}*x)" for k in range(2, 30)), "--at", "x=1"),
            "E598",
            "diffcompare trace",
        ),
        (("demo", "memory", "--auto", "0"), "E507", "--auto 5"),
        (("demo", "memory", "--lang", "fr"), "E506", "`--lang` takes one of en, zh"),
        (("demo", "memory", "--lang", "zh", "--charset", "ascii"), "E506", "leave out `--charset ascii`"),
        (("lesson", "memory", "trcae"), "E581", "did you mean `trace`?"),
        (("lesson", "step", "--minutes", "2"), "E579", "--minutes 7"),
        (("lesson", "--minutes", "0"), "E507", "--minutes 45"),
        (("lesson", "--slides", "--sheet"), "E506", "one after the other"),
        (("lesson", "--key", "key.html"), "E506", "add `--sheet`"),
        (("lesson", "--sheet", "--key", "key.txt"), "E506", "--key key.html"),
        (("lesson", "--sheet", "-o", "a.html", "--key", "./a.html"), "E506", "a name of its own"),
        (("lesson", "swell", "--sheet"), "E506", "add `trace`"),
        (("lesson", "kinks", "--slides", "-o", "slides.pdf"), "E506", "-o FILE.html"),
    ],
)
def test_a_wrong_line_gets_a_cure(cli, line, code, cure):
    outcome = cli(*line)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"[{code}]" in outcome.err
    assert cure in outcome.err


@pytest.mark.parametrize("line", [("demo",), ("demo", "--list")])
def test_the_list(cli, line):
    outcome = cli(*line)
    assert outcome.code == 0
    assert all(name in outcome.out for name in NAMES)


def test_to_a_pipe_every_frame_comes_once_and_plain(cli):
    outcome = cli("demo", "trace")
    numbers = [int(minutes) for minutes in re.findall(r"^(\d+)/32  ", outcome.out, re.M)]
    assert numbers == list(range(1, 33))
    assert "\x1b" not in outcome.out


def test_several_demos_come_one_after_the_other_and_each_once(cli):
    data = json.loads(cli("demo", "nan", "memory", "nan", "--json").out)
    assert [demo["name"] for demo in data["demos"]] == ["nan", "memory"]


def test_ascii(cli):
    out = cli("demo", "trace", "--charset", "ascii").out
    assert out.isascii()
    assert "v_-1 = x1" in out
    assert "v-1" not in out


def test_quiet_is_claim_table_sentence(cli):
    out = cli("demo", "memory", "--quiet").out
    assert out.count("\n\n") == 2
    assert "WHY" not in out


def test_an_expression_of_ones_own(cli):
    data = json.loads(cli("demo", "trace", "--expr", "x*exp(x)", "--at", "x=0", "--json").out)
    assert data["demos"][0]["frames"][-1]["numbers"]["by x"] == 1
    assert "x*exp(x)" not in cli("demo", "--expr", "x^2", "--at", "x=3", "--quiet").err


def test_a_message_that_is_no_number_is_told(cli):
    """It was a traceback where a second message arrived."""
    outcome = cli("demo", "trace", "--expr", "1e400*0*x + x", "--at", "x=1", "--frames")
    assert outcome.code == 0
    assert "v̄₀ += " in outcome.out


def test_a_point_without_a_derivative(cli):
    outcome = cli("demo", "trace", "--expr", "ln(x)", "--at", "x=-1")
    assert outcome.code == 3
    assert outcome.out == ""


def test_a_handout(cli, tmp_path):
    outcome = cli("demo", "trace", "--handout", str(tmp_path / "new"))
    assert outcome.code == 0
    written = sorted(path.name for path in (tmp_path / "new").iterdir())
    page = (tmp_path / "new" / "trace.md").read_text(encoding="utf-8")
    assert "trace.md" in written
    pictures = re.findall(r"!\[[^\]]*\]\((.*?)\)", page)
    assert sorted(set(pictures)) == [name for name in written if name.endswith(".svg")]
    assert "1.7163378145367738" in page
    assert (tmp_path / "new" / pictures[0]).read_text(encoding="utf-8").count("<svg") == 1


def test_a_frame_alone_is_a_page_with_its_picture(tmp_path):
    frames = tuple(load_demo("trace").frames())
    assert write_frame(load_demo("trace"), 31, frames[30], str(tmp_path)) == ["trace-31.md", "trace-31.svg"]
    text = (tmp_path / "trace-31.md").read_text(encoding="utf-8")
    assert text.startswith("# trace: ")
    assert "(trace-31.svg)" in text
    assert all(word in text for word in ("Predict: ", "RULE", "WHY", "= for +="))  # whatever was on the screen
    assert (tmp_path / "trace-31.svg").read_text(encoding="utf-8").rstrip().endswith("</svg>")


def test_a_frame_is_not_written_where_there_is_no_directory(tmp_path):
    with pytest.raises(CannotWrite, match="no such file"):
        write_frame(load_demo("memory"), 1, next(iter(load_demo("memory").frames())), str(tmp_path / "none"))


def test_a_handout_that_cannot_be_written(cli, tmp_path):
    (tmp_path / "taken").write_text("")
    assert cli("demo", "memory", "--handout", str(tmp_path / "taken")).code == 74


def test_a_lesson_is_a_page(cli, tmp_path):
    path = tmp_path / "lesson.html"
    assert cli("lesson", "memory", "complex", "-o", str(path)).code == 0
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert 'id="memory"' in text
    assert 'id="complex"' in text
    assert "Content-Security-Policy" in text


def test_a_lesson_plays_a_function_of_ones_own_in_every_demo_that_can(cli, tmp_path):
    (tmp_path / "model.py").write_text("def f(x):\n    while x < 4:\n        x = x*x + 1\n    return x\n")
    path, program = tmp_path / "own.html", f"{tmp_path / 'model.py'}:f"
    assert cli("lesson", "branches", "tape", "--expr", program, "--at", "x=2", "-o", str(path)).code == 0
    text = path.read_text(encoding="utf-8")
    assert text.count("<mark") > 6
    assert 'id="graph-own"' not in text
    assert cli("lesson", "trace", "--expr", program, "--at", "x=2", "-o", str(path)).code == 0
    assert 'id="graph-own"' in path.read_text(encoding="utf-8")
    refused = cli("lesson", "nan", "--expr", program, "--at", "x=2")
    assert (refused.code, "tape, branches, hessian" in refused.err) == (2, True)


@pytest.mark.thorough
def test_what_is_too_long_for_the_trace_is_played_as_a_tape(cli, tmp_path):
    (tmp_path / "long.py").write_text("def f(x):\n    for _ in range(10000):\n        x = x*0.9999\n    return x\n")
    path, program = tmp_path / "own.html", f"{tmp_path / 'long.py'}:f"
    refused = cli("lesson", "trace", "--expr", program, "--at", "x=2", "-o", str(path))
    assert (refused.code, "lesson tape branches" in refused.err) == (2, True)
    outcome = cli("lesson", "tape", "branches", "--expr", program, "--at", "x=2", "-o", str(path))
    assert (outcome.code, "the page stays at this point" in outcome.err) == (0, True)
    assert path.stat().st_size < 1_000_000


def test_a_lesson_with_an_expression_of_ones_own(cli, tmp_path):
    path = tmp_path / "own.html"
    assert cli("lesson", "trace", "--expr", "x*erf(x)", "--at", "x=0.5", "-o", str(path)).code == 0
    text = path.read_text(encoding="utf-8")
    assert '<option value="own">x*erf(x)</option>' in text
    assert '"played": "own"' in text
    assert "function erf(x)" in text
    assert "v₁ = erf(v₀) = erf(0.5) = 0.5205" in text


def test_a_lesson_in_another_format(cli):
    data = json.loads(cli("lesson", "memory", "--json").out)
    assert [demo["name"] for demo in data["demos"]] == ["memory"]


# --- In Chinese -------------------------------------------------------------------------------------------------------


def test_chinese_is_spoken_for_one_command(cli):
    assert "反向模式需要过去的值，但不必全部存下来。" in cli("demo", "memory", "--lang", "zh").out
    assert "Reverse mode needs its past" in cli("demo", "memory", "--lang", "en").out
    assert "Reverse mode needs its past" in cli("demo", "memory").out
    assert "课堂演示" in cli("demo", "--list", "--lang", "zh").out


def test_one_frame_in_chinese(cli):
    out = cli("demo", "trace", "--lang", "zh", "--frame", "30").out
    assert out.splitlines()[2] == "30/32  反向：第 8 步，共 9 步"
    assert "说明  v₀ 也被 v₂ 用到，所以要累加：-0.2837 + 2 ≈ 1.716。" in out


def test_data_in_chinese_have_the_same_keys_and_numbers(cli):
    english, chinese = (json.loads(cli("demo", "memory", "--json", "--lang", lang).out) for lang in ("en", "zh"))
    (first,), (second,) = english["demos"], chinese["demos"]
    assert first.keys() == second.keys()
    assert first["frames"][0]["numbers"] == second["frames"][0]["numbers"]
    assert first["frames"][0]["tables"][0]["rows"] == second["frames"][0]["tables"][0]["rows"]
    assert second["frames"][0]["title"] == "快照不多，路走得很远"
    assert cli("demo", "memory", "--json", "--lang", "zh", "--charset", "ascii").out.isascii()


def test_a_handout_in_chinese(cli, tmp_path):
    assert "已写入" in cli("demo", "trace", "--handout", str(tmp_path), "--lang", "zh").out
    page = (tmp_path / "trace.md").read_text(encoding="utf-8")
    assert "注：" in page
    assert "RULE" not in page
    picture = next(tmp_path.glob("*.svg")).read_text(encoding="utf-8")
    assert "输出" in picture
    assert "output" not in picture


def test_where_chinese_cannot_be_written_a_way_out_is_named(process):
    line = ("demo", "memory", "--lang", "zh")
    outcome = process(*line, PYTHONIOENCODING="ascii")
    assert (outcome.returncode, outcome.stdout) == (2, b"")
    assert b"PYTHONUTF8=1" in outcome.stderr
    assert "反向模式" in process(*line, PYTHONUTF8="1").stdout.decode()


def test_a_lesson_of_some_minutes_tells_its_plan(cli, tmp_path, monkeypatch):
    """Alone it prints the plan; beside a page that it writes, too; as JSON the plan stands before the frames."""
    monkeypatch.chdir(tmp_path)
    outcome = cli("lesson", "kinks", "memory", "--minutes", "6")
    assert outcome.code == 0
    assert re.search(r"0:00 +kinks +\d:\d\d +\d of 6", outcome.out)
    assert "1/6" not in outcome.out
    written = cli("lesson", "kinks", "memory", "--minutes", "6", "--slides", "-o", "slides.html")
    assert written.out == outcome.out
    assert "kinks-1" in (tmp_path / "slides.html").read_text(encoding="utf-8")
    assert cli("lesson", "kinks", "--minutes", "6", "-q", "-o", "slides.html").out == ""
    data = json.loads(cli("lesson", "kinks", "memory", "--minutes", "6", "--json").out)
    assert [demo["name"] for demo in data["plan"]["demos"]] == [demo["name"] for demo in data["demos"]]


def test_a_sheet_and_its_key_are_two_files(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = ("lesson", "trace", "--expr", "x*tanh(x)", "--at", "x=1", "--sheet", "-o", "sheet.html", "--key", "key.html")
    assert cli(*line) == (0, "", "")
    sheet, key = ((tmp_path / f"{name}.html").read_text(encoding="utf-8") for name in ("sheet", "key"))
    assert "1.1816" in key
    assert "1.1816" not in sheet
