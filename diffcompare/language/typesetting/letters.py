"""Names as they are typeset: a letter or a word, a mark over it, and an index, whatever way the name writes them."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

Mark: TypeAlias = Literal["", "bar", "dot"]  # of an adjoint, of a tangent

SMALL_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip

GREAT_GREEK = {
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip

GREEK = SMALL_GREEK | GREAT_GREEK  # the name of each letter, as it is a command of LaTeX

_LETTERS = {name: letter for letter, name in GREEK.items()}

_MARKS: dict[str, Mark] = {"\u0304": "bar", "\u0307": "dot"}

_SUBSCRIPTS = str.maketrans("₋₀₁₂₃₄₅₆₇₈₉", "-0123456789")

_NAME = re.compile(r"([^\W\d_₀-₉]+)([\u0304\u0307]?)(?:_?([0-9]+)|([₋₀-₉]+)|_(\w+)|\[([0-9]+(?:, ?[0-9]+)*)\])?")


class Name(NamedTuple):
    """A name in parts: x of `x_max` with the index `max`, v of `v̄₅` with a bar and the index 5, 𝑊 of `W[1,2]`."""

    stem: str  # a Greek letter as this letter, a word as it is
    mark: Mark = ""
    below: str = ""  # the index: digits with a minus or commas, or a word

    @property
    def is_letter(self) -> bool:
        """Tell whether the name is a letter with no word below it, which may stand beside another one for a product."""
        return len(self.stem) == 1 and not self.is_word_below

    @property
    def is_word_below(self) -> bool:
        """Tell whether the index is a word, which is set upright, as in x_max."""
        return len(self.below) > 1 and self.below[0] not in "-0123456789"


def parts_of_name(name: str) -> Name:
    """Return the parts of a name; one of an unusual form is a single word."""
    match = _NAME.fullmatch(name)
    if match is None:
        return Name(name)
    stem, mark, digits, below, word, places = match.groups()
    index = digits or (below or "").translate(_SUBSCRIPTS) or word or places or ""
    return Name(_LETTERS.get(stem, stem), _MARKS.get(mark, ""), index.replace(" ", ""))
