"""For every reader: computed contrast, focus in reading order, reflow, spoken rules, the system's own colours."""

import pytest

from diffcompare.classroom.lesson import controls

WALK = """
(() => {
  const parse = text => {
    const parts = text.match(/[\\d.]+/g)?.map(Number) || [0, 0, 0, 0];
    return text.startsWith('color(') ? parts.map((each, place) => place < 3 ? each * 255 : each) : parts;
  };
  const over = (top, below) => { const a = top[3] ?? 1; return [0, 1, 2].map(i => a * top[i] + (1 - a) * below[i]); };
  const light = ([r, g, b]) => [r, g, b].map(each => each / 255)
    .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
    .reduce((sum, each, i) => sum + each * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };

  /* What lies behind an element: backgrounds of boxes from the outside in. */
  const papers = new Map();
  const boxes = element => {
    if (!element) return [255, 255, 255];
    if (!papers.has(element)) {
      papers.set(element, over(parse(getComputedStyle(element).backgroundColor), boxes(element.parentElement)));
    }
    return papers.get(element);
  };
  /* Behind text in a drawing lie the filled shapes that were painted before it. */
  const paintedBehind = text => {
    const svg = text.closest('svg'), at = text.getBoundingClientRect();
    const x = (at.left + at.right) / 2, y = (at.top + at.bottom) / 2;
    let found = boxes(svg);
    for (const shape of svg.querySelectorAll('rect, ellipse')) {
      if (!(shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING) || shape.closest('pattern')) continue;
      const box = shape.getBoundingClientRect(), fill = getComputedStyle(shape).fill;
      if (fill === 'none' || fill.startsWith('url') || x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
      found = over(parse(fill), found);
    }
    return found;
  };
  const wrong = [], seen = new Set();
  const note = (kind, element, ink, paper, least, words) => {
    const found = contrast(over(ink, paper), paper);
    seen.add(`${ink} on ${paper}`);
    if (found < least) wrong.push([kind, found.toFixed(2), words, String(ink), String(paper)]);
  };
  /* Of what is inside an undrawn group of a drawing Chromium says that it is visible; it has no place, though. */
  const isSeen = element => element.getClientRects().length && element.checkVisibility({visibilityProperty: true});
  const hidden = '.frame:not(.here), .demo:not(.here), .printed, .spoken, script, style, template, title, desc, defs';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, node =>
    node.nodeType === Node.TEXT_NODE ? NodeFilter.FILTER_ACCEPT
      : node.matches(hidden) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP);
  while (walker.nextNode()) {
    const text = walker.currentNode, element = text.parentElement;
    if (!text.data.trim() || !isSeen(element)) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize), inside = element.closest('svg');
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ink = parse(inside ? style.fill : style.color);
    note('text', element, ink, inside ? paintedBehind(element) : boxes(element), large ? 3 : 4.5, text.data.trim().slice(0, 30));
  }
  const lines = '.arrow path:first-child, .shape, .chip rect, .curve polyline, .curve .axis, .curve .mark, .curve .slope path,'
    + ' .bars .axis, .bars .bar, .curve .dots';
  for (const line of document.querySelectorAll(lines)) {
    if (!isSeen(line)) continue;
    const stroke = getComputedStyle(line).stroke;
    const outer = line.matches('.active .shape + .shape') ? parse(getComputedStyle(line.previousElementSibling).fill) : null;
    if (stroke !== 'none') note('line', line, parse(stroke), outer || boxes(line.closest('svg')), 3, line.outerHTML.slice(0, 60));
  }
  for (const field of document.querySelectorAll('button, input, select')) {
    if (!field.checkVisibility() || field.type === 'range') continue;
    note('border', field, parse(getComputedStyle(field).borderTopColor), boxes(field.parentElement), 3, field.id);
  }
  return {wrong, seen: seen.size};
})()
"""

STATES = [
    ("trace", 1, True), ("trace", 8, True), ("trace", 15, False), ("trace", 15, True), ("trace", 30, False),
    ("trace", 31, True), ("trace", 32, True), ("swell", 4, True), ("swell", 7, False), ("swell", 8, True), ("swell", 9, True),
    ("step", 1, False), ("step", 2, True), ("step", 5, True), ("step", 6, True), ("nan", 1, True), ("nan", 4, True),
]  # fmt: skip


