"""The function in the text of a question: an expression, an equation, `d/dx (x^2)`, or a sentence with one formula.

In a sentence (`Differentiate x^2 sin(x) with respect to x.`) words are told from formulas by their spelling, whatever
the language.  Exactly one formula has to remain: where there are two, nothing is taken by guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.catalogue import scan
from diffcompare.inputs.cell_text import MATH_SIGNS, unwrapped, without_markup
from diffcompare.inputs.formulas import notation_of
from diffcompare.inputs.localized_tables import normalized, role_by_words
from diffcompare.inputs.resolve import ParsedInput, resolve
from diffcompare.language.operations import CONSTANTS, FUNCTIONS
from diffcompare.language.parser import read
from diffcompare.language.wengert import variables, wengert_list

MAX_QUESTION_LENGTH = 4_000  # characters of a text in which a formula is searched for
MAX_BRACKETS = 8  # brackets without a partner that are taken off


class Asked(NamedTuple):
    """A question as it was read: the function, and the variable by which it is to be differentiated."""

    question: ParsedInput
    by: str = ""  # empty if the text does not say it
    in_words: bool = False  # whether the function was found in a sentence


@lru_cache(maxsize=4096)  # titles are looked at before they are read
def read_question(text: str) -> Asked | Diagnostic:
    """Return the function in a text, or what is wrong with it.

    The text is an expression, `f(x) = x^2`, `y = x^2`, `d/dx (x^2)`, `@name`, the bare name of a catalogue entry, or a
    sentence; it is never the name of a file.
    """
    try:
        if text.startswith("@"):
            return Asked(resolve(text))
        if text.isidentifier() and len(text) > 2 and any(stanza.name == text for stanza in scan()):
            return Asked(resolve(f"@{text}"))
        plain = unwrapped(_POINTS.sub(" ", text))
        wanted = _derivative_of(plain)
        if wanted is not None:
            return wanted
        question = _function(plain)
        if not (_has_words_of_a_question(question) or _begins_as_a_sentence(plain)):
            return _refused(text, _two_readings(plain)) if _ENUMERATED.match(plain) else Asked(question)
        fault = None
    except DiffcompareError as error:
        fault = error.diagnostic
    if len(text) > MAX_QUESTION_LENGTH:
        return fault or _none_found(text)
    return _in_sentence(text, fault)


def _function(text: str) -> ParsedInput:
    """Return the function in a formula or an equation.  Raises DiffcompareError."""
    head, equals, formula = text.partition("=")
    if equals and "=" not in formula and ";" not in formula and _LEFT_SIDE.fullmatch(" ".join(head.split())):
        text = formula.strip()
    return ParsedInput(text, read(text), "expression", "expression")


_LEFT_SIDE = re.compile(r"[^\W\d]\w* ?(?:\( ?\w+(?: ?, ?\w+)* ?\))? ?:?")  # `f(x)`, `y`, `f(x, y) :`


def _has_words_of_a_question(question: ParsedInput) -> bool:
    """Tell whether variables are words such as `derivative`: `Derivative - x^2` is no difference."""
    names = variables(wengert_list(question.parsed.expression))
    return any(len(name) > 3 and role_by_words(name) is not None for name in names)


def _begins_as_a_sentence(text: str) -> bool:
    """Tell whether a word comes first that is no factor, even where a notation has products of words."""
    word = _FIRST_WORD.match(text)
    if word is None or not _is_word(word[1]):
        return False
    return text[0].isupper() and len(word[1]) > 4 if word[2] in "-–—" else word[2] not in "=*/^+·×,;)<>"


# --- `d/dx (x^2)` -----------------------------------------------------------------------------------------------------

_CALLED = re.compile(r"(diff|D)\s*[(\[](.+),\s*([^\W\d]\w*)\s*[)\]]", re.S)  # `diff(x^2, x)`
_OPERATOR = re.compile(
    r"(?:\\[dt]?frac ?\{ ?(?:d|∂|\\partial|\\mathrm ?\{d\}) ?\} ?\{ ?(?:d|∂|\\partial|\\mathrm ?\{d\}) ?(\w+) ?\}"
    r"|\(? ?[d∂] ?/ ?[d∂](\w+) ?\)?) ?(.+)",
    re.S,
)


def _derivative_of(text: str) -> Asked | None:
    """Return the function and the variable of `d/dx (x^2)`; None for other texts.

    Raises DiffcompareError for mistakes in the function, and for `d/dx x^2 + x`, which has two readings.
    """
    called = _CALLED.fullmatch(text.strip()) if text.lstrip()[:1] in ("d", "D") else None
    if called is not None and _is_enclosed(text.strip()[len(called[1]) :].strip()):
        return Asked(ParsedInput(called[2], read(called[2]), "expression", "expression"), called[3])
    match = _OPERATOR.fullmatch(" ".join(text.split())) if text.lstrip()[:1] in ("d", "∂", "\\", "(") else None
    if match is None:
        return None
    by, function = match[1] or match[2], match[3].removeprefix("\\left").replace("\\right", "").strip()
    if not _is_enclosed(function):
        sign = next((place for place in _signs_outside(function) if function[:place].strip()), None)
        if sign is not None:
            message = f"`{text}` may be the derivative of {function}, or of {function[:sign].strip()} alone"
            help = f"write d/d{by} ({function}), or d/d{by} ({function[:sign].strip()}) {function[sign:]}"
            raise DiffcompareError(Diagnostic("E593", "bad_value", message, help=help))
    elif function[0] == "[":
        function = function[1:-1]
    return Asked(ParsedInput(function, read(function), "expression", "expression"), by)


def _depths(text: str) -> Iterator[tuple[int, str, int]]:
    """Yield the place, the character and the depth of brackets behind it."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        yield place, character, depth


