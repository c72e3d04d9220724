"""The gradient as source, and its document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.codegen import LIBRARIES, Unwritable, program
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Document, Source

if TYPE_CHECKING:
    from diffcompare.studies.derive.record import Derive

LANGUAGES = tuple(LIBRARIES)


def code(derive: Derive, language: str) -> str:
    """The program for the partials by `wrt`; the formulas are left out where some were too many to be derived.

    Raises DiffcompareError for an unknown language (E542) and for an operation that cannot be written (E543).
    """
    if language not in LANGUAGES:
        help = f"the languages are {', '.join(LANGUAGES)}"
        raise DiffcompareError(Diagnostic("E542", "bad_value", f"no code in `{language}`", help=help))
    formulas = {each.by: each.raw if each.tidied is None else each.tidied for each in derive.derivations}
    complete = set(formulas) >= set(derive.wrt)
    point = derive.point if derive.check.failure is None and derive.wrt else None
    try:
        return program(
            derive.expression,
            list(derive.variables),
            derive.wrt,
            {name: formulas[name] for name in derive.wrt} if complete else None,
            point,
            language,
        )
    except Unwritable as refusal:
        message = f"`{refusal}` cannot be written in {language}"
        help = "choose another language, or write the operation in terms of others"
        raise DiffcompareError(Diagnostic("E543", "bad_value", message, help=help)) from None


def document(derive: Derive, language: str) -> Document:
    """The program alone: what is written to a file runs."""
    source = code(derive, language)
    data = {
        "schema": "diffcompare/1",
        "command": "derive",
        "expression": {"text": derive.question.text, "variables": list(derive.variables)},
        "point": dict(derive.point),
        "code": {"language": language, "text": source},
    }
    if derive.failure is not None:
        data["error"] = derive.failure.data()
    return Document((Source(LIBRARIES[language].syntax.language, source),), data)
