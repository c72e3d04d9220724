"""Expressions in MathML, the presentation elements of MathML Core, which browsers set without a script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from diffcompare.language.expression import Expression
from diffcompare.language.operations import is_linear
from diffcompare.language.printer import to_text
from diffcompare.language.typesetting.character_forms import layout
from diffcompare.language.typesetting.letters import Name
from diffcompare.language.typesetting.typesetter import Fence, Sign, is_small, terms, typeset

APPLIED, TIMES = "&#x2061;", "&#x2062;"  # signs that are not seen: a function and its argument, a product
_THIN = '<mspace width="0.17em"/>'
_GAP = '<mspace width="0.2em"/>'

# What a bracket has to grow for, if it is inside.
_TALL = ("<mfrac>", "<mtable ", "<msqrt>", "<mroot>", "</msup></msup>", "</msup></mrow></msup>")

_FENCES: dict[Fence, tuple[str, str]] = {
    "round": ("(", ")"), "square": ("[", "]"), "abs": ("|", "|"), "floor": ("\u230a", "\u230b"),
    "ceil": ("\u2308", "\u2309"),
}  # fmt: skip

_SIGNS: dict[Sign, str] = {
    "plus": "<mo>+</mo>",
    "minus": "<mo>\u2212</mo>",
    "times": "<mo>\u22c5</mo>",
    "beside": f"<mo>{TIMES}</mo>",
    "space": f"<mo>{TIMES}</mo>{_THIN}",
    "function": f"<mo>{TIMES}</mo>{_THIN}",
}

_FUNCTIONS = {
    **{name: f"arc{name[1:]}" for name in ("asin", "acos", "atan")},
    "gamma": "Γ",
    "digamma": "ψ",
}
_LOGARITHMS = {"log10": "10", "log2": "2"}

_RELATIONS = {"<": "<", "<=": "\u2264", ">": ">", ">=": "\u2265", "==": "=", "!=": "\u2260"}
# A bar is a hairline, which is not seen in text of 14 pixels: an adjoint would be a value.
_THICK = "-webkit-text-stroke: .04em currentColor"
_MARKS = {"bar": "\u00af", "dot": "\u02d9"}


class MathmlForms:
    """The writer of MathML; see `Forms`.  Every piece is one element."""

    def number(self, digits: str) -> str:
        return f"<mn>{digits}</mn>"

    def name(self, name: Name) -> str:
        stem = f"<mi>{escape(name.stem)}</mi>"
        if name.mark:
            stem = f'<mover accent="true">{stem}<mo stretchy="false" style="{_THICK}">{_MARKS[name.mark]}</mo></mover>'
        if not name.below:
            return stem
        negative, digits = name.below.startswith("-"), name.below.removeprefix("-")
        below = f"<mi>{escape(digits)}</mi>" if name.is_word_below else f"<mn>{digits}</mn>"
        return f"<msub>{stem}{self.negated(below) if negative else below}</msub>"

    def constant(self, name: str) -> str:
        return f'<mi mathvariant="normal">{"π" if name == "pi" else name}</mi>'

    def negated(self, inner: str) -> str:
        return f"<mrow><mo>\u2212</mo>{inner}</mrow>"

    def row(self, left: str, sign: Sign, right: str) -> str:
        return f"<mrow>{left}{_SIGNS[sign]}{right}</mrow>"

    def fraction(self, above: str, below: str) -> str:
        # The line of a fraction is longer than that of a fraction above or below it, so that the outer one is seen.
        parts = [f"<mrow>{_GAP}{part}{_GAP}</mrow>" if part.startswith("<mfrac>") else part for part in (above, below)]
        return f"<mfrac>{''.join(parts)}</mfrac>"

    def power(self, base: str, exponent: str) -> str:
        if "<mfrac>" in exponent:  # which would be set in the third size
            exponent = f'<mrow displaystyle="true">{exponent}</mrow>'
        if base.startswith("<msub>"):  # a name with an index, over which the exponent stands
            return f"<msubsup>{base.removeprefix('<msub>').removesuffix('</msub>')}{exponent}</msubsup>"
        return f"<msup>{base}{exponent}</msup>"

    def root(self, inner: str, degree: int) -> str:
        return f"<msqrt>{inner}</msqrt>" if degree == 2 else f"<mroot>{inner}<mn>{degree}</mn></mroot>"

    def fenced(self, inner: str, fence: Fence) -> str:
        opening, closing = _FENCES[fence]
        # A bracket that may grow takes the room of the widest one in Chromium, even where it stays small.
        stretchy = "true" if any(element in inner for element in _TALL) else "false"
        return (
            f'<mrow><mo form="prefix" fence="true" stretchy="{stretchy}">{opening}</mo>{inner}'
            f'<mo form="postfix" fence="true" stretchy="{stretchy}">{closing}</mo></mrow>'
        )

    def call(self, function: str, exponent: str | None, arguments: Sequence[str]) -> str:
        called = f'<mi mathvariant="normal">{escape(_FUNCTIONS.get(function, function))}</mi>'
        if function in _LOGARITHMS:
            called = f"<msub><mi>log</mi><mn>{_LOGARITHMS[function]}</mn></msub>"
        raised = called if exponent is None else self.power(called, exponent)
        inner = '<mo separator="true">,</mo>'.join(arguments)
        listed = inner if len(arguments) == 1 else f"<mrow>{inner}</mrow>"
        return f"<mrow>{raised}<mo>{APPLIED}</mo>{self.fenced(listed, 'round')}</mrow>"

    def cases(self, left: str, relation: str, right: str, yes: str, no: str) -> str:
        condition = f'<mtext>if</mtext><mspace width="0.4em"/>{left}<mo>{escape(_RELATIONS[relation])}</mo>{right}'
        rows = ((yes, condition), (no, "<mtext>otherwise</mtext>"))
        cell = '<mtd style="text-align: left">'  # Chromium knows no columnalign
        written = "".join([f"<mtr>{cell}{value}</mtd>{cell}{when}</mtd></mtr>" for value, when in rows])
        brace = '<mo form="prefix" fence="true" stretchy="true">{</mo>'
        return f'<mrow>{brace}<mtable displaystyle="true" columnalign="left left">{written}</mtable></mrow>'

    def derivative(self, by: str, partial: bool, inner: str) -> str:
        d = "<mo>∂</mo>" if partial else '<mi mathvariant="normal">d</mi>'
        return f"<mrow><mfrac>{d}<mrow>{d}{by}</mrow></mfrac>{inner}</mrow>"


FORMS = MathmlForms()

# Columns of a formula in characters: a wider one is parted into its terms, and a wider term does not fit on a page.
MAX_COLUMNS, MAX_TERM_COLUMNS = 80, 110


def to_mathml(expression: Expression) -> str | None:
    """Return an expression as MathML elements; None for one that is too large, or has a term too wide for a page.

    Browsers break no line within a `<math>` element: a long sum is one element for each of its terms, and a line may
    end between two of them.  Each has the text of the whole formula, or of its term, as its `alttext`.
    """
    if not is_small(expression):
        return None
    if not _is_wide(expression, MAX_COLUMNS):
        return _element(typeset(expression, FORMS), to_text(expression))
    elements = []
    for part in terms(expression, lambda node: _is_wide(node, MAX_TERM_COLUMNS)):
        if _is_wide(part.node, MAX_TERM_COLUMNS):
            return None
        content = f"{_BEFORE[part.sign]}{typeset(part.node, FORMS, part.least)}"
        text = to_text(part.node)
        held = is_linear(part.node) and part.least > 0
        elements.append(_element(content, f"{part.sign}({text})" if held else f"{part.sign}{text}"))
    return " ".join(elements)


def to_html(expression: Expression) -> str | None:
    """Return an expression as HTML that shows its MathML, or its text where there are no styles; None without MathML.

    A notebook that is not trusted takes away the styles, and of the elements of MathML all but the letters: x2 for a
    square.  The MathML is therefore hidden until the style shows it.
    """
    mathematics = to_mathml(expression)
    if mathematics is None:
        return None
    style = f".{_SHOWN} [hidden] {{ display: inline !important; }} .{_SHOWN} > code {{ display: none; }}"
    text = f"<code>{escape(to_text(expression))}</code>"
    return f'<span class="{_SHOWN}"><style>{style}</style><span hidden="hidden">{mathematics}</span>{text}</span>'


def _is_wide(expression: Expression, columns: int) -> bool:
    found = layout(expression)
    return found is None or found.columns > columns


_SHOWN = "diffcompare-formula"

_BEFORE = {
    "": "",
    "+": '<mo form="infix">+</mo>',
    "-": '<mo form="infix">\u2212</mo>',
    "*": '<mo form="infix">\u22c5</mo>',
}


def _element(content: str, text: str) -> str:
    return f'<math displaystyle="true" alttext="{escape(text)}"><mrow>{content}</mrow></math>'
