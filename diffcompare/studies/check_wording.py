"""The words of a check: verdicts, the evidence for them, and the sentences that open and close its report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from diffcompare.language.printer import shorten
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.misconceptions.messages import Mistake
from diffcompare.studies.check import EXIT_CODES, Check
from diffcompare.studies.question import format_point
from diffcompare.studies.record import counted, join
from diffcompare.verify.domain import domain_of
from diffcompare.verify.regions import intervals_text
from diffcompare.verify.verdict import WHERE_DEFINED, WORST_FIRST, Judgement, Verdict

CORRECT: Mapping[Verdict, str] = {
    "proved": "Correct", "agrees": "Correct as far as can be seen", "agrees where it is defined": "Correct",
}  # fmt: skip
HOW: Mapping[Verdict, str] = {
    "proved": "proved",
    "agrees": "equal at every point that was tried, to 30 digits and more",
    "agrees where it is defined": "where it is defined",
}
HEADLINES: Mapping[Verdict, str] = {
    "proved": "is right: this is proved",
    "agrees": "is right as far as can be seen",
    "agrees where it is defined": "agrees where it is defined",
    "wrong": "is wrong",
    "undecided": "is undecided",
}

MAX_LESSONS = 6  # kinds of mistakes in the closing sentence


def evidence(check: Check, name: str) -> str:
    """Return the evidence for the verdict on a partial, in a sentence or two."""
    judgement = check.judgements[name]
    where = domain(check, judgement)
    by_differences = f"{judgement.opaque} has no `definition`, so that the derivative comes from differences of values"
    digits = f"as far as can be told: {by_differences}" if judgement.opaque else "to 30 digits and more"
    agreement = f"both have the same value at {counted(judgement.points, 'point')} ({where}), {digits}"
    if judgement.verdict == "wrong":
        return f"{_wrong(judgement)}{f'; {by_differences}' if judgement.opaque else ''}"
    if judgement.verdict == "undecided":
        return judgement.argument
    if judgement.argument:
        return f"{judgement.argument}; {agreement}{_gaps(judgement)}"
    return f"{agreement}. {_chance(judgement)}{_gaps(judgement)}"


def _chance(judgement: Judgement) -> str:
    return (
        "No proof was found. Where both are analytic, a difference that is not 0 everywhere has only isolated zeros, "
        f"and {judgement.points} points chosen without looking at it would all have to be among them"
    )


def _wrong(judgement: Judgement) -> str:
    counterexample = judgement.counterexample
    assert counterexample is not None
    at = f"at {format_point(counterexample.point)} " if counterexample.point else ""
    sentence = f"{at}yours is {counterexample.answer} and the derivative is {counterexample.partial}"
    right, wrong = (intervals_text(judgement.intervals, outcome) for outcome in ("same", "different"))
    if right and wrong:
        sentence += f". Yours is right for {right} and wrong for {wrong}"
    elif right and not any(interval.outcome == "unknown" for interval in judgement.intervals):
        sentence += ". It is right at all other points that were tried"
    elif right:
        sentence += f". Yours is right for {right}"
    elif judgement.half_space:
        sentence += f". Yours is right at all points that were tried where {judgement.half_space}"
    return sentence


def _gaps(judgement: Judgement) -> str:
    """Return sentences about holes and regions where the formula has no value but the function has a derivative."""
    sentence = ""
    if judgement.holes:
        points = [f"({format_point(hole)})" if len(hole) > 1 else format_point(hole) for hole in judgement.holes[:3]]
        sentence += f". Yours has a hole at {' and '.join(points)}, where the function has a derivative"
    if judgement.undefined_at is not None:
        sentence += f". Yours has {gap(judgement)}, where the function has a derivative"
    return sentence


def gap(judgement: Judgement) -> str:
    """Describe where a formula has no value: `no value for x < 0`, or one such point if the region is not known."""
    assert judgement.undefined_at is not None
    region = missing_region(judgement)
    if region is not None:
        return f"no value for {region}"
    needs = f" (it needs {judgement.unmet_requirement})" if judgement.unmet_requirement else ""
    return f"no value, for instance at {format_point(judgement.undefined_at)}{needs}"


def missing_region(judgement: Judgement) -> str | None:
    """Return the intervals of the only variable where a formula has no value; None if they are not all known."""
    if any(interval.outcome == "unknown" for interval in judgement.intervals):
        return None
    return intervals_text(judgement.intervals, "undefined") or None


def domain(check: Check, judgement: Judgement) -> str:
    """Return the domain that the sample points are taken from, as text."""
    if not check.answers or not check.question.parsed.expression.varies:
        return "a constant"
    if judgement.intervals:
        return intervals_text(judgement.intervals, "same") or intervals_text(judgement.intervals)
    required = dict.fromkeys([*domain_of(check.question.parsed.expression), *check.conditions])  # each named once
    return "where " + ", ".join(required) if required else "no restriction"


def verdict(check: Check) -> str:
    """Return the closing sentence, over all partials."""
    if len(check.judgements) == 1:
        ((name, judgement),) = check.judgements.items()
        return f"df/d{name} {headline(check, judgement)}{_lesson(check, ': ')}"
    clauses = [
        f"{join(names, most=6)}: {_predicate(verdict, check)}" for verdict, names in _names_by_verdict(check).items()
    ]
    return f"{'; '.join(clauses)}{_lesson(check, '. The mistakes: ')}"


def headline(check: Check, judgement: Judgement) -> str:
    """Return the verdict as the predicate of a sentence: `is wrong`."""
    predicate = HEADLINES[judgement.verdict]
    if judgement.verdict == WHERE_DEFINED:
        predicate += f", but has {gap(judgement)}{_counts(check)}"
    return predicate


def _predicate(verdict: Verdict, check: Check) -> str:
    return HEADLINES[verdict].removeprefix("is ") + (_counts(check) if verdict == WHERE_DEFINED else "")


def _counts(check: Check) -> str:
    return ", and so counts as wrong" if check.where_defined == "wrong" else ""


def _lesson(check: Check, before: str) -> str:
    """Return the titles of the kinds of mistakes, each once, and the end of the sentence."""
    kinds = {part.kind: None for mistake in check.mistakes.values() for part in parts(mistake)}
    return f"{before}{'; '.join(KINDS[kind].title for kind in list(kinds)[:MAX_LESSONS])}." if kinds else "."


def parts(mistake: Mistake | None) -> Iterator[Mistake]:
    """Yield a mistake, and the second one where two were made at once."""
    while mistake is not None:
        yield mistake
        mistake = mistake.second


def as_sentence(text: str) -> str:
    """Return a clause with a capital letter and a full stop; a formula that it begins with is left as it is."""
    first = text.partition(" ")[0].rstrip(",:;.")
    is_word = first == "a" or (len(first) > 1 and first.replace("-", "").isalpha())
    return (text[:1].upper() if is_word else text[:1]) + text[1:] + ("" if text.endswith(".") else ".")


def opening(check: Check) -> str:
    """Return the verdict as the sentence that opens the short form."""
    names = list(check.answers)
    worst: Verdict = check.verdict
    if len(names) > 1:
        if EXIT_CODES[worst] == 0 and check.exit_code == 0:
            every = "both" if len(names) == 2 else f"all {len(names)}"
            return f"{CORRECT[worst]}: {every} partial derivatives ({_how(check)})."
        return _by_verdict(check)
    (name,) = names
    judgement = check.judgements[name]
    function, answer = (shorten(one, 60) for one in (check.question.parsed.expression, check.answers[name].expression))
    by = "" if check.question.variables == [name] else f" with respect to {name}"
    where = f" for {', '.join(check.conditions)}" if check.conditions else ""
    claim = f"{answer} is the derivative of {function}{by}{where}"
    if EXIT_CODES[worst] == 0:
        missing = f"; it has {gap(judgement)}{_counts(check)}" if judgement.verdict == WHERE_DEFINED else ""
        return f"{CORRECT[worst] if check.exit_code == 0 else 'Wrong'}: {claim} ({_how(check)}){missing}."
    if judgement.verdict == "undecided":
        return f"Undecided: whether {claim} could not be told."
    return f"Wrong: {evidence(check, name).removesuffix('.')}."


def _by_verdict(check: Check) -> str:
    """Return which partials are wrong, which are undecided, and which are right and how that is known."""
    opaque = any(judgement.opaque for judgement in check.judgements.values())
    sentences = []
    for verdict, names in _names_by_verdict(check).items():
        listed = join(names, most=6)
        if verdict in ("wrong", "undecided"):
            sentences.append(f"{verdict.capitalize()}: {listed}.")
        else:
            word = "Wrong" if verdict == WHERE_DEFINED and check.where_defined == "wrong" else CORRECT[verdict]
            sentences.append(f"{word}: {listed} ({'by differences of values' if opaque else HOW[verdict]}).")
    return " ".join(sentences)


def _names_by_verdict(check: Check) -> dict[Verdict, list[str]]:
    """Return the partials that have each verdict, the worst verdict first."""
    by: dict[Verdict, list[str]] = {}
    for name, judgement in check.judgements.items():
        by.setdefault(judgement.verdict, []).append(f"df/d{name}")
    return {verdict: by[verdict] for verdict in WORST_FIRST if verdict in by}


def _how(check: Check) -> str:
    """Return in a few words how it is known that an answer is right: proved, or compared."""
    if any(judgement.opaque for judgement in check.judgements.values()):
        return "by differences of values"
    return HOW[check.verdict]
