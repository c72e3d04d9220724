"""The function in the text of a question, in a sentence of any language; two readings are none."""

import time

import pytest
from rows import every_row

from diffcompare.classroom.class_answers.question_text import Asked, read_question


@every_row(
    ("text", "function", "by"),
    [
        ("x^2", "x^2", ""),
        ("- x^2", "- x^2", ""),
        ("5 - x", "5 - x", ""),
        ("f(x) = 0.5*x^2", "0.5*x^2", ""),
        ("y=x^2", "x^2", ""),
        ("speed*time", "speed*time", ""),
        ("d/dx (x^2*y)", "(x^2*y)", "x"),
        ("∂/∂y x^2*y", "x^2*y", "y"),
        (r"\frac{d}{dx} \left( x^2 \right)", "( x^2 )", "x"),
        ("Find d/dx[x^3].", "x^3", "x"),
        ("diff(x^2*sin(x), x)", "x^2*sin(x)", "x"),
        ("Let y = x^2. What is dy/dx?", "x^2", ""),
        ("Differentiate x^2*sin(x) with respect to x.", "x^2*sin(x)", "x"),
        ("Differentiate x^2*y with respect to y.", "x^2*y", "y"),
        (r"Differentiate \( x^2*y \) with respect to \(y\).", "x^2*y", "y"),
        ("Differentiate $x^2$.", "x^2", ""),
        ("<p>Differentiate x<sup>2</sup>.</p>", "x^2", ""),
        ("1234: What is the derivative of x^2?", "x^2", ""),
        ("Question 3: x^2", "x^2", ""),
        ("3) x^2 + 1", "x^2 + 1", ""),
        ("1. Differentiate x^2", "x^2", ""),
        ("Differentiate -x^2", "-x^2", ""),
        ("Differentiate Sin[x]", "Sin[x]", ""),
        ("speed * time", "speed * time", ""),
        ("Differentiate alpha*x^2", "alpha*x^2", ""),
        ("Differentiate max(x, 2) by x", "max(x, 2)", "x"),
        ("Find f'(x) where f(x) = (x + 1)^2", "(x + 1)^2", ""),
        ("Derive y = exp(-x) (3 points)", "exp(-x)", ""),
        ("x^2 (3 points)", "x^2", ""),
        ("Leite f(x) = x^2 ab.", "x^2", ""),
        ("Deriva f(x) = sen(x)/x", "sen(x)/x", ""),
        ("Dérivez la fonction f(x) = x^3 par rapport à x", "x^3", "x"),
        ("¿Cuál es la derivada de x^2 respecto a x?", "x^2", "x"),
        ("Найдите производную функции x^2*sin(x) по x", "x^2*sin(x)", "x"),
        ("求函数x^2*sin(x)的导数。", "x^2*sin(x)", ""),
    ],
)
def test_the_only_formula_of_a_question_is_what_was_asked(text, function, by):
    asked = read_question(text)
    assert isinstance(asked, Asked), asked
    assert (asked.question.text, asked.by) == (function, by)


@every_row(
    ("text", "code", "message"),
    [
        ("What is this?", "E593", "no function was found in the question"),
        ("Differentiate x^2 and x^3", "E593", "2 formulas, `x^2` and `x^3`"),
        ("What is f'(2) if f(x) = x^2?", "E593", "2 formulas"),
        ("Differentiate x^2 at x = 2", "E593", "a value at a point"),
        ("Find the slope of x^2 at 3", "E593", "a value at a point"),
        ("Question 3 - x^2", "E593", "`3 - x^2` may be a formula, or one behind a number"),
        ("3. x^2 + 1", "E593", "`3. x^2 + 1` may be a formula, or one behind a number"),
        ("Ableitung - x^2", "E593", "`- x^2` may be a formula, or one behind a number or a dash"),
        ("Differentiate - x^2", "E593", "`- x^2` may be"),
        ("d/dx x^2 + x", "E593", "may be the derivative of x^2 + x, or of x^2 alone"),
        ("sni(x)", "E101", "unknown function `sni`"),
        ("@nosuch", "E608", "nosuch"),
    ],
)
def test_nothing_is_taken_by_guess(text, code, message):
    diagnostic = read_question(text)
    assert not isinstance(diagnostic, Asked), diagnostic
    assert message in diagnostic.message
    if code != "E608":
        assert diagnostic.code == code


@pytest.mark.parametrize(
    "text",
    [
        "Find the second derivative of x^3",
        "Second-order partial derivative of x^3",
        "Bestimme die zweite Ableitung von x^3",
        "2. Ableitung von x^3",
        "Calcula la segunda derivada de x^3",
        "Calcule a derivada segunda de x^3",
        "Calculez la dérivée seconde de x^3",
        "Найдите вторую производную x^3",
        "求x^3的二阶导数",
        "Find f''(x) for f(x) = x^3",
        "Find y″ for y = x^3",
        "Find f^{(2)}(x) for f(x) = x^3",
        r"Find \(\frac{d^2y}{dx^2}\) if \(y = x^3\)",
        r"Find \(\frac{\mathrm{d}^2 y}{\mathrm{d}x^2}\) if \(y = x^3\)",
        "Find an antiderivative of x^3",
        "Integrate x^3",
        "Integriere x^3",
        "Calcula la integral de x^3",
        "Gib eine Stammfunktion von x^3 an",
        "What is the limit of sin(x)/x as x goes to 0",
        "Find the equation of the tangent to x^3",
        "Simplify x^3/x",
        "Evaluate sin(x) there",
        "Vereinfache x^3/x",
        "Find the zeros of x^2 - x",
    ],
)
def test_a_question_for_something_else_than_a_first_derivative_is_refused(text):
    refusal = read_question(text)
    assert not isinstance(refusal, Asked), refusal
    assert (refusal.code, refusal.help) == (
        "E593",
        'say what was asked, once for each column of answers: --asked "x^2"',
    )
    assert "something else than a first derivative" in refusal.message


@pytest.mark.parametrize(
    "text",
    [
        "Differentiate x^3 and simplify.",
        "2. Differentiate x^3",
        "2. Leite f(x) = x^3 ab.",
        "Second, differentiate x^3.",
        "Find the slope of the second function, f(x) = x^3.",
        "Find f'(x) if f(x) = x^3, and factor it.",
        "Evaluate the derivative of x^3",
        "(Integer answers) Derivative of x^3",
    ],
)
def test_words_of_other_tasks_beside_a_derivative_leave_it_asked(text):
    asked = read_question(text)
    assert isinstance(asked, Asked), asked
    assert asked.question.text == "x^3"


@pytest.mark.parametrize("piece", ["( ", "x^2 ", "\\( ", "$", "word ", "1 ", ") ", "f(", "d/dx ", "x = ", "to ", "(3 "])
@pytest.mark.parametrize("length", [3_900, 100_000])
def test_a_hostile_question_is_answered_at_once(piece, length):
    begun = time.process_time()
    read_question("Differentiate " + piece * (length // len(piece)))
    assert time.process_time() - begun < 1
