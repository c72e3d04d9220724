"""Formulas given with an expression: partials by hand (`--hand`), also as equations.

In an equation (`f'(x) = 2*x`, `dy/dx = ...`, `f_x = ...`, `d/dx[x^2] = ...`) one side names the derivative, and the
other is the formula.  A text with two formulas, or with one for the function itself (`y = 2x`), is an error: nothing is
taken for a derivative by guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from diffcompare.backends.problem import Hand
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.point import (
    assignment,
    component_name,
    component_spans,
    split_assignment,
    split_at_commas,
    unknown_variable,
)
from diffcompare.language.expression import Expression
from diffcompare.language.isomorphism import renamed
from diffcompare.language.parser import Parsed, attempt, read
from diffcompare.language.tokenizer import canonical
from diffcompare.language.wengert import variables as variables_of
from diffcompare.language.wengert import wengert_list

# --- Partials by hand: `--hand x1="1/x1 + x2"`, or the formulas of an expression file ---------------------------------

_PENDING = re.compile(r"(?<=[\w\])])\s*['′’]+|[d∂]\s*/\s*[d∂]\w+\s*[\[(]")  # a derivative that is not worked out yet
_NAMED = re.compile(r"\s*[^\W\d]\w*\s*=(?!=)")  # and `=`, before a formula
_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")


def parse_hand(specs: Sequence[str], variables: Iterable[str]) -> Hand | None:
    """Parse the formulas of `--hand NAME=FORMULA`, one for each text; return None if there is none.

    Raises DiffcompareError for a name that is not a variable of the expression or occurs twice, and for formulas with
    mistakes or with variables that the expression does not have.
    """
    variables = tuple(variables)
    texts = texts_of(specs, variables)
    return Hand(formulas_from(texts, variables, lambda name: f"--hand {name}"), "given") if texts else None


def texts_of(specs: Sequence[str], variables: Sequence[str]) -> dict[str, str]:
    """Return the texts of `--hand NAME=FORMULA` by name, which may be left out if there is only one variable.

    An equation such as `df/dx = FORMULA` names its variable as well.  Raises DiffcompareError for a name that occurs
    twice, and for a missing name.
    """
    texts: dict[str, str] = {}
    for spec in _apart(specs):
        name, text = _named(spec, variables)
        if name in texts:
            message = f"two formulas for df/d{name}"
            both = [assignment("--hand", name, formula) for formula in (texts[name], text)]
            raise DiffcompareError(
                Diagnostic(
                    code="E711", kind="bad_value", message=message, source="--hand", text=spec, span=(0, len(name)),
                    help=f"keep one of {' and '.join(both)}",
                )
            )  # fmt: skip
        texts[name] = text
    return texts


def _apart(specs: Sequence[str]) -> list[str]:
    """Return one text for each formula: `x=2*y, y=x^2` are two, as in the point of `--at`."""
    apart = []
    for spec in specs:
        pieces = split_at_commas(spec)
        apart += [piece.strip() for piece in pieces] if all(map(_NAMED.match, pieces)) else [spec]
    return apart


def _named(spec: str, variables: Sequence[str]) -> tuple[str, str]:
    """Return the variable with respect to which a formula is the partial, and the formula or its equation."""
    try:
        by = variable_of(spec, variables)
    except DiffcompareError as error:
        raise DiffcompareError(error.diagnostic._replace(source="--hand")) from None
    if by is not None:
        return by, spec
    if len(variables) == 1 and spec.strip() and (not _EQUALS.search(spec) or spec.lstrip().startswith("=")):
        spec = f"{variables[0]}={spec}"
    return split_assignment(spec, "--hand", variables)


def formula_text(text: str, name: str, variables: Iterable[str]) -> str:
    """Return the formula in the text of a partial, which may be an equation, as it is written in our language.

    Raises DiffcompareError for an equation about something else, and for a formula that cannot be read.
    """
    variables = tuple(variables)
    written = text[slice(*formula_in(text, name, variables))]
    return written if any(component_spans(written, variables)) else read_formula(written, variables).text


def named_in(specs: Sequence[str], variables: Sequence[str]) -> set[str]:
    """Collect the names before `=` in `--hand NAME=FORMULA`: writing them there declares them as variables."""
    with_names = [spec for spec in _apart(specs) if _EQUALS.search(spec)]
    return {variable_of(spec, variables) or spec.partition("=")[0].strip() for spec in with_names}


def formulas_from(
    texts: Mapping[str, str], variables: Iterable[str], source: Callable[[str], str]
) -> dict[str, Expression]:
    """Parse formulas by variable; `source` returns the place of the formula for a variable, for diagnostics.

    Raises DiffcompareError for a name that is not a variable, and for mistakes in a formula.
    """
    columns = _columns(texts, variables, source, several=False)
    return {name: formula for name, (formula,) in columns.items()}


def columns_from(
    texts: Mapping[str, str], variables: Iterable[str], source: Callable[[str], str], count: int
) -> list[dict[str, Expression]]:
    """Parse columns of a Jacobian by variable, `[y, 1]` for two outputs; return the formulas by output and variable.

    Raises DiffcompareError as `formulas_from` does, and for a column that has not a formula for each of the outputs.
    """
    columns = _columns(texts, variables, source, several=True)
    for name, formulas in columns.items():
        if len(formulas) != count:
            number = f"{len(formulas)} formula{'s' * (len(formulas) != 1)}"
            message = f"a column of {number} for {count} output{'s' * (count != 1)}"
            entries = ", ".join(f"df{row + 1}/d{name}" for row in range(min(count, 4))) + ", ..." * (count > 4)
            help = f"one for each output: [{entries}]"
            raise DiffcompareError(
                Diagnostic("E636", "bad_value", message, (0, len(texts[name])), help, texts[name], source(name))
            )
    return [{name: formulas[row] for name, formulas in columns.items()} for row in range(count)]


def _columns(
    texts: Mapping[str, str], variables: Iterable[str], source: Callable[[str], str], *, several: bool
) -> dict[str, tuple[Expression, ...]]:
    """Return the formulas in every text by variable: one, or with `several` those of a list."""
    variables = tuple(variables)
    columns: dict[str, tuple[Expression, ...]] = {}
    for given, text in texts.items():
        name = component_name(given) or given
        if name not in variables:
            raise unknown_variable(name, variables, source(name))
        try:
            columns[name] = _formulas(text, name, variables, several=several)
        except DiffcompareError as error:
            raise DiffcompareError(error.diagnostic._replace(source=source(name))) from None
    return columns


def _formulas(text: str, name: str, variables: Sequence[str], *, several: bool) -> tuple[Expression, ...]:
    """Parse the formulas in the text of a partial; errors show the whole text, which may be an equation."""
    start, end = formula_in(text, name, variables)
    part = text[start:end]
    try:
        return _parsed(part, variables, several=several)
    except DiffcompareError as error:
        diagnostic = error.diagnostic
        if diagnostic.code == "E217" and not several:
            message = f"a list, where df/d{name} is one formula"
            help = "a list is a column of the Jacobian of several outputs, [f1, f2]"
            diagnostic = diagnostic._replace(message=message, help=help)
        pending = _PENDING.search(part)
        if pending is not None and diagnostic.code == "E301":
            diagnostic = Diagnostic(
                "E714", "syntax_error", "a derivative here is not worked out yet", pending.span(),
                "work it out; a derivation is checked line by line with `check --derivation`", part,
            )  # fmt: skip
        if diagnostic.span is not None and diagnostic.text == part:
            shifted = (diagnostic.span[0] + start, diagnostic.span[1] + start)
            diagnostic = diagnostic._replace(text=text, span=shifted)
        raise DiffcompareError(diagnostic) from None


def _parsed(text: str, variables: Sequence[str], *, several: bool) -> tuple[Expression, ...]:
    """Parse a formula, or a list, whose variables may be components of vectors and matrices, such as `w[0]`.

    A component is read as a name of the same length, so that an error points to its place.
    """
    stand_ins: dict[str, str] = {}
    plain = text
    for start, end, name in component_spans(text, variables):
        word = re.sub(r"\W", "_", text[start:end])
        while word in variables:
            word = f"{word[:-2]}{'_x' if word[-2:] != '_x' else 'xx'}"
        stand_ins[word] = name
        plain = f"{plain[:start]}{word}{plain[end:]}"
    spelled = {name: word for word, name in stand_ins.items()}
    names = [spelled.get(name, name) for name in variables]
    try:
        formulas = read_formula(plain, names, several=several).outputs
    except DiffcompareError as error:
        if not stand_ins:
            raise
        raise DiffcompareError(_spelled_back(error.diagnostic, stand_ins)) from None
    return tuple([renamed(formula, stand_ins) for formula in formulas]) if stand_ins else formulas


def read_formula(text: str, names: Sequence[str], *, several: bool = False) -> Parsed:
    """Parse a formula in the variables of a function; as there are no others, `sinx` is sin(x) and `xe^x` is x*e^x.

    Raises DiffcompareError for a formula with a mistake, and for one with a variable that the function does not have.
    """
    try:
        parsed = read(text, names, several=several)
    except DiffcompareError as error:
        return _read_apart(text, names, error, several=several)
    unknown = next((name for name in variables_of(wengert_list(*parsed.outputs)) if name not in names), None)
    return parsed if unknown is None else _read_apart(parsed.text, names, unknown, several=several)


def _read_apart(text: str, names: Sequence[str], trouble: str | DiffcompareError, *, several: bool) -> Parsed:
    """Parse a formula with a mistake or an unknown name, whose names may be several things side by side."""
    from diffcompare.language.syntax.misread_names import reading_of_unknown, separated

    reading = separated(text, names)
    parsed = None if reading is None else read(reading.text, names, several=several)
    if reading is not None and parsed and set(names).issuperset(variables_of(wengert_list(*parsed.outputs))):
        notes = [note for note in parsed.notes if note.code != "W310"]
        return parsed._replace(notes=reading.echoed(text, parsed.outputs, notes))
    if isinstance(trouble, str):
        meant = reading_of_unknown(trouble, text, names, attempt)
        raise unknown_variable(trouble, names, "expression", text, meant)
    raise trouble


def _spelled_back(diagnostic: Diagnostic, stand_ins: Mapping[str, str]) -> Diagnostic:
    """Return a diagnostic with the components in place of the names that they were read as."""

    def back(text: str | None) -> str | None:
        for word, name in stand_ins.items():
            text = text and text.replace(word, name if len(name) == len(word) else f"{name:<{len(word)}}")
        return text

    return diagnostic._replace(
        message=back(diagnostic.message) or "", help=back(diagnostic.help), text=back(diagnostic.text),
        fix=back(diagnostic.fix),
    )  # fmt: skip


# --- Equations: `dy/dx = 2*x` -----------------------------------------------------------------------------------------

MAX_NOTATION_LENGTH = 1_000  # characters of the side of an equation that names a derivative

_NAME = r"[^\W\d_][^\W_]*"
_ARGUMENTS = rf"(?: ?\( ?{_NAME}(?:_\w+)?(?: ?, ?{_NAME}(?:_\w+)?)* ?\))?"
_BRACKETS = r"[\[({].*[\])}]"
_BY = r"(?P<by>[^\W\d]\w*)"
_D = r"[d∂]"

# Not compiled before a text has a sign of equality: that takes longer than reading the text.
_SPELLINGS = (
    # f'(x), f(x)'; f', f'(x, y); (x^2)'
    rf"(?P<f>{_NAME}) ?(?P<primes>'+) ?\( ?{_BY} ?\)",
    rf"(?P<f>{_NAME}) ?\( ?{_BY} ?\) ?(?P<primes>'+)",
    rf"(?P<f>{_NAME}) ?(?P<primes>'+) ?{_ARGUMENTS}",
    rf"(?P<f>{_NAME}){_ARGUMENTS} ?(?P<primes>'+)",
    rf"{_BRACKETS} ?(?P<primes>'+)",
    # df/dw[0], ∂f/∂W[0, 1]
    rf"{_D} ?(?P<f>{_NAME}){_ARGUMENTS} ?/ ?{_D} ?(?P<by>[^\W\d]\w*\[[0-9, ]+\])",
    # f'_x
    rf"(?P<f>{_NAME}) ?(?P<primes>'+) ?_ ?\{{?{_BY}\}}? ?{_ARGUMENTS}",
    # dy/dx, df(x)/dx, d(x^2)/dx, d/dx, d/dx f(x), d/dx[x^2], (dy)/(dx)
    rf"\(? ?{_D} ?(?:(?P<f>{_NAME}){_ARGUMENTS}|{_BRACKETS})? ?\)? ?/ ?\(? ?{_D} ?{_BY} ?\)? ?{_ARGUMENTS}",
    rf"\(? ?{_D} ?/ ?{_D} ?{_BY} ?\)? ?(?: (?P<f>{_NAME}){_ARGUMENTS}|{_BRACKETS})",
    # f_x, f_{x}, f_x(x, y), df_dx, ∂_x f, D_x f, D_x[x^2]
    rf"{_D}(?P<f>{_NAME})_{_D}{_BY}",
    rf"(?P<f>{_NAME})_\{{?{_BY}\}}?{_ARGUMENTS}",
    rf"[∂D]_\{{?{_BY}\}}? ?(?:(?P<f>{_NAME}){_ARGUMENTS}|{_BRACKETS})?",
    # D[f, x], diff(x^2, x)
    rf"(?:D|diff) ?[\[(].*, ?{_BY} ?[\])]",
    # d²y/dx², d^2 f/dx^2
    rf"(?P<twice>{_D} ?\^?2) ?(?:(?P<f>{_NAME}){_ARGUMENTS}|{_BRACKETS})? ?/ ?{_D} ?{_BY}(?:\^2)?",
)
_LATEX = (
    (r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1/\2"),
    (r"\\(?:mathrm|operatorname|text)\s*\{([^{}]*)\}", r"\1"),
    (r"\\partial\b\s*", "∂"),
    (r"\^\s*\{?((?:\\prime\s*)+)\}?", lambda match: "'" * match[1].count("prime")),
    (r"\\dot\s*\{?(\w)\}?", r"\1'"),
    (r"\\(?:left|right)\b|\\[,;: !]|\$", ""),
)
_SIGNS = re.compile(r"[(\[{)\]}]|[<>!=:]?=+|[≔＝]")  # brackets, signs of equality, and comparisons
_PRIMES = str.maketrans("′ʹ’`´‵", "''''''")


class Notation(NamedTuple):
    """The notation of a derivative: the function (if it is named), the variable, and the order."""

    function: str | None
    by: str | None  # None where the notation does not say it: f'
    order: int


def notation_of(text: str) -> Notation | None:
    """Return the notation if a text names a derivative, else None."""
    plain = _untypeset(text) if len(text) <= MAX_NOTATION_LENGTH else ""
    for spelling in _SPELLINGS:
        match = re.fullmatch(spelling, plain)
        if match:
            groups = match.groupdict()
            order = 2 if groups.get("twice") else len(groups.get("primes") or "'")
            return Notation(groups.get("f"), groups.get("by"), order)
    return None


def _untypeset(text: str) -> str:
    """Replace LaTeX and typeset characters by plain ones: f′(x), \\frac{dy}{dx}, fₓ, ẏ."""
    from unicodedata import normalize

    for pattern, spelt in _LATEX:
        text = re.sub(pattern, spelt, text)
    text = re.sub(r"(?<=[^\W\d_])([ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ])", r"_\1", text)
    text = re.sub(r"(\w)\N{COMBINING DOT ABOVE}", r"\1'", normalize("NFKD", text))
    return " ".join(normalize("NFC", text.translate(_PRIMES)).split())


def sides(text: str) -> list[tuple[int, int]]:
    """Return the spans between the equals signs outside all brackets, without spaces at their ends."""
    spans, depth, start = [], 0, 0
    for sign in _SIGNS.finditer(text):
        depth += (sign[0] in "([{") - (sign[0] in ")]}")
        if sign[0] in (":=", "=", "≔", "＝") and depth == 0:
            spans.append((start, sign.start()))
            start = sign.end()
    return [_stripped(text, *span) for span in [*spans, (start, len(text))]]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), max(start, start + len(part.rstrip()))


def formula_in(text: str, by: str, names: Collection[str] = ()) -> tuple[int, int]:
    """Return the span of the formula for the partial df/d`by` in an answer, which may be an equation.

    Raises DiffcompareError for an equation about something else, and for one with two formulas.
    """
    whole = _stripped(text, 0, len(text))
    spans = sides(text)
    if len(spans) == 1 or ";" in text:  # `a = x^2; 2*a` is an expression with a named value
        return whole
    notations: list[tuple[tuple[int, int], Notation]] = []
    formulas: list[tuple[int, int]] = []
    for start, end in spans:
        notation = notation_of(text[start:end]) if text[start:end] not in names else None
        if notation is not None:
            notations.append(((start, end), notation))
        elif start < end or (start, end) != spans[0]:  # `= 2*x` has nothing on its left
            formulas.append((start, end))
    for span, notation in notations:
        _check(text, span, notation, by, names)
    if len(formulas) == 1:
        return formulas[0]
    if not formulas:
        raise _wrong("there is no formula in this equation", text, whole, f"write df/d{by} itself")
    raise _several(text, formulas) if notations or len(spans) > 2 else _no_derivative(text, spans, by)


def _check(text: str, span: tuple[int, int], notation: Notation, by: str, names: Collection[str]) -> None:
    """Raise DiffcompareError unless the notation means the first derivative with respect to `by`."""
    written = text[slice(*span)]
    if notation.order > 1:
        message = f"`{written}` is not the first derivative, which is asked for"
        raise _wrong(message, text, span, f"write df/d{by}, differentiated once")
    if notation.by is not None and notation.by != by and not _is_spelling_of(notation.by, by, names):
        message = f"`{written}` is a derivative with respect to `{notation.by}`, where df/d{by} is expected"
        raise _wrong(message, text, span, f"write df/d{by} = ..., or the formula alone")


def _is_spelling_of(name: str, by: str, names: Collection[str]) -> bool:
    """Tell whether a name is another spelling of the variable: `x₁` of x1, and `X` of x unless X is a variable too."""
    return (
        component_name(name) == by or canonical(name) == by or (name not in names and name.casefold() == by.casefold())
    )


def variable_of(text: str, names: Sequence[str]) -> str | None:
    """Return x for an equation for the partial df/dx, such as `df/dx = ...` or `2*x = f'(x)`; None for other texts.

    Raises DiffcompareError for a derivative with respect to something else, or to an unnamed one of several variables.
    """
    spans = sides(text)
    if len(spans) == 1 or ";" in text or text[slice(*spans[0])] in names:
        return None
    for start, end in spans:
        notation = notation_of(text[start:end])
        if notation is None:
            continue
        if notation.by is None and len(names) == 1:
            return names[0]
        if notation.by is None:
            message = f"`{text[start:end]}` does not say with respect to which variable"
            raise _wrong(message, text, (start, end), f"for example df/d{names[0] if names else 'x'} = ...")
        by = next((name for name in names if _is_spelling_of(notation.by, name, names)), None)
        if by is None:
            listed = ", ".join(names[:10]) + ", ..." * (len(names) > 10)
            stated = f"`{text[start:end]}` is a derivative with respect to `{notation.by}`"
            message = f"{stated}, which is not a variable of the function"
            raise _wrong(message, text, (start, end), f"its variables are {listed}" if names else "it is constant")
        return by
    return None


def _several(text: str, formulas: Sequence[tuple[int, int]]) -> DiffcompareError:
    span = (formulas[0][0], formulas[-1][1])
    help = f"keep one of them:   {text[slice(*formulas[-1])]}"
    return _wrong("an answer is one formula, but there are several here", text, span, help)


def _no_derivative(text: str, spans: Sequence[tuple[int, int]], by: str) -> DiffcompareError:
    left, right = (text[slice(*span)] for span in spans[:2])
    message = f"`{left} = ...` does not name a derivative"
    help = f"if the derivative is meant: df/d{by} = {right}" if right else "write the derivative itself"
    return _wrong(message, text, spans[0], help)


def _wrong(message: str, text: str, span: tuple[int, int], help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E714", "bad_value", message, text=text, span=span, help=help))
