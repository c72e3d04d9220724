"""Keys after the pointer go on to the next step; a control that the keyboard has reached keeps those that press it."""

import re

import pytest

from diffcompare.classroom.lesson.page import page
from diffcompare.classroom.lesson.plan import fit

PLACE = "[state.demo, state.frame, state.revealed, state.predict]"


@pytest.mark.parametrize("key", [" ", "Enter"])
def test_after_a_click_on_the_next_step_the_key_goes_on_as_well(window, go, key):
    go("trace", 1)
    window.click("#next")
    before = window.run(PLACE)
    window.press(key)
    assert window.run(PLACE) != before
    assert window.run("state.frame") in (1, 2)


@pytest.mark.parametrize("key", [" ", "Enter"])
@pytest.mark.parametrize("control", ["#predict", "#break", "#outline-list li:nth-child(2) button"])
def test_after_a_click_no_key_presses_the_control_again(window, go, control, key):
    go("tape", 3)
    if control.startswith("#outline"):
        window.press("o")
    window.click(control)
    demo, frame, revealed, predict = window.run(PLACE)
    window.press(key)
    assert window.run("[state.demo, state.predict]") == [demo, predict]
    assert window.run("[state.frame, state.revealed]") in ([frame + 1, False], [frame, not revealed])


def test_after_a_click_on_a_demo_enter_does_not_lead_back_to_its_beginning(window):
    window.press("o")
    window.click("#outline-list li:nth-child(2) button")
    window.press("ArrowRight", 3)
    reached = window.run("state.frame")
    assert reached > 0
    window.press("Enter")
    assert window.run("state.frame") >= reached


@pytest.mark.parametrize("key", [" ", "Enter"])
def test_a_control_that_the_keyboard_has_reached_is_pressed(window, go, key):
    go("tape", 3)
    window.run("byId('next').focus()")
    window.press("Tab")
    reached = window.run("document.activeElement.id")
    assert reached == "predict"
    window.press(key)
    assert window.run("[state.frame, state.predict]") == [2, False]
    assert window.run("document.activeElement.id") == "predict"


def test_with_keys_switched_off_none_of_them_does_anything(window, go):
    go("tape", 3)
    window.press("?")
    window.click("#keys")
    window.run("closeDialog()")
    before = window.run(PLACE)
    for key in (" ", "Enter"):
        window.press(key)
    assert window.run(PLACE) == before


# --- The rule broken --------------------------------------------------------------------------------------------------


def frame_texts(window):
    """Rule, sentence and the cells of the last row, as they are seen."""
    return window.run(
        "(() => { const part = here().querySelector('.told'), said = each => part.querySelector(each).lastChild.data;"
        " return [said('.rule'), said('.why'), [...part.querySelector('.step tbody tr:last-child').children]"
        ".map(cell => cell.textContent)]; })()"
    )


def test_rule_sentence_and_table_tell_of_the_damage_while_the_rule_is_broken(window, go):
    go("trace", 31)
    right = frame_texts(window)
    assert right[0].startswith("v̄₋₁ += ")
    assert right[2][1::2] == ["+=", "5.5"]
    window.press("b")
    rule, why, row = frame_texts(window)
    assert rule == "v̄₋₁ = v̄₁/v₋₁ = 1/2 = 0.5"
    assert why.endswith(". With = the last message wins: 0.5 instead of 5.5.")
    assert row[1::2] == ["=", "0.5"]
    assert window.run("here().querySelector('.told .slot svg .wrong').textContent") == "v̄₋₁ = 0.5"
    window.press("b")
    assert frame_texts(window) == right
    assert window.run("here().querySelector('.told .slot svg .wrong')") is None


def test_a_wrong_seed_doubles_what_is_seen_of_its_sweep(window, go):
    go("trace", 15)
    right = frame_texts(window)
    window.press("b")
    rule, _, row = frame_texts(window)
    assert float(row[-1]) == 2 * float(right[2][-1]) == 11.0
    assert rule.endswith(" = 11")
    assert window.run("here().querySelector('.told .slot svg .active .tangent').textContent").endswith("= 11")
    window.press("ArrowRight")
    window.press("ArrowLeft")
    assert frame_texts(window) == right


