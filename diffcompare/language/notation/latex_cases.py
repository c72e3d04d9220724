r"""Cases in LaTeX, and their conditions.

Of `\begin{cases} x^2 & \text{if } x > 0 \\ -x & \text{otherwise} \end{cases}` the first case whose condition holds is
taken.  The last one is the rest only if it says so, or if the conditions leave nothing out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.language.expression import Expression
from diffcompare.language.notation.comparisons import Always, Both, Condition, Relation, choose, uncovered
from diffcompare.language.notation.latex_names import ALSO, EITHER, OTHERWISE, RELATIONS, WHERE
from diffcompare.language.notation.latex_tokens import STOP, Token
from diffcompare.language.notation.translation import NotationFault

if TYPE_CHECKING:
    from diffcompare.language.notation.latex import LatexReader

MAX_CASES = 100


def read_cases(reader: LatexReader, opened: Token) -> Expression:
    """Read the rows of an environment of cases, after its beginning.

    Raises NotationFault for a row without a condition, and for cases that leave something out.
    """
    rows: list[tuple[Expression, Condition]] = []
    while reader.peek.kind != "end":
        if reader.peek.kind == STOP or len(rows) == MAX_CASES:
            raise NotationFault("these cases have no end", opened.span, "opened here", r"write \end{cases}")
        value = reader.sum()
        while reader.accept(",", "&", ";"):
            pass
        rows.append((value, _condition(reader)))
        while reader.accept(",", ";", "."):
            pass
        if not reader.accept("\\\\"):
            break
    closing = reader.take()
    if closing.kind != "end" or not rows:
        raise reader.unexpected(closing)
    if closing.text != opened.text:
        raise NotationFault("these cases have no end", opened.span, "opened here", rf"write \end{{{opened.text}}}")
    gap = uncovered([condition for _, condition in rows])
    result = rows[-1][0]
    for value, condition in reversed(rows[:-1]):
        result = choose(condition, value, result)
    if gap is not None:
        message = f"none of the cases holds {gap}" if gap != "somewhere" else "the cases may leave something out"
        help = r"the last case is the rest where it says so: \text{otherwise}"
        reading = [(str(result), "with the last case as the rest")]
        raise NotationFault(message, (opened.start, closing.end), "incomplete", help, reading)
    return result


def _condition(reader: LatexReader) -> Condition:
    """Read the condition of a case, with the words around it."""
    token = reader.peek
    if token.kind == "words" and _word(token) in OTHERWISE:
        reader.take()
        return Always(True)
    if token.kind == "words" and _word(token) in WHERE:
        reader.take()
    condition = _relations(reader)
    while reader.peek.kind == "words" or reader.peek.sign in ("land", "wedge", "lor", "vee"):
        sign = reader.take()
        either = sign.sign in ("lor", "vee") or _word(sign) in EITHER
        if not either and sign.kind == "words" and _word(sign) not in ALSO:
            raise reader.unexpected(sign)
        condition = Both(condition, _relations(reader), either)
    return condition


def _word(token: Token) -> str:
    return token.text.strip(" ,.;:~").casefold()


def _relations(reader: LatexReader) -> Condition:
    """Read a comparison, or a chain of them: `0 < x \\le 1`."""
    left = reader.sum()
    result: Condition | None = None
    while reader.peek.sign in RELATIONS:
        sign = reader.take().sign
        right = reader.sum()
        relation = Relation(left, RELATIONS[sign], right)
        result = relation if result is None else Both(result, relation)
        left = right
    if result is None:
        raise NotationFault("a case has no condition", reader.peek.span, "a comparison belongs here")
    return result
