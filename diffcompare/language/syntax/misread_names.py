"""Warnings about names that were probably meant otherwise: `sinx`, `cos2x`, `pix`, `E`, `Pi` (W307, W308).

`sinx` is a variable like any other, and so are `E` and `Pi`: a question about it is answered, with a warning that says
what it may have been meant to be.  A verdict on a text that may be misread is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError, is_misread
from diffcompare.language.grammar import is_word
from diffcompare.language.operations import CONSTANTS, FUNCTIONS
from diffcompare.language.syntax.source_text import Attempt, Reading, SourceText, quoted
from diffcompare.language.syntax.spelling import REWRITTEN
from diffcompare.language.tokenizer import INDEXED, SyntaxFault, locate

MAX_NAME_LENGTH = 24

# Functions that nobody writes without parentheses, or whose names begin ordinary words.
_UNLIKELY = (
    "min", "max", "sgn", "sign", "floor", "ceil", "gamma", "psi", "sh", "ch", "th", "lb", "ld", "relu", "expit",
)  # fmt: skip
CALLED = sorted((name for name in FUNCTIONS if name not in _UNLIKELY), key=len, reverse=True)

# Functions by which a number behind them is read as their argument: sqrt2.
_OF_NUMBERS = ("ln", "sqrt", "cbrt", "sin", "cos", "tan")

# Words that begin like a function or a constant and are what they are, unless the rest occurs by itself.
_ORDINARY = frozenset((
    "cost", "tank", "tang", "tans", "tana", "sink", "sing", "sins", "sine", "cosy", "cose", "logo", "logs", "loge",
    "logn", "logp", "logl", "logL", "expo", "exps", "expt", "sect", "sech", "secs", "lns", "coth", "csch", "cots",
    "tani", "logA", "logit", "expat", "expr", "expm", "expn", "pid", "pie", "pig", "pin", "pip", "pit", "piu",
))  # fmt: skip

_EVIDENT = frozenset("xyzθφ")  # letters that are variables wherever they occur

# Letters that occur before e^x: `ae^x`, but `Re^n` is a power of the Reynolds number.
_COEFFICIENTS = frozenset("abckAC")

# Names that are arguments of functions wherever they follow one.
_GREEK = ("alpha", "beta", "theta", "phi", "omega")


class _Part(NamedTuple):
    """A factor as it would be written, and the variables in it."""

    text: str
    variables: tuple[str, ...]
    is_call: bool = False


def readings(name: str, known: Collection[str], *, raised: bool = False, unknown: bool = False) -> list[str]:
    """Return the products that a name may have been meant as; nothing for an ordinary name.

    `known` are the names that occur by themselves; `raised` says that a power with a variable in its exponent follows,
    so that `xe` may be x*e; `unknown` says that the name cannot stay as it is, and that no other names exist.
    """
    folded = name[:1].lower() + name[1:]
    if not 2 <= len(name) <= MAX_NAME_LENGTH or "_" in name or folded in REWRITTEN or folded in FUNCTIONS:
        return []
    if (raised or unknown) and name[-1] == "e":
        head = _whole(name[:-1], known) or _parts(name[:-1], known)
        if head and (head[0].text in _COEFFICIENTS or _is_evident(head, known, unknown)):
            return ["*".join([*(part.text for part in head), "e"])]
    parts = _parts(name, known)
    if not parts or not _is_likely(name, parts, known, unknown):
        return []
    products = ["*".join(part.text for part in parts)]
    if len(parts) == 1 and (match := re.fullmatch(r"log(2|10)\((\w+)\)", parts[0].text)):
        products.append(f"log({match[1]}*{match[2]})")
    return products


def _is_likely(name: str, parts: list[_Part], known: Collection[str], unknown: bool) -> bool:
    """Tell whether a name is more likely to be these parts than a name: by what occurs elsewhere, or by its look."""
    variables = [variable for part in parts for variable in part.variables]
    if unknown or (variables and all(variable in known for variable in variables)):
        return _is_evident(parts, known, unknown)
    if name[0].lower() + name[1:] in _ORDINARY:
        return False
    calls = sum(part.is_call for part in parts)
    if parts[0].is_call and len(parts) == calls:
        return True
    if parts[0].text == "pi":
        return _is_evident(parts, {*known, "r"}, unknown)
    return calls > 0 and _is_evident(parts, known, unknown)


def _is_evident(parts: list[_Part], known: Collection[str], unknown: bool) -> bool:
    """Tell whether every variable of the parts occurs elsewhere, or twice in them, or is one by custom."""
    variables = [variable for part in parts for variable in part.variables]
    if unknown:
        return all(variable in known for variable in variables)
    return all(variable in known or variable in _EVIDENT or variables.count(variable) > 1 for variable in variables)


def _parts(name: str, known: Collection[str], hopeless: set[str] | None = None) -> list[_Part] | None:
    """Split a name into factors, of which a function takes as much as it can; None for one that is itself.

    `hopeless` are the ends of names that were tried in vain: there are many ways to come to the same one.
    """
    hopeless = set() if hopeless is None else hopeless
    if name in hopeless:
        return None
    for first, taken in _firsts(name, known):
        rest = name[taken:]
        if not rest and first.text != name:
            return [first]
        more = (_whole(rest, known) or _parts(rest, known, hopeless)) if rest else None
        if more:
            return [first, *more]
    hopeless.add(name)
    return None


def _whole(rest: str, known: Collection[str]) -> list[_Part] | None:
    """Take the rest of a name as one variable or constant."""
    if rest == "pi":
        return [_Part("pi", ())]
    return [_Part(rest, (rest,))] if rest in known or (len(rest) == 1 and rest.isalpha()) else None


def _firsts(name: str, known: Collection[str]) -> Iterator[tuple[_Part, int]]:
    """Yield what a name may begin with, and its length: a call, a known name, pi, or a letter."""
    folded = name[0].lower() + name[1:]  # Sinx
    for function in CALLED:
        if folded.startswith(function):
            for argument, taken in _arguments(name[len(function) :], known, function in _OF_NUMBERS):
                variables = tuple(part for part in argument if not part[0].isdigit() and part != "pi")
                yield _Part(f"{function}({'*'.join(argument)})", variables, True), len(function) + taken
    for known_name in _known_starts(name, known):
        yield _Part(known_name, (known_name,)), len(known_name)
    if name.startswith("pi"):
        yield _Part("pi", ()), 2
    if name[0].isalpha() and name[0] not in known:
        yield _Part(name[0], (name[0],)), 1


def _known_starts(name: str, known: Collection[str]) -> Iterator[str]:
    """Return the known names with which a text begins, the longest first."""
    return (name[:length] for length in range(len(name), 0, -1) if name[:length] in known)


def _arguments(rest: str, known: Collection[str], of_numbers: bool) -> Iterator[tuple[list[str], int]]:
    """Yield the factors of what may be a function's argument, and its length: `2x`, `pix`, `x1`; longest first."""
    match = re.match(r"(\d*)(pi(?=[^\W\d]))?", rest)
    assert match is not None, "it matches the empty text"
    before, place = [part for part in match.groups() if part], match.end()
    if rest in ("pi", f"{match[1]}pi"):
        yield [part for part in (match[1], "pi") if part], len(rest)
    if of_numbers and rest.isdigit():
        yield [rest], len(rest)
    for names, length in sorted(_variables(rest[place:], known), key=lambda part: -part[1]):
        yield [*before, *names], place + length