def test_the_adjoint_test_fails_where_a_path_is_dropped(window, go):
    go("trace", 32)
    cells = "[...here().querySelectorAll('.told table')].at(-1).querySelectorAll('td')"
    right = window.run(f"[...{cells}].map(cell => cell.textContent)")
    window.press("b")
    wrong = window.run(f"[...{cells}].map(cell => cell.textContent)")
    assert right[0] == right[1] == wrong[0] != wrong[1]


def test_another_point_is_broken_and_mended_alike(window, go):
    go("trace", 31)
    window.run("byId('at-x1').value = '4'; byId('at-x1').dispatchEvent(new Event('input'))")
    right = frame_texts(window)
    window.press("b")
    assert frame_texts(window)[2][1::2] == ["=", "0.25"]
    window.press("b")
    assert frame_texts(window) == right


# --- Ways through the lesson ------------------------------------------------------------------------------------------


def test_demos_and_modes_have_keys(window, go):
    """From one demo to the next and back, and from a node to the same node in the other mode."""
    here = "here().id"
    go("tape", 3)
    window.press("n")
    assert window.run(here) == "branches-1"
    window.press("N")
    assert window.run(here) == "tape-1"
    go("trace", 13)
    node = window.run("here().dataset.node")
    window.press("r")
    assert window.run("[here().dataset.node, here().dataset.sweep]") == [node, "reverse"]
    window.press("f")
    assert window.run("[here().id, here().dataset.sweep]") == ["trace-13", "forward"]
    window.press("ArrowRight")
    window.press(" ", modifiers=8)  # with shift
    assert window.run(here) == "trace-13"


def test_after_a_slider_was_dragged_the_arrows_go_on(window, go):
    go("step", 6)
    window.click("#exponent")
    window.press("ArrowRight")
    assert window.run("here().id") == "step-7"


def test_the_outline_leads_to_every_step(window, go, plays):
    go("trace", 2)
    window.press("o")
    titles = window.run("outlineButtons.map(button => button.querySelector('b').textContent)")
    assert titles == [played.demo.title for played in plays.values()]
    assert window.run("byId('steps').childElementCount") == len(plays["trace"].frames) + 1
    window.press("ArrowRight")  # goes nowhere below the list
    assert window.run("here().id") == "trace-2"
    window.click("#steps li:nth-child(5) button")
    assert window.run("[here().id, Boolean(opened())]") == ["trace-5", False]


def test_the_speakers_window_tells_what_comes_and_leads_the_lesson(window, go, plays):
    go("trace", 30, revealed=False)
    window.press("w")
    frame, text = plays["trace"].frames[29], "byId('presenter').innerText"
    with window.other_window("#notes"):
        told = window.run(f"wait(200).then(() => {text})")
        assert all(part in told for part in (frame.question, frame.rule, frame.sentence, frame.broken.sentence))
        assert plays["trace"].frames[30].title in told
        window.run("byId('notes-next').click()")
        window.press("ArrowRight")
        window.run("wait(200)")
        assert plays["trace"].frames[30].title in window.run("byId('notes-step').textContent")
    assert window.run("[here().id, byId('presenter').checkVisibility()]") == ["trace-31", False]


@pytest.mark.thorough
def test_keys_skip_what_is_not_in_the_plan(window, file, plays, tmp_path):
    """The outline still leads there; another expression, whose steps have other numbers, is shown in full."""
    plan = fit([plays["trace"]], 5)
    other = tmp_path / "five.html"
    other.write_text(page([plays["trace"]], None, plan), encoding="utf-8")
    window.open(other)
    window.run("actions.predict()")
    seen = []
    for _ in range(5):
        seen.append(window.run("here().id"))
        window.press("ArrowRight")
    assert seen == ["trace-1", "trace-15", "trace-31", "trace-32", "trace-end"]
    window.press("ArrowLeft")
    window.press("ArrowLeft")
    assert window.run("here().id") == "trace-31"
    window.press("o")
    assert window.run("document.querySelectorAll('#steps .left-out').length") == 28
    minutes = window.run("document.querySelector('#outline-list small').textContent")
    assert re.match(r"[45]\b", minutes)
    window.press("o")
    window.run("byId('expression').value = 'booth'; choose(); go(0, 0, true)")
    window.press("ArrowRight")
    assert window.run("here().id") != "trace-15"
    window.open(file)