def _is_enclosed(text: str) -> bool:
    """Tell whether one pair of brackets encloses a text."""
    return text[0] in "([" and next((place for place, _, depth in _depths(text) if depth == 0), 0) == len(text) - 1


def _signs_outside(text: str) -> list[int]:
    return [place for place, character, depth in _depths(text) if depth == 0 and character in "+-−"]


# --- A formula in a sentence ------------------------------------------------------------------------------------------

_MATH = re.compile(r"\\\((.*?)\\\)|\\\[(.*?)\\\]|\$\$([^$]+)\$\$|\$([^$]+)\$", re.S)
_UNSPACED = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uff0f\uff1a-\uff20]+")  # Chinese and the like
_WORD = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*|[^\W\d_]+(?:-[^\W\d_]{3,})+")
_AROUND = "¿¡.,:;?!\"'()[]«»„“”‚‘’…–—-"
_GREEK = re.compile(
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|omicron|pi|rho|sigma|tau|upsilon|phi|chi"
    "|psi|omega"
)
_SHORT_WORDS = re.compile(
    "of|by|to|at|is|in|on|if|as|be|we|an|it|or|so|do|ab|an|zu|im|am|es|du|de|la|le|el|en|es|si|un|al|da|di|il|se|do|em"
    "|na|po|za|od|av|af|og|te|op|à|é|á|ó|è|в|и|к|о|у|і|з"
)
_LETTER_WORDS = ("a", "e", "o", "y", "u", "z", "w")  # words of one letter, where the name of a variable follows
_BY = re.compile(
    r"\b(?:to|by|wrt|nach|à|a|por|per|по|po|för|etter|variable|variablen)\s+([^\W\d]\w{0,9})\b(?![\s^*/+(=-]*\d)"
)
_BEFORE_A_POINT = re.compile("at|bei|en|in|em|point|punto|ponto|punkt|stelle|für|for|när|when|если|при")
_POINTS = re.compile(
    r"[(\[]\s*\d+(?:[.,]\d+)?\s*(?:points?|pts?|marks?|punkte?|pkte?|puntos?|pontos?|punti|punt|bod\w*|балл\w*|分|点)\.?\s*[)\]]",
    re.I,
)
_BARE = re.compile(
    r"[^\W\d]\w{0,2}|[^\W\d]\w* ?\( ?\w+(?: ?, ?\w+)* ?\)|[\d.,/ ]+|\d+(?:[a-h]|st|nd|rd|th)"
)  # x, f(x), 3, 5b
_NUMBER = re.compile(r"-?[\d.,/]+")
_AT_A_POINT = re.compile(r"[^\W\d]\w* ?= ?[-+]?[\d.,/]+(?: ?pi)?")
_ENUMERATED = re.compile(r"\d+\. \S")  # `3. x^2`: the third question, or a product
_NUMBERED = re.compile(r"(?:\d+ ?)?[-–—] \S.*|\d+\. \S.*", re.S)  # `3 - x^2`: a number of a question, or a difference
_FIRST_WORD = re.compile(r"([^\W\d_]{4,})\s+(\S)")  # `Differentiate - x^2`, `Differentiate Sin[x]`


