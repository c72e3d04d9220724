r"""Functions in LaTeX: their index, their power, and the argument, whose end need not be written.

The argument without parentheses is a number and variables side by side, as everybody reads it: `\sin 2\pi x`.  Where
something follows that may belong to it or not, both readings are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.language.expression import Expression, Variable
from diffcompare.language.notation.foreign_functions import ForeignFunction, logarithm, power
from diffcompare.language.notation.latex_names import (
    COMMANDS,
    FUNCTION_NAMES,
    GREEK,
    INVERSES,
    TIMES,
    VARIABLES,
    VARIANTS,
)
from diffcompare.language.notation.latex_tokens import Token
from diffcompare.language.notation.translation import NotationFault
from diffcompare.language.operations import exact_integer, log2, log10

if TYPE_CHECKING:
    from diffcompare.language.notation.latex import Factor, LatexReader

_ROUND = {"(": ")", "[": "]", "\\{": "\\}"}
_REMARKS = {
    "log": r"\log is read as the natural logarithm; that to base 10 is \log_{10}",
    "lg": r"\lg is read as the logarithm to base 10",
    "lb": r"\lb is read as the logarithm to base 2",
}


def read_call(reader: LatexReader, token: Token) -> Expression:
    r"""Read a function with its index, its power and its argument, after its name.

    Raises NotationFault for an index that means nothing, and for a wrong number of arguments.
    """
    name = token.text
    base: Expression | None = None
    exponent: Expression | None = None
    while (script := reader.peek.sign) in ("^", "_"):
        reader.take()
        if script == "^" and exponent is None:
            exponent = reader.exponent(of_function=True)
        elif script == "_" and base is None:
            base = _index(reader)
        else:
            raise NotationFault("two exponents or two indices", reader.last.span, "the second one")
    function, name = _based(reader, token, name, base)
    inverse = exponent is not None and exact_integer(exponent) == -1
    if inverse and name in INVERSES:
        message = rf"`\{name}^{{-1}}` is the inverse function or the reciprocal"
        labels = "for the inverse function", "for the reciprocal"
        if reader.meanings.choose("inverse", (token.start, reader.last.end), message, labels) == 0:
            function, exponent = FUNCTION_NAMES[INVERSES[name]], None
    elif inverse and len(token.text) > 1 and base is None:
        help = rf"the reciprocal is written \frac{{1}}{{\{name} x}}"
        raise NotationFault(
            f"`{name}^{{-1}}` is the inverse function or the reciprocal", token.span, "which one?", help
        )
    if name in _REMARKS and base is None:
        reader.meanings.remark(_REMARKS[name])
    arguments = _arguments(reader, token, exponent)
    if not function.least <= len(arguments) <= function.most:
        takes = str(function.least) if function.least == function.most else f"at least {function.least}"
        message = rf"`\{token.text}` takes {takes} argument{'s' * (takes != '1')}, not {len(arguments)}"
        raise NotationFault(message, (token.start, reader.last.end), "wrong number of arguments")
    value = function.build(*arguments)
    return value if exponent is None else power(value, exponent)


def _index(reader: LatexReader) -> Expression:
    token = reader.take()
    if token.sign == "{":
        value = reader.sum()
        reader.close(token, "}")
        return value
    return reader.one_token(token, "index", whole=token.text == "10")


def _based(reader: LatexReader, token: Token, name: str, base: Expression | None) -> tuple[ForeignFunction, str]:
    r"""Return the function that a name with an index is: `\log_2`."""
    if base is None:
        return FUNCTION_NAMES[name], name
    number = exact_integer(base)
    if name == "atan" and number == 2:
        return FUNCTION_NAMES["atan2"], "atan2"  # as sympy writes it
    if name != "log":
        raise NotationFault(rf"an index of `\{name}` is not read", token.span, "only that of a logarithm")
    if number in (2, 10):
        row = log2 if number == 2 else log10
        return ForeignFunction(1, 1, row), f"log_{number}"
    return ForeignFunction(1, 1, lambda x: logarithm(x, base)), "log_b"


def _arguments(reader: LatexReader, token: Token, exponent: Expression | None) -> list[Expression]:
    """Read the arguments of a function, in brackets or without."""
    opened = reader.peek
    if opened.sign == "{":
        return _braced(reader, token)
    if opened.sign not in _ROUND:
        return [_bare(reader, token)]
    reader.take()
    arguments = _listed(reader, opened, _ROUND[opened.sign])
    if len(arguments) == 1 and arguments[0].operation is not None:
        if reader.peek.sign == "^":
            labels = "for the power of the function", "for the power of the argument"
            message = rf"`\{token.text}(...)^n` is the power of the function or of its argument"
            if reader.meanings.choose("power", (token.start, reader.peek.end), message, labels) == 1:
                return [reader.raised(arguments[0])]
        elif reader.peek.sign in ("(", "["):
            labels = "where the first brackets hold the argument", "where the argument goes on"
            message = "it is not to be seen where the argument ends"
            if reader.meanings.choose("brackets", (token.start, reader.peek.end), message, labels) == 1:
                while reader.peek.sign in ("(", "["):
                    arguments = [arguments[0] * reader.beside().value]
    return arguments


def _listed(reader: LatexReader, opened: Token, closing: str) -> list[Expression]:
    """Read arguments with commas between them, and the bracket that closes them."""
    reader.bars.append(0)
    arguments = [reader.sum()]
    while reader.accept(","):
        arguments.append(reader.sum())
    reader.close(opened, closing)
    reader.bars.pop()
    return arguments


def _braced(reader: LatexReader, token: Token) -> list[Expression]:
    r"""Read `\sin{x}`: braces are not seen, but show what the author meant; where it matters, both are readings."""
    opened = reader.take()
    inner = reader.peek
    if inner.sign in _ROUND and reader.closes_before_brace():  # \sin{\left(x\right)}, as sympy writes it
        reader.take()
        arguments = _listed(reader, inner, _ROUND[inner.sign])
        reader.close(opened, "}")
        return arguments
    value = reader.sum()
    reader.close(opened, "}")
    if reader.peek.sign == "^":
        labels = "for the power of the function", "for the power of the argument"
        message = rf"braces are not seen in `\{token.text}{{...}}^n`"
        if reader.meanings.choose("power", (token.start, reader.peek.end), message, labels) == 1:
            return [reader.raised(value)]
    elif reader.starts_factor() and not _starts_function(reader):
        return [_continued(reader, token, value)]
    return [value]


def _starts_function(reader: LatexReader) -> bool:
    token = reader.peek
    return token.sign in COMMANDS or (token.kind == "name" and token.text in FUNCTION_NAMES)


def _continued(reader: LatexReader, token: Token, value: Expression) -> Expression:
    """Return an argument that ends here, or goes on with all factors beside it."""
    labels = "where the argument ends before it", "where it belongs to the argument"
    span, message = (token.start, reader.peek.end), rf"it is not to be seen where the argument of `\{token.text}` ends"
    if reader.meanings.choose("argument", span, message, labels) == 1:
        while reader.starts_factor() and not _starts_function(reader):
            value = value * reader.beside().value
    return value


def _bare(reader: LatexReader, token: Token) -> Expression:
    r"""Read an argument without brackets: `\sin 2x`, `\ln\sin x`, `\sin -x`."""
    negative = reader.accept("-") is not None
    if reader.peek.kind == "stop" or not reader.starts_factor():
        raise reader.unexpected(reader.peek)
    if _starts_function(reader):
        value = reader.factor().value
        return -value if negative else value
    seen: list[Factor] = []
    value = _next(reader, seen)
    if negative:
        value = -value
    while reader.starts_factor() and not _starts_function(reader):
        if not _goes_on(reader, seen):
            value = _continued(reader, token, value)
            break
        value = value * _next(reader, seen)
    if reader.peek.sign == "|" or not (reader.peek.sign in TIMES or reader.peek.sign in ("/", "div")):
        return value
    return _before_sign(reader, token, value)


def _next(reader: LatexReader, seen: list[Factor]) -> Expression:
    seen.append(reader.factor() if not seen else reader.beside())
    return seen[-1].value


def _goes_on(reader: LatexReader, seen: list[Factor]) -> bool:
    r"""Tell whether the next factor belongs to the argument for everybody: `\sin 2x`, `\sin n\pi x`, `\sin xy`."""
    token, before = reader.peek, seen[-1]
    is_letter = token.kind in ("letter", "name") or token.sign == "pi" or token.sign in GREEK or token.sign in VARIANTS
    if before.is_powered or token.text == "e" or not is_letter:
        return False
    if before.kind in ("number", "fraction"):
        return True
    names = {factor.value.name for factor in seen if isinstance(factor.value, Variable)}
    if before.kind != "letter" or token.text in names:
        return False
    stem = before.value.name.rstrip("0123456789_") if isinstance(before.value, Variable) else ""
    return token.is_glued or stem not in VARIABLES


def _before_sign(reader: LatexReader, token: Token, value: Expression) -> Expression:
    r"""Return an argument before `/` or `\cdot`: it ends there, or takes the next factor as well."""
    sign = reader.peek
    following = reader.tokens[reader.position + 1]
    if following.sign in COMMANDS or (following.kind == "name" and following.text in FUNCTION_NAMES):
        return value
    message = rf"it is not to be seen where the argument of `\{token.text}` ends"
    labels = (
        f"where the argument ends before `{sign.sign if sign.kind == 'sign' else chr(92) + sign.text}`",
        "where it goes on",
    )
    if reader.meanings.choose("sign", (token.start, sign.end), message, labels) == 0:
        return value
    while reader.peek.sign in TIMES or reader.peek.sign in ("/", "div"):
        divides = reader.take().sign in ("/", "div")
        factor = reader.signed()
        value = value / factor if divides else value * factor
    return value
