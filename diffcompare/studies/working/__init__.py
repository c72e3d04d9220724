"""`diffcompare check --steps`: a derivation, line by line, up to the first that does not follow."""

from diffcompare.studies.working.record import Line, Working
from diffcompare.studies.working.study import working

__all__ = ["Line", "Working", "working"]
