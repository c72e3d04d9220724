"""What demos say about operations is what the table says, and what they say about other libraries was measured."""

import re

import pytest

from diffcompare.classroom.demos import NAMES
from diffcompare.classroom.demos.frame import localized
from diffcompare.classroom.demos.tape import _keeps_nothing, _recorded_line
from diffcompare.inputs.catalogue import entry
from diffcompare.language.expression import OPERATIONS, Variable, apply
from diffcompare.language.operations import ceil, floor, max_
from diffcompare.localization import use_language
from diffcompare.recording.recorder import record, saved

POINT = {"x": 2.5, "y": 3.5}
KEEPERS_OF_NOTHING = {
    "Add keeps nothing: its slopes are 1 and 1.": lambda x, y: x + y,
    "Sub keeps nothing: its slopes are 1 and -1.": lambda x, y: x - y,
    "Neg keeps nothing: its slope is -1.": lambda x, y: -x,
    "Add keeps nothing: its slope is 1.": lambda x, y: 7 + y,
    "Sub keeps nothing: its slope is -1.": lambda x, y: 7 - y,
    "Floor keeps nothing: its slope is 0.": lambda x, y: floor(x),
    "Ceil keeps nothing: its slope is 0.": lambda x, y: ceil(y),
}


@pytest.mark.parametrize("sentence", KEEPERS_OF_NOTHING)
def test_an_operation_that_keeps_nothing_tells_its_slopes(sentence):
    tape = record(KEEPERS_OF_NOTHING[sentence], POINT)
    assert _recorded_line(tape, 1).sentence == sentence


def test_the_sentences_of_the_tape_name_slopes_that_differences_confirm(played):
    for frame in played("tape").frames:
        if "keeps nothing" in frame.sentence:
            name, *slopes = re.findall(r"^\w+|-?\d", frame.sentence)
            f = {"Add": lambda x, y: x + y, "Sub": lambda x, y: x - y}[name]
            assert [float(slope) for slope in slopes] == [f(6, 5) - f(5, 5), f(5, 6) - f(5, 5)]


def test_every_row_that_keeps_nothing_can_tell_its_slopes():
    """Whatever is recorded: a row keeps nothing only if its partials are numbers of the table."""
    told_of = 0
    for row in OPERATIONS.values():
        node = apply(row, tuple(Variable(f"x{place}") for place in range(row.arity)))
        if not any(partial is None for partial in row.partials) and not any(saved(node)):
            assert all(isinstance(partial, int) for partial in row.partials), row.name
            assert str(row.partials[0]) in _keeps_nothing(node)
            told_of += 1
    assert told_of >= 4


MAY_SHARE = 6  # parts that follow each other in both: a formula may be named again, a line of arithmetic not


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_repeats_the_rule_above_it(name, played):
    for frame in played(name).frames[name == "four-ways" :]:  # there the sentence quotes the slip in the rule
        rule, sentence = (re.findall(r"[^\W_]+|\S", text) for text in (frame.rule, frame.sentence))
        runs = {tuple(rule[start : start + MAY_SHARE]) for start in range(len(rule) - MAY_SHARE + 1)}
        said = [sentence[start : start + MAY_SHARE] for start in range(len(sentence) - MAY_SHARE + 1)]
        assert not [part for part in said if tuple(part) in runs], frame.sentence
        assert frame.sentence != frame.rule


MEASURED_AT_A_TIE = {"PyTorch 2.15": "1/2", "JAX 0.12": "1/2", "TensorFlow 2.21": "1", "MLX 0.32": "0"}
"""What max(x, 0) has at 0 in engines in which it was run."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_said_of_ties_elsewhere_was_measured(language, played):
    computed = played("kinks")
    with use_language(language):
        sentence = list(localized(computed.demo._replace(frames=lambda: computed.frames)).frames())[1].sentence
    groups = re.findall(r"(1/2|[01])\s*[(（]([^)）]*)[)）]", sentence)
    stated = {name.strip(): slope for slope, names in groups for name in re.split("[,、]", names)}
    assert stated == MEASURED_AT_A_TIE


def test_what_is_said_of_our_own_conventions_is_in_the_table(played):
    corner, tie = (frame for frame in played("kinks").frames[:2])
    assert corner.sentence.endswith("ours is 0.")
    assert OPERATIONS["abs"].partials[0](0.0, 0.0) == 0
    assert tie.sentence.startswith("A tie takes the second argument here.")
    assert [partial(1.0, 1.0, 1.0) for partial in max_.partials] == [0, 1]


def test_what_the_entry_of_a_relu_says_follows_from_what_a_tie_passes_on():
    lesson = entry("relu_identity").lesson
    for passed_on, statement in ((0, "returns 0 at 0"), (1, "returns 2"), (0.5, "one half, 1")):
        assert statement in lesson
        assert float(statement.split()[-1 if statement != "returns 0 at 0" else 1]) == passed_on + passed_on


def test_no_library_is_named_without_the_release_that_was_run(played):
    names = "PyTorch|JAX|TensorFlow|MLX|CasADi|PyTensor|autograd|advect|Drake|heyoka|warp"
    texts = [frame.sentence for name in ("kinks", "nan", "tape") for frame in played(name).frames]
    for text in [*texts, *[entry(name).source for name in ("abs_kink", "relu_identity", "softplus_overflow")]]:
        assert not re.search(rf"\b(?:{names})\b(?! \d+\.\d)", re.sub(r"\S+#\d+", "", text)), text
