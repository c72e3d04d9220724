"""The cursor over the tokens of LaTeX: what stands next, brackets that are closed, and names with their indices."""

from __future__ import annotations

from collections.abc import Collection

from diffcompare.language.notation.latex_names import BRACKETS, COEFFICIENTS, GREEK, STARTING, UNREAD
from diffcompare.language.notation.latex_tokens import STOP, Token
from diffcompare.language.notation.translation import Meanings, NotationFault


class LatexCursor:
    """A place in the tokens of a formula; `names` are known variables, `meanings` the choices to make."""

    def __init__(self, tokens: list[Token], names: Collection[str], meanings: Meanings) -> None:
        self.tokens, self.names, self.meanings = tokens, frozenset(names), meanings
        self.position = 0
        self.depth = 0
        self.bars = [0]  # bars that are open, by bracket
        self.shapes: dict[str, str] = {}  # letters, and the shape in which they occur
        self.factors = self.names | _alone(tokens)  # what is a variable wherever it stands

    # --- Tokens -------------------------------------------------------------------------------------------------------

    @property
    def peek(self) -> Token:
        """The next token."""
        return self.tokens[self.position]

    @property
    def last(self) -> Token:
        """The token taken last."""
        return self.tokens[max(0, self.position - 1)]

    def ahead(self, count: int) -> list[str]:
        """Return the signs of the next tokens, as many as there are."""
        return [token.sign for token in self.tokens[self.position : self.position + count]]

    def take(self) -> Token:
        """Return the next token and go on to the one after it."""
        token = self.tokens[self.position]
        self.position += token.kind != STOP
        return token

    def accept(self, *signs: str) -> Token | None:
        """Take the next token if it is one of these signs, or of these commands, which have no backslash here."""
        return self.take() if self.peek.sign in signs else None

    def close(self, opened: Token, closing: str) -> None:
        """Take what closes a bracket.  Raises NotationFault where something else stands there."""
        token = self.take()
        if token.sign == closing:
            return
        if token.kind == STOP or token.sign in BRACKETS.values():
            raise fault(
                opened, f"`{opened.text}` is not closed", "opened here", "brackets are closed by their own kind"
            )
        raise self.unexpected(token)

    def unexpected(self, token: Token) -> NotationFault:
        """Return the error about a token that cannot stand where it does."""
        if token.kind == STOP:
            return fault(token, "the formula ends too early", "something is missing here")
        if token.kind == "command" and token.text in UNREAD:
            return fault(token, rf"`\{token.text}` is {UNREAD[token.text]}", "not read")
        if token.kind in ("begin", "end"):
            return fault(token, f"the environment `{token.text}` is not read here", "not a formula", "cases are read")
        if token.kind == "words":
            help = rf"a variable of several letters is \mathrm{{{token.text}}}"
            return fault(token, f"words in a formula: `{token.text}`", "not a formula", help)
        if token.kind == "command" and token.text.isalpha() and token.text not in STARTING:
            return fault(token, rf"the command `\{token.text}` is not known", "not read")
        if token.sign == ",":
            help = "several outputs are written in our language, [a, b]; a decimal comma is {,}"
            return fault(token, "a comma outside the arguments of a function", "not read", help)
        return fault(token, f"`{token.text}` does not belong here", "not read")

    def closes_before_brace(self) -> bool:
        """Tell whether the bracket that stands next is closed just before a closing brace: `{(x + 1)}`."""
        level = 0
        for index in range(self.position, len(self.tokens) - 1):
            sign = self.tokens[index].sign
            level += (sign in BRACKETS) - (sign in BRACKETS.values())
            if level == 0:
                return self.tokens[index + 1].sign == "}"
        return False

    # --- Names --------------------------------------------------------------------------------------------------------

    def with_index(self, stem: str) -> str:
        """Return the name of a letter with the index that follows it: x1 of x_1, x_max of x_{\\max}."""
        raised = self._index_behind_exponent()
        if self.peek.sign != "_" and not raised:
            return stem
        place = self.position
        if raised:
            self.position += 2
        caret = self.take()
        token = self.take()
        if token.sign == "{":
            parts = []
            while (part := self.take()).sign != "}":
                if part.kind == STOP:
                    raise fault(token, "`{` is not closed", "opened here")
                parts.append(part)
        elif token.kind == "number" and len(token.text) > 1:
            message, labels = (
                "without braces only the first digit is the index in LaTeX",
                ("for the whole index", "as TeX sets it"),
            )
            parts = [token]
            if self.meanings.choose("index", token.span, message, labels) == 1:
                self.position -= 1
                self.tokens = [*self.tokens]
                self.tokens[self.position] = token._replace(text=token.text[1:], start=token.start + 1, is_glued=True)
                parts = [token._replace(text=token.text[0])]
        else:
            parts = [token]
        index = "".join("_" if part.sign == "," else part.text.replace(" ", "_") for part in parts)
        if not parts or not index.replace("_", "a").isalnum() or index[0] == "_":
            raise fault(caret, "this index is not read", "of letters and digits only", "for example x_{12} or x_{max}")
        if raised:
            self.tokens = [*self.tokens[:place], *self.tokens[place : place + 2], *self.tokens[self.position :]]
            self.position = place
        glued, apart = f"{stem}{index}", f"{stem}_{index}"
        return glued if index.isdecimal() and apart not in self.names else apart

    def _index_behind_exponent(self) -> bool:
        """Tell whether an exponent of one digit stands before the index: `x^2_1`."""
        signs = self.ahead(3)
        return signs[:1] == ["^"] and signs[2:] == ["_"] and self.tokens[self.position + 1].kind == "number"

    def check_product(self, token: Token, name: str, first: int) -> None:
        """Raise NotationFault for a name before a parenthesis that may be a function."""
        key = "".join(token.text for token in self.tokens[first : self.position])
        if name in self.factors or key in self.factors:
            return
        inside = self.tokens[self.position + 1 : self.position + 40]
        signs = [inner.sign for inner in inside]
        content = signs[: signs.index(")")] if ")" in signs else signs
        if token.text in COEFFICIENTS and ("+" in content[1:] or "-" in content[1:]) and "," not in content:
            self.meanings.remark(f"{name}(...) is read as a product")
            return
        help = rf"a product has a sign: {token.text} \cdot (...); of a function the formula is needed"
        raise fault(token, f"`{token.text}(...)` is a product or the call of a function", "which one?", help)


def fault(token: Token, message: str, label: str = "", help: str | None = None) -> NotationFault:
    """Return the error about a token."""
    return NotationFault(message, token.span, label, help)


def _alone(tokens: list[Token]) -> frozenset[str]:
    """Return the letters, with their indices, that stand somewhere without a parenthesis behind them."""
    alone: set[str] = set()
    for index, token in enumerate(tokens):
        if token.kind not in ("letter", "name") and token.sign not in GREEK:
            continue
        end = index + 1
        if tokens[end].sign == "_":
            end += 2
            if tokens[end - 1].sign == "{":
                while end < len(tokens) and tokens[end - 1].sign != "}" and end - index < 20:
                    end += 1
        if end < len(tokens) and tokens[end].sign != "(":
            alone.add("".join(part.text for part in tokens[index:end]))
    return frozenset(alone)
