"""Demos: lists of frames that are computed when they are shown, one module each; their names in teaching order.

E581  no demo of that name          E599  no such frame
E598  an expression too long for a demo          E585  an expression that a demo or the page cannot play
E579  a lesson too short for any demo             W585  demos of a lesson that are not about the viewer's function
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module

from diffcompare.classroom.demos.frame import Demo, Frame
from diffcompare.diagnostics import MIN_SLIP_LIKENESS, did_you_mean, usage_error

# Minutes in class, title, claim and closing sentence by name, so that they are known before any frame is.
PROGRAMME: Mapping[str, tuple[int, str, str, str]] = {
    "four-ways": (
        5,
        "Four ways to a derivative",
        "Four routes, one number, different reasons to believe it.",
        "By hand and symbolically you get a formula, numerically a guess, and by AD the number itself,"
        " from the program run on pairs.",
    ),
    "trace": (
        8,
        "Forward and reverse, step by step",
        "Both AD modes multiply the same local slopes; only the order differs.",
        "Forward mode asks how one input affects every output; reverse mode, how every input affects one output.",
    ),
    "swell": (
        8,
        "Formulas that explode",
        "Swell is a property of trees.",
        "Do not blame the derivative: written as a tree, f itself has already exploded. And a shorter"
        " formula is not always a better one.",
    ),
    "step": (
        8,
        "How small a step?",
        "The best h is neither large nor small, and even it loses half the digits.",
        "Truncation falls with h, round-off grows with 1/h: to choose h is to choose which error to accept.",
    ),
    "sweeps": (
        6,
        "What a gradient costs",
        "A gradient costs n sweeps or one.",
        "Count inputs and outputs before choosing a direction.",
    ),
    "tape": (
        7,
        "The tape: what a program remembers",
        "A tape is a diary; backward reads it from the end.",
        "Forward writes and saves, backward reads and adds; nothing is cleared unless you clear it.",
    ),
    "branches": (
        6,
        "Loops and branches",
        "AD sees the path taken, not the program.",
        "What you run is what you differentiate - for better and for worse.",
    ),
    "kinks": (
        6,
        "Corners and jumps",
        'At a kink the "derivative" is a convention.',
        "One-sided slopes first, conventions second, trust third.",
    ),
    "nan": (
        6,
        "Where nan comes from",
        "A perfect value can carry a poisoned derivative.",
        "0 times infinity is not 0: guard the input, not the output.",
    ),
    "fd-strikes-back": (
        6,
        "Exact slopes of inexact programs",
        "Exact differentiation of an inaccurate program is exactly inaccurate.",
        "Agreement is evidence, not proof; fix the formula first.",
    ),
    "hessian": (
        4,
        "Second derivatives",
        "A Hessian is a forward sweep over a reverse one.",
        "Differentiate the derivative's program, not a difference of differences.",
    ),
    "nesting": (
        4,
        "Derivatives inside derivatives",
        "An inner derivative has a variable of its own.",
        "Nested derivatives are right only where every tangent and every variable knows which"
        " derivative it belongs to.",
    ),
    "complex": (
        3,
        "A step into the complex plane",
        "Without a subtraction the step can be as small as you like.",
        "Exact for what is analytic, silently wrong for what is not.",
    ),
    "memory": (
        3,
        "Memory bought with work",
        "Reverse mode needs its past, but need not keep it all.",
        "Memory can be bought with work, at a very good price.",
    ),
    "chaos": (
        3,
        "When the value is noise",
        "A derivative can be exact and mean nothing.",
        "Before you ask for the derivative, ask whether the value means anything.",
    ),
}
TEN = ("four-ways", "trace", "swell", "step", "sweeps", "tape", "branches", "kinks", "nan", "fd-strikes-back")
ENCORES = ("hessian", "nesting", "complex", "memory", "chaos")
NAMES = (*TEN, *ENCORES)
# Play the viewer's own function, too; `branches` only one in Python.
OWN = ("four-ways", "trace", "swell", "step", "sweeps", "tape", "branches", "hessian")
SURVEY, AT_SURVEY = "ln(x1) + x1*x2 - sin(x2)", {"x1": 2.0, "x2": 5.0}  # the survey's function, in many of them


def load_demo(name: str) -> Demo:
    """Return the demo of that name.  Raises DiffcompareError (E581) if there is none."""
    if name not in NAMES:
        suggestion = did_you_mean(name, NAMES, MIN_SLIP_LIKENESS)
        fix = f"did you mean `{suggestion}`?" if suggestion else f"choose {', '.join(NAMES)}, or all"
        raise usage_error("E581", f"there is no demo `{name}`", fix)

    def frames() -> Iterable[Frame]:
        module = import_module(f"{__name__}.{name.replace('-', '_')}")  # each imports what only its own frames need
        computed: Iterable[Frame] = module.frames()
        return computed

    minutes, title, claim, lesson = PROGRAMME[name]
    return Demo(name, minutes, claim, lesson, frames, title)


def select_demos(names: Iterable[str], all_names: Iterable[str] = TEN) -> list[Demo]:
    """Return the demos of these names, each once; `all` stands for `all_names`.

    Raises DiffcompareError (E581) for an unknown name.
    """
    chosen = [name for given in names for name in (all_names if given == "all" else (given,))]
    return list(map(load_demo, dict.fromkeys(chosen)))
