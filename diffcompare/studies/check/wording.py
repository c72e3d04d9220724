"""The sentences of a check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from diffcompare.checking import WHERE_DEFINED, WORST_FIRST, Verdict
from diffcompare.checking.requirements import domain_of
from diffcompare.checking.stretches import stretches_text
from diffcompare.mistakes import KINDS
from diffcompare.studies.inputs import shown_point
from diffcompare.studies.telling import counted

if TYPE_CHECKING:
    from diffcompare.checking import Judgement
    from diffcompare.mistakes import Mistake
    from diffcompare.studies.check.record import Check

HEADLINES: Mapping[Verdict, str] = {
    "proved": "is right: that is proved",
    "agrees": "is right as far as can be seen",
    "agrees where it is defined": "agrees where it is defined",
    "wrong": "is wrong",
    "undecided": "is undecided",
}

MOST_LESSONS = 6
"""Kinds of mistakes that the last sentence has."""


def evidence(check: Check, name: str) -> str:
    """What the verdict on a partial rests on, in a sentence or two."""
    judgement = check.judgements[name]
    where = domain(check, judgement)
    seen = f"both have the same value at {counted(judgement.points, 'point')} ({where}), to 30 digits and more"
    if judgement.verdict == "wrong":
        return _wrong(judgement)
    if judgement.verdict == "undecided":
        return judgement.argument
    said = f"{judgement.argument}; {seen}" if judgement.argument else f"{seen}. {_chance(judgement)}"
    return said + _gaps(judgement)


def _chance(judgement: Judgement) -> str:
    return (
        "No proof was found. Where both are analytic, a difference that is not 0 everywhere has only isolated zeros, "
        f"and {judgement.points} points chosen without looking at it would all have to be among them"
    )


def _wrong(judgement: Judgement) -> str:
    witness = judgement.witness
    assert witness is not None
    at = f"at {shown_point(witness.point)} " if witness.point else ""
    said = f"{at}yours is {witness.yours} and the derivative is {witness.right}"
    right, wrong = (stretches_text(judgement.stretches, outcome) for outcome in ("same", "different"))
    if right and wrong:
        said += f". Yours is right for {right} and wrong for {wrong}"
    elif right and not any(each.outcome == "unknown" for each in judgement.stretches):
        said += ". It is right at all other points that were tried"
    elif right:
        said += f". Yours is right for {right}"
    elif judgement.half:
        said += f". Yours is right at all points that were tried where {judgement.half}"
    return said


def _gaps(judgement: Judgement) -> str:
    """Where the formula has no value although the function has a derivative."""
    said = ""
    if judgement.holes:
        points = [f"({shown_point(hole)})" if len(hole) > 1 else shown_point(hole) for hole in judgement.holes[:3]]
        said += f". Yours has a hole at {' and '.join(points)}, where the function has a derivative"
    if judgement.outside is not None:
        said += f". Yours has {gap(judgement)}, where the function has a derivative"
    return said


def gap(judgement: Judgement) -> str:
    """The region in which a formula has no value: `no value for x < 0`; a point of it where that is not known."""
    assert judgement.outside is not None
    region = missing_region(judgement)
    if region is not None:
        return f"no value for {region}"
    needs = f" (it needs {judgement.needs})" if judgement.needs else ""
    return f"no value for instance at {shown_point(judgement.outside)}{needs}"


def missing_region(judgement: Judgement) -> str | None:
    """The stretches of the only variable on which a formula has no value; None where they are not all known."""
    if any(each.outcome == "unknown" for each in judgement.stretches):
        return None
    return stretches_text(judgement.stretches, "undefined") or None


def domain(check: Check, judgement: Judgement) -> str:
    """The domain that the points are from."""
    if not check.answers or not check.question.parsed.expression.varies:
        return "a constant"
    if judgement.stretches:
        return stretches_text(judgement.stretches, "same") or stretches_text(judgement.stretches)
    required = [*domain_of(check.question.parsed.expression), *check.conditions]
    return "where " + ", ".join(required) if required else "no restriction"


def verdict(check: Check) -> str:
    """The closing sentence."""
    if len(check.judgements) == 1:
        ((name, judgement),) = check.judgements.items()
        return f"df/d{name} {headline(check, judgement)}{_lesson(check, ': ')}"
    by: dict[Verdict, list[str]] = {}
    for name, judgement in check.judgements.items():
        by.setdefault(judgement.verdict, []).append(f"df/d{name}")
    parts = [f"{_listed(by[each])}: {_said(each, check)}" for each in WORST_FIRST if each in by]
    return f"{'; '.join(parts)}{_lesson(check, '. The mistakes: ')}"


def headline(check: Check, judgement: Judgement) -> str:
    """The verdict as the predicate of a sentence: `is wrong`."""
    said = HEADLINES[judgement.verdict]
    if judgement.verdict == WHERE_DEFINED:
        said += f", but has {gap(judgement)}{_counts(check)}"
    return said


def _said(verdict: Verdict, check: Check) -> str:
    return HEADLINES[verdict].removeprefix("is ") + (_counts(check) if verdict == WHERE_DEFINED else "")


def _counts(check: Check) -> str:
    return ", and so counts as wrong" if check.where_defined == "wrong" else ""


def _lesson(check: Check, before: str) -> str:
    """The kinds of the mistakes, each once, and the end of the sentence."""
    kinds = {part.kind: None for mistake in check.mistakes.values() for part in parts(mistake)}
    return f"{before}{'; '.join(KINDS[kind].title for kind in list(kinds)[:MOST_LESSONS])}." if kinds else "."


def parts(mistake: Mistake | None) -> Iterator[Mistake]:
    """A mistake, and the other one where two were made at once."""
    while mistake is not None:
        yield mistake
        mistake = mistake.second


def as_sentence(text: str) -> str:
    """A clause with a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _listed(names: list[str]) -> str:
    shown = names if len(names) <= 6 else [*names[:5], f"{len(names) - 5} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
