"""The lesson as a file and in a browser: every frame by keys, numbers equal to the command line's, nothing loaded."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise

from diffcompare import formatting
from diffcompare.classroom.demos.report import demo_data, document, tables_of
from diffcompare.classroom.lesson.page import page
from diffcompare.classroom.lesson.texts import ENGLISH
from diffcompare.document import Bars, Plot
from diffcompare.render import render

EMPTY = {"meta", "input", "br", "rect", "path", "line", "ellipse", "circle", "polygon", "polyline", "col"}

# --- Without a browser ------------------------------------------------------------------------------------------------


def test_nothing_is_loaded(file):
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)\s*=\s*["']?(?!#)""", text)
    assert not re.search(r"@import|fetch\(|XMLHttpRequest|url\((?!#)|import\(", text)
    assert "default-src 'none'" in text
    assert "http" not in re.sub(r"http-equiv|http://www\.w3\.org/2000/svg", "", text)


def test_the_figures_are_those_of_the_frames(file, plays):
    baked = re.search(r'id="figures">(.*?)</script>', file.read_text(encoding="utf-8"), re.S)[1]
    assert json.loads(baked)["demos"] == json.loads(json.dumps([demo_data(computed) for computed in plays.values()]))


def test_ids_are_unique_and_elements_are_closed(file):
    class Reader(HTMLParser):
        ids, stack = [], []

        def handle_starttag(self, tag, attributes):
            self.ids += [value for name, value in attributes if name == "id"]
            self.stack += [tag] if tag not in EMPTY else []

        def handle_startendtag(self, tag, attributes):
            self.ids += [value for name, value in attributes if name == "id"]

        def handle_endtag(self, tag):
            assert tag in EMPTY or self.stack.pop() == tag

    reader = Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    assert reader.stack == []
    assert sorted(set(reader.ids)) == sorted(reader.ids)


# --- In a browser -----------------------------------------------------------------------------------------------------

RECORD = """
var seen = [];
addEventListener("keyup", () => {
  const parts = [...here().querySelectorAll(".asked, .told, .broken")]
    .filter(each => [...each.querySelectorAll(".step, .said")].some(area => area.checkVisibility()));
  const texts = each => [...each.querySelectorAll("tbody tr")].map(row => [...row.cells].map(cell => cell.textContent));
  const tables = part => [...part.querySelectorAll("table")].map(texts);
  seen.push([here().id, here().innerText, Object.fromEntries(parts.map(each => [each.className, tables(each)]))]);
});
"""


def test_every_frame_by_keys_with_the_numbers_of_the_command_line(window, plays):
    """Real keys through all demos; what was to be seen after each is looked at in the end."""
    demos = json.loads(render(document([*plays.values()]), "json"))["demos"]
    pressed, expected = walk(demos)
    window.run(f"go(0, 0, false); {RECORD}")
    window.press_all(["Home", *pressed])
    seen = window.run("seen")
    assert [ident for ident, *_ in seen] == [ident for ident, *_ in expected]
    count = 0
    for (ident, text, tables), (_, frame, state) in zip(seen, expected, strict=True):
        if frame is None:
            continue
        damaged = state == "broken" and ident.startswith("trace-")  # there the step itself is played with the bug
        assert set(tables) == {"told" if damaged else state}, ident
        assert ((frame["question"] or "") in text) == (state == "asked") or not frame["question"]
        assert (ENGLISH["why"] in text) == (bool(frame["sentence"]) and state == "told")
        sentence = frame["broken"]["sentence"] if state == "broken" else frame["sentence"]
        assert state == "asked" or (sentence or "") in text
        assert state != "broken" or (
            ENGLISH["broken"] in text and not (frame["sentence"] and frame["sentence"] in text)
        )
        if damaged:
            displayed, true = tables["told"][len(frame["tables"]) :], frame["broken"]["tables"]
        else:
            displayed, true = tables[state], (frame["broken"] if state == "broken" else frame)["tables"]
        assert len(displayed) == len(true) or state == "asked"
        count += sum(map(compared, displayed, true))
    assert count > 2000


def walk(demos):
    """Keys from the first frame to the last, with a look at every question and bug, and what is to be seen after each."""
    keys, expected = [], []
    for demo in demos:
        for number, frame in enumerate(demo["frames"], 1):
            states = [*["asked"] * bool(frame["question"]), "told", *["broken", "told"] * bool(frame["broken"])]
            expected += [(f"{demo['name']}-{number}", frame, state) for state in states]
            keys += [
                "ArrowRight" if state != "broken" and before != "broken" else "b"
                for before, state in pairwise(["", *states])
            ]
        expected.append((f"{demo['name']}-end", None, ""))
        keys.append("ArrowRight")
    return keys[1:], expected


def compared(displayed, true):
    """How many numbers of a table are the command line's: to the last digit that is shown."""
    count = 0
    assert len(displayed) == len(true["rows"])
    for texts, row in zip(displayed, true["rows"], strict=True):
        shown = row[len(row) - len(texts) :]  # a cell of several rows stands in the first of them
        for text, value in zip(texts, shown, strict=True):
            if isinstance(value, int | float) and not isinstance(value, bool) and text != "?":
                digits = len(re.sub(r"e.*|\D", "", text).lstrip("0")) or 1
                assert float(text) == float(f"{value:.{digits - 1}e}"), (text, value)
                count += 1
    return count


