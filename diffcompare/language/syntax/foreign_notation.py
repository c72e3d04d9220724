r"""Findings about other programs' notation: function definitions, derivatives, LaTeX, powers of ten.

They are recognized whole before a single sign of them is blamed: `f := x -> x^2` has more than a colon too many.

LaTeX is translated as a fix only, and only where nothing has to be guessed.  Letters side by side are a product there,
`\sin 2x` has its argument without parentheses, and a fraction groups what is above and below.  Anything unknown makes
the whole formula unknown.
"""

from __future__ import annotations

import re
from itertools import pairwise

from diffcompare.language.operations import FUNCTIONS
from diffcompare.language.syntax.characters import CLOSED_BY, closing_bracket
from diffcompare.language.syntax.definitions import DEFINITIONS, DERIVATIVES
from diffcompare.language.syntax.source_text import Finding, SourceText

_OF_TEN = re.compile(r"(?<![\w.])(\d+\.?\d*|\.\d+)\*\^([-+]?\d+)")


def foreign(source: SourceText) -> Finding | None:
    """Explain a text in another notation; return None for one in ours."""
    if not source.short:
        return None
    return _definition(source) or _derivative(source) or _latex(source) or _of_ten(source)


def _definition(source: SourceText) -> Finding | None:
    """Explain `f := x -> x^2`, `lambda x: x^2`, `f(x) = x^2`: the expression follows the sign."""
    match = next((match for pattern in DEFINITIONS if (match := pattern.fullmatch(source.text))), None)
    if match is None or match.groupdict().get("function") in FUNCTIONS:
        return None
    body = match["body"].strip()
    names = {name.rstrip("_") for name in re.findall(r"\w+", match["names"])}  # Mathematica's x_ is called x
    if not body or (match["sign"] in ("->", "=>", "→") and names.isdisjoint(re.findall(r"\w+", body))):
        return None
    if body[0] == "{" and body[-1] == "}":
        body = body[1:-1].strip()
    message = "functions are not defined here: write the expression alone"
    return Finding(
        message, match.span("sign"), "leave this out", "alone:", (body,), code="E212", kind="syntax_error"
    )  # fmt: skip


def _derivative(source: SourceText) -> Finding | None:
    """Explain `d/dx (x^2)`, `diff(x^2, x)` and `D[x^2, x]`: the function is their first argument."""
    match = next((match for pattern in DERIVATIVES if (match := pattern.fullmatch(source.text))), None)
    if match is None or not match["body"].strip():
        return None
    message = "there is no sign for a derivative: derivatives are what diffcompare computes"
    body = match["body"].strip()
    fixes = (body,) if body[0] != "(" or _ends_with_its_bracket(body) else ()  # not `d/dx (x) + (2)`
    return Finding(
        message, match.span("sign"), "leave this out", "the function alone:", fixes, code="E301", kind="syntax_error"
    )


def _latex(source: SourceText) -> Finding | None:
    place = source.text.find("\\")
    if place < 0:
        return None
    is_latex = re.search(r"\\[A-Za-z]", source.text)  # and not `A \ b`
    translated = from_latex(source.text) if is_latex else None
    message = "a backslash is not part of an expression: this is not LaTeX"
    return Finding(
        message, (place, place + 1), "not a sign I know", "in this language:", (translated,) if translated else (),
        code="E301", kind="syntax_error",
    )  # fmt: skip


def _of_ten(source: SourceText) -> Finding | None:
    """Explain `1.5*^-3`, as Mathematica writes it."""
    if source.token(source.index) not in ("^", "**") or source.token(source.index - 1) != "*":
        return None
    fix = _OF_TEN.sub(r"\1e\2", source.text)
    if fix == source.text:
        return None
    return Finding(
        "a power of ten is written with `e`", source.span(source.index - 1, source.index), "two signs in a row",
        "with an `e`:", (fix,),
    )  # fmt: skip


# LaTeX.

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]+)?|\.[0-9]+|[^\W\d_]+|\s+|.", re.DOTALL)
_SIGNS = {"\\cdot": "*", "\\times": "*", "\\ast": "*", "\\div": "/", "\\lvert": "|", "\\rvert": "|", "\\vert": "|"}
LETTERS = frozenset((
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "pi",
    "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Sigma", "Phi",
    "Psi", "Omega",
))  # fmt: skip

_BLANK = frozenset(
    ("\\,", "\\;", "\\:", "\\!", "\\ ", "\\quad", "\\qquad", "\\displaystyle", "\\left", "\\right", "$", "~")
)

_FRACTIONS = frozenset(("\\frac", "\\dfrac", "\\tfrac", "\\cfrac"))
_ROMAN = frozenset(("\\mathrm", "\\text", "\\operatorname"))

# Letters that are functions as often as variables: nothing is guessed of one before a parenthesis.
_CALLED = frozenset(("phi", "psi", "zeta", "sigma", "Gamma", "Phi", "Psi"))
_VARIANTS = {"\\varepsilon": "epsilon", "\\varphi": "phi", "\\vartheta": "theta"}
_MAX_DEPTH = 40


class _Unknown(Exception):
    """Something that is not known, or could mean two things."""


def from_latex(text: str) -> str | None:
    """Translate a formula in LaTeX into this language; return None where that is not possible."""
    try:
        formula = _Reader(_TOKEN.findall(text)).formula("")
    except _Unknown:
        return None
    if formula.startswith("(") and _ends_with_its_bracket(formula):
        formula = formula[1:-1]
    return formula or None


def _ends_with_its_bracket(formula: str) -> bool:
    """Tell whether a bracket at the start is closed at the end."""
    return closing_bracket(formula, 0) == len(formula) - 1


