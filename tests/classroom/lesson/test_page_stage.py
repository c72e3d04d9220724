"""The graph that fills with numbers: its chips are the frames' numbers, messages stack and merge, motion is the reader's."""

from itertools import pairwise

import pytest

from diffcompare.document import Graph
from diffcompare.render.graph import number_texts

CHIPS = "[...group.querySelectorAll('.chip')].map(each => [each.getAttribute('class'), each.textContent])"


def chips(window, name):
    """Kinds and texts of the chips at a node."""
    return window.run(f"(() => {{ const group = here().querySelector('[data-node=\"{name}\"]'); return {CHIPS}; }})()")


def test_the_numbers_in_the_graph_are_those_of_the_frames(window, plays):
    """Of every frame: what Python's drawing has beside a node, and no more but the messages."""
    frames = plays["trace"].frames
    chips = window.run(
        f"framesOf[traceDemo].slice(0, {len(frames) - 1}).map((_, number) => {{ go(traceDemo, number, true);"
        f" return Object.fromEntries(played.stage.nodes.map(({{group, name}}) => [name, {CHIPS}])); }})"
    )
    count = 0
    for frame, chips_of in zip(frames, chips, strict=False):
        (graph,) = (block for block in frame.blocks if isinstance(block, Graph))
        for vertex in graph.vertices:
            numbers = [[f"chip {kind}", text] for kind, text in number_texts(vertex)]
            assert [chip for chip in chips_of[vertex.name] if "message" not in chip[0]] == numbers
            count += len(numbers)
    assert count > 200


def test_messages_stack_and_merge(window, go):
    """Before: the first message; asked: both and no sum; then one chip with the sum, and the addends below it."""
    go("trace", 29)
    assert chips(window, "v₀") == [["chip primal", "5"], ["chip adjoint", "v̄₀ = −0.2837"]]
    go("trace", 30, revealed=False)
    assert [text for _, text in chips(window, "v₀")] == ["5", "v̄₀ = ?", "−0.2837", "+ 2"]
    window.press("ArrowRight")
    merged = [["chip adjoint", "v̄₀ = 1.716"], ["chip message", "−0.2837"], ["chip message", "+ 2"]]
    assert chips(window, "v₀")[1:] == merged
    go("trace", 31)
    assert chips(window, "v₀")[1:] == merged  # still readable when the next one is at work
    tops = window.run(
        "[...here().querySelectorAll('[data-node=\"v₀\"] .chip')].map(each => each.getBoundingClientRect())"
        ".map(box => [box.top, box.bottom])"
    )
    assert all(above[1] <= below[0] + 1 for above, below in pairwise(tops[1:]))


def test_broken_the_last_message_alone_is_kept(window, go):
    go("trace", 31)
    window.press("b")
    assert chips(window, "v₋₁")[1:] == [
        ["chip adjoint wrong", "v̄₋₁ = 0.5"], ["chip message lost", "5"], ["chip message", "+ 0.5"],
    ]  # fmt: skip
    window.press("b")
    assert chips(window, "v₋₁")[1][1] == "v̄₋₁ = 5.5"


def test_what_is_at_work_is_marked_by_signs(window, go):
    go("trace", 30)
    marks = window.run(
        "played.stage.nodes.map(({group, name}) => [name, group.querySelector('.mark')?.textContent || ''])"
    )
    assert dict(marks) == {**dict.fromkeys(("v₋₁", "v₁", "v₂", "v₃", "v₄", "v₅"), "✓"), "v₀": "▶"}
    assert window.run("played.stage.edges.filter(edge => edge.matches('.lit')).map(edge => edge.dataset.edge)") == [
        "v₀ v₂"
    ]


def test_a_node_used_twice_by_another_sends_both_messages_along_their_arrows(window):
    """x*(1 - x) has one arrow for each; the square of a node that is written as a product has two of the same ends."""
    lit = window.run(
        "(() => { const found = traced(figures.programs.himmelblau, {x: 1.5, y: 2});"
        " return found.steps.map((_, number) => litBy(found, number).map(each => edgeOf(stageOf('himmelblau'),"
        " each.argument, each.user, each.number) !== undefined)).flat(); })()"
    )
    assert len(lit) > 30
    assert all(lit)


def moving(window):
    return window.run("document.querySelectorAll('.moving').length")


@pytest.mark.parametrize(("frame", "count"), [(5, 2), (12, 2), (28, 1), (30, 1)])
def test_numbers_travel_on_a_step_of_the_reader(window, go, frame, count):
    """Values and tangents along their arrows, a message against its arrow; then everything is as at rest."""
    window.emulate()
    try:
        go("trace", frame - 1)
        assert moving(window) == 0  # not by itself
        window.press("ArrowRight", 2 if frame == 30 else 1)
        assert moving(window) == count
        start, end = window.run(
            "(() => { const [flight] = document.getAnimations().filter(each => each.effect.target.matches('.moving'));"
            " return flight.effect.getKeyframes().map(each => each.transform.match(/[\\d.]+/)[0]).map(Number)"
            ".filter((_, place, all) => place === 0 || place === all.length - 1); })()"
        )
        assert (start > end) == (frame >= 28)  # the reverse sweep runs from right to left
        window.run("Promise.all(document.getAnimations().map(each => { each.finish(); return each.finished; }))")
        if frame == 30:
            assert [text for _, text in chips(window, "v₀")[1:]] == ["−0.2837", "+ 2"]  # stacked, before they merge
            window.run("wait(PAUSE + 50)")
        after = window.run("played.stage.svg.outerHTML")
        go("trace", frame)
        assert window.run("played.stage.svg.outerHTML") == after
    finally:
        window.emulate(motion="reduce")


def test_a_step_on_before_the_last_has_come_to_rest(window, go):
    window.emulate()
    try:
        go("trace", 26)
        window.press("ArrowRight", 2)
        window.run("wait(FLIGHT + 100)")
        after = window.run("played.stage.svg.outerHTML")
        go("trace", 28)
        assert window.run("played.stage.svg.outerHTML") == after
    finally:
        window.emulate(motion="reduce")


def test_nothing_moves_for_those_who_want_no_motion(window, go):
    go("trace", 29)
    window.press("ArrowRight", 2)
    assert window.run("document.getAnimations().length") == 0
    assert moving(window) == 0


def test_nothing_moves_at_load(window, file):
    window.emulate()
    try:
        window.open(file, "#trace/31")
        assert moving(window) == 0
        assert window.run("document.getAnimations().length") == 0
        window.run("actions.back()")
        assert moving(window) == 0
    finally:
        window.emulate(motion="reduce")


def test_every_node_says_a_sentence(window, go):
    go("trace", 31)
    described = window.run(
        "[...here().querySelectorAll('[data-node]')].map(node => [node.dataset.node, node.tabIndex, node.getAttribute('role'),"
        " node.getAttribute('aria-label'), node.querySelector('title').textContent])"
    )
    sentences = {name: sentence for name, _, _, sentence, _ in described}
    assert all((index, role, title) == (0, "img", sentence) for _, index, role, sentence, title in described)
    assert sentences["v₃"] == "v₃ = sin(v₀): its value is −0.9589, its adjoint is −1."
    assert sentences["v₋₁"] == "v₋₁ = x1: its value is 2, its adjoint is 5.5, the sum of 5 + 0.5."
    assert sentences["v₅"].endswith("its adjoint is 1, it is the output.")
    assert window.run("played.stage.svg.querySelector('title').textContent.length > 10")
    assert window.run("played.stage.svg.querySelector('desc').textContent.length > 30")
