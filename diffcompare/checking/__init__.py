"""Is a formula the derivative of an expression?  Evidence at points of every piece of the domain, and proofs.

`guards` finds where something may change, `pieces` cuts a line there, `sample` chooses points in every piece, `exactly`
compares in ball arithmetic at one point, `proof` looks for an argument that needs no points, and `verdict` puts them
together.
"""

from diffcompare.checking.verdict import Judgement, Stretch, Verdict, judge
from diffcompare.checking.witness import Witness

__all__ = ["Judgement", "Stretch", "Verdict", "Witness", "judge"]