@pytest.mark.parametrize("mode", ["light", "dark", "projector", "projector dark"])
def test_contrast_computed_in_the_browser(window, go, mode):
    """Text 4.5 : 1 (large text 3 : 1), lines, bars and borders 3 : 1, against what lies behind them."""
    window.emulate(scheme="dark" if "dark" in mode else "light", motion="reduce")
    try:
        if "projector" in mode:
            window.run("actions.projector()")
        seen = 0
        for name, number, revealed in STATES:
            go(name, number, revealed)
            if (name, number) == ("trace", 31):
                window.run("actions.break(); byId('at-x1').value = 'x'; edited()")
            walk = window.run(WALK)
            assert walk["wrong"] == [], (mode, name, number)
            seen += walk["seen"]
        window.run("toggleBars()")
        go("swell", 1)
        assert window.run(WALK)["wrong"] == []
        window.run("toggleBars()")
        assert seen > 100
    finally:
        window.emulate(motion="reduce")


def test_the_walk_finds_what_is_too_faint(window, go):
    """It fails where it should: grey text on a panel, text on the active node, a faint line."""
    go("trace", 30)
    for rule, kind in (
        (".panel { color: #999 }", "text"), (".dc-svg .active .name { fill: #333 !important }", "text"),
        (".dc-svg .arrow { stroke: #ccc !important }", "line"), ("button { border-color: #ddd !important }", "border"),
    ):  # fmt: skip
        window.run(
            f"document.head.append(Object.assign(document.createElement('style'), {{id: 'faint', textContent: {rule!r}}}))"
        )
        assert kind in {fault[0] for fault in window.run(WALK)["wrong"]}, rule
        window.run("byId('faint').remove()")


def test_the_systems_own_colours(window, go):
    """Forced colours: text, lines and the node at work in the system's pairs, never ours."""
    window.emulate(forced="active", motion="reduce")
    try:
        for name, number, revealed in STATES:
            go(name, number, revealed)
            walk = window.run(WALK)
            assert walk["wrong"] == [], (name, number)
        go("trace", 31)
        system = window.run(
            "(() => { const probe = document.body.appendChild(document.createElement('i')); const found = {};"
            " for (const name of ['Canvas', 'CanvasText', 'Highlight', 'HighlightText']) {"
            " probe.style.cssText = `forced-color-adjust: none; color: ${name}`; found[name] = getComputedStyle(probe).color; }"
            " probe.remove(); return found; })()"
        )
        active = window.run(
            "(group => [getComputedStyle(group.querySelector('.shape')).fill, getComputedStyle(group.querySelector('.name')).fill])"
            "(here().querySelector('.active'))"
        )
        assert active == [system["Highlight"], system["HighlightText"]]
        assert window.run("getComputedStyle(here().querySelector('.done .shape')).stroke") == system["CanvasText"]
        assert (
            window.run("getComputedStyle(here().querySelector('.told tbody tr:last-child th')).color")
            == system["HighlightText"]
        )
    finally:
        window.emulate(motion="reduce")


# --- Focus ------------------------------------------------------------------------------------------------------------

STOPS = """
var stops = [];
document.addEventListener("focusin", () => {
  const at = document.activeElement, {outlineStyle, outlineWidth} = getComputedStyle(at), box = at.getBoundingClientRect();
  stops.push([at.outerHTML.slice(0, 160), outlineStyle !== "none" && parseFloat(outlineWidth) >= 2, box.top + scrollY, box.bottom - box.top]);
});
"""
CAN = "button, input, select, summary, [tabindex='0']"


