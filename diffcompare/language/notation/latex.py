r"""The reader of LaTeX: a formula as mathematicians typeset it, by recursive descent over its tokens.

In LaTeX letters side by side are a product, `e` is Euler's number, and braces group without being seen.  What TeX sets
is what is read, but for slips that it would set as nonsense; where a formula has two readings, the reader asks.
"""

from __future__ import annotations

from typing import NamedTuple

from diffcompare.language.expression import Expression, Number, Variable, apply
from diffcompare.language.notation.foreign_functions import PI, E, power
from diffcompare.language.notation.latex_cases import read_cases
from diffcompare.language.notation.latex_cursor import LatexCursor, fault
from diffcompare.language.notation.latex_functions import read_call
from diffcompare.language.notation.latex_names import (
    ACCENTS,
    BRACKETS,
    CALLED,
    COMMANDS,
    FRACTIONS,
    FUNCTION_NAMES,
    GREEK,
    STARTING,
    TIMES,
    VARIANTS,
)
from diffcompare.language.notation.latex_tokens import STOP, Token, number_of
from diffcompare.language.notation.translation import NotationFault
from diffcompare.language.operations import abs_, cbrt, ceil, exact_integer, floor, gamma, sqrt

MAX_DEPTH = 50  # brackets inside brackets

_FENCED = {"lvert": abs_, "lfloor": floor, "lceil": ceil, "|": abs_}


class Factor(NamedTuple):
    """A factor, and what it looks like: `number`, `fraction` (of numbers), `letter`, `call` or `group`."""

    value: Expression
    kind: str
    start: int
    is_powered: bool = False