def _variables(rest: str, known: Collection[str]) -> Iterator[tuple[list[str], int]]:
    """Yield the names with which a text begins: known ones in a row, a Greek one, a letter, or two letters."""
    names: list[str] = []
    place = 0
    while longest := next(_known_starts(rest[place:], known), ""):
        names.append(longest)
        place += len(longest)
        yield list(names), place
    yield from (([greek], len(greek)) for greek in _GREEK if rest.startswith(greek))
    if match := re.match(r"[^\W\d]\d*", rest):
        yield [match[0]], match.end()
    if len(rest) > 1 and rest[:2].isalpha() and (rest[1] in known or rest[1] in _EVIDENT or rest[1] == "t"):
        yield [rest[0], rest[1]], 2


MAX_NAMES = 40  # names of a text that are looked at
MAX_WARNINGS = 4

_TYPES = ("double", "float", "int")  # of C, where `(double)x` is x

# Names by which other programs call a constant: what it is called here, if it is, and what to say of it.
CAPITALS = {
    "E": ("e", "Euler's number is `e`"),
    "Pi": ("pi", "the number is `pi`"),
    "PI": ("pi", "the number is `pi`"),
    "I": ("", "there are no complex numbers"),
    "M_PI": ("pi", "the number is `pi`"),
    "M_E": ("e", "Euler's number is `e`"),
    "M_SQRT2": ("sqrt(2)", "the number is `sqrt(2)`"),
    "M_LN2": ("ln(2)", "the number is `ln(2)`"),
    **{name: ("", f"`({name})` is a conversion in C, which is left out here") for name in _TYPES},
}


