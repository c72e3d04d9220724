"""The course of a quiz: hints, mistakes, derivations and points, whatever is typed."""

import random

import pytest
from rows import every_row
from thorough_tier import one_in

from diffcompare.classroom.quiz.exercises import Exercise
from diffcompare.classroom.quiz.report import derivative_of, practice, verdict
from diffcompare.classroom.quiz.session import (
    Quiz,
    Round,
    begin,
    interrupted,
    introduction,
    prompt,
    question_blocks,
    reply,
)
from diffcompare.document import Document, Equations, Paragraph, Source
from diffcompare.inputs.resolve import resolve
from diffcompare.language.printer import to_text
from diffcompare.misconceptions.inject import inject_mistakes
from diffcompare.render import render


def quiz_about(*texts, by="x", topic="product"):
    rounds = []
    for text in texts:
        question = resolve(text, look_up=False)._replace(point={"x": 2.0})
        rounds.append(Round(Exercise(question, by, topic, 2, {"x": 2.0}, ())))
    return Quiz(tuple(rounds), 2, None, 0)


def played(quiz, *lines, **options):
    replies = []
    for line in lines:
        replies.append(reply(quiz, line, **options))
        quiz = replies[-1].quiz
    return quiz, replies


def text_of(blocks):
    return " ".join(block.text for block in blocks if isinstance(block, Paragraph))


def captions(blocks):
    return [block.caption for block in blocks if isinstance(block, Equations)]


ONE = "x^2*sin(x)"
RIGHT = "2*x*sin(x) + x^2*cos(x)"
WRONG = "2*x*cos(x)"


def test_a_right_answer_at_once_brings_all_points():
    quiz, (answer,) = played(quiz_about(ONE), RIGHT)
    assert text_of(answer.blocks).startswith("Right: this is proved. 3 points")
    assert (quiz.ending, quiz.points, quiz.max_points, quiz.place) == ("finished", 3, 3, None)
    assert not captions(answer.blocks)


@pytest.mark.parametrize("line", [f"df/dx = {RIGHT}", f"f'(x) = {RIGHT}", f"{RIGHT} = y'"])
def test_the_answer_may_be_an_equation_as_the_prompt_begins_it(line):
    quiz, _ = played(quiz_about(ONE), line)
    assert quiz.points == 3


def test_a_wrong_answer_is_followed_by_a_hint_then_by_the_mistake_then_by_the_derivation():
    quiz, (first, second, third) = played(quiz_about(ONE), WRONG, WRONG, WRONG)
    assert "at x = 2 yours is -1.66459 and the derivative is 1.9726" in text_of(first.blocks)
    assert captions(first.blocks) == ["Hint: use the product rule"]
    assert "The mistake: the product rule" in text_of(second.blocks)
    assert any(isinstance(block, Source) and "^^^" in block.text for block in second.blocks)
    assert captions(second.blocks) == ["That step, done right"]
    assert captions(third.blocks) == ["By x"]
    assert (quiz.rounds[0].outcome, quiz.points, quiz.ending) == ("wrong", 0, "finished")
    assert quiz.rounds[0].kinds == ("product-of-derivatives",)


@pytest.mark.parametrize(
    ("function", "wrong", "right"),
    [(ONE, WRONG, RIGHT), ("x^5", "5*x^5", "5*x^4"), ("tan(x)", "sec(x)", "1 + tan(x)^2")],
)
def test_the_mistake_does_not_give_the_answer_away(function, wrong, right):
    _, (_, second) = played(quiz_about(function), "1", wrong)
    assert "The mistake: " in text_of(second.blocks)
    assert right not in render(Document(second.blocks), "plain")


def test_a_second_wrong_answer_without_a_known_mistake_gets_the_next_hint():
    _, (first, second) = played(quiz_about(ONE), "exp(-x^7) + 0.123", "17.3 - atan(x)")
    assert captions(first.blocks) == ["Hint: use the product rule"]
    assert captions(second.blocks) == ["Hint: by the product rule"]
    assert "2*x*sin(x)" not in render(Document(second.blocks), "plain")


@pytest.mark.parametrize(
    ("lines", "points"), [((WRONG,), 2), ((WRONG, "1"), 1), (("?",), 2), (("?", ""), 1), (("?", "", WRONG, "1"), 1)]
)
def test_a_wrong_answer_and_a_hint_cost_a_point_each_and_one_is_left(lines, points):
    quiz, _ = played(quiz_about(ONE), *lines, RIGHT)
    assert quiz.points == points


def test_the_hint_after_a_wrong_answer_costs_nothing_more_and_is_not_given_again():
    quiz, (_, asked_for) = played(quiz_about(ONE), WRONG, "?")
    assert captions(asked_for.blocks) == ["Hint: by the product rule"]
    assert (quiz.current.hints, quiz.current.hints_shown) == (1, 2)


def test_when_no_hint_is_left_asking_costs_nothing():
    quiz, replies = played(quiz_about("x^3"), "?", "?", "?")
    assert text_of(replies[-1].blocks).startswith("There are no more hints")
    assert quiz.current.hints == 1


@every_row("line", ["2*x)", "sni(x)", "y", "2 x y", "1e99999", "2cosx^2", "1/2x", "\ufffd", "\x00", "x" * 2000])
def test_what_cannot_be_read_costs_no_try(line):
    start = quiz_about(ONE)
    quiz, (answer,) = played(start, line)
    assert answer.diagnostic is not None
    assert answer.diagnostic.source == "your partial by x"
    assert quiz is start