def _in_sentence(text: str, fault: Diagnostic | None) -> Asked | Diagnostic:
    """Return the only function in a sentence; else `fault` if the text is no sentence, or why there is none."""
    plain = without_markup(_POINTS.sub(" ", text))
    spans = [next(part for part in match.groups() if part is not None).strip() for match in _MATH.finditer(plain)]
    runs = [(span, "") for span in spans] or list(_runs(MATH_SIGNS.sub(" ", plain)))
    formulas = [(run, before) for run, before in runs if not _is_aside(run)]
    if not spans and fault is not None and [run for run, _ in runs] == [_trimmed(" ".join(plain.split()))]:
        return fault
    if _asks_for_something_else(plain):
        return _refused(text, "the question asks for something else than a first derivative")
    if any(
        _AT_A_POINT.fullmatch(run) or (_BEFORE_A_POINT.fullmatch(before) and _NUMBER.fullmatch(run))
        for run, before in runs
    ):
        return _refused(text, "the question asks for a value at a point")
    texts = list(dict.fromkeys(run for run, _ in formulas))
    if not texts:
        return _none_found(text)
    if len(texts) > 1:
        listed = " and ".join(f"`{run}`" for run in texts[:4])
        return _refused(text, f"the question has {len(texts)} formulas, {listed}")
    (run,) = texts
    if not spans and _NUMBERED.fullmatch(run):
        return _refused(text, _two_readings(run))
    try:
        asked = _derivative_of(run) or Asked(_function(run))
    except DiffcompareError as error:
        return error.diagnostic
    named = set(_BY.findall(MATH_SIGNS.sub(" ", plain))).intersection(
        variables(wengert_list(asked.question.parsed.expression))
    )
    return Asked(asked.question, asked.by or (named.pop() if len(named) == 1 else ""), in_words=True)


# --- Questions for something else -------------------------------------------------------------------------------------
#
# Words are compared without accents.  Where no word speaks of derivatives, words of other tasks are looked for as well:
# `Differentiate and simplify x*x` is a question of ours, `Simplify x*x` is none.

_DERIVATIVE = (
    "deriv|differen[tz]i|ableit|leite|afgeleid|pochodn|производн|дифференц|похідн|turev|παραγωγ|导数|導數|求导|求導|微分"
    "|導関数|도함수|미분|gradient|slope|steigung|pente|pendiente|rate of change"
)
_FIRST = re.compile(rf"{_DERIVATIVE}|\b[a-z]\s?['’′]\s?\(|\bd[a-z]?/d[a-z]\b|\\[dt]?frac\s?\{{d")  # f'(x), dy/dx
_ORDINAL = (
    "second|third|fourth|higher|2nd|3rd|4th|zweite[nrs]?|dritte[nrs]?|segunda|tercera|terceira|deuxieme|seconde|troisieme"
    "|seconda|terza|tweede|derde|drug[ai]|trzeci[ai]|втор\\w+|треть\\w+|ikinci"
)
_HIGHER = re.compile(
    rf"\b(?:{_ORDINAL})[\s-]+(?:order[\s-]+|partial[\s-]+|partiellen?[\s-]+)*(?:{_DERIVATIVE})"
    rf"|(?:{_DERIVATIVE})\w*\s+(?:of\s+)?(?:{_ORDINAL})\b(?!\s*(?:function|question))"
    r"|[2-9]\.\s*ableitung|[2-9二三四两][阶階]|\b[a-z]\s?(?:''|’’|′′)"
)
_HIGHER_SIGN = re.compile(r"d\^?[2-9n][a-z]?/?d[a-z]\^?[2-9n]|[fgh]\^\([2-9n]\)")  # d^2y/dx^2, f^(2)
_OTHER_TASK = re.compile(
    r"\bintegr|\\int\b|∫|antideriv|stammfunktion|primitiv|積分|积分|интеграл|первообразн|cal?k[ae]\b"
    r"|\blimit\w*\s+(?:of|as|when)\b|grenzwert|\blimite\b|предел|极限|極限|tangent\s+line|tangentengleichung"
    r"|(?:equation|gleichung|ecuacion|equazione|equacao)\b.*\b(?:tang|normal)"
)
_OTHER_VERB = re.compile(
    r"\b(?:simplif|vereinfach|semplific|expand|factor|faktoris|ausmultipl|evaluat|evalu|solve|lose\b|losen|resuelv|resolv"
    r"|resou|sketch|plot|draw|zeichn|inverse|umkehr|domain|definitionsbereich|dominio|range\b|maxim|minim|extrem|nullstell"
    r"|(?<!square )(?<!cube )roots?\b|zeros?\b|area\b|value\b|funktionswert|taylor|series\b|упрост|вычисл|решит)"
    r"|化简|化簡|求解"
)