def misread_names(source: SourceText) -> Iterator[Diagnostic]:
    """Yield the warnings about names; only a note if the point gives the name a value: then it is meant."""
    alone = _alone(source)
    misread = _meant(source, alone)
    fix = _rewritten(source, {index: texts[0] for index, texts in misread.values()}) if misread else None
    for name, (index, texts) in list(misread.items())[:MAX_WARNINGS]:
        meant = " or ".join(quoted(text) for text in texts)
        yield Diagnostic(
            "W307", "note", f"{quoted(name)} is read as one name", source.span(index), f"did you mean {meant}?",
            text=source.text, fix=fix, severity="note" if name in source.names else "warning",
        )  # fmt: skip
    for name in [name for name in CAPITALS if name in alone and name not in source.names]:
        if name not in _TYPES or (source.token(alone[name] - 1), source.token(alone[name] + 1)) == ("(", ")"):
            yield _capital(source, name, alone[name])


def refuse_misread(notes: Collection[Diagnostic], deliberate: Collection[str] = ()) -> None:
    """Raise DiffcompareError where a text that is to be judged may be misread, unless its names are meant as they are.

    `deliberate` are names that the user has called variables: their partials are asked for.
    """
    for note in notes:
        if not is_misread([note]) or note.span is None or note.text is None:
            continue
        name = note.text[slice(*note.span)]
        if name not in deliberate:
            raise DiffcompareError(
                note._replace(
                    code="E578", kind="bad_value", severity="error",
                    label="if it is a variable, name its partial",
                    message=f"{note.message}: there is no verdict on a text that may be misread",
                )
            )  # fmt: skip


def reading_of_unknown(name: str, text: str, names: Collection[str], attempt: Attempt) -> tuple[str, str | None] | None:
    """Return what was meant by a name that the function does not have, and the answer with all such names replaced.

    `names` are the variables of the function; the answer is None where another of its names remains unknown.
    """
    if name in FUNCTIONS:  # `exp -x`
        return f"{name}(...)", None
    source = SourceText(text, SyntaxFault("", len(text)), names, attempt)
    unknown = [index for token, index in _alone(source).items() if token not in names][:MAX_NAMES]
    meant = {index: _meant_by(source, index) for index in unknown}
    reading = next((text for index, text in meant.items() if source.tokens[index] == name), "")
    if not reading:
        return None
    return reading, _rewritten(source, meant) if all(meant.values()) else None


def separated(text: str, names: Collection[str]) -> Reading | None:
    """Read a text with names such as `xe` and `sinx` written as what they are; None where that is not clear.

    `names` are all the variables there are, so that `sinx` can only be sin(x).
    """
    tokens, starts, ends = locate(text, len(text))
    written, place = [], 0
    for index, token in enumerate(tokens):
        name = token.removesuffix("(").rstrip()
        tail = next((function for function in CALLED if name.endswith(function)), "") if name != token else ""
        glued = name.removesuffix(tail)
        if not is_word(token) or glued in ("", "if", *names) or name in FUNCTIONS or name in CONSTANTS:
            continue
        if name != token and not tail:
            continue  # the call of an unknown function
        texts = readings(glued, names, unknown=True) if glued not in FUNCTIONS else []
        if len(texts) != 1 or _is_unclear(texts[0], tokens[index - 1 : index], tokens[index + 1 : index + 2]):
            return None
        written += [text[place : starts[index]], texts[0], f"*{tail}" * bool(tail)]
        place = ends[index]
    return Reading("".join([*written, text[place:]])) if written else None