class LatexReader(LatexCursor):
    """One run over the tokens of a formula."""

    # --- Sums and products --------------------------------------------------------------------------------------------

    def sum(self) -> Expression:
        """Read a sum up to the first token that cannot go on with it."""
        value = self.product()
        while sign := self.accept("+", "-"):
            right = self.product()
            value = value + right if sign.text == "+" else value - right
        return value

    def product(self) -> Expression:
        """Read a product, of factors with a sign between them or side by side."""
        value = self.signed()
        while True:
            if self.accept(*TIMES):
                value = value * self.signed()
            elif slash := self.accept("/", "div"):
                value = value / self._denominator(slash)
            elif self.starts_factor():
                value = value * self.beside().value
            else:
                return value

    def signed(self) -> Expression:
        """Read a factor with its signs."""
        if self.accept("-"):
            return -self._unsigned()
        self.accept("+")
        return self._unsigned()

    def _unsigned(self) -> Expression:
        if self.peek.sign in ("+", "-"):
            raise fault(self.peek, "two signs in a row", "the second one", "write brackets")
        factor = self.factor()
        if factor.kind != "number" or factor.is_powered or self.peek.sign not in FRACTIONS:
            return factor.value
        fraction = self.factor()
        if fraction.kind == "fraction" and not fraction.is_powered:
            message = "a number before a fraction makes a mixed number, or is a factor"
            labels = "for the mixed number", "for the product"
            if self.meanings.choose("mixed", (factor.start, self.peek.start), message, labels) == 0:
                return factor.value + fraction.value
        return factor.value * fraction.value

    def _denominator(self, slash: Token) -> Expression:
        """Read what stands behind a slash; of several factors side by side it may be one, or all."""
        below = self.signed()
        if self.starts_factor():
            span, message = (slash.start, self.peek.end), "it is not to be seen where the denominator ends"
            labels = "with all of it below the line", "with one factor below the line"
            if self.meanings.choose("fraction", span, message, labels) == 0:
                while self.starts_factor():
                    below = below * self.beside().value
        return below

    def starts_factor(self) -> bool:
        """Tell whether a factor stands here, beside a value."""
        token = self.peek
        if token.kind in ("letter", "name", "number"):
            return True
        return token.sign in STARTING or (token.sign == "|" and not self.bars[-1])

    def beside(self) -> Factor:
        """Read a factor beside a value.  Raises NotationFault for a number, and for a differential."""
        token = self.peek
        if token.kind == "number" and not token.is_glued:
            help = r"a product has \cdot; an exponent or an index of several digits is in braces: x^{12}, x_{12}"
            raise fault(token, "a number behind a value", "what does it do here?", help)
        following = self.tokens[self.position + 1 : self.position + 3]
        if token.text == "d" and "d" not in self.names and len(following) == 2 and following[1].kind == STOP:
            by = following[0]
            if by.kind == "letter" and by.start == token.end:
                raise NotationFault(f"`d{by.text}` is a differential", (token.start, by.end), "not read")
        return self.factor()

    # --- Powers -------------------------------------------------------------------------------------------------------

    def factor(self) -> Factor:
        """Read a number, a letter, a function with its argument, or a bracket, with its powers."""
        factor = self.atom(self.take())
        return factor if factor.kind == "call" else self.with_powers(factor)

    def with_powers(self, factor: Factor) -> Factor:
        """Read the powers of a factor, a factorial, a percent sign."""
        value, is_powered = factor.value, factor.is_powered
        tower: tuple[Expression, Expression] | None = None
        while True:
            if caret := self.accept("^"):
                if self.ahead(3) in (["{", "circ", "}"], ["{", "\\circ", "}"]) or self.peek.sign == "circ":
                    self.position += 3 if self.peek.sign == "{" else 1
                    value = value * PI / 180
                    continue
                exponent = self.exponent()
                if tower is None:
                    tower = value, exponent
                    value = power(value, exponent)
                    is_powered = True
                    continue
                span, message = (caret.start, caret.end), "two exponents of one base"
                labels = "for the power in the exponent", "for the power of the power"
                if self.meanings.choose("tower", span, message, labels) == 0:
                    tower = tower[0], power(tower[1], exponent)
                    value = power(*tower)
                else:
                    value = power(value, exponent)
            elif sign := self.accept("!"):
                if is_powered or self.peek.sign == "!":
                    raise fault(sign, "it is not to be seen what this factorial is of", "of what?", "write brackets")
                value = gamma(value + 1)
                self.meanings.remark("n! is read as gamma(n + 1)")
            elif self.accept("%"):
                value = value / 100
            elif self.peek.sign in ("'", "prime"):
                help = "derivatives are what diffcompare computes; another variable has an index: x_1"
                raise fault(self.peek, "a prime: a derivative, or another variable?", "not read", help)
            elif self.peek.sign == "_":
                raise fault(self.peek, "an index, but not of a letter", "of what?", "in braces: e^{x_1}, x_{12}")
            else:
                return factor._replace(value=value, is_powered=is_powered)

    def raised(self, value: Expression) -> Expression:
        """Read the powers of a value that has been read already."""
        return self.with_powers(Factor(value, "group", self.peek.start)).value

    def exponent(self, *, of_function: bool = False) -> Expression:
        """Read an exponent: in braces, or one token, or what `^-1` was meant to be."""
        token = self.take()
        if token.sign == "{":
            if self.peek.sign in ("*", "prime", "top", "'", "ast") or (
                self.ahead(1) == ["("] and self.ahead(4)[2:] == [")", "}"]
            ):
                raise fault(self.peek, "this exponent is a mark, and not a number", "not read")
            value = self.sum()
            self.close(token, "}")
            return value
        if token.sign == "-":
            inner = self.one_token(self.take(), "exponent", whole=True)
            if not of_function and self.starts_factor():
                span, message = (token.start, self.peek.end), "an exponent of several signs is in braces in LaTeX"
                labels = "for one factor in the exponent", "for all of it in the exponent"
                if self.meanings.choose("exponent", span, message, labels) == 1:
                    while self.starts_factor():
                        inner = inner * self.beside().value
            return -inner
        return self.one_token(token, "exponent")

    def one_token(self, token: Token, what: str, *, whole: bool = False) -> Expression:
        """Return what one token without braces means as an exponent, as part of a fraction, or under a root."""
        if token.kind == "number" and len(token.text) > 1 and not whole:
            message = f"without braces only the first digit is the {what} in LaTeX"
            labels = "for the whole number", "as TeX sets it"
            digit, rest = token.text[0], token.text[1:]
            if digit == "." or "." in rest[:1]:
                raise fault(token, message, "not read", "write braces")
            if what != "exponent" or self.meanings.choose("digits", token.span, message, labels) == 1:
                self.position -= 1
                glued = what == "exponent"
                self.tokens = [*self.tokens]
                self.tokens[self.position] = token._replace(text=rest, start=token.start + 1, is_glued=glued)
                token = token._replace(text=digit, end=token.start + 1)
        if token.kind in ("number", "letter", "name") or token.sign in ("pi", *FRACTIONS, *GREEK, *VARIANTS):
            value = self.atom(token, bare=True).value
            if what == "exponent" and self.peek.sign == "_" and token.kind != "number":
                help = "in braces: e^{x_1} or x_1^2"
                raise fault(self.peek, "an index behind an exponent", "of the base, or in the exponent?", help)
            return value
        if token.kind == STOP:
            raise self.unexpected(token)
        raise fault(token, f"the {what} is written in braces", "not read", "for example x^{-2}")

    # --- Atoms --------------------------------------------------------------------------------------------------------

    def atom(self, token: Token, *, bare: bool = False) -> Factor:
        """Read what begins with a token, without powers; a `bare` letter has no index."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise fault(token, f"a formula nested more than {MAX_DEPTH} deep", "the limit is here")
        factor = self._atom(token, bare)
        self.depth -= 1
        return factor

    def _atom(self, token: Token, bare: bool) -> Factor:
        start, sign = token.start, token.sign
        if token.kind == "number":
            return Factor(self._number(token), "number", start)
        if token.kind == "name" and token.text in FUNCTION_NAMES and token.text not in self.names:
            return self._call(token)
        if token.kind in ("letter", "name"):
            return self._letter(token, token.text, bare=bare)
        if sign == "pi":
            return Factor(PI, "letter", start)
        if sign in GREEK or sign in VARIANTS:
            return self._greek(token, bare=bare)
        if sign in ACCENTS:
            return self._accented(token)
        if sign in COMMANDS:
            return self._call(token)
        if sign in FRACTIONS:
            return self._fraction(token)
        if sign == "sqrt":
            return Factor(self._root(), "group", start)
        if self.ahead(3)[1:] == ["}", "_"] and sign == "{" and self.peek.kind == "letter":  # {x}_1
            letter = self.take()
            self.take()
            return self._letter(letter, letter.text)
        if sign in BRACKETS or sign == "|":
            return Factor(self._bracket(token), "group", start)
        if token.kind == "begin" and token.text == "cases":
            return Factor(read_cases(self, token), "group", start)
        raise self.unexpected(token)

    def _number(self, token: Token) -> Expression:
        following = self.tokens[self.position : self.position + 3]
        if (
            "e" not in self.names
            and following[0].text == "e"
            and following[0].start == token.end
            and len(following) > 2
        ):
            behind = following[2] if following[1].sign in ("-", "+") else following[1]
            if following[1].start == following[0].end and behind.kind == "number":
                help = r"a power of ten is 2 \cdot 10^{3}, one of Euler's number 2 e^3"
                raise NotationFault("`e` between digits", (token.start, behind.end), "not read", help)
        return number_of(token, self.meanings)

    def _letter(self, token: Token, stem: str, *, bare: bool = False) -> Factor:
        """Read a variable with its index, or Euler's number."""
        first = self.position - 1
        name = stem if bare else self.with_index(stem)
        if name == "e" and "e" not in self.names:
            return Factor(E, "letter", token.start)
        if name in ("i", "j") and name not in self.names and (name == "i" or self.peek.sign == "^"):
            help = f"there are no complex numbers; a variable {name} is given a value: --at {name}=..."
            raise fault(token, f"`{name}` may be the imaginary unit", "not read", help)
        if self.peek.sign == "(" and not bare:
            self.check_product(token, name, first)
        if token.kind == "name" and self.ahead(2) == ["{", "("]:
            raise fault(token, f"the function `{token.text}` is not known", "not read")
        return Factor(Variable(name), "letter", token.start)

    def _greek(self, token: Token, *, bare: bool = False) -> Factor:
        """Read a Greek letter, or the function that some of them are before a parenthesis."""
        stem = VARIANTS.get(token.sign, token.sign)
        if self.shapes.setdefault(stem, token.sign) != token.sign:
            other = self.shapes[stem]
            raise fault(token, rf"`\{token.sign}` beside `\{other}`: are they one variable?", "another shape")
        if token.sign == "Delta" and self.peek.kind in ("letter", "name"):
            help = r"a difference is one variable, \mathrm{dx}; a product has a sign, \Delta \cdot x"
            raise fault(token, "a difference, or a product?", "not read", help)
        function = CALLED.get(token.sign)
        if self.peek.sign != "(" or stem in self.factors or function is None:
            return self._letter(token, stem, bare=bare)
        if token.sign == "Gamma":
            self.meanings.remark(r"\Gamma(...) is read as the gamma function")
            return self._call(token._replace(text=function))
        if function:
            message, labels = (
                rf"`\{token.sign}(...)` is a function or a product",
                (f"for {function}", "for the product"),
            )
            if self.meanings.choose(token.sign, token.span, message, labels) == 0:
                return self._call(token._replace(text=function))
            return Factor(Variable(stem), "letter", token.start)
        return self._letter(token, stem, bare=bare)

    def _accented(self, token: Token) -> Factor:
        r"""Read `\bar{v}_1`, which is a variable of its own."""
        opened = self.accept("{")
        letter = self.take()
        if letter.kind not in ("letter", "name") and letter.sign not in GREEK:
            raise fault(token, rf"`\{token.text}` is read over a letter only", "not read")
        if opened:
            self.close(opened, "}")
        return self._letter(token, f"{letter.sign if letter.kind == 'command' else letter.text}_{ACCENTS[token.text]}")

    def _call(self, token: Token) -> Factor:
        return self.with_powers(Factor(read_call(self, token), "call", token.start, is_powered=True))

    def _fraction(self, token: Token) -> Factor:
        if self.peek.sign == "{" and "d" not in self.names and is_derivative(self.tokens[self.position :]):
            message = "a derivative is read where it is the whole question"
            raise fault(token, message, "not read", "the derivatives of a formula are what diffcompare computes")
        above, below = self._argument("numerator"), self._argument("denominator")
        are_numbers = exact_integer(above) is not None and exact_integer(below) is not None
        return Factor(above / below, "fraction" if are_numbers else "group", token.start)

    def _argument(self, what: str) -> Expression:
        token = self.take()
        if token.sign != "{":
            return self.one_token(token, what)
        return self._bracket(token)

    def _root(self) -> Expression:
        degree: Expression = Number(2)
        if opened := self.accept("["):
            degree = self.sum()
            self.close(opened, "]")
        argument = self._argument("argument of the root")
        order = exact_integer(degree)
        if order in (2, 3):
            return apply(sqrt if order == 2 else cbrt, (argument,))
        return power(argument, Number(1) / degree)

    def _bracket(self, token: Token) -> Expression:
        """Read what is between a bracket and the one that closes it."""
        if token.sign == "|":
            self.bars[-1] += 1
            value = self.sum()
            self.close(token, "|")
            self.bars[-1] -= 1
        else:
            if token.sign in ("\\{", "lbrace") and len(self.ahead(2)) == 2 and self.ahead(2)[1] in ("\\}", "rbrace"):
                raise fault(token, "braces around a letter: a set, or the fractional part?", "not read")
            self.bars.append(0)
            value = self.sum()
            self.close(token, BRACKETS[token.sign])
            self.bars.pop()
        function = _FENCED.get(token.sign)
        return value if function is None else apply(function, (value,))


def is_derivative(tokens: list[Token]) -> bool:
    r"""Tell whether the arguments of a fraction, `{d y}{dx}`, are those of a derivative."""
    above = [token.text for token in tokens[:3]]
    signs = [token.sign for token in tokens]
    if above[:1] == ["{"] and above[1:2] in (["d"], ["partial"], ["\\partial"]) and "}" in signs:
        below = tokens[signs.index("}") + 1 :][:3]
        texts, by = [token.text for token in below[:2]], below[-1]
        return texts in (["{", "d"], ["{", "partial"]) and (by.kind in ("letter", "name") or by.sign in GREEK)
    return False