def test_what_cannot_be_decided_costs_no_points():
    quiz, (answer, _) = played(quiz_about("x^2"), "ln(-1 - x^2)", "2*x")
    assert "could not be decided" in text_of(answer.blocks)
    assert (quiz.points, [attempt.verdict for attempt in quiz.rounds[0].attempts]) == (3, ["undecided", "proved"])


def test_skipping_shows_the_derivation():
    quiz, (answer,) = played(quiz_about(ONE, "x"), " Skip ")
    assert captions(answer.blocks) == ["By x"]
    assert (quiz.rounds[0].outcome, quiz.place, quiz.ending) == ("skipped", 1, None)


def test_derivations_always_or_never():
    _, (always,) = played(quiz_about(ONE), RIGHT, solutions=True)
    assert captions(always.blocks) == ["By x"]
    for line in ("skip", RIGHT):
        _, (never,) = played(quiz_about(ONE), line, solutions=False)
        assert not captions(never.blocks)


@pytest.mark.parametrize("word", ["quit", "q", " Exit "])
def test_quitting_keeps_the_score_so_far(word):
    quiz, _ = played(quiz_about(ONE, "x", "x"), RIGHT, word)
    assert (quiz.ending, quiz.place, quiz.points, quiz.max_points) == ("quit", None, 3, 3)
    assert verdict(quiz) == "The quiz was ended after 1 of 3 questions. 1 of 1 right: 3 of 3 points."


def test_a_quiz_that_is_over_is_not_interrupted():
    quiz, _ = played(quiz_about("x"), "1")
    assert interrupted(quiz, "interrupted") is quiz
    still_open = quiz_about("x")
    assert interrupted(still_open, "end-of-input").ending == "end-of-input"
    assert still_open.ending is None


def test_an_answer_with_a_hole_is_right_and_the_hole_is_named():
    quiz, (answer,) = played(quiz_about("x^2/2 + x"), "(x^2 - 1)/(x - 1)")
    assert quiz.points == 3
    assert "hole at x = 1" in text_of(answer.blocks)


def test_an_answer_for_half_a_domain_says_for_which():
    quiz, (answer,) = played(quiz_about("x^4"), "4*sqrt(x)^6")
    assert quiz.points == 3
    assert text_of(answer.blocks).startswith("Agrees where it is defined, but has no value for x < 0. 3 points.")


def test_what_to_practise():
    quiz, _ = played(quiz_about(ONE, "x^2"), WRONG, "skip", "2*x")
    (only,) = practice(quiz)
    assert (only.topic, only.lost, only.of) == ("product", 3, 6)
    assert only.command == "diffcompare quiz --topic product --level 2"
    text = str(quiz)
    assert "To practise: product (3 of 6 points)." in text
    assert "Mistakes: the product rule as u'*v'." in text
    assert "1 of 2 right: 3 of 6 points." in text


def test_the_data():
    quiz, _ = played(quiz_about(ONE, "x^2"), "?", WRONG, RIGHT, "quit")
    data = quiz.data()
    assert (data["schema"], data["command"], data["ending"]) == ("diffcompare/1", "quiz", "quit")
    first, second = data["questions"]
    assert first["expression"]["text"] == ONE
    assert [attempt_data["verdict"] for attempt_data in first["tries"]] == ["wrong", "proved"]
    assert first["tries"][0]["kinds"] == ["product-of-derivatives"]
    assert first["tries"][0]["mistake"]["span"] == [0, len(ONE)]
    assert (first["hints"], first["points"], first["outcome"]) == (1, 1, "right")
    assert (second["outcome"], second["derivative"]) == (None, "2*x")
    assert data["score"] == {"points": 1, "most": 3, "questions": 2, "answered": 1, "right": 1}


def test_what_is_said_before_the_first_question():
    quiz = begin(3, topic="chain", seed=5)
    heading, _ = introduction(quiz)
    assert heading.text == "Quiz: 3 derivatives, levels 3 to 5, topic chain (seed 5)"
    assert question_blocks(quiz)[0].text == "Question 1 of 3"
    assert prompt(quiz) == f"df/d{quiz.rounds[0].exercise.by} = "
    assert "level 2 " in introduction(begin(2, level=2, seed=5))[0].text


# --- Over many questions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", one_in(3, range(8)))
def test_the_derivative_of_the_rules_is_accepted(seed):
    quiz = begin(5, seed=seed)
    while quiz.place is not None:
        quiz, (answer,) = played(quiz, to_text(derivative_of(quiz.current.exercise)))
        assert text_of(answer.blocks).startswith("Right"), answer
    assert quiz.points == quiz.max_points == 15


def test_planted_mistakes_are_named():
    rng = random.Random(0)
    missed, total = [], 0
    for seed in range(10):
        for posed in begin(4, seed=500 + seed).rounds:
            exercise = posed.exercise
            planted = rng.choice([p for p in inject_mistakes(exercise.expression, exercise.by) if p.change is not None])
            quiz, (answer,) = played(Quiz((posed,), None, None, 0), to_text(planted.answer))
            assert answer.diagnostic is None
            (tried,) = quiz.rounds[0].attempts
            if tried.verdict == "wrong":  # some wrong rules give what is right
                mistake = tried.check.mistakes[exercise.by]
                total += 1
                if mistake is None or planted.kind not in (mistake.kind, *mistake.also):
                    missed.append((str(exercise.expression), planted.kind, mistake and mistake.kind))
    assert total > 25
    assert len(missed) <= 0.15 * total, missed
