"""The texts of the lesson's page itself; the words of the demos come with their frames.

The page gets them in the current language, and its script fills in what is in braces.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

from diffcompare.localization import translated

ENGLISH: Mapping[str, str] = {
    "title": "How derivatives are computed",
    "no script": "Without its script this page shows every step, one below the other.",
    # Navigation and controls
    "steps": "Steps",
    "back": "Back",
    "next": "Next",
    "reveal": "Reveal",
    "predict": "Predict",
    "break": "Break it",
    "outline": "Outline",
    "notes": "Notes",
    "projector": "Projector",
    "fullscreen": "Full screen",
    "help": "Keys",
    "keys": "Shortcuts",
    "close": "Close",
    "place": "Step {number} of {count}",
    "minutes": "{count} min",
    # The list of keys
    "help next": "next step; first the answer, if there is a question",
    "help back": "step before",
    "help first": "first step of the demo",
    "help last": "last step of the demo",
    "help onwards": "next demo",
    "help before": "demo before",
    "help predict": "questions on or off",
    "help break": "break the rule, and mend it",
    "help forward": "the same node in forward mode",
    "help reverse": "the same node in reverse mode",
    "help outline": "all demos and their steps",
    "help notes": "the speaker's notes and a clock in a second window",
    "help projector": "stronger colours for a projector",
    "help fullscreen": "full screen, and back",
    "help help": "this list",
    # The second window
    "notes title": "Speaker's notes",
    "notes ask": "Ask",
    "notes say": "Say",
    "notes break": "Break it",
    "notes then": "Then",
    "notes demo": "This demo",
    "elapsed": "Elapsed",
    "of minutes": "of {count} min",
    "start again": "Start the clock again",
    "notes lost": "The window of the lesson is not there: open these notes from it with w.",
    "notes blocked": "The browser has not opened a second window: allow pop-ups for this page.",
    "left out": "not in the plan",
    "end": "In one sentence",
    "question": "Predict: {question}",
    "rule": "RULE",
    "why": "WHY",
    "broken": "BROKEN",
    "damage": "{bug}. {sentence}",
    "banner": "This browser computes different numbers from Python ({name}): do not rely on the panels.",
    # The printed page
    "all steps": "Every step",
    "step": "step",
    "numbers": "numbers",
    # Another point
    "graph": "The graph, step by step",
    "graph told": "Arrows lead from arguments to results; numbers appear step by step. Each node can be focused.",
    "point": "Another point",
    "expression": "expression",
    "subject": "{text} at {point}",
    "restore": "Reset",
    "answer": "Recomputed by this page: value {value}; {gradient}.",
    "partial": "df/d{name} = {value}",
    "no number": "{name}: “{text}” is not a number; write for example 2, -0.5 or 1e-3. The steps above are unchanged.",
    "no value": "{name} = {rule} has no finite value there. The steps above are unchanged; choose another point.",
    "kink": "{name} = {rule} is at a kink or a jump there, where there may be no derivative. The"
    " steps above are unchanged; choose another point.",
    "more": " and {count} more",
    "sides": "Slope by {name}: {left} from the left, {right} from the right.",
    "branch": "The steps are different there, for example because another branch is taken. The steps above are"
    " unchanged; `diffcompare lesson --expr EXPR --at POINT` makes a page for that point.",
    "no slope": "A derivative is not finite there. The steps above are unchanged; choose another point.",
    "node value": "its value is {value}",
    "node tangent": "its tangent is {value}",
    "node adjoint": "its adjoint is {value}",
    "node sum": "the sum of {messages}",
    "node output": "it is the output",
    "node alone": "{node}.",
    "node told": "{node}: {told}.",
    "comma": ", ",
    # Sentences of steps at another point, as Python tells them
    "variable is": "{rule} is given.",
    "without rule": "{name}: {status}",
    "seed is": "The derivative of {node} with respect to {seed}.",
    "changes": "{node} changes {value} times as fast as {seed}.",
    "one": "The output changes as fast as itself.",
    "passes": "{node} passes this on to {argument}.",
    "adds": "{argument} is used by {node} too, so this is added: {sums}.",
    "assigned": "With = the last message wins: {last} instead of {truth}.",
    "nothing passed": "nothing is passed on",
    # The step of a difference
    "another step": "Another step",
    "curve": "Error against the step h",
    "curve told": "Two V-shaped curves on logarithmic axes: dots are single steps, lines their medians."
    " Two level lines below: reverse AD and the complex step. A ring marks the step chosen.",
    "exponent": "h",
    "forward": "forward",
    "central": "central",
    "richardson": "Richardson",
    "complex": "complex step",
    "ad": "reverse AD",
    "h axis": "step h",
    "error axis": "absolute error",
    "slope": "slope {slope} ({fitted} fitted)",
    "cancellation": "The cancellation table",
    "cancellation there": "f(x + h)",
    "cancellation here": "f(x)",
    "cancellation difference": "difference",
    "cancellation quotient": "quotient",
    "cancellation error": "its error",
    "cancellation shared": "{count} digits are shared: grey, underlined and in brackets, they cancel in the"
    " difference.",
    # Swell
    "swell": "Swell, n = 1 to {last}",
    "sizes": "nodes of the derivative",
    "accuracy": "accuracy of the expanded form",
    "raw tree": "tree",
    "light tree": "light tree",
    "light dag": "DAG",
    "cse": "after CSE",
    "expanded": "expanded form",
    "reverse": "reverse AD",
    "exactly": "exact",
    "overflow": "overflow",
    "missing": "not computed",
    "bars told": "{what} for n = 1 to {last}, on a logarithmic axis. The same numbers are in the table.",
    "nodes axis": "nodes",
    "relative axis": "relative error",
    "swell note": "tree, light tree and DAG: the derivative by textbook rules, with all zeros and ones, without"
    " them, and with equal parts once. After CSE: sympy's derivative after common-subexpression"
    " elimination.",
    "numbers of bars": "The numbers",
}


def word(key: str, **filling: object) -> str:
    """Return words of the page in the current language as HTML, with the placeholders filled in."""
    text = translated(ENGLISH[key], "page")
    return html.escape(text.format(**filling) if filling else text)


def words() -> dict[str, str]:
    """Return the words in the current language."""
    return {key: translated(text, "page") for key, text in ENGLISH.items()}
