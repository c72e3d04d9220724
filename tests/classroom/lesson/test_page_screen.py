"""One screen: no step of any demo has a line below the fold, in letters for the last row."""

import pytest

# Every frame, asked and told and broken: what is outside its place, and what is smaller than it should be.
MEASURE = """
(() => {
  const wrong = [], least = innerHeight / 45 - 0.2;
  const bar = document.querySelector(".controls").getBoundingClientRect().top;
  const lettersOf = each => parseFloat(getComputedStyle(each).fontSize) * (each.closest("svg")?.getScreenCTM().a ?? 1);
  const look = what => {
    const fault = (kind, ...more) => wrong.push([here().id, what, kind, ...more]);
    if (root.scrollHeight > innerHeight || root.scrollWidth > innerWidth) fault("page", root.scrollHeight, root.scrollWidth);
    for (const region of document.querySelectorAll(".demo.here .step, .demo.here .program, .demo.here .scroll, .demo.here .panel")) {
      if (!region.checkVisibility()) continue;
      const {scrollHeight, clientHeight, scrollWidth, clientWidth} = region;
      if (scrollHeight > clientHeight + 1 || scrollWidth > clientWidth + 1) {
        fault("scrolls", region.className, scrollHeight - clientHeight, scrollWidth - clientWidth);
      }
    }
    const drawing = document.querySelector(".demo.here .panel.drawing");
    const step = [...here().querySelectorAll(".step")].find(each => each.checkVisibility());
    if (drawing?.checkVisibility() && step) {
      const [left, right] = [drawing, step].map(each => each.getBoundingClientRect());
      if (left.right > right.left) fault("overlaps", left.right, right.left);
    }
    const walker = document.createTreeWalker(document.querySelector(".demo.here"), NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT,
      node => node.nodeType === Node.TEXT_NODE ? NodeFilter.FILTER_ACCEPT
        : node.matches(".frame:not(.here), .printed, title, desc, option, details") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP);
    while (walker.nextNode()) {
      const each = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || !each.checkVisibility()) continue;
      const box = each.getBoundingClientRect(), letters = lettersOf(each);
      if (box.bottom > bar + 1 || box.top < 0 || box.left < 0 || box.right > innerWidth + 1) fault("outside", each.textContent.slice(0, 30));
      if (letters < least && !each.closest(SMALL)) fault("small", each.textContent.slice(0, 30), Math.round(letters * 10) / 10);
    }
  };
  framesOf.forEach((frames, demo) => frames.forEach((frame, number) => {
    if (!EVERY && lastAlike(frame) !== frame) return;
    if (frame.dataset.asks === "yes") { go(demo, number, false); look("asked"); }
    go(demo, number, true); look("told");
    if (frame.dataset.breaks === "yes") { actions.break(); look("broken"); }
  }));
  return wrong;
})()
"""
# Signs, labels and controls, and the keys to the signs of a drawing: none is read from the last row.
SMALL = ".said b, .panel.strip, .slider, .legend, .dc-svg .key, h2 .claim, .subject"


@pytest.mark.parametrize(
    ("size", "frames"), [((1280, 720), "longest"), pytest.param((1920, 1080), "every", marks=pytest.mark.thorough)]
)
def test_nothing_is_below_the_fold_and_letters_are_large(window, size, frames):
    """Of steps that show one table in turn, row by row, the last one has all of it."""
    script = MEASURE.replace("SMALL", repr(SMALL)).replace("EVERY", str(frames == "every").lower())
    window.resize(*size)
    try:
        assert window.run(script) == []
    finally:
        window.resize(1280, 720)


def test_what_is_too_long_or_too_small_is_found(window, go):
    """The measure fails where it should."""
    go("kinks", 1)
    for rule, kind in (
        (".frame.here .step { padding-top: 30rem }", "scrolls"), (".said p { font-size: 12px }", "small"),
        (".controls { margin-top: -9rem }", "outside"),
    ):  # fmt: skip
        window.run(
            f"document.head.append(Object.assign(document.createElement('style'), {{id: 'bad', textContent: {rule!r}}}))"
        )
        script = (
            MEASURE.replace("SMALL", repr(SMALL))
            .replace("EVERY", "false")
            .replace("framesOf.forEach", "[framesOf[state.demo].slice(0, 1)].forEach")
        )
        found = window.run(script.replace("go(demo, number", "go(state.demo, number"))
        window.run("byId('bad').remove()")
        assert kind in {fault[2] for fault in found}, rule
