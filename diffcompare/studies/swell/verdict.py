"""What swell teaches, in sentences with the figures of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.render.cells import approximate, integer

if TYPE_CHECKING:
    from diffcompare.studies.swell.record import Form, Row, Swell

CATASTROPHE = 1000
"""How many times worse than a sweep a formula has to be before it is called no better."""

UNIT = 2**-53


def verdict(swell: Swell) -> str:
    """One sentence about sizes, one about accuracy and one about work, each where there is something to say."""
    if swell.failure is not None:
        return "There is no derivative to measure at this point."
    found = (_sizes(swell), _accuracy(swell), _overflow(swell), _work(swell))
    return " ".join([sentence for sentence in found if sentence])


def _sizes(swell: Swell) -> str:
    known = [row for row in swell.rows if row.forms["light"].size is not None]
    if not known:
        return ""
    # The members of a family grow, the lines of a file come as they come.
    row = known[-1] if swell.is_numbered or swell.by_order else max(known, key=_tree)
    size = row.forms["light"].size
    assert size is not None
    nodes = f"{counted(size.dag)} node{'s' * (size.dag != 1)} as a DAG, {counted(size.tree)} as a tree"
    where = f"{place(swell, row)} {_what(swell, row)} is {nodes}"
    lesson = "Swell is a property of trees" if size.tree >= 2 * size.dag else "There is little to share"
    return f"{lesson}: {where} (f itself {counted(row.size.dag)} and {counted(row.size.tree)})."


def _tree(row: Row) -> int:
    size = row.forms["light"].size
    return 0 if size is None else size.tree


def _what(swell: Swell, row: Row) -> str:
    if swell.by_order:
        return row.member.name
    return "f'" if len(row.member.wrt) == 1 else "the gradient"


def _accuracy(swell: Swell) -> str:
    """The form that is shorter than the textbook's and the worst of those far less accurate than a sweep."""
    found = [
        (form.error, row, name)
        for row in swell.rows
        for name in ("expanded", "simplified")
        if (form := row.forms.get(name)) is not None and form.error is not None and _is_worse(form, row)
    ]
    if not found:
        return ""
    error, row, adjective = max(found, key=lambda each: each[0])
    sweep = row.sweeps["reverse"].error or 0.0
    return (
        f"A shorter formula is not a better one: {place(swell, row)} the {adjective} form has relative error "
        f"{approximate(error, 1)}, reverse AD {approximate(sweep, 2)}."
    )


def _overflow(swell: Swell) -> str:
    """The first formula that has no value in doubles where a sweep has."""
    for row in swell.rows:
        sweep = row.sweeps.get("reverse")
        if row.forms["light"].outside == "overflow" and sweep is not None and sweep.error is not None:
            known = f"it overflows, reverse AD has relative error {approximate(sweep.error, 2)}"
            return f"A formula can fail where a sweep does not: {place(swell, row)} {known}."
    return ""


def _is_worse(form: Form, row: Row) -> bool:
    """Whether a form is shorter than the textbook's, and far less accurate than a sweep."""
    sweep, light = row.sweeps.get("reverse"), row.forms["light"]
    if sweep is None or sweep.error is None or form.error is None or form.size is None or light.size is None:
        return False
    return form.size.tree < light.size.tree and form.error > CATASTROPHE * max(sweep.error, UNIT)


def _work(swell: Swell) -> str:
    """Of a whole gradient: the work of the formulas written out, and of the sweeps."""
    row = swell.rows[-1]
    forward, reverse, light = row.sweeps.get("forward"), row.sweeps.get("reverse"), row.forms["light"]
    if len(row.member.wrt) < 2 or forward is None or reverse is None or light.written is None:
        return ""
    if forward.work is None or reverse.work is None:
        return ""
    start = place(swell, row)
    return (
        f"{start[0].upper()}{start[1:]} the gradient written out takes {counted(light.written)} operations, "
        f"{len(row.member.wrt)} forward sweeps {counted(forward.work)}, and one reverse sweep {counted(reverse.work)}."
    )


def place(swell: Swell, row: Row) -> str:
    """Which row, as the sentence says it."""
    if swell.by_order:
        return f"at order {row.member.number}"
    return f"at n = {row.member.number}" if swell.is_numbered else f"for {row.member.name}"


def counted(number: int) -> str:
    """A count with its thousands marked; the order of magnitude of a long one."""
    if number < 10**15:
        return f"{number:,}"
    digits = integer(number)
    return digits if digits.startswith("about") else f"{digits[0]}.{digits[1:3]}e{len(digits) - 1}"
