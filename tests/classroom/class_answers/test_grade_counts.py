"""What was done wrong how often."""

from diffcompare.classroom.class_answers.grade import check_class
from diffcompare.language.printer import to_text


def groups(checked):
    return [(group.kind, to_text(group.at), group.made, group.of) for group in checked.summary.groups]


def test_a_mistake_is_counted_where_it_was_made_whatever_the_spelling_and_the_question(judged):
    checked = judged(
        "student,expression,x",
        "Ada,sin(x^2),cos(x^2)",
        "Bob,sin(x^2),cos(x*x)",
        "Cyd,sin(x^2),2*x*cos(x^2)",
        "Dan,sin(x^2),sni(x)",
        "Ada,sin(x^2) + x,cos(x^2) + 1",
        "Bob,x^3,x^2",
        "Cyd,x^3,3*x^2",
    )
    assert groups(checked) == [("missing-inner-factor", "sin(x^2)", 3, 4), ("power-factor-missing", "x^3", 1, 2)]
    assert [row.student for row in checked.summary.groups[0].rows] == ["Ada", "Bob", "Ada"]


def test_one_wrong_answer_that_many_gave_and_no_rule_explains(judged):
    checked = judged("student,f,x", "Ada,x^2,7*x^9", "Bob,x^2,7x^9", "Cyd,x^2,2*x + x^9")
    assert groups(checked) == [(None, "x^2", 2, 3), (None, "x^2", 1, 3)]
    assert [group.answer for group in checked.summary.groups] == ["7*x^9", "2*x + x^9"]


def test_what_agrees_where_it_is_defined_is_counted_as_the_teacher_says(table):
    file = table("student,f,x", "Ada,x^4,4*sqrt(x)^6", "Bob,x^4,4*x^3", "Cyd,x^4,x^3")
    right, wrong = (check_class(file, where_defined=counting) for counting in ("right", "wrong"))
    assert (right.summary.right, right.summary.wrong, right.summary.judged) == (2, 1, 3)
    assert (wrong.summary.right, wrong.summary.wrong, wrong.summary.judged) == (1, 2, 3)
    assert (wrong.summary.tallies[0].right, wrong.summary.tallies[0].wrong) == (1, 2)
    assert [row.outcome for row in wrong.rows] == ["agrees where it is defined", "proved", "wrong"]


def test_the_tally_of_a_question_by_partial(judged):
    checked = judged(
        "student,f,x,y",
        "Ada,x^2*y,2*x*y,x^2",
        "Bob,x^2*y,x*y,",
        "Cyd,x^2*y,x 2*y,x^2",
        "Dan,x^2,2*x,",
        "Eve,x^2,1,",
        "Fay,,1,",
    )
    rows = [
        (to_text(tally.function), tally.name, tally.judged, tally.right, tally.outcomes["wrong"])
        for tally in checked.summary.tallies
    ]
    assert rows == [("x^2*y", "x", 2, 1, 1), ("x^2*y", "y", 2, 2, 0), ("x^2", "x", 2, 1, 1)]
    first, second, _ = checked.summary.tallies
    assert (first.outcomes["error"], second.outcomes["not answered"]) == (1, 1)
    assert first.commonest.kind == "power-factor-missing"
    assert second.commonest is None
    assert checked.summary.outcomes["error"] == 2
    assert (checked.summary.rows, checked.summary.students, checked.summary.right) == (6, 6, 4)


def test_students_of_one_name_are_told_apart_by_their_numbers(judged):
    checked = judged("id,name,f,x", "1,Kim,x^2,2*x", "2,Kim,x^2,2*x", "1,Kim,x^3,3*x^2")
    assert checked.summary.students == 2
    assert [len(rows) for rows in checked.by_student().values()] == [2, 1]