@pytest.mark.parametrize(("name", "number"), [("trace", 31), ("step", 2), ("swell", 8), ("nan", 4)])
def test_focus_goes_through_the_whole_page_in_reading_order(window, file, go, name, number):
    """By Tab alone: every control in the order of the text, each with an outline, none left out, none twice."""
    window.open(file)
    go(name, number)
    expected = window.run(
        f"[...document.querySelectorAll({CAN!r})].filter(each => each.checkVisibility()).map(each => each.outerHTML.slice(0, 160))"
    )
    window.run(STOPS)
    window.press("Tab", len(expected))
    stops = window.run("stops")
    assert [html for html, *_ in stops] == expected
    assert all(visible for _, visible, *_ in stops), [html for html, visible, *_ in stops if not visible]
    # The frame, then the panel; the bar of controls comes last.
    assert [html.split('"')[3] for html, *_ in stops[-len(controls.BUTTONS) :]] == [*controls.BUTTONS]


def test_what_has_the_focus_is_not_behind_the_controls(window, file, go):
    window.open(file)
    go("trace", 31)
    window.run(
        "var hidden = []; document.addEventListener('focusin', () => { const at = document.activeElement;"
        " if (at.closest('.controls')) return; const box = at.getBoundingClientRect(), bar = document.querySelector('.controls').getBoundingClientRect();"
        " if (box.top >= bar.top || box.bottom <= 0) hidden.push(at.outerHTML.slice(0, 80)); })"
    )
    window.press("Tab", 28)
    assert window.run("hidden") == []


def test_a_node_keeps_the_focus_when_the_reader_steps_on(window, go):
    go("trace", 27)
    window.run("here().querySelector('[data-node=\"v₀\"]').focus()")
    window.press("ArrowRight")
    assert window.run("[here().id, document.activeElement.dataset.node]") == ["trace-28", "v₀"]


# --- Everything else --------------------------------------------------------------------------------------------------


def test_the_live_region_says_the_rule(window, go, plays):
    assert window.run("byId('spoken').getAttribute('aria-live')") == "polite"
    go("trace", 2)
    assert window.run("byId('spoken').textContent").endswith(plays["trace"].frames[1].rule)
    go("trace", 30, revealed=False)
    assert plays["trace"].frames[29].question in window.run("byId('spoken').textContent")
    assert "1.716" not in window.run("byId('spoken').textContent")


def test_every_drawing_has_a_title_and_is_described(window):
    for name in ("trace", "swell", "step"):
        window.run(f"go(demos.findIndex(demo => demo.id === '{name}'), 4, true)")
        drawings = window.run(
            "[...document.querySelectorAll('.demo.here svg:not([aria-hidden])')].filter(svg => svg.checkVisibility())"
            ".map(svg => [svg.getAttribute('role'), svg.getAttribute('aria-label') || svg.querySelector(':scope > title')?.textContent,"
            " svg.querySelector(':scope > desc')?.textContent])"
        )
        assert drawings
        for role, title, description in drawings:
            assert role in ("img", "group")
            assert title
            assert len(description) > 20


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("size", "mode"), [((1280, 720), ""), ((390, 844), ""), ((1920, 1080), "actions.projector()"), ((320, 640), "")]
)
def test_nothing_overflows_sideways(window, plays, size, mode):
    """Every frame, asked and told and broken."""
    window.resize(*size)
    try:
        window.run(mode or "0")
        wide = window.run(
            "(() => { const wide = []; framesOf.forEach((frames, demo) => frames.forEach((frame, number) => {"
            " for (const revealed of frame.dataset.asks === 'yes' ? [false, true] : [true]) {"
            " go(demo, number, revealed); if (revealed) actions.break();"
            f" if (root.scrollWidth > {size[0]}) wide.push([frame.id, root.scrollWidth]); }} }})); return wide; }})()"
        )
        assert wide == []
    finally:
        window.resize(1280, 720)


def test_letters_and_lines_grow_with_the_screen(window):
    """About a fortieth of the screen's height, 27 pixels on 1080 lines; lines of drawings are at least 3 pixels wide."""
    window.resize(1920, 1080)
    try:
        assert window.run("parseFloat(getComputedStyle(root).fontSize)") == pytest.approx(27, abs=0.5)
        window.run("go(traceDemo, 30, true)")
        widths = window.run(
            "[...here().querySelectorAll('.arrow, .shape')].map(each => parseFloat(getComputedStyle(each).strokeWidth))"
        )
        assert min(widths) >= 3
    finally:
        window.resize(1280, 720)