def _is_unclear(product: str, before: Sequence[str], after: Sequence[str]) -> bool:
    """Tell whether a name that is a product may be read in two ways: `1/xy`, `2^xy`, `sinx^2`, `sinxy`."""
    is_divided = before and before[0] in ("/", "^", "**", "√") and "*" in product
    is_raised = after and after[0] in ("^", "**") and product.endswith(")")
    arguments = re.findall(r"\(([^()]*)\)", product)
    is_long = any(len(re.findall(r"(?!pi\b)[^\W\d]\w*", argument)) > 1 for argument in arguments)
    return bool(is_divided or is_raised or is_long)


def _meant_by(source: SourceText, index: int) -> str:
    """Return what an unknown name was probably meant to be, in terms of known names; empty if there is no guess."""
    name = source.tokens[index]
    constant = CAPITALS.get(name, ("", ""))[0]
    if constant and constant not in source.names:
        return constant
    return next(iter(readings(name, source.names, unknown=True)), "")


def _alone(source: SourceText) -> dict[str, int]:
    """Return the names of variables that the text itself gives no value, with the numbers of their first tokens."""
    given = {before for before, token in zip(source.tokens, source.tokens[1:], strict=False) if token == "="}
    first: dict[str, int] = {}
    for index, token in enumerate(source.tokens):
        if (
            is_word(token)
            and token[-1] != "("
            and token not in given
            and not (token in CONSTANTS or token in FUNCTIONS)
        ):
            first.setdefault(token, index)
    return first


def _meant(source: SourceText, alone: dict[str, int]) -> dict[str, tuple[int, list[str]]]:
    """Return the names that are probably several things, each with its first token and its readings."""
    known = {*alone, *source.names} - CONSTANTS.keys()
    meant: dict[str, tuple[int, list[str]]] = {}
    for name in [name for name in alone if len(name) > 1][:MAX_NAMES]:
        parts = INDEXED.split(source.text[slice(*source.span(alone[name]))])
        product = ["*".join(parts)] if parts[1:] else []
        texts = readings(name, known, raised=_is_raised(source, alone[name])) or product
        if texts:
            meant[name] = alone[name], texts
    return meant


def _capital(source: SourceText, name: str, index: int) -> Diagnostic:
    constant, about = CAPITALS[name]
    # E is an energy and I a current: only a constant's place or a spelling that nothing else has is suspicious.
    suspicious = name in ("Pi", "PI", *_TYPES) or name[:2] == "M_" or (name == "E" and _is_raised(source, index))
    fix = _rewritten(source, {index: constant}) if suspicious else None
    return Diagnostic(
        "W308", "note", f"`{name}` is read as a variable", source.span(index),
        help=f"{about}:" if fix and f"`{fix}`" not in about else about,
        text=source.text, fix=fix, severity="warning" if suspicious else "note",
    )  # fmt: skip


def _is_raised(source: SourceText, index: int) -> bool:
    """Tell whether a name has an exponent with a variable in it."""
    if source.token(index + 1) not in ("^", "**") or not source.short:
        return False
    exponent = source.tokens[index + 2 : source.operand_stop(index + 2)]
    return any(is_word(token) and token[-1] != "(" and token not in CONSTANTS for token in exponent)


def _rewritten(source: SourceText, meant: Mapping[int, str]) -> str | None:
    """Replace names wherever they occur; return None if the result cannot be written or parsed."""
    if not source.short:
        return None
    texts = {source.tokens[index]: text for index, text in meant.items()}
    edits = []
    for index, token in enumerate(source.tokens):
        if token in texts:
            edits.append((*source.span(index), texts[token]))
            # `1/xy` divides by both, and `2^xy` has both in its exponent.
            if "*" in texts[token] and source.token(index - 1) in ("/", "^", "**", "√"):
                start, end = source.span(index)[0], source.span(source.operand_stop(index) - 1)[1]
                edits[-1] = (start, source.span(index)[1], f"({texts[token]}")
                edits.append((end, end, ")"))
    text = source.edited(*edits)
    return None if isinstance(source.attempt(text, source.names), SyntaxFault) else text