class _Reader:
    """The tokens that are still to be read."""

    def __init__(self, tokens: list[str]) -> None:
        kept = [token for token in tokens if not (token.isspace() or token in _BLANK)]
        if any(a[0].isdecimal() and b[0].isdecimal() for a, b in pairwise(kept)):
            raise _Unknown  # 3\,000 is one number
        self.rest = kept[::-1]
        self.depth = 0

    def next(self) -> str:
        return self.rest[-1] if self.rest else ""

    def formula(self, closing: str) -> str:
        """Read everything up to the closing sign, and that sign."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _Unknown
        written, ends_value = "", False
        while self.next() != closing:
            token = self.next()
            if not token or token in ("}", ")", "]"):
                raise _Unknown
            if token in "+-*/=,<>|;" or token in _SIGNS:
                written += _SIGNS.get(token, token)
                self.rest.pop()
                ends_value = False
            elif token in ("^", "_"):
                raise _Unknown  # nothing precedes it
            else:
                written = self._times(written, ends_value) + self._factor()
                ends_value = True
        if closing:
            self.rest.pop()
        self.depth -= 1
        return written

    def _times(self, written: str, ends_value: bool) -> str:
        if ends_value and re.search(r"/[^-+*/]*$", re.sub(r"\([^()]*\)", "", written)):
            raise _Unknown  # a/bc
        return f"{written}*" if ends_value else written

    def _factor(self) -> str:
        """Read a number, a variable, a function with its argument, or something in brackets, with its power."""
        token = self.rest.pop()
        name = token[1:]
        if token in _FRACTIONS:
            above, below = self._group(), self._group()
            if above in ("d", "d*f", "d*y"):
                raise _Unknown  # a derivative
            factor = f"({_grouped(above)}/{_grouped(below)})"
        elif token == "\\sqrt":
            factor = self._root()
        elif token in FUNCTIONS or (token[0] == "\\" and name in FUNCTIONS and name not in LETTERS):
            return self._function(token.removeprefix("\\"))
        elif token in _ROMAN:
            return self._roman()
        elif token in CLOSED_BY:
            factor = f"({self.formula(CLOSED_BY[token])})"
        elif token in _VARIANTS or name in LETTERS or token.isalpha():
            return self._names(_VARIANTS.get(token, token.removeprefix("\\")), token[0] == "\\" or token in LETTERS)
        elif token[0].isdigit() or token[0] == ".":
            factor = token
        else:
            raise _Unknown
        return factor + self._power()

    def _roman(self) -> str:
        word = self._group()
        if word in FUNCTIONS:
            return self._function(word)
        raise _Unknown

    def _names(self, word: str, whole: bool) -> str:
        """Read a variable, or letters side by side, of which the last has what follows: an index, a power."""
        if (not whole and len(word) > 3) or (self.next() == "(" and word in ("f", "g", "h", *_CALLED)):
            raise _Unknown
        *before, last = [word] if whole else list(word)
        if self.next() == "_":
            self.rest.pop()
            index = self._group()
            if not re.fullmatch(r"\w+", index):
                raise _Unknown
            last += index if index.isdecimal() else f"_{index}"
        return "*".join([*before, last + self._power()])

    def _group(self, together: bool = False) -> str:
        """Read what is in braces, or one token; with `together`, all of several digits and not the first alone."""
        if not self.rest:
            raise _Unknown
        token = self.rest.pop()
        if token == "{":
            return self.formula("}")
        if len(token) > 1 and token.isdecimal() and not together:
            self.rest.append(token[1:])
            token = token[0]
        if token.isalnum() and (len(token) == 1 or token.isdecimal()):
            return token
        if token[0] == "\\" and token[1:] in LETTERS:
            return token[1:]
        raise _Unknown

    def _power(self) -> str:
        if self.next() != "^":
            return ""
        self.rest.pop()
        return f"^{_grouped(self._group(together=True))}"

    def _root(self) -> str:
        degree = ""
        if self.next() == "[":
            self.rest.pop()
            degree = self.formula("]")
        argument = self._group()
        if degree in ("", "2", "3"):
            return f"{'cbrt' if degree == '3' else 'sqrt'}({argument})"
        return f"({argument})^(1/{_grouped(degree)})"

    def _function(self, name: str) -> str:
        """Read a function with its argument; in LaTeX its power follows the name."""
        base = ""
        if self.next() == "_":
            self.rest.pop()
            base = self._group()
            if name != "log":
                raise _Unknown
        power = self._power()
        argument = self._argument()
        if power == "^(-1)":
            return f"{name}{power}({argument})"  # the inverse or the reciprocal: that is asked elsewhere
        if base in ("2", "10"):
            name, base = name + base, ""
        call = f"{name}({argument}, {base})" if base else f"{name}({argument})"
        after = self._power()
        return f"({call}{power}){after}" if power and after else f"{call}{power}{after}"

    def _argument(self) -> str:
        """Read what is in brackets, or the product up to the next sign or function."""
        token = self.next()
        if token in CLOSED_BY:
            self.rest.pop()
            return self.formula(CLOSED_BY[token])
        written = ""
        while self._continues():
            written = f"{written}*{self._factor()}" if written else self._factor()
        if not written or self.next() == "/":
            raise _Unknown
        return written

    def _continues(self) -> bool:
        token = self.next()
        name = token.removeprefix("\\")
        return (
            bool(token)
            and (token.isalnum() or name in LETTERS or token in (*_FRACTIONS, "\\sqrt"))
            and not (name in FUNCTIONS and name not in LETTERS and name != "sqrt")
        )


def _grouped(formula: str) -> str:
    bare = re.fullmatch(r"\w+", formula) or (formula.startswith("(") and _ends_with_its_bracket(formula))
    return formula if bare else f"({formula})"
