"""Names that were probably meant to be something else than one name, with the text that says so: W307 and W308.

`sinx` is a variable like any other, and so are `E` and `Pi`.  What was asked is answered; but where a verdict is asked
for, on an answer or on what is to be differentiated, there is none on a text that may be misread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from diffcompare.diagnostics import Diagnostic, DiffcompareError, is_misread
from diffcompare.explain.cures import Scene, quoted
from diffcompare.explain.glued import readings
from diffcompare.grammar import is_word
from diffcompare.lexer import Fault
from diffcompare.operations import CONSTANTS, FUNCTIONS

MOST_NAMES = 40
"""Names of a text that are looked at."""
MOST_SAID = 4

CAPITALS = {
    "E": ("e", "Euler's number is `e`"),
    "Pi": ("pi", "the number is `pi`"),
    "PI": ("pi", "the number is `pi`"),
    "I": ("", "there are no complex numbers"),
}
"""Names by which other programs call a constant: what it is called here, if it is, and what to say of it."""


def misread_names(scene: Scene) -> Iterator[Diagnostic]:
    """Give the warnings about names; of one that the point gives a value, and is meant, only a note."""
    alone = _alone(scene)
    found = _meant(scene, alone)
    fix = _rewritten(scene, {index: texts[0] for index, texts in found.values()}) if found else None
    for name, (index, texts) in list(found.items())[:MOST_SAID]:
        said = " or ".join(quoted(text) for text in texts)
        yield Diagnostic(
            "W307", "note", f"{quoted(name)} is read as one name", scene.span(index), f"did you mean {said}?",
            text=scene.text, fix=fix, severity="note" if name in scene.names else "warning",
        )  # fmt: skip
    for name in [name for name in CAPITALS if name in alone and name not in scene.names]:
        yield _capital(scene, name, alone[name])


def refuse_misread(notes: Collection[Diagnostic], deliberate: Collection[str] = ()) -> None:
    """Raise DiffcompareError where a text that is to be judged may be misread, unless its names are meant as they are.

    `deliberate` are names that the user has called variables: the partial by them is asked for.
    """
    for note in notes:
        if not is_misread([note]) or note.span is None or note.text is None:
            continue
        name = note.text[slice(*note.span)]
        if name not in deliberate:
            raise DiffcompareError(
                note._replace(
                    code="E578", kind="bad_value", severity="error",
                    label="if it is a variable, name the partial by it",
                    message=f"{note.message}: there is no verdict on a text that may be misread",
                )
            )  # fmt: skip


def reading_of_unknown(name: str, text: str, names: Collection[str]) -> tuple[str, str | None] | None:
    """Give what was meant by a name that the function does not have, and the whole answer with all such names mended.

    `names` are the variables of the function; the answer is None where another of its names remains unknown.
    """
    scene = Scene(text, Fault("", len(text)), names)
    unknown = [index for token, index in _alone(scene).items() if token not in names][:MOST_NAMES]
    meant = {index: _meant_by(scene, index) for index in unknown}
    said = next((text for index, text in meant.items() if scene.tokens[index] == name), "")
    if not said:
        return None
    return said, _rewritten(scene, meant) if all(meant.values()) else None


def _meant_by(scene: Scene, index: int) -> str:
    """Give what an unknown name was probably meant to be, out of those that are known; nothing if that is not seen."""
    name = scene.tokens[index]
    constant = CAPITALS.get(name, ("", ""))[0]
    if constant and constant not in scene.names:
        return constant
    return next(iter(readings(name, scene.names, unknown=True)), "")


def _alone(scene: Scene) -> dict[str, int]:
    """Give the names of a text that stand for variables nobody has given a value, with their first places."""
    given = {before for before, token in zip(scene.tokens, scene.tokens[1:], strict=False) if token == "="}
    first: dict[str, int] = {}
    for index, token in enumerate(scene.tokens):
        if (
            is_word(token)
            and token[-1] != "("
            and token not in given
            and not (token in CONSTANTS or token in FUNCTIONS)
        ):
            first.setdefault(token, index)
    return first


def _meant(scene: Scene, alone: dict[str, int]) -> dict[str, tuple[int, list[str]]]:
    """Give the names that are probably several things, each with its place and what it may be."""
    known = {*alone, *scene.names} - CONSTANTS.keys()
    found: dict[str, tuple[int, list[str]]] = {}
    for name in [name for name in alone if len(name) > 1][:MOST_NAMES]:
        texts = readings(name, known, raised=_is_raised(scene, alone[name]))
        if texts:
            found[name] = alone[name], texts
    return found


def _capital(scene: Scene, name: str, index: int) -> Diagnostic:
    constant, about = CAPITALS[name]
    # E is an energy and I a current: only a constant's place or a spelling that nothing else has is suspicious.
    suspicious = name in ("Pi", "PI") or (name == "E" and _is_raised(scene, index))
    fix = _rewritten(scene, {index: constant}) if suspicious else None
    return Diagnostic(
        "W308", "note", f"`{name}` is read as a variable", scene.span(index),
        help=f"{about}:" if fix and f"`{fix}`" not in about else about,
        text=scene.text, fix=fix, severity="warning" if suspicious else "note",
    )  # fmt: skip


def _is_raised(scene: Scene, index: int) -> bool:
    """Tell whether a name has an exponent with a variable in it."""
    if scene.token(index + 1) not in ("^", "**") or not scene.short:
        return False
    exponent = scene.tokens[index + 2 : scene.operand_stop(index + 2)]
    return any(is_word(token) and token[-1] != "(" and token not in CONSTANTS for token in exponent)


def _rewritten(scene: Scene, meant: Mapping[int, str]) -> str | None:
    """Give the text with names replaced wherever they stand; None where that cannot be written or read."""
    if not scene.short:
        return None
    texts = {scene.tokens[index]: text for index, text in meant.items()}
    edits = []
    for index, token in enumerate(scene.tokens):
        if token in texts:
            edits.append((*scene.span(index), texts[token]))
            # `1/xy` divides by both, and `2^xy` has both in its exponent.
            if "*" in texts[token] and scene.token(index - 1) in ("/", "^", "**", "√"):
                start, end = scene.span(index)[0], scene.span(scene.operand_stop(index) - 1)[1]
                edits[-1] = (start, scene.span(index)[1], f"({texts[token]}")
                edits.append((end, end, ")"))
    text = scene.edited(*edits)
    from diffcompare.parser import parse

    try:
        parse(text, scene.names)
    except DiffcompareError:
        return None
    return text
