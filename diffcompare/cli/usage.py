"""What can be wrong with a command line, in the style of all other diagnostics.

E501  no such command                   E505  an argument is missing
E502  no such option                    E506  not one of the choices, or a contradiction
E503  an option lacks its value,        E507  not a number that will do
      or takes none                     E508  output cannot be written
E504  an argument too many              E509  any other misuse
E900  a fault of ours
"""

from __future__ import annotations

from collections.abc import Iterable

from diffcompare.diagnostics import Diagnostic, DiffcompareError


def usage_error(code: str, message: str, help: str) -> DiffcompareError:
    """An error in how the command was called."""
    return DiffcompareError(Diagnostic(code, "bad_value", message, help=help))


def closest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant, whatever its case."""
    from difflib import get_close_matches

    known = {candidate.casefold(): candidate for candidate in names}
    near = get_close_matches(name.casefold(), known, n=1)
    return known[near[0]] if near else None
