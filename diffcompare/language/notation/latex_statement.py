r"""Whole texts in LaTeX: a formula, one with a name (`f(x) = ...`), a map, or a question about a derivative."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from diffcompare.language.notation.latex import LatexReader, is_derivative
from diffcompare.language.notation.latex_bars import check_bars
from diffcompare.language.notation.latex_cursor import fault
from diffcompare.language.notation.latex_names import GREEK
from diffcompare.language.notation.latex_tokens import STOP, Token, tokenize
from diffcompare.language.notation.translation import Meanings, NotationFault, Translation
from diffcompare.language.wengert import variables as variables_of
from diffcompare.language.wengert import wengert_list

_EQUALS = ("=", ":=", "coloneqq", "equiv", "mapsto")
_OPENS, _CLOSES = ("{", "(", "[", "\\{"), ("}", ")", "]", "\\}")
_DERIVED = frozenset(("'", "prime", "frac", "dfrac", "dot", "partial", "ddot"))


def read_latex(text: str, names: Collection[str], meanings: Meanings) -> Translation:
    r"""Read a formula in LaTeX, with the delimiters and the environment of its document.

    Args:
        text: The formula: `\ln x_1 + x_1 x_2`, `$f(x) = \frac{1}{x}$`, `\frac{d}{dx} x^2`.
        names: Variables that are known: they are factors before a parenthesis, and `e` and `i` may be among them.
        meanings: The choices for what has two meanings.

    Raises:
        NotationFault: The text is not read.
    """
    tokens = tokenize(text, frozenset(names))
    check_bars(tokens)
    left, right = _sides(tokens)
    called, variables = _definition(left, names)
    right = _continued_lines(right)
    reader = LatexReader(right, {*names, *variables}, meanings)
    by = _differentiated_by(reader)
    value = reader.sum()
    if reader.peek.kind != STOP:
        raise reader.unexpected(reader.peek)
    if by is not None:
        _check_extent(right)
    if called and called in variables_of(wengert_list(value)) and called not in variables:
        raise fault(right[0], f"`{called}` is given by itself", "an equation", "write the formula alone")
    return Translation(value, variables=variables, wrt=by)


def _sides(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Cut the text at its `=`; without one all of it is the right side."""
    level, found = 0, list[int]()
    for index, token in enumerate(tokens):
        level += (token.kind == "begin" or token.sign in _OPENS) - (token.kind == "end" or token.sign in _CLOSES)
        if level == 0 and token.sign in _EQUALS:
            found.append(index)
    if not found:
        return [], tokens
    is_map = [tokens[index].sign for index in found] in (["=", "mapsto"], [":=", "mapsto"])
    if len(found) > 1 and not is_map:
        raise fault(tokens[found[1]], "there are several equations", "another one", "keep one formula")
    return tokens[: found[-1] + 1], tokens[found[-1] + 1 :]


def _definition(left: Sequence[Token], names: Collection[str]) -> tuple[str, tuple[str, ...]]:
    r"""Return the name before `=`, and the variables in `f(x, y) =` or `f\colon x \mapsto`."""
    if not left:
        return "", ()
    sign = left[-1]
    derived = next((token for token in left if token.text in _DERIVED), None)
    if derived is not None:
        help = "the right side is the derivative, and not the function: write the function"
        raise fault(derived, "the left side names a derivative", "not a function", help)
    side = [token for token in left[:-1] if token.sign != "&"]
    colons = [index for index, token in enumerate(side) if token.sign in ("colon", ":", "=", ":=")]
    is_map = sign.sign == "mapsto"
    if is_map and colons:
        side = side[colons[-1] + 1 :]
    if not is_map and len(side) > 1 and side[1].sign in ("^", "!", "+", "-", "*", "/"):
        raise _no_name(sign)
    reader = LatexReader([*side, sign._replace(kind=STOP, text="")], {*names}, Meanings())
    called = "" if is_map else _name(reader, sign)
    opened = reader.accept("(")
    variables: list[str] = []
    while (opened or is_map) and reader.peek.kind != STOP:
        variables.append(_name(reader, sign))
        if not reader.accept(",", ";"):
            break
    if opened:
        reader.close(opened, ")")
    if reader.peek.kind != STOP:
        raise _no_name(sign)
    return called, tuple(variables)


def _name(reader: LatexReader, sign: Token) -> str:
    """Read a variable or the name of a function."""
    token = reader.take()
    if token.kind not in ("letter", "name") and token.sign not in GREEK:
        raise _no_name(sign)
    return reader.with_index(token.text)


def _no_name(sign: Token) -> NotationFault:
    help = "an equation is no function: write the formula alone"
    return fault(sign, f"the left side of `{sign.text}` is not the name of a function", "an equation", help)


def _continued_lines(tokens: list[Token]) -> list[Token]:
    r"""Leave out `\\` and `&` where a formula goes on in the next line.

    Raises NotationFault where another one begins.
    """
    result: list[Token] = []
    level = 0
    for index, token in enumerate(tokens):
        level += (token.kind == "begin") - (token.kind == "end")
        if level or token.sign not in ("\\\\", "&"):
            result.append(token)
            continue
        following = next((later for later in tokens[index + 1 :][:4] if later.sign not in ("&", "\\\\")), tokens[-1])
        goes_on = following.kind == STOP or following.sign in ("+", "-", "cdot", "times")
        ended = not result or result[-1].sign in ("+", "-", "cdot", "times", "=")
        if token.sign == "\\\\" and not (goes_on or ended):
            raise fault(following, "another formula begins in this line", "the second formula", "keep one formula")
    return result


# --- The question d/dx ------------------------------------------------------------------------------------------------


def _differentiated_by(reader: LatexReader) -> str | None:
    r"""Read `\frac{d}{dx}` at the start of the formula; return the variable."""
    tokens = reader.tokens
    if reader.peek.sign not in ("frac", "dfrac", "tfrac") or not is_derivative(tokens[1:]):
        return None
    signs = [token.text for token in tokens[:8]]
    # \frac { d } { d x } with the places 0 to 7; an index of the variable makes it longer.
    if signs[3:6] != ["}", "{", tokens[5].text] or tokens[5].text not in ("d", "partial"):
        help = r"the derivative of a formula is \frac{d}{dx} before it; of higher order that of the derivative"
        raise fault(tokens[0], "this derivative is not read", "not read", help)
    reader.position = 6
    by = _name(reader, tokens[0])
    if reader.take().sign != "}":
        raise fault(tokens[0], "a derivative of higher order is not read", "not read", "differentiate once: d/dx")
    return by


def _check_extent(tokens: list[Token]) -> None:
    r"""Raise NotationFault where it is not to be seen what `\frac{d}{dx}` is to differentiate."""
    start = next(index for index, token in enumerate(tokens) if index > 5 and token.sign == "}") + 1
    body = tokens[start:-1]
    level = 0
    for index, token in enumerate(body):
        level += (token.kind == "begin" or token.sign in _OPENS) - (token.kind == "end" or token.sign in _CLOSES)
        is_whole = body[0].sign in _OPENS and body[0].sign != "{" and index < len(body) - 1
        if level == 0 and ((index and token.sign in ("+", "-")) or is_whole):
            help = r"put all that is to be differentiated in brackets: \frac{d}{dx} \left( ... \right)"
            raise fault(token, "it is not to be seen where the derivative ends", "still part of it?", help)