def _asks_for_something_else(text: str) -> bool:
    """Tell whether a question is not for a first derivative: for the second one, an integral, a limit."""
    folded = normalized(text)
    signs = re.sub(r"\\(?:mathrm|[dt]?frac|partial)|[{}\s]", "", folded.replace("∂", "d"))
    return (
        _HIGHER.search(folded) is not None
        or _HIGHER_SIGN.search(signs) is not None
        or _OTHER_TASK.search(folded) is not None
        or (_OTHER_VERB.search(folded) is not None and _FIRST.search(folded) is None)
    )


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands between words, each with the word before it in lower case."""
    run: list[str] = []
    before = last = ""
    depth = 0
    tokens = [*_UNSPACED.sub(" 的的 ", text).split(), "的的"]
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        a_letter = token in _LETTER_WORDS and not run and _BARE.fullmatch(following.strip(_AROUND)) is not None
        word = depth <= 0 and (a_letter or _is_word(token))
        if not word:
            before = before if run else last
            run.append(token)
            depth += sum(token.count(sign) for sign in "([{") - sum(token.count(sign) for sign in ")]}")
            if (token[-1] not in ".:;,?!" or depth > 0) and depth >= 0:
                continue
        if run and (trimmed := _trimmed(" ".join(run))):
            yield trimmed, before
        run, depth = [], 0
        last = token.strip(_AROUND).lower() if word else ""


def _is_word(token: str) -> bool:
    core = token.strip(_AROUND)
    name = core.lower()
    if _SHORT_WORDS.fullmatch(name):
        return True
    if _WORD.fullmatch(core) is None or _GREEK.fullmatch(name) or name in FUNCTIONS or name in CONSTANTS:
        return False
    return len(core) > 2 or ord(core[0]) > 0x24F


def _trimmed(run: str) -> str:
    """Return a run without the punctuation at its ends, and without a bracket that has no partner."""
    for _ in range(MAX_BRACKETS):
        run = run.strip(" ¿¡.,:;?!\"'«»„“”…").rstrip("=–—- ")
        depths = [depth for _, _, depth in _depths(run)]
        if depths and min(depths) < 0 and run[-1] in ")]":
            run = run[:-1]
        elif depths and depths[-1] > 0 and run[0] in "([":
            run = run[1:]
        else:
            break
    return run


def _is_aside(run: str) -> bool:
    """Tell whether a run is no function to differentiate, but its name, its variable, a number, or `f'(x)`."""
    if not run or not any(character.isalnum() for character in run):
        return True
    if _BARE.fullmatch(run):
        return run.partition("(")[0].strip().lower() not in FUNCTIONS or "(" not in run
    return notation_of(run.rstrip(" =:")) is not None and not _is_enclosed_operator(run)


def _is_enclosed_operator(run: str) -> bool:
    """Tell whether a run is `d/dx (x^2)`, which names a derivative and says of what."""
    match = _OPERATOR.fullmatch(run)
    return match is not None and _BARE.fullmatch(match[3].strip("()[] ")) is None


def _two_readings(formula: str) -> str:
    return f"`{formula}` may be a formula, or one behind a number or a dash"


def _none_found(text: str) -> Diagnostic:
    return _refused(text, "no function was found in the question")


def _refused(text: str, why: str) -> Diagnostic:
    shown = " ".join(text.split())
    shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
    help = 'say what was asked, once for each column of answers: --asked "x^2"'
    return Diagnostic("E593", "bad_value", f"{why}: `{shown}`", help=help)
