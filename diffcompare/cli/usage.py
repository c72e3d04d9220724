"""What can be wrong with a command line, in the style of all other diagnostics.

E501  no such command                   E505  an argument is missing
E502  no such option                    E506  not one of the choices, or a contradiction
E503  an option lacks its value,        E507  not a number that will do
      or takes none                     E508  output cannot be written
E504  an argument too many              E509  any other misuse
E900  a fault of ours
"""

from __future__ import annotations

from diffcompare.diagnostics import Diagnostic, DiffcompareError


def usage_error(code: str, message: str, help: str) -> DiffcompareError:
    """An error in how the command was called."""
    return DiffcompareError(Diagnostic(code, "bad_value", message, help=help))