def test_the_numbers_shown_are_those_of_plain_text(window, plays):
    texts = window.run(
        "Object.fromEntries([...document.querySelectorAll('.frame')].map("
        "frame => [frame.id, frame.querySelector('.told').textContent]))"
    )
    count = 0
    for name, computed in plays.items():
        plain = render(computed.document(), "plain")
        for number, frame in enumerate(computed.frames, 1):
            text = texts[f"{name}-{number}"]
            for cell in (cell for displayed in tables_of(frame.blocks) for row in displayed.rows for cell in row):
                if formatting.is_number(cell):
                    assert formatting.text(cell) in text
                    assert formatting.text(cell) in plain or any(
                        isinstance(block, Plot | Bars) for block in frame.blocks
                    )
                    count += 1
    assert count > 1000
    assert "1.7163378145367738" in texts["trace-31"]


def test_keys_back_ends_break_and_predict(window, go):
    def displayed():
        return window.run("here().id")

    go("trace", 2)
    window.press("ArrowLeft")
    assert displayed() == "trace-1"
    window.press("End")
    assert displayed() == "trace-end"
    window.press("Home")
    assert displayed() == "trace-1"
    go("trace", 30, revealed=False)
    mark = "[...here().querySelectorAll('.said b')].filter(each => each.checkVisibility()).at(-1)?.textContent"
    window.press("b")
    assert window.run(mark) == ENGLISH["broken"]
    window.press("b")
    assert window.run(mark) == ENGLISH["why"]
    window.press("p")
    assert window.run("state.predict") is False
    ink = "getComputedStyle(document.body).color"
    before = window.run(ink)
    window.press("P")
    assert window.run(ink) == "rgb(0, 0, 0)" != before
    window.press("P")
    assert window.run(ink) == before


def test_a_button_tells_its_key_and_the_list_tells_all(window):
    shortcuts = window.run(
        "[...document.querySelectorAll('[aria-keyshortcuts]')].map(each => [each.id, each.getAttribute('aria-keyshortcuts')])"
    )
    bound = window.run("keyboard")
    assert all(bound[key.removeprefix("Shift+")] == name for name, key in shortcuts)
    assert len(shortcuts) == 9
    assert window.run("Object.values(keyboard).every(action => actions[action])")
    window.press("?")
    listed = window.run(
        "[byId('key-list').open, [...document.querySelectorAll('#key-list kbd')].map(each => each.innerText)]"
    )
    assert listed[0]
    assert len(listed[1]) == len(bound)
    assert {"?", "Space", "Shift+Space", "Shift+F", "\u2192"} <= set(listed[1])
    window.press("Escape")
    assert not window.run("byId('key-list').open")


def test_shortcuts_can_be_switched_off(window, go):
    """All of them, and on again by a button; a field that is typed in has none."""
    go("trace", 5)
    window.run("byId('keys').click()")
    for key in ("ArrowRight", "ArrowLeft", " ", "Home", "End", "PageDown", "p", "b", "P"):
        window.press(key)
    assert window.run("[here().id, state.predict, root.classList.contains('projector')]") == ["trace-5", True, False]
    window.run("byId('keys').click(); byId('at-x1').focus()")
    window.press("b")
    window.press("ArrowRight")
    assert window.run("[here().id, state.broken]") == ["trace-5", False]


def test_the_address_names_the_step(window, file):
    window.open(file, "#trace/5")
    assert window.run("here().id") == "trace-5"
    window.run("new Promise(done => { addEventListener('hashchange', done, {once: true}); location.hash = '#nan/2'; })")
    assert window.run("here().id") == "nan-2"
    window.press("ArrowRight")
    assert window.run("wait(250).then(() => location.hash)") == "#nan/3"


def test_another_browser_raises_the_banner(window):
    """The baked figures are computed anew at load; a difference of 1e-10 is seen, one of 1e-14 is rounding."""
    assert window.run("byId('banner').hidden") is True
    for factor, hidden in (("1e-10", False), ("1e-14", True)):
        for where in ("values", "adjoints", "tangents.x1"):
            is_hidden = window.run(
                f"(() => {{ const list = figures.programs.baydin.{where}, old = [...list];"
                f" list.forEach((value, place) => list[place] *= 1 + {factor}); check();"
                " const found = byId('banner').hidden; old.forEach((value, place) => list[place] = value); check();"
                " return found; })()"
            )
            assert is_hidden is hidden, (factor, where)


def test_other_demos_need_no_panels(window, file, plays, tmp_path):
    """The script starts where there is no trace, no step and no swell."""
    other = tmp_path / "other.html"
    other.write_text(page([plays["nan"]]), encoding="utf-8")
    window.open(other)
    window.press("End")
    assert window.run("[here().id, document.querySelectorAll('.panel').length]") == ["nan-end", 0]
    window.open(file)
