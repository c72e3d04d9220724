"""`diffcompare derive`: the derivative as a person works it out, one rule a line."""

from diffcompare.studies.derive.record import Derivation, Derive
from diffcompare.studies.derive.study import derive, derive_question

__all__ = ["Derivation", "Derive", "derive", "derive_question"]
