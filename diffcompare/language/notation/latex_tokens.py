r"""Tokens of LaTeX: the formula found in its document, cut into commands, numbers, letters and signs.

Spacing, sizes of brackets, labels and comments say nothing and are left out.  What TeX would execute (`\def`,
`\newcommand`, `\catcode`) is a command like any other here, unknown to the reader.  The text is gone through once.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from diffcompare.language.expression import Number
from diffcompare.language.notation.translation import Meanings, NotationFault
from diffcompare.language.operations import FUNCTIONS
from diffcompare.language.tokenizer import MAX_DIGITS

MAX_TOKENS = 5_000


class Token(NamedTuple):
    r"""A token with its place.

    Kinds: `number`, `letter`, `sign`, `command` (without its backslash), `words` (of \text{...}), `name` (of
    \mathrm{...}, \operatorname{...} and \mathit{...}), `begin` and `end` of an environment, and `stop` after the last.
    """

    kind: str
    text: str
    start: int
    end: int
    is_glued: bool = False  # directly behind another letter, or digit: `xy`, not `x y`

    @property
    def sign(self) -> str:
        """The sign or the command, whose backslash is left out where it is a word; empty for other tokens."""
        if self.kind == "sign" or (self.kind == "command" and (self.text[0].isalpha() or self.text == "%")):
            return self.text
        return f"\\{self.text}" if self.kind == "command" else ""

    @property
    def span(self) -> tuple[int, int]:
        """The place of the token in the text."""
        return self.start, self.end


STOP = "stop"  # the kind of the token after the last


_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_TOKEN = re.compile(
    r"(?P<space>\s+|~|\\[,;:!> ]|\\\n)"
    r"|\\begin\s*\{(?P<begin>[A-Za-z]+\*?)\}(?:\s*\{[lcr|@{}\s]*\})?"
    r"|\\end\s*\{(?P<end>[A-Za-z]+\*?)\}"
    r"|\\(?:label|tag|hspace|vspace)\*?\s*\{(?P<dropped>[^{}]*)\}"
    r"|\\(?P<word>operatorname|mathrm|mathit|text|mbox|textrm|mathop|textit|mathsf)\*?\s*"
    r"\{(?P<content>(?:[^{}\\]|\\[_ ,])*)\}"
    r"|\\(?P<command>[A-Za-z]+)"
    r"|\\(?P<escaped>.)"
    r"|(?P<number>[0-9]{1,3}(?:(?:\{,\}|\\,)[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+\{,\}[0-9]+"
    r"|[0-9]+(?:\.[0-9]+|\.(?![0-9.]))?|\.[0-9]+)"
    r"|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<lowered>[₀₁₂₃₄₅₆₇₈₉]+)"
    r"|(?P<letters>[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉]+)"
    r"|(?P<sign>:=|<=|>=|.)",
    re.DOTALL,
)
# Sizes of brackets, with the side that they say: that of a bar is not to be seen from the bar.
_SIZES = {
    **{f"{size}{side}": side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")},
    **{"left": "l", "right": "r", "middle": "", "mathopen": "l", "mathclose": "r"},
}
_SILENT = frozenset((
    "displaystyle", "textstyle", "scriptstyle", "quad", "qquad", "nonumber", "notag", "limits", "nolimits", "thinspace",
    "mathstrut", "noindent", "enspace", "negthinspace", "medspace", "thickspace", "mathord", "hfill", "hline",
    "allowbreak",
))  # fmt: skip
_MATH = ("equation", "align", "gather", "multline", "displaymath", "math", "eqnarray", "aligned", "split", "flalign")
_UNICODE = {
    "·": "cdot", "⋅": "cdot", "×": "times", "÷": "div", "≤": "le", "≥": "ge", "≠": "ne", "π": "pi", "∂": "partial",
    "∞": "infty", "∑": "sum", "∫": "int", "√": "sqrt",
}  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
_MINUS = "−–"
_FUNCTION_WORDS = re.compile(
    "|".join(sorted((name for name in FUNCTIONS if len(name) > 2 or name in ("ln",)), key=len, reverse=True))
)
MAX_PRODUCT = 3  # letters side by side that are read as a product of variables


def tokenize(text: str, names: frozenset[str] = frozenset()) -> list[Token]:
    """Cut a text in LaTeX into tokens, of which the last is a `stop`.

    Raises NotationFault for words around the formula, and for letters that are no product.
    """
    start, stop = _formula(text)
    tokens: list[Token] = []
    for match in _TOKEN.finditer(_COMMENT.sub(_blanked, text), start, stop):
        kind = match.lastgroup
        if len(tokens) > MAX_TOKENS:
            raise NotationFault(f"a formula of more than {MAX_TOKENS:,} signs", match.span(), "the limit is here")
        if kind == "command" and match["command"] in _SIZES:
            tokens.append(Token("size", _SIZES[match["command"]], *match.span()))
        elif kind not in ("space", "dropped") and not (kind == "command" and match["command"] in _SILENT):
            tokens += _tokens(match, names)
    return _paired([*tokens, Token(STOP, "", stop, stop)])


def _tokens(match: re.Match[str], names: frozenset[str]) -> list[Token]:
    kind, start, end = match.lastgroup or "", match.start(), match.end()
    if kind in ("begin", "end"):
        environment = match[kind].rstrip("*")
        return [] if environment in _MATH else [Token(kind, environment, start, end)]
    if kind == "content":
        content = match["content"].replace("\\_", "_").replace("\\ ", " ").replace("\\,", " ")
        is_name = (
            match["word"] not in ("text", "mbox", "textrm", "textit") or content in names or len(content.strip()) == 1
        )
        return [Token("name" if is_name else "words", content.strip(), start, end)]
    if kind == "escaped":
        return [Token("command", match["escaped"], start, end)]
    if kind == "letters":
        return _letters(match["letters"], start, names)
    if kind in ("raised", "lowered"):
        braces = [Token("sign", sign, start, start) for sign in ("^" if kind == "raised" else "_", "{", "}")]
        return [*braces[:2], Token("number", match[kind].translate(_RAISED), start, end), braces[2]]
    if kind == "sign":
        return _sign(match["sign"], start, end)
    return [Token(kind, match[kind], start, end)]


def number_of(token: Token, meanings: Meanings) -> Number:
    r"""Return the number that a token writes; `1{,}000` has groups of digits, `3{,}14` a decimal comma.

    Raises NotationFault for a number of too many digits.
    """
    text = token.text.replace("\\,", "")
    groups = text.split("{,}")
    if len(groups) == 2 and (len(groups[1]) != 3 or groups[0] == "0"):
        text = ".".join(groups)
    elif len(groups) == 2 and groups[1] != "000":
        labels = "for a group of three digits", "for a decimal comma"
        message = "a comma in a number"
        text = "".join(groups) if meanings.choose("comma", token.span, message, labels) == 0 else ".".join(groups)
    else:
        text = "".join(groups)
    whole, _, fraction = text.partition(".")
    if len(text) > MAX_DIGITS:
        raise NotationFault(f"a number of more than {MAX_DIGITS:,} digits", token.span, "too long")
    return Number(int(whole + fraction), len(fraction))


def _sign(sign: str, start: int, end: int) -> list[Token]:
    if sign in _UNICODE:
        return [Token("command", _UNICODE[sign], start, end)]
    if sign in _MINUS:
        return [Token("sign", "-", start, end)]
    return [Token("sign", sign, start, end)]


def _letters(run: str, start: int, names: frozenset[str]) -> list[Token]:
    """Cut letters side by side into variables."""
    end = start + len(run)
    if len(run) > 1 and run in names:
        return [Token("name", run, start, end)]
    if run == "π":
        return [Token("command", "pi", start, end)]
    function = _FUNCTION_WORDS.search(run)
    if function is not None and not set(run) <= names:
        place = start + function.start(), start + function.end()
        help = rf"a function has a backslash in LaTeX: \{function[0]}; letters side by side are a product"
        raise NotationFault(f"`{function[0]}` is a product of letters in LaTeX", place, "a function?", help)
    if len(run) > MAX_PRODUCT and not set(run) <= names:
        help = rf"a word is one name as \mathrm{{{run}}}; a product is written with spaces or \cdot"
        raise NotationFault(f"`{run}` is a product of letters in LaTeX", (start, end), "one name?", help)
    return [Token("letter", letter, start + place, start + place + 1, place > 0) for place, letter in enumerate(run)]


def _paired(tokens: list[Token]) -> list[Token]:
    r"""Put bars whose side is written (`\left|`) as brackets, and leave out the sizes of brackets."""
    result: list[Token] = []
    for token in tokens:
        size = result.pop() if result and result[-1].kind == "size" else None
        if size is not None and size.text and token.text in ("|", "vert"):
            bars = "Vert" if token.text == "|" and token.kind == "command" else "vert"
            token = Token("command", size.text + bars, size.start, token.end)
        elif size is not None and token.text == ".":
            token = Token("command", "left." if size.text == "l" else "right.", size.start, token.end)
        if token.sign == "}" and result and result[-1].sign == "{" and not _is_argument(result):
            result.pop()  # {} shows nothing
            continue
        result.append(token)
    return result


def _is_argument(tokens: list[Token]) -> bool:
    """Tell whether braces that have just been opened may be the argument of a command, an exponent or an index."""
    before = tokens[-2] if len(tokens) > 1 else tokens[-1]
    return before.sign in ("^", "_", "}", "]") or (before.kind == "command" and before.text.isalpha())


def _blanked(comment: re.Match[str]) -> str:
    return comment[1] + " " * (len(comment[0]) - len(comment[1]))


# --- The formula in its document --------------------------------------------------------------------------------------

_OPENER = re.compile(
    rf"(?<!\\)(?P<dollars>\$\$?)|\\(?P<bracket>[(\[])|\\begin\s*\{{(?P<environment>(?:{'|'.join(_MATH)})\*?)\}}"
)


def _formula(text: str) -> tuple[int, int]:
    """Return the place of the formula: between `$` and `$`, in an environment, or the whole text.

    Raises NotationFault where there are several formulas, or words around the only one.
    """
    opener = _OPENER.search(text)
    if opener is None or (text[: opener.start()].strip() and opener["environment"]):
        return 0, _without_stop(text, len(text))
    start = opener.end()
    if opener["environment"]:
        closer = rf"\end{{{opener['environment']}}}"
    else:
        closer = opener["dollars"] or {"(": r"\)", "[": r"\]"}[opener["bracket"]]
    end = text.find(closer, start)
    if end < 0:
        raise NotationFault(f"the formula has no `{closer}` at its end", opener.span(), "opened here")
    after = end + len(closer)
    if text[: opener.start()].strip() or text[after:].strip(" \t\r\n.,;~"):
        is_before = bool(text[: opener.start()].strip())
        outside = (
            (0, len(text[: opener.start()].rstrip()))
            if is_before
            else (len(text) - len(text[after:].lstrip()), len(text.rstrip()))
        )
        message = "there is more than one formula: words around it, or another formula"
        raise NotationFault(
            message, outside, "not part of the formula", f"the formula alone: {text[start:end].strip()}"
        )
    return start, _without_stop(text, end)


def _without_stop(text: str, end: int) -> int:
    """Return the end of a formula without the full stop or comma of the sentence around it."""
    trailing = re.compile(r"(?:\s|\\[,;!]|~)*[.,;]?\s*$")
    match = trailing.search(text, max(0, end - 40), end)
    return match.start() if match is not None else end
