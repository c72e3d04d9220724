"""mpmath's arithmetic of raw numbers, without the rest of mpmath.

Importing `mpmath.libmp` by its name imports all of mpmath first, whose contexts take longer to build than the truth
about a small expression takes to find: the package of raw numbers stands on its own, and is loaded as one.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

NAME = "diffcompare.truth._libmp"


def _load() -> ModuleType:
    if "mpmath" in sys.modules:
        return sys.modules["mpmath"].libmp  # type: ignore[no-any-return]
    package = find_spec("mpmath")
    assert package is not None
    assert package.origin is not None
    directory = Path(package.origin).parent / "libmp"
    found = spec_from_file_location(NAME, directory / "__init__.py", submodule_search_locations=[str(directory)])
    assert found is not None
    assert found.loader is not None
    module = sys.modules[NAME] = module_from_spec(found)
    found.loader.exec_module(module)
    return module


Mpf: TypeAlias = "tuple[int, int, int, int]"
"""A raw number: (sign, mantissa, exponent, bits of the mantissa)."""

LIBRARY: Any = _load()
"""The package of raw numbers."""

finf: Mpf = LIBRARY.finf
fzero: Mpf = LIBRARY.fzero
from_float = LIBRARY.from_float
from_int = LIBRARY.from_int
from_rational = LIBRARY.from_rational
mpf_abs = LIBRARY.mpf_abs
mpf_add = LIBRARY.mpf_add
mpf_div = LIBRARY.mpf_div
mpf_floor = LIBRARY.mpf_floor
mpf_lt = LIBRARY.mpf_lt
mpf_mul = LIBRARY.mpf_mul
mpf_neg = LIBRARY.mpf_neg
mpf_pos = LIBRARY.mpf_pos
mpf_pow_int = LIBRARY.mpf_pow_int
mpf_shift = LIBRARY.mpf_shift
mpf_sub = LIBRARY.mpf_sub
to_str = LIBRARY.to_str
