"""The verdict of an audit: a summary that a person can quote, and the counts that it stands on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from diffcompare.engines.judgement import RIGHT_ULPS
from diffcompare.studies.audit import NO_ANSWER, Audit, AuditedEngine, disagree
from diffcompare.studies.audit_suite import SINGLE

KINDS = {
    "right": "right",
    "digits-lost": "lost",
    "convention": "kink",
    "no-number": "nan",
    "wrong": "wrong",
    "refused": "refused",
    "not-asked": "not asked",
}
SHOWN_AS_NUMBERS = 4  # engines; of more there is one sentence, and the matrix has marks


def verdict(audit: Audit) -> str:
    """Return a summary that a person can quote: a sentence for each engine, or one for many together."""
    answered = answered_engines(audit)
    if not answered:
        return "No engine answered."
    if len(answered) > SHOWN_AS_NUMBERS:
        said = [_together(audit, answered)]
    else:
        said = [_sentence(engine, counts_of(audit, engine)["counts"]) for engine in answered]
    return " ".join([*(["The audit was interrupted and is incomplete."] if audit.was_interrupted else []), *said])


def _sentence(engine: AuditedEngine, counts: Mapping[str, int]) -> str:
    asked = sum(counts.values()) - counts["not-asked"]
    returned = asked - counts["refused"]
    right, kinks = counts["right"], counts["convention"]
    parts = [f"{_are(right)} right to {RIGHT_ULPS} ulp"]
    parts += [f"{counts['digits-lost']} lost digits"] if counts["digits-lost"] else []
    parts += [f"{kinks} {'follows' if kinks == 1 else 'follow'} a convention at a kink"] if kinks else []
    parts += [f"{_are(counts['no-number'])} nan or inf where a derivative exists"] if counts["no-number"] else []
    last = f"{_are(counts['wrong'])} finite and wrong"
    single = ", judged at its single precision," if engine.digits == SINGLE else ""
    return (
        f"{engine.name} {engine.version}{single} returned {returned:,} of {asked:,} number{'' if asked == 1 else 's'}: "
        f"{', '.join(parts)}, and {last}.{_others(counts['not-asked'])}"
    )


def _others(count: int) -> str:
    """Say how many numbers were not asked for; nothing if all were."""
    return f" {count:,} more {'was' if count == 1 else 'were'} not asked for." if count else ""


def _together(audit: Audit, engines: Sequence[AuditedEngine]) -> str:
    counts = {engine.name: counts_of(audit, engine)["counts"] for engine in engines}
    returned = sum(sum(kinds.values()) - sum(kinds[kind] for kind in NO_ANSWER) for kinds in counts.values())
    right = sum(kinds["right"] for kinds in counts.values())
    said = [
        f"{len(engines)} engines returned {returned:,} numbers: {_share(right, returned)} are right to {RIGHT_ULPS} ulp"
    ]
    lost = sum(kinds["no-number"] for kinds in counts.values())
    wrong = Counter({engine_name(name): kinds["wrong"] for name, kinds in counts.items() if kinds["wrong"]})
    listed = ", ".join(f"{name} {count}" for name, count in wrong.most_common())
    said.append(f"{_are(lost)} nan or inf where a derivative exists")
    said.append(f"{_are(wrong.total())} finite and wrong{f' ({listed})' if listed else ''}")
    single = [engine_name(engine.name) for engine in engines if engine.digits == SINGLE]
    precision = f" Judged at single precision: {', '.join(single)}." if single else ""
    others = _others(sum(kinds["not-asked"] for kinds in counts.values()))
    return f"{'; '.join(said)}.{others}{precision}"


def _are(count: int) -> str:
    return "none is" if count == 0 else "1 is" if count == 1 else f"{count:,} are"


def _share(part: int, whole: int) -> str:
    """Return a percentage, rounded down so that only all are 100 %."""
    return f"{100 * part // whole if whole else 0} %"


def answered_engines(audit: Audit) -> list[AuditedEngine]:
    """Return the engines that there is something to say about."""
    return [engine for engine in audit.engines if not engine.note]


def counts_of(audit: Audit, engine: AuditedEngine) -> dict[str, Any]:
    """Return how many numbers of an engine have each verdict, and on how many cases its modes differ."""
    kinds: Counter[str] = Counter(one.judgement.kind for one in audit.numbers if one.engine == engine.name)
    differing = sum(disagree(numbers) for numbers in audit.by_case(engine.name).values())
    return {"counts": {kind: kinds[kind] for kind in KINDS}, "modes_disagree": differing}


def engine_name(name: str) -> str:
    """Return the name of an engine, for a file the last part of its path without the suffix."""
    return name.removesuffix(".py").rpartition("/")[2] if name.endswith(".py") else name
