"""The option `--notation`: the expression of a command is put into our language before the command runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from diffcompare.diagnostics import Diagnostic, usage_error
from diffcompare.inputs.files import file_and_name, function_file
from diffcompare.language.parser import read
from diffcompare.language.printer import outputs_text


def in_our_language(values: Mapping[str, Any], notation: str) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    """Return the values of a command with its expression in our language, and the notes on how it was read.

    A derivative in the expression, `d/dx`, becomes the `wrt` of a command that has one.

    Raises DiffcompareError for what is no expression, for one that is not read in the notation, and for a derivative
    by another variable than that of `--wrt`.
    """
    expression: str = values["expression"]
    if expression == "-" or expression.startswith("@") or file_and_name(expression)[0] or function_file(expression):
        help = "without it a file is read in the notation that it is in"
        raise usage_error("E506", "`--notation` is for an expression on the command line", help)
    names = [name for spec in values.get("at") or () for name in re.findall(r"([^\W\d]\w*)\s*=", spec)]
    parsed = read(expression, names, several=True, question=True, notation=notation)
    translated = {**values, "expression": outputs_text(parsed.outputs)}
    if parsed.wrt is not None:
        if values.get("wrt") not in (None, [parsed.wrt]) or "wrt" not in values:
            message = f"the expression asks for the derivative by {parsed.wrt}, which is not what is asked here"
            raise usage_error("E506", message, "write the function alone")
        translated["wrt"] = [parsed.wrt]
    return translated, parsed.notes
